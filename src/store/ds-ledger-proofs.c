/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs of handing over: their entries are the journal's; what became of their contents is kept beside. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-blob-files.h"
#include "ds-encoding.h"
#include "ds-error.h"

#include <string.h>

/* The digest of a content in an entry, in hexadecimal. */
static gboolean
is_digest (const char *text)
{
  return strlen (text) == 2 * DS_SM3_SIZE && strspn (text, "0123456789abcdef") == 2 * DS_SM3_SIZE;
}

/* A key of its own, so that what is learnt about one use of the device's key says nothing about the others. */
static gboolean
get_blob_key (DsLedger *self, const guint8 **key, GError **error)
{
  *key = self->blob_key;
  if (self->key != NULL)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld has no key yet");
  return FALSE;
}

/* The journal */

static gboolean
insert_blob (DsLedger *self, const char *sm3, const char *shift, gint64 size, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "INSERT OR IGNORE INTO blobs (sm3, shift, size, state) VALUES (?1, ?2, ?3, 'kept')", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, sm3);
  ds_db_bind_text (query, 2, shift);
  ds_db_bind_int (query, 3, size);
  return ds_db_run (self->db, query, error);
}

static gboolean
insert_proof (DsLedger *self,
              const char *stop,
              const char *kind,
              const char *sm3,
              gint64 size,
              const char *payment,
              gboolean checked,
              gint64 at_ms,
              GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT INTO proofs (stop, kind, sm3, size, payment, checked, at_ms)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop);
  ds_db_bind_text (query, 2, kind);
  ds_db_bind_text (query, 3, sm3);
  ds_db_bind_int (query, 4, size);
  ds_db_bind_text (query, 5, payment);
  ds_db_bind_int (query, 6, checked);
  ds_db_bind_int (query, 7, at_ms);
  ds_ledger_touch (self, stop);
  return ds_db_run (self->db, query, error);
}

gboolean
ds_ledger_project_proof (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  const char *stop, *shift, *name, *sm3;
  const char *payment;
  json_int_t size;
  int checked;
  DsProofKind kind;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s, s:s, s:s, s:I, s:b}", "stop", &stop, "shift", &shift,
                       "kind", &name, "sm3", &sm3, "size", &size, "checked", &checked)
      || !ds_ledger_read_nullable (entry->data, "payment", &payment, error))
    return FALSE;
  if (!ds_proof_kind_from_name (name, &kind) || !is_digest (sm3) || size < 1 || size > DS_PROOF_MAX_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "A proof has a kind, the SM3 of its content, and at most 1 MiB");
      return FALSE;
    }
  if (!replaying && !ds_ledger_check_stop (self, stop, error))
    return FALSE;
  /* What the journal says is kept must be kept before. */
  if (!replaying && !ds_blob_files_has (self->directory, sm3))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "The proof's content was not kept");
      return FALSE;
    }
  return insert_blob (self, sm3, shift, size, error)
         && insert_proof (self, stop, name, sm3, size, payment, checked, entry->at_ms, error);
}

/* A wrong pickup code: counted, so that neither a restart nor a new page gives new tries. */
gboolean
ds_ledger_project_proof_refused (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  const char *stop, *name;
  DsProofKind kind;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s}", "stop", &stop, "kind", &name))
    return FALSE;
  if (!ds_proof_kind_from_name (name, &kind) || kind != DS_PROOF_PICKUP_CODE)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Only pickup codes can be wrong");
      return FALSE;
    }
  return (replaying || ds_ledger_check_stop (self, stop, error))
         && insert_proof (self, stop, name, NULL, 0, NULL, FALSE, entry->at_ms, error);
}

/* Contents */

char *
ds_ledger_keep_blob (DsLedger *self, GBytes *bytes, GError **error)
{
  const guint8 *key;
  g_autoptr (GError) problem = NULL;
  char *sm3;

  ds_ledger_assert_thread (self);

  if (!get_blob_key (self, &key, error))
    return NULL;
  sm3 = ds_blob_files_keep (self->directory, key, bytes, &problem);
  /* The reserve is for settling what was begun, not for pictures. */
  if (sm3 == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return sm3;
}

GBytes *
ds_ledger_load_blob (DsLedger *self, const char *sm3, GError **error)
{
  const guint8 *key;

  ds_ledger_assert_thread (self);

  return get_blob_key (self, &key, error) ? ds_blob_files_read (self->directory, key, sm3, error) : NULL;
}

/* Returns: whether the query ran; @sm3 stays %NULL when no content waits. */
static gboolean
find_waiting (DsLedger *self, char **sm3, GError **error)
{
  /* The oldest first, as the journal names them. */
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT b.sm3 FROM blobs b JOIN proofs p ON p.sm3 = b.sm3"
                                  " WHERE b.state = 'kept' ORDER BY p.n LIMIT 1",
                                  error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  *sm3 = row ? g_strdup (ds_db_column_text (query, 0)) : NULL;
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_ledger_load_waiting_blob (DsLedger *self, char **sm3, GBytes **bytes, GError **error)
{
  ds_ledger_assert_thread (self);

  *bytes = NULL;
  for (;;)
    {
      g_autoptr (GError) problem = NULL;

      if (!find_waiting (self, sm3, error))
        return FALSE;
      if (*sm3 == NULL)
        return TRUE;
      *bytes = ds_ledger_load_blob (self, *sm3, &problem);
      if (*bytes != NULL)
        return TRUE;
      /* Nobody can send it any more: its stop says so, and the others go on. */
      if (!ds_ledger_set_blob_state (self, *sm3, DS_BLOB_LOST, error))
        return FALSE;
      g_clear_pointer (sm3, g_free);
    }
}

static gboolean
touch_stops_of (DsLedger *self, const char *sm3, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT stop FROM proofs WHERE sm3 = ?1", error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, sm3);
  while (ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      ds_ledger_touch (self, ds_db_column_text (query, 0));
    }
  return FALSE;
}

gboolean
ds_ledger_set_blob_state (DsLedger *self, const char *sm3, DsBlobState state, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "UPDATE blobs SET state = ?2 WHERE sm3 = ?1", error);

  ds_ledger_assert_thread (self);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, sm3);
  ds_db_bind_text (query, 2, ds_blob_state_to_name (state));
  return ds_db_run (self->db, query, error) && touch_stops_of (self, sm3, error)
         && ds_ledger_count_blobs (self, error);
}

