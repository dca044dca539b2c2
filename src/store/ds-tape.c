/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-tape.h"

#include "ds-error.h"
#include "ds-json.h"

#include <string.h>

/* Names are compared with all before them; no object of ours has nearly so many. */
#define MAX_MEMBERS 256

typedef enum
{
  KIND_NULL,
  KIND_FALSE,
  KIND_TRUE,
  KIND_INTEGER,
  KIND_REAL,
  KIND_TEXT,
  KIND_ARRAY,
  KIND_OBJECT,
} Kind;

/**
 * Value:
 * @next: the value behind it and all within it
 * @length: elements, members, or bytes of text
 * @at: of a text: where it stands in the buffer, ended by a NUL
 *
 * A member's name is a text of its own before its value.
 */
typedef struct
{
  Kind kind;
  gint next;
  guint length;
  union
  {
    gint64 integer;
    gsize at;
  };
} Value;

struct _DsTape
{
  GByteArray
      *buffer;    /* the text, with its strings decoded where they stand: decoding never makes one longer */
  GArray *values; /* (element-type Value) */
  char *at;       /* what comes next, while reading */
  char *end;
  guint depth;
};

DsTape *
ds_tape_new (void)
{
  DsTape *self = g_new0 (DsTape, 1);

  self->buffer = g_byte_array_new ();
  self->values = g_array_new (FALSE, FALSE, sizeof (Value));
  return self;
}

void
ds_tape_free (DsTape *self)
{
  g_byte_array_unref (self->buffer);
  g_array_unref (self->values);
  g_free (self);
}

static Value *
get_value (DsTape *self, gint value)
{
  return &g_array_index (self->values, Value, value);
}

static gint
add_value (DsTape *self, Kind kind)
{
  const Value value = { .kind = kind, .next = (gint)self->values->len + 1 };

  g_array_append_val (self->values, value);
  return (gint)self->values->len - 1;
}

/* Reading. The buffer ends with a NUL, which is no JSON, so looking at the next byte is always safe. */

static gboolean read_value (DsTape *self);

static void
skip_blanks (DsTape *self)
{
  while (*self->at == ' ' || *self->at == '\t' || *self->at == '\r' || *self->at == '\n')
    self->at++;
}

static gboolean
take (DsTape *self, char wanted)
{
  skip_blanks (self);
  if (*self->at != wanted)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
read_word (DsTape *self, const char *word, Kind kind)
{
  gsize n = strlen (word);

  if (strncmp (self->at, word, n) != 0)
    return FALSE;
  self->at += n;
  add_value (self, kind);
  return TRUE;
}

/* Passes over `frac` and `exp` (RFC 8259 section 6). */
static gboolean
skip_fraction (DsTape *self)
{
  if (*self->at == '.')
    {
      self->at++;
      if (!g_ascii_isdigit (*self->at))
        return FALSE;
      while (g_ascii_isdigit (*self->at))
        self->at++;
    }
  if (*self->at == 'e' || *self->at == 'E')
    {
      self->at++;
      if (*self->at == '+' || *self->at == '-')
        self->at++;
      if (!g_ascii_isdigit (*self->at))
        return FALSE;
      while (g_ascii_isdigit (*self->at))
        self->at++;
    }
  return TRUE;
}

static gboolean
read_number (DsTape *self)
{
  gboolean negative = *self->at == '-';
  guint64 limit = negative ? (guint64)G_MAXINT64 + 1 : (guint64)G_MAXINT64;
  gboolean overflow = FALSE;
  guint64 number = 0;
  gint value;

  self->at += negative;
  if (!g_ascii_isdigit (*self->at) || (*self->at == '0' && g_ascii_isdigit (self->at[1])))
    return FALSE;
  for (; g_ascii_isdigit (*self->at); self->at++)
    {
      guint digit = (guint)(*self->at - '0');

      overflow |= number > (limit - digit) / 10;
      number = number * 10 + digit;
    }
  if (*self->at == '.' || *self->at == 'e' || *self->at == 'E')
    {
      add_value (self, KIND_REAL);
      return skip_fraction (self);
    }
  if (overflow)
    return FALSE;
  value = add_value (self, KIND_INTEGER);
  get_value (self, value)->integer = (gint64)(negative ? 0 - number : number);
  return TRUE;
}

static gboolean
read_hex (DsTape *self, gunichar *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++, self->at++)
    {
      if (!g_ascii_isxdigit (*self->at))
        return FALSE;
      *unit = *unit << 4 | (gunichar)g_ascii_xdigit_value (*self->at);
    }
  return TRUE;
}

