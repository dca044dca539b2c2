/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must not be lost with the handheld: rescue files, evidence set aside, and the wiping when nothing is left to
 * lose. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-blob-files.h"
#include "ds-clock.h"
#include "ds-durable-file.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-lock.h"
#include "ds-sealed-file.h"
#include "ds-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* A complete export begins so many entries before the first that the depot has not acknowledged, for a depot that
 * was restored from an old copy. */
#define MARGIN_ENTRIES 1000
#define RECORD_LINES 500
#define RECORD_BYTES (512 * 1024)

#define EVIDENCE_NAME "evidence"
/* More of them would only fill the disk: each is a whole copy. */
#define MAX_EVIDENCE 8
#define RUNNING_NAME "running"
#define WIPING_NAME "signed-out"

/* Files of the store, the key first: without it the rest is of no use to anybody. */
static const char *const files[]
    = { "device-key.pem", "doorstep.db",   "doorstep.db-wal", "doorstep.db-shm",   "doorstep.db-journal",
        "anchor",         "rescue-folder", DS_LOCK_FILE,      DS_STORE_PLACE_FILE, RUNNING_NAME };
#define N_EVIDENCE_FILES 6

static gboolean
not_enrolled (GError **error)
{
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
  return FALSE;
}

char *
ds_ledger_describe_device (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT acknowledgement FROM state", error);
  g_autofree char *public_key = self->key ? ds_key_get_public_hex (self->key) : NULL;
  g_autoptr (json_t) object = NULL;
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return NULL;
  if (self->identity != NULL)
    object = json_pack ("{s:s, s:s, s:s*, s:s, s:I, s:s*}", "device", self->identity->device_id, "courier",
                        self->identity->courier_id, "public_key", public_key, "app_version", DS_VERSION,
                        "made_at_ms", (json_int_t)ds_clock_get_wall_ms (self->clock), "acknowledgement",
                        row ? ds_db_column_text (query, 0) : NULL);
  ds_db_reset (query);
  if (object == NULL)
    {
      not_enrolled (error);
      return NULL;
    }
  return ds_json_to_line (object);
}

static gboolean
add_record (GByteArray *file, DsSealer *sealer, DsSealedKind kind, const void *data, gsize n, GError **error)
{
  g_autoptr (GBytes) record = ds_sealer_seal (sealer, kind, data, n, error);

  if (record == NULL)
    return FALSE;
  g_byte_array_append (file, g_bytes_get_data (record, NULL), (guint)g_bytes_get_size (record));
  return TRUE;
}

static gboolean
add_lines (DsLedger *self, GByteArray *file, DsSealer *sealer, gint64 first_seq, GError **error)
{
  g_autofree char *end = NULL;
  gint64 next = first_seq;

  for (;;)
    {
      g_autoptr (DsOutbox) outbox = ds_ledger_load_outbox (self, next, RECORD_LINES, RECORD_BYTES, error);

      if (outbox == NULL)
        return FALSE;
      if (outbox->first_seq == 0)
        break;
      if (!add_record (file, sealer, DS_SEALED_LINES, g_bytes_get_data (outbox->lines, NULL),
                       g_bytes_get_size (outbox->lines), error))
        return FALSE;
      next = outbox->last_seq + 1;
    }
  end = g_strdup_printf ("{\"first_seq\":%" G_GINT64_FORMAT ",\"last_seq\":%" G_GINT64_FORMAT "}", first_seq,
                         next - 1);
  return add_record (file, sealer, DS_SEALED_END, end, strlen (end), error);
}

gboolean
ds_ledger_export_sealed (DsLedger *self, const char *path, GError **error)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GBytes) head = NULL;
  g_autoptr (DsSealer) sealer = NULL;
  g_autofree char *device = NULL;

  ds_ledger_assert_thread (self);

  if (self->identity == NULL)
    return not_enrolled (error);
  sealer = ds_sealer_new (ds_identity_get_newest_key (self->identity), &head, error);
  device = sealer ? ds_ledger_describe_device (self, error) : NULL;
  if (device == NULL)
    return FALSE;
  g_byte_array_append (file, g_bytes_get_data (head, NULL), (guint)g_bytes_get_size (head));
  return add_record (file, sealer, DS_SEALED_DEVICE, device, strlen (device), error)
         && add_lines (self, file, sealer, MAX (self->acknowledged_seq + 1 - MARGIN_ENTRIES, 1), error)
         && ds_durable_file_write (path, file->data, file->len, error);
}

