/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot says of payments: it never lowers what the journal established, and a payment changes only along the
 * table of states. */
#include "config.h"

#include "ds-ledger-feed.h"

#include "ds-error.h"

#include <string.h>

/* What a "payment" item says; texts are borrowed. */
typedef struct
{
  const char *id;
  const char *stop;
  DsPaymentState state;
  gint64 amount_fen;
  const char *operator_id;
  const char *operator_ref;
  const char *reason;
  DsTender tender;
  gint64 red_packet_fen;
  gint64 refunded_fen;
  gint64 red_packet_refunded_fen;
  gint64 refunding_fen;
  gint64 kept_fen;
  const char *code;
  gint64 expires_at_ms;
} PaymentNews;

static gboolean
read_payment_news (DsFeedItem *item, PaymentNews *news, GError **error)
{
  const char *state;
  json_int_t amount_fen, red_packet_fen, refunded_fen;
  gint64 red_packet_refunded_fen
      = json_integer_value (json_object_get (item->data, "red_packet_refunded_fen"));
  gint64 refunding_fen = json_integer_value (json_object_get (item->data, "refunding_fen"));
  gint64 kept_fen = json_integer_value (json_object_get (item->data, "kept_fen"));
  json_t *expires_at_ms;

  if (!ds_json_unpack (item->data, error, "{s:s, s:s, s:s, s:I, s:I, s:I}", "payment", &news->id, "stop",
                       &news->stop, "state", &state, "amount_fen", &amount_fen, "red_packet_fen",
                       &red_packet_fen, "refunded_fen", &refunded_fen)
      || !ds_ledger_read_nullable (item->data, "operator", &news->operator_id, error)
      || !ds_ledger_read_nullable (item->data, "operator_ref", &news->operator_ref, error)
      || !ds_ledger_read_nullable (item->data, "reason", &news->reason, error)
      || !ds_ledger_read_nullable (item->data, "code", &news->code, error)
      || !ds_feed_item_check_amount (amount_fen, error) || !ds_feed_item_check_amount (red_packet_fen, error)
      || !ds_feed_item_check_amount (refunded_fen, error)
      || !ds_feed_item_check_amount (red_packet_refunded_fen, error)
      || !ds_feed_item_check_amount (refunding_fen, error) || !ds_feed_item_check_amount (kept_fen, error))
    return FALSE;
  item->subject = news->id;
  if (!ds_id_is_valid (news->id) || !ds_payment_state_from_name (state, &news->state)
      || refunded_fen > amount_fen)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The payment's id, state or refund is none");
      return FALSE;
    }
  expires_at_ms = json_object_get (item->data, "expires_at_ms");
  /* Depots that do not say it only ever told of codes before the journal did. */
  news->tender = DS_TENDER_CODE;
  ds_tender_from_name (json_string_value (json_object_get (item->data, "tender")), &news->tender);
  news->amount_fen = amount_fen;
  news->red_packet_fen = red_packet_fen;
  news->refunded_fen = refunded_fen;
  news->red_packet_refunded_fen = red_packet_refunded_fen;
  news->refunding_fen = refunding_fen;
  news->kept_fen = kept_fen;
  news->expires_at_ms = json_integer_value (expires_at_ms);
  return TRUE;
}

/* The depot may know of money that this journal does not: a carried code that was paid without being presented, or what
 * another handheld of the courier took. News without money in it creates nothing. */
static gboolean
insert_foreign_payment (DsLedger *self, const PaymentNews *news, gint64 at_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT INTO payments (id, stop, parcels, amount_fen, tender, state, "
                                  "source, created_at_ms, changed_at_ms)"
                                  " VALUES (?1, ?2, '', ?3, ?6, ?4, 'none', ?5, ?5)",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, news->id);
  ds_db_bind_text (query, 2, news->stop);
  ds_db_bind_int (query, 3, news->amount_fen);
  ds_db_bind_text (query, 4, ds_payment_state_to_name (news->state));
  ds_db_bind_int (query, 5, at_ms);
  ds_db_bind_text (query, 6, ds_tender_to_name (news->tender));
  return ds_db_run (self->db, query, error);
}

