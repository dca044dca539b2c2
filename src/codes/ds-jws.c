/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-jws.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"

#include <string.h>

#define ALGORITHM "SM2SM3"
#define HEADER_MAX_BYTES 512

char *
ds_jws_sign (DsKey *key, const char *kid, const void *payload, gsize n, GError **error)
{
  g_autoptr (json_t) header = NULL;
  g_autofree char *header_json = NULL;
  g_autofree char *header_part = NULL;
  g_autofree char *payload_part = NULL;
  g_autofree char *signed_part = NULL;
  g_autofree char *signature_part = NULL;
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (kid != NULL && kid[0] != '\0' && g_utf8_validate (kid, -1, NULL), NULL);
  g_return_val_if_fail (payload != NULL || n == 0, NULL);

  header = json_pack ("{s:s,s:s}", "alg", ALGORITHM, "kid", kid);
  header_json = ds_json_to_line (header);
  header_part = ds_base64url_encode ((const guint8 *)header_json, strlen (header_json));
  payload_part = ds_base64url_encode (payload, n);
  signed_part = g_strconcat (header_part, ".", payload_part, NULL);
  if (!ds_key_sign (key, signed_part, strlen (signed_part), signature, error))
    return NULL;

  signature_part = ds_base64url_encode (signature, sizeof signature);
  return g_strconcat (signed_part, ".", signature_part, NULL);
}

typedef struct
{
  gsize signed_n; /* the bytes before the second dot */
  GBytes *header;
  GBytes *payload;
  GBytes *signature;
} Parts;

static void
parts_clear (Parts *self)
{
  g_clear_pointer (&self->header, g_bytes_unref);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static gboolean
parts_split (Parts *self, const char *text, gsize n, GError **error)
{
  const char *first = n <= DS_JWS_MAX_BYTES ? memchr (text, '.', n) : NULL;
  const char *second = first != NULL ? memchr (first + 1, '.', n - (gsize)(first + 1 - text)) : NULL;

  if (second == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Not a JWS of three parts, or too long a one");
      return FALSE;
    }

  self->signed_n = (gsize)(second - text);
  if ((self->header = ds_base64url_decode (text, first - text, error)) == NULL
      || (self->payload = ds_base64url_decode (first + 1, second - first - 1, error)) == NULL
      || (self->signature = ds_base64url_decode (second + 1, text + n - second - 1, error)) == NULL)
    return FALSE;

  if (g_bytes_get_size (self->signature) != DS_SM2_SIGNATURE_SIZE)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The JWS's signature has another length");
      return FALSE;
    }
  return TRUE;
}

/* The format's "!" refuses every other member: "crit" and whatever it would ask of us (RFC 7515 section 4.1.11). */
static gboolean
read_header (GBytes *bytes, char **kid, GError **error)
{
  gsize n;
  const char *text = g_bytes_get_data (bytes, &n);
  g_autoptr (json_t) header = ds_json_parse_object (text, n, HEADER_MAX_BYTES, error);
  const char *algorithm;
  const char *name;

  if (header == NULL || !ds_json_unpack (header, error, "{s:s,s:s!}", "alg", &algorithm, "kid", &name))
    {
      g_prefix_error (error, "JWS header: ");
      return FALSE;
    }
  if (strcmp (algorithm, ALGORITHM) != 0 || name[0] == '\0')
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "JWS header: another algorithm than " ALGORITHM ", or no key named");
      return FALSE;
    }
  if (kid != NULL)
    *kid = g_strdup (name);
  return TRUE;
}

/* @key is (nullable): the signature is not looked at then. */
static gboolean
read_jws (DsKey *key, const char *text, gssize n, char **kid, GBytes **payload, GError **error)
{
  g_auto (Parts) parts = { 0 };
  g_autofree char *name = NULL;

  if (!parts_split (&parts, text, n < 0 ? strlen (text) : (gsize)n, error)
      || !read_header (parts.header, &name, error))
    return FALSE;
  if (key != NULL && !ds_key_verify (key, text, parts.signed_n, g_bytes_get_data (parts.signature, NULL)))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CRYPTO, "The signature is not that of “%.*s”",
                   ds_utf8_cut (name, 64), name);
      return FALSE;
    }

  if (kid != NULL)
    *kid = g_steal_pointer (&name);
  if (payload != NULL)
    *payload = g_steal_pointer (&parts.payload);
  return TRUE;
}

gboolean
ds_jws_read (const char *text, gssize n, char **kid, GBytes **payload, GError **error)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return read_jws (NULL, text, n, kid, payload, error);
}

gboolean
ds_jws_verify (DsKey *key, const char *text, gssize n, char **kid, GBytes **payload, GError **error)
{
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  return read_jws (key, text, n, kid, payload, error);
}
