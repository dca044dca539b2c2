/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said or asked in front of everything else. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * ds_dialog_ask:
 * @dialog: a question
 *
 * Shows it. Neither the second tap of the two that brought it up nor the scan engine answers it: a scan meanwhile is
 * for nothing, and makes the sound of that.
 */
void ds_dialog_ask (AdwMessageDialog *dialog);

/**
 * ds_dialog_tell:
 * @dialog: news with which nothing is decided; transient for the window
 *
 * Shows it, as ds_dialog_ask() does. The next scan closes it and goes on to the window's action `win.take-scan`.
 */
void ds_dialog_tell (AdwMessageDialog *dialog);

/**
 * ds_dialog_take_scan:
 * @window: what dialogs may be in front of
 * @text: what an engine on a line of its own has scanned, which comes as no keys
 *
 * Returns: %TRUE when a dialog of @window is open, and did with it what it does with a scan that is typed
 */
gboolean ds_dialog_take_scan (GtkWindow *window, const char *text);

G_END_DECLS
