/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evening peak as a measurement: a company's handhelds, each with a signed journal of its own, return at the same
 * moment to a depot of this machine; and the same requests to a bare SoupServer, to compare with. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/**
 * DsBenchOptions:
 * @directory: where the depot is made; there must be none
 * @n_handhelds: how many return, each once
 * @n_payments: how many cash payments each of them has taken
 * @n_connections: how many of them are on the line at a time
 */
typedef struct
{
  const char *directory;
  guint n_handhelds;
  guint n_payments;
  guint n_connections;
} DsBenchOptions;

/**
 * ds_depot_bench:
 *
 * Makes the company, starts depot and peer as processes of their own, and prints a line of JSON for each run and one
 * that compares them. Blocks.
 *
 * Returns: %FALSE with an error, also when a payment that was acknowledged is not in the books, or is in them twice.
 */
gboolean ds_depot_bench (const DsBenchOptions *options, GError **error);

/* Serves as the peer until it is ended: answers each request with as many bytes as the depot would, and keeps
 * nothing. Prints its address. */
gboolean ds_depot_bench_serve_bare (const char *directory, GError **error);

G_END_DECLS
