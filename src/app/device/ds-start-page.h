/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown while the store opens, and when it cannot be opened. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_START_PAGE (ds_start_page_get_type ())
G_DECLARE_FINAL_TYPE (DsStartPage, ds_start_page, DS, START_PAGE, GtkBox)

DsStartPage *ds_start_page_new (DsSession *session);

G_END_DECLS
