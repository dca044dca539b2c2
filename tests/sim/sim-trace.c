/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

/* The one way to give libcrypto other random numbers without a provider of one's own. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "sim-trace.h"

#include "ds-encoding.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

struct _SimTrace
{
  SimTime *time;
  FILE *tell;
  gboolean on;
  EVP_MD_CTX *digest;
};

SimTrace *
sim_trace_new (SimTime *time, FILE *tell)
{
  SimTrace *self = g_new0 (SimTrace, 1);

  self->time = time;
  self->tell = tell;
  self->digest = EVP_MD_CTX_new ();
  g_assert_true (EVP_DigestInit_ex (self->digest, EVP_sm3 (), NULL) == 1);
  return self;
}

void
sim_trace_free (SimTrace *self)
{
  EVP_MD_CTX_free (self->digest);
  g_free (self);
}

void
sim_trace_set_on (SimTrace *self, gboolean on)
{
  self->on = on;
}

void
sim_trace (SimTrace *self, const char *who, const char *format, ...)
{
  g_autofree char *what = NULL;
  g_autofree char *line = NULL;
  gint64 now_ms = self->time->now_ms;
  va_list arguments;

  if (!self->on)
    return;
  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strdup_printf ("%3d:%02d:%02d.%03d %-6s %s\n", (int)(now_ms / 3600000), (int)(now_ms / 60000 % 60),
                          (int)(now_ms / 1000 % 60), (int)(now_ms % 1000), who, what);
  EVP_DigestUpdate (self->digest, line, strlen (line));
  if (self->tell != NULL)
    fputs (line, self->tell);
}

void
sim_trace_bytes (SimTrace *self, GBytes *bytes)
{
  gsize n;
  gconstpointer data = g_bytes_get_data (bytes, &n);

  if (self->on)
    EVP_DigestUpdate (self->digest, data, n);
}

char *
sim_trace_get_digest (SimTrace *self)
{
  EVP_MD_CTX *copy = EVP_MD_CTX_new ();
  guint8 bytes[EVP_MAX_MD_SIZE];
  unsigned n;
  char *hex;

  g_assert_true (EVP_MD_CTX_copy_ex (copy, self->digest) == 1 && EVP_DigestFinal_ex (copy, bytes, &n) == 1);
  hex = ds_hex_encode (bytes, n);
  EVP_MD_CTX_free (copy);
  return hex;
}

/* Randomness */

static guint64 state;

/* splitmix64 */
static guint64
next_random (void)
{
  guint64 z = (state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static int
give_bytes (unsigned char *bytes, int n)
{
  for (int i = 0; i < n; i++)
    bytes[i] = (unsigned char)next_random ();
  return 1;
}

static int
is_seeded (void)
{
  return 1;
}

void
sim_seed_libcrypto (guint64 seed)
{
  static const RAND_METHOD method = { .bytes = give_bytes, .pseudorand = give_bytes, .status = is_seeded };

  state = seed;
  g_assert_true (RAND_set_rand_method (&method) == 1);
}
