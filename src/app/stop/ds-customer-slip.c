/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-customer-slip.h"

#include "ds-customer-receipt.h"
#include "ds-error.h"
#include "ds-format.h"
#include "ds-practice-mark.h"
#include "ds-words.h"

#include <glib/gi18n.h>
#include <string.h>

/* In both languages on purpose: whoever reads the slip later may know only one of them. */
#define PROVISIONAL "暂收 · 待核实\nPROVISIONAL"
#define PROVISIONAL_WHY                                                                                      \
  "离线收款，联网由银行核实后才算付清。\nTaken offline. It counts as paid once the bank has confirmed it."

/* How much of a payment's id stands on paper: enough to find it. */
#define NUMBER_CHARACTERS 12

static gboolean
is_provisional (DsPayment *payment)
{
  return payment->state == DS_PAYMENT_ACCEPTED || (payment->state == DS_PAYMENT_PAID && payment->spoken);
}

gboolean
ds_customer_slip_can_be_made (DsPayment *payment)
{
  g_return_val_if_fail (DS_IS_PAYMENT (payment), FALSE);

  return ds_payment_state_covers_debt (payment->state) || payment->state == DS_PAYMENT_REFUNDED;
}

char *
ds_customer_slip_make_code (DsSession *session, DsPayment *payment, GError **error)
{
  DsStore *store = ds_session_get_store (session);
  const DsIdentity *identity = ds_store_get_identity (store);
  DsSettings *settings = ds_store_get_settings (store);
  DsKey *key = ds_store_get_device_key (store);
  g_autoptr (DsCustomerReceipt) receipt = NULL;
  DsCustomerReceipt draft = {
    .payment_id = payment->id,
    .amount_fen = payment->amount_fen,
    .at_s = payment->created_at_ms / 1000,
    .tender = payment->tender,
    .final = !is_provisional (payment),
    .tendered_fen = payment->tendered_fen,
    .red_packet_fen = payment->red_packet_fen,
    .refunded_fen = payment->refunded_fen,
  };

  if (identity == NULL || settings == NULL || key == NULL)
    {
      g_set_error_literal (
          error, DS_ERROR, DS_ERROR_STATE,
          _ ("The depot's settings have not arrived yet. Connect once, then show the receipt."));
      return NULL;
    }
  draft.device_id = identity->device_id;
  draft.payee_id = settings->payee_id;
  receipt = ds_customer_receipt_sign (key, &draft, error);
  return receipt != NULL ? ds_customer_receipt_to_text (receipt) : NULL;
}

static void
add_money (DsSlip *slip, const char *name, gint64 amount_fen)
{
  g_autofree char *money = ds_format_money (amount_fen);

  ds_slip_add_row (slip, name, money);
}

static void
add_amounts (DsSlip *slip, DsPayment *payment)
{
  ds_slip_add_row (slip, _ ("Paid by"), ds_words_for_tender (payment->tender));
  if (payment->tender == DS_TENDER_CASH)
    {
      add_money (slip, _ ("Cash given"), payment->tendered_fen);
      add_money (slip, _ ("Change"), payment->change_fen);
    }
  if (payment->red_packet_fen > 0)
    add_money (slip, _ ("Of it, red packet"), payment->red_packet_fen);
  if (payment->refunded_fen > 0)
    add_money (slip, _ ("Given back"), payment->refunded_fen);
}

static void
add_parcels (DsSlip *slip, DsPayment *payment)
{
  for (gsize i = 0; payment->parcels[i] != NULL; i++)
    {
      g_autofree char *waybill = ds_format_waybill (payment->parcels[i]);

      ds_slip_add_row (slip, i == 0 ? _ ("Parcel") : "", waybill);
    }
}

static void
add_origin (DsSlip *slip, const DsIdentity *identity, DsPayment *payment)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (payment->created_at_ms / 1000);
  g_autofree char *time = g_date_time_format (at, "%Y-%m-%d %H:%M");
  gsize n = strlen (payment->id);

  ds_slip_add_row (slip, _ ("Time"), time);
  ds_slip_add_row (slip, _ ("Receipt number"),
                   payment->id + (n > NUMBER_CHARACTERS ? n - NUMBER_CHARACTERS : 0));
  if (payment->operator_ref != NULL)
    ds_slip_add_row (slip, _ ("Bank's number"), payment->operator_ref);
  if (identity == NULL)
    return;
  ds_slip_add_row (slip, _ ("Courier"), identity->courier_id);
  ds_slip_add_row (slip, _ ("Depot"), identity->depot_name);
}

DsSlip *
ds_customer_slip_new (DsSession *session, DsPayment *payment, const char *code)
{
  DsStore *store = ds_session_get_store (session);
  DsSettings *settings = ds_store_get_settings (store);
  g_autoptr (DsSlip) slip = ds_slip_new ();
  g_autofree char *amount = ds_format_money (payment->amount_fen);

  if (ds_session_is_practice (session))
    ds_slip_add_banner (slip, DS_PRACTICE_MARK_ON_SLIP);
  if (settings != NULL)
    ds_slip_add_title (slip, settings->payee_name);
  ds_slip_add_text (slip, _ ("Receipt"));
  ds_slip_add_amount (slip, amount);
  if (is_provisional (payment))
    {
      ds_slip_add_banner (slip, PROVISIONAL);
      ds_slip_add_text (slip, PROVISIONAL_WHY);
    }
  ds_slip_add_rule (slip);
  add_amounts (slip, payment);
  ds_slip_add_rule (slip);
  add_parcels (slip, payment);
  add_origin (slip, ds_store_get_identity (store), payment);
  if (code != NULL)
    {
      ds_slip_add_code (slip, code);
      ds_slip_add_text (slip, _ ("Signed by the courier's handheld. Keep it for questions."));
    }
  return g_steal_pointer (&slip);
}
