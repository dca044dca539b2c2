/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld that is killed with the customer in front of it shows the same page again, with the same payment: behind its
 * lock, with the depot, the bank and the customer's wallet as the real programs. */
#include "config.h"

#include "shift.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define PIN "048213"
#define COURIER "韩师傅"
#define N_STOPS 6
#define DUE_YUAN "86.00"
#define DUE_FEN 8600

typedef struct
{
  DsCompany *company;
  char *directory;
  GSubprocess *process;
  GDataInputStream *answers;
} Scene;

static const char *depot_program, *wallet_program, *handheld_program;

/* The handheld */

/* Returns: (transfer full): what it answered. It ends by itself, and says why, when something does not come. */
static char *
say (Scene *scene, const char *first, ...)
{
  g_autoptr (GString) line = g_string_new (first);
  GOutputStream *commands = g_subprocess_get_stdin_pipe (scene->process);
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  va_list arguments;

  va_start (arguments, first);
  for (const char *argument = va_arg (arguments, const char *); argument != NULL;
       argument = va_arg (arguments, const char *))
    g_string_append_printf (line, "\t%s", argument);
  va_end (arguments);
  g_string_append_c (line, '\n');
  g_output_stream_write_all (commands, line->str, line->len, NULL, NULL, &error);
  g_assert_no_error (error);
  answer = g_data_input_stream_read_line_utf8 (scene->answers, NULL, NULL, &error);
  g_assert_no_error (error);
  if (answer == NULL || !g_str_has_prefix (answer, "done "))
    g_error ("The handheld was told “%s” and answered “%s”", line->str, answer);
  return g_strdup (answer + strlen ("done "));
}

static void
tell (Scene *scene, const char *command, const char *argument)
{
  g_free (say (scene, command, argument, NULL));
}

static void
expect (Scene *scene, const char *command, const char *argument, const char *expected)
{
  g_autofree char *answer = say (scene, command, argument, NULL);

  g_assert_cmpstr (answer, ==, expected);
}

/* However this program ends, the handheld ends with it. */
static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
switch_on (Scene *scene)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  scene->process
      = g_subprocess_launcher_spawn (launcher, &error, handheld_program, "--dir", scene->directory, NULL);
  g_assert_no_error (error);
  scene->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (scene->process));
}

static void
kill_it (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (scene->process, SIGKILL);
  g_subprocess_wait (scene->process, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&scene->answers);
  g_clear_object (&scene->process);
}

static void
type_pin (Scene *scene)
{
  for (const char *at = PIN; *at != '\0'; at++)
    tell (scene, "press", (const char[]){ *at, '\0' });
}

/* Nothing is to be seen of the customer before the courier has said who he is. */
static void
switch_on_and_unlock (Scene *scene)
{
  switch_on (scene);
  tell (scene, "see", COURIER);
  expect (scene, "locked", "", "yes");
  expect (scene, "mapped", "", "no");
  type_pin (scene);
  tell (scene, "unlocked", "");
}

/* Returns: (transfer full): the text of the code on the screen. */
static char *
read_screen (Scene *scene)
{
  g_autofree char *path = ds_company_get_path (scene->company, "screen.png");

  tell (scene, "picture", path);
  return shift_read_picture (path);
}

/* Returns: (transfer full): the file that says where the courier is. */
static char *
get_place (Scene *scene)
{
  return g_build_filename (scene->directory, "place", NULL);
}

/* The morning */

static void
import_route (Scene *scene)
{
  g_autoptr (GString) route
      = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");
  g_autofree char *path = ds_company_get_path (scene->company, "route.csv");
  g_autofree char *imported = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= N_STOPS; i++)
    g_string_append_printf (route, "DS%02u,李小华,170123401%02u,文三路 %u 号,西湖,," DUE_YUAN ",no,\n", i, i,
                            i);
  g_file_set_contents (path, route->str, -1, &error);
  g_assert_no_error (error);
  imported = ds_company_depot (scene->company, "import", path, "--courier", "0317", NULL);
}

