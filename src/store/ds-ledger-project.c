/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each journal entry does to the tables the screens read. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-evidence.h"
#include "ds-money.h"
#include "ds-spoken-proof.h"

#include <string.h>

#define MAX_PARCELS 1000

typedef gboolean (*Effect) (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);

gboolean
ds_ledger_check_amount (gint64 amount_fen, gint64 lowest_fen, GError **error)
{
  if (amount_fen >= lowest_fen && amount_fen <= DS_MONEY_MAX_FEN)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%" G_GINT64_FORMAT " fen is no amount for this",
               amount_fen);
  return FALSE;
}

gboolean
ds_ledger_load_payment_row (DsLedger *self, const char *id, DsPaymentRow *row, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "SELECT state, stop, amount_fen, refunded_fen, spoken, tender = 'cash',"
                                  " shift FROM payments WHERE id = ?1",
                                  error);
  gboolean found;

  *row = (DsPaymentRow){ .state = DS_PAYMENT_NONE };
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  if (!ds_db_step (self->db, query, &found, error))
    return FALSE;
  if (found)
    {
      if (!ds_payment_state_from_name (ds_db_column_text (query, 0), &row->state))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "Payment %s has no known state", id);
          ds_db_reset (query);
          return FALSE;
        }
      row->stop_id = g_strdup (ds_db_column_text (query, 1));
      row->amount_fen = ds_db_column_int (query, 2);
      row->refunded_fen = ds_db_column_int (query, 3);
      row->spoken = ds_db_column_int (query, 4) != 0;
      row->is_cash = ds_db_column_int (query, 5) != 0;
      row->shift_id = g_strdup (ds_db_column_text (query, 6));
    }
  ds_db_reset (query);
  return TRUE;
}

/* Returns: the state of the payment after @event; %DS_PAYMENT_NONE with an error when the table lists no such. */
static DsPaymentState
find_state (const char *id, DsPaymentState from, const DsEntry *entry, DsPaymentEvent event, GError **error)
{
  DsPaymentState to = ds_payment_state_after (from, event);

  if (to == DS_PAYMENT_NONE)
    g_set_error (error, DS_ERROR, DS_ERROR_TRANSITION, "Payment %s is %s: “%s” cannot happen to it", id,
                 ds_payment_state_to_name (from), entry->type);
  return to;
}

/* Finds a payment that must be known already. */
static gboolean
find_payment (DsLedger *self, const char *id, DsPaymentRow *row, GError **error)
{
  if (!ds_ledger_load_payment_row (self, id, row, error))
    return FALSE;
  if (row->state != DS_PAYMENT_NONE)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "Payment %s is not known", id);
  return FALSE;
}

/* Lets something happen to a payment, its row being known. */
static gboolean
change_state (DsLedger *self,
              const char *id,
              const DsPaymentRow *row,
              const DsEntry *entry,
              DsPaymentEvent event,
              GError **error)
{
  DsPaymentState to = find_state (id, row->state, entry, event, error);
  DsQuery *query;

  if (to == DS_PAYMENT_NONE)
    return FALSE;
  /* What is known already changes nothing. */
  if (to == row->state)
    return TRUE;
  query = ds_db_prepare (self->db, "UPDATE payments SET state = ?2, changed_at_ms = ?3 WHERE id = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  ds_db_bind_text (query, 2, ds_payment_state_to_name (to));
  ds_db_bind_int (query, 3, entry->at_ms);
  ds_ledger_touch (self, row->stop_id);
  return ds_db_run (self->db, query, error);
}

/* Waybills as they stand in a row: one a line. */
static char *
read_waybills (json_t *parcels, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize i;
  json_t *parcel;

  if (!json_is_array (parcels) || json_array_size (parcels) == 0 || json_array_size (parcels) > MAX_PARCELS)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "No parcels are named, or too many");
      return NULL;
    }
  json_array_foreach (parcels, i, parcel)
  {
    const char *waybill = json_string_value (parcel);

    if (waybill == NULL || *waybill == '\0' || strchr (waybill, '\n') != NULL)
      {
        g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A waybill is no text of one line");
        return NULL;
      }
    if (i > 0)
      g_string_append_c (text, '\n');
    g_string_append (text, waybill);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
ds_ledger_check_parcels (DsLedger *self, const char *stop, json_t *parcels, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT 1 FROM parcels WHERE waybill = ?2 AND stop = ?1", error);
  gsize i;
  json_t *parcel;

  if (query == NULL)
    return FALSE;
  json_array_foreach (parcels, i, parcel)
  {
    gboolean found;

    ds_db_bind_text (query, 1, stop);
    ds_db_bind_text (query, 2, json_string_value (parcel));
    if (!ds_db_step (self->db, query, &found, error))
      return FALSE;
    ds_db_reset (query);
    if (!found)
      {
        g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "Parcel %s does not belong to stop %s",
                     json_string_value (parcel), stop);
        return FALSE;
      }
  }
  return TRUE;
}

