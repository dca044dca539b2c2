/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a code's text is and says. */
#pragma once

#include "ds-report.h"
#include "ds-trust-list.h"

G_BEGIN_DECLS

/* By what to check signatures; each may be %NULL, and then they are not checked. */
typedef struct
{
  DsTrustList *trust; /* of receipts and vouchers */
  DsKey *device_key;  /* of shift seals */
} DsExplainKeys;

/**
 * ds_explain_code:
 * @text: (array length=n): the text, or its beginning
 * @n: how many bytes of it are there
 * @whole_n: how many bytes it has altogether
 * @keys: by what to check signatures
 *
 * Returns: (transfer full): the report
 */
DsReport *ds_explain_code (const char *text, gsize n, gsize whole_n, const DsExplainKeys *keys);

G_END_DECLS
