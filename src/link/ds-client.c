/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-client.h"

#include "ds-clock.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-random.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TOKEN_REPLY_BYTES (16 * 1024)
#define MAX_TOKEN_CHARACTERS 4096
#define NONCE_BYTES 16
/* A token that ends within this is not sent any more. */
#define TOKEN_MARGIN_MS 10000

struct _DsClient
{
  GObject parent;

  DsStore *store;
  DsClock *clock;
  DsRandom *random;
  DsTransport *transport;
  guint timeout_ms;

  char *token; /* (nullable) */
  gint64 token_ends_mono_ms;
  GPtrArray *waiting; /* (element-type GTask): calls that need a token; the first one's cancellable is used */
  gboolean asking;
};

G_DEFINE_FINAL_TYPE (DsClient, ds_client, G_TYPE_OBJECT)

/* One request; the data of its task. */
typedef struct
{
  DsHttpRequest request;
  char *token; /* (nullable): the one that was sent */
  gboolean repeated;
  gboolean reached;
} Call;

static void
call_free (Call *self)
{
  g_clear_pointer (&self->request.body, g_bytes_unref);
  g_free (self->token);
  g_free (self);
}

/* One way to a token. */
typedef struct
{
  DsClient *client;
  GCancellable *cancellable;
  gboolean corrected; /* the depot has told its time already */
} Ask;

static void
ask_free (Ask *self)
{
  g_object_unref (self->client);
  g_clear_object (&self->cancellable);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ask, ask_free)

static void
ds_client_finalize (GObject *object)
{
  DsClient *self = DS_CLIENT (object);

  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_object (&self->transport);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_free (self->token);

  G_OBJECT_CLASS (ds_client_parent_class)->finalize (object);
}

static void
ds_client_class_init (DsClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_client_finalize;
}

static void
ds_client_init (DsClient *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

DsClient *
ds_client_new (DsStore *store,
               DsNetwork *network,
               DsClock *clock,
               DsRandom *random,
               guint timeout_ms,
               GError **error)
{
  g_autoptr (DsClient) self = g_object_new (DS_TYPE_CLIENT, NULL);
  const DsIdentity *identity = ds_store_get_identity (store);
  DsTlsTrust *trust;

  g_return_val_if_fail (identity != NULL, NULL);

  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->timeout_ms = timeout_ms;
  trust = ds_tls_trust_new_for_ca (identity->ca_pem, error);
  if (trust == NULL)
    return NULL;
  self->transport = ds_network_connect (network, identity->address, trust, error);
  if (self->transport == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

/* The token */

static void ask_for_token (DsClient *self, GCancellable *cancellable);
static void send_call (GTask *task);

static gboolean
has_token (DsClient *self)
{
  return self->token != NULL && ds_clock_get_mono_ms (self->clock) < self->token_ends_mono_ms;
}

static char *
make_assertion (DsClient *self, gint64 at_ms, GError **error)
{
  const char *device_id = ds_store_get_identity (self->store)->device_id;
  g_autoptr (json_t) payload = NULL;
  g_autofree char *nonce = NULL;
  g_autofree char *line = NULL;
  guint8 bytes[NONCE_BYTES];

  ds_random_fill (self->random, bytes, sizeof bytes);
  nonce = ds_base64url_encode (bytes, sizeof bytes);
  payload = json_pack ("{s:s, s:s, s:I, s:s}", "device", device_id, "aud", "depot", "at_ms",
                       (json_int_t)at_ms, "nonce", nonce);
  line = ds_json_to_line (payload);
  return ds_jws_sign (ds_store_get_device_key (self->store), device_id, line, strlen (line), error);
}

/* Takes the token out of a good reply. A token that could not stand in a header is none. */
static gboolean
keep_token (DsClient *self, DsHttpReply *reply, GError **error)
{
  g_autoptr (json_t) object = ds_http_reply_parse (reply, error);
  const char *token;
  json_int_t expires_in_s;

  if (object == NULL)
    return FALSE;
  if (!ds_json_unpack (object, NULL, "{s:s, s:I}", "token", &token, "expires_in_s", &expires_in_s)
      || expires_in_s <= 0 || expires_in_s > G_MAXINT32 || *token == '\0'
      || strlen (token) > MAX_TOKEN_CHARACTERS || strpbrk (token, " \t\r\n") != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL, _ ("The depot's answer is not a token."));
      return FALSE;
    }

  g_free (self->token);
  self->token = g_strdup (token);
  self->token_ends_mono_ms
      = ds_clock_get_mono_ms (self->clock) + MAX (expires_in_s * 1000 - TOKEN_MARGIN_MS, expires_in_s * 500);
  return TRUE;
}

/* Everybody who waits goes on, or fails alike, or takes the @refusal for its own reply; whoever was not cancelled does not suffer for whoever was. */
static void
answer_waiting (DsClient *self, gboolean reached, DsHttpReply *refusal, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->asking = FALSE;
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);
      Call *call = g_task_get_task_data (task);

      call->reached = reached;
      if (refusal != NULL)
        g_task_return_pointer (task, ds_http_reply_ref (refusal), (GDestroyNotify)ds_http_reply_unref);
      else if (error == NULL
               || (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                   && !g_cancellable_is_cancelled (g_task_get_cancellable (task))))
        send_call (g_object_ref (task));
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

static void send_ask (Ask *ask, gint64 at_ms);

static void
did_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Ask) ask = user_data;
  DsClient *self = ask->client;
  g_autoptr (DsHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  gboolean reached;
  json_t *now_ms;

  reply = ds_transport_request_finish (DS_TRANSPORT (source), result, &reached, &error);
  if (reply == NULL)
    {
      answer_waiting (self, reached, NULL, error);
      return;
    }

  /* Our clock is off: the depot's own is in the answer, which came over the pinned connection. */
  now_ms = json_object_get (reply->members, "now_ms");
  if (g_strcmp0 (reply->problem, "clock") == 0 && json_is_integer (now_ms) && !ask->corrected)
    {
      ask->corrected = TRUE;
      send_ask (g_steal_pointer (&ask), json_integer_value (now_ms));
      return;
    }

  if (!ds_http_reply_check (reply, NULL))
    {
      answer_waiting (self, reached, reply, NULL);
      return;
    }
  keep_token (self, reply, &error);
  answer_waiting (self, reached, NULL, error);
}

static void
send_ask (Ask *ask, gint64 at_ms)
{
  DsClient *self = ask->client;
  g_autoptr (GError) error = NULL;
  g_autofree char *assertion = make_assertion (self, at_ms, &error);
  g_autoptr (json_t) object = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GBytes) body = NULL;
  DsHttpRequest request = { .method = "POST",
                            .path = "/v1/tokens",
                            .media = DS_MEDIA_JSON,
                            .accept = DS_MEDIA_JSON,
                            .max_bytes = MAX_TOKEN_REPLY_BYTES,
                            .timeout_ms = self->timeout_ms };

  if (assertion == NULL)
    {
      answer_waiting (self, FALSE, NULL, error);
      ask_free (ask);
      return;
    }
  object = json_pack ("{s:s}", "assertion", assertion);
  line = ds_json_to_line (object);
  body = g_bytes_new (line, strlen (line));
  request.body = body;
  ds_transport_request_async (self->transport, &request, ask->cancellable, did_ask, ask);
}

