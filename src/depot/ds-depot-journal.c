/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking a handheld's journal: the chain decides what is new, one signature vouches for all of it, and nothing is
 * acknowledged before it is on the disk. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

#define MAX_LINES 1000

/* Takes the lines apart. Returns: (transfer full) (element-type DsEntry). */
static GPtrArray *
read_lines (const DsDevice *device, GBytes *lines, DsTrouble **trouble)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_entry_free);
  gsize n;
  const char *at = g_bytes_get_data (lines, &n);
  const char *end = at + n;

  while (at != NULL && at < end)
    {
      const char *line_end = memchr (at, '\n', (gsize)(end - at));
      gsize line_n = (gsize)((line_end ? line_end : end) - at);
      g_autoptr (GError) error = NULL;
      DsEntry *entry;

      if (entries->len == MAX_LINES)
        return ds_trouble_set (trouble, DS_TROUBLE_TOO_LARGE, "A push has at most %d lines", MAX_LINES);
      if (line_n > DS_ENTRY_MAX_BYTES)
        return ds_trouble_set (trouble, DS_TROUBLE_TOO_LARGE, "Line %u has more than %d bytes",
                               entries->len + 1, DS_ENTRY_MAX_BYTES);
      entry = ds_entry_parse (at, (gssize)line_n, &error);
      if (entry == NULL)
        return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "Line %u: %s", entries->len + 1, error->message);
      g_ptr_array_add (entries, entry);
      if (!g_str_equal (entry->device_id, device->id))
        return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "Line %u is another handheld's", entries->len);
      at += line_n + 1;
    }
  if (entries->len == 0)
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "There is no line");
  return g_steal_pointer (&entries);
}

/* Whether each line follows the one before it in the push. */
static gboolean
check_chain (GPtrArray *entries, DsTrouble **trouble)
{
  for (guint i = 1; i < entries->len; i++)
    {
      const DsEntry *before = g_ptr_array_index (entries, i - 1);
      const DsEntry *entry = g_ptr_array_index (entries, i);

      if (entry->seq != before->seq + 1 || !g_str_equal (entry->prev, before->hash))
        {
          ds_trouble_set (trouble, DS_TROUBLE_INVALID, "Line %u does not follow the line before it", i + 1);
          return FALSE;
        }
    }
  return TRUE;
}

/* How a push relates to what is held. */
typedef struct
{
  guint first_new;  /* the first entry that is not held yet, when it follows */
  gint64 forks_at;  /* 0: it follows what is held */
  guint first_fork; /* the first entry that is another than the one held, or behind such a one */
} Comparison;

/* Compares the lines with what is held. Returns: %FALSE with a trouble when that cannot be said. */
static gboolean
compare_with_held (DsDepot *self,
                   const DsDevice *device,
                   GPtrArray *entries,
                   Comparison *comparison,
                   DsTrouble **trouble)
{
  const DsEntry *first = g_ptr_array_index (entries, 0);
  g_autoptr (GError) error = NULL;
  gboolean apart = FALSE;

  if (device->forks_at > 0 && !ds_depot_fork_continues (self, device, first, &apart, &error))
    {
      ds_trouble_set_from_error (trouble, error);
      return FALSE;
    }
  if (apart)
    {
      comparison->forks_at = device->forks_at;
      return TRUE;
    }
  if (first->seq > device->seq + 1)
    {
      ds_trouble_set_number (trouble, DS_TROUBLE_GAP, "expected", device->seq + 1,
                             "Entries are missing before these: send them first");
      return FALSE;
    }
  for (guint i = 0; i < entries->len; i++)
    {
      const DsEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *held = NULL;

      comparison->first_new = comparison->first_fork = i;
      if (entry->seq > device->seq)
        {
          /* Another line before this one than the one that is held. */
          if (!g_str_equal (entry->prev, device->head))
            comparison->forks_at = MAX (device->seq, 1);
          return TRUE;
        }
      if (!ds_depot_sql_get_text (self->db, &held, &error,
                                  "SELECT hash FROM entry WHERE device = ? AND seq = ?", "si", device->id,
                                  entry->seq))
        {
          ds_trouble_set_from_error (trouble, error);
          return FALSE;
        }
      if (g_strcmp0 (held, entry->hash) != 0)
        {
          comparison->forks_at = entry->seq;
          return TRUE;
        }
    }
  comparison->first_new = entries->len;
  return TRUE;
}

static gboolean
store_entry (DsDepot *self, const DsDevice *device, const DsEntry *entry, GError **error)
{
  g_autofree char *refused = NULL;
  gint64 n_known;

  if (!ds_depot_sql_get_int (self->db, &n_known, 0, error, "SELECT count (*) FROM entry WHERE id = ?", "s",
                             entry->id))
    return FALSE;
  if (n_known > 0)
    refused = g_strdup ("An entry with this id was applied before");
  else if (!ds_depot_apply_entry (self, device, entry, &refused, error))
    return FALSE;
  if (refused != NULL && !ds_depot_note_incident (self, "refused", entry->id, refused, error))
    return FALSE;
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO entry (device, seq, id, type, hash, received_at_ms, line, refused)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           "sisssiss", device->id, entry->seq, entry->id, entry->type, entry->hash,
                           ds_depot_now_ms (self), entry->line, refused);
}

