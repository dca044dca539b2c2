/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permissions to take a voucher over the company's limits: each is good once, and wrong digits are counted here, so that
 * neither a restart nor a new page gives new tries. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-error.h"
#include "ds-money.h"
#include "ds-spoken-proof.h"

#include <string.h>

/* The journal */

typedef struct
{
  const char *stop;
  const char *shift;
  json_int_t number;
  const char *limits; /* (nullable) */
  json_int_t amount_fen;
} Row;

static gboolean
insert (DsLedger *self, const Row *row, gint64 at_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT INTO overrides (stop, number, shift, limits, amount_fen, at_ms)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, row->stop);
  ds_db_bind_int (query, 2, row->number);
  ds_db_bind_text (query, 3, row->shift);
  ds_db_bind_text (query, 4, row->limits);
  ds_db_bind_int (query, 5, row->amount_fen);
  ds_db_bind_int (query, 6, at_ms);
  ds_ledger_touch (self, row->stop);
  return ds_db_run (self->db, query, error);
}

static gboolean
read_row (DsLedger *self, const DsEntry *entry, gboolean replaying, Row *row, GError **error)
{
  *row = (Row){ 0 };
  if (!ds_json_unpack (entry->data, error, "{s:s, s:s, s:I}", "stop", &row->stop, "shift", &row->shift,
                       "number", &row->number))
    return FALSE;
  if (row->number < 1)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Permissions are numbered from 1");
      return FALSE;
    }
  return replaying
         || (ds_ledger_check_stop (self, row->stop, error)
             && ds_ledger_check_open_shift (self, row->shift, error));
}

/* That the digits are right was checked at the door, with the stop's secret, which may be gone when this is replayed. */
gboolean
ds_ledger_project_overridden (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  const char *typed;
  g_autofree char *limits = NULL;
  DsLimits lifted;
  Row row;

  if (!read_row (self, entry, replaying, &row, error)
      || !ds_json_unpack (entry->data, error, "{s:s, s:I, s:s}", "limits", &row.limits, "amount_fen",
                          &row.amount_fen, "digits", &typed))
    return FALSE;
  if (ds_limits_from_text (row.limits, &lifted))
    limits = ds_limits_to_text (lifted);
  if (g_strcmp0 (limits, row.limits) != 0 || row.amount_fen < 1 || row.amount_fen > DS_MONEY_MAX_FEN
      || !ds_spoken_proof_read (typed, digits))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "A permission has limits, an amount and 8 digits");
      return FALSE;
    }
  return insert (self, &row, entry->at_ms, error);
}

gboolean
ds_ledger_project_override_misspoken (DsLedger *self,
                                      const DsEntry *entry,
                                      gboolean replaying,
                                      GError **error)
{
  Row row;

  return read_row (self, entry, replaying, &row, error) && insert (self, &row, entry->at_ms, error);
}

static gboolean
check_unused (DsLedger *self, const DsPaymentRow *row, gint64 number, GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db,
                       "SELECT 1 FROM overrides WHERE stop = ?1 AND number = ?2 AND limits IS NOT"
                       " NULL AND payment IS NULL AND amount_fen >= ?3 AND shift IN (SELECT id FROM"
                       " shifts WHERE closed_at_ms = 0)",
                       error);
  gboolean found;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, row->stop_id);
  ds_db_bind_int (query, 2, number);
  ds_db_bind_int (query, 3, row->amount_fen);
  if (!ds_db_step (self->db, query, &found, error))
    return FALSE;
  ds_db_reset (query);
  if (!found)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         "That permission does not fit, or has been used already");
  return found;
}

gboolean
ds_ledger_use_override (DsLedger *self,
                        const DsEntry *entry,
                        const DsPaymentRow *row,
                        gboolean replaying,
                        GError **error)
{
  const char *payment;
  json_int_t number = 0;
  DsQuery *query;

  if (!ds_json_unpack (entry->data, error, "{s:s, s?I}", "payment", &payment, "override", &number))
    return FALSE;
  if (number == 0)
    return TRUE;
  if (!replaying && !check_unused (self, row, number, error))
    return FALSE;
  query = ds_db_prepare (self->db,
                         "UPDATE overrides SET payment = ?3 WHERE stop = ?1 AND number = ?2"
                         " AND limits IS NOT NULL",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, row->stop_id);
  ds_db_bind_int (query, 2, number);
  ds_db_bind_text (query, 3, payment);
  return ds_db_run (self->db, query, error);
}

/* Reading */

static gboolean
add (DsStop *stop, DsQuery *query, GError **error)
{
  const char *limits = ds_db_column_text (query, 2);
  g_autoptr (DsOverride) override = NULL;

  if (limits == NULL)
    {
      stop->n_wrong_overrides++;
      return TRUE;
    }
  override = g_new0 (DsOverride, 1);
  override->number = ds_db_column_int (query, 1);
  override->amount_fen = ds_db_column_int (query, 3);
  override->shift_id = g_strdup (ds_db_column_text (query, 4));
  override->payment_id = g_strdup (ds_db_column_text (query, 5));
  override->at_ms = ds_db_column_int (query, 6);
  if (!ds_limits_from_text (limits, &override->limits))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "A permission of stop %s lifts no known limit",
                   stop->id);
      return FALSE;
    }
  if (stop->overrides == NULL)
    stop->overrides = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_override_free);
  g_ptr_array_add (stop->overrides, g_steal_pointer (&override));
  /* Wrong digits count for the request that they were meant for. */
  stop->n_wrong_overrides = 0;
  return TRUE;
}

#define COLUMNS "SELECT stop, number, limits, amount_fen, shift, payment, at_ms FROM overrides "

gboolean
ds_ledger_read_overrides (DsLedger *self, const char *stop_id, GHashTable *stops_by_id, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, stop_id != NULL ? COLUMNS "WHERE stop = ?1 ORDER BY n" : COLUMNS "ORDER BY n", error);
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query != NULL && stop_id != NULL)
    ds_db_bind_text (query, 1, stop_id);
  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      DsStop *stop;

      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      stop = g_hash_table_lookup (stops_by_id, ds_db_column_text (query, 0));
      if (stop != NULL && !add (stop, query, error))
        {
          ds_db_reset (query);
          return FALSE;
        }
    }
  return FALSE;
}

gboolean
ds_ledger_sum_overrides (DsLedger *self, gint64 *sum_fen, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT coalesce (sum (o.amount_fen), 0) FROM overrides o"
                                  " JOIN shifts s ON s.id = o.shift WHERE s.closed_at_ms = 0",
                                  error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  *sum_fen = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return TRUE;
}
