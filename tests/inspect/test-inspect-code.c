/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-collection-code.h"
#include "evidence-fixture.h"
#include "ds-customer-receipt.h"
#include "ds-shift-seal.h"
#include "run.h"

#include <string.h>

static const char *
get (json_t *report, const char *member)
{
  return json_string_value (json_object_get (report, member));
}

/* The value of the field at @path, or %NULL. */
static const char *
get_field (json_t *report, const char *path)
{
  json_t *field;
  gsize i;

  json_array_foreach (json_object_get (report, "fields"), i, field)
  {
    if (g_str_equal (get (field, "path"), path))
      return get (field, "value");
  }
  return NULL;
}

static gboolean
has_finding (json_t *report, const char *path, const char *rule)
{
  json_t *finding;
  gsize i;

  json_array_foreach (json_object_get (report, "findings"), i, finding)
  {
    if (g_str_equal (get (finding, "path"), path) && g_str_equal (get (finding, "rule"), rule))
      return TRUE;
  }
  return FALSE;
}

/* The report on one code given as an argument. */
static json_t *
inspect (const char *text, int status)
{
  g_auto (Run) run = { 0 };

  run_inspect (&run, NULL, -1, (const char *[]){ "code", "--json", "--", text, NULL });
  g_assert_cmpint (run.status, ==, status);
  g_assert_cmpstr (run.complaint, ==, "");
  return run_get_line (&run, 0);
}

static void
test_kinds (void)
{
  const struct
  {
    const char *text, *kind, *verdict;
    int status;
  } cases[] = {
    { "0100320229316139647", "payer", "valid", 0 },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", "payer", "valid", 0 },
    { "hQVDUFYwMWEJTwegAAAAVVVV", "payer", "invalid", 1 },
    /* Broken so that they begin like nothing, and still known for what they are. */
    { "YRpPB6AAAABVVVVXDxI0VniQEjRY0ZEiARI0X4UFQ1BWMDE=", "payer", "invalid", 1 },
    { "00020201021126190015cn.example.test6304ABCD", "collection", "invalid", 1 },
    { "01021100020126190015cn.example.test6304ABCD", "collection", "invalid", 1 },
    { "\xef\xbb\xbf"
      "00020126190015cn.example.test6304ABCD",
      "collection", "invalid", 1 },
    { "00020126190015cn.example.test5903A\x01Z6304ABCD", "collection", "invalid", 1 },
    { "https://qr.alipay.com/fkx1", "wallet-link", NULL, 0 },
    { "SF1234567890123", "waybill-shaped", NULL, 0 },
    { "doorstep://enrol?code=1", "enrolment", "invalid", 1 },
    { "DS1:ABC", "evidence", "invalid", 1 },
    { "DSS1:ABC", "seal", "invalid", 1 },
    { "DSR1:ABC", "customer-receipt", "invalid", 1 },
    { "SBX1:ABC", "collection", "invalid", 1 },
    { "tel:10086", "phone", NULL, 0 },
    { "bitcoin:bc1q", "crypto", NULL, 0 },
    { "hello", "text", "invalid", 1 },
    { "a\x01z", "rubbish", "invalid", 1 },
    { "", "empty", "invalid", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (json_t) report = inspect (cases[i].text, cases[i].status);

      g_assert_cmpstr (get (report, "kind"), ==, cases[i].kind);
      g_assert_cmpstr (get (report, "verdict"), ==, cases[i].verdict);
      g_assert_cmpstr (get (report, "text"), ==, cases[i].text);
      g_assert_true (json_is_array (json_object_get (report, "findings")));
    }
}

static void
test_collection (void)
{
  const DsCollectionCode code = {
    .payment_id = (char *)EVIDENCE_PAYMENT,
    .amount_fen = 28650,
    .payee_id = (char *)EVIDENCE_PAYEE,
    .payee_name = (char *)"到家快递",
    .payee_city = (char *)"杭州",
    .mcc = (char *)"4215",
    .expires_at_s = EVIDENCE_NOW_S,
  };
  g_autofree char *text = ds_collection_code_build (&code, NULL);
  g_autoptr (json_t) report = inspect (text, 0);
  g_autoptr (json_t) altered = NULL;

  g_assert_cmpstr (get (report, "kind"), ==, "collection");
  g_assert_cmpstr (get (report, "verdict"), ==, "valid");
  g_assert_cmpstr (get (report, "whose"), ==, "Doorstep");
  g_assert_cmpstr (get_field (report, "54"), ==, "286.50");
  g_assert_cmpstr (get_field (report, "26-01"), ==, EVIDENCE_PAYEE);
  g_assert_cmpstr (get_field (report, "64-01"), ==, "到家快递");
  g_assert_cmpstr (get_field (report, "payment"), ==, EVIDENCE_PAYMENT);
  g_assert_cmpstr (get_field (report, "expires"), ==, "2026-11-22T10:32:00.000Z");

  *strstr (text, "286.50") = '1';
  altered = inspect (text, 1);
  g_assert_true (has_finding (altered, "63", "crc"));
  g_assert_cmpstr (get (altered, "verdict"), ==, "invalid");
}

static void
test_evidence (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autoptr (DsEvidence) voucher = evidence_fixture_make_voucher (fixture);
  g_autofree char *receipt_text = ds_evidence_to_text (receipt);
  g_autofree char *envelope = ds_evidence_to_emv_text (voucher);
  g_autoptr (json_t) report = inspect (receipt_text, 0);
  g_autoptr (json_t) other = inspect (envelope, 0);

  g_assert_cmpstr (get (report, "kind"), ==, "evidence");
  g_assert_cmpstr (get (report, "verdict"), ==, "valid");
  g_assert_cmpstr (get_field (report, "evidence"), ==, "receipt");
  g_assert_cmpstr (get_field (report, "amount"), ==, "286.50");
  g_assert_true (g_str_has_prefix (get_field (report, "signature"), "not checked"));
  g_assert_cmpint (json_integer_value (json_object_get (json_object_get (report, "qr"), "version")), ==, 8);
  g_assert_cmpint (json_integer_value (json_object_get (json_object_get (report, "qr"), "modules")), ==, 49);
  g_assert_cmpstr (get (json_object_get (report, "qr"), "level"), ==, "M");
  g_assert_cmpstr (get_field (other, "evidence"), ==, "voucher");
  g_assert_cmpstr (get_field (other, "wallet"), ==, "000102fdfeff");
}

/* Verified by the device's key, forged by another's, and said not to be checked without one. */
static void
check_device_signature (const char *text, DsKey *key)
{
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autofree char *hex = ds_key_get_public_hex (key);
  g_autofree char *other_hex = ds_key_get_public_hex (other);
  const char *const keys[] = { hex, other_hex };
  g_autoptr (json_t) unchecked = inspect (text, 0);

  g_assert_true (g_str_has_prefix (get_field (unchecked, "signature"), "not checked"));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_auto (Run) run = { 0 };
      g_autoptr (json_t) report = NULL;

      run_inspect (&run, NULL, -1,
                   (const char *[]){ "code", "--json", "--device-key", keys[i], "--", text, NULL });
      g_assert_cmpint (run.status, ==, i == 0 ? 0 : 1);
      report = run_get_line (&run, 0);
      g_assert_cmpstr (get_field (report, "signature"), ==, i == 0 ? "ok" : "forged");
      g_assert_cmpstr (get (report, "verdict"), ==, i == 0 ? "valid" : "invalid");
    }
}

