/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal on its way out: outbox, acknowledgements, export. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-clock.h"
#include "ds-error.h"
#include "ds-jws.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ACKNOWLEDGEMENT_MAX_BYTES (16 * 1024)

/* What the depot vouches for. */
typedef struct
{
  gint64 seq;
  char *head;
  gint64 at_ms;
} Acknowledgement;

static void
acknowledgement_clear (Acknowledgement *self)
{
  g_clear_pointer (&self->head, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Acknowledgement, acknowledgement_clear)

DsOutbox *
ds_ledger_load_outbox (DsLedger *self, gint64 first_seq, guint max_lines, gsize max_bytes, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT seq, line FROM journal WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3", error);
  g_autoptr (DsOutbox) outbox = g_new0 (DsOutbox, 1);
  g_autoptr (GByteArray) lines = g_byte_array_new ();

  ds_ledger_assert_thread (self);

  if (query == NULL)
    return NULL;
  ds_db_bind_int (query, 1, first_seq > 0 ? first_seq : self->acknowledged_seq + 1);
  ds_db_bind_int (query, 2, self->intact_seq);
  ds_db_bind_int (query, 3, max_lines);
  for (;;)
    {
      const char *line;
      gsize n;
      gboolean row;

      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        break;
      line = ds_db_column_text (query, 1);
      n = strlen (line);
      if (lines->len > 0 && lines->len + n + 1 > max_bytes)
        break;
      g_byte_array_append (lines, (const guint8 *)line, n);
      g_byte_array_append (lines, (const guint8 *)"\n", 1);
      outbox->last_seq = ds_db_column_int (query, 0);
      if (outbox->first_seq == 0)
        outbox->first_seq = outbox->last_seq;
    }
  ds_db_reset (query);
  outbox->lines = g_byte_array_free_to_bytes (g_steal_pointer (&lines));
  return g_steal_pointer (&outbox);
}

static gboolean
read_acknowledgement (DsLedger *self, const char *text, Acknowledgement *acknowledgement, GError **error)
{
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) object = NULL;
  const char *device, *head;
  json_int_t seq, at_ms;
  gconstpointer bytes;
  gsize n;

  if (!ds_jws_verify (ds_identity_find_key (self->identity, text), text, -1, &kid, &payload, error))
    return FALSE;
  bytes = g_bytes_get_data (payload, &n);
  object = ds_json_parse_object (bytes, n, ACKNOWLEDGEMENT_MAX_BYTES, error);
  if (object == NULL
      || !ds_json_unpack (object, error, "{s:s, s:I, s:s, s:I}", "device", &device, "acknowledged", &seq,
                          "head", &head, "at_ms", &at_ms))
    return FALSE;
  if (strcmp (kid, "depot") != 0 || strcmp (device, self->identity->device_id) != 0 || seq < 0
      || strlen (head) != 2 * DS_SM3_SIZE)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "It is not for this handheld");
      return FALSE;
    }
  acknowledgement->seq = seq;
  acknowledgement->head = g_strdup (head);
  acknowledgement->at_ms = at_ms;
  return TRUE;
}

/* Compares what the depot holds with the journal, and sets the health when they differ. */
static gboolean
compare_heads (DsLedger *self, const Acknowledgement *acknowledgement, GError **error)
{
  g_autofree char *line = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) problem = NULL;

  if (acknowledgement->seq > self->head_seq)
    {
      g_autofree char *text = g_strdup_printf ("The journal ends at entry %" G_GINT64_FORMAT
                                               ", but the depot holds %" G_GINT64_FORMAT
                                               ": this is an old copy, or its end was lost",
                                               self->head_seq, acknowledgement->seq);

      ds_ledger_set_health (self, DS_STORE_BEHIND, text);
      return TRUE;
    }
  if (acknowledgement->seq == 0)
    return TRUE;

  line = ds_ledger_load_line (self, acknowledgement->seq, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  hash = line ? ds_sm3_hex (line, strlen (line)) : NULL;
  if (g_strcmp0 (hash, acknowledgement->head) != 0)
    {
      g_autofree char *text
          = g_strdup_printf ("The depot holds another entry %" G_GINT64_FORMAT " under this handheld's name",
                             acknowledgement->seq);

      ds_ledger_set_health (self, DS_STORE_FORKED, text);
    }
  else
    self->acknowledged_seq = MAX (self->acknowledged_seq, acknowledgement->seq);
  return TRUE;
}

gboolean
ds_ledger_check_acknowledgement (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT acknowledgement FROM state", error);
  g_auto (Acknowledgement) acknowledgement = { 0 };
  g_autofree char *text = NULL;
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  text = row ? g_strdup (ds_db_column_text (query, 0)) : NULL;
  ds_db_reset (query);
  if (text == NULL)
    return TRUE;
  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "acknowledged without being enrolled");
      return FALSE;
    }
  return read_acknowledgement (self, text, &acknowledgement, error)
         && compare_heads (self, &acknowledgement, error);
}

