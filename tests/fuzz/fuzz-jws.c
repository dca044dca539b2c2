/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JWS in compact form. An input is one, or, when it begins with "{", a header and behind a line feed a payload, which
 * are written as a JWS and signed: a header that is taken names a key and nothing we do not know. */
#include "fuzz.h"

#include "ds-encoding.h"
#include "ds-jws.h"

#include <string.h>

static char *
sign (const char *header, gsize header_n, const char *payload, gsize payload_n)
{
  guint8 signature[DS_SM2_SIGNATURE_SIZE];
  g_autofree char *header_part = ds_base64url_encode ((const guint8 *)header, header_n);
  g_autofree char *payload_part = ds_base64url_encode ((const guint8 *)payload, payload_n);
  g_autofree char *covered = g_strconcat (header_part, ".", payload_part, NULL);
  g_autofree char *signature_part = NULL;

  FUZZ_REQUIRE (ds_key_sign (fuzz_get_key (), covered, strlen (covered), signature, NULL));
  signature_part = ds_base64url_encode (signature, sizeof signature);
  return g_strconcat (covered, ".", signature_part, NULL);
}

/* The parts of a JWS that was taken have one form each. */
static void
check_one_form (const char *text, gsize n, GBytes *payload)
{
  g_auto (GStrv) parts = g_strsplit (text, ".", -1);
  g_autofree char *encoded
      = ds_base64url_encode (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));

  FUZZ_REQUIRE (strlen (text) == n && g_strv_length (parts) == 3 && strcmp (parts[1], encoded) == 0);
  FUZZ_REQUIRE (strlen (parts[2]) == (DS_SM2_SIGNATURE_SIZE * 4 + 2) / 3);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  const char *newline = n > 0 && data[0] == '{' ? memchr (data, '\n', n) : NULL;
  const char *start = (const char *)data;
  gsize length = n;
  g_autofree char *text = newline != NULL ? sign (start, (gsize)(newline - start), newline + 1,
                                                  n - 1 - (gsize)(newline - start))
                                          : g_strndup (start, n);
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  gboolean good;

  if (newline != NULL)
    length = strlen (text);
  good = ds_jws_read (text, (gssize)length, &kid, &payload, &error);
  FUZZ_REQUIRE (good == (error == NULL) && good == (kid != NULL) && good == (payload != NULL));
  FUZZ_REQUIRE (error == NULL || g_utf8_validate (error->message, -1, NULL));
  if (good)
    {
      FUZZ_REQUIRE (*kid != '\0' && g_utf8_validate (kid, -1, NULL));
      check_one_form (text, length, payload);
    }
  FUZZ_REQUIRE (newline == NULL
                || ds_jws_verify (fuzz_get_key (), text, (gssize)length, NULL, NULL, NULL) == good);
  g_clear_error (&error);
  FUZZ_REQUIRE (!ds_jws_verify (fuzz_get_other_key (), text, (gssize)length, NULL, NULL, &error));
  FUZZ_REQUIRE (g_utf8_validate (error->message, -1, NULL));
  return 0;
}
