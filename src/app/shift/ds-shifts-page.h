/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shifts of this handheld, the newest first; each opens its statement. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SHIFTS_PAGE (ds_shifts_page_get_type ())
G_DECLARE_FINAL_TYPE (DsShiftsPage, ds_shifts_page, DS, SHIFTS_PAGE, GtkBox)

DsShiftsPage *ds_shifts_page_new (DsSession *session);

G_END_DECLS
