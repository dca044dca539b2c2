/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-code-guard.h"
#include "evidence-fixture.h"

#include <string.h>

static void
test_kinds (void)
{
  const struct
  {
    const char *text;
    DsCodeKind kind;
    const char *whose;
  } cases[] = {
    { "", DS_CODE_EMPTY, NULL },
    { " \r\n\t", DS_CODE_EMPTY, NULL },
    { "DS1:6BF5A0", DS_CODE_EVIDENCE, NULL },
    { "DS1:", DS_CODE_EVIDENCE, NULL },
    { "doorstep://enrol?address=https%3A%2F%2Fh&pin=a&code=1", DS_CODE_ENROLMENT, NULL },
    { DS_SEAL_PREFIX "ABC", DS_CODE_SEAL, NULL },
    { DS_CUSTOMER_RECEIPT_PREFIX "ABC", DS_CODE_CUSTOMER_RECEIPT, NULL },
    { "0100320229316139647", DS_CODE_PAYER, "e-CNY" },
    { "0100320229316139647\r\n", DS_CODE_PAYER, "e-CNY" },
    { "134567890123456789", DS_CODE_PAYER, "WeChat Pay" },
    { "2856789012345678", DS_CODE_PAYER, "Alipay" },
    { "6212345678901234567", DS_CODE_PAYER, "UnionPay" },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", DS_CODE_PAYER, NULL },
    { "000201010212153104100044", DS_CODE_COLLECTION, NULL },
    { "SBX1:ABC", DS_CODE_COLLECTION, "Sandbox" },
    { "wxp://f2f0abc", DS_CODE_WALLET_LINK, "WeChat Pay" },
    { "https://qr.alipay.com/fkx1", DS_CODE_WALLET_LINK, "Alipay" },
    { "HTTPS://QR.ALIPAY.COM/FKX1", DS_CODE_WALLET_LINK, "Alipay" },
    { "https://qr.95516.com/00010000/62", DS_CODE_WALLET_LINK, "UnionPay" },
    { "https://qr.alipay.com.example.test/", DS_CODE_WEB_LINK, NULL },
    { "http://example.test", DS_CODE_WEB_LINK, NULL },
    { "WIFI:S:shop;T:WPA;P:secret;;", DS_CODE_WIFI, NULL },
    { "BEGIN:VCARD\r\nN:X\r\nEND:VCARD", DS_CODE_CONTACT, NULL },
    { "MECARD:N:X;;", DS_CODE_CONTACT, NULL },
    { "SF1234567890123", DS_CODE_WAYBILL_SHAPED, NULL },
    { "JDVA00012345678-1-1", DS_CODE_WAYBILL_SHAPED, NULL },
    { "773012345678", DS_CODE_WAYBILL_SHAPED, NULL },
    { "ABCDEFGHIJKL", DS_CODE_TEXT, NULL },
    { "12345", DS_CODE_TEXT, NULL },
    { "123456789012345678901234567890123", DS_CODE_TEXT, NULL },
    { "快递放门口", DS_CODE_TEXT, NULL },
    { "<b>ds1:</b>", DS_CODE_TEXT, NULL },
    { "a\x01z", DS_CODE_RUBBISH, NULL },
    { "\x1b[31mred", DS_CODE_RUBBISH, NULL },
    { "\xff\xfe", DS_CODE_RUBBISH, NULL },
    { "0100320229316139647\xc3", DS_CODE_RUBBISH, NULL },
    { "a\xef\xbf\xbd", DS_CODE_RUBBISH, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DsCodeSighting sighting;

      ds_code_guard_look (cases[i].text, &sighting);
      g_assert_cmpstr (ds_code_kind_to_name (sighting.kind), ==, ds_code_kind_to_name (cases[i].kind));
      g_assert_cmpstr (sighting.whose, ==, cases[i].whose);
      g_assert_true ((sighting.payer != DS_PAYER_CODE_NONE) == (sighting.kind == DS_CODE_PAYER));
    }
}

static void
test_operator (void)
{
  DsCodeSighting sighting;

  ds_code_guard_look (" 0100320229316139647", &sighting);
  g_assert_cmpstr (sighting.operator_id, ==, "003");
  ds_code_guard_look ("134567890123456789", &sighting);
  g_assert_cmpstr (sighting.operator_id, ==, "");
}

/* Both written forms, and no payer code although the envelope is that of one. */
static void
test_evidence (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autoptr (DsEvidence) voucher = evidence_fixture_make_voucher (fixture);
  const DsEvidence *const evidence[] = { receipt, voucher };

  for (gsize i = 0; i < G_N_ELEMENTS (evidence); i++)
    {
      g_autofree char *text = ds_evidence_to_text (evidence[i]);
      g_autofree char *envelope = ds_evidence_to_emv_text (evidence[i]);
      DsCodeSighting sighting;

      ds_code_guard_look (text, &sighting);
      g_assert_cmpint (sighting.kind, ==, DS_CODE_EVIDENCE);
      ds_code_guard_look (envelope, &sighting);
      g_assert_cmpint (sighting.kind, ==, DS_CODE_EVIDENCE);
    }
}

static void
test_length (void)
{
  const struct
  {
    const char *begin;
    gsize n;
    DsCodeKind kind;
  } cases[] = {
    { "DS1:", 4296, DS_CODE_EVIDENCE },       { "DS1:", 4297, DS_CODE_RUBBISH },
    { "000201", 4296, DS_CODE_COLLECTION },   { "0100320229316139647", 1 << 24, DS_CODE_RUBBISH },
    { "https://", 1 << 24, DS_CODE_RUBBISH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strnfill (cases[i].n, '7');
      DsCodeSighting sighting;

      memcpy (text, cases[i].begin, strlen (cases[i].begin));
      ds_code_guard_look (text, &sighting);
      g_assert_cmpint (sighting.kind, ==, cases[i].kind);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/code-guard/kinds", test_kinds);
  g_test_add_func ("/code-guard/operator", test_operator);
  g_test_add ("/code-guard/evidence", EvidenceFixture, NULL, evidence_fixture_set_up, test_evidence,
              evidence_fixture_tear_down);
  g_test_add_func ("/code-guard/length", test_length);
  return g_test_run ();
}
