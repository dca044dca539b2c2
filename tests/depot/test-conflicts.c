/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stop that changes while its courier is at its door: each change before and after the money was taken, in cash and
 * by code. What is not due any more waits in suspense with a case, until a clerk decides it. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-private.h"
#include "ds-error.h"
#include "ds-json.h"

#define DUE_FEN 10000
#define LOWER_FEN 6000
#define OTHER_COURIER "0400"

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "W1,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,100.00,no,\n";

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *other = NULL;

  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
  other = depot_fixture_make_code_for (fixture, OTHER_COURIER);
  report = depot_fixture_import (fixture, route, &error);
  g_assert_no_error (error);
  depot_fixture_settle (fixture);
}

/* What changes, and how the depot sees it. */
typedef struct
{
  const char *name; /* of the case */
  DsStopChange change;
  gint64 left_due_fen; /* what this courier's money is still due for */
} Conflict;

static const Conflict conflicts[] = {
  { "cancelled", { .kind = DS_STOP_CHANGE_CANCEL, .stop = "W1", .reason = "the shop closed" }, 0 },
  { "repriced", { .kind = DS_STOP_CHANGE_REPRICE, .stop = "W1", .due_fen = LOWER_FEN }, LOWER_FEN },
  { "reassigned", { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "W1", .courier_id = OTHER_COURIER }, 0 },
  { "paid-elsewhere", { .kind = DS_STOP_CHANGE_PAID_ELSEWHERE, .stop = "W1" }, 0 },
};

static void
change (DepotFixture *fixture, const Conflict *conflict)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_change_stop (fixture->depot, &conflict->change, &error);

  g_assert_no_error (error);
  depot_fixture_settle (fixture);
}

static char *
get_stop_id (DepotFixture *fixture)
{
  g_autoptr (json_t) stop = depot_fixture_find_item (fixture, "stop", NULL);

  return g_strdup (json_string_value (json_object_get (stop, "stop")));
}

/* Takes what was due when the courier was last online. */
static char *
collect (DepotFixture *fixture, const char *stop_id, gboolean cash)
{
  g_autofree char *refused = NULL;
  char *id = depot_fixture_make_id (fixture);

  if (cash)
    depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:I, s:I, s:I}", "payment", id,
                          "shift", "S", "stop", stop_id, "parcels", "W1", "amount_fen", (json_int_t)DUE_FEN,
                          "tendered_fen", (json_int_t)DUE_FEN, "change_fen", (json_int_t)0);
  else
    {
      test_operator_pay (fixture->operator_a, id, DUE_FEN);
      depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:I}",
                            "payment", id, "shift", "S", "stop", stop_id, "parcels", "W1", "amount_fen",
                            (json_int_t)DUE_FEN, "source", "built", "code_sm3", "00", "expires_at_ms",
                            G_GINT64_CONSTANT (4000000000000));
    }
  refused = depot_fixture_push (fixture);
  g_assert_cmpstr (refused, ==, NULL);
  return id;
}

static void
set_outcome (DepotFixture *fixture, const char *stop_id, const char *outcome)
{
  g_autofree char *refused = NULL;

  depot_fixture_append (fixture, "parcel.outcome", "{s:s, s:[s], s:s, s:n}", "stop", stop_id, "parcels", "W1",
                        "outcome", outcome, "reason");
  refused = depot_fixture_push (fixture);
  g_assert_cmpstr (refused, ==, NULL);
}

static void
deliver (DepotFixture *fixture, const char *stop_id)
{
  set_outcome (fixture, stop_id, "delivered");
}

/* Returns: (transfer full) (nullable): the open case about @payment_id. */
static json_t *
find_case (DepotFixture *fixture, const char *payment_id)
{
  g_autoptr (json_t) cases = ds_depot_list_cases (fixture->depot, FALSE, NULL);
  json_t *found = NULL;
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "subject")), payment_id) != 0)
      continue;
    g_assert_null (found); /* one case, not several, for one payment's money */
    found = json_incref (item);
  }
  return found;
}

static void
assert_books (DepotFixture *fixture, gint64 suspense_fen, gint64 merchant_fen)
{
  g_assert_cmpint (depot_fixture_get_balance (fixture, "suspense"), ==, -suspense_fen);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "payable:merchant"), ==, -merchant_fen);
}

