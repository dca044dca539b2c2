/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guided shift of practice from its first page to its last, with the depot and the phone as programs of their own;
 * and that none of them is left, however practice ends. DS_PICTURES names a folder for a picture of each page. */
#include "config.h"

#include "practice.h"

#include "ds-application.h"
#include "ds-practice-mark.h"
#include "ds-test-window.h"
#include "ds-window.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Dialogs know nothing of practice, and wear its mark all the same. */
static gboolean
has_dialog (gpointer user_data)
{
  Practice *self = user_data;

  for (guint i = 0; i < g_list_model_get_n_items (gtk_window_get_toplevels ()); i++)
    {
      g_autoptr (GtkWidget) toplevel = g_list_model_get_item (gtk_window_get_toplevels (), i);

      if (toplevel != self->window && gtk_widget_get_mapped (toplevel))
        {
          self->dialog = toplevel;
          return TRUE;
        }
    }
  return FALSE;
}

static void
check_dialog (Practice *self, const char *name)
{
  ds_test_wait (has_dialog, self, name);
  ds_test_settle (self->dialog);
  g_assert_true (ds_test_shows (self->dialog, ds_practice_mark_get_text ()));
  if (practice_pictures != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s/dialog-%s.png", practice_pictures, name);

      ds_test_save_picture (self->dialog, file);
    }
  gtk_window_destroy (GTK_WINDOW (self->dialog));
}

static void
look_at_dialogs (Practice *self)
{
  ds_window_take_scan (DS_WINDOW (self->window), "https://example.com/");
  check_dialog (self, "foreign");
  gtk_widget_activate_action (self->window, "win.about", NULL);
  check_dialog (self, "about");
}

/* Nobody is asked for a PIN, and nothing can be locked. */
static void
look_for_lock (Practice *self)
{
  gtk_widget_activate_action (self->window, "win.lock", NULL);
  gtk_widget_activate_action (self->window, "win.change-pin", NULL);
  ds_test_settle (self->window);
  g_assert_true (ds_test_shows (self->window, "Open stop 1"));
  gtk_widget_activate_action (self->window, "win.settings", NULL);
  ds_test_wait_for_words (self->window, "Self-check");
  g_assert_false (ds_test_shows (self->window, "Choose a PIN"));
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_wait_for_words (self->window, "Open stop 1");
}

static void
test_guided_shift (Practice *self, gconstpointer data)
{
  practice_open (self);
  practice_open_shift (self);
  practice_take_picture (self, "route");
  look_for_lock (self);
  look_at_dialogs (self);
  practice_both_online (self);
  practice_show_receipt (self);
  practice_keep_proof (self);
  practice_customer_offline (self);
  practice_courier_offline (self);
  practice_both_offline (self);
  practice_goes_wrong (self);
  practice_close_shift (self);
  practice_close (self);
}

/* What is left */

/* Returns: how many processes have @directory on their command line. */
static guint
count_processes (const char *directory)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *line = NULL;
      gsize length;

      if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &line, &length, NULL))
        continue;
      for (gsize i = 0; i < length; i++)
        {
          if (line[i] == '\0')
            line[i] = ' ';
        }
      if (length > 0 && g_strstr_len (line, (gssize)length, directory) != NULL)
        n++;
    }
  return n;
}

static gboolean
is_nothing_left (gpointer user_data)
{
  return count_processes (user_data) == 0;
}

static gboolean
is_settled (gpointer user_data)
{
  return ds_practice_house_get_settled (ds_practice_get_house (((Practice *)user_data)->practice));
}

/* Left in the middle, practice goes on where it was: the shift is open, and the depot has the ports it had. */
static void
test_goes_on (Practice *self, gconstpointer data)
{
  practice_open (self);
  practice_open_shift (self);
  practice_both_online (self);
  ds_test_wait (is_settled, self, "the scene of door 2");
  g_assert_cmpuint (count_processes (self->directory), ==, 2);
  practice_close (self);
  g_assert_cmpuint (count_processes (self->directory), ==, 0);

  practice_open (self);
  practice_wait_for_door (self, 2);
  ds_test_wait (practice_is_online, self, "the handheld to find its depot again");

  /* A power cut, by hand. */
  gtk_widget_activate_action (self->window, "practice.depot-down", NULL);
  ds_test_wait (practice_is_offline, self, "the depot's power to be off");
  g_assert_false (ds_practice_house_get_depot_up (ds_practice_get_house (self->practice)));
  gtk_widget_activate_action (self->window, "practice.depot-down", NULL);
  ds_test_wait (practice_is_online, self, "the depot to be back, with all that it had");
  practice_wait_for_door (self, 2);
  practice_close (self);
  g_assert_cmpuint (count_processes (self->directory), ==, 0);
}

