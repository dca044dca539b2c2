/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops that change while a courier is on the way: cancelled, priced anew, given to another courier, paid elsewhere.
 * Whatever was collected meanwhile is weighed again; what is no longer due waits in suspense. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-money.h"

#define CODE_LIFE_MS (12 * G_GINT64_CONSTANT (3600000))
#define MAX_REASON_BYTES 200

/* A stop that is being changed. */
typedef struct
{
  char *id;
  char *courier_id;
  char *change; /* (nullable) */
  gint64 due_fen;
} Stop;

static void
stop_clear (Stop *self)
{
  g_free (self->id);
  g_free (self->courier_id);
  g_free (self->change);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stop, stop_clear)

/* People speak of a stop by one of its waybills as well. */
static gboolean
load_stop (DsDepot *self, const char *name, Stop *stop, GError **error)
{
  if (!ds_depot_sql_get_text (self->db, &stop->id, error,
                              "SELECT id FROM stop WHERE id = ?1 UNION ALL SELECT stop FROM parcel"
                              " WHERE waybill = ?1",
                              "s", name))
    return FALSE;
  if (stop->id == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no stop or waybill “%.40s”", name);
      return FALSE;
    }
  if (!ds_depot_sql_get_text (self->db, &stop->courier_id, error, "SELECT courier FROM stop WHERE id = ?",
                              "s", stop->id)
      || !ds_depot_sql_get_text (self->db, &stop->change, error, "SELECT change FROM stop WHERE id = ?", "s",
                                 stop->id))
    return FALSE;
  if (g_strcmp0 (stop->change, "cancelled") != 0)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "The stop was cancelled before");
  return FALSE;
}

/* Codes that travel with their stop */

gboolean
ds_depot_prefetch_code (DsDepot *self, const DsPrefetch *prefetch, GError **error)
{
  g_autoptr (DsDepotPayment) payment = ds_depot_payment_new (prefetch->payment_id);
  /* The operators by turns along the route. */
  DsOperator *op = g_ptr_array_index (self->operators, (guint)prefetch->position % self->operators->len);

  g_strfreev (payment->base->parcels);
  payment->base->parcels = g_strdupv ((GStrv)prefetch->waybills);
  payment->courier_id = g_strdup (prefetch->courier_id);
  payment->base->stop_id = g_strdup (prefetch->stop_id);
  payment->base->amount_fen = prefetch->amount_fen;
  payment->base->source = DS_CODE_SOURCE_PREFETCHED;
  payment->base->operator_id = g_strdup (ds_operator_get_id (op));
  payment->base->code_expires_at_ms = prefetch->expires_at_ms;
  payment->base->created_at_ms = ds_depot_now_ms (self);
  return ds_depot_payment_save (self->db, payment, error)
         && ds_depot_work_add (self, DS_TASK_PREFETCH, prefetch->payment_id, 0, error);
}

/* Returns: (transfer full) (nullable): the parcels that are owed for, and what they are owed. */
static GStrv
load_owed_parcels (DsDepot *self, Stop *stop, GError **error)
{
  g_autoptr (GStrvBuilder) waybills = g_strv_builder_new ();
  DsQuery *query
      = ds_depot_sql_query (self->db, error,
                            "SELECT waybill, due_fen FROM parcel WHERE stop = ? AND prepaid = 0"
                            " AND due_fen > 0 AND outcome IN ('open', 'delivered') ORDER BY waybill",
                            "s", stop->id);
  gboolean row;

  stop->due_fen = 0;
  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        {
          ds_db_reset (query);
          return g_strv_builder_end (waybills);
        }
      g_strv_builder_add (waybills, ds_db_column_text (query, 0));
      stop->due_fen += ds_db_column_int (query, 1);
    }
  return NULL;
}

/* A code of the old amount, or of another courier, is not carried any further; should it be paid all the same, its
 * money is found and waits. A new one follows with a later version of the stop. */
static gboolean
renew_code (DsDepot *self, Stop *stop, GError **error)
{
  g_auto (GStrv) waybills = load_owed_parcels (self, stop, error);
  g_autofree char *payment_id = NULL;
  gint64 position;

  if (waybills == NULL
      || !ds_depot_sql_get_int (self->db, &position, 0, error, "SELECT position FROM stop WHERE id = ?", "s",
                                stop->id))
    return FALSE;
  if (stop->due_fen > 0 && self->operators->len > 0)
    payment_id = ds_id_new (self->clock, self->random);
  return ds_depot_sql_run (self->db, error, "UPDATE stop SET prefetched = ? WHERE id = ?", "ss", payment_id,
                           stop->id)
         && (payment_id == NULL
             || ds_depot_prefetch_code (
                 self,
                 &(DsPrefetch){ .payment_id = payment_id,
                                .courier_id = stop->courier_id,
                                .stop_id = stop->id,
                                .waybills = (const char *const *)waybills,
                                .amount_fen = stop->due_fen,
                                .position = position,
                                .expires_at_ms = ds_depot_now_ms (self) + CODE_LIFE_MS },
                 error));
}

