/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of the company that a clerk may lift once, and the permissions that did so. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsLimits:
 * @DS_LIMIT_VOUCHER: the amount of one voucher
 * @DS_LIMIT_WALLET: what one wallet's vouchers may come to
 * @DS_LIMIT_SUM: what all vouchers may come to
 * @DS_LIMIT_COUNT: how many there may be
 * @DS_LIMIT_AGE: how old the oldest may be
 *
 * What of the settings' limits stands in the way of a voucher. The age of the operators' list is none of them: no clerk can
 * say by telephone which keys are still good. Nor is cash, which is never refused.
 */
typedef enum
{
  DS_LIMIT_NONE = 0,
  DS_LIMIT_VOUCHER = 1 << 0,
  DS_LIMIT_WALLET = 1 << 1,
  DS_LIMIT_SUM = 1 << 2,
  DS_LIMIT_COUNT = 1 << 3,
  DS_LIMIT_AGE = 1 << 4,
} DsLimits;

#define DS_N_LIMITS 5

/* Wrong digits for one permission; no restart gives them back. */
#define DS_OVERRIDE_TRIES 3

/* Returns: (transfer full): "sum+count": always in the same order, so that the same limits are the same text. */
char *ds_limits_to_text (DsLimits limits);

/**
 * ds_limits_from_text:
 * @text: names or their numbers ("sum", "3": as they are read out), joined by "+" or ","
 * @limits: (out): at least one limit
 *
 * Returns: whether every one of them is a limit
 */
gboolean ds_limits_from_text (const char *text, DsLimits *limits);

/**
 * DsOverride:
 * @number: of the request at its stop, from 1; a permission is good once because of it
 * @limits: what it lifts
 * @amount_fen: for a payment of at most this
 * @shift_id: the shift in which it counts
 * @payment_id: (nullable): the payment that it was used for
 * @at_ms: wall time
 *
 * A permission as the handheld's journal has it.
 */
typedef struct
{
  gint64 number;
  DsLimits limits;
  gint64 amount_fen;
  char *shift_id;
  char *payment_id;
  gint64 at_ms;
} DsOverride;

void ds_override_free (DsOverride *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsOverride, ds_override_free)

G_END_DECLS
