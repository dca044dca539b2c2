/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wallet's command line, as a process, over HTTPS, with real pictures. */
#include "config.h"

#include "wallet-run.h"

#include "ds-collection-code.h"
#include "ds-evidence.h"
#include "ds-qr.h"

#include <glib/gstdio.h>
#include <string.h>

static DsOrderResult *
order (WalletRun *run, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  DsOrderResult *result = bank_fixture_create (run->bank, run->bank->a, payment_id, amount_fen, &error);

  g_assert_no_error (error);
  return result;
}

static void
assert_order (WalletRun *run, const char *payment_id, DsOrderState state)
{
  g_autoptr (DsOrderResult) result = bank_fixture_query (run->bank, run->bank->a, payment_id);

  g_assert_cmpint (result->state, ==, state);
}

static gint64
get_balance_fen (WalletRun *run)
{
  wallet_run (run, "balance", "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  return wallet_run_get_fen (run, "balance_fen");
}

static void
assert_mode (WalletRun *run, const char *name, guint mode)
{
  g_autofree char *path = wallet_run_get_path (run, name);
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, mode);
}

static void
test_create (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *path = wallet_run_get_path (run, "wallet.json");
  g_autofree char *serial = NULL;

  wallet_run (run, "balance", NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->complaint, "There is no wallet"));

  wallet_run_create (run, "2000", "12.50");
  g_assert_cmpint (wallet_run_get_fen (run, "balance_fen"), ==, 200000);
  g_assert_cmpint (wallet_run_get_fen (run, "red_packet_fen"), ==, 1250);
  serial = g_strdup (wallet_run_get_text (run, "wallet"));
  assert_mode (run, ".", 0700);
  assert_mode (run, "key.pem", 0600);
  assert_mode (run, "wallet.json", 0600);
  assert_mode (run, "state.json", 0600);

  wallet_run (run, "create", "--bank", "https://127.0.0.1:1", "--ca", "/dev/null", "--operator", "003",
              "--name", "x", "--balance", "1", NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->complaint, "already"));

  /* Killed after the bank had opened it, before it was written down: the key finds it again. */
  g_unlink (path);
  wallet_run_create (run, "2000", "12.50");
  g_assert_cmpstr (wallet_run_get_text (run, "wallet"), ==, serial);
}

