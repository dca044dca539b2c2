/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-payment-state.h"

#define STATE(state) DS_PAYMENT_##state
#define ON(event, state) [DS_PAYMENT_IS_##event] = STATE (state)

/* What is not listed is refused. An e-CNY order cannot be closed, so expired → paid is a late success, not a
 * contradiction. A claim is the courier's note on a presented code: what the depot says of the order afterwards
 * replaces it. A voucher whose order ends without money was not honoured. One that was taken offline is told to the depot
 * when the order may have ended there long since: an expired one is redeemed all the same, a declined one cannot be. Digits can be worked out on the handheld, so
 * they weigh less than a receipt: an operator's "expired" goes before them, and they alone can be disproved. */
/* clang-format off */
static const struct
{
  const char *name;
  DsDebtEffect effect;
  gboolean final;
  DsPaymentState after[DS_N_PAYMENT_EVENTS];
} states[DS_N_PAYMENT_STATES] = {
  [STATE (NONE)] = { "none", DS_DEBT_LEFT, FALSE, {
    ON (REQUESTED, REQUESTED), ON (PRESENTED, PRESENTED), ON (SCANNED, SCANNED), ON (CASH, PAID) } },
  [STATE (REQUESTED)] = { "requested", DS_DEBT_SHOWN, FALSE, {
    ON (PRESENTED, PRESENTED), ON (OPENED, PRESENTED), ON (CONFIRMED, PAID), ON (DECLINED, DECLINED),
    ON (ENDED, EXPIRED) } },
  [STATE (PRESENTED)] = { "presented", DS_DEBT_SHOWN, FALSE, {
    ON (PROVED, PAID), ON (SPOKEN, PAID), ON (VOUCHED, ACCEPTED), ON (CLAIMED, CLAIMED), ON (UNANSWERED, UNKNOWN),
    ON (AWAITED, PENDING), ON (CONFIRMED, PAID), ON (DECLINED, DECLINED), ON (ENDED, EXPIRED) } },
  [STATE (SCANNED)] = { "scanned", DS_DEBT_UNCERTAIN, FALSE, {
    ON (PROVED, PAID), ON (UNANSWERED, UNKNOWN), ON (AWAITED, PENDING), ON (CONFIRMED, PAID),
    ON (DECLINED, DECLINED), ON (ENDED, EXPIRED) } },
  [STATE (PENDING)] = { "pending", DS_DEBT_UNCERTAIN, FALSE, {
    ON (PROVED, PAID), ON (SPOKEN, PAID), ON (VOUCHED, ACCEPTED), ON (CLAIMED, CLAIMED), ON (UNANSWERED, UNKNOWN),
    ON (AWAITED, PENDING), ON (CONFIRMED, PAID), ON (DECLINED, DECLINED), ON (ENDED, EXPIRED) } },
  [STATE (UNKNOWN)] = { "unknown", DS_DEBT_UNCERTAIN, FALSE, {
    ON (PROVED, PAID), ON (SPOKEN, PAID), ON (VOUCHED, ACCEPTED), ON (CLAIMED, CLAIMED), ON (AWAITED, PENDING),
    ON (CONFIRMED, PAID), ON (DECLINED, DECLINED), ON (ENDED, EXPIRED) } },
  [STATE (CLAIMED)] = { "claimed", DS_DEBT_UNCERTAIN, FALSE, {
    ON (PROVED, PAID), ON (SPOKEN, PAID), ON (VOUCHED, ACCEPTED), ON (CONFIRMED, PAID), ON (DECLINED, DECLINED),
    ON (ENDED, EXPIRED) } },
  [STATE (ACCEPTED)] = { "accepted", DS_DEBT_PROVISIONAL, FALSE, {
    ON (CONFIRMED, SETTLED), ON (DECLINED, REJECTED), ON (ENDED, REJECTED) } },
  [STATE (PAID)] = { "paid", DS_DEBT_COVERED, FALSE, {
    ON (PROVED, PAID), ON (CONFIRMED, PAID), ON (DISPROVED, REJECTED), ON (MATCHED, SETTLED),
    ON (REFUNDED, REFUNDED) } },
  [STATE (SETTLED)] = { "settled", DS_DEBT_COVERED, TRUE, {
    ON (PROVED, SETTLED), ON (CONFIRMED, SETTLED), ON (REFUNDED, REFUNDED) } },
  [STATE (DECLINED)] = { "declined", DS_DEBT_LEFT, TRUE, {
    ON (VOUCHED, REJECTED) } },
  [STATE (EXPIRED)] = { "expired", DS_DEBT_LEFT, TRUE, {
    ON (PROVED, PAID), ON (VOUCHED, ACCEPTED), ON (CONFIRMED, PAID) } },
  [STATE (REJECTED)] = { "rejected", DS_DEBT_REOPENED, TRUE, { STATE (NONE) } },
  [STATE (REFUNDED)] = { "refunded", DS_DEBT_LEFT, TRUE, {
    ON (PROVED, REFUNDED), ON (CONFIRMED, REFUNDED) } },
};
/* clang-format on */

