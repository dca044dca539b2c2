/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-qr.h"
#include "run.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
draw (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, &error);
  g_autofree char *file = run_write_file ("", 0);
  char *path = g_strconcat (file, ".png", NULL);

  run_remove_file (file);
  g_assert_true (ds_qr_save (qr, path, 4, &error));
  return path;
}

static void
test_json (void)
{
  g_autofree char *good = draw ("0100320229316139647");
  g_autofree char *bad = run_write_file ("no picture", -1);
  g_auto (Run) run = { 0 };
  g_autoptr (json_t) first = NULL;
  g_autoptr (json_t) second = NULL;
  json_t *symbol;

  run_inspect (&run, NULL, -1, (const char *[]){ "picture", "--json", good, bad, NULL });
  g_assert_cmpint (run.status, ==, 1);
  g_assert_nonnull (strstr (run.complaint, bad));

  first = run_get_line (&run, 0);
  g_assert_cmpstr (json_string_value (json_object_get (first, "file")), ==, good);
  g_assert_true (json_is_real (json_object_get (first, "ms")));
  g_assert_cmpuint (json_array_size (json_object_get (first, "symbols")), ==, 1);
  symbol = json_array_get (json_object_get (first, "symbols"), 0);
  g_assert_cmpstr (json_string_value (json_object_get (symbol, "text")), ==, "0100320229316139647");
  g_assert_cmpstr (json_string_value (json_object_get (symbol, "symbology")), ==, "qr");
  g_assert_cmpstr (json_string_value (json_object_get (symbol, "kind")), ==, "payer");

  second = run_get_line (&run, 1);
  g_assert_nonnull (json_object_get (second, "error"));
  run_remove_file (good);
  run_remove_file (bad);
}

static void
test_words (void)
{
  g_autofree char *path = draw ("快递 \x1b[2J");
  g_auto (Run) run = { 0 };
  g_auto (Run) missing = { 0 };
  g_auto (Run) none = { 0 };

  run_inspect (&run, NULL, -1, (const char *[]){ "picture", "--time", path, NULL });
  g_assert_cmpint (run.status, ==, 0);
  g_assert_nonnull (strstr (run.output, "1 symbols, "));
  g_assert_nonnull (strstr (run.output, "qr rubbish \"快递 \\u001B[2J\""));
  run_remove_file (path);

  run_inspect (&missing, NULL, -1, (const char *[]){ "picture", path, NULL });
  g_assert_cmpint (missing.status, ==, 1);
  run_inspect (&none, NULL, -1, (const char *[]){ "picture", NULL });
  g_assert_cmpint (none.status, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/inspect-picture/json", test_json);
  g_test_add_func ("/inspect-picture/words", test_words);
  return g_test_run ();
}
