/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-emv-mpm.h"
#include "ds-error.h"

#include <string.h>

/* Writes @body and the check that belongs to it. */
static char *
seal (const char *body)
{
  g_autofree char *covered = g_strconcat (body, "6304", NULL);

  return g_strdup_printf ("%s%04X", covered, ds_emv_crc16 (covered, strlen (covered)));
}

static char *
describe (const DsEmvMpm *code)
{
  g_autoptr (GString) text = g_string_new (ds_emv_verdict_to_name (ds_emv_mpm_get_verdict (code)));

  for (guint i = 0; i < code->findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (code->findings, i);

      g_string_append_printf (text, "; %s %s (%s)", finding->path, finding->rule, finding->detail);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What every body below has and a merchant needs. */
#define ACCOUNT "26190015cn.example.test"
#define REST                                                                                                 \
  "520442155303156"                                                                                          \
  "5802CN5912TEST COURIER6008SHANGHAI"

static void
test_crc (void)
{
  /* The check value of CRC-16/IBM-3740. */
  g_assert_cmphex (ds_emv_crc16 ("123456789", 9), ==, 0x29B1);
  g_assert_cmphex (ds_emv_crc16 ("", 0), ==, 0xFFFF);
}

static void
test_rules (void)
{
  const struct
  {
    const char *body;
    DsEmvVerdict verdict;
    const char *path, *rule;
  } cases[] = {
    { "000201" ACCOUNT REST, DS_EMV_VALID, NULL, NULL },
    { "000201010211" ACCOUNT REST, DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "540398.", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "5413999999999.999", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "550201", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "55020256015", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "550203570500.01", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "62070503***", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "62070903EMA", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "622350190015cn.example.test", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "64200002ZH0104最佳运输0202北京", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "64200002zh0104𠮷家快递0202上海", DS_EMV_VALID, NULL, NULL },
    { "000201" ACCOUNT REST "80190015cn.example.test", DS_EMV_VALID, NULL, NULL },

    { "000201" ACCOUNT "53031565802CN5904NAME6004CITY", DS_EMV_LENIENT, "52", "missing" },
    { "000201" ACCOUNT "5204421553031565802CN6004CITY", DS_EMV_LENIENT, "59", "missing" },
    { "000201" ACCOUNT "5204421553031565802CN5904NAME", DS_EMV_LENIENT, "60", "missing" },
    { "000201" ACCOUNT "5204421553031565802CN5902快递6004CITY", DS_EMV_LENIENT, "59", "format" },
    { "000201" ACCOUNT REST "6504abcd", DS_EMV_LENIENT, "65", "reserved" },
    { "000201" ACCOUNT REST "62081204abcd", DS_EMV_LENIENT, "62-12", "reserved" },

    { ACCOUNT "000201" REST, DS_EMV_INVALID, "00", "order" },
    { "000202" ACCOUNT REST, DS_EMV_INVALID, "00", "value" },
    { "000201010213" ACCOUNT REST, DS_EMV_INVALID, "01", "value" },
    { "000201" REST, DS_EMV_INVALID, "02", "missing" },
    { "000201" ACCOUNT "520442155802CN5904NAME6004CITY", DS_EMV_INVALID, "53", "missing" },
    { "000201" ACCOUNT "5204421553031565904NAME6004CITY", DS_EMV_INVALID, "58", "missing" },
    { "000201" ACCOUNT "5204ABCD53031565802CN5904NAME6004CITY", DS_EMV_INVALID, "52", "format" },
    { "000201" ACCOUNT "520342153031565802CN5904NAME6004CITY", DS_EMV_INVALID, "52", "length" },
    { "000201" ACCOUNT "5204421553031565802865904NAME6004CITY", DS_EMV_INVALID, "58", "value" },
    { "000201" ACCOUNT REST "54010", DS_EMV_INVALID, "54", "value" },
    { "000201" ACCOUNT REST "54040.00", DS_EMV_INVALID, "54", "value" },
    { "000201" ACCOUNT REST "5402-1", DS_EMV_INVALID, "54", "value" },
    { "000201" ACCOUNT REST "54051,000", DS_EMV_INVALID, "54", "value" },
    { "000201" ACCOUNT REST "54051.2.3", DS_EMV_INVALID, "54", "value" },
    { "000201" ACCOUNT REST "5401.", DS_EMV_INVALID, "54", "value" },
    { "000201" ACCOUNT REST "541412345678901234", DS_EMV_INVALID, "54", "length" },
    { "000201" ACCOUNT REST "550204", DS_EMV_INVALID, "55", "value" },
    { "000201" ACCOUNT REST "550202", DS_EMV_INVALID, "56", "tip" },
    { "000201" ACCOUNT REST "56015", DS_EMV_INVALID, "56", "tip" },
    { "000201" ACCOUNT REST "55020156015", DS_EMV_INVALID, "56", "tip" },
    { "000201" ACCOUNT REST "550203", DS_EMV_INVALID, "57", "tip" },
    { "000201" ACCOUNT REST "5502025601557015", DS_EMV_INVALID, "57", "tip" },
    { "000201" ACCOUNT REST "5502035703100", DS_EMV_INVALID, "57", "value" },
    { "000201" ACCOUNT REST "55020357051.235", DS_EMV_INVALID, "57", "value" },
    { "000201" ACCOUNT REST "550203570500.00", DS_EMV_INVALID, "57", "value" },
    { "000201" ACCOUNT REST "5303156", DS_EMV_INVALID, "53", "duplicate" },
    { "000201" ACCOUNT REST "62140503abc0503abd", DS_EMV_INVALID, "62-05", "duplicate" },
    { "000201" ACCOUNT REST "62300526abcdefghijklmnopqrstuvwxyz", DS_EMV_INVALID, "62-05", "length" },
    { "000201" ACCOUNT REST "62060902MM", DS_EMV_INVALID, "62-09", "value" },
    { "000201" ACCOUNT REST "62050901X", DS_EMV_INVALID, "62-09", "value" },
    { "000201" ACCOUNT REST "62060503ab", DS_EMV_INVALID, "62-05", "overrun" },
    { "000201" ACCOUNT REST "6203050", DS_EMV_INVALID, "62", "header" },
    { "000201" ACCOUNT REST "620850040101", DS_EMV_INVALID, "62-50-01", "overrun" },
    { "000201" ACCOUNT REST "622450200101a0111cn.example.t", DS_EMV_INVALID, "62-50-01", "duplicate" },
    { "000201" ACCOUNT REST "620950050101a", DS_EMV_INVALID, "62-50-00", "missing" },
    { "000201" ACCOUNT REST "64080104NAME", DS_EMV_INVALID, "64-00", "missing" },
    { "000201" ACCOUNT REST "64060002ZH", DS_EMV_INVALID, "64-01", "missing" },
    { "000201" ACCOUNT REST "6410000110101A", DS_EMV_INVALID, "64-00", "length" },
    { "000201" ACCOUNT REST "80050101a", DS_EMV_INVALID, "80-00", "missing" },
    { "000201" ACCOUNT REST "6100", DS_EMV_INVALID, "61", "empty" },
    { "000201" ACCOUNT REST "６１04abcd", DS_EMV_INVALID, "", "header" },
    { "000201" ACCOUNT REST "5405\t1.00", DS_EMV_INVALID, "54", "format" },
    { "00020126040102" REST, DS_EMV_INVALID, "26-01", "overrun" },
    { "00020126370033abcdefghijklmnopqrstuvwxyz1234567" REST, DS_EMV_INVALID, "26-00", "length" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = seal (cases[i].body);
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);
      g_autofree char *found = describe (code);

      g_test_message ("%s: %s", cases[i].body, found);
      g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, cases[i].verdict);
      if (cases[i].path != NULL)
        g_assert_nonnull (ds_emv_findings_find (code->findings, cases[i].path, cases[i].rule));
      else
        g_assert_cmpuint (code->findings->len, ==, 0);
    }
}

static void
test_check (void)
{
  g_autofree char *text = seal ("000201" ACCOUNT REST);
  g_autofree char *after = g_strconcat (text, "6103100", NULL);
  g_autofree char *blank = g_strconcat (text, " ", NULL);
  g_autofree char *cut = g_strndup (text, strlen (text) - 1);
  g_autofree char *none = g_strndup (text, strlen (text) - 8);
  const struct
  {
    const char *text, *path, *rule;
  } cases[] = {
    { after, "63", "order" },
    { blank, "", "header" },
    { cut, "63", "overrun" },
    { none, "63", "missing" },
  };
  g_autoptr (DsEmvMpm) good = ds_emv_mpm_read (text);

  g_assert_cmpint (ds_emv_mpm_get_verdict (good), ==, DS_EMV_VALID);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (cases[i].text);

      g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_INVALID);
      g_assert_nonnull (ds_emv_findings_find (code->findings, cases[i].path, cases[i].rule));
    }

  /* Any one character changed is noticed. */
  for (gsize i = 0; i < strlen (text); i++)
    {
      g_autofree char *changed = g_strdup (text);
      g_autoptr (DsEmvMpm) code = NULL;

      changed[i] = changed[i] == '7' ? '8' : '7';
      code = ds_emv_mpm_read (changed);
      g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_INVALID);
    }
}

