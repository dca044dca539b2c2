/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bank's ledger: movements whose postings sum to zero, and the daily file that is read from them. */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-error.h"

#include <string.h>

static gboolean
change_wallet (DsBank *self, const DsBankMovement *movement, GError **error)
{
  gint64 sign = movement->to_wallet ? 1 : -1;
  DsQuery *query = ds_db_prepare (self->db,
                                  "UPDATE wallet SET balance_fen = balance_fen + ?,"
                                  "  red_packet_fen = red_packet_fen + ? WHERE serial = ?",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, sign * movement->balance_fen);
  ds_db_bind_int (query, 2, sign * movement->red_packet_fen);
  ds_db_bind_text (query, 3, movement->wallet);
  return ds_db_run (self->db, query, error);
}

static gboolean
post (DsBank *self, gint64 movement, const char *kind, const char *name, gint64 amount_fen, GError **error)
{
  g_autofree char *account = g_strconcat (kind, name, NULL);
  DsQuery *query;

  if (amount_fen == 0)
    return TRUE;
  query = ds_db_prepare (self->db, "INSERT INTO posting (movement, account, amount_fen) VALUES (?, ?, ?)",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, movement);
  ds_db_bind_text (query, 2, account);
  ds_db_bind_int (query, 3, amount_fen);
  return ds_db_run (self->db, query, error);
}

static gboolean
insert_movement (DsBank *self, const DsBankMovement *movement, gint64 *id, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "INSERT INTO movement (at_ms, operator, kind, payment, refund) VALUES (?, ?, ?, ?, ?)",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, ds_bank_now_ms (self));
  ds_db_bind_text (query, 2, movement->operator_id);
  ds_db_bind_text (query, 3, movement->kind);
  ds_db_bind_text (query, 4, movement->payment_id);
  ds_db_bind_text (query, 5, movement->refund_id);
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (ds_db_get_handle (self->db));
  return TRUE;
}

/* Operator, day and running number: the serial that stands in receipts and in the daily file. */
static char *
make_reference (DsBank *self, const char *operator_id, gint64 id)
{
  char time[DS_RFC3339_SIZE];

  ds_clock_format_rfc3339 (ds_bank_now_ms (self), time);
  return g_strdup_printf ("%s%.4s%.2s%.2s%09" G_GINT64_FORMAT, operator_id, time, time + 5, time + 8,
                          id % G_GINT64_CONSTANT (1000000000));
}

static gboolean
set_reference (DsBank *self, gint64 id, const char *reference, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "UPDATE movement SET reference = ? WHERE id = ?", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, reference);
  ds_db_bind_int (query, 2, id);
  return ds_db_run (self->db, query, error);
}

gboolean
ds_bank_move (DsBank *self, const DsBankMovement *movement, char **reference, GError **error)
{
  gint64 sign = movement->to_wallet ? 1 : -1;
  g_autofree char *made = NULL;
  gint64 id;

  g_assert (movement->balance_fen >= 0 && movement->red_packet_fen >= 0);
  g_assert (movement->balance_fen + movement->red_packet_fen > 0);

  if (!change_wallet (self, movement, error) || !insert_movement (self, movement, &id, error))
    return FALSE;
  made = make_reference (self, movement->operator_id, id);
  if (!set_reference (self, id, made, error)
      || !post (self, id, "wallet:", movement->wallet, sign * movement->balance_fen, error)
      || !post (self, id, "red-packet:", movement->wallet, sign * movement->red_packet_fen, error)
      || !post (self, id, "", movement->account, -sign * (movement->balance_fen + movement->red_packet_fen),
                error))
    return FALSE;

  if (reference != NULL)
    *reference = g_steal_pointer (&made);
  return TRUE;
}

gboolean
ds_bank_sum_spent (DsBank *self, const char *serial, gint64 from_ms, gint64 *spent_fen, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT COALESCE (-SUM (posting.amount_fen), 0)"
                                  " FROM posting JOIN movement ON movement.id = posting.movement"
                                  " WHERE posting.account IN ('wallet:' || ?1, 'red-packet:' || ?1)"
                                  " AND movement.kind IN ('payment', 'voucher', 'shop')"
                                  " AND movement.at_ms >= ?2",
                                  error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, serial);
  ds_db_bind_int (query, 2, from_ms);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  *spent_fen = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return TRUE;
}

/* The daily file */

static DsFileLine *
read_line (DsBank *self, DsQuery *query)
{
  const DsBankFaults *faults = &self->faults;
  DsFileLine *line = g_new0 (DsFileLine, 1);

  line->payment_id = g_strdup (ds_db_column_text (query, 0));
  line->kind = g_strdup (ds_db_column_text (query, 1));
  line->amount_fen = ds_db_column_int (query, 2);
  line->red_packet_fen = ds_db_column_int (query, 3);
  line->operator_ref = g_strdup (ds_db_column_text (query, 4));
  line->at_ms = ds_db_column_int (query, 5);

  if (g_strcmp0 (faults->file_payment, line->payment_id) == 0 && !g_str_equal (line->kind, "refund"))
    line->amount_fen += faults->file_difference_fen;
  return line;
}

GPtrArray *
ds_bank_load_file (DsBank *self,
                   const char *operator_id,
                   const char *payee_id,
                   gint64 from_ms,
                   gint64 to_ms,
                   GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_file_line_free);
  DsQuery *query;
  gboolean row;

  if (!ds_bank_pay_out (self, operator_id, payee_id, error))
    return NULL;
  query = ds_db_prepare (self->db,
                         "SELECT movement.payment, movement.kind, ABS (payee.amount_fen),"
                         "  COALESCE (ABS (red.amount_fen), 0), movement.reference, movement.at_ms"
                         " FROM movement JOIN posting AS payee ON payee.movement = movement.id"
                         " LEFT JOIN posting AS red ON red.movement = movement.id"
                         "  AND red.account >= 'red-packet:' AND red.account < 'red-packet;'"
                         " WHERE movement.operator = ?1 AND payee.account = 'payee:' || ?2"
                         " AND movement.at_ms >= ?3 AND movement.at_ms < ?4 ORDER BY movement.id",
                         error);
  if (query == NULL)
    return NULL;
  ds_db_bind_text (query, 1, operator_id);
  ds_db_bind_text (query, 2, payee_id);
  ds_db_bind_int (query, 3, from_ms);
  ds_db_bind_int (query, 4, to_ms);
  while (TRUE)
    {
      DsFileLine *line;

      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (!row)
        break;
      line = read_line (self, query);
      if (line->amount_fen > 0)
        g_ptr_array_add (lines, line);
      else
        ds_file_line_free (line);
    }
  ds_db_reset (query);
  return ds_bank_append_payouts (self, operator_id, payee_id, from_ms, to_ms, lines, error)
             ? g_steal_pointer (&lines)
             : NULL;
}
