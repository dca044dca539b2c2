/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spoken proof (口述凭证): 8 digits that a customer reads out when no screen can be scanned; and 8 digits by which a
 * clerk gives a permission.
 *
 * They bind a payment id, its amount and the secret of one stop, which only the depot and the courier's handheld have.
 * The depot gives them away once the operator's books say paid. Whoever has the handheld could work them out, so
 * digits alone let goods be handed over and never settle a payment. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_SPOKEN_PROOF_DIGITS 8
#define DS_SPOKEN_PROOF_SIZE (DS_SPOKEN_PROOF_DIGITS + 1)

/* "1234 5678" with its NUL. */
#define DS_SPOKEN_PROOF_TEXT_SIZE (DS_SPOKEN_PROOF_SIZE + 1)

/* How a handheld names a stop in a code that it builds: 16 hexadecimal digits and a NUL. */
#define DS_SPOKEN_MARK_SIZE 17

/**
 * ds_spoken_proof_derive:
 * @secret: the stop's secret, 16 to 64 bytes in hexadecimal
 * @payment_id: UUIDv7
 * @amount_fen: above zero
 * @digits: (out): the 8 digits and a NUL
 * @error: return location for a %DS_ERROR_INVALID
 *
 * HMAC-SM3 (GB/T 32905, RFC 2104) keyed with the secret over the ASCII lines "doorstep-spoken-1", the payment id and
 * the amount in fen, each ended by a line feed. Neither an id nor a number holds a line feed, so no two payments share
 * an encoding; the first line names the version.
 *
 * The MAC is read as four big-endian 64-bit numbers. The first below the largest multiple of 10^8 gives the digits,
 * modulo 10^8, so every value is exactly as likely as any other. That all four are above has a chance of 10^-49; the
 * last is then taken as it is.
 */
gboolean ds_spoken_proof_derive (const char *secret,
                                 const char *payment_id,
                                 gint64 amount_fen,
                                 char digits[DS_SPOKEN_PROOF_SIZE],
                                 GError **error);

/**
 * ds_spoken_override_derive:
 * @secret: the stop's secret, as above
 * @stop_id: the stop
 * @limits: what is lifted, as ds_limits_to_text() writes it
 * @amount_fen: for a payment of at most this, above zero
 * @number: the request's number at its stop, from 1: nothing else makes the digits good only once
 * @digits: (out): the 8 digits and a NUL
 * @error: return location for a %DS_ERROR_INVALID
 *
 * What a clerk reads out to let a courier take one payment over the company's limits: the same MAC over the lines
 * "doorstep-override-1", stop, limits, amount in fen and number. The handheld could work these out as well, so the depot
 * compares each permission that was used with those that its clerks gave.
 */
gboolean ds_spoken_override_derive (const char *secret,
                                    const char *stop_id,
                                    const char *limits,
                                    gint64 amount_fen,
                                    gint64 number,
                                    char digits[DS_SPOKEN_PROOF_SIZE],
                                    GError **error);

/* "1234 5678": in two groups, as people read numbers out. */
void ds_spoken_proof_format (const char *digits, char text[DS_SPOKEN_PROOF_TEXT_SIZE]);

/**
 * ds_spoken_proof_read:
 * @text: what was typed
 * @digits: (out): the 8 digits and a NUL; undefined on failure
 *
 * Tolerant: any script's decimal digits (full-width ones come out of Chinese keyboards), with spaces, hyphens, dots and
 * commas of either width wherever they stand.
 *
 * Returns: whether it is 8 digits and nothing else
 */
gboolean ds_spoken_proof_read (const char *text, char digits[DS_SPOKEN_PROOF_SIZE]);

/* Compares two proofs in a time that does not depend on where they differ. */
gboolean ds_spoken_proof_equal (const char *digits, const char *others);

/* Writes the mark of a stop: so many digits of the SM3 of its id that the depot finds the stop by them. It says nothing
 * about the secret. */
void ds_spoken_mark (const char *stop_id, char mark[DS_SPOKEN_MARK_SIZE]);

G_END_DECLS
