/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-payer-code.h"

static void
test_classify (void)
{
  const struct
  {
    const char *text;
    DsPayerCodeKind kind;
    const char *operator_id;
  } cases[] = {
    { "0100320229316139647", DS_PAYER_CODE_ECNY, "003" },
    { " 01 0032 0229 3161 39647\r\n", DS_PAYER_CODE_ECNY, "003" },
    { "0100320229316139647\xe3\x80\x80", DS_PAYER_CODE_ECNY, "003" }, /* an ideographic space */
    { "010032022931613964", DS_PAYER_CODE_NONE, "" },
    { "01003202293161396470", DS_PAYER_CODE_NONE, "" },
    { "134567890123456789", DS_PAYER_CODE_WECHAT, "" },
    { "154567890123456789", DS_PAYER_CODE_WECHAT, "" },
    { "164567890123456789", DS_PAYER_CODE_NONE, "" },
    { "2856789012345678", DS_PAYER_CODE_ALIPAY, "" },
    { "305678901234567890123456", DS_PAYER_CODE_ALIPAY, "" },
    { "3056789012345678901234567", DS_PAYER_CODE_NONE, "" },
    { "6212345678901234567", DS_PAYER_CODE_UNIONPAY, "" },
    { "621234567890123", DS_PAYER_CODE_NONE, "" },
    { "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", DS_PAYER_CODE_EMV_CPM, "" },
    { "01003202293161396a7", DS_PAYER_CODE_NONE, "" },
    { "０１００３２０２２９３１６１３９６４７", DS_PAYER_CODE_NONE, "" },
    { "01\xff", DS_PAYER_CODE_NONE, "" },
    { "0", DS_PAYER_CODE_NONE, "" },
    { "", DS_PAYER_CODE_NONE, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char operator_id[4] = "xxx";

      g_assert_cmpint (ds_payer_code_classify (cases[i].text, operator_id), ==, cases[i].kind);
      g_assert_cmpstr (operator_id, ==, cases[i].operator_id);
      g_assert_cmpint (ds_payer_code_classify (cases[i].text, NULL), ==, cases[i].kind);
    }
}

static void
test_normalize (void)
{
  g_autofree char *digits = ds_payer_code_normalize (" 0100 3202\t2931 6139647\r\n");
  g_autofree char *nothing = ds_payer_code_normalize (" \n");

  g_assert_cmpstr (digits, ==, "0100320229316139647");
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/payer-code/classify", test_classify);
  g_test_add_func ("/payer-code/normalize", test_normalize);
  return g_test_run ();
}
