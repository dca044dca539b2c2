/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The customer's receipt: on the screen, as a code to photograph, on a slip or on paper. */
#pragma once

#include "ds-page.h"
#include "ds-session.h"

G_BEGIN_DECLS

#define DS_TYPE_RECEIPT_PAGE (ds_receipt_page_get_type ())
G_DECLARE_FINAL_TYPE (DsReceiptPage, ds_receipt_page, DS, RECEIPT_PAGE, GtkBox)

DsReceiptPage *ds_receipt_page_new (DsSession *session, DsPayment *payment);

/* Prints on paper, or writes what would be printed to @pdf_path (nullable). */
void ds_receipt_page_print (DsReceiptPage *self, const char *pdf_path);

G_END_DECLS
