/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes: from rows to stops, their codes, and their feed items. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-pickup-code.h"
#include "ds-route-file.h"

#include <string.h>

#define DAY_MS (24 * G_GINT64_CONSTANT (3600000))
#define CHINA_OFFSET_MS (8 * G_GINT64_CONSTANT (3600000))

/* Publishing */

static json_t *
load_parcels (DsDepot *self, const char *stop_id, GError **error)
{
  g_autoptr (json_t) parcels = json_array ();
  DsQuery *query = ds_depot_sql_query (
      self->db, error, "SELECT waybill, due_fen, prepaid FROM parcel WHERE stop = ? ORDER BY waybill", "s",
      stop_id);
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&parcels);
        }
      json_array_append_new (parcels, json_pack ("{s:s, s:I, s:b}", "waybill", ds_db_column_text (query, 0),
                                                 "due_fen", (json_int_t)ds_db_column_int (query, 1),
                                                 "prepaid", ds_db_column_int (query, 2) != 0));
    }
  return NULL;
}

/* The code that travels with the stop, or null. */
static json_t *
pack_prefetched (const DsDepotPayment *payment)
{
  if (payment == NULL || payment->base->code == NULL)
    return json_null ();
  return json_pack ("{s:s, s:s, s:s, s:I, s:I}", "payment", payment->base->id, "code", payment->base->code,
                    "operator", payment->base->operator_id, "amount_fen",
                    (json_int_t)payment->base->amount_fen, "expires_at_ms",
                    (json_int_t)payment->base->code_expires_at_ms);
}

/* Takes the columns up to the window off a row of stop; its parcels and code are added by the caller. */
static json_t *
pack_stop (DsQuery *query,
           json_t *parcels,
           json_t *prefetched,
           const char *spoken_secret,
           const char *pickup_check)
{
  return json_pack ("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s?, s:I, s:I, s:I, s:I, s:o, s:o, s:s, s:s*}",
                    "stop", ds_db_column_text (query, 0), "version", (json_int_t)ds_db_column_int (query, 3),
                    "position", (json_int_t)ds_db_column_int (query, 4), "recipient",
                    ds_db_column_text (query, 5), "phone", ds_db_column_text (query, 6), "address",
                    ds_db_column_text (query, 7), "place", ds_db_column_text (query, 8), "note",
                    ds_db_column_text (query, 9), "lat_e6", (json_int_t)ds_db_column_int (query, 10),
                    "lng_e6", (json_int_t)ds_db_column_int (query, 11), "window_from_ms",
                    (json_int_t)ds_db_column_int (query, 12), "window_to_ms",
                    (json_int_t)ds_db_column_int (query, 13), "parcels", parcels, "prefetched", prefetched,
                    "spoken_secret", spoken_secret, "pickup_check", pickup_check);
}

gboolean
ds_depot_publish_stop (DsDepot *self, const char *stop_id, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;
  g_autofree char *courier_id = NULL;
  g_autofree char *spoken_secret = NULL;
  g_autofree char *pickup_check = NULL;
  DsQuery *query;
  json_t *parcels, *data;
  gboolean row;

  if (!ds_depot_sql_run (self->db, error,
                         "UPDATE stop SET version = version + 1 WHERE id = ? AND change IS NOT 'cancelled'",
                         "s", stop_id))
    return FALSE;
  /* A code that comes for a stop which is no more. */
  if (sqlite3_changes (ds_db_get_handle (self->db)) == 0)
    return TRUE;
  if (!ds_depot_spoken_get_secret (self, stop_id, &spoken_secret, error)
      || !ds_depot_sql_get_text (self->db, &pickup_check, error,
                                 "SELECT mac FROM pickup_check WHERE stop = ?", "s", stop_id))
    return FALSE;
  parcels = load_parcels (self, stop_id, error);
  if (parcels == NULL)
    return FALSE;
  query = ds_depot_sql_query (
      self->db, error,
      "SELECT id, courier, prefetched, version, position, recipient, phone, address, place,"
      " note, lat_e6, lng_e6, window_from_ms, window_to_ms FROM stop WHERE id = ?",
      "s", stop_id);
  if (query == NULL || !ds_db_step (self->db, query, &row, error)
      || (row && ds_db_column_text (query, 2) != NULL
          && !ds_depot_payment_load (self->db, ds_db_column_text (query, 2), &payment, error)))
    {
      json_decref (parcels);
      return FALSE;
    }
  g_assert (row);
  courier_id = g_strdup (ds_db_column_text (query, 1));
  data = pack_stop (query, parcels, pack_prefetched (payment), spoken_secret, pickup_check);
  ds_db_reset (query);
  return ds_feed_put (self->feed, courier_id, "stop", stop_id, ds_depot_now_ms (self), data, error);
}

