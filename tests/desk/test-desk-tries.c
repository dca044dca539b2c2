/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guessing passwords at the settlement desk: from many places, at many numbers, over a new start; and the clerk whose number
 * it is, who works on. */
#include "config.h"

#include "desk-browser.h"

#include "ds-depot-accounts.h"
#include "ds-desk-tries.h"

#include <string.h>

#define MINUTE_MS (60 * 1000)

/* Longer than any password, so that it is wrong without being thought about: these tests are about how often. */
static char guess[DS_ACCOUNT_MAX_PASSWORD_BYTES + 2];

/* One try from an address, in a browser that nobody has seen. Returns: what was answered. */
static guint
try_from (DeskFixture *fixture, const char *address, const char *id, const char *password)
{
  g_auto (Browser) stranger = browser_open (fixture);

  stranger.address = address;
  browser_sign_in_with (&stranger, id, password);
  return stranger.status;
}

static void
leave (Browser *browser)
{
  browser_load_page (browser, "/desk/");
  browser_send_form (browser, "/desk/sign-out", NULL);
  g_assert_cmpuint (browser->status, ==, 303);
}

static void
test_many_places (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) own = browser_open (fixture);
  g_autofree char *password = NULL;
  g_autoptr (GError) error = NULL;

  own.address = "192.0.2.1";
  browser_sign_in (&own, DESK_CLERK, "clerk");
  leave (&own);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *address = g_strdup_printf ("198.51.100.%u", i);

      g_assert_cmpuint (try_from (fixture, address, DESK_CLERK, guess), ==, 403);
    }
  /* From now on no place is a new one, also for the right password … */
  g_assert_cmpuint (try_from (fixture, "203.0.113.1", DESK_CLERK, guess), ==, 429);
  g_assert_cmpuint (try_from (fixture, "192.0.2.1", DESK_CLERK, DESK_PASSWORD), ==, 429);
  /* … but in the clerk's own browser, wherever it is, and by nobody with another's mark. */
  own.address = "203.0.113.2";
  browser_sign_in_with (&own, DESK_CLERK, "wrong");
  g_assert_cmpuint (own.status, ==, 403);
  browser_sign_in_with (&own, DESK_CLERK, DESK_PASSWORD);
  g_assert_cmpuint (own.status, ==, 303);
  leave (&own);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *address = g_strdup_printf ("198.51.100.%u", 100 + i);

      g_assert_cmpuint (try_from (fixture, address, DESK_CLERK, guess), ==, 403);
    }

  /* A new start of the depot forgets neither. */
  desk_fixture_restart (fixture);
  g_assert_cmpuint (try_from (fixture, "203.0.113.3", DESK_CLERK, guess), ==, 429);
  browser_sign_in_with (&own, DESK_CLERK, DESK_PASSWORD);
  g_assert_cmpuint (own.status, ==, 303);
  leave (&own);

  /* Whoever looks after the depot lets the clerk in anywhere. */
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *address = g_strdup_printf ("198.51.100.%u", 200 + i);

      g_assert_cmpuint (try_from (fixture, address, DESK_CLERK, guess), ==, 403);
    }
  password = ds_depot_reset_account (fixture->base.depot, DESK_CLERK, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (try_from (fixture, "203.0.113.4", DESK_CLERK, password), ==, 303);
}

static void
test_stolen_mark (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) own = browser_open (fixture);
  g_auto (Browser) thief = browser_open (fixture);
  const char *mark;

  desk_fixture_employ (fixture, "07", "clerk");
  browser_sign_in (&own, DESK_CLERK, "clerk");
  mark = g_hash_table_lookup (own.cookies, "__Host-doorstep-desk-known-" DESK_CLERK);
  g_assert_nonnull (mark);
  /* A mark is of one number. */
  g_hash_table_replace (thief.cookies, g_strdup ("__Host-doorstep-desk-known-07"), g_strdup (mark));
  for (guint i = 0; i < 5; i++)
    {
      browser_sign_in_with (&thief, "07", guess);
      g_assert_cmpuint (thief.status, ==, 403);
    }
  g_assert_cmpuint (try_from (fixture, NULL, "07", DESK_PASSWORD), ==, 429);
  /* With its own mark it has five tries as well. */
  g_hash_table_replace (thief.cookies, g_strdup ("__Host-doorstep-desk-known-" DESK_CLERK), g_strdup (mark));
  for (guint i = 0; i < 6; i++)
    {
      browser_sign_in_with (&thief, DESK_CLERK, guess);
      g_assert_cmpuint (thief.status, ==, i < 5 ? 403 : 429);
    }
}

