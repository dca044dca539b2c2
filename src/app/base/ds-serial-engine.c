/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "config.h"

#include "ds-serial-engine.h"

#include "ds-error.h"
#include "ds-wedge.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* No code is longer; an engine gone mad must not fill the memory. */
#define MAX_BYTES 8192

struct _DsSerialEngine
{
  GObject parent;

  char *path; /* (nullable) */
  guint baud;
  char *prefix;
  char *suffix;

  int fd; /* -1 while it is not open */
  guint readable;
  guint silence;
  GByteArray *bytes; /* of the code that is coming */
  gboolean is_too_long;

  GFileMonitor *monitor; /* (nullable) */
  gboolean was_told;     /* that it cannot be used */
};

G_DEFINE_FINAL_TYPE (DsSerialEngine, ds_serial_engine, G_TYPE_OBJECT)

enum
{
  SIGNAL_SCANNED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Codes */

/* Returns: (transfer full): the engine's bytes as text. What is no UTF-8 is what engines in China send, or nonsense that
 * is looked at as such. */
static char *
make_text (const guint8 *bytes, gsize n)
{
  g_autofree char *converted = NULL;

  if (g_utf8_validate ((const char *)bytes, (gssize)n, NULL))
    return g_strndup ((const char *)bytes, n);
  converted = g_convert ((const char *)bytes, (gssize)n, "UTF-8", "GB18030", NULL, NULL, NULL);
  return converted != NULL ? g_steal_pointer (&converted)
                           : g_utf8_make_valid ((const char *)bytes, (gssize)n);
}

static void
end_code (DsSerialEngine *self)
{
  g_autofree char *text = NULL;
  g_autofree char *code = NULL;
  gboolean is_too_long = self->is_too_long;

  g_clear_handle_id (&self->silence, g_source_remove);
  text = make_text (self->bytes->data, self->bytes->len);
  g_byte_array_set_size (self->bytes, 0);
  self->is_too_long = FALSE;
  code = ds_wedge_strip (text, self->prefix, self->suffix);
  if (*code != '\0' && !is_too_long)
    g_signal_emit (self, signals[SIGNAL_SCANNED], 0, code);
}

static gboolean
did_fall_silent (gpointer user_data)
{
  DsSerialEngine *self = user_data;

  self->silence = 0;
  end_code (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_end (guint8 byte)
{
  return byte == '\r' || byte == '\n' || byte == '\t' || byte == 0x1d /* GS */ || byte == 0x04 /* EOT */
         || byte == '\0';
}

static void
take_bytes (DsSerialEngine *self, const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (is_end (bytes[i]))
      end_code (self);
    else if (self->bytes->len >= MAX_BYTES)
      self->is_too_long = TRUE;
    else if (bytes[i] >= ' ') /* STX, ETX and their like frame a code and are none of it */
      g_byte_array_append (self->bytes, &bytes[i], 1);

  g_clear_handle_id (&self->silence, g_source_remove);
  if (self->bytes->len > 0)
    self->silence = g_timeout_add (DS_SERIAL_SILENCE_MS, did_fall_silent, self);
}

/* The line */

static void
close_line (DsSerialEngine *self)
{
  g_clear_handle_id (&self->readable, g_source_remove);
  g_clear_handle_id (&self->silence, g_source_remove);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  g_byte_array_set_size (self->bytes, 0);
  self->is_too_long = FALSE;
}

static void
fail (DsSerialEngine *self, const GError *error)
{
  close_line (self);
  if (self->was_told)
    return;
  self->was_told = TRUE;
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static gboolean
did_become_readable (int fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (DsSerialEngine) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  guint8 bytes[1024];
  ssize_t n = read (fd, bytes, sizeof bytes);

  if (n > 0)
    take_bytes (self, bytes, (gsize)n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    {
      self->readable = 0;
      g_set_error_literal (&error, DS_ERROR, DS_ERROR_STATE,
                           _ ("The scan engine was unplugged. Plug it in again, or use the camera."));
      fail (self, error);
      return G_SOURCE_REMOVE;
    }
  return self->readable != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
find_speed (guint baud, speed_t *speed)
{
  static const struct
  {
    guint baud;
    speed_t speed;
  } speeds[] = {
    { 1200, B1200 },     { 2400, B2400 },     { 4800, B4800 },     { 9600, B9600 },
    { 19200, B19200 },   { 38400, B38400 },   { 57600, B57600 },   { 115200, B115200 },
    { 230400, B230400 }, { 460800, B460800 }, { 921600, B921600 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (speeds); i++)
    if (speeds[i].baud == baud)
      {
        *speed = speeds[i].speed;
        return TRUE;
      }
  return FALSE;
}

static void
set_error_from_errno (DsSerialEngine *self, int number, GError **error)
{
  switch (number)
    {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                   _ ("The scan engine %s is not there. Plug it in; it is used by itself then."), self->path);
      break;
    case EACCES:
    case EPERM:
      g_set_error (
          error, DS_ERROR, DS_ERROR_REFUSED,
          _ ("Doorstep may not use the scan engine %s. Have its user put into the group of that device."),
          self->path);
      break;
    case EBUSY:
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   _ ("Another program uses the scan engine %s. Close it, and plug the engine in again."),
                   self->path);
      break;
    default:
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   _ ("The scan engine %s cannot be used: %s. Have the settings put right."), self->path,
                   g_strerror (number));
    }
}

/* Eight bits, no parity, nothing interpreted, and nobody else reads along. */
static gboolean
set_up_line (DsSerialEngine *self, GError **error)
{
  struct termios line;
  speed_t speed;

  if (!find_speed (self->baud, &speed))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   _ ("No serial line has the speed %u. Have it set to what the scan engine's manual says."),
                   self->baud);
      return FALSE;
    }
  if (tcgetattr (self->fd, &line) != 0)
    {
      set_error_from_errno (self, errno, error);
      return FALSE;
    }
  cfmakeraw (&line);
  line.c_cflag |= CLOCAL | CREAD;
  line.c_cflag &= ~(tcflag_t)CRTSCTS;
  cfsetspeed (&line, speed);
  if (tcsetattr (self->fd, TCSANOW, &line) != 0)
    {
      set_error_from_errno (self, errno, error);
      return FALSE;
    }
  ioctl (self->fd, TIOCEXCL);
  tcflush (self->fd, TCIFLUSH); /* what was scanned while nobody listened is not for the page in front */
  return TRUE;
}

static void
open_line (DsSerialEngine *self)
{
  g_autoptr (GError) error = NULL;

  self->fd = open (self->path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (self->fd < 0)
    set_error_from_errno (self, errno, &error);
  if (self->fd < 0 || !set_up_line (self, &error))
    {
      fail (self, error);
      return;
    }
  self->was_told = FALSE;
  self->readable = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, did_become_readable, self);
}

/* It appeared, or the system has just allowed its use. */
static void
did_change_device (DsSerialEngine *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (self->fd < 0
      && (event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED
          || event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT))
    open_line (self);
}

void
ds_serial_engine_use (DsSerialEngine *self, const char *path, guint baud)
{
  g_autoptr (GFile) file = NULL;

  g_return_if_fail (DS_IS_SERIAL_ENGINE (self));

  if (path != NULL && *path == '\0')
    path = NULL;
  if (g_strcmp0 (path, self->path) == 0 && baud == self->baud)
    return;
  close_line (self);
  g_clear_object (&self->monitor);
  g_free (self->path);
  self->path = g_strdup (path);
  self->baud = baud;
  self->was_told = FALSE;
  if (path == NULL)
    return;

  file = g_file_new_for_path (path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (did_change_device), self,
                             G_CONNECT_SWAPPED);
  open_line (self);
}

void
ds_serial_engine_set_affixes (DsSerialEngine *self, const char *prefix, const char *suffix)
{
  g_return_if_fail (DS_IS_SERIAL_ENGINE (self));

  g_free (self->prefix);
  g_free (self->suffix);
  self->prefix = g_strdup (prefix);
  self->suffix = g_strdup (suffix);
}

gboolean
ds_serial_engine_is_open (DsSerialEngine *self)
{
  g_return_val_if_fail (DS_IS_SERIAL_ENGINE (self), FALSE);
  return self->fd >= 0;
}

static void
ds_serial_engine_dispose (GObject *object)
{
  DsSerialEngine *self = DS_SERIAL_ENGINE (object);

  close_line (self);
  g_clear_object (&self->monitor);
  G_OBJECT_CLASS (ds_serial_engine_parent_class)->dispose (object);
}

static void
ds_serial_engine_finalize (GObject *object)
{
  DsSerialEngine *self = DS_SERIAL_ENGINE (object);

  g_byte_array_unref (self->bytes);
  g_free (self->path);
  g_free (self->prefix);
  g_free (self->suffix);
  G_OBJECT_CLASS (ds_serial_engine_parent_class)->finalize (object);
}

static void
ds_serial_engine_class_init (DsSerialEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_serial_engine_dispose;
  object_class->finalize = ds_serial_engine_finalize;

  signals[SIGNAL_SCANNED] = g_signal_new ("scanned", DS_TYPE_SERIAL_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DS_TYPE_SERIAL_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ds_serial_engine_init (DsSerialEngine *self)
{
  self->fd = -1;
  self->bytes = g_byte_array_new ();
}

DsSerialEngine *
ds_serial_engine_new (void)
{
  return g_object_new (DS_TYPE_SERIAL_ENGINE, NULL);
}
