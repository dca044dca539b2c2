/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-csv-writer.h"

#include <string.h>

GString *
ds_csv_writer_begin (void)
{
  return g_string_new ("\xef\xbb\xbf");
}

static gboolean
looks_like_formula (const char *field)
{
  const char *at = field;
  gunichar c;

  if (*at == '\t' || *at == '\r' || *at == '\n')
    return TRUE;
  while (*at != '\0' && g_unichar_isspace (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  c = g_utf8_get_char (at);
  return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xff1d /* ＝ */ || c == 0xff0b /* ＋ */
         || c == 0xff0d /* － */ || c == 0xff20 /* ＠ */ || c == 0x2212 /* − */;
}

static void
add_field (GString *table, const char *field)
{
  g_autofree char *valid = g_utf8_make_valid (field, -1);
  gboolean guarded = looks_like_formula (valid);
  gboolean quoted = guarded || strpbrk (valid, ",\"\r\n\t") != NULL || g_ascii_isspace (*valid);

  if (quoted)
    g_string_append_c (table, '"');
  if (guarded)
    g_string_append_c (table, '\'');
  for (const char *at = valid; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (table, '"');
      g_string_append_c (table, *at);
    }
  if (quoted)
    g_string_append_c (table, '"');
}

void
ds_csv_writer_add (GString *table, const char *const *fields)
{
  g_return_if_fail (table != NULL && fields != NULL);

  for (gsize i = 0; fields[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (table, ',');
      add_field (table, fields[i]);
    }
  g_string_append (table, "\r\n");
}

char *
ds_csv_writer_name (const char *digits)
{
  gboolean is_number = digits != NULL && *digits != '\0';

  for (const char *at = digits; is_number && *at != '\0'; at++)
    is_number = g_ascii_isdigit (*at);
  return g_strconcat (digits != NULL ? digits : "", is_number ? "\t" : NULL, NULL);
}
