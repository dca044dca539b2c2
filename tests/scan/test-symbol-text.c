/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-zbar.h"

#include <string.h>

static void
test_character_sets (void)
{
  const struct
  {
    const char *bytes, *text;
  } cases[] = {
    { "plain", "plain" },
    { "\xe5\xbf\xab\xe9\x80\x92", "快递" },
    { "\xef\xbb\xbf\xe5\xbf\xab", "快" },
    { "\xbf\xec\xb5\xdd", "快递" },               /* GB 18030 */
    { "\x95\x32\x82\x36", "\xf0\xa0\x80\x80" },   /* a four-byte character of GB 18030 */
    { "caf\xe9", "café" },                        /* ISO 8859-1: no GB 18030 character ends there */
    { "\x83\x52\x81\x5b\x83\x68QR", "コードQR" }, /* Shift JIS: no GB 2312, and it has kana */
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = ds_symbol_text_from_bytes (cases[i].bytes, strlen (cases[i].bytes));

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_nul (void)
{
  g_autofree char *text = ds_symbol_text_from_bytes ("a\0\xff", 3);

  g_assert_cmpstr (text, ==, "a\xef\xbf\xbd\xef\xbf\xbd");
}

static void
test_length (void)
{
  g_autofree char *most = g_strnfill (DS_SYMBOL_MAX_CHARACTERS, '7');
  g_autofree char *more = g_strnfill (DS_SYMBOL_MAX_CHARACTERS + 1, '7');
  g_autofree char *text = ds_symbol_text_from_bytes (most, DS_SYMBOL_MAX_CHARACTERS);

  g_assert_cmpstr (text, ==, most);
  g_assert_null (ds_symbol_text_from_bytes (more, DS_SYMBOL_MAX_CHARACTERS + 1));
  g_assert_null (ds_symbol_text_from_bytes (more, G_MAXSIZE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/symbol-text/character-sets", test_character_sets);
  g_test_add_func ("/symbol-text/nul", test_nul);
  g_test_add_func ("/symbol-text/length", test_length);
  return g_test_run ();
}
