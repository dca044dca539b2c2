/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-tally.h"

#include <stdio.h>
#include <sys/mman.h>

static const char *const names[] = {
  [SIM_TALLY_CANCELLED] = "stops cancelled",
  [SIM_TALLY_REPRICED] = "priced anew",
  [SIM_TALLY_REASSIGNED] = "reassigned",
  [SIM_TALLY_PAID_ELSEWHERE] = "paid elsewhere",
  [SIM_TALLY_CHANGED_AT_DOOR] = "changed with the courier at the door",
  [SIM_TALLY_CHANGES_READ] = "changes read in the digest",
  [SIM_TALLY_CASE_KEPT] = "cases kept",
  [SIM_TALLY_CASE_REFUNDED] = "cases refunded",
  [SIM_TALLY_REFUND_BY_HAND] = "refunds by hand",
  [SIM_TALLY_REFUND_TOO_MUCH] = "refunds refused as too much",
  [SIM_TALLY_REFUNDED_IN_PART] = "payments refunded in part",
  [SIM_TALLY_RED_PACKET_BACK] = "red packets given back",
  [SIM_TALLY_MONEY_WAITS] = "moneys in suspense at the end",
  [SIM_TALLY_COPIED] = "handhelds copied",
  [SIM_TALLY_PUT_BACK] = "put back to older files",
  [SIM_TALLY_FORKED] = "found forked",
  [SIM_TALLY_BEHIND] = "found behind",
  [SIM_TALLY_FROZEN_REFUSAL] = "collections refused as frozen",
  [SIM_TALLY_LINES_APART] = "lines kept apart",
  [SIM_TALLY_DIED_WITH_CARD] = "handhelds dead with a card",
  [SIM_TALLY_DIED_WITHOUT_CARD] = "dead without",
  [SIM_TALLY_RESCUED_AT_DEPOT] = "cards brought to the depot",
  [SIM_TALLY_RESCUED_BY_HANDHELD] = "to another handheld",
  [SIM_TALLY_RESCUED_AGAIN] = "brought again",
  [SIM_TALLY_RESCUED_NEW_LINES] = "with new lines",
  [SIM_TALLY_RESCUED_AFTER_ROLLBACK] = "after a rollback",
  [SIM_TALLY_CAME_BACK] = "dead ones that came back",
  [SIM_TALLY_CLOSED_BY_CLERK] = "shifts closed by the clerk",
  [SIM_TALLY_SPOKEN_ONLINE] = "spoken proofs taken online",
  [SIM_TALLY_SPOKEN_OFFLINE] = "taken offline",
  [SIM_TALLY_SPOKEN_WRONG] = "wrong",
  [SIM_TALLY_SPOKEN_LOCKED] = "locked",
  [SIM_TALLY_VOUCHER] = "vouchers",
  [SIM_TALLY_LATE_MONEY] = "late moneys",
  [SIM_TALLY_POWER_CUT] = "power cuts",
  [SIM_TALLY_ROLLBACK] = "depots restored",
};

static guint *counts;

void
sim_tally_begin (void)
{
  counts = mmap (NULL, SIM_N_TALLIES * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                 0);
  g_assert_true (counts != MAP_FAILED);
}

/* One company runs at a time, so nobody else counts. */
void
sim_tally (SimTally what)
{
  counts[what]++;
}

guint
sim_tally_print (void)
{
  guint n_missing = 0;

  printf ("tally:");
  for (guint i = 0; i < SIM_N_TALLIES; i++)
    {
      printf ("%s %u %s", i > 0 ? "," : "", counts[i], names[i]);
      n_missing += counts[i] == 0;
    }
  printf ("\n");
  return n_missing;
}
