/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries that the depot refused: each is a case until it is answered, and stays counted for ever. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-clock.h"
#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

static gboolean
set_state (DsLedger *self, const char *entry_id, const char *state, gint64 by_seq, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "UPDATE quarantine SET state = ?2, by_seq = ?3, changed_at_ms = ?4"
                                  " WHERE id = ?1 AND state IN ('open', 'escalated')",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, entry_id);
  ds_db_bind_text (query, 2, state);
  ds_db_bind_int (query, 3, by_seq);
  ds_db_bind_int (query, 4, ds_clock_get_wall_ms (self->clock));
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  if (sqlite3_changes (ds_db_get_handle (self->db)) > 0)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                       "The depot did not refuse that, or it is answered already");
  return FALSE;
}

/* Whether the refused entry took the cash of @payment. */
static gboolean
took_cash (DsLedger *self, const char *entry_id, const char *payment, gboolean *took, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT j.line FROM quarantine q JOIN journal j ON j.seq = q.seq WHERE q.id = ?1", error);
  g_autoptr (DsEntry) entry = NULL;
  gboolean row;

  *took = FALSE;
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, entry_id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    entry = ds_entry_parse (ds_db_column_text (query, 0), -1, error);
  ds_db_reset (query);
  if (row && entry == NULL)
    return FALSE;
  *took = entry != NULL && strcmp (entry->type, "payment.cash") == 0
          && g_strcmp0 (json_string_value (json_object_get (entry->data, "payment")), payment) == 0;
  return TRUE;
}

/* Only cash can be put right here, all of it still being there: whatever a bank or a wallet has signed is as it was
 * signed, and what went back went back from the old amount. */
static gboolean
check_correctable (DsLedger *self,
                   const char *entry_id,
                   const char *payment,
                   const DsPaymentRow *row,
                   GError **error)
{
  gboolean took;

  if (!took_cash (self, entry_id, payment, &took, error))
    return FALSE;
  if (took && row->refunded_fen == 0)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                       took ? "Some of this cash went back to the customer. Hand the entry to the clerk"
                            : "That entry took no such cash");
  return FALSE;
}

static gboolean
correct_cash (DsLedger *self, const char *entry_id, json_t *data, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *payment;
  json_int_t amount_fen, tendered_fen, change_fen;
  g_auto (DsPaymentRow) row = { 0 };

  if (!ds_json_unpack (data, error, "{s:s, s:I, s:I, s:I}", "payment", &payment, "amount_fen", &amount_fen,
                       "tendered_fen", &tendered_fen, "change_fen", &change_fen)
      || !ds_ledger_load_payment_row (self, payment, &row, error)
      || (!replaying && !check_correctable (self, entry_id, payment, &row, error)))
    return FALSE;
  if (row.stop_id != NULL)
    ds_ledger_touch (self, row.stop_id);
  if (amount_fen < 1 || amount_fen > DS_MONEY_MAX_FEN || tendered_fen < amount_fen
      || tendered_fen > DS_MONEY_MAX_FEN || tendered_fen - change_fen != amount_fen)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Cash taken, less change, is not the amount");
      return FALSE;
    }
  query = ds_db_prepare (self->db,
                         "UPDATE payments SET amount_fen = ?2, tendered_fen = ?3, change_fen = ?4"
                         " WHERE id = ?1 AND tender = 'cash'",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment);
  ds_db_bind_int (query, 2, amount_fen);
  ds_db_bind_int (query, 3, tendered_fen);
  ds_db_bind_int (query, 4, change_fen);
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  if (sqlite3_changes (ds_db_get_handle (self->db)) > 0)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "There is no such payment in cash");
  return FALSE;
}

