/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define GETTEXT_PACKAGE DS_GETTEXT_PACKAGE

#include "ds-printer.h"

#include "ds-error.h"
#include "ds-escpos.h"
#include "ds-task.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A printer that is asked for its paper answers within milliseconds, or never. */
#define ANSWER_MS 400
/* What a full buffer takes to be printed. */
#define STUCK_S 10
#define CHUNK_BYTES 1024

typedef struct
{
  char *address;
  guint baud;
  DsSlip *slip;
} Printing;

static void
printing_free (gpointer data)
{
  Printing *self = data;

  g_free (self->address);
  ds_slip_unref (self->slip);
  g_free (self);
}

static gboolean
is_device (const char *address)
{
  return *address == '/';
}

gboolean
ds_printer_is_address (const char *address)
{
  g_autoptr (GSocketConnectable) network = NULL;

  g_return_val_if_fail (address != NULL, FALSE);

  if (is_device (address))
    return address[1] != '\0';
  network = *address != '\0' ? g_network_address_parse (address, DS_PRINTER_PORT, NULL) : NULL;
  return network != NULL;
}

/* Words */

static gboolean
fail (GError **error, DsError code, const char *words)
{
  g_set_error_literal (error, DS_ERROR, (int)code, words);
  return FALSE;
}

static gboolean
fail_paper (GError **error)
{
  return fail (error, DS_ERROR_STATE,
               _ ("The printer is out of paper. Put in a new roll, then print again."));
}

/* What the system says about a device, for people. */
static gboolean
fail_device (int number, GError **error)
{
  switch (number)
    {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return fail (error, DS_ERROR_NOT_FOUND,
                   _ ("There is no printer. Turn it on and connect it, or choose another in the settings."));
    case EACCES:
    case EPERM:
      return fail (error, DS_ERROR_STATE,
                   _ ("This handheld may not use the printer. Ask whoever set it up to allow it, or show the "
                      "receipt on the screen."));
    case ENOSPC:
      return fail_paper (error);
    case EBUSY:
      return fail (error, DS_ERROR_STATE,
                   _ ("The printer is busy. Wait until it is done, then print again."));
    default:
      return fail (error, DS_ERROR_STORAGE,
                   _ ("The printer does not print. Turn it off and on, then print again."));
    }
}

static gboolean
fail_stuck (GError **error)
{
  return fail (
      error, DS_ERROR_STATE,
      _ ("The printer takes nothing. Look whether it has paper and its lid is shut, then print again."));
}

static gboolean
fail_network (const GError *problem, GError **error)
{
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return fail (error, DS_ERROR_NETWORK,
                 _ ("Something is at the printer's address, but it does not print. Check the address in the "
                    "settings."));
  if (problem->domain == G_RESOLVER_ERROR)
    return fail (error, DS_ERROR_NETWORK,
                 _ ("No printer has that name in this network. Check the address in the settings."));
  return fail (error, DS_ERROR_NETWORK,
               _ ("The printer cannot be reached. Turn it on and see that it is in the same network, then "
                  "print again."));
}

/* Writing; on the printing's thread */

/* Waits until @file can be written, or read. Returns: FALSE when nothing happened in time or it was cancelled. */
static gboolean
wait_for (int file, GIOCondition condition, gint timeout_ms, GCancellable *cancellable)
{
  GPollFD polled[2] = { { .fd = file, .events = (gushort)condition } };
  guint n = 1;
  gboolean ready;

  if (g_cancellable_make_pollfd (cancellable, &polled[1]))
    n = 2;
  ready = g_poll (polled, n, timeout_ms) > 0 && (polled[0].revents & (condition | G_IO_ERR | G_IO_HUP)) != 0;
  if (n == 2)
    g_cancellable_release_fd (cancellable);
  return ready;
}

static gboolean
write_device (int file, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  while (n > 0)
    {
      ssize_t written;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      written = write (file, data, MIN (n, CHUNK_BYTES));
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0 && errno != EAGAIN)
        return fail_device (errno, error);
      if (written < 0 && !wait_for (file, G_IO_OUT, STUCK_S * 1000, cancellable))
        return !g_cancellable_set_error_if_cancelled (cancellable, error) ? fail_stuck (error) : FALSE;
      if (written > 0)
        {
          data += written;
          n -= (gsize)written;
        }
    }
  return TRUE;
}

