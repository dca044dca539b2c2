/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"
#include "ds-pin.h"

#include <string.h>

static void
test_form (void)
{
  g_assert_true (ds_pin_is_well_formed ("048213"));
  g_assert_false (ds_pin_is_well_formed ("04821"));
  g_assert_false (ds_pin_is_well_formed ("0482133"));
  g_assert_false (ds_pin_is_well_formed ("04821a"));
  g_assert_false (ds_pin_is_well_formed ("０４８２１３"));
  g_assert_false (ds_pin_is_well_formed (""));
  g_assert_false (ds_pin_is_well_formed (NULL));
}

static void
test_easy (void)
{
  static const char *const easy[] = { "000000", "777777", "123456", "789012", "654321", "121212", "480480" };
  static const char *const good[] = { "048213", "112233", "135790", "123457" };

  for (gsize i = 0; i < G_N_ELEMENTS (easy); i++)
    g_assert_true (ds_pin_is_easy (easy[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_false (ds_pin_is_easy (good[i]));
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *record = ds_pin_make_record ("048213", &error);
  g_autofree char *again = ds_pin_make_record ("048213", &error);
  gboolean matches = FALSE;

  g_assert_no_error (error);
  g_assert_cmpstr (record, !=, again);
  g_assert_null (strstr (record, "048213"));
  g_assert_true (ds_pin_check (record, "048213", &matches, &error));
  g_assert_true (matches);
  g_assert_true (ds_pin_check (record, "048214", &matches, &error));
  g_assert_false (matches);
}

/* RFC 7914 section 12 has no vector with our parameters: this one is from Python's hashlib.scrypt(). */
static void
test_known (void)
{
  gboolean matches = FALSE;
  g_autoptr (GError) error = NULL;

  g_assert_true (ds_pin_check ("scrypt 15 8 1 AAECAwQFBgcICQoLDA0ODw PxFKyUYVHVY6a"
                               "JL_tWyp2ekoW4_O9cGXuUNCaH-qoxo",
                               "048213", &matches, &error));
  g_assert_no_error (error);
  g_assert_true (matches);
}

static void
test_damaged (void)
{
  static const char *const records[] = {
    "",
    "scrypt",
    "scrypt 30 8 1 AAECAwQFBgcICQoLDA0ODw AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "scrypt 15 8 9 AAECAwQFBgcICQoLDA0ODw AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "scrypt 15 8 1 AAEC AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "scrypt 15 8 1 AAECAwQFBgcICQoLDA0ODw AAEC",
    "scrypt 15 8 1 AAECAwQFBgcICQoLDA0ODw AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8 more",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean matches = FALSE;

      g_assert_false (ds_pin_is_record (records[i]));
      g_assert_false (ds_pin_check (records[i], "048213", &matches, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      g_assert_false (matches);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/pin/form", test_form);
  g_test_add_func ("/pin/easy", test_easy);
  g_test_add_func ("/pin/round-trip", test_round_trip);
  g_test_add_func ("/pin/known", test_known);
  g_test_add_func ("/pin/damaged", test_damaged);
  return g_test_run ();
}
