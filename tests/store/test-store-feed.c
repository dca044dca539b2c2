/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feed: applied once, never lowering what the journal established. */
#include "config.h"

#include "store-fixture.h"

#include "ds-json.h"

#include <string.h>

#define DUE_FEN 19800

static void
set_up_at_door (StoreFixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, "enrolled");
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, DUE_FEN));
  fixture_open_shift (fixture, 0);
}

static DsPaymentState
get_state (StoreFixture *fixture, const char *payment_id)
{
  g_autoptr (DsPayment) payment = fixture_load_payment (fixture, "S1", payment_id);

  return payment ? payment->state : DS_PAYMENT_NONE;
}

static void
feed_state (StoreFixture *fixture, const char *payment_id, const char *state)
{
  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S1", state, DUE_FEN));
}

static guint
count_problems (StoreFixture *fixture, const char *kind)
{
  g_autoptr (GPtrArray) problems = fixture_load_problems (fixture);
  guint n = 0;

  for (guint i = 0; i < problems->len; i++)
    n += g_str_equal (((DsProblem *)g_ptr_array_index (problems, i))->kind, kind);
  return n;
}

static void
test_stop (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_new_id (fixture);
  json_t *item;
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, "S1");
  g_autoptr (DsStop) changed = NULL;
  g_autoptr (DsStop) removed = NULL;
  g_autoptr (DsStop) back = NULL;

  g_assert_cmpstr (stop->recipient, ==, "李建华");
  g_assert_cmpint (stop->lat_e6, ==, 31230400);
  g_assert_cmpint (stop->window_to_ms, ==, FIXTURE_WALL_MS + 7200000);
  g_assert_null (stop->note);
  g_assert_cmpuint (stop->parcels->len, ==, 2);
  g_assert_cmpint (((DsParcel *)g_ptr_array_index (stop->parcels, 0))->due_fen, ==, DUE_FEN);
  g_assert_true (((DsParcel *)g_ptr_array_index (stop->parcels, 1))->prepaid);

  item = json_pack ("{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:[{s:s, s:i, s:b}],"
                    " s:{s:s, s:s, s:s, s:i, s:i}, s:s}",
                    "stop", "S1", "version", 2, "position", 7, "recipient", "李", "phone", "1", "address",
                    "A", "place", "P", "note", "ring twice", "lat_e6", 0, "lng_e6", 0, "window_from_ms", 0,
                    "window_to_ms", 0, "parcels", "waybill", "S1-1", "due_fen", 100, "prepaid", 0,
                    "prefetched", "payment", payment_id, "code", "SBX1:ABC", "operator", "003", "amount_fen",
                    100, "expires_at_ms", 99, "spoken_secret", "00ff");
  fixture_feed (fixture, fixture_item (fixture, "stop", item));
  changed = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (changed->position, ==, 7);
  g_assert_cmpstr (changed->note, ==, "ring twice");
  g_assert_cmpuint (changed->parcels->len, ==, 1);
  g_assert_cmpstr (changed->prefetched_payment_id, ==, payment_id);
  g_assert_cmpstr (changed->prefetched_operator_id, ==, "003");
  g_assert_cmpint (changed->prefetched_amount_fen, ==, 100);
  g_assert_cmpstr (changed->spoken_secret, ==, "00ff");

  fixture_feed (fixture, fixture_item (fixture, "stop.removed",
                                       json_pack ("{s:s, s:s}", "stop", "S1", "reason", "cancelled")));
  removed = fixture_load_stop (fixture, "S1");
  g_assert_cmpstr (removed->removed_reason, ==, "cancelled");
  fixture_assert_rebuildable (fixture);
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, DUE_FEN));
  back = fixture_load_stop (fixture, "S1");
  g_assert_null (back->removed_reason);
  fixture_assert_rebuildable (fixture);
}

