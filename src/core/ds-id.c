/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-id.h"

#include "ds-clock.h"
#include "ds-random.h"

#include <string.h>

char *
ds_id_new (DsClock *clock, DsRandom *random)
{
  guint8 bytes[DS_ID_BYTES];
  guint64 ms = (guint64)ds_clock_get_wall_ms (clock);

  ds_random_fill (random, bytes, sizeof bytes);
  for (guint i = 0; i < 6; i++)
    bytes[i] = (guint8)(ms >> (8 * (5 - i)));
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;

  return ds_id_from_bytes (bytes);
}

static gboolean
is_hyphen_place (gsize i)
{
  return i == 8 || i == 13 || i == 18 || i == 23;
}

gboolean
ds_id_is_valid (const char *text)
{
  if (text == NULL || strnlen (text, DS_ID_TEXT_SIZE) != DS_ID_TEXT_SIZE - 1)
    return FALSE;

  for (gsize i = 0; i < DS_ID_TEXT_SIZE - 1; i++)
    {
      if (is_hyphen_place (i) ? text[i] != '-'
                              : !(g_ascii_isdigit (text[i]) || (text[i] >= 'a' && text[i] <= 'f')))
        return FALSE;
    }
  return text[14] == '7' && strchr ("89ab", text[19]) != NULL;
}

gboolean
ds_id_to_bytes (const char *text, guint8 bytes[DS_ID_BYTES])
{
  gsize n = 0;

  if (!ds_id_is_valid (text))
    return FALSE;

  for (gsize i = 0; n < DS_ID_BYTES; i += 2)
    {
      if (is_hyphen_place (i))
        i++;
      bytes[n++] = (guint8)(g_ascii_xdigit_value (text[i]) << 4 | g_ascii_xdigit_value (text[i + 1]));
    }
  return TRUE;
}

char *
ds_id_from_bytes (const guint8 bytes[DS_ID_BYTES])
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (DS_ID_TEXT_SIZE);
  gsize at = 0;

  for (gsize i = 0; i < DS_ID_BYTES; i++)
    {
      if (is_hyphen_place (at))
        text[at++] = '-';
      text[at++] = digits[bytes[i] >> 4];
      text[at++] = digits[bytes[i] & 15];
    }
  text[at] = '\0';
  return text;
}
