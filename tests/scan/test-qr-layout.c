/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-qr-layout.h"
#include "ds-qr.h"

/* What is fixed stands in every code of its size that somebody else draws. */
static void
test_all_versions (void)
{
  guint seen = 0;

  for (gsize n = 1; n <= 2953 && seen < DS_QR_MAX_VERSION; n += 4)
    {
      g_autofree char *text = g_strnfill (n, 'a' + (char)(n % 26));
      g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_L, NULL);
      guint size = ds_qr_get_size (qr);
      g_autofree DsModule *layout = NULL;
      guint n_fixed = 0;

      if (ds_qr_get_version (qr) == seen)
        continue;
      g_assert_cmpuint (ds_qr_get_version (qr), ==, seen + 1);
      seen++;
      g_assert_cmpuint (DS_QR_SIZE (seen), ==, size);
      layout = ds_qr_layout_new (size);
      for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++)
          {
            DsModule module = layout[y * size + x];

            n_fixed += module != DS_MODULE_DATA;
            if (module != DS_MODULE_DATA)
              g_assert_cmpint (module == DS_MODULE_DARK, ==, ds_qr_is_dark (qr, x, y));
          }
      /* Three finder patterns with separators and the timing patterns; alignment patterns besides, that share five
       * modules with a timing pattern where they lie on one. */
      g_assert_cmpuint (n_fixed, >=, 3 * 64 + 2 * (size - 16));
      if (seen == 1)
        g_assert_cmpuint (n_fixed, ==, 3 * 64 + 2 * 5);
      if (seen == 2)
        g_assert_cmpuint (n_fixed, ==, 3 * 64 + 2 * 9 + 25);
      if (seen == 40)
        g_assert_cmpuint (n_fixed, ==, 3 * 64 + 2 * 161 + 46 * 25 - 2 * 5 * 5);
    }
  g_assert_cmpuint (seen, ==, DS_QR_MAX_VERSION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/qr-layout/all-versions", test_all_versions);
  return g_test_run ();
}
