/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server, lines on which nothing moves, and one on which something does. */
#include "config.h"

#include "ds-line-watch.h"

#include <string.h>

#define LIMIT_S 1

typedef struct
{
  DsManualClock *clock;
  SoupServer *server;
  DsLineWatch *watch;
  guint16 port;
  SoupServerMessage *asked; /* (nullable): what waits for its reply */
} Fixture;

/* A client's end. */
typedef struct
{
  GSocketConnection *connection;
  char bytes[256];
  gssize n; /* what it has read; -2: nothing yet */
} Line;

static void
did_ask (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *self = data;

  self->asked = g_object_ref (message);
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_pause (message);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->clock = ds_manual_clock_new (0);
  self->server = soup_server_new (NULL, NULL);
  self->watch = ds_line_watch_new (self->server, DS_CLOCK (self->clock), LIMIT_S);
  soup_server_add_handler (self->server, NULL, did_ask, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->port = (guint16)g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->asked);
  ds_line_watch_free (self->watch);
  g_object_unref (self->server);
  g_assert_finalize_object (self->clock);
}

static void
say (Line *line, const char *text)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (line->connection));

  g_assert_true (g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL));
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Line *line = user_data;

  line->n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
}

static void
open_line (Fixture *fixture, const char *text, Line *line)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  line->connection = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL, &error);
  g_assert_no_error (error);
  say (line, text);
  line->n = -2;
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (line->connection)), line->bytes,
                             sizeof line->bytes, G_PRIORITY_DEFAULT, NULL, did_read, line);
}

static void
count_start (SoupServer *server, SoupServerMessage *message, gpointer n)
{
  ++*(guint *)n;
}

/* Those who say nothing, or stop in the middle of a head or a body, are hung up on; not who waits for a reply. */
static void
test_silent (Fixture *fixture, gconstpointer data)
{
  const char *const texts[]
      = { "", "GET / HTTP/1.1\r\nHost: a", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na" };
  Line silent[G_N_ELEMENTS (texts)];
  Line good;
  guint n_started = 0;

  g_signal_connect (fixture->server, "request-started", G_CALLBACK (count_start), &n_started);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    open_line (fixture, texts[i], &silent[i]);
  open_line (fixture, "GET / HTTP/1.1\r\n", &good);
  while (n_started < G_N_ELEMENTS (texts) + 1)
    g_main_context_iteration (NULL, TRUE);

  ds_manual_clock_advance_ms (fixture->clock, 800 * LIMIT_S);
  say (&good, "Host: a\r\n\r\n");
  while (fixture->asked == NULL)
    g_main_context_iteration (NULL, TRUE);

  ds_manual_clock_advance_ms (fixture->clock, 400 * LIMIT_S);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      while (silent[i].n == -2)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (silent[i].n, <=, 0);
      g_object_unref (silent[i].connection);
    }

  g_assert_cmpint (good.n, ==, -2);
  soup_server_message_unpause (fixture->asked);
  while (good.n == -2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (good.n, >, 0);
  g_assert_true (g_str_has_prefix (good.bytes, "HTTP/1.1 200"));
  g_object_unref (good.connection);
}

/* A watch that goes before its server leaves nothing behind. */
static void
test_free_first (Fixture *fixture, gconstpointer data)
{
  Line line;

  open_line (fixture, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", &line);
  while (fixture->asked == NULL)
    g_main_context_iteration (NULL, TRUE);
  ds_line_watch_free (fixture->watch);
  soup_server_message_unpause (fixture->asked);
  while (line.n == -2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (line.n, >, 0);
  g_object_unref (line.connection);
  fixture->watch = ds_line_watch_new (fixture->server, DS_CLOCK (fixture->clock), LIMIT_S);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/line-watch/silent", Fixture, NULL, set_up, test_silent, tear_down);
  g_test_add ("/line-watch/free-first", Fixture, NULL, set_up, test_free_first, tear_down);
  return g_test_run ();
}
