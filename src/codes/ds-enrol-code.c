/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-enrol-code.h"

#include "ds-encoding.h"
#include "ds-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define PREFIX "doorstep://enrol?"
#define TEXT_MAX_BYTES 1024
#define CODE_MAX_BYTES 64
#define PIN_SIZE 32 /* SHA-256 */

void
ds_enrol_code_free (DsEnrolCode *self)
{
  if (self == NULL)
    return;
  g_free (self->address);
  g_free (self->pin);
  g_free (self->code);
  g_free (self);
}

gboolean
ds_enrol_code_text_is_enrolment (const char *text)
{
  g_return_val_if_fail (text != NULL, FALSE);

  /* Scheme and authority know no case (RFC 3986 section 6.2.2.1). */
  return g_ascii_strncasecmp (text, PREFIX, strlen (PREFIX)) == 0;
}

gboolean
ds_enrol_code_is_address (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 && g_uri_get_host (uri) != NULL
         && g_uri_get_host (uri)[0] != '\0' && g_uri_get_userinfo (uri) == NULL && g_uri_get_port (uri) != 0
         && (g_uri_get_path (uri)[0] == '\0' || strcmp (g_uri_get_path (uri), "/") == 0)
         && g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL;
}

static gboolean
is_pin (const char *pin)
{
  g_autoptr (GBytes) bytes = ds_base64url_decode (pin, -1, NULL);

  return bytes != NULL && g_bytes_get_size (bytes) == PIN_SIZE;
}

static gboolean
is_code (const char *code)
{
  gsize n = strlen (code);

  if (n == 0 || n > CODE_MAX_BYTES)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (!g_ascii_isalnum (code[i]) && code[i] != '-' && code[i] != '_')
        return FALSE;
    }
  return TRUE;
}

/* Each parameter once, and no other: what this version does not understand it must not pass over in silence. */
static gboolean
read_parameters (DsEnrolCode *self, const char *query)
{
  GUriParamsIter iter;
  g_autoptr (GError) error = NULL;
  g_autofree char *practice = NULL;
  char *name;
  char *value;

  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_NONE);
  while (g_uri_params_iter_next (&iter, &name, &value, &error))
    {
      g_autofree char *owned_name = name;
      g_autofree char *owned_value = value;
      char **place = strcmp (name, "address") == 0    ? &self->address
                     : strcmp (name, "pin") == 0      ? &self->pin
                     : strcmp (name, "code") == 0     ? &self->code
                     : strcmp (name, "practice") == 0 ? &practice
                                                      : NULL;

      if (place == NULL || *place != NULL)
        return FALSE;
      *place = g_steal_pointer (&owned_value);
    }
  self->is_practice = practice != NULL;
  return error == NULL && (practice == NULL || strcmp (practice, "1") == 0) && self->address != NULL
         && self->pin != NULL && self->code != NULL;
}

DsEnrolCode *
ds_enrol_code_parse (const char *text, GError **error)
{
  g_autoptr (DsEnrolCode) self = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  if (!ds_enrol_code_text_is_enrolment (text))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           _ ("This is not an enrolment code. Scan the one the depot made for you."));
      return NULL;
    }

  self = g_new0 (DsEnrolCode, 1);
  if (strnlen (text, TEXT_MAX_BYTES + 1) > TEXT_MAX_BYTES || !read_parameters (self, text + strlen (PREFIX))
      || !is_pin (self->pin) || !is_code (self->code))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           _ ("This enrolment code is damaged. Ask the depot for a new one."));
      return NULL;
    }
  if (!ds_enrol_code_is_address (self->address))
    {
      g_set_error_literal (
          error, DS_ERROR, DS_ERROR_INVALID,
          _ ("This enrolment code does not name a depot with a secure address (https). Ask the depot "
             "for a new one."));
      return NULL;
    }
  if (g_str_has_suffix (self->address, "/"))
    self->address[strlen (self->address) - 1] = '\0';
  return g_steal_pointer (&self);
}

char *
ds_enrol_code_to_text (const DsEnrolCode *self)
{
  g_autofree char *address = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (
      ds_enrol_code_is_address (self->address) && is_pin (self->pin) && is_code (self->code), NULL);

  address = g_uri_escape_string (self->address, NULL, FALSE);
  return g_strdup_printf (PREFIX "address=%s&pin=%s&code=%s%s", address, self->pin, self->code,
                          self->is_practice ? "&practice=1" : "");
}
