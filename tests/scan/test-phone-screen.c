/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts and vouchers are read from a phone's screen: drawn at 240 × 240 px, quiet zone included, in a 720p frame. */
#include "config.h"

#include "evidence-fixture.h"
#include "ds-zbar.h"
#include "shot.h"

#include <string.h>

#define SIDE_PX 240
#define SEED 20261122
#define MIN_SHARE 0.98

/* What ZBar alone reads of these frames: at most what it read of the medium frames that were measured. */
#define ZBAR_SHARE 0.70

#define N_FRAMES 120

typedef char *(*MakeTextFunc) (EvidenceFixture *fixture, guint i, GRand *rand);

typedef struct
{
  guint n_frames;
  guint n_read;
  guint n_wrong;
  guint version;
  guint side_modules;
} Share;

/* A field is as long as it can be, and no two codes are the same. */
static char *
make_receipt (EvidenceFixture *fixture, guint i, GRand *rand)
{
  DsEvidence draft = evidence_fixture_draft_receipt ();
  g_autofree char *operator_ref = g_strdup_printf ("202611220000%08u", g_rand_int_range (rand, 0, 100000000));
  g_autoptr (DsEvidence) receipt = NULL;

  draft.operator_ref = operator_ref;
  draft.amount_fen += i;
  receipt = ds_receipt_sign (fixture->operator_key, &draft, NULL);
  return ds_evidence_to_text (receipt);
}

static DsEvidence *
sign_voucher (EvidenceFixture *fixture, guint i)
{
  DsEvidence draft = evidence_fixture_draft_voucher ();

  draft.amount_fen += i;
  draft.counter = (gint64)G_MAXUINT32 - i;
  return ds_voucher_sign (fixture->wallet_key, fixture->certificate, &draft, NULL);
}

static char *
make_voucher (EvidenceFixture *fixture, guint i, GRand *rand)
{
  g_autoptr (DsEvidence) voucher = sign_voucher (fixture, i);

  return ds_evidence_to_text (voucher);
}

static char *
make_voucher_envelope (EvidenceFixture *fixture, guint i, GRand *rand)
{
  g_autoptr (DsEvidence) voucher = sign_voucher (fixture, i);

  return ds_evidence_to_emv_text (voucher);
}

static void
show_one (Share *share, const char *text, GRand *rand)
{
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
  g_auto (Frame) frame = { 0 };
  g_autoptr (GPtrArray) symbols = NULL;

  shot_take (&frame, symbol, SIDE_PX, &shot_medium, rand);
  symbols = frame_decode (&frame);
  for (guint i = 0; i < symbols->len; i++)
    {
      gboolean right = strcmp (((DsSymbol *)g_ptr_array_index (symbols, i))->text, text) == 0;

      share->n_read += right;
      share->n_wrong += !right;
    }
  share->n_frames++;
  share->version = MAX (share->version, ds_qr_get_version (symbol));
  share->side_modules = MAX (share->side_modules, ds_qr_get_size (symbol));
}

static Share
measure (const char *name, MakeTextFunc make_text, guint n_frames)
{
  EvidenceFixture fixture;
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  Share share = { 0 };

  evidence_fixture_set_up (&fixture, NULL);
  for (guint i = 0; i < n_frames; i++)
    {
      g_autofree char *text = make_text (&fixture, i, rand);

      show_one (&share, text, rand);
    }
  evidence_fixture_tear_down (&fixture, NULL);
  g_test_message ("%s: version %u-M, %u modules a side, read %u of %u, %u wrong; seed %d", name,
                  share.version, share.side_modules, share.n_read, share.n_frames, share.n_wrong, SEED);
  g_assert_cmpuint (share.n_wrong, ==, 0);
  return share;
}

static void
test_receipts (void)
{
  Share share = measure ("receipts", make_receipt, N_FRAMES);

  g_assert_cmpuint (share.version, ==, 8);
  g_assert_cmpfloat (share.n_read, >=, MIN_SHARE * share.n_frames);
}

static void
test_vouchers (void)
{
  Share share = measure ("vouchers", make_voucher, N_FRAMES);

  g_assert_cmpuint (share.version, ==, 11);
  g_assert_cmpfloat (share.n_read, >=, MIN_SHARE * share.n_frames);
}

/* Two versions larger: one has to be there, but nobody shows it who can show the other. */
static void
test_envelopes (void)
{
  Share share = measure ("voucher envelopes", make_voucher_envelope, 40);

  g_assert_cmpfloat (share.n_read, >=, 0.9 * share.n_frames);
}

static gboolean
is_read_by_zbar (const Frame *frame, const char *text)
{
  g_autoptr (DsGrey) grey
      = ds_grey_new_scaled (frame->pixels, frame->width, frame->height, frame->stride, frame->width);
  g_autoptr (DsZbar) zbar = ds_zbar_new ();
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);

  ds_zbar_scan (zbar, grey, DS_SYMBOLOGY_QR, symbols);
  return symbols->len == 1 && strcmp (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, text) == 0;
}

/* That the frames are hard enough to say something, by codes as the measured frames had them. */
static void
test_frames (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint n_frames = N_FRAMES / 2;
  guint n_read = 0;

  for (guint i = 0; i < n_frames; i++)
    {
      char text[301] = "";
      g_autoptr (DsQr) symbol = NULL;
      g_auto (Frame) frame = { 0 };

      for (guint at = 0; at < sizeof text - 1; at++)
        text[at] = (char)g_rand_int_range (rand, '!', '~');
      symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
      shot_take (&frame, symbol, SIDE_PX, &shot_medium, rand);
      n_read += is_read_by_zbar (&frame, text);
    }
  g_test_message ("300 characters: ZBar alone reads %u of %u; seed %d", n_read, n_frames, SEED);
  g_assert_cmpfloat (n_read, <=, ZBAR_SHARE * n_frames);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/phone-screen/receipts", test_receipts);
  g_test_add_func ("/phone-screen/vouchers", test_vouchers);
  g_test_add_func ("/phone-screen/envelopes", test_envelopes);
  g_test_add_func ("/phone-screen/frames", test_frames);
  return g_test_run ();
}
