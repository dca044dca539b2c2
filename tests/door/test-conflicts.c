/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot changes a stop while the courier is away: each change before a code was shown, while one is shown, and
 * after money was taken. What the journal established stays, nothing is lost sight of, and all of it is told. */
#include "config.h"

#include "door-fixture.h"

#define DUE_FEN 10000
#define LOWER_FEN 6000
#define HIGHER_FEN 15000

typedef enum
{
  CANCELLED,
  REASSIGNED,
  LOWERED,
  RAISED,
  PAID_ELSEWHERE,
  N_CONFLICTS
} Conflict;

static const struct
{
  const char *change;  /* as the digest has it */
  gint64 due_fen;      /* afterwards */
  const char *problem; /* when money was taken before, or it is paid by the old code; NULL for none */
} expected[N_CONFLICTS] = {
  [CANCELLED] = { "removed", 0, "cancelled" },
  [REASSIGNED] = { "removed", 0, "reassigned" },
  [LOWERED] = { "repriced", LOWER_FEN, "repriced" },
  [RAISED] = { "repriced", HIGHER_FEN, "underpaid" },
  [PAID_ELSEWHERE] = { "paid-elsewhere", 0, "paid-elsewhere" },
};

static void
feed_stop (Fixture *fixture, gint64 due_fen, gboolean prepaid, const char *address)
{
  fixture_feed (fixture, "stop",
                json_pack ("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:[{s:s, s:I, s:b}],"
                           " s:n, s:n}",
                           "stop", "S9", "version", (json_int_t)fixture->cursor + 1, "position",
                           (json_int_t)9, "recipient", "李小华", "phone", "17012340126", "address", address,
                           "place", "西湖", "note", "lat_e6", (json_int_t)0, "lng_e6", (json_int_t)0,
                           "window_from_ms", (json_int_t)0, "window_to_ms", (json_int_t)0, "parcels",
                           "waybill", "P9", "due_fen", (json_int_t)due_fen, "prepaid", prepaid, "prefetched",
                           "spoken_secret"));
  fixture_settle (fixture);
}

static void
feed_conflict (Fixture *fixture, Conflict conflict)
{
  if (conflict == CANCELLED || conflict == REASSIGNED)
    {
      fixture_feed (fixture, "stop.removed",
                    json_pack ("{s:s, s:s, s:s}", "stop", "S9", "reason", expected[conflict].problem, "text",
                               "the shop closed"));
      fixture_settle (fixture);
    }
  else
    feed_stop (fixture, conflict == PAID_ELSEWHERE ? DUE_FEN : expected[conflict].due_fen,
               conflict == PAID_ELSEWHERE, "文三路 9 号");
}

static Fixture *
make_fixture (void)
{
  Fixture *fixture = fixture_new ();

  feed_stop (fixture, DUE_FEN, FALSE, "文三路 9 号");
  return fixture;
}

static GPtrArray *
load_changes (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *changes;

  ds_store_load_changes_async (fixture->store, NULL, fixture_keep_result, &result);
  changes = ds_store_load_changes_finish (fixture->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return changes;
}

static void
mark_read (Fixture *fixture, gint64 up_to)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_mark_changes_read_async (fixture->store, up_to, NULL, fixture_keep_result, &result);
  g_assert_true (ds_store_mark_changes_read_finish (fixture->store, fixture_wait (&result), &error));
  g_assert_no_error (error);
}

static void
assert_told (Fixture *fixture, Conflict conflict)
{
  g_autoptr (GPtrArray) changes = load_changes (fixture);
  const DsChange *change = g_ptr_array_index (changes, 0);

  g_assert_cmpstr (change->kind, ==, expected[conflict].change);
  g_assert_cmpstr (change->stop_id, ==, "S9");
  g_assert_cmpint (change->before_fen, ==, DUE_FEN);
  g_assert_cmpint (change->after_fen, ==, expected[conflict].due_fen);
  g_assert_false (change->read);
}

static guint
count_problems (Fixture *fixture)
{
  static const char *const kinds[]
      = { "cancelled", "reassigned", "repriced", "paid-elsewhere", "underpaid", "refund" };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    n += fixture_count_problems (fixture, kinds[i]);
  return n;
}

static gint64
get_open_fen (Fixture *fixture)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S9");
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  return debt.open_fen;
}

static void
test_before (gconstpointer data)
{
  Conflict conflict = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) fixture = make_fixture ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = NULL;
  gboolean taken;

  feed_conflict (fixture, conflict);
  assert_told (fixture, conflict);
  g_assert_cmpuint (count_problems (fixture), ==, 0);
  g_assert_cmpint (get_open_fen (fixture), ==, expected[conflict].due_fen);

  /* What the courier meant to collect is refused, in words, where nothing or less is due. */
  taken = fixture_take_cash (fixture, "S9", "P9", DUE_FEN, DUE_FEN, FALSE, NULL, &error);
  g_assert_cmpint (taken, ==, conflict == RAISED);
  if (!taken)
    {
      g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
      g_assert_cmpuint (fixture_count_entries (fixture, "payment.cash"), ==, 0);
    }
  stop = fixture_load_stop (fixture, "S9");
  if (conflict == CANCELLED || conflict == REASSIGNED)
    g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REMOVED);
}

