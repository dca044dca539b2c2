/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At the end of the guided shift: what was practised at each door, and what to remember. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_LEARNT_PAGE (ds_learnt_page_get_type ())
G_DECLARE_FINAL_TYPE (DsLearntPage, ds_learnt_page, DS, LEARNT_PAGE, GtkBox)

DsLearntPage *ds_learnt_page_new (DsSession *session);

G_END_DECLS
