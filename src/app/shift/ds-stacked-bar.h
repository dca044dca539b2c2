/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares of a sum side by side. What is not sure yet is hatched as well as coloured. Only a picture: the rows
 * below it say the same in words and numbers. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * DsShare:
 * @color_name: a named colour of the style sheet
 * @hatched: whether it is hatched
 * @amount_fen: its size
 */
typedef struct
{
  const char *color_name;
  gboolean hatched;
  gint64 amount_fen;
} DsShare;

#define DS_STACKED_BAR_MAX_SHARES 6

#define DS_TYPE_STACKED_BAR (ds_stacked_bar_get_type ())
G_DECLARE_FINAL_TYPE (DsStackedBar, ds_stacked_bar, DS, STACKED_BAR, GtkWidget)

/* @shares: at most %DS_STACKED_BAR_MAX_SHARES; @color_name must be static. @total_fen: the whole length. */
void ds_stacked_bar_set_shares (DsStackedBar *self, const DsShare *shares, guint n_shares, gint64 total_fen);

G_END_DECLS
