/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "labels.h"

#include "ds-json.h"

char *
labels_to_ascii (const char *text)
{
  GString *ascii = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (g_ascii_isgraph (*text))
      g_string_append_c (ascii, *text);
  return g_string_free (ascii, FALSE);
}

static void
add_label (Labels *labels, const char *line)
{
  g_auto (GStrv) columns = g_strsplit (line, "\t", 2);
  g_autoptr (json_t) value = NULL;
  GPtrArray *texts;
  char *text;

  if (g_strv_length (columns) != 2)
    return;
  value = json_loads (columns[1], JSON_DECODE_ANY, NULL);
  text = labels_to_ascii (json_string_value (value));
  texts = g_hash_table_lookup (labels->texts_of, columns[0]);
  if (texts == NULL)
    {
      texts = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (labels->texts_of, g_strdup (columns[0]), texts);
    }
  g_hash_table_add (labels->known, text);
  g_ptr_array_add (texts, text);
  labels->n_expected++;
}

gboolean
labels_init (Labels *labels)
{
  const char *data = g_getenv ("DS_SHARED_DATA");
  g_autofree char *folder = data != NULL ? g_build_filename (data, "scan", NULL) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "expected.tsv", NULL) : NULL;
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (path == NULL || !g_file_get_contents (path, &contents, NULL, NULL))
    return FALSE;
  labels->folder = g_steal_pointer (&folder);
  labels->texts_of
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  labels->known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    add_label (labels, lines[i]);
  return TRUE;
}

void
labels_clear (Labels *labels)
{
  g_clear_pointer (&labels->folder, g_free);
  g_clear_pointer (&labels->known, g_hash_table_unref);
  g_clear_pointer (&labels->texts_of, g_hash_table_unref);
}

guint
labels_compare (const Labels *labels, const char *name, GPtrArray *texts, guint *n_wrong)
{
  g_autoptr (GHashTable) read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *expected = g_hash_table_lookup (labels->texts_of, name);
  guint n_read = 0;

  for (guint i = 0; i < texts->len; i++)
    {
      char *text = labels_to_ascii (g_ptr_array_index (texts, i));

      *n_wrong += g_hash_table_contains (labels->known, text) ? 0 : 1;
      g_hash_table_add (read, text);
    }
  for (guint i = 0; i < expected->len; i++)
    n_read += g_hash_table_contains (read, g_ptr_array_index (expected, i)) ? 1 : 0;
  return n_read;
}
