/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking a handheld's journal: the chain decides what is new, and nothing is acknowledged before it is on the disk. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

/* How a push relates to what is held. */
typedef struct
{
  guint first_new;  /* the first entry that is not held yet, when it follows */
  gint64 forks_at;  /* 0: it follows what is held */
  gint64 expected;  /* 0: nothing is missing before it */
  guint first_fork; /* the first entry that is another than the one held, or behind such a one */
} Comparison;

/* Compares the entries with what is held. Returns: %FALSE when the database failed. */
static gboolean
compare_with_held (DsDepot *self,
                   const DsDevice *device,
                   GPtrArray *entries,
                   Comparison *comparison,
                   GError **error)
{
  const DsEntry *first = g_ptr_array_index (entries, 0);
  gboolean apart = FALSE;

  if (device->forks_at > 0 && !ds_depot_fork_continues (self, device, first, &apart, error))
    return FALSE;
  if (apart)
    {
      comparison->forks_at = device->forks_at;
      return TRUE;
    }
  if (first->seq > device->seq + 1)
    {
      comparison->expected = device->seq + 1;
      return TRUE;
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
      if (!ds_depot_sql_get_text (self->db, &held, error,
                                  "SELECT hash FROM entry WHERE device = ? AND seq = ?", "si", device->id,
                                  entry->seq))
        return FALSE;
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
store_entry (DsDepot *self, const DsDevice *device, const DsEntry *entry, guint *n_refused, GError **error)
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
  /* Whose it is: somebody must be asked about it. */
  if (refused != NULL
      && !ds_depot_open_case (
          self,
          &(DsCaseDraft){
              .kind = "refused", .subject = entry->id, .detail = refused, .courier_id = device->courier_id },
          error))
    return FALSE;
  *n_refused += refused != NULL;
  return ds_depot_sql_run (self->db, error,
                           "INSERT INTO entry (device, seq, id, type, hash, received_at_ms, line, refused,"
                           " payment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           "sisssisss", device->id, entry->seq, entry->id, entry->type, entry->hash,
                           ds_depot_now_ms (self), entry->line, refused,
                           json_string_value (json_object_get (entry->data, "payment")));
}

static gboolean
store_entries (DsDepot *self,
               const DsDevice *device,
               GPtrArray *entries,
               guint first_new,
               guint *n_refused,
               GError **error)
{
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);

  for (guint i = first_new; i < entries->len; i++)
    {
      if (!store_entry (self, device, g_ptr_array_index (entries, i), n_refused, error))
        return FALSE;
    }
  return ds_depot_sql_run (self->db, error, "UPDATE device SET seq = ?, head = ? WHERE id = ?", "iss",
                           last->seq, last->hash, device->id);
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

/* The lines follow another one than the depot holds: they are kept as evidence, and nothing is acknowledged. */
static gboolean
refuse_fork (DsDepot *self,
             const DsDevice *device,
             GPtrArray *entries,
             const Comparison *comparison,
             DsTrouble **trouble,
             GError **error)
{
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);

  if (!ds_depot_fork_keep (self, device, comparison->forks_at, entries, comparison->first_fork, error))
    return FALSE;
  ds_trouble_set_number (
      trouble, DS_TROUBLE_FORK, "forks_at", comparison->forks_at,
      "The depot holds other entries under these numbers. Bring the handheld to the depot");
  json_object_set_new ((*trouble)->members, "kept", json_integer (last->seq));
  return TRUE;
}

/* A push on its way. */
typedef struct
{
  DsIntakeJob base;

  DsKey *depot_key;
  json_t *depot_keys; /* (nullable): announcements of later ones than the handheld learnt first */
  char *device_id;
  char *public_key;
  GBytes *lines;
  DsPush *push;     /* (nullable) */
  DsDevice *device; /* (nullable): as it is when the push is taken */
  json_t *refused;  /* (nullable): its entries that wait for a person */
  gint64 at_ms;
} Push;

static void
read_push (DsIntakeJob *job)
{
  Push *self = (Push *)job;

  self->push = ds_push_read (self->device_id, self->public_key, self->lines, &job->trouble);
}

