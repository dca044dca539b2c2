/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-entry.h"

#include "ds-error.h"
#include "ds-id.h"
#include "ds-jws.h"

#include <string.h>

#define BOOT_MAX_BYTES 64
#define TYPE_MAX_BYTES 40

static gboolean
check_length (gsize n, GError **error)
{
  if (n > DS_ENTRY_MAX_BYTES)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "The entry's line has %zu bytes; at most %d are taken",
                   n, DS_ENTRY_MAX_BYTES);
      return FALSE;
    }
  return TRUE;
}

DsEntry *
ds_entry_sign (DsKey *key,
               const char *device_id,
               gint64 seq,
               const char *prev,
               const char *id,
               DsClock *clock,
               const char *type,
               json_t *data,
               GError **error)
{
  g_autoptr (json_t) payload = NULL;
  g_autofree char *payload_json = NULL;
  g_autofree char *line = NULL;
  char at[DS_RFC3339_SIZE];

  g_return_val_if_fail (json_is_object (data), NULL);

  ds_clock_format_rfc3339 (ds_clock_get_wall_ms (clock), at);
  payload = json_pack ("{s:I,s:s,s:s,s:s,s:s,s:I,s:s,s:O}", "seq", (json_int_t)seq, "prev", prev, "id", id,
                       "at", at, "boot", ds_clock_get_boot_id (clock), "mono_ms",
                       (json_int_t)ds_clock_get_mono_ms (clock), "type", type, "data", data);
  if (payload == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A member of the entry is no text in UTF-8");
      return NULL;
    }

  payload_json = ds_json_to_line (payload);
  line = ds_jws_sign (key, device_id, payload_json, strlen (payload_json), error);
  if (line == NULL)
    return NULL;
  /* An entry is what its line says: reading it back makes sure that nothing is written that cannot be read. */
  return ds_entry_parse (line, -1, error);
}

/* Lower-case words joined by dots: "payment.cash". */
static gboolean
is_type (const char *text)
{
  gsize n = strlen (text);

  if (n == 0 || n > TYPE_MAX_BYTES || text[0] == '.' || text[n - 1] == '.' || strstr (text, "..") != NULL)
    return FALSE;
  return strspn (text, "abcdefghijklmnopqrstuvwxyz.-_") == n;
}

static gboolean
is_digest (const char *text)
{
  return strlen (text) == 2 * DS_SM3_SIZE && strspn (text, "0123456789abcdef") == 2 * DS_SM3_SIZE;
}

static gboolean
is_boot (const char *text)
{
  gsize n = strlen (text);

  return n > 0 && n <= BOOT_MAX_BYTES;
}

/* The members common to all types; the type's own are for whoever applies the entry. */
static gboolean
read_payload (DsEntry *self, GBytes *bytes, GError **error)
{
  gsize n;
  const char *text = g_bytes_get_data (bytes, &n);
  g_autoptr (json_t) payload = ds_json_parse_object (text, n, DS_ENTRY_MAX_BYTES, error);
  const char *prev, *id, *at, *boot, *type, *wrong;
  json_int_t seq, mono_ms;
  json_t *data;

  if (payload == NULL
      || !ds_json_unpack (payload, error, "{s:I,s:s,s:s,s:s,s:s,s:I,s:s,s:o!}", "seq", &seq, "prev", &prev,
                          "id", &id, "at", &at, "boot", &boot, "mono_ms", &mono_ms, "type", &type, "data",
                          &data)
      || !ds_clock_parse_rfc3339 (at, &self->at_ms, error))
    return FALSE;

  wrong = seq < 1                  ? "seq"
          : !is_digest (prev)      ? "prev"
          : !ds_id_is_valid (id)   ? "id"
          : !is_boot (boot)        ? "boot"
          : mono_ms < 0            ? "mono_ms"
          : !is_type (type)        ? "type"
          : !json_is_object (data) ? "data"
                                   : NULL;
  if (wrong != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The entry's “%s” is not as it should be", wrong);
      return FALSE;
    }

  self->seq = seq;
  self->mono_ms = mono_ms;
  self->prev = g_strdup (prev);
  self->id = g_strdup (id);
  self->boot = g_strdup (boot);
  self->type = g_strdup (type);
  self->data = json_incref (data);
  return TRUE;
}

DsEntry *
ds_entry_parse (const char *line, gssize n, GError **error)
{
  g_autoptr (DsEntry) self = NULL;
  g_autoptr (GBytes) payload = NULL;
  gsize length;

  g_return_val_if_fail (line != NULL, NULL);

  length = n < 0 ? strlen (line) : (gsize)n;
  self = g_new0 (DsEntry, 1);
  if (!check_length (length, error) || !ds_jws_read (line, (gssize)length, &self->device_id, &payload, error)
      || !read_payload (self, payload, error))
    return NULL;

  self->line = g_strndup (line, length);
  self->hash = ds_sm3_hex (line, length);
  return g_steal_pointer (&self);
}

gboolean
ds_entry_verify (DsEntry *self, DsKey *key)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return ds_jws_verify (key, self->line, -1, NULL, NULL, NULL);
}

void
ds_entry_free (DsEntry *self)
{
  if (self == NULL)
    return;
  g_free (self->device_id);
  g_free (self->prev);
  g_free (self->id);
  g_free (self->boot);
  g_free (self->type);
  json_decref (self->data);
  g_free (self->line);
  g_free (self->hash);
  g_free (self);
}
