/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange of the two logs: what goes up and comes down, and every misfortune on the way. */
#include "config.h"

#include "link-fixture.h"

#include "ds-error.h"

#include "wait.h"

#include <string.h>

/* The ordinary day */

static void
test_start (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_add (fixture->depot, "stop", link_fixture_make_stop (1));
  fake_depot_add (fixture->depot, "stop", link_fixture_make_stop (2));
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 1); /* device.enrolled */
  g_assert_cmpint (ds_link_get_last_sync_ms (fixture->link), ==, 0);

  ds_link_start (fixture->link);
  g_assert_false (ds_link_get_online (fixture->link));
  WAIT_UNTIL (fixture->n_caught_up == 1);

  g_assert_true (ds_link_get_online (fixture->link));
  g_assert_null (ds_link_get_problem (fixture->link));
  g_assert_cmpint (ds_link_get_last_sync_ms (fixture->link), ==,
                   ds_clock_get_wall_ms (DS_CLOCK (fixture->clock)));
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 1);
  g_assert_cmpuint (link_fixture_count_stops (fixture), ==, 2);

  /* Money first. */
  g_assert_cmpstr (g_ptr_array_index (fixture->depot->requests, 0), ==, TOKEN);
  g_assert_cmpstr (g_ptr_array_index (fixture->depot->requests, 1), ==, PUSH);
  g_assert_cmpstr (g_ptr_array_index (fixture->depot->requests, 2), ==, PULL);
}

/* The long poll stays open while entries are pushed, and brings news at once. */
static void
test_side_by_side (LinkFixture *fixture, gconstpointer data)
{
  guint n_pulls = link_fixture_count_requests (fixture, PULL);

  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  link_fixture_append_jump (fixture);
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 4);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PULL), ==, n_pulls);

  fake_depot_tell (fixture->depot, "stop", link_fixture_make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
  WAIT_UNTIL (link_fixture_count_requests (fixture, PULL) == n_pulls + 1);
  g_assert_cmpuint (link_fixture_count_stops (fixture), ==, 1);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 1);
}

static void
test_batches (LinkFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      DsDraft drafts[60];
      g_autoptr (json_t) jump = json_pack ("{s:i}", "by_ms", 1);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) stops = NULL;

      for (gsize d = 0; d < G_N_ELEMENTS (drafts); d++)
        drafts[d] = (DsDraft){ "clock.jumped", jump };
      ds_store_append_async (fixture->store, drafts, G_N_ELEMENTS (drafts), NULL, wait_keep_result, &result);
      WAIT_UNTIL (result != NULL);
      stops = ds_store_append_finish (fixture->store, result, NULL);
      g_assert_nonnull (stops);
    }
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 1201);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==, 3); /* 500, 500, 201 */
}

static void
test_pages (LinkFixture *fixture, gconstpointer data)
{
  for (guint i = 1; i <= 10; i++)
    fake_depot_add (fixture->depot, "stop", link_fixture_make_stop (i));
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (link_fixture_count_stops (fixture), ==, 10);
  g_assert_cmpint (ds_store_get_feed_cursor (fixture->store), ==, 10);
  WAIT_UNTIL (fixture->depot->polls != NULL);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PULL), ==,
                    5); /* four pages and the wait at the end */
}

static void
test_refused_entries (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_append (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S9", "text", "gate code 12"));
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (link_fixture_count_problems (fixture, "quarantined"), ==, 1);
  g_assert_true (ds_link_get_online (fixture->link));
}

static void
test_stop (LinkFixture *fixture, gconstpointer data)
{
  guint n = fixture->depot->requests->len;

  ds_link_stop (fixture->link);
  g_assert_false (ds_link_get_online (fixture->link));
  g_assert_null (ds_link_get_problem (fixture->link));
  link_fixture_append_jump (fixture);
  ds_link_wake (fixture->link);
  g_assert_cmpuint (fixture->depot->requests->len, ==, n);

  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 2);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 2);
}

/* A bad line */

static void
test_lost_reply (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_append_jump (fixture);
  fake_depot_set_fault (fixture->depot, "/v1/journal", TRUE, 1, NULL);
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 2);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==, 2);
  g_assert_cmpuint (fixture->n_online_changes, ==, 1); /* one broken connection is nobody's business */
}

