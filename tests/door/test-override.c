/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits by which a clerk lets one voucher be taken over the company's limits: right, wrong, too often wrong, for something
 * else, and good only once. */
#include "config.h"

#include "door-fixture.h"
#include "ds-spoken-proof.h"

#define CAP_FEN 100000
#define DUE_FEN 6000

/* Over what all vouchers may come to, as the fixture's settings are changed here. */
static Fixture *
start (void)
{
  Fixture *fixture = fixture_new ();

  fixture_feed_setting (fixture, "limits", "unredeemed_fen", 5000);
  fixture_feed_setting (fixture, "limits", "override_fen", CAP_FEN);
  return fixture;
}

static char *
make_digits (const char *stop_id, const char *limits, gint64 amount_fen, gint64 number)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  char text[DS_SPOKEN_PROOF_TEXT_SIZE];
  g_autoptr (GError) error = NULL;

  ds_spoken_override_derive (FIXTURE_SECRET, stop_id, limits, amount_fen, number, digits, &error);
  g_assert_no_error (error);
  ds_spoken_proof_format (digits, text);
  return g_strdup (text);
}

static DsAnswer *
permit (Fixture *fixture, const char *stop_id, DsLimits limits, gint64 amount_fen, const char *typed)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsAnswer *answer;

  ds_door_override_async (fixture->door, stop_id, limits, amount_fen, typed, NULL, fixture_keep_result,
                          &result);
  answer = ds_door_override_finish (fixture->door, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return answer;
}

/* A stop of its own, its code answered by a voucher. @payment_id: (out) (optional), @voucher: (out) (optional) */
static DsAnswer *
collect (Fixture *fixture, const char *stop_id, gint64 amount_fen, char **payment_id, char **voucher)
{
  g_autofree char *waybill = g_strconcat ("P-", stop_id, NULL);
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;
  DsAnswer *answer;

  fixture_feed_stop (fixture, stop_id, amount_fen, NULL);
  shown = fixture_show (fixture, stop_id, waybill, amount_fen);
  text = fixture_make_voucher (fixture, shown, amount_fen);
  answer = fixture_scan (fixture, stop_id, shown, text);
  if (payment_id != NULL)
    *payment_id = g_steal_pointer (&shown);
  if (voucher != NULL)
    *voucher = g_steal_pointer (&text);
  return answer;
}

