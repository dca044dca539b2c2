/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim-network.h"

#include "ds-depot-service.h"
#include "ds-error.h"
#include "ds-task.h"

#include <string.h>

#define LATE_MS (10 * 60 * 1000)
#define AGAIN_MS (60 * 60 * 1000)

struct _SimNetwork
{
  GObject parent;

  DsDepot **depot;
  DsClock *clock;
  DsRandom *random;
  SimTrace *trace;
  char *who;
  SimLine line;
  guint n_sent;
};

/* One request and its copies. */
typedef struct
{
  SimNetwork *network;
  guint number;
  GTask *task; /* (nullable): until the handheld has its answer */
  gulong cancelled_handler;
  guint patience_source;
  gboolean reached;

  /* The request */
  char *method;
  char *path;
  GHashTable *query;
  char *token;
  GBytes *body;
  char *accept;

  /* The reply */
  guint status;
  SoupMessageHeaders *headers;
  GBytes *content;
} Flight;

static void sim_network_transport_iface_init (DsTransportInterface *iface);
static void sim_network_network_iface_init (DsNetworkInterface *iface);

/* One depot, one way: the network is its own transport. */
G_DEFINE_FINAL_TYPE_WITH_CODE (SimNetwork,
                               sim_network,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_TRANSPORT, sim_network_transport_iface_init)
                                   G_IMPLEMENT_INTERFACE (DS_TYPE_NETWORK, sim_network_network_iface_init))

static gboolean
happens (SimNetwork *self, guint thousandths)
{
  return ds_random_below (self->random, 1000) < thousandths;
}

/* Flights */

static void
flight_clear (gpointer data)
{
  Flight *self = data;

  g_object_unref (self->network);
  g_free (self->method);
  g_free (self->path);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_free (self->token);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->accept);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->content, g_bytes_unref);
}

static void
flight_unref (gpointer flight)
{
  g_rc_box_release_full (flight, flight_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flight, flight_unref)

/* Returns: (transfer full) (nullable): the task, if the handheld still waits. */
static GTask *
land (Flight *self)
{
  GTask *task = g_steal_pointer (&self->task);

  if (task != NULL && self->cancelled_handler != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), self->cancelled_handler);
  g_clear_handle_id (&self->patience_source, g_source_remove);
  return task;
}

static void
fail (Flight *self, const char *words)
{
  g_autoptr (GTask) task = land (self);

  if (task == NULL)
    return;
  sim_trace (self->network->trace, self->network->who, "  #%u: %s", self->number, words);
  g_task_return_new_error (task, DS_ERROR, DS_ERROR_NETWORK, "%s", words);
}

static gboolean
lose_patience (gpointer flight)
{
  ((Flight *)flight)->patience_source = 0;
  fail (flight, "no answer in time");
  return G_SOURCE_REMOVE;
}

static void
did_cancel (GCancellable *cancellable, gpointer flight)
{
  g_autoptr (GTask) task = land (flight);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
}

static void
after (Flight *self, guint delay_ms, GSourceFunc callback)
{
  ds_clock_add_timeout_full (self->network->clock, delay_ms, G_PRIORITY_DEFAULT, callback,
                             g_rc_box_acquire (self), flight_unref);
}

/* The way back */

static gboolean
deliver_reply (gpointer data)
{
  g_autoptr (Flight) self = g_rc_box_acquire (data);
  g_autoptr (GTask) task = NULL;
  DsHttpReply *reply;
  GError *error = NULL;

  if (self->task == NULL)
    return G_SOURCE_REMOVE;
  sim_trace (self->network->trace, self->network->who, "  #%u: %u, %zu bytes", self->number, self->status,
             g_bytes_get_size (self->content));
  sim_trace_bytes (self->network->trace, self->content);
  task = land (self);
  reply = ds_http_reply_new (self->status, self->headers, g_bytes_ref (self->content), self->accept, &error);
  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify)ds_http_reply_unref);
  else
    g_task_return_error (task, error);
  return G_SOURCE_REMOVE;
}

