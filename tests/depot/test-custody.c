/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash from courier to clerk to bank: counted blind, signed, chained, and booked to the fen. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-custody-chain.h"
#include "ds-depot-admin-books.h"
#include "ds-depot-custody.h"
#include "ds-depot-private.h"
#include "ds-error.h"

#include <string.h>

#define CLERK "07"
#define FLOAT_FEN 20000
#define CASH_FEN 3100

/* Helpers */

static gint64
get_fen (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

static void
assert_balance (DepotFixture *fixture, const char *account, gint64 amount_fen)
{
  g_assert_cmpint (depot_fixture_get_balance (fixture, account), ==, amount_fen);
}

/* Whatever happened, debit is credit. */
static void
assert_books (DepotFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) books = ds_depot_books_to_json (fixture->depot, &error);

  g_assert_no_error (error);
  g_assert_cmpint (get_fen (books, "sum_fen"), ==, 0);
}

static void
add_clerk (DepotFixture *fixture, const char *clerk_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) clerk = ds_depot_add_clerk (fixture->depot, clerk_id, "王会计", &error);

  g_assert_no_error (error);
  g_assert_nonnull (clerk);
}

/* Returns: (transfer full): a closed shift with float and cash, of which the courier counted so much. */
static char *
work_shift (DepotFixture *fixture, gint64 courier_fen)
{
  char *shift;

  depot_fixture_enrol (fixture);
  add_clerk (fixture, CLERK);
  shift = depot_fixture_open_shift (fixture, FLOAT_FEN);
  depot_fixture_take_cash (fixture, shift, CASH_FEN);
  if (courier_fen >= 0)
    depot_fixture_close_shift (fixture, shift, courier_fen);
  return shift;
}

static json_t *
count (DepotFixture *fixture, const char *shift, const char *text, const char *reason, GError **error)
{
  g_autoptr (json_t) denominations = ds_depot_admin_parse_count (text, error);
  json_t *answer;

  g_assert_nonnull (denominations);
  answer = ds_depot_take_cash (
      fixture->depot,
      &(DsCashCount){
          .shift_id = shift, .clerk_id = CLERK, .denominations = denominations, .reason = reason },
      error);
  assert_books (fixture);
  return answer;
}

static json_t *
count_well (DepotFixture *fixture, const char *shift, const char *text, const char *reason)
{
  g_autoptr (GError) error = NULL;
  json_t *answer = count (fixture, shift, text, reason, &error);

  g_assert_no_error (error);
  return answer;
}

static void
assert_count_fails (DepotFixture *fixture, const char *shift, const char *text, const char *reason, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = count (fixture, shift, text, reason, &error);

  g_assert_error (error, DS_ERROR, code);
  g_assert_null (answer);
}

/* Returns: the number of the open case of a kind, or 0. */
static gint64
find_case (DepotFixture *fixture, const char *kind, gint64 *amount_fen)
{
  g_autoptr (json_t) cases = ds_depot_list_cases (fixture->depot, FALSE, NULL);
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    if (g_strcmp0 (json_string_value (json_object_get (item, "kind")), kind) == 0)
      {
        if (amount_fen != NULL)
          *amount_fen = get_fen (item, "amount_fen");
        return get_fen (item, "case");
      }
  }
  return 0;
}

