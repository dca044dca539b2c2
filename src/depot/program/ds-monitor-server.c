/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-monitor-server.h"

#include "ds-error.h"
#include "ds-json.h"

#include <libsoup/soup.h>
#include <string.h>

/* Nobody may ask; the log should tell all the same when the depot cannot work any more. */
#define LOOK_EVERY_S 60
#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct _DsMonitorServer
{
  DsDepot *depot;
  SoupServer *server;
  char *address;
  guint look_source;
};

static void
reply (SoupServerMessage *message, guint status, const char *type, char *text)
{
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, text, strlen (text));
  soup_server_message_set_status (message, status, NULL);
}

static void
did_get_request (SoupServer *server,
                 SoupServerMessage *message,
                 const char *path,
                 GHashTable *query,
                 gpointer user_data)
{
  DsMonitorServer *self = user_data;
  g_autoptr (json_t) health = NULL;
  gboolean ready;

  if (strcmp (soup_server_message_get_method (message), SOUP_METHOD_GET) != 0)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", "GET");
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
    }
  else if (strcmp (path, "/health/live") == 0)
    reply (message, SOUP_STATUS_OK, "application/json", g_strdup ("{\"status\":\"live\"}"));
  else if (strcmp (path, "/health/ready") == 0)
    {
      health = ds_depot_check_health (self->depot, &ready);
      reply (message, ready ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE, "application/json",
             ds_json_to_line (health));
    }
  else if (strcmp (path, "/metrics") == 0)
    reply (message, SOUP_STATUS_OK, OPENMETRICS, ds_depot_get_metrics (self->depot));
  else
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

static gboolean
look (gpointer user_data)
{
  DsMonitorServer *self = user_data;
  gboolean ready;

  json_decref (ds_depot_check_health (self->depot, &ready));
  return G_SOURCE_CONTINUE;
}

DsMonitorServer *
ds_monitor_server_new (DsDepot *depot, guint16 port, GError **error)
{
  g_autoptr (DsMonitorServer) self = g_new0 (DsMonitorServer, 1);
  g_autoptr (GError) problem = NULL;
  GSList *uris;

  self->depot = g_object_ref (depot);
  self->server = soup_server_new ("server-header", "doorstep-depot", NULL);
  soup_server_add_handler (self->server, NULL, did_get_request, self, NULL);
  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &problem))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NETWORK, "The monitor cannot listen on port %u: %s", port,
                   problem->message);
      return NULL;
    }
  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  self->look_source = g_timeout_add_seconds (LOOK_EVERY_S, look, self);
  return g_steal_pointer (&self);
}

void
ds_monitor_server_free (DsMonitorServer *self)
{
  g_clear_handle_id (&self->look_source, g_source_remove);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_object_unref (self->depot);
  g_free (self->address);
  g_free (self);
}

const char *
ds_monitor_server_get_address (DsMonitorServer *self)
{
  return self->address;
}
