/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pickup-code.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-key.h"

#include <string.h>

#define VERSION "doorstep-pickup-1"
#define SECRET_MIN_BYTES 16
#define SECRET_MAX_BYTES 64

static gboolean
is_between (gunichar c)
{
  return g_unichar_isspace (c) || g_unichar_type (c) == G_UNICODE_DASH_PUNCTUATION || c == '.' || c == '_';
}

char *
ds_pickup_code_read (const char *text)
{
  g_autofree char *plain = NULL;
  g_autoptr (GString) code = g_string_new (NULL);

  g_return_val_if_fail (text != NULL, NULL);

  plain = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  if (plain == NULL)
    return NULL;
  for (const char *at = plain; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c < 0x80 && g_ascii_isalnum (c))
        g_string_append_c (code, g_ascii_toupper ((char)c));
      else if (!is_between (c))
        return NULL;
      if (code->len > DS_PICKUP_CODE_MAX_CHARACTERS)
        return NULL;
    }
  return code->len > 0 ? g_string_free (g_steal_pointer (&code), FALSE) : NULL;
}

char *
ds_pickup_code_make_check (const char *secret, const char *stop_id, const char *code, GError **error)
{
  g_autoptr (GBytes) key = NULL;
  g_autofree char *message = NULL;
  guint8 mac[DS_SM3_SIZE];
  gsize n;

  g_return_val_if_fail (secret != NULL && stop_id != NULL && code != NULL, NULL);

  key = ds_hex_decode (secret, error);
  if (key == NULL)
    return NULL;
  n = g_bytes_get_size (key);
  if (n < SECRET_MIN_BYTES || n > SECRET_MAX_BYTES || strchr (stop_id, '\n') != NULL
      || strchr (code, '\n') != NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "A pickup code is checked with a secret of 16 to 64 bytes and the stop's id");
      return NULL;
    }
  message = g_strdup_printf (VERSION "\n%s\n%s\n", stop_id, code);
  ds_hmac_sm3 (g_bytes_get_data (key, NULL), n, message, strlen (message), mac);
  return ds_hex_encode (mac, sizeof mac);
}
