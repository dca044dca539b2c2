/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "desk-fixture.h"

#include "ds-depot-admin.h"
#include "ds-depot-custody.h"
#include "ds-depot-private.h"
#include "ds-encoding.h"
#include "ds-shift.h"
#include "ds-shift-seal.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"
/* Of DESK_PASSWORD, made with half the work: most tests are not about passwords. */
#define DESK_RECORD "scrypt 14 8 1 FpnOi1tz3EwuuZU8gNqGyg eM773nRJekIsezp4mBGllO2rWlRvVwg-JJZChzmdO5Q"

static void
push (DeskFixture *self)
{
  g_autofree char *refused = depot_fixture_push (&self->base);

  g_assert_cmpstr (refused, ==, NULL);
}

static void
open_shift (DeskFixture *self)
{
  self->shift = depot_fixture_make_id (&self->base);
  depot_fixture_append (&self->base, "shift.opened", "{s:s, s:s, s:s, s:i}", "shift", self->shift, "courier",
                        "0317", "accounting_date", "2026-11-30", "float_fen", DESK_FLOAT_FEN);
  push (self);
}

static void
import_route (DeskFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) report = depot_fixture_import (
      &self->base,
      "waybill,recipient,phone,address,due,prepaid\nW1,李小华,17012340001,文三路 1 号,45.00,no\n"
      "W2,王芳,17012340002,\"<img src=x onerror=alert(1)>\",123.50,no\n",
      &error);

  g_assert_no_error (error);
  g_assert_nonnull (report);
}

/* Returns: (transfer full): the stop of a waybill, as the courier's feed tells it. */
static char *
find_stop (DeskFixture *self, const char *waybill)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) stop = NULL;
  DsStopChange change = { .kind = DS_STOP_CHANGE_REPRICE,
                          .stop = waybill,
                          .waybill = waybill,
                          .due_fen = g_str_equal (waybill, "W1") ? DESK_DIGITAL_FEN : DESK_CASH_FEN };

  stop = ds_depot_change_stop (self->base.depot, &change, &error);
  g_assert_no_error (error);
  return g_strdup (json_string_value (json_object_get (stop, "stop")));
}

static void
take_cash (DeskFixture *self)
{
  g_autofree char *stop = find_stop (self, "W2");

  self->cash_payment = depot_fixture_make_id (&self->base);
  depot_fixture_append (&self->base, "payment.cash", "{s:s, s:s, s:s, s:[s], s:i, s:i, s:i}", "payment",
                        self->cash_payment, "shift", self->shift, "stop", stop, "parcels", "W2", "amount_fen",
                        DESK_CASH_FEN, "tendered_fen", 15000, "change_fen", 15000 - DESK_CASH_FEN);
  push (self);
}

static void
scan (DeskFixture *self)
{
  g_autofree char *stop = find_stop (self, "W1");
  gint64 soon = ds_clock_get_wall_ms (DS_CLOCK (self->base.clock)) + 60000;

  self->digital_payment = depot_fixture_make_id (&self->base);
  depot_fixture_append (&self->base, "payment.scanned", "{s:s, s:s, s:s, s:[s], s:i, s:s, s:I}", "payment",
                        self->digital_payment, "shift", self->shift, "stop", stop, "parcels", "W1",
                        "amount_fen", DESK_DIGITAL_FEN, "payer_code", PAYER_CODE_A, "expires_at_ms",
                        (json_int_t)soon);
  push (self);
}

static void
receive_unclaimed (DeskFixture *self)
{
  self->unclaimed_payment = depot_fixture_make_id (&self->base);
  test_operator_pay (self->base.operator_a, self->unclaimed_payment, 990);
  ds_operator_emit_notified (DS_OPERATOR (self->base.operator_a), self->unclaimed_payment);
  depot_fixture_settle (&self->base);
}

static void
open_desk (DeskFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->desk = ds_desk_new (self->base.depot, DS_CLOCK (self->base.clock), self->base.random, DESK_LOCALE);
  g_assert_true (ds_desk_listen (self->desk, FALSE, 0, &error));
  g_assert_no_error (error);
}

