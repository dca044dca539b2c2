/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stops behind one total of the shift. */
#pragma once

#include "ds-bucket.h"
#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_BUCKET_PAGE (ds_bucket_page_get_type ())
G_DECLARE_FINAL_TYPE (DsBucketPage, ds_bucket_page, DS, BUCKET_PAGE, GtkBox)

DsBucketPage *ds_bucket_page_new (DsSession *session, DsBucket bucket);

G_END_DECLS
