/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another PIN: the one that holds now, then the new one twice. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_PIN_PAGE (ds_pin_page_get_type ())
G_DECLARE_FINAL_TYPE (DsPinPage, ds_pin_page, DS, PIN_PAGE, GtkBox)

DsPinPage *ds_pin_page_new (DsSession *session);

G_END_DECLS
