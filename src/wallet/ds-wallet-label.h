/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts on labels as everywhere in Doorstep: a smaller ¥, and a smaller size for a long one, never an ellipsis. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void ds_wallet_label_set_amount (GtkLabel *label, gint64 amount_fen);

G_END_DECLS