static void
assert_rebuilds (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_check_async (fixture->store, TRUE, NULL, fixture_keep_result, &result);
  g_assert_true (ds_store_check_finish (fixture->store, fixture_wait (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

/* The voucher that was refused is taken once a clerk has said so; the permission is then used up. */
static void
test_permitted (void)
{
  g_autoptr (Fixture) fixture = start ();
  g_autofree char *payment_id = NULL;
  g_autofree char *voucher = NULL;
  g_autofree char *digits = make_digits ("V1", "sum", DUE_FEN, 1);
  g_autoptr (DsAnswer) refused = collect (fixture, "V1", DUE_FEN, &payment_id, &voucher);
  g_autoptr (DsAnswer) permitted = NULL;
  g_autoptr (DsAnswer) taken = NULL;
  g_autoptr (DsAnswer) more = NULL;
  const DsOverride *used;

  fixture_assert_answer (refused, DS_ANSWER_REFUSED, "over-allowance");
  g_assert_cmpint (refused->limits, ==, DS_LIMIT_SUM);
  g_assert_cmpint (ds_door_find_limits (fixture->door, refused->stop, DUE_FEN), ==, DS_LIMIT_SUM);
  permitted = permit (fixture, "V1", refused->limits, DUE_FEN, digits);
  fixture_assert_answer (permitted, DS_ANSWER_ALLOWED, NULL);
  g_assert_cmpint (ds_door_find_limits (fixture->door, permitted->stop, DUE_FEN), ==, DS_LIMIT_NONE);

  /* What was permitted outlives the end of the program, like everything that was journalled. */
  fixture_restart (fixture);
  taken = fixture_scan (fixture, "V1", payment_id, voucher);
  fixture_assert_answer (taken, DS_ANSWER_ACCEPTED, NULL);
  used = g_ptr_array_index (taken->stop->overrides, 0);
  g_assert_cmpstr (used->payment_id, ==, payment_id);
  g_assert_cmpuint (fixture_count_entries (fixture, "limit.overridden"), ==, 1);

  more = collect (fixture, "V2", DUE_FEN, NULL, NULL);
  fixture_assert_answer (more, DS_ANSWER_REFUSED, "over-allowance");
  assert_rebuilds (fixture);
}

/* The same digits once more at the same stop permit nothing: the next request has another number. */
static void
test_once (void)
{
  g_autoptr (Fixture) fixture = start ();
  g_autofree char *voucher = NULL;
  g_autofree char *digits = make_digits ("V1", "sum", DUE_FEN, 1);
  g_autofree char *next = make_digits ("V1", "sum", DUE_FEN, 2);
  g_autofree char *payment_id = NULL;
  g_autoptr (DsAnswer) refused = collect (fixture, "V1", DUE_FEN, &payment_id, &voucher);
  g_autoptr (DsAnswer) permitted = permit (fixture, "V1", refused->limits, DUE_FEN, digits);
  g_autoptr (DsAnswer) doubled = permit (fixture, "V1", refused->limits, DUE_FEN, digits);
  g_autoptr (DsAnswer) taken = fixture_scan (fixture, "V1", payment_id, voucher);
  g_autoptr (DsAnswer) again = NULL;
  g_autoptr (DsAnswer) second = NULL;

  fixture_assert_answer (permitted, DS_ANSWER_ALLOWED, NULL);
  fixture_assert_answer (doubled, DS_ANSWER_ALLOWED, "already");
  g_assert_cmpuint (fixture_count_entries (fixture, "limit.overridden"), ==, 1);
  fixture_assert_answer (taken, DS_ANSWER_ACCEPTED, NULL);
  again = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, digits);
  fixture_assert_answer (again, DS_ANSWER_REFUSED, "wrong");
  second = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, next);
  fixture_assert_answer (second, DS_ANSWER_ALLOWED, NULL);
}

/* Digits hold for what was read out and for nothing else: stop, limits, amount and number. */
static void
test_bound (void)
{
  g_autoptr (Fixture) fixture = start ();
  const struct
  {
    const char *stop_id, *limits;
    gint64 amount_fen, number;
  } others[] = {
    { "V2", "sum", DUE_FEN, 1 },
    { "V1", "sum+count", DUE_FEN, 1 },
    { "V1", "sum", DUE_FEN - 1, 1 },
    { "V1", "sum", DUE_FEN, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *stop_id = g_strdup_printf ("B%u", (guint)i);
      g_autofree char *digits
          = make_digits (g_str_equal (others[i].stop_id, "V1") ? stop_id : others[i].stop_id,
                         others[i].limits, others[i].amount_fen, others[i].number);
      g_autoptr (DsAnswer) refused = collect (fixture, stop_id, DUE_FEN, NULL, NULL);
      g_autoptr (DsAnswer) answer = permit (fixture, stop_id, DS_LIMIT_SUM, DUE_FEN, digits);

      fixture_assert_answer (answer, DS_ANSWER_REFUSED, "wrong");
    }
  g_assert_cmpuint (fixture_count_entries (fixture, "limit.overridden"), ==, 0);
}

/* What is wrong is on the disk when the courier reads it, and no restart gives it back. */
static void
test_tries (void)
{
  g_autoptr (Fixture) fixture = start ();
  static const char *const reasons[] = { "wrong", "wrong", "locked" };
  g_autofree char *right = make_digits ("V1", "sum", DUE_FEN, 1);
  g_autoptr (DsAnswer) refused = collect (fixture, "V1", DUE_FEN, NULL, NULL);
  g_autoptr (DsAnswer) locked = NULL;
  g_autoptr (DsAnswer) slip = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, "1234 567");
  char wrong[] = "0000 0000";

  wrong[0] = right[0] == '9' ? '0' : (char)(right[0] + 1);
  fixture_assert_answer (slip, DS_ANSWER_REFUSED, "form");
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (DsAnswer) answer = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, wrong);

      fixture_assert_answer (answer, DS_ANSWER_REFUSED, reasons[i]);
      g_assert_cmpint (answer->stop->n_wrong_overrides, ==, i + 1);
      g_assert_cmpuint (fixture_count_entries (fixture, "limit.misspoken"), ==, i + 1);
      fixture_restart (fixture);
    }
  locked = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, right);
  fixture_assert_answer (locked, DS_ANSWER_REFUSED, "locked");
  g_assert_cmpint (ds_door_find_limits (fixture->door, locked->stop, DUE_FEN), ==, DS_LIMIT_NONE);
  assert_rebuilds (fixture);
}

