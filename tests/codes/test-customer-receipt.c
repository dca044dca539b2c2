/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-base45.h"
#include "ds-customer-receipt.h"
#include "ds-error.h"
#include "ds-qr.h"

#include <string.h>

#define DEVICE "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define PAYMENT "017f22e2-79b0-7cc3-98c4-dc0c0c073990"

static DsCustomerReceipt
draft_receipt (void)
{
  return (DsCustomerReceipt){
    .device_id = (char *)DEVICE,
    .payment_id = (char *)PAYMENT,
    .amount_fen = 28650,
    .at_s = 1795343520,
    .tender = DS_TENDER_CASH,
    .final = TRUE,
    .tendered_fen = 30000,
    .payee_id = (char *)"BBEXP1",
  };
}

static void
test_round_trip (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  DsCustomerReceipt drafts[3] = { draft_receipt (), draft_receipt (), draft_receipt () };

  drafts[1].tender = DS_TENDER_CODE;
  drafts[1].tendered_fen = 0;
  drafts[1].red_packet_fen = 1000;
  drafts[1].refunded_fen = 28650;
  drafts[2].tender = DS_TENDER_SCAN;
  drafts[2].tendered_fen = 0;
  drafts[2].final = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DsCustomerReceipt) made = ds_customer_receipt_sign (key, &drafts[i], &error);
      g_autoptr (DsCustomerReceipt) read = NULL;
      g_autoptr (DsQr) symbol = NULL;
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = ds_customer_receipt_to_text (made);
      read = ds_customer_receipt_parse_text (text, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (read->device_id, ==, DEVICE);
      g_assert_cmpstr (read->payment_id, ==, PAYMENT);
      g_assert_cmpint (read->amount_fen, ==, drafts[i].amount_fen);
      g_assert_cmpint (read->at_s, ==, drafts[i].at_s);
      g_assert_cmpint (read->tender, ==, drafts[i].tender);
      g_assert_cmpint (read->final, ==, drafts[i].final);
      g_assert_cmpint (read->tendered_fen, ==, drafts[i].tendered_fen);
      g_assert_cmpint (read->red_packet_fen, ==, drafts[i].red_packet_fen);
      g_assert_cmpint (read->refunded_fen, ==, drafts[i].refunded_fen);
      g_assert_cmpstr (read->payee_id, ==, "BBEXP1");
      g_assert_true (ds_customer_receipt_verify (read, key));
      g_assert_false (ds_customer_receipt_verify (read, other));
      symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
      /* 384 dots of a slip: 57 modules and their quiet zone at 5 dots each. */
      g_assert_cmpuint (ds_qr_get_version (symbol), <=, 10);
    }
}

/* No bit can be changed, no byte left out, without its being noticed. */
static void
test_changes (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  DsCustomerReceipt draft = draft_receipt ();
  g_autoptr (DsCustomerReceipt) made = ds_customer_receipt_sign (key, &draft, NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (made->bytes, &n);

  for (gsize bit = 0; bit <= 8 * n; bit++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, n);
      g_autofree char *base45 = NULL;
      g_autofree char *text = NULL;
      g_autoptr (DsCustomerReceipt) read = NULL;

      if (bit < 8 * n)
        changed[bit / 8] ^= (guint8)(1 << bit % 8);
      base45 = ds_base45_encode (changed, n);
      text = g_strconcat (DS_CUSTOMER_RECEIPT_PREFIX, base45, NULL);
      read = ds_customer_receipt_parse_text (text, NULL);
      g_assert_true ((read != NULL && ds_customer_receipt_verify (read, key)) == (bit == 8 * n));
    }
  for (gsize shorter = 0; shorter < n; shorter++)
    {
      g_autofree char *base45 = ds_base45_encode (data, shorter);
      g_autofree char *text = g_strconcat (DS_CUSTOMER_RECEIPT_PREFIX, base45, NULL);

      g_assert_null (ds_customer_receipt_parse_text (text, NULL));
    }
}

static void
test_refused (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autofree char *endless = g_strnfill (1 << 20, '0');
  DsCustomerReceipt bad[7];

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = draft_receipt ();
  bad[0].amount_fen = 0;
  bad[1].amount_fen = -1;
  bad[2].tendered_fen = 28649;
  bad[3].red_packet_fen = 1; /* cash from a red packet */
  bad[4].refunded_fen = 28651;
  bad[5].payee_id = (char *)"TOOLONG99";
  bad[6].device_id = (char *)"device-7";
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_customer_receipt_sign (key, &bad[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
  g_assert_null (ds_customer_receipt_parse_text ("", NULL));
  g_assert_null (ds_customer_receipt_parse_text ("DSR1:", NULL));
  g_assert_null (ds_customer_receipt_parse_text ("DSS1:6BF5A0", NULL));
  memcpy (endless, DS_CUSTOMER_RECEIPT_PREFIX, strlen (DS_CUSTOMER_RECEIPT_PREFIX));
  g_assert_null (ds_customer_receipt_parse_text (endless, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/codes/customer-receipt/round-trip", test_round_trip);
  g_test_add_func ("/codes/customer-receipt/changes", test_changes);
  g_test_add_func ("/codes/customer-receipt/refused", test_refused);
  return g_test_run ();
}
