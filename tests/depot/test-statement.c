/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-json.h"
#include "ds-statement.h"

#include <string.h>

typedef struct
{
  GPtrArray *payments;
  GPtrArray *file;
  DsStatementCash cash;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->payments = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->file = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_file_line_free);
  fixture->cash = (DsStatementCash){ .float_fen = 20000, .expected_fen = 20000, .counted_fen = 20000 };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->payments);
  g_ptr_array_unref (fixture->file);
}

static DsPayment *
add_payment (Fixture *fixture, const char *id, DsTender tender, DsPaymentState state, gint64 amount_fen)
{
  DsPayment *payment = ds_payment_new ();

  payment->id = g_strdup (id);
  payment->stop_id = g_strdup ("S1");
  payment->tender = tender;
  payment->state = state;
  payment->amount_fen = amount_fen;
  g_ptr_array_add (fixture->payments, payment);
  return payment;
}

static void
add_file_line (Fixture *fixture, const char *payment_id, const char *kind, gint64 amount_fen)
{
  DsFileLine *line = g_new0 (DsFileLine, 1);

  line->payment_id = g_strdup (payment_id);
  line->kind = g_strdup (kind);
  line->amount_fen = amount_fen;
  line->operator_ref = g_strdup ("R1");
  g_ptr_array_add (fixture->file, line);
}

/* Matches, and checks the verdict of the only line of @payment_id and the totals. */
static void
assert_matched (Fixture *fixture,
                const char *payment_id,
                const char *verdict,
                gint64 difference_fen,
                gboolean balanced)
{
  g_autoptr (json_t) result = ds_statement_match (fixture->payments, fixture->file, &fixture->cash);
  json_t *line;
  gsize i;
  const char *found = NULL;

  json_array_foreach (json_object_get (result, "lines"), i, line)
  {
    if (g_strcmp0 (json_string_value (json_object_get (line, "payment")), payment_id) == 0)
      {
        g_assert_null (found);
        found = json_string_value (json_object_get (line, "verdict"));
      }
  }
  g_assert_cmpstr (found, ==, verdict);
  g_assert_cmpint (json_integer_value (json_object_get (result, "difference_fen")), ==, difference_fen);
  g_assert_cmpint (json_is_true (json_object_get (result, "balanced")), ==, balanced);
}

static void
test_matched (Fixture *fixture, gconstpointer data)
{
  add_payment (fixture, "code", DS_TENDER_CODE, DS_PAYMENT_PAID, 28650);
  add_payment (fixture, "voucher", DS_TENDER_CODE, DS_PAYMENT_SETTLED, 6000)->voucher_counter = 3;
  add_payment (fixture, "cash", DS_TENDER_CASH, DS_PAYMENT_PAID, 8850);
  add_payment (fixture, "expired", DS_TENDER_CODE, DS_PAYMENT_EXPIRED, 100);
  add_file_line (fixture, "code", "payment", 28650);
  add_file_line (fixture, "voucher", "voucher", 6000);
  fixture->cash.expected_fen = fixture->cash.counted_fen = 28850;

  assert_matched (fixture, "code", "matched", 0, TRUE);
  assert_matched (fixture, "voucher", "matched", 0, TRUE);
  assert_matched (fixture, "cash", "matched", 0, TRUE);
  assert_matched (fixture, "expired", NULL, 0, TRUE);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  add_payment (fixture, "code", DS_TENDER_CODE, DS_PAYMENT_PAID, 28650);
  assert_matched (fixture, "code", "missing", -28650, FALSE);
}

static void
test_extra (Fixture *fixture, gconstpointer data)
{
  add_file_line (fixture, "nobody", "payment", 100);
  assert_matched (fixture, "nobody", "extra", 100, FALSE);
}

