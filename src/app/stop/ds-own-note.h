/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier's own note for a door: a dog, a bell that must be rung twice. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks for the note, over the window that @widget lies in, and keeps it. */
void ds_own_note_ask (GtkWidget *widget, DsSession *session, DsStop *stop);

G_END_DECLS