static gboolean
is_open_shift (DsLedger *self, const char *shift, gboolean *open, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT 1 FROM shifts WHERE id = ?1 AND closed_at_ms = 0", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, shift);
  if (!ds_db_step (self->db, query, open, error))
    return FALSE;
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_ledger_check_open_shift (DsLedger *self, const char *shift, GError **error)
{
  gboolean open;

  if (!is_open_shift (self, shift, &open, error))
    return FALSE;
  if (!open)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "That shift is not open");
  return open;
}

/* Payments that begin */

/* The members that requested, presented, scanned and cash share; texts are borrowed from the entry. */
typedef struct
{
  const char *id;
  const char *shift;
  const char *stop;
  json_t *parcels;
  char *waybills;
  gint64 amount_fen;
} NewPayment;

static void
new_payment_clear (NewPayment *self)
{
  g_clear_pointer (&self->waybills, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NewPayment, new_payment_clear)

/* How a payment begins, beside what all have in common. */
typedef struct
{
  DsTender tender;
  DsPaymentEvent event;
  DsCodeSource source;
  const char *code;
  gint64 expires_at_ms;
  gint64 tendered_fen;
  gint64 change_fen;
} Beginning;

static gboolean
read_new_payment (DsLedger *self,
                  const DsEntry *entry,
                  gboolean replaying,
                  NewPayment *payment,
                  GError **error)
{
  json_int_t amount_fen;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s, s:s, s:o, s:I}", "payment", &payment->id, "shift",
                       &payment->shift, "stop", &payment->stop, "parcels", &payment->parcels, "amount_fen",
                       &amount_fen)
      || !ds_ledger_check_amount (amount_fen, 1, error))
    return FALSE;
  if (!ds_id_is_valid (payment->id) || !ds_id_is_valid (payment->shift))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A payment or shift id is no UUIDv7");
      return FALSE;
    }
  payment->amount_fen = amount_fen;
  payment->waybills = read_waybills (payment->parcels, error);
  if (payment->waybills == NULL)
    return FALSE;
  return replaying
         || (ds_ledger_check_open_shift (self, payment->shift, error)
             && ds_ledger_check_parcels (self, payment->stop, payment->parcels, error));
}