static void
set_up (Scene *scene, gconstpointer data)
{
  g_autofree char *work = g_dir_make_tmp ("doorstep-resume-XXXXXX", NULL);
  g_autofree char *code = NULL;
  g_autofree char *printed = NULL;

  scene->company = ds_company_start (work, depot_program, wallet_program);
  scene->directory = ds_company_get_path (scene->company, "handheld");
  code = ds_company_get_path (scene->company, "enrol.png");
  import_route (scene);
  ds_company_open_wallet (scene->company, "an", "003", "2000", NULL);
  printed = ds_company_depot (scene->company, "enrol", "--courier", "0317", "--name", COURIER, "--picture",
                              code, NULL);

  switch_on (scene);
  tell (scene, "copy", code);
  tell (scene, "press", "Paste code");
  tell (scene, "see", COURIER);
  tell (scene, "press", "Yes, next");
  tell (scene, "see", "Choose a PIN");
  type_pin (scene);
  tell (scene, "see", "The same PIN again");
  type_pin (scene);
  tell (scene, "route", "");
  g_free (say (scene, "type", "Float in yuan", "200", NULL));
  tell (scene, "press", "Open with ¥200.00");
  tell (scene, "see", " to go");
  tell (scene, "sent", "");
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
tear_down (Scene *scene, gconstpointer data)
{
  g_autofree char *work = g_path_get_dirname (scene->directory);

  kill_it (scene);
  ds_company_stop (scene->company);
  remove_tree (work);
  g_free (scene->directory);
}

/* Doors */

/* Kills it on the page in front and switches it on again. Returns: (transfer full): the page, which is the same. */
static char *
kill_on (Scene *scene, const char *page)
{
  g_autofree char *before = say (scene, "front", page, NULL);
  g_autofree char *after = NULL;

  tell (scene, "kept", "");
  kill_it (scene);
  switch_on_and_unlock (scene);
  after = say (scene, "front", page, NULL);
  g_assert_cmpstr (after, ==, before);
  return g_steal_pointer (&after);
}

static void
show_code (Scene *scene, const char *stop)
{
  tell (scene, "stop", stop);
  tell (scene, "press", "Collect");
  tell (scene, "press", "Show code");
  tell (scene, "see", "Waiting for customer…");
}

static void
pay (Scene *scene)
{
  g_autofree char *screen = ds_company_get_path (scene->company, "screen.png");
  g_autoptr (json_t) paid = ds_company_wallet (scene->company, "an", "pay", "--picture", screen, NULL);

  g_assert_cmpstr (json_string_value (json_object_get (paid, "state")), ==, "paid");
}

/* The code is on the screen, and the customer has their telephone in front of it; and the way back leads where it did. */
static void
kill_on_code (Scene *scene)
{
  g_autofree char *code = NULL;
  g_autofree char *again = NULL;
  g_autofree char *page = NULL;
  g_autofree char *same = NULL;

  show_code (scene, "1");
  code = read_screen (scene);
  page = kill_on (scene, "Code");
  tell (scene, "see", "Waiting for customer…");
  again = read_screen (scene);
  g_assert_cmpstr (again, ==, code);

  tell (scene, "action", "win.back");
  g_free (say (scene, "front", "Collect", NULL));
  tell (scene, "action", "win.back");
  g_free (kill_on (scene, "Stop"));
  tell (scene, "press", "Collect");
  tell (scene, "press", "Show code");
  same = say (scene, "front", "Code", NULL);
  g_assert_cmpstr (same, ==, page);
}

/* The customer pays a handheld that is dead. */
static void
pay_while_dead (Scene *scene)
{
  g_autofree char *page = say (scene, "front", "Code", NULL);
  g_auto (GStrv) shown = g_strsplit (page, " ", -1);
  g_autofree char *paid = NULL;
  g_auto (GStrv) result = NULL;

  tell (scene, "kept", "");
  kill_it (scene);
  pay (scene);
  switch_on_and_unlock (scene);
  tell (scene, "see", "Digital RMB · confirmed");
  paid = say (scene, "front", "Result", NULL);
  result = g_strsplit (paid, " ", -1);
  g_assert_cmpstr (result[1], ==, shown[1]);
  g_assert_cmpstr (result[2], ==, shown[2]);
  tell (scene, "sent", "");
  g_free (kill_on (scene, "Result"));
  tell (scene, "see", "Digital RMB · confirmed");
}

/* The customer has yet to confirm what was scanned from their telephone. */
static void
kill_on_pending (Scene *scene)
{
  g_autoptr (json_t) on = json_pack ("{s:i}", "confirm_above_fen", 0);
  g_autoptr (json_t) off = json_pack ("{s:i}", "confirm_above_fen", -1);
  g_autofree char *code = ds_company_get_path (scene->company, "payer.png");
  g_autofree char *page = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (json_t) pending = NULL;
  const char *payment_id;

  ds_company_set_faults (scene->company, on);
  json_decref (ds_company_wallet (scene->company, "an", "payer-code", "--picture", code, NULL));
  tell (scene, "stop", "2");
  tell (scene, "press", "Collect");
  tell (scene, "press", "Scan customer's code");
  g_free (kill_on (scene, "Scan"));
  tell (scene, "copy", code);
  tell (scene, "press", "Paste a code or a picture of one");
  tell (scene, "see", "The customer may have to confirm");
  tell (scene, "sent", "");
  tell (scene, "settled", "pending");
  page = kill_on (scene, "Result");
  words = g_strsplit (page, " ", -1);
  tell (scene, "see", "The customer may have to confirm");

  pending = ds_company_wallet (scene->company, "an", "pending", NULL);
  payment_id = json_string_value (
      json_object_get (json_array_get (json_object_get (pending, "pending"), 0), "payment"));
  g_assert_cmpstr (payment_id, ==, words[2]);
  json_decref (ds_company_wallet (scene->company, "an", "confirm", payment_id, NULL));
  ds_company_set_faults (scene->company, off);
  tell (scene, "see", "Digital RMB · confirmed");
}

/* Nothing has come of it, and nothing must be collected again: the page says so after the kill as before. */
static void
kill_on_claimed (Scene *scene)
{
  ds_company_set_line (scene->company, FALSE);
  tell (scene, "stop", "3");
  tell (scene, "press", "Collect");
  tell (scene, "press", "Show code");
  tell (scene, "see", "No network: once paid, scan their receipt");
  g_free (kill_on (scene, "Code"));
  tell (scene, "see", "No network: once paid, scan their receipt");
  tell (scene, "press", "Scan receipt");
  tell (scene, "press", "They have no code to show");
  tell (scene, "see", "No proof yet");
  g_free (kill_on (scene, "Result"));
  tell (scene, "see", "No proof yet");
  ds_company_set_line (scene->company, TRUE);
}

/* What is left of a split is what the code asks for. The kill comes before the place was kept: the journal knows better. */
static void
kill_on_rest (Scene *scene)
{
  g_autofree char *path = get_place (scene);
  g_autofree char *place = NULL;
  g_autofree char *page = NULL;
  g_autofree char *again = NULL;
  g_autofree char *code = NULL;
  g_autofree char *same_code = NULL;
  gsize n;

  tell (scene, "stop", "4");
  tell (scene, "press", "Collect");
  tell (scene, "press", "Cash + code");
  tell (scene, "press", "6");
  g_free (kill_on (scene, "Cash")); /* what was typed is gone, and nothing was taken */
  tell (scene, "see", "Type what the customer gives");
  tell (scene, "press", "6");
  tell (scene, "press", "Take ¥6.00");
  g_free (kill_on (scene, "Result"));
  tell (scene, "press", "Collect the rest, ¥80.00");
  g_free (say (scene, "front", "Collect", NULL));
  tell (scene, "kept", "");
  g_assert_true (g_file_get_contents (path, &place, &n, NULL));
  tell (scene, "press", "Show code");
  tell (scene, "see", "Waiting for customer…");
  page = say (scene, "front", "Code", NULL);
  code = read_screen (scene);
  tell (scene, "kept", "");

  kill_it (scene);
  g_assert_true (g_file_set_contents (path, place, (gssize)n, NULL));
  switch_on_and_unlock (scene);
  again = say (scene, "front", "Code", NULL);
  g_assert_cmpstr (again, ==, page);
  same_code = read_screen (scene);
  g_assert_cmpstr (same_code, ==, code);
  pay (scene);
  tell (scene, "see", "Digital RMB · confirmed");
}

/* The evening */

static void
kill_on_count (Scene *scene)
{
  tell (scene, "tab", "shift");
  g_free (kill_on (scene, "Home"));
  tell (scene, "press", "Cash");
  g_free (kill_on (scene, "Bucket"));
  tell (scene, "see", "文三路 4 号");
  tell (scene, "action", "win.back");
  tell (scene, "press", "Close shift");
  tell (scene, "press", "Count the cash");
  g_free (kill_on (scene, "Close"));
  tell (scene, "see", "100 yuan");
}

/* Of both operators. */
static gint64
sum_operators (json_t *books, const char *member)
{
  const char *operator_id;
  json_t *operator_books;
  gint64 sum = 0;

  json_object_foreach (json_object_get (books, "operators"), operator_id, operator_books)
  {
    sum += json_integer_value (json_object_get (operator_books, member));
  }
  return sum;
}

/* Two doors whole and the rest of one; each once. */
static void
check_books (Scene *scene)
{
  g_autofree char *printed = NULL;
  g_autoptr (json_t) books = NULL;
  g_autoptr (GError) error = NULL;

  tell (scene, "sent", "");
  printed = ds_company_depot (scene->company, "books", NULL);
  books = ds_json_parse_object (printed, strlen (printed), 1024 * 1024, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sum_operators (books, "count"), ==, 3);
  g_assert_cmpint (sum_operators (books, "paid_fen"), ==, 2 * DUE_FEN + 8000);
  g_assert_cmpint (json_integer_value (json_object_get (json_object_get (books, "accounts"), "cash:0317")),
                   ==, 600);
  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
  g_assert_cmpuint (json_array_size (json_object_get (books, "incidents")), ==, 0);
}

/* Where the courier was in another shift is nowhere: the route is shown. */
static void
kill_in_another_shift (Scene *scene)
{
  g_autofree char *path = get_place (scene);
  const char *place = "{\"shift\":\"another\",\"payment\":\"none\",\"places\":[{\"page\":\"Home\",\"detail\":"
                      "\"shift\"},{\"page\":\"Settings\"}]}";

  kill_it (scene);
  g_assert_true (g_file_set_contents (path, place, -1, NULL));
  switch_on_and_unlock (scene);
  tell (scene, "see", " to go");
  expect (scene, "front", "Home", "Home - - route");
}

static void
test_killed (Scene *scene, gconstpointer data)
{
  kill_on_code (scene);
  pay_while_dead (scene);
  kill_on_pending (scene);
  kill_on_claimed (scene);
  kill_on_rest (scene);
  kill_on_count (scene);
  kill_in_another_shift (scene);
  check_books (scene);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  depot_program = g_getenv ("DOORSTEP_DEPOT");
  wallet_program = g_getenv ("DOORSTEP_WALLET");
  handheld_program = g_getenv ("DOORSTEP_HANDHELD");
#define ADD(name, test) g_test_add ("/window/resume/" name, Scene, NULL, set_up, test, tear_down)
  ADD ("killed", test_killed);
#undef ADD
  return g_test_run ();
}