static void
test_seal (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  const DsShiftSeal draft = { .device_id = (char *)EVIDENCE_PAYMENT,
                              .shift_id = (char *)EVIDENCE_OTHER_PAYMENT,
                              .head_seq = 214,
                              .at_s = EVIDENCE_NOW_S,
                              .paid_fen = 94280 };
  g_autoptr (DsShiftSeal) seal = ds_shift_seal_sign (key, &draft, NULL);
  g_autofree char *text = ds_shift_seal_to_text (seal);
  g_autoptr (json_t) report = inspect (text, 0);

  g_assert_cmpstr (get (report, "kind"), ==, "seal");
  g_assert_cmpstr (get_field (report, "paid"), ==, "942.80");
  g_assert_cmpstr (get_field (report, "head-seq"), ==, "214");
  check_device_signature (text, key);
}

static void
test_customer_receipt (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  const DsCustomerReceipt draft = { .device_id = (char *)EVIDENCE_PAYMENT,
                                    .payment_id = (char *)EVIDENCE_OTHER_PAYMENT,
                                    .amount_fen = 28650,
                                    .at_s = EVIDENCE_NOW_S,
                                    .tender = DS_TENDER_CASH,
                                    .final = TRUE,
                                    .tendered_fen = 30000,
                                    .payee_id = (char *)"BBEXP1" };
  g_autoptr (DsCustomerReceipt) receipt = ds_customer_receipt_sign (key, &draft, NULL);
  g_autofree char *text = ds_customer_receipt_to_text (receipt);
  g_autoptr (json_t) report = inspect (text, 0);

  g_assert_cmpstr (get (report, "kind"), ==, "customer-receipt");
  g_assert_cmpstr (get_field (report, "amount"), ==, "286.50");
  g_assert_cmpstr (get_field (report, "change"), ==, "13.50");
  g_assert_cmpstr (get_field (report, "finality"), ==, "final");
  check_device_signature (text, key);
}

static json_t *
inspect_trusting (const char *text, const char *path, const char *key, int status)
{
  g_auto (Run) run = { 0 };

  run_inspect (&run, NULL, -1,
               (const char *[]){ "code", "--json", "--trust", path, "--key", key, text, NULL });
  g_assert_cmpint (run.status, ==, status);
  return run_get_line (&run, 0);
}

