/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON from strangers, by both our readers: jansson behind our caps, and the tape. They take the same texts and find
 * the same in them. "*[" is a hundred thousand brackets. */
#include "fuzz.h"

#include "ds-json.h"
#include "ds-tape.h"

#include <string.h>

#define MAX_BYTES 200000
#define PATTERN_BYTES 100000
#define TAPE_MAX_MEMBERS 256

/* What the tape does not do: it passes over numbers with a fraction, and takes no object of many members.
 * Returns: whether @json is free of both. */
static gboolean
is_for_the_tape (json_t *json)
{
  const char *name;
  json_t *value;
  gsize i;

  if (json_is_real (json) || json_object_size (json) > TAPE_MAX_MEMBERS)
    return FALSE;
  json_object_foreach (json, name, value)
  {
    if (!is_for_the_tape (value))
      return FALSE;
  }
  json_array_foreach (json, i, value)
  {
    if (!is_for_the_tape (value))
      return FALSE;
  }
  return TRUE;
}

/* Returns: (transfer full): the input with a NUL behind it; a pattern that begins with "*" is repeated. */
static char *
take_text (const uint8_t *data, size_t n, gsize *length)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (n < 2 || data[0] != '*')
    g_string_append_len (text, (const char *)data, (gssize)n);
  else
    while (text->len < PATTERN_BYTES)
      g_string_append_len (text, (const char *)data + 1, (gssize)n - 1);
  *length = text->len;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static guint
measure_depth (json_t *json)
{
  guint deepest = 0;
  const char *name;
  json_t *value;
  gsize i;

  json_object_foreach (json, name, value)
  {
    guint depth = measure_depth (value);

    deepest = MAX (deepest, depth);
  }
  json_array_foreach (json, i, value)
  {
    guint depth = measure_depth (value);

    deepest = MAX (deepest, depth);
  }
  return deepest + (json_is_object (json) || json_is_array (json) ? 1 : 0);
}

static void check_object (DsTape *tape, gint object, json_t *json);

static void
check_value (DsTape *tape, gint value, json_t *json)
{
  FUZZ_REQUIRE (ds_tape_is_object (tape, value) == json_is_object (json));
  FUZZ_REQUIRE (ds_tape_is_array (tape, value) == json_is_array (json));
  FUZZ_REQUIRE (ds_tape_is_null (tape, value) == json_is_null (json));
  if (json_is_object (json))
    check_object (tape, value, json);
  if (json_is_array (json))
    {
      gint at = ds_tape_get_first (tape, value);

      FUZZ_REQUIRE (ds_tape_get_length (tape, value) == json_array_size (json));
      for (gsize i = 0; i < json_array_size (json); i++, at = ds_tape_get_next (tape, at))
        check_value (tape, at, json_array_get (json, i));
    }
}

static void
check_object (DsTape *tape, gint object, json_t *json)
{
  const char *name, *text;
  json_t *value;

  json_object_foreach (json, name, value)
  {
    gint64 number;
    gboolean truth;

    check_value (tape, ds_tape_find (tape, object, name), value);
    FUZZ_REQUIRE (ds_tape_get_text (tape, object, name, &text, NULL) == json_is_string (value));
    FUZZ_REQUIRE (!json_is_string (value) || strcmp (text, json_string_value (value)) == 0);
    FUZZ_REQUIRE (ds_tape_get_int (tape, object, name, &number, NULL) == json_is_integer (value));
    FUZZ_REQUIRE (!json_is_integer (value) || number == json_integer_value (value));
    FUZZ_REQUIRE (ds_tape_get_boolean (tape, object, name, &truth, NULL) == json_is_boolean (value));
    FUZZ_REQUIRE (!json_is_boolean (value) || truth == json_is_true (value));
  }
}

static void
check_written (json_t *json)
{
  g_autofree char *line = ds_json_to_line (json);
  g_autoptr (json_t) back = ds_json_parse_object (line, strlen (line), 8 * MAX_BYTES, NULL);

  FUZZ_REQUIRE (strpbrk (line, "\r\n") == NULL);
  FUZZ_REQUIRE (back != NULL && json_equal (back, json));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  static DsTape *tape;
  gsize length;
  g_autofree char *text = take_text (data, n, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) json = ds_json_parse_object (text, length, MAX_BYTES, &error);
  gboolean taken;

  if (tape == NULL)
    tape = ds_tape_new ();
  FUZZ_REQUIRE ((json == NULL) == (error != NULL));
  FUZZ_REQUIRE (error == NULL || g_utf8_validate (error->message, -1, NULL));
  g_clear_error (&error);
  taken = ds_tape_read (tape, text, length, &error);
  FUZZ_REQUIRE (taken == (error == NULL));

  if (json == NULL)
    {
      /* The one thing that only the tape takes: a number too large to be read as a fraction, which it does not read. */
      FUZZ_REQUIRE (!taken || strpbrk (text, "eE.") != NULL);
      return 0;
    }
  FUZZ_REQUIRE (measure_depth (json) <= DS_JSON_MAX_DEPTH);
  if (is_for_the_tape (json))
    {
      FUZZ_REQUIRE (taken);
      check_value (tape, 0, json);
      check_written (json);
    }
  return 0;
}
