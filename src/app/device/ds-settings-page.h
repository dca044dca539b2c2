/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the owner of the handheld sets, and what it is. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SETTINGS_PAGE (ds_settings_page_get_type ())
G_DECLARE_FINAL_TYPE (DsSettingsPage, ds_settings_page, DS, SETTINGS_PAGE, GtkBox)

DsSettingsPage *ds_settings_page_new (DsSession *session);

G_END_DECLS