static void
ask_for_token (DsClient *self, GCancellable *cancellable)
{
  Ask *ask = g_new0 (Ask, 1);

  self->asking = TRUE;
  ask->client = g_object_ref (self);
  ask->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  send_ask (ask, ds_store_get_trusted_now_ms (self->store));
}

/* The call */

static void
did_request (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (DsHttpReply) reply = NULL;
  GError *error = NULL;

  reply = ds_transport_request_finish (DS_TRANSPORT (source), result, &call->reached, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (reply->status != SOUP_STATUS_UNAUTHORIZED || call->repeated)
    {
      g_task_return_pointer (task, g_steal_pointer (&reply), (GDestroyNotify)ds_http_reply_unref);
      return;
    }

  /* Another call may have a new token by now. */
  if (g_strcmp0 (self->token, call->token) == 0)
    g_clear_pointer (&self->token, g_free);
  call->repeated = TRUE;
  send_call (g_steal_pointer (&task));
}

/* Takes over the reference to @task. */
static void
send_call (GTask *task)
{
  DsClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (has_token (self))
    {
      g_free (call->token);
      call->token = g_strdup (self->token);
      call->request.token = call->token;
      ds_transport_request_async (self->transport, &call->request, cancellable, did_request, task);
      return;
    }

  g_ptr_array_add (self->waiting, task);
  if (!self->asking)
    ask_for_token (self, cancellable);
}

void
ds_client_request_async (DsClient *self,
                         const DsHttpRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task;
  Call *call;

  g_return_if_fail (DS_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_client_request_async));
  g_task_set_name (task, "Doorstep request with a token");

  call = g_new0 (Call, 1);
  call->request = *request;
  call->request.body = request->body ? g_bytes_ref (request->body) : NULL;
  g_task_set_task_data (task, call, (GDestroyNotify)call_free);
  send_call (task);
}

DsHttpReply *
ds_client_request_finish (DsClient *self, GAsyncResult *result, gboolean *reached, GError **error)
{
  Call *call;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  call = g_task_get_task_data (G_TASK (result));
  if (reached != NULL)
    *reached = call->reached;
  return g_task_propagate_pointer (G_TASK (result), error);
}
