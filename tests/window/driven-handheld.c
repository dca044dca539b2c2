/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld with its window as a process of its own, which can be killed: --dir says where its data are. What is written
 * to it, a command a line with its arguments behind tabs, is done as by a courier, and answered by one line once it is
 * done: "done" and what was asked for. */
#include "config.h"

#include "ds-feedback.h"
#include "ds-navigator.h"
#include "ds-test-window.h"
#include "ds-window.h"

#include <execinfo.h>
#include <gio/gunixinputstream.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  DsSession *session;
  GtkWidget *window;
  DsNavigator *navigator;
  char *directory;
  GDataInputStream *commands;
  GMainLoop *loop;
} Handheld;

static gboolean
has_route (gpointer user_data)
{
  Handheld *self = user_data;

  return ds_route_get_loaded (ds_session_get_route (self->session))
         && g_list_model_get_n_items (G_LIST_MODEL (ds_session_get_route (self->session))) > 0;
}

/* Returns: (transfer full): the id of stop number @position. */
static char *
find_stop (Handheld *self, const char *position)
{
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (self->session));

  ds_test_wait (has_route, self, "the route");
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (stop->position == g_ascii_strtoll (position, NULL, 10))
        return g_strdup (stop->id);
    }
  g_error ("There is no stop %s", position);
}

/* Returns: (transfer full): "Code S1 01997…": the page in front and what it is about. */
static char *
describe_page (Handheld *self)
{
  g_autoptr (DsTrailPlace) place = ds_page_get_place (ds_navigator_get_page (self->navigator));

  return g_strdup_printf ("%s %s %s %s", place->page, place->stop_id != NULL ? place->stop_id : "-",
                          place->payment_id != NULL ? place->payment_id : "-",
                          place->detail != NULL ? place->detail : "-");
}

typedef struct
{
  Handheld *self;
  const char *page;
} Sought;

static gboolean
is_in_front (gpointer user_data)
{
  const Sought *sought = user_data;
  g_autofree char *name = ds_page_get_name (ds_navigator_get_page (sought->self->navigator));

  return g_str_equal (name, sought->page);
}

/* The last page in the file is the one in front: whatever happens now, it is found again. */
static gboolean
is_kept (gpointer user_data)
{
  Handheld *self = user_data;
  g_autofree char *path = g_build_filename (self->directory, DS_STORE_PLACE_FILE, NULL);
  g_autofree char *text = NULL;
  g_autofree char *in_front = describe_page (self);
  g_autofree char *in_file = NULL;
  g_autoptr (DsTrail) trail = NULL;
  const DsTrailPlace *last;
  gsize n;

  if (!g_file_get_contents (path, &text, &n, NULL))
    return FALSE;
  trail = ds_trail_parse (text, n);
  g_assert_nonnull (trail);
  last = g_ptr_array_index (trail->places, trail->places->len - 1);
  in_file = g_strdup_printf ("%s %s %s %s", last->page, last->stop_id != NULL ? last->stop_id : "-",
                             last->payment_id != NULL ? last->payment_id : "-",
                             last->detail != NULL ? last->detail : "-");
  return g_str_equal (in_file, in_front);
}

static gboolean
is_in_state (gpointer user_data)
{
  const Sought *sought = user_data;
  g_autofree char *page = describe_page (sought->self);

  return g_str_has_suffix (page, sought->page);
}

static gboolean
is_to_be_seen (gpointer user_data)
{
  return gtk_widget_get_mapped (GTK_WIDGET (((Handheld *)user_data)->navigator));
}

static gboolean
is_all_sent (gpointer user_data)
{
  return ds_store_get_n_unsent (ds_session_get_store (((Handheld *)user_data)->session)) == 0;
}

