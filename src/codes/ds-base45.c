/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-base45.h"

#include "ds-error.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

char *
ds_base45_encode (const guint8 *bytes, gsize n)
{
  char *text = g_malloc (DS_BASE45_SIZE (n) + 1);
  gsize at = 0;

  for (gsize i = 0; i < n; i += 2)
    {
      gboolean is_pair = i + 1 < n;
      guint value = is_pair ? (guint)bytes[i] << 8 | bytes[i + 1] : bytes[i];

      /* The least significant character comes first (RFC 9285 section 4). */
      text[at++] = alphabet[value % 45];
      text[at++] = alphabet[value / 45 % 45];
      if (is_pair)
        text[at++] = alphabet[value / (45 * 45)];
    }
  text[at] = '\0';
  return text;
}

GBytes *
ds_base45_decode (const char *text, gssize n, GError **error)
{
  gsize length = n < 0 ? strlen (text) : (gsize)n;
  g_autofree guint8 *bytes = g_malloc (length / 3 * 2 + 1);
  gsize at = 0;

  for (gsize i = 0; i < length; i += 3)
    {
      gsize characters = MIN (length - i, 3);
      guint value = 0;

      if (characters == 1)
        goto invalid;
      for (gsize c = characters; c-- > 0;)
        {
          const char *place = text[i + c] != '\0' ? strchr (alphabet, text[i + c]) : NULL;

          if (place == NULL)
            goto invalid;
          value = value * 45 + (guint)(place - alphabet);
        }
      if (value > (characters == 3 ? 0xffffu : 0xffu))
        goto invalid;
      if (characters == 3)
        bytes[at++] = (guint8)(value >> 8);
      bytes[at++] = (guint8)value;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), at);

invalid:
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Not Base45");
  return NULL;
}
