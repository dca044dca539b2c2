/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function a situation at the door (the table in the README). */
#include "config.h"

#include "shift.h"

#include "ds-base45.h"
#include "ds-collection-code.h"
#include "ds-evidence.h"
#include "ds-format.h"
#include "ds-test-window.h"

#include <glib/gi18n.h>

void
shift_both_online (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  g_autofree char *screen = NULL;
  g_autoptr (json_t) paid = NULL;
  g_autofree char *amount = shift_format_yuan (shift_get_open_fen (stop));

  shift_open_stop (shift, stop);
  shift_take_picture (shift, "stop");
  ds_test_press (shift->window, _ ("Collect"));
  shift_take_picture (shift, "collect");
  ds_test_press (shift->window, _ ("Show code"));
  ds_test_wait_for_words (shift->window, _ ("Waiting for customer…"));
  screen = shift_picture (shift, "show-code");

  paid = ds_company_wallet (shift->company, "an", "pay", "--picture", screen, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (paid, "state")), ==, "paid");
  ds_test_wait_for_words (shift->window, _ ("Paid"));
  shift_take_picture (shift, "paid");
  shift_tell ("Both online: a live code, paid from a photograph of the screen: %s yuan.", amount);
}

void
shift_customer_offline (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  g_autofree char *code = ds_company_get_path (shift->company, "payer.png");
  g_autofree char *amount = shift_format_yuan (shift_get_open_fen (stop));

  json_decref (ds_company_wallet (shift->company, "bo", "offline", "on", NULL));
  json_decref (ds_company_wallet (shift->company, "bo", "payer-code", "--picture", code, NULL));
  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Scan customer's code"));
  shift_take_picture (shift, "scan");
  shift_show_to_handheld (shift, code);
  ds_test_wait_for_words (shift->window, _ ("Paid"));
  shift_take_picture (shift, "paid-by-payer-code");
  shift_tell ("The customer's phone has no network: their payer code is scanned and authorised: %s yuan.",
              amount);
}

void
shift_customer_confirms (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  g_autofree char *code = ds_company_get_path (shift->company, "payer-2.png");
  g_autofree char *amount = shift_format_yuan (shift_get_open_fen (stop));
  g_autoptr (json_t) on = json_pack ("{s:i}", "confirm_above_fen", 0);
  g_autoptr (json_t) off = json_pack ("{s:i}", "confirm_above_fen", -1);
  g_autoptr (json_t) pending = NULL;
  const char *payment_id;

  ds_company_set_faults (shift->company, on);
  json_decref (ds_company_wallet (shift->company, "an", "payer-code", "--picture", code, NULL));
  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Scan customer's code"));
  shift_show_to_handheld (shift, code);
  ds_test_wait_for_words (shift->window, _ ("The customer may have to confirm on their phone."));
  shift_take_picture (shift, "waiting");
  ds_test_wait (shift_all_sent, shift, "the payer code to be sent");

  pending = ds_company_wallet (shift->company, "an", "pending", NULL);
  payment_id = json_string_value (
      json_object_get (json_array_get (json_object_get (pending, "pending"), 0), "payment"));
  g_assert_nonnull (payment_id);
  json_decref (ds_company_wallet (shift->company, "an", "confirm", payment_id, NULL));
  ds_company_set_faults (shift->company, off);
  ds_test_wait_for_words (shift->window, _ ("Paid"));
  shift_tell ("Another payer code: the customer confirms on the phone first: %s yuan.", amount);
}

void
shift_courier_offline (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  g_autofree char *screen = NULL;
  g_autofree char *receipt = ds_company_get_path (shift->company, "receipt.png");
  g_autoptr (json_t) paid = NULL;
  g_autofree char *amount = shift_format_yuan (shift_get_open_fen (stop));

  shift_open_collect (shift, stop);
  shift_take_picture (shift, "collect-offline");
  ds_test_press (shift->window, _ ("Scan customer's code"));
  ds_test_press (shift->window, _ ("Show code"));
  ds_test_wait_for_words (shift->window, _ ("No network: once paid, scan their receipt"));
  screen = shift_picture (shift, "show-code-offline");

  paid = ds_company_wallet (shift->company, "an", "pay", "--picture", screen, NULL);
  json_decref (ds_company_wallet (shift->company, "an", "receipt",
                                  json_string_value (json_object_get (paid, "payment")), "--picture", receipt,
                                  NULL));
  ds_test_press (shift->window, _ ("Scan receipt"));
  shift_show_to_handheld (shift, receipt);
  ds_test_wait_for_words (shift->window, _ ("Paid"));
  shift_take_picture (shift, "paid-by-receipt");
  shift_tell (
      "The handheld is offline: the carried code is shown, the signed receipt scanned and verified: %s yuan.",
      amount);
}