/* Importing */

/* The rows of one stop. */
typedef struct
{
  const char *courier_id;
  GPtrArray *rows; /* (element-type DsRouteRow) */
} Group;

static void
group_free (gpointer data)
{
  Group *self = data;

  g_ptr_array_unref (self->rows);
  g_free (self);
}

typedef struct
{
  DsDepot *depot;
  const char *courier_id; /* (nullable): for all rows */
  gint64 codes_end_ms;
  GHashTable *positions; /* (element-type utf8 gint64): of the last stop, by courier */
  json_t *refused;
  gint64 n_stops;
  gint64 n_parcels;
  gint64 n_codes;
  gint64 due_fen;
} Import;

/* Whether the row can stand: it has a courier, and a waybill that nobody has. */
static gboolean
check_row (Import *self, GHashTable *seen, const DsRouteRow *row, gboolean *good, GError **error)
{
  gint64 n_known = 0;

  *good = FALSE;
  if (self->courier_id == NULL && row->courier_id == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The file names no couriers: say whose route it is (--courier)");
      return FALSE;
    }
  if (!g_hash_table_add (seen, row->waybill))
    {
      ds_route_refuse (self->refused, row->line, "waybill", "It stands in the file twice");
      return TRUE;
    }
  if (!ds_depot_sql_get_int (self->depot->db, &n_known, 0, error,
                             "SELECT count (*) FROM parcel WHERE waybill = ?", "s", row->waybill))
    return FALSE;
  if (n_known > 0)
    ds_route_refuse (self->refused, row->line, "waybill", "It is on a route already");
  *good = n_known == 0;
  return TRUE;
}

/* Returns: (transfer full) (element-type Group): in the order of their first rows. */
static GPtrArray *
group_rows (Import *self, GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len; i++)
    {
      DsRouteRow *row = g_ptr_array_index (rows, i);
      const char *courier_id = self->courier_id ? self->courier_id : row->courier_id;
      g_autofree char *key = NULL;
      gboolean good;
      Group *group;

      if (!check_row (self, seen, row, &good, error))
        return NULL;
      if (!good)
        continue;
      key = g_strconcat (courier_id, "\n", row->group, NULL);
      group = g_hash_table_lookup (by_key, key);
      if (group == NULL)
        {
          group = g_new0 (Group, 1);
          group->courier_id = courier_id;
          group->rows = g_ptr_array_new ();
          g_ptr_array_add (groups, group);
          g_hash_table_insert (by_key, g_steal_pointer (&key), group);
        }
      g_ptr_array_add (group->rows, row);
    }
  return g_steal_pointer (&groups);
}

static gboolean
get_next_position (Import *self, const char *courier_id, gint64 *position, GError **error)
{
  gint64 *last = g_hash_table_lookup (self->positions, courier_id);

  if (last == NULL)
    {
      gint64 known;

      if (!ds_depot_put_courier (self->depot, courier_id, NULL, error)
          || !ds_depot_sql_get_int (self->depot->db, &known, 0, error,
                                    "SELECT max (position) FROM stop WHERE courier = ?", "s", courier_id))
        return FALSE;
      last = g_new (gint64, 1);
      *last = known;
      g_hash_table_insert (self->positions, g_strdup (courier_id), last);
    }
  *position = ++*last;
  return TRUE;
}

