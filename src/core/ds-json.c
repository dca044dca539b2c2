/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-json.h"

#include "ds-error.h"

#include <stdarg.h>
#include <string.h>

/* Counts brackets outside strings. What is no JSON at all is left for the parser to refuse. */
static gboolean
is_shallow (const char *text, gsize n)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      char c = text[i];

      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '{' || c == '['))
        {
          if (++depth > DS_JSON_MAX_DEPTH)
            return FALSE;
        }
      else if (!in_string && (c == '}' || c == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

/* jansson quotes the text around a mistake byte by byte: half of a character may stand at either end. */
static void
set_error (GError **error, const char *what, const char *problem)
{
  g_autofree char *text = g_utf8_make_valid (problem, -1);

  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s: %s", what, text);
}

json_t *
ds_json_parse_object (const char *text, gsize n, gsize max_bytes, GError **error)
{
  g_autoptr (json_t) object = NULL;
  json_error_t problem;

  if (n > max_bytes)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "The JSON text has %zu bytes; at most %zu are taken",
                   n, max_bytes);
      return NULL;
    }
  if (!is_shallow (text, n))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "The JSON text is nested deeper than %d",
                   DS_JSON_MAX_DEPTH);
      return NULL;
    }

  /* jansson passes over a NUL behind a number. */
  if (n > 0 && memchr (text, '\0', n) != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Not JSON: a NUL stands in it");
      return NULL;
    }

  object = json_loadb (text, n, JSON_REJECT_DUPLICATES, &problem);
  if (object == NULL)
    {
      g_autofree char *what = g_strdup_printf ("Not JSON at byte %d", problem.position);

      set_error (error, what, problem.text);
      return NULL;
    }
  if (!json_is_object (object))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Not a JSON object");
      return NULL;
    }
  return g_steal_pointer (&object);
}

gboolean
ds_json_unpack (json_t *object, GError **error, const char *format, ...)
{
  json_error_t problem;
  va_list arguments;
  int failed;

  va_start (arguments, format);
  failed = json_vunpack_ex (object, &problem, 0, format, arguments);
  va_end (arguments);

  if (failed)
    set_error (error, "A member is missing or of another type", problem.text);
  return !failed;
}

char *
ds_json_to_line (json_t *object)
{
  /* jansson takes its memory from malloc(), as GLib does. */
  char *text = json_dumps (object, JSON_COMPACT);

  g_assert (text != NULL);
  return text;
}
