/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR symbols: ours read by ZBar, zxing-cpp and jsQR, and npm's qrcode's read by us. A few dozen in the normal run, by
 * what needs no network; every length from 1 to 500 with -m slow. */
#include "config.h"

#include "draw.h"
#include "ds-decoder.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-qr.h"
#include "node-peers.h"
#ifdef HAVE_ZXING
#include "zxing-read.h"
#endif

#include <glib/gstdio.h>
#include <string.h>
#include <zbar.h>

#define LENGTH_MAX 500
#define LENGTH_STEP_QUICK 71
#define SCALE 3

/* jsQR looks for an alignment pattern of this version at module 74, where ISO/IEC 18004 annex E has 78: at level L
 * the symbol is lost, at the others it may be. */
#define JSQR_WRONG_VERSION 23
/* As many bytes as that version holds at level L. */
#define JSQR_WRONG_BYTES 1091

static const char levels[] = { 'L', 'M', 'Q', 'H' };

typedef enum
{
  READER_ZBAR,
  READER_ZXING,
  READER_JSQR,
  N_READERS,
} Reader;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_t, zbar_image_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_scanner_t, zbar_image_scanner_destroy)

/* ZBar alone, without anything that the decoder of src/scan does before. */
static char *
read_with_zbar (const guint8 *pixels, guint side)
{
  g_autoptr (zbar_image_scanner_t) scanner = zbar_image_scanner_create ();
  g_autoptr (zbar_image_t) image = zbar_image_create ();
  const zbar_symbol_t *symbol;

  zbar_image_scanner_set_config (scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  /* Else it guesses character sets, and Chinese comes back as something else. */
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, side, side);
  zbar_image_set_data (image, pixels, (gulong)side * side, NULL);
  zbar_scan_image (scanner, image);
  symbol = zbar_image_first_symbol (image);
  return symbol != NULL ? g_strndup (zbar_symbol_get_data (symbol), zbar_symbol_get_data_length (symbol))
                        : NULL;
}

static char *
read_with_jsqr (NodePeers *peers, const char *picture)
{
  g_autoptr (json_t) answer
      = node_peers_ask (peers, json_pack ("{s:s, s:s}", "does", "read-symbol", "path", picture));
  const char *hex = json_string_value (json_object_get (answer, "hex"));
  g_autoptr (GBytes) bytes = hex != NULL ? ds_hex_decode (hex, NULL) : NULL;

  return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
}

#ifdef HAVE_ZXING
static char *
read_with_zxing (const guint8 *pixels, guint side)
{
  gboolean has_eci;
  g_autofree char *text = zxing_read (pixels, side, &has_eci);

  /* Text beyond ASCII that does not name its character set is left to the reader's guess: not read. */
  return text != NULL && has_eci != g_str_is_ascii (text) ? g_steal_pointer (&text) : NULL;
}
#endif

/* @picture is the same symbol in a file. Returns: (transfer full) (nullable): what @reader reads. */
static char *
read_with (NodePeers *peers, Reader reader, const guint8 *pixels, guint side, const char *picture)
{
  switch (reader)
    {
    case READER_ZBAR:
      return read_with_zbar (pixels, side);
#ifdef HAVE_ZXING
    case READER_ZXING:
      return read_with_zxing (pixels, side);
#endif
    default:
      return read_with_jsqr (peers, picture);
    }
}

static gboolean
is_reader_here (NodePeers *peers, Reader reader)
{
#ifndef HAVE_ZXING
  if (reader == READER_ZXING)
    return FALSE;
#endif
  return reader != READER_JSQR || peers != NULL;
}

/* Long texts do not fit the higher levels. */
static DsQr *
make_symbol (const char *text, guint *level)
{
  for (;; (*level)--)
    {
      g_autoptr (GError) error = NULL;
      DsQr *symbol = ds_qr_new (text, (DsQrLevel)*level, &error);

      if (symbol != NULL)
        return symbol;
      g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
      g_assert_cmpuint (*level, >, DS_QR_LEVEL_L);
    }
}

static void
check_symbol (NodePeers *peers, const char *text, guint level, const char *picture, Campaign *campaigns)
{
  g_autoptr (DsQr) symbol = make_symbol (text, &level);
  g_autoptr (GBytes) pixels = NULL;
  guint side;

  g_assert_true (ds_qr_save (symbol, picture, SCALE, NULL));
  pixels = ds_qr_render (symbol, SCALE, &side);
  for (Reader reader = 0; reader < N_READERS; reader++)
    {
      g_autofree char *read = NULL;

      if (!is_reader_here (peers, reader)
          || (reader == READER_JSQR && ds_qr_get_version (symbol) == JSQR_WRONG_VERSION))
        continue;
      campaigns[reader].n_cases++;
      read = read_with (peers, reader, g_bytes_get_data (pixels, NULL), side, picture);
      if (g_strcmp0 (read, text) != 0)
        campaign_violated (&campaigns[reader], "version %u-%c of “%s” is read as “%s”",
                           ds_qr_get_version (symbol), levels[level], text, read);
    }
}

