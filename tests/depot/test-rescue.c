/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handhelds that cannot speak for themselves: their cards, copies of them, and entries that were refused. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

#define FLOAT_FEN 20000
#define CASH_FEN 700

typedef struct
{
  DepotFixture base;
  char *shift;
} Fixture;

static void
open_shift (Fixture *fixture)
{
  g_free (fixture->shift);
  fixture->shift = depot_fixture_make_id (&fixture->base);
  depot_fixture_append (&fixture->base, "shift.opened", "{s:s, s:s, s:s, s:i}", "shift", fixture->shift,
                        "courier", "0317", "accounting_date", "2026-11-22", "float_fen", FLOAT_FEN);
}

static void
take_cash (Fixture *fixture)
{
  g_autofree char *id = depot_fixture_make_id (&fixture->base);

  depot_fixture_append (&fixture->base, "payment.cash", "{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}", "payment",
                        id, "shift", fixture->shift, "stop", "D2", "parcels", "W2", "amount_fen", CASH_FEN,
                        "tendered_fen", CASH_FEN, "change_fen", 0);
}

/* A shift whose opening was sent; two payments in cash that were not. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *refused = NULL;

  depot_fixture_set_up (&fixture->base, data);
  depot_fixture_enrol (&fixture->base);
  open_shift (fixture);
  refused = depot_fixture_push (&fixture->base);
  g_assert_cmpstr (refused, ==, NULL);
  take_cash (fixture);
  take_cash (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  depot_fixture_tear_down (&fixture->base, data);
  g_free (fixture->shift);
}

static json_t *
rescue (Fixture *fixture, GBytes *file)
{
  g_autoptr (GError) error = NULL;
  json_t *report = ds_depot_rescue (fixture->base.depot, file, &error);

  g_assert_no_error (error);
  depot_fixture_settle (&fixture->base);
  return report;
}

static void
assert_report (json_t *report, gint64 first, gint64 last, gint64 n_new, gboolean complete)
{
  g_assert_cmpint (json_integer_value (json_object_get (report, "first_seq")), ==, first);
  g_assert_cmpint (json_integer_value (json_object_get (report, "last_seq")), ==, last);
  g_assert_cmpint (json_integer_value (json_object_get (report, "new")), ==, n_new);
  g_assert_cmpint (json_is_true (json_object_get (report, "complete")), ==, complete);
}

static gint64
get_cash (Fixture *fixture)
{
  return depot_fixture_get_balance (&fixture->base, "cash:0317");
}

/* Twice, then the handheld itself comes back with one entry more: each counts once. */
static void
test_card (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) file = depot_fixture_seal (&fixture->base, 0, 3, TRUE);
  g_autoptr (json_t) first = rescue (fixture, file);
  g_autoptr (json_t) second = NULL;
  g_auto (Reply) reply = { 0 };
  gint64 cash_fen = get_cash (fixture);

  assert_report (first, 1, 3, 2, TRUE);
  g_assert_cmpstr (json_string_value (json_array_get (json_object_get (first, "open_shifts"), 0)), ==,
                   fixture->shift);
  g_assert_cmpint (cash_fen, ==, 2 * CASH_FEN);

  second = rescue (fixture, file);
  assert_report (second, 1, 3, 0, TRUE);
  g_assert_cmpint (get_cash (fixture), ==, cash_fen);

  take_cash (fixture);
  depot_fixture_push_from (&fixture->base, 1, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  depot_fixture_settle (&fixture->base);
  g_assert_cmpint (get_cash (fixture), ==, 3 * CASH_FEN);
}

/* The card was pulled out at any moment: what is whole of it is taken. */
static void
test_cut_card (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) file = depot_fixture_seal (&fixture->base, 1, 2, TRUE);
  gint64 n_new = 0;

  for (gsize n = 1; n <= g_bytes_get_size (file); n += 13)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (file, 0, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) report = ds_depot_rescue (fixture->base.depot, part, &error);

      if (report == NULL)
        {
          g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
          continue;
        }
      g_assert_false (json_is_true (json_object_get (report, "complete")) && n < g_bytes_get_size (file));
      n_new += json_integer_value (json_object_get (report, "new"));
    }
  depot_fixture_settle (&fixture->base);
  g_assert_cmpint (n_new, ==, 2);
  g_assert_cmpint (get_cash (fixture), ==, 2 * CASH_FEN);
}

