/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows what camera and scan engine read, and does nothing with it. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_SCAN_TEST_PAGE (ds_scan_test_page_get_type ())
G_DECLARE_FINAL_TYPE (DsScanTestPage, ds_scan_test_page, DS, SCAN_TEST_PAGE, GtkBox)

DsScanTestPage *ds_scan_test_page_new (DsSession *session);

G_END_DECLS
