/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "front.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

guint16
front_find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  g_socket_listener_close (listener);
  return port;
}

typedef struct
{
  guint16 port;
  gboolean is_open;
} Door;

/* Programs of others do not say when they listen. */
static gboolean
knock (gpointer user_data)
{
  Door *door = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", door->port, NULL, NULL);

  door->is_open = connection != NULL;
  return !door->is_open;
}

void
front_wait_for_port (guint16 port)
{
  Door door = { port, FALSE };

  g_timeout_add (20, knock, &door);
  WAIT_UNTIL (door.is_open);
}

static void
end_with_test (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

GSubprocessLauncher *
front_launcher_new (void)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

  g_subprocess_launcher_set_child_setup (launcher, end_with_test, NULL, NULL);
  return launcher;
}

static void
replace (GString *text, const char *what, const char *with)
{
  g_assert_cmpuint (g_string_replace (text, what, with, 0), >, 0);
}

/* The example with this test's paths and ports. */
static GString *
write_site (Front *self, Company *company, const char *upstream, const char *desk)
{
  g_autofree char *example = g_build_filename (g_getenv ("DS_SOURCES"), "data", "depot", "nginx.conf", NULL);
  g_autofree char *depot_directory = company_get_path (company, "depot");
  g_autofree char *listen = g_strdup_printf ("listen 127.0.0.1:%u ssl;", self->port);
  g_autofree char *site = NULL;
  GString *text;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (example, &site, NULL, &error));
  g_assert_no_error (error);
  text = g_string_new (site);
  replace (text, "127.0.0.1:8443",
           upstream ? upstream + strlen ("http://")
                    : ds_depot_get_address (company->depot) + strlen ("https://"));
  if (desk != NULL)
    {
      g_autofree char *host
          = g_strndup (desk + strlen ("https://"), strcspn (desk + strlen ("https://"), "/"));

      replace (text, "127.0.0.1:8445", host);
    }
  if (upstream != NULL)
    replace (text, "proxy_pass https://", "proxy_pass http://");
  replace (text, "listen 443 ssl;", listen);
  replace (text, "server_name NAME;", "server_name localhost;");
  replace (text, "/var/lib/doorstep", depot_directory);
  return text;
}

/* In the frame of a whole configuration. */
static char *
write_configuration (Front *self, Company *company, const char *upstream, const char *desk)
{
  static const char *const places[] = { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" };
  g_autofree char *path = g_build_filename (self->directory, "nginx.conf", NULL);
  g_autoptr (GString) site = write_site (self, company, upstream, desk);
  g_autoptr (GString) text = g_string_new (geteuid () == 0 ? "user root;\n" : "");
  g_autoptr (GError) error = NULL;

  g_string_append_printf (text, "daemon off;\nworker_processes 1;\npid %s/pid;\nevents {}\nhttp {\n",
                          self->directory);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    g_string_append_printf (text, "%s_temp_path %s/%s;\n", places[i], self->directory, places[i]);
  g_string_append_printf (text, "%s}\n", site->str);
  g_assert_true (g_file_set_contents (path, text->str, -1, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

Front *
front_new (Company *company, const char *program, const char *upstream, const char *desk)
{
  Front *self = g_new0 (Front, 1);
  g_autoptr (GSubprocessLauncher) launcher = front_launcher_new ();
  g_autofree char *configuration = NULL;
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("doorstep-nginx-XXXXXX", &error);
  g_assert_no_error (error);
  self->port = front_find_port ();
  configuration = write_configuration (self, company, upstream, desk);
  self->nginx = g_subprocess_launcher_spawn (launcher, &error, program, "-e", "stderr", "-p", self->directory,
                                             "-c", configuration, NULL);
  g_assert_no_error (error);
  front_wait_for_port (self->port);
  return self;
}

void
front_free (Front *self)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", self->directory);

  g_subprocess_send_signal (self->nginx, SIGTERM);
  g_subprocess_wait (self->nginx, NULL, NULL);
  g_object_unref (self->nginx);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  g_free (self->directory);
  g_free (self);
}
