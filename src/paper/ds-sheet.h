/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report on sheets of A4: headings, lines, one table after another, a code; its pages are numbered. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DsSheet DsSheet;

/* @foot: stands at the foot of each page, before its number. */
DsSheet *ds_sheet_new (const char *title, const char *subtitle, const char *foot);
void ds_sheet_free (DsSheet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsSheet, ds_sheet_free)

/* Top to bottom. Texts are plain, never markup; long ones wrap. */
void ds_sheet_add_heading (DsSheet *self, const char *text);
void ds_sheet_add_text (DsSheet *self, const char *text);
void ds_sheet_add_row (DsSheet *self, const char *name, const char *value);
void ds_sheet_add_code (DsSheet *self, const char *text, const char *caption);

/**
 * ds_sheet_begin_table:
 * @columns: (array zero-terminated=1): their headings, at most 8; repeated at the top of each page
 * @shares: of the page's width, for each column
 * @right: a bit for each column that is set to the right, the lowest for the first
 */
void ds_sheet_begin_table (DsSheet *self, const char *const *columns, const double *shares, guint right);
/* @cells: (array zero-terminated=1): of the last table */
void ds_sheet_add_record (DsSheet *self, const char *const *cells);

/* Returns: (transfer full) (nullable): the sheets as a PDF, or %NULL with a %DS_ERROR_STORAGE. Takes a while; any thread. */
GBytes *ds_sheet_make_pdf (DsSheet *self, GError **error);

/* Writes a PDF on a thread of its own. Takes @sheet. */
void ds_sheet_save_pdf_async (DsSheet *sheet,
                              GFile *file,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean ds_sheet_save_pdf_finish (GAsyncResult *result, GError **error);

G_END_DECLS