/* Returns: (transfer full): what is answered behind "done". */
static char *
obey (Handheld *self, const char *name, const char *const *arguments)
{
  if (g_str_equal (name, "press"))
    ds_test_press (self->window, arguments[0]);
  else if (g_str_equal (name, "type"))
    ds_test_type (self->window, arguments[0], arguments[1]);
  else if (g_str_equal (name, "see"))
    ds_test_wait_for_words (self->window, arguments[0]);
  else if (g_str_equal (name, "copy"))
    ds_test_copy_picture (self->window, arguments[0]);
  else if (g_str_equal (name, "picture"))
    ds_test_save_picture (self->window, arguments[0]);
  else if (g_str_equal (name, "action"))
    gtk_widget_activate_action (self->window, arguments[0], NULL);
  else if (g_str_equal (name, "stop"))
    {
      g_autofree char *stop_id = find_stop (self, arguments[0]);

      gtk_widget_activate_action (self->window, "win.show-tab", "s", "route");
      gtk_widget_activate_action (self->window, "win.open-stop", "s", stop_id);
      ds_test_settle (self->window);
    }
  else if (g_str_equal (name, "route"))
    ds_test_wait (has_route, self, "the route");
  else if (g_str_equal (name, "tab"))
    gtk_widget_activate_action (self->window, "win.show-tab", "s", arguments[0]);
  else if (g_str_equal (name, "front"))
    {
      Sought sought = { self, arguments[0] };

      ds_test_wait (is_in_front, &sought, arguments[0]);
      return describe_page (self);
    }
  else if (g_str_equal (name, "settled"))
    {
      Sought sought = { self, arguments[0] };

      ds_test_wait (is_in_state, &sought, arguments[0]);
    }
  else if (g_str_equal (name, "kept"))
    ds_test_wait (is_kept, self, "the place to be kept");
  else if (g_str_equal (name, "sent"))
    ds_test_wait (is_all_sent, self, "everything to be sent");
  else if (g_str_equal (name, "locked"))
    return g_strdup (ds_lock_get_locked (ds_session_get_lock (self->session)) ? "yes" : "no");
  else if (g_str_equal (name, "mapped"))
    return g_strdup (is_to_be_seen (self) ? "yes" : "no");
  else if (g_str_equal (name, "unlocked"))
    ds_test_wait (is_to_be_seen, self, "the handheld to be unlocked");
  else
    g_error ("No such command: %s", name);
  return g_strdup ("");
}

static void read_command (Handheld *self);

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Handheld *self = user_data;
  g_autofree char *line
      = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, "\t", -1) : NULL;
  g_autofree char *answer = NULL;

  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  answer = obey (self, words[0], (const char *const *)words + 1);
  printf ("done %s\n", answer);
  fflush (stdout);
  read_command (self);
}

static void
read_command (Handheld *self)
{
  g_data_input_stream_read_line_async (self->commands, G_PRIORITY_DEFAULT, NULL, did_read, self);
}

static DsNavigator *
find_navigator (GtkWidget *widget)
{
  if (DS_IS_NAVIGATOR (widget))
    return DS_NAVIGATOR (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      DsNavigator *found = find_navigator (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* It ends on any warning, here as in all tests; nobody is there to look at it then, so it says where that came from. What
 * is printed is for addr2line. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  void *callers[64];

  if ((level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)) != 0)
    backtrace_symbols_fd (callers, backtrace (callers, G_N_ELEMENTS (callers)), STDERR_FILENO);
  return g_log_writer_default (level, fields, n_fields, user_data);
}

int
main (int argc, char **argv)
{
  Handheld self = { 0 };
  const GOptionEntry entries[] = {
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &self.directory, "Where its data are", "DIR" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (AdwApplication) application = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_log_set_writer_func (write_log, NULL, NULL);
  g_setenv ("TZ", "Asia/Shanghai", TRUE);
  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_parse (options, &argc, &argv, &error);
  g_assert_no_error (error);
  application = g_object_new (ADW_TYPE_APPLICATION, "application-id", DS_APP_ID, "flags",
                              G_APPLICATION_NON_UNIQUE, "resource-base-path", "/cn/doorstep/Doorstep", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  ds_test_window_prepare ();
  /* Tunes have tests of their own; here a machine without a sound device would have a say. */
  g_object_set (ds_feedback_get_default (), "sound", FALSE, "vibration", FALSE, NULL);

  self.loop = g_main_loop_new (NULL, FALSE);
  self.session = ds_session_new (self.directory, clock, random);
  self.window = GTK_WIDGET (ds_window_new (GTK_APPLICATION (application), self.session));
  self.navigator = find_navigator (self.window);
  gtk_window_set_default_size (GTK_WINDOW (self.window), 360, 720);
  gtk_window_present (GTK_WINDOW (self.window));
  ds_session_open (self.session);

  input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  self.commands = g_data_input_stream_new (input);
  read_command (&self);
  g_main_loop_run (self.loop);

  gtk_window_destroy (GTK_WINDOW (self.window));
  ds_session_close (self.session);
  g_object_unref (self.session);
  g_object_unref (self.commands);
  g_main_loop_unref (self.loop);
  g_free (self.directory);
  return EXIT_SUCCESS;
}