static void
resolve (DepotFixture *fixture, const char *kind, const char *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer
      = ds_depot_resolve (fixture->depot, find_case (fixture, kind, NULL), how, "looked at", &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
  g_assert_cmpint (find_case (fixture, kind, NULL), ==, 0);
  assert_books (fixture);
}

/* Returns: (transfer full): what the verifier says of the whole chain, which must hold. */
static json_t *
verify (DepotFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  json_t *report = ds_depot_verify_custody (fixture->depot, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_string_value (json_object_get (report, "problem")), ==, NULL);
  g_assert_true (json_is_true (json_object_get (report, "holds")));
  return report;
}

/* From courier to clerk */

static void
test_agrees (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) before = ds_depot_list_handovers (fixture->depot, FALSE, NULL);
  g_autofree char *words = json_dumps (before, 0);
  g_autoptr (json_t) answer = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) after = NULL;
  g_autoptr (json_t) all = NULL;
  g_autoptr (json_t) report = NULL;

  /* The clerk counts blind. */
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (before, 0), "state")), ==, "waiting");
  g_assert_null (strstr (words, "23100"));
  g_assert_null (strstr (words, "counted"));
  assert_balance (fixture, "float:0317", FLOAT_FEN);
  assert_balance (fixture, "cash:0317", CASH_FEN);

  answer = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_assert_cmpint (get_fen (answer, "counted_fen"), ==, FLOAT_FEN + CASH_FEN);
  g_assert_cmpint (get_fen (answer, "courier_fen"), ==, FLOAT_FEN + CASH_FEN);
  g_assert_cmpint (get_fen (answer, "difference_fen"), ==, 0);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN);
  assert_balance (fixture, "cash:0317", 0);
  assert_balance (fixture, "float:0317", 0);
  assert_balance (fixture, "till:float", -FLOAT_FEN);
  assert_balance (fixture, "over-short:0317", 0);
  g_assert_cmpint (find_case (fixture, "cash-short", NULL), ==, 0);

  /* The same once more, in another order, is the same. */
  again = count_well (fixture, shift, "1x1,10x1,20x1,100x2,50x0", NULL);
  g_assert_true (json_equal (answer, again));
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN);
  assert_count_fails (fixture, shift, "100x1", NULL, DS_ERROR_STATE);

  after = ds_depot_list_handovers (fixture->depot, FALSE, NULL);
  all = ds_depot_list_handovers (fixture->depot, TRUE, NULL);
  g_assert_cmpuint (json_array_size (after), ==, 0);
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (all, 0), "state")), ==, "agrees");
  report = verify (fixture);
  g_assert_cmpuint (json_array_size (json_object_get (report, "steps")), ==, 1);
  g_assert_true (json_is_true (
      json_object_get (json_array_get (json_object_get (report, "steps"), 0), "courier_signed")));
}

static void
test_not_closed (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, -1);

  assert_count_fails (fixture, shift, "100x2", NULL, DS_ERROR_STATE);
  assert_count_fails (fixture, "no-such-shift", "100x2", NULL, DS_ERROR_NOT_FOUND);
  assert_count_fails (fixture, shift, "3x1", NULL, DS_ERROR_INVALID);
  assert_count_fails (fixture, shift, "100x1,100x1", NULL, DS_ERROR_INVALID);
  assert_balance (fixture, "till:" CLERK, 0);
}

/* Where they differ, both can see in which notes. */
static void
test_denominations (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, -1);
  g_autoptr (json_t) counted = NULL;
  json_t *courier;

  depot_fixture_append (fixture, "shift.closed", "{s:s, s:i, s:[{s:i, s:i}, {s:i, s:i}]}", "shift", shift,
                        "cash_counted_fen", 25000, "denominations", "denomination_fen", 10000, "count", 2,
                        "denomination_fen", 5000, "count", 1);
  depot_fixture_push_well (fixture);
  counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  courier = json_object_get (counted, "courier_denominations");
  g_assert_cmpuint (json_array_size (courier), ==, 2);
  g_assert_cmpint (get_fen (json_array_get (courier, 1), "count"), ==, 1);
  g_assert_cmpint (get_fen (counted, "courier_fen"), ==, 25000);
  g_assert_cmpint (get_fen (counted, "difference_fen"), ==, 0);
  json_decref (verify (fixture));
}

