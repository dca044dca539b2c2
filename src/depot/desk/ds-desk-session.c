/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-desk-session.h"

#include "ds-encoding.h"
#include "ds-key.h"

#include <string.h>

#define SECRET_BYTES 32
/* A station has a handful of clerks; the one that was seen longest ago makes room. */
#define MAX_SESSIONS 500
struct _DsDeskSessions
{
  DsClock *clock;
  DsRandom *random;
  GHashTable *sessions; /* (element-type utf8 DsDeskSession) */
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
  ds_random_fill (random, self->form_key, sizeof self->form_key);
  return self;
}

void
ds_desk_sessions_free (DsDeskSessions *self)
{
  g_hash_table_unref (self->sessions);
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