/* "\uXXXX", a pair of them beyond the basic plane. Returns: where the decoded text goes on, or %NULL. */
static char *
read_unicode (DsTape *self, char *to)
{
  gunichar character, low;

  if (!read_hex (self, &character))
    return NULL;
  if (character >= 0xd800 && character < 0xdc00)
    {
      if (self->at[0] != '\\' || self->at[1] != 'u')
        return NULL;
      self->at += 2;
      if (!read_hex (self, &low) || low < 0xdc00 || low > 0xdfff)
        return NULL;
      character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
    }
  else if ((character >= 0xdc00 && character <= 0xdfff) || character == 0)
    return NULL;
  return to + g_unichar_to_utf8 (character, to);
}

/* Behind a backslash. Returns: where the decoded text goes on, or %NULL. */
static char *
read_escape (DsTape *self, char *to)
{
  static const char escapes[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *escape;

  if (*self->at == 'u')
    {
      self->at++;
      return read_unicode (self, to);
    }
  escape = *self->at != '\0' ? strchr (escapes, *self->at) : NULL;
  if (escape == NULL)
    return NULL;
  self->at++;
  *to = meanings[escape - escapes];
  return to + 1;
}

static gboolean
read_text (DsTape *self)
{
  gint value;
  char *start, *to;

  if (!take (self, '"'))
    return FALSE;
  start = to = self->at;
  while (*self->at != '"')
    {
      if ((guchar)*self->at < 0x20)
        return FALSE;
      if (*self->at != '\\')
        *to++ = *self->at++;
      else
        {
          self->at++;
          to = read_escape (self, to);
          if (to == NULL)
            return FALSE;
        }
    }
  /* At the latest where the closing quote was. */
  self->at++;
  *to = '\0';
  value = add_value (self, KIND_TEXT);
  get_value (self, value)->at = (gsize)(start - (char *)self->buffer->data);
  get_value (self, value)->length = (guint)(to - start);
  return TRUE;
}

static gboolean
read_array (DsTape *self)
{
  gint array = add_value (self, KIND_ARRAY);
  guint n = 0;

  self->at++;
  if (!take (self, ']'))
    {
      do
        {
          if (!read_value (self))
            return FALSE;
          n++;
        }
      while (take (self, ','));
      if (!take (self, ']'))
        return FALSE;
    }
  get_value (self, array)->length = n;
  get_value (self, array)->next = (gint)self->values->len;
  return TRUE;
}

static gboolean
is_text (DsTape *self, gint value, const char *text, gsize n)
{
  const Value *kept = get_value (self, value);

  return kept->length == n && memcmp (self->buffer->data + kept->at, text, n) == 0;
}

/* Returns: the member's name, or %DS_TAPE_NONE. */
static gint
find_name (DsTape *self, gint object, const char *name, gsize n, guint n_members)
{
  gint at = object + 1;

  for (guint i = 0; i < n_members; i++)
    {
      if (is_text (self, at, name, n))
        return at;
      at = get_value (self, at + 1)->next;
    }
  return DS_TAPE_NONE;
}

static gboolean
read_member (DsTape *self, gint object, guint n_before)
{
  gint name = (gint)self->values->len;
  const Value *text;

  if (!read_text (self))
    return FALSE;
  text = get_value (self, name);
  if (find_name (self, object, (const char *)self->buffer->data + text->at, text->length, n_before)
      != DS_TAPE_NONE)
    return FALSE;
  return take (self, ':') && read_value (self);
}

static gboolean
read_object (DsTape *self)
{
  gint object = add_value (self, KIND_OBJECT);
  guint n = 0;

  self->at++;
  if (!take (self, '}'))
    {
      do
        {
          if (n == MAX_MEMBERS || !read_member (self, object, n))
            return FALSE;
          n++;
        }
      while (take (self, ','));
      if (!take (self, '}'))
        return FALSE;
    }
  get_value (self, object)->length = n;
  get_value (self, object)->next = (gint)self->values->len;
  return TRUE;
}

static gboolean
read_nested (DsTape *self, gboolean (*read) (DsTape *self))
{
  gboolean good;

  if (self->depth == DS_JSON_MAX_DEPTH)
    return FALSE;
  self->depth++;
  good = read (self);
  self->depth--;
  return good;
}

static gboolean
read_value (DsTape *self)
{
  skip_blanks (self);
  switch (*self->at)
    {
    case '{':
      return read_nested (self, read_object);
    case '[':
      return read_nested (self, read_array);
    case '"':
      return read_text (self);
    case 'n':
      return read_word (self, "null", KIND_NULL);
    case 't':
      return read_word (self, "true", KIND_TRUE);
    case 'f':
      return read_word (self, "false", KIND_FALSE);
    default:
      return read_number (self);
    }
}

gboolean
ds_tape_read (DsTape *self, const char *text, gsize n, GError **error)
{
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (n < G_MAXINT32, FALSE);

  g_array_set_size (self->values, 0);
  g_byte_array_set_size (self->buffer, 0);
  g_byte_array_append (self->buffer, (const guint8 *)text, (guint)n);
  g_byte_array_append (self->buffer, (const guint8 *)"", 1);
  self->at = (char *)self->buffer->data;
  self->end = self->at + n;
  self->depth = 0;

  if (g_utf8_validate_len (text, n, NULL))
    {
      skip_blanks (self);
      if (*self->at == '{' && read_value (self))
        {
          skip_blanks (self);
          if (self->at == self->end)
            return TRUE;
        }
    }
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Not a JSON object that can be taken: see byte %zu",
               (gsize)(self->at - (char *)self->buffer->data));
  return FALSE;
}

