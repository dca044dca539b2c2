/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a code's text is and says. */
#pragma once

#include "ds-report.h"
#include "ds-trust-list.h"

G_BEGIN_DECLS

/**
 * ds_explain_code:
 * @text: (array length=n): the text, or its beginning
 * @n: how many bytes of it are there
 * @whole_n: how many bytes it has altogether
 * @trust: (nullable): by what to check signatures of receipts and vouchers
 *
 * Returns: (transfer full): the report
 */
DsReport *ds_explain_code (const char *text, gsize n, gsize whole_n, DsTrustList *trust);

G_END_DECLS
