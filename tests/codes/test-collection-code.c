/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-collection-code.h"
#include "ds-emv-mpm.h"
#include "ds-error.h"

#include <string.h>

#define PAYMENT_ID "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"

/* The fields point at constants: for ds_collection_code_build() only. */
static DsCollectionCode
sample (void)
{
  return (DsCollectionCode){
    .payment_id = (char *)PAYMENT_ID,
    .amount_fen = 28650,
    .payee_id = (char *)"HZ000017",
    .payee_name = (char *)"Doorstep Express",
    .payee_city = (char *)"Hangzhou",
    .mcc = (char *)"4215",
    .expires_at_s = 1795345200,
  };
}

static char *
build (const DsCollectionCode *code)
{
  g_autoptr (GError) error = NULL;
  char *text = ds_collection_code_build (code, &error);

  g_assert_no_error (error);
  return text;
}

/* Built for a stop with a secret, it names the stop by its mark, and stays within template 26's 99 characters. */
static void
test_stop_mark (void)
{
  DsCollectionCode code = sample ();
  g_autoptr (DsCollectionCode) parsed = NULL;
  g_autofree char *text = NULL;
  g_autofree char *refused = NULL;
  g_autoptr (GError) error = NULL;

  code.stop_mark = (char *)"66c7f0f462eeedd9";
  text = build (&code);
  g_assert_nonnull (strstr (text, "2697"));
  g_assert_nonnull (strstr (text, "041666c7f0f462eeedd9"));
  parsed = ds_collection_code_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (parsed->stop_mark, ==, "66c7f0f462eeedd9");

  code.stop_mark = (char *)"66C7F0F462EEEDD9";
  refused = ds_collection_code_build (&code, &error);
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_null (refused);
}

static void
test_form (void)
{
  DsCollectionCode code = sample ();
  g_autofree char *text = build (&code);
  g_autoptr (DsEmvMpm) read = ds_emv_mpm_read (text);

  g_assert_true (g_str_has_prefix (text, "000201010212"
                                         "2677"
                                         "0011cn.doorstep"
                                         "0108HZ000017"
                                         "0232019a2b3c4d5e7f608a1b2c3d4e5f6071"
                                         "03101795345200"
                                         "52044215"
                                         "5303156"
                                         "5406286.50"
                                         "5802CN"
                                         "5916Doorstep Express"
                                         "6008Hangzhou"
                                         "6304"));
  g_assert_cmpint (ds_emv_mpm_get_verdict (read), ==, DS_EMV_VALID);
}

static void
assert_round_trip (const DsCollectionCode *code, const char *name, const char *city)
{
  g_autofree char *text = build (code);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsCollectionCode) back = ds_collection_code_parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (back->payment_id, ==, code->payment_id);
  g_assert_cmpint (back->amount_fen, ==, code->amount_fen);
  g_assert_cmpstr (back->payee_id, ==, code->payee_id);
  g_assert_cmpstr (back->payee_name, ==, name);
  g_assert_cmpstr (back->payee_city, ==, city);
  g_assert_cmpstr (back->mcc, ==, code->mcc);
  g_assert_cmpint (back->expires_at_s, ==, code->expires_at_s);
}

static void
test_round_trip (void)
{
  DsCollectionCode code = sample ();

  assert_round_trip (&code, "Doorstep Express", "Hangzhou");

  code.expires_at_s = 0;
  code.amount_fen = 1;
  assert_round_trip (&code, "Doorstep Express", "Hangzhou");

  code.payee_name = (char *)"到家快递（杭州）";
  code.payee_city = (char *)"杭州";
  assert_round_trip (&code, "到家快递（杭州）", "杭州");

  code.payee_city = (char *)"Hangzhou";
  assert_round_trip (&code, "到家快递（杭州）", "Hangzhou");

  code.payee_name = (char *)"一二三四五六七八九十一二三四五六七八九十一二三四五六七";
  code.payee_city = (char *)"Taumatawhakatangihangakoauau";
  assert_round_trip (&code, "一二三四五六七八九十一二三四五六七八九十一二三四五", "Taumatawhakatan");
}

static void
test_build_refused (void)
{
  DsCollectionCode codes[]
      = { sample (), sample (), sample (), sample (), sample (), sample (), sample (), sample () };

  codes[0].payment_id = (char *)"not an id";
  codes[1].amount_fen = 0;
  codes[2].amount_fen = -1;
  codes[3].payee_id = (char *)"HZ0000017";
  codes[4].payee_id = (char *)"杭州";
  codes[5].mcc = (char *)"421";
  codes[6].payee_name = (char *)"";
  codes[7].payee_city = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_collection_code_build (&codes[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
assert_refused (const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ds_collection_code_parse (text, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

/* The sample with one object changed and its check made right again. */
static char *
change (const char *path, const char *value)
{
  DsCollectionCode code = sample ();
  g_autofree char *text = build (&code);
  g_autoptr (DsEmvMpm) read = ds_emv_mpm_read (text);
  g_autoptr (GError) error = NULL;
  char *changed;

  ds_emv_mpm_set (read, path, value);
  changed = ds_emv_mpm_write (read, &error);
  g_assert_no_error (error);
  return changed;
}

static void
test_parse_refused (void)
{
  const struct
  {
    const char *path, *value;
  } changes[] = {
    { "26-00", "cn.example" },
    { "26-01", "HZ0000017" },
    { "26-02", "019a2b3c4d5e7f608a1b2c3d4e5f607" },
    { "26-02", "019a2b3c4d5e4f608a1b2c3d4e5f6071" },
    { "26-02", "019A2B3C4D5E7F608A1B2C3D4E5F6071" },
    { "26-03", "tomorrow" },
    { "26-03", "-1" },
    { "01", "11" },
    { "53", "840" },
    { "54", "286.505" },
  };
  DsCollectionCode code = sample ();
  g_autofree char *text = build (&code);

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *changed = change (changes[i].path, changes[i].value);

      assert_refused (changed);
    }

  text[strlen (text) - 1] ^= 1;
  assert_refused (text);
  assert_refused ("");
  assert_refused ("0100320229316139647");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/collection-code/form", test_form);
  g_test_add_func ("/collection-code/stop-mark", test_stop_mark);
  g_test_add_func ("/collection-code/round-trip", test_round_trip);
  g_test_add_func ("/collection-code/build-refused", test_build_refused);
  g_test_add_func ("/collection-code/parse-refused", test_parse_refused);
  return g_test_run ();
}
