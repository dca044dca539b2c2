/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the handheld stands with its depot, always in sight: a chip, and what lies behind it in a popover. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_CONNECTION_CHIP (ds_connection_chip_get_type ())
G_DECLARE_FINAL_TYPE (DsConnectionChip, ds_connection_chip, DS, CONNECTION_CHIP, GtkBox)

/* @session: opened */
void ds_connection_chip_set_session (DsConnectionChip *self, DsSession *session);

G_END_DECLS