static gboolean
insert_payment (DsLedger *self,
                const NewPayment *payment,
                const Beginning *beginning,
                DsPaymentState state,
                gint64 at_ms,
                GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT INTO payments (id, shift, stop, parcels, amount_fen, tender, state, source, code,"
      " code_expires_at_ms, tendered_fen, change_fen, created_at_ms, changed_at_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, payment->id);
  ds_db_bind_text (query, 2, payment->shift);
  ds_db_bind_text (query, 3, payment->stop);
  ds_db_bind_text (query, 4, payment->waybills);
  ds_db_bind_int (query, 5, payment->amount_fen);
  ds_db_bind_text (query, 6, ds_tender_to_name (beginning->tender));
  ds_db_bind_text (query, 7, ds_payment_state_to_name (state));
  ds_db_bind_text (query, 8, ds_code_source_to_name (beginning->source));
  ds_db_bind_text (query, 9, beginning->code);
  ds_db_bind_int (query, 10, beginning->expires_at_ms);
  ds_db_bind_int (query, 11, beginning->tendered_fen);
  ds_db_bind_int (query, 12, beginning->change_fen);
  ds_db_bind_int (query, 13, at_ms);
  return ds_db_run (self->db, query, error);
}

/* A requested payment is presented: what it was asked for stays, what is shown is added. */
static gboolean
update_presented (DsLedger *self,
                  const char *id,
                  const Beginning *beginning,
                  DsPaymentState state,
                  gint64 at_ms,
                  GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "UPDATE payments SET state = ?2, source = ?3, code = coalesce(?4, code),"
                                  " code_expires_at_ms = ?5, changed_at_ms = ?6 WHERE id = ?1",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  ds_db_bind_text (query, 2, ds_payment_state_to_name (state));
  ds_db_bind_text (query, 3, ds_code_source_to_name (beginning->source));
  ds_db_bind_text (query, 4, beginning->code);
  ds_db_bind_int (query, 5, beginning->expires_at_ms);
  ds_db_bind_int (query, 6, at_ms);
  return ds_db_run (self->db, query, error);
}

static gboolean
begin_payment (DsLedger *self,
               const DsEntry *entry,
               gboolean replaying,
               const Beginning *beginning,
               GError **error)
{
  g_auto (NewPayment) payment = { 0 };
  g_auto (DsPaymentRow) row = { 0 };
  DsPaymentState state;

  if (!read_new_payment (self, entry, replaying, &payment, error)
      || !ds_ledger_load_payment_row (self, payment.id, &row, error))
    return FALSE;
  if (row.state != DS_PAYMENT_NONE
      && (row.amount_fen != payment.amount_fen || strcmp (row.stop_id, payment.stop) != 0))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "Payment %s is known with another amount or stop",
                   payment.id);
      return FALSE;
    }
  state = find_state (payment.id, row.state, entry, beginning->event, error);
  if (state == DS_PAYMENT_NONE)
    return FALSE;

  ds_ledger_touch (self, payment.stop);
  return row.state == DS_PAYMENT_NONE
             ? insert_payment (self, &payment, beginning, state, entry->at_ms, error)
             : update_presented (self, payment.id, beginning, state, entry->at_ms, error);
}

static gboolean
project_requested (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  const Beginning beginning = { .tender = DS_TENDER_CODE, .event = DS_PAYMENT_IS_REQUESTED };

  return begin_payment (self, entry, replaying, &beginning, error);
}

static gboolean
project_presented (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  Beginning beginning = { .tender = DS_TENDER_CODE, .event = DS_PAYMENT_IS_PRESENTED };
  const char *source;
  json_int_t expires_at_ms;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:I}", "source", &source, "expires_at_ms", &expires_at_ms)
      || !ds_ledger_read_nullable (entry->data, "code", &beginning.code, error))
    return FALSE;
  if (!ds_code_source_from_name (source, &beginning.source) || beginning.source == DS_CODE_SOURCE_NONE
      || (beginning.source == DS_CODE_SOURCE_BUILT) != (beginning.code != NULL))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "A code cannot come from “%.*s”",
                   ds_utf8_cut (source, 20), source);
      return FALSE;
    }
  beginning.expires_at_ms = expires_at_ms;
  return begin_payment (self, entry, replaying, &beginning, error);
}

/* The payer code itself stays in the journal line: it is the customer's, and of no use after a minute. */
static gboolean
project_scanned (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  Beginning beginning = { .tender = DS_TENDER_SCAN, .event = DS_PAYMENT_IS_SCANNED };
  const char *payer_code;
  json_int_t expires_at_ms;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:I}", "payer_code", &payer_code, "expires_at_ms",
                       &expires_at_ms))
    return FALSE;
  beginning.expires_at_ms = expires_at_ms;
  return begin_payment (self, entry, replaying, &beginning, error);
}

static gboolean
project_cash (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  Beginning beginning = { .tender = DS_TENDER_CASH, .event = DS_PAYMENT_IS_CASH };
  json_int_t amount_fen, tendered_fen, change_fen;

  if (!ds_json_unpack (entry->data, error, "{s:I, s:I, s:I}", "amount_fen", &amount_fen, "tendered_fen",
                       &tendered_fen, "change_fen", &change_fen)
      || !ds_ledger_check_amount (amount_fen, 1, error) || !ds_ledger_check_amount (tendered_fen, 1, error)
      || !ds_ledger_check_amount (change_fen, 0, error))
    return FALSE;
  if (tendered_fen - change_fen != amount_fen)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Cash given less change is not the amount");
      return FALSE;
    }
  beginning.tendered_fen = tendered_fen;
  beginning.change_fen = change_fen;
  return begin_payment (self, entry, replaying, &beginning, error);
}

