/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guided shift of practice from its first page to its last, with the depot and the phone as programs of their own;
 * and that none of them is left, however practice ends. --pictures DIR keeps a picture of each page. */
#include "config.h"

#include "ds-application.h"
#include "ds-cash.h"
#include "ds-lesson.h"
#include "ds-practice-mark.h"
#include "ds-practice.h"
#include "ds-shift-files.h"
#include "ds-test-window.h"
#include "ds-window.h"
#include "ds-words.h"

#include "ds-money.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef struct
{
  char *directory;
  char *drive;
  char *pictures; /* (nullable) */
  guint n_pictures;
  GtkApplication *application;
  DsPractice *practice;
  DsSession *session;
  DsLesson *lesson;
  GtkWidget *window;
  GtkWidget *dialog;
} Practice;

static char *pictures_directory; /* (nullable) */

static void
take_picture (Practice *self, const char *name)
{
  g_autofree char *file = NULL;

  g_assert_true (ds_test_shows (self->window, ds_practice_mark_get_text ()));
  if (pictures_directory == NULL)
    return;
  file = g_strdup_printf ("%s/%02u-%s.png", pictures_directory, ++self->n_pictures, name);
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

static gboolean
is_there (gpointer user_data)
{
  return g_file_test (user_data, G_FILE_TEST_EXISTS);
}

/* Presses what stands on the phone's screen, in the phone's own process; see driven-wallet.c. */
static void
press_on_phone (Practice *self, const char *words)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->drive);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GDataInputStream) answers = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strconcat (words, "\n", NULL);
  g_autofree char *answer = NULL;

  ds_test_wait (is_there, self->drive, "the customer's phone");
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

static void
open_practice (Practice *self)
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
  take_picture (self, "setting-up");
  ds_test_wait (is_at_work, self, "practice to set itself up");
}

static void
close_practice (Practice *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  ds_practice_close (self->practice, FALSE);
  g_clear_object (&self->lesson);
  g_clear_object (&self->practice);
  g_unlink (self->drive);
}

static void
set_up (Practice *self, gconstpointer data)
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

static void
tear_down (Practice *self, gconstpointer data)
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
static void
wait_for_door (Practice *self, guint door)
{
  DoorReached sought = { self, door };
  g_autofree char *what = g_strdup_printf ("the guide to go on to door %u", door);

  ds_test_wait (is_at_door, &sought, what);
}

static gboolean
is_online (gpointer user_data)
{
  return ds_door_get_online (ds_session_get_door (((Practice *)user_data)->session));
}

static gboolean
is_offline (gpointer user_data)
{
  return !is_online (user_data);
}

static void
open_collect (Practice *self, guint door)
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

static void
both_online (Practice *self)
{
  open_collect (self, 1);
  take_picture (self, "collect");
  ds_test_wait_for_words (self->window, "Press “Show code”");
  ds_test_press (self->window, "Show code");
  ds_test_wait_for_words (self->window, "Then look here");
  take_picture (self, "code");
  press_on_phone (self, "Scan the courier's code");
  press_on_phone (self, "Pay");
  wait_for_door (self, 2);
  ds_test_wait_for_words (self->window, "not because a phone shows it");
  take_picture (self, "paid");
}

/* What the customer is given says that it is practice; and the way goes on where it was left. */
static void
show_receipt (Practice *self)
{
  g_autofree char *mark = g_strdup_printf ("%s. Receipt for ¥86.00, %s, Paid", ds_practice_mark_get_text (),
                                           ds_words_for_tender (DS_TENDER_CODE));

  ds_test_press (self->window, "Receipt");
  ds_test_wait_for_words (self->window, "It says that it is practice");
  g_assert_nonnull (ds_test_find (self->window, GTK_TYPE_DRAWING_AREA, mark));
  take_picture (self, "receipt");
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_wait_for_words (self->window, "Paid, because");
}

static gboolean
has_proof (gpointer user_data)
{
  DsStop *stop
      = ds_route_find_waybill (ds_session_get_route (((Practice *)user_data)->session), "LX0000000001");

  return stop->proofs->len == 1;
}

static void
keep_proof (Practice *self)
{
  ds_test_press (self->window, "Proof");
  ds_test_wait_for_words (self->window, "Who got the parcel");
  ds_test_press (self->window, "Name");
  ds_test_type (self->window, "Name of who took it", "front desk");
  take_picture (self, "proof");
  ds_test_press (self->window, "Keep");
  ds_test_wait (has_proof, self, "the proof to be kept");
  ds_test_wait_for_words (self->window, "Paid, because");
}

static void
customer_offline (Practice *self)
{
  ds_test_wait_for_words (self->window, "Door 2 of 5");
  open_collect (self, 2);
  ds_test_press (self->window, "Scan customer's code");
  press_on_phone (self, "Done");
  press_on_phone (self, "Payer code");
  take_picture (self, "scan");
  ds_test_press (self->window, "Look at the phone");
  wait_for_door (self, 3);
  ds_test_wait_for_words (self->window, "the customer needs no network");
}