void
desk_fixture_set_up (DeskFixture *self, gconstpointer data)
{
  g_autofree char *code = NULL;
  g_autoptr (GError) error = NULL;

  depot_fixture_set_up (&self->base, data);
  depot_fixture_enrol (&self->base);
  code = ds_depot_enrol (self->base.depot, "0317", data != NULL ? data : DESK_HOSTILE, NULL, &error);
  g_assert_no_error (error);
  import_route (self);
  open_shift (self);
  take_cash (self);
  scan (self);
  receive_unclaimed (self);
  open_desk (self);
}

void
desk_fixture_restart (DeskFixture *self)
{
  soup_session_abort (self->base.session);
  ds_desk_free (self->desk);
  depot_fixture_restart (&self->base);
  open_desk (self);
}

void
desk_fixture_tear_down (DeskFixture *self, gconstpointer data)
{
  soup_session_abort (self->base.session);
  ds_desk_free (self->desk);
  depot_fixture_tear_down (&self->base, data);
  g_free (self->shift);
  g_free (self->cash_payment);
  g_free (self->digital_payment);
  g_free (self->unclaimed_payment);
  g_free (self->seal);
}

char *
desk_fixture_make_seal (DeskFixture *self, DsKey *key, gint64 counted_fen)
{
  g_autoptr (GBytes) head = ds_hex_decode (self->base.head, NULL);
  DsShiftSeal draft = { .device_id = self->base.device,
                        .shift_id = self->shift,
                        .head_seq = self->base.seq,
                        .at_s = ds_clock_get_wall_ms (DS_CLOCK (self->base.clock)) / 1000,
                        .paid_fen = DESK_DIGITAL_FEN,
                        .cash_fen = DESK_CASH_FEN,
                        .counted_fen = counted_fen };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsShiftSeal) seal = NULL;

  memcpy (draft.head_sm3, g_bytes_get_data (head, NULL), sizeof draft.head_sm3);
  seal = ds_shift_seal_sign (key, &draft, &error);
  g_assert_no_error (error);
  return ds_shift_seal_to_text (seal);
}

/* Returns: (transfer full): @amount_fen in the fewest notes and coins. */
static json_t *
make_denominations (gint64 amount_fen)
{
  json_t *denominations = json_array ();

  for (const gint64 *kind_fen = ds_cash_denominations_fen; *kind_fen > 0; kind_fen++)
    {
      if (amount_fen >= *kind_fen)
        json_array_append_new (denominations,
                               json_pack ("{s:I, s:I}", "denomination_fen", (json_int_t)*kind_fen, "count",
                                          (json_int_t)(amount_fen / *kind_fen)));
      amount_fen %= *kind_fen;
    }
  return denominations;
}

void
desk_fixture_close_shift (DeskFixture *self, gint64 counted_fen)
{
  depot_fixture_append (&self->base, "shift.closed", "{s:s, s:I, s:o}", "shift", self->shift,
                        "cash_counted_fen", (json_int_t)counted_fen, "denominations",
                        make_denominations (counted_fen));
  push (self);
  self->seal = desk_fixture_make_seal (self, self->base.key, counted_fen);
}

static void
did_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

char *
desk_fixture_add_account (DeskFixture *self, const char *id, const char *role)
{
  g_autoptr (json_t) request = json_pack ("{s:s, s:s, s:s, s:s, s:s}", "command", "desk", "what", "add",
                                          "account", id, "name", "李娟", "role", role);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autoptr (GError) error = NULL;

  ds_depot_admin_run_async (self->base.depot, request, NULL, did_run, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  answer = ds_depot_admin_run_finish (self->base.depot, result, &error);
  g_assert_no_error (error);
  return g_strdup (json_string_value (json_object_get (answer, "password")));
}

void
desk_fixture_employ (DeskFixture *self, const char *id, const char *role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) key = ds_depot_add_clerk (self->base.depot, id, "李娟", &error);

  g_assert_no_error (error);
  g_assert_true (
      ds_depot_sql_run (self->base.depot->db, &error,
                        "INSERT INTO account (id, name, role, record, must_change, generation, removed_at_ms)"
                        " VALUES (?, '李娟', ?, ?, 0, 1, 0)",
                        "sss", id, role, DESK_RECORD));
}