/* The payment behind the code that travels with a stop. */
static gboolean
add_prefetch (Import *self,
              Group *group,
              const char *payment_id,
              const char *stop_id,
              gint64 position,
              gint64 due_fen,
              GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) waybills = NULL;

  for (guint i = 0; i < group->rows->len; i++)
    {
      const DsRouteRow *row = g_ptr_array_index (group->rows, i);

      if (row->due_fen > 0)
        g_strv_builder_add (builder, row->waybill);
    }
  waybills = g_strv_builder_end (builder);
  self->n_codes++;
  return ds_depot_prefetch_code (self->depot,
                                 &(DsPrefetch){ .payment_id = payment_id,
                                                .courier_id = group->courier_id,
                                                .stop_id = stop_id,
                                                .waybills = (const char *const *)waybills,
                                                .amount_fen = due_fen,
                                                .position = position,
                                                .expires_at_ms = self->codes_end_ms },
                                 error);
}

static gboolean
add_parcels (Import *self, Group *group, const char *stop_id, gint64 *due_fen, GError **error)
{
  *due_fen = 0;
  for (guint i = 0; i < group->rows->len; i++)
    {
      const DsRouteRow *row = g_ptr_array_index (group->rows, i);

      if (!ds_depot_sql_run (self->depot->db, error,
                             "INSERT INTO parcel (waybill, stop, due_fen, prepaid) VALUES (?, ?, ?, ?)",
                             "ssii", row->waybill, stop_id, row->due_fen, (gint64)row->prepaid))
        return FALSE;
      if (!ds_money_add (*due_fen, row->due_fen, due_fen))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "Row %u: the amounts of its stop are too large",
                       row->line);
          return FALSE;
        }
      self->n_parcels++;
    }
  return TRUE;
}

/* The first code of its rows: the parcels of one door are handed over together. */
static gboolean
add_pickup_check (Import *self, Group *group, const char *stop_id, GError **error)
{
  g_autofree char *secret = NULL;
  g_autofree char *check = NULL;

  for (guint i = 0; i < group->rows->len; i++)
    {
      const DsRouteRow *row = g_ptr_array_index (group->rows, i);

      if (row->pickup_code == NULL)
        continue;
      if (!ds_depot_spoken_get_secret (self->depot, stop_id, &secret, error))
        return FALSE;
      check = ds_pickup_code_make_check (secret, stop_id, row->pickup_code, error);
      return check != NULL
             && ds_depot_sql_run (self->depot->db, error,
                                  "INSERT INTO pickup_check (stop, mac) VALUES (?, ?)", "ss", stop_id, check);
    }
  return TRUE;
}

static gboolean
add_stop (Import *self, Group *group, GError **error)
{
  DsDepot *depot = self->depot;
  const DsRouteRow *row = g_ptr_array_index (group->rows, 0);
  g_autofree char *stop_id = ds_id_new (depot->clock, depot->random);
  g_autofree char *payment_id = NULL;
  gboolean is_due = FALSE;
  gint64 position, due_fen;

  for (guint i = 0; i < group->rows->len; i++)
    is_due = is_due || ((const DsRouteRow *)g_ptr_array_index (group->rows, i))->due_fen > 0;
  if (is_due && depot->operators->len > 0)
    payment_id = ds_id_new (depot->clock, depot->random);

  if (!get_next_position (self, group->courier_id, &position, error)
      || !ds_depot_sql_run (
          depot->db, error,
          "INSERT INTO stop (id, courier, position, version, recipient, phone, address, place, note,"
          " lat_e6, lng_e6, window_from_ms, window_to_ms, prefetched)"
          " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "ssisssssiiiis", stop_id, group->courier_id, position, row->recipient, row->phone, row->address,
          row->place, *row->note ? row->note : NULL, row->lat_e6, row->lng_e6, row->window_from_ms,
          row->window_to_ms, payment_id)
      || !add_parcels (self, group, stop_id, &due_fen, error)
      || !add_pickup_check (self, group, stop_id, error))
    return FALSE;
  self->n_stops++;
  if (!ds_money_add (self->due_fen, due_fen, &self->due_fen))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW, "The amounts of the route are too large");
      return FALSE;
    }
  /* With its code, once there is one. */
  return payment_id != NULL ? add_prefetch (self, group, payment_id, stop_id, position, due_fen, error)
                            : ds_depot_publish_stop (depot, stop_id, error);
}