/* The code for the old amount is given up by itself; who pays it all the same has a case. */
static void
test_shown (gconstpointer data)
{
  Conflict conflict = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) fixture = make_fixture ();
  g_autofree char *payment_id = fixture_show (fixture, "S9", "P9", DUE_FEN);
  g_autoptr (DsStop) stop = NULL;

  feed_conflict (fixture, conflict);
  assert_told (fixture, conflict);
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.superseded"), ==, 1);
  stop = fixture_load_stop (fixture, "S9");
  g_assert_true (ds_stop_find_payment (stop, payment_id)->superseded);
  g_assert_cmpuint (count_problems (fixture), ==, 0);
  if (expected[conflict].due_fen > 0)
    {
      g_autofree char *next = fixture_show (fixture, "S9", "P9", expected[conflict].due_fen);

      g_assert_cmpstr (next, !=, payment_id);
    }

  fixture_feed_payment (fixture, "S9", payment_id, "paid", DUE_FEN);
  fixture_settle (fixture);
  g_assert_cmpint (get_open_fen (fixture), ==, MAX (expected[conflict].due_fen - DUE_FEN, 0));
  if (conflict == RAISED)
    g_assert_cmpuint (count_problems (fixture), ==, 0); /* the rest is simply still to be collected */
  else
    g_assert_cmpuint (fixture_count_problems (fixture, expected[conflict].problem), ==, 1);
}

static void
test_after (gconstpointer data)
{
  Conflict conflict = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) fixture = make_fixture ();
  g_autofree char *payment_id = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_take_cash (fixture, "S9", "P9", DUE_FEN, DUE_FEN, FALSE, &payment_id, &error));
  g_assert_true (fixture_set_outcome (fixture, "S9", "P9", DS_OUTCOME_DELIVERED, NULL, &error));
  feed_conflict (fixture, conflict);
  assert_told (fixture, conflict);
  g_assert_cmpuint (fixture_count_problems (fixture, expected[conflict].problem), ==, 1);
  g_assert_cmpuint (count_problems (fixture), ==, 1);

  /* What was established stays, and is seen. */
  fixture_restart (fixture);
  stop = fixture_load_stop (fixture, "S9");
  g_assert_cmpint (ds_stop_find_payment (stop, payment_id)->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpint (ds_stop_find_parcel (stop, "P9")->outcome, ==, DS_OUTCOME_DELIVERED);
  if (conflict == CANCELLED || conflict == REASSIGNED)
    g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REMOVED_PAID);
  g_assert_cmpuint (fixture_count_problems (fixture, expected[conflict].problem), ==, 1);

  /* The clerk decides: some of it is kept, the rest given back. */
  if (conflict == RAISED)
    return;
  fixture_feed (fixture, "payment",
                json_pack ("{s:s, s:s, s:s, s:I, s:n, s:n, s:n, s:I, s:I, s:I, s:I, s:n, s:I}", "payment",
                           payment_id, "stop", "S9", "state", "paid", "amount_fen", (json_int_t)DUE_FEN,
                           "operator", "operator_ref", "reason", "red_packet_fen", (json_int_t)0,
                           "refunded_fen", (json_int_t)1000, "red_packet_refunded_fen", (json_int_t)0,
                           "kept_fen", (json_int_t)(DUE_FEN - expected[conflict].due_fen - 1000), "code",
                           "expires_at_ms", (json_int_t)0));
  fixture_settle (fixture);
  g_assert_cmpuint (count_problems (fixture), ==, 0);
}

/* Read is remembered; what changes again is unread again, and goes on from what the courier last saw. */
static void
test_digest (void)
{
  g_autoptr (Fixture) fixture = make_fixture ();
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) third = NULL;
  const DsChange *change;

  feed_stop (fixture, 12000, FALSE, "文三路 9 号");
  feed_stop (fixture, 14000, FALSE, "文三路 10 号");
  first = load_changes (fixture);
  /* Added while the shift was open, priced anew twice, moved. */
  g_assert_cmpuint (first->len, ==, 3);
  change = g_ptr_array_index (first, 0);
  g_assert_cmpstr (change->kind, ==, "place");
  mark_read (fixture, change->n);
  change = g_ptr_array_index (first, 1);
  g_assert_cmpstr (change->kind, ==, "repriced");
  g_assert_cmpint (change->before_fen, ==, DUE_FEN);
  g_assert_cmpint (change->after_fen, ==, 14000);

  fixture_restart (fixture);
  second = load_changes (fixture);
  g_assert_cmpuint (second->len, ==, 3);
  for (guint i = 0; i < second->len; i++)
    g_assert_true (((const DsChange *)g_ptr_array_index (second, i))->read);

  feed_stop (fixture, 9000, FALSE, "文三路 10 号");
  third = load_changes (fixture);
  change = g_ptr_array_index (third, 0);
  g_assert_cmpstr (change->kind, ==, "repriced");
  g_assert_cmpint (change->before_fen, ==, 14000);
  g_assert_false (change->read);
}

static void
add_conflict (const char *name, GTestDataFunc test)
{
  static const char *const names[] = { "cancelled", "reassigned", "lowered", "raised", "paid-elsewhere" };

  for (guint i = 0; i < N_CONFLICTS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/conflicts/%s/%s", name, names[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  add_conflict ("before", test_before);
  add_conflict ("shown", test_shown);
  add_conflict ("after", test_after);
  g_test_add_func ("/conflicts/digest", test_digest);
  return g_test_run ();
}
