/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-escpos.h"

#define ESC 0x1b
#define GS 0x1d
#define DLE 0x10
#define EOT 0x04

/* A cheap printer has a buffer of a few kilobytes, and prints a band while the next one comes. */
#define BAND_ROWS 128
/* Lines that bring the last row over the edge where the paper is torn. */
#define FEED_LINES 4

/* A byte that says "answered", and the two bits of a roll at its end. */
#define ANSWER_MASK 0x93
#define ANSWER_VALUE 0x12
#define NO_PAPER_BITS 0x60

GBytes *
ds_escpos_print (const DsRaster *raster)
{
  static const guint8 start[] = { ESC, '@' };
  const guint8 end[] = { ESC, 'd', FEED_LINES };
  GByteArray *bytes = g_byte_array_new ();
  const guint8 *bits = g_bytes_get_data (raster->bits, NULL);
  guint row_bytes = raster->width / 8;

  g_byte_array_append (bytes, start, sizeof start);
  for (guint y = 0; y < raster->height; y += BAND_ROWS)
    {
      guint rows = MIN (BAND_ROWS, raster->height - y);
      /* GS v 0: a raster picture as it is. */
      const guint8 head[] = { GS,
                              'v',
                              '0',
                              0,
                              (guint8)(row_bytes & 0xff),
                              (guint8)(row_bytes >> 8),
                              (guint8)(rows & 0xff),
                              (guint8)(rows >> 8) };

      g_byte_array_append (bytes, head, sizeof head);
      g_byte_array_append (bytes, bits + (gsize)row_bytes * y, row_bytes * rows);
    }
  g_byte_array_append (bytes, end, sizeof end);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
ds_escpos_ask_paper (void)
{
  static const guint8 question[] = { DLE, EOT, 4 };

  return g_bytes_new_static (question, sizeof question);
}

gboolean
ds_escpos_says_no_paper (guint8 answer)
{
  return (answer & ANSWER_MASK) == ANSWER_VALUE && (answer & NO_PAPER_BITS) == NO_PAPER_BITS;
}