static void
test_trust (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autofree char *text = ds_evidence_to_text (receipt);
  g_autofree char *depot = ds_key_get_public_hex (fixture->depot);
  g_autofree char *hex = ds_key_get_public_hex (fixture->operator_key);
  g_autofree char *wallet = ds_key_get_public_hex (fixture->wallet_key);
  const char *const keys[] = { hex, wallet };
  g_auto (Run) run = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (json_t) payload
          = json_pack ("{s:i,s:I,s:[{s:s,s:s,s:[{s:s,s:i,s:I,s:b}]}]}", "version", 1, "issued_at_ms",
                       (json_int_t)(EVIDENCE_NOW_S * 1000), "operators", "id", EVIDENCE_OPERATOR, "name",
                       "Sandbox Bank A", "keys", "public_key", keys[i], "not_before_ms", 0, "not_after_ms",
                       (json_int_t)(EVIDENCE_NOW_S * 2000), "revoked", 0);
      g_autofree char *jws = ds_trust_list_sign (payload, fixture->depot, NULL);
      g_autofree char *path = run_write_file (jws, -1);
      g_autoptr (json_t) report = inspect_trusting (text, path, depot, i == 0 ? 0 : 1);

      g_assert_cmpstr (get (report, "verdict"), ==, i == 0 ? "valid" : "invalid");
      g_assert_cmpstr (get_field (report, "signature"), ==, i == 0 ? "ok" : "forged");
      run_remove_file (path);
    }

  run_inspect (&run, NULL, -1, (const char *[]){ "code", "--key", depot, text, NULL });
  g_assert_cmpint (run.status, ==, 2);
  g_assert_nonnull (strstr (run.complaint, "--trust"));
}

static void
test_lines (void)
{
  g_autoptr (GString) input = g_string_new ("0100320229316139647\r\nhello\n\n");
  g_autofree char *endless = g_strnfill (3 << 20, '9');
  const char *const kinds[] = { "payer", "text", "empty", "rubbish", "rubbish", "waybill-shaped" };
  g_auto (Run) run = { 0 };
  g_auto (GStrv) lines = NULL;

  g_string_append (input, endless);
  g_string_append_len (input, "\na\0b\n", 5);
  g_string_append (input, "SF1234567890123");
  run_inspect (&run, input->str, (gssize)input->len, (const char *[]){ "code", "--json", NULL });
  g_assert_cmpint (run.status, ==, 1);
  lines = g_strsplit (run.output, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (kinds) + 1);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (json_t) report = run_get_line (&run, i);

      g_assert_cmpstr (get (report, "kind"), ==, kinds[i]);
      if (i == 3)
        g_assert_cmpint (json_integer_value (json_object_get (report, "bytes")), ==, 3 << 20);
    }
}

static void
test_words (void)
{
  g_auto (Run) run = { 0 };
  g_auto (Run) colour = { 0 };

  run_inspect (&run, NULL, -1, (const char *[]){ "code", "0100320229316139647", NULL });
  g_assert_cmpint (run.status, ==, 0);
  g_assert_nonnull (strstr (run.output, "payer (e-CNY): valid"));
  g_assert_nonnull (strstr (run.output, "Operator: 003"));

  /* A code cannot paint the clerk's terminal. */
  run_inspect (&colour, NULL, -1, (const char *[]){ "code", "\x1b[2Jhello", NULL });
  g_assert_null (strchr (colour.output, '\x1b'));
}

static void
test_usage (void)
{
  const char *const *const calls[] = {
    (const char *[]){ NULL },
    (const char *[]){ "cod", NULL },
    (const char *[]){ "code", "--jsn", NULL },
    (const char *[]){ "code", "--trust", "/nowhere", "--key", "04", "x", NULL },
  };
  g_auto (Run) help = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_auto (Run) run = { 0 };

      run_inspect (&run, NULL, -1, calls[i]);
      g_assert_cmpint (run.status, ==, 2);
      g_assert_cmpstr (run.complaint, !=, "");
      g_assert_cmpstr (run.output, ==, "");
    }
  run_inspect (&help, NULL, -1, (const char *[]){ "--help", NULL });
  g_assert_cmpint (help.status, ==, 0);
  g_assert_nonnull (strstr (help.output, "statement"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/inspect-code/kinds", test_kinds);
  g_test_add_func ("/inspect-code/collection", test_collection);
  g_test_add ("/inspect-code/evidence", EvidenceFixture, NULL, evidence_fixture_set_up, test_evidence,
              evidence_fixture_tear_down);
  g_test_add ("/inspect-code/trust", EvidenceFixture, NULL, evidence_fixture_set_up, test_trust,
              evidence_fixture_tear_down);
  g_test_add_func ("/inspect-code/seal", test_seal);
  g_test_add_func ("/inspect-code/customer-receipt", test_customer_receipt);
  g_test_add_func ("/inspect-code/lines", test_lines);
  g_test_add_func ("/inspect-code/words", test_words);
  g_test_add_func ("/inspect-code/usage", test_usage);
  return g_test_run ();
}
