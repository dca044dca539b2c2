/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What would be lost with this handheld, and what keeps it: the self-check, the rescue copy on a card, an encrypted
 * copy for the depot, another handheld's card, and signing out, which waits until nothing would be lost. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SAFETY_PAGE (ds_safety_page_get_type ())
G_DECLARE_FINAL_TYPE (DsSafetyPage, ds_safety_page, DS, SAFETY_PAGE, GtkBox)

DsSafetyPage *ds_safety_page_new (DsSession *session);

/* What the file chooser ends with. */

/* Saves an encrypted copy of all that the depot may lack. */
void ds_safety_page_save (DsSafetyPage *self, GFile *file);
/* Keeps the rescue copy in @folder. */
void ds_safety_page_copy_to (DsSafetyPage *self, GFile *folder);
/* Brings another handheld's file to the depot. */
void ds_safety_page_bring (DsSafetyPage *self, GFile *file);

G_END_DECLS
