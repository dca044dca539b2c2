/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-desk-tries.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_CHECKS 4
/* One is left for whoever works here, however many strangers try. */
#define MAX_STRANGE_CHECKS (MAX_CHECKS - 1)
/* Whoever tries is remembered; beyond so many, whoever tried longest ago is let go. */
#define MAX_TRIES 5000
#define FREE_OF_PAIR 5
#define FREE_OF_NUMBER 20
#define FREE_OF_NETWORK 30
#define FREE_OF_BROWSER 5
#define FIRST_WAIT_MS (G_GINT64_CONSTANT (30) * 1000)
#define LONGEST_WAIT_MS (G_GINT64_CONSTANT (15) * 60 * 1000)
#define IPV6_NETWORK_BYTES 8

typedef struct
{
  gint64 n;
  gint64 last_ms;
} Tries;

struct _DsDeskTries
{
  DsClock *clock;
  GHashTable *tries; /* (element-type utf8 Tries) */
  guint n_checks;
};

DsDeskTries *
ds_desk_tries_new (DsClock *clock)
{
  DsDeskTries *self = g_new0 (DsDeskTries, 1);

  self->clock = g_object_ref (clock);
  self->tries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
ds_desk_tries_free (DsDeskTries *self)
{
  g_hash_table_unref (self->tries);
  g_object_unref (self->clock);
  g_free (self);
}

/* By the clock that nobody sets. */
static gint64
now_ms (DsDeskTries *self)
{
  return ds_clock_get_mono_ms (self->clock);
}

/* @age_ms: since the last of @n tries; below zero where the database's clock was set back: then nobody waits for it. */
static gint64
compute_wait_ms (gint64 n, gint64 n_free, gint64 age_ms)
{
  gint64 wait_ms;

  if (n < n_free || age_ms < 0 || age_ms > DS_DESK_TRIES_FORGET_MS)
    return 0;
  wait_ms = MIN (FIRST_WAIT_MS << MIN (n - n_free, 10), LONGEST_WAIT_MS);
  return MAX (wait_ms - age_ms, 0);
}

/* The names under which a try is counted, each with what is free of it; the last has none. */
typedef struct
{
  char *name;
  gint64 n_free;
} Count;

static void
count_clear (Count *counts)
{
  for (guint i = 0; counts[i].name != NULL; i++)
    g_free (counts[i].name);
}

/* @counts: (out caller-allocates): room for four */
static void
list_counts (const DsDeskTry *who, Count *counts)
{
  guint n = 0;

  if (who->browser != NULL)
    counts[n++] = (Count){ g_strdup_printf ("browser %s|%s", who->number, who->browser), FREE_OF_BROWSER };
  else
    {
      counts[n++] = (Count){ g_strdup_printf ("pair %s|%s", who->number, who->network), FREE_OF_PAIR };
      counts[n++] = (Count){ g_strconcat ("network ", who->network, NULL), FREE_OF_NETWORK };
      if (who->n_known < 0)
        counts[n++] = (Count){ g_strconcat ("number ", who->number, NULL), FREE_OF_NUMBER };
    }
  counts[n] = (Count){ NULL, 0 };
}

guint
ds_desk_tries_get_wait_s (DsDeskTries *self, const DsDeskTry *who)
{
  Count counts[4];
  gint64 wait_ms = 0;

  list_counts (who, counts);
  for (guint i = 0; counts[i].name != NULL; i++)
    {
      const Tries *tries = g_hash_table_lookup (self->tries, counts[i].name);

      if (tries != NULL)
        wait_ms = MAX (wait_ms, compute_wait_ms (tries->n, counts[i].n_free, now_ms (self) - tries->last_ms));
    }
  count_clear (counts);
  if (who->browser == NULL && who->n_known >= 0)
    wait_ms = MAX (wait_ms, compute_wait_ms (who->n_known, FREE_OF_NUMBER, who->known_age_ms));
  return (guint)((wait_ms + 999) / 1000);
}

static gboolean
is_forgotten (gpointer key, gpointer value, gpointer at_ms)
{
  return *(gint64 *)at_ms - ((const Tries *)value)->last_ms > DS_DESK_TRIES_FORGET_MS;
}

static void
make_room (DsDeskTries *self)
{
  gint64 at_ms = now_ms (self);
  GHashTableIter iter;
  gpointer key, value;
  gpointer oldest = NULL;
  gint64 oldest_ms = G_MAXINT64;

  if (g_hash_table_size (self->tries) < MAX_TRIES)
    return;
  g_hash_table_foreach_remove (self->tries, is_forgotten, &at_ms);
  g_hash_table_iter_init (&iter, self->tries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (((const Tries *)value)->last_ms >= oldest_ms)
        continue;
      oldest = key;
      oldest_ms = ((const Tries *)value)->last_ms;
    }
  if (oldest != NULL && g_hash_table_size (self->tries) >= MAX_TRIES)
    g_hash_table_remove (self->tries, oldest);
}

void
ds_desk_tries_note_failure (DsDeskTries *self, const DsDeskTry *who)
{
  Count counts[4];

  list_counts (who, counts);
  for (guint i = 0; counts[i].name != NULL; i++)
    {
      Tries *tries = g_hash_table_lookup (self->tries, counts[i].name);

      if (tries == NULL)
        {
          make_room (self);
          tries = g_new0 (Tries, 1);
          g_hash_table_insert (self->tries, g_strdup (counts[i].name), tries);
        }
      else if (now_ms (self) - tries->last_ms > DS_DESK_TRIES_FORGET_MS)
        tries->n = 0;
      tries->n++;
      tries->last_ms = now_ms (self);
    }
  count_clear (counts);
}

void
ds_desk_tries_note_success (DsDeskTries *self, const DsDeskTry *who)
{
  Count counts[4];

  list_counts (who, counts);
  for (guint i = 0; counts[i].name != NULL; i++)
    {
      if (counts[i].n_free != FREE_OF_NETWORK)
        g_hash_table_remove (self->tries, counts[i].name);
    }
  count_clear (counts);
}

char *
ds_desk_tries_name_network (const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  guint8 bytes[16] = { 0 };
  g_autoptr (GInetAddress) network = NULL;

  /* One of IPv4 may come as one of IPv6 (RFC 4291, section 2.5.5.2). */
  if (parsed == NULL || g_inet_address_get_family (parsed) != G_SOCKET_FAMILY_IPV6
      || memcmp (g_inet_address_to_bytes (parsed), mapped, sizeof mapped) == 0)
    return g_strdup (address);
  memcpy (bytes, g_inet_address_to_bytes (parsed), IPV6_NETWORK_BYTES);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

gboolean
ds_desk_tries_begin_check (DsDeskTries *self, gboolean known)
{
  if (self->n_checks >= (known ? MAX_CHECKS : MAX_STRANGE_CHECKS))
    return FALSE;
  self->n_checks++;
  return TRUE;
}

void
ds_desk_tries_end_check (DsDeskTries *self)
{
  self->n_checks--;
}