/* A depot that has had other ways begins with what is of now. */
static void
test_before_clerks (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = NULL;
  g_autoptr (json_t) waiting = NULL;
  g_autoptr (json_t) all = NULL;

  depot_fixture_enrol (fixture);
  shift = depot_fixture_open_shift (fixture, FLOAT_FEN);
  depot_fixture_close_shift (fixture, shift, FLOAT_FEN);
  ds_manual_clock_advance_ms (fixture->clock, G_GINT64_CONSTANT (3) * 24 * 3600 * 1000);
  add_clerk (fixture, CLERK);
  waiting = ds_depot_list_handovers (fixture->depot, FALSE, NULL);
  all = ds_depot_list_handovers (fixture->depot, TRUE, NULL);
  g_assert_cmpuint (json_array_size (waiting), ==, 0);
  g_assert_cmpuint (json_array_size (all), ==, 1);
}

static void
test_recounted (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) second = NULL;
  g_autoptr (json_t) third = NULL;
  g_autoptr (json_t) report = NULL;
  gint64 amount_fen = 0;

  assert_count_fails (fixture, shift, "100x2", "a second look at nothing", DS_ERROR_STATE);
  first = count_well (fixture, shift, "100x2,20x1,10x1", NULL);
  g_assert_cmpint (get_fen (first, "difference_fen"), ==, -100);
  assert_balance (fixture, "over-short:0317", 100);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN - 100);
  g_assert_cmpint (find_case (fixture, "cash-short", &amount_fen), >, 0);
  g_assert_cmpint (amount_fen, ==, 100);

  /* From too little to too much, and to what is right. */
  second = count_well (fixture, shift, "100x2,20x1,10x1,5x1", "a note had stuck to another");
  assert_balance (fixture, "over-short:0317", -400);
  g_assert_cmpint (find_case (fixture, "cash-short", NULL), ==, 0);
  g_assert_cmpint (find_case (fixture, "cash-over", NULL), >, 0);
  third = count_well (fixture, shift, "100x2,20x1,10x1,1x1", "it was one yuan, not five");
  assert_balance (fixture, "over-short:0317", 0);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN);
  assert_balance (fixture, "cash:0317", 0);
  g_assert_cmpint (find_case (fixture, "cash-over", NULL), ==, 0);
  report = verify (fixture);
  g_assert_cmpuint (json_array_size (json_object_get (report, "steps")), ==, 3);
}

static void
test_charged (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autofree char *id = depot_fixture_make_id (fixture);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) part = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) more = NULL;
  g_autoptr (json_t) rest = NULL;
  g_autoptr (json_t) nothing
      = ds_depot_resolve (fixture->depot, find_case (fixture, "cash-short", NULL), "done", "seen", &error);

  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  resolve (fixture, "cash-short", "charge");
  assert_balance (fixture, "receivable:0317", 100);
  assert_balance (fixture, "over-short:0317", 0);
  assert_count_fails (fixture, shift, "100x2,20x1,10x1,1x1", "found", DS_ERROR_STATE);

  part = ds_depot_make_good (fixture->depot, id, shift, CLERK, 60, "brought the next day", &error);
  g_assert_no_error (error);
  again = ds_depot_make_good (fixture->depot, id, shift, CLERK, 60, "brought the next day", &error);
  g_assert_no_error (error);
  g_assert_true (json_equal (part, again));
  assert_balance (fixture, "receivable:0317", 40);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN - 40);
  more = ds_depot_make_good (fixture->depot, NULL, shift, CLERK, 60, "once more", &error);
  g_assert_null (more);
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  rest = ds_depot_make_good (fixture->depot, NULL, shift, CLERK, 40, "the rest", &error);
  g_assert_no_error (error);
  assert_balance (fixture, "receivable:0317", 0);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN);
  assert_books (fixture);
  json_decref (verify (fixture));
}

static void
test_over (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,5x1", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) given = NULL;

  /* One yuan of the four was the courier's own; of the rest nobody knows. */
  given = ds_depot_make_good (fixture->depot, NULL, shift, CLERK, 100, "own change", &error);
  g_assert_no_error (error);
  assert_balance (fixture, "over-short:0317", -300);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN + CASH_FEN + 300);
  resolve (fixture, "cash-over", "keep");
  assert_balance (fixture, "result:cash", -300);
  assert_balance (fixture, "over-short:0317", 0);
  json_decref (verify (fixture));
}