/* Each limit by its name, and all that stand in the way together. */
static void
test_every_limit (void)
{
  static const struct
  {
    const char *setting;
    gint64 value;
    DsLimits limits;
    const char *reason;
  } cases[] = {
    { "voucher_fen", DUE_FEN - 1, DS_LIMIT_VOUCHER, "over-voucher-limit" },
    { "wallet_fen", DUE_FEN - 1, DS_LIMIT_WALLET, "over-wallet-allowance" },
    { "unredeemed_fen", DUE_FEN - 1, DS_LIMIT_SUM, "over-allowance" },
    { "unredeemed_count", 0, DS_LIMIT_COUNT, "too-many-vouchers" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fixture) fixture = fixture_new ();
      g_autofree char *limits = ds_limits_to_text (cases[i].limits);
      g_autofree char *digits = make_digits ("V1", limits, DUE_FEN, 1);
      g_autofree char *payment_id = NULL;
      g_autofree char *voucher = NULL;
      g_autoptr (DsAnswer) refused = NULL;
      g_autoptr (DsAnswer) permitted = NULL;
      g_autoptr (DsAnswer) taken = NULL;

      fixture_feed_setting (fixture, "limits", cases[i].setting, cases[i].value);
      fixture_feed_setting (fixture, "limits", "override_fen", CAP_FEN);
      refused = collect (fixture, "V1", DUE_FEN, &payment_id, &voucher);
      fixture_assert_answer (refused, DS_ANSWER_REFUSED, cases[i].reason);
      g_assert_cmpint (refused->limits, ==, cases[i].limits);
      permitted = permit (fixture, "V1", refused->limits, DUE_FEN, digits);
      fixture_assert_answer (permitted, DS_ANSWER_ALLOWED, NULL);
      taken = fixture_scan (fixture, "V1", payment_id, voucher);
      fixture_assert_answer (taken, DS_ANSWER_ACCEPTED, NULL);
    }
}

static void
test_several_limits (void)
{
  g_autoptr (Fixture) fixture = start ();
  g_autofree char *digits = make_digits ("V2", "sum+count+age", DUE_FEN, 1);
  g_autofree char *less = make_digits ("V2", "sum", DUE_FEN, 1);
  g_autofree char *payment_id = NULL;
  g_autofree char *voucher = NULL;
  g_autoptr (DsAnswer) first = collect (fixture, "V1", 100, NULL, NULL);
  g_autoptr (DsAnswer) refused = NULL;
  g_autoptr (DsAnswer) still = NULL;
  g_autoptr (DsAnswer) permitted = NULL;
  g_autoptr (DsAnswer) taken = NULL;

  fixture_assert_answer (first, DS_ANSWER_ACCEPTED, NULL);
  fixture_feed_setting (fixture, "limits", "unredeemed_count", 1);
  fixture_feed_setting (fixture, "limits", "voucher_age_s", 60);
  fixture_advance_ms (fixture, 61000);
  refused = collect (fixture, "V2", DUE_FEN, &payment_id, &voucher);
  g_assert_cmpint (refused->limits, ==, DS_LIMIT_SUM | DS_LIMIT_COUNT | DS_LIMIT_AGE);
  /* One of three lifted leaves two. */
  permitted = permit (fixture, "V2", DS_LIMIT_SUM, DUE_FEN, less);
  fixture_assert_answer (permitted, DS_ANSWER_ALLOWED, NULL);
  still = fixture_scan (fixture, "V2", payment_id, voucher);
  fixture_assert_answer (still, DS_ANSWER_REFUSED, "too-many-vouchers");
  g_clear_pointer (&permitted, ds_answer_free);
  g_free (digits);
  digits = make_digits ("V2", "sum+count+age", DUE_FEN, 2);
  permitted = permit (fixture, "V2", still->limits, DUE_FEN, digits);
  fixture_assert_answer (permitted, DS_ANSWER_ALLOWED, NULL);
  taken = fixture_scan (fixture, "V2", payment_id, voucher);
  fixture_assert_answer (taken, DS_ANSWER_ACCEPTED, NULL);
}

/* What is not the company's is nobody's to lift at a station. */
static void
test_never_lifted (void)
{
  g_autoptr (Fixture) fixture = start ();
  g_autoptr (DsAnswer) certificate = NULL;
  g_autoptr (DsAnswer) old_list = NULL;
  gint64 now_s = fixture_get_now_ms (fixture) / 1000;

  g_clear_pointer (&fixture->certificate, ds_wallet_certificate_free);
  fixture->certificate
      = fixture_certify (fixture, 5, fixture->wallet_key, 1000000, DUE_FEN - 1, now_s + 30 * 86400);
  certificate = collect (fixture, "V1", DUE_FEN, NULL, NULL);
  fixture_assert_answer (certificate, DS_ANSWER_REFUSED, "over-wallet-allowance");
  g_assert_cmpint (certificate->limits, ==, DS_LIMIT_NONE);

  fixture_feed_setting (fixture, "limits", "trust_age_s", 60);
  fixture_advance_ms (fixture, 61000);
  old_list = collect (fixture, "V2", DUE_FEN, NULL, NULL);
  fixture_assert_answer (old_list, DS_ANSWER_REFUSED, "trust-list-too-old");
  g_assert_cmpint (old_list->limits, ==, DS_LIMIT_NONE);
  g_assert_cmpint (ds_door_find_limits (fixture->door, old_list->stop, DUE_FEN), ==, DS_LIMIT_NONE);
}

