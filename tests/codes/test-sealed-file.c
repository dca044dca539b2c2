/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rescue files: what goes in comes out, for the depot alone, and never anything else. */
#define _GNU_SOURCE
#include "config.h"

#include "ds-error.h"
#include "ds-sealed-file.h"

#include <gio/gio.h>
#include <string.h>

#define N_RECORDS 3
static const char *const contents[N_RECORDS] = { "{\"device\":\"d\"}", "line 1\nline 2\n", "" };
static const DsSealedKind kinds[N_RECORDS] = { DS_SEALED_DEVICE, DS_SEALED_LINES, DS_SEALED_END };

/* @ends: (out): where the head and each record end. */
static GBytes *
make_file (DsKey *recipient, gsize ends[N_RECORDS + 1])
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) head = NULL;
  g_autoptr (DsSealer) sealer = ds_sealer_new (recipient, &head, &error);

  g_assert_no_error (error);
  g_byte_array_append (file, g_bytes_get_data (head, NULL), (guint)g_bytes_get_size (head));
  ends[0] = file->len;
  for (guint i = 0; i < N_RECORDS; i++)
    {
      g_autoptr (GBytes) record
          = ds_sealer_seal (sealer, kinds[i], contents[i], strlen (contents[i]), &error);

      g_assert_no_error (error);
      g_byte_array_append (file, g_bytes_get_data (record, NULL), (guint)g_bytes_get_size (record));
      ends[i + 1] = file->len;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&file));
}

static void
assert_records (GArray *records, guint n)
{
  g_assert_cmpuint (records->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      const DsSealedRecord *record = &g_array_index (records, DsSealedRecord, i);

      g_assert_cmpint (record->kind, ==, kinds[i]);
      g_assert_cmpmem (g_bytes_get_data (record->content, NULL), g_bytes_get_size (record->content),
                       contents[i], strlen (contents[i]));
    }
}

static void
test_round_trip (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autoptr (DsKey) recipient = ds_key_new_from_public (ds_key_get_public (key), DS_SM2_PUBLIC_SIZE, NULL);
  gsize ends[N_RECORDS + 1];
  g_autoptr (GBytes) file = make_file (recipient, ends);
  g_autoptr (GBytes) again = make_file (recipient, ends);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) records = NULL;
  gsize rest;

  records = ds_sealed_file_open (key, file, &rest, &error);
  g_assert_no_error (error);
  assert_records (records, N_RECORDS);
  g_assert_cmpuint (rest, ==, 0);
  /* A key of its own each time. */
  g_assert_false (g_bytes_equal (file, again));
  g_assert_null (memmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), "line", 4));
}

/* A card pulled out in the middle: whole records before the cut are read, nothing else is. */
static void
test_cut_anywhere (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  gsize ends[N_RECORDS + 1];
  g_autoptr (GBytes) file = make_file (key, ends);

  for (gsize n = 0; n < g_bytes_get_size (file); n++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (file, 0, n);
      g_autoptr (GError) error = NULL;
      gsize rest = 0;
      g_autoptr (GArray) records = ds_sealed_file_open (key, part, &rest, &error);
      guint whole = 0;

      if (n < ends[0])
        {
          g_assert_null (records);
          g_assert_nonnull (error);
          continue;
        }
      g_assert_no_error (error);
      while (whole < N_RECORDS && ends[whole + 1] <= n)
        whole++;
      assert_records (records, whole);
      g_assert_cmpuint (rest, ==, n - ends[whole]);
    }
}

/* Whatever bit is changed: the records before it, or a refusal, never another content. */
static void
test_changed_anywhere (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  gsize ends[N_RECORDS + 1];
  g_autoptr (GBytes) file = make_file (key, ends);
  gsize n = g_bytes_get_size (file);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (file, NULL), n);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GArray) records = NULL;
      guint whole = 0;
      gsize rest;

      bytes[i] ^= (guint8)(1 << (i % 8));
      changed = g_bytes_new (bytes, n);
      records = ds_sealed_file_open (key, changed, &rest, NULL);
      while (whole < N_RECORDS && ends[whole + 1] <= i)
        whole++;
      if (records != NULL)
        assert_records (records, i < ends[0] ? 0 : whole);
      else
        g_assert_cmpuint (i, <, ends[0]);
    }
}

static void
test_other_key (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  gsize ends[N_RECORDS + 1];
  g_autoptr (GBytes) file = make_file (key, ends);
  g_autoptr (GError) error = NULL;
  gsize rest;

  g_assert_null (ds_sealed_file_open (other, file, &rest, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
}

static void
test_other_files (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  gsize ends[N_RECORDS + 1];
  g_autoptr (GBytes) file = make_file (key, ends);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  g_autoptr (GBytes) text = g_bytes_new_static ("Dear depot, …", 13);
  g_autoptr (GBytes) later = NULL;
  g_autoptr (GError) error = NULL;
  gsize rest;

  g_assert_null (ds_sealed_file_open (key, text, &rest, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);

  bytes[8] = 2;
  later = g_bytes_new (bytes, g_bytes_get_size (file));
  g_assert_null (ds_sealed_file_open (key, later, &rest, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "Update the program"));
}

/* The secret is wrapped as the standard says: the openssl command unwraps it too. */
static void
test_openssl_unwraps (void)
{
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  g_autofree char *program = g_find_program_in_path ("openssl");
  g_autofree char *pem_path = g_build_filename (g_get_user_data_dir (), "key.pem", NULL);
  g_autofree char *in_path = g_build_filename (g_get_user_data_dir (), "wrapped", NULL);
  g_autofree char *pem = ds_key_to_pem (key, NULL);
  const char *argv[] = { "openssl", "pkeyutl", "-decrypt", "-inkey", pem_path, "-in", in_path, NULL };
  g_autoptr (GBytes) wrapped = ds_key_encrypt (key, "a secret of 32 bytes, no less !!", 32, NULL);
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (program == NULL)
    {
      g_test_skip ("there is no openssl command");
      return;
    }
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (pem_path, pem, -1, NULL));
  g_assert_true (g_file_set_contents (in_path, g_bytes_get_data (wrapped, NULL),
                                      (gssize)g_bytes_get_size (wrapped), NULL));
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (output, ==, "a secret of 32 bytes, no less !!");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/codes/sealed-file/round-trip", test_round_trip);
  g_test_add_func ("/codes/sealed-file/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/codes/sealed-file/changed-anywhere", test_changed_anywhere);
  g_test_add_func ("/codes/sealed-file/other-key", test_other_key);
  g_test_add_func ("/codes/sealed-file/other-files", test_other_files);
  g_test_add_func ("/codes/sealed-file/openssl-unwraps", test_openssl_unwraps);
  return g_test_run ();
}