/* A voucher of @name's wallet for the code on the screen. */
static void
make_voucher (Shift *shift, const char *name, const char *screen, const char *voucher)
{
  json_decref (ds_company_wallet (shift->company, name, "offline", "on", NULL));
  json_decref (ds_company_wallet (shift->company, name, "voucher", "--picture-in", screen, "--picture",
                                  voucher, NULL));
}

/* Returns: (transfer full): the stop, for the voucher that the operator will reject. */
DsStop *
shift_both_offline (Shift *shift, const char *name, const char *voucher_name)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  g_autofree char *screen = NULL;
  g_autofree char *voucher = ds_company_get_path (shift->company, voucher_name);
  g_autofree char *amount = shift_format_yuan (shift_get_open_fen (stop));

  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Show code"));
  ds_test_wait_for_words (shift->window, _ ("No network: once paid, scan their receipt"));
  screen = shift_picture (shift, "show-code-offline");
  make_voucher (shift, name, screen, voucher);
  ds_test_press (shift->window, _ ("Scan receipt"));
  shift_show_to_handheld (shift, voucher);
  ds_test_wait_for_words (shift->window, _ ("Accepted offline"));
  shift_take_picture (shift, "accepted");
  shift_tell ("Nobody has a network: a voucher is verified and taken, provisionally: %s yuan.", amount);
  return g_steal_pointer (&stop);
}

/* Scans @path, which must be refused, and reads why. */
static void
expect_refusal (Shift *shift, const char *path, const char *words, const char *picture_name)
{
  shift_show_to_handheld (shift, path);
  ds_test_wait_for_words (shift->window, words);
  shift_take_picture (shift, picture_name);
  ds_test_press (shift->window, _ ("Scan again"));
}

/* The customer's phone lowers the amount of a code the handheld built, and signs a voucher for that. */
static void
make_voucher_for_less (Shift *shift, const char *name, const char *screen, const char *voucher)
{
  g_autofree char *text = shift_read_picture (screen);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsCollectionCode) code = ds_collection_code_parse (text, &error);
  g_autofree char *lowered = NULL;

  g_assert_no_error (error);
  code->amount_fen -= 1;
  lowered = ds_collection_code_build (code, &error);
  g_assert_no_error (error);
  json_decref (ds_company_wallet (shift->company, name, "voucher", lowered, "--picture", voucher, NULL));
}

/* One bit of the signature, and every check value of the symbol in order. */
static void
forge (const char *voucher, const char *forged)
{
  g_autofree char *text = shift_read_picture (voucher);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) evidence = ds_evidence_parse_text (text, &error);
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *forged_text = NULL;
  g_autofree char *base45 = NULL;

  g_assert_no_error (error);
  bytes = g_byte_array_new ();
  g_byte_array_append (bytes, g_bytes_get_data (evidence->bytes, NULL),
                       (guint)g_bytes_get_size (evidence->bytes));
  bytes->data[bytes->len - 1] ^= 1;
  base45 = ds_base45_encode (bytes->data, bytes->len);
  forged_text = g_strconcat ("DS1:", base45, NULL);
  shift_draw_picture (forged_text, forged);
}