static void
test_check_case (void)
{
  /* 007B has to keep its zeros, and a letter in it may be small. */
  g_autofree char *text = NULL;
  gboolean has_letter = FALSE;

  for (guint i = 0; i < 100 && !has_letter; i++)
    {
      g_autofree char *body = g_strdup_printf ("000201" ACCOUNT REST "6104%04u", i);

      g_free (text);
      text = seal (body);
      has_letter = strcspn (text + strlen (text) - 4, "ABCDEF") < 4;
    }
  g_assert_true (has_letter);
  for (char *c = text + strlen (text) - 4; *c != '\0'; c++)
    *c = g_ascii_tolower (*c);

  {
    g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);

    g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_LENIENT);
    g_assert_nonnull (ds_emv_findings_find (code->findings, "63", "case"));
  }
}

static void
append_filler (GString *body, guint id, gsize n)
{
  g_autofree char *x = g_strnfill (n, 'x');

  g_string_append_printf (body, "%u%02" G_GSIZE_FORMAT "0015cn.example.test01%02" G_GSIZE_FORMAT "%s", id,
                          23 + n, n, x);
}

/* Fills unreserved templates until the payload has @n bytes. */
static char *
make_of_size (gsize n)
{
  for (gsize last = 1; last <= 76; last++)
    {
      const gsize fillers[] = { 76, 76, 76, 5, last };
      g_autoptr (GString) body = g_string_new ("000201" ACCOUNT REST);
      g_autofree char *text = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
        append_filler (body, 80 + i, fillers[i]);
      text = seal (body->str);
      if (strlen (text) == n)
        return g_steal_pointer (&text);
    }
  g_assert_not_reached ();
}