static speed_t
get_speed (guint baud)
{
  static const struct
  {
    guint baud;
    speed_t speed;
  } speeds[] = { { 9600, B9600 },   { 19200, B19200 },   { 38400, B38400 },
                 { 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 } };

  for (gsize i = 0; i < G_N_ELEMENTS (speeds); i++)
    {
      if (speeds[i].baud == baud)
        return speeds[i].speed;
    }
  return B9600;
}

static void
set_up_line (int file, guint baud)
{
  struct termios line;

  if (!isatty (file) || tcgetattr (file, &line) != 0)
    return;
  cfmakeraw (&line);
  cfsetspeed (&line, get_speed (baud));
  line.c_cflag |= CLOCAL | CREAD;
  tcsetattr (file, TCSANOW, &line);
}

/* Whether the roll is at its end, as far as the printer answers. */
static gboolean
device_has_no_paper (int file, GCancellable *cancellable)
{
  g_autoptr (GBytes) question = ds_escpos_ask_paper ();
  guint8 answer;

  if (!isatty (file) || !write_device (file, question, cancellable, NULL)
      || !wait_for (file, G_IO_IN, ANSWER_MS, cancellable))
    return FALSE;
  return read (file, &answer, 1) == 1 && ds_escpos_says_no_paper (answer);
}

static gboolean
print_on_device (const Printing *printing, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  int file = g_open (printing->address, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  gboolean done;

  /* Some printers' devices can only be written. */
  if (file < 0 && (errno == EACCES || errno == EINVAL || errno == EPERM))
    file = g_open (printing->address, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  if (file < 0)
    return fail_device (errno, error);
  set_up_line (file, printing->baud);
  done = device_has_no_paper (file, cancellable) ? fail_paper (error)
                                                 : write_device (file, bytes, cancellable, error);
  g_close (file, NULL);
  return done;
}

/* As above, over a connection. */
static gboolean
network_has_no_paper (GSocketConnection *connection, GCancellable *cancellable)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GBytes) question = ds_escpos_ask_paper ();
  guint8 answer;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  if (!g_output_stream_write_all (output, g_bytes_get_data (question, NULL), g_bytes_get_size (question),
                                  NULL, cancellable, NULL)
      || !g_socket_condition_timed_wait (socket, G_IO_IN, ANSWER_MS * G_GINT64_CONSTANT (1000), cancellable,
                                         NULL))
    return FALSE;
  return g_socket_receive (socket, (char *)&answer, 1, cancellable, NULL) == 1
         && ds_escpos_says_no_paper (answer);
}

static gboolean
print_over_network (const Printing *printing, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) problem = NULL;

  g_socket_client_set_timeout (client, STUCK_S);
  /* A printer is in the same network, whatever proxies there are. */
  g_socket_client_set_enable_proxy (client, FALSE);
  connection
      = g_socket_client_connect_to_host (client, printing->address, DS_PRINTER_PORT, cancellable, &problem);
  if (connection == NULL)
    {
      if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      return fail_network (problem, error);
    }
  if (network_has_no_paper (connection, cancellable))
    return fail_paper (error);
  if (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                 g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, cancellable,
                                 &problem)
      && g_io_stream_close (G_IO_STREAM (connection), cancellable, &problem))
    return TRUE;
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return fail_stuck (error);
  return fail_network (problem, error);
}

static void
print (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Printing *printing = data;
  g_autoptr (DsRaster) raster = ds_slip_to_raster (printing->slip, DS_SLIP_58MM_DOTS);
  g_autoptr (GBytes) bytes = ds_escpos_print (raster);
  GError *error = NULL;
  gboolean done = is_device (printing->address) ? print_on_device (printing, bytes, cancellable, &error)
                                                : print_over_network (printing, bytes, cancellable, &error);

  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
ds_printer_print_async (const char *address,
                        guint baud,
                        DsSlip *slip,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Printing *printing;

  g_return_if_fail (address != NULL);
  g_return_if_fail (slip != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_printer_print_async));
  g_task_set_name (task, "[doorstep] print a slip");
  if (!ds_printer_is_address (address))
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID,
                               _ ("The settings name no slip printer. Choose one, or print on paper."));
      return;
    }
  printing = g_new0 (Printing, 1);
  printing->address = g_strdup (address);
  printing->baud = baud;
  printing->slip = ds_slip_ref (slip);
  g_task_set_task_data (task, printing, printing_free);
  g_task_run_in_thread (task, print);
}

gboolean
ds_printer_print_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
