/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No change of a receipt or a voucher is accepted, in whatever form it is carried. Who it is for and how much is not
 * compared here: the form and the signatures must do it alone. */
#include "config.h"

#include "evidence-fixture.h"

#include <string.h>

#define RANDOM_CHANGES 20000
#define RANDOM_CHANGES_SLOW 200000

static DsEvidence *
make (EvidenceFixture *fixture, DsEvidenceKind kind)
{
  return kind == DS_EVIDENCE_RECEIPT ? evidence_fixture_make_receipt (fixture)
                                     : evidence_fixture_make_voucher (fixture);
}

static gboolean
is_accepted (EvidenceFixture *fixture, DsEvidence *evidence)
{
  return evidence != NULL
         && ds_evidence_verify (evidence, fixture->trust, NULL, NULL, -1, EVIDENCE_NOW_S) == DS_EVIDENCE_OK;
}

static gboolean
bytes_are_accepted (EvidenceFixture *fixture, const guint8 *data, gsize n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (DsEvidence) evidence = ds_evidence_parse (bytes, NULL);

  return is_accepted (fixture, evidence);
}

static gboolean
text_is_accepted (EvidenceFixture *fixture, const char *text)
{
  g_autoptr (DsEvidence) evidence = ds_evidence_parse_text (text, NULL);

  return is_accepted (fixture, evidence);
}

static void
test_bits (EvidenceFixture *fixture, gconstpointer kind)
{
  g_autoptr (DsEvidence) evidence = make (fixture, GPOINTER_TO_INT (kind));
  gsize n;
  const guint8 *data = g_bytes_get_data (evidence->bytes, &n);
  g_autofree guint8 *changed = g_memdup2 (data, n);

  g_assert_true (bytes_are_accepted (fixture, changed, n));
  for (gsize bit = 0; bit < 8 * n; bit++)
    {
      changed[bit / 8] ^= (guint8)(1 << bit % 8);
      g_assert_false (bytes_are_accepted (fixture, changed, n));
      changed[bit / 8] ^= (guint8)(1 << bit % 8);
    }
  for (gsize shorter = 0; shorter < n; shorter++)
    g_assert_false (bytes_are_accepted (fixture, changed, shorter));
  for (gsize from = 1; from < n; from++)
    g_assert_false (bytes_are_accepted (fixture, changed + from, n - from));
}

static void
assert_no_bit_of_text (EvidenceFixture *fixture, char *text)
{
  gsize n = strlen (text);

  g_assert_true (text_is_accepted (fixture, text));
  for (gsize bit = 0; bit < 8 * n; bit++)
    {
      text[bit / 8] ^= (char)(1 << bit % 8);
      g_assert_false (text_is_accepted (fixture, text));
      text[bit / 8] ^= (char)(1 << bit % 8);
    }
}

static void
test_text_bits (EvidenceFixture *fixture, gconstpointer kind)
{
  g_autoptr (DsEvidence) evidence = make (fixture, GPOINTER_TO_INT (kind));
  g_autofree char *text = ds_evidence_to_text (evidence);
  g_autofree char *emv_text = ds_evidence_to_emv_text (evidence);

  assert_no_bit_of_text (fixture, text);
  assert_no_bit_of_text (fixture, emv_text);
}

/* Changes one to four places: another byte, a byte taken out, put in, doubled, or two parts exchanged. */
static void
change_bytes (GByteArray *bytes, const char *alphabet)
{
  gint times = g_test_rand_int_range (1, 5);

  while (times-- > 0 && bytes->len > 2)
    {
      guint at = (guint)g_test_rand_int_range (0, (gint)bytes->len - 1);
      guint8 byte = (guint8)(alphabet != NULL ? alphabet[g_test_rand_int_range (0, (gint)strlen (alphabet))]
                                              : g_test_rand_int_range (0, 256));

      switch (g_test_rand_int_range (0, 8))
        {
        case 0:
          g_byte_array_remove_index (bytes, at);
          break;
        case 1:
          g_byte_array_append (bytes, &byte, 1);
          break;
        case 2:
          g_byte_array_append (bytes, &byte, 1);
          memmove (bytes->data + at + 1, bytes->data + at, bytes->len - 1 - at);
          break;
        case 3:
          byte = bytes->data[at];
          bytes->data[at] = bytes->data[at + 1];
          bytes->data[at + 1] = byte;
          break;
        default:
          bytes->data[at] = byte;
        }
    }
}

/* @text is (nullable): the changes are made to the bytes then. */
static void
assert_no_random_change (EvidenceFixture *fixture, const DsEvidence *evidence, const char *text, guint rounds)
{
  static const char base45[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  gsize n;
  const void *data = text != NULL ? text : g_bytes_get_data (evidence->bytes, &n);

  if (text != NULL)
    n = strlen (text);
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GByteArray) changed = g_byte_array_new ();

      g_byte_array_append (changed, data, (guint)n);
      change_bytes (changed, text == NULL ? NULL : g_str_has_prefix (text, "DS1:") ? base45 : base64);
      if (changed->len == n && memcmp (changed->data, data, n) == 0)
        continue;
      if (text == NULL)
        g_assert_false (bytes_are_accepted (fixture, changed->data, changed->len));
      else
        {
          g_byte_array_append (changed, (const guint8 *)"", 1);
          g_assert_false (text_is_accepted (fixture, (const char *)changed->data));
        }
    }
}

static void
test_random (EvidenceFixture *fixture, gconstpointer kind)
{
  g_autoptr (DsEvidence) evidence = make (fixture, GPOINTER_TO_INT (kind));
  g_autofree char *text = ds_evidence_to_text (evidence);
  g_autofree char *emv_text = ds_evidence_to_emv_text (evidence);
  guint rounds = (g_test_slow () ? RANDOM_CHANGES_SLOW : RANDOM_CHANGES) / 8;

  assert_no_random_change (fixture, evidence, NULL, 2 * rounds);
  assert_no_random_change (fixture, evidence, text, rounds);
  assert_no_random_change (fixture, evidence, emv_text, rounds);
}

#define ADD(path, kind, test)                                                                                \
  g_test_add (path, EvidenceFixture, GINT_TO_POINTER (kind), evidence_fixture_set_up, test,                  \
              evidence_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/evidence-changes/receipt/bits", DS_EVIDENCE_RECEIPT, test_bits);
  ADD ("/evidence-changes/receipt/text-bits", DS_EVIDENCE_RECEIPT, test_text_bits);
  ADD ("/evidence-changes/receipt/random", DS_EVIDENCE_RECEIPT, test_random);
  ADD ("/evidence-changes/voucher/bits", DS_EVIDENCE_VOUCHER, test_bits);
  ADD ("/evidence-changes/voucher/text-bits", DS_EVIDENCE_VOUCHER, test_text_bits);
  ADD ("/evidence-changes/voucher/random", DS_EVIDENCE_VOUCHER, test_random);
  return g_test_run ();
}
