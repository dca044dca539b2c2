/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-ledger.h"

#include "ds-ballast.h"

#include "ds-clock.h"
#include "ds-error.h"

#include <string.h>

/* Less is the ordinary adjustment of a clock by the network. */
#define CLOCK_JUMP_MS (10 * 1000)

static gboolean
insert_line (DsLedger *self, const DsEntry *entry, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "INSERT INTO journal (seq, line) VALUES (?1, ?2)", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, entry->seq);
  ds_db_bind_text (query, 2, entry->line);
  return ds_db_run (self->db, query, error);
}

char *
ds_ledger_load_line (DsLedger *self, gint64 seq, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT line FROM journal WHERE seq = ?1", error);
  char *line = NULL;
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query == NULL)
    return NULL;
  ds_db_bind_int (query, 1, seq);
  if (!ds_db_step (self->db, query, &row, error))
    return NULL;
  if (row)
    line = g_strdup (ds_db_column_text (query, 0));
  ds_db_reset (query);
  return line;
}

static gboolean
check_writable (DsLedger *self, GError **error)
{
  if (self->health == DS_STORE_HEALTHY)
    return TRUE;
  g_set_error_literal (error, DS_ERROR,
                       self->health == DS_STORE_READ_ONLY ? DS_ERROR_READ_ONLY : DS_ERROR_FROZEN,
                       self->health_text);
  return FALSE;
}

/* Signs, writes and applies one entry behind the last of @entries, or the head. */
static gboolean
write_entry (DsLedger *self, const char *type, json_t *data, GPtrArray *entries, GError **error)
{
  const DsEntry *last = entries->len > 0 ? g_ptr_array_index (entries, entries->len - 1) : NULL;
  g_autofree char *id = ds_id_new (self->clock, self->random);
  DsEntry *entry
      = ds_entry_sign (self->key, self->identity->device_id, (last ? last->seq : self->head_seq) + 1,
                       last ? last->hash : self->head, id, self->clock, type, data, error);

  if (entry == NULL)
    return FALSE;
  g_ptr_array_add (entries, entry);
  return insert_line (self, entry, error) && ds_ledger_project (self, entry, FALSE, error);
}

/* Within one boot wall and monotonic time go together; where they do not, somebody or something set the clock. It is
 * journalled before anything is journalled with the new time. */
static gboolean
write_clock_jump (DsLedger *self, GPtrArray *entries, GError **error)
{
  gint64 by_ms
      = ds_clock_get_wall_ms (self->clock) - ds_clock_get_mono_ms (self->clock) - self->wall_less_mono_ms;
  g_autoptr (json_t) data = NULL;

  if (g_strcmp0 (self->boot, ds_clock_get_boot_id (self->clock)) != 0 || ABS (by_ms) < CLOCK_JUMP_MS)
    return TRUE;
  data = json_pack ("{s:I}", "by_ms", (json_int_t)by_ms);
  return write_entry (self, "clock.jumped", data, entries, error);
}

/* Adds the entries to @entries. The caller holds the transaction. */
static gboolean
write_entries (DsLedger *self, const DsDraft *drafts, gsize n_drafts, GPtrArray *entries, GError **error)
{
  if (!write_clock_jump (self, entries, error))
    return FALSE;
  for (gsize i = 0; i < n_drafts; i++)
    {
      if (!write_entry (self, drafts[i].type, drafts[i].data, entries, error))
        return FALSE;
    }
  return TRUE;
}

/* An I/O error in COMMIT leaves open whether it took hold. The entries are never signed again: either exactly
 * these bytes are there, or nothing is. */
static gboolean
read_back (DsLedger *self, const DsEntry *first, gboolean *written, GError **error)
{
  g_autofree char *line = NULL;
  g_autoptr (GError) problem = NULL;

  if (ds_ledger_reopen (self, &problem))
    {
      line = ds_ledger_load_line (self, first->seq, &problem);
      if (problem == NULL)
        {
          *written = g_strcmp0 (line, first->line) == 0;
          return TRUE;
        }
    }

  ds_ledger_set_health (
      self, DS_STORE_DAMAGED,
      "The disk failed while something was being recorded. Close Doorstep, open it again, and"
      " look whether the last step is there before repeating it");
  /* Not "nothing was written": that nobody knows before the next start. */
  g_set_error (error, DS_ERROR, DS_ERROR_FROZEN, "The disk failed and cannot be read back: %s",
               problem->message);
  return FALSE;
}

