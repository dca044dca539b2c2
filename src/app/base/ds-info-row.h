/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of a card: icon, title, a second line, and something at the end. Everything is plain text: what libadwaita's
 * rows take for markup may come from a depot here. */
#pragma once

#include "ds-words.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_INFO_ROW (ds_info_row_get_type ())
G_DECLARE_FINAL_TYPE (DsInfoRow, ds_info_row, DS, INFO_ROW, GtkListBoxRow)

/**
 * DsInfoRow:icon-name: (nullable)
 * DsInfoRow:title:
 * DsInfoRow:subtitle: (nullable)
 * DsInfoRow:value: (nullable): text at the end
 * DsInfoRow:leads: the row leads somewhere when it is activated: it shows an arrow
 */
DsInfoRow *ds_info_row_new (const char *icon_name, const char *title, const char *subtitle);

void ds_info_row_set_title (DsInfoRow *self, const char *title);
void ds_info_row_set_subtitle (DsInfoRow *self, const char *subtitle);
void ds_info_row_set_value (DsInfoRow *self, const char *value);
/* Gives icon, title and their colour. */
void ds_info_row_set_words (DsInfoRow *self, const DsWords *words);
/* Shows an amount at the end. */
void ds_info_row_set_amount (DsInfoRow *self, gint64 amount_fen);
/* Adds a widget after all else. */
void ds_info_row_add_suffix (DsInfoRow *self, GtkWidget *widget);

G_END_DECLS
