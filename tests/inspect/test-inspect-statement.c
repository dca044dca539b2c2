/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-jws.h"
#include "run.h"

#include <string.h>

typedef struct
{
  DsKey *depot;
  char *hex;
  json_t *payload;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->depot = ds_key_generate (NULL);
  self->hex = ds_key_get_public_hex (self->depot);
  self->payload = json_pack (
      "{s:s, s:i, s:s, s:s, s:s, s:s, s:I, s:["
      "{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s, s:i, s:n, s:n, s:n, s:s}],"
      "s:{s:i, s:i, s:i}, s:{s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:i}, s:i, s:b, s:i}",
      "statement", "017f22e2-79b0-7cc3-98c4-dc0c0c073990", "version", 1, "shift",
      "017f22e2-79b0-7cc3-98c4-dc0c0c073991", "courier", "C-7", "device", "device-1", "accounting_date",
      "2026-11-22", "at_ms", (json_int_t)1795343520000, "lines", "payment",
      "017f22e2-79b0-7cc3-98c4-dc0c0c073992", "stop", "S1", "tender", "code", "state", "settled",
      "device_fen", 128650, "operator_fen", 128650, "operator", "003", "operator_ref", "REF1", "verdict",
      "matched", "payment", "017f22e2-79b0-7cc3-98c4-dc0c0c073993", "stop", "S2", "tender", "cash", "state",
      "paid", "device_fen", 5000, "operator_fen", "operator", "operator_ref", "verdict", "matched", "digital",
      "device_fen", 128650, "operator_fen", 128650, "count", 1, "vouchers", "device_fen", 0, "operator_fen",
      0, "count", 0, "rejected_fen", 0, "cash", "expected_fen", 25000, "counted_fen", 25000, "float_fen",
      20000, "difference_fen", 0, "balanced", 1, "books_sum_fen", 0);
  g_assert_nonnull (self->payload);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ds_key_unref (self->depot);
  g_free (self->hex);
  json_decref (self->payload);
}

static char *
sign (Fixture *self, const char *kid)
{
  g_autofree char *line = ds_json_to_line (self->payload);

  return ds_jws_sign (self->depot, kid, line, strlen (line), NULL);
}

static void
inspect (const char *contents, const char *key, gboolean json, Run *run)
{
  g_autofree char *path = run_write_file (contents, -1);

  run_inspect (run, NULL, -1,
               (const char *[]){ "statement", "--key", key, path, json ? "--json" : NULL, NULL });
  run_remove_file (path);
}

static void
test_good (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *jws = sign (fixture, "depot");
  g_autofree char *with_end = g_strconcat (jws, "\n", NULL);
  g_autofree char *data = g_strdup_printf ("{\"shift\":\"x\",\"jws\":\"%s\"}", jws);
  g_autofree char *item
      = g_strdup_printf ("{\"cursor\":3,\"type\":\"statement\",\"at_ms\":1,\"data\":%s}\n", data);
  const char *const forms[] = { jws, with_end, data, item };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (Run) table = { 0 };
      g_auto (Run) json = { 0 };
      g_autoptr (json_t) payload = NULL;

      inspect (forms[i], fixture->hex, FALSE, &table);
      g_assert_cmpint (table.status, ==, 0);
      g_assert_cmpstr (table.complaint, ==, "");
      g_assert_nonnull (strstr (table.output, "1,286.50"));
      g_assert_nonnull (strstr (table.output, " balanced"));

      inspect (forms[i], fixture->hex, TRUE, &json);
      g_assert_cmpint (json.status, ==, 0);
      payload = run_get_line (&json, 0);
      g_assert_true (json_equal (payload, fixture->payload));
    }
}

static void
assert_bad (const char *contents, const char *key, const char *word)
{
  g_auto (Run) run = { 0 };

  inspect (contents, key, FALSE, &run);
  g_assert_cmpint (run.status, ==, 1);
  g_assert_nonnull (strstr (run.complaint, word));
}

static void
test_forged (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autofree char *other_hex = ds_key_get_public_hex (other);
  g_autofree char *jws = sign (fixture, "depot");
  g_autofree char *device = sign (fixture, "device-1");
  g_autofree char *altered = g_strdup (jws);
  char *payload = strchr (altered, '.') + 20;

  *payload = *payload == 'A' ? 'B' : 'A';
  assert_bad (jws, other_hex, "do not settle by it");
  assert_bad (altered, fixture->hex, "do not settle by it");
  assert_bad (device, fixture->hex, "not as the depot");
  assert_bad ("nothing of the kind", fixture->hex, "do not settle by it");
}

/* Signed rightly, and wrong in itself. */
static void
test_contradictions (Fixture *fixture, gconstpointer unused)
{
  const struct
  {
    const char *object, *member;
    json_int_t value;
    const char *word;
  } cases[] = {
    { "digital", "device_fen", 128651, "this device’s lines" },
    { "digital", "operator_fen", 128651, "the operators’ lines" },
    { "cash", "counted_fen", 24999, "difference" },
    { NULL, "difference_fen", 1, "difference" },
    { NULL, "books_sum_fen", 1, "sum to zero" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      json_t *object
          = cases[i].object != NULL ? json_object_get (fixture->payload, cases[i].object) : fixture->payload;
      json_t *before = json_incref (json_object_get (object, cases[i].member));
      g_autofree char *jws = NULL;

      json_object_set_new (object, cases[i].member, json_integer (cases[i].value));
      jws = sign (fixture, "depot");
      assert_bad (jws, fixture->hex, cases[i].word);
      json_object_set_new (object, cases[i].member, before);
    }
}

static void
test_incomplete (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *jws = NULL;

  json_object_del (fixture->payload, "cash");
  jws = sign (fixture, "depot");
  assert_bad (jws, fixture->hex, "cash");
}

static void
test_usage (void)
{
  g_auto (Run) none = { 0 };

  run_inspect (&none, NULL, -1, (const char *[]){ "statement", "/dev/null", NULL });
  g_assert_cmpint (none.status, ==, 2);
  g_assert_nonnull (strstr (none.complaint, "--key"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/inspect-statement/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/inspect-statement/forged", Fixture, NULL, set_up, test_forged, tear_down);
  g_test_add ("/inspect-statement/contradictions", Fixture, NULL, set_up, test_contradictions, tear_down);
  g_test_add ("/inspect-statement/incomplete", Fixture, NULL, set_up, test_incomplete, tear_down);
  g_test_add_func ("/inspect-statement/usage", test_usage);
  return g_test_run ();
}
