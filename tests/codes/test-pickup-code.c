/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"
#include "ds-pickup-code.h"

#define SECRET "00112233445566778899aabbccddeeff"

static void
test_read (void)
{
  static const struct
  {
    const char *text, *code;
  } cases[] = {
    { "3-2-1456", "321456" },
    { "３－２－１４５６", "321456" },
    { " 3 2 1456 ", "321456" },
    { "a1-b2", "A1B2" },
    { "1.2_3", "123" },
    { "", NULL },
    { " - ", NULL },
    { "12;34", NULL },
    { "1234567890123456789012345", NULL },
    { "取件1234", NULL },
    { "=1+1", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *code = ds_pickup_code_read (cases[i].text);

      g_assert_cmpstr (code, ==, cases[i].code);
    }
  g_assert_null (ds_pickup_code_read ("\xff\xfe"));
}

/* Worked out beside this program: printf 'doorstep-pickup-1\nS1\n321456\n' | openssl dgst -sm3 -mac HMAC
 * -macopt hexkey:00112233445566778899aabbccddeeff */
static void
test_check (void)
{
  g_autofree char *check = ds_pickup_code_make_check (SECRET, "S1", "321456", NULL);
  g_autofree char *other_stop = ds_pickup_code_make_check (SECRET, "S2", "321456", NULL);
  g_autofree char *other_code = ds_pickup_code_make_check (SECRET, "S1", "321457", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (check, ==, "8d088c1a77a2edcbe69ba2b486dc9500966010f52b3ae80a0170a87ba5d9b4a7");
  g_assert_cmpstr (check, !=, other_stop);
  g_assert_cmpstr (check, !=, other_code);
  g_assert_null (ds_pickup_code_make_check ("0011", "S1", "321456", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/codes/pickup-code/read", test_read);
  g_test_add_func ("/codes/pickup-code/check", test_check);
  return g_test_run ();
}
