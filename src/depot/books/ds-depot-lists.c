/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-lists.h"

#include "ds-depot-private.h"
#include "ds-error.h"

/* What a payment counts as. */
#define BUCKET                                                                                               \
  "CASE WHEN state IN ('paid', 'settled') THEN iif (tender = 'cash', 'cash', 'digital')"                     \
  " WHEN state IN ('accepted', 'rejected') THEN state"                                                       \
  " WHEN state IN ('none', 'declined', 'expired', 'refunded') THEN 'ended' ELSE 'uncertain' END"

#define SHIFT_COLUMNS                                                                                        \
  "SELECT shift.id, shift.courier, coalesce (courier.name, shift.courier), shift.device, accounting_date,"   \
  " float_fen, opened_at_ms, closed_at_ms, counted_fen, version, balanced, difference_fen,"                  \
  " (SELECT received_at_ms FROM entry WHERE entry.device = shift.device ORDER BY seq DESC LIMIT 1),"         \
  " (SELECT count (*) FROM incident WHERE incident.courier = shift.courier AND closed_at_ms = 0),"           \
  " handed_over"                                                                                             \
  " FROM shift LEFT JOIN courier ON courier.id = shift.courier "

static json_t *
pack_number (DsQuery *query, int at)
{
  return sqlite3_column_type (query, at) == SQLITE_NULL ? json_null ()
                                                        : json_integer (ds_db_column_int (query, at));
}

static json_t *
pack_shift (DsQuery *query)
{
  json_t *balanced = sqlite3_column_type (query, 10) == SQLITE_NULL
                         ? json_null ()
                         : json_boolean (ds_db_column_int (query, 10) != 0);

  return json_pack (
      "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:b}", "shift",
      ds_db_column_text (query, 0), "courier", ds_db_column_text (query, 1), "name",
      ds_db_column_text (query, 2), "device", ds_db_column_text (query, 3), "accounting_date",
      ds_db_column_text (query, 4), "float_fen", (json_int_t)ds_db_column_int (query, 5), "opened_at_ms",
      (json_int_t)ds_db_column_int (query, 6), "closed_at_ms", (json_int_t)ds_db_column_int (query, 7),
      "counted_fen", (json_int_t)ds_db_column_int (query, 8), "version",
      (json_int_t)ds_db_column_int (query, 9), "balanced", balanced, "difference_fen",
      pack_number (query, 11), "seen_at_ms", pack_number (query, 12), "open_cases",
      (json_int_t)ds_db_column_int (query, 13), "handed_over", ds_db_column_int (query, 14) != 0);
}

/* Appends what @pack makes of each row. Returns: whether all was read. */
static gboolean
collect (DsDepot *self, DsQuery *query, json_t *(*pack) (DsQuery *query), json_t *rows, GError **error)
{
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      json_array_append_new (rows, pack (query));
    }
  return FALSE;
}

static json_t *
pack_total (DsQuery *query)
{
  return json_pack ("{s:s, s:I, s:I, s:I}", "bucket", ds_db_column_text (query, 0), "count",
                    (json_int_t)ds_db_column_int (query, 1), "amount_fen",
                    (json_int_t)ds_db_column_int (query, 2), "refunded_fen",
                    (json_int_t)ds_db_column_int (query, 3));
}

static gboolean
add_totals (DsDepot *self, json_t *shift, GError **error)
{
  json_t *totals = json_array ();

  json_object_set_new (shift, "totals", totals);
  return collect (self,
                  ds_depot_sql_query (self->db, error,
                                      "SELECT " BUCKET " AS bucket, count (*), sum (amount_fen -"
                                      " refunded_fen), sum (refunded_fen) FROM payment WHERE shift = ?"
                                      " GROUP BY bucket ORDER BY bucket",
                                      "s", json_string_value (json_object_get (shift, "shift"))),
                  pack_total, totals, error);
}

/* Whether its cash is to be counted by a clerk, now or when it is closed. */
static void
add_waits (json_t *shift, gint64 begun_ms)
{
  gint64 closed_at_ms = json_integer_value (json_object_get (shift, "closed_at_ms"));

  json_object_set_new (shift, "waits",
                       json_boolean (!json_is_true (json_object_get (shift, "handed_over"))
                                     && (closed_at_ms == 0 || closed_at_ms >= begun_ms)));
}

