/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-network.h"

#include "ds-error.h"
#include "ds-http.h"
#include "ds-json.h"

#include <glib/gi18n.h>

#define MAX_PROBLEM_BYTES (64 * 1024)
#define PROBLEM_PREFIX "urn:doorstep:problem:"

/* Replies */

DsHttpReply *
ds_http_reply_ref (DsHttpReply *self)
{
  return g_rc_box_acquire (self);
}

static void
reply_clear (gpointer data)
{
  DsHttpReply *self = data;

  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->members, json_decref);
  g_free (self->problem);
}

void
ds_http_reply_unref (DsHttpReply *self)
{
  g_rc_box_release_full (self, reply_clear);
}

static gint64
read_retry_after (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;

  if (text == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &seconds, NULL))
    return (gint64)seconds;

  date = soup_date_time_new_from_http_string (text);
  if (date == NULL)
    return -1;
  {
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

    return MAX (g_date_time_difference (date, now) / G_TIME_SPAN_SECOND, 0);
  }
}

/* A refusal's problem+json, if it has one. Its form is nothing to fail on: the status alone decides. */
static void
read_problem (DsHttpReply *reply)
{
  gsize n;
  const char *text = g_bytes_get_data (reply->body, &n);
  const char *type;

  if (g_strcmp0 (soup_message_headers_get_content_type (reply->headers, NULL), "application/problem+json")
      != 0)
    return;
  reply->members = ds_json_parse_object (text, n, MAX_PROBLEM_BYTES, NULL);
  if (reply->members == NULL)
    return;

  type = json_string_value (json_object_get (reply->members, "type"));
  if (type != NULL && g_str_has_prefix (type, PROBLEM_PREFIX))
    reply->problem = g_strdup (type + strlen (PROBLEM_PREFIX));
}

/* Whether a good status comes with a depot's answer, or with somebody else's page. */
static gboolean
check_media (DsHttpReply *reply, const char *accept, GError **error)
{
  const char *media = soup_message_headers_get_content_type (reply->headers, NULL);

  if (g_bytes_get_size (reply->body) == 0 || g_strcmp0 (media, accept) == 0)
    return TRUE;

  if (g_strcmp0 (media, "text/html") == 0 || g_strcmp0 (media, "application/xhtml+xml") == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL,
                         _ ("A web page came in place of the depot's answer. This network may want you to "
                            "sign in first."));
  else
    g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL, _ ("What answered does not speak as a depot."));
  return FALSE;
}

DsHttpReply *
ds_http_reply_new (guint status,
                   SoupMessageHeaders *headers,
                   GBytes *body,
                   const char *accept,
                   GError **error)
{
  g_autoptr (DsHttpReply) reply = g_rc_box_new0 (DsHttpReply);

  reply->status = status;
  reply->headers = soup_message_headers_ref (headers);
  reply->body = body;
  reply->retry_after_s = read_retry_after (headers);
  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    read_problem (reply);
  else if (!check_media (reply, accept, error))
    return NULL;
  return g_steal_pointer (&reply);
}

/* What a status means for whoever asked. */
static DsError
classify_status (guint status)
{
  if (status == SOUP_STATUS_UNAUTHORIZED)
    return DS_ERROR_UNAUTHORISED;
  if (status == SOUP_STATUS_CONFLICT)
    return DS_ERROR_CONFLICT;
  if (status == 429 || status >= 500)
    return DS_ERROR_NETWORK;
  if (status < 400)
    return DS_ERROR_PROTOCOL;
  return DS_ERROR_REFUSED;
}

/* What the depot means, in the courier's language; its own words are for whoever runs it. */
static const char *
explain_problem (const char *problem)
{
  static const struct
  {
    const char *problem;
    const char *text;
  } known[] = {
    { "revoked", N_ ("The depot keeps this handheld out. Nothing on it is lost: bring it to the depot.") },
    { "overloaded", N_ ("The depot is busy. Nothing is lost: it is sent again by itself.") },
    { "clock", N_ ("This handheld's clock is wrong. Set date and time, then sync.") },
    { "fork", N_ ("The depot holds other entries of this handheld. Bring it to the depot.") },
    { "too-large", N_ ("This is more than the depot takes at once. Tell the depot.") },
  };

  for (gsize i = 0; problem != NULL && i < G_N_ELEMENTS (known); i++)
    {
      if (g_str_equal (known[i].problem, problem))
        return _ (known[i].text);
    }
  return NULL;
}

