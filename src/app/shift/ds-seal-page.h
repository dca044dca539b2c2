/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seal of a closed shift, for the clerk to scan. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SEAL_PAGE (ds_seal_page_get_type ())
G_DECLARE_FINAL_TYPE (DsSealPage, ds_seal_page, DS, SEAL_PAGE, GtkBox)

DsSealPage *ds_seal_page_new (DsSession *session, DsShift *shift);

G_END_DECLS
