/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a handheld that cannot speak for itself left on a card: its journal lines, sealed to the depot's key. They
 * prove themselves, so it does not matter who brings them, how often, or whether the handheld comes back later. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-sealed-file.h"

#include <string.h>

#define MAX_DEVICE_BYTES (64 * 1024)
/* One file being taken in. */
typedef struct
{
  DsDepot *depot;
  const char *by_device;
  DsDevice *device; /* as it was before */
  gint64 first_seq; /* of the lines in the file */
  gint64 last_seq;
  gboolean ended;  /* the handheld has written all that it meant to */
  json_t *refused; /* (nullable): entries whose content could not be applied */
} Rescue;

static void
rescue_clear (Rescue *self)
{
  g_clear_pointer (&self->device, ds_device_free);
  g_clear_pointer (&self->refused, json_decref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rescue, rescue_clear)

static gboolean
read_device (Rescue *self, const DsSealedRecord *record, DsTrouble **trouble)
{
  gsize n;
  const char *text = g_bytes_get_data (record->content, &n);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) object = ds_json_parse_object (text, n, MAX_DEVICE_BYTES, &error);
  const char *id;

  if (object == NULL || !ds_json_unpack (object, &error, "{s:s}", "device", &id))
    {
      ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The file does not say whose it is: %s", error->message);
      return FALSE;
    }
  if (!ds_depot_load_device (self->depot, id, &self->device, &error))
    {
      ds_trouble_set_from_error (trouble, error);
      return FALSE;
    }
  if (self->device == NULL)
    {
      ds_trouble_set (trouble, DS_TROUBLE_NOT_FOUND, "This depot has no handheld %.40s", id);
      return FALSE;
    }
  return TRUE;
}

/* The lines go the way of a push, so all that is checked there is checked here, and a line is applied once. */
static gboolean
push_lines (Rescue *self, GBytes *lines, DsTrouble **trouble)
{
  g_autoptr (DsDevice) device = NULL; /* as it is now */
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = NULL;

  if (!ds_depot_load_device (self->depot, self->device->id, &device, &error))
    {
      ds_trouble_set_from_error (trouble, error);
      return FALSE;
    }
  answer = ds_depot_take_in (self->depot, ds_depot_push_new (self->depot, device, lines), trouble);
  if (answer == NULL)
    return FALSE;
  json_array_extend (self->refused, json_object_get (answer, "refused"));
  return TRUE;
}

/* Which entries the file holds, for the report: the numbers of the first and the last line that can be read. */
static void
note_line (Rescue *self, const char *line, gsize n)
{
  g_autoptr (DsEntry) entry = ds_entry_parse (line, (gssize)n, NULL);

  if (entry == NULL)
    return;
  if (self->first_seq == 0)
    self->first_seq = entry->seq;
  self->last_seq = MAX (self->last_seq, entry->seq);
}