/* A later file of the card alone: it says which entries come first, and takes nothing. */
static void
test_gap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) late = depot_fixture_seal (&fixture->base, 2, 1, FALSE);
  g_autoptr (GBytes) early = depot_fixture_seal (&fixture->base, 1, 1, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) second = NULL;

  g_assert_null (ds_depot_rescue (fixture->base.depot, late, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "earlier files"));
  first = rescue (fixture, early);
  assert_report (first, 2, 2, 1, FALSE);
  second = rescue (fixture, late);
  assert_report (second, 3, 3, 1, FALSE);
}

/* Lines that the handheld did not sign come to nothing, also from a good envelope. */
static void
test_unsigned (Fixture *fixture, gconstpointer data)
{
  DsKey *own = fixture->base.key;
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL;

  fixture->base.key = other;
  take_cash (fixture);
  fixture->base.key = own;
  file = depot_fixture_seal (&fixture->base, 3, 1, TRUE);
  {
    g_autoptr (GBytes) good = depot_fixture_seal (&fixture->base, 1, 2, TRUE);
    g_autoptr (json_t) report = rescue (fixture, good);

    assert_report (report, 2, 3, 2, TRUE);
  }
  g_assert_null (ds_depot_rescue (fixture->base.depot, file, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_cmpint (get_cash (fixture), ==, 2 * CASH_FEN);
}

/* Another handheld brings it; nobody without a token may. */
static void
test_brought_by_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) file = depot_fixture_seal (&fixture->base, 1, 2, TRUE);
  gsize n;
  const void *bytes = g_bytes_get_data (file, &n);
  g_auto (Reply) reply = { 0 };
  g_autoptr (json_t) report = NULL;

  depot_fixture_send (&fixture->base, "POST", "/v1/rescues", NULL, bytes, (gssize)n, &reply);
  reply_assert_trouble (&reply, 401, "unauthorised");
  depot_fixture_switch_handheld (&fixture->base, "0318");
  depot_fixture_send (&fixture->base, "POST", "/v1/rescues", fixture->base.token, bytes, (gssize)n, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  report = reply_get_object (&reply);
  assert_report (report, 2, 3, 2, TRUE);
  depot_fixture_send (&fixture->base, "POST", "/v1/rescues", fixture->base.token, "DSRESCUE…", -1, &reply);
  reply_assert_trouble (&reply, 400, "invalid");
}

/* The dead handheld's shift is closed by the clerk; the statement counts what came from the card. */
static void
test_close_shift (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) file = depot_fixture_seal (&fixture->base, 1, 2, TRUE);
  g_autoptr (json_t) report = rescue (fixture, file);
  g_autoptr (json_t) item = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) statement = NULL;
  g_autoptr (GError) error = NULL;

  ds_depot_close_shift (fixture->base.depot, fixture->shift, FLOAT_FEN + 2 * CASH_FEN, &error);
  g_assert_no_error (error);
  depot_fixture_settle (&fixture->base);
  item = depot_fixture_find_item (&fixture->base, "statement", fixture->shift);
  g_assert_nonnull (item);
  g_assert_true (ds_jws_verify (ds_depot_get_key (fixture->base.depot),
                                json_string_value (json_object_get (item, "jws")), -1, NULL, &payload, NULL));
  statement
      = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), 1000000, NULL);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpuint (json_array_size (json_object_get (statement, "lines")), ==, 2);

  g_assert_false (ds_depot_close_shift (fixture->base.depot, fixture->shift, 0, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

static json_t *
find_incident (Fixture *fixture, const char *kind)
{
  g_autoptr (json_t) books = ds_depot_books_to_json (fixture->base.depot, NULL);
  json_t *incident;
  gsize i;

  json_array_foreach (json_object_get (books, "incidents"), i, incident)
  {
    if (g_strcmp0 (json_string_value (json_object_get (incident, "kind")), kind) == 0)
      return json_incref (incident);
  }
  return NULL;
}

static guint
count_lines (Fixture *fixture, gboolean forked)
{
  g_autoptr (GBytes) lines = ds_depot_load_journal (fixture->base.depot, fixture->base.device, forked, NULL);
  gsize n;
  const char *text = g_bytes_get_data (lines, &n);
  guint count = 0;

  for (gsize i = 0; i < n; i++)
    count += text[i] == '\n';
  return count;
}

/* Two handhelds with one identity: the first goes on with the journal, the second's lines are kept apart to the last,
 * both are told, and the clerk has a case. */
static void
test_fork (Fixture *fixture, gconstpointer data)
{
  DepotFixture *base = &fixture->base;
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (json_t) item = NULL;
  g_autoptr (json_t) incident = NULL;
  g_autoptr (json_t) problem = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autofree char *body = NULL;
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (base, 1, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  take_cash (fixture);
  for (guint i = 0; i < base->lines->len; i++)
    g_ptr_array_add (first, g_strdup (g_ptr_array_index (base->lines, i)));

  /* The second was copied after the first entry. */
  depot_fixture_go_back (base, 1);
  take_cash (fixture);
  take_cash (fixture);
  take_cash (fixture);
  take_cash (fixture);
  depot_fixture_push_from (base, 1, &reply);
  reply_assert_trouble (&reply, 409, "fork");
  problem = reply_get_object (&reply);
  g_assert_cmpint (json_integer_value (json_object_get (problem, "forks_at")), ==, 2);
  g_assert_cmpint (json_integer_value (json_object_get (problem, "kept")), ==, 5);
  /* More of the same, also beyond what the first has: kept, and once. */
  take_cash (fixture);
  depot_fixture_push_from (base, 5, &reply);
  reply_assert_trouble (&reply, 409, "fork");
  depot_fixture_push_from (base, 1, &reply);
  reply_assert_trouble (&reply, 409, "fork");
  depot_fixture_settle (base);
  g_assert_cmpuint (count_lines (fixture, TRUE), ==, 5);
  g_assert_cmpuint (count_lines (fixture, FALSE), ==, 3);
  g_assert_cmpint (get_cash (fixture), ==, 2 * CASH_FEN);

  item = depot_fixture_find_item (base, "fork", base->device);
  g_assert_cmpint (json_integer_value (json_object_get (item, "forks_at")), ==, 2);
  incident = find_incident (fixture, "fork");
  g_assert_nonnull (incident);

  /* What the first collected before it knew counts, and its answer says so. */
  body = g_strconcat (g_ptr_array_index (first, 3), "\n", NULL);
  depot_fixture_send (base, "POST", "/v1/journal", base->token, body, -1, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  answer = reply_get_object (&reply);
  g_assert_cmpint (json_integer_value (json_object_get (answer, "forks_at")), ==, 2);
  depot_fixture_settle (base);
  g_assert_cmpint (get_cash (fixture), ==, 3 * CASH_FEN);
}

/* Lines that stand apart are believed in nothing; but the operators know of the money, and where nobody told the depot of
 * it, or not since it was restored, these lines are how it hears of it. One operator has the code's order, still open,
 * another has redeemed the voucher. */
static void
test_fork_money (Fixture *fixture, gconstpointer data)
{
  DepotFixture *base = &fixture->base;
  g_autofree char *id = depot_fixture_make_id (base);
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (base, 1, &reply);
  depot_fixture_go_back (base, 1);
  depot_fixture_append (base, "payment.requested", "{s:s, s:s, s:s, s:[s], s:i}", "payment", id, "shift",
                        fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen", 900);
  test_operator_set_state (base->operator_a, id, DS_ORDER_OPEN);
  test_operator_pay (base->operator_b, id, 900);
  depot_fixture_push_from (base, 1, &reply);
  reply_assert_trouble (&reply, 409, "fork");
  depot_fixture_settle (base);
  g_assert_cmpint (depot_fixture_get_balance (base, "clearing:007"), ==, 900);
  g_assert_cmpint (depot_fixture_get_balance (base, "suspense"), ==, -900);
  g_assert_cmpint (get_cash (fixture), ==, 2 * CASH_FEN);
}

/* Nobody had paid when the lines came, and the notification got lost: it is found all the same. */
static void
test_fork_late_money (Fixture *fixture, gconstpointer data)
{
  DepotFixture *base = &fixture->base;
  g_autofree char *id = depot_fixture_make_id (base);
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (base, 1, &reply);
  depot_fixture_go_back (base, 1);
  depot_fixture_append (base, "payment.requested", "{s:s, s:s, s:s, s:[s], s:i}", "payment", id, "shift",
                        fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen", 900);
  test_operator_set_state (base->operator_a, id, DS_ORDER_OPEN);
  depot_fixture_push_from (base, 1, &reply);
  reply_assert_trouble (&reply, 409, "fork");
  depot_fixture_settle (base);
  g_assert_cmpint (depot_fixture_get_balance (base, "suspense"), ==, 0);

  test_operator_pay (base->operator_a, id, 900);
  depot_fixture_settle (base);
  g_assert_cmpint (depot_fixture_get_balance (base, "suspense"), ==, 0);
  ds_manual_clock_advance_ms (base->clock, 30 * 60000);
  ds_depot_wake (base->depot);
  depot_fixture_settle (base);
  g_assert_cmpint (depot_fixture_get_balance (base, "suspense"), ==, -900);
}

/* Lines of another journal that the key did not sign are no evidence of anything. */
static void
test_forged_fork (Fixture *fixture, gconstpointer data)
{
  DsKey *own = fixture->base.key;
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (&fixture->base, 1, &reply);
  depot_fixture_go_back (&fixture->base, 1);
  fixture->base.key = other;
  take_cash (fixture);
  fixture->base.key = own;
  depot_fixture_push_from (&fixture->base, 1, &reply);
  reply_assert_trouble (&reply, 400, "invalid");
  g_assert_null (find_incident (fixture, "fork"));
  g_assert_cmpuint (count_lines (fixture, TRUE), ==, 0);
}

/* A payment of a shift that the depot does not know, as an outcome for a parcel that is not there. */
static char *
refuse_outcome (Fixture *fixture)
{
  g_autofree char *refused = NULL;
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (&fixture->base, 1, &reply);
  depot_fixture_append (&fixture->base, "parcel.outcome", "{s:s, s:[s], s:s}", "stop", "D9", "parcels", "W9",
                        "outcome", "delivered");
  refused = depot_fixture_push (&fixture->base);
  g_assert_nonnull (refused);
  return depot_fixture_get_entry_id (&fixture->base, fixture->base.lines->len - 1);
}

static void
answer (Fixture *fixture, const char *type, const char *entry, gboolean taken)
{
  g_autofree char *refused = NULL;

  depot_fixture_append (&fixture->base, type, "{s:s}", "entry", entry);
  refused = depot_fixture_push (&fixture->base);
  g_assert_cmpint (refused == NULL, ==, taken);
}

/* Tried again in vain it is refused again; handed to the clerk, whose answer goes to the courier, it is a case no
 * more. */
static void
test_retry (Fixture *fixture, gconstpointer data)
{
  g_autofree char *entry = refuse_outcome (fixture);
  g_autoptr (json_t) item = NULL;
  g_autoptr (GError) error = NULL;

  answer (fixture, "entry.retried", entry, FALSE);
  answer (fixture, "entry.retried", "nonsense", FALSE);
  g_assert_false (ds_depot_resolve_entry (fixture->base.depot, "nonsense", "x", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_clear_error (&error);

  answer (fixture, "entry.escalated", entry, TRUE);
  ds_depot_resolve_entry (fixture->base.depot, entry, "Delivered, entered by hand", &error);
  g_assert_no_error (error);
  item = depot_fixture_find_item (&fixture->base, "entry", entry);
  g_assert_cmpstr (json_string_value (json_object_get (item, "text")), ==, "Delivered, entered by hand");
  /* A retry that crossed the clerk's answer does no harm. */
  answer (fixture, "entry.retried", entry, TRUE);
  g_assert_false (ds_depot_resolve_entry (fixture->base.depot, entry, "again", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

/* What was too early is in time when it is tried again. */
static void
test_retry_works (Fixture *fixture, gconstpointer data)
{
  g_autofree char *payment = depot_fixture_make_id (&fixture->base);
  g_autofree char *refused = NULL;
  g_autofree char *taken = NULL;
  g_autofree char *entry = NULL;
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (&fixture->base, 1, &reply);
  depot_fixture_append (&fixture->base, "payment.superseded", "{s:s}", "payment", payment);
  refused = depot_fixture_push (&fixture->base);
  g_assert_nonnull (refused);
  entry = depot_fixture_get_entry_id (&fixture->base, fixture->base.lines->len - 1);
  depot_fixture_append (&fixture->base, "payment.requested", "{s:s, s:s, s:s, s:[s], s:i}", "payment",
                        payment, "shift", fixture->shift, "stop", "D1", "parcels", "W1", "amount_fen", 500);
  taken = depot_fixture_push (&fixture->base);
  g_assert_cmpstr (taken, ==, NULL);
  answer (fixture, "entry.retried", entry, TRUE);
  depot_fixture_push_from (&fixture->base, 1, &reply);
  {
    g_autoptr (json_t) object = reply_get_object (&reply);

    g_assert_cmpuint (json_array_size (json_object_get (object, "refused")), ==, 0);
  }
}

/* Cash for a payment that the depot knows with another amount, put right. */
static void
test_correction (Fixture *fixture, gconstpointer data)
{
  g_autofree char *payment = depot_fixture_make_id (&fixture->base);
  g_autofree char *entry = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *refused_again = NULL;
  g_autoptr (json_t) cases = NULL;
  g_autoptr (json_t) left = NULL;
  g_auto (Reply) reply = { 0 };

  depot_fixture_push_from (&fixture->base, 1, &reply);
  depot_fixture_append (&fixture->base, "payment.cash", "{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}", "payment",
                        payment, "shift", fixture->shift, "stop", "D2", "parcels", "W2", "amount_fen", 900,
                        "tendered_fen", 800, "change_fen", 0);
  refused = depot_fixture_push (&fixture->base);
  g_assert_nonnull (refused);
  cases = ds_depot_list_cases (fixture->base.depot, FALSE, NULL);
  g_assert_cmpuint (json_array_size (cases), ==, 1);
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (cases, 0), "courier")), ==, "0317");
  entry = depot_fixture_get_entry_id (&fixture->base, fixture->base.lines->len - 1);
  depot_fixture_append (&fixture->base, "entry.corrected", "{s:s, s:{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}}",
                        "entry", entry, "data", "payment", payment, "shift", fixture->shift, "stop", "D2",
                        "parcels", "W2", "amount_fen", 800, "tendered_fen", 800, "change_fen", 0);
  refused_again = depot_fixture_push (&fixture->base);
  g_assert_cmpstr (refused_again, ==, NULL);
  g_assert_cmpint (get_cash (fixture), ==, 2 * CASH_FEN + 800);
  /* Corrected it is no case any more, for the clerk either: a push of the old lines names it no longer. */
  left = ds_depot_list_cases (fixture->base.depot, FALSE, NULL);
  g_assert_cmpuint (json_array_size (left), ==, 0);
  depot_fixture_push_from (&fixture->base, 1, &reply);
  {
    g_autoptr (json_t) object = reply_get_object (&reply);

    g_assert_cmpuint (json_array_size (json_object_get (object, "refused")), ==, 0);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, test) g_test_add ("/depot/rescue/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("card", test_card);
  ADD ("cut-card", test_cut_card);
  ADD ("gap", test_gap);
  ADD ("unsigned", test_unsigned);
  ADD ("brought-by-another", test_brought_by_another);
  ADD ("close-shift", test_close_shift);
  ADD ("fork", test_fork);
  ADD ("fork-money", test_fork_money);
  ADD ("fork-late-money", test_fork_late_money);
  ADD ("forged-fork", test_forged_fork);
  ADD ("retry", test_retry);
  ADD ("retry-works", test_retry_works);
  ADD ("correction", test_correction);
#undef ADD
  return g_test_run ();
}