static void
let_a_stranger_answer (Flight *self)
{
  static const char page[] = "<html>Sign in</html>";

  self->status
      = ds_random_below (self->network->random, 2) ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE;
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  soup_message_headers_set_content_type (self->headers, "text/html", NULL);
  g_clear_pointer (&self->content, g_bytes_unref);
  self->content = g_bytes_new_static (page, strlen (page));
}

/* A chunked body that was cut looks whole to libsoup 3.2; any other is known to be cut. */
static gboolean
cut_reply (Flight *self)
{
  g_autoptr (GBytes) whole = NULL;
  gsize n = g_bytes_get_size (self->content);

  if (n == 0 || ds_random_below (self->network->random, 2))
    {
      fail (self, "the connection broke");
      return FALSE;
    }
  whole = g_steal_pointer (&self->content);
  n = ds_random_below (self->network->random, (guint32)n);
  /* At the end of a line, where nothing in the line itself shows it. */
  if (ds_random_below (self->network->random, 2))
    {
      const char *text = g_bytes_get_data (whole, NULL);

      while (n > 0 && text[n - 1] != '\n')
        n--;
    }
  self->content = g_bytes_new_from_bytes (whole, 0, n);
  return TRUE;
}

static gboolean
send_back (gpointer data)
{
  g_autoptr (Flight) self = g_rc_box_acquire (data);
  SimNetwork *network = self->network;
  guint delay_ms = 5 + ds_random_below (network->random, 200);

  if (self->task == NULL || !network->line.up || happens (network, network->line.lose_reply))
    return G_SOURCE_REMOVE;
  if (happens (network, network->line.late))
    delay_ms += ds_random_below (network->random, LATE_MS);
  if (happens (network, network->line.stranger))
    let_a_stranger_answer (self);
  else if (happens (network, network->line.cut) && !cut_reply (self))
    return G_SOURCE_REMOVE;
  after (self, delay_ms, deliver_reply);
  return G_SOURCE_REMOVE;
}

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Flight) self = user_data;
  g_autoptr (DsDepotReply) reply = ds_depot_answer_finish (DS_DEPOT (source), result, NULL);

  /* Of copies, the first answer counts. */
  if (reply == NULL || self->content != NULL || self->task == NULL)
    return;
  self->status = reply->status;
  self->headers = soup_message_headers_ref (reply->headers);
  self->content = reply->body ? g_bytes_ref (reply->body) : g_bytes_new (NULL, 0);
  send_back (self);
}

/* The way there */

static gboolean
arrive (gpointer data)
{
  Flight *self = data;
  const DsDepotRequest request = {
    .method = self->method, .path = self->path, .query = self->query, .token = self->token, .body = self->body
  };

  if (*self->network->depot == NULL)
    {
      fail (self, "the depot is down");
      return G_SOURCE_REMOVE;
    }
  ds_depot_answer_async (*self->network->depot, &request, NULL, did_answer, g_rc_box_acquire (self));
  return G_SOURCE_REMOVE;
}

static gboolean
say_no_network (gpointer flight)
{
  fail (flight, "there is no network");
  return G_SOURCE_REMOVE;
}

static void
set_out (Flight *self)
{
  SimNetwork *network = self->network;
  guint delay_ms = 5 + ds_random_below (network->random, 200);

  if (!network->line.up)
    {
      after (self, delay_ms, say_no_network);
      return;
    }
  if (happens (network, network->line.lose_request))
    {
      self->reached = ds_random_below (network->random, 2);
      return;
    }
  self->reached = TRUE;
  if (happens (network, network->line.again))
    after (self, delay_ms + ds_random_below (network->random, AGAIN_MS), arrive);
  if (happens (network, network->line.late))
    delay_ms += ds_random_below (network->random, LATE_MS);
  after (self, delay_ms, arrive);
}

