/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ds-torch.h"

#include <glib/gstdio.h>

static void
add_led (const char *name, const char *max_brightness)
{
  g_autofree char *max = g_build_filename ("leds", name, "max_brightness", NULL);
  g_autofree char *brightness = g_build_filename ("leds", name, "brightness", NULL);
  g_autofree char *folder = g_path_get_dirname (max);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (max, max_brightness, -1, NULL));
  g_assert_true (g_file_set_contents (brightness, "0\n", -1, NULL));
}

static void
assert_brightness (const char *name, const char *expected)
{
  g_autofree char *path = g_build_filename ("leds", name, "brightness", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_none (void)
{
  g_assert_null (ds_torch_find ("nowhere"));
  add_led ("input3::capslock", "1\n");
  add_led ("white:flash-broken", "many\n");
  g_assert_null (ds_torch_find ("leds"));
}

static void
test_switch (void)
{
  g_autoptr (DsTorch) torch = NULL;
  g_autoptr (GError) error = NULL;

  add_led ("white:torch", "255\n");
  torch = ds_torch_find ("leds");
  g_assert_nonnull (torch);
  g_assert_false (ds_torch_is_lit (torch));
  g_assert_true (ds_torch_set_lit (torch, TRUE, &error));
  g_assert_true (ds_torch_is_lit (torch));
  assert_brightness ("white:torch", "255\n");
  g_clear_pointer (&torch, ds_torch_free);
  assert_brightness ("white:torch", "0\n");
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("doorstep-torch-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/torch/none", test_none);
  g_test_add_func ("/torch/switch", test_switch);
  return g_test_run ();
}
