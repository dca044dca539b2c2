/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness as an interface, so that a simulation can be repeated from its seed. */
#pragma once

#include "ds-types.h"

G_BEGIN_DECLS

#define DS_TYPE_RANDOM (ds_random_get_type ())
G_DECLARE_FINAL_TYPE (DsRandom, ds_random, DS, RANDOM, GObject)

/**
 * ds_random_new_system:
 *
 * Returns: (transfer full): the kernel's random numbers, fit for keys and ids. Usable from any thread.
 */
DsRandom *ds_random_new_system (void);

/**
 * ds_random_new_seeded:
 * @seed: where the sequence starts
 *
 * The same seed gives the same bytes. For tests, samples and simulations, never for keys in use.
 *
 * Returns: (transfer full): a repeatable sequence. Usable from any thread.
 */
DsRandom *ds_random_new_seeded (guint32 seed);

/* Fills @bytes with @n random bytes. Cannot fail: without randomness the program ends. */
void ds_random_fill (DsRandom *self, guint8 *bytes, gsize n);

/* Returns: an even choice of 0 … @below − 1; @below is at least 1. */
guint32 ds_random_below (DsRandom *self, guint32 below);

G_END_DECLS
