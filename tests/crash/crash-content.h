/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a file of the disk in memory: pages that copies share until one of them is written to. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CRASH_PAGE 4096

/**
 * CrashContent:
 * @size: bytes
 * @pages: (nullable elements): a page that has never been written is %NULL and reads as zeros
 */
typedef struct
{
  gint64 size;
  GPtrArray *pages;
} CrashContent;

void crash_content_init (CrashContent *self);
/* @self: (out) */
void crash_content_copy (CrashContent *self, const CrashContent *from);
void crash_content_write (CrashContent *self, const guint8 *bytes, gsize n, gint64 offset);
/* Makes it shorter, never longer. */
void crash_content_truncate (CrashContent *self, gint64 size);
/* Returns: how many of @n bytes there are. */
gsize crash_content_read (const CrashContent *self, guint8 *bytes, gsize n, gint64 offset);

G_END_DECLS