/* What makes a shift stand so. */
static const char *
get_condition (DsShiftStanding standing)
{
  switch (standing)
    {
    case DS_SHIFT_STANDING_ON_ROAD:
      return " AND closed_at_ms = 0";
    case DS_SHIFT_STANDING_WAITS:
      return " AND handed_over = 0 AND closed_at_ms >= max (?4, 1)";
    case DS_SHIFT_STANDING_DIFFERS:
      return " AND balanced = 0";
    case DS_SHIFT_STANDING_BALANCED:
      return " AND balanced = 1";
    case DS_SHIFT_STANDING_ANY:
    default:
      return "";
    }
}

/* Of the shifts that are open in some way there are few, also where there are many of all days: without being told, SQLite
 * would look for them in all of these, since that order needs no sorting. */
static const char *
get_index (const DsShiftFilter *filter)
{
  if (filter->courier_id != NULL)
    return "";
  if (filter->standing == DS_SHIFT_STANDING_ON_ROAD)
    return " INDEXED BY shift_on_road";
  return filter->standing == DS_SHIFT_STANDING_WAITS ? " INDEXED BY shift_waiting" : "";
}

/* Which are on the page is found in an index alone; only of these the rest is read. */
static DsQuery *
select_shifts (DsDepot *self,
               const DsShiftFilter *filter,
               gint64 begun_ms,
               gint64 offset,
               gint64 limit,
               GError **error)
{
  g_autofree char *sql = g_strconcat (
      SHIFT_COLUMNS "WHERE shift.id IN (SELECT id FROM shift", get_index (filter),
      " WHERE ?1 IS ?1 AND ?2 IS ?2 AND ?3 IS ?3 AND ?4"
      " IS ?4",
      filter->courier_id != NULL ? " AND courier = ?1" : "",
      filter->words != NULL ? " AND courier IN (SELECT id FROM courier WHERE substr (id, 1, length (?2)) = ?2"
                              " OR instr (name, ?2) > 0)"
                            : "",
      filter->day != NULL ? " AND accounting_date = ?3" : "", get_condition (filter->standing),
      " ORDER BY opened_at_ms DESC, id DESC LIMIT ?5 OFFSET ?6) ORDER BY opened_at_ms DESC, shift.id DESC",
      NULL);

  /* Interned: of each of the few there are, a statement is kept. */
  return ds_depot_sql_query (self->db, error, g_intern_string (sql), "sssiii", filter->courier_id,
                             filter->words, filter->day, begun_ms, limit, offset);
}

json_t *
ds_depot_list_shifts (DsDepot *self, const DsShiftFilter *filter, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (json_t) shifts = json_array ();
  json_t *shift;
  gint64 begun_ms;
  gsize i;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && filter != NULL, NULL);

  if (!ds_depot_get_custody_begin (self, &begun_ms, error)
      || !collect (self, select_shifts (self, filter, begun_ms, offset, limit, error), pack_shift, shifts,
                   error))
    return NULL;
  json_array_foreach (shifts, i, shift)
  {
    add_waits (shift, begun_ms);
    if (!add_totals (self, shift, error))
      return NULL;
  }
  return g_steal_pointer (&shifts);
}

/* Returns: %NULL, for the caller to return. */
static json_t *
refuse_unknown (const char *what, GError **error)
{
  g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no such %s", what);
  return NULL;
}

json_t *
ds_depot_describe_shift (DsDepot *self, const char *shift_id, GError **error)
{
  g_autoptr (json_t) shift = NULL;
  g_autofree char *jws = NULL;
  DsQuery *query;
  gint64 begun_ms;
  gboolean row;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && shift_id != NULL, NULL);

  query = ds_depot_sql_query (self->db, error, SHIFT_COLUMNS "WHERE shift.id = ?", "s", shift_id);
  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return NULL;
  if (row)
    shift = pack_shift (query);
  ds_db_reset (query);
  if (shift == NULL)
    return refuse_unknown ("shift", error);
  if (!ds_depot_sql_get_text (self->db, &jws, error, "SELECT jws FROM shift WHERE id = ?", "s", shift_id))
    return NULL;
  json_object_set_new (shift, "jws", jws != NULL ? json_string (jws) : json_null ());
  if (!ds_depot_get_custody_begin (self, &begun_ms, error) || !add_totals (self, shift, error))
    return NULL;
  add_waits (shift, begun_ms);
  return g_steal_pointer (&shift);
}