/* The depot was restored from an old copy and may lack contents too. Sending one that it has is cheap. */
gboolean
ds_ledger_send_blobs_again (DsLedger *self, GError **error)
{
  ds_ledger_assert_thread (self);

  return ds_db_exec (self->db, "UPDATE blobs SET state = 'kept' WHERE state = 'sent'", error)
         && ds_ledger_count_blobs (self, error);
}

gboolean
ds_ledger_count_blobs (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT count (*) FROM blobs WHERE state = 'kept'", error);
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  self->n_waiting_blobs = row ? ds_db_column_int (query, 0) : 0;
  ds_db_reset (query);
  return TRUE;
}

/* Tidying */

/* Returns: (transfer full) (nullable): the first column of what @sql gives. */
static GPtrArray *
load_digests (DsLedger *self, const char *sql, GError **error)
{
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  DsQuery *query = ds_db_prepare (self->db, sql, error);
  gboolean row;

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&digests);
        }
      g_ptr_array_add (digests, g_strdup (ds_db_column_text (query, 0)));
    }
  return NULL;
}

gboolean
ds_ledger_purge_blobs (DsLedger *self, GError **error)
{
  g_autoptr (GPtrArray) settled = NULL;

  ds_ledger_assert_thread (self);

  settled = load_digests (self,
                          "SELECT b.sm3 FROM blobs b JOIN statements t ON t.shift = b.shift"
                          " WHERE b.state = 'sent'",
                          error);
  if (settled == NULL)
    return FALSE;
  /* The row first: a file without a row is removed at the next start, a row without a file would be a loss. */
  for (guint i = 0; i < settled->len; i++)
    {
      const char *sm3 = g_ptr_array_index (settled, i);

      if (!ds_ledger_set_blob_state (self, sm3, DS_BLOB_PURGED, error)
          || !ds_blob_files_remove (self->directory, sm3, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ds_ledger_sweep_blobs (DsLedger *self, GError **error)
{
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) names = NULL;

  ds_ledger_assert_thread (self);

  kept = load_digests (self, "SELECT sm3 FROM blobs WHERE state IN ('kept', 'sent', 'refused')", error);
  if (kept == NULL)
    return FALSE;
  for (guint i = 0; i < kept->len; i++)
    g_hash_table_add (known, g_ptr_array_index (kept, i));
  /* What was kept for an entry that never came, half-written files, and what is purged. */
  names = ds_blob_files_list (self->directory);
  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (!g_hash_table_contains (known, names[i])
          && !ds_blob_files_remove (self->directory, names[i], error))
        return FALSE;
    }
  return ds_ledger_purge_blobs (self, error);
}

/* Reading */

gboolean
ds_ledger_read_proofs (DsLedger *self, const char *stop_id, GHashTable *stops_by_id, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  stop_id != NULL
                                      ? "SELECT p.stop, p.kind, p.sm3, p.size, p.payment, p.checked, p.at_ms,"
                                        " b.state FROM proofs p LEFT JOIN blobs b ON b.sm3 = p.sm3"
                                        " WHERE p.stop = ?1 ORDER BY p.n"
                                      : "SELECT p.stop, p.kind, p.sm3, p.size, p.payment, p.checked, p.at_ms,"
                                        " b.state FROM proofs p LEFT JOIN blobs b ON b.sm3 = p.sm3"
                                        " ORDER BY p.n",
                                  error);
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query != NULL && stop_id != NULL)
    ds_db_bind_text (query, 1, stop_id);
  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      g_autoptr (DsProof) proof = NULL;
      DsStop *stop;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      stop = g_hash_table_lookup (stops_by_id, ds_db_column_text (query, 0));
      if (stop == NULL)
        continue;
      if (ds_db_column_text (query, 2) == NULL)
        {
          stop->n_wrong_pickup_codes++;
          continue;
        }
      proof = g_new0 (DsProof, 1);
      proof->sm3 = g_strdup (ds_db_column_text (query, 2));
      proof->size = ds_db_column_int (query, 3);
      proof->payment_id = g_strdup (ds_db_column_text (query, 4));
      proof->checked = ds_db_column_int (query, 5) != 0;
      proof->at_ms = ds_db_column_int (query, 6);
      if (!ds_proof_kind_from_name (ds_db_column_text (query, 1), &proof->kind)
          || !ds_blob_state_from_name (ds_db_column_text (query, 7), &proof->blob))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "A proof of stop %s has no known kind", stop->id);
          ds_db_reset (query);
          return FALSE;
        }
      g_ptr_array_add (stop->proofs, g_steal_pointer (&proof));
    }
  return FALSE;
}