static void
courier_offline (Practice *self)
{
  ds_test_wait (is_offline, self, "the line to be cut for door 3");
  open_collect (self, 3);
  take_picture (self, "collect-offline");
  ds_test_press (self->window, "Show code");
  ds_test_wait_for_words (self->window, "Then press “Scan receipt”");
  /* Out of the lift it hears of what its payer code paid, and shows that. */
  press_on_phone (self, "?Receipt code");
  press_on_phone (self, "Done");
  press_on_phone (self, "Scan the courier's code");
  press_on_phone (self, "Pay");
  ds_test_press (self->window, "Scan receipt");
  ds_test_wait_for_words (self->window, "the bank's receipt");
  press_on_phone (self, "Copy picture");
  ds_test_press (self->window, "Look at the phone");
  wait_for_door (self, 4);
  ds_test_wait_for_words (self->window, "signed by the bank");
}

static void
both_offline (Practice *self)
{
  open_collect (self, 4);
  ds_test_press (self->window, "Show code");
  ds_test_wait_for_words (self->window, "give a voucher. Then");
  press_on_phone (self, "Done");
  press_on_phone (self, "Scan the courier's code");
  take_picture (self, "code-offline");
  press_on_phone (self, "Give voucher");
  ds_test_press (self->window, "Scan receipt");
  press_on_phone (self, "Copy picture");
  ds_test_press (self->window, "Look at the phone");
  wait_for_door (self, 5);
  ds_test_wait_for_words (self->window, "Accepted, not yet paid");
  take_picture (self, "accepted");
}

static gboolean
answers_get_lost (gpointer user_data)
{
  DsLessonScene scene;

  ds_lesson_get_scene (((Practice *)user_data)->lesson, &scene);
  return scene.answers_lost
         && ds_practice_house_get_settled (ds_practice_get_house (((Practice *)user_data)->practice));
}

static gboolean
is_known (gpointer user_data)
{
  Practice *self = user_data;
  DsStop *stop = ds_route_find_waybill (ds_session_get_route (self->session), "LX0000000005");

  return ds_stop_get_status (stop) == DS_STOP_TO_COLLECT && stop->payments->len > 0;
}

static gboolean
is_done (gpointer user_data)
{
  return ds_lesson_get_stage (((Practice *)user_data)->lesson) == DS_LESSON_CLOSE;
}

static void
goes_wrong (Practice *self)
{
  ds_test_wait (is_online, self, "the line to come back");
  ds_test_wait (answers_get_lost, self, "the bank's answers to get lost");
  open_collect (self, 5);
  ds_test_press (self->window, "Scan customer's code");
  press_on_phone (self, "Done");
  press_on_phone (self, "Payer code");
  ds_test_press (self->window, "Look at the phone");
  ds_test_wait_for_words (self->window, "Unknown is not");
  take_picture (self, "unknown");
  ds_test_press (self->window, "Check now");
  ds_test_wait (is_known, self, "the payment to be known as not paid");
  ds_test_wait_for_words (self->window, "Now it is known");
  take_picture (self, "declined");
  ds_test_press (self->window, "Collect again");
  ds_test_press (self->window, "Cash");
  ds_test_wait_for_words (self->window, "Type what the customer gives");
  for (const char *key = "300"; *key != '\0'; key++)
    ds_test_press (self->window, (const char[]){ *key, '\0' });
  take_picture (self, "cash");
  ds_test_press (self->window, "Take ¥300.00, give ¥32.00");
  ds_test_wait (is_done, self, "the guide to see the last door done");
  take_picture (self, "paid-in-cash");
}

/* The evening */

static gboolean
is_over (gpointer user_data)
{
  return ds_lesson_get_stage (((Practice *)user_data)->lesson) == DS_LESSON_OVER;
}

typedef struct
{
  const char *path;
  const char *end;
  char *text; /* (nullable) */
} Report;

static gboolean
is_written (gpointer user_data)
{
  Report *report = user_data;

  g_clear_pointer (&report->text, g_free);
  return g_file_get_contents (report->path, &report->text, NULL, NULL)
         && g_str_has_suffix (report->text, report->end);
}