gboolean
ds_ledger_project_answer (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  const char *entry_id;
  const char *state = strcmp (entry->type, "entry.escalated") == 0 ? "escalated" : "asked";

  if (!ds_json_unpack (entry->data, error, "{s:s}", "entry", &entry_id)
      || (!replaying && !set_state (self, entry_id, state, entry->seq, error)))
    return FALSE;
  return strcmp (entry->type, "entry.corrected") != 0
         || correct_cash (self, entry_id, json_object_get (entry->data, "data"), replaying, error);
}

/* Whether @seq was the answer to a refused entry: then that entry's case is open again, with the new reason. */
static gboolean
reopen (DsLedger *self, gint64 seq, const char *reason, gboolean *reopened, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "UPDATE quarantine SET state = 'open', reason = ?2, changed_at_ms = ?3"
                                  " WHERE by_seq = ?1 AND state IN ('asked', 'escalated')",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, seq);
  ds_db_bind_text (query, 2, reason);
  ds_db_bind_int (query, 3, ds_clock_get_wall_ms (self->clock));
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  *reopened = sqlite3_changes (ds_db_get_handle (self->db)) > 0;
  return TRUE;
}

static gboolean
quarantine (DsLedger *self, gint64 seq, const char *id, const char *reason, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT INTO quarantine (seq, id, reason, at_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, seq);
  ds_db_bind_text (query, 2, id);
  ds_db_bind_text (query, 3, reason);
  ds_db_bind_int (query, 4, ds_clock_get_wall_ms (self->clock));
  return ds_db_run (self->db, query, error);
}

/* What was asked again, is acknowledged now and not among the refused, has been applied. */
static gboolean
end_answered (DsLedger *self, gint64 acknowledged_seq, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "UPDATE quarantine SET state = 'resolved', changed_at_ms = ?2"
                                  " WHERE state = 'asked' AND by_seq <= ?1",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, acknowledged_seq);
  ds_db_bind_int (query, 2, ds_clock_get_wall_ms (self->clock));
  return ds_db_run (self->db, query, error);
}

gboolean
ds_ledger_take_refused (DsLedger *self, json_t *refused, gint64 acknowledged_seq, GError **error)
{
  gsize i;
  json_t *item;

  json_array_foreach (refused, i, item)
  {
    json_int_t seq;
    const char *id, *reason;
    gboolean reopened;

    if (!ds_json_unpack (item, error, "{s:I, s:s, s:s}", "seq", &seq, "id", &id, "reason", &reason)
        || !reopen (self, seq, reason, &reopened, error)
        || (!reopened && !quarantine (self, seq, id, reason, error)))
      return FALSE;
  }
  return end_answered (self, acknowledged_seq, error);
}

gboolean
ds_ledger_take_settled_entry (DsLedger *self, json_t *data, const char **entry_id, GError **error)
{
  DsQuery *query;
  const char *state, *text;

  if (!ds_json_unpack (data, error, "{s:s, s:s, s:s}", "entry", entry_id, "state", &state, "text", &text))
    return FALSE;
  query = ds_db_prepare (self->db,
                         "UPDATE quarantine SET state = 'resolved', answer = ?2, changed_at_ms = ?3"
                         " WHERE id = ?1 AND state <> 'resolved'",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, *entry_id);
  ds_db_bind_text (query, 2, text);
  ds_db_bind_int (query, 3, ds_clock_get_wall_ms (self->clock));
  return ds_db_run (self->db, query, error);
}

gboolean
ds_ledger_take_fork (DsLedger *self, json_t *data, const char **device_id, GError **error)
{
  json_int_t forks_at;
  g_autofree char *text = NULL;

  if (!ds_json_unpack (data, error, "{s:s, s:I}", "device", device_id, "forks_at", &forks_at))
    return FALSE;
  /* The courier's other handhelds are not concerned. */
  if (self->identity == NULL || strcmp (*device_id, self->identity->device_id) != 0)
    return TRUE;
  text = g_strdup_printf ("Two handhelds have this identity, from entry %" JSON_INTEGER_FORMAT " on",
                          forks_at);
  return ds_ledger_set_forked (self, text, error);
}
