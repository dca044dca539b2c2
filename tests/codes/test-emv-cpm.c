/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-emv-cpm.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-tlv.h"

#include <string.h>

/* EMVCo CPM 1.0, annexes B.1 and B.2. */
#define ANNEX_B_1 "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
#define ANNEX_B_2                                                                                            \
  "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1W" \
  "Xy0I"                                                                                                     \
  "cnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw=="

static char *
describe (const DsEmvCpm *code)
{
  g_autoptr (GString) text = g_string_new (ds_emv_verdict_to_name (ds_emv_cpm_get_verdict (code)));

  for (guint i = 0; i < code->findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (code->findings, i);

      g_string_append_printf (text, "; %s %s (%s)", finding->path, finding->rule, finding->detail);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_value (const DsEmvCpm *code, const char *path, const char *text)
{
  const DsEmvCpmObject *object = ds_emv_cpm_find (code, path);
  g_autofree char *value = object != NULL ? ds_emv_cpm_object_to_text (object) : NULL;

  g_assert_cmpstr (value, ==, text);
}

static void
test_annex (void)
{
  g_autoptr (DsEmvCpm) one = ds_emv_cpm_read (ANNEX_B_1);
  g_autoptr (DsEmvCpm) two = ds_emv_cpm_read (ANNEX_B_2);

  g_assert_cmpuint (one->findings->len, ==, 0);
  g_assert_cmpuint (one->objects->len, ==, 2);
  assert_value (one, "85", "CPV01");
  assert_value (one, "61-4F", "a0000000555555");
  assert_value (one, "61-57", "1234567890123458d191220112345f");

  g_assert_cmpuint (two->findings->len, ==, 0);
  g_assert_cmpuint (two->objects->len, ==, 4);
  assert_value (two, "61-50", "Product1");
  assert_value (two, "61.2-50", "Product2");
  assert_value (two, "61.2-4F", "a0000000666666");
  assert_value (two, "62-5A", "1234567890123458");
  assert_value (two, "62-5F20", "CARDHOLDER/EMV");
  assert_value (two, "62-5F2D", "ruesdeen");
  assert_value (two, "62-64-9F10", NULL);
  assert_value (two, "61.3", NULL);
}

/* A code of the objects whose hexadecimal is given. */
static char *
encode (const char *hex)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ds_hex_decode (hex, &error);

  g_assert_no_error (error);
  return g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

#define FORMAT "85054350563031"
#define AID "4F07A0000000555555"
#define TRACK "570F1234567890123458D191220112345F"
#define PAN "5A081234567890123458"

static void
test_rules (void)
{
  const struct
  {
    const char *hex;
    DsEmvVerdict verdict;
    const char *path, *rule;
  } cases[] = {
    { FORMAT "611A" AID TRACK, DS_EMV_VALID, NULL, NULL },
    { FORMAT "6113" AID PAN, DS_EMV_VALID, NULL, NULL },
    /* Unknown objects, primitive and constructed, are kept and ignored. */
    { FORMAT "6117" AID PAN "DF010155", DS_EMV_VALID, NULL, NULL },
    { FORMAT "6113" AID PAN "DF010155", DS_EMV_VALID, NULL, NULL },
    { FORMAT "6113" AID PAN "E102FFFF"
             "E102FFFF",
      DS_EMV_VALID, NULL, NULL },
    /* 63 is opaque: it need not be TLV. */
    { FORMAT "6117" AID PAN "6302FFFF", DS_EMV_VALID, NULL, NULL },
    { FORMAT "6109" AID "6109" AID "620A" PAN, DS_EMV_VALID, NULL, NULL },

    { FORMAT "6113" AID PAN "6113" AID PAN, DS_EMV_LENIENT, "62", "missing" },
    { FORMAT "6124" AID PAN TRACK, DS_EMV_LENIENT, "61", "account" },
    { FORMAT "6117" AID PAN "9F080155", DS_EMV_LENIENT, "61-9F08", "length" },
    { FORMAT "6109" AID "610A" PAN "620A" PAN, DS_EMV_LENIENT, "61.2-4F", "missing" },

    { "611A" AID TRACK, DS_EMV_INVALID, "85", "order" },
    { "611A" AID TRACK FORMAT, DS_EMV_INVALID, "85", "order" },
    { "85054350563032"
      "611A" AID TRACK,
      DS_EMV_INVALID, "85", "value" },
    { FORMAT FORMAT "611A" AID TRACK, DS_EMV_INVALID, "85.2", "duplicate" },
    { FORMAT, DS_EMV_INVALID, "61", "missing" },
    { FORMAT "6113" AID PAN "6113" AID PAN "6113" AID PAN, DS_EMV_INVALID, "61", "count" },
    { FORMAT "6109" AID "620A" PAN "620A" PAN, DS_EMV_INVALID, "62", "duplicate" },
    { FORMAT "610A" PAN, DS_EMV_INVALID, "61-4F", "missing" },
    { FORMAT "6110"
             "4F04A0000000" PAN,
      DS_EMV_INVALID, "61-4F", "length" },
    { FORMAT "610A" PAN "610A" PAN "620A" PAN, DS_EMV_INVALID, "61", "missing" },
    { FORMAT "6109" AID, DS_EMV_INVALID, "61", "missing" },
    { FORMAT "611D" AID PAN PAN, DS_EMV_INVALID, "61-5A.2", "duplicate" },
    { FORMAT "611B" AID TRACK, DS_EMV_INVALID, "", "structure" },
    { FORMAT "6119" AID TRACK, DS_EMV_INVALID, "61", "structure" },
    { FORMAT "61", DS_EMV_INVALID, "", "structure" },
    { FORMAT "6184FFFFFFFF", DS_EMV_INVALID, "", "structure" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = encode (cases[i].hex);
      g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (text);
      g_autofree char *found = describe (code);

      g_test_message ("%s: %s", cases[i].hex, found);
      g_assert_cmpint (ds_emv_cpm_get_verdict (code), ==, cases[i].verdict);
      if (cases[i].path != NULL)
        g_assert_nonnull (ds_emv_findings_find (code->findings, cases[i].path, cases[i].rule));
      else
        g_assert_cmpuint (code->findings->len, ==, 0);
    }
}

static void
test_base64 (void)
{
  g_autofree char *endless = g_strnfill (1 << 20, 'A');
  const struct
  {
    const char *text, *rule;
  } cases[] = {
    { "", "base64" },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8", "base64" },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=\n", "base64" },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESN===", "base64" },
    { "hQVDUFYwMWEa TwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESN==", "base64" },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgES-_8=", "base64" },
    { endless, "size" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (cases[i].text);

      g_assert_cmpint (ds_emv_cpm_get_verdict (code), ==, DS_EMV_INVALID);
      g_assert_nonnull (ds_emv_findings_find (code->findings, "", cases[i].rule));
    }
}

/* At least 512 bytes have to be readable. */
static void
test_large (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 filler[470] = { 0 };
  g_autoptr (GBytes) application = ds_hex_decode ("6113" AID PAN, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (DsEmvCpm) code = NULL;

  g_byte_array_append (bytes, g_bytes_get_data (application, NULL), (guint)g_bytes_get_size (application));
  ds_tlv_append (bytes, 0xE1, filler, sizeof filler);
  text = ds_emv_cpm_write (bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (text), >, 512);
  code = ds_emv_cpm_read (text);
  g_assert_cmpuint (g_bytes_get_size (ds_emv_cpm_find (code, "E1")->value), ==, sizeof filler);
}

static void
test_write (void)
{
  g_autoptr (GBytes) good = ds_hex_decode ("611A" AID TRACK, NULL);
  g_autoptr (GBytes) bad = ds_hex_decode ("6109" AID, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_emv_cpm_write (g_bytes_get_data (good, NULL), g_bytes_get_size (good), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, ANNEX_B_1);
  g_assert_null (ds_emv_cpm_write (g_bytes_get_data (bad, NULL), g_bytes_get_size (bad), &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

typedef void (*RowFunc) (char **columns);

/* Calls @func for every consumer-presented sample of a file; skips the test where the samples are not there. */
static void
for_each_row (const char *name, RowFunc func)
{
  const char *folder = g_getenv ("DS_SHARED_DATA");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "emv", name, NULL) : NULL;
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (path == NULL || !g_file_get_contents (path, &contents, NULL, NULL))
    {
      g_test_skip ("the samples are not on this machine");
      return;
    }
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);

      if (!g_str_has_prefix (lines[i], "CPM"))
        continue;
      func (columns);
      n++;
    }
  g_assert_cmpuint (n, >, 0);
}

static void
check_valid_row (char **columns)
{
  g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (columns[1]);
  g_autofree char *found = describe (code);

  g_test_message ("%s: %s", columns[0], found);
  g_assert_cmpint (ds_emv_cpm_get_verdict (code), ==, DS_EMV_VALID);
}

static void
test_valid_samples (void)
{
  for_each_row ("valid.tsv", check_valid_row);
}

static void
check_invalid_row (char **columns)
{
  /* A part of the reason the sample gives, and the finding it stands for. */
  const struct
  {
    const char *reason, *path, *rule;
  } reasons[] = {
    { "neither 57 nor 5A", "61", "missing" }, { "61 without 4F", "61-4F", "missing" },
    { "61 overruns", "", "structure" },       { "85 not first", "85", "order" },
    { "more than 2 61", "61", "count" },      { "Incorrect padding", "", "base64" },
  };
  g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (columns[2]);
  g_autofree char *found = describe (code);
  gboolean known = FALSE;

  g_test_message ("%s: %s", columns[1], found);
  g_assert_cmpint (ds_emv_cpm_get_verdict (code), ==, DS_EMV_INVALID);
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strstr (columns[1], reasons[i].reason) != NULL)
      {
        known = TRUE;
        g_assert_nonnull (ds_emv_findings_find (code->findings, reasons[i].path, reasons[i].rule));
      }
  g_assert_true (known);
}

static void
test_invalid_samples (void)
{
  for_each_row ("invalid.tsv", check_invalid_row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/emv-cpm/annex", test_annex);
  g_test_add_func ("/emv-cpm/rules", test_rules);
  g_test_add_func ("/emv-cpm/base64", test_base64);
  g_test_add_func ("/emv-cpm/large", test_large);
  g_test_add_func ("/emv-cpm/write", test_write);
  g_test_add_func ("/emv-cpm/valid-samples", test_valid_samples);
  g_test_add_func ("/emv-cpm/invalid-samples", test_invalid_samples);
  return g_test_run ();
}
