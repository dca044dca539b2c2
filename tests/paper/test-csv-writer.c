/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-csv-writer.h"

static void
test_fields (void)
{
  static const struct
  {
    const char *field, *written;
  } cases[] = {
    { "286.50", "286.50" },
    { "", "" },
    { "文三路 1 号", "文三路 1 号" },
    { "a,b", "\"a,b\"" },
    { "say \"hi\"", "\"say \"\"hi\"\"\"" },
    { "two\nlines", "\"two\nlines\"" },
    { "=1+1", "\"'=1+1\"" },
    { "+86", "\"'+86\"" },
    { "-1", "\"'-1\"" },
    { "@SUM(A1)", "\"'@SUM(A1)\"" },
    { "\t=1", "\"'\t=1\"" },
    { "  =1", "\"'  =1\"" },
    { "　=1", "\"'　=1\"" },
    { "＝1+1", "\"'＝1+1\"" },
    { "−12", "\"'−12\"" },
    { "=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"" },
    { "1=1", "1=1" },
    { "bad \xff byte", "bad \xef\xbf\xbd byte" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const fields[] = { "x", cases[i].field, NULL };
      g_autofree char *expected = g_strconcat ("\xef\xbb\xbf", "x,", cases[i].written, "\r\n", NULL);
      GString *table = ds_csv_writer_begin ();

      ds_csv_writer_add (table, fields);
      g_assert_cmpstr (table->str, ==, expected);
      g_string_free (table, TRUE);
    }
}

static void
test_names (void)
{
  static const struct
  {
    const char *digits, *written;
  } cases[] = { { "0317", "0317\t" }, { "20261122000000000017", "20261122000000000017\t" },
                { "W1", "W1" },       { "12 34", "12 34" },
                { "", "" },           { NULL, "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = ds_csv_writer_name (cases[i].digits);

      g_assert_cmpstr (name, ==, cases[i].written);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/paper/csv-writer/fields", test_fields);
  g_test_add_func ("/paper/csv-writer/names", test_names);
  return g_test_run ();
}