static void
test_late_success_is_differing (Fixture *fixture, gconstpointer data)
{
  /* The handheld calls it expired, the operator has the money: named, never smoothed over. */
  add_payment (fixture, "late", DS_TENDER_CODE, DS_PAYMENT_EXPIRED, 500);
  add_file_line (fixture, "late", "payment", 500);
  assert_matched (fixture, "late", "differing", 500, FALSE);
}

static void
test_duplicate (Fixture *fixture, gconstpointer data)
{
  add_payment (fixture, "code", DS_TENDER_CODE, DS_PAYMENT_PAID, 100);
  add_file_line (fixture, "code", "payment", 100);
  add_file_line (fixture, "code", "payment", 100);
  assert_matched (fixture, "code", "duplicate", 100, FALSE);
}

static void
test_differing (Fixture *fixture, gconstpointer data)
{
  add_payment (fixture, "code", DS_TENDER_SCAN, DS_PAYMENT_PAID, 28650);
  add_file_line (fixture, "code", "payment", 28550);
  assert_matched (fixture, "code", "differing", -100, FALSE);
}

static void
test_two_differences_do_not_cancel (Fixture *fixture, gconstpointer data)
{
  add_payment (fixture, "a", DS_TENDER_CODE, DS_PAYMENT_PAID, 500);
  add_payment (fixture, "b", DS_TENDER_CODE, DS_PAYMENT_PAID, 500);
  add_file_line (fixture, "a", "payment", 400);
  add_file_line (fixture, "b", "payment", 600);
  assert_matched (fixture, "a", "differing", 0, FALSE);

  fixture->cash.counted_fen -= 1;
  add_file_line (fixture, "c", "payment", 1);
  assert_matched (fixture, "c", "extra", 0, FALSE);
}

static void
test_refund (Fixture *fixture, gconstpointer data)
{
  add_payment (fixture, "part", DS_TENDER_CODE, DS_PAYMENT_PAID, 500)->refunded_fen = 200;
  add_payment (fixture, "whole", DS_TENDER_CODE, DS_PAYMENT_REFUNDED, 300)->refunded_fen = 300;
  add_file_line (fixture, "part", "payment", 500);
  add_file_line (fixture, "part", "refund", 200);
  add_file_line (fixture, "whole", "payment", 300);
  add_file_line (fixture, "whole", "refund", 300);
  assert_matched (fixture, "part", "matched", 0, TRUE);
  assert_matched (fixture, "whole", "matched", 0, TRUE);
}

static void
test_vouchers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) result = NULL;
  json_t *vouchers;

  add_payment (fixture, "bounced", DS_TENDER_CODE, DS_PAYMENT_REJECTED, 12800)->voucher_counter = 1;
  assert_matched (fixture, "bounced", "rejected", 0, TRUE);
  result = ds_statement_match (fixture->payments, fixture->file, &fixture->cash);
  vouchers = json_object_get (result, "vouchers");
  g_assert_cmpint (json_integer_value (json_object_get (vouchers, "rejected_fen")), ==, 12800);

  add_payment (fixture, "open", DS_TENDER_CODE, DS_PAYMENT_ACCEPTED, 4000)->voucher_counter = 2;
  assert_matched (fixture, "open", "pending", -4000, FALSE);
}

static void
test_cash (Fixture *fixture, gconstpointer data)
{
  fixture->cash.counted_fen = fixture->cash.expected_fen - 5000;
  assert_matched (fixture, "none", NULL, -5000, FALSE);
}

#define ADD(name, function) g_test_add ("/statement/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("matched", test_matched);
  ADD ("missing", test_missing);
  ADD ("extra", test_extra);
  ADD ("late-success", test_late_success_is_differing);
  ADD ("duplicate", test_duplicate);
  ADD ("differing", test_differing);
  ADD ("no-cancelling", test_two_differences_do_not_cancel);
  ADD ("refund", test_refund);
  ADD ("vouchers", test_vouchers);
  ADD ("cash", test_cash);
  return g_test_run ();
}