/* All permissions of a shift together stay under the cap, also those that were not used. */
static void
test_cap (void)
{
  g_autoptr (Fixture) fixture = start ();
  g_autofree char *first_digits = make_digits ("V1", "sum", DUE_FEN, 1);
  g_autofree char *digits = make_digits ("V2", "sum", DUE_FEN, 1);
  g_autoptr (DsAnswer) first = NULL;
  g_autoptr (DsAnswer) over = NULL;
  g_autoptr (DsAnswer) refused = NULL;

  fixture_feed_setting (fixture, "limits", "override_fen", 2 * DUE_FEN - 1);
  ds_answer_free (collect (fixture, "V1", DUE_FEN, NULL, NULL));
  first = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, first_digits);
  fixture_assert_answer (first, DS_ANSWER_ALLOWED, NULL);
  refused = collect (fixture, "V2", DUE_FEN, NULL, NULL);
  g_assert_cmpint (refused->limits, ==, DS_LIMIT_NONE);
  over = permit (fixture, "V2", DS_LIMIT_SUM, DUE_FEN, digits);
  fixture_assert_answer (over, DS_ANSWER_REFUSED, "over-cap");
  g_assert_nonnull (strstr (over->text, "¥59.99"));
  g_assert_cmpuint (fixture_count_entries (fixture, "limit.misspoken"), ==, 0);
}

static void
test_not_possible (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *digits = make_digits ("S1", "sum", DUE_FEN, 1);
  const guint counts[1] = { 2 };
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (DsAnswer) not_allowed = permit (fixture, "S1", DS_LIMIT_SUM, DUE_FEN, digits);
  g_autoptr (DsAnswer) no_secret = NULL;
  g_autoptr (DsAnswer) no_shift = NULL;

  fixture_assert_answer (not_allowed, DS_ANSWER_REFUSED, "not-allowed");
  fixture_feed_setting (fixture, "limits", "override_fen", CAP_FEN);
  fixture->without_secrets = TRUE;
  fixture_feed_stop (fixture, "BARE", DUE_FEN, NULL);
  no_secret = permit (fixture, "BARE", DS_LIMIT_SUM, DUE_FEN, digits);
  fixture_assert_answer (no_secret, DS_ANSWER_REFUSED, "no-secret");
  shift = fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts), NULL);
  g_assert_nonnull (shift);
  no_shift = permit (fixture, "S1", DS_LIMIT_SUM, DUE_FEN, digits);
  fixture_assert_answer (no_shift, DS_ANSWER_REFUSED, "no-shift");
}

/* A permission ends with its shift. */
static void
test_next_shift (void)
{
  g_autoptr (Fixture) fixture = start ();
  g_autofree char *digits = make_digits ("V1", "sum", DUE_FEN, 1);
  g_autofree char *payment_id = NULL;
  g_autofree char *voucher = NULL;
  const guint counts[1] = { 2 };
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (DsAnswer) permitted = NULL;
  g_autoptr (DsAnswer) taken = NULL;

  ds_answer_free (collect (fixture, "V1", DUE_FEN, &payment_id, &voucher));
  permitted = permit (fixture, "V1", DS_LIMIT_SUM, DUE_FEN, digits);
  fixture_assert_answer (permitted, DS_ANSWER_ALLOWED, NULL);
  shift = fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts), NULL);
  g_assert_nonnull (shift);
  fixture_open_shift (fixture, 20000);
  taken = fixture_scan (fixture, "V1", payment_id, voucher);
  fixture_assert_answer (taken, DS_ANSWER_REFUSED, "over-allowance");
  g_assert_cmpint (taken->limits, ==, DS_LIMIT_SUM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/override/permitted", test_permitted);
  g_test_add_func ("/door/override/once", test_once);
  g_test_add_func ("/door/override/bound", test_bound);
  g_test_add_func ("/door/override/tries", test_tries);
  g_test_add_func ("/door/override/every-limit", test_every_limit);
  g_test_add_func ("/door/override/several-limits", test_several_limits);
  g_test_add_func ("/door/override/never-lifted", test_never_lifted);
  g_test_add_func ("/door/override/cap", test_cap);
  g_test_add_func ("/door/override/not-possible", test_not_possible);
  g_test_add_func ("/door/override/next-shift", test_next_shift);
  return g_test_run ();
}
