/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "desk-filler.h"

#include "ds-day.h"
#include "ds-depot-private.h"
#include "ds-jws.h"

#include <string.h>

/* How long a statement is, as kept. */
#define STATEMENT_BYTES "4000"

/* As the cut-off of that day has left it. */
static void
close_day (DeskFixture *self, gint64 at_ms, GError **error)
{
  DsDepot *depot = self->base.depot;
  char day[DS_DAY_SIZE];
  g_autoptr (json_t) accounts = NULL;
  g_autoptr (json_t) record = NULL;
  g_autofree char *line = NULL;
  g_autofree char *jws = NULL;
  gint64 from_ms, last_posting;

  ds_day_parse (ds_day_format (at_ms, day), &from_ms, error);
  accounts = ds_depot_load_balances (depot, from_ms + DS_DAY_MS, error);
  ds_depot_sql_get_int (depot->db, &last_posting, 0, error, "SELECT max (id) FROM posting", "");
  record = json_pack ("{s:s, s:O, s:I, s:I, s:i, s:i}", "day", day, "accounts", accounts, "last_posting",
                      (json_int_t)last_posting, "at_ms", (json_int_t)from_ms + DS_DAY_MS, "suspense_fen", 0,
                      "open_cases", 0);
  line = ds_json_to_line (record);
  jws = ds_jws_sign (depot->key, "depot", line, strlen (line), error);
  ds_depot_sql_run (depot->db, error, "INSERT INTO cut_off (day, jws) VALUES (?, ?)", "ss", day, jws);
}

void
desk_filler_fill (DeskFixture *self, guint n_shifts, guint n_couriers)
{
  gint64 now_ms = ds_clock_get_wall_ms (DS_CLOCK (self->base.clock));
  DsDb *db = self->base.depot->db;
  g_autoptr (GError) error = NULL;
  /* ?1 now, ?2 shifts, ?3 couriers: one table after the other. */
  static const char *const steps[] = {
    "INSERT INTO courier (id, name) SELECT printf ('C%04d', value), printf ('王小%d', value)"
    " FROM (WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value + 1 < ?3)"
    " SELECT value FROM n) WHERE ?1 IS ?1 AND ?2 IS ?2",
    "INSERT INTO device (id, courier, public_key, model, app_version, enrolled_at_ms, seq, head)"
    " SELECT 'D' || id, id, 'K' || id, 'bench', '1', ?1, 20, '' FROM courier"
    " WHERE id LIKE 'C%' AND ?2 IS ?2 AND ?3 IS ?3",
    "INSERT INTO entry (device, seq, id, type, hash, received_at_ms, line)"
    " SELECT id, value, id || value, 'note.added', '', ?1 - 60000, 'a line'"
    " FROM device, (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20)"
    " SELECT value FROM n) WHERE id LIKE 'DC%' AND ?2 IS ?2 AND ?3 IS ?3",
    /* Two thirds of the couriers of the last round are still on the road or wait at the desk. */
    "INSERT INTO shift (id, courier, device, accounting_date, float_fen, opened_at_ms, closed_at_ms,"
    " counted_fen, version, jws, balanced, difference_fen, handed_over)"
    " SELECT printf ('%08x-0000-7000-8000-000000000000', value), printf ('C%04d', value % ?3),"
    " printf ('DC%04d', value % ?3), strftime ('%Y-%m-%d', day_ms / 1000 + 28800, 'unixepoch'), 20000,"
    " day_ms, iif (today AND value % 3 = 0, 0, day_ms + 3600000 * 8), 20000, iif (today AND value % 3 = 0, "
    "0, 1),"
    " iif (today AND value % 3 = 0, NULL, hex (zeroblob (" STATEMENT_BYTES " / 2))),"
    " iif (today AND value % 3 = 0, NULL, value % 10 <> 0), 0, iif (today AND value % 3 < 2, 0, 1)"
    " FROM (WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value + 1 < ?2)"
    " SELECT value, ?1 - 36000000 - (?2 - 1 - value) / ?3 * 86400000 + value % ?3 AS day_ms,"
    " value + ?3 >= ?2 AS today FROM n)",
    "INSERT INTO payment (id, courier, device, shift, stop, parcels, amount_fen, tender, source, state,"
    " journalled, superseded, expires_at_ms, counter, red_packet_fen, refunded_fen, tendered_fen, change_fen,"
    " booked_fen, in_suspense, created_at_ms, changed_at_ms)"
    " SELECT printf ('%s%012x', substr (id, 1, 24), value), courier, device, id, NULL, 'W', 1000 + value,"
    " iif (value % 4 = 0, 'cash', 'code'), 'live', iif (value % 19 = 18, 'unknown', 'paid'), 1, 0, 0, 0, 0, "
    "0,"
    " 0, 0, 1000 + value, 0, opened_at_ms + value * 60000, opened_at_ms + value * 60000 FROM shift,"
    " (WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value + 1 "
    "< " G_STRINGIFY (DESK_FILLER_PAYMENTS) ") SELECT value FROM n) WHERE courier LIKE 'C%' AND ?1 IS ?1"
                                            " AND ?2 IS ?2 AND ?3 IS ?3",
    "INSERT INTO posting (key, at_ms) SELECT iif (tender = 'cash', 'cash:', 'paid:') || id, created_at_ms"
    " FROM payment WHERE courier LIKE 'C%' AND ?1 IS ?1 AND ?2 IS ?2 AND ?3 IS ?3 ORDER BY created_at_ms",
    "INSERT INTO booking (posting, line, account, amount_fen) SELECT posting.id, 0,"
    " iif (tender = 'cash', 'cash:' || courier, 'clearing:003'), payment.amount_fen FROM posting JOIN payment"
    " ON payment.id = substr (key, 6) WHERE courier LIKE 'C%' AND ?1 IS ?1 AND ?2 IS ?2 AND ?3 IS ?3",
    "INSERT INTO booking (posting, line, account, amount_fen) SELECT posting, 1, 'payable:merchant',"
    " -booking.amount_fen FROM booking JOIN posting ON posting.id = posting JOIN payment ON payment.id = "
    "substr "
    "(key, 6)"
    " WHERE line = 0 AND courier LIKE 'C%' AND ?1 IS ?1 AND ?2 IS ?2 AND ?3 IS ?3",
    "INSERT INTO incident (kind, subject, at_ms, detail, number, courier, amount_fen, day)"
    " SELECT 'refund', id, opened_at_ms, 'x', row_number () OVER (ORDER BY id) + 1000000, courier, 100,"
    " accounting_date FROM shift WHERE courier LIKE 'C%' AND balanced = 0 AND ?1 IS ?1 AND ?2 IS ?2"
    " AND ?3 IS ?3",
  };

  g_assert_true (ds_db_begin (db, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      ds_depot_sql_run (db, &error, steps[i], "iii", now_ms, (gint64)n_shifts, (gint64)n_couriers);
      g_assert_no_error (error);
    }
  g_assert_true (ds_db_commit (db, &error));
  g_assert_no_error (error);
  close_day (self, now_ms - DESK_FILLER_CLOSED_DAYS * DS_DAY_MS, &error);
  g_assert_no_error (error);
}
