/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-operator-id.h"
#include "ds-trust-list.h"

#include <string.h>

#define DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct
{
  DsKey *depot;
  DsKey *old_key;
  DsKey *new_key;
  json_t *payload; /* operator 003: old key on days 1 to 10, new key on days 8 to 20; operator 007: no key */
} Fixture;

static json_t *
describe_key (DsKey *key, gint64 first_day, gint64 last_day, gboolean is_revoked)
{
  g_autofree char *hex = ds_key_get_public_hex (key);

  return json_pack ("{s:s,s:I,s:I,s:b}", "public_key", hex, "not_before_ms", (json_int_t)(first_day * DAY_MS),
                    "not_after_ms", (json_int_t)(last_day * DAY_MS), "revoked", is_revoked);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->depot = ds_key_generate (NULL);
  self->old_key = ds_key_generate (NULL);
  self->new_key = ds_key_generate (NULL);
  self->payload
      = json_pack ("{s:i,s:I,s:[{s:s,s:s,s:[o,o]},{s:s,s:s,s:[]}]}", "version", 3, "issued_at_ms",
                   (json_int_t)(9 * DAY_MS), "operators", "id", "003", "name", "Sandbox Bank A", "keys",
                   describe_key (self->old_key, 1, 10, FALSE), describe_key (self->new_key, 8, 20, FALSE),
                   "id", "007", "name", "沙盒银行", "keys");
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ds_key_unref (self->depot);
  ds_key_unref (self->old_key);
  ds_key_unref (self->new_key);
  json_decref (self->payload);
}

static DsTrustList *
make_list (Fixture *fixture, GError **error)
{
  g_autofree char *jws = ds_trust_list_sign (fixture->payload, fixture->depot, error);

  return jws != NULL ? ds_trust_list_new_from_jws (jws, fixture->depot, error) : NULL;
}

static void
test_read (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (DsTrustList) list = make_list (fixture, NULL);

  g_assert_nonnull (list);
  g_assert_cmpint (ds_trust_list_get_version (list), ==, 3);
  g_assert_cmpint (ds_trust_list_get_issued_at_ms (list), ==, 9 * DAY_MS);
  g_assert_cmpuint (ds_trust_list_get_n_operators (list), ==, 2);
  g_assert_cmpstr (ds_trust_list_get_operator (list, 0)->id, ==, "003");
  g_assert_cmpstr (ds_trust_list_get_operator (list, 0)->name, ==, "Sandbox Bank A");
  g_assert_true (ds_trust_list_find_operator (list, "007") == ds_trust_list_get_operator (list, 1));
  g_assert_cmpstr (ds_trust_list_find_operator (list, "007")->name, ==, "沙盒银行");
  g_assert_null (ds_trust_list_find_operator (list, "008"));
  g_assert_null (ds_trust_list_find_operator (list, NULL));
}

/* Whether operator 003's @key counts on @day: 'y', 'n' (another key does) or '?' (none does). */
static char
key_counts (DsTrustList *list, const char *operator_id, DsKey *key, gint64 at_s)
{
  guint8 signature[DS_SM2_SIGNATURE_SIZE];
  gboolean known;
  gboolean is_good;

  g_assert_true (ds_key_sign (key, "data", 4, signature, NULL));
  is_good = ds_trust_list_verify (list, operator_id, at_s, "data", 4, signature, &known);
  g_assert_false (ds_trust_list_verify (list, operator_id, at_s, "date", 4, signature, NULL));
  g_assert_true (known || !is_good);
  return is_good ? 'y' : known ? 'n' : '?';
}

static void
test_rotation (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (DsTrustList) list = make_list (fixture, NULL);
  const gint64 day_s = DAY_MS / 1000;
  const struct
  {
    gint64 at_s;
    char old_key;
    char new_key;
  } times[] = {
    { 0, '?', '?' },
    { day_s - 1, '?', '?' },
    { day_s, 'y', 'n' },
    { 8 * day_s - 1, 'y', 'n' },
    { 8 * day_s, 'y', 'y' },
    { 10 * day_s, 'y', 'y' },
    { 10 * day_s + 1, 'n', 'y' },
    { 20 * day_s, 'n', 'y' },
    { 20 * day_s + 1, '?', '?' },
    { -1, '?', '?' },
    { (G_GINT64_CONSTANT (1) << 61) + 9 * day_s, '?', '?' }, /* 9 days, if the milliseconds wrapped around */
    { G_MAXINT64, '?', '?' },
    { G_MININT64, '?', '?' },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_assert_cmpint (key_counts (list, "003", fixture->old_key, times[i].at_s), ==, times[i].old_key);
      g_assert_cmpint (key_counts (list, "003", fixture->new_key, times[i].at_s), ==, times[i].new_key);
    }
  g_assert_cmpint (key_counts (list, "007", fixture->old_key, 9 * day_s), ==, '?');
  g_assert_cmpint (key_counts (list, "999", fixture->old_key, 9 * day_s), ==, '?');
  g_assert_cmpint (key_counts (list, "003", fixture->depot, 9 * day_s), ==, 'n');
}