/* News of payments that have begun */

static gboolean
change_named_payment (DsLedger *self, const DsEntry *entry, DsPaymentEvent event, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  const char *id;

  return ds_json_unpack (entry->data, error, "{s:s}", "payment", &id) && find_payment (self, id, &row, error)
         && change_state (self, id, &row, entry, event, error);
}

static gboolean
project_claimed (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  return change_named_payment (self, entry, DS_PAYMENT_IS_CLAIMED, error);
}

static gboolean
project_unknown (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  return change_named_payment (self, entry, DS_PAYMENT_IS_UNANSWERED, error);
}

/* A question to the depot: nothing is known by asking. */
static gboolean
project_query (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  const char *id;

  return ds_json_unpack (entry->data, error, "{s:s}", "payment", &id) && find_payment (self, id, &row, error);
}

static gboolean
insert_cash_back (DsLedger *self,
                  const DsEntry *entry,
                  const char *id,
                  const char *shift,
                  gint64 amount_fen,
                  GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "INSERT INTO cash_back (id, payment, shift, amount_fen) VALUES (?1, ?2, ?3, ?4)", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, json_string_value (json_object_get (entry->data, "refund")));
  ds_db_bind_text (query, 2, id);
  ds_db_bind_text (query, 3, shift);
  ds_db_bind_int (query, 4, amount_fen);
  return ds_db_run (self->db, query, error);
}

/* Cash goes back from hand to hand: it is given back by being journalled, out of the drawer of the shift that is named,
 * or the payment's own, since older handhelds named none. */
static gboolean
give_cash_back (DsLedger *self,
                const DsEntry *entry,
                const char *id,
                const DsPaymentRow *row,
                gint64 amount_fen,
                GError **error)
{
  const char *shift = json_string_value (json_object_get (entry->data, "shift"));
  DsQuery *query;

  if (!insert_cash_back (self, entry, id, shift != NULL ? shift : row->shift_id, amount_fen, error)
      || (row->refunded_fen + amount_fen >= row->amount_fen
          && !change_state (self, id, row, entry, DS_PAYMENT_IS_REFUNDED, error)))
    return FALSE;
  query = ds_db_prepare (
      self->db, "UPDATE payments SET refunded_fen = min (amount_fen, refunded_fen + ?2) WHERE id = ?1",
      error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  ds_db_bind_int (query, 2, amount_fen);
  ds_ledger_touch (self, row->stop_id);
  return ds_db_run (self->db, query, error);
}

/* Of what is not cash it is a request to the depot, and the feed says what was given back. */
static gboolean
project_refund (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  const char *id, *refund, *reason, *shift;
  json_int_t amount_fen;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s, s:I, s:s}", "payment", &id, "refund", &refund,
                       "amount_fen", &amount_fen, "reason", &reason)
      || !find_payment (self, id, &row, error) || !ds_ledger_check_amount (amount_fen, 1, error)
      || !(replaying || ds_ledger_check_amount (row.amount_fen - row.refunded_fen - amount_fen, 0, error)))
    return FALSE;
  if (!row.is_cash)
    return TRUE;
  shift = json_string_value (json_object_get (entry->data, "shift"));
  return (replaying || shift == NULL || ds_ledger_check_open_shift (self, shift, error))
         && give_cash_back (self, entry, id, &row, amount_fen, error);
}

