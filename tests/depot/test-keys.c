/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot takes another key: it is announced, it signs when its time has come, and the old one's work stays good. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-depot-key.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-sealed-file.h"

#include <string.h>

#define DAY_MS G_GINT64_CONSTANT (86400000)

static void
set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}

#define keys_test_add(path, test) g_test_add (path, DepotFixture, NULL, set_up, test, depot_fixture_tear_down)

static json_t *
rotate (DepotFixture *fixture, gint64 overlap_ms)
{
  g_autoptr (GError) error = NULL;
  json_t *keys = ds_depot_rotate_key (fixture->depot, overlap_ms, &error);

  g_assert_no_error (error);
  return keys;
}

static void
pass_time (DepotFixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->clock, ms);
  depot_fixture_renew_token (fixture);
  json_decref (ds_depot_list_keys (fixture->depot));
}

static json_t *
push (DepotFixture *fixture)
{
  g_auto (Reply) reply = { 0 };

  depot_fixture_append (fixture, "note.added", "{s:s}", "text", "x");
  depot_fixture_push_from (fixture, fixture->lines->len - 1, &reply);
  g_assert_cmpuint (reply.status, ==, 200);
  return reply_get_object (&reply);
}

static gboolean
is_signed_by (json_t *answer, DsKey *key)
{
  return ds_jws_verify (key, json_string_value (json_object_get (answer, "acknowledgement")), -1, NULL, NULL,
                        NULL);
}

static void
test_overlap (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) first = ds_key_ref (ds_depot_get_key (fixture->depot));
  g_autoptr (json_t) before = push (fixture);
  g_autoptr (json_t) during = NULL;
  g_autoptr (json_t) after = NULL;
  g_autoptr (json_t) item = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (DsDepotKey) announced = { 0 };
  json_t *announcements;

  g_assert_null (json_object_get (before, "depot_keys"));
  json_decref (rotate (fixture, 30 * DAY_MS));
  g_assert_null (ds_depot_rotate_key (fixture->depot, 0, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_STATE);

  /* It is told at once, on both ways, and the old one goes on signing. */
  during = push (fixture);
  g_assert_true (is_signed_by (during, first));
  announcements = json_object_get (during, "depot_keys");
  g_assert_cmpuint (json_array_size (announcements), ==, 1);
  g_assert_true (
      ds_depot_key_read (&announced, json_string_value (json_array_get (announcements, 0)), first, NULL));
  g_assert_cmpint (announced.number, ==, 2);
  item = depot_fixture_find_item (fixture, DS_DEPOT_KEY_ITEM, NULL);
  g_assert_true (json_equal (json_object_get (item, "jws"), json_array_get (announcements, 0)));

  pass_time (fixture, 31 * DAY_MS);
  after = push (fixture);
  g_assert_false (is_signed_by (after, first));
  g_assert_true (is_signed_by (after, announced.key));

  /* So after a new start. */
  depot_fixture_restart (fixture);
  g_assert_true (is_signed_by (after, ds_depot_get_key (fixture->depot)));
}

/* A handheld that enrols later learns the key there is, and no announcement of before. */
static void
test_later (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (json_t) answer = NULL;

  json_decref (rotate (fixture, 0));
  json_decref (rotate (fixture, 0));
  depot_fixture_switch_handheld (fixture, "0400");
  answer = push (fixture);
  g_assert_true (is_signed_by (answer, ds_depot_get_key (fixture->depot)));
  g_assert_null (json_object_get (answer, "depot_keys"));
}

/* What was sealed to a key can be opened when another one signs. */
static void
test_sealed (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) file = NULL;
  g_autoptr (json_t) report = NULL;
  g_autoptr (GError) error = NULL;

  depot_fixture_append (fixture, "note.added", "{s:s}", "text", "x");
  file = depot_fixture_seal (fixture, 0, fixture->lines->len, TRUE);
  json_decref (rotate (fixture, 0));
  report = ds_depot_rescue (fixture->depot, file, &error);
  g_assert_no_error (error);
  g_assert_true (json_is_true (json_object_get (report, "complete")));
}

static void
test_lost_file (DepotFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "depot-key-2.pem", NULL);
  g_autofree char *away = g_strconcat (path, ".away", NULL);
  g_autoptr (DsDepot) depot = NULL;
  g_autoptr (GError) error = NULL;

  json_decref (rotate (fixture, 0));
  ds_depot_close (fixture->depot);
  g_assert_cmpint (rename (path, away), ==, 0);
  depot = depot_fixture_try_open (fixture, &error);
  g_assert_null (depot);
  g_assert_error (error, DS_ERROR, DS_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "backup"));
  g_assert_cmpint (rename (away, path), ==, 0);
  depot_fixture_restart (fixture);
}

/* The trust list of the feed, verified. */
static DsTrustList *
load_trust (DepotFixture *fixture)
{
  g_autoptr (json_t) item = depot_fixture_find_item (fixture, "operators", NULL);
  g_autoptr (GError) error = NULL;
  DsTrustList *list = ds_trust_list_new_from_jws (json_string_value (json_object_get (item, "jws")),
                                                  ds_depot_get_key (fixture->depot), &error);

  g_assert_no_error (error);
  return list;
}

static gboolean
is_trusted (DepotFixture *fixture, DsKey *key)
{
  g_autoptr (DsTrustList) list = load_trust (fixture);
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  g_assert_true (ds_key_sign (key, "x", 1, signature, NULL));
  return ds_trust_list_verify (list, "003", ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)) / 1000, "x", 1,
                               signature, NULL);
}

/* An operator takes another key: both are good for a while, and the old one no longer than that, or than wanted. */
static void
test_operator (DepotFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) old = ds_key_ref (ds_operator_get_key (DS_OPERATOR (fixture->operator_a)));
  g_autoptr (DsKey) new = NULL;
  g_autofree char *public_key = ds_key_get_public_hex (old);
  g_autoptr (GError) error = NULL;

  test_operator_take_new_key (fixture->operator_a);
  new = ds_key_ref (ds_operator_get_key (DS_OPERATOR (fixture->operator_a)));
  g_assert_true (is_trusted (fixture, old));
  g_assert_false (is_trusted (fixture, new));
  json_decref (ds_depot_list_operator_keys (fixture->depot, &error));
  g_assert_true (is_trusted (fixture, old));
  g_assert_true (is_trusted (fixture, new));

  g_assert_false (ds_depot_revoke_operator_key (fixture->depot, "003", "04", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (ds_depot_revoke_operator_key (fixture->depot, "003", public_key, &error));
  g_assert_no_error (error);
  g_assert_false (is_trusted (fixture, old));
  g_assert_true (is_trusted (fixture, new));

  /* The list of a depot with another key is signed by that one. */
  json_decref (rotate (fixture, 0));
  g_assert_true (is_trusted (fixture, new));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  keys_test_add ("/depot/keys/overlap", test_overlap);
  keys_test_add ("/depot/keys/later", test_later);
  keys_test_add ("/depot/keys/sealed", test_sealed);
  keys_test_add ("/depot/keys/lost-file", test_lost_file);
  keys_test_add ("/depot/keys/operator", test_operator);
  return g_test_run ();
}