static gboolean
commit (DsLedger *self, GPtrArray *entries, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean written = FALSE;

  if (ds_db_commit (self->db, &problem))
    return TRUE;
  if (ds_db_was_full (self->db))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (!read_back (self, g_ptr_array_index (entries, 0), &written, error))
    return FALSE;
  if (!written)
    g_propagate_error (error, g_steal_pointer (&problem));
  return written;
}

static void
advance_head (DsLedger *self, GPtrArray *entries)
{
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);

  self->head_seq = last->seq;
  self->intact_seq = last->seq;
  g_free (self->head);
  self->head = g_strdup (last->hash);
  ds_ledger_note_time (self, last);
}

static gboolean
try_append (DsLedger *self,
            const DsIdentity *new_identity,
            const DsDraft *drafts,
            gsize n_drafts,
            GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_entry_free);
  gboolean done;

  if (!ds_db_begin (self->db, error))
    return FALSE;
  if ((new_identity != NULL && !ds_ledger_save_identity (self, new_identity, error))
      || !write_entries (self, drafts, n_drafts, entries, error))
    {
      ds_db_rollback (self->db);
      ds_ledger_forget_touched (self);
      return FALSE;
    }

  done = commit (self, entries, error);
  if (!done)
    {
      ds_ledger_forget_touched (self);
      return FALSE;
    }
  advance_head (self, entries);
  return TRUE;
}

/* A full disk is certain to have taken nothing, so here, and only here, the same is written anew. */
static gboolean
append (DsLedger *self, const DsIdentity *new_identity, const DsDraft *drafts, gsize n_drafts, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (try_append (self, new_identity, drafts, n_drafts, &problem))
    return TRUE;
  if (ds_ledger_make_room (self))
    return try_append (self, new_identity, drafts, n_drafts, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* What is left of the reserve is for what was begun before it was needed. */
static gboolean
check_room (DsLedger *self, const DsDraft *drafts, gsize n_drafts, GError **error)
{
  if (!self->short_of_room)
    return TRUE;
  for (gsize i = 0; i < n_drafts; i++)
    {
      if (strcmp (drafts[i].type, "shift.opened") != 0)
        continue;
      self->short_of_room = !ds_ballast_take (self->directory);
      if (!self->short_of_room)
        return TRUE;
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE,
                           "The handheld's storage is full. Free some space before the next shift");
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_type (const DsDraft *drafts, gsize n_drafts, const char *prefix)
{
  for (gsize i = 0; i < n_drafts; i++)
    {
      if (g_str_has_prefix (drafts[i].type, prefix))
        return TRUE;
    }
  return FALSE;
}

gboolean
ds_ledger_append (DsLedger *self, const DsDraft *drafts, gsize n_drafts, GError **error)
{
  ds_ledger_assert_thread (self);

  if (!check_writable (self, error))
    return FALSE;
  if (self->identity == NULL || self->key == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  if (!check_room (self, drafts, n_drafts, error) || !append (self, NULL, drafts, n_drafts, error))
    return FALSE;

  /* Committed is committed: that the shift cannot be read back afterwards is no failure of the append. */
  if (has_type (drafts, n_drafts, "shift."))
    {
      g_autoptr (GError) problem = NULL;

      if (!ds_ledger_load_shift (self, &problem))
        ds_ledger_note_failure (self, problem);
    }
  if (has_type (drafts, n_drafts, "proof."))
    {
      g_autoptr (GError) problem = NULL;

      if (!ds_ledger_count_blobs (self, &problem))
        ds_ledger_note_failure (self, problem);
    }
  return TRUE;
}

gboolean
ds_ledger_enrol (DsLedger *self, const DsIdentity *identity, const char *model, GError **error)
{
  g_autofree char *public_key = NULL;
  g_autoptr (json_t) data = NULL;
  DsDraft draft = { .type = "device.enrolled" };

  ds_ledger_assert_thread (self);

  if (!check_writable (self, error))
    return FALSE;
  if (self->identity != NULL || self->head_seq > 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is enrolled already");
      return FALSE;
    }
  if (!ds_ledger_check_practice (self, identity->is_practice, error))
    return FALSE;
  if (self->key == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld has no key yet");
      return FALSE;
    }

  public_key = ds_key_get_public_hex (self->key);
  data = json_pack ("{s:s, s:s, s:s}", "public_key", public_key, "app_version", DS_VERSION, "model", model);
  if (data == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The model's name is no text in UTF-8");
      return FALSE;
    }
  draft.data = data;
  self->identity = ds_identity_copy (identity);
  if (!append (self, identity, &draft, 1, error))
    {
      g_clear_pointer (&self->identity, ds_identity_free);
      return FALSE;
    }
  return TRUE;
}