static void
read_path (Flight *self, const char *path)
{
  const char *mark = strchr (path, '?');

  self->path = mark ? g_strndup (path, (gsize)(mark - path)) : g_strdup (path);
  if (mark != NULL)
    self->query = soup_form_decode (mark + 1);
}

static void
sim_network_request_async (DsTransport *transport,
                           const DsHttpRequest *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  SimNetwork *self = SIM_NETWORK (transport);
  g_autoptr (Flight) flight = g_rc_box_new0 (Flight);

  flight->network = g_object_ref (self);
  flight->number = ++self->n_sent;
  flight->method = g_strdup (request->method);
  read_path (flight, request->path);
  flight->token = g_strdup (request->token);
  flight->body = request->body ? g_bytes_ref (request->body) : NULL;
  flight->accept = g_strdup (request->accept);
  flight->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (flight->task, DS_TASK_TAG (sim_network_request_async));
  g_task_set_check_cancellable (flight->task, FALSE);
  g_task_set_task_data (flight->task, g_rc_box_acquire (flight), flight_unref);

  sim_trace (self->trace, self->who, "  #%u: %s %s, %zu bytes", flight->number, request->method,
             request->path, request->body ? g_bytes_get_size (request->body) : 0);
  if (request->body != NULL)
    sim_trace_bytes (self->trace, request->body);
  if (cancellable != NULL)
    {
      if (g_cancellable_is_cancelled (cancellable))
        {
          did_cancel (cancellable, flight);
          return;
        }
      flight->cancelled_handler
          = g_signal_connect (cancellable, "cancelled", G_CALLBACK (did_cancel), flight);
    }
  flight->patience_source
      = ds_clock_add_timeout_full (self->clock, request->timeout_ms, G_PRIORITY_DEFAULT, lose_patience,
                                   g_rc_box_acquire (flight), flight_unref);
  set_out (flight);
}

static DsHttpReply *
sim_network_request_finish (DsTransport *transport, GAsyncResult *result, gboolean *reached, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, transport), NULL);

  if (reached != NULL)
    *reached = ((Flight *)g_task_get_task_data (G_TASK (result)))->reached;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
sim_network_transport_iface_init (DsTransportInterface *iface)
{
  iface->request_async = sim_network_request_async;
  iface->request_finish = sim_network_request_finish;
}

/* The certificate's check has its tests where there are certificates. */
static DsTransport *
sim_network_connect (DsNetwork *network, const char *address, DsTlsTrust *trust, GError **error)
{
  ds_tls_trust_free (trust);
  return DS_TRANSPORT (g_object_ref (network));
}

static void
sim_network_network_iface_init (DsNetworkInterface *iface)
{
  iface->connect = sim_network_connect;
}

/* The object */

static void
sim_network_finalize (GObject *object)
{
  SimNetwork *self = SIM_NETWORK (object);

  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_free (self->who);

  G_OBJECT_CLASS (sim_network_parent_class)->finalize (object);
}

static void
sim_network_class_init (SimNetworkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sim_network_finalize;
}

static void
sim_network_init (SimNetwork *self)
{
  self->line.up = TRUE;
}

SimNetwork *
sim_network_new (DsDepot **depot, DsClock *clock, DsRandom *random, SimTrace *trace, const char *who)
{
  SimNetwork *self = g_object_new (SIM_TYPE_NETWORK, NULL);

  self->depot = depot;
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->trace = trace;
  self->who = g_strdup (who);
  return self;
}

SimLine *
sim_network_get_line (SimNetwork *self)
{
  return &self->line;
}

guint
sim_network_get_n_sent (SimNetwork *self)
{
  return self->n_sent;
}

void
sim_network_set_up (SimNetwork *self, gboolean up)
{
  if (self->line.up == up)
    return;
  sim_trace (self->trace, self->who, up ? "the network is back" : "the network is gone");
  self->line.up = up;
  ds_network_emit_changed (DS_NETWORK (self));
}
