/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Giving cash back to a customer, from wherever the courier sees that too much was taken. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): "Give ¥5.00 back in cash"; %NULL when no cash is to go back at @stop. */
char *ds_cash_back_describe (DsStop *stop);

/**
 * ds_cash_back_ask:
 * @widget: lies in the window; what is asked and said shows over it
 * @stop: a stop where cash is to go back
 *
 * Asks once more, journals it, and says so. Nothing happens when the courier thinks better of it.
 */
void ds_cash_back_ask (GtkWidget *widget, DsSession *session, DsStop *stop);

G_END_DECLS
