/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-desk-catalogue.h"

#include <string.h>

/* GNU gettext's manual, "The Format of GNU MO Files": two tables of lengths and offsets, the first sorted by text. */
#define MAGIC 0x950412deU
#define HEAD_WORDS 5

struct _DsDeskCatalogue
{
  GMappedFile *file;    /* (nullable) */
  GHashTable *messages; /* (element-type utf8 utf8): both in the file */
};

static guint32
get_word (const char *data, gsize at)
{
  guint32 word;

  memcpy (&word, data + at, sizeof word);
  return GUINT32_FROM_LE (word);
}

/* Returns: (nullable): the text at the table's @i-th place; %NULL when it does not lie within the file. */
static const char *
get_text (const char *data, gsize n, guint32 table, guint32 i)
{
  gsize at = (gsize)table + 8 * (gsize)i;
  gsize length, offset;

  if (at + 8 > n)
    return NULL;
  length = get_word (data, at);
  offset = get_word (data, at + 4);
  return offset < n && length < n - offset && data[offset + length] == '\0' ? data + offset : NULL;
}

static void
read_messages (DsDeskCatalogue *self)
{
  const char *data = g_mapped_file_get_contents (self->file);
  gsize n = g_mapped_file_get_length (self->file);
  guint32 n_messages;

  if (n < HEAD_WORDS * 4 || get_word (data, 0) != MAGIC)
    return;
  n_messages = get_word (data, 8);
  for (guint32 i = 0; i < n_messages; i++)
    {
      const char *text = get_text (data, n, get_word (data, 12), i);
      const char *words = get_text (data, n, get_word (data, 16), i);

      if (text == NULL || words == NULL)
        return;
      if (*text != '\0' && *words != '\0')
        g_hash_table_insert (self->messages, (gpointer)text, (gpointer)words);
    }
}

/* In the build folder it lies in `po`, beside `src`. */
static char *
find_directory (void)
{
  const char *named = g_getenv ("DOORSTEP_LOCALE");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *built = here != NULL ? g_build_filename (here, "..", "..", "po", NULL) : NULL;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  if (built != NULL && g_file_test (built, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&built);
  return g_strdup (DS_LOCALE_DIR);
}

DsDeskCatalogue *
ds_desk_catalogue_new (const char *directory, const char *language)
{
  DsDeskCatalogue *self = g_new0 (DsDeskCatalogue, 1);
  g_autofree char *folder = directory ? g_strdup (directory) : find_directory ();
  g_autofree char *path = g_build_filename (folder, language, "LC_MESSAGES", DS_GETTEXT_PACKAGE ".mo", NULL);

  self->messages = g_hash_table_new (g_str_hash, g_str_equal);
  self->file = g_mapped_file_new (path, FALSE, NULL);
  if (self->file != NULL)
    read_messages (self);
  return self;
}

void
ds_desk_catalogue_free (DsDeskCatalogue *self)
{
  g_hash_table_unref (self->messages);
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_free (self);
}

const char *
ds_desk_catalogue_look_up (DsDeskCatalogue *self, const char *text)
{
  const char *words = g_hash_table_lookup (self->messages, text);

  return words != NULL ? words : text;
}