/* A handheld died; a clerk closed its shift with what was handed in: nobody signed for the courier. */
static void
test_dead_handheld (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) counted = NULL;
  g_autoptr (json_t) report = NULL;
  json_t *step;

  g_assert_true (ds_depot_close_shift (fixture->depot, shift, FLOAT_FEN + CASH_FEN, &error));
  g_assert_no_error (error);
  counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_assert_true (json_is_null (json_object_get (counted, "courier_fen")));
  report = verify (fixture);
  step = json_array_get (json_object_get (report, "steps"), 0);
  g_assert_true (json_is_true (json_object_get (step, "holds")));
  g_assert_false (json_is_true (json_object_get (step, "courier_signed")));
}

/* An entry comes after the cash was handed over: the books do not keep silent about it. */
static void
test_late_entry (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_autoptr (json_t) brought = NULL;
  g_autoptr (json_t) waiting = NULL;
  gint64 amount_fen = 0;

  depot_fixture_take_cash (fixture, shift, 250);
  assert_balance (fixture, "cash:0317", 250);
  g_assert_cmpint (find_case (fixture, "cash-late", &amount_fen), >, 0);
  g_assert_cmpint (amount_fen, ==, 250);
  waiting = ds_depot_list_handovers (fixture->depot, FALSE, NULL);
  g_assert_cmpuint (json_array_size (waiting), ==, 1);
  g_assert_cmpint (get_fen (json_array_get (waiting, 0), "case"), >, 0);
  resolve (fixture, "cash-late", "charge");
  assert_balance (fixture, "cash:0317", 0);
  assert_balance (fixture, "receivable:0317", 250);

  /* What was decided is not a case again; what comes on top of it is. */
  depot_fixture_take_cash (fixture, shift, 60);
  find_case (fixture, "cash-late", &amount_fen);
  g_assert_cmpint (amount_fen, ==, 60);
  resolve (fixture, "cash-late", "write-off");
  assert_balance (fixture, "cash:0317", 0);
  assert_balance (fixture, "result:cash", 60);
  assert_count_fails (fixture, shift, "100x2", "again", DS_ERROR_STATE);

  /* What was charged can be brought. */
  brought = ds_depot_make_good (fixture->depot, NULL, shift, CLERK, 250, "brought", NULL);
  g_assert_nonnull (brought);
  assert_balance (fixture, "receivable:0317", 0);
  assert_books (fixture);
  json_decref (verify (fixture));
}

/* To the bank */

static json_t *
send_bag (DepotFixture *fixture, const char *bag, gint64 amount_fen, GError **error)
{
  json_t *answer = ds_depot_deposit (fixture->depot, CLERK, bag, amount_fen, error);

  assert_books (fixture);
  return answer;
}