/* Calls for every length that is due and every kind of text. */
static void
for_each_text (void (*check) (gpointer data, const char *text, guint level), gpointer data)
{
  guint step = g_test_slow () ? 1 : LENGTH_STEP_QUICK;
  guint n = 0;

  for (guint length = 1; length <= LENGTH_MAX; length += step)
    for (DrawKind kind = 0; kind < DRAW_N_KINDS; kind++)
      {
        g_autofree char *text = draw_text (kind, length);

        check (data, text, n++ % G_N_ELEMENTS (levels));
      }
}

typedef struct
{
  NodePeers *peers;
  char *folder;
  char *picture;
  Campaign campaigns[N_READERS];
} Fixture;

static void
fixture_set_up (Fixture *self, gconstpointer peers)
{
  self->peers = (NodePeers *)peers;
  self->folder = g_dir_make_tmp ("ds-symbols-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->picture = g_build_filename (self->folder, "symbol.png", NULL);
}

static void
fixture_tear_down (Fixture *self, gconstpointer peers)
{
  g_remove (self->picture);
  g_rmdir (self->folder);
  g_free (self->picture);
  g_free (self->folder);
}

static void
check_they_read (gpointer data, const char *text, guint level)
{
  Fixture *self = data;

  check_symbol (self->peers, text, level, self->picture, self->campaigns);
}

static void
test_they_read (Fixture *self, gconstpointer peers)
{
  static const char *const names[N_READERS] = {
    [READER_ZBAR] = "symbols-zbar",
    [READER_ZXING] = "symbols-zxing-cpp",
    [READER_JSQR] = "symbols-jsqr",
  };

  for (Reader reader = 0; reader < N_READERS; reader++)
    self->campaigns[reader].name = names[reader];
  for_each_text (check_they_read, self);
  for (Reader reader = 0; reader < N_READERS; reader++)
    if (is_reader_here (self->peers, reader))
      campaign_end (&self->campaigns[reader]);
    else
      g_test_message ("%s: it is not on this machine", names[reader]);
}

static void
test_peer_errors (Fixture *self, gconstpointer peers)
{
  g_autofree char *text = g_strnfill (JSQR_WRONG_BYTES, 'x');
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_L, NULL);
  g_autofree char *read = NULL;

  self->campaigns[0].name = "symbols-known-errors-of-peers";
  self->campaigns[0].n_cases = 1;
  g_assert_cmpuint (ds_qr_get_version (symbol), ==, JSQR_WRONG_VERSION);
  g_assert_true (ds_qr_save (symbol, self->picture, SCALE, NULL));
  read = read_with_jsqr (self->peers, self->picture);
  g_test_message ("jsQR misplaces an alignment pattern of version %d", JSQR_WRONG_VERSION);
  if (g_strcmp0 (read, text) == 0)
    campaign_violated (&self->campaigns[0], "jsQR reads version %d right now: take the rule away",
                       JSQR_WRONG_VERSION);
  campaign_end (&self->campaigns[0]);
}

/* A symbol of npm's qrcode, without an ECI, read by the scanner. */
static void
check_they_make (gpointer data, const char *text, guint level)
{
  Fixture *self = data;
  const char level_name[] = { levels[level], '\0' };
  g_autoptr (json_t) answer
      = node_peers_ask (self->peers, json_pack ("{s:s, s:s, s:s, s:s}", "does", "write-symbol", "text", text,
                                                "level", level_name, "path", self->picture));
  const char *error = json_string_value (json_object_get (answer, "error"));
  g_autofree char *bytes = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GPtrArray) symbols = NULL;
  const DsSymbol *symbol;
  gsize n;

  if (error != NULL && level > DS_QR_LEVEL_L)
    {
      check_they_make (self, text, level - 1);
      return;
    }
  self->campaigns[0].n_cases++;
  g_assert_cmpstr (error, ==, NULL);
  g_assert_true (g_file_get_contents (self->picture, &bytes, &n, NULL));
  file = g_bytes_new_take (g_steal_pointer (&bytes), n);
  symbols = ds_decode_picture (file, NULL);
  symbol = symbols != NULL && symbols->len == 1 ? g_ptr_array_index (symbols, 0) : NULL;
  if (symbol == NULL || strcmp (symbol->text, text) != 0)
    campaign_violated (&self->campaigns[0], "“%s” at level %c is read as “%s”", text, levels[level],
                       symbol != NULL ? symbol->text : NULL);
}

static void
test_they_make (Fixture *self, gconstpointer peers)
{
  self->campaigns[0].name = "symbols-made-by-qrcode";
  for_each_text (check_they_make, self);
  campaign_end (&self->campaigns[0]);
}

int
main (int argc, char **argv)
{
  gboolean with_npm = argc > 1 && strcmp (argv[argc - 1], "npm") == 0;
  g_autofree char *why_not = NULL;
  /* Before the test is isolated: npm wants a home and its settings. */
  g_autoptr (NodePeers) peers = with_npm ? node_peers_start (&why_not) : NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (with_npm && peers == NULL)
    return node_peers_skip (why_not);
  g_test_add ("/symbol-peers/they-read", Fixture, peers, fixture_set_up, test_they_read, fixture_tear_down);
  if (peers != NULL)
    {
      g_test_add ("/symbol-peers/they-make", Fixture, peers, fixture_set_up, test_they_make,
                  fixture_tear_down);
      g_test_add ("/symbol-peers/errors", Fixture, peers, fixture_set_up, test_peer_errors,
                  fixture_tear_down);
    }
  return g_test_run ();
}