static void
test_pay (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, 28650);
  g_autofree char *picture = wallet_run_get_path (run, "receipt.png");
  g_autofree char *receipt = NULL;
  g_autofree char *read = NULL;
  g_autoptr (DsEvidence) evidence = NULL;
  g_autoptr (GError) error = NULL;

  wallet_run_create (run, "2000", "10");
  wallet_run (run, "pay", code->code, "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (wallet_run_get_text (run, "state"), ==, "paid");
  g_assert_cmpint (wallet_run_get_fen (run, "red_packet_fen"), ==, 1000);
  assert_order (run, id, DS_ORDER_PAID);

  wallet_run (run, "pay", code->code, NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (run->words, ==, "Paid ¥286.50 to 青鸟速递 · 望湖网点, ¥10.00 of it from a red packet");
  g_assert_cmpint (get_balance_fen (run), ==, 200000 - 27650);

  wallet_run (run, "receipt", id, "--picture", picture, "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  receipt = g_strdup (wallet_run_get_text (run, "receipt"));
  read = wallet_run_read_picture (picture);
  g_assert_cmpstr (read, ==, receipt);
  evidence = ds_evidence_parse_text (read, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (evidence->payment_id, ==, id);

  wallet_run (run, "receipt", "01234567-0000-7000-8000-000000000000", NULL);
  g_assert_cmpint (run->status, ==, 1);
}

/* The handheld's screen, photographed: picture in, picture out. */
static void
test_pay_picture (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, 28650);
  g_autofree char *picture = wallet_run_get_path (run, "code.png");
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (code->code, DS_QR_LEVEL_M, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (ds_qr_get_version (qr), <=, 11);
  g_assert_true (ds_qr_save (qr, picture, 6, &error));
  wallet_run_create (run, "2000", "0");
  wallet_run (run, "--json", "pay", "--picture", picture, NULL);
  g_assert_cmpint (run->status, ==, 0);
  assert_order (run, id, DS_ORDER_PAID);

  g_assert_true (g_file_set_contents (picture, "no picture", -1, &error));
  wallet_run (run, "pay", "--picture", picture, NULL);
  g_assert_cmpint (run->status, ==, 1);
  wallet_run (run, "pay", "--picture", picture, code->code, NULL);
  g_assert_cmpint (run->status, ==, 2);
}

static void
test_payer_code (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autofree char *picture = wallet_run_get_path (run, "payer.png");
  g_autofree char *read = NULL;
  g_autoptr (DsOrderResult) charged = NULL;
  g_autoptr (GError) error = NULL;

  wallet_run_create (run, "2000", "0");
  wallet_run (run, "offline", "on", NULL);
  wallet_run (run, "payer-code", "--picture", picture, "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  read = wallet_run_read_picture (picture);
  g_assert_cmpstr (read, ==, wallet_run_get_text (run, "payer_code"));

  charged = bank_fixture_charge (run->bank, run->bank->a, id, 28650, read, &error);
  g_assert_no_error (error);
  g_assert_cmpint (charged->state, ==, DS_ORDER_PAID);

  /* The phone hears of it when it has a network again. */
  wallet_run (run, "receipt", id, NULL);
  g_assert_cmpint (run->status, !=, 0);
  wallet_run (run, "offline", "off", NULL);
  wallet_run (run, "receipt", id, NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_true (g_str_has_prefix (run->words, "DS1:"));
}

static void
test_confirm (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *first = bank_fixture_new_id (run->bank);
  g_autofree char *second = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) first_code = order (run, first, 100);
  g_autoptr (DsOrderResult) second_code = order (run, second, 200);

  wallet_run_create (run, "2000", "0");
  wallet_run (run, "faults", "{\"confirm_above_fen\": 0}", NULL);
  g_assert_cmpint (run->status, ==, 0);

  wallet_run (run, "pay", first_code->code, "--json", NULL);
  g_assert_cmpint (run->status, ==, 4);
  g_assert_cmpstr (wallet_run_get_text (run, "state"), ==, "waiting");
  wallet_run (run, "pay", second_code->code, NULL);
  g_assert_cmpint (run->status, ==, 4);
  wallet_run (run, "pending", "--json", NULL);
  g_assert_cmpuint (json_array_size (json_object_get (run->output, "pending")), ==, 2);

  wallet_run (run, "confirm", first, NULL);
  g_assert_cmpint (run->status, ==, 0);
  wallet_run (run, "confirm", second, "--decline", NULL);
  g_assert_cmpint (run->status, ==, 0);
  assert_order (run, first, DS_ORDER_PAID);
  assert_order (run, second, DS_ORDER_DECLINED);
  wallet_run (run, "confirm", second, NULL);
  g_assert_cmpint (run->status, ==, 1);
  wallet_run (run, "pending", NULL);
  g_assert_cmpstr (run->words, ==, "Nothing waits for you");
}

static void
test_offline (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, 28650);
  g_autofree char *other = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) other_code = order (run, other, 100);
  const char *const commands[][4] = {
    { "pay", other_code->code },        { "pending" }, { "confirm", id },
    { "spend", "1", "--shop", "面馆" }, { "balance" },
  };

  wallet_run_create (run, "2000", "0");
  wallet_run (run, "pay", code->code, NULL);
  wallet_run (run, "offline", "on", NULL);
  g_assert_cmpint (run->status, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      wallet_run (run, commands[i][0], commands[i][1], commands[i][2], commands[i][3], NULL);
      g_assert_cmpint (run->status, ==, 3);
      g_assert_cmpstr (
          run->complaint, ==,
          "doorstep-wallet: This phone has no network: show a payer code or a voucher instead\n");
    }
  /* What was paid before is still known. */
  wallet_run (run, "receipt", id, NULL);
  g_assert_cmpint (run->status, ==, 0);
  assert_order (run, other, DS_ORDER_OPEN);

  wallet_run (run, "offline", "maybe", NULL);
  g_assert_cmpint (run->status, ==, 2);
}

static gint64
promise (WalletRun *run, gint64 amount_fen)
{
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, amount_fen);

  wallet_run (run, "voucher", code->code, "--json", NULL);
  return run->status == 0 ? wallet_run_get_fen (run, "counter") : -1;
}

static void
test_voucher (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, 28650);
  g_autofree char *picture_in = wallet_run_get_path (run, "code.png");
  g_autofree char *picture = wallet_run_get_path (run, "voucher.png");
  g_autoptr (DsQr) qr = ds_qr_new (code->code, DS_QR_LEVEL_M, NULL);
  g_autofree char *first = NULL;
  g_autofree char *read = NULL;
  g_autoptr (DsEvidence) voucher = NULL;
  g_autoptr (DsOrderResult) redeemed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ds_qr_save (qr, picture_in, 6, &error));
  wallet_run_create (run, "2000", "0");
  wallet_run (run, "offline", "on", NULL);
  wallet_run (run, "voucher", "--picture-in", picture_in, "--picture", picture, "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpint (wallet_run_get_fen (run, "amount_fen"), ==, 28650);
  g_assert_cmpint (wallet_run_get_fen (run, "counter"), ==, 0);
  first = g_strdup (wallet_run_get_text (run, "voucher"));
  read = wallet_run_read_picture (picture);
  g_assert_cmpstr (read, ==, first);

  /* The same payment, the same voucher; another, the next counter. */
  wallet_run (run, "voucher", code->code, NULL);
  g_assert_cmpstr (run->words, ==, first);
  g_assert_cmpint (promise (run, 100), ==, 1);

  voucher = ds_evidence_parse_text (read, &error);
  g_assert_no_error (error);
  redeemed = bank_fixture_redeem (run->bank, run->bank->a, voucher->bytes);
  g_assert_cmpint (redeemed->state, ==, DS_ORDER_PAID);
  wallet_run (run, "offline", "off", NULL);
  g_assert_cmpint (get_balance_fen (run), ==, 200000 - 28650);
  g_assert_cmpint (wallet_run_get_fen (run, "promised_fen"), ==, 100);

  /* Paid is paid. */
  wallet_run (run, "pay", code->code, "--json", NULL);
  g_assert_cmpint (run->status, ==, 1);
  bank_fixture_check_ledger (run->bank);
}

