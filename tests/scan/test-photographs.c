/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many of the codes in labelled photographs are read, by the helper process as in the application, and that none
 * is misread. */
#include "config.h"

#include "ds-decoder-process.h"
#include "ds-json.h"

#include <string.h>

#define LEAST_READ_PERCENT 90

/* Several labels are in character sets that cannot be told from one another: only ASCII is compared. */
static char *
to_ascii (const char *text)
{
  GString *ascii = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (g_ascii_isgraph (*text))
      g_string_append_c (ascii, *text);
  return g_string_free (ascii, FALSE);
}

typedef struct
{
  DsDecoderProcess *decoder;
  GHashTable *texts_of; /* picture → GPtrArray of texts */
  GHashTable *known;    /* every text in any picture: labels leave some out where several codes are in one */
  guint n_expected;
  guint n_read;
  guint n_wrong;
  gint64 took_us;
} Survey;

static void
survey_clear (Survey *survey)
{
  g_clear_object (&survey->decoder);
  g_clear_pointer (&survey->texts_of, g_hash_table_unref);
  g_clear_pointer (&survey->known, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Survey, survey_clear)

static void
survey_add_label (Survey *survey, const char *line)
{
  g_auto (GStrv) columns = g_strsplit (line, "\t", 2);
  g_autoptr (json_t) value = NULL;
  char *text;
  GPtrArray *texts;

  if (g_strv_length (columns) != 2)
    return;
  value = json_loads (columns[1], JSON_DECODE_ANY, NULL);
  text = to_ascii (json_string_value (value));
  texts = g_hash_table_lookup (survey->texts_of, columns[0]);
  if (texts == NULL)
    {
      texts = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (survey->texts_of, g_strdup (columns[0]), texts);
    }
  g_hash_table_add (survey->known, text);
  g_ptr_array_add (texts, text);
  survey->n_expected++;
}

static void
did_decode (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static DsReading *
decode (DsDecoderProcess *decoder, GBytes *picture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_decoder_process_decode_picture_async (decoder, picture, NULL, did_decode, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ds_decoder_process_decode_finish (decoder, result, error);
}

static void
survey_picture (Survey *survey, const char *folder, const char *name, GPtrArray *texts)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsReading) reading = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gint64 started_us;

  g_assert_nonnull (file);
  bytes = g_mapped_file_get_bytes (file);
  started_us = g_get_monotonic_time ();
  reading = decode (survey->decoder, bytes, &error);
  survey->took_us += g_get_monotonic_time () - started_us;
  g_assert_no_error (error);

  for (guint i = 0; i < reading->symbols->len; i++)
    {
      const DsSymbol *symbol = g_ptr_array_index (reading->symbols, i);
      char *text = to_ascii (symbol->text);

      g_hash_table_add (read, text);
      if (!g_hash_table_contains (survey->known, text))
        {
          g_test_message ("wrong: %s: %s", name, symbol->text);
          survey->n_wrong++;
        }
    }
  for (guint i = 0; i < texts->len; i++)
    if (g_hash_table_contains (read, g_ptr_array_index (texts, i)))
      survey->n_read++;
    else
      g_test_message ("not read: %s: %.60s", name, (char *)g_ptr_array_index (texts, i));
}

static void
test_share (void)
{
  const char *data = g_getenv ("DS_SHARED_DATA");
  g_autofree char *folder = data != NULL ? g_build_filename (data, "scan", NULL) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "expected.tsv", NULL) : NULL;
  g_autofree char *labels = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (Survey) survey = { 0 };
  GHashTableIter iter;
  gpointer name;
  gpointer texts;

  if (path == NULL || !g_file_get_contents (path, &labels, NULL, NULL))
    {
      g_test_skip ("the photographs are not on this machine");
      return;
    }
  survey.texts_of
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  survey.decoder = ds_decoder_process_new (NULL);
  survey.known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  lines = g_strsplit (labels, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    survey_add_label (&survey, lines[i]);
  g_hash_table_iter_init (&iter, survey.texts_of);
  while (g_hash_table_iter_next (&iter, &name, &texts))
    survey_picture (&survey, folder, name, texts);

  g_test_message ("%u of %u read, %u wrong, %.1f ms a picture with its file", survey.n_read,
                  survey.n_expected, survey.n_wrong,
                  (double)survey.took_us / 1000 / g_hash_table_size (survey.texts_of));
  g_assert_cmpuint (survey.n_wrong, ==, 0);
  g_assert_cmpuint (survey.n_read * 100, >=, survey.n_expected * LEAST_READ_PERCENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/photographs/share", test_share);
  return g_test_run ();
}
