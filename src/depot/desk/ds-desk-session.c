/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-desk-session.h"

#include "ds-encoding.h"
#include "ds-key.h"

#include <string.h>

#define SECRET_BYTES 32
#define MAX_CHECKS 4
/* A station has a handful of clerks; the one that was seen longest ago makes room. */
#define MAX_SESSIONS 500
/* Whoever tries is remembered; beyond so many, the oldest are let go. */
#define MAX_TRIES 5000
/* So many tries are free; then each costs twice as long as the one before. */
#define FREE_TRIES 5
#define FIRST_WAIT_MS (G_GINT64_CONSTANT (30) * 1000)
#define LONGEST_WAIT_MS (G_GINT64_CONSTANT (15) * 60 * 1000)
/* After so long without a try all is forgotten. */
#define FORGET_MS (G_GINT64_CONSTANT (60) * 60 * 1000)

typedef struct
{
  guint n;
  gint64 last_ms;
  gint64 until_ms;
} Tries;

struct _DsDeskSessions
{
  DsClock *clock;
  DsRandom *random;
  GHashTable *sessions; /* (element-type utf8 DsDeskSession) */
  GHashTable *tries;    /* (element-type utf8 Tries) */
  guint n_checks;
  guint8 form_key[DS_SM3_SIZE];
};

static void
session_clear (gpointer data)
{
  DsDeskSession *self = data;

  g_free (self->token);
  g_free (self->account);
  g_free (self->csrf);
  g_free (self->notice);
}

DsDeskSession *
ds_desk_session_ref (DsDeskSession *self)
{
  return g_rc_box_acquire (self);
}

void
ds_desk_session_unref (DsDeskSession *self)
{
  g_rc_box_release_full (self, session_clear);
}

DsDeskSessions *
ds_desk_sessions_new (DsClock *clock, DsRandom *random)
{
  DsDeskSessions *self = g_new0 (DsDeskSessions, 1);

  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->sessions
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)ds_desk_session_unref);
  self->tries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  ds_random_fill (random, self->form_key, sizeof self->form_key);
  return self;
}

void
ds_desk_sessions_free (DsDeskSessions *self)
{
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->tries);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_free (self);
}

char *
ds_desk_sessions_make_secret (DsDeskSessions *self)
{
  guint8 bytes[SECRET_BYTES];

  ds_random_fill (self->random, bytes, sizeof bytes);
  return ds_base64url_encode (bytes, sizeof bytes);
}

/* By the clock that nobody sets. */
static gint64
now_ms (DsDeskSessions *self)
{
  return ds_clock_get_mono_ms (self->clock);
}

static gboolean
is_over (DsDeskSession *session, gint64 at_ms)
{
  return at_ms - session->seen_ms > DS_DESK_IDLE_MS || at_ms - session->began_ms > DS_DESK_SHIFT_MS;
}

/* Lets those go that are over, and the one that was seen longest ago if there is no room else. */
static void
make_room (DsDeskSessions *self)
{
  DsDeskSession *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      DsDeskSession *session = value;

      if (is_over (session, now_ms (self)))
        g_hash_table_iter_remove (&iter);
      else if (oldest == NULL || session->seen_ms < oldest->seen_ms)
        oldest = session;
    }
  if (oldest != NULL && g_hash_table_size (self->sessions) >= MAX_SESSIONS)
    ds_desk_sessions_end (self, oldest);
}

DsDeskSession *
ds_desk_sessions_begin (DsDeskSessions *self, const char *account, gint64 generation)
{
  DsDeskSession *session = g_rc_box_new0 (DsDeskSession);

  make_room (self);
  session->token = ds_desk_sessions_make_secret (self);
  session->csrf = ds_desk_sessions_make_secret (self);
  session->account = g_strdup (account);
  session->generation = generation;
  session->began_ms = session->seen_ms = now_ms (self);
  g_hash_table_insert (self->sessions, session->token, session);
  return session;
}

DsDeskSession *
ds_desk_sessions_find (DsDeskSessions *self, const char *token, gboolean by_hand)
{
  DsDeskSession *session = token != NULL ? g_hash_table_lookup (self->sessions, token) : NULL;

  if (session == NULL)
    return NULL;
  if (is_over (session, now_ms (self)))
    {
      ds_desk_sessions_end (self, session);
      return NULL;
    }
  if (by_hand)
    session->seen_ms = now_ms (self);
  return session;
}

void
ds_desk_sessions_end (DsDeskSessions *self, DsDeskSession *session)
{
  g_hash_table_remove (self->sessions, session->token);
}

gboolean
ds_desk_secrets_match (const char *a, const char *b)
{
  gsize n = a != NULL ? strlen (a) : 0;
  guint8 difference = 0;

  if (n == 0 || b == NULL || strlen (b) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    difference |= (guint8)(a[i] ^ b[i]);
  return difference == 0;
}

char *
ds_desk_sessions_make_form_token (DsDeskSessions *self, const char *cookie)
{
  guint8 mac[DS_SM3_SIZE];

  ds_hmac_sm3 (self->form_key, sizeof self->form_key, cookie, strlen (cookie), mac);
  return ds_base64url_encode (mac, sizeof mac);
}

/* Tries */

static gboolean
is_forgotten (gpointer key, gpointer value, gpointer at_ms)
{
  const Tries *tries = value;

  return *(gint64 *)at_ms - tries->last_ms > FORGET_MS;
}

guint
ds_desk_sessions_get_wait_s (DsDeskSessions *self, const char *who)
{
  const Tries *tries = g_hash_table_lookup (self->tries, who);
  gint64 left_ms = tries != NULL ? tries->until_ms - now_ms (self) : 0;

  return left_ms > 0 ? (guint)((left_ms + 999) / 1000) : 0;
}

gboolean
ds_desk_sessions_note_failure (DsDeskSessions *self, const char *who)
{
  gint64 at_ms = now_ms (self);
  Tries *tries = g_hash_table_lookup (self->tries, who);

  if (tries == NULL)
    {
      g_hash_table_foreach_remove (self->tries, is_forgotten, &at_ms);
      if (g_hash_table_size (self->tries) >= MAX_TRIES)
        g_hash_table_remove_all (self->tries);
      tries = g_new0 (Tries, 1);
      g_hash_table_insert (self->tries, g_strdup (who), tries);
    }
  tries->n++;
  tries->last_ms = at_ms;
  if (tries->n < FREE_TRIES)
    return FALSE;
  tries->until_ms = at_ms + MIN (FIRST_WAIT_MS << MIN (tries->n - FREE_TRIES, 10), LONGEST_WAIT_MS);
  return TRUE;
}

void
ds_desk_sessions_note_success (DsDeskSessions *self, const char *who)
{
  g_hash_table_remove (self->tries, who);
}

gboolean
ds_desk_sessions_begin_check (DsDeskSessions *self)
{
  if (self->n_checks >= MAX_CHECKS)
    return FALSE;
  self->n_checks++;
  return TRUE;
}

void
ds_desk_sessions_end_check (DsDeskSessions *self)
{
  self->n_checks--;
}
