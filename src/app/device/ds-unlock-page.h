/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a locked handheld shows: whose it is, what waits to be sent, and the pad that opens it. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_UNLOCK_PAGE (ds_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (DsUnlockPage, ds_unlock_page, DS, UNLOCK_PAGE, GtkBox)

DsUnlockPage *ds_unlock_page_new (DsSession *session);

G_END_DECLS
