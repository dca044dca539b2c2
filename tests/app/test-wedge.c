/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wedge.h"

/* Types @text with @gap_ms between the keys; the clock of the events wraps around on the way. */
static guint32
type (DsBurst *burst, const char *text, guint32 start_ms, guint32 gap_ms)
{
  guint32 time_ms = start_ms;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      time_ms += gap_ms;
      ds_burst_add (burst, g_utf8_get_char (at), time_ms);
    }
  return time_ms;
}

static void
test_scan (void)
{
  g_autoptr (DsBurst) burst = ds_burst_new ();
  const char *texts[] = { "DS7302118409512", "0100320229316139647", "doorstep://enrol?code=收款" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint32 end_ms = type (burst, texts[i], G_MAXUINT32 - 20, 8);
      g_autofree char *text = ds_burst_end (burst, end_ms + 8);

      g_assert_cmpstr (text, ==, texts[i]);
    }
}

static void
test_typing_is_no_scan (void)
{
  g_autoptr (DsBurst) burst = ds_burst_new ();
  guint32 end_ms;

  /* A quick typist. */
  end_ms = type (burst, "翠湖苑六栋二单元", 1000, 90);
  g_assert_null (ds_burst_end (burst, end_ms + 20));

  /* Fast but short: a double press. */
  end_ms = type (burst, "12345", 5000, 10);
  g_assert_null (ds_burst_end (burst, end_ms + 10));

  /* A key held down. */
  end_ms = type (burst, "0000000000", 9000, 33);
  g_assert_null (ds_burst_end (burst, end_ms + 33));

  /* A burst without its Enter; the Enter comes from a finger. */
  end_ms = type (burst, "DS7302118409512", 20000, 8);
  g_assert_null (ds_burst_end (burst, end_ms + 400));
}

static void
test_scan_after_typing (void)
{
  g_autoptr (DsBurst) burst = ds_burst_new ();
  g_autofree char *text = NULL;
  guint32 end_ms = type (burst, "li", 1000, 150);

  /* The run begins anew at the scan: what was typed before is no part of it. */
  g_assert_true (ds_burst_add (burst, 'D', end_ms + 200));
  end_ms = type (burst, "S73021184", end_ms + 200, 5);
  text = ds_burst_end (burst, end_ms + 5);
  g_assert_cmpstr (text, ==, "DS73021184");
  /* And it is over with its Enter. */
  g_assert_null (ds_burst_end (burst, end_ms + 6));
}

static void
test_engine_gone_mad (void)
{
  g_autoptr (DsBurst) burst = ds_burst_new ();
  g_autofree char *text = NULL;
  guint32 time_ms = 0;

  for (guint i = 0; i < 100000; i++)
    ds_burst_add (burst, 'a' + i % 26, time_ms++);
  text = ds_burst_end (burst, time_ms);
  g_assert_cmpuint (strlen (text), <=, 8192);
}

static void
test_affixes (void)
{
  static const struct
  {
    const char *text, *prefix, *suffix, *expected;
  } cases[] = {
    { "DS73021184", NULL, NULL, "DS73021184" }, { "DS73021184", "", "", "DS73021184" },
    { "]C1DS7302", "]C1", "", "DS7302" },       { "DS7302~", "]C1", "~", "DS7302" },
    { "]C1DS7302~~", "]C1", "~", "DS7302~" },   { "]C1", "]C1", "]C1", "" },
    { "DS7302]C1", "]C1", "", "DS7302]C1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *code = ds_wedge_strip (cases[i].text, cases[i].prefix, cases[i].suffix);

      g_assert_cmpstr (code, ==, cases[i].expected);
    }
}

/* Keycodes as an X server gives them: 8 more than the kernel's. */
static void
test_us_layout (void)
{
  static const struct
  {
    guint keycode;
    gunichar plain, shifted;
  } keys[] = {
    { 10, '1', '!' },  { 19, '0', ')' },  { 20, '-', '_' }, { 21, '=', '+' }, { 24, 'q', 'Q' },
    { 33, 'p', 'P' },  { 34, '[', '{' },  { 38, 'a', 'A' }, { 46, 'l', 'L' }, { 47, ';', ':' },
    { 48, '\'', '"' }, { 51, '\\', '|' }, { 52, 'z', 'Z' }, { 58, 'm', 'M' }, { 59, ',', '<' },
    { 60, '.', '>' },  { 61, '/', '?' },  { 65, ' ', ' ' }, { 9, 0, 0 },      { 22, 0, 0 },
    { 36, 0, 0 },      { 37, 0, 0 },      { 50, 0, 0 },     { 64, 0, 0 },     { 66, 0, 0 },
    { 255, 0, 0 },     { 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_assert_cmpuint (ds_wedge_us_character (keys[i].keycode, FALSE), ==, keys[i].plain);
      g_assert_cmpuint (ds_wedge_us_character (keys[i].keycode, TRUE), ==, keys[i].shifted);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/wedge/scan", test_scan);
  g_test_add_func ("/wedge/typing", test_typing_is_no_scan);
  g_test_add_func ("/wedge/scan-after-typing", test_scan_after_typing);
  g_test_add_func ("/wedge/engine-gone-mad", test_engine_gone_mad);
  g_test_add_func ("/wedge/affixes", test_affixes);
  g_test_add_func ("/wedge/us-layout", test_us_layout);
  return g_test_run ();
}
