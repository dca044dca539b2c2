/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-csv.h"

#include "ds-error.h"

#include <string.h>

struct _DsCsv
{
  char *text; /* valid UTF-8 */
  const char *at;
  const char *end;
  guint at_line;
  guint record_line;
  GPtrArray *fields; /* (element-type utf8) */
  GString *field;    /* the one being read */
};

/* UTF-8 first: GB18030 gives almost any bytes some meaning. */
static char *
decode (GBytes *bytes, gsize *n, GError **error)
{
  const char *data = g_bytes_get_data (bytes, n);
  g_autoptr (GError) problem = NULL;
  char *text;

  if (*n == 0)
    return g_strdup ("");
  if (*n >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      data += 3;
      *n -= 3;
    }
  if (memchr (data, '\0', *n) != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The file is not text. Save it as CSV (UTF-8) and try again");
      return NULL;
    }
  if (g_utf8_validate_len (data, *n, NULL))
    return g_strndup (data, *n);

  text = g_convert (data, (gssize)*n, "UTF-8", "GB18030", NULL, n, &problem);
  if (text == NULL)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                         "The file is neither UTF-8 nor GB18030. Save it as CSV (UTF-8) and try again");
  return text;
}

DsCsv *
ds_csv_new (GBytes *bytes, GError **error)
{
  gsize n;
  char *text;
  DsCsv *self;

  g_return_val_if_fail (bytes != NULL, NULL);

  text = decode (bytes, &n, error);
  if (text == NULL)
    return NULL;

  self = g_new0 (DsCsv, 1);
  self->text = text;
  self->at = text;
  self->end = text + n;
  self->at_line = 1;
  self->fields = g_ptr_array_new_with_free_func (g_free);
  self->field = g_string_new (NULL);
  return self;
}

void
ds_csv_free (DsCsv *self)
{
  g_free (self->text);
  g_ptr_array_unref (self->fields);
  g_string_free (self->field, TRUE);
  g_free (self);
}

static gboolean
at_line_end (DsCsv *self)
{
  return self->at == self->end || *self->at == '\n'
         || (*self->at == '\r' && (self->at + 1 == self->end || self->at[1] == '\n'));
}

static void
skip_line_end (DsCsv *self)
{
  if (self->at < self->end && *self->at == '\r')
    self->at++;
  if (self->at < self->end && *self->at == '\n')
    self->at++;
  self->at_line++;
}

static gboolean
append (DsCsv *self, char c, GError **error)
{
  if (self->field->len >= DS_CSV_MAX_FIELD_BYTES)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Column %u is longer than %d bytes",
                   self->fields->len + 1, DS_CSV_MAX_FIELD_BYTES);
      return FALSE;
    }
  g_string_append_c (self->field, c);
  return TRUE;
}

static gboolean
read_quoted (DsCsv *self, GError **error)
{
  const char *start = self->at++;
  guint start_line = self->at_line;

  while (self->at < self->end)
    {
      char c = *self->at++;

      if (c == '"')
        {
          if (self->at == self->end || *self->at != '"')
            return TRUE;
          self->at++; /* a doubled quote stands for one */
        }
      else if (c == '\n')
        self->at_line++;
      if (!append (self, c, error))
        return FALSE;
    }

  /* The quote swallowed the rest of the file: only its own line is lost. */
  self->at = start;
  self->at_line = start_line;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Column %u opens a quote that is never closed",
               self->fields->len + 1);
  return FALSE;
}

static gboolean
read_bare (DsCsv *self, GError **error)
{
  while (!at_line_end (self) && *self->at != ',')
    {
      if (!append (self, *self->at++, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_field (DsCsv *self, GError **error)
{
  gboolean quoted = self->at < self->end && *self->at == '"';

  if (self->fields->len == DS_CSV_MAX_FIELDS)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "There are more than %d columns", DS_CSV_MAX_FIELDS);
      return FALSE;
    }

  g_string_truncate (self->field, 0);
  if (!(quoted ? read_quoted (self, error) : read_bare (self, error)))
    return FALSE;
  if (!at_line_end (self) && *self->at != ',')
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Column %u goes on after its closing quote",
                   self->fields->len + 1);
      return FALSE;
    }
  g_ptr_array_add (self->fields, g_strndup (self->field->str, self->field->len));
  return TRUE;
}

static DsCsvResult
skip_bad_record (DsCsv *self)
{
  while (!at_line_end (self))
    self->at++;
  skip_line_end (self);
  return DS_CSV_BAD_RECORD;
}

DsCsvResult
ds_csv_next (DsCsv *self, GError **error)
{
  g_ptr_array_set_size (self->fields, 0);
  while (self->at < self->end && at_line_end (self))
    skip_line_end (self);
  self->record_line = self->at_line;
  if (self->at == self->end)
    return DS_CSV_END;

  while (TRUE)
    {
      if (!read_field (self, error))
        return skip_bad_record (self);
      if (at_line_end (self))
        break;
      self->at++; /* the comma */
    }
  skip_line_end (self);
  return DS_CSV_RECORD;
}

guint
ds_csv_get_line (DsCsv *self)
{
  return self->record_line;
}

guint
ds_csv_get_n_fields (DsCsv *self)
{
  return self->fields->len;
}

const char *
ds_csv_get_field (DsCsv *self, guint i)
{
  return i < self->fields->len ? g_ptr_array_index (self->fields, i) : "";
}
