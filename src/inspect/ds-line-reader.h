/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a stream, in bounded memory however long they are. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DsLineReader DsLineReader;

/* @max_bytes: what is kept of a line. */
DsLineReader *ds_line_reader_new (GInputStream *stream, gsize max_bytes);
void ds_line_reader_free (DsLineReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsLineReader, ds_line_reader_free)

/**
 * ds_line_reader_next:
 * @self: a reader
 * @line: (out) (transfer none): the line without its end ("\n" or "\r\n"), until the next call
 * @n: (out): its whole length; more than @max_bytes if the line was cut there
 * @error: return location for an I/O error
 *
 * Returns: whether there was another line; %FALSE without an error at the end of the stream
 */
gboolean ds_line_reader_next (DsLineReader *self, const char **line, gsize *n, GError **error);

G_END_DECLS
