/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came to pass in all companies of a campaign: an accident that never happens, or a check that never has anything to
 * check, is a hole in the campaign. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SIM_TALLY_CANCELLED,
  SIM_TALLY_REPRICED,
  SIM_TALLY_REASSIGNED,
  SIM_TALLY_PAID_ELSEWHERE,
  SIM_TALLY_CHANGED_AT_DOOR,
  SIM_TALLY_CHANGES_READ,
  SIM_TALLY_CASE_KEPT,
  SIM_TALLY_CASE_REFUNDED,
  SIM_TALLY_REFUND_BY_HAND,
  SIM_TALLY_REFUND_TOO_MUCH,
  SIM_TALLY_REFUNDED_IN_PART,
  SIM_TALLY_RED_PACKET_BACK,
  SIM_TALLY_MONEY_WAITS,
  SIM_TALLY_COPIED,
  SIM_TALLY_PUT_BACK,
  SIM_TALLY_FORKED,
  SIM_TALLY_BEHIND,
  SIM_TALLY_FROZEN_REFUSAL,
  SIM_TALLY_LINES_APART,
  SIM_TALLY_DIED_WITH_CARD,
  SIM_TALLY_DIED_WITHOUT_CARD,
  SIM_TALLY_RESCUED_AT_DEPOT,
  SIM_TALLY_RESCUED_BY_HANDHELD,
  SIM_TALLY_RESCUED_AGAIN,
  SIM_TALLY_RESCUED_NEW_LINES,
  SIM_TALLY_RESCUED_AFTER_ROLLBACK,
  SIM_TALLY_CAME_BACK,
  SIM_TALLY_CLOSED_BY_CLERK,
  SIM_TALLY_SPOKEN_ONLINE,
  SIM_TALLY_SPOKEN_OFFLINE,
  SIM_TALLY_SPOKEN_WRONG,
  SIM_TALLY_SPOKEN_LOCKED,
  SIM_TALLY_VOUCHER,
  SIM_TALLY_LATE_MONEY,
  SIM_TALLY_POWER_CUT,
  SIM_TALLY_ROLLBACK,
  SIM_N_TALLIES
} SimTally;

/* Before any company: what the processes count is counted together. */
void sim_tally_begin (void);
void sim_tally (SimTally what);
/* Prints all on one line. Returns: how many never came to pass. */
guint sim_tally_print (void);

G_END_DECLS
