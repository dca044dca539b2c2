/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-plain-text.h"

static void
test_clean (void)
{
  const struct
  {
    const char *text, *clean;
    gboolean is_line;
  } cases[] = {
    { "李建华", "李建华", TRUE },
    { "Cuihu Court 6-2-1102", "Cuihu Court 6-2-1102", TRUE },
    { "שלום 12", "שלום 12", TRUE },
    { "👩‍👧", "👩‍👧", TRUE }, /* joined by U+200D */
    { "", "", FALSE },
    { "two\nlines\tof it", "two\nlines\tof it", FALSE },
    { "bell\a, escape\033[31m", "bell, escape[31m", FALSE },
    { "C1 \302\205 control", "C1  control", FALSE },
    { "\342\200\25605.682\302\245 Li", "05.682\302\245 Li", FALSE },     /* U+202E */
    { "\342\201\247Li\342\201\251 \330\234\342\200\217", "Li ", FALSE }, /* U+2067, U+2069, U+061C, U+200F */
    { "para\342\200\251graph and\342\200\250line", "paragraph andline", FALSE }, /* U+2029, U+2028 */
    { "\177", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = ds_plain_text_clean (cases[i].text);

      g_assert_cmpstr (clean, ==, cases[i].clean);
      g_assert_cmpint (ds_plain_text_is_line (cases[i].text), ==, cases[i].is_line);
    }
  g_assert_null (ds_plain_text_clean (NULL));
  g_assert_false (ds_plain_text_is_line (NULL));
  g_assert_false (ds_plain_text_is_line ("half \344\270"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/plain-text/clean", test_clean);
  return g_test_run ();
}
