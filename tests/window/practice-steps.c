/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "practice.h"

#include "ds-practice-mark.h"
#include "ds-test-window.h"
#include "ds-window.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

char *practice_pictures;

void
practice_take_picture (Practice *self, const char *name)
{
  g_autofree char *file = NULL;

  g_assert_true (ds_test_shows (self->window, ds_practice_mark_get_text ()));
  if (practice_pictures == NULL)
    return;
  file = g_strdup_printf ("%s/%02u-%s.png", practice_pictures, ++self->n_pictures, name);
  ds_test_save_picture (self->window, file);
}

/* The customer, who holds the phone */

static void
did_finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static gboolean
has_result (gpointer user_data)
{
  return *(GAsyncResult **)user_data != NULL;
}

gboolean
practice_is_there (gpointer user_data)
{
  return g_file_test (user_data, G_FILE_TEST_EXISTS);
}

/* Presses what stands on the phone's screen, in the phone's own process; see driven-wallet.c. */
void
practice_press_on_phone (Practice *self, const char *words)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->drive);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GDataInputStream) answers = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strconcat (words, "\n", NULL);
  g_autofree char *answer = NULL;

  ds_test_wait (practice_is_there, self->drive, "the customer's phone");
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), line, strlen (line),
                             NULL, NULL, &error);
  g_assert_no_error (error);
  answers = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_data_input_stream_read_line_async (answers, G_PRIORITY_DEFAULT, NULL, did_finish, &result);
  ds_test_wait (has_result, &result, words);
  answer = g_data_input_stream_read_line_finish_utf8 (answers, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, "done");
}

/* Opening and ending */

static gboolean
is_at_work (gpointer user_data)
{
  Practice *self = user_data;

  return ds_session_get_phase (self->session) == DS_PHASE_ENROLLED
         && ds_route_find_waybill (ds_session_get_route (self->session), "LX0000000005") != NULL;
}

static void
practice_failed (Practice *self, const char *message)
{
  g_error ("practice failed: %s", message);
}

void
practice_open (Practice *self)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();

  self->practice = ds_practice_new (self->directory, clock, random);
  g_signal_connect_swapped (self->practice, "failed", G_CALLBACK (practice_failed), self);
  g_signal_connect_swapped (self->practice, "said", G_CALLBACK (practice_failed), self);
  self->session = ds_practice_get_session (self->practice);
  self->lesson = ds_lesson_new (self->session);
  self->window = GTK_WIDGET (ds_window_new (self->application, self->session));
  gtk_window_set_default_size (GTK_WINDOW (self->window), 360, 720);
  ds_practice_serve (self->practice, GTK_WINDOW (self->window));
  gtk_window_present (GTK_WINDOW (self->window));
  ds_practice_open (self->practice);
  practice_take_picture (self, "setting-up");
  ds_test_wait (is_at_work, self, "practice to set itself up");
}

void
practice_close (Practice *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  ds_practice_close (self->practice, FALSE);
  g_clear_object (&self->lesson);
  g_clear_object (&self->practice);
  g_unlink (self->drive);
}

void
practice_set_up (Practice *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("doorstep-practice-XXXXXX", &error);
  g_assert_no_error (error);
  self->drive = g_build_filename (self->directory, "drive", NULL);
  g_setenv ("DS_DRIVE", self->drive, TRUE);
  self->application = GTK_APPLICATION (g_application_get_default ());
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
practice_tear_down (Practice *self, gconstpointer data)
{
  remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->drive);
}

/* The doors */

typedef struct
{
  Practice *self;
  guint door;
} DoorReached;

static gboolean
is_at_door (gpointer user_data)
{
  const DoorReached *sought = user_data;

  return ds_lesson_get_door (sought->self->lesson) == sought->door;
}

/* The guide notices by itself, from what is journalled and what the depot says. */
void
practice_wait_for_door (Practice *self, guint door)
{
  DoorReached sought = { self, door };
  g_autofree char *what = g_strdup_printf ("the guide to go on to door %u", door);

  ds_test_wait (is_at_door, &sought, what);
}

gboolean
practice_is_online (gpointer user_data)
{
  return ds_door_get_online (ds_session_get_door (((Practice *)user_data)->session));
}

gboolean
practice_is_offline (gpointer user_data)
{
  return !practice_is_online (user_data);
}

void
practice_open_collect (Practice *self, guint door)
{
  g_autofree char *waybill = g_strdup_printf ("LX%010u", door);
  DsStop *stop = ds_route_find_waybill (ds_session_get_route (self->session), waybill);
  g_autofree char *open_stop = g_strdup_printf ("stop %u", door);

  gtk_widget_activate_action (self->window, "win.show-tab", "s", "route");
  ds_test_settle (self->window);
  ds_test_wait_for_words (self->window, open_stop);
  gtk_widget_activate_action (self->window, "win.open-stop", "s", stop->id);
  ds_test_wait_for_words (self->window, "then press “Collect”");
  ds_test_press (self->window, "Collect");
}
