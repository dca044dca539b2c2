/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tape reads what jansson reads, and refuses what it refuses. */
#include "config.h"

#include "ds-tape.h"

#include "ds-error.h"
#include "ds-json.h"

#include <string.h>

#define MAX_BYTES (1024 * 1024)

static const char sample[] = "{\"cursor\":12,\"type\":\"stop\",\"at_ms\":-9223372036854775808,\"data\":{"
                             "\"name\":\"\\u674e\\ud83d\\ude00\\n李\","
                             "\"empty\":\"\",\"nothing\":null,\"list\":[{\"a\":1},[],{},\"x\",-0,1.5e+3],"
                             "\"yes\":true,\"no\":false}}";

static void
test_values (void)
{
  g_autoptr (DsTape) tape = ds_tape_new ();
  g_autoptr (GError) error = NULL;
  const char *text;
  gint64 number;
  gboolean truth;
  gint data, list, element;

  g_assert_true (ds_tape_read (tape, sample, strlen (sample), &error));
  g_assert_true (ds_tape_get_int (tape, 0, "at_ms", &number, &error));
  g_assert_cmpint (number, ==, G_MININT64);
  data = ds_tape_find (tape, 0, "data");
  g_assert_true (ds_tape_is_object (tape, data));
  g_assert_true (ds_tape_get_text (tape, data, "name", &text, &error));
  g_assert_cmpstr (text, ==, "李😀\n李");
  g_assert_true (ds_tape_get_text (tape, data, "empty", &text, &error));
  g_assert_cmpstr (text, ==, "");
  g_assert_true (ds_tape_get_nullable (tape, data, "nothing", &text, &error));
  g_assert_null (text);
  g_assert_true (ds_tape_get_nullable (tape, data, "absent", &text, &error));
  g_assert_null (text);
  g_assert_true (ds_tape_get_boolean (tape, data, "yes", &truth, &error));
  g_assert_true (truth);
  g_assert_true (ds_tape_get_boolean (tape, data, "no", &truth, &error));
  g_assert_false (truth);
  g_assert_no_error (error);

  list = ds_tape_find (tape, data, "list");
  g_assert_cmpuint (ds_tape_get_length (tape, list), ==, 6);
  element = ds_tape_get_first (tape, list);
  g_assert_true (ds_tape_get_int (tape, element, "a", &number, &error));
  g_assert_cmpint (number, ==, 1);
  element = ds_tape_get_next (tape, element);
  g_assert_true (ds_tape_is_array (tape, element));
  g_assert_cmpint (ds_tape_get_first (tape, element), ==, DS_TAPE_NONE);
  element = ds_tape_get_next (tape, element);
  g_assert_true (ds_tape_is_object (tape, element));

  g_assert_false (ds_tape_get_text (tape, data, "absent", &text, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (ds_tape_get_int (tape, data, "name", &number, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  /* A number with a fraction is no integer, and what is within an object is no member of the one around it. */
  g_assert_cmpint (ds_tape_find (tape, 0, "name"), ==, DS_TAPE_NONE);
}

static gboolean
reads (DsTape *tape, const char *text, gsize n)
{
  g_autoptr (GError) error = NULL;
  gboolean good = ds_tape_read (tape, text, n, &error);

  g_assert_true (good == (error == NULL));
  return good;
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{",
    "{}x",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\":1 \"b\":2}",
    "{a:1}",
    "{\"a\":01}",
    "{\"a\":+1}",
    "{\"a\":-}",
    "{\"a\":1.}",
    "{\"a\":1e}",
    "{\"a\":9223372036854775808}",
    "{\"a\":-9223372036854775809}",
    "{\"a\":99999999999999999999}",
    "{\"a\":nul}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\\ud800\\u0041\"}",
    "{\"a\":\"\\udc00\"}",
    "{\"a\":\"\n\"}",
    "{\"a\":\"",
    "{\"a\":\"\\",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"a\":\"\xff\"}",
    "{\"a\":\"\xed\xa0\x80\"}",
    "{\"a\":[1,]}",
    "{\"a\":[1",
  };
  g_autoptr (DsTape) tape = ds_tape_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      if (reads (tape, texts[i], strlen (texts[i])))
        g_error ("%s was read", texts[i]);
    }
  g_assert_false (reads (tape, "{\"a\":\"\0\"}", 9));
}

static void
test_limits (void)
{
  g_autoptr (DsTape) tape = ds_tape_new ();
  g_autoptr (GString) deep = g_string_new ("{\"a\":");
  g_autoptr (GString) wide = g_string_new ("{\"x\":1");

  for (guint i = 0; i < DS_JSON_MAX_DEPTH - 1; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i < DS_JSON_MAX_DEPTH - 1; i++)
    g_string_append_c (deep, ']');
  g_string_append_c (deep, '}');
  g_assert_true (reads (tape, deep->str, deep->len));
  g_string_insert (deep, 5, "[");
  g_string_insert (deep, (gssize)deep->len - 1, "]");
  g_assert_false (reads (tape, deep->str, deep->len));

  for (guint i = 0; i < 255; i++)
    g_string_append_printf (wide, ",\"m%u\":1", i);
  g_string_append_c (wide, '}');
  g_assert_true (reads (tape, wide->str, wide->len));
  g_string_insert (wide, (gssize)wide->len - 1, ",\"more\":1");
  g_assert_false (reads (tape, wide->str, wide->len));
}

/* Numbers with a fraction are passed over, so that one beyond a double's range is none of the tape's business. */
static gboolean
has_exponent (const char *text, gsize n)
{
  return memchr (text, 'e', n) != NULL || memchr (text, 'E', n) != NULL;
}

static void
compare_values (DsTape *tape, gint value, json_t *object)
{
  const char *name;
  json_t *member;

  json_object_foreach (object, name, member)
  {
    gint found = ds_tape_find (tape, value, name);

    g_assert_cmpint (found, !=, DS_TAPE_NONE);
    if (json_is_string (member))
      {
        const char *text;

        g_assert_true (ds_tape_get_text (tape, value, name, &text, NULL));
        g_assert_cmpstr (text, ==, json_string_value (member));
      }
    else if (json_is_integer (member))
      {
        gint64 number;

        g_assert_true (ds_tape_get_int (tape, value, name, &number, NULL));
        g_assert_cmpint (number, ==, json_integer_value (member));
      }
    else if (json_is_object (member))
      compare_values (tape, found, member);
    else if (json_is_array (member))
      g_assert_cmpuint (ds_tape_get_length (tape, found), ==, json_array_size (member));
    g_assert_true (ds_tape_is_null (tape, found) == json_is_null (member));
  }
}

/* Bytes of the sample are changed, doubled and left out: the tape and jansson agree on each text. */
static void
test_as_jansson (void)
{
  static const char bytes[] = "{}[]:,\"\\u0019e.-tfn \xe6\xff";
  g_autoptr (DsTape) tape = ds_tape_new ();
  guint n_good = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (sample);
      g_autoptr (json_t) object = NULL;
      gint changes = g_test_rand_int_range (1, 4);

      for (gint c = 0; c < changes; c++)
        {
          gssize at = g_test_rand_int_range (0, (gint32)text->len);
          char byte = bytes[g_test_rand_int_range (0, sizeof bytes - 1)];

          switch (g_test_rand_int_range (0, 3))
            {
            case 0:
              text->str[at] = byte;
              break;
            case 1:
              g_string_insert_c (text, at, byte);
              break;
            default:
              g_string_erase (text, at, 1);
            }
        }
      object = ds_json_parse_object (text->str, text->len, MAX_BYTES, NULL);
      if (reads (tape, text->str, text->len))
        {
          if (object == NULL && !has_exponent (text->str, text->len))
            g_error ("only the tape reads %s", text->str);
          n_good++;
          if (object != NULL)
            compare_values (tape, 0, object);
        }
      else if (object != NULL)
        g_error ("only jansson reads %s", text->str);
    }
  g_assert_cmpuint (n_good, >, 100);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/tape/values", test_values);
  g_test_add_func ("/store/tape/refused", test_refused);
  g_test_add_func ("/store/tape/limits", test_limits);
  g_test_add_func ("/store/tape/as-jansson", test_as_jansson);
  return g_test_run ();
}
