/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-line-reader.h"

#include <string.h>

#define CHUNK_BYTES 65536

struct _DsLineReader
{
  GInputStream *stream;
  gsize max_bytes;
  GString *line;
  gsize line_n;
  guint8 chunk[CHUNK_BYTES];
  gsize chunk_n;
  gsize at;
};

DsLineReader *
ds_line_reader_new (GInputStream *stream, gsize max_bytes)
{
  DsLineReader *self = g_new0 (DsLineReader, 1);

  self->stream = g_object_ref (stream);
  self->max_bytes = max_bytes;
  self->line = g_string_new (NULL);
  return self;
}

void
ds_line_reader_free (DsLineReader *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->stream);
  g_string_free (self->line, TRUE);
  g_free (self);
}

/* Adds to the line what the chunk has of it. Returns: whether the line's end was in the chunk. */
static gboolean
take_from_chunk (DsLineReader *self)
{
  const guint8 *from = self->chunk + self->at;
  const guint8 *end = memchr (from, '\n', self->chunk_n - self->at);
  gsize n = end != NULL ? (gsize)(end - from) : self->chunk_n - self->at;
  gsize room = self->max_bytes - MIN (self->max_bytes, self->line_n);

  g_string_append_len (self->line, (const char *)from, (gssize)MIN (n, room));
  self->line_n += n;
  self->at += n + (end != NULL ? 1 : 0);
  return end != NULL;
}

gboolean
ds_line_reader_next (DsLineReader *self, const char **line, gsize *n, GError **error)
{
  gboolean ended = FALSE;

  g_string_truncate (self->line, 0);
  self->line_n = 0;
  while (!ended)
    {
      if (self->at == self->chunk_n)
        {
          gssize got = g_input_stream_read (self->stream, self->chunk, CHUNK_BYTES, NULL, error);

          if (got < 0 || (got == 0 && self->line_n == 0))
            return FALSE;
          if (got == 0)
            break;
          self->chunk_n = (gsize)got;
          self->at = 0;
        }
      ended = take_from_chunk (self);
    }

  if (self->line_n == self->line->len && self->line->len > 0 && self->line->str[self->line->len - 1] == '\r')
    {
      g_string_truncate (self->line, self->line->len - 1);
      self->line_n--;
    }
  *line = self->line->str;
  *n = self->line_n;
  return TRUE;
}
