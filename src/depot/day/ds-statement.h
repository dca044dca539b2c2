/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matching a shift with the operators' books: pure, so that every difference has a test. */
#pragma once

#include "ds-operator.h"
#include "ds-payment.h"

#include <jansson.h>

G_BEGIN_DECLS

/**
 * DsStatementCash:
 * @expected_fen: float plus cash taken, as the journal says
 * @counted_fen: as counted at closing
 */
typedef struct
{
  gint64 float_fen;
  gint64 expected_fen;
  gint64 counted_fen;
} DsStatementCash;

/**
 * ds_statement_match:
 * @payments: (element-type DsPayment): the shift's payments as the journal and the depot know them; for a rejected
 *   voucher the state is rejected
 * @file: (element-type DsFileLine): the operators' daily files, joined
 * @cash: the drawer
 *
 * Every payment and every line of the file ends in exactly one line of the statement: "matched", "missing" (we say
 * paid, the operator has nothing), "extra" (the operator has money that no payment of the shift explains),
 * "duplicate" (the operator has it twice), "differing", "rejected", "pending". Declined and expired payments without
 * money have no line. Refunds in the file lower the operator's amount.
 *
 * Returns: (transfer full): the members "lines", "digital", "vouchers", "cash", "difference_fen" and "balanced" of a
 *   statement's payload
 */
json_t *ds_statement_match (GPtrArray *payments, GPtrArray *file, const DsStatementCash *cash);

G_END_DECLS