static void
test_once (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = fixture_stop_item (fixture, "S2", 2, 100);
  g_autofree char *second = fixture_stop_item (fixture, "S2", 2, 200);
  g_autofree char *both = g_strconcat (first, "\n", second, "\n", NULL);
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (DsStop) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fixture_try_feed (fixture, both, &error), ==, 3);
  /* An answer that was lost is fetched again, perhaps together with what came since. */
  g_assert_cmpint (fixture_try_feed (fixture, both, &error), ==, 3);
  g_assert_cmpint (fixture_try_feed (fixture, first, &error), ==, 3);
  g_assert_no_error (error);
  stop = fixture_load_stop (fixture, "S2");
  g_assert_cmpint (((DsParcel *)g_ptr_array_index (stop->parcels, 0))->due_fen, ==, 200);
  g_assert_cmpint (ds_store_get_feed_cursor (fixture->store), ==, 3);

  /* Nor does an answer from before a new start bring back what was true then. */
  fixture_reopen (fixture);
  g_assert_cmpint (fixture_try_feed (fixture, first, &error), ==, 3);
  g_assert_no_error (error);
  again = fixture_load_stop (fixture, "S2");
  g_assert_cmpint (((DsParcel *)g_ptr_array_index (again->parcels, 0))->due_fen, ==, 200);
}

static void
test_states (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);

  feed_state (fixture, payment_id, "pending");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_PENDING);
  fixture_tell (fixture, "payment.unknown", payment_id);
  feed_state (fixture, payment_id, "expired");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_EXPIRED);
  feed_state (fixture, payment_id, "paid");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_PAID);
  /* What is behind is ignored and no problem. */
  feed_state (fixture, payment_id, "pending");
  feed_state (fixture, payment_id, "expired");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_PAID);
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 0);
  feed_state (fixture, payment_id, "settled");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_SETTLED);
  fixture_assert_rebuildable (fixture);
}

/* The depot keeps only the latest state, so the handheld may miss those between. */
static void
test_skipped_states (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);

  feed_state (fixture, payment_id, "settled");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_SETTLED);
  fixture_assert_rebuildable (fixture);
}

static void
test_conflict (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_take_cash (fixture, "S1", DUE_FEN, DUE_FEN);
  g_autoptr (GPtrArray) problems = NULL;
  const DsProblem *problem;

  feed_state (fixture, payment_id, "declined");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_PAID);
  problems = fixture_load_problems (fixture);
  g_assert_cmpuint (problems->len, ==, 1);
  problem = g_ptr_array_index (problems, 0);
  g_assert_cmpstr (problem->kind, ==, "conflict");
  g_assert_cmpstr (problem->subject, ==, payment_id);
  g_assert_cmpint (problem->amount_fen, ==, DUE_FEN);
  g_assert_cmpstr (problem->stop->id, ==, "S1");
  g_assert_nonnull (problem->text);
  fixture_assert_rebuildable (fixture);

  /* The depot has thought better of it. */
  feed_state (fixture, payment_id, "settled");
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_SETTLED);
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 0);
}

static void
test_other_amount (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);

  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S1", "paid", DUE_FEN - 1));
  fixture_feed (fixture, fixture_payment_item (fixture, payment_id, "S2", "paid", DUE_FEN));
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_PRESENTED);
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 1);
  fixture_assert_rebuildable (fixture);
}

static json_t *
make_details (const char *payment_id,
              const char *state,
              const char *ref,
              gint64 red_packet_fen,
              gint64 refunded_fen)
{
  return json_pack ("{s:s, s:s, s:s, s:I, s:s, s:s?, s:n, s:I, s:I, s:n, s:i}", "payment", payment_id, "stop",
                    "S1", "state", state, "amount_fen", (json_int_t)DUE_FEN, "operator", "003",
                    "operator_ref", ref, "reason", "red_packet_fen", (json_int_t)red_packet_fen,
                    "refunded_fen", (json_int_t)refunded_fen, "code", "expires_at_ms", 0);
}