static gboolean
store_entries (DsDepot *self, const DsDevice *device, GPtrArray *entries, guint first_new, GError **error)
{
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);

  if (!ds_depot_begin (self, error))
    return FALSE;
  for (guint i = first_new; i < entries->len; i++)
    {
      if (!store_entry (self, device, g_ptr_array_index (entries, i), error))
        {
          ds_depot_rollback (self);
          return FALSE;
        }
    }
  if (!ds_depot_sql_run (self->db, error, "UPDATE device SET seq = ?, head = ? WHERE id = ?", "iss",
                         last->seq, last->hash, device->id))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}

/* What was refused among the lines of this push, also when they were taken earlier. */
static json_t *
list_refused (DsDepot *self, const DsDevice *device, GPtrArray *entries, GError **error)
{
  const DsEntry *first = g_ptr_array_index (entries, 0);
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);
  g_autoptr (json_t) refused = json_array ();
  DsQuery *query
      = ds_depot_sql_query (self->db, error,
                            "SELECT seq, id, refused FROM entry WHERE device = ? AND seq BETWEEN ? AND ?"
                            " AND refused IS NOT NULL AND resolution IS NULL ORDER BY seq",
                            "sii", device->id, first->seq, last->seq);
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&refused);
        }
      json_array_append_new (
          refused, json_pack ("{s:I, s:s, s:s}", "seq", (json_int_t)ds_db_column_int (query, 0), "id",
                              ds_db_column_text (query, 1), "reason", ds_db_column_text (query, 2)));
    }
  return NULL;
}

/* Signed, so that neither side can later say that less was handed over. */
static char *
sign_acknowledgement (DsDepot *self, const DsDevice *device, GError **error)
{
  g_autoptr (json_t) payload
      = json_pack ("{s:s, s:I, s:s, s:I}", "device", device->id, "acknowledged", (json_int_t)device->seq,
                   "head", device->head, "at_ms", (json_int_t)ds_depot_now_ms (self));
  g_autofree char *line = ds_json_to_line (payload);

  return ds_jws_sign (self->key, "depot", line, strlen (line), error);
}

static json_t *
acknowledge (DsDepot *self, const char *device_id, GPtrArray *entries, GError **error)
{
  g_autoptr (DsDevice) device = NULL; /* as it is now */
  g_autoptr (json_t) refused = NULL;
  g_autofree char *acknowledgement = NULL;

  if (!ds_depot_load_device (self, device_id, &device, error))
    return NULL;
  refused = list_refused (self, device, entries, error);
  acknowledgement = refused ? sign_acknowledgement (self, device, error) : NULL;
  if (acknowledgement == NULL)
    return NULL;
  /* Whoever continues a journal that is forked must know it, though its own lines are taken. */
  return json_pack ("{s:I, s:s, s:s, s:O, s:o*}", "acknowledged", (json_int_t)device->seq, "head",
                    device->head, "acknowledgement", acknowledgement, "refused", refused, "forks_at",
                    device->forks_at > 0 ? json_integer (device->forks_at) : NULL);
}

/* The lines follow another one than the depot holds: they are kept as evidence, and nothing is acknowledged. */
static json_t *
refuse_fork (DsDepot *self,
             const DsDevice *device,
             GPtrArray *entries,
             const Comparison *comparison,
             DsTrouble **trouble)
{
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);
  g_autoptr (GError) error = NULL;

  if (!ds_depot_fork_keep (self, device, comparison->forks_at, entries, comparison->first_fork, &error))
    return ds_trouble_set_from_error (trouble, error);
  ds_trouble_set_number (
      trouble, DS_TROUBLE_FORK, "forks_at", comparison->forks_at,
      "The depot holds other entries under these numbers. Bring the handheld to the depot");
  json_object_set_new ((*trouble)->members, "kept", json_integer (last->seq));
  return NULL;
}

json_t *
ds_depot_answer_journal (DsDepot *self, const DsDevice *device, GBytes *lines, DsTrouble **trouble)
{
  g_autoptr (GPtrArray) entries = read_lines (device, lines, trouble);
  g_autoptr (GError) error = NULL;
  Comparison comparison = { 0 };
  json_t *answer;

  if (entries == NULL || !check_chain (entries, trouble)
      || !compare_with_held (self, device, entries, &comparison, trouble))
    return NULL;

  if (comparison.forks_at > 0 || comparison.first_new < entries->len)
    {
      g_autoptr (DsKey) key = ds_device_load_key (device, &error);

      if (key == NULL)
        return ds_trouble_set_from_error (trouble, error);
      /* The last line names, through the chain, every line before it. */
      if (!ds_entry_verify (g_ptr_array_index (entries, entries->len - 1), key))
        return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The last line is not signed by the handheld");
    }
  if (comparison.forks_at > 0)
    return refuse_fork (self, device, entries, &comparison, trouble);
  if (comparison.first_new < entries->len
      && !store_entries (self, device, entries, comparison.first_new, &error))
    return ds_trouble_set_from_error (trouble, error);
  answer = acknowledge (self, device->id, entries, &error);
  return answer ? answer : ds_trouble_set_from_error (trouble, error);
}
