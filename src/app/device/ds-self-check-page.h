/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks each part of the handheld while the page is open, and says what to do. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SELF_CHECK_PAGE (ds_self_check_page_get_type ())
G_DECLARE_FINAL_TYPE (DsSelfCheckPage, ds_self_check_page, DS, SELF_CHECK_PAGE, GtkBox)

DsSelfCheckPage *ds_self_check_page_new (DsSession *session);

G_END_DECLS