/* Payments */

#define PAYMENT_COLUMNS                                                                                      \
  "SELECT payment.id, tender, state, amount_fen, refunded_fen, suspense_fen, operator, operator_ref,"        \
  " payment.stop, place, parcels, created_at_ms, " BUCKET                                                    \
  " FROM payment LEFT JOIN stop ON stop.id = payment.stop "

static json_t *
pack_payment (DsQuery *query)
{
  return json_pack ("{s:s, s:s, s:s, s:I, s:I, s:I, s:s?, s:s?, s:s?, s:s?, s:s, s:I, s:s}", "payment",
                    ds_db_column_text (query, 0), "tender", ds_db_column_text (query, 1), "state",
                    ds_db_column_text (query, 2), "amount_fen", (json_int_t)ds_db_column_int (query, 3),
                    "refunded_fen", (json_int_t)ds_db_column_int (query, 4), "suspense_fen",
                    (json_int_t)ds_db_column_int (query, 5), "operator", ds_db_column_text (query, 6),
                    "operator_ref", ds_db_column_text (query, 7), "stop", ds_db_column_text (query, 8),
                    "place", ds_db_column_text (query, 9), "parcels", ds_db_column_text (query, 10),
                    "created_at_ms", (json_int_t)ds_db_column_int (query, 11), "bucket",
                    ds_db_column_text (query, 12));
}

json_t *
ds_depot_list_payments (DsDepot *self,
                        const char *shift_id,
                        const char *bucket,
                        gint64 offset,
                        gint64 limit,
                        GError **error)
{
  g_autoptr (json_t) payments = json_array ();

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && shift_id != NULL, NULL);

  if (!collect (self,
                ds_depot_sql_query (self->db, error,
                                    PAYMENT_COLUMNS "WHERE shift = ? AND " BUCKET " = coalesce (?, " BUCKET
                                                    ") ORDER BY created_at_ms, payment.id LIMIT ? OFFSET ?",
                                    "ssii", shift_id, bucket, limit, offset),
                pack_payment, payments, error))
    return NULL;
  return g_steal_pointer (&payments);
}

static json_t *
pack_refund (DsQuery *query)
{
  return json_pack ("{s:s, s:I, s:s, s:s?, s:b}", "refund", ds_db_column_text (query, 0), "amount_fen",
                    (json_int_t)ds_db_column_int (query, 1), "reason", ds_db_column_text (query, 2),
                    "outcome", ds_db_column_text (query, 3), "by_clerk", ds_db_column_int (query, 4) != 0);
}

static gboolean
add_refunds (DsDepot *self, json_t *object, const char *payment_id, GError **error)
{
  json_t *refunds = json_array ();

  json_object_set_new (object, "refunds", refunds);
  return collect (self,
                  ds_depot_sql_query (self->db, error,
                                      "SELECT id, amount_fen, reason, outcome, by_clerk FROM refund"
                                      " WHERE payment = ? ORDER BY id",
                                      "s", payment_id),
                  pack_refund, refunds, error);
}

static gboolean
add_entries (DsDepot *self, json_t *object, const char *payment_id, GError **error)
{
  g_autoptr (GPtrArray) lines = ds_depot_load_payment_lines (self, payment_id, error);
  json_t *entries = json_array ();

  json_object_set_new (object, "entries", entries);
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      const DsEntry *entry = g_ptr_array_index (lines, i);

      json_array_append_new (entries, json_pack ("{s:I, s:s, s:I}", "seq", (json_int_t)entry->seq, "type",
                                                 entry->type, "at_ms", (json_int_t)entry->at_ms));
    }
  return lines != NULL;
}