static void
test_details (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_present (fixture, "S1", DUE_FEN);
  g_autoptr (DsPayment) payment = NULL;
  DsPayment *later;

  feed_state (fixture, payment_id, "paid");
  ds_manual_clock_advance_ms (fixture->clock, 1000);
  fixture_feed (fixture,
                fixture_item (fixture, "payment", make_details (payment_id, "paid", "R1", 500, 1000)));
  payment = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpstr (payment->operator_id, ==, "003");
  g_assert_cmpstr (payment->operator_ref, ==, "R1");
  g_assert_cmpint (payment->red_packet_fen, ==, 500);
  g_assert_cmpint (payment->refunded_fen, ==, 1000);
  g_assert_cmpint (ds_payment_get_covered_fen (payment), ==, DUE_FEN - 1000);

  fixture_feed (fixture, fixture_item (fixture, "payment", make_details (payment_id, "paid", NULL, 0, 0)));
  later = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpstr (later->operator_ref, ==, "R1");
  g_assert_cmpint (later->refunded_fen, ==, 1000);
  g_object_unref (later);
  fixture_assert_rebuildable (fixture);
}

typedef struct
{
  char *payment_id;
  char *code;
  gint64 expires_at_ms;
} Arrived;

static void
code_arrived (DsStore *store,
              const char *payment_id,
              const char *code,
              gint64 expires_at_ms,
              Arrived *arrived)
{
  arrived->payment_id = g_strdup (payment_id);
  arrived->code = g_strdup (code);
  arrived->expires_at_ms = expires_at_ms;
}

/* The operator's code arrives; that it was shown is for the journal to say. */
static void
test_live_code (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *payment_id = fixture_new_id (fixture);
  json_t *item = make_details (payment_id, "presented", NULL, 0, 0);
  json_t *presented = fixture_new_payment (fixture, payment_id, "S1", DUE_FEN);
  Arrived arrived = { 0 };
  g_autoptr (DsPayment) payment = NULL;

  g_signal_connect (fixture->store, "code-arrived", G_CALLBACK (code_arrived), &arrived);
  g_ptr_array_unref (fixture_append (fixture, "payment.requested", json_deep_copy (presented)));
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_REQUESTED);

  json_object_set_new (item, "code", json_string ("SBX1:LIVE"));
  json_object_set_new (item, "expires_at_ms", json_integer (1234));
  fixture_feed (fixture, fixture_item (fixture, "payment", item));
  g_assert_cmpstr (arrived.payment_id, ==, payment_id);
  g_assert_cmpstr (arrived.code, ==, "SBX1:LIVE");
  g_assert_cmpint (arrived.expires_at_ms, ==, 1234);
  g_assert_cmpint (get_state (fixture, payment_id), ==, DS_PAYMENT_REQUESTED);

  json_object_set_new (presented, "source", json_string ("live"));
  json_object_set_new (presented, "code_sm3", json_string (""));
  json_object_set_new (presented, "expires_at_ms", json_integer (1234));
  g_ptr_array_unref (fixture_append (fixture, "payment.presented", presented));
  payment = fixture_load_payment (fixture, "S1", payment_id);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PRESENTED);
  g_assert_cmpint (payment->source, ==, DS_CODE_SOURCE_LIVE);
  g_assert_cmpstr (payment->code, ==, "SBX1:LIVE");
  fixture_assert_rebuildable (fixture);
  g_free (arrived.payment_id);
  g_free (arrived.code);
}

/* Money for a payment that this journal never mentioned: it is shown at its stop, and nothing else is made of it. */
static void
test_foreign_payment (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *paid = fixture_new_id (fixture);
  g_autofree char *expired = fixture_new_id (fixture);
  g_autoptr (DsPayment) payment = NULL;

  feed_state (fixture, expired, "expired");
  g_assert_cmpint (get_state (fixture, expired), ==, DS_PAYMENT_NONE);
  feed_state (fixture, paid, "paid");
  payment = fixture_load_payment (fixture, "S1", paid);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_null (payment->shift_id);
  g_assert_cmpstr (payment->parcels[0], ==, NULL);
  fixture_assert_rebuildable (fixture);
}

/* What another handheld of the courier took in cash is no digital money here. */
static void
test_foreign_cash (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *paid = fixture_new_id (fixture);
  g_autoptr (DsPayment) payment = NULL;

  fixture_feed (fixture,
                fixture_item (fixture, "payment",
                              json_pack ("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "payment", paid, "stop", "S1",
                                         "tender", "cash", "state", "paid", "amount_fen", DUE_FEN,
                                         "red_packet_fen", 0, "refunded_fen", 0)));
  payment = fixture_load_payment (fixture, "S1", paid);
  g_assert_cmpint (payment->state, ==, DS_PAYMENT_PAID);
  g_assert_cmpint (payment->tender, ==, DS_TENDER_CASH);
  fixture_assert_rebuildable (fixture);
}