/* A table says it in each line: lines are copied into other tables. */
static void
save_report (Practice *self)
{
  g_autofree char *path = g_build_filename (self->directory, "shift.csv", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GtkWidget *files = ds_test_find_type (self->window, DS_TYPE_SHIFT_FILES);
  Report report = { path, "\r\n", NULL };
  g_auto (GStrv) lines = NULL;

  g_assert_nonnull (files);
  ds_shift_files_save (DS_SHIFT_FILES (files), DS_SHIFT_FILE_CSV, file);
  ds_test_wait (is_written, &report, "the table");
  lines = g_strsplit (report.text, "\r\n", -1);
  g_free (report.text);
  /* Its heads, the five doors and the payment that went wrong. */
  g_assert_cmpuint (g_strv_length (lines) - 1, ==, 7);
  for (gsize i = 0; lines[i + 1] != NULL; i++)
    g_assert_nonnull (strstr (lines[i], DS_PRACTICE_MARK_ON_PAPER));
}

static void
count (Practice *self, const char *field, const char *number)
{
  ds_test_type (self->window, field, number);
}

static void
close_shift (Practice *self)
{
  gtk_widget_activate_action (self->window, "win.show-tab", "s", "shift");
  ds_test_wait_for_words (self->window, "then press “Close shift”");
  ds_test_press (self->window, "Close shift");
  ds_test_press (self->window, "Count the cash");
  /* 100 of float and 268 taken, as the guide says. */
  ds_test_wait_for_words (self->window, "¥100 ×3 · ¥50 ×1 · ¥10 ×1 · ¥5 ×1 · ¥1 ×3");
  take_picture (self, "count");
  count (self, "100 yuan", "3");
  count (self, "50 yuan", "1");
  count (self, "10 yuan", "1");
  count (self, "5 yuan", "1");
  count (self, "1 yuan", "3");
  ds_test_press (self->window, "Counted, next");
  ds_test_wait (is_over, self, "the statement");
  ds_test_press (self->window, "Show statement");
  ds_test_wait_for_words (self->window, "Balanced");
  take_picture (self, "statement");
  save_report (self);
  ds_test_press (self->window, "Seal code for the clerk");
  ds_test_wait_for_words (self->window, DS_PRACTICE_MARK_ON_PAPER);
  ds_test_wait_for_words (self->window, "The clerk scans it");
  take_picture (self, "seal");
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_press (self->window, "What you learnt");
  ds_test_wait_for_words (self->window, "Unknown is not failed");
  take_picture (self, "learnt");
  for (guint door = 1; door <= DS_LESSON_N_DOORS; door++)
    g_assert_true (ds_lesson_was_practised (self->lesson, door));
}

static void
open_shift (Practice *self)
{
  ds_test_wait_for_words (self->window, "type 100");
  take_picture (self, "open-shift");
  /* Who leaves the page is shown the way back to it. */
  gtk_widget_activate_action (self->window, "win.back", NULL);
  ds_test_wait_for_words (self->window, "Go to “Shift”, and open one");
  gtk_widget_activate_action (self->window, "win.show-tab", "s", "shift");
  ds_test_wait_for_words (self->window, "Press “Open a shift”");
  ds_test_press (self->window, "Open a shift");
  ds_test_wait_for_words (self->window, "type 100");
  ds_test_type (self->window, "Float in yuan", "100");
  ds_test_press (self->window, "Open with ¥100.00");
  wait_for_door (self, 1);
  gtk_widget_activate_action (self->window, "win.show-tab", "s", "route");
}

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
  if (pictures_directory != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s/dialog-%s.png", pictures_directory, name);

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
  open_practice (self);
  open_shift (self);
  take_picture (self, "route");
  look_for_lock (self);
  look_at_dialogs (self);
  both_online (self);
  show_receipt (self);
  keep_proof (self);
  customer_offline (self);
  courier_offline (self);
  both_offline (self);
  goes_wrong (self);
  close_shift (self);
  close_practice (self);
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
  open_practice (self);
  open_shift (self);
  both_online (self);
  ds_test_wait (is_settled, self, "the scene of door 2");
  g_assert_cmpuint (count_processes (self->directory), ==, 2);
  close_practice (self);
  g_assert_cmpuint (count_processes (self->directory), ==, 0);

  open_practice (self);
  wait_for_door (self, 2);
  ds_test_wait (is_online, self, "the handheld to find its depot again");

  /* A power cut, by hand. */
  gtk_widget_activate_action (self->window, "practice.depot-down", NULL);
  ds_test_wait (is_offline, self, "the depot's power to be off");
  g_assert_false (ds_practice_house_get_depot_up (ds_practice_get_house (self->practice)));
  gtk_widget_activate_action (self->window, "practice.depot-down", NULL);
  ds_test_wait (is_online, self, "the depot to be back, with all that it had");
  wait_for_door (self, 2);
  close_practice (self);
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
  ds_test_wait (is_there, self->drive, "the customer's phone of another practice");
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
  ds_test_wait (is_there, self->drive, "the customer's phone beside the handheld");
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
  pictures_directory = g_strdup (g_getenv ("DS_PICTURES"));
  application = g_object_new (ADW_TYPE_APPLICATION, "application-id", DS_APP_ID ".Test", "flags",
                              G_APPLICATION_NON_UNIQUE, "resource-base-path", "/cn/doorstep/Doorstep", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  g_application_set_default (G_APPLICATION (application));
  ds_test_window_prepare ();
  ds_practice_mark_dialogs ();
#define ADD(name, test) g_test_add ("/window/practice/" name, Practice, NULL, set_up, test, tear_down)
  ADD ("guided-shift", test_guided_shift);
  ADD ("goes-on", test_goes_on);
  ADD ("killed", test_killed);
  ADD ("from-work", test_from_work);
  ADD ("again", test_again);
#undef ADD
  return g_test_run ();
}
