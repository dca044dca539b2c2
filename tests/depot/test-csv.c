/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-csv.h"
#include "ds-error.h"

#include <string.h>

static DsCsv *
read_text (const char *text, gssize n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, n < 0 ? strlen (text) : (gsize)n);
  g_autoptr (GError) error = NULL;
  DsCsv *csv = ds_csv_new (bytes, &error);

  g_assert_no_error (error);
  return csv;
}

static void
assert_record (DsCsv *csv, guint line, const char *joined)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_cmpint (ds_csv_next (csv, &error), ==, DS_CSV_RECORD);
  g_assert_no_error (error);
  for (guint i = 0; i < ds_csv_get_n_fields (csv); i++)
    g_string_append_printf (text, "[%s]", ds_csv_get_field (csv, i));
  g_assert_cmpstr (text->str, ==, joined);
  g_assert_cmpuint (ds_csv_get_line (csv), ==, line);
}

static void
assert_bad (DsCsv *csv, guint line)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ds_csv_next (csv, &error), ==, DS_CSV_BAD_RECORD);
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_cmpuint (ds_csv_get_line (csv), ==, line);
}

static void
test_quoting (void)
{
  g_autoptr (DsCsv) csv = read_text ("\xef\xbb\xbf"
                                     "a,b,c\r\n"
                                     "\"x, \"\"y\"\"\",,\"two\r\nlines\"\r\n"
                                     "\r\n"
                                     "=1+1,-2,@sum",
                                     -1);

  assert_record (csv, 1, "[a][b][c]");
  assert_record (csv, 2, "[x, \"y\"][][two\r\nlines]");
  assert_record (csv, 5, "[=1+1][-2][@sum]");
  g_assert_cmpstr (ds_csv_get_field (csv, 9), ==, "");
  g_assert_cmpint (ds_csv_next (csv, NULL), ==, DS_CSV_END);
  g_assert_cmpint (ds_csv_next (csv, NULL), ==, DS_CSV_END);
}

/* A bad line costs itself alone, also when its quote would swallow the rest of the file. */
static void
test_bad_records (void)
{
  g_autofree char *wide = g_strnfill (DS_CSV_MAX_FIELDS, ',');
  g_autofree char *longest = g_strnfill (DS_CSV_MAX_FIELD_BYTES + 1, 'x');
  g_autofree char *text
      = g_strconcat ("\"a\"b,c\ngood,1\n", wide, "\n", longest, "\nq,\"open\nlast,2\n", NULL);
  g_autoptr (DsCsv) csv = read_text (text, -1);

  assert_bad (csv, 1);
  assert_record (csv, 2, "[good][1]");
  assert_bad (csv, 3);
  assert_bad (csv, 4);
  assert_bad (csv, 5);
  assert_record (csv, 6, "[last][2]");
  g_assert_cmpint (ds_csv_next (csv, NULL), ==, DS_CSV_END);
}

static void
test_encodings (void)
{
  /* "李华" in GB18030 */
  g_autoptr (DsCsv) chinese = read_text ("\xc0\xee\xbb\xaa,1\n", -1);
  g_autoptr (GBytes) binary = g_bytes_new_static ("PK\3\4\0\0", 6);
  g_autoptr (GError) error = NULL;

  assert_record (chinese, 1, "[李华][1]");
  g_assert_null (ds_csv_new (binary, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

static void
test_empty (void)
{
  g_autoptr (DsCsv) empty = read_text ("", 0);
  g_autoptr (DsCsv) mark = read_text ("\xef\xbb\xbf", 3);

  g_assert_cmpint (ds_csv_next (empty, NULL), ==, DS_CSV_END);
  g_assert_cmpint (ds_csv_next (mark, NULL), ==, DS_CSV_END);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/csv/quoting", test_quoting);
  g_test_add_func ("/csv/bad-records", test_bad_records);
  g_test_add_func ("/csv/encodings", test_encodings);
  g_test_add_func ("/csv/empty", test_empty);
  return g_test_run ();
}
