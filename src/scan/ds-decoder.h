/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures → symbols: ZBar, fed well.
 *
 * The order of tries, with the share of the reads that each made in 500 codes of labelled photographs (P) and 700 drawn
 * 720p frames (F), and what it costs in an empty 720p frame, against zxing-cpp's default settings = 1:
 *
 *  1. Halve the picture until it has no more than 700 pixels a side, and look there for finder patterns: @P1@.
 *  2. At twice that size: small modules, dense codes: @P2@.
 *  3. At half and less of it: codes that fill the picture: @P3@.
 *  For every three patterns that could be a code: lay a grid by the patterns that all codes have, draw the code anew
 *  from its modules and hand that to ZBar; then with the grid adjusted; then warped.
 *  4. Only where two finder patterns are left over that no read code explains: ZBar on the whole picture, by threshold,
 *     as it is, at half the size, turned by 45°, in full.
 *  5. Squares of one direction beside each other: six lines across them to ZBar; and 24 if they look like bars.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  DS_SYMBOLOGY_QR,
  DS_SYMBOLOGY_CODE128,
} DsSymbology;

const char *ds_symbology_to_name (DsSymbology symbology); /* "qr", "code128" */

/* The most that a QR code holds, in digits (ISO/IEC 18004 table 7). */
#define DS_SYMBOL_MAX_CHARACTERS 7089

/**
 * DsSymbol:
 * @symbology: what kind of symbol it was
 * @text: valid UTF-8 without NUL, at most %DS_SYMBOL_MAX_CHARACTERS; foreign bytes were read as GB 18030 or
 *   ISO 8859-1, and U+FFFD stands for what cannot be text
 */
typedef struct
{
  DsSymbology symbology;
  char *text;
} DsSymbol;

void ds_symbol_free (DsSymbol *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsSymbol, ds_symbol_free)

/* A frame with a longer side is scaled down before decoding; a picture file with as many pixels as a square of this
 * side is refused before room is made for it. */
#define DS_PICTURE_MAX_SIDE 8192

/**
 * ds_decode_grey:
 * @pixels: (array): 8-bit grey rows
 * @width: pixels a row
 * @height: rows
 * @stride: bytes a row
 *
 * Tries, in turn, what is likeliest to read a code, and stops at the first try that finds one.
 *
 * Returns: (transfer full) (element-type DsSymbol): what was read, each text once; may be empty. Any thread.
 */
GPtrArray *ds_decode_grey (const guint8 *pixels, guint width, guint height, gsize stride);

/**
 * DsView:
 * @DS_VIEW_EMPTY: nothing in it looks like a code
 * @DS_VIEW_DARK: nothing can be seen in it
 * @DS_VIEW_FAR: there is a code whose modules are too small to be told apart
 * @DS_VIEW_UNREADABLE: there is something like a code: unsharp, damaged, or cut off
 * @DS_VIEW_READ: a code was read
 *
 * What to tell the person who holds the camera.
 */
typedef enum
{
  DS_VIEW_EMPTY,
  DS_VIEW_DARK,
  DS_VIEW_FAR,
  DS_VIEW_UNREADABLE,
  DS_VIEW_READ,
} DsView;

/**
 * DsReading:
 * @view: how it looked
 * @symbols: (element-type DsSymbol): what was read, each text once; may be empty
 */
typedef struct
{
  DsView view;
  GPtrArray *symbols;
} DsReading;

void ds_reading_free (DsReading *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsReading, ds_reading_free)

/* Returns: (transfer full): as ds_decode_grey(), with how it looked. */
DsReading *ds_decode_frame (const guint8 *pixels, guint width, guint height, gsize stride);

/**
 * ds_decode_frame_in_turn:
 * @turn: a number that counts on from frame to frame
 *
 * As ds_decode_frame(), for a frame of a camera that shows much the same in the next one: of the rare and dear tries
 * only those whose turn it is are made, so that no frame takes long. After %DS_N_TURNS frames each had its turn.
 *
 * Returns: (transfer full): what was read and how it looked
 */
DsReading *
ds_decode_frame_in_turn (const guint8 *pixels, guint width, guint height, gsize stride, guint turn);

#define DS_N_TURNS 5

/**
 * ds_decode_picture:
 * @bytes: a picture file, PNG or JPEG
 * @error: return location for a %DS_ERROR_INVALID when it is no picture or too large
 *
 * Returns: (transfer full) (nullable) (element-type DsSymbol): what was read; may be empty. Any thread.
 */
GPtrArray *ds_decode_picture (GBytes *bytes, GError **error);

G_END_DECLS
