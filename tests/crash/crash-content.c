/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crash-content.h"

#include <string.h>

typedef struct
{
  guint n_refs;
  guint8 bytes[CRASH_PAGE];
} Page;

static void
page_unref (gpointer data)
{
  Page *page = data;

  if (page != NULL && --page->n_refs == 0)
    g_free (page);
}

void
crash_content_init (CrashContent *self)
{
  self->size = 0;
  self->pages = g_ptr_array_new_with_free_func (page_unref);
}

void
crash_content_copy (CrashContent *self, const CrashContent *from)
{
  self->size = from->size;
  self->pages = g_ptr_array_new_full (from->pages->len, page_unref);
  for (guint i = 0; i < from->pages->len; i++)
    {
      Page *page = g_ptr_array_index (from->pages, i);

      if (page != NULL)
        page->n_refs++;
      g_ptr_array_add (self->pages, page);
    }
}

static Page *
page_own (CrashContent *self, guint i)
{
  Page *page = g_ptr_array_index (self->pages, i);
  Page *own;

  if (page != NULL && page->n_refs == 1)
    return page;
  own = g_new (Page, 1);
  own->n_refs = 1;
  if (page != NULL)
    memcpy (own->bytes, page->bytes, CRASH_PAGE);
  else
    memset (own->bytes, 0, CRASH_PAGE);
  page_unref (page);
  return self->pages->pdata[i] = own;
}

static gboolean
is_zero (const guint8 *bytes, gsize n)
{
  return n == 0 || (bytes[0] == 0 && memcmp (bytes, bytes + 1, n - 1) == 0);
}

void
crash_content_write (CrashContent *self, const guint8 *bytes, gsize n, gint64 offset)
{
  gint64 end = offset + (gint64)n;

  if (n == 0)
    return;
  self->size = MAX (self->size, end);
  if (self->pages->len < (guint)((self->size + CRASH_PAGE - 1) / CRASH_PAGE))
    g_ptr_array_set_size (self->pages, (gint)((self->size + CRASH_PAGE - 1) / CRASH_PAGE));
  while (offset < end)
    {
      guint i = (guint)(offset / CRASH_PAGE);
      gsize at = (gsize)(offset % CRASH_PAGE);
      gsize part = MIN (CRASH_PAGE - at, (gsize)(end - offset));

      if (g_ptr_array_index (self->pages, i) != NULL || !is_zero (bytes, part))
        memcpy (page_own (self, i)->bytes + at, bytes, part);
      bytes += part;
      offset += (gint64)part;
    }
}

void
crash_content_truncate (CrashContent *self, gint64 size)
{
  gsize rest = (gsize)(size % CRASH_PAGE);

  if (size >= self->size)
    return;
  self->size = size;
  g_ptr_array_set_size (self->pages, (gint)((size + CRASH_PAGE - 1) / CRASH_PAGE));
  /* What is written behind the end later must find zeros before it. */
  if (rest > 0 && g_ptr_array_index (self->pages, self->pages->len - 1) != NULL)
    memset (page_own (self, self->pages->len - 1)->bytes + rest, 0, CRASH_PAGE - rest);
}

gsize
crash_content_read (const CrashContent *self, guint8 *bytes, gsize n, gint64 offset)
{
  gsize there = (gsize)CLAMP (self->size - offset, 0, (gint64)n);

  for (gsize done = 0; done < there;)
    {
      const Page *page = g_ptr_array_index (self->pages, (guint)((offset + (gint64)done) / CRASH_PAGE));
      gsize at = (gsize)((offset + (gint64)done) % CRASH_PAGE);
      gsize part = MIN (CRASH_PAGE - at, there - done);

      if (page != NULL)
        memcpy (bytes + done, page->bytes + at, part);
      else
        memset (bytes + done, 0, part);
      done += part;
    }
  return there;
}
