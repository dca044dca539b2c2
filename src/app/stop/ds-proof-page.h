/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking a proof of handing over: a signature, a photo, a pickup code or a name. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_PROOF_PAGE (ds_proof_page_get_type ())
G_DECLARE_FINAL_TYPE (DsProofPage, ds_proof_page, DS, PROOF_PAGE, GtkBox)

DsProofPage *ds_proof_page_new (DsSession *session, const char *stop_id);

/* Takes @file for the photo, as if the courier had chosen it. */
void ds_proof_page_take_file (DsProofPage *self, GFile *file);

G_END_DECLS