/* Evidence */

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) problem = NULL;

  if (g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &problem)
      || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    n++;
  return n;
}

/* The same finding at each start is one copy: what was found, and where the journal ended, name it. */
static char *
make_evidence_path (DsLedger *self, const char *parent)
{
  g_autofree char *what = g_strdup_printf (
      "%s %" G_GINT64_FORMAT " %s", self->health_text ? self->health_text : "", self->head_seq, self->head);
  g_autofree char *sm3 = ds_sm3_hex (what, strlen (what));

  sm3[16] = '\0';
  return g_build_filename (parent, sm3, NULL);
}

gboolean
ds_ledger_keep_evidence (DsLedger *self, GError **error)
{
  g_autofree char *parent = g_build_filename (self->directory, EVIDENCE_NAME, NULL);
  g_autofree char *path = make_evidence_path (self, parent);
  g_autofree char *finding = g_build_filename (path, "finding.txt", NULL);
  g_autofree char *text = g_strconcat (self->health_text ? self->health_text : "", "\n", NULL);

  ds_ledger_assert_thread (self);

  if (g_file_test (finding, G_FILE_TEST_EXISTS) || count_entries (parent) >= MAX_EVIDENCE)
    return TRUE;
  if (!ds_durable_directory_make (parent, error) || !ds_durable_directory_make (path, error))
    return FALSE;
  for (gsize i = 0; i < N_EVIDENCE_FILES; i++)
    {
      g_autofree char *from = g_build_filename (self->directory, files[i], NULL);
      g_autofree char *to = g_build_filename (path, files[i], NULL);

      /* The key is not evidence, and one copy of it is enough. */
      if (i > 0 && !copy_file (from, to, error))
        return FALSE;
    }
  /* Last: where it stands, the copy is whole. */
  return ds_durable_file_write (finding, text, strlen (text), error);
}

/* How the last run ended */

void
ds_ledger_begin_run (DsLedger *self)
{
  g_autofree char *path = g_build_filename (self->directory, RUNNING_NAME, NULL);

  self->unclean = g_file_test (path, G_FILE_TEST_EXISTS);
  /* On a full disk there is no mark, and the next start may leave out a check; this one goes on. */
  if (!self->unclean)
    ds_durable_file_write (path, "", 0, NULL);
}

void
ds_ledger_end_run (DsLedger *self)
{
  g_autofree char *path = g_build_filename (self->directory, RUNNING_NAME, NULL);

  if (self->health == DS_STORE_HEALTHY)
    (void)g_unlink (path);
}

/* Signing out */

static gboolean
remove_files (const char *directory, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (directory, files[i], NULL);

      if (g_unlink (path) != 0 && errno != ENOENT)
        {
          int problem = errno;

          g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "“%s” cannot be removed: %s", path,
                       g_strerror (problem));
          return FALSE;
        }
    }
  return ds_blob_files_remove_all (directory, error) && ds_durable_directory_sync (directory, error);
}

gboolean
ds_ledger_finish_wipe (const char *directory, GError **error)
{
  g_autofree char *marker = g_build_filename (directory, WIPING_NAME, NULL);

  if (!g_file_test (marker, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!remove_files (directory, error))
    return FALSE;
  (void)g_unlink (marker);
  return ds_durable_directory_sync (directory, error);
}

gboolean
ds_ledger_wipe (DsLedger *self, GError **error)
{
  g_autofree char *marker = g_build_filename (self->directory, WIPING_NAME, NULL);

  ds_ledger_assert_thread (self);

  /* From here on it is done, also when the power goes: the next start goes on with it. */
  if (!ds_durable_file_write (marker, "", 0, error))
    return FALSE;
  g_clear_pointer (&self->db, ds_db_close);
  g_clear_pointer (&self->key, ds_key_unref);
  return ds_ledger_finish_wipe (self->directory, error);
}