static gboolean
save_acknowledgement (DsLedger *self, const char *text, gint64 at_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "UPDATE state SET acknowledgement = ?1, trusted_ms = ?2, trusted_boot = ?3,"
                                  " trusted_mono_ms = ?4",
                                  error);

  if (query == NULL)
    return FALSE;
  g_free (self->trusted.boot);
  self->trusted.at_ms = at_ms;
  self->trusted.boot = g_strdup (ds_clock_get_boot_id (self->clock));
  self->trusted.mono_ms = ds_clock_get_mono_ms (self->clock);
  ds_db_bind_text (query, 1, text);
  ds_db_bind_int (query, 2, self->trusted.at_ms);
  ds_db_bind_text (query, 3, self->trusted.boot);
  ds_db_bind_int (query, 4, self->trusted.mono_ms);
  return ds_db_run (self->db, query, error);
}

/* An answer that was overtaken by a later one must not take its place as evidence. */
static gboolean
try_keep (DsLedger *self,
          const char *text,
          const Acknowledgement *acknowledgement,
          json_t *refused,
          GError **error)
{
  if (!ds_db_begin (self->db, error))
    return FALSE;
  if ((acknowledgement->seq >= self->acknowledged_seq
       && !save_acknowledgement (self, text, acknowledgement->at_ms, error))
      || !ds_ledger_take_refused (self, refused, acknowledgement->seq, error))
    {
      ds_db_rollback (self->db);
      return FALSE;
    }
  return ds_db_commit (self->db, error);
}

/* The acknowledgement is kept even when it does not fit: it is the evidence, and is found again at each start. */
gboolean
ds_ledger_acknowledge (DsLedger *self, const char *text, json_t *refused, GError **error)
{
  g_auto (Acknowledgement) acknowledgement = { 0 };
  g_autoptr (GError) problem = NULL;
  DsStoreHealth health_before = self->health;

  ds_ledger_assert_thread (self);

  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  if (!read_acknowledgement (self, text, &acknowledgement, &problem)
      || !ds_identity_check_new (self->identity, text, acknowledgement.at_ms, &problem))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_PROTOCOL, "The depot's acknowledgement is not good: %s",
                   problem->message);
      return FALSE;
    }
  /* A newer program's database is not written; what the depot has taken need not be sent again while this one runs. */
  if (self->health == DS_STORE_READ_ONLY)
    return compare_heads (self, &acknowledgement, error);

  if (!try_keep (self, text, &acknowledgement, refused, &problem))
    {
      if (!ds_ledger_make_room (self))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      if (!try_keep (self, text, &acknowledgement, refused, error))
        return FALSE;
    }
  if (!compare_heads (self, &acknowledgement, error))
    return FALSE;

  /* One that fits is good, whatever else is wrong: what is intact is settled. */
  if (self->health != health_before || acknowledgement.seq > self->acknowledged_seq)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL, self->health_text);
      return FALSE;
    }
  return TRUE;
}

gint64
ds_ledger_compare_head (DsLedger *self, gint64 seq, const char *head, GError **error)
{
  g_autofree char *line = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) problem = NULL;

  ds_ledger_assert_thread (self);

  /* Of what is damaged here nothing can be said, nor sent. */
  if (seq > self->intact_seq && self->intact_seq < self->head_seq)
    return 0;
  line = ds_ledger_load_line (self, seq, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return -1;
    }
  hash = line ? ds_sm3_hex (line, strlen (line)) : NULL;
  return g_strcmp0 (hash, head) == 0 ? 0 : MIN (seq, self->head_seq);
}

gboolean
ds_ledger_set_forked (DsLedger *self, const char *detail, GError **error)
{
  DsQuery *query;

  ds_ledger_assert_thread (self);

  ds_ledger_set_health (self, DS_STORE_FORKED, detail);
  if (self->health == DS_STORE_READ_ONLY)
    return TRUE;
  query = ds_db_prepare (self->db, "UPDATE state SET forked = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, detail);
  return ds_db_run (self->db, query, error);
}

static gboolean
write_lines (DsLedger *self, FILE *file, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT line FROM journal ORDER BY seq", error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  for (;;)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      fputs (ds_db_column_text (query, 0), file);
      fputc ('\n', file);
    }
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_ledger_export (DsLedger *self, const char *path, GError **error)
{
  int descriptor = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  FILE *file = descriptor >= 0 ? fdopen (descriptor, "w") : NULL;
  gboolean written;

  ds_ledger_assert_thread (self);

  if (file == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The file “%s” cannot be made: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  written = write_lines (self, file, error);
  if (written && (fflush (file) != 0 || ferror (file) || fsync (descriptor) != 0))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The export could not be written: %s",
                   g_strerror (errno));
      written = FALSE;
    }
  if (fclose (file) != 0 && written)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The export could not be written: %s",
                   g_strerror (errno));
      written = FALSE;
    }
  /* Half an export could be taken for a whole one. */
  if (!written)
    g_unlink (path);
  return written;
}
