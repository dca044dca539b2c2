/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes wrong at the desk without anybody's fault: two who count the same cash, a sign-in that ends in the middle of a
 * count, a form that is sent twice. Nothing is lost, and nobody signs for what another has counted. */
#include "config.h"

#include "desk-browser.h"

#include "ds-desk-session.h"

#include <string.h>

typedef struct
{
  DeskFixture desk;
  char *shift_path;
  char *count_path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  desk_fixture_set_up (&self->desk, data);
  desk_fixture_close_shift (&self->desk, DESK_FLOAT_FEN + DESK_CASH_FEN);
  self->shift_path = g_strconcat ("/desk/shift/", self->desk.shift, NULL);
  self->count_path = g_strconcat (self->shift_path, "/count", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  desk_fixture_tear_down (&self->desk, data);
  g_free (self->shift_path);
  g_free (self->count_path);
}

/* Sends the form that was loaded last: @hundreds of a hundred yuan, and nothing else. */
static void
sign_for (Fixture *self, Browser *browser, const char *hundreds)
{
  g_autofree char *id = browser_find_hidden (browser, "id");
  g_autofree char *clerk = browser_find_hidden (browser, "clerk");

  browser_send_form (browser, self->count_path, "id", id, "clerk", clerk, "n-10000", hundreds, "n-50", "",
                     NULL);
}

static void
assert_till (Fixture *self, const char *account, gint64 amount_fen)
{
  g_assert_cmpint (depot_fixture_get_balance (&self->desk.base, account), ==, amount_fen);
}

static void
test_two_clerks (Fixture *self, gconstpointer data)
{
  g_auto (Browser) first = browser_open (&self->desk);
  g_auto (Browser) second = browser_open (&self->desk);

  browser_sign_in (&first, DESK_CLERK, "clerk");
  browser_sign_in (&second, "07", "clerk");
  browser_load_page (&first, self->count_path);
  browser_load_page (&second, self->count_path);
  sign_for (self, &first, "3");
  g_assert_cmpuint (first.status, ==, 303);
  sign_for (self, &second, "4");
  g_assert_cmpuint (second.status, ==, 409);
  assert_has (&second, "Counted already");
  assert_has (&second, "¥300.00");
  assert_has (&second, "¥400.00");
  assert_has (&second, self->shift_path);
  assert_till (self, "till:" DESK_CLERK, 30000);
  assert_till (self, "till:07", 0);

  /* Back, and once more: the same, and nothing is booked twice. */
  browser_load_page (&first, self->count_path);
  assert_has (&first, "Count again");
  assert_till (self, "till:" DESK_CLERK, 30000);
}

/* The sign-in is over when the count is sent. */
static void
test_kept_count (Fixture *self, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (&self->desk);
  g_auto (Browser) other = browser_open (&self->desk);
  g_autofree char *next = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, self->count_path);
  ds_manual_clock_advance_ms (self->desk.base.clock, DS_DESK_IDLE_MS + 1000);
  sign_for (self, &browser, "3");
  g_assert_cmpuint (browser.status, ==, 401);
  assert_has (&browser, "What you counted is kept");
  next = browser_find_hidden (&browser, "next");
  g_assert_true (g_str_has_prefix (next, self->count_path));

  /* A password that is mistyped loses it as little. */
  browser_send_form (&browser, "/desk/sign-in", "account", DESK_CLERK, "password", "mistyped", "next",
                     "/desk/shift/x", NULL);
  g_assert_cmpuint (browser.status, ==, 403);
  assert_has (&browser, "name=\"next\" value=\"/desk/shift/x\"");
  {
    g_auto (GStrv) parts = g_strsplit (next, "&amp;", -1);
    g_autofree char *address = g_strjoinv ("&", parts);

    browser_send_form (&browser, "/desk/sign-in", "account", DESK_CLERK, "password", DESK_PASSWORD, "next",
                       address, NULL);
    g_assert_cmpuint (browser.status, ==, 303);
    g_assert_cmpstr (browser.location, ==, address);
    browser_load_page (&browser, address);
    assert_has (&browser, "data-fen=\"10000\" value=\"3\"");
    assert_has (&browser, "not signed for yet");
    assert_till (self, "till:" DESK_CLERK, 0);

    /* Of another clerk it is not the count. */
    browser_sign_in (&other, "07", "clerk");
    browser_load_page (&other, address);
    assert_lacks (&other, "value=\"3\"");
    assert_has (&other, "Somebody else was counting");
  }
  sign_for (self, &browser, "3");
  g_assert_cmpuint (browser.status, ==, 303);
  assert_till (self, "till:" DESK_CLERK, 30000);
}

