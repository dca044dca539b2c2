/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slip as a printer would have it: the bytes are read back into a picture, as a printer reads them, and the code in it
 * is read by our own decoder. DS_PICTURES names a folder that gets the picture. */
#include "config.h"

#include "ds-decoder.h"
#include "ds-escpos.h"

#include <string.h>

/* As long as a customer's receipt is. */
#define CODE                                                                                                 \
  "DSR1:"                                                                                                    \
  "6BF5A0ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
  "0123456789"                                                                                               \
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMN"

static DsSlip *
make_slip (void)
{
  DsSlip *slip = ds_slip_new ();

  ds_slip_add_title (slip, "蓝鸟速运（望湖）");
  ds_slip_add_text (slip, "收据");
  ds_slip_add_amount (slip, "¥286.50");
  ds_slip_add_banner (slip, "暂收 · 待核实\nPROVISIONAL");
  ds_slip_add_rule (slip);
  ds_slip_add_row (slip, "付款方式", "现金");
  ds_slip_add_row (slip, "实收", "¥300.00");
  ds_slip_add_row (slip, "包裹", "DS7302 0000 0010 与一个长得放不下的名字");
  ds_slip_add_code (slip, CODE);
  ds_slip_add_text (slip, "由快递员手持机签名，请保存。");
  return slip;
}

/* What a printer does with the bytes. Returns: (transfer full): 8-bit grey, packed. */
static guint8 *
print (GBytes *bytes, guint *width, guint *height)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  GByteArray *picture = g_byte_array_new ();
  gsize at = 2;

  g_assert_cmpmem (data, 2, "\x1b@", 2);
  *width = 0;
  while (data[at] == 0x1d)
    {
      guint row_bytes = data[at + 4] + 256u * data[at + 5];
      guint rows = data[at + 6] + 256u * data[at + 7];

      g_assert_cmpmem (data + at, 4, "\x1dv0\0", 4);
      g_assert_true (*width == 0 || *width == row_bytes * 8);
      *width = row_bytes * 8;
      at += 8;
      g_assert_cmpuint (at + (gsize)row_bytes * rows, <=, n);
      for (gsize i = 0; i < (gsize)row_bytes * rows; i++)
        {
          for (guint bit = 0; bit < 8; bit++)
            {
              guint8 dot = data[at + i] & 0x80 >> bit ? 0 : 255;

              g_byte_array_append (picture, &dot, 1);
            }
        }
      at += (gsize)row_bytes * rows;
    }
  g_assert_cmpuint (at + 3, ==, n);
  g_assert_cmpmem (data + at, 2,
                   "\x1b"
                   "d",
                   2);
  *height = picture->len / *width;
  return g_byte_array_free (picture, FALSE);
}

static void
save_picture (const guint8 *pixels, guint width, guint height, const char *name)
{
  const char *folder = g_getenv ("DS_PICTURES");
  cairo_surface_t *surface;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;
  path = g_build_filename (folder, name, NULL);
  surface = cairo_image_surface_create (CAIRO_FORMAT_A8, (int)width, (int)height);
  for (guint y = 0; y < height; y++)
    {
      for (guint x = 0; x < width; x++)
        cairo_image_surface_get_data (surface)[(gsize)cairo_image_surface_get_stride (surface) * y + x]
            = pixels[(gsize)width * y + x];
    }
  cairo_surface_mark_dirty (surface);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
}

static void
test_printed (void)
{
  g_autoptr (DsSlip) slip = make_slip ();
  g_autoptr (DsRaster) raster = ds_slip_to_raster (slip, DS_SLIP_58MM_DOTS);
  g_autoptr (GBytes) bytes = ds_escpos_print (raster);
  g_autoptr (GPtrArray) symbols = NULL;
  g_autofree guint8 *picture = NULL;
  guint width, height;
  gsize n_dark = 0;

  picture = print (bytes, &width, &height);
  g_assert_cmpuint (width, ==, DS_SLIP_58MM_DOTS);
  g_assert_cmpuint (height, ==, raster->height);
  save_picture (picture, width, height, "slip.png");
  for (gsize i = 0; i < (gsize)width * height; i++)
    n_dark += picture[i] == 0;
  /* Neither empty nor all black. */
  g_assert_cmpuint (n_dark, >, width * height / 50);
  g_assert_cmpuint (n_dark, <, width * height / 2);
  symbols = ds_decode_grey (picture, width, height, width);
  g_assert_cmpuint (symbols->len, ==, 1);
  g_assert_cmpstr (((DsSymbol *)g_ptr_array_index (symbols, 0))->text, ==, CODE);
}

/* Each Chinese character is a character, not the box of a missing one: two different ones are drawn differently. */
static void
test_chinese (void)
{
  g_autoptr (DsSlip) first = ds_slip_new ();
  g_autoptr (DsSlip) second = ds_slip_new ();
  g_autoptr (DsRaster) first_raster = NULL;
  g_autoptr (DsRaster) second_raster = NULL;

  ds_slip_add_title (first, "收据");
  ds_slip_add_title (second, "现金");
  first_raster = ds_slip_to_raster (first, DS_SLIP_58MM_DOTS);
  second_raster = ds_slip_to_raster (second, DS_SLIP_58MM_DOTS);
  g_assert_false (g_bytes_equal (first_raster->bits, second_raster->bits));
}

static void
test_paper (void)
{
  g_assert_true (ds_escpos_says_no_paper (0x72));
  g_assert_true (ds_escpos_says_no_paper (0x7e));
  g_assert_false (ds_escpos_says_no_paper (0x12));
  g_assert_false (ds_escpos_says_no_paper (0x1e)); /* near its end */
  g_assert_false (ds_escpos_says_no_paper (0xff)); /* no answer at all */
  g_assert_false (ds_escpos_says_no_paper (0x00));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/paper/slip/printed", test_printed);
  g_test_add_func ("/paper/slip/chinese", test_chinese);
  g_test_add_func ("/paper/slip/paper", test_paper);
  return g_test_run ();
}
