/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-zbar.h"

#include <string.h>
#include <zbar.h>

/* Code 128 has one check character for the whole code: scan lines across print and texture can pass it. It
 * counts when this many scan lines agree. */
#define CODE128_MIN_QUALITY 2

struct _DsZbar
{
  zbar_image_scanner_t *scanner;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_t, zbar_image_destroy)

DsZbar *
ds_zbar_new (void)
{
  DsZbar *self = g_new (DsZbar, 1);

  self->scanner = zbar_image_scanner_create ();
  zbar_image_scanner_set_config (self->scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  /* ZBar's own guess at the character set turns Chinese into something else. */
  zbar_image_scanner_set_config (self->scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
  return self;
}

void
ds_zbar_free (DsZbar *self)
{
  if (self == NULL)
    return;
  zbar_image_scanner_destroy (self->scanner);
  g_free (self);
}

static gboolean
has_kana (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_utf8_get_char (at) >= 0x3041 && g_utf8_get_char (at) <= 0x30fe)
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full) (nullable): @bytes as the character set they make sense in. */
static char *
convert (const char *bytes, gsize n)
{
  /* Most specific first: almost anything is GB 18030 or Shift JIS, and everything is ISO 8859-1. */
  static const char *const charsets[] = { "GB2312", "SHIFT_JIS", "GB18030", "ISO-8859-1" };
  char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (charsets) && text == NULL; i++)
    {
      text = g_convert (bytes, (gssize)n, "UTF-8", charsets[i], NULL, NULL, NULL);
      if (i == 1 && text != NULL && !has_kana (text))
        g_clear_pointer (&text, g_free);
    }
  return text;
}

char *
ds_symbol_text_from_bytes (const char *bytes, gsize n)
{
  g_autofree char *text = NULL;

  /* No character set in question has more than four bytes a character. */
  if (n > DS_SYMBOL_MAX_CHARACTERS * 4)
    return NULL;
  if (n >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    {
      bytes += 3;
      n -= 3;
    }

  if (g_utf8_validate_len (bytes, n, NULL))
    text = g_strndup (bytes, n);
  else if (memchr (bytes, '\0', n) == NULL)
    text = convert (bytes, n);
  else
    text = g_utf8_make_valid (bytes, (gssize)n);

  if (text == NULL || g_utf8_strlen (text, -1) > DS_SYMBOL_MAX_CHARACTERS)
    return NULL;
  return g_steal_pointer (&text);
}

static gboolean
holds_text (GPtrArray *symbols, const char *text)
{
  for (guint i = 0; i < symbols->len; i++)
    if (strcmp (((DsSymbol *)g_ptr_array_index (symbols, i))->text, text) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
add_symbol (const zbar_symbol_t *found, GPtrArray *symbols)
{
  zbar_symbol_type_t type = zbar_symbol_get_type (found);
  g_autofree char *text = NULL;
  DsSymbol *symbol;

  if (type != ZBAR_QRCODE && (type != ZBAR_CODE128 || zbar_symbol_get_quality (found) < CODE128_MIN_QUALITY))
    return FALSE;
  text = ds_symbol_text_from_bytes (zbar_symbol_get_data (found), zbar_symbol_get_data_length (found));
  if (text == NULL || holds_text (symbols, text))
    return FALSE;

  symbol = g_new (DsSymbol, 1);
  symbol->symbology = type == ZBAR_QRCODE ? DS_SYMBOLOGY_QR : DS_SYMBOLOGY_CODE128;
  symbol->text = g_steal_pointer (&text);
  g_ptr_array_add (symbols, symbol);
  return TRUE;
}

static guint
scan (DsZbar *self, const DsGrey *picture, DsSymbology symbology, guint step, GPtrArray *symbols)
{
  g_autoptr (zbar_image_t) image = zbar_image_create ();
  guint added = 0;

  /* Each costs time, and what is not looked for cannot be misread. */
  zbar_image_scanner_set_config (self->scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, symbology == DS_SYMBOLOGY_QR);
  zbar_image_scanner_set_config (self->scanner, ZBAR_CODE128, ZBAR_CFG_ENABLE,
                                 symbology == DS_SYMBOLOGY_CODE128);
  /* Bars are given upright: only lines across them are scanned. */
  zbar_image_scanner_set_config (self->scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY,
                                 symbology == DS_SYMBOLOGY_QR ? (int)step : 0);
  zbar_image_scanner_set_config (self->scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, (int)step);
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, picture->width, picture->height);
  zbar_image_set_data (image, picture->pixels, (gsize)picture->width * picture->height, NULL);
  if (zbar_scan_image (self->scanner, image) > 0)
    for (const zbar_symbol_t *found = zbar_image_first_symbol (image); found != NULL;
         found = zbar_symbol_next (found))
      added += add_symbol (found, symbols) ? 1 : 0;
  return added;
}

guint
ds_zbar_scan (DsZbar *self, const DsGrey *picture, DsSymbology symbology, GPtrArray *symbols)
{
  return scan (self, picture, symbology, 1, symbols);
}

guint
ds_zbar_scan_drawn (DsZbar *self, const DsGrey *picture, guint module, GPtrArray *symbols)
{
  return scan (self, picture, DS_SYMBOLOGY_QR, (module + 1) / 2, symbols);
}
