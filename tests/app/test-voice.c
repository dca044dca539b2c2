/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The voice against a daemon that speaks SSIP as speech-dispatcher does, on a socket of its own. */
#include "config.h"

#include "app-fixture.h"
#include "ds-error.h"
#include "ds-preferences.h"
#include "ds-voice.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *directory;
  char *path;
  GSocketService *service;
  GMutex mutex;
  GPtrArray *said;    /* (element-type utf8) */
  char *language;     /* of the last one */
  gboolean refuses;   /* what is said */
  gint n_connections; /* atomic */
} Daemon;

static void
reply (GOutputStream *output, const char *text)
{
  g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL);
}

/* On a thread of the service's. */
static gboolean
serve (GThreadedSocketService *service,
       GSocketConnection *connection,
       GObject *source_object,
       gpointer user_data)
{
  Daemon *self = user_data;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) input
      = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  gboolean data = FALSE;
  char *line;

  g_atomic_int_inc (&self->n_connections);
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while ((line = g_data_input_stream_read_line (input, NULL, NULL, NULL)) != NULL)
    {
      g_mutex_lock (&self->mutex);
      if (data && g_str_equal (line, "."))
        {
          data = FALSE;
          reply (output, "225-21\r\n225 OK MESSAGE QUEUED\r\n");
          g_main_context_wakeup (NULL);
        }
      else if (data)
        g_ptr_array_add (self->said, g_strdup (line));
      else if (g_str_has_prefix (line, "SET SELF CLIENT_NAME "))
        reply (output, "208 OK CLIENT NAME SET\r\n");
      else if (g_str_has_prefix (line, "SET SELF LANGUAGE "))
        {
          g_free (self->language);
          self->language = g_strdup (line + strlen ("SET SELF LANGUAGE "));
          reply (output, "201 OK LANGUAGE SET\r\n");
        }
      else if (g_str_equal (line, "SPEAK") && !self->refuses)
        {
          data = TRUE;
          reply (output, "230 OK RECEIVING DATA\r\n");
        }
      else if (g_str_equal (line, "QUIT"))
        reply (output, "231 HAPPY HACKING\r\n");
      else
        reply (output, "500 ERR INVALID COMMAND\r\n");
      g_mutex_unlock (&self->mutex);
      g_free (line);
    }
  return TRUE;
}

static void
daemon_start (Daemon *self)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *variable = NULL;

  self->directory = g_dir_make_tmp ("doorstep-voice-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "speechd.sock", NULL);
  self->said = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->mutex);
  variable = g_strconcat ("unix_socket:", self->path, NULL);
  g_setenv ("SPEECHD_ADDRESS", variable, TRUE);
  self->service = g_threaded_socket_service_new (4);
  address = g_unix_socket_address_new (self->path);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "run", G_CALLBACK (serve), self);
}

static void
daemon_stop (Daemon *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  g_remove (self->path);
}

static void
daemon_clear (Daemon *self)
{
  if (self->service != NULL)
    daemon_stop (self);
  g_rmdir (self->directory);
  g_free (self->directory);
  g_free (self->path);
  g_free (self->language);
  g_ptr_array_unref (self->said);
  g_mutex_clear (&self->mutex);
  g_unsetenv ("SPEECHD_ADDRESS");
}

static guint
count_said (Daemon *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->said->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

static gboolean
has_said (gpointer user_data)
{
  return count_said (user_data) > 0;
}

static void
did_finish (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static gboolean
say (const char *words, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_voice_say_async (ds_voice_get_default (), words, NULL, did_finish, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ds_voice_say_finish (ds_voice_get_default (), result, error);
}

static void
test_protocol (void)
{
  Daemon self = { 0 };
  g_autofree char *words = ds_voice_words_for_paid (4350);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (words, ==, "Received: forty-three yuan and fifty fen");
  daemon_start (&self);
  g_assert_true (say (words, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_said (&self), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (self.said, 0), ==, words);
  g_assert_cmpstr (self.language, ==, "en");

  self.refuses = TRUE;
  g_assert_false (say (words, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_PROTOCOL);
  g_clear_error (&error);

  /* The daemon went away: that is told to who asks, and nothing else happens. */
  daemon_stop (&self);
  g_setenv ("PATH", "/nonexistent", TRUE);
  g_assert_false (say (words, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  daemon_clear (&self);
}

static void
take_cash (AppFixture *fixture, const char *stop_id, const char *take)
{
  gtk_widget_activate_action (fixture->window, "win.collect", "s", stop_id);
  ds_test_press (fixture->window, "Cash");
  ds_test_press (fixture->window, "Exact");
  ds_test_press (fixture->window, take);
  ds_test_wait_for_words (fixture->window, "Cash · exact");
}

/* With what the courier does, and with what is in the journal. */
static void
test_window (void)
{
  Daemon self = { 0 };
  g_autoptr (AppFixture) fixture = app_fixture_new_enrolled ();
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  gint connections;

  daemon_start (&self);
  app_fixture_open_shift (fixture, 20000);
  take_cash (fixture, "S2", "Take ¥228.00");
  ds_test_wait (has_said, &self, "the amount to be spoken");
  g_assert_cmpstr (g_ptr_array_index (self.said, 0), ==, "Cash: two hundred and twenty-eight yuan");

  /* Switched off, not even the daemon is asked. */
  g_settings_set_boolean (preferences, "voice", FALSE);
  connections = g_atomic_int_get (&self.n_connections);
  take_cash (fixture, "S5", "Take ¥10.40");
  ds_test_settle (fixture->window);
  g_assert_cmpint (g_atomic_int_get (&self.n_connections), ==, connections);
  g_assert_cmpuint (count_said (&self), ==, 1);
  g_settings_reset (preferences, "voice");
  daemon_clear (&self);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/voice/window", test_window);
  g_test_add_func ("/voice/protocol", test_protocol);
  return g_test_run ();
}
