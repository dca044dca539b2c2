/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A customer has paid twice, with a code and in cash: the courier hands the cash back. Offline too, and also where the
 * depot has given back as well: drawer, books, statement and case agree, and nobody gets money back twice unseen. */
#include "config.h"

#include "company.h"

#include "ds-json.h"

#define FLOAT_FEN 20000
#define DUE_FEN 10000
#define BALANCE_FEN 100000

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "DS01,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS02,张三,17012340102,文三路 2 号,西湖,09:00-11:00,100.00,no,\n";

typedef struct
{
  Company *company;
  Customer *customer;
  Handheld *handheld;
} Scene;

static void
set_up (Scene *scene, gconstpointer data)
{
  scene->company = company_new ();
  company_import (scene->company, COMPANY_COURIER, route);
  scene->customer = customer_new (scene->company, "customer", "1000", "0");
  scene->handheld = handheld_new (scene->company, "handheld");
  handheld_enrol (scene->handheld, COMPANY_COURIER, NULL);
  handheld_sync (scene->handheld);
  handheld_open_shift (scene->handheld, FLOAT_FEN);
  handheld_sync (scene->handheld);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  handheld_free (scene->handheld);
  customer_free (scene->customer);
  company_free (scene->company);
}

/* A code is shown, cash is taken instead, and the code is paid all the same. Returns: (transfer full): the code's
 * payment. */
static char *
pay_twice (Scene *scene)
{
  g_autofree char *screen = company_get_path (scene->company, "screen.png");
  g_autoptr (DsPresentation) code = handheld_present (scene->handheld, "DS01", screen);
  g_autofree char *cash_id = handheld_take_cash (scene->handheld, "DS01", DUE_FEN);

  handheld_deliver (scene->handheld, "DS01");
  customer_run (scene->customer, 0, "pay", "--picture", screen, NULL);
  return g_strdup (code->payment_id);
}

static gint64
get_back_fen (Scene *scene)
{
  g_autoptr (DsStop) stop = handheld_find_stop (scene->handheld, "DS01");

  return ds_stop_get_cash_back_fen (stop);
}

static void
give_back (Scene *scene)
{
  g_autoptr (DsStop) stop = handheld_find_stop (scene->handheld, "DS01");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) changed = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_give_back_async (scene->handheld->door, stop->id, DUE_FEN, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  changed = ds_door_give_back_finish (scene->handheld->door, result, &error);
  g_assert_no_error (error);
}

/* Returns: the number of the depot's one open case of @kind; 0 for none. */
static gint64
find_case (Scene *scene, const char *kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) cases = ds_depot_list_cases (scene->company->depot, FALSE, &error);
  gint64 found = 0;
  json_t *item;
  gsize i;

  g_assert_no_error (error);
  json_array_foreach (cases, i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "kind")), kind) != 0)
      continue;
    g_assert_cmpint (found, ==, 0);
    found = json_integer_value (json_object_get (item, "case"));
  }
  return found;
}

static void
check_end (Scene *scene, gint64 drawer_fen, gint64 wallet_fen)
{
  g_autoptr (json_t) statement = NULL;
  g_autoptr (json_t) books = NULL;

  g_assert_cmpuint (handheld_count_problems (scene->handheld, "quarantined"), ==, 0);
  g_assert_cmpint (company_get_balance_fen (scene->company, "cash:" COMPANY_COURIER), ==, drawer_fen);
  g_assert_cmpint (customer_get_balance_fen (scene->customer), ==, wallet_fen);
  handheld_close_shift (scene->handheld, FLOAT_FEN + drawer_fen);
  statement = handheld_wait_for_statement (scene->handheld);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "suspense_fen")), ==, 0);
  books = company_load_books (scene->company);
  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
}

static void
test_online (Scene *scene, gconstpointer data)
{
  g_autofree char *code_id = pay_twice (scene);
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  WAIT_FOR_STATE (scene->handheld, code_id, "paid");
  WAIT_UNTIL (get_back_fen (scene) == DUE_FEN);
  g_assert_cmpuint (handheld_count_problems (scene->handheld, "refund"), ==, 1);
  g_assert_cmpint (find_case (scene, "refund"), !=, 0);

  give_back (scene);
  g_assert_cmpuint (handheld_count_problems (scene->handheld, "refund"), ==, 0);
  handheld_sync (scene->handheld);
  g_assert_cmpint (find_case (scene, "refund"), ==, 0);
  g_assert_cmpint (company_get_balance_fen (scene->company, "suspense"), ==, 0);
  check_end (scene, 0, BALANCE_FEN - DUE_FEN);
}

