/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What needs the courier's decision: one list, one next step a row. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_PROBLEMS_PAGE (ds_problems_page_get_type ())
G_DECLARE_FINAL_TYPE (DsProblemsPage, ds_problems_page, DS, PROBLEMS_PAGE, GtkBox)

DsProblemsPage *ds_problems_page_new (DsSession *session);

G_END_DECLS