static gboolean
add_stops (Import *self, GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) groups = group_rows (self, rows, error);

  if (groups == NULL || !ds_depot_begin (self->depot, error))
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    {
      if (!add_stop (self, g_ptr_array_index (groups, i), error))
        {
          ds_depot_rollback (self->depot);
          return FALSE;
        }
    }
  return ds_depot_commit (self->depot, error);
}

/* Returns: (transfer full) (nullable): the day in China, checked when given. */
static char *
get_day (DsDepot *self, const char *day, gint64 *begins_at_ms, GError **error)
{
  char text[DS_RFC3339_SIZE];
  g_autofree char *chosen = day ? g_strdup (day) : NULL;
  g_autofree char *midnight = NULL;

  if (chosen == NULL)
    chosen = g_strndup (ds_clock_format_rfc3339 (ds_depot_now_ms (self) + CHINA_OFFSET_MS, text), 10);
  midnight = g_strconcat (chosen, "T00:00:00+08:00", NULL);
  if (!ds_clock_parse_rfc3339 (midnight, begins_at_ms, NULL))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%.*s” is no day like 2026-11-22",
                   ds_utf8_cut (chosen, 20), chosen);
      return NULL;
    }
  return g_steal_pointer (&chosen);
}

static json_t *
make_report (const Import *self, guint n_rows)
{
  return json_pack ("{s:i, s:I, s:I, s:I, s:I, s:O}", "rows", (int)n_rows, "stops", (json_int_t)self->n_stops,
                    "parcels", (json_int_t)self->n_parcels, "due_fen", (json_int_t)self->due_fen, "codes",
                    (json_int_t)self->n_codes, "refused", self->refused);
}

static json_t *
import (DsDepot *self, GBytes *csv, const DsImportOptions *options, GError **error)
{
  g_autoptr (json_t) refused = json_array ();
  g_autoptr (GHashTable) positions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *day = NULL;
  gint64 begins_at_ms;
  Import context
      = { .depot = self, .courier_id = options->courier_id, .positions = positions, .refused = refused };

  day = get_day (self, options->day, &begins_at_ms, error);
  if (day == NULL)
    return NULL;
  /* Until the end of the route's day, but never for less than half a day: sample days lie in the past. */
  context.codes_end_ms = MAX (begins_at_ms + DAY_MS, ds_depot_now_ms (self) + DAY_MS / 2);
  rows = ds_route_file_read (csv, day, options->seed, options->limit, refused, error);
  if (rows == NULL || !add_stops (&context, rows, error))
    return NULL;
  return make_report (&context, rows->len);
}

static gboolean
did_prefetch (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDepot *self = g_task_get_source_object (task);
  json_t *report = json_incref (g_task_get_task_data (task));
  gint64 n_waiting = 0;

  /* Codes that an operator has not made yet come with a later version of their stop. */
  ds_depot_sql_get_int (self->db, &n_waiting, 0, NULL, "SELECT count (*) FROM task WHERE kind = 'prefetch'",
                        "");
  json_object_set_new (report, "codes_waiting", json_integer (n_waiting));
  g_task_return_pointer (task, report, (GDestroyNotify)json_decref);
  return G_SOURCE_REMOVE;
}

void
ds_depot_import_async (DsDepot *self,
                       GBytes *csv,
                       const DsImportOptions *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  json_t *report;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL && csv != NULL && options != NULL);

  g_task_set_name (task, "[doorstep] import a route");
  report = import (self, csv, options, &error);
  if (report == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_set_task_data (task, report, (GDestroyNotify)json_decref);
  ds_depot_work_when_prefetched (self->work, did_prefetch, g_steal_pointer (&task));
}

json_t *
ds_depot_import_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
