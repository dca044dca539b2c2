/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox and the depot's signed acknowledgements. */
#include "config.h"

#include "store-fixture.h"

#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

static void
set_up_used (StoreFixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, "enrolled");
  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_open_shift (fixture, 0);
  for (guint i = 0; i < 5; i++)
    g_free (fixture_take_cash (fixture, "S1", 10, 10));
}

static guint
count_lines (GBytes *lines)
{
  gsize n;
  const char *text = g_bytes_get_data (lines, &n);
  guint count = 0;

  for (gsize i = 0; i < n; i++)
    count += text[i] == '\n';
  g_assert_true (n == 0 || text[n - 1] == '\n');
  return count;
}

static void
test_outbox (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsOutbox) all = fixture_load_outbox (fixture, 1000, 1000000);
  g_autoptr (DsOutbox) three = fixture_load_outbox (fixture, 3, 1000000);
  g_autoptr (DsOutbox) small = fixture_load_outbox (fixture, 1000, 1);
  g_autoptr (DsOutbox) rest = NULL;
  g_autoptr (DsOutbox) none = NULL;
  g_autofree char *some = fixture_acknowledgement (fixture, 4, NULL);
  g_autofree char *whole = fixture_acknowledgement (fixture, 7, NULL);
  g_auto (GStrv) lines = fixture_export (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (all->first_seq, ==, 1);
  g_assert_cmpint (all->last_seq, ==, 7);
  g_assert_cmpuint (count_lines (all->lines), ==, 7);
  g_assert_cmpint (three->last_seq, ==, 3);
  g_assert_cmpuint (count_lines (three->lines), ==, 3);
  g_assert_cmpint (small->last_seq, ==, 1);

  g_assert_true (fixture_acknowledge (fixture, some, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 3);
  rest = fixture_load_outbox (fixture, 1000, 1000000);
  g_assert_cmpint (rest->first_seq, ==, 5);
  /* Verbatim: the same bytes each time they are sent. */
  g_assert_cmpmem (g_bytes_get_data (rest->lines, NULL), strlen (lines[4]), lines[4], strlen (lines[4]));

  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 3);
  g_assert_true (fixture_acknowledge (fixture, whole, NULL, &error));
  /* An answer that was overtaken changes nothing. */
  g_assert_true (fixture_acknowledge (fixture, some, NULL, &error));
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 0);
  none = fixture_load_outbox (fixture, 1000, 1000000);
  g_assert_cmpint (none->first_seq, ==, 0);
  g_assert_cmpuint (g_bytes_get_size (none->lines), ==, 0);
}

static void
test_quarantine (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *whole = fixture_acknowledgement (fixture, 7, NULL);
  g_autoptr (json_t) refused
      = json_pack ("[{s:i, s:s, s:s}]", "seq", 5, "id", "entry-5", "reason", "no such stop");
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  const DsProblem *problem;

  g_assert_true (fixture_acknowledge (fixture, whole, refused, &error));
  g_assert_true (fixture_acknowledge (fixture, whole, refused, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 0);
  problems = fixture_load_problems (fixture);
  g_assert_cmpuint (problems->len, ==, 1);
  problem = g_ptr_array_index (problems, 0);
  g_assert_cmpstr (problem->kind, ==, "quarantined");
  g_assert_cmpstr (problem->subject, ==, "entry-5");
  g_assert_cmpstr (problem->text, ==, "no such stop");
}

static void
expect_protocol_error (StoreFixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (fixture_acknowledge (fixture, text, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_PROTOCOL);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 7);
}

static char *
sign (DsKey *key, const char *kid, const char *device)
{
  g_autofree char *payload = g_strdup_printf (
      "{\"device\":\"%s\",\"acknowledged\":0,\"head\":\"%064d\",\"at_ms\":1795341600000}", device, 0);

  return ds_jws_sign (key, kid, payload, strlen (payload), NULL);
}

static void
test_not_good (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autofree char *forged = sign (other, "depot", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  g_autofree char *other_kid = sign (fixture->depot_key, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                                     "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  g_autofree char *other_device = sign (fixture->depot_key, "depot", "device-8");

  expect_protocol_error (fixture, "no.such.thing");
  expect_protocol_error (fixture, forged);
  expect_protocol_error (fixture, other_kid);
  expect_protocol_error (fixture, other_device);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
}

static void
test_fork (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *other_head = g_strnfill (64, 'a');
  g_autofree char *text = fixture_acknowledgement (fixture, 3, other_head);

  expect_protocol_error (fixture, text);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_FORKED);
  fixture_append_refused (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", "x"),
                          DS_ERROR_FROZEN);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_FORKED);
}

static void
note_health (DsStore *store, GParamSpec *property, gint *changes)
{
  (*changes)++;
}

static void
test_told_fork (StoreFixture *fixture, gconstpointer data)
{
  gint changes = 0;

  g_signal_connect (fixture->store, "notify::health", G_CALLBACK (note_health), &changes);
  ds_store_set_forked (fixture->store, "forks at 3");
  while (changes == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_FORKED);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_FORKED);
  g_assert_cmpstr (ds_store_get_health_text (fixture->store), ==, "forks at 3");
}

