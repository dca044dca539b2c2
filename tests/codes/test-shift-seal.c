/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-qr.h"
#include "ds-shift-seal.h"

#include <string.h>

#define DEVICE "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define SHIFT "017f22e2-79b0-7cc3-98c4-dc0c0c073990"
#define SEED 20261122

static DsShiftSeal
draft_seal (void)
{
  DsShiftSeal draft = {
    .device_id = (char *)DEVICE,
    .shift_id = (char *)SHIFT,
    .head_seq = 214,
    .at_s = 1795343520,
    .paid_fen = 94280,
    .cash_fen = 28650,
    .accepted_fen = 5000,
    .uncertain_fen = 0,
    .counted_fen = 48650,
  };

  ds_sm3 ("line", 4, draft.head_sm3);
  return draft;
}

static void
assert_same (const DsShiftSeal *a, const DsShiftSeal *b)
{
  g_assert_cmpstr (a->device_id, ==, b->device_id);
  g_assert_cmpstr (a->shift_id, ==, b->shift_id);
  g_assert_cmpint (a->head_seq, ==, b->head_seq);
  g_assert_cmpmem (a->head_sm3, DS_SM3_SIZE, b->head_sm3, DS_SM3_SIZE);
  g_assert_cmpint (a->at_s, ==, b->at_s);
  g_assert_cmpint (a->paid_fen, ==, b->paid_fen);
  g_assert_cmpint (a->cash_fen, ==, b->cash_fen);
  g_assert_cmpint (a->accepted_fen, ==, b->accepted_fen);
  g_assert_cmpint (a->uncertain_fen, ==, b->uncertain_fen);
  g_assert_cmpint (a->counted_fen, ==, b->counted_fen);
}

static gint64
draw_amount (GRand *rand)
{
  guint64 bits = ((guint64)g_rand_int (rand) << 32) | g_rand_int (rand);

  return (gint64)(bits >> g_rand_int_range (rand, 1, 64));
}

static void
test_round_trip (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < 300; i++)
    {
      DsShiftSeal draft = draft_seal ();
      g_autoptr (DsShiftSeal) seal = NULL;
      g_autoptr (DsShiftSeal) read = NULL;
      g_autoptr (DsQr) symbol = NULL;
      g_autofree char *text = NULL;

      if (i > 0)
        {
          draft.head_seq = draw_amount (rand);
          draft.at_s = g_rand_int (rand);
          draft.paid_fen = draw_amount (rand);
          draft.cash_fen = draw_amount (rand);
          draft.accepted_fen = draw_amount (rand);
          draft.uncertain_fen = draw_amount (rand);
          draft.counted_fen = draw_amount (rand);
        }
      seal = ds_shift_seal_sign (key, &draft, NULL);
      g_assert_nonnull (seal);
      assert_same (seal, &draft);
      text = ds_shift_seal_to_text (seal);
      read = ds_shift_seal_parse_text (text, NULL);
      g_assert_nonnull (read);
      assert_same (read, &draft);
      g_assert_true (ds_shift_seal_verify (read, key));
      g_assert_false (ds_shift_seal_verify (read, other));
      symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
      g_assert_cmpuint (ds_qr_get_version (symbol), <=, i == 0 ? 10 : 11);
    }
}

/* No bit can be changed, no byte left out or added, without its being noticed. */
static void
test_changes (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  DsShiftSeal draft = draft_seal ();
  g_autoptr (DsShiftSeal) seal = ds_shift_seal_sign (key, &draft, NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (seal->bytes, &n);

  for (gsize bit = 0; bit <= 8 * n; bit++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, n);
      g_autofree char *base45 = NULL;
      g_autofree char *text = NULL;
      g_autoptr (DsShiftSeal) read = NULL;

      if (bit < 8 * n)
        changed[bit / 8] ^= (guint8)(1 << bit % 8);
      base45 = ds_base45_encode (changed, n);
      text = g_strconcat (DS_SEAL_PREFIX, base45, NULL);
      read = ds_shift_seal_parse_text (text, NULL);
      /* The last one is unchanged. */
      g_assert_true ((read != NULL && ds_shift_seal_verify (read, key)) == (bit == 8 * n));
    }
  for (gsize shorter = 0; shorter < n; shorter++)
    {
      g_autofree char *base45 = ds_base45_encode (data, shorter);
      g_autofree char *text = g_strconcat (DS_SEAL_PREFIX, base45, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_shift_seal_parse_text (text, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_refused (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  DsShiftSeal below_zero = draft_seal ();
  DsShiftSeal no_shift = draft_seal ();
  const char *const texts[] = { "", "DSS1:", "DSS1:A", "dss1:6BF5A0", "DS1:6BF5A0", "DSS1:6BF5A0", "DSS1:é" };
  g_autofree char *endless = g_strnfill (1 << 20, '0');
  g_autoptr (GError) error = NULL;

  below_zero.uncertain_fen = -1;
  g_assert_null (ds_shift_seal_sign (key, &below_zero, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  no_shift.shift_id = (char *)"x";
  g_assert_null (ds_shift_seal_sign (key, &no_shift, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);

  memcpy (endless, DS_SEAL_PREFIX, strlen (DS_SEAL_PREFIX));
  g_assert_null (ds_shift_seal_parse_text (endless, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) local = NULL;

      g_assert_null (ds_shift_seal_parse_text (texts[i], &local));
      g_assert_error (local, DS_ERROR, DS_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/shift-seal/round-trip", test_round_trip);
  g_test_add_func ("/shift-seal/changes", test_changes);
  g_test_add_func ("/shift-seal/refused", test_refused);
  return g_test_run ();
}