static void
test_voucher_limits (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *paid = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) paid_code = order (run, paid, 100);

  /* Tier 4: 500 at once, 1 000 together. */
  wallet_run_create (run, "800", "0");
  g_assert_cmpint (promise (run, 50001), ==, -1);
  g_assert_nonnull (strstr (run->complaint, "at most ¥500.00 at once"));
  g_assert_cmpint (promise (run, 50000), ==, 0);
  g_assert_cmpint (promise (run, 30001), ==, -1);
  g_assert_nonnull (strstr (run->complaint, "¥300.00 is left in it"));
  g_assert_cmpint (promise (run, 20000), ==, 1);

  /* What is left of the money is no longer to be promised when a shop has had it; the bank has to tell. */
  wallet_run (run, "spend", "80.50", "--shop", "面馆", "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpint (wallet_run_get_fen (run, "amount_fen"), ==, 8050);
  g_assert_cmpint (get_balance_fen (run), ==, 71950);
  g_assert_cmpint (promise (run, 1951), ==, -1);

  wallet_run (run, "pay", paid_code->code, NULL);
  g_assert_cmpint (run->status, ==, 0);
  wallet_run (run, "voucher", paid_code->code, NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->complaint, "show the receipt"));
}

static void
test_total_limit (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();

  wallet_run_create (run, "2000", "0");
  g_assert_cmpint (promise (run, 50000), ==, 0);
  g_assert_cmpint (promise (run, 40000), ==, 1);
  g_assert_cmpint (promise (run, 10001), ==, -1);
  g_assert_nonnull (strstr (run->complaint, "¥100.00 is left"));
  g_assert_cmpint (promise (run, 10000), ==, 2);
}

/* A window and a command, or two commands, at the same moment: no counter is given twice, no limit passed. */
static void
test_at_once (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  GSubprocess *processes[8];
  gboolean seen[G_N_ELEMENTS (processes)] = { FALSE };
  guint given = 0;

  wallet_run_create (run, "2000", "0");
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_autofree char *id = bank_fixture_new_id (run->bank);
      g_autoptr (DsOrderResult) code = order (run, id, 20000);
      g_autoptr (GError) error = NULL;

      processes[i] = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                       &error, g_getenv ("DS_WALLET"), "--dir", run->directory, "--json",
                                       "voucher", code->code, NULL);
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_autoptr (GSubprocess) process = processes[i];
      g_autofree char *output = NULL;
      g_autoptr (json_t) voucher = NULL;
      json_int_t counter;

      g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, NULL));
      if (g_subprocess_get_exit_status (process) != 0)
        continue;
      voucher = ds_json_parse_object (output, strlen (output), G_MAXSIZE, NULL);
      counter = json_integer_value (json_object_get (voucher, "counter"));
      g_assert_cmpint (counter, <, G_N_ELEMENTS (seen));
      g_assert_false (seen[counter]);
      seen[counter] = TRUE;
      given++;
    }
  /* 1 000 together: five of 200. */
  g_assert_cmpuint (given, ==, 5);
}

/* Neither has a network: the handheld built the code, the wallet answers with a voucher. */
static void
test_voucher_for_built_code (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (GError) error = NULL;
  DsCollectionCode built = {
    .payment_id = id,
    .amount_fen = 28650,
    .payee_id = (char *)"DEPOT1",
    .payee_name = (char *)"青鸟速递",
    .payee_city = (char *)"杭州",
    .mcc = (char *)"4215",
    .expires_at_s = g_get_real_time () / G_USEC_PER_SEC + 600,
  };
  g_autofree char *code = ds_collection_code_build (&built, &error);
  g_autofree char *late_code = NULL;
  g_autoptr (DsEvidence) voucher = NULL;
  g_autoptr (DsOrderResult) redeemed = NULL;

  g_assert_no_error (error);
  wallet_run_create (run, "2000", "0");
  wallet_run (run, "offline", "on", NULL);
  wallet_run (run, "voucher", code, "--json", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (wallet_run_get_text (run, "payee_name"), ==, "青鸟速递");
  voucher = ds_evidence_parse_text (wallet_run_get_text (run, "voucher"), &error);
  g_assert_no_error (error);
  redeemed = bank_fixture_redeem (run->bank, run->bank->a, voucher->bytes);
  g_assert_cmpint (redeemed->state, ==, DS_ORDER_PAID);

  built.expires_at_s -= 601;
  built.payment_id[0] ^= 1;
  late_code = ds_collection_code_build (&built, &error);
  wallet_run (run, "voucher", late_code, NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->complaint, "has expired"));
}

