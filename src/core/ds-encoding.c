/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-encoding.h"

#include "ds-error.h"

#include <string.h>

static const char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
ds_hex_encode (const guint8 *bytes, gsize n)
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (2 * n + 1);

  for (gsize i = 0; i < n; i++)
    {
      text[2 * i] = digits[bytes[i] >> 4];
      text[2 * i + 1] = digits[bytes[i] & 15];
    }
  text[2 * n] = '\0';
  return text;
}

GBytes *
ds_hex_decode (const char *text, GError **error)
{
  gsize n = strlen (text);
  g_autofree guint8 *bytes = g_malloc (n / 2 + 1);

  for (gsize i = 0; i < n; i++)
    {
      if (n % 2 != 0 || !g_ascii_isxdigit (text[i]))
        {
          g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Not hexadecimal");
          return NULL;
        }
      bytes[i / 2] = (guint8)((i % 2 ? bytes[i / 2] << 4 : 0) | g_ascii_xdigit_value (text[i]));
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), n / 2);
}

char *
ds_base64url_encode (const guint8 *bytes, gsize n)
{
  char *text = g_malloc ((n * 4 + 2) / 3 + 1);
  gsize at = 0;

  for (gsize i = 0; i < n; i += 3)
    {
      guint32 group = (guint32)bytes[i] << 16 | (i + 1 < n ? (guint32)bytes[i + 1] << 8 : 0)
                      | (i + 2 < n ? bytes[i + 2] : 0);
      gsize characters = MIN (n - i, 3) + 1;

      for (gsize c = 0; c < characters; c++)
        text[at++] = base64url_alphabet[(group >> (18 - 6 * c)) & 63];
    }
  text[at] = '\0';
  return text;
}

static gint
base64url_value (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

GBytes *
ds_base64url_decode (const char *text, gssize n, GError **error)
{
  gsize length = n < 0 ? strlen (text) : (gsize)n;
  g_autofree guint8 *bytes = g_malloc (length * 3 / 4 + 1);
  guint32 bits = 0;
  guint held = 0;
  gsize at = 0;

  for (gsize i = 0; i < length; i++)
    {
      gint value = base64url_value (text[i]);

      if (value < 0)
        goto invalid;
      bits = bits << 6 | (guint32)value;
      held += 6;
      if (held >= 8)
        {
          held -= 8;
          bytes[at++] = (guint8)(bits >> held);
          bits &= (1u << held) - 1;
        }
    }
  if (held == 6 || bits != 0)
    goto invalid;

  return g_bytes_new_take (g_steal_pointer (&bytes), at);

invalid:
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Not base64url");
  return NULL;
}

int
ds_utf8_cut (const char *text, int max_n)
{
  const char *end = text;

  if (text == NULL)
    return 0;
  g_utf8_validate (text, (gssize)strnlen (text, (gsize)max_n), &end);
  return (int)(end - text);
}