static void
test_revocation (Fixture *fixture, gconstpointer unused)
{
  json_t *keys
      = json_object_get (json_array_get (json_object_get (fixture->payload, "operators"), 0), "keys");
  g_autoptr (DsTrustList) list = NULL;
  const gint64 day_s = DAY_MS / 1000;

  json_object_set_new (json_array_get (keys, 0), "revoked", json_true ());
  list = make_list (fixture, NULL);
  g_assert_cmpint (key_counts (list, "003", fixture->old_key, 5 * day_s), ==, '?');
  g_assert_cmpint (key_counts (list, "003", fixture->old_key, 9 * day_s), ==, 'n');
  g_assert_cmpint (key_counts (list, "003", fixture->new_key, 9 * day_s), ==, 'y');
}

static void
test_signature (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *jws = ds_trust_list_sign (fixture->payload, fixture->depot, NULL);
  g_autofree char *text = ds_json_to_line (fixture->payload);
  g_autofree char *other_kid = ds_jws_sign (fixture->depot, "device-1", text, strlen (text), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ds_trust_list_new_from_jws (jws, fixture->old_key, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  g_clear_error (&error);
  g_assert_null (ds_trust_list_new_from_jws (other_kid, fixture->depot, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (ds_trust_list_new_from_jws ("", fixture->depot, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

/* Puts @value (taken) where @path leads, "operators/0/id", or takes away what is there when it is %NULL. */
static void
change (json_t *root, const char *path, json_t *value)
{
  g_auto (GStrv) steps = g_strsplit (path, "/", -1);
  guint last = g_strv_length (steps) - 1;
  json_t *at = root;

  for (guint i = 0; i < last; i++)
    at = json_is_array (at) ? json_array_get (at, (gsize)g_ascii_strtoull (steps[i], NULL, 10))
                            : json_object_get (at, steps[i]);
  if (json_is_array (at))
    g_assert_cmpint (json_array_append_new (at, value), ==, 0);
  else if (value != NULL)
    g_assert_cmpint (json_object_set_new (at, steps[last], value), ==, 0);
  else
    g_assert_cmpint (json_object_del (at, steps[last]), ==, 0);
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *long_name = g_strnfill (65, 'x');
  const struct
  {
    const char *path;
    json_t *value;
  } bad[] = {
    { "version", json_integer (0) },
    { "version", NULL },
    { "issued_at_ms", json_integer (-1) },
    { "issued_at_ms", json_string ("now") },
    { "operators", json_object () },
    { "extra", json_true () },
    { "operators/0/id", json_string ("3") },
    { "operators/0/id", json_string ("0003") },
    { "operators/0/id", json_string ("00a") },
    { "operators/0/id", json_string ("007") },
    { "operators/0/id", json_integer (3) },
    { "operators/0/name", json_string ("") },
    { "operators/0/name", json_string ("a\nb") },
    { "operators/0/name", json_string ("a\u202eb") },
    { "operators/0/name", json_string (long_name) },
    { "operators/0/extra", json_true () },
    { "operators/0/keys", json_string ("none") },
    { "operators/0/keys/0/public_key", json_string ("04") },
    { "operators/0/keys/0/public_key", json_string ("zz") },
    { "operators/0/keys/0/not_before_ms", json_integer (11 * DAY_MS) },
    { "operators/0/keys/0/not_before_ms", json_integer (-1) },
    { "operators/0/keys/0/revoked", json_string ("no") },
    { "operators/0/keys/0/revoked", NULL },
    { "operators/0/keys/0/usage", json_string ("all") },
    { "operators/-", json_true () },
    { "operators/0/keys/-", json_null () },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      json_t *good = fixture->payload;
      g_autoptr (json_t) changed = json_deep_copy (good);
      g_autoptr (GError) error = NULL;

      change (changed, bad[i].path, bad[i].value);
      g_assert_null (ds_trust_list_sign (changed, fixture->depot, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_too_many_keys (Fixture *fixture, gconstpointer unused)
{
  json_t *keys
      = json_object_get (json_array_get (json_object_get (fixture->payload, "operators"), 1), "keys");
  g_autofree char *jws = NULL;

  for (guint i = 0; i < 8; i++)
    json_array_append_new (keys, describe_key (fixture->old_key, 1, 2, FALSE));
  jws = ds_trust_list_sign (fixture->payload, fixture->depot, NULL);
  g_assert_nonnull (jws);
  json_array_append_new (keys, describe_key (fixture->old_key, 1, 2, FALSE));
  g_assert_null (ds_trust_list_sign (fixture->payload, fixture->depot, NULL));
}

static void
test_operator_id (void)
{
  const char *const bad[] = { "", "1", "12", "1234", "12a", " 12", "-12", NULL };
  guint number;

  g_assert_false (ds_operator_id_to_number (NULL, &number));
  for (gsize i = 0; bad[i] != NULL; i++)
    g_assert_false (ds_operator_id_to_number (bad[i], &number));
  for (guint i = 0; i <= DS_OPERATOR_ID_MAX; i++)
    {
      g_autofree char *text = ds_operator_id_from_number (i);

      g_assert_cmpuint (strlen (text), ==, 3);
      g_assert_true (ds_operator_id_to_number (text, &number));
      g_assert_cmpuint (number, ==, i);
    }
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/trust-list/read", test_read);
  ADD ("/trust-list/rotation", test_rotation);
  ADD ("/trust-list/revocation", test_revocation);
  ADD ("/trust-list/signature", test_signature);
  ADD ("/trust-list/refused", test_refused);
  ADD ("/trust-list/too-many-keys", test_too_many_keys);
  g_test_add_func ("/operator-id/round-trip", test_operator_id);
  return g_test_run ();
}