static void
test_size (void)
{
  g_autofree char *most = make_of_size (DS_EMV_MPM_MAX_BYTES);
  g_autofree char *more = make_of_size (DS_EMV_MPM_MAX_BYTES + 1);
  g_autoptr (DsEmvMpm) fits = ds_emv_mpm_read (most);
  g_autoptr (DsEmvMpm) larger = ds_emv_mpm_read (more);
  g_autofree char *endless_text = g_strnfill (1 << 20, '9');
  g_autoptr (DsEmvMpm) endless = ds_emv_mpm_read (endless_text);

  g_assert_cmpint (ds_emv_mpm_get_verdict (fits), ==, DS_EMV_VALID);
  g_assert_cmpuint (larger->findings->len, ==, 1);
  g_assert_nonnull (ds_emv_findings_find (larger->findings, "", "size"));
  g_assert_cmpuint (endless->findings->len, ==, 1);
  g_assert_nonnull (ds_emv_findings_find (endless->findings, "", "size"));
}

static void
test_not_text (void)
{
  const char *const texts[] = { "", "0002\xff", "abc", "0", "00", "000", "0002" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (texts[i]);

      g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_INVALID);
    }
}

static void
test_get (void)
{
  g_autofree char *text = seal ("000201" ACCOUNT REST "6250"
                                "0503abc"
                                "5039"
                                "0015cn.example.test"
                                "0116"
                                "0203xyz0303uvw12");
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);

  g_assert_cmpstr (ds_emv_mpm_get (code, "59"), ==, "TEST COURIER");
  g_assert_cmpstr (ds_emv_mpm_get (code, "26"), ==, "0015cn.example.test");
  g_assert_cmpstr (ds_emv_mpm_get (code, "26-00"), ==, "cn.example.test");
  g_assert_cmpstr (ds_emv_mpm_get (code, "62-05"), ==, "abc");
  g_assert_null (ds_emv_mpm_get (code, "54"));
  g_assert_null (ds_emv_mpm_get (code, "59-00"));
  g_assert_null (ds_emv_mpm_get (code, "5"));
  g_assert_null (ds_emv_mpm_get (code, ""));
  g_assert_null (ds_emv_mpm_get (code, "62-"));
}

