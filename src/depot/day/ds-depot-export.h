/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves the depot for offices and auditors: tables, statements on paper, and ISO 20022. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

typedef enum
{
  DS_DEPOT_LANGUAGE_ZH,
  DS_DEPOT_LANGUAGE_EN,
} DsDepotLanguage;

/* "zh…" or anything else. */
DsDepotLanguage ds_depot_language_from_name (const char *name);

/**
 * ds_depot_export_shift_csv:
 * @error: %DS_ERROR_NOT_FOUND
 *
 * Returns: (transfer full) (nullable): the shift's payments: RFC 4180, UTF-8 with its mark, safe against formulas
 */
GBytes *
ds_depot_export_shift_csv (DsDepot *self, const char *shift_id, DsDepotLanguage language, GError **error);

/* Returns: (transfer full) (nullable): the bookings of a day, all accounts; @day: "YYYY-MM-DD". */
GBytes *ds_depot_export_day_csv (DsDepot *self, const char *day, DsDepotLanguage language, GError **error);

/**
 * ds_depot_export_shift_pdf_async:
 *
 * The shift's statement on A4: sums, differences, hand-over of the cash, payments. Drawn on a thread of its own.
 */
void ds_depot_export_shift_pdf_async (DsDepot *self,
                                      const char *shift_id,
                                      DsDepotLanguage language,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/* Returns: (transfer full) (nullable) */
GBytes *ds_depot_export_shift_pdf_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * ds_depot_export_camt:
 * @account: of the books, "clearing:003" or "bank"
 * @day: "YYYY-MM-DD"
 *
 * Returns: (transfer full) (nullable): a statement of the account's day in the shape of ISO 20022 camt.053.001.08:
 *   OPBD and CLBD, one entry a posting, yuan with two decimals. A debit balance of ours is CRDT there, as money that we have
 */
GBytes *ds_depot_export_camt (DsDepot *self, const char *account, const char *day, GError **error);

G_END_DECLS
