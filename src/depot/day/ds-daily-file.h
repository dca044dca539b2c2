/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator's daily file as text, as its payees get it:
 *
 * | record | fields                                                                                       |
 * |--------|----------------------------------------------------------------------------------------------|
 * | first  | `#doorstep-daily-file`, 1, operator, payee, day                                              |
 * | second | time, kind, payment, amount, red_packet, operator_ref                                        |
 * | each   | RFC 3339, `payment` `voucher` or `refund`, the payment's id, yuan, yuan, the operator's number |
 * | last   | `#total`, lines, yuan of payments and vouchers, yuan of refunds                              |
 *
 * A file that says what moved between operator and the company's bank account is of version 2. It has such lines besides,
 * and a total that goes on with yuan of pay-outs, of fees and of what was collected:
 *
 * | each   | RFC 3339, `payout` `fee` or `collection`, the day it is for, yuan, 0.00, the transfer's number |
 *
 * A pay-out is what came into the account, a collection what the operator took out of it, a fee what was kept back of
 * what is due for the day: beside a pay-out it has the same number.
 *
 * Comma-separated values, UTF-8 or GB18030. An adapter turns what its operator sends into this. */
#pragma once

#include "ds-operator.h"

G_BEGIN_DECLS

#define DS_DAILY_FILE_MAX_LINES 2000000

/**
 * DsDailyFile:
 * @lines: (element-type DsFileLine): in the order of their time
 * @credits_fen: payments and vouchers
 * @refunds_fen, @payouts_fen, @fees_fen, @collections_fen: positive
 */
typedef struct
{
  char *operator_id;
  char *payee_id;
  char *day;
  GPtrArray *lines;
  gint64 credits_fen;
  gint64 refunds_fen;
  gint64 payouts_fen;
  gint64 fees_fen;
  gint64 collections_fen;
} DsDailyFile;

/* Whether it tells of the company's bank account, not of a payment. */
gboolean ds_daily_line_is_payout (const DsFileLine *line);

/**
 * ds_daily_file_new:
 * @lines: (transfer full) (element-type DsFileLine): what an operator's adapter gave; those of other days are left out
 * @error: %DS_ERROR_PROTOCOL when a line is none, %DS_ERROR_OVERFLOW, %DS_ERROR_INVALID for a @day that is none
 *
 * Returns: (transfer full) (nullable): the file of @day
 */
DsDailyFile *ds_daily_file_new (const char *operator_id,
                                const char *payee_id,
                                const char *day,
                                GPtrArray *lines,
                                GError **error);

/**
 * ds_daily_file_parse:
 * @error: %DS_ERROR_INVALID with the line's number and what is wrong: an amount, a time outside the day, a sum that is not
 *   that of the lines, a file that is cut
 *
 * Returns: (transfer full) (nullable): all of it, or nothing
 */
DsDailyFile *ds_daily_file_parse (GBytes *text, GError **error);

void ds_daily_file_free (DsDailyFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDailyFile, ds_daily_file_free)

/* Returns: (transfer full): the same file for the same lines, whatever their order was. */
GBytes *ds_daily_file_to_text (const DsDailyFile *self);

G_END_DECLS
