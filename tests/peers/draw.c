/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "draw.h"

#include <string.h>

#define VIOLATIONS_SHOWN 10

const char *
draw_kind_to_name (DrawKind kind)
{
  static const char *const names[DRAW_N_KINDS] = {
    [DRAW_DIGITS] = "digits",   [DRAW_ALPHANUMERIC] = "alphanumeric", [DRAW_LATIN] = "Latin",
    [DRAW_CHINESE] = "Chinese", [DRAW_BEYOND_BMP] = "beyond the BMP", [DRAW_MIXED] = "mixed",
  };

  return names[kind];
}

static gunichar
draw_character (DrawKind kind)
{
  static const char alphanumeric[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

  switch (kind)
    {
    case DRAW_DIGITS:
      return draw_number ('0', '9');
    case DRAW_ALPHANUMERIC:
      return (gunichar)alphanumeric[draw_number (0, sizeof alphanumeric - 2)];
    case DRAW_LATIN:
      return draw_number (' ', '~');
    case DRAW_CHINESE:
      return draw_number (0x4E00, 0x9FA5);
    case DRAW_BEYOND_BMP:
      return draw_once_in (2) ? draw_number (0x20000, 0x2A6D6) : draw_number (0x1F600, 0x1F64F);
    default:
      return draw_character ((DrawKind)draw_number (0, DRAW_MIXED - 1));
    }
}

char *
draw_text (DrawKind kind, gsize length)
{
  GString *text = g_string_new (NULL);

  while (length-- > 0)
    g_string_append_unichar (text, draw_character (kind));
  return g_string_free (text, FALSE);
}

guint
draw_number (guint least, guint most)
{
  return least + (guint)g_test_rand_int_range (0, (gint)(most - least + 1));
}

gboolean
draw_once_in (guint n)
{
  return draw_number (1, n) == 1;
}

void
campaign_violated (Campaign *self, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  if (self->n_violations++ < VIOLATIONS_SHOWN)
    g_test_message ("%s, case %u: %s", self->name, self->n_cases, what);
}

void
campaign_end (const Campaign *self)
{
  g_test_message ("campaign: %s, %u cases, %u violations", self->name, self->n_cases, self->n_violations);
  g_assert_cmpuint (self->n_cases, >, 0);
  g_assert_cmpuint (self->n_violations, ==, 0);
}

guint
campaign_get_n_cases (guint usual)
{
  const char *wanted = g_getenv ("DS_CASES");
  guint64 n;

  return wanted != NULL && g_ascii_string_to_unsigned (wanted, 10, 1, G_MAXUINT, &n, NULL) ? (guint)n : usual;
}