/* The program as it is started from the desktop. */
static void
test_killed (Practice *self, gconstpointer data)
{
  g_autofree char *program = g_strdup (g_getenv ("DOORSTEP_PROGRAM"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--practice",
                                                      "--dir", self->directory, NULL);

  g_assert_no_error (error);
  /* The phone is the last that comes. */
  ds_test_wait (practice_is_there, self->drive, "the customer's phone of another practice");
  /* Itself, the depot and the phone; perhaps a command that sets the scene. */
  g_assert_cmpuint (count_processes (self->directory), >=, 3);
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  ds_test_wait (is_nothing_left, self->directory, "the depot and the phone to end with what started them");
}

/* The application itself */

typedef struct
{
  Practice *self;
  GtkApplication *application;
  void (*steps) (Practice *self, GtkApplication *application);
} Run;

static gboolean
take_steps (gpointer user_data)
{
  Run *run = user_data;

  run->self->window = GTK_WIDGET (gtk_application_get_active_window (run->application));
  run->steps (run->self, run->application);
  gtk_window_close (gtk_application_get_active_window (run->application));
  return G_SOURCE_REMOVE;
}

static void
did_activate (GApplication *application, Run *run)
{
  g_idle_add (take_steps, run);
}

/* As from the command line, with @option. */
static void
run_application (Practice *self, const char *option, void (*steps) (Practice *, GtkApplication *))
{
  g_autoptr (DsApplication) application = ds_application_new ();
  char *arguments[] = { "doorstep", "--dir", self->directory, (char *)option, NULL };
  Run run = { self, GTK_APPLICATION (application), steps };

  g_signal_connect_after (application, "activate", G_CALLBACK (did_activate), &run);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), (int)g_strv_length (arguments), arguments),
                   ==, 0);
}

static gboolean
is_another_window (gpointer user_data)
{
  Run *run = user_data;
  GtkWindow *window = gtk_application_get_active_window (run->application);

  return window != NULL && GTK_WIDGET (window) != run->self->window;
}

/* The depot's settings may still be on their way: the courier presses once more. */
static gboolean
opens_shift (gpointer user_data)
{
  Practice *self = user_data;

  if (ds_test_shows (self->window, "have not arrived yet"))
    ds_test_press (self->window, "Open with ¥100.00");
  return ds_test_shows (self->window, "Door 1 of 5");
}

static void
begin_again (Practice *self, GtkApplication *application)
{
  Run run = { self, application, NULL };

  ds_test_wait_for_words (self->window, "type 100");
  ds_test_type (self->window, "Float in yuan", "100");
  ds_test_press (self->window, "Open with ¥100.00");
  ds_test_wait (opens_shift, self, "the shift to be open");
  gtk_widget_activate_action (self->window, "practice.again", NULL);
  ds_test_wait (is_another_window, &run, "another window");
  self->window = GTK_WIDGET (gtk_application_get_active_window (application));
  /* A new handheld, which knows of no shift. */
  ds_test_wait_for_words (self->window, "type 100");
}

static void
test_again (Practice *self, gconstpointer data)
{
  run_application (self, "--practice", begin_again);
  g_assert_cmpuint (count_processes (self->directory), ==, 0);
}

/* Returns: the practice that this process started, or 0. */
static pid_t
find_practice (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/children", getpid ());
  g_autofree char *text = NULL;
  g_auto (GStrv) children = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  children = g_strsplit (g_strstrip (text), " ", -1);
  for (gsize i = 0; children[i] != NULL; i++)
    {
      g_autofree char *line_path = g_build_filename ("/proc", children[i], "cmdline", NULL);
      g_autofree char *line = NULL;
      gsize n;

      if (g_file_get_contents (line_path, &line, &n, NULL) && n > strlen (line) + 1
          && g_str_equal (line + strlen (line) + 1, "--practice"))
        return (pid_t)g_ascii_strtoll (children[i], NULL, 10);
    }
  return 0;
}

/* From the first page of a handheld for work: practice comes beside it, and has nothing to do with its directory. */
static void
practise_first (Practice *self, GtkApplication *application)
{
  g_autofree char *place = g_build_filename (self->directory, "doorstep-practice", "handheld", NULL);
  pid_t practice;

  ds_test_press (self->window, "Practise first");
  ds_test_wait (practice_is_there, self->drive, "the customer's phone beside the handheld");
  g_assert_true (g_file_test (place, G_FILE_TEST_IS_DIR));
  g_assert_true (ds_test_shows (self->window, "Practise first"));
  g_assert_false (ds_test_shows (self->window, ds_practice_mark_get_text ()));
  practice = find_practice ();
  g_assert_cmpint (practice, >, 0);
  kill (practice, SIGTERM);
  ds_test_wait (is_nothing_left, self->directory, "practice to end");
}

static void
test_from_work (Practice *self, gconstpointer data)
{
  g_autofree char *before = g_strdup (g_getenv ("XDG_DATA_HOME"));

  g_setenv ("XDG_DATA_HOME", self->directory, TRUE);
  run_application (self, NULL, practise_first);
  g_setenv ("XDG_DATA_HOME", before != NULL ? before : "", TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_setenv ("TZ", "Asia/Shanghai", TRUE);
  g_test_init (&argc, &argv, NULL);
  practice_pictures = g_strdup (g_getenv ("DS_PICTURES"));
  application = g_object_new (ADW_TYPE_APPLICATION, "application-id", DS_APP_ID ".Test", "flags",
                              G_APPLICATION_NON_UNIQUE, "resource-base-path", "/cn/doorstep/Doorstep", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  g_application_set_default (G_APPLICATION (application));
  ds_test_window_prepare ();
  ds_practice_mark_dialogs ();
#define ADD(name, test)                                                                                      \
  g_test_add ("/window/practice/" name, Practice, NULL, practice_set_up, test, practice_tear_down)
  ADD ("guided-shift", test_guided_shift);
  ADD ("goes-on", test_goes_on);
  ADD ("killed", test_killed);
  ADD ("from-work", test_from_work);
  ADD ("again", test_again);
#undef ADD
  return g_test_run ();
}
