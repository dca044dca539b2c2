/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the bank's server takes and refuses. */
#include "config.h"

#include "bank-fixture.h"

#include <string.h>

#define PAY "/sandbox/v1/pay"
#define SPEND "/sandbox/v1/spend"

static void
assert_problem (BankFixture *bank, const char *path, json_t *body, guint expected, const char *name)
{
  g_autofree char *type = g_strconcat ("urn:doorstep:problem:", name, NULL);
  guint status;
  g_autoptr (json_t) problem = bank_fixture_call (bank, "POST", path, body, &status);

  g_assert_cmpuint (status, ==, expected);
  g_assert_cmpstr (json_string_value (json_object_get (problem, "type")), ==, type);
  g_assert_cmpint (json_integer_value (json_object_get (problem, "status")), ==, expected);
  g_assert_nonnull (json_string_value (json_object_get (problem, "detail")));
}

static json_t *
make_purchase (Phone *phone)
{
  g_autofree char *id = bank_fixture_new_id (phone->bank);

  return phone_sign (phone, SPEND,
                     json_pack ("{s:s, s:i, s:s}", "payment", id, "amount_fen", 100, "shop", "面馆"));
}

static void
test_signatures (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (Phone) other = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (json_t) changed = make_purchase (phone);
  g_autoptr (json_t) elsewhere = make_purchase (phone);
  g_autoptr (json_t) extended = make_purchase (phone);
  g_autoptr (json_t) unsigned_one = make_purchase (phone);
  g_autoptr (json_t) stolen = make_purchase (phone);
  g_autoptr (json_t) unknown = make_purchase (phone);
  guint status;
  g_autoptr (json_t) bare = NULL;

  json_object_set_new (changed, "amount_fen", json_integer (1));
  assert_problem (bank, SPEND, changed, 401, "unauthorised");
  json_object_set_new (elsewhere, "code", json_string ("SBX1:"));
  assert_problem (bank, PAY, elsewhere, 401, "unauthorised");
  json_object_set_new (extended, "more", json_true ());
  assert_problem (bank, SPEND, extended, 401, "unauthorised");
  json_object_del (unsigned_one, "signature");
  assert_problem (bank, SPEND, unsigned_one, 401, "unauthorised");
  json_object_set_new (stolen, "wallet", json_string (other->serial));
  assert_problem (bank, SPEND, stolen, 401, "unauthorised");
  json_object_set_new (unknown, "wallet", json_string ("0123456789ab"));
  assert_problem (bank, SPEND, unknown, 404, "not-found");

  bare = bank_fixture_call (bank, "GET", "/sandbox/v1/wallets/0123456789ab", NULL, &status);
  g_assert_cmpuint (status, ==, 401);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 100000);
  g_assert_cmpint (phone_get_balance_fen (other), ==, 100000);
}

static void
test_replay (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (json_t) early = make_purchase (phone);
  g_autoptr (json_t) purchase = make_purchase (phone);
  guint status;
  g_autoptr (json_t) paid = bank_fixture_call (bank, "POST", SPEND, purchase, &status);

  g_assert_cmpuint (status, ==, 200);
  assert_payment (paid, "paid");
  assert_problem (bank, SPEND, purchase, 401, "unauthorised");
  assert_problem (bank, SPEND, early, 401, "unauthorised");
  bank_fixture_restart (bank);
  assert_problem (bank, SPEND, purchase, 401, "unauthorised");
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99900);
}

