/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help, beginning with the page it was asked on. */
#pragma once

#include "ds-page.h"

G_BEGIN_DECLS

#define DS_TYPE_HELP_PAGE (ds_help_page_get_type ())
G_DECLARE_FINAL_TYPE (DsHelpPage, ds_help_page, DS, HELP_PAGE, GtkBox)

/* @topic: (nullable): what to begin with; the others follow. */
DsHelpPage *ds_help_page_new (const char *topic);

G_END_DECLS