static json_t *
pack_payment_details (DsQuery *query)
{
  return json_pack ("{s:s?, s:s?, s:s?, s:s?, s:s?, s:I, s:I, s:I, s:I}", "courier",
                    ds_db_column_text (query, 0), "name", ds_db_column_text (query, 1), "device",
                    ds_db_column_text (query, 2), "shift", ds_db_column_text (query, 3), "reason",
                    ds_db_column_text (query, 4), "booked_fen", (json_int_t)ds_db_column_int (query, 5),
                    "red_packet_fen", (json_int_t)ds_db_column_int (query, 6), "tendered_fen",
                    (json_int_t)ds_db_column_int (query, 7), "change_fen",
                    (json_int_t)ds_db_column_int (query, 8));
}

json_t *
ds_depot_describe_payment (DsDepot *self, const char *payment_id, GError **error)
{
  g_autoptr (json_t) rows = json_array ();
  json_t *payment;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && payment_id != NULL, NULL);

  if (!collect (self,
                ds_depot_sql_query (self->db, error, PAYMENT_COLUMNS "WHERE payment.id = ?", "s", payment_id),
                pack_payment, rows, error)
      || !collect (self,
                   ds_depot_sql_query (self->db, error,
                                       "SELECT payment.courier, name, device, shift, reason, booked_fen,"
                                       " red_packet_fen, tendered_fen, change_fen FROM payment LEFT JOIN"
                                       " courier ON courier.id = payment.courier WHERE payment.id = ?",
                                       "s", payment_id),
                   pack_payment_details, rows, error))
    return NULL;
  if (json_array_size (rows) == 0)
    return refuse_unknown ("payment", error);
  payment = json_array_get (rows, 0);
  json_object_update (payment, json_array_get (rows, 1));
  if (!add_refunds (self, payment, payment_id, error) || !add_entries (self, payment, payment_id, error))
    return NULL;
  return json_incref (payment);
}

static json_t *
pack_id (DsQuery *query)
{
  return json_string (ds_db_column_text (query, 0));
}

json_t *
ds_depot_find_payments (DsDepot *self, const char *waybill_or_ref, GError **error)
{
  g_autoptr (json_t) ids = json_array ();

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && waybill_or_ref != NULL, NULL);

  if (!collect (
          self,
          ds_depot_sql_query (self->db, error,
                              "SELECT id FROM payment WHERE operator_ref = ?1 OR stop = (SELECT stop FROM"
                              " parcel WHERE waybill = ?1) ORDER BY created_at_ms DESC LIMIT 50",
                              "s", waybill_or_ref),
          pack_id, ids, error))
    return NULL;
  return g_steal_pointer (&ids);
}

/* Couriers */

static json_t *
pack_courier (DsQuery *query)
{
  return json_pack ("{s:s, s:s, s:I, s:s?, s:I}", "courier", ds_db_column_text (query, 0), "name",
                    ds_db_column_text (query, 1), "handhelds", (json_int_t)ds_db_column_int (query, 2),
                    "last_shift", ds_db_column_text (query, 3), "open_cases",
                    (json_int_t)ds_db_column_int (query, 4));
}

json_t *
ds_depot_list_couriers (DsDepot *self, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (json_t) couriers = json_array ();

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  if (!collect (
          self,
          ds_depot_sql_query (
              self->db, error,
              "SELECT id, name, (SELECT count (*) FROM device WHERE device.courier = courier.id AND revoked "
              "IS"
              " NULL AND signed_out_at_ms = 0), (SELECT id FROM shift WHERE shift.courier = courier.id ORDER"
              " BY opened_at_ms DESC LIMIT 1), (SELECT count (*) FROM incident WHERE incident.courier"
              " = courier.id AND closed_at_ms = 0) FROM courier ORDER BY id LIMIT ? OFFSET ?",
              "ii", limit, offset),
          pack_courier, couriers, error))
    return NULL;
  return g_steal_pointer (&couriers);
}

gint64
ds_depot_get_change_count (DsDepot *self)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, 0);

  return sqlite3_total_changes64 (ds_db_get_handle (self->db));
}
