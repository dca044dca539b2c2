/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sorts of frames that readers are measured on: 1280 × 720, drawn from a seed. */
#pragma once

#include "scenery.h"

typedef struct
{
  const char *name;
  gboolean code128;                          /* what a reader is asked that cannot look for both */
  char *(*draw) (Frame *frame, GRand *rand); /* as bench_sort_draw() */
  SceneryFunc scenery;                       /* in place of it, where there is no code */
} BenchSort;

/* The last one has no name. */
extern const BenchSort bench_sorts[];

/* Returns: (transfer full) (nullable): what is on the frame. @frame: (out) */
char *bench_sort_draw (const BenchSort *self, Frame *frame, GRand *rand);

/* Returns: (transfer full): what a payer's code says. */
char *bench_draw_payment (GRand *rand);