static void
test_half_reply (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", TRUE, 2,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
                        "{\"acknowledged\":");
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 1);
  ds_link_wake (fixture->link);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 2);
}

/* A chunked page that ends with a whole line looks whole to libsoup; the announced cursor tells. */
static void
test_half_page (LinkFixture *fixture, gconstpointer data)
{
  g_autofree char *reply = NULL;
  const char *first;

  for (guint i = 1; i <= 3; i++)
    fake_depot_add (fixture->depot, "stop", link_fixture_make_stop (i));
  first = g_ptr_array_index (fixture->depot->items, 0);
  reply = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nDoorstep-Cursor: 3\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\n\r\n",
                           strlen (first) + 1, first);
  fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1, reply);

  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (link_fixture_count_stops (fixture), ==, 3);
}

static void
test_bad_pages (LinkFixture *fixture, gconstpointer data)
{
  const char *const replies[] = {
    /* goes backwards */
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nDoorstep-Cursor: 0\r\nContent-Length: "
    "3\r\n\r\n{}\n",
    /* has no cursor */
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n",
    /* promises more and gives nothing */
    "HTTP/1.1 200 OK\r\nDoorstep-More: 1\r\nContent-Length: 0\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1, replies[i]);
      ds_link_start (fixture->link);
      WAIT_UNTIL (ds_link_get_problem (fixture->link) != NULL);
      link_fixture_assert_offline (fixture, "feed");
      ds_link_stop (fixture->link);
    }
}

/* libsoup repeats what it sent on a connection that had been used before; after that it is our turn. */
static void
test_broken_poll (LinkFixture *fixture, gconstpointer data)
{
  fixture->n_online_changes = 0;
  fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1, NULL);
  fake_depot_drop_polls (fixture->depot);
  WAIT_UNTIL (fixture->depot->n_faults == 0);
  WAIT_UNTIL (fixture->depot->polls != NULL);
  g_assert_true (ds_link_get_online (fixture->link));
  g_assert_cmpuint (fixture->n_online_changes, ==, 0);

  fake_depot_tell (fixture->depot, "stop", link_fixture_make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
}

static void
test_poll_keeps_breaking (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/feed", FALSE, 1000, NULL);
  fake_depot_drop_polls (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  link_fixture_assert_offline (fixture, "broke");
}

static void
test_depot_goes_away (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  link_fixture_assert_offline (fixture, "not running");
  link_fixture_append_jump (fixture);
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 1);

  fake_depot_come_up (fixture->depot);
  ds_link_wake (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 2);
  g_assert_true (ds_link_get_online (fixture->link));
  g_assert_null (ds_link_get_problem (fixture->link));
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 0);
}

static void
test_network_returns (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  fake_depot_come_up (fixture->depot);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  WAIT_UNTIL (fixture->n_caught_up == 2);
}

/* The machine slept while an hour of back-off was to be waited out, then while a poll was open on a line that may be
 * dead, then longer than its token lives: each time it exchanges on waking, and waits for no old timer. */
static void
test_sleeps (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  fake_depot_come_up (fixture->depot);
  ds_manual_clock_sleep_ms (fixture->clock, 60 * 1000);
  WAIT_UNTIL (fixture->n_caught_up == 2);

  link_fixture_append_jump (fixture);
  WAIT_UNTIL (fixture->n_caught_up == 3 && fixture->depot->polls != NULL);
  ds_manual_clock_sleep_ms (fixture->clock, 60 * 1000);
  g_assert_true (link_fixture_is_busy (fixture));
  WAIT_UNTIL (fixture->n_caught_up == 4);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 1);

  ds_manual_clock_sleep_ms (fixture->clock, HOUR_MS);
  WAIT_UNTIL (fixture->n_caught_up == 5);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 2);
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 0);
}

/* Nobody wakes it: the back-off alone brings it back. */
static void
test_retries (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 6,
                        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==, 7);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 1);
}

/* A depot under load says when to come back; the network's return does not override it, a person does. */
static void
test_retry_after (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 1,
                        "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  link_fixture_assert_offline (fixture, "503");

  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  g_assert_false (link_fixture_is_busy (fixture));

  ds_link_wake (fixture->link);
  g_assert_true (link_fixture_is_busy (fixture));
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
}

