/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JWS and the journal entries made of them. */
#include "config.h"

#include "ds-encoding.h"
#include "ds-entry.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-jws.h"
#include "openssl-command.h"

#include <string.h>

#define DEVICE "device-1"
#define WALL_MS G_GINT64_CONSTANT (1795343520123)
#define ENTRY_ID "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

typedef struct
{
  DsKey *key;
  DsManualClock *clock;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->key = ds_key_generate (NULL);
  self->clock = ds_manual_clock_new (WALL_MS);
  ds_manual_clock_advance_ms (self->clock, 77);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ds_key_unref (self->key);
  g_object_unref (self->clock);
}

/* @header and @payload as they stand, signed rightly. */
static char *
forge (DsKey *key, const char *header, const char *payload)
{
  g_autofree char *header_part = ds_base64url_encode ((const guint8 *)header, strlen (header));
  g_autofree char *payload_part = ds_base64url_encode ((const guint8 *)payload, strlen (payload));
  g_autofree char *signed_part = g_strconcat (header_part, ".", payload_part, NULL);
  g_autofree char *signature_part = NULL;
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  g_assert_true (ds_key_sign (key, signed_part, strlen (signed_part), signature, NULL));
  signature_part = ds_base64url_encode (signature, sizeof signature);
  return g_strconcat (signed_part, ".", signature_part, NULL);
}

