/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-key.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"

#include <string.h>

#define KID "depot"
#define MAX_BYTES 4096

void
ds_depot_key_clear (DsDepotKey *self)
{
  g_clear_pointer (&self->key, ds_key_unref);
}

char *
ds_depot_key_announce (const DsDepotKey *self, DsKey *previous, GError **error)
{
  g_autofree char *public_key = ds_key_get_public_hex (self->key);
  g_autoptr (json_t) payload = json_pack ("{s:s, s:I, s:I, s:I}", "depot_key", public_key, "number",
                                          (json_int_t)self->number, "from_ms", (json_int_t)self->from_ms,
                                          "previous_until_ms", (json_int_t)self->previous_until_ms);
  g_autofree char *text = ds_json_to_line (payload);

  return ds_jws_sign (previous, KID, text, strlen (text), error);
}

gboolean
ds_depot_key_read (DsDepotKey *self, const char *jws, DsKey *previous, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) object = NULL;
  g_autofree char *kid = NULL;
  const char *public_key;
  json_int_t number, from_ms, previous_until_ms;

  if (!ds_jws_verify (previous, jws, -1, &kid, &payload, error))
    return FALSE;
  object
      = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), MAX_BYTES, error);
  if (object == NULL
      || !ds_json_unpack (object, error, "{s:s, s:I, s:I, s:I}", "depot_key", &public_key, "number", &number,
                          "from_ms", &from_ms, "previous_until_ms", &previous_until_ms))
    return FALSE;
  if (strcmp (kid, KID) != 0 || number < 2 || from_ms < 0 || previous_until_ms < from_ms)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "It announces no key of the depot");
      return FALSE;
    }
  self->key = ds_key_new_from_public_hex (public_key, error);
  self->number = number;
  self->from_ms = from_ms;
  self->previous_until_ms = previous_until_ms;
  return self->key != NULL;
}
