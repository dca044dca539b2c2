/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-push.h"

#include "ds-encoding.h"

#include <string.h>

/* Takes the lines apart. Returns: (transfer full) (element-type DsEntry). */
static GPtrArray *
read_lines (const char *device_id, GBytes *lines, DsTrouble **trouble)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_entry_free);
  gsize n;
  const char *at = g_bytes_get_data (lines, &n);
  const char *end = at + n;

  while (at != NULL && at < end)
    {
      const char *line_end = memchr (at, '\n', (gsize)(end - at));
      gsize line_n = (gsize)((line_end ? line_end : end) - at);
      g_autoptr (GError) error = NULL;
      DsEntry *entry;

      if (entries->len == DS_PUSH_MAX_LINES)
        return ds_trouble_set (trouble, DS_TROUBLE_TOO_LARGE, "A push has at most %d lines",
                               DS_PUSH_MAX_LINES);
      if (line_n > DS_ENTRY_MAX_BYTES)
        return ds_trouble_set (trouble, DS_TROUBLE_TOO_LARGE, "Line %u has more than %d bytes",
                               entries->len + 1, DS_ENTRY_MAX_BYTES);
      entry = ds_entry_parse (at, (gssize)line_n, &error);
      if (entry == NULL)
        return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "Line %u: %s", entries->len + 1, error->message);
      g_ptr_array_add (entries, entry);
      if (!g_str_equal (entry->device_id, device_id))
        return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "Line %u is another handheld's", entries->len);
      at += line_n + 1;
    }
  if (entries->len == 0)
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "There is no line");
  return g_steal_pointer (&entries);
}

/* Whether each line follows the one before it in the push. */
static gboolean
check_chain (GPtrArray *entries, DsTrouble **trouble)
{
  for (guint i = 1; i < entries->len; i++)
    {
      const DsEntry *before = g_ptr_array_index (entries, i - 1);
      const DsEntry *entry = g_ptr_array_index (entries, i);

      if (entry->seq != before->seq + 1 || !g_str_equal (entry->prev, before->hash))
        {
          ds_trouble_set (trouble, DS_TROUBLE_INVALID, "Line %u does not follow the line before it", i + 1);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_signature (GPtrArray *entries, const char *public_key, DsTrouble **trouble)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_new_from_public_hex (public_key, &error);

  if (key == NULL)
    ds_trouble_set_from_error (trouble, error);
  else if (!ds_entry_verify (g_ptr_array_index (entries, entries->len - 1), key))
    ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The last line is not signed by the handheld");
  return *trouble == NULL;
}

DsPush *
ds_push_read (const char *device_id, const char *public_key, GBytes *lines, DsTrouble **trouble)
{
  g_autoptr (GPtrArray) entries = read_lines (device_id, lines, trouble);
  DsPush *self;

  if (entries == NULL || !check_chain (entries, trouble) || !check_signature (entries, public_key, trouble))
    return NULL;

  self = g_new0 (DsPush, 1);
  self->device_id = g_strdup (device_id);
  self->entries = g_steal_pointer (&entries);
  return self;
}

void
ds_push_free (DsPush *self)
{
  g_free (self->device_id);
  g_ptr_array_unref (self->entries);
  g_free (self);
}
