/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what the depot serves and real answers of every kind, for check-openapi.py. */
#include "config.h"

#include "depot-fixture.h"
#include "ds-depot-service.h"
#include "ds-json.h"

#include <stdio.h>
#include <string.h>

static void
add_routes (json_t *samples)
{
  json_t *routes = json_array ();
  json_t *problems = json_array ();

  for (const DsRoute *route = ds_depot_routes; route->method != NULL; route++)
    json_array_append_new (routes, json_pack ("{s:s, s:s, s:b}", "method", route->method, "path", route->path,
                                              "needs_token", route->needs_token));
  for (DsTroubleKind kind = 0; kind < DS_N_TROUBLES; kind++)
    {
      g_autofree char *type = g_strconcat (DS_TROUBLE_PREFIX, ds_trouble_kind_to_name (kind), NULL);

      json_array_append_new (problems, json_string (type));
    }
  json_object_set_new (samples, "routes", routes);
  json_object_set_new (samples, "problems", problems);
}

static void
add_reply (json_t *samples, const char *schema, Reply *reply)
{
  json_t *list = json_object_get (samples, schema);

  if (list == NULL)
    {
      list = json_array ();
      json_object_set_new (samples, schema, list);
    }
  json_array_append_new (list, reply_get_object (reply));
}

static void
add_identity (json_t *samples, DepotFixture *fixture)
{
  g_autofree char *code = depot_fixture_make_code (fixture);
  g_auto (Reply) reply = { 0 };

  depot_fixture_send (fixture, "GET", "/v1/health", NULL, NULL, 0, &reply);
  add_reply (samples, "Health", &reply);
  depot_fixture_send (fixture, "GET", "/v1/feed", NULL, NULL, 0, &reply);
  add_reply (samples, "Problem", &reply);
  depot_fixture_send_enrolment (fixture, fixture->key, code, &reply);
  add_reply (samples, "Enrolment", &reply);
  fixture->device = g_strdup (json_string_value (
      json_object_get (json_array_get (json_object_get (samples, "Enrolment"), 0), "device")));
  depot_fixture_send_assertion (fixture, 0, "a nonce of long ago", &reply);
  add_reply (samples, "Problem", &reply);
  depot_fixture_send_assertion (fixture, ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)), "a nonce of today",
                                &reply);
  add_reply (samples, "Token", &reply);
  fixture->token = g_strdup (
      json_string_value (json_object_get (json_array_get (json_object_get (samples, "Token"), 0), "token")));
}

/* A small shift: a live code, a payer code, cash, an entry that is refused, and the end. */
static void
add_shift (json_t *samples, DepotFixture *fixture)
{
  g_autofree char *shift = depot_fixture_make_id (fixture);
  g_autofree char *live = depot_fixture_make_id (fixture);
  g_autofree char *scanned = depot_fixture_make_id (fixture);
  g_autofree char *cash = depot_fixture_make_id (fixture);
  gint64 soon = ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)) + 60000;
  g_auto (Reply) reply = { 0 };

  depot_fixture_append (fixture, "shift.opened", "{s:s, s:s, s:s, s:i}", "shift", shift, "courier", "0317",
                        "accounting_date", "2026-11-22", "float_fen", 1000);
  depot_fixture_append (fixture, "payment.requested", "{s:s, s:s, s:s, s:[s], s:i}", "payment", live, "shift",
                        shift, "stop", "D1", "parcels", "W1", "amount_fen", 500);
  depot_fixture_append (fixture, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:i, s:s, s:I}", "payment",
                        scanned, "shift", shift, "stop", "D1", "parcels", "W1", "amount_fen", 600,
                        "payer_code", "0100312345612345678", "expires_at_ms", (json_int_t)soon);
  depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}", "payment", cash,
                        "shift", shift, "stop", "D2", "parcels", "W2", "amount_fen", 700, "tendered_fen", 700,
                        "change_fen", 0);
  depot_fixture_append (fixture, "payment.query", "{s:s}", "payment", "nonsense");
  depot_fixture_push_from (fixture, 0, &reply);
  add_reply (samples, "Acknowledgement", &reply);
  depot_fixture_push_from (fixture, 3, &reply);
  add_reply (samples, "Acknowledgement", &reply);
  depot_fixture_settle (fixture);
  json_decref (ds_depot_rotate_key (fixture->depot, 0, NULL));
  depot_fixture_append (fixture, "shift.closed", "{s:s, s:i}", "shift", shift, "cash_counted_fen", 1700);
  depot_fixture_push_from (fixture, 5, &reply);
  add_reply (samples, "Acknowledgement", &reply);
  depot_fixture_settle (fixture);
}

/* A clerk settles the refused entry, a card is brought, and a copied handheld shows up. */
static void
add_trouble (json_t *samples, DepotFixture *fixture)
{
  g_autofree char *refused = depot_fixture_get_entry_id (fixture, 4);
  g_autoptr (GBytes) file = depot_fixture_seal (fixture, 0, fixture->lines->len, TRUE);
  g_autoptr (GError) error = NULL;
  g_auto (Reply) reply = { 0 };

  ds_depot_resolve_entry (fixture->depot, refused, "Settled by hand", &error);
  g_assert_no_error (error);
  depot_fixture_send (fixture, "POST", "/v1/rescues", fixture->token, g_bytes_get_data (file, NULL),
                      (gssize)g_bytes_get_size (file), &reply);
  add_reply (samples, "Rescue", &reply);
  depot_fixture_go_back (fixture, 4);
  depot_fixture_append (fixture, "note.added", "{s:s, s:s}", "stop", "D1", "text", "elsewhere");
  depot_fixture_push_from (fixture, 4, &reply);
  add_reply (samples, "Problem", &reply);
}

static void
add_feed (json_t *samples, DepotFixture *fixture)
{
  json_t *items = json_array ();
  g_auto (Reply) reply = { 0 };
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  depot_fixture_send (fixture, "GET", "/v1/feed", fixture->token, NULL, 0, &reply);
  text = g_strndup (g_bytes_get_data (reply.body, NULL), g_bytes_get_size (reply.body));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; *lines[i]; i++)
    json_array_append_new (items, ds_json_parse_object (lines[i], strlen (lines[i]), 1000000, NULL));
  json_object_set_new (samples, "FeedItem", items);
}

int
main (void)
{
  g_autoptr (json_t) samples = json_object ();
  g_autoptr (json_t) report = NULL;
  g_autofree char *line = NULL;
  DepotFixture fixture = { 0 };

  depot_fixture_set_up (&fixture, NULL);
  add_routes (samples);
  add_identity (samples, &fixture);
  report
      = depot_fixture_import (&fixture, "waybill,recipient,address,due,note\nW1,A,B,11,x\nW2,C,D,0,\n", NULL);
  add_shift (samples, &fixture);
  add_trouble (samples, &fixture);
  add_feed (samples, &fixture);
  depot_fixture_tear_down (&fixture, NULL);
  line = ds_json_to_line (samples);
  printf ("%s\n", line);
  return 0;
}