static void
test_jws (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *text = ds_jws_sign (fixture->key, "depot \"1\"", "{}\n\0x", 5, NULL);
  g_auto (GStrv) parts = g_strsplit (text, ".", -1);
  g_autoptr (GBytes) header = ds_base64url_decode (parts[0], -1, NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;
  const char *expected = "{\"alg\":\"SM2SM3\",\"kid\":\"depot \\\"1\\\"\"}";

  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  g_assert_cmpmem (g_bytes_get_data (header, NULL), g_bytes_get_size (header), expected, strlen (expected));

  g_assert_true (ds_jws_verify (fixture->key, text, -1, &kid, &payload, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (kid, ==, "depot \"1\"");
  g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), "{}\n\0x", 5);

  g_assert_true (ds_jws_read (text, -1, NULL, NULL, NULL));
  g_assert_false (ds_jws_verify (other, text, -1, NULL, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
}

static void
test_jws_changed (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *text = ds_jws_sign (fixture->key, "depot", "{\"a\":1}", 7, NULL);
  gsize n = strlen (text);

  for (gsize i = 0; i < n; i++)
    {
      char was = text[i];

      text[i] ^= (char)(1 << g_test_rand_int_range (0, 7));
      g_assert_false (ds_jws_verify (fixture->key, text, (gssize)n, NULL, NULL, NULL));
      text[i] = was;
    }
  g_assert_false (ds_jws_verify (fixture->key, text, (gssize)n - 1, NULL, NULL, NULL));
  g_assert_true (ds_jws_verify (fixture->key, text, (gssize)n, NULL, NULL, NULL));
}

static void
test_jws_headers (Fixture *fixture, gconstpointer unused)
{
  const char *const bad[] = {
    "",
    "[]",
    "{\"alg\":\"none\",\"kid\":\"a\"}",
    "{\"alg\":\"sm2sm3\",\"kid\":\"a\"}",
    "{\"alg\":\"SM2SM3\"}",
    "{\"kid\":\"a\"}",
    "{\"alg\":\"SM2SM3\",\"kid\":\"\"}",
    "{\"alg\":\"SM2SM3\",\"kid\":1}",
    "{\"alg\":\"SM2SM3\",\"kid\":\"a\",\"kid\":\"b\"}",
    "{\"alg\":\"SM2SM3\",\"kid\":\"a\\u0000b\"}",
    "{\"alg\":\"SM2SM3\",\"kid\":\"a\",\"crit\":[\"b64\"],\"b64\":false}",
    "{\"alg\":\"SM2SM3\",\"kid\":\"a\",\"jwk\":{}}",
  };
  g_autofree char *good = forge (fixture->key, "{\"alg\":\"SM2SM3\",\"kid\":\"a\"}", "");

  g_assert_true (ds_jws_verify (fixture->key, good, -1, NULL, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = forge (fixture->key, bad[i], "{}");
      g_autoptr (GError) error = NULL;

      g_assert_false (ds_jws_verify (fixture->key, text, -1, NULL, NULL, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_jws_forms (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *good = ds_jws_sign (fixture->key, "a", "{}", 2, NULL);
  g_autofree char *four = g_strconcat (good, ".", NULL);
  g_autofree char *line = g_strconcat (good, "\n", NULL);
  g_autofree char *padded = g_strconcat (good, "==", NULL);
  g_autofree char *longer = g_strconcat (good, "AAAA", NULL);
  g_autofree char *huge_payload = g_strnfill (DS_JWS_MAX_BYTES * 3 / 4, 'A');
  g_autofree char *huge = ds_jws_sign (fixture->key, "a", huge_payload, DS_JWS_MAX_BYTES * 3 / 4, NULL);
  const char *const bad[] = { "", ".", "..", "a.b.c", four, line, padded, longer, huge };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ds_jws_read (bad[i], -1, NULL, NULL, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
  g_assert_true (ds_jws_read (good, -1, NULL, NULL, NULL));
}

static DsEntry *
sign_entry (Fixture *fixture, gint64 seq, const char *prev, json_t *data, GError **error)
{
  return ds_entry_sign (fixture->key, DEVICE, seq, prev, ENTRY_ID, DS_CLOCK (fixture->clock), "note.added",
                        data, error);
}

static void
assert_same_entry (DsEntry *a, DsEntry *b)
{
  g_assert_cmpstr (a->device_id, ==, b->device_id);
  g_assert_cmpint (a->seq, ==, b->seq);
  g_assert_cmpstr (a->prev, ==, b->prev);
  g_assert_cmpstr (a->id, ==, b->id);
  g_assert_cmpint (a->at_ms, ==, b->at_ms);
  g_assert_cmpstr (a->boot, ==, b->boot);
  g_assert_cmpint (a->mono_ms, ==, b->mono_ms);
  g_assert_cmpstr (a->type, ==, b->type);
  g_assert_true (json_equal (a->data, b->data));
  g_assert_cmpstr (a->line, ==, b->line);
  g_assert_cmpstr (a->hash, ==, b->hash);
}

static void
test_entry (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (json_t) data = json_pack ("{s:s,s:I}", "text", "收款\n码", "amount_fen", G_MAXINT64);
  g_autoptr (DsEntry) first = sign_entry (fixture, 1, DS_ENTRY_GENESIS, data, NULL);
  g_autoptr (DsEntry) second = NULL;
  g_autoptr (DsEntry) read = NULL;
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autofree char *hash = NULL;

  g_assert_nonnull (first);
  g_assert_cmpstr (first->device_id, ==, DEVICE);
  g_assert_cmpint (first->seq, ==, 1);
  g_assert_cmpstr (first->prev, ==, DS_ENTRY_GENESIS);
  g_assert_cmpstr (first->id, ==, ENTRY_ID);
  g_assert_cmpint (first->at_ms, ==, WALL_MS + 77);
  g_assert_cmpstr (first->boot, ==, ds_clock_get_boot_id (DS_CLOCK (fixture->clock)));
  g_assert_cmpint (first->mono_ms, ==, 77);
  g_assert_cmpstr (first->type, ==, "note.added");
  g_assert_true (json_equal (first->data, data));
  g_assert_null (strpbrk (first->line, "\r\n"));
  hash = ds_sm3_hex (first->line, strlen (first->line));
  g_assert_cmpstr (first->hash, ==, hash);
  g_assert_true (ds_entry_verify (first, fixture->key));
  g_assert_false (ds_entry_verify (first, other));

  second = sign_entry (fixture, 2, first->hash, data, NULL);
  g_assert_cmpstr (second->prev, ==, first->hash);
  read = ds_entry_parse (second->line, -1, NULL);
  assert_same_entry (second, read);

  /* What was signed is no longer the caller's to change. */
  json_object_clear (data);
  g_assert_cmpuint (json_object_size (first->data), ==, 2);
}

/* What leaves the house can be checked without it: the line's own bytes, its signature, and a standard tool. */
static void
test_entry_openssl_command (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (json_t) data = json_pack ("{s:s}", "text", "note");
  g_autoptr (DsEntry) entry = sign_entry (fixture, 1, DS_ENTRY_GENESIS, data, NULL);
  const char *last_dot = strrchr (entry->line, '.');
  g_autoptr (GBytes) signature = ds_base64url_decode (last_dot + 1, -1, NULL);

  if (!openssl_command_is_here ())
    return;
  g_assert_cmpuint (g_bytes_get_size (signature), ==, DS_SM2_SIGNATURE_SIZE);
  g_assert_true (openssl_command_verifies (fixture->key, "1234567812345678", entry->line,
                                           (gsize)(last_dot - entry->line),
                                           g_bytes_get_data (signature, NULL)));
  g_assert_false (openssl_command_verifies (fixture->key, "1234567812345678", entry->line,
                                            (gsize)(last_dot - entry->line) - 1,
                                            g_bytes_get_data (signature, NULL)));
}

static void
test_entry_lengths (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *long_text = g_strnfill (DS_ENTRY_MAX_BYTES, 'x');
  g_autoptr (json_t) data = json_object ();
  g_autoptr (DsEntry) longest = NULL;
  g_autoptr (GError) error = NULL;
  gsize fits = 0;
  gsize too_long = DS_ENTRY_MAX_BYTES;

  /* The longest text that still fits, found by halving: its line is within three characters of the limit. */
  while (too_long - fits > 1)
    {
      gsize middle = fits + (too_long - fits) / 2;
      g_autoptr (DsEntry) entry = NULL;

      json_object_set_new (data, "text", json_stringn (long_text, middle));
      g_clear_error (&error);
      entry = sign_entry (fixture, 1, DS_ENTRY_GENESIS, data, &error);
      if (entry != NULL)
        {
          g_clear_pointer (&longest, ds_entry_free);
          longest = g_steal_pointer (&entry);
          fits = middle;
        }
      else
        {
          g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
          too_long = middle;
        }
    }
  g_assert_nonnull (longest);
  g_assert_cmpuint (strlen (longest->line), <=, DS_ENTRY_MAX_BYTES);
  g_assert_cmpuint (strlen (longest->line), >, DS_ENTRY_MAX_BYTES - 3);
}

/* A line that reads well, with one member as @member and @value have it; %NULL takes the member away. */
static DsEntry *
parse_with (Fixture *fixture, const char *member, json_t *value, GError **error)
{
  g_autoptr (json_t) payload = json_pack ("{s:i,s:s,s:s,s:s,s:s,s:i,s:s,s:{}}", "seq", 1, "prev",
                                          DS_ENTRY_GENESIS, "id", ENTRY_ID, "at", "2026-11-22T10:32:00.123Z",
                                          "boot", "boot-1", "mono_ms", 0, "type", "note.added", "data");
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  if (value != NULL)
    json_object_set_new (payload, member, value);
  else
    json_object_del (payload, member);
  text = ds_json_to_line (payload);
  line = forge (fixture->key, "{\"alg\":\"SM2SM3\",\"kid\":\"" DEVICE "\"}", text);
  return ds_entry_parse (line, -1, error);
}

static void
test_entry_members (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *many = g_strnfill (65, 'a');
  const struct
  {
    const char *member;
    json_t *value;
  } bad[] = {
    { "seq", json_integer (0) },
    { "seq", json_integer (-1) },
    { "seq", json_string ("1") },
    { "seq", json_real (1.0) },
    { "seq", NULL },
    { "prev", json_string ("00") },
    { "prev", json_string ("A000000000000000000000000000000000000000000000000000000000000000") },
    { "prev", NULL },
    { "id", json_string ("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") },
    { "id", json_string ("017f22e2-79b0-4cc3-98c4-dc0c0c07398f") },
    { "id", NULL },
    { "at", json_string ("2026-11-22") },
    { "at", json_integer (0) },
    { "at", NULL },
    { "boot", json_string ("") },
    { "boot", json_string (many) },
    { "boot", NULL },
    { "mono_ms", json_integer (-1) },
    { "mono_ms", NULL },
    { "type", json_string ("") },
    { "type", json_string (".cash") },
    { "type", json_string ("payment.") },
    { "type", json_string ("payment..cash") },
    { "type", json_string ("Payment.cash") },
    { "type", NULL },
    { "data", json_array () },
    { "data", json_null () },
    { "data", NULL },
    { "extra", json_true () },
  };
  g_autoptr (DsEntry) good = parse_with (fixture, "mono_ms", json_integer (1), NULL);

  g_assert_nonnull (good);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse_with (fixture, bad[i].member, bad[i].value, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_entry_refuses_to_sign (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (json_t) data = json_object ();
  g_autoptr (GError) error = NULL;
  json_t *inner = data;

  g_assert_null (sign_entry (fixture, 0, DS_ENTRY_GENESIS, data, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_null (sign_entry (fixture, 1, "\xff", data, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);

  /* Deeper than any reader would take it. */
  for (guint i = 0; i < DS_JSON_MAX_DEPTH; i++)
    {
      json_object_set_new (inner, "a", json_object ());
      inner = json_object_get (inner, "a");
    }
  g_assert_null (sign_entry (fixture, 1, DS_ENTRY_GENESIS, data, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_OVERFLOW);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/jws/sign", test_jws);
  ADD ("/jws/changed", test_jws_changed);
  ADD ("/jws/headers", test_jws_headers);
  ADD ("/jws/forms", test_jws_forms);
  ADD ("/entry/sign", test_entry);
  ADD ("/entry/openssl-command", test_entry_openssl_command);
  ADD ("/entry/lengths", test_entry_lengths);
  ADD ("/entry/members", test_entry_members);
  ADD ("/entry/refuses-to-sign", test_entry_refuses_to_sign);
  return g_test_run ();
}
