/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened, in order: its SM3 tells whether two runs were the same. Also the one seed behind everything random. */
#pragma once

#include "sim-time.h"

#include <stdio.h>

G_BEGIN_DECLS

typedef struct _SimTrace SimTrace;

/* @tell: (nullable): where the story is printed as it happens */
SimTrace *sim_trace_new (SimTime *time, FILE *tell);
void sim_trace_free (SimTrace *self);

/* Nothing is told or counted until it is on; certificates, for one, carry the machine's time. */
void sim_trace_set_on (SimTrace *self, gboolean on);

/* @who: "0317", "depot" … */
void sim_trace (SimTrace *self, const char *who, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Counts bytes in without telling them. */
void sim_trace_bytes (SimTrace *self, GBytes *bytes);

/* Returns: (transfer full): in hexadecimal, of all so far. */
char *sim_trace_get_digest (SimTrace *self);

/* Makes libcrypto's randomness follow from @seed, so that keys and signatures are the same again. */
void sim_seed_libcrypto (guint64 seed);

G_END_DECLS