static void
test_write (void)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *expected
      = seal ("00020101021226250015cn.example.test0102ab" REST "621850140010cn.example64120002zh0102快递");
  g_autofree char *text = NULL;

  ds_emv_mpm_set (code, "00", "01");
  ds_emv_mpm_set (code, "01", "12");
  ds_emv_mpm_set (code, "26-00", "cn.example.test");
  ds_emv_mpm_set (code, "26-01", "first");
  ds_emv_mpm_set (code, "26-01", "ab");
  ds_emv_mpm_set (code, "52", "4215");
  ds_emv_mpm_set (code, "53", "156");
  ds_emv_mpm_set (code, "58", "CN");
  ds_emv_mpm_set (code, "59", "TEST COURIER");
  ds_emv_mpm_set (code, "60", "SHANGHAI");
  ds_emv_mpm_set (code, "62-50-00", "cn.example");
  ds_emv_mpm_set (code, "64-00", "zh");
  ds_emv_mpm_set (code, "64-01", "快递");
  text = ds_emv_mpm_write (code, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

/* What later versions and payment systems put into a code comes through us as it was. */
static void
test_write_unknown (void)
{
  const char *const bodies[] = {
    "000201" ACCOUNT REST "6504abcd7903xyz",
    "000201" ACCOUNT REST "62081204abcd",
    "000201" ACCOUNT REST "64210002zh0102快递9905\U0001f4e6abcd",
    "00020126270015cn.example.test7704abcd" REST "80240015cn.example.test99011",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *text = seal (bodies[i]);
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);
      g_autoptr (GError) error = NULL;
      g_autofree char *again = ds_emv_mpm_write (code, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (again, ==, text);
      /* Nothing is added to it under cover of what was there. */
      ds_emv_mpm_set (code, "70", "more");
      g_assert_null (ds_emv_mpm_write (code, NULL));
    }
}

static void
test_write_refused (void)
{
  g_autofree char *long_value = g_strnfill (100, 'x');
  const struct
  {
    const char *path, *value;
  } cases[] = {
    { "54", "0" },           { "59", "" },         { "59", "快递" }, { "59", "abcdefghijklmnopqrstuvwxyz" },
    { "26-01", long_value }, { "65", "reserved" }, { "60", "a\nb" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = seal ("000201" ACCOUNT REST);
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);

      ds_emv_mpm_set (code, cases[i].path, cases[i].value);
      g_assert_null (ds_emv_mpm_write (code, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

typedef void (*RowFunc) (char **columns);

/* Calls @func for every line of a file of samples; skips the test where the samples are not there. */
static void
for_each_row (const char *name, guint n_columns, RowFunc func)
{
  const char *folder = g_getenv ("DS_SHARED_DATA");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "emv", name, NULL) : NULL;
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (path == NULL || !g_file_get_contents (path, &contents, NULL, NULL))
    {
      g_test_skip ("the samples are not on this machine");
      return;
    }
  lines = g_strsplit (contents, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 3);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);

      if (*lines[i] == '\0')
        continue;
      g_assert_cmpuint (g_strv_length (columns), ==, n_columns);
      if (!g_str_has_prefix (columns[0], "CPM"))
        func (columns);
    }
}

static void
check_valid_row (char **columns)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (columns[1]);
  g_autofree char *found = describe (code);
  gboolean lenient = strstr (columns[0], "[lenient") != NULL;

  g_test_message ("%s: %s", columns[0], found);
  g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, lenient ? DS_EMV_LENIENT : DS_EMV_VALID);

  /* What keeps every rule is written again as it stood. */
  if (!lenient)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *again = ds_emv_mpm_write (code, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (again, ==, columns[1]);
    }
}