static void
test_many_numbers (DeskFixture *fixture, gconstpointer data)
{
  static const char *const numbers[] = { "01", "02", "03", "04", "05", "06", "07", "08" };
  const char *address = "198.51.100.7";

  desk_fixture_employ (fixture, "insider", "auditor");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    desk_fixture_employ (fixture, numbers[i], "clerk");
  for (guint i = 0; i < 30; i++)
    {
      /* A sign-in of one's own in between gives no more tries. */
      if (i == 15)
        g_assert_cmpuint (try_from (fixture, address, "insider", DESK_PASSWORD), ==, 303);
      g_assert_cmpuint (try_from (fixture, address, numbers[i % 8], guess), ==, 403);
    }
  g_assert_cmpuint (try_from (fixture, address, "01", DESK_PASSWORD), ==, 429);
  g_assert_cmpuint (try_from (fixture, "198.51.100.8", "01", DESK_PASSWORD), ==, 303);
  ds_manual_clock_advance_ms (fixture->base.clock, MINUTE_MS);
  g_assert_cmpuint (try_from (fixture, address, "02", DESK_PASSWORD), ==, 303);
}

/* The rule itself */

static void
test_rule (void)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (0);
  DsDeskTries *tries = ds_desk_tries_new (DS_CLOCK (clock));
  DsDeskTry who = { .number = "07", .network = "net", .n_known = -1 };
  DsDeskTry known = { .number = "07", .network = "net", .n_known = 20, .known_age_ms = 10000 };

  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 0);
      ds_desk_tries_note_failure (tries, &who);
    }
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 30);
  ds_manual_clock_advance_ms (clock, 30000);
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 0);
  for (guint i = 0; i < 20; i++)
    ds_desk_tries_note_failure (tries, &who);
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 15 * 60);
  ds_manual_clock_advance_ms (clock, DS_DESK_TRIES_FORGET_MS + 1);
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 0);
  /* After that hour it is as if nobody had tried. */
  ds_desk_tries_note_failure (tries, &who);
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 0);

  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &known), ==, 20);
  known.known_age_ms = -1; /* the clock was set back */
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &known), ==, 0);

  /* Names that are made up wash nobody's tries out of the memory. */
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      DsDeskTry other = { .number = number, .network = "washer", .n_known = -1 };

      ds_desk_tries_note_failure (tries, &other);
    }
  who.network = "washer";
  g_assert_cmpuint (ds_desk_tries_get_wait_s (tries, &who), ==, 15 * 60);
  ds_desk_tries_free (tries);
}

static void
test_networks (void)
{
  static const char *const networks[][2] = {
    { "192.0.2.1", "192.0.2.1" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
    { "2001:db8:1:2:ffff::1", "2001:db8:1:2::" },
    { "2001:db8:1:3::1", "2001:db8:1:3::" },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *network = ds_desk_tries_name_network (networks[i][0]);

      g_assert_cmpstr (network, ==, networks[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  memset (guess, 'x', sizeof guess - 1);
#define tries_test_add(path, test)                                                                           \
  g_test_add (path, DeskFixture, NULL, desk_fixture_set_up, test, desk_fixture_tear_down)
  tries_test_add ("/desk/tries/many-places", test_many_places);
  tries_test_add ("/desk/tries/stolen-mark", test_stolen_mark);
  tries_test_add ("/desk/tries/many-numbers", test_many_numbers);
  g_test_add_func ("/desk/tries/rule", test_rule);
  g_test_add_func ("/desk/tries/networks", test_networks);
  return g_test_run ();
}
