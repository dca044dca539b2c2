/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The beginning of a shift: the float is counted. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_OPEN_SHIFT_PAGE (ds_open_shift_page_get_type ())
G_DECLARE_FINAL_TYPE (DsOpenShiftPage, ds_open_shift_page, DS, OPEN_SHIFT_PAGE, GtkBox)

DsOpenShiftPage *ds_open_shift_page_new (DsSession *session);

G_END_DECLS