static void
test_valid_samples (void)
{
  for_each_row ("valid.tsv", 2, check_valid_row);
}

static void
test_synthetic_samples (void)
{
  for_each_row ("synthetic_valid.tsv", 2, check_valid_row);
}

static void
check_invalid_row (char **columns)
{
  /* A part of the reason the sample gives, and the finding it stands for. */
  const struct
  {
    const char *reason, *path, *rule;
  } reasons[] = {
    { "55/56 mismatch", "56", "tip" },
    { "55/57 mismatch", "57", "tip" },
    { "62-09=", "62-09", "value" },
    { "RFU 65", "65", "reserved" },
    { "54=0", "54", "value" },
    { "54=-", "54", "value" },
    { "id 63 overruns", "63", "overrun" },
    { "id 30 overruns", "30", "overrun" },
    { "spec: missing 52", "52", "missing" },
    { "missing 53", "53", "missing" },
    { "missing 58", "58", "missing" },
    { "missing 59", "59", "missing" },
    { "template 80: truncated header", "80", "header" },
    { "=> truncated header", "", "header" },
    { "bad length", "", "header" },
    { "bad id", "", "header" },
    { "59 too long", "59", "length" },
    { "60 too long", "60", "length" },
    { "62-07 too long", "62-07", "length" },
    { "GUID>32", "30-00", "length" },
    { "99 without GUID", "99-00", "missing" },
    { "00!=01", "00", "value" },
    { "01=13", "01", "value" },
    { "53 format", "53", "format" },
    { "63 not last", "63", "order" },
    { "64 lacks", "64-01", "missing" },
    { "zero length in id 61", "61", "empty" },
    { "zero length in id 00", NULL, "empty" },
    { "CRC 84E1", "63", "crc" },
  };
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (columns[2]);
  g_autofree char *found = describe (code);
  guint known = 0;

  g_test_message ("%s: %s", columns[1], found);
  g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_INVALID);
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strstr (columns[1], reasons[i].reason) != NULL)
      {
        known++;
        if (reasons[i].path != NULL)
          g_assert_nonnull (ds_emv_findings_find (code->findings, reasons[i].path, reasons[i].rule));
        else
          g_assert_nonnull (strstr (found, reasons[i].rule));
      }
  g_assert_cmpuint (known, >, 0);
}

static void
test_invalid_samples (void)
{
  for_each_row ("invalid.tsv", 3, check_invalid_row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/emv-mpm/crc", test_crc);
  g_test_add_func ("/emv-mpm/rules", test_rules);
  g_test_add_func ("/emv-mpm/check", test_check);
  g_test_add_func ("/emv-mpm/check-case", test_check_case);
  g_test_add_func ("/emv-mpm/size", test_size);
  g_test_add_func ("/emv-mpm/not-text", test_not_text);
  g_test_add_func ("/emv-mpm/get", test_get);
  g_test_add_func ("/emv-mpm/write", test_write);
  g_test_add_func ("/emv-mpm/write-unknown", test_write_unknown);
  g_test_add_func ("/emv-mpm/write-refused", test_write_refused);
  g_test_add_func ("/emv-mpm/valid-samples", test_valid_samples);
  g_test_add_func ("/emv-mpm/synthetic-samples", test_synthetic_samples);
  g_test_add_func ("/emv-mpm/invalid-samples", test_invalid_samples);
  return g_test_run ();
}
