/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-plain-text.h"

#include <string.h>

static gboolean
turns_direction (gunichar c)
{
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E)
         || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
is_left_out (gunichar c)
{
  /* U+2028 and U+2029 are line breaks that no control character is. */
  return (g_unichar_iscntrl (c) && c != '\n' && c != '\t') || turns_direction (c) || c == 0x2028
         || c == 0x2029;
}

/* A whole route is read at once, and hardly ever has any of them: the first bytes of all that is_left_out() knows. */
static gboolean
may_have_any (const char *text)
{
  for (const guchar *at = (const guchar *)text; *at != '\0'; at++)
    {
      if ((*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f || *at == 0xc2 || *at == 0xd8
          || *at == 0xe2)
        return TRUE;
    }
  return FALSE;
}

char *
ds_plain_text_clean (const char *text)
{
  g_autoptr (GString) clean = NULL;

  if (text == NULL || !may_have_any (text))
    return g_strdup (text);
  clean = g_string_sized_new (strlen (text));
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (!is_left_out (g_utf8_get_char (at)))
        g_string_append_len (clean, at, g_utf8_next_char (at) - at);
    }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

gboolean
ds_plain_text_is_line (const char *text)
{
  if (text == NULL || *text == '\0' || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '\n' || c == '\t' || is_left_out (c))
        return FALSE;
    }
  return TRUE;
}