/* A part in cash, and for the rest somebody tries what must not work. */
void
shift_split_and_refused (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  g_autofree char *used = ds_company_get_path (shift->company, "voucher-1.png");
  g_autofree char *lowered = ds_company_get_path (shift->company, "voucher-lowered.png");
  g_autofree char *good = ds_company_get_path (shift->company, "voucher-good.png");
  g_autofree char *forged = ds_company_get_path (shift->company, "voucher-forged.png");
  g_autofree char *rest = shift_format_yuan (shift_get_open_fen (stop) - 100);
  g_autofree char *rest_yuan = g_strconcat ("¥", rest, NULL);
  g_autofree char *take = g_strdup_printf (_ ("Take %s"), "¥1.00");
  g_autofree char *collect_rest = g_strdup_printf (_ ("Collect the rest, %s"), rest_yuan);
  g_autofree char *screen = NULL;

  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Cash + code"));
  ds_test_press (shift->window, "1");
  shift_take_picture (shift, "cash-part");
  ds_test_press (shift->window, take);
  ds_test_press (shift->window, collect_rest);
  ds_test_press (shift->window, _ ("Show code"));
  ds_test_wait_for_words (shift->window, _ ("No network: once paid, scan their receipt"));
  screen = shift_picture (shift, "show-code-built");
  ds_test_press (shift->window, _ ("Scan receipt"));

  expect_refusal (shift, used, _ ("Voucher used already"), "refused-used");
  make_voucher_for_less (shift, "bo", screen, lowered);
  expect_refusal (shift, lowered, _ ("Another amount"), "refused-amount");
  make_voucher (shift, "ding", screen, good);
  forge (good, forged);
  expect_refusal (
      shift, forged,
      _ ("The signature is not the operator's or the wallet's: it has been made up or changed. Do not "
         "hand over anything for it; take cash or show your code again."),
      "refused-forged");
  shift_show_to_handheld (shift, good);
  ds_test_wait_for_words (shift->window, _ ("Accepted offline"));
  shift_tell (
      "1.00 yuan in cash, the rest (%s) by a code built here: a used, a lowered and a forged voucher are "
      "each "
      "refused in words, a good one is taken.",
      rest);
}

/* Fewer parcels than came, where the route has such a stop. */
void
shift_partial_acceptance (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_find_door (shift, FALSE, 2);
  g_autofree char *screen = NULL;
  g_autofree char *first = NULL;

  if (stop == NULL)
    {
      shift_tell ("(This route has no stop with two parcels to refuse one of.)");
      return;
    }
  first = ds_format_waybill (((DsParcel *)g_ptr_array_index (stop->parcels, 0))->waybill);
  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Tap to hand over fewer"));
  ds_test_press (shift->window, first);
  shift_take_picture (shift, "collect-partial");
  ds_test_press (shift->window, _ ("Show code"));
  ds_test_wait_for_words (shift->window, _ ("Waiting for customer…"));
  screen = shift_picture (shift, "show-code-partial");
  json_decref (ds_company_wallet (shift->company, "an", "pay", "--picture", screen, NULL));
  ds_test_wait_for_words (shift->window, _ ("Paid"));
  shift_tell ("One of two parcels is refused, with a reason; the other is paid.");
}

void
shift_cash (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, FALSE, 1);
  gint64 open_fen = shift_get_open_fen (stop);
  gint64 tendered_fen = (open_fen / 10000 + 1) * 10000;
  g_autofree char *note = g_strdup_printf ("%" G_GINT64_FORMAT, tendered_fen / 100);
  g_autofree char *amount = shift_format_yuan (open_fen);
  g_autofree char *change = shift_format_yuan (tendered_fen - open_fen);
  g_autofree char *tendered = g_strdup_printf ("¥%s.00", note);
  g_autofree char *change_yuan = g_strconcat ("¥", change, NULL);
  g_autofree char *take = g_strdup_printf (_ ("Take %s, give %s"), tendered, change_yuan);
  g_autofree char *back = g_strdup_printf (_ ("Cash %s · give back %s"), tendered, change_yuan);

  shift_open_collect (shift, stop);
  ds_test_press (shift->window, _ ("Cash"));
  for (const char *key = note; *key != '\0'; key++)
    ds_test_press (shift->window, (const char[]){ *key, '\0' });
  shift_take_picture (shift, "cash");
  ds_test_press (shift->window, take);
  ds_test_wait_for_words (shift->window, back);
  shift_take_picture (shift, "paid-in-cash");
  shift_tell ("Cash: %s yuan due, %s given, %s change.", amount, note, change);
}

void
shift_prepaid (Shift *shift)
{
  g_autoptr (DsStop) stop = shift_next_door (shift, TRUE, 1);

  shift_open_stop (shift, stop);
  shift_take_picture (shift, "stop-prepaid");
  ds_test_press (shift->window, _ ("Hand over"));
  ds_test_wait (shift_all_sent, shift, "the hand-over to be sent");
  shift_tell ("A prepaid parcel is handed over; nothing is collected.");
}