/* Changes */

static gboolean
set_change (DsDepot *self, Stop *stop, const char *change, GError **error)
{
  return ds_depot_sql_run (self->db, error, "UPDATE stop SET change = ? WHERE id = ?", "ss", change,
                           stop->id);
}

/* Takes the stop out of its courier's feed. What is kept there is why, and no longer who lives where. */
static gboolean
remove_from_feed (DsDepot *self, const Stop *stop, const char *kind, const char *reason, GError **error)
{
  return ds_feed_drop (self->feed, stop->courier_id, "stop", stop->id, error)
         && ds_feed_put (self->feed, stop->courier_id, "stop.removed", stop->id, ds_depot_now_ms (self),
                         json_pack ("{s:s, s:s, s:s?}", "stop", stop->id, "reason", kind, "text", reason),
                         error);
}

static gboolean
cancel (DsDepot *self, Stop *stop, const DsStopChange *change, GError **error)
{
  return set_change (self, stop, "cancelled", error)
         && ds_depot_sql_run (self->db, error, "UPDATE stop SET prefetched = NULL WHERE id = ?", "s",
                              stop->id)
         && remove_from_feed (self, stop, "cancelled", change->reason, error);
}

static gboolean
find_repriced_parcel (DsDepot *self, const Stop *stop, const char *named, char **waybill, GError **error)
{
  gint64 n;

  if (!ds_depot_sql_get_text (self->db, waybill, error,
                              "SELECT waybill FROM parcel WHERE stop = ?1 AND prepaid = 0"
                              " AND (?2 IS NULL OR waybill = ?2) ORDER BY due_fen DESC",
                              "ss", stop->id, named)
      || !ds_depot_sql_get_int (self->db, &n, 0, error,
                                "SELECT count (*) FROM parcel WHERE stop = ? AND prepaid = 0", "s", stop->id))
    return FALSE;
  if (*waybill != NULL && (named != NULL || n == 1))
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                       n > 1 && named == NULL ? "The stop has several parcels: say which (--waybill)"
                                              : "No parcel like that is to be paid at the stop");
  return FALSE;
}

static gboolean
reprice (DsDepot *self, Stop *stop, const DsStopChange *change, GError **error)
{
  g_autofree char *waybill = NULL;

  if (change->due_fen < 0 || change->due_fen > DS_MONEY_MAX_FEN)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "That is no amount");
      return FALSE;
    }
  return find_repriced_parcel (self, stop, change->waybill, &waybill, error)
         && ds_depot_sql_run (self->db, error, "UPDATE parcel SET due_fen = ? WHERE waybill = ?", "is",
                              change->due_fen, waybill)
         && set_change (self, stop, "repriced", error) && renew_code (self, stop, error)
         && ds_depot_publish_stop (self, stop->id, error);
}

/* What the courier before did with the parcels is no news to the one who goes there now: for that one they are open. One
 * who had the stop already has said what became of them, and so it is there again. */
