/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever can be said can be written, read back the same, and is believed; with values drawn from GLib's seeded
 * numbers, so that --seed repeats a failure. */
#include "config.h"

#include "evidence-fixture.h"

#include "ds-enrol-code.h"
#include "ds-entry.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-qr.h"
#include "ds-random.h"

#include <string.h>

#define ROUNDS 100
#define ROUNDS_SLOW 3000

static guint
count_rounds (void)
{
  return g_test_slow () ? ROUNDS_SLOW : ROUNDS;
}

/* Small, large and middling alike: the number of bits is drawn first. */
static gint64
draw_number (gint64 least, gint64 most)
{
  gint bits = g_test_rand_int_range (0, 63);
  guint64 number
      = ((guint64)(guint32)g_test_rand_int () << 32 | (guint32)g_test_rand_int ()) >> (63 - bits) >> 1;

  return least + (gint64)(number % (guint64)(most - least + 1));
}

static char *
draw_text (const char *alphabet, gsize least, gsize most)
{
  GString *text = g_string_new (NULL);
  gint n = g_test_rand_int_range ((gint)least, (gint)most + 1);

  while (n-- > 0)
    g_string_append_c (text, alphabet[g_test_rand_int_range (0, (gint)strlen (alphabet))]);
  return g_string_free (text, FALSE);
}

/* Every printable ASCII character but the blank. */
static char *
draw_graphic (gsize least, gsize most)
{
  char alphabet['~' - '!' + 2] = { 0 };

  for (char c = '!'; c <= '~'; c++)
    alphabet[c - '!'] = c;
  return draw_text (alphabet, least, most);
}

static char *
draw_id (void)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (draw_number (0, (G_GINT64_CONSTANT (1) << 48) - 1));
  g_autoptr (DsRandom) random = ds_random_new_seeded ((guint32)g_test_rand_int ());

  return ds_id_new (DS_CLOCK (clock), random);
}

static void
assert_same_evidence (const DsEvidence *a, const DsEvidence *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpstr (a->payment_id, ==, b->payment_id);
  g_assert_cmpint (a->amount_fen, ==, b->amount_fen);
  g_assert_cmpstr (a->payee_id, ==, b->payee_id);
  g_assert_cmpstr (a->operator_id, ==, b->operator_id);
  g_assert_cmpstr (a->operator_ref, ==, b->operator_ref);
  g_assert_cmpint (a->red_packet_fen, ==, b->red_packet_fen);
  g_assert_cmpint (a->counter, ==, b->counter);
  g_assert_cmpint (a->at_s, ==, b->at_s);
}

static void
assert_both_texts (const DsEvidence *evidence, const DsEvidence *draft, guint max_version)
{
  g_autofree char *text = ds_evidence_to_text (evidence);
  g_autofree char *emv_text = ds_evidence_to_emv_text (evidence);
  g_autoptr (DsEvidence) from_text = ds_evidence_parse_text (text, NULL);
  g_autoptr (DsEvidence) from_emv = ds_evidence_parse_text (emv_text, NULL);
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  assert_same_evidence (from_text, draft);
  assert_same_evidence (from_emv, draft);
  g_assert_true (g_bytes_equal (from_text->bytes, from_emv->bytes));
  g_assert_cmpuint (ds_qr_get_version (qr), <=, max_version);
}

/* The trust list of the fixture ends thirty days from its now; here every time counts. */
static void
test_receipts (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsTrustList) trust
      = evidence_fixture_make_trust (fixture->depot, fixture->operator_key, 0, G_MAXUINT32, FALSE);

  for (guint i = 0; i < count_rounds (); i++)
    {
      g_autofree char *payment = draw_id ();
      g_autofree char *payee = draw_graphic (1, 8);
      g_autofree char *operator_ref = draw_graphic (1, 20);
      DsEvidence draft = {
        .kind = DS_EVIDENCE_RECEIPT,
        .payment_id = payment,
        .amount_fen = draw_number (1, DS_MONEY_MAX_FEN),
        .payee_id = payee,
        .operator_id = (char *)EVIDENCE_OPERATOR,
        .operator_ref = operator_ref,
        .counter = -1,
        .at_s = draw_number (0, G_MAXUINT32),
      };
      g_autoptr (DsEvidence) receipt = NULL;

      draft.red_packet_fen = draw_number (0, draft.amount_fen);
      receipt = ds_receipt_sign (fixture->operator_key, &draft, NULL);
      g_assert_nonnull (receipt);
      assert_both_texts (receipt, &draft, 8);
      g_assert_cmpint (ds_evidence_verify (receipt, trust, payment, payee, draft.amount_fen, draft.at_s), ==,
                       DS_EVIDENCE_OK);
    }
}