gboolean
ds_http_reply_check (DsHttpReply *self, GError **error)
{
  const char *detail;
  DsError code;

  if (SOUP_STATUS_IS_SUCCESSFUL (self->status))
    return TRUE;

  code = classify_status (self->status);
  detail = json_string_value (json_object_get (self->members, "detail"));
  if (detail == NULL)
    detail = json_string_value (json_object_get (self->members, "title"));

  if (SOUP_STATUS_IS_REDIRECTION (self->status))
    g_set_error_literal (
        error, DS_ERROR, code,
        _ ("The depot's address leads elsewhere. This network may want you to sign in first."));
  else if (explain_problem (self->problem) != NULL)
    g_set_error_literal (error, DS_ERROR, code, explain_problem (self->problem));
  else if (detail != NULL)
    g_set_error (error, DS_ERROR, code, _ ("The depot says: %s"), detail);
  else if (code == DS_ERROR_NETWORK)
    g_set_error (error, DS_ERROR, code, _ ("The depot cannot answer now (status %u)."), self->status);
  else
    g_set_error (error, DS_ERROR, code, _ ("The depot refused (status %u)."), self->status);
  return FALSE;
}

json_t *
ds_http_reply_parse (DsHttpReply *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gsize n;
  const char *text = g_bytes_get_data (self->body, &n);
  json_t *object = ds_json_parse_object (text ? text : "", n, n, &problem);

  if (object == NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_PROTOCOL, _ ("The depot's answer cannot be read: %s"),
                 problem->message);
  return object;
}

gint64
ds_http_reply_get_number (DsHttpReply *self, const char *name)
{
  const char *text = soup_message_headers_get_one (self->headers, name);
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &number, NULL))
    return -1;
  return (gint64)number;
}

/* Transports */

G_DEFINE_INTERFACE (DsTransport, ds_transport, G_TYPE_OBJECT)

static void
ds_transport_default_init (DsTransportInterface *iface)
{
}

void
ds_transport_request_async (DsTransport *self,
                            const DsHttpRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (DS_IS_TRANSPORT (self));
  g_return_if_fail (request->path[0] == '/');

  DS_TRANSPORT_GET_IFACE (self)->request_async (self, request, cancellable, callback, user_data);
}

DsHttpReply *
ds_transport_request_finish (DsTransport *self, GAsyncResult *result, gboolean *reached, GError **error)
{
  g_return_val_if_fail (DS_IS_TRANSPORT (self), NULL);

  return DS_TRANSPORT_GET_IFACE (self)->request_finish (self, result, reached, error);
}

/* Networks */

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (DsNetwork, ds_network, G_TYPE_OBJECT)

static void
ds_network_default_init (DsNetworkInterface *iface)
{
  signals[CHANGED]
      = g_signal_new ("changed", DS_TYPE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

DsTransport *
ds_network_connect (DsNetwork *self, const char *address, DsTlsTrust *trust, GError **error)
{
  g_return_val_if_fail (DS_IS_NETWORK (self), NULL);
  g_return_val_if_fail (address != NULL && trust != NULL, NULL);

  return DS_NETWORK_GET_IFACE (self)->connect (self, address, trust, error);
}

void
ds_network_emit_changed (DsNetwork *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* The machine's network */

#define DS_TYPE_SYSTEM_NETWORK (ds_system_network_get_type ())
G_DECLARE_FINAL_TYPE (DsSystemNetwork, ds_system_network, DS, SYSTEM_NETWORK, GObject)

struct _DsSystemNetwork
{
  GObject parent;

  DsClock *clock;
};

static DsTransport *
ds_system_network_connect (DsNetwork *network, const char *address, DsTlsTrust *trust, GError **error)
{
  DsHttp *http = ds_http_new (address, trust, DS_SYSTEM_NETWORK (network)->clock, error);

  return http ? DS_TRANSPORT (http) : NULL;
}

static void
ds_system_network_iface_init (DsNetworkInterface *iface)
{
  iface->connect = ds_system_network_connect;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSystemNetwork,
                               ds_system_network,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_NETWORK, ds_system_network_iface_init))

static void
ds_system_network_finalize (GObject *object)
{
  g_clear_object (&DS_SYSTEM_NETWORK (object)->clock);

  G_OBJECT_CLASS (ds_system_network_parent_class)->finalize (object);
}

static void
ds_system_network_class_init (DsSystemNetworkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_system_network_finalize;
}

static void
ds_system_network_init (DsSystemNetwork *self)
{
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (ds_network_emit_changed), self, G_CONNECT_SWAPPED);
}

DsNetwork *
ds_network_new_system (DsClock *clock)
{
  DsSystemNetwork *self;

  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);

  self = g_object_new (DS_TYPE_SYSTEM_NETWORK, NULL);
  self->clock = g_object_ref (clock);
  return DS_NETWORK (self);
}
