/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is signed in to the desk. In memory alone: a depot that starts anew has nobody signed in. */
#pragma once

#include "ds-clock.h"
#include "ds-random.h"

G_BEGIN_DECLS

/* Nothing done for so long, or so long since the sign-in, and it is over. */
#define DS_DESK_IDLE_MS (G_GINT64_CONSTANT (30) * 60 * 1000)
#define DS_DESK_SHIFT_MS (G_GINT64_CONSTANT (12) * 3600 * 1000)

typedef struct _DsDeskSessions DsDeskSessions;

/**
 * DsDeskSession:
 * @account: whose
 * @generation: of the account when it was signed in to
 * @csrf: must come with every form
 * @notice: (nullable): what the next page says first
 */
typedef struct
{
  char *token;
  char *account;
  gint64 generation;
  char *csrf;
  char *notice;
  gint64 began_ms;
  gint64 seen_ms;
} DsDeskSession;

/* An answer that takes a while holds its session, which may be over by then. Main thread. */
DsDeskSession *ds_desk_session_ref (DsDeskSession *self);
void ds_desk_session_unref (DsDeskSession *self);

DsDeskSessions *ds_desk_sessions_new (DsClock *clock, DsRandom *random);
void ds_desk_sessions_free (DsDeskSessions *self);

/* Returns: (transfer full): so many bits of chance that nobody guesses it. */
char *ds_desk_sessions_make_secret (DsDeskSessions *self);

/* Returns: (transfer none): a new one, whose token nobody has known before. */
DsDeskSession *ds_desk_sessions_begin (DsDeskSessions *self, const char *account, gint64 generation);
/* @by_hand: somebody did something: it is not idle. Returns: (transfer none) (nullable): the one of @token (nullable), if it
 * is not over. */
DsDeskSession *ds_desk_sessions_find (DsDeskSessions *self, const char *token, gboolean by_hand);
void ds_desk_sessions_end (DsDeskSessions *self, DsDeskSession *session);

/* Whether two secrets are the same, in a time that does not tell how far. */
gboolean ds_desk_secrets_match (const char *a, const char *b);

/* What goes into a form of somebody who is not signed in yet, from the secret in their cookie. Returns: (transfer full) */
char *ds_desk_sessions_make_form_token (DsDeskSessions *self, const char *cookie);

G_END_DECLS
