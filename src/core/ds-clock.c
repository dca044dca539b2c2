/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-clock.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <string.h>
#include <time.h>

G_DEFINE_INTERFACE (DsClock, ds_clock, G_TYPE_OBJECT)

static guint woke_signal;

static GSource *
new_machine_timeout (DsClock *self, guint delay_ms)
{
  return g_timeout_source_new (delay_ms);
}

static void
ds_clock_default_init (DsClockInterface *iface)
{
  iface->new_timeout = new_machine_timeout;
  woke_signal = g_signal_new ("woke", DS_TYPE_CLOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

gint64
ds_clock_get_wall_ms (DsClock *self)
{
  g_return_val_if_fail (DS_IS_CLOCK (self), 0);

  return DS_CLOCK_GET_IFACE (self)->get_wall_ms (self);
}

gint64
ds_clock_get_mono_ms (DsClock *self)
{
  g_return_val_if_fail (DS_IS_CLOCK (self), 0);

  return DS_CLOCK_GET_IFACE (self)->get_mono_ms (self);
}

const char *
ds_clock_get_boot_id (DsClock *self)
{
  g_return_val_if_fail (DS_IS_CLOCK (self), NULL);

  return DS_CLOCK_GET_IFACE (self)->get_boot_id (self);
}

guint
ds_clock_add_timeout_full (DsClock *self,
                           guint delay_ms,
                           int priority,
                           GSourceFunc callback,
                           gpointer user_data,
                           GDestroyNotify notify)
{
  g_autoptr (GSource) source = NULL;

  g_return_val_if_fail (DS_IS_CLOCK (self), 0);

  source = DS_CLOCK_GET_IFACE (self)->new_timeout (self, delay_ms);
  g_source_set_priority (source, priority);
  g_source_set_callback (source, callback, user_data, notify);
  return g_source_attach (source, NULL);
}

guint
ds_clock_add_timeout (DsClock *self, guint delay_ms, GSourceFunc callback, gpointer user_data)
{
  return ds_clock_add_timeout_full (self, delay_ms, G_PRIORITY_DEFAULT, callback, user_data, NULL);
}

/* A clock that moves only when told */

struct _DsManualClock
{
  GObject parent;

  GMutex lock;
  gint64 wall_ms;
  gint64 mono_ms;
  guint boots;
  char *boot_id;
};

static gint64
ds_manual_clock_get_wall_ms (DsClock *clock)
{
  DsManualClock *self = DS_MANUAL_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->wall_ms;
}

static gint64
ds_manual_clock_get_mono_ms (DsClock *clock)
{
  DsManualClock *self = DS_MANUAL_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->mono_ms;
}

static const char *
ds_manual_clock_get_boot_id (DsClock *clock)
{
  DsManualClock *self = DS_MANUAL_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->boot_id;
}

static void
ds_manual_clock_iface_init (DsClockInterface *iface)
{
  iface->get_wall_ms = ds_manual_clock_get_wall_ms;
  iface->get_mono_ms = ds_manual_clock_get_mono_ms;
  iface->get_boot_id = ds_manual_clock_get_boot_id;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DsManualClock,
                               ds_manual_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_CLOCK, ds_manual_clock_iface_init))

static void
ds_manual_clock_finalize (GObject *object)
{
  DsManualClock *self = DS_MANUAL_CLOCK (object);

  g_mutex_clear (&self->lock);
  g_free (self->boot_id);

  G_OBJECT_CLASS (ds_manual_clock_parent_class)->finalize (object);
}

static void
ds_manual_clock_class_init (DsManualClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_manual_clock_finalize;
}

static void
ds_manual_clock_init (DsManualClock *self)
{
  g_mutex_init (&self->lock);
}

DsManualClock *
ds_manual_clock_new (gint64 wall_ms)
{
  DsManualClock *self = g_object_new (DS_TYPE_MANUAL_CLOCK, NULL);

  self->wall_ms = wall_ms;
  ds_manual_clock_reboot (self);
  return self;
}

void
ds_manual_clock_advance_ms (DsManualClock *self, gint64 by_ms)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (DS_IS_MANUAL_CLOCK (self));
  g_return_if_fail (by_ms >= 0);

  locker = g_mutex_locker_new (&self->lock);
  self->wall_ms += by_ms;
  self->mono_ms += by_ms;
}

void
ds_manual_clock_sleep_ms (DsManualClock *self, gint64 by_ms)
{
  ds_manual_clock_advance_ms (self, by_ms);
  g_signal_emit (self, woke_signal, 0);
}

void
ds_manual_clock_jump_wall_ms (DsManualClock *self, gint64 by_ms)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (DS_IS_MANUAL_CLOCK (self));

  locker = g_mutex_locker_new (&self->lock);
  self->wall_ms += by_ms;
}

void
ds_manual_clock_reboot (DsManualClock *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (DS_IS_MANUAL_CLOCK (self));

  locker = g_mutex_locker_new (&self->lock);
  self->mono_ms = 0;
  g_free (self->boot_id);
  self->boot_id = g_strdup_printf ("manual-boot-%u", ++self->boots);
}

/* Texts */

const char *
ds_clock_format_rfc3339 (gint64 wall_ms, char text[DS_RFC3339_SIZE])
{
  gint64 millisecond = ((wall_ms % 1000) + 1000) % 1000;
  time_t seconds = (time_t)((wall_ms - millisecond) / 1000);
  struct tm utc;

  if (gmtime_r (&seconds, &utc) == NULL)
    g_error ("no such time: %" G_GINT64_FORMAT " ms", wall_ms);
  g_snprintf (text, DS_RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
              utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)millisecond);
  return text;
}

gboolean
ds_clock_parse_rfc3339 (const char *text, gint64 *wall_ms, GError **error)
{
  g_autoptr (GDateTime) time = NULL;

  /* g_date_time_new_from_iso8601() takes more forms than RFC 3339; the shape is checked first. */
  if (text != NULL && strlen (text) >= 20 && text[4] == '-' && text[7] == '-' && text[10] == 'T'
      && text[13] == ':' && text[16] == ':')
    time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%.*s” is not a time such as 2026-11-22T10:32:00Z",
                   ds_utf8_cut (text, 40), text ? text : "");
      return FALSE;
    }

  *wall_ms = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  return TRUE;
}
