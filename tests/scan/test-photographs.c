/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many of the codes in labelled photographs are read, by the helper process as in the application, and that none
 * is misread. */
#include "config.h"

#include "ds-decoder-process.h"
#include "labels.h"

#define LEAST_READ_PERCENT 90

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

static GPtrArray *
read_picture (DsDecoderProcess *decoder, const char *path, gint64 *took_us)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsReading) reading = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  gint64 started_us;

  g_assert_nonnull (file);
  bytes = g_mapped_file_get_bytes (file);
  started_us = g_get_monotonic_time ();
  reading = decode (decoder, bytes, &error);
  *took_us += g_get_monotonic_time () - started_us;
  g_assert_no_error (error);

  for (guint i = 0; i < reading->symbols->len; i++)
    g_ptr_array_add (texts, g_strdup (((DsSymbol *)g_ptr_array_index (reading->symbols, i))->text));
  return texts;
}

static void
test_share (void)
{
  g_auto (Labels) labels = { 0 };
  g_autoptr (DsDecoderProcess) decoder = NULL;
  GHashTableIter iter;
  gpointer name;
  gpointer expected;
  gint64 took_us = 0;
  guint n_read = 0;
  guint n_wrong = 0;

  if (!labels_init (&labels))
    {
      g_test_skip ("the photographs are not on this machine");
      return;
    }
  decoder = ds_decoder_process_new (NULL);
  g_hash_table_iter_init (&iter, labels.texts_of);
  while (g_hash_table_iter_next (&iter, &name, &expected))
    {
      g_autofree char *path = g_build_filename (labels.folder, name, NULL);
      g_autoptr (GPtrArray) texts = read_picture (decoder, path, &took_us);
      guint n_wrong_before = n_wrong;
      guint n = labels_compare (&labels, name, texts, &n_wrong);

      n_read += n;
      if (n < ((GPtrArray *)expected)->len || n_wrong > n_wrong_before)
        g_test_message ("%s: %u of %u read, %u wrong", (char *)name, n, ((GPtrArray *)expected)->len,
                        n_wrong - n_wrong_before);
    }

  g_test_message ("%u of %u read, %u wrong, %.1f ms a picture with its file", n_read, labels.n_expected,
                  n_wrong, (double)took_us / 1000 / g_hash_table_size (labels.texts_of));
  g_assert_cmpuint (n_wrong, ==, 0);
  g_assert_cmpuint (n_read * 100, >=, labels.n_expected * LEAST_READ_PERCENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/photographs/share", test_share);
  return g_test_run ();
}
