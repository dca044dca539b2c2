/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's statement: balanced, or what differs and what to do about it. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_STATEMENT_PAGE (ds_statement_page_get_type ())
G_DECLARE_FINAL_TYPE (DsStatementPage, ds_statement_page, DS, STATEMENT_PAGE, GtkBox)

/* The store's shift has a statement; a newer version of it is shown when it comes. */
DsStatementPage *ds_statement_page_new (DsSession *session);

/* Of an earlier shift. */
DsStatementPage *ds_statement_page_new_for_shift (DsSession *session, DsShift *shift);

G_END_DECLS
