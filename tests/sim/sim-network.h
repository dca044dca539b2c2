/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One handheld's way to the depot: real requests and replies, carried by virtual time, which get lost, late, doubled,
 * overtaken, cut, or answered by somebody else. */
#pragma once

#include "ds-depot.h"
#include "ds-network.h"
#include "sim-trace.h"

G_BEGIN_DECLS

/**
 * SimLine: how bad it is. Chances are in thousandths, of each request.
 * @up: whether there is any network
 * @lose_request, @lose_reply: nothing comes until patience ends
 * @late: it takes minutes; the handheld does not wait for it
 * @again: the depot gets it a second time, up to an hour later
 * @cut: the reply ends in the middle
 * @stranger: something else answers: a portal's page, or an overloaded front
 */
typedef struct
{
  gboolean up;
  guint lose_request;
  guint lose_reply;
  guint late;
  guint again;
  guint cut;
  guint stranger;
} SimLine;

#define SIM_TYPE_NETWORK (sim_network_get_type ())
G_DECLARE_FINAL_TYPE (SimNetwork, sim_network, SIM, NETWORK, GObject)

/**
 * sim_network_new:
 * @depot: where the depot is found; *@depot may be %NULL, which is a depot that is down
 * @who: the handheld's name in the trace
 */
SimNetwork *
sim_network_new (DsDepot **depot, DsClock *clock, DsRandom *random, SimTrace *trace, const char *who);

/* Returns: (transfer none): to be changed at will. */
SimLine *sim_network_get_line (SimNetwork *self);
/* How many requests were made over it. */
guint sim_network_get_n_sent (SimNetwork *self);

/* The network came or went; the handheld is told. */
void sim_network_set_up (SimNetwork *self, gboolean up);

G_END_DECLS
