/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PUT /v1/blobs/{sm3}: the contents of proofs, whole or in pieces. A content is named by its digest, so one that is
 * there is the one that is sent; what came of it so far lies beside it and outlives the depot's process. */
#include "config.h"

#include "ds-depot-service.h"

#include "ds-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_NAME "blobs"
#define PART_SUFFIX ".part"

static gboolean
is_digest (const char *text)
{
  return strlen (text) == 2 * DS_SM3_SIZE && strspn (text, "0123456789abcdef") == 2 * DS_SM3_SIZE;
}

static gboolean
refuse_disk (DsTrouble **trouble)
{
  ds_trouble_set (trouble, DS_TROUBLE_OVERLOADED, "The depot could not keep it. Try again later");
  return FALSE;
}

static gboolean
check_digest (const char *name, const void *data, gsize n, DsTrouble **trouble)
{
  g_autofree char *digest = ds_sm3_hex (data, n);

  if (g_str_equal (digest, name))
    return TRUE;
  ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The bytes have another digest: send them again");
  return FALSE;
}

static gboolean
keep_whole (DsExchange *exchange, const char *path, DsTrouble **trouble)
{
  gsize n;
  const void *data = g_bytes_get_data (exchange->request.body, &n);

  if (!check_digest (exchange->tail, data, n, trouble))
    return FALSE;
  if (!g_file_set_contents_full (path, n > 0 ? data : "", (gssize)n,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL))
    return refuse_disk (trouble);
  exchange->reply->status = SOUP_STATUS_CREATED;
  return TRUE;
}

/* Pieces */

/* Reads the query's "offset" and "size"; both or neither are there. @in_pieces: (out) */
static gboolean
read_piece (DsExchange *exchange, gboolean *in_pieces, gint64 *offset, gint64 *size, DsTrouble **trouble)
{
  const char *offset_text
      = exchange->request.query ? g_hash_table_lookup (exchange->request.query, "offset") : NULL;
  const char *size_text
      = exchange->request.query ? g_hash_table_lookup (exchange->request.query, "size") : NULL;

  *in_pieces = offset_text != NULL || size_text != NULL;
  if (!*in_pieces)
    return TRUE;
  if (offset_text != NULL && size_text != NULL
      && g_ascii_string_to_signed (size_text, 10, 1, DS_DEPOT_MAX_BODY_BYTES, size, NULL)
      && g_ascii_string_to_signed (offset_text, 10, 0, *size, offset, NULL)
      && (gint64)g_bytes_get_size (exchange->request.body) <= *size - *offset)
    return TRUE;
  ds_trouble_set (trouble, DS_TROUBLE_INVALID,
                  "A piece comes with “offset” and “size”, at most %d, and ends within them",
                  DS_DEPOT_MAX_BODY_BYTES);
  return FALSE;
}

/* Appends durably: what is answered as held is held after a power cut. */
static gboolean
append_piece (const char *part, GBytes *piece)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (piece, &n);
  int file = g_open (part, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  gboolean good = file >= 0;

  while (good && n > 0)
    {
      ssize_t written = write (file, data, n);

      if (written < 0 && errno == EINTR)
        continue;
      good = written > 0;
      if (good)
        {
          data += written;
          n -= (gsize)written;
        }
    }
  good = good && fsync (file) == 0;
  if (file >= 0)
    g_close (file, NULL);
  return good;
}

/* All pieces are there: they are what their name says, or are thrown away. */
static gboolean
finish_pieces (DsExchange *exchange, const char *part, const char *path, DsTrouble **trouble)
{
  g_autofree char *data = NULL;
  gsize n;

  if (!g_file_get_contents (part, &data, &n, NULL))
    return refuse_disk (trouble);
  if (!check_digest (exchange->tail, data, n, trouble))
    {
      (void)g_unlink (part);
      return FALSE;
    }
  if (g_rename (part, path) != 0)
    return refuse_disk (trouble);
  exchange->reply->status = SOUP_STATUS_CREATED;
  return TRUE;
}

static gboolean
take_piece (DsExchange *exchange, const char *path, gint64 offset, gint64 size, DsTrouble **trouble)
{
  g_autofree char *part = g_strconcat (path, PART_SUFFIX, NULL);
  g_autofree char *held_text = NULL;
  GStatBuf status;
  gint64 held = g_stat (part, &status) == 0 ? status.st_size : 0;

  /* More than all of it, or another size than was said before, is none of it. */
  if (held > size)
    {
      (void)g_unlink (part);
      held = 0;
    }
  if (offset != held)
    {
      ds_trouble_set_number (trouble, DS_TROUBLE_GAP, "expected", held, "The depot holds another part of it");
      return FALSE;
    }
  if (!append_piece (part, exchange->request.body))
    return refuse_disk (trouble);
  held += (gint64)g_bytes_get_size (exchange->request.body);
  if (held == size)
    return finish_pieces (exchange, part, path, trouble);
  held_text = g_strdup_printf ("%" G_GINT64_FORMAT, held);
  soup_message_headers_replace (exchange->reply->headers, "Doorstep-Held", held_text);
  exchange->reply->status = SOUP_STATUS_ACCEPTED;
  return TRUE;
}

gboolean
ds_depot_keep_blob (const char *directory, DsExchange *exchange, DsTrouble **trouble)
{
  g_autofree char *folder = g_build_filename (directory, FOLDER_NAME, NULL);
  g_autofree char *path = g_build_filename (folder, exchange->tail, NULL);
  gboolean in_pieces;
  gint64 offset = 0;
  gint64 size = 0;

  if (!is_digest (exchange->tail))
    {
      ds_trouble_set (trouble, DS_TROUBLE_INVALID, "A proof is named by its SM3 in lower-case hexadecimal");
      return FALSE;
    }
  if (!read_piece (exchange, &in_pieces, &offset, &size, trouble))
    return FALSE;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      exchange->reply->status = SOUP_STATUS_NO_CONTENT;
      return TRUE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return refuse_disk (trouble);
  return in_pieces ? take_piece (exchange, path, offset, size, trouble)
                   : keep_whole (exchange, path, trouble);
}

GBytes *
ds_depot_load_blob (DsDepot *self, const char *sm3)
{
  g_autofree char *path = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *data = NULL;
  gsize n;

  if (!is_digest (sm3))
    return NULL;
  path = g_build_filename (self->directory, FOLDER_NAME, sm3, NULL);
  if (!g_file_get_contents (path, &data, &n, NULL))
    return NULL;
  digest = ds_sm3_hex (data, n);
  return g_str_equal (digest, sm3) ? g_bytes_new_take (g_steal_pointer (&data), n) : NULL;
}