static void
test_captive_portal (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 1,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  link_fixture_assert_offline (fixture, "sign in");
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 1);
}

/* A depot that never waits is not asked in a circle. */
static void
test_impatient_depot (LinkFixture *fixture, gconstpointer data)
{
  fixture->depot->impatient = TRUE;
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  for (guint i = 0; i < 5; i++)
    {
      link_fixture_append_jump (fixture);
      WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
    }
  g_assert_cmpuint (link_fixture_count_requests (fixture, PULL), ==, 2);
}

/* What only people can settle */

static void
test_fork (LinkFixture *fixture, gconstpointer data)
{
  g_free (g_ptr_array_index (fixture->depot->lines, 0));
  g_ptr_array_index (fixture->depot->lines, 0) = g_strdup ("another history");
  g_ptr_array_add (fixture->depot->lines, g_strdup ("goes on differently"));
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_FORKED);

  /* Reading goes on. */
  g_assert_true (ds_link_get_online (fixture->link));
  fake_depot_tell (fixture->depot, "stop", link_fixture_make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 1);

  /* A depot that was away may have been restored, and have forgotten what it had kept of ours. */
  g_ptr_array_set_size (fixture->depot->requests, 0);
  fake_depot_go_down (fixture->depot);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==, 0);
  fake_depot_come_up (fixture->depot);
  ds_link_wake (fixture->link);
  /* The second of our two entries, and then the first, which the depot had acknowledged: it is another's now. */
  WAIT_UNTIL (link_fixture_count_requests (fixture, PUSH) == 2);
}

/* Two with one identity end each other's long polls. Once that is known, nothing is urgent for either any more. */
static void
test_forked_polls (LinkFixture *fixture, gconstpointer data)
{
  gint64 began_us = g_get_monotonic_time ();

  ds_store_set_forked (fixture->store, "forks at 1");
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_FORKED);
  fixture->depot->impatient = TRUE;
  ds_link_start (fixture->link);
  /* A page, a poll that is ended at once, and the next poll. */
  WAIT_UNTIL (link_fixture_count_requests (fixture, PULL) == 3);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, link_fixture_brisk.feed_wait_s * G_USEC_PER_SEC);
}

/* A depot that was restored from a copy has since taken another handheld's entries under the numbers that it had
 * acknowledged to us. Their count tells nothing, their hash does; and ours are sent, to be kept apart. */
static void
assert_overtaken (LinkFixture *fixture, guint n_held)
{
  for (guint i = 0; i < 7; i++)
    link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0 && !link_fixture_is_busy (fixture));
  g_assert_cmpuint (fixture->depot->lines->len, ==, 8);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);

  g_ptr_array_set_size (fixture->depot->lines, 3);
  while (fixture->depot->lines->len < n_held)
    g_ptr_array_add (fixture->depot->lines, g_strdup ("the other one's"));
  g_ptr_array_set_size (fixture->depot->requests, 0);
  ds_link_wake (fixture->link);
  /* From the eighth, the seventh, the fifth and the first on: then the fourth is seen to be another. */
  WAIT_UNTIL (link_fixture_count_requests (fixture, PUSH) == 4 && !link_fixture_is_busy (fixture));
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_FORKED);
  g_assert_true (ds_link_get_online (fixture->link));

  /* Once is enough, as long as the depot holds the same. */
  fake_depot_tell (fixture->depot, "stop", link_fixture_make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1 && fixture->depot->polls != NULL);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==, 4);
}

static void
test_overtaken (LinkFixture *fixture, gconstpointer data)
{
  assert_overtaken (fixture, 8);
}

static void
test_overtaken_by_more (LinkFixture *fixture, gconstpointer data)
{
  assert_overtaken (fixture, 10);
}

/* A copy that has nothing of its own hears at once that the depot is further than it, before it takes any money. */
static void
test_old_copy (LinkFixture *fixture, gconstpointer data)
{
  g_ptr_array_add (fixture->depot->lines, g_strdup ("what the other one did"));
  ds_link_wake (fixture->link);
  WAIT_UNTIL (ds_store_get_health (fixture->store) == DS_STORE_BEHIND);
  WAIT_UNTIL (!link_fixture_is_busy (fixture));
  g_assert_true (ds_link_get_online (fixture->link));
  fake_depot_tell (fixture->depot, "stop", link_fixture_make_stop (1));
  WAIT_UNTIL (ds_store_get_feed_cursor (fixture->store) == 1);
}

