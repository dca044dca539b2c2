/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memmem() */
#include "config.h"

#include "ds-error.h"
#include "ds-secret-box.h"

#include <string.h>

static const guint8 key[DS_SECRET_BOX_KEY_SIZE] = { 1, 2, 3 };

static void
test_round_trip (void)
{
  static const char *const contents[] = { "", "x", "a photograph of a door" };

  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (contents[i], strlen (contents[i]));
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) box = ds_secret_box_seal (key, bytes, &error);
      g_autoptr (GBytes) again = ds_secret_box_seal (key, bytes, &error);
      g_autoptr (GBytes) opened = NULL;

      g_assert_no_error (error);
      g_assert_false (g_bytes_equal (box, again));
      opened = ds_secret_box_open (key, box, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (opened, bytes));
      if (i == 2)
        g_assert_null (memmem (g_bytes_get_data (box, NULL), g_bytes_get_size (box), "photograph",
                               strlen ("photograph")));
    }
}

static void
test_changes (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("name", 4);
  g_autoptr (GBytes) box = ds_secret_box_seal (key, bytes, NULL);
  guint8 other[DS_SECRET_BOX_KEY_SIZE] = { 1, 2, 4 };
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *data = g_bytes_get_data (box, &n);

  g_assert_null (ds_secret_box_open (other, box, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  for (gsize bit = 0; bit < 8 * n; bit++)
    {
      guint8 *changed = g_memdup2 (data, n);
      g_autoptr (GBytes) changed_box = NULL;

      changed[bit / 8] ^= (guint8)(1 << bit % 8);
      changed_box = g_bytes_new_take (changed, n);
      g_assert_null (ds_secret_box_open (key, changed_box, NULL));
    }
  for (gsize shorter = 0; shorter < n; shorter++)
    {
      g_autoptr (GBytes) cut = g_bytes_new (data, shorter);

      g_assert_null (ds_secret_box_open (key, cut, NULL));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/codes/secret-box/round-trip", test_round_trip);
  g_test_add_func ("/codes/secret-box/changes", test_changes);
  return g_test_run ();
}