static void
test_forged_code (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, 28650);
  g_autofree char *forged = g_strdup (code->code);
  gsize n = strlen (forged);

  wallet_run_create (run, "2000", "0");
  forged[n - 4] = forged[n - 4] == '0' ? '1' : '0';
  wallet_run (run, "voucher", forged, NULL);
  g_assert_cmpint (run->status, ==, 1);
  wallet_run (run, "pay", forged, NULL);
  g_assert_cmpint (run->status, ==, 1);
  wallet_run (run, "pay", "https://qr.example/1", NULL);
  g_assert_cmpint (run->status, ==, 1);
  assert_order (run, id, DS_ORDER_OPEN);
}

/* No answer: the wallet asks again, and the bank pays once. */
static void
test_lost_answers (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autofree char *id = bank_fixture_new_id (run->bank);
  g_autoptr (DsOrderResult) code = order (run, id, 28650);

  wallet_run_create (run, "2000", "0");
  bank_fixture_set_faults (run->bank, "{\"lose_wallet_answers\": 2}");
  wallet_run (run, "pay", code->code, NULL);
  g_assert_cmpint (run->status, ==, 0);
  bank_fixture_set_faults (run->bank, "{\"lose_wallet_answers\": 2}");
  wallet_run (run, "spend", "10", "--shop", "面馆", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpint (get_balance_fen (run), ==, 200000 - 28650 - 1000);

  bank_fixture_set_faults (run->bank, "{\"lose_wallet_answers\": 3}");
  wallet_run (run, "spend", "10", "--shop", "面馆", "--json", NULL);
  g_assert_cmpint (run->status, ==, 3);
  g_assert_nonnull (wallet_run_get_text (run, "error"));
  g_assert_cmpint (get_balance_fen (run), ==, 200000 - 28650 - 2000);
}

/* Another authority's certificate is not taken. */
static void
test_wrong_authority (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();
  g_autoptr (BankFixture) other = bank_fixture_new ();
  g_autofree char *ca_path = bank_fixture_get_ca_path (other);

  wallet_run (run, "create", "--bank", ds_bank_server_get_address (run->bank->server), "--ca", ca_path,
              "--operator", "003", "--name", "x", "--balance", "1", NULL);
  g_assert_cmpint (run->status, ==, 3);
  g_assert_nonnull (strstr (run->complaint, "certificate"));
}

static void
test_usage (void)
{
  g_autoptr (WalletRun) run = wallet_run_new ();

  wallet_run (run, NULL);
  g_assert_cmpint (run->status, ==, 2);
  wallet_run (run, "dance", NULL);
  g_assert_cmpint (run->status, ==, 2);
  wallet_run (run, "balance", "--shop", "x", NULL);
  g_assert_cmpint (run->status, ==, 2);
  wallet_run (run, "confirm", NULL);
  g_assert_cmpint (run->status, ==, 2);
  wallet_run (run, "create", "--name", "x", NULL);
  g_assert_cmpint (run->status, ==, 2);
  wallet_run (run, "--help", NULL);
  g_assert_cmpint (run->status, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/wallet/create", test_create);
  g_test_add_func ("/wallet/pay", test_pay);
  g_test_add_func ("/wallet/pay-picture", test_pay_picture);
  g_test_add_func ("/wallet/payer-code", test_payer_code);
  g_test_add_func ("/wallet/confirm", test_confirm);
  g_test_add_func ("/wallet/offline", test_offline);
  g_test_add_func ("/wallet/voucher", test_voucher);
  g_test_add_func ("/wallet/voucher-limits", test_voucher_limits);
  g_test_add_func ("/wallet/total-limit", test_total_limit);
  g_test_add_func ("/wallet/at-once", test_at_once);
  g_test_add_func ("/wallet/voucher-for-built-code", test_voucher_for_built_code);
  g_test_add_func ("/wallet/forged-code", test_forged_code);
  g_test_add_func ("/wallet/lost-answers", test_lost_answers);
  g_test_add_func ("/wallet/wrong-authority", test_wrong_authority);
  g_test_add_func ("/wallet/usage", test_usage);
  return g_test_run ();
}