static gboolean
take_lines (Rescue *self, GBytes *content, DsTrouble **trouble)
{
  gsize n;
  const char *text = g_bytes_get_data (content, &n);
  const char *end = text + n;

  while (text < end)
    {
      const char *batch = text;
      g_autoptr (GBytes) lines = NULL;

      for (guint i = 0; i < DS_PUSH_MAX_LINES && text < end; i++)
        {
          const char *line_end = memchr (text, '\n', (gsize)(end - text));

          line_end = line_end ? line_end : end;
          note_line (self, text, (gsize)(line_end - text));
          text = MIN (line_end + 1, end);
        }
      lines = g_bytes_new (batch, (gsize)(text - batch));
      if (!push_lines (self, lines, trouble))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_records (Rescue *self, GArray *records, DsTrouble **trouble)
{
  const DsSealedRecord *first = records->len > 0 ? &g_array_index (records, DsSealedRecord, 0) : NULL;

  if (first == NULL || first->kind != DS_SEALED_DEVICE)
    {
      ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The file ends before it says whose it is");
      return FALSE;
    }
  if (!read_device (self, first, trouble))
    return FALSE;
  for (guint i = 1; i < records->len; i++)
    {
      const DsSealedRecord *record = &g_array_index (records, DsSealedRecord, i);

      if (record->kind == DS_SEALED_LINES && !take_lines (self, record->content, trouble))
        return FALSE;
      self->ended |= record->kind == DS_SEALED_END;
    }
  return TRUE;
}

/* What is still open of the handheld: a dead one cannot close its shift. */
static json_t *
list_open_shifts (Rescue *self, GError **error)
{
  g_autoptr (json_t) shifts = json_array ();
  DsQuery *query = ds_depot_sql_query (self->depot->db, error,
                                       "SELECT id FROM shift WHERE device = ? AND closed_at_ms = 0", "s",
                                       self->device->id);
  gboolean row;

  while (query != NULL && ds_db_step (self->depot->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&shifts);
        }
      json_array_append_new (shifts, json_string (ds_db_column_text (query, 0)));
    }
  return NULL;
}

/* The file is on record with what it brought; brought again, it stays as it was the first time. */
static gboolean
note_rescue (Rescue *self, GBytes *file, gint64 n_new, GError **error)
{
  g_autofree char *sm3 = ds_sm3_hex (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  g_autofree char *detail = g_strdup_printf (
      "Entries %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
      " came from a card, brought by %s; %" G_GINT64_FORMAT " were new",
      self->first_seq, self->last_seq, self->by_device ? "another handheld" : "a person", n_new);

  if (!ds_depot_begin (self->depot, error))
    return FALSE;
  if (!ds_depot_sql_run (self->depot->db, error,
                         "INSERT OR IGNORE INTO rescue (sm3, device, by_device, at_ms, first_seq, last_seq,"
                         " n_new) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "sssiiii", sm3, self->device->id, self->by_device, ds_depot_now_ms (self->depot),
                         self->first_seq, self->last_seq, n_new)
      || (n_new > 0 && !ds_depot_note_incident (self->depot, "rescue", sm3, detail, error)))
    {
      ds_depot_rollback (self->depot);
      return FALSE;
    }
  return ds_depot_commit (self->depot, error);
}

static json_t *
report (Rescue *self, GBytes *file, gsize rest, GError **error)
{
  g_autoptr (DsDevice) now = NULL;
  g_autoptr (json_t) shifts = NULL;
  gint64 n_new;

  if (!ds_depot_load_device (self->depot, self->device->id, &now, error))
    return NULL;
  n_new = now->seq - self->device->seq;
  shifts = list_open_shifts (self, error);
  if (shifts == NULL || !note_rescue (self, file, n_new, error))
    return NULL;
  return json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:O, s:O}", "device", now->id, "courier",
                    now->courier_id, "first_seq", (json_int_t)self->first_seq, "last_seq",
                    (json_int_t)self->last_seq, "new", (json_int_t)n_new, "acknowledged",
                    (json_int_t)now->seq, "complete", (int)(self->ended && rest == 0), "unread_bytes",
                    (json_int_t)rest, "refused", self->refused, "open_shifts", shifts);
}

json_t *
ds_depot_answer_rescue (DsDepot *self, const char *by_device, GBytes *file, DsTrouble **trouble)
{
  g_auto (Rescue) rescue = { .depot = self, .by_device = by_device, .refused = json_array () };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) records = NULL;
  gsize rest;
  json_t *answer;

  records = ds_depot_open_sealed (self, file, &rest, &error);
  if (records == NULL)
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "%s", error->message);
  if (!take_records (&rescue, records, trouble))
    return NULL;
  answer = report (&rescue, file, rest, &error);
  return answer ? answer : ds_trouble_set_from_error (trouble, error);
}

json_t *
ds_depot_rescue (DsDepot *self, GBytes *file, GError **error)
{
  g_autoptr (DsTrouble) trouble = NULL;
  json_t *answer;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (file != NULL, NULL);

  answer = ds_depot_answer_rescue (self, NULL, file, &trouble);
  if (answer == NULL)
    {
      json_t *expected = json_object_get (trouble->members, "expected");

      if (trouble->kind == DS_TROUBLE_GAP)
        g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                     "The depot lacks the entries from %" JSON_INTEGER_FORMAT
                     " to the first of this file: bring the earlier files of the card first",
                     json_integer_value (expected));
      else
        g_set_error_literal (error, DS_ERROR,
                             trouble->kind == DS_TROUBLE_FORK || trouble->kind == DS_TROUBLE_NOT_FOUND
                                 ? DS_ERROR_CONFLICT
                                 : DS_ERROR_INVALID,
                             trouble->detail);
    }
  return answer;
}
