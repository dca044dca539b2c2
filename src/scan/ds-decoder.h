/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures → symbols: ZBar, fed well.
 *
 * The order of tries, with how many codes each read of 503 in photographs (P) and of 514 in drawn 720p frames (F):
 *
 *  1. Finder patterns are looked for where the picture, halved again and again, has at most 700 pixels a side: P 403,
 *     F 446. Then at twice that size, for small modules: P 20. Then at half of it and less, for codes that fill the
 *     picture: P 44, F 2. Three patterns that could be one code's get a grid; the code is drawn anew from its modules
 *     and handed to ZBar: P 443 with the grid as it is found, 15 when it was adjusted, 9 when it was warped too.
 *  2. Only where two patterns are left over that no read code explains, ZBar gets the whole picture, in five ways, of
 *     which each costs as much as everything else together: P 7, F 7.
 *  3. Bars are looked for by squares of one direction beside each other. Where a line across them looks like bars, six
 *     lines go to ZBar, each the mean of five pixels along the bars: P 24, F 49; and 32 lines if the six look like bars
 *     too: P 3, F 10.
 *
 * Most frames are empty. Of the instructions for one with bricks in it (5 million) an eighth goes into halving, six
 * tenths into the finder patterns, a sixth into the squares. To that of zxing-cpp at its default settings the time for
 * an empty frame is as 0.1 (flat), 0.2 (noise), 0.3 (walls, print, streets, cloth, rounds in rounds) and 0.4 (bricks),
 * for a payer's code as 0.3, for 300 characters as 0.2, for a waybill as 0.6. Of 40 codes in a hand that moves, 40 are
 * read by the fifth frame (medium, rain, small) and 39 (unsharp). What a picture may cost is bounded: of frames made up
 * to keep it busy none takes longer than 0.1 s, of pictures 1 s.
 * bench-scan measures it.
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

/* Of a frame a code of a higher version is not read (in a still picture any is). The longest that a courier can meet is a
 * merchant's collection code of 512 bytes (EMVCo), which has at most version 25 if its maker chose the highest level of
 * correction; our own are shorter. */
#define DS_FRAME_MAX_VERSION 25

/**
 * ds_decode_picture:
 * @bytes: a picture file, PNG or JPEG
 * @error: return location for a %DS_ERROR_INVALID when it is no picture or too large
 *
 * Returns: (transfer full) (nullable) (element-type DsSymbol): what was read; may be empty. Any thread.
 */
GPtrArray *ds_decode_picture (GBytes *bytes, GError **error);

G_END_DECLS
