/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop.h"

static DsStop *
make_stop (void)
{
  DsStop *stop = ds_stop_new ();
  const gint64 due_fen[] = { 19800, 8850, 0 };

  stop->id = g_strdup ("S15");
  for (gsize i = 0; i < G_N_ELEMENTS (due_fen); i++)
    {
      DsParcel *parcel = ds_parcel_new ();

      parcel->waybill = g_strdup_printf ("DS%zu", i + 1);
      parcel->due_fen = due_fen[i];
      parcel->prepaid = due_fen[i] == 0;
      g_ptr_array_add (stop->parcels, parcel);
    }
  return stop;
}

static DsPayment *
add_payment (DsStop *stop, DsTender tender, DsPaymentState state, gint64 amount_fen)
{
  DsPayment *payment = ds_payment_new ();

  payment->tender = tender;
  payment->state = state;
  payment->amount_fen = amount_fen;
  g_ptr_array_add (stop->payments, payment);
  return payment;
}

static void
set_outcomes (DsStop *stop, DsParcelOutcome outcome)
{
  for (guint i = 0; i < stop->parcels->len; i++)
    ((DsParcel *)g_ptr_array_index (stop->parcels, i))->outcome = outcome;
}

static void
test_debt (void)
{
  g_autoptr (DsStop) stop = make_stop ();
  DsPayment *payment;
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.due_fen, ==, 28650);
  g_assert_cmpint (debt.open_fen, ==, 28650);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_TO_COLLECT);

  /* A claim and an unknown result count as nothing. */
  payment = add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_CLAIMED, 28650);
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 28650);
  g_assert_cmpint (debt.uncertain_fen, ==, 28650);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_UNKNOWN);

  payment->state = DS_PAYMENT_ACCEPTED;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 0);
  g_assert_cmpint (debt.provisional_fen, ==, 28650);
  set_outcomes (stop, DS_OUTCOME_DELIVERED);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_ACCEPTED);

  /* A rejected voucher opens the debt again. */
  payment->state = DS_PAYMENT_REJECTED;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.open_fen, ==, 28650);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REJECTED);

  add_payment (stop, DS_TENDER_CASH, DS_PAYMENT_PAID, 28650);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_CASH);
}

static void
test_late_success_is_a_refund (void)
{
  g_autoptr (DsStop) stop = make_stop ();
  DsPayment *code = add_payment (stop, DS_TENDER_CODE, DS_PAYMENT_UNKNOWN, 28650);
  DsDebt debt;

  code->superseded = TRUE;
  add_payment (stop, DS_TENDER_CASH, DS_PAYMENT_PAID, 28650);
  set_outcomes (stop, DS_OUTCOME_DELIVERED);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_CASH);

  code->state = DS_PAYMENT_PAID;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.over_fen, ==, 28650);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REFUND);
}

static void
test_partial_and_refused (void)
{
  g_autoptr (DsStop) stop = make_stop ();
  DsDebt debt;

  ds_stop_find_parcel (stop, "DS2")->outcome = DS_OUTCOME_REFUSED;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.due_fen, ==, 19800);

  set_outcomes (stop, DS_OUTCOME_ABSENT);
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.due_fen, ==, 0);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_NOT_DELIVERED);
  g_assert_null (ds_stop_find_parcel (stop, "DS9"));
}

static void
test_transitions (void)
{
  g_assert_true (ds_payment_state_may_become (DS_PAYMENT_EXPIRED, DS_PAYMENT_PAID)); /* late success */
  g_assert_true (ds_payment_state_may_become (DS_PAYMENT_UNKNOWN, DS_PAYMENT_PAID));
  g_assert_true (ds_payment_state_may_become (DS_PAYMENT_ACCEPTED, DS_PAYMENT_REJECTED));
  g_assert_false (ds_payment_state_may_become (DS_PAYMENT_ACCEPTED, DS_PAYMENT_DECLINED));

  for (guint from = 0; from < DS_N_PAYMENT_STATES; from++)
    {
      DsPaymentState named;

      g_assert_false (ds_payment_state_may_become (from, from));
      g_assert_false (ds_payment_state_may_become (from, DS_PAYMENT_NONE));
      g_assert_true (from == DS_PAYMENT_NONE
                     || ds_payment_state_from_name (ds_payment_state_to_name (from), &named));
      g_assert_true (from == DS_PAYMENT_NONE || named == from);
      /* Money that is there on evidence never becomes "not paid". */
      if (from == DS_PAYMENT_PAID || from == DS_PAYMENT_SETTLED)
        {
          for (guint to = 0; to < DS_N_PAYMENT_STATES; to++)
            g_assert_true (!ds_payment_state_may_become (from, to) || to == DS_PAYMENT_SETTLED
                           || to == DS_PAYMENT_REFUNDED);
        }
    }
  for (guint from = 0; from < DS_N_PAYMENT_STATES; from++)
    {
      if (ds_payment_state_is_final (from))
        g_assert_false (ds_payment_state_is_uncertain (from));
    }
}

static void
test_masks (void)
{
  const struct
  {
    const char *name, *masked;
  } names[] = { { "李小华", "李*华" }, { "张三", "张*" },       { "Li Xiaohua", "Li *iaohua" },   { "", "" },
                { "王", "王*" },       { "欧阳修远", "欧*远" }, { "欧阳建国, 传达室转", "欧*国" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *masked = ds_mask_name (names[i].name);

      g_assert_cmpstr (masked, ==, names[i].masked);
    }

  {
    g_autofree char *phone = ds_mask_phone ("17012340126");
    g_autofree char *brief = ds_mask_phone ("10086");

    g_assert_cmpstr (phone, ==, "170****0126");
    g_assert_cmpstr (brief, ==, "****86");
  }

  {
    /* No half of a character, whatever stands in the number's place. */
    g_autofree char *words = ds_mask_phone ("请打门卫的电话再转分机");
    g_autofree char *few = ds_mask_phone ("门卫处");

    g_assert_cmpstr (words, ==, "请打门****再转分机");
    g_assert_cmpstr (few, ==, "****卫处");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/stop/debt", test_debt);
  g_test_add_func ("/stop/late-success", test_late_success_is_a_refund);
  g_test_add_func ("/stop/partial", test_partial_and_refused);
  g_test_add_func ("/stop/masks", test_masks);
  g_test_add_func ("/payment/transitions", test_transitions);
  return g_test_run ();
}