static DsWalletCertificate *
draw_certificate (EvidenceFixture *fixture)
{
  DsWalletCertificate draft = {
    .operator_id = (char *)EVIDENCE_OPERATOR,
    .tier = (guint)g_test_rand_int_range (1, 5),
    .voucher_limit_fen = draw_number (1, G_MAXUINT32),
    .total_limit_fen = draw_number (0, G_MAXUINT32),
    .not_after_s = draw_number (0, G_MAXUINT32),
  };
  DsWalletCertificate *certificate;

  for (gsize i = 0; i < sizeof draft.serial; i++)
    draft.serial[i] = (guint8)g_test_rand_int_range (0, 256);
  ds_key_get_public_compressed (fixture->wallet_key, draft.public_key);
  certificate = ds_wallet_certificate_sign (fixture->operator_key, &draft, NULL);

  g_assert_nonnull (certificate);
  g_assert_cmpstr (certificate->operator_id, ==, draft.operator_id);
  g_assert_cmpmem (certificate->serial, sizeof certificate->serial, draft.serial, sizeof draft.serial);
  g_assert_cmpuint (certificate->tier, ==, draft.tier);
  g_assert_cmpint (certificate->voucher_limit_fen, ==, draft.voucher_limit_fen);
  g_assert_cmpint (certificate->total_limit_fen, ==, draft.total_limit_fen);
  g_assert_cmpint (certificate->not_after_s, >=, draft.not_after_s);
  g_assert_cmpint (certificate->not_after_s - draft.not_after_s, <, 86400);
  return certificate;
}

static void
test_vouchers (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsTrustList) trust
      = evidence_fixture_make_trust (fixture->depot, fixture->operator_key, 0, G_MAXUINT32, FALSE);

  for (guint i = 0; i < count_rounds (); i++)
    {
      g_autoptr (DsWalletCertificate) certificate = draw_certificate (fixture);
      g_autofree char *payment = draw_id ();
      g_autofree char *payee = draw_graphic (1, 8);
      DsEvidence draft = {
        .kind = DS_EVIDENCE_VOUCHER,
        .payment_id = payment,
        .amount_fen = draw_number (1, G_MAXUINT32),
        .payee_id = payee,
        .operator_id = (char *)EVIDENCE_OPERATOR,
        .counter = draw_number (0, G_MAXUINT32),
        .at_s = draw_number (0, MIN (certificate->not_after_s, G_MAXUINT32)),
      };
      g_autoptr (DsEvidence) voucher = ds_voucher_sign (fixture->wallet_key, certificate, &draft, NULL);

      g_assert_nonnull (voucher);
      assert_both_texts (voucher, &draft, 11);
      g_assert_cmpint (ds_evidence_verify (voucher, trust, payment, payee, draft.amount_fen, draft.at_s), ==,
                       draft.amount_fen <= certificate->voucher_limit_fen ? DS_EVIDENCE_OK
                                                                          : DS_EVIDENCE_OVER_WALLET_LIMIT);
    }
}

