/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printers that print, and printers that do not: a file, a serial line (a pseudo-terminal whose other end answers), the
 * network. */
#define _GNU_SOURCE /* posix_openpt() */
#include "config.h"

#include "ds-error.h"
#include "ds-escpos.h"
#include "ds-printer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static DsSlip *
make_slip (void)
{
  DsSlip *slip = ds_slip_new ();

  ds_slip_add_title (slip, "收据");
  return slip;
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **)place = g_object_ref (result);
}

static gboolean
print (const char *address, GError **error)
{
  g_autoptr (DsSlip) slip = make_slip ();
  g_autoptr (GAsyncResult) result = NULL;

  ds_printer_print_async (address, 9600, slip, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ds_printer_print_finish (result, error);
}

static GBytes *
get_expected (void)
{
  g_autoptr (DsSlip) slip = make_slip ();
  g_autoptr (DsRaster) raster = ds_slip_to_raster (slip, DS_SLIP_58MM_DOTS);

  return ds_escpos_print (raster);
}

static void
test_addresses (void)
{
  g_assert_true (ds_printer_is_address ("/dev/usb/lp0"));
  g_assert_true (ds_printer_is_address ("192.168.1.50"));
  g_assert_true (ds_printer_is_address ("printer.local:9100"));
  g_assert_true (ds_printer_is_address ("[fe80::1]:9100"));
  g_assert_false (ds_printer_is_address (""));
  g_assert_false (ds_printer_is_address ("/"));
  g_assert_false (ds_printer_is_address ("printer:no-port"));
}

static void
test_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "lp0", NULL);
  g_autoptr (GBytes) expected = get_expected ();
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_cache_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_true (print (path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &data, &n, NULL));
  g_assert_cmpmem (data, n, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
test_absent (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (print ("/dev/no-such-printer", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (print ("", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  /* A kernel's printer without paper. */
  g_assert_false (print ("/dev/full", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
  g_assert_nonnull (strstr (error->message, "paper"));
}

/* A printer at the other end of a serial line. */
typedef struct
{
  int file;
  guint8 answer;
  GByteArray *taken;
} Line;

/* Answers the question for paper and takes the rest, until the line is closed. */
static gpointer
be_a_printer (gpointer data)
{
  Line *line = data;
  guint8 buffer[4096];

  for (;;)
    {
      ssize_t n = read (line->file, buffer, sizeof buffer);

      if (n <= 0)
        return NULL;
      g_byte_array_append (line->taken, buffer, (guint)n);
      if (line->taken->len == 3 && memcmp (line->taken->data, "\x10\x04\x04", 3) == 0)
        g_assert_cmpint (write (line->file, &line->answer, 1), ==, 1);
    }
}

static void
test_serial (gconstpointer has_paper)
{
  Line line = { .answer = has_paper ? 0x12 : 0x72, .taken = g_byte_array_new () };
  g_autoptr (GBytes) expected = get_expected ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  GThread *thread;
  int keeper;

  line.file = posix_openpt (O_RDWR | O_NOCTTY);
  g_assert_cmpint (line.file, >=, 0);
  g_assert_cmpint (grantpt (line.file), ==, 0);
  g_assert_cmpint (unlockpt (line.file), ==, 0);
  path = g_strdup (ptsname (line.file));
  /* The line stays up before and after the printing. */
  keeper = g_open (path, O_RDWR | O_NOCTTY, 0);
  thread = g_thread_new ("printer", be_a_printer, &line);
  if (has_paper)
    {
      print (path, &error);
      g_assert_no_error (error);
      g_assert_cmpint (tcdrain (keeper), ==, 0);
    }
  else
    {
      g_assert_false (print (path, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_STATE);
      g_assert_nonnull (strstr (error->message, "paper"));
    }
  g_close (keeper, NULL);
  g_thread_join (thread);
  g_close (line.file, NULL);
  if (has_paper)
    g_assert_cmpmem (line.taken->data + 3, line.taken->len - 3, g_bytes_get_data (expected, NULL),
                     g_bytes_get_size (expected));
  else
    g_assert_cmpuint (line.taken->len, ==, 3);
  g_byte_array_unref (line.taken);
}

/* A printer in the network that answers nothing, as most do. */
static gpointer
take_connection (gpointer data)
{
  GSocketListener *listener = data;
  g_autoptr (GSocketConnection) connection = g_socket_listener_accept (listener, NULL, NULL, NULL);
  GByteArray *taken = g_byte_array_new ();
  guint8 buffer[4096];
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                                   sizeof buffer, NULL, NULL))
         > 0)
    g_byte_array_append (taken, buffer, (guint)n);
  return g_byte_array_free_to_bytes (taken);
}

static void
test_network (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GBytes) expected = get_expected ();
  g_autoptr (GBytes) taken = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  GThread *thread;

  g_socket_listener_add_address (listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &address,
                                 &error);
  g_assert_no_error (error);
  name = g_strdup_printf ("127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  thread = g_thread_new ("printer", take_connection, listener);
  print (name, &error);
  g_assert_no_error (error);
  taken = g_thread_join (thread);
  g_assert_cmpmem ((const guint8 *)g_bytes_get_data (taken, NULL) + 3, g_bytes_get_size (taken) - 3,
                   g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));

  /* Nobody listens there any more. */
  g_socket_listener_close (listener);
  g_assert_false (print (name, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "settings"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/paper/printer/addresses", test_addresses);
  g_test_add_func ("/paper/printer/file", test_file);
  g_test_add_func ("/paper/printer/absent", test_absent);
  g_test_add_data_func ("/paper/printer/serial", GINT_TO_POINTER (TRUE), test_serial);
  g_test_add_data_func ("/paper/printer/serial-without-paper", NULL, test_serial);
  g_test_add_func ("/paper/printer/network", test_network);
  return g_test_run ();
}
