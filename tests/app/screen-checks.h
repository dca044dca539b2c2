/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds for every screen, whatever it shows: measured on the widgets and on the rendered picture. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Of a handheld, held upright. */
#define SCREEN_WIDTH_PX 360
#define SCREEN_HEIGHT_PX 720

/**
 * screen_check:
 * @window: drawn, nothing pending
 * @name: names the screen in a failure
 *
 * Every control has a name for screen readers and is large enough for a glove; the screen fits the handheld in
 * the usual and in the largest text; no heading and no amount is cut; amounts stand out by at least 7:1.
 */
void screen_check (GtkWidget *window, const char *name);

G_END_DECLS
