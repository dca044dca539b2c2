/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No bit of a receipt or a voucher can be changed, in whatever form it is carried, and no part left out. Who it is
 * for and how much is not compared here: the form and the signatures must do it alone. */
#include "config.h"

#include "evidence-fixture.h"

#include <string.h>

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

#define ADD(path, kind, test)                                                                                \
  g_test_add (path, EvidenceFixture, GINT_TO_POINTER (kind), evidence_fixture_set_up, test,                  \
              evidence_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/evidence-changes/receipt/bits", DS_EVIDENCE_RECEIPT, test_bits);
  ADD ("/evidence-changes/receipt/text-bits", DS_EVIDENCE_RECEIPT, test_text_bits);
  ADD ("/evidence-changes/voucher/bits", DS_EVIDENCE_VOUCHER, test_bits);
  ADD ("/evidence-changes/voucher/text-bits", DS_EVIDENCE_VOUCHER, test_text_bits);
  return g_test_run ();
}