static void
test_ahead (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *head = g_strnfill (64, 'a');
  g_autofree char *text = fixture_acknowledgement (fixture, 8, head);

  expect_protocol_error (fixture, text);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_BEHIND);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static gint64
compare_head (StoreFixture *fixture, gint64 seq, const char *head)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 from;

  ds_store_compare_head_async (fixture->store, seq, head, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  from = ds_store_compare_head_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  return from;
}

/* What the depot says unsigned is compared, and believed in nothing. */
static void
test_compare_head (StoreFixture *fixture, gconstpointer data)
{
  g_auto (GStrv) lines = fixture_export (fixture);
  g_autofree char *third = ds_sm3_hex (lines[2], strlen (lines[2]));
  g_autofree char *last = ds_sm3_hex (lines[6], strlen (lines[6]));

  g_assert_cmpint (compare_head (fixture, 3, third), ==, 0);
  g_assert_cmpint (compare_head (fixture, 7, last), ==, 0);
  g_assert_cmpint (compare_head (fixture, 4, third), ==, 4);
  g_assert_cmpint (compare_head (fixture, 12, last), ==, 7);
  g_assert_cmpint (ds_store_get_health (fixture->store), ==, DS_STORE_HEALTHY);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, 7);
}

static void
test_trusted_time (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *text = fixture_acknowledgement (fixture, 7, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ds_store_get_trusted_now_ms (fixture->store), ==, FIXTURE_WALL_MS);
  g_assert_true (fixture_acknowledge (fixture, text, NULL, &error));
  g_assert_cmpint (ds_store_get_trusted_now_ms (fixture->store), ==, FIXTURE_WALL_MS + 5000);

  /* Somebody changes the date: the monotonic clock carries the depot's time on. */
  ds_manual_clock_jump_wall_ms (fixture->clock, -86400000);
  ds_manual_clock_advance_ms (fixture->clock, 1000);
  g_assert_cmpint (ds_store_get_trusted_now_ms (fixture->store), ==, FIXTURE_WALL_MS + 6000);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_trusted_now_ms (fixture->store), ==, FIXTURE_WALL_MS + 6000);

  /* After a new boot there is only the wall clock, but it does not go back behind what the depot said. */
  ds_manual_clock_reboot (fixture->clock);
  g_assert_cmpint (ds_store_get_trusted_now_ms (fixture->store), ==, FIXTURE_WALL_MS + 5000);
  ds_manual_clock_jump_wall_ms (fixture->clock, 2 * 86400000);
  g_assert_cmpint (ds_store_get_trusted_now_ms (fixture->store), ==, FIXTURE_WALL_MS + 86400000 + 1000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, test)                                                                                      \
  g_test_add ("/store/acknowledge/" name, StoreFixture, NULL, set_up_used, test, fixture_tear_down)
  ADD ("outbox", test_outbox);
  ADD ("quarantine", test_quarantine);
  ADD ("not-good", test_not_good);
  ADD ("fork", test_fork);
  ADD ("told-fork", test_told_fork);
  ADD ("ahead", test_ahead);
  ADD ("compare-head", test_compare_head);
  ADD ("trusted-time", test_trusted_time);
#undef ADD
  return g_test_run ();
}
