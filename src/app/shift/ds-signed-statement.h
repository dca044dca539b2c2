/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot's statement of a shift, read only after its signature was verified. */
#pragma once

#include "ds-key.h"
#include "ds-override.h"

G_BEGIN_DECLS

/**
 * DsStatementLine:
 * @payment_id: (nullable): %NULL when only the operator knows of it
 * @stop_id: (nullable)
 * @verdict: "matched", "missing" …; see ds_words_for_verdict()
 * @device_fen: what this handheld's journal says was collected
 * @operator_fen: what the operator's books say; -1 for cash, which has no operator
 */
typedef struct
{
  char *payment_id;
  char *stop_id;
  char *verdict;
  gint64 device_fen;
  gint64 operator_fen;
} DsStatementLine;

/**
 * DsStatementOverride:
 * @limits: what was lifted
 * @amount_fen: for a payment of at most this
 * @clerk: (nullable): who gave it; %NULL when no clerk did
 *
 * A permission to take a payment over the company's limits.
 */
typedef struct
{
  char *stop_id;
  DsLimits limits;
  gint64 amount_fen;
  char *clerk;
} DsStatementOverride;

/**
 * DsSignedStatement:
 * @lines: (element-type DsStatementLine)
 * @overrides: (element-type DsStatementOverride)
 * @n_matched: how many of them match
 * @at_ms: when the depot signed it
 * @red_packet_fen: what of the payments had come from red packets
 * @refunded_fen: what of them went back to customers
 */
typedef struct
{
  char *shift_id;
  char *accounting_date;
  gint64 version;
  gint64 at_ms;
  GPtrArray *lines;
  GPtrArray *overrides;
  guint n_matched;
  gint64 digital_device_fen;
  gint64 digital_operator_fen;
  gint64 voucher_device_fen;
  gint64 voucher_operator_fen;
  gint64 cash_expected_fen;
  gint64 cash_counted_fen;
  gint64 float_fen;
  gint64 difference_fen;
  gint64 red_packet_fen;
  gint64 refunded_fen;
  gboolean balanced;
} DsSignedStatement;

/**
 * ds_signed_statement_read:
 * @jws: as the feed brought it
 * @depot_key: the key learnt at enrolment
 * @shift_id: the shift it must be about
 * @error: return location for a %DS_ERROR_CRYPTO (not signed by the depot) or %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): the statement
 */
DsSignedStatement *
ds_signed_statement_read (const char *jws, DsKey *depot_key, const char *shift_id, GError **error);

void ds_signed_statement_free (DsSignedStatement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsSignedStatement, ds_signed_statement_free)

G_END_DECLS
