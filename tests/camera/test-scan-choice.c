/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ds-scan-choice.h"

#define PAYER "0100320229316139647"
#define OTHER_PAYER "0100320229316139648"
#define RECEIPT "DS1:ABC"
#define WAYBILL "JD0012345678"
#define LINK "https://example.com"

static gboolean
is_waybill (const char *text, gpointer user_data)
{
  return g_str_equal (text, user_data);
}

/* @codes: "q:text" for a QR code, "b:text" for bars. */
static void
check (const char *const *codes, DsScanWanted wanted, const char *known, const char *expected)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  g_autoptr (GPtrArray) chosen = NULL;
  g_autofree char *joined = NULL;

  for (gsize i = 0; codes[i] != NULL; i++)
    {
      DsSymbol *symbol = g_new (DsSymbol, 1);

      symbol->symbology = codes[i][0] == 'q' ? DS_SYMBOLOGY_QR : DS_SYMBOLOGY_CODE128;
      symbol->text = g_strdup (codes[i] + 2);
      g_ptr_array_add (symbols, symbol);
    }
  chosen = ds_scan_choose (symbols, wanted, known != NULL ? is_waybill : NULL, (gpointer)known);
  g_ptr_array_add (chosen, NULL);
  joined = g_strjoinv (" ", (char **)chosen->pdata);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_choice (void)
{
  const guint at_door = DS_SCAN_PAYER | DS_SCAN_EVIDENCE | DS_SCAN_WAYBILL;

  check ((const char *[]){ NULL }, at_door, NULL, "");
  check ((const char *[]){ "q:" LINK, NULL }, at_door, NULL, LINK);

  /* The right kind for the screen wins. */
  check ((const char *[]){ "q:" RECEIPT, "q:" PAYER, NULL }, DS_SCAN_PAYER, NULL, PAYER);
  check ((const char *[]){ "q:" PAYER, "q:" RECEIPT, NULL }, DS_SCAN_EVIDENCE, NULL, RECEIPT);
  check ((const char *[]){ "q:" LINK, "b:" WAYBILL, NULL }, at_door, NULL, WAYBILL);

  /* A wallet shows one payer code both ways. */
  check ((const char *[]){ "q:" PAYER, "b:" PAYER, NULL }, DS_SCAN_PAYER, NULL, PAYER);

  /* Two of the same kind: the person decides. */
  check ((const char *[]){ "q:" PAYER, "q:" OTHER_PAYER, NULL }, DS_SCAN_PAYER, NULL, PAYER " " OTHER_PAYER);

  /* What is not wanted is still answered, and a parcel's label is only in the way. */
  check ((const char *[]){ "b:" WAYBILL, "q:" LINK, NULL }, DS_SCAN_PAYER, NULL, LINK);
  check ((const char *[]){ "b:" WAYBILL, NULL }, DS_SCAN_PAYER, NULL, WAYBILL);

  /* The manifest knows better than the look of a code. */
  check ((const char *[]){ "b:" PAYER, "q:" OTHER_PAYER, NULL }, DS_SCAN_PAYER, PAYER, OTHER_PAYER);
  check ((const char *[]){ "b:" PAYER, "q:" LINK, NULL }, DS_SCAN_WAYBILL, PAYER, PAYER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scan-choice/choice", test_choice);
  return g_test_run ();
}
