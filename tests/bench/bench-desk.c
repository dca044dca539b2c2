/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settlement desk of a large station: its list of shifts and the look that keeps it fresh, beside the bare query in
 * SQLite and beside a file that the same server sends. */
#include "config.h"

#include "bench-numbers.h"
#include "desk-browser.h"
#include "desk-filler.h"

#include "ds-depot-private.h"

#include <string.h>

#define N_SHIFTS 5000 /* with twenty payments each */
#define N_COURIERS 200
#define PASSES 31

/* What a page of the list shows, as plainly as it can be asked for. */
static const char bare_list[]
    = "SELECT shift.id, shift.courier, accounting_date, opened_at_ms, closed_at_ms, balanced, courier.name, "
      "(SELECT max (received_at_ms) FROM entry WHERE"
      " entry.device = shift.device), (SELECT count (*) FROM incident WHERE"
      " incident.courier = shift.courier AND closed_at_ms = 0) FROM shift JOIN courier"
      " ON courier.id = shift.courier ORDER BY opened_at_ms DESC LIMIT 51";
static const char bare_totals[] = "SELECT tender, state, count (*), sum (amount_fen), sum (refunded_fen) FROM"
                                  " payment WHERE shift = ? GROUP BY tender, state";

static gint64
run_bare (sqlite3 *handle)
{
  gint64 start_us = g_get_monotonic_time ();
  sqlite3_stmt *list, *totals;
  guint n = 0;

  if (sqlite3_prepare_v2 (handle, bare_list, -1, &list, NULL) != SQLITE_OK
      || sqlite3_prepare_v2 (handle, bare_totals, -1, &totals, NULL) != SQLITE_OK)
    g_error ("%s", sqlite3_errmsg (handle));
  for (; sqlite3_step (list) == SQLITE_ROW; n++)
    {
      sqlite3_bind_text (totals, 1, (const char *)sqlite3_column_text (list, 0), -1, SQLITE_TRANSIENT);
      while (sqlite3_step (totals) == SQLITE_ROW)
        ;
      sqlite3_reset (totals);
    }
  sqlite3_finalize (list);
  sqlite3_finalize (totals);
  g_assert_cmpuint (n, ==, 51);
  return g_get_monotonic_time () - start_us;
}

/* @tag: (inout) (nullable): sent, and what came with the answer */
static gint64
look (Browser *browser, const char *path, char **tag)
{
  g_autoptr (SoupMessage) message = browser_make_message (browser, "GET", path);
  gint64 start_us = g_get_monotonic_time ();

  if (*tag != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "If-None-Match", *tag);
  browser_send_message (browser, message);
  g_free (*tag);
  *tag = g_strdup (soup_message_headers_get_one (browser->headers, "ETag"));
  return g_get_monotonic_time () - start_us;
}

/* @keeps_tag: as the page's script does; @changes: something happens elsewhere between two looks */
static void
measure (Browser *browser, const char *what, const char *path, gboolean keeps_tag, gboolean changes)
{
  DsDb *db = browser->fixture->base.depot->db;
  gint64 page_us[PASSES], bare_us[PASSES], file_us[PASSES];
  g_autofree char *tag = NULL;
  g_autofree char *none = NULL;
  gint64 page, bare, file;

  look (browser, path, &tag);
  for (guint i = 0; i < PASSES; i++)
    {
      bare_us[i] = run_bare (ds_db_get_handle (db));
      file_us[i] = look (browser, "/desk/static/desk.css", &none);
      if (changes)
        ds_depot_sql_run (db, NULL, "UPDATE courier SET name = name WHERE id = 'C0000'", "");
      if (!keeps_tag)
        g_clear_pointer (&tag, g_free);
      page_us[i] = look (browser, path, &tag);
      if (browser->status != (keeps_tag ? 304 : 200))
        g_error ("%s: %u", what, browser->status);
    }
  page = bench_median (page_us, PASSES);
  bare = bench_median (bare_us, PASSES);
  file = bench_median (file_us, PASSES);
  g_print ("{\"bench\":\"desk\",\"what\":\"%s\",\"shifts\":%d,\"payments\":%d,\"bytes\":%zu,\"us\":"
           "%" G_GINT64_FORMAT ",\"bare_sql_us\":%" G_GINT64_FORMAT ",\"static_file_us\":%" G_GINT64_FORMAT
           ",\"ratio\":%.2f}\n",
           what, N_SHIFTS, N_SHIFTS * DESK_FILLER_PAYMENTS, strlen (browser->text), page, bare, file,
           (double)page / (double)(bare + file));
}

static void
test_measure (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  desk_filler_fill (fixture, N_SHIFTS, N_COURIERS);
  measure (&browser, "list", "/desk/", FALSE, FALSE);
  measure (&browser, "look, the list has changed", "/desk/rows", FALSE, TRUE);
  measure (&browser, "look, something else has changed", "/desk/rows", TRUE, TRUE);
  measure (&browser, "look, nothing has changed", "/desk/rows", TRUE, FALSE);
  measure (&browser, "couriers by name, page 20", "/desk/?words=%E7%8E%8B&page=20", FALSE, FALSE);
  measure (&browser, "cash to be counted", "/desk/?standing=waits", FALSE, FALSE);
  measure (&browser, "days", "/desk/days", FALSE, FALSE);
  measure (&browser, "one day", "/desk/day/2026-11-25", FALSE, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/bench/desk", DeskFixture, NULL, desk_fixture_set_up, test_measure, desk_fixture_tear_down);
  return g_test_run ();
}
