/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal's line. An input is a line, or, when it begins with "{", a payload that is put into a line: the form is
 * checked before any signature, so that an empty one will do. */
#include "fuzz.h"

#include "ds-encoding.h"
#include "ds-entry.h"
#include "ds-id.h"
#include "ds-jws.h"

#include <string.h>

/* {"alg":"SM2SM3","kid":"device-1"} */
#define HEADER "eyJhbGciOiJTTTJTTTMiLCJraWQiOiJkZXZpY2UtMSJ9"

static char *
make_line (const uint8_t *data, size_t n)
{
  const guint8 signature[DS_SM2_SIGNATURE_SIZE] = { 0 };
  g_autofree char *payload_part = ds_base64url_encode (data, n);
  g_autofree char *signature_part = ds_base64url_encode (signature, sizeof signature);

  return g_strconcat (HEADER ".", payload_part, ".", signature_part, NULL);
}

static void
check_entry (DsEntry *entry, const char *line, gsize n)
{
  g_autoptr (DsEntry) again = ds_entry_parse (entry->line, -1, NULL);

  FUZZ_REQUIRE (strlen (entry->line) == n && memcmp (entry->line, line, n) == 0);
  FUZZ_REQUIRE (strpbrk (entry->line, "\r\n") == NULL);
  FUZZ_REQUIRE (entry->seq >= 1 && entry->mono_ms >= 0 && ds_id_is_valid (entry->id));
  FUZZ_REQUIRE (strlen (entry->prev) == 64 && strlen (entry->hash) == 64 && json_is_object (entry->data));
  FUZZ_REQUIRE (again != NULL && strcmp (again->hash, entry->hash) == 0
                && json_equal (again->data, entry->data));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  gboolean is_payload = n > 0 && data[0] == '{';
  g_autofree char *line = is_payload ? make_line (data, n) : g_strndup ((const char *)data, n);
  gsize line_n = is_payload ? strlen (line) : n;
  g_autoptr (DsEntry) entry = ds_entry_parse (line, (gssize)line_n, NULL);
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;

  if (entry != NULL)
    check_entry (entry, line, line_n);
  if (ds_jws_read (line, (gssize)line_n, &kid, &payload, NULL))
    FUZZ_REQUIRE (kid != NULL && kid[0] != '\0' && g_utf8_validate (kid, -1, NULL) && payload != NULL);
  else
    FUZZ_REQUIRE (entry == NULL && kid == NULL && payload == NULL);
  return 0;
}