static gint64
assert_case (DepotFixture *fixture, const char *payment_id, const char *kind, gint64 amount_fen)
{
  g_autoptr (json_t) open = find_case (fixture, payment_id);

  g_assert_nonnull (open);
  g_assert_cmpstr (json_string_value (json_object_get (open, "kind")), ==, kind);
  g_assert_cmpint (json_integer_value (json_object_get (open, "amount_fen")), ==, amount_fen);
  return json_integer_value (json_object_get (open, "case"));
}

static void
assert_no_case (DepotFixture *fixture, const char *payment_id)
{
  g_autoptr (json_t) open = find_case (fixture, payment_id);

  g_assert_null (open);
}

static void
resolve (DepotFixture *fixture, gint64 number, const char *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_resolve (fixture->depot, number, how, "a test", &error);

  g_assert_no_error (error);
  depot_fixture_settle (fixture);
}

/* What the courier's handheld is told. */
static void
assert_told (DepotFixture *fixture, const Conflict *conflict, const char *stop_id)
{
  g_autoptr (json_t) stop = depot_fixture_find_item (fixture, "stop", stop_id);
  g_autoptr (json_t) removed = depot_fixture_find_item (fixture, "stop.removed", stop_id);
  json_t *parcel = json_array_get (json_object_get (stop, "parcels"), 0);

  if (conflict->change.kind == DS_STOP_CHANGE_CANCEL || conflict->change.kind == DS_STOP_CHANGE_REASSIGN)
    {
      /* Not even where the customer lives stays in the feed. */
      g_assert_null (stop);
      g_assert_cmpstr (json_string_value (json_object_get (removed, "reason")), ==, conflict->name);
      return;
    }
  g_assert_null (removed);
  g_assert_cmpint (json_integer_value (json_object_get (stop, "version")), >, 1);
  if (conflict->change.kind == DS_STOP_CHANGE_PAID_ELSEWHERE)
    {
      g_assert_true (json_is_true (json_object_get (parcel, "prepaid")));
      g_assert_true (json_is_null (json_object_get (stop, "prefetched")));
    }
  else
    {
      g_assert_cmpint (json_integer_value (json_object_get (parcel, "due_fen")), ==, LOWER_FEN);
      g_assert_cmpint (
          json_integer_value (json_object_get (json_object_get (stop, "prefetched"), "amount_fen")), ==,
          LOWER_FEN);
    }
}

/* Every change × before or after the collection × cash or code, the clerk deciding by turns. */
static void
test_all (DepotFixture *unused, gconstpointer data)
{
  for (guint round = 0; round < G_N_ELEMENTS (conflicts) * 4; round++)
    {
      const Conflict *conflict = &conflicts[round / 4];
      gboolean change_first = (round & 1) != 0;
      gboolean cash = (round & 2) != 0;
      gboolean keep = (change_first != cash) != (round / 4 % 2 != 0);
      gint64 waits_fen = DUE_FEN - conflict->left_due_fen;
      DepotFixture fixture = { 0 };
      g_autofree char *stop_id = NULL;
      g_autofree char *payment_id = NULL;
      gint64 number;

      g_test_message ("%s %s the collection, %s, then %s", conflict->name, change_first ? "before" : "after",
                      cash ? "cash" : "code", keep ? "kept" : "refunded");
      set_up (&fixture, NULL);
      stop_id = get_stop_id (&fixture);
      if (change_first)
        change (&fixture, conflict);
      payment_id = collect (&fixture, stop_id, cash);
      deliver (&fixture, stop_id);
      if (!change_first)
        {
          assert_books (&fixture, 0, DUE_FEN);
          assert_no_case (&fixture, payment_id);
          change (&fixture, conflict);
        }
      assert_told (&fixture, conflict, stop_id);
      assert_books (&fixture, waits_fen, conflict->left_due_fen);
      number = assert_case (&fixture, payment_id, conflict->name, waits_fen);

      resolve (&fixture, number, keep ? "keep" : "refund");
      assert_no_case (&fixture, payment_id);
      if (keep)
        assert_books (&fixture, 0, DUE_FEN);
      else
        {
          assert_books (&fixture, 0, conflict->left_due_fen);
          g_assert_cmpint (depot_fixture_get_balance (&fixture, cash ? "cash:depot" : "clearing:003"), ==,
                           cash ? -waits_fen : conflict->left_due_fen);
          g_assert_cmpint (depot_fixture_get_balance (&fixture, "cash:0317"), ==, cash ? DUE_FEN : 0);
        }
      depot_fixture_tear_down (&fixture, NULL);
      depot_fixture_remove_files ();
    }
}

