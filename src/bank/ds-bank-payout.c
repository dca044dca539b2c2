/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operators pay out to the payees' own bank accounts: what a day came to, net, the next morning. The money leaves
 * e-CNY there: the ledger goes on counting what was cleared, and beside it stands what was paid out of that. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-day.h"
#include "ds-error.h"

#include <string.h>

/* Of the day after. */
#define PAY_OUT_HOUR_MS (10 * G_GINT64_CONSTANT (3600000))

/* A day of a payee's at an operator. */
typedef struct
{
  const char *operator_id;
  const char *payee_id;
  const char *day;
  gint64 at_ms;
} PaidDay;

static gboolean
insert (DsBank *self, const PaidDay *day, const char *kind, guint number, gint64 amount_fen, GError **error)
{
  g_autofree char *reference = g_strdup_printf ("PO-%s-%s-%u", day->operator_id, day->day, number);
  DsQuery *query;

  if (amount_fen <= 0)
    return TRUE;
  query = ds_db_prepare (self->db,
                         "INSERT INTO payout (operator, payee, reference, kind, day, amount_fen, at_ms)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?)",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, day->operator_id);
  ds_db_bind_text (query, 2, day->payee_id);
  ds_db_bind_text (query, 3, reference);
  ds_db_bind_text (query, 4, kind);
  ds_db_bind_text (query, 5, day->day);
  ds_db_bind_int (query, 6, amount_fen);
  ds_db_bind_int (query, 7, day->at_ms);
  return ds_db_run (self->db, query, error);
}

static gboolean
sum_day (DsBank *self, const PaidDay *day, gint64 from_ms, gint64 *net_fen, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT COALESCE (SUM (posting.amount_fen), 0) FROM movement"
                                  " JOIN posting ON posting.movement = movement.id"
                                  " WHERE movement.operator = ?1 AND posting.account = 'payee:' || ?2"
                                  " AND movement.at_ms >= ?3 AND movement.at_ms < ?4",
                                  error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, day->operator_id);
  ds_db_bind_text (query, 2, day->payee_id);
  ds_db_bind_int (query, 3, from_ms);
  ds_db_bind_int (query, 4, from_ms + DS_DAY_MS);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  *net_fen = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return TRUE;
}

/* As the faults of the moment say. */
static gboolean
pay_out_day (DsBank *self, PaidDay *day, gint64 from_ms, GError **error)
{
  const DsBankFaults *faults = &self->faults;
  gint64 net_fen, fee_fen;

  day->at_ms = from_ms + (1 + faults->payout_late_days) * DS_DAY_MS + PAY_OUT_HOUR_MS;
  if (!sum_day (self, day, from_ms, &net_fen, error))
    return FALSE;
  if (net_fen < 0)
    return insert (self, day, "collection", 1, -net_fen, error);
  fee_fen = MIN (faults->payout_fee_fen, net_fen);
  if (net_fen == 0)
    return TRUE;
  for (guint number = 1; number <= faults->payout_times; number++)
    {
      if (!insert (self, day, "payout", number, net_fen - fee_fen + faults->payout_difference_fen, error))
        return FALSE;
    }
  return faults->payout_times == 0 || insert (self, day, "fee", 1, fee_fen, error);
}

/* @from_ms: (out): the first day that is still to be paid out; %G_MAXINT64: nothing ever moved. */
static gboolean
find_first_day (DsBank *self, const char *operator_id, const char *payee_id, gint64 *from_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "SELECT MAX (COALESCE ((SELECT to_ms FROM paid_until WHERE operator = ?1 AND payee = ?2), 0),"
      "  (SELECT MIN (movement.at_ms) FROM movement JOIN posting ON posting.movement = movement.id"
      "   WHERE movement.operator = ?1 AND posting.account = 'payee:' || ?2))",
      error);
  gboolean row;
  char day[DS_DAY_SIZE];

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, operator_id);
  ds_db_bind_text (query, 2, payee_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  *from_ms = sqlite3_column_type (query, 0) == SQLITE_NULL ? G_MAXINT64 : ds_db_column_int (query, 0);
  ds_db_reset (query);
  return *from_ms == G_MAXINT64 || ds_day_parse (ds_day_format (*from_ms, day), from_ms, error);
}

static gboolean
store_until (DsBank *self, const char *operator_id, const char *payee_id, gint64 to_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "INSERT OR REPLACE INTO paid_until (operator, payee, to_ms) VALUES (?, ?, ?)", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, operator_id);
  ds_db_bind_text (query, 2, payee_id);
  ds_db_bind_int (query, 3, to_ms);
  return ds_db_run (self->db, query, error);
}

static gboolean
pay_out (DsBank *self, const char *operator_id, const char *payee_id, GError **error)
{
  gint64 from_ms;

  if (!find_first_day (self, operator_id, payee_id, &from_ms, error))
    return FALSE;
  if (from_ms == G_MAXINT64)
    return TRUE;
  while (from_ms + DS_DAY_MS + PAY_OUT_HOUR_MS <= ds_bank_now_ms (self))
    {
      char name[DS_DAY_SIZE];
      PaidDay day
          = { .operator_id = operator_id, .payee_id = payee_id, .day = ds_day_format (from_ms, name) };

      if (!pay_out_day (self, &day, from_ms, error))
        return FALSE;
      from_ms += DS_DAY_MS;
    }
  return store_until (self, operator_id, payee_id, from_ms, error);
}

gboolean
ds_bank_pay_out (DsBank *self, const char *operator_id, const char *payee_id, GError **error)
{
  return ds_db_begin (self->db, error)
         && ds_bank_end (self, pay_out (self, operator_id, payee_id, error), error);
}

gboolean
ds_bank_append_payouts (DsBank *self,
                        const char *operator_id,
                        const char *payee_id,
                        gint64 from_ms,
                        gint64 to_ms,
                        GPtrArray *lines,
                        GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT day, kind, amount_fen, reference, at_ms FROM payout"
                                  " WHERE operator = ? AND payee = ? AND at_ms >= ? AND at_ms < ?"
                                  " ORDER BY at_ms, reference, kind",
                                  error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, operator_id);
  ds_db_bind_text (query, 2, payee_id);
  ds_db_bind_int (query, 3, from_ms);
  ds_db_bind_int (query, 4, to_ms);
  while (TRUE)
    {
      DsFileLine *line;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      line = g_new0 (DsFileLine, 1);
      g_ptr_array_add (lines, line);
      line->payment_id = g_strdup (ds_db_column_text (query, 0));
      line->kind = g_strdup (ds_db_column_text (query, 1));
      line->amount_fen = ds_db_column_int (query, 2);
      line->operator_ref = g_strdup (ds_db_column_text (query, 3));
      line->at_ms = ds_db_column_int (query, 4);
    }
  ds_db_reset (query);
  return TRUE;
}
