/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickup code (取件码) that a shipper gave its customer, checked at the door without a network.
 *
 * The route carries no code but a check of it: HMAC-SM3 (GB/T 32905, RFC 2104), keyed with the stop's secret, which is
 * that of its spoken proofs, over the lines "doorstep-pickup-1", the stop's id and the code, each ended by a line feed.
 * A courier cannot read the code off the handheld; who takes the handheld apart and tries all short codes finds it, so
 * a right code is a proof like any other and never money. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The longest code, in characters without what stands between them. */
#define DS_PICKUP_CODE_MAX_CHARACTERS 24

/**
 * ds_pickup_code_read:
 * @text: what was typed or imported
 *
 * Letters become capitals, full-width forms ordinary ones; blanks, hyphens and dots between them count for nothing:
 * "3-2-1456", "３－２－１４５６" and "321456" are one code.
 *
 * Returns: (transfer full) (nullable): the code; %NULL when @text has no letters or digits, anything else in it, or too
 *   many
 */
char *ds_pickup_code_read (const char *text);

/**
 * ds_pickup_code_make_check:
 * @secret: the stop's secret, 16 to 64 bytes in hexadecimal
 * @stop_id: without a line feed
 * @code: as ds_pickup_code_read() gave it
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): the check, in hexadecimal
 */
char *ds_pickup_code_make_check (const char *secret, const char *stop_id, const char *code, GError **error);

G_END_DECLS