static void
remember_text (DsStore *store, const char *text, char **remembered)
{
  *remembered = g_strdup (text);
}

static void
test_bad_items (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *bad_due = fixture_stop_item (fixture, "S1", 1, -5);
  g_autofree char *too_rich = fixture_stop_item (fixture, "S3", 1, G_MAXINT64);
  g_autofree char *unknown = fixture_item (fixture, "weather", json_object ());
  g_autofree char *notice
      = fixture_item (fixture, "notice", json_pack ("{s:s, s:s}", "id", "N1", "text", "Rain"));
  g_autofree char *lines
      = g_strjoin ("\n", bad_due, "{\"cursor\":\"x\"}", "garbage\377", too_rich, unknown, notice, "", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  g_autoptr (DsStop) stop = NULL;

  g_signal_connect (fixture->store, "notice", G_CALLBACK (remember_text), &said);
  g_assert_cmpint (fixture_try_feed (fixture, lines, &error), ==, fixture->cursor);
  g_assert_no_error (error);
  g_assert_cmpstr (said, ==, "Rain");
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 5);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpint (((DsParcel *)g_ptr_array_index (stop->parcels, 0))->due_fen, ==, DUE_FEN);
  fixture_assert_rebuildable (fixture);

  /* A good item for the same stop ends its problem. */
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, DUE_FEN + 1));
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 4);
}

/* A recipient wrote his name and address himself: neither may turn what stands beside it. The waybill is what is scanned, so
 * of that nothing is left out. */
static void
test_strangers_words (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *item = fixture_stop_item (fixture, "S1", 1, DUE_FEN);
  g_auto (GStrv) parts = g_strsplit (item, "Road 1", 2);
  g_autofree char *turned = g_strjoinv ("Road\342\200\256 00.0\302\245 \\u0007\\u001b[2J\\n2", parts);
  g_autofree char *seen = fixture_stop_item (fixture, "S9", 1, DUE_FEN);
  g_auto (GStrv) waybills = g_strsplit (seen, "S9-1", 2);
  g_autofree char *unseen = g_strjoinv ("S9-1\342\200\216", waybills);
  g_autoptr (DsStop) stop = NULL;

  fixture_feed (fixture, g_steal_pointer (&turned));
  stop = fixture_load_stop (fixture, "S1");
  g_assert_cmpstr (stop->address, ==, "Road 00.0\302\245 [2J\n2");
  fixture_assert_rebuildable (fixture);

  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 0);
  fixture_feed (fixture, g_steal_pointer (&unseen));
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 1);
  fixture_assert_rebuildable (fixture);
}

/* Found by fuzzing: a name quoted to forty bytes ended in half of a character, and so did what the screen got. */
static void
test_unknown_type (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *item = fixture_item (fixture, "明天下雨请带伞明天下雨请带伞", json_object ());
  g_autoptr (GPtrArray) problems = NULL;
  const DsProblem *problem;

  fixture_try_feed (fixture, item, NULL);
  problems = fixture_load_problems (fixture);
  g_assert_cmpuint (problems->len, ==, 1);
  problem = g_ptr_array_index (problems, 0);
  g_assert_true (g_utf8_validate (problem->text, -1, NULL));
  g_assert_nonnull (strstr (problem->text, "明天下雨"));
}

static char *
sign_list (DsKey *key, gint64 version, gboolean for_practice)
{
  g_autoptr (json_t) payload
      = json_pack ("{s:I, s:I, s:[], s:b}", "version", (json_int_t)version, "issued_at_ms",
                   (json_int_t)FIXTURE_WALL_MS, "operators", "practice", (int)for_practice);
  g_autoptr (GError) error = NULL;
  char *jws = ds_trust_list_sign (payload, key, &error);

  g_assert_no_error (error);
  return jws;
}