/* The stop's new courier collects as well: both moneys are there, and exactly one of them is the merchant's. */
static void
test_two_couriers (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (json_t) stop = NULL;

  change (fixture, &conflicts[2]);
  first = collect (fixture, stop_id, FALSE);
  depot_fixture_switch_handheld (fixture, OTHER_COURIER);
  second = collect (fixture, stop_id, TRUE);
  assert_books (fixture, DUE_FEN, DUE_FEN);
  assert_no_case (fixture, second);
  resolve (fixture, assert_case (fixture, first, "reassigned", DUE_FEN), "refund");
  assert_books (fixture, 0, DUE_FEN);
}

/* The old courier's money is kept: the new one is told that nothing is due any more. */
static void
test_kept_for_the_other (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *payment_id = NULL;
  g_autoptr (json_t) stop = NULL;

  change (fixture, &conflicts[2]);
  payment_id = collect (fixture, stop_id, TRUE);
  resolve (fixture, assert_case (fixture, payment_id, "reassigned", DUE_FEN), "keep");
  depot_fixture_switch_handheld (fixture, OTHER_COURIER);
  stop = depot_fixture_find_item (fixture, "stop", stop_id);
  g_assert_true (
      json_is_true (json_object_get (json_array_get (json_object_get (stop, "parcels"), 0), "prepaid")));
}

/* A code of the old price is paid after the change: what is due is taken of it, and no more. */
static void
test_old_code (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *payment_id = NULL;
  g_autoptr (json_t) item = NULL;

  change (fixture, &conflicts[1]);
  payment_id = collect (fixture, stop_id, FALSE);
  assert_books (fixture, DUE_FEN - LOWER_FEN, LOWER_FEN);
  resolve (fixture, assert_case (fixture, payment_id, "repriced", DUE_FEN - LOWER_FEN), "refund");
  item = depot_fixture_find_item (fixture, "payment", payment_id);
  g_assert_cmpint (json_integer_value (json_object_get (item, "refunded_fen")), ==, DUE_FEN - LOWER_FEN);
  g_assert_cmpstr (json_string_value (json_object_get (item, "state")), ==, "paid");
}