static gboolean
reset_outcomes (DsDepot *self, const Stop *stop, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  DsQuery *query;
  gboolean row = TRUE;

  if (!ds_depot_sql_run (self->db, error, "UPDATE parcel SET outcome = 'open', reason = NULL WHERE stop = ?",
                         "s", stop->id))
    return FALSE;
  query = ds_depot_sql_query (self->db, error,
                              "SELECT line FROM entry JOIN device ON device.id = device"
                              " WHERE courier = ? AND type = 'parcel.outcome' AND refused IS NULL"
                              " AND EXISTS (SELECT 1 FROM former_courier AS f WHERE f.stop = ? AND"
                              " f.courier = device.courier) ORDER BY entry.rowid",
                              "ss", stop->courier_id, stop->id);
  while (query != NULL && ds_db_step (self->db, query, &row, error) && row)
    g_ptr_array_add (lines, g_strdup (ds_db_column_text (query, 0)));
  if (query == NULL || row)
    return FALSE;
  ds_db_reset (query);
  for (guint i = 0; i < lines->len; i++)
    {
      g_autoptr (DsEntry) entry = ds_entry_parse (g_ptr_array_index (lines, i), -1, error);

      if (entry == NULL || !ds_depot_set_outcome (self, entry->data, stop->id, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
reassign (DsDepot *self, Stop *stop, const DsStopChange *change, GError **error)
{
  gint64 n_known, position;

  if (change->courier_id == NULL || g_str_equal (change->courier_id, stop->courier_id)
      || !ds_depot_sql_get_int (self->db, &n_known, 0, error, "SELECT count (*) FROM courier WHERE id = ?",
                                "s", change->courier_id)
      || n_known == 0)
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                             "Say to which other courier of this depot (--courier)");
      return FALSE;
    }
  if (!remove_from_feed (self, stop, "reassigned", change->reason, error)
      || !ds_depot_sql_run (self->db, error, "INSERT OR IGNORE INTO former_courier VALUES (?, ?)", "ss",
                            stop->id, stop->courier_id)
      || !ds_depot_sql_get_int (self->db, &position, 0, error,
                                "SELECT max (position) FROM stop WHERE courier = ?", "s", change->courier_id)
      || !ds_depot_sql_run (self->db, error, "UPDATE stop SET courier = ?, position = ? WHERE id = ?", "sis",
                            change->courier_id, position + 1, stop->id))
    return FALSE;
  g_free (stop->courier_id);
  stop->courier_id = g_strdup (change->courier_id);
  return reset_outcomes (self, stop, error) && renew_code (self, stop, error)
         && ds_depot_publish_stop (self, stop->id, error);
}

static gboolean
mark_paid_elsewhere (DsDepot *self, Stop *stop, GError **error)
{
  return ds_depot_sql_run (self->db, error, "UPDATE parcel SET prepaid = 1 WHERE stop = ?", "s", stop->id)
         && set_change (self, stop, "paid-elsewhere", error) && renew_code (self, stop, error)
         && ds_depot_publish_stop (self, stop->id, error);
}

gboolean
ds_depot_stop_was_paid_by (DsDepot *self, const DsDepotPayment *payment, GError **error)
{
  g_auto (Stop) stop = { 0 };
  g_auto (GStrv) waybills = NULL;
  g_autoptr (GError) problem = NULL;

  /* Cancelled or unknown, there is nobody to tell. */
  if (payment->base->stop_id == NULL)
    return TRUE;
  if (!load_stop (self, payment->base->stop_id, &stop, &problem))
    {
      gboolean failed = g_error_matches (problem, DS_ERROR, DS_ERROR_STORAGE);

      if (failed)
        g_propagate_error (error, g_steal_pointer (&problem));
      return !failed;
    }
  /* Its own courier's handheld counts it by itself, but for money that came after it was denied. */
  if (g_strcmp0 (stop.courier_id, payment->courier_id) == 0
      && ds_payment_state_covers_debt (payment->base->state))
    return TRUE;
  waybills = load_owed_parcels (self, &stop, error);
  if (waybills == NULL)
    return FALSE;
  if (stop.due_fen == 0 || payment->base->kept_fen < stop.due_fen)
    return TRUE;
  return mark_paid_elsewhere (self, &stop, error) && ds_depot_weigh (self, stop.id, NULL, error);
}

static gboolean
change_stop (DsDepot *self, const DsStopChange *change, Stop *stop, GError **error)
{
  static gboolean (*const changes[]) (DsDepot *, Stop *, const DsStopChange *, GError **) = {
    [DS_STOP_CHANGE_CANCEL] = cancel,
    [DS_STOP_CHANGE_REPRICE] = reprice,
    [DS_STOP_CHANGE_REASSIGN] = reassign,
  };

  if (change->reason != NULL && strlen (change->reason) > MAX_REASON_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The reason is too long");
      return FALSE;
    }
  if (!load_stop (self, change->stop, stop, error))
    return FALSE;
  if (change->kind == DS_STOP_CHANGE_PAID_ELSEWHERE)
    {
      if (!mark_paid_elsewhere (self, stop, error))
        return FALSE;
    }
  else if (!changes[change->kind](self, stop, change, error))
    return FALSE;
  return ds_depot_weigh (self, stop->id, NULL, error);
}

json_t *
ds_depot_change_stop (DsDepot *self, const DsStopChange *change, GError **error)
{
  g_auto (Stop) stop = { 0 };
  gint64 suspense_fen = 0;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && change->stop != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  if (!change_stop (self, change, &stop, error)
      || !ds_depot_sql_get_int (self->db, &suspense_fen, 0, error,
                                "SELECT sum (suspense_fen) FROM payment WHERE stop = ?", "s", stop.id))
    {
      ds_depot_rollback (self);
      return NULL;
    }
  if (!ds_depot_commit (self, error))
    return NULL;
  return json_pack ("{s:s, s:s, s:I}", "stop", stop.id, "courier", stop.courier_id, "suspense_fen",
                    (json_int_t)suspense_fen);
}