/* Handheld and depot cannot reach each other when the cash goes back; the handheld even restarts before it is told. */
static void
test_offline (Scene *scene, gconstpointer data)
{
  g_autofree char *code_id = pay_twice (scene);

  WAIT_FOR_STATE (scene->handheld, code_id, "paid");
  WAIT_UNTIL (get_back_fen (scene) == DUE_FEN);
  customer_set_faults (scene->customer, "{\"line\":\"cut\"}");
  WAIT_UNTIL (!ds_link_get_online (scene->handheld->link));
  give_back (scene);
  g_assert_cmpint (get_back_fen (scene), ==, 0);
  handheld_free (scene->handheld);
  scene->handheld = handheld_new (scene->company, "handheld");
  g_assert_cmpint (get_back_fen (scene), ==, 0);
  g_assert_cmpint (find_case (scene, "refund"), !=, 0);

  customer_set_faults (scene->customer, "{\"line\":\"restored\"}");
  handheld_sync (scene->handheld);
  g_assert_cmpint (find_case (scene, "refund"), ==, 0);
  check_end (scene, 0, BALANCE_FEN - DUE_FEN);
}

/* The clerk has the bank give back while the courier, offline, hands the cash back: it is owed again, and collected. */
static void
test_both (Scene *scene, gconstpointer data)
{
  g_autofree char *code_id = pay_twice (scene);
  g_autofree char *again = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  WAIT_FOR_STATE (scene->handheld, code_id, "paid");
  WAIT_UNTIL (get_back_fen (scene) == DUE_FEN);
  customer_set_faults (scene->customer, "{\"line\":\"cut\"}");
  WAIT_UNTIL (!ds_link_get_online (scene->handheld->link));
  answer
      = ds_depot_resolve (scene->company->depot, find_case (scene, "refund"), "refund", "paid twice", &error);
  g_assert_no_error (error);
  company_settle (scene->company);
  give_back (scene);
  customer_set_faults (scene->customer, "{\"line\":\"restored\"}");
  handheld_sync (scene->handheld);
  WAIT_UNTIL (handheld_count_problems (scene->handheld, "given-back-twice") == 1);
  g_assert_cmpint (find_case (scene, "given-back-twice"), !=, 0);
  g_assert_cmpint (handheld_get_open_fen (scene->handheld, "DS01"), ==, DUE_FEN);

  again = handheld_take_cash (scene->handheld, "DS01", DUE_FEN);
  handheld_sync (scene->handheld);
  g_assert_cmpuint (handheld_count_problems (scene->handheld, "given-back-twice"), ==, 0);
  g_assert_cmpint (find_case (scene, "given-back-twice"), ==, 0);
  check_end (scene, DUE_FEN, BALANCE_FEN);
}

/* The clerk decided, and the handheld knows: no cash goes back any more. */
static void
test_depot_first (Scene *scene, gconstpointer data)
{
  g_autofree char *code_id = pay_twice (scene);
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  WAIT_FOR_STATE (scene->handheld, code_id, "paid");
  WAIT_UNTIL (get_back_fen (scene) == DUE_FEN);
  answer
      = ds_depot_resolve (scene->company->depot, find_case (scene, "refund"), "refund", "paid twice", &error);
  g_assert_no_error (error);
  WAIT_UNTIL (get_back_fen (scene) == 0);
  company_settle (scene->company);
  WAIT_FOR_STATE (scene->handheld, code_id, "refunded");
  g_assert_cmpuint (handheld_count_problems (scene->handheld, "refund"), ==, 0);
  check_end (scene, DUE_FEN, BALANCE_FEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/give-back/online", Scene, NULL, set_up, test_online, tear_down);
  g_test_add ("/scenario/give-back/offline", Scene, NULL, set_up, test_offline, tear_down);
  g_test_add ("/scenario/give-back/both", Scene, NULL, set_up, test_both, tear_down);
  g_test_add ("/scenario/give-back/depot-first", Scene, NULL, set_up, test_depot_first, tear_down);
  return g_test_run ();
}
