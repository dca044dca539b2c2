/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handheld's one window: it shows the pages that the session's phase asks for and routes what is scanned. */
#pragma once

#include "ds-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DS_TYPE_WINDOW (ds_window_get_type ())
G_DECLARE_FINAL_TYPE (DsWindow, ds_window, DS, WINDOW, AdwApplicationWindow)

/* DsWindow:short: there is little height: the handheld is held sideways. */

/* @session: opened or about to be. Actions: see ds-page.h. */
DsWindow *ds_window_new (GtkApplication *application, DsSession *session);

/* Gives @text, from the scan engine or the camera, to the page in front; what no page wants, the door answers. */
void ds_window_take_scan (DsWindow *self, const char *text);

G_END_DECLS