/* A clerk's refunds: with an id of their own they are made once, and all together never exceed the payment. */
static void
test_clerk_refunds (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *payment_id = collect (fixture, stop_id, FALSE);
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (json_t) answer = ds_depot_refund (fixture->depot, payment_id, id, 3000, "damaged", &error);

      g_assert_no_error (error);
      g_assert_cmpstr (json_string_value (json_object_get (answer, "refund")), ==, id);
      depot_fixture_settle (fixture);
      g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, DUE_FEN - 3000);
    }
  g_assert_null (ds_depot_refund (fixture->depot, payment_id, id, 2999, "damaged", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_null (ds_depot_refund (fixture->depot, payment_id, NULL, 7001, "damaged", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_null (ds_depot_refund (fixture->depot, payment_id, NULL, 100, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);

  {
    g_autoptr (json_t) rest = ds_depot_refund (fixture->depot, payment_id, NULL, 0, "all of it", &error);

    g_assert_no_error (error);
    g_assert_cmpint (json_integer_value (json_object_get (rest, "amount_fen")), ==, 7000);
  }
  depot_fixture_settle (fixture);
  depot_fixture_assert_state (fixture, payment_id, "refunded");
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);
  g_assert_null (ds_depot_refund (fixture->depot, payment_id, NULL, 0, "once more", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
}

static void
test_refused (DepotFixture *fixture, gconstpointer data)
{
  static const struct
  {
    DsStopChange change;
    DsError code;
  } wrong[] = {
    { { .kind = DS_STOP_CHANGE_CANCEL, .stop = "W9" }, DS_ERROR_NOT_FOUND },
    { { .kind = DS_STOP_CHANGE_REPRICE, .stop = "W1", .due_fen = -1 }, DS_ERROR_INVALID },
    { { .kind = DS_STOP_CHANGE_REPRICE, .stop = "W1", .waybill = "W9" }, DS_ERROR_INVALID },
    { { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "W1", .courier_id = "0317" }, DS_ERROR_INVALID },
    { { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "W1", .courier_id = "nobody" }, DS_ERROR_INVALID },
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_null (ds_depot_change_stop (fixture->depot, &wrong[i].change, &error));
      g_assert_error (error, DS_ERROR, (gint)wrong[i].code);
      g_clear_error (&error);
    }
  change (fixture, &conflicts[0]);
  for (gsize i = 0; i < G_N_ELEMENTS (conflicts); i++)
    {
      g_assert_null (ds_depot_change_stop (fixture->depot, &conflicts[i].change, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
      g_clear_error (&error);
    }
  g_assert_null (ds_depot_resolve (fixture->depot, 7, "keep", "a test", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

/* Cash was taken at a stop whose price is lowered afterwards, and the courier hands the difference back. */
static void
append_cash_back (DepotFixture *fixture, const char *payment_id, const char *refund_id, gint64 amount_fen)
{
  g_autofree char *refused = NULL;

  depot_fixture_append (fixture, "payment.refund", "{s:s, s:s, s:I, s:s}", "payment", payment_id, "refund",
                        refund_id, "amount_fen", (json_int_t)amount_fen, "reason", "cash given back");
  refused = depot_fixture_push (fixture);
  g_assert_cmpstr (refused, ==, NULL);
  depot_fixture_settle (fixture);
}

static void
test_cash_back (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *payment_id = collect (fixture, stop_id, TRUE);
  g_autofree char *refund_id = depot_fixture_make_id (fixture);
  g_autoptr (json_t) item = NULL;
  g_autoptr (GError) error = NULL;

  change (fixture, &conflicts[1]);
  assert_case (fixture, payment_id, "repriced", DUE_FEN - LOWER_FEN);
  append_cash_back (fixture, payment_id, refund_id, DUE_FEN - LOWER_FEN);
  assert_no_case (fixture, payment_id);
  assert_books (fixture, 0, LOWER_FEN);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, LOWER_FEN);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:depot"), ==, 0);
  item = depot_fixture_find_item (fixture, "payment", payment_id);
  g_assert_cmpint (json_integer_value (json_object_get (item, "refunded_fen")), ==, DUE_FEN - LOWER_FEN);

  /* The case is gone, and with it what a clerk could give back once more. */
  g_assert_null (ds_depot_resolve (fixture->depot, 1, "refund", "a test", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

/* Paid by code and in cash: the courier gives the cash back, and the code's money is what the stop keeps. */
static char *
pay_twice (DepotFixture *fixture, const char *stop_id, char **code_id)
{
  char *cash_id = collect (fixture, stop_id, TRUE);

  *code_id = collect (fixture, stop_id, FALSE);
  depot_fixture_settle (fixture);
  assert_books (fixture, DUE_FEN, DUE_FEN);
  return cash_id;
}

static void
test_cash_back_of_two (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, stop_id, &code_id);
  g_autofree char *refund_id = depot_fixture_make_id (fixture);

  assert_case (fixture, code_id, "refund", DUE_FEN);
  append_cash_back (fixture, cash_id, refund_id, DUE_FEN);
  assert_no_case (fixture, code_id);
  assert_no_case (fixture, cash_id);
  assert_books (fixture, 0, DUE_FEN);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, DUE_FEN);
}

/* The clerk decided first, the courier, offline, could not know: both are in the books, and it is a case. */
static void
test_both_give_back (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, stop_id, &code_id);
  g_autofree char *refund_id = depot_fixture_make_id (fixture);
  g_autofree char *again = NULL;

  resolve (fixture, assert_case (fixture, code_id, "refund", DUE_FEN), "refund");
  assert_books (fixture, 0, DUE_FEN);
  append_cash_back (fixture, cash_id, refund_id, DUE_FEN);
  assert_books (fixture, 0, 0);
  assert_case (fixture, stop_id, "given-back-twice", DUE_FEN);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, 0);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "clearing:003"), ==, 0);

  /* Collected again, it is none. */
  again = collect (fixture, stop_id, TRUE);
  assert_no_case (fixture, stop_id);
  assert_books (fixture, 0, DUE_FEN);
}

/* The same cash out of the depot's till and out of the courier's drawer: both drawers are as the books say. */
static void
test_cash_back_twice (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *payment_id = collect (fixture, stop_id, TRUE);
  g_autofree char *refund_id = depot_fixture_make_id (fixture);
  const gint64 back_fen = DUE_FEN - LOWER_FEN;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  change (fixture, &conflicts[1]);
  answer = ds_depot_refund (fixture->depot, payment_id, NULL, DUE_FEN, "all of it", &error);
  g_assert_no_error (error);
  append_cash_back (fixture, payment_id, refund_id, back_fen);
  assert_case (fixture, refund_id, "given-back-twice", back_fen);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:0317"), ==, DUE_FEN - back_fen);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "cash:depot"), ==, -DUE_FEN);
  g_assert_cmpint (depot_fixture_get_balance (fixture, "receivable:given-back-twice"), ==, back_fen);
}

/* While an operator is asked, the handheld is told, so that no cash goes back meanwhile. */
static void
test_refund_is_told (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *code_id = NULL;
  g_autofree char *cash_id = pay_twice (fixture, stop_id, &code_id);
  g_autoptr (json_t) under_way = NULL;
  g_autoptr (json_t) done = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = ds_depot_refund (fixture->depot, code_id, NULL, DUE_FEN, "paid twice", &error);
  g_assert_no_error (error);
  under_way = depot_fixture_find_item (fixture, "payment", code_id);
  g_assert_cmpint (json_integer_value (json_object_get (under_way, "refunding_fen")), ==, DUE_FEN);
  depot_fixture_settle (fixture);
  done = depot_fixture_find_item (fixture, "payment", code_id);
  g_assert_cmpint (json_integer_value (json_object_get (done, "refunding_fen")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (done, "refunded_fen")), ==, DUE_FEN);
}

static void
assert_outcome (DepotFixture *fixture, const char *outcome)
{
  g_autofree char *held = NULL;

  ds_depot_sql_get_text (fixture->depot->db, &held, NULL, "SELECT outcome FROM parcel WHERE waybill = 'W1'",
                         "");
  g_assert_cmpstr (held, ==, outcome);
}

/* What became of a parcel is for the courier to say who has its stop: the next one owes and collects all of it. */
static void
test_outcome_of_another (DepotFixture *fixture, gconstpointer data)
{
  const Conflict there
      = { .change = { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "W1", .courier_id = OTHER_COURIER } };
  const Conflict back = { .change = { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "W1", .courier_id = "0317" } };
  g_autofree char *stop_id = get_stop_id (fixture);

  set_outcome (fixture, stop_id, "absent");
  assert_outcome (fixture, "absent");
  change (fixture, &there);
  assert_outcome (fixture, "open");
  set_outcome (fixture, stop_id, "refused");
  assert_outcome (fixture, "open");
  /* On the first one's handheld that still stands. */
  change (fixture, &back);
  assert_outcome (fixture, "refused");
}

/* A parcel that is refused at the door after its money was taken is not due any more; delivered after all, it is. */
static void
test_refused_at_the_door (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *stop_id = get_stop_id (fixture);
  g_autofree char *cash = collect (fixture, stop_id, TRUE);

  set_outcome (fixture, stop_id, "delivered");
  assert_books (fixture, 0, DUE_FEN);
  set_outcome (fixture, stop_id, "refused");
  assert_books (fixture, DUE_FEN, 0);
  assert_case (fixture, cash, "refund", DUE_FEN);
  set_outcome (fixture, stop_id, "absent");
  assert_books (fixture, DUE_FEN, 0);
  set_outcome (fixture, stop_id, "delivered");
  assert_books (fixture, 0, DUE_FEN);
  assert_no_case (fixture, cash);
}

#define conflicts_test_add(path, test)                                                                       \
  g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/conflicts/all", DepotFixture, NULL, NULL, test_all, NULL);
  conflicts_test_add ("/conflicts/two-couriers", test_two_couriers);
  conflicts_test_add ("/conflicts/kept-for-the-other", test_kept_for_the_other);
  conflicts_test_add ("/conflicts/old-code", test_old_code);
  conflicts_test_add ("/conflicts/clerk-refunds", test_clerk_refunds);
  conflicts_test_add ("/conflicts/refused", test_refused);
  conflicts_test_add ("/conflicts/cash-back", test_cash_back);
  conflicts_test_add ("/conflicts/cash-back-of-two", test_cash_back_of_two);
  conflicts_test_add ("/conflicts/both-give-back", test_both_give_back);
  conflicts_test_add ("/conflicts/cash-back-twice", test_cash_back_twice);
  conflicts_test_add ("/conflicts/refund-is-told", test_refund_is_told);
  conflicts_test_add ("/conflicts/outcome-of-another", test_outcome_of_another);
  conflicts_test_add ("/conflicts/refused-at-the-door", test_refused_at_the_door);
  return g_test_run ();
}
