/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "openssl-command.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

gboolean
openssl_command_is_here (void)
{
  g_autofree char *program = g_find_program_in_path ("openssl");

  if (program == NULL)
    g_test_skip ("no openssl command");
  return program != NULL;
}

GByteArray *
sm2_der_from_raw (const guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  GByteArray *der = g_byte_array_new ();
  const guint8 head[] = { 0x30, 0 };

  g_byte_array_append (der, head, sizeof head);
  for (gsize half = 0; half < 2; half++)
    {
      const guint8 *number = signature + 32 * half;
      gsize skip = 0;
      guint8 prefix[3] = { 0x02, 0, 0 };
      gboolean padded;

      while (skip < 31 && number[skip] == 0)
        skip++;
      padded = (number[skip] & 0x80) != 0;
      prefix[1] = (guint8)(32 - skip + (padded ? 1 : 0));
      g_byte_array_append (der, prefix, padded ? 3 : 2);
      g_byte_array_append (der, number + skip, (guint)(32 - skip));
    }
  der->data[1] = (guint8)(der->len - 2);
  return der;
}

void
sm2_raw_from_der (const guint8 *der, gsize n, guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  const guint8 *at = der + 2;

  g_assert_cmpuint (n, >=, 8);
  g_assert_cmphex (der[0], ==, 0x30);
  g_assert_cmpuint (der[1], ==, n - 2);
  memset (signature, 0, DS_SM2_SIGNATURE_SIZE);
  for (gsize half = 0; half < 2; half++)
    {
      gsize size = at[1];
      const guint8 *number = at + 2;

      g_assert_cmphex (at[0], ==, 0x02);
      at = number + size;
      g_assert_true (at <= der + n);
      if (size == 33)
        {
          g_assert_cmphex (*number++, ==, 0);
          size--;
        }
      g_assert_cmpuint (size, <=, 32);
      memcpy (signature + 32 * half + 32 - size, number, size);
    }
  g_assert_true (at == der + n);
}

gboolean
openssl_command_verifies (DsKey *key,
                          const char *id,
                          const void *data,
                          gsize n,
                          const guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  g_autofree char *folder = g_dir_make_tmp ("ds-openssl-XXXXXX", NULL);
  g_autofree char *key_path = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *signature_path = g_build_filename (folder, "signature", NULL);
  g_autofree char *data_path = g_build_filename (folder, "data", NULL);
  g_autofree char *option = g_strconcat ("distid:", id, NULL);
  g_autofree char *pem = ds_key_public_to_pem (key, NULL);
  g_autoptr (GByteArray) der = sm2_der_from_raw (signature);
  g_autoptr (GSubprocess) openssl = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (key_path, pem, -1, NULL));
  g_assert_true (g_file_set_contents (signature_path, (const char *)der->data, der->len, NULL));
  g_assert_true (g_file_set_contents (data_path, data, (gssize)n, NULL));
  openssl = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                              "openssl", "dgst", "-sm3", "-sigopt", option, "-verify", key_path, "-signature",
                              signature_path, data_path, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (openssl, NULL, NULL));

  g_assert_cmpint (g_remove (key_path), ==, 0);
  g_assert_cmpint (g_remove (signature_path), ==, 0);
  g_assert_cmpint (g_remove (data_path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return g_subprocess_get_successful (openssl);
}

void
openssl_command_sign (DsKey *key,
                      const char *id,
                      const void *data,
                      gsize n,
                      guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  g_autofree char *folder = g_dir_make_tmp ("ds-openssl-XXXXXX", NULL);
  g_autofree char *key_path = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *signature_path = g_build_filename (folder, "signature", NULL);
  g_autofree char *data_path = g_build_filename (folder, "data", NULL);
  g_autofree char *option = g_strconcat ("distid:", id, NULL);
  g_autofree char *pem = ds_key_to_pem (key, NULL);
  g_autofree char *der = NULL;
  g_autoptr (GSubprocess) openssl = NULL;
  g_autoptr (GError) error = NULL;
  gsize der_n;

  g_assert_true (g_file_set_contents (key_path, pem, -1, NULL));
  g_assert_true (g_file_set_contents (data_path, data, (gssize)n, NULL));
  openssl = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "openssl", "dgst", "-sm3", "-sigopt", option,
                              "-sign", key_path, "-out", signature_path, data_path, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (openssl, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (signature_path, &der, &der_n, NULL));
  sm2_raw_from_der ((const guint8 *)der, der_n, signature);

  g_assert_cmpint (g_remove (key_path), ==, 0);
  g_assert_cmpint (g_remove (signature_path), ==, 0);
  g_assert_cmpint (g_remove (data_path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}
