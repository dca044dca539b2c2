/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-payment-state.h"

#define B(state) (1u << DS_PAYMENT_##state)

/* An e-CNY order cannot be closed, so expired → paid is a late success, not a contradiction. A claim is the
 * courier's note on a presented code: what the depot says of the order afterwards replaces it. */
static const guint successors[DS_N_PAYMENT_STATES] = {
  [DS_PAYMENT_NONE] = B (REQUESTED) | B (PRESENTED) | B (SCANNED) | B (PAID),
  [DS_PAYMENT_REQUESTED] = B (PRESENTED) | B (DECLINED) | B (EXPIRED),
  [DS_PAYMENT_PRESENTED]
  = B (PENDING) | B (UNKNOWN) | B (CLAIMED) | B (ACCEPTED) | B (PAID) | B (DECLINED) | B (EXPIRED),
  [DS_PAYMENT_SCANNED] = B (PENDING) | B (UNKNOWN) | B (PAID) | B (DECLINED) | B (EXPIRED),
  [DS_PAYMENT_PENDING] = B (UNKNOWN) | B (CLAIMED) | B (ACCEPTED) | B (PAID) | B (DECLINED) | B (EXPIRED),
  [DS_PAYMENT_UNKNOWN] = B (PENDING) | B (CLAIMED) | B (ACCEPTED) | B (PAID) | B (DECLINED) | B (EXPIRED),
  [DS_PAYMENT_CLAIMED] = B (ACCEPTED) | B (PAID) | B (DECLINED) | B (EXPIRED),
  [DS_PAYMENT_ACCEPTED] = B (SETTLED) | B (REJECTED),
  [DS_PAYMENT_PAID] = B (SETTLED) | B (REFUNDED),
  [DS_PAYMENT_SETTLED] = B (REFUNDED),
  [DS_PAYMENT_EXPIRED] = B (PAID),
  [DS_PAYMENT_DECLINED] = 0,
  [DS_PAYMENT_REJECTED] = 0,
  [DS_PAYMENT_REFUNDED] = 0,
};

static const char *const names[DS_N_PAYMENT_STATES] = {
  [DS_PAYMENT_NONE] = "none",           [DS_PAYMENT_REQUESTED] = "requested",
  [DS_PAYMENT_PRESENTED] = "presented", [DS_PAYMENT_SCANNED] = "scanned",
  [DS_PAYMENT_PENDING] = "pending",     [DS_PAYMENT_UNKNOWN] = "unknown",
  [DS_PAYMENT_CLAIMED] = "claimed",     [DS_PAYMENT_ACCEPTED] = "accepted",
  [DS_PAYMENT_PAID] = "paid",           [DS_PAYMENT_SETTLED] = "settled",
  [DS_PAYMENT_DECLINED] = "declined",   [DS_PAYMENT_EXPIRED] = "expired",
  [DS_PAYMENT_REJECTED] = "rejected",   [DS_PAYMENT_REFUNDED] = "refunded",
};

gboolean
ds_payment_state_may_become (DsPaymentState from, DsPaymentState to)
{
  g_return_val_if_fail (from < DS_N_PAYMENT_STATES && to < DS_N_PAYMENT_STATES, FALSE);

  return (successors[from] & (1u << to)) != 0;
}

const char *
ds_payment_state_to_name (DsPaymentState state)
{
  g_return_val_if_fail (state < DS_N_PAYMENT_STATES, NULL);

  return names[state];
}

gboolean
ds_payment_state_from_name (const char *name, DsPaymentState *state)
{
  for (guint i = DS_PAYMENT_NONE + 1; i < DS_N_PAYMENT_STATES; i++)
    {
      if (g_strcmp0 (name, names[i]) == 0)
        {
          *state = (DsPaymentState)i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
ds_payment_state_covers_debt (DsPaymentState state)
{
  return state == DS_PAYMENT_PAID || state == DS_PAYMENT_SETTLED || state == DS_PAYMENT_ACCEPTED;
}

gboolean
ds_payment_state_is_uncertain (DsPaymentState state)
{
  return state == DS_PAYMENT_SCANNED || state == DS_PAYMENT_PENDING || state == DS_PAYMENT_UNKNOWN
         || state == DS_PAYMENT_CLAIMED;
}

gboolean
ds_payment_state_is_final (DsPaymentState state)
{
  return state == DS_PAYMENT_SETTLED || state == DS_PAYMENT_DECLINED || state == DS_PAYMENT_EXPIRED
         || state == DS_PAYMENT_REJECTED || state == DS_PAYMENT_REFUNDED;
}
