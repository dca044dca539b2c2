/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evidence-fixture.h"
#include "openssl-command.h"

#include "ds-base45.h"
#include "ds-code-guard.h"
#include "ds-emv-cpm.h"
#include "ds-error.h"
#include "ds-evidence-private.h"
#include "ds-money.h"
#include "ds-qr.h"

#include <string.h>

#define DAY_S G_GINT64_CONSTANT (86400)

static DsEvidenceVerdict
judge (EvidenceFixture *fixture, const DsEvidence *evidence)
{
  return ds_evidence_verify (evidence, fixture->trust, EVIDENCE_PAYMENT, EVIDENCE_PAYEE, 28650,
                             EVIDENCE_NOW_S);
}

static void
assert_same_bytes (GBytes *a, GBytes *b)
{
  g_assert_cmpmem (g_bytes_get_data (a, NULL), g_bytes_get_size (a), g_bytes_get_data (b, NULL),
                   g_bytes_get_size (b));
}

/* Both texts of @evidence read as the same bytes. */
static void
assert_texts (const DsEvidence *evidence)
{
  g_autofree char *text = ds_evidence_to_text (evidence);
  g_autofree char *emv_text = ds_evidence_to_emv_text (evidence);
  const char *const texts[] = { text, emv_text };

  g_assert_true (g_str_has_prefix (text, "DS1:"));
  g_assert_true (g_str_has_prefix (emv_text, "hQVDUFYw"));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DsEvidence) back = ds_evidence_parse_text (texts[i], NULL);
      DsCodeSighting sighting;

      g_assert_nonnull (back);
      assert_same_bytes (back->bytes, evidence->bytes);
      g_assert_true (ds_evidence_text_is_evidence (texts[i]));
      ds_code_guard_look (texts[i], &sighting);
      g_assert_cmpint (sighting.kind, ==, DS_CODE_EVIDENCE);
    }
}

static void
test_receipt (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);

  g_assert_cmpint (receipt->kind, ==, DS_EVIDENCE_RECEIPT);
  g_assert_cmpstr (receipt->payment_id, ==, EVIDENCE_PAYMENT);
  g_assert_cmpint (receipt->amount_fen, ==, 28650);
  g_assert_cmpstr (receipt->payee_id, ==, EVIDENCE_PAYEE);
  g_assert_cmpstr (receipt->operator_id, ==, EVIDENCE_OPERATOR);
  g_assert_cmpstr (receipt->operator_ref, ==, "20261122000000000017");
  g_assert_cmpint (receipt->red_packet_fen, ==, 500);
  g_assert_cmpint (receipt->at_s, ==, EVIDENCE_NOW_S);
  g_assert_null (receipt->certificate);
  g_assert_cmpint (receipt->counter, ==, -1);
  g_assert_cmpint (judge (fixture, receipt), ==, DS_EVIDENCE_OK);
  assert_texts (receipt);
}

static void
test_voucher (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) voucher = evidence_fixture_make_voucher (fixture);

  g_assert_cmpint (voucher->kind, ==, DS_EVIDENCE_VOUCHER);
  g_assert_cmpstr (voucher->payment_id, ==, EVIDENCE_PAYMENT);
  g_assert_cmpint (voucher->amount_fen, ==, 28650);
  g_assert_cmpstr (voucher->payee_id, ==, EVIDENCE_PAYEE);
  g_assert_cmpstr (voucher->operator_id, ==, EVIDENCE_OPERATOR);
  g_assert_null (voucher->operator_ref);
  g_assert_cmpint (voucher->red_packet_fen, ==, 0);
  g_assert_cmpint (voucher->counter, ==, 17);
  g_assert_cmpint (voucher->at_s, ==, EVIDENCE_NOW_S);
  assert_same_bytes (voucher->certificate->bytes, fixture->certificate->bytes);
  g_assert_cmpint (judge (fixture, voucher), ==, DS_EVIDENCE_OK);
  assert_texts (voucher);
}