static gboolean
project_superseded (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  DsQuery *query;
  const char *id;

  if (!ds_json_unpack (entry->data, error, "{s:s}", "payment", &id) || !find_payment (self, id, &row, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE payments SET superseded = 1 WHERE id = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  ds_ledger_touch (self, row.stop_id);
  return ds_db_run (self->db, query, error);
}

/* Who signed it is checked by whoever scanned it; here it must be for this payment and amount. */
static DsEvidence *
read_evidence (const DsEntry *entry,
               const char *member,
               DsEvidenceKind kind,
               const char *id,
               const DsPaymentRow *row,
               GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsEvidence) evidence = NULL;
  const char *text;

  if (!ds_json_unpack (entry->data, error, "{s:s}", member, &text)
      || (bytes = ds_base64url_decode (text, -1, error)) == NULL
      || (evidence = ds_evidence_parse (bytes, error)) == NULL)
    return NULL;
  if (evidence->kind != kind)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "This is no %s", member);
      return NULL;
    }
  if (strcmp (evidence->payment_id, id) != 0 || evidence->amount_fen != row->amount_fen)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "The %s is for another payment or amount", member);
      return NULL;
    }
  return g_steal_pointer (&evidence);
}

static gboolean
project_receipt (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  g_autoptr (DsEvidence) receipt = NULL;
  DsQuery *query;
  const char *id;

  if (!ds_json_unpack (entry->data, error, "{s:s}", "payment", &id) || !find_payment (self, id, &row, error))
    return FALSE;
  receipt = read_evidence (entry, "receipt", DS_EVIDENCE_RECEIPT, id, &row, error);
  if (receipt == NULL)
    return FALSE;
  if (!change_state (self, id, &row, entry, DS_PAYMENT_IS_PROVED, error))
    return FALSE;
  /* Evidence of what is known already changes nothing; but digits may still be denied, a receipt is nobody's to lower. */
  if (ds_payment_state_after (row.state, DS_PAYMENT_IS_PROVED) == row.state
      && !(row.state == DS_PAYMENT_PAID && row.spoken))
    return TRUE;

  query = ds_db_prepare (self->db,
                         "UPDATE payments SET operator = ?2, operator_ref = ?3, red_packet_fen = ?4,"
                         " spoken = ?5 WHERE id = ?1",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  ds_db_bind_text (query, 2, receipt->operator_id);
  ds_db_bind_text (query, 3, receipt->operator_ref);
  ds_db_bind_int (query, 4, receipt->red_packet_fen);
  ds_db_bind_int (query, 5, row.spoken && row.state != DS_PAYMENT_PAID);
  ds_ledger_touch (self, row.stop_id);
  return ds_db_run (self->db, query, error);
}

static gboolean
project_voucher (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  g_autoptr (DsEvidence) voucher = NULL;
  g_autofree char *serial = NULL;
  g_autoptr (GError) problem = NULL;
  DsQuery *query;
  const char *id;

  if (!ds_json_unpack (entry->data, error, "{s:s}", "payment", &id) || !find_payment (self, id, &row, error))
    return FALSE;
  voucher = read_evidence (entry, "voucher", DS_EVIDENCE_VOUCHER, id, &row, error);
  if (voucher == NULL || !change_state (self, id, &row, entry, DS_PAYMENT_IS_VOUCHED, error)
      || !ds_ledger_use_override (self, entry, &row, replaying, error))
    return FALSE;

  query = ds_db_prepare (
      self->db, "UPDATE payments SET operator = ?2, wallet_serial = ?3, voucher_counter = ?4 WHERE id = ?1",
      error);
  if (query == NULL)
    return FALSE;
  serial = ds_wallet_certificate_get_serial_hex (voucher->certificate);
  ds_db_bind_text (query, 1, id);
  ds_db_bind_text (query, 2, voucher->operator_id);
  ds_db_bind_text (query, 3, serial);
  ds_db_bind_int (query, 4, voucher->counter);
  if (ds_db_run (self->db, query, &problem))
    return TRUE;
  /* The unique pair of wallet and counter: the table is what keeps a voucher from being taken twice. */
  if (g_error_matches (problem, DS_ERROR, DS_ERROR_CONFLICT))
    g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                         "This wallet has used that voucher number for another payment");
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* That the digits are right was checked at the door, with the stop's secret, which may be gone when this is replayed. */
static gboolean
project_spoken (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  char digits[DS_SPOKEN_PROOF_SIZE];
  const char *id, *text;
  DsQuery *query;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s}", "payment", &id, "digits", &text)
      || !find_payment (self, id, &row, error))
    return FALSE;
  if (!ds_spoken_proof_read (text, digits))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A spoken proof has 8 digits");
      return FALSE;
    }
  if (!change_state (self, id, &row, entry, DS_PAYMENT_IS_SPOKEN, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE payments SET spoken = 1 WHERE id = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  return ds_db_run (self->db, query, error);
}

/* A wrong proof: counted, so that neither a restart nor a new page gives new tries. */
static gboolean
project_misspoken (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  const char *id;
  DsQuery *query;

  if (!ds_json_unpack (entry->data, error, "{s:s}", "payment", &id) || !find_payment (self, id, &row, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE payments SET n_misspoken = n_misspoken + 1 WHERE id = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  ds_ledger_touch (self, row.stop_id);
  return ds_db_run (self->db, query, error);
}

/* Parcels and shifts */

static gboolean
project_outcome (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *stop, *name;
  const char *reason = NULL;
  json_t *parcels, *parcel;
  g_autofree char *waybills = NULL;
  DsParcelOutcome outcome;
  gsize i;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:o, s:s}", "stop", &stop, "parcels", &parcels, "outcome",
                       &name)
      || !ds_ledger_read_nullable (entry->data, "reason", &reason, error)
      || (waybills = read_waybills (parcels, error)) == NULL
      || (!replaying && !ds_ledger_check_parcels (self, stop, parcels, error)))
    return FALSE;
  if (!ds_parcel_outcome_from_name (name, &outcome) || outcome == DS_OUTCOME_OPEN)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%.*s” is no outcome", ds_utf8_cut (name, 20), name);
      return FALSE;
    }

  query = ds_db_prepare (
      self->db,
      "INSERT INTO outcomes (stop, waybill, outcome, reason, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT (stop, waybill) DO UPDATE SET outcome = excluded.outcome,"
      " reason = excluded.reason, at_ms = excluded.at_ms",
      error);
  if (query == NULL)
    return FALSE;
  json_array_foreach (parcels, i, parcel)
  {
    ds_db_bind_text (query, 1, stop);
    ds_db_bind_text (query, 2, json_string_value (parcel));
    ds_db_bind_text (query, 3, name);
    ds_db_bind_text (query, 4, reason);
    ds_db_bind_int (query, 5, entry->at_ms);
    if (!ds_db_run (self->db, query, error))
      return FALSE;
  }
  ds_ledger_touch (self, stop);
  return TRUE;
}

