/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-clock.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-random.h"

#include <string.h>

static void
assert_refused (const char *text, gsize n, gsize max, DsError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) object = ds_json_parse_object (text, n, max, &error);

  g_assert_null (object);
  g_assert_error (error, DS_ERROR, (gint)code);
}

static void
test_parse (void)
{
  const char *text = "{\"amount_fen\":9007199254740993,\"deep\":[[[[\"]]]]}\"]]]]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) object = ds_json_parse_object (text, strlen (text), 1000, &error);
  json_int_t amount;

  g_assert_no_error (error);
  g_assert_true (ds_json_unpack (object, &error, "{s:I}", "amount_fen", &amount));
  g_assert_cmpint (amount, ==, G_GINT64_CONSTANT (9007199254740993)); /* a double would lose the last digit */
  g_assert_false (ds_json_unpack (object, &error, "{s:s}", "amount_fen", &text));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

static void
test_refuse (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  const char *const bad[] = {
    "", "[]", "{\"a\":1,\"a\":2}", "{} {}", "{\"a\":99999999999999999999}", "{\"a\":\"\xff\"}", "<html>"
  };

  assert_refused (deep, 100000, 1000000, DS_ERROR_OVERFLOW);
  assert_refused ("{}", 2, 1, DS_ERROR_OVERFLOW);
  /* Found by fuzzing: jansson passes over a NUL there. */
  assert_refused ("{\"a\":0\0}", 8, 1000, DS_ERROR_INVALID);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (bad[i], strlen (bad[i]), 1000, DS_ERROR_INVALID);
}

/* Found by fuzzing: jansson quotes a bad string up to the byte that is bad. */
static void
test_refuse_in_text (void)
{
  const char *const bad[]
      = { "{\"a\":\"\xe6\xb2\"}", "{\"a\":\"\\ud8\xe6\xb2\x99\"}", "{\"a\":\\\xe6\xb2\x99}" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_json_parse_object (bad[i], strlen (bad[i]), 1000, &error));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_base64url (void)
{
  /* RFC 7515 appendix C */
  const guint8 bytes[] = { 3, 236, 255, 224, 193 };
  g_autofree char *text = ds_base64url_encode (bytes, sizeof bytes);
  const char *const bad[] = { "A-z_4ME=", "A", "A-z_4MF", "A z", "A+z_" };

  g_assert_cmpstr (text, ==, "A-z_4ME");
  for (gsize n = 0; n < 70; n++)
    {
      guint8 random[70];
      g_autofree char *encoded = NULL;
      g_autoptr (GBytes) back = NULL;

      for (gsize i = 0; i < n; i++)
        random[i] = (guint8)g_test_rand_int_range (0, 256);
      encoded = ds_base64url_encode (random, n);
      back = ds_base64url_decode (encoded, -1, NULL);
      g_assert_nonnull (back);
      g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), random, n);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ds_base64url_decode (bad[i], -1, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_hex (void)
{
  g_autoptr (GBytes) bytes = ds_hex_decode ("00fFa5", NULL);
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autofree char *text = ds_hex_encode (data, n);

  g_assert_cmpstr (text, ==, "00ffa5");
  g_assert_null (ds_hex_decode ("0", NULL));
  g_assert_null (ds_hex_decode ("0g", NULL));
}

static void
test_cut (void)
{
  const struct
  {
    const char *text;
    int max_n, n;
  } cases[] = { { "abc", 10, 3 }, { "abc", 2, 2 },       { "快递", 6, 6 }, { "快递", 5, 3 },
                { "快递", 2, 0 }, { "a\xff\xfe", 3, 1 }, { "", 4, 0 },     { NULL, 4, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (ds_utf8_cut (cases[i].text, cases[i].max_n), ==, cases[i].n);
}

static void
test_id (void)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (G_GINT64_CONSTANT (0x017F22E279B0));
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  g_autofree char *first = ds_id_new (DS_CLOCK (clock), random);
  g_autofree char *again = NULL;
  guint8 bytes[DS_ID_BYTES];

  g_assert_true (g_str_has_prefix (first, "017f22e2-79b0-7")); /* the time of RFC 9562 appendix A.6 */
  g_assert_true (ds_id_to_bytes (first, bytes));
  again = ds_id_from_bytes (bytes);
  g_assert_cmpstr (again, ==, first);

  g_assert_false (ds_id_is_valid ("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")); /* one id, one text */
  g_assert_false (ds_id_is_valid ("017f22e2-79b0-4cc3-98c4-dc0c0c07398f"));
  g_assert_false (ds_id_is_valid ("017f22e2-79b0-7cc3-98c4-dc0c0c07398"));
  g_assert_false (ds_id_is_valid (NULL));
}

static void
test_time (void)
{
  char text[DS_RFC3339_SIZE];
  gint64 ms;
  const char *const bad[] = { "", "2026-11-22", "2026-11-22 10:32:00Z", "2026-13-22T10:32:00Z", "now" };

  g_assert_cmpstr (ds_clock_format_rfc3339 (G_GINT64_CONSTANT (1795343520123), text), ==,
                   "2026-11-22T10:32:00.123Z");
  g_assert_true (ds_clock_parse_rfc3339 (text, &ms, NULL));
  g_assert_cmpint (ms, ==, G_GINT64_CONSTANT (1795343520123));
  g_assert_true (ds_clock_parse_rfc3339 ("2026-11-22T18:32:00+08:00", &ms, NULL));
  g_assert_cmpint (ms, ==, G_GINT64_CONSTANT (1795343520000));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ds_clock_parse_rfc3339 (bad[i], &ms, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/json/parse", test_parse);
  g_test_add_func ("/json/refuse", test_refuse);
  g_test_add_func ("/json/refuse-in-text", test_refuse_in_text);
  g_test_add_func ("/encoding/base64url", test_base64url);
  g_test_add_func ("/encoding/hex", test_hex);
  g_test_add_func ("/encoding/cut", test_cut);
  g_test_add_func ("/id/uuid7", test_id);
  g_test_add_func ("/clock/rfc3339", test_time);
  return g_test_run ();
}