static void
feed_list (StoreFixture *fixture, DsKey *key, gint64 version)
{
  g_autofree char *jws = sign_list (key, version, FALSE);

  fixture_feed (fixture, fixture_item (fixture, "operators", json_pack ("{s:s}", "jws", jws)));
}

static void
test_operators (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) other = ds_key_generate (NULL);

  feed_list (fixture, fixture->depot_key, 5);
  g_assert_cmpint (ds_trust_list_get_version (ds_store_get_trust_list (fixture->store)), ==, 5);
  /* Neither a stranger's list nor an older one, which would bring a revoked key back. */
  feed_list (fixture, other, 6);
  feed_list (fixture, fixture->depot_key, 4);
  g_assert_cmpint (ds_trust_list_get_version (ds_store_get_trust_list (fixture->store)), ==, 5);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_trust_list_get_version (ds_store_get_trust_list (fixture->store)), ==, 5);
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 1);
}

/* A depot at work says nothing of practice that is believed. */
static void
test_practice (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *jws = sign_list (fixture->depot_key, 6, TRUE);
  json_t *settings = fixture_settings ();

  fixture_feed (fixture, fixture_item (fixture, "settings", fixture_settings ()));
  feed_list (fixture, fixture->depot_key, 5);
  fixture_feed (fixture, fixture_item (fixture, "operators", json_pack ("{s:s}", "jws", jws)));
  json_object_set_new (settings, "practice", json_true ());
  json_object_set_new (json_object_get (settings, "payee"), "id", json_string (DS_SETTINGS_PRACTICE_PAYEE));
  json_object_set_new (settings, "version", json_integer (2));
  fixture_feed (fixture, fixture_item (fixture, "settings", settings));

  g_assert_cmpint (ds_trust_list_get_version (ds_store_get_trust_list (fixture->store)), ==, 5);
  g_assert_cmpint (ds_store_get_settings (fixture->store)->version, ==, 1);
  g_assert_cmpuint (count_problems (fixture, "conflict"), ==, 2);
}

static void
count_stops (DsStore *store, GPtrArray *stops, guint *n)
{
  *n = stops->len;
}

static void
test_many (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GPtrArray) stops = NULL;
  g_autoptr (GError) error = NULL;
  guint told = G_MAXUINT;

  g_signal_connect (fixture->store, "stops-changed", G_CALLBACK (count_stops), &told);
  for (gint64 i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("T%04" G_GINT64_FORMAT, i);
      g_autofree char *line = fixture_stop_item (fixture, name, 300 - i, 100 + i);

      g_string_append_printf (lines, "%s\n", line);
    }
  fixture_try_feed (fixture, lines->str, &error);
  g_assert_no_error (error);
  /* So many that everything should be loaded again. */
  g_assert_cmpuint (told, ==, 0);

  stops = fixture_load_stops (fixture);
  g_assert_cmpuint (stops->len, ==, 301);
  for (guint i = 1; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      DsStop *before = g_ptr_array_index (stops, i - 1);

      g_assert_cmpint (before->position, <=, stop->position);
      g_assert_cmpuint (stop->parcels->len, ==, 2);
      g_assert_true (
          g_str_has_prefix (((DsParcel *)g_ptr_array_index (stop->parcels, 1))->waybill, stop->id));
    }
  fixture_assert_rebuildable (fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, test)                                                                                      \
  g_test_add ("/store/feed/" name, StoreFixture, NULL, set_up_at_door, test, fixture_tear_down)
  ADD ("stop", test_stop);
  ADD ("once", test_once);
  ADD ("states", test_states);
  ADD ("skipped-states", test_skipped_states);
  ADD ("conflict", test_conflict);
  ADD ("strangers-words", test_strangers_words);
  ADD ("unknown-type", test_unknown_type);
  ADD ("other-amount", test_other_amount);
  ADD ("details", test_details);
  ADD ("live-code", test_live_code);
  ADD ("foreign-payment", test_foreign_payment);
  ADD ("foreign-cash", test_foreign_cash);
  ADD ("bad-items", test_bad_items);
  ADD ("operators", test_operators);
  ADD ("practice", test_practice);
  ADD ("many", test_many);
#undef ADD
  return g_test_run ();
}
