/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sandbox-request.h"

#include "ds-encoding.h"

#include <string.h>

static char *
make_signed_text (const char *call, json_t *body)
{
  g_autoptr (json_t) rest = json_copy (body);
  g_autofree char *members = NULL;

  json_object_del (rest, "signature");
  members = json_dumps (rest, JSON_COMPACT | JSON_SORT_KEYS);
  return g_strconcat (call, "\n", members, NULL);
}

gboolean
ds_sandbox_request_sign (DsKey *key, const char *call, json_t *body, GError **error)
{
  g_autofree char *text = make_signed_text (call, body);
  g_autofree char *encoded = NULL;
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  if (!ds_key_sign (key, text, strlen (text), signature, error))
    return FALSE;

  encoded = ds_base64url_encode (signature, sizeof signature);
  json_object_set_new (body, "signature", json_string (encoded));
  return TRUE;
}

gboolean
ds_sandbox_request_verify (DsKey *key, const char *call, json_t *body)
{
  const char *encoded = json_string_value (json_object_get (body, "signature"));
  g_autofree char *text = NULL;
  g_autoptr (GBytes) signature = NULL;

  if (encoded == NULL)
    return FALSE;
  signature = ds_base64url_decode (encoded, -1, NULL);
  if (signature == NULL || g_bytes_get_size (signature) != DS_SM2_SIGNATURE_SIZE)
    return FALSE;

  text = make_signed_text (call, body);
  return ds_key_verify (key, text, strlen (text), g_bytes_get_data (signature, NULL));
}