static void
test_certificate (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsWalletCertificate) back = ds_wallet_certificate_parse (fixture->certificate->bytes, NULL);
  g_autofree char *serial = ds_wallet_certificate_get_serial_hex (back);
  guint8 public_key[DS_SM2_COMPRESSED_SIZE];

  g_assert_cmpstr (back->operator_id, ==, EVIDENCE_OPERATOR);
  g_assert_cmpstr (serial, ==, "000102fdfeff");
  g_assert_cmpuint (back->tier, ==, 3);
  g_assert_cmpint (back->voucher_limit_fen, ==, 50000);
  g_assert_cmpint (back->total_limit_fen, ==, 100000);
  ds_key_get_public_compressed (fixture->wallet_key, public_key);
  g_assert_cmpmem (back->public_key, sizeof back->public_key, public_key, sizeof public_key);
  /* The end of the day that was asked for. */
  g_assert_cmpint (back->not_after_s % DAY_S, ==, DAY_S - 1);
  g_assert_cmpint (back->not_after_s / DAY_S, ==, (EVIDENCE_NOW_S + 10 * DAY_S) / DAY_S);
  g_assert_cmpuint (g_bytes_get_size (back->bytes), ==, DS_WALLET_CERTIFICATE_SIZE);
  g_assert_true (ds_wallet_certificate_verify (back, fixture->operator_key));
  g_assert_false (ds_wallet_certificate_verify (back, fixture->wallet_key));
}

static void
assert_fits (const DsEvidence *evidence, gsize max_characters, guint max_version)
{
  g_autofree char *text = ds_evidence_to_text (evidence);
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  g_assert_cmpuint (strlen (text), <=, max_characters);
  g_assert_cmpuint (ds_qr_get_version (qr), <=, max_version);
  assert_texts (evidence);
}

/* With every field at its largest and longest. */
static void
test_sizes (EvidenceFixture *fixture, gconstpointer unused)
{
  DsEvidence receipt_draft = evidence_fixture_draft_receipt ();
  DsEvidence voucher_draft = evidence_fixture_draft_voucher ();
  DsWalletCertificate certificate_draft = *fixture->certificate;
  g_autoptr (DsWalletCertificate) certificate = NULL;
  g_autoptr (DsEvidence) receipt = NULL;
  g_autoptr (DsEvidence) voucher = NULL;

  receipt_draft.amount_fen = receipt_draft.red_packet_fen = DS_MONEY_MAX_FEN;
  receipt_draft.operator_id = (char *)"999";
  receipt_draft.at_s = G_MAXUINT32;
  receipt = ds_receipt_sign (fixture->operator_key, &receipt_draft, NULL);
  g_assert_cmpuint (strlen (receipt->payee_id), ==, 8);
  g_assert_cmpuint (strlen (receipt->operator_ref), ==, 20);
  assert_fits (receipt, 221, 8);

  certificate_draft.operator_id = (char *)"999";
  certificate_draft.tier = 4;
  certificate_draft.voucher_limit_fen = certificate_draft.total_limit_fen = G_MAXUINT32;
  certificate_draft.not_after_s = 65535 * DAY_S;
  certificate = ds_wallet_certificate_sign (fixture->operator_key, &certificate_draft, NULL);
  g_assert_cmpint (certificate->not_after_s, ==, 65536 * DAY_S - 1);
  g_assert_cmpint (certificate->voucher_limit_fen, ==, G_MAXUINT32);
  voucher_draft.amount_fen = voucher_draft.counter = voucher_draft.at_s = G_MAXUINT32;
  voucher = ds_voucher_sign (fixture->wallet_key, certificate, &voucher_draft, NULL);
  g_assert_cmpuint (strlen (voucher->payee_id), ==, 8);
  assert_fits (voucher, DS_EVIDENCE_TEXT_MAX_BYTES, 11);
}