/* Looking up */

gint
ds_tape_find (DsTape *self, gint object, const char *name)
{
  gint found;

  if (!ds_tape_is_object (self, object))
    return DS_TAPE_NONE;
  found = find_name (self, object, name, strlen (name), get_value (self, object)->length);
  return found == DS_TAPE_NONE ? DS_TAPE_NONE : found + 1;
}

gboolean
ds_tape_is_object (DsTape *self, gint value)
{
  return value != DS_TAPE_NONE && get_value (self, value)->kind == KIND_OBJECT;
}

gboolean
ds_tape_is_array (DsTape *self, gint value)
{
  return value != DS_TAPE_NONE && get_value (self, value)->kind == KIND_ARRAY;
}

gboolean
ds_tape_is_null (DsTape *self, gint value)
{
  return value == DS_TAPE_NONE || get_value (self, value)->kind == KIND_NULL;
}

guint
ds_tape_get_length (DsTape *self, gint array)
{
  g_return_val_if_fail (ds_tape_is_array (self, array), 0);

  return get_value (self, array)->length;
}

gint
ds_tape_get_first (DsTape *self, gint array)
{
  return ds_tape_get_length (self, array) > 0 ? array + 1 : DS_TAPE_NONE;
}

gint
ds_tape_get_next (DsTape *self, gint value)
{
  return get_value (self, value)->next;
}

static gboolean
fail (const char *name, const char *wanted, GError **error)
{
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%s” is missing or no %s", name, wanted);
  return FALSE;
}

static const char *
get_text (DsTape *self, gint value)
{
  return (const char *)self->buffer->data + get_value (self, value)->at;
}

gboolean
ds_tape_get_text (DsTape *self, gint object, const char *name, const char **text, GError **error)
{
  gint value = ds_tape_find (self, object, name);

  if (value == DS_TAPE_NONE || get_value (self, value)->kind != KIND_TEXT)
    return fail (name, "text", error);
  *text = get_text (self, value);
  return TRUE;
}

gboolean
ds_tape_get_nullable (DsTape *self, gint object, const char *name, const char **text, GError **error)
{
  *text = NULL;
  return ds_tape_is_null (self, ds_tape_find (self, object, name))
         || ds_tape_get_text (self, object, name, text, error);
}

gboolean
ds_tape_get_int (DsTape *self, gint object, const char *name, gint64 *number, GError **error)
{
  gint value = ds_tape_find (self, object, name);

  if (value == DS_TAPE_NONE || get_value (self, value)->kind != KIND_INTEGER)
    return fail (name, "integer", error);
  *number = get_value (self, value)->integer;
  return TRUE;
}

gboolean
ds_tape_get_boolean (DsTape *self, gint object, const char *name, gboolean *truth, GError **error)
{
  gint value = ds_tape_find (self, object, name);
  Kind kind = value == DS_TAPE_NONE ? KIND_NULL : get_value (self, value)->kind;

  if (kind != KIND_TRUE && kind != KIND_FALSE)
    return fail (name, "truth value", error);
  *truth = kind == KIND_TRUE;
  return TRUE;
}
