/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Campaigns: the same question asked of many cases, each made from a seed. DS_CASES=N asks it of N cases instead of as
 * many as the normal run has time for, DS_SEED=N begins with that seed. The seed of a case that failed is printed, and
 * kept in failing-seeds.txt beside the test program. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  guint n_wanted;
  guint32 first_seed;
  guint n_cases;
  guint n_violations;
} Campaign;

/* @n_cases: of the normal run. The first seed is the test program's own (see --seed) unless DS_SEED names one. */
void campaign_begin (Campaign *self, const char *name, guint n_cases);
/* Whether there are cases left to ask. */
gboolean campaign_goes_on (const Campaign *self);
/* @what: what is wrong in the case that @seed makes. */
void campaign_note_violation (Campaign *self, guint32 seed, const char *what);
/* Prints the line "campaign: name, cases, violations"; the test fails when there were any. */
void campaign_end (Campaign *self);

G_END_DECLS