/* The journal line is all there is to it. */
static gboolean
project_nothing (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  return TRUE;
}

static const struct
{
  const char *type;
  Effect apply;
} effects[] = {
  { "device.enrolled", project_nothing },
  { "shift.opened", ds_ledger_project_shift_opened },
  { "shift.closed", ds_ledger_project_shift_closed },
  { "payment.requested", project_requested },
  { "payment.presented", project_presented },
  { "payment.scanned", project_scanned },
  { "payment.receipt", project_receipt },
  { "payment.voucher", project_voucher },
  { "payment.claimed", project_claimed },
  { "payment.query", project_query },
  { "payment.unknown", project_unknown },
  { "payment.superseded", project_superseded },
  { "payment.cash", project_cash },
  { "payment.refund", project_refund },
  { "payment.spoken", project_spoken },
  { "payment.misspoken", project_misspoken },
  { "limit.overridden", ds_ledger_project_overridden },
  { "limit.misspoken", ds_ledger_project_override_misspoken },
  { "parcel.outcome", project_outcome },
  { "proof.added", ds_ledger_project_proof },
  { "proof.refused", ds_ledger_project_proof_refused },
  { "clock.jumped", project_nothing },
  { "note.added", ds_ledger_project_note },
  { "route.resequenced", ds_ledger_project_resequenced },
  { "parcel.loaded", ds_ledger_project_loaded },
  { "shift.loaded", ds_ledger_project_load_checked },
  { "entry.retried", ds_ledger_project_answer },
  { "entry.corrected", ds_ledger_project_answer },
  { "entry.escalated", ds_ledger_project_answer },
  { "device.signed-out", project_nothing },
};

gboolean
ds_ledger_project (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  ds_ledger_assert_thread (self);

  for (gsize i = 0; i < G_N_ELEMENTS (effects); i++)
    {
      if (strcmp (entry->type, effects[i].type) == 0)
        return effects[i].apply (self, entry, replaying, error);
    }
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%s” is no type of entry", entry->type);
  return FALSE;
}
