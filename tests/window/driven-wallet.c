/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doorstep-wallet as it is, with somebody at its window: whoever connects to the socket that DS_DRIVE names writes
 * words, one a line, and gets "done" once what they stand on was there and has been pressed; behind a question mark, once
 * they are to be read. */
#include "config.h"

#include "ds-test-window.h"
#include "ds-wallet-cli.h"
#include "ds-wallet-window.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>

static GSocketService *service;

static void
did_answer (GObject *source, GAsyncResult *result, gpointer connection)
{
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  g_object_unref (connection);
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer connection)
{
  g_autofree char *words
      = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  g_autoptr (GtkWidget) window = g_list_model_get_item (gtk_window_get_toplevels (), 0);

  if (words[0] == '?')
    ds_test_wait_for_words (window, words + 1);
  else
    ds_test_press (window, words);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (connection), "done\n", 5,
                                   G_PRIORITY_DEFAULT, NULL, did_answer, connection);
}

static gboolean
did_connect (GSocketService *unused, GSocketConnection *connection)
{
  g_autoptr (GDataInputStream) lines
      = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));

  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, did_read, g_object_ref (connection));
  return TRUE;
}

static gboolean
open_window (DsWallet *wallet, const char *screen, const char *courier_screen)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (g_getenv ("DS_DRIVE"));
  g_autoptr (GError) error = NULL;

  if (!gtk_init_check ())
    return FALSE;
  /* What the phone before this one left behind. */
  g_unlink (g_getenv ("DS_DRIVE"));
  service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (did_connect), NULL);
  ds_test_window_prepare ();
  return ds_wallet_window_run (wallet, screen, courier_screen);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (DS_GETTEXT_PACKAGE, DS_LOCALE_DIR);
  bind_textdomain_codeset (DS_GETTEXT_PACKAGE, "UTF-8");
  textdomain (DS_GETTEXT_PACKAGE);
  return ds_wallet_cli_run (argc, argv, open_window);
}
