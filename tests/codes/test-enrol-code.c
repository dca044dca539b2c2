/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-enrol-code.h"
#include "ds-error.h"

#include <string.h>

#define PIN "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define ADDRESS "address=https%3A%2F%2Fdepot.example%3A8443"

static void
test_round_trip (void)
{
  DsEnrolCode code = { "https://[::1]:8443", PIN, "K7QM-2F9D_x", FALSE };
  g_autofree char *practice = NULL;
  g_autoptr (DsEnrolCode) practice_back = NULL;
  g_autofree char *text = ds_enrol_code_to_text (&code);
  g_autoptr (DsEnrolCode) back = NULL;

  g_assert_cmpstr (
      text, ==, "doorstep://enrol?address=https%3A%2F%2F%5B%3A%3A1%5D%3A8443&pin=" PIN "&code=K7QM-2F9D_x");
  g_assert_true (ds_enrol_code_text_is_enrolment (text));
  back = ds_enrol_code_parse (text, NULL);
  g_assert_nonnull (back);
  g_assert_cmpstr (back->address, ==, code.address);
  g_assert_cmpstr (back->pin, ==, code.pin);
  g_assert_cmpstr (back->code, ==, code.code);
  g_assert_false (back->is_practice);

  code.is_practice = TRUE;
  practice = ds_enrol_code_to_text (&code);
  g_assert_true (g_str_has_suffix (practice, "&practice=1"));
  practice_back = ds_enrol_code_parse (practice, NULL);
  g_assert_true (practice_back->is_practice);
}

static void
test_lenient (void)
{
  g_autoptr (DsEnrolCode) code
      = ds_enrol_code_parse ("DOORSTEP://enrol?code=1&" ADDRESS "%2F&pin=" PIN, NULL);

  g_assert_nonnull (code);
  g_assert_cmpstr (code->address, ==, "https://depot.example:8443");
}

static void
test_refused (void)
{
  g_autofree char *long_code = g_strnfill (65, 'a');
  g_autofree char *with_long_code
      = g_strconcat ("doorstep://enrol?" ADDRESS "&pin=" PIN "&code=", long_code, NULL);
  g_autofree char *long_host = g_strnfill (1024, 'a');
  g_autofree char *too_long
      = g_strconcat ("doorstep://enrol?address=https%3A%2F%2F", long_host, "&pin=" PIN "&code=1", NULL);
  const char *const bad[] = {
    "",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=1&practice=0",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=1&practice=1&practice=1",
    "https://depot.example",
    "doorstep://enrol",
    "doorstep://enrol?",
    "doorstep://enrol?" ADDRESS "&pin=" PIN,
    "doorstep://enrol?" ADDRESS "&code=1",
    "doorstep://enrol?pin=" PIN "&code=1",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=1&code=1",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=1&name=x",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=a%20b",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=a%00b",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "A&code=1",
    "doorstep://enrol?" ADDRESS "&pin=AAAA&code=1",
    "doorstep://enrol?address=http%3A%2F%2Fdepot.example&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2F&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2Fme%40depot.example&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2Fdepot.example%2Fpath&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2Fdepot.example%3Fa&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2Fdepot.example%23a&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2Fdepot.example%3A99999&pin=" PIN "&code=1",
    "doorstep://enrol?address=https%3A%2F%2Fdepot.example%3A0&pin=" PIN "&code=1",
    "doorstep://enrol?address=depot.example&pin=" PIN "&code=1",
    "doorstep://enrol?" ADDRESS "&pin=" PIN "&code=1&%zz=1",
    "doorstep://enrol?address=%FF&pin=" PIN "&code=1",
    with_long_code,
    too_long,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_enrol_code_parse (bad[i], &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/enrol-code/round-trip", test_round_trip);
  g_test_add_func ("/enrol-code/lenient", test_lenient);
  g_test_add_func ("/enrol-code/refused", test_refused);
  return g_test_run ();
}
