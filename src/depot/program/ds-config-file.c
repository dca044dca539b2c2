/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-config-file.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <stdarg.h>
#include <string.h>

#define MAX_BYTES (64 * 1024)
#define MAX_QUOTED 40

/* Where something stands, for who has to mend it. */
typedef struct
{
  const char *path;
  const DsConfigItem *items;
  guint line;
} Place;

static gboolean G_GNUC_PRINTF (3, 4) refuse (const Place *place, GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s, line %u: %s", place->path, place->line, text);
  return FALSE;
}

/* Returns: (transfer full): the keys of @group, or all groups, in words. */
static char *
list_names (const DsConfigItem *items, const char *group)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const DsConfigItem *item = items; item->group != NULL; item++)
    {
      const char *name = group != NULL ? item->key : item->group;

      if ((group == NULL || g_str_equal (item->group, group))
          && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, (gpointer)name);
    }
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **)names->pdata);
}

static const DsConfigItem *
find_item (const DsConfigItem *items, const char *group, const char *key)
{
  const DsConfigItem *item = items;

  /* Without a key: the group's first. */
  while (item->group != NULL
         && !(g_str_equal (item->group, group) && (key == NULL || g_str_equal (item->key, key))))
    item++;
  return item->group != NULL ? item : NULL;
}

static gboolean
is_word_of (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  return g_strv_contains ((const char *const *)list, word);
}

/* Values */

static gboolean
take_number (const Place *place, const DsConfigItem *item, const char *text, GError **error)
{
  gint64 number;
  int *value = item->value;

  if (!g_ascii_string_to_signed (text, 10, item->min, item->max, &number, NULL))
    return refuse (place, error, "“%s” is a number from %d to %d, not “%.*s”", item->key, item->min,
                   item->max, ds_utf8_cut (text, MAX_QUOTED), text);
  if (*value == DS_CONFIG_UNSET)
    *value = (int)number;
  return TRUE;
}

static gboolean
take_boolean (const Place *place, const DsConfigItem *item, const char *text, GError **error)
{
  gboolean *value = item->value;

  if (!g_str_equal (text, "true") && !g_str_equal (text, "false"))
    return refuse (place, error, "“%s” is true or false, not “%.*s”", item->key,
                   ds_utf8_cut (text, MAX_QUOTED), text);
  *value = *value || g_str_equal (text, "true");
  return TRUE;
}

static gboolean
take_text (const Place *place, const DsConfigItem *item, const char *text, GError **error)
{
  char **value = item->value;

  if (*text == '\0')
    return refuse (place, error, "“%s” has no value: give one, or leave the line out", item->key);
  if (item->words != NULL && !is_word_of (item->words, text))
    return refuse (place, error, "“%s” is one of %s, not “%.*s”", item->key, item->words,
                   ds_utf8_cut (text, MAX_QUOTED), text);
  if (*value == NULL)
    *value = g_strdup (text);
  return TRUE;
}

static gboolean
take_value (const Place *place, const DsConfigItem *item, const char *text, GError **error)
{
  if (item->kind == 'n')
    return take_number (place, item, text, error);
  if (item->kind == 'b')
    return take_boolean (place, item, text, error);
  return take_text (place, item, text, error);
}

/* Lines */

/* @group: (inout) (transfer full): the one that a line is in. */
static gboolean
take_line (const Place *place, char *line, char **group, GKeyFile *seen, GError **error)
{
  char *equals = strchr (line, '=');
  gsize n = strlen (line);
  const DsConfigItem *item;
  g_autofree char *names = NULL;

  if (line[0] == '[')
    {
      if (line[n - 1] != ']')
        return refuse (place, error, "A group is a name in brackets, like [listen]");
      line[n - 1] = '\0';
      g_free (*group);
      *group = g_strdup (line + 1);
      names = list_names (place->items, NULL);
      return find_item (place->items, *group, NULL) != NULL
             || refuse (place, error, "There is no group “%.*s”; there are %s",
                        ds_utf8_cut (*group, MAX_QUOTED), *group, names);
    }
  if (equals == NULL)
    return refuse (place, error, "This is neither “key=value” nor a comment, which begins with #");
  if (*group == NULL)
    return refuse (place, error, "A group comes first, like [listen]");
  *equals = '\0';
  g_strchomp (line);
  item = find_item (place->items, *group, line);
  names = list_names (place->items, *group);
  if (item == NULL)
    return refuse (place, error, "There is no “%.*s” in [%s]; there are %s", ds_utf8_cut (line, MAX_QUOTED),
                   line, *group, names);
  if (g_key_file_has_key (seen, *group, line, NULL))
    return refuse (place, error, "“%s” stands in [%s] twice: leave one", line, *group);
  g_key_file_set_boolean (seen, *group, line, TRUE);
  return take_value (place, item, g_strchug (equals + 1), error);
}

gboolean
ds_config_file_load (const char *path, const DsConfigItem *items, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *group = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GKeyFile) seen = g_key_file_new ();
  g_auto (GStrv) lines = NULL;
  Place place = { .path = path, .items = items };
  gsize n;

  if (!g_file_get_contents (path, &text, &n, &problem))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The configuration cannot be read: %s",
                   problem->message);
      return FALSE;
    }
  if (n > MAX_BYTES || !g_utf8_validate (text, (gssize)n, NULL))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%s is no configuration: it has %s", path,
                   n > MAX_BYTES ? "more than 64 KiB" : "bytes that are no UTF-8");
      return FALSE;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);

      place.line = i + 1;
      if (*line != '\0' && *line != '#' && !take_line (&place, line, &group, seen, error))
        return FALSE;
    }
  return TRUE;
}