static void
test_clock (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (json_t) old = make_purchase (phone);
  g_autoptr (json_t) problem = NULL;
  g_autoptr (json_t) paid = NULL;
  guint status;

  ds_manual_clock_advance_ms (bank->clock, 5 * 60 * 1000 + 1);
  problem = bank_fixture_call (bank, "POST", SPEND, old, &status);
  g_assert_cmpuint (status, ==, 401);
  g_assert_cmpstr (json_string_value (json_object_get (problem, "type")), ==, "urn:doorstep:problem:clock");
  g_assert_cmpint (json_integer_value (json_object_get (problem, "now_ms")), ==,
                   BANK_FIXTURE_START_MS + 5 * 60 * 1000 + 1);

  /* The refusal used up nothing. */
  ds_manual_clock_jump_wall_ms (bank->clock, -1);
  paid = bank_fixture_call (bank, "POST", SPEND, old, &status);
  g_assert_cmpuint (status, ==, 200);
  ds_manual_clock_jump_wall_ms (bank->clock, -10 * 60 * 1000 - 1);
  {
    g_autoptr (json_t) ahead = make_purchase (phone);

    ds_manual_clock_jump_wall_ms (bank->clock, -5 * 60 * 1000 - 1);
    assert_problem (bank, SPEND, ahead, 401, "clock");
  }
}

static json_t *
make_opening (const char *operator_id, gint64 tier, gint64 balance_fen, const char *public_key)
{
  return json_pack ("{s:s, s:s, s:s, s:I, s:I, s:i}", "operator", operator_id, "name", "李小华", "public_key",
                    public_key, "tier", (json_int_t)tier, "balance_fen", (json_int_t)balance_fen,
                    "red_packet_fen", 0);
}

static void
test_open_wallet (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autofree char *public_key = ds_key_get_public_hex (key);
  const struct
  {
    const char *operator_id;
    gint64 tier, balance_fen;
    const char *public_key;
    guint status;
    const char *problem;
  } openings[] = {
    { "005", 4, 100, public_key, 404, "not-found" },
    { "003", 0, 100, public_key, 400, "invalid" },
    { "003", 5, 100, public_key, 400, "invalid" },
    { "003", 4, 1000001, public_key, 409, "conflict" }, /* tier 4 holds 10 000 yuan */
    { "003", 4, -1, public_key, 409, "conflict" },
    { "003", 4, 100, "04ff", 400, "invalid" },
    { "003", 4, 100, "zz", 400, "invalid" },
  };
  g_autoptr (json_t) good = make_opening ("003", 4, 1000000, public_key);
  g_autoptr (json_t) other = make_opening ("003", 4, 999999, public_key);
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) again = NULL;
  guint status;

  for (gsize i = 0; i < G_N_ELEMENTS (openings); i++)
    {
      g_autoptr (json_t) body = make_opening (openings[i].operator_id, openings[i].tier,
                                              openings[i].balance_fen, openings[i].public_key);

      assert_problem (bank, "/sandbox/v1/wallets", body, openings[i].status, openings[i].problem);
    }
  first = bank_fixture_call (bank, "POST", "/sandbox/v1/wallets", good, &status);
  g_assert_cmpuint (status, ==, 200);
  again = bank_fixture_call (bank, "POST", "/sandbox/v1/wallets", good, &status);
  g_assert_true (json_equal (first, again));
  assert_problem (bank, "/sandbox/v1/wallets", other, 409, "conflict");
  bank_fixture_check_ledger (bank);
}

static void
test_rubbish (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (json_t) empty = json_object ();
  g_autofree char *much = g_strnfill (70 * 1024, 'x');
  g_autoptr (json_t) large = json_pack ("{s:s}", "code", much);
  g_autoptr (json_t) text = json_pack ("{s:s, s:s, s:s}", "payment", "x", "amount_fen", "1", "shop", "x");
  const char *const codes[] = { "", "SBX1:", "SBX1:ABC", "SBX1:%%%", "0002", "weixin://wxpay", "DS1:AA" };

  assert_problem (bank, PAY, empty, 400, "invalid");
  assert_problem (bank, SPEND, text, 400, "invalid");
  assert_problem (bank, PAY, large, 413, "too-large");
  assert_problem (bank, "/sandbox/v1/rob", empty, 404, "not-found");
  assert_problem (bank, "/sandbox/v1/wallets/x", empty, 404, "not-found");
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      guint status;
      g_autoptr (json_t) answer = phone_post (phone, PAY, json_pack ("{s:s}", "code", codes[i]), &status);

      g_assert_cmpuint (status, ==, 400);
    }
}

