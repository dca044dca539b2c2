/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_DIGEST_PAGE (ds_digest_page_get_type ())
G_DECLARE_FINAL_TYPE (DsDigestPage, ds_digest_page, DS, DIGEST_PAGE, GtkBox)

/* What the depot changed since the courier last looked. */
DsDigestPage *ds_digest_page_new (DsSession *session);

G_END_DECLS