/* Details are added, never taken away: a reference that is known stays, a refund only grows. What is under way alone is
 * the depot's to say anew each time. */
static gboolean
merge_payment (DsLedger *self, const PaymentNews *news, DsPaymentState state, gint64 at_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "UPDATE payments SET changed_at_ms = iif (state = ?2, changed_at_ms, ?3), state = ?2,"
      " operator = coalesce (operator, ?4), operator_ref = coalesce (operator_ref, ?5), reason = coalesce "
      "(?6, reason),"
      " red_packet_fen = max (red_packet_fen, ?7), refunded_fen = max (refunded_fen, ?8), code = coalesce "
      "(code, ?9),"
      " code_expires_at_ms = iif (code_expires_at_ms = 0, ?10, code_expires_at_ms),"
      " red_packet_refunded_fen = max (red_packet_refunded_fen, ?11), kept_fen = max (kept_fen, ?12),"
      " refunding_fen = ?13 WHERE id = ?1",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, news->id);
  ds_db_bind_text (query, 2, ds_payment_state_to_name (state));
  ds_db_bind_int (query, 3, at_ms);
  ds_db_bind_text (query, 4, news->operator_id);
  ds_db_bind_text (query, 5, news->operator_ref);
  ds_db_bind_text (query, 6, news->reason);
  ds_db_bind_int (query, 7, news->red_packet_fen);
  ds_db_bind_int (query, 8, news->refunded_fen);
  ds_db_bind_text (query, 9, news->code);
  ds_db_bind_int (query, 10, news->expires_at_ms);
  ds_db_bind_int (query, 11, news->red_packet_refunded_fen);
  ds_db_bind_int (query, 12, news->kept_fen);
  ds_db_bind_int (query, 13, news->refunding_fen);
  ds_ledger_touch (self, news->stop);
  return ds_db_run (self->db, query, error);
}

static void
tell_code (DsLedger *self, const PaymentNews *news)
{
  DsArrivedCode *code;

  if (news->code == NULL)
    return;
  code = g_new0 (DsArrivedCode, 1);
  code->payment_id = g_strdup (news->id);
  code->code = g_strdup (news->code);
  code->expires_at_ms = news->expires_at_ms;
  g_ptr_array_add (self->codes, code);
}

gboolean
ds_ledger_apply_payment (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  PaymentNews news = { 0 };
  DsPaymentState state;

  if (!read_payment_news (item, &news, error) || !ds_ledger_load_payment_row (self, news.id, &row, error))
    return FALSE;
  if (row.state == DS_PAYMENT_NONE)
    {
      if (!ds_payment_state_covers_debt (news.state) && !ds_payment_state_is_uncertain (news.state))
        return TRUE;
      return insert_foreign_payment (self, &news, item->at_ms, error)
             && merge_payment (self, &news, news.state, item->at_ms, error);
    }
  if (row.amount_fen != news.amount_fen || strcmp (row.stop_id, news.stop) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                           "The depot knows this payment with another amount or stop");
      return FALSE;
    }

  /* The depot keeps only the latest state of a payment, so the handheld may see "settled" after "presented" without the
   * "paid" between them: what counts is that the table leads there by some way. */
  state = row.state;
  /* That the operator made a live code does not mean that it was shown: that is for the journal to say. */
  if (ds_payment_state_may_reach (row.state, news.state, row.spoken)
      && !(row.state == DS_PAYMENT_REQUESTED && news.state == DS_PAYMENT_PRESENTED))
    state = news.state;
  else if (row.state != news.state && !ds_payment_state_may_reach (row.state, news.state, row.spoken)
           && !ds_payment_state_may_reach (news.state, row.state, row.spoken)
           && ds_payment_state_is_final (news.state))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "The depot says %s; this handheld holds that it is %s",
                   ds_payment_state_to_name (news.state), ds_payment_state_to_name (row.state));
      return FALSE;
    }
  /* What is behind our own knowledge brings no details either: its refusal has a reason we do not share. */
  else if (row.state != news.state && !ds_payment_state_may_reach (row.state, news.state, row.spoken))
    return TRUE;

  if (!merge_payment (self, &news, state, item->at_ms, error))
    return FALSE;
  if (!replaying)
    tell_code (self, &news);
  return TRUE;
}
