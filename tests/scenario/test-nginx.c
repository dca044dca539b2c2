/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot behind nginx, as data/depot/nginx.conf says: a handheld enrols, waits for news and hands in its journal through
 * it, and what is refused is refused in the depot's words. */
#include "config.h"

#include "company.h"

#include "ds-json.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#define DUE_FEN 3500
#define LOWER_FEN 2000

typedef struct
{
  Company *company;
  char *directory;
  guint16 port;
  GSubprocess *nginx;
  gboolean is_up;
} Front;

/* A port that was free a moment ago. */
static guint16
find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  g_socket_listener_close (listener);
  return port;
}

static void
replace (GString *text, const char *what, const char *with)
{
  g_assert_cmpuint (g_string_replace (text, what, with, 0), >, 0);
}

/* The example with this test's paths and ports, in the frame of a whole configuration. */
static char *
write_configuration (Front *self)
{
  const char *address = ds_depot_get_address (self->company->depot);
  g_autofree char *example = g_build_filename (g_getenv ("DS_SOURCES"), "data", "depot", "nginx.conf", NULL);
  g_autofree char *path = g_build_filename (self->directory, "nginx.conf", NULL);
  g_autofree char *depot_directory = g_build_filename (self->company->directory, "depot", NULL);
  g_autofree char *listen = g_strdup_printf ("listen 127.0.0.1:%u ssl;", self->port);
  g_autofree char *site = NULL;
  g_autofree char *frame = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (example, &site, NULL, &error));
  g_assert_no_error (error);
  text = g_string_new (site);
  replace (text, "127.0.0.1:8443", address + strlen ("https://"));
  replace (text, "listen 443 ssl;", listen);
  replace (text, "server_name NAME;", "server_name localhost;");
  replace (text, "/var/lib/doorstep", depot_directory);
  frame = g_strdup_printf (
      "%sdaemon off;\nworker_processes 1;\npid %s/pid;\nerror_log %s/error.log;\n"
      "events {}\nhttp {\nclient_body_temp_path %s/body;\nproxy_temp_path %s/proxy;\n"
      "fastcgi_temp_path %s/fastcgi;\nuwsgi_temp_path %s/uwsgi;\nscgi_temp_path %s/scgi;\n%s}\n",
      geteuid () == 0 ? "user root;\n" : "", self->directory, self->directory, self->directory,
      self->directory, self->directory, self->directory, self->directory, text->str);
  g_assert_true (g_file_set_contents (path, frame, -1, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

/* nginx does not say when it listens. */
static gboolean
look (gpointer user_data)
{
  Front *self = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, NULL);

  g_assert_nonnull (g_subprocess_get_identifier (self->nginx));
  self->is_up = connection != NULL;
  return !self->is_up;
}

static void
end_with_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
front_set_up (Front *self, const char *program)
{
  g_autofree char *configuration = NULL;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  self->company = company_new ();
  self->directory = g_dir_make_tmp ("doorstep-nginx-XXXXXX", &error);
  g_assert_no_error (error);
  self->port = find_port ();
  configuration = write_configuration (self);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_test, NULL, NULL);
  self->nginx = g_subprocess_launcher_spawn (launcher, &error, program, "-e", "stderr", "-p", self->directory,
                                             "-c", configuration, NULL);
  g_assert_no_error (error);
  g_timeout_add (20, look, self);
  WAIT_UNTIL (self->is_up);
}

static void
front_tear_down (Front *self)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", self->directory);

  g_subprocess_send_signal (self->nginx, SIGTERM);
  g_subprocess_wait (self->nginx, NULL, NULL);
  g_object_unref (self->nginx);
  company_free (self->company);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  g_free (self->directory);
}

static gint64
get_due_fen (Handheld *handheld, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  return debt.open_fen;
}

static void
test_day (void)
{
  g_autofree char *program = g_find_program_in_path ("nginx");
  g_autofree char *address = NULL;
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (json_t) changed = NULL;
  g_autoptr (GError) error = NULL;
  Front front = { 0 };
  DsStopChange change
      = { .kind = DS_STOP_CHANGE_REPRICE, .stop = "W2", .due_fen = LOWER_FEN, .reason = "a voucher" };

  if (program == NULL)
    {
      g_test_skip ("nginx is not installed");
      return;
    }
  front_set_up (&front, program);
  company_import (front.company, "0317",
                  "waybill,recipient,phone,address,due,prepaid\nW1,李小华,17012340001,文三路 1 号,35.00,no\n"
                  "W2,王芳,17012340002,文三路 2 号,40.00,no\n");
  address = g_strdup_printf ("https://localhost:%u", front.port);
  handheld = handheld_new (front.company, "handheld");
  handheld_enrol (handheld, "0317", address);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  g_free (handheld_take_cash (handheld, "W1", DUE_FEN));
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
  g_assert_cmpint (company_get_balance_fen (front.company, "cash:0317"), ==, DUE_FEN);

  /* News come to whoever waits for them, through nginx as well: the handheld sleeps in a long poll now. */
  changed = ds_depot_change_stop (front.company->depot, &change, &error);
  g_assert_no_error (error);
  WAIT_UNTIL (get_due_fen (handheld, "W2") == LOWER_FEN);
  g_free (handheld_take_cash (handheld, "W2", LOWER_FEN));
  WAIT_UNTIL (company_get_balance_fen (front.company, "cash:0317") == DUE_FEN + LOWER_FEN);

  g_clear_pointer (&handheld, handheld_free);
  front_tear_down (&front);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/nginx/day", test_day);
  return g_test_run ();
}
