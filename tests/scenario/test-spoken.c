/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing can be scanned and there is no network: customers pay and read their digits out, and the day settles. */
#include "config.h"

#include "company.h"

#include "ds-json.h"
#include "ds-spoken-proof.h"

#define ROUTE                                                                                                \
  "waybill,recipient,phone,address,place,window,due,prepaid,note\n"                                          \
  "SP01,Li Hua,17012340126,1 Lake Road,Lake,09:00-11:00,30,no,\n"                                            \
  "SP02,Wang Min,17012340127,2 Lake Road,Lake,09:00-11:00,40,no,\n"                                          \
  "SP03,Zhao Wu,17012340128,3 Lake Road,Lake,09:00-11:00,50,no,\n"                                           \
  "SP04,Qian Er,17012340129,4 Lake Road,Lake,09:00-11:00,60,no,\n"
#define LIVE_FEN 3000
#define CARRIED_FEN 4000
#define BUILT_FEN 5000
#define FALSE_FEN 6000

static DsAnswer *
try_spoken (Handheld *handheld, const char *payment_id, const char *typed)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsAnswer *answer;

  ds_door_try_spoken_async (handheld->door, payment_id, typed, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  answer = ds_door_try_spoken_finish (handheld->door, result, &error);
  g_assert_no_error (error);
  return answer;
}

/* The customer pays the code on the screen, and says what the wallet shows. */
static void
pay_and_say (Handheld *handheld, Customer *customer, const char *waybill, const DsPresentation *code)
{
  g_autofree char *digits = NULL;
  g_autoptr (DsAnswer) answer = NULL;

  customer_run (customer, 0, "pay", code->text, NULL);
  g_assert_cmpstr (customer_get_text (customer, "state"), ==, "paid");
  customer_run (customer, 0, "spoken", code->payment_id, NULL);
  digits = g_strdup (customer_get_text (customer, "spoken"));
  answer = try_spoken (handheld, code->payment_id, digits);
  g_assert_cmpint (answer->kind, ==, DS_ANSWER_PAID);
  g_assert_cmpint (handheld_get_open_fen (handheld, waybill), ==, 0);
  handheld_deliver (handheld, waybill);
}

/* The handheld has the secret, so whoever holds it can work the digits out. */
static char *
make_up (Handheld *handheld, const char *waybill, const char *payment_id)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  DsPayment *payment = ds_stop_find_payment (stop, payment_id);
  char digits[DS_SPOKEN_PROOF_SIZE];

  g_assert_true (ds_spoken_proof_derive (stop->spoken_secret, payment_id, payment->amount_fen, digits, NULL));
  return g_strdup (digits);
}

/* Shows the carried code and then one for less: no carried code fits that, so it is built here. */
static DsPresentation *
present_built (Handheld *handheld, const char *waybill, const char *picture)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  const char *waybills[] = { waybill, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPresentation) part = NULL;
  DsPresentation *code;

  g_clear_pointer (&part, ds_presentation_free);
  part = handheld_present (handheld, waybill, picture);
  g_assert_cmpint (part->source, ==, DS_CODE_SOURCE_PREFETCHED);
  ds_door_present_async (handheld->door, stop->id, waybills, BUILT_FEN - 1000, NULL, company_keep_result,
                         &result);
  WAIT_UNTIL (result != NULL);
  code = ds_door_present_finish (handheld->door, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (code->source, ==, DS_CODE_SOURCE_BUILT);
  return code;
}

static void
test_spoken (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Customer) customer = NULL;
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (DsPresentation) live = NULL;
  g_autoptr (DsPresentation) carried = NULL;
  g_autoptr (DsPresentation) built = NULL;
  g_autoptr (DsPresentation) unpaid = NULL;
  g_autofree char *screen = company_get_path (company, "screen.png");
  g_autofree char *digits = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *cash = NULL;
  g_autoptr (DsAnswer) made_up = NULL;
  g_autoptr (json_t) statement = NULL;

  company_import (company, COMPANY_COURIER, ROUTE);
  customer = customer_new (company, "customer", "1000", "0");
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  live = handheld_present (handheld, "SP01", screen);
  g_assert_cmpint (live->source, ==, DS_CODE_SOURCE_LIVE);
  /* Nobody has paid: the digits are nobody's. */
  customer_run (customer, 1, "spoken", live->payment_id, NULL);
  g_assert_null (ds_depot_get_spoken (company->depot, live->payment_id, NULL));

  customer_set_faults (customer, "{\"line\":\"cut\"}");
  WAIT_UNTIL (!ds_link_get_online (handheld->link));
  pay_and_say (handheld, customer, "SP01", live);
  carried = handheld_present (handheld, "SP02", screen);
  g_assert_cmpint (carried->source, ==, DS_CODE_SOURCE_PREFETCHED);
  pay_and_say (handheld, customer, "SP02", carried);
  /* Built here for a part: no depot has heard of it, but the code names its stop. */
  built = present_built (handheld, "SP03", screen);
  customer_run (customer, 0, "pay", built->text, NULL);
  customer_run (customer, 0, "spoken", built->payment_id, NULL);
  ds_answer_free (try_spoken (handheld, built->payment_id, customer_get_text (customer, "spoken")));
  g_assert_cmpint (handheld_get_open_fen (handheld, "SP03"), ==, 1000);
  rest = handheld_take_cash (handheld, "SP03", 1000);
  handheld_deliver (handheld, "SP03");
  unpaid = handheld_present (handheld, "SP04", screen);
  digits = make_up (handheld, "SP04", unpaid->payment_id);
  made_up = try_spoken (handheld, unpaid->payment_id, digits);
  g_assert_cmpint (made_up->kind, ==, DS_ANSWER_PAID);
  handheld_deliver (handheld, "SP04");

  customer_set_faults (customer, "{\"line\":\"restored\"}");
  handheld_sync (handheld);
  company_settle (company);
  /* The operator has the last word: what nobody paid is owed again. */
  WAIT_FOR_STATE (handheld, unpaid->payment_id, "rejected");
  g_assert_cmpuint (handheld_count_problems (handheld, "rejected"), ==, 1);
  g_assert_cmpint (handheld_get_open_fen (handheld, "SP04"), ==, FALSE_FEN);
  cash = handheld_take_cash (handheld, "SP04", FALSE_FEN);

  handheld_close_shift (handheld, 1000 + FALSE_FEN);
  statement = handheld_wait_for_statement (handheld);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpint (company_sum_files_fen (company), ==, LIVE_FEN + CARRIED_FEN + BUILT_FEN - 1000);
  g_assert_cmpint (company_get_balance_fen (company, "suspense"), ==, 0);
  g_assert_cmpint (company_get_balance_fen (company, "payable:merchant"), ==,
                   -(LIVE_FEN + CARRIED_FEN + BUILT_FEN + FALSE_FEN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/spoken", test_spoken);
  return g_test_run ();
}