static void
test_spend_once (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  const gint64 amounts_fen[] = { 500, 500, 501 };
  const guint statuses[] = { 200, 200, 409 };

  for (gsize i = 0; i < G_N_ELEMENTS (amounts_fen); i++)
    {
      guint status;
      g_autoptr (json_t) answer = phone_post (phone, SPEND,
                                              json_pack ("{s:s, s:I, s:s}", "payment", id, "amount_fen",
                                                         (json_int_t)amounts_fen[i], "shop", "面馆"),
                                              &status);

      g_assert_cmpuint (status, ==, statuses[i]);
    }
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99500);
}

/* The bank acts, the phone hears nothing. */
static void
test_lost_answer (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autoptr (json_t) purchase = make_purchase (phone);
  g_autoptr (json_t) nothing = NULL;
  guint status;

  bank_fixture_set_faults (bank, "{\"lose_wallet_answers\": 1}");
  nothing = bank_fixture_call (bank, "POST", SPEND, purchase, &status);
  g_assert_cmpuint (status, ==, 0);
  g_assert_cmpint (phone_get_balance_fen (phone), ==, 99900);
}

static void
test_slow (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (Phone) phone = phone_new (bank, "003", 4, 100000, 0);
  g_autofree char *id = bank_fixture_new_id (bank);
  g_autoptr (GTimer) timer = NULL;

  bank_fixture_set_faults (bank, "{\"slow_ms\": 150}");
  timer = g_timer_new ();
  phone_get_balance_fen (phone);
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), >=, 0.14);
  g_timer_start (timer);
  ds_order_result_free (bank_fixture_query (bank, bank->a, id));
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), >=, 0.14);
}

static void
count (gpointer n)
{
  (*(guint *)n)++;
}

static void
test_faults (void)
{
  g_autoptr (BankFixture) bank = bank_fixture_new ();
  g_autoptr (json_t) faults = NULL;
  g_autoptr (json_t) wrong = json_pack ("{s:i, s:i}", "slow_ms", 5, "notify_times", -1);
  g_autoptr (json_t) wrong_down = json_pack ("{s:s}", "down", "999");
  g_autoptr (json_t) wrong_line = json_pack ("{s:s}", "line", "tangled");
  guint status, n = 0;

  g_signal_connect_swapped (bank->bank, "notify::line-cut", G_CALLBACK (count), &n);
  bank_fixture_set_faults (bank, "{\"line\": \"cut\", \"late_ms\": 180000}");
  g_assert_true (ds_bank_get_line_cut (bank->bank));
  /* What is not named stays. */
  bank_fixture_set_faults (bank, "{\"slow_ms\": 0}");
  g_assert_true (ds_bank_get_line_cut (bank->bank));
  g_assert_cmpuint (n, ==, 1);
  bank_fixture_set_faults (bank, "{\"line\": \"restored\"}");
  g_assert_false (ds_bank_get_line_cut (bank->bank));
  g_assert_cmpuint (n, ==, 2);

  assert_problem (bank, "/sandbox/v1/faults", wrong_down, 400, "invalid");
  assert_problem (bank, "/sandbox/v1/faults", wrong, 400, "invalid");
  assert_problem (bank, "/sandbox/v1/faults", wrong_line, 400, "invalid");
  faults = bank_fixture_call (bank, "GET", "/sandbox/v1/faults", NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpint (json_integer_value (json_object_get (faults, "slow_ms")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (faults, "late_ms")), ==, 180000);
  g_assert_cmpstr (json_string_value (json_object_get (faults, "line")), ==, "restored");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/bank-server/signatures", test_signatures);
  g_test_add_func ("/bank-server/replay", test_replay);
  g_test_add_func ("/bank-server/clock", test_clock);
  g_test_add_func ("/bank-server/open-wallet", test_open_wallet);
  g_test_add_func ("/bank-server/rubbish", test_rubbish);
  g_test_add_func ("/bank-server/spend-once", test_spend_once);
  g_test_add_func ("/bank-server/lost-answer", test_lost_answer);
  g_test_add_func ("/bank-server/slow", test_slow);
  g_test_add_func ("/bank-server/faults", test_faults);
  return g_test_run ();
}