/* The depot starts anew, and the clerk has signed in again in another tab: the form has a token of before. */
static void
test_old_form (Fixture *self, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (&self->desk);
  g_autofree char *form = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, self->count_path);
  form = g_strdup (browser.text);
  desk_fixture_restart (&self->desk);
  browser_sign_in_with (&browser, DESK_CLERK, DESK_PASSWORD);
  g_free (browser.text);
  browser.text = g_steal_pointer (&form);
  sign_for (self, &browser, "3");
  g_assert_cmpuint (browser.status, ==, 303);
  g_assert_true (g_str_has_prefix (browser.location, self->count_path));
  assert_till (self, "till:" DESK_CLERK, 0);
  browser_load_page (&browser, browser.location);
  assert_has (&browser, "data-fen=\"10000\" value=\"3\"");
  sign_for (self, &browser, "3");
  assert_till (self, "till:" DESK_CLERK, 30000);
}

/* After the sign-in one is where one wanted to be, and never at another site. */
static void
test_next (Fixture *self, gconstpointer data)
{
  static const char *const bad[]
      = { "//example.com/", "https://example.com/desk/", "/desk/\\example.com", "/other", "/desk/\r\nX: y" };
  g_auto (Browser) browser = browser_open (&self->desk);
  g_autofree char *csv_path = g_strconcat (self->shift_path, "/csv", NULL);
  g_autofree char *wanted = g_uri_escape_string (self->shift_path, NULL, FALSE);

  desk_fixture_employ (&self->desk, DESK_CLERK, "clerk");
  browser_load_page (&browser, "/desk/cases?all=1");
  g_assert_cmpstr (browser.location, ==, "/desk/sign-in?next=%2Fdesk%2Fcases%3Fall%3D1");
  browser_load_page (&browser, csv_path);
  g_assert_nonnull (strstr (browser.location, wanted));
  g_assert_null (strstr (browser.location, "csv"));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      browser_load_page (&browser, "/desk/sign-in");
      browser_send_form (&browser, "/desk/sign-in", "account", DESK_CLERK, "password", DESK_PASSWORD, "next",
                         bad[i], NULL);
      g_assert_cmpstr (browser.location, ==, "/desk/");
      browser_load_page (&browser, "/desk/");
      browser_send_form (&browser, "/desk/sign-out", NULL);
    }
}

/* A second click on what was decided by the first. */
static void
test_decided_twice (Fixture *self, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (&self->desk);

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  for (guint i = 0; i < 2; i++)
    {
      /* Any page of the same sign-in has the token. */
      browser_load_page (&browser, "/desk/cases");
      browser_send_form (&browser, "/desk/case/1", "how", "keep", "reason", "a tip", NULL);
      g_assert_cmpuint (browser.status, ==, 303);
      g_assert_cmpstr (browser.location, ==, "/desk/case/1");
    }
  browser_load_page (&browser, "/desk/case/1");
  assert_has (&browser, "decided already");
  assert_till (self, "suspense", 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define mishap_test_add(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  mishap_test_add ("/desk/mishaps/two-clerks", test_two_clerks);
  mishap_test_add ("/desk/mishaps/kept-count", test_kept_count);
  mishap_test_add ("/desk/mishaps/old-form", test_old_form);
  mishap_test_add ("/desk/mishaps/next", test_next);
  mishap_test_add ("/desk/mishaps/decided-twice", test_decided_twice);
  return g_test_run ();
}
