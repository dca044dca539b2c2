/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking to be enrolled: the one request that is made before the depot's authority is known. */
#include "config.h"

#include "ds-link-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_REPLY_BYTES (256 * 1024)
#define MAX_NAME_BYTES 256

/* The data of the task. */
typedef struct
{
  DsEnrolCode code;
  char *model;
} Enrolment;

static void
enrolment_free (Enrolment *self)
{
  g_free (self->code.address);
  g_free (self->code.pin);
  g_free (self->code.code);
  g_free (self->model);
  g_free (self);
}

/* Whether the authority in the answer is the one that vouches for the answer. */
static gboolean
check_authority (const char *ca_pem, const char *pin)
{
  g_autoptr (GTlsCertificate) ca = g_tls_certificate_new_from_pem (ca_pem, -1, NULL);
  g_autofree char *its_pin = ca ? ds_tls_pin_from_certificate (ca) : NULL;

  return g_strcmp0 (its_pin, pin) == 0;
}

static DsKey *
read_key (const char *hex)
{
  g_autoptr (GBytes) bytes = ds_hex_decode (hex, NULL);
  const guint8 *point;
  gsize n;

  if (bytes == NULL)
    return NULL;
  point = g_bytes_get_data (bytes, &n);
  return ds_key_new_from_public (point, n, NULL);
}

static DsIdentity *
read_identity (DsHttpReply *reply, const DsEnrolCode *code, GError **error)
{
  g_autoptr (json_t) object = ds_http_reply_parse (reply, error);
  g_autoptr (DsKey) depot_key = NULL;
  const char *device, *depot_name, *courier_id, *courier_name, *key, *ca;
  int is_practice = FALSE;
  DsIdentity *identity;

  if (object == NULL)
    return NULL;
  if (!ds_json_unpack (object, NULL, "{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s?b}", "device", &device,
                       "depot_name", &depot_name, "courier", "id", &courier_id, "name", &courier_name,
                       "depot_key", &key, "ca", &ca, "practice", &is_practice)
      || (is_practice != 0) != code->is_practice || *device == '\0' || strlen (device) > MAX_NAME_BYTES
      || *courier_id == '\0' || strlen (courier_id) > MAX_NAME_BYTES || strlen (depot_name) > MAX_NAME_BYTES
      || strlen (courier_name) > MAX_NAME_BYTES || (depot_key = read_key (key)) == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL,
                           _ ("The depot's answer to the enrolment cannot be used."));
      return NULL;
    }
  if (!check_authority (ca, code->pin))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_PROTOCOL,
                           _ ("The depot names another authority than the enrolment code does."));
      return NULL;
    }

  identity = g_new0 (DsIdentity, 1);
  identity->device_id = g_strdup (device);
  identity->address = g_strdup (code->address);
  identity->ca_pem = g_strdup (ca);
  identity->depot_key = g_steal_pointer (&depot_key);
  identity->depot_name = g_strdup (depot_name);
  identity->courier_id = g_strdup (courier_id);
  identity->courier_name = g_strdup (courier_name);
  identity->is_practice = is_practice != 0;
  return identity;
}

static void
did_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Enrolment *enrolment = g_task_get_task_data (task);
  g_autoptr (DsHttpReply) reply = NULL;
  DsIdentity *identity = NULL;
  GError *error = NULL;

  reply = ds_transport_request_finish (DS_TRANSPORT (source), result, NULL, &error);
  if (reply != NULL && ds_http_reply_check (reply, &error))
    identity = read_identity (reply, &enrolment->code, &error);
  if (identity == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, identity, (GDestroyNotify)ds_identity_free);
}

/* Proof that whoever sends the public key has the private one, bound to this one code. */
static char *
prove (DsKey *key, const char *code, const char *public_hex, GError **error)
{
  g_autofree char *statement = g_strconcat (code, ".", public_hex, NULL);
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  if (!ds_key_sign (key, statement, strlen (statement), signature, error))
    return NULL;
  return ds_base64url_encode (signature, sizeof signature);
}

static void
send_question (GTask *task, DsKey *key, DsTransport *transport)
{
  DsLink *self = g_task_get_source_object (task);
  Enrolment *enrolment = g_task_get_task_data (task);
  g_autofree char *public_hex = ds_key_get_public_hex (key);
  GError *error = NULL;
  g_autofree char *proof = prove (key, enrolment->code.code, public_hex, &error);
  g_autoptr (json_t) object = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GBytes) body = NULL;
  DsHttpRequest request = { .method = "POST",
                            .path = "/v1/devices",
                            .media = DS_MEDIA_JSON,
                            .accept = DS_MEDIA_JSON,
                            .max_bytes = MAX_REPLY_BYTES,
                            .timeout_ms = self->timings.timeout_ms };

  if (proof == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  object = json_pack ("{s:s, s:s, s:s, s:s, s:s, s:b}", "code", enrolment->code.code, "public_key",
                      public_hex, "model", enrolment->model, "app_version", DS_VERSION, "proof", proof,
                      "practice", (int)enrolment->code.is_practice);
  if (object == NULL)
    {
      g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, _ ("The enrolment code is not text."));
      return;
    }
  line = ds_json_to_line (object);
  body = g_bytes_new (line, strlen (line));
  request.body = body;
  ds_transport_request_async (transport, &request, g_task_get_cancellable (task), did_ask,
                              g_object_ref (task));
}

static void
did_prepare_key (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsLink *self = g_task_get_source_object (task);
  Enrolment *enrolment = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (DsKey) key = ds_store_prepare_key_finish (DS_STORE (source), result, &error);
  g_autoptr (DsTransport) transport = NULL;

  if (key != NULL)
    transport = ds_network_connect (self->network, enrolment->code.address,
                                    ds_tls_trust_new_for_pin (enrolment->code.pin), &error);
  if (transport == NULL)
    g_task_return_error (task, error);
  else
    send_question (task, key, transport);
}

void
ds_link_ask_to_enrol_async (DsLink *self,
                            const DsEnrolCode *code,
                            const char *model,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task;
  Enrolment *enrolment;

  g_return_if_fail (DS_IS_LINK (self));
  g_return_if_fail (code != NULL && model != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_link_ask_to_enrol_async));
  g_task_set_name (task, "Doorstep enrolment");

  enrolment = g_new0 (Enrolment, 1);
  enrolment->code.address = g_strdup (code->address);
  enrolment->code.pin = g_strdup (code->pin);
  enrolment->code.code = g_strdup (code->code);
  enrolment->code.is_practice = code->is_practice;
  enrolment->model = g_strdup (model);
  g_task_set_task_data (task, enrolment, (GDestroyNotify)enrolment_free);
  if (code->is_practice != ds_store_get_practice (self->store))
    {
      g_task_return_new_error (
          task, DS_ERROR, DS_ERROR_INVALID, "%s",
          code->is_practice ? _ ("This code is for practice. At work, scan the one the depot made for you.")
                            : _ ("This code is for work, and this is practice. It was not used: scan it with "
                                 "the handheld you work with."));
      g_object_unref (task);
      return;
    }
  ds_store_prepare_key_async (self->store, cancellable, did_prepare_key, task);
}

DsIdentity *
ds_link_ask_to_enrol_finish (DsLink *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