/* Any JSON that is not too deep; @depth levels may still be opened. */
static json_t *
draw_json (guint depth)
{
  static const char *const texts[] = { "", "收款码", "\"\\/\n\t", "\u2028\U0001f4b0", "</script>", "a.b.c" };
  gint members = g_test_rand_int_range (0, 4);
  json_t *json;

  switch (g_test_rand_int_range (0, depth > 0 ? 7 : 5))
    {
    case 0:
      return json_string (texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))]);
    case 1:
      return json_integer (G_MAXINT64 - draw_number (0, G_MAXINT64 - 1));
    case 2:
      return json_integer (G_MININT64 + draw_number (0, G_MAXINT64 - 1));
    case 3:
      return json_boolean (g_test_rand_bit ());
    case 4:
      return json_null ();
    case 5:
      json = json_array ();
      while (members-- > 0)
        json_array_append_new (json, draw_json (depth - 1));
      return json;
    default:
      json = json_object ();
      while (members-- > 0)
        json_object_set_new (json, texts[members], draw_json (depth - 1));
      return json;
    }
}

/* A chain of entries, each of which is read back from its line alone. */
static void
test_entries (EvidenceFixture *fixture, gconstpointer unused)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (EVIDENCE_NOW_S * 1000);
  g_autofree char *prev = g_strdup (DS_ENTRY_GENESIS);

  for (guint i = 0; i < count_rounds (); i++)
    {
      g_autofree char *id = draw_id ();
      g_autofree char *type = draw_text ("abcxyz_-", 1, 40);
      g_autoptr (json_t) data = json_object ();
      g_autoptr (DsEntry) entry = NULL;
      g_autoptr (DsEntry) read = NULL;

      ds_manual_clock_advance_ms (clock, draw_number (0, 100000));
      json_object_set_new (data, "any", draw_json (5));
      entry = ds_entry_sign (fixture->depot, "device-1", i + 1, prev, id, DS_CLOCK (clock), type, data, NULL);
      g_assert_nonnull (entry);
      read = ds_entry_parse (entry->line, (gssize)strlen (entry->line), NULL);

      g_assert_cmpint (read->seq, ==, i + 1);
      g_assert_cmpstr (read->prev, ==, prev);
      g_assert_cmpstr (read->id, ==, id);
      g_assert_cmpstr (read->type, ==, type);
      g_assert_cmpint (read->at_ms, ==, ds_clock_get_wall_ms (DS_CLOCK (clock)));
      g_assert_cmpint (read->mono_ms, ==, ds_clock_get_mono_ms (DS_CLOCK (clock)));
      g_assert_true (json_equal (read->data, data));
      g_assert_true (ds_entry_verify (read, fixture->depot));
      g_assert_cmpstr (read->hash, ==, entry->hash);
      g_free (prev);
      prev = g_strdup (read->hash);
    }
}

static void
test_enrol_codes (void)
{
  for (guint i = 0; i < 10 * count_rounds (); i++)
    {
      g_autofree char *host = draw_text ("abc0", 1, 30);
      g_autofree char *address
          = g_strdup_printf ("https://%s.example:%d", host, g_test_rand_int_range (1, 65536));
      /* 43 characters; the last one carries two bits that must be zero. */
      g_autofree char *most_of_pin = draw_text ("ABYZabyz0189-_", 42, 42);
      g_autofree char *pin = g_strconcat (most_of_pin, g_test_rand_bit () ? "A" : "8", NULL);
      g_autofree char *one_time = draw_text ("ABYZabyz0189-_", 1, 64);
      const DsEnrolCode code = { address, pin, one_time };
      g_autofree char *text = ds_enrol_code_to_text (&code);
      g_autoptr (DsEnrolCode) back = ds_enrol_code_parse (text, NULL);

      g_assert_nonnull (back);
      g_assert_cmpstr (back->address, ==, address);
      g_assert_cmpstr (back->pin, ==, pin);
      g_assert_cmpstr (back->code, ==, one_time);
    }
}

#define ADD(path, test)                                                                                      \
  g_test_add (path, EvidenceFixture, NULL, evidence_fixture_set_up, test, evidence_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/round-trips/receipts", test_receipts);
  ADD ("/round-trips/vouchers", test_vouchers);
  ADD ("/round-trips/entries", test_entries);
  g_test_add_func ("/round-trips/enrol-codes", test_enrol_codes);
  return g_test_run ();
}