static void
test_smallest (EvidenceFixture *fixture, gconstpointer unused)
{
  DsEvidence receipt_draft = evidence_fixture_draft_receipt ();
  DsEvidence voucher_draft = evidence_fixture_draft_voucher ();
  g_autoptr (DsEvidence) receipt = NULL;
  g_autoptr (DsEvidence) voucher = NULL;

  receipt_draft.amount_fen = 1;
  receipt_draft.red_packet_fen = receipt_draft.at_s = 0;
  receipt_draft.payee_id = receipt_draft.operator_ref = (char *)"1";
  receipt_draft.operator_id = (char *)"000";
  receipt = ds_receipt_sign (fixture->operator_key, &receipt_draft, NULL);
  g_assert_cmpstr (receipt->operator_id, ==, "000");
  assert_fits (receipt, 221, 8);

  voucher_draft.amount_fen = 1;
  voucher_draft.counter = voucher_draft.at_s = 0;
  voucher_draft.payee_id = (char *)"1";
  voucher = ds_voucher_sign (fixture->wallet_key, fixture->certificate, &voucher_draft, NULL);
  g_assert_cmpint (voucher->counter, ==, 0);
  assert_fits (voucher, DS_EVIDENCE_TEXT_MAX_BYTES, 11);
}

static void
test_bad_drafts (EvidenceFixture *fixture, gconstpointer unused)
{
  const DsEvidence good = evidence_fixture_draft_receipt ();
  DsEvidence bad[17];
  gsize n = G_N_ELEMENTS (bad);

  for (gsize i = 0; i < n; i++)
    bad[i] = good;
  bad[0].payment_id = (char *)"017f22e2-79b0-4cc3-98c4-dc0c0c07398f";
  bad[1].payment_id = NULL;
  bad[2].amount_fen = bad[2].red_packet_fen = 0;
  bad[3].amount_fen = -1;
  bad[4].amount_fen = DS_MONEY_MAX_FEN + 1;
  bad[5].payee_id = (char *)"";
  bad[6].payee_id = (char *)"123456789";
  bad[7].payee_id = (char *)"快递";
  bad[8].payee_id = NULL;
  bad[9].operator_id = (char *)"3";
  bad[10].operator_ref = NULL;
  bad[11].operator_ref = (char *)"123456789012345678901";
  bad[12].operator_ref = (char *)"a b";
  bad[13].red_packet_fen = -1;
  bad[14].red_packet_fen = good.amount_fen + 1;
  bad[15].at_s = -1;
  bad[16].at_s = G_MAXUINT32 + G_GINT64_CONSTANT (1);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_receipt_sign (fixture->operator_key, &bad[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_bad_vouchers (EvidenceFixture *fixture, gconstpointer unused)
{
  const DsEvidence good = evidence_fixture_draft_voucher ();
  DsEvidence bad[] = { good, good, good };
  DsWalletCertificate drafts[7];
  g_autoptr (GError) error = NULL;

  bad[0].amount_fen = G_MAXUINT32 + G_GINT64_CONSTANT (1);
  bad[1].counter = -1;
  bad[2].counter = G_MAXUINT32 + G_GINT64_CONSTANT (1);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (ds_voucher_sign (fixture->wallet_key, fixture->certificate, &bad[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_null (ds_voucher_sign (fixture->operator_key, fixture->certificate, &good, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  g_clear_error (&error);

  for (gsize i = 0; i < G_N_ELEMENTS (drafts); i++)
    drafts[i] = *fixture->certificate;
  drafts[0].operator_id = (char *)"1000";
  drafts[1].tier = 0;
  drafts[2].tier = 5;
  drafts[3].voucher_limit_fen = -1;
  drafts[4].total_limit_fen = G_MAXUINT32 + G_GINT64_CONSTANT (1);
  drafts[5].not_after_s = 65536 * DAY_S;
  memset (drafts[6].public_key + 1, 0xff, DS_SM2_COMPRESSED_SIZE - 1);
  for (gsize i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      g_assert_null (ds_wallet_certificate_sign (fixture->operator_key, &drafts[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      g_clear_error (&error);
    }
}

static void
test_verdicts (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autoptr (DsEvidence) voucher = evidence_fixture_make_voucher (fixture);
  const DsEvidence *const both[] = { receipt, voucher };

  for (gsize i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_assert_cmpint (ds_evidence_verify (both[i], fixture->trust, EVIDENCE_OTHER_PAYMENT, "OTHER", 1, 0),
                       ==, DS_EVIDENCE_OTHER_PAYMENT);
      g_assert_cmpint (ds_evidence_verify (both[i], fixture->trust, EVIDENCE_PAYMENT, "OTHER", 1, 0), ==,
                       DS_EVIDENCE_OTHER_PAYEE);
      g_assert_cmpint (
          ds_evidence_verify (both[i], fixture->trust, EVIDENCE_PAYMENT, EVIDENCE_PAYEE, 28651, 0), ==,
          DS_EVIDENCE_OTHER_AMOUNT);
      g_assert_cmpint (ds_evidence_verify (both[i], fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                       DS_EVIDENCE_OK);
      g_assert_cmpint (ds_evidence_verify (both[i], fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S - 600), ==,
                       DS_EVIDENCE_OK);
      g_assert_cmpint (ds_evidence_verify (both[i], fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S - 601), ==,
                       DS_EVIDENCE_FROM_FUTURE);
      g_assert_cmpint (ds_evidence_verify (both[i], fixture->trust, NULL, NULL, -1, G_MININT64), ==,
                       DS_EVIDENCE_FROM_FUTURE);
    }
}

/* The list knows the operator, but not the key, or not at that time, or no longer. */
static void
test_trust (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsKey) stranger = ds_key_generate (NULL);
  g_autoptr (DsTrustList) other_key
      = evidence_fixture_make_trust (fixture->depot, stranger, 0, G_MAXUINT32, FALSE);
  g_autoptr (DsTrustList) revoked
      = evidence_fixture_make_trust (fixture->depot, fixture->operator_key, 0, G_MAXUINT32, TRUE);
  g_autoptr (DsTrustList) not_yet = evidence_fixture_make_trust (fixture->depot, fixture->operator_key,
                                                                 EVIDENCE_NOW_S + 1, G_MAXUINT32, FALSE);
  g_autoptr (DsTrustList) no_longer
      = evidence_fixture_make_trust (fixture->depot, fixture->operator_key, 0, EVIDENCE_NOW_S - 1, FALSE);
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autoptr (DsEvidence) voucher = evidence_fixture_make_voucher (fixture);
  DsEvidence other_draft = evidence_fixture_draft_receipt ();
  g_autoptr (DsEvidence) other_operator = NULL;
  DsTrustList *const unknown[] = { revoked, not_yet, no_longer };

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_assert_cmpint (ds_evidence_verify (receipt, unknown[i], NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                       DS_EVIDENCE_UNKNOWN_OPERATOR);
      g_assert_cmpint (ds_evidence_verify (voucher, unknown[i], NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                       DS_EVIDENCE_UNKNOWN_OPERATOR);
    }
  g_assert_cmpint (ds_evidence_verify (receipt, other_key, NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                   DS_EVIDENCE_FORGED);
  g_assert_cmpint (ds_evidence_verify (voucher, other_key, NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                   DS_EVIDENCE_FORGED_CERTIFICATE);

  other_draft.operator_id = (char *)"007";
  other_operator = ds_receipt_sign (fixture->operator_key, &other_draft, NULL);
  g_assert_cmpint (judge (fixture, other_operator), ==, DS_EVIDENCE_UNKNOWN_OPERATOR);
}

static void
test_voucher_verdicts (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsWalletCertificate) self_made
      = evidence_fixture_certify (fixture, fixture->wallet_key, EVIDENCE_NOW_S + DAY_S);
  g_autoptr (DsWalletCertificate) old
      = evidence_fixture_certify (fixture, fixture->operator_key, EVIDENCE_NOW_S - DAY_S);
  DsEvidence draft = evidence_fixture_draft_voucher ();
  g_autoptr (DsEvidence) forged_certificate = ds_voucher_sign (fixture->wallet_key, self_made, &draft, NULL);
  g_autoptr (DsEvidence) expired = ds_voucher_sign (fixture->wallet_key, old, &draft, NULL);
  g_autoptr (DsEvidence) dated_back = NULL;
  g_autoptr (DsEvidence) at_limit = NULL;
  g_autoptr (DsEvidence) over_limit = NULL;

  g_assert_cmpint (judge (fixture, forged_certificate), ==, DS_EVIDENCE_FORGED_CERTIFICATE);
  g_assert_cmpint (judge (fixture, expired), ==, DS_EVIDENCE_EXPIRED_CERTIFICATE);
  g_assert_cmpint (ds_evidence_verify (expired, fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S - 2 * DAY_S),
                   ==, DS_EVIDENCE_EXPIRED_CERTIFICATE);
  draft.at_s = EVIDENCE_NOW_S - 2 * DAY_S;
  dated_back = ds_voucher_sign (fixture->wallet_key, old, &draft, NULL);
  g_assert_cmpint (judge (fixture, dated_back), ==, DS_EVIDENCE_EXPIRED_CERTIFICATE);
  g_assert_cmpint (ds_evidence_verify (dated_back, fixture->trust, NULL, NULL, -1, old->not_after_s), ==,
                   DS_EVIDENCE_OK);

  draft = evidence_fixture_draft_voucher ();
  draft.amount_fen = fixture->certificate->voucher_limit_fen;
  at_limit = ds_voucher_sign (fixture->wallet_key, fixture->certificate, &draft, NULL);
  draft.amount_fen++;
  over_limit = ds_voucher_sign (fixture->wallet_key, fixture->certificate, &draft, NULL);
  g_assert_cmpint (ds_evidence_verify (at_limit, fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                   DS_EVIDENCE_OK);
  g_assert_cmpint (ds_evidence_verify (over_limit, fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                   DS_EVIDENCE_OVER_WALLET_LIMIT);
}

/* A voucher whose certificate is another wallet's, put together by hand: each half is genuine. */
static void
test_borrowed_certificate (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) voucher = evidence_fixture_make_voucher (fixture);
  g_autoptr (DsKey) thief = ds_key_generate (NULL);
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsEvidence) stolen = NULL;
  DsSignedTlv opened;

  g_assert_true (ds_signed_tlv_open (voucher->bytes, DS_EVIDENCE_TAG_VOUCHER, &opened, NULL));
  g_byte_array_append (objects, opened.objects.bytes, (guint)opened.objects.n);
  bytes = ds_signed_tlv_seal (thief, DS_EVIDENCE_TAG_VOUCHER, objects, NULL);
  stolen = ds_evidence_parse (bytes, NULL);
  g_assert_nonnull (stolen);
  g_assert_cmpint (judge (fixture, stolen), ==, DS_EVIDENCE_FORGED);
}

static void
test_openssl_command (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  gsize n;
  const guint8 *data = g_bytes_get_data (receipt->bytes, &n);
  const guint8 *signature = data + n - DS_SM2_SIGNATURE_SIZE;

  if (!openssl_command_is_here ())
    return;
  g_assert_true (openssl_command_verifies (fixture->operator_key, "1234567812345678", data,
                                           n - DS_SM2_SIGNATURE_SIZE - 2, signature));
  g_assert_false (openssl_command_verifies (fixture->wallet_key, "1234567812345678", data,
                                            n - DS_SM2_SIGNATURE_SIZE - 2, signature));
}

static void
test_verdict_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint verdict = DS_EVIDENCE_OK; verdict <= DS_EVIDENCE_FROM_FUTURE; verdict++)
    {
      const char *name = ds_evidence_verdict_to_name (verdict);

      g_assert_nonnull (name);
      g_assert_true (g_hash_table_add (seen, (gpointer)name));
    }
}

/* A receipt signed rightly whose objects are as @objects has them. */
static DsEvidence *
parse_sealed (EvidenceFixture *fixture, const GByteArray *objects)
{
  g_autoptr (GBytes) bytes
      = ds_signed_tlv_seal (fixture->operator_key, DS_EVIDENCE_TAG_RECEIPT, objects, NULL);

  return ds_evidence_parse (bytes, NULL);
}

/* The signer's word is not enough. */
static void
test_bad_objects (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (DsEvidence) as_it_was = NULL;
  g_autoptr (GBytes) longer = NULL;
  DsSignedTlv opened;

  g_assert_true (ds_signed_tlv_open (receipt->bytes, DS_EVIDENCE_TAG_RECEIPT, &opened, NULL));
  g_byte_array_append (objects, opened.objects.bytes, (guint)opened.objects.n);
  as_it_was = parse_sealed (fixture, objects);
  g_assert_nonnull (as_it_was);

  objects->data[2 + 6] = 0x4c; /* the payment id becomes a UUIDv4 */
  g_assert_null (parse_sealed (fixture, objects));

  /* Something behind the whole. */
  g_byte_array_set_size (objects, 0);
  g_byte_array_append (objects, g_bytes_get_data (receipt->bytes, NULL),
                       (guint)g_bytes_get_size (receipt->bytes));
  g_byte_array_append (objects, (const guint8 *)"", 1);
  longer = g_byte_array_free_to_bytes (g_steal_pointer (&objects));
  g_assert_null (ds_evidence_parse (longer, NULL));
}

/* Certificates that an operator signed, but that are not as certificates must be. */
static void
test_bad_certificates (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (GByteArray) good = g_byte_array_new ();
  const gsize point_at = 2 + 8 + 2; /* behind the wallet object and the point's own tag and length */
  DsSignedTlv opened;

  g_assert_true (
      ds_signed_tlv_open (fixture->certificate->bytes, DS_EVIDENCE_TAG_CERTIFICATE, &opened, NULL));
  g_byte_array_append (good, opened.objects.bytes, (guint)opened.objects.n);
  g_assert_cmphex (good->data[point_at] & 0xfe, ==, 2);

  for (guint change = 0; change < 4; change++)
    {
      g_autoptr (GByteArray) objects = g_byte_array_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (DsWalletCertificate) certificate = NULL;

      g_byte_array_append (objects, good->data, good->len);
      if (change == 1)
        objects->data[point_at] = 4;
      else if (change == 2)
        ds_tlv_append_uint (objects, 0xcc, 1);
      else if (change == 3)
        objects->data[2] = 4; /* operator 1027 */
      bytes = ds_signed_tlv_seal (fixture->operator_key, DS_EVIDENCE_TAG_CERTIFICATE, objects, NULL);
      certificate = ds_wallet_certificate_parse (bytes, NULL);
      g_assert_true ((certificate != NULL) == (change == 0));
    }
}

/* The objects must stand in their one order, each once, each in its one form. */
static void
test_canonical (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  GByteArray *objects[8];
  DsSignedTlv opened;
  gsize n = 0;

  g_assert_true (ds_signed_tlv_open (receipt->bytes, DS_EVIDENCE_TAG_RECEIPT, &opened, NULL));
  while (!ds_tlv_reader_is_done (&opened.objects))
    {
      DsTlv object;

      g_assert_true (ds_tlv_reader_next (&opened.objects, &object, NULL));
      objects[n] = g_byte_array_new ();
      ds_tlv_append (objects[n++], object.tag, object.value, object.n);
    }
  g_assert_cmpuint (n, ==, 7);

  /* Objects @a and @b exchanged, or @a left out; as they are, and then with one more behind them. */
  for (gsize a = 0; a < n; a++)
    {
      for (gsize b = 0; b <= n; b++)
        {
          g_autoptr (GByteArray) some = g_byte_array_new ();
          g_autoptr (DsEvidence) read = NULL;

          for (gsize i = 0; i < n; i++)
            {
              gsize which = i == a ? b : i == b ? a : i;

              if (which < n)
                g_byte_array_append (some, objects[which]->data, objects[which]->len);
            }
          read = parse_sealed (fixture, some);
          g_assert_true ((read != NULL) == (a == b));
          if (a == b)
            {
              g_byte_array_append (some, objects[a]->data, objects[a]->len);
              g_assert_null (parse_sealed (fixture, some));
            }
        }
    }
  for (gsize i = 0; i < n; i++)
    g_byte_array_unref (objects[i]);
}

/* @text as bytes, and @more behind them, as text again. */
static char *
extend_base64 (const char *text, gsize drop, GByteArray *more)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *data = NULL;
  gsize n;

  data = g_base64_decode (text, &n);
  g_byte_array_append (bytes, data + drop, (guint)(n - drop));
  g_byte_array_append (bytes, more->data, more->len);
  return g_base64_encode (bytes->data, bytes->len);
}

/* Somebody's application beside ours is passed over, and without ours it is no evidence. */
static void
test_emv_others (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autofree char *text = ds_evidence_to_emv_text (receipt);
  g_autoptr (GByteArray) foreign = g_byte_array_new ();
  g_autofree char *foreign_text = NULL;
  g_autofree char *with_foreign = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) read = NULL;

  ds_tlv_append (foreign, 0x61, "\x4f\x05\xa0\x00\x00\x03\x33\x57\x02\x12\x34", 11);
  ds_tlv_append (foreign, 0x62, "\x64\x01\x00", 3);
  foreign_text = ds_emv_cpm_write (foreign->data, foreign->len, NULL);
  g_assert_false (ds_evidence_text_is_evidence (foreign_text));
  g_assert_null (ds_evidence_parse_text (foreign_text, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);

  with_foreign = extend_base64 (text, 0, foreign);
  read = ds_evidence_parse_text (with_foreign, NULL);
  g_assert_nonnull (read);
  assert_same_bytes (read->bytes, receipt->bytes);
}

/* Codes that name our application and are not as they should be: refused, but still ours to speak about. */
static void
test_emv_refused (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEvidence) receipt = evidence_fixture_make_receipt (fixture);
  g_autofree char *text = ds_evidence_to_emv_text (receipt);
  g_autofree guint8 *data = NULL;
  gsize n;
  const gsize format_n = 7; /* 85 05 "CPV01" */

  data = g_base64_decode (text, &n);
  for (guint change = 0; change < 5; change++)
    {
      g_autoptr (GByteArray) more = g_byte_array_new ();
      g_autofree char *changed = NULL;

      if (change == 1) /* a tag without its object */
        g_byte_array_append (more, (const guint8 *)"\x61", 1);
      else if (change == 2) /* ours a second time, and an account for both to pay from */
        {
          g_byte_array_append (more, data + format_n, (guint)(n - format_n));
          ds_tlv_append (more, 0x62, "\x57\x02\x12\x34", 4);
        }
      else if (change == 3) /* another application with nothing to pay from */
        ds_tlv_append (more, 0x61, "\x4f\x05\xa0\x00\x00\x03\x33", 7);
      changed = extend_base64 (text, change == 4 ? format_n : 0, more);

      if (change == 0)
        g_assert_cmpstr (changed, ==, text);
      else
        {
          g_autoptr (GError) error = NULL;

          g_assert_true (ds_evidence_text_is_evidence (changed) == (change != 4));
          g_assert_null (ds_evidence_parse_text (changed, &error));
          g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
        }
    }
}

static void
test_texts_refused (void)
{
  g_autofree char *huge = g_strnfill (100000, '0');
  g_autofree char *huge_text = g_strconcat ("DS1:", huge, NULL);
  g_autofree char *huge_emv = g_strconcat ("hQVDUFYw", huge, NULL);
  const char *const bad[] = { "",       "DS1:",    "DS1:0",    "DS1:000",      "ds1:000", "DS2:000",
                              "DS1:\n", "hQVDUFY", "hQVDUFYw", "hQVDUFYwMQ==", huge_text, huge_emv };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_evidence_parse_text (bad[i], &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == DS_ERROR);
    }
}

#define ADD(path, test)                                                                                      \
  g_test_add (path, EvidenceFixture, NULL, evidence_fixture_set_up, test, evidence_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/evidence/receipt", test_receipt);
  ADD ("/evidence/voucher", test_voucher);
  ADD ("/evidence/certificate", test_certificate);
  ADD ("/evidence/sizes", test_sizes);
  ADD ("/evidence/smallest", test_smallest);
  ADD ("/evidence/bad-drafts", test_bad_drafts);
  ADD ("/evidence/bad-vouchers", test_bad_vouchers);
  ADD ("/evidence/verdicts", test_verdicts);
  ADD ("/evidence/trust", test_trust);
  ADD ("/evidence/voucher-verdicts", test_voucher_verdicts);
  ADD ("/evidence/borrowed-certificate", test_borrowed_certificate);
  ADD ("/evidence/openssl-command", test_openssl_command);
  g_test_add_func ("/evidence/verdict-names", test_verdict_names);
  ADD ("/evidence/bad-objects", test_bad_objects);
  ADD ("/evidence/bad-certificates", test_bad_certificates);
  ADD ("/evidence/canonical", test_canonical);
  ADD ("/evidence/emv-others", test_emv_others);
  ADD ("/evidence/emv-refused", test_emv_refused);
  g_test_add_func ("/evidence/texts-refused", test_texts_refused);
  return g_test_run ();
}