static void
test_gap (LinkFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 6);

  /* The depot was restored from a copy. */
  g_ptr_array_set_size (fixture->depot->lines, 2);
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 7);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);

  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->lines->len, ==, 8);
}

/* The depot was restored from a copy, and there is nothing new to send: the feed's answer tells. */
static void
test_restored (LinkFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0 && !link_fixture_is_busy (fixture));

  g_ptr_array_set_size (fixture->depot->lines, 2);
  ds_link_wake (fixture->link);
  WAIT_UNTIL (fixture->depot->lines->len == 6);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

/* An acknowledgement by somebody else is none. */
static void
test_forged_acknowledgement (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  DsKey *key = fixture->depot->key;

  fixture->depot->key = other;
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  g_assert_cmpint (link_fixture_count_unsent (fixture), ==, 1);
  fixture->depot->key = key;
}

/* A handheld whose key is lost says so, and asks nothing that it cannot sign. */
static void
test_no_key (LinkFixture *fixture, gconstpointer data)
{
  link_fixture_reopen_without (fixture, "device-key.pem");
  ds_link_start (fixture->link);
  ds_link_wake (fixture->link);
  g_assert_false (ds_link_get_online (fixture->link));
  g_assert_nonnull (strstr (ds_link_get_problem (fixture->link), "key of this handheld is missing"));
  g_assert_cmpuint (fixture->depot->requests->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  link_test_add ("/link/start", NULL, set_up_enrolled, test_start);
  link_test_add ("/link/side-by-side", NULL, set_up_synced, test_side_by_side);
  link_test_add ("/link/batches", NULL, set_up_enrolled, test_batches);
  link_test_add ("/link/pages", &link_fixture_eager, set_up_enrolled, test_pages);
  link_test_add ("/link/refused-entries", NULL, set_up_synced, test_refused_entries);
  link_test_add ("/link/stop", NULL, set_up_synced, test_stop);
  link_test_add ("/link/lost-reply", NULL, set_up_enrolled, test_lost_reply);
  link_test_add ("/link/half-reply", NULL, set_up_synced, test_half_reply);
  link_test_add ("/link/half-page", NULL, set_up_enrolled, test_half_page);
  link_test_add ("/link/bad-pages", NULL, set_up_enrolled, test_bad_pages);
  link_test_add ("/link/poll/broken", NULL, set_up_synced, test_broken_poll);
  link_test_add ("/link/poll/keeps-breaking", NULL, set_up_synced, test_poll_keeps_breaking);
  link_test_add ("/link/poll/impatient-depot", NULL, set_up_enrolled, test_impatient_depot);
  link_test_add ("/link/depot-goes-away", NULL, set_up_synced, test_depot_goes_away);
  link_test_add ("/link/network-returns", NULL, set_up_synced, test_network_returns);
  link_test_add ("/link/retries", &link_fixture_eager, set_up_enrolled, test_retries);
  link_test_add ("/link/sleeps", NULL, set_up_synced, test_sleeps);
  link_test_add ("/link/retry-after", NULL, set_up_synced, test_retry_after);
  link_test_add ("/link/captive-portal", NULL, set_up_synced, test_captive_portal);
  link_test_add ("/link/fork", NULL, set_up_synced, test_fork);
  link_test_add ("/link/poll/forked", &link_fixture_brisk, set_up_enrolled, test_forked_polls);
  link_test_add ("/link/overtaken", NULL, set_up_synced, test_overtaken);
  link_test_add ("/link/overtaken-by-more", NULL, set_up_synced, test_overtaken_by_more);
  link_test_add ("/link/old-copy", NULL, set_up_synced, test_old_copy);
  link_test_add ("/link/gap", NULL, set_up_synced, test_gap);
  link_test_add ("/link/restored", NULL, set_up_synced, test_restored);
  link_test_add ("/link/forged-acknowledgement", NULL, set_up_synced, test_forged_acknowledgement);
  link_test_add ("/link/no-key", NULL, set_up_enrolled, test_no_key);
  return g_test_run ();
}