static gboolean
take_entries (Push *self, DsDepot *depot, const DsDevice *device, GError **error)
{
  GPtrArray *entries = self->push->entries;
  Comparison comparison = { 0 };

  if (!compare_with_held (depot, device, entries, &comparison, error))
    return FALSE;
  if (comparison.expected > 0)
    {
      ds_trouble_set_number (&self->base.trouble, DS_TROUBLE_GAP, "expected", comparison.expected,
                             "Entries are missing before these: send them first");
      return TRUE;
    }
  if (comparison.forks_at > 0)
    return refuse_fork (depot, device, entries, &comparison, &self->base.trouble, error);
  if (comparison.first_new < entries->len
      && !store_entries (depot, device, entries, comparison.first_new, &self->base.n_refused, error))
    return FALSE;
  self->base.n_entries = entries->len - comparison.first_new;
  self->refused = list_refused (depot, device, entries, error);
  return self->refused != NULL;
}

static gboolean
take_push (DsIntakeJob *job, DsDepot *depot, GError **error)
{
  Push *self = (Push *)job;
  g_autoptr (DsDevice) before = NULL;

  /* As it is now: another push of the same handheld may have come first. */
  if (!ds_depot_load_device (depot, self->device_id, &before, error)
      || !take_entries (self, depot, before, error))
    return FALSE;
  self->at_ms = ds_depot_now_ms (depot);
  return ds_depot_load_device (depot, self->device_id, &self->device, error);
}

static void
forget_push (DsIntakeJob *job)
{
  Push *self = (Push *)job;

  g_clear_pointer (&self->device, ds_device_free);
  g_clear_pointer (&self->refused, json_decref);
}

/* Signed, so that neither side can later say that less was handed over. */
static void
acknowledge (DsIntakeJob *job)
{
  Push *self = (Push *)job;
  const DsDevice *device = self->device;
  g_autoptr (json_t) payload
      = json_pack ("{s:s, s:I, s:s, s:I}", "device", device->id, "acknowledged", (json_int_t)device->seq,
                   "head", device->head, "at_ms", (json_int_t)self->at_ms);
  g_autofree char *line = ds_json_to_line (payload);
  g_autoptr (GError) error = NULL;
  g_autofree char *acknowledgement = ds_jws_sign (self->depot_key, "depot", line, strlen (line), &error);

  if (acknowledgement == NULL)
    {
      ds_trouble_set_from_error (&job->trouble, error);
      return;
    }
  /* Whoever continues a journal that is forked must know it, though its own lines are taken. */
  job->reply = json_pack ("{s:I, s:s, s:s, s:O, s:o*, s:O*}", "acknowledged", (json_int_t)device->seq, "head",
                          device->head, "acknowledgement", acknowledgement, "refused", self->refused,
                          "forks_at", device->forks_at > 0 ? json_integer (device->forks_at) : NULL,
                          "depot_keys", self->depot_keys);
}

static void
free_push (DsIntakeJob *job)
{
  Push *self = (Push *)job;

  forget_push (job);
  ds_key_unref (self->depot_key);
  json_decref (self->depot_keys);
  g_free (self->device_id);
  g_free (self->public_key);
  g_bytes_unref (self->lines);
  g_clear_pointer (&self->push, ds_push_free);
  g_free (self);
}

DsIntakeJob *
ds_depot_push_new (DsDepot *self, const DsDevice *device, GBytes *lines)
{
  static const DsIntakeKind kind = { read_push, take_push, forget_push, acknowledge, free_push };
  Push *push = g_new0 (Push, 1);

  push->base.kind = &kind;
  push->base.n_bytes = g_bytes_get_size (lines);
  push->depot_key = ds_key_ref (self->key);
  push->depot_keys = ds_depot_list_announcements (self, device->depot_key);
  push->device_id = g_strdup (device->id);
  push->public_key = g_strdup (device->public_key);
  push->lines = g_bytes_ref (lines);
  return &push->base;
}
