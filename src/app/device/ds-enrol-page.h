/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handheld gets its depot: read the enrolment code, check who answers, agree. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_ENROL_PAGE (ds_enrol_page_get_type ())
G_DECLARE_FINAL_TYPE (DsEnrolPage, ds_enrol_page, DS, ENROL_PAGE, GtkBox)

DsEnrolPage *ds_enrol_page_new (DsSession *session);

G_END_DECLS
