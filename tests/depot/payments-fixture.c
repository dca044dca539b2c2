/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "payments-fixture.h"

#include "ds-json.h"

void
payments_append_requested (DepotFixture *fixture, const char *id, gint64 amount_fen)
{
  depot_fixture_append (fixture, "payment.requested", "{s:s, s:s, s:s, s:[s], s:I}", "payment", id, "shift",
                        "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen);
}

void
payments_append_presented (DepotFixture *fixture, const char *id, gint64 amount_fen, const char *source)
{
  depot_fixture_append (fixture, "payment.presented", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:s, s:I}", "payment",
                        id, "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "source", source, "code_sm3", "00", "expires_at_ms", (json_int_t)FAR_MS);
}

void
payments_append_scanned (DepotFixture *fixture,
                         const char *id,
                         gint64 amount_fen,
                         const char *code,
                         gint64 expires_at_ms)
{
  depot_fixture_append (fixture, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:I, s:s, s:I}", "payment", id,
                        "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "payer_code", code, "expires_at_ms", (json_int_t)expires_at_ms);
}

void
payments_append_cash (DepotFixture *fixture,
                      const char *id,
                      gint64 amount_fen,
                      gint64 tendered_fen,
                      gint64 change_fen)
{
  depot_fixture_append (fixture, "payment.cash", "{s:s, s:s, s:s, s:[s], s:I, s:I, s:I}", "payment", id,
                        "shift", "S", "stop", "D1", "parcels", "W1", "amount_fen", (json_int_t)amount_fen,
                        "tendered_fen", (json_int_t)tendered_fen, "change_fen", (json_int_t)change_fen);
}

void
payments_push_refused (DepotFixture *fixture)
{
  g_autofree char *refused = depot_fixture_push (fixture);

  g_assert_nonnull (refused);
}

void
payments_pass_time (DepotFixture *fixture, gint64 ms)
{
  ds_manual_clock_advance_ms (fixture->clock, ms);
  ds_depot_wake (fixture->depot);
  depot_fixture_settle (fixture);
}

void
payments_notify (DepotFixture *fixture, TestOperator *op, const char *id)
{
  ds_operator_emit_notified (DS_OPERATOR (op), id);
  depot_fixture_settle (fixture);
}

gboolean
payments_has_incident (DepotFixture *fixture, const char *kind, const char *subject)
{
  g_autoptr (json_t) books = ds_depot_books_to_json (fixture->depot, NULL);
  json_t *incident;
  gsize i;

  json_array_foreach (json_object_get (books, "incidents"), i, incident)
  {
    if (g_strcmp0 (json_string_value (json_object_get (incident, "kind")), kind) == 0
        && g_strcmp0 (json_string_value (json_object_get (incident, "subject")), subject) == 0)
      return TRUE;
  }
  return FALSE;
}

void
payments_set_up (DepotFixture *fixture, gconstpointer data)
{
  depot_fixture_set_up (fixture, data);
  depot_fixture_enrol (fixture);
}