DsPaymentState
ds_payment_state_after (DsPaymentState from, DsPaymentEvent event)
{
  g_return_val_if_fail (from < DS_N_PAYMENT_STATES && event < DS_N_PAYMENT_EVENTS, DS_PAYMENT_NONE);

  return states[from].after[event];
}

static guint
get_successors (DsPaymentState from, gboolean spoken)
{
  guint successors = 0;

  for (guint event = 0; event < DS_N_PAYMENT_EVENTS; event++)
    {
      if (event != DS_PAYMENT_IS_DISPROVED || spoken)
        successors |= 1u << states[from].after[event];
    }
  return successors & ~(1u << DS_PAYMENT_NONE) & ~(1u << from);
}

gboolean
ds_payment_state_may_become (DsPaymentState from, DsPaymentState to)
{
  g_return_val_if_fail (from < DS_N_PAYMENT_STATES && to < DS_N_PAYMENT_STATES, FALSE);

  return (get_successors (from, FALSE) & (1u << to)) != 0;
}

gboolean
ds_payment_state_may_reach (DsPaymentState from, DsPaymentState to, gboolean spoken)
{
  guint reached = 1u << from;
  guint before;

  g_return_val_if_fail (from < DS_N_PAYMENT_STATES && to < DS_N_PAYMENT_STATES, FALSE);

  do
    {
      before = reached;
      for (guint via = 0; via < DS_N_PAYMENT_STATES; via++)
        reached |= (before & (1u << via)) != 0 ? get_successors ((DsPaymentState)via, spoken) : 0;
    }
  while (reached != before);
  return from != to && (reached & (1u << to)) != 0;
}

DsDebtEffect
ds_payment_state_get_effect (DsPaymentState state)
{
  g_return_val_if_fail (state < DS_N_PAYMENT_STATES, DS_DEBT_LEFT);

  return states[state].effect;
}

const char *
ds_payment_state_to_name (DsPaymentState state)
{
  g_return_val_if_fail (state < DS_N_PAYMENT_STATES, NULL);

  return states[state].name;
}

gboolean
ds_payment_state_from_name (const char *name, DsPaymentState *state)
{
  for (guint i = DS_PAYMENT_NONE + 1; i < DS_N_PAYMENT_STATES; i++)
    {
      if (g_strcmp0 (name, states[i].name) == 0)
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
  DsDebtEffect effect = ds_payment_state_get_effect (state);

  return effect == DS_DEBT_COVERED || effect == DS_DEBT_PROVISIONAL;
}

gboolean
ds_payment_state_is_uncertain (DsPaymentState state)
{
  return ds_payment_state_get_effect (state) == DS_DEBT_UNCERTAIN;
}

gboolean
ds_payment_state_is_final (DsPaymentState state)
{
  g_return_val_if_fail (state < DS_N_PAYMENT_STATES, FALSE);

  return states[state].final;
}
