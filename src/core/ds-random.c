/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

struct _DsRandom
{
  GObject parent;

  GMutex lock;
  GRand *seeded; /* (nullable): the kernel's numbers without it */
};

G_DEFINE_FINAL_TYPE (DsRandom, ds_random, G_TYPE_OBJECT)

static void
ds_random_finalize (GObject *object)
{
  DsRandom *self = DS_RANDOM (object);

  g_clear_pointer (&self->seeded, g_rand_free);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (ds_random_parent_class)->finalize (object);
}

static void
ds_random_class_init (DsRandomClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_random_finalize;
}

static void
ds_random_init (DsRandom *self)
{
  g_mutex_init (&self->lock);
}

DsRandom *
ds_random_new_system (void)
{
  return g_object_new (DS_TYPE_RANDOM, NULL);
}

DsRandom *
ds_random_new_seeded (guint32 seed)
{
  DsRandom *self = g_object_new (DS_TYPE_RANDOM, NULL);

  self->seeded = g_rand_new_with_seed (seed);
  return self;
}

void
ds_random_fill (DsRandom *self, guint8 *bytes, gsize n)
{
  g_return_if_fail (DS_IS_RANDOM (self));

  if (self->seeded != NULL)
    {
      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

      for (gsize i = 0; i < n; i++)
        bytes[i] = (guint8)(g_rand_int (self->seeded) >> 24);
      return;
    }

  while (n > 0)
    {
      gssize got = getrandom (bytes, n, 0);

      if (got < 0 && errno != EINTR)
        g_error ("The kernel gives no random numbers: %s", g_strerror (errno));
      if (got > 0)
        {
          bytes += got;
          n -= (gsize)got;
        }
    }
}

guint32
ds_random_below (DsRandom *self, guint32 below)
{
  guint32 value;
  guint32 fair;

  g_return_val_if_fail (DS_IS_RANDOM (self), 0);
  g_return_val_if_fail (below > 0, 0);

  fair = G_MAXUINT32 - G_MAXUINT32 % below; /* values from here on would favour the low results */
  do
    ds_random_fill (self, (guint8 *)&value, sizeof value);
  while (value >= fair);

  return value % below;
}
