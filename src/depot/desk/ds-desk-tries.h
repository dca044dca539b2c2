/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often somebody may try to sign in.
 *
 * A password is guessed in three ways: one number from one place, one number from many places, and many numbers from one
 * place. Each is counted by itself, and each is free for a few tries and then waits, twice as long after every further one,
 * up to a quarter of an hour; an hour without a wrong try forgets all:
 *
 *   - a number from a network: 5 free tries;
 *   - a number from anywhere: 20, counted in the database, so that neither many addresses nor a new start of the depot give
 *     more; what is in memory alone is forgotten by a new start;
 *   - a network, whatever the numbers: 30. An address of IPv6 stands for its /64, which one customer of a provider has. A
 *     sign-in that succeeds takes nothing off this, or whoever has an account could guess others' between two of their own.
 *
 * So whoever guesses can keep a number waiting, but not its clerk: a browser in which the number was signed in to keeps a mark
 * that only the depot can make, and is counted by that mark alone, 5 free tries. It has a processor of its own to be checked
 * on, too. From a new browser the clerk waits with the others, or has the password reset (`desk reset`), which forgets the
 * tries as well. Numbers that nobody has are counted in the same way, so that nothing tells which there are. */
#pragma once

#include "ds-clock.h"

G_BEGIN_DECLS

/* After so long without a try all is forgotten. */
#define DS_DESK_TRIES_FORGET_MS (G_GINT64_CONSTANT (60) * 60 * 1000)

/**
 * DsDeskTry:
 * @number: with which somebody signs in
 * @network: from where
 * @browser: (nullable): what marks one in which the number was signed in to
 * @n_known: wrong tries of @number from anywhere, as the database has them; −1: nobody has the number
 * @known_age_ms: how long ago the last of them was
 */
typedef struct
{
  const char *number;
  const char *network;
  const char *browser;
  gint64 n_known;
  gint64 known_age_ms;
} DsDeskTry;

typedef struct _DsDeskTries DsDeskTries;

DsDeskTries *ds_desk_tries_new (DsClock *clock);
void ds_desk_tries_free (DsDeskTries *self);

/* How long this one must wait before another try, in seconds; 0: not at all. */
guint ds_desk_tries_get_wait_s (DsDeskTries *self, const DsDeskTry *who);
/* A try was wrong; what the database counts is the caller's to count, before this. */
void ds_desk_tries_note_failure (DsDeskTries *self, const DsDeskTry *who);
void ds_desk_tries_note_success (DsDeskTries *self, const DsDeskTry *who);

/* Returns: (transfer full): the network of an address. */
char *ds_desk_tries_name_network (const char *address);

/* Passwords that are being checked at the same time: each takes 32 MiB and a processor. @known: in a browser that is marked.
 * Returns: whether one more may be; ds_desk_tries_end_check() follows. */
gboolean ds_desk_tries_begin_check (DsDeskTries *self, gboolean known);
void ds_desk_tries_end_check (DsDeskTries *self);

G_END_DECLS
