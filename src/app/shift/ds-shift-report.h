/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A shift on paper and as a table: what was collected at which stop, and how it ended. People's names are masked. */
#pragma once

#include "ds-session.h"
#include "ds-sheet.h"

G_BEGIN_DECLS

/**
 * DsShiftReport:
 * @payments: (element-type DsPayment): of the shift, oldest first
 * @seal: (nullable): the text of its seal
 *
 * What a report is made of.
 */
typedef struct
{
  DsSession *session;
  DsShift *shift;
  GPtrArray *payments;
  char *seal;
} DsShiftReport;

/* Returns: (transfer full): the payments, one a line (ds-csv-writer.h). */
char *ds_shift_report_to_csv (const DsShiftReport *self);

/* Returns: (transfer full): sums, statement, payments and the seal as a code. */
DsSheet *ds_shift_report_to_sheet (const DsShiftReport *self);

G_END_DECLS
