/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk of a large station: no page reads through a table that grows, and no list is longer than a page. */
#include "config.h"

#include "desk-browser.h"
#include "desk-filler.h"

#include "ds-depot-private.h"

#include <string.h>

#define N_SHIFTS 1200
#define N_COURIERS 60
/* So many rows a statement may step over one by one: couriers by a part of their names, what is on the pages before. Beside
 * it there are N_SHIFTS shifts, and twenty times as many payments. */
#define MAX_SCANNED (N_COURIERS + 3 * 50)

/* Forgets what was counted, and then says which statement has read through a table since. */
static void
check_scans (DeskFixture *fixture, const char *path, gboolean forget)
{
  sqlite3 *handle = ds_db_get_handle (fixture->base.depot->db);

  for (sqlite3_stmt *query = sqlite3_next_stmt (handle, NULL); query != NULL;
       query = sqlite3_next_stmt (handle, query))
    {
      int n = sqlite3_stmt_status (query, SQLITE_STMTSTATUS_FULLSCAN_STEP, TRUE);

      if (!forget && n > MAX_SCANNED)
        g_error ("%s reads %d rows in turn: %s", path, n, sqlite3_sql (query));
    }
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;
  return n;
}

static void
test_no_scans (DeskFixture *fixture, gconstpointer data)
{
  static const char *const paths[] = {
    "/desk/",
    "/desk/?page=3",
    "/desk/?words=C00",
    "/desk/?words=%E7%8E%8B&page=3",
    "/desk/?standing=road",
    "/desk/?standing=waits",
    "/desk/?standing=differs",
    "/desk/?standing=balanced&words=C0001",
    "/desk/?courier=C0001&standing=differs",
    "/desk/?courier=C0001",
    "/desk/rows?page=2",
    "/desk/couriers",
    "/desk/cases",
    "/desk/cases?all=1&page=2",
    "/desk/cases?courier=C0000",
    "/desk/days",
    "/desk/day/2026-11-25",
    "/desk/cash",
    "/desk/log",
    "/desk/shift/00000010-0000-7000-8000-000000000000",
    "/desk/shift/00000010-0000-7000-8000-000000000000/payments?bucket=digital",
    "/desk/payment/00000010-0000-7000-8000-000000000001",
  };
  g_auto (Browser) browser = browser_open (fixture);

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  desk_filler_fill (fixture, N_SHIFTS, N_COURIERS);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_test_message ("%s", paths[i]);
      check_scans (fixture, paths[i], TRUE);
      browser_load_page (&browser, paths[i]);
      g_assert_cmpuint (browser.status, ==, 200);
      check_scans (fixture, paths[i], FALSE);
      /* A day has its accounts beside a page of shifts. */
      g_assert_cmpuint (count (browser.text, "<tr>"), <=, strstr (paths[i], "/day/") ? 100 + N_COURIERS : 60);
      g_assert_cmpuint (strlen (browser.text), <, 100000);
    }
}

/* A look that would bring what the page shows already brings nothing. */
static void
test_poll (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *tag = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  desk_filler_fill (fixture, N_SHIFTS, N_COURIERS);
  browser_load_page (&browser, "/desk/rows?page=3");
  g_assert_cmpuint (browser.status, ==, 200);
  tag = g_strdup (soup_message_headers_get_one (browser.headers, "ETag"));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SoupMessage) look = browser_make_message (&browser, "GET", "/desk/rows?page=3");

      /* Something else happens at the depot; then something of this page. */
      if (i == 1)
        depot_fixture_append (&fixture->base, "note.added", "{s:s}", "text", "nothing of it");
      if (i == 1)
        depot_fixture_push_well (&fixture->base);
      if (i == 2)
        g_assert_true (ds_depot_sql_run (fixture->base.depot->db, NULL, "UPDATE shift SET balanced = 0", ""));
      soup_message_headers_replace (soup_message_get_request_headers (look), "If-None-Match", tag);
      browser_send_message (&browser, look);
      g_assert_cmpuint (browser.status, ==, i < 2 ? 304 : 200);
      g_free (tag);
      tag = g_strdup (soup_message_headers_get_one (browser.headers, "ETag"));
      g_assert_nonnull (tag);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define large_test_add(path, test)                                                                           \
  g_test_add (path, DeskFixture, NULL, desk_fixture_set_up, test, desk_fixture_tear_down)
  large_test_add ("/desk/large/no-scans", test_no_scans);
  large_test_add ("/desk/large/poll", test_poll);
  return g_test_run ();
}