static void
test_deposit (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) sent = NULL;
  g_autoptr (json_t) again = NULL;
  g_autoptr (json_t) confirmed = NULL;
  g_autoptr (json_t) repeated = NULL;
  g_autoptr (json_t) list = NULL;

  g_assert_null (send_bag (fixture, "A-1", FLOAT_FEN + CASH_FEN + 1, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (send_bag (fixture, "A 1", 100, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  sent = send_bag (fixture, "A-1", CASH_FEN, &error);
  g_assert_no_error (error);
  again = send_bag (fixture, "A-1", CASH_FEN, &error);
  g_assert_no_error (error);
  g_assert_true (json_equal (sent, again));
  g_assert_null (send_bag (fixture, "A-1", CASH_FEN - 1, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  assert_balance (fixture, "till:" CLERK, FLOAT_FEN);
  assert_balance (fixture, "transit:bank", CASH_FEN);

  /* The bank finds a false note. */
  confirmed = ds_depot_confirm_deposit (fixture->depot, CLERK, "A-1", CASH_FEN - 1000, "B2026-77", &error);
  g_assert_no_error (error);
  repeated = ds_depot_confirm_deposit (fixture->depot, CLERK, "A-1", CASH_FEN - 1000, "B2026-77", &error);
  g_assert_true (json_equal (confirmed, repeated));
  g_assert_null (ds_depot_confirm_deposit (fixture->depot, CLERK, "A-1", CASH_FEN, "B2026-78", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (ds_depot_confirm_deposit (fixture->depot, CLERK, "A-2", CASH_FEN, "B2026-78", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  assert_balance (fixture, "transit:bank", 0);
  assert_balance (fixture, "bank", CASH_FEN - 1000);
  assert_balance (fixture, "over-short:bank", 1000);
  resolve (fixture, "deposit-short", "write-off");
  assert_balance (fixture, "over-short:bank", 0);
  assert_balance (fixture, "result:cash", 1000);
  list = ds_depot_list_deposits (fixture->depot, 0, -1, NULL);
  g_assert_cmpint (get_fen (json_object_get (json_array_get (list, 0), "confirmation"), "difference_fen"), ==,
                   -1000);
  json_decref (verify (fixture));
}

/* What is not in the till goes out of it neither to a courier, nor by counting again. */
static void
test_empty_till (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,1x5", NULL);
  g_autoptr (json_t) sent = NULL;
  g_autoptr (json_t) moved = NULL;
  g_autoptr (json_t) given = NULL;
  g_autoptr (GError) error = NULL;

  resolve (fixture, "cash-over", "credit");
  assert_balance (fixture, "receivable:0317", -400);
  sent = send_bag (fixture, "A-1", FLOAT_FEN + CASH_FEN + 100, &error);
  g_assert_no_error (error);
  assert_balance (fixture, "till:" CLERK, 300);

  g_assert_null (ds_depot_make_good (fixture->depot, NULL, shift, CLERK, 400, "his change", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "holds 3.00 yuan"));
  g_clear_error (&error);
  g_assert_null (ds_depot_transfer_till (fixture->depot, NULL, CLERK, "float", 301, "change", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_clear_error (&error);
  assert_balance (fixture, "till:" CLERK, 300);
  assert_balance (fixture, "receivable:0317", -400);

  given = ds_depot_make_good (fixture->depot, NULL, shift, CLERK, 300, "his change", &error);
  g_assert_no_error (error);
  assert_balance (fixture, "till:" CLERK, 0);
  assert_balance (fixture, "receivable:0317", -100);
  json_decref (verify (fixture));
}

static void
test_recounted_empty_till (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_autoptr (json_t) sent = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  sent = send_bag (fixture, "A-1", FLOAT_FEN + CASH_FEN, &error);
  g_assert_no_error (error);
  /* A note less than went to the bank. */
  g_assert_null (count (fixture, shift, "100x2,20x1,10x1", "counted again", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "till"));
  assert_balance (fixture, "till:" CLERK, 0);
  answer = count_well (fixture, shift, "100x2,20x1,10x1,1x2", "counted again");
  assert_balance (fixture, "till:" CLERK, 100);
  json_decref (verify (fixture));
}

/* Clerks */

static void
test_revoked (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) revoked = NULL;
  g_autoptr (json_t) taken = NULL;
  g_autoptr (json_t) put_back = NULL;
  g_autoptr (json_t) clerks = NULL;
  g_autofree char *words = NULL;

  g_assert_null (ds_depot_add_clerk (fixture->depot, CLERK, "another", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);
  revoked = ds_depot_revoke_clerk (fixture->depot, CLERK, "left the company", &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_fen (revoked, "till_fen"), ==, FLOAT_FEN + CASH_FEN);
  ds_manual_clock_advance_ms (fixture->clock, 1000);
  g_assert_null (send_bag (fixture, "A-1", 100, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* Somebody takes over what is in the till, and the floats go back into their box. */
  add_clerk (fixture, "08");
  taken = ds_depot_transfer_till (fixture->depot, NULL, CLERK, "08", FLOAT_FEN + CASH_FEN, "taken over",
                                  &error);
  g_assert_no_error (error);
  put_back = ds_depot_transfer_till (fixture->depot, NULL, "08", "float", FLOAT_FEN, "tomorrow", &error);
  g_assert_no_error (error);
  g_assert_null (ds_depot_transfer_till (fixture->depot, NULL, "08", "float", FLOAT_FEN, "too much", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  assert_balance (fixture, "till:" CLERK, 0);
  assert_balance (fixture, "till:08", CASH_FEN);
  assert_balance (fixture, "till:float", 0);
  assert_books (fixture);

  /* The same clerk comes back with a new key; what the old one signed holds, and no key leaves the depot. */
  add_clerk (fixture, CLERK);
  depot_fixture_restart (fixture);
  json_decref (verify (fixture));
  clerks = ds_depot_list_clerks (fixture->depot, NULL);
  words = json_dumps (clerks, 0);
  g_assert_cmpuint (json_array_size (clerks), ==, 3);
  g_assert_null (strstr (words, "PRIVATE"));
}

/* The chain */

/* Returns: (transfer full): the file with its lines in another way. @from: NUL-terminated lines. */
static GBytes *
join (char **lines)
{
  char *text = g_strjoinv ("\n", lines);

  return g_bytes_new_take (text, strlen (text));
}

static void
assert_falls (DepotFixture *fixture, char **lines)
{
  g_autoptr (GBytes) file = join (lines);
  g_autoptr (json_t) report = ds_custody_chain_verify (file, ds_depot_get_key (fixture->depot), NULL);

  g_assert_false (report != NULL && json_is_true (json_object_get (report, "holds")));
}

static void
test_chain (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2,20x1,10x1,1x1", NULL);
  g_autoptr (json_t) sent = send_bag (fixture, "A-1", CASH_FEN, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = ds_depot_load_custody (fixture->depot, &error);
  g_autofree char *text = g_strndup (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_autoptr (DsKey) stranger = ds_key_generate (NULL);
  g_autoptr (json_t) report = verify (fixture);

  /* The certificate, the courier's count, the clerk's, the deposit. */
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_null (ds_custody_chain_verify (file, stranger, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) without = g_strdupv (lines);
      g_auto (GStrv) flipped = g_strdupv (lines);
      char *middle = flipped[i] + strlen (flipped[i]) / 2;

      *middle = *middle == 'A' ? 'B' : 'A';
      assert_falls (fixture, flipped);
      g_free (without[i]);
      memmove (without + i, without + i + 1, (4 - i) * sizeof *without);
      assert_falls (fixture, without);
    }
}

/* A step that a clerk signed stays as it is, in the database too. */
static void
test_append_only (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *shift = work_shift (fixture, FLOAT_FEN + CASH_FEN);
  g_autoptr (json_t) counted = count_well (fixture, shift, "100x2", NULL);

  g_assert_false (ds_db_exec (fixture->depot->db, "UPDATE custody SET line = ''", NULL));
  g_assert_false (ds_db_exec (fixture->depot->db, "DELETE FROM custody", NULL));
  json_decref (verify (fixture));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  depot_test_add ("/custody/agrees", test_agrees);
  depot_test_add ("/custody/not-closed", test_not_closed);
  depot_test_add ("/custody/denominations", test_denominations);
  depot_test_add ("/custody/before-clerks", test_before_clerks);
  depot_test_add ("/custody/recounted", test_recounted);
  depot_test_add ("/custody/charged", test_charged);
  depot_test_add ("/custody/over", test_over);
  depot_test_add ("/custody/dead-handheld", test_dead_handheld);
  depot_test_add ("/custody/late-entry", test_late_entry);
  depot_test_add ("/custody/deposit", test_deposit);
  depot_test_add ("/custody/empty-till", test_empty_till);
  depot_test_add ("/custody/recounted-empty-till", test_recounted_empty_till);
  depot_test_add ("/custody/revoked", test_revoked);
  depot_test_add ("/custody/chain", test_chain);
  depot_test_add ("/custody/append-only", test_append_only);

  return g_test_run ();
}
