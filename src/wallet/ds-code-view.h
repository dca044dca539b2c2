/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code that the customer holds out to the courier, with what it is good for. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_CODE_VIEW (ds_code_view_get_type ())
G_DECLARE_FINAL_TYPE (DsCodeView, ds_code_view, DS, CODE_VIEW, GtkBox)

/**
 * DsCodeView::done: the customer has no more use for the code
 */

/**
 * ds_code_view_show:
 * @heading: what kind of code it is
 * @amount_fen: its amount, 0 for none
 * @payee: (nullable): to whom
 * @text: what the code carries
 * @error: return location for a %DS_ERROR_OVERFLOW
 *
 * Returns: whether the code fits a symbol
 */
gboolean ds_code_view_show (DsCodeView *self,
                            const char *heading,
                            gint64 amount_fen,
                            const char *payee,
                            const char *text,
                            GError **error);

/* What to do with it, under the symbol. */
void ds_code_view_set_note (DsCodeView *self, const char *note);

/* Returns: (transfer none) (nullable): the shown code's text. */
const char *ds_code_view_get_text (DsCodeView *self);

/* Puts the symbol on the clipboard as a picture, so that the handheld beside it can paste it. */
void ds_code_view_copy (DsCodeView *self);

G_END_DECLS
