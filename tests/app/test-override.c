/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit stands in the way: the courier asks the depot and types what the clerk says, before or after the customer's
 * wallet has given its voucher. */
#include "config.h"

#include "app-fixture.h"

#include "ds-override-page.h"
#include "ds-result-page.h"
#include "ds-spoken-proof.h"

#define DUE_FEN 28650

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 0);
  app_fixture_feed_operators (fixture);
  app_fixture_feed_limits (fixture, 10000, 100000);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  return fixture;
}

static DsStop *
get_stop (AppFixture *fixture)
{
  return ds_route_find (ds_session_get_route (fixture->session), "S1");
}

/* What the clerk's command prints for a stop, limit, amount and number. */
static void
type_digits (AppFixture *fixture, const char *limits, gint64 number, gboolean right)
{
  char digits[DS_SPOKEN_PROOF_SIZE];

  g_assert_true (ds_spoken_override_derive (APP_FIXTURE_SECRET, "S1", limits, DUE_FEN, number, digits, NULL));
  if (!right)
    digits[0] = digits[0] == '9' ? '0' : (char)(digits[0] + 1);
  for (guint i = 0; digits[i] != '\0'; i++)
    ds_test_press (fixture->window, (const char[]){ digits[i], '\0' });
  ds_test_press (fixture->window, "Check digits");
}

/* The code on the screen is answered by the customer's voucher. */
static void
scan_voucher (AppFixture *fixture)
{
  GPtrArray *payments;
  g_autofree char *voucher = NULL;

  ds_test_press (fixture->window, "Show code");
  ds_test_wait_for_words (fixture->window, "Collection code");
  payments = get_stop (fixture)->payments;
  voucher = app_fixture_make_voucher (
      fixture, ((DsPayment *)g_ptr_array_index (payments, payments->len - 1))->id, DUE_FEN);
  ds_test_press (fixture->window, "Scan receipt");
  ds_window_take_scan (DS_WINDOW (fixture->window), voucher);
}

/* Before the wallet gives anything away: the page of ways offers to ask, and the voucher is then taken at once. */
static void
test_before (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Ask the depot");
  ds_test_wait_for_words (fixture->window, "Call the depot");
  /* What has to be read out: the limit by its number, amount, number of the request. */
  g_assert_true (ds_test_shows (fixture->window, "1 · one offline payment"));
  g_assert_true (ds_test_shows (fixture->window, "¥286.50"));
  type_digits (fixture, "voucher", 1, TRUE);
  ds_test_wait_for_words (fixture->window, "Show code");
  g_assert_null (ds_test_find_type (fixture->window, DS_TYPE_OVERRIDE_PAGE));
  /* It is permitted now: nothing more is offered. */
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_LIST_BOX_ROW, "Ask the depot"));
  scan_voucher (fixture);
  ds_test_wait_for_words (fixture->window, "Accepted offline");
  g_assert_nonnull (ds_test_find_type (fixture->window, DS_TYPE_RESULT_PAGE));
}

/* After it was refused: the same voucher is taken as soon as it is permitted, unseen. */
static void
test_after (void)
{
  g_autoptr (AppFixture) fixture = start ();
  const DsOverride *used;

  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  scan_voucher (fixture);
  ds_test_wait_for_words (fixture->window, "Voucher not taken");
  ds_test_press (fixture->window, "Ask the depot by telephone");
  type_digits (fixture, "voucher", 1, FALSE);
  ds_test_wait_for_words (fixture->window, "2 tries");
  type_digits (fixture, "voucher", 1, TRUE);
  ds_test_wait_for_words (fixture->window, "Accepted offline");
  used = g_ptr_array_index (get_stop (fixture)->overrides, 0);
  g_assert_nonnull (used->payment_id);
}

/* Three wrong ones: the keys are dead, the other ways are not, and nothing is offered at this stop any more. */
static void
test_locked (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Ask the depot");
  type_digits (fixture, "voucher", 1, FALSE);
  ds_test_wait_for_words (fixture->window, "2 tries");
  type_digits (fixture, "voucher", 1, FALSE);
  ds_test_wait_for_words (fixture->window, "1 try");
  type_digits (fixture, "voucher", 1, FALSE);
  ds_test_wait_for_words (fixture->window, "no tries left");
  g_assert_false (gtk_widget_is_sensitive (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "1")));
  ds_test_press (fixture->window, "Another way");
  ds_test_wait_for_words (fixture->window, "Show code");
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_LIST_BOX_ROW, "Ask the depot"));
}

/* Where the company gives no permissions nobody is sent to the telephone; nor where there is a network. */
static void
test_not_offered (void)
{
  g_autoptr (AppFixture) fixture = start ();

  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_wait_for_words (fixture->window, "Ask the depot");
  g_object_set (ds_session_get_door (fixture->session), "online", TRUE, NULL);
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_LIST_BOX_ROW, "Ask the depot"));
  g_object_set (ds_session_get_door (fixture->session), "online", FALSE, NULL);
  ds_test_wait_for_words (fixture->window, "Ask the depot");

  app_fixture_feed_limits (fixture, 10000, 0);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_settle (fixture->window);
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_LIST_BOX_ROW, "Ask the depot"));
  scan_voucher (fixture);
  ds_test_wait_for_words (fixture->window, "Voucher not taken");
  g_assert_null (ds_test_find (fixture->window, GTK_TYPE_BUTTON, "Ask the depot by telephone"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/override/before", test_before);
  g_test_add_func ("/override/after", test_after);
  g_test_add_func ("/override/locked", test_locked);
  g_test_add_func ("/override/not-offered", test_not_offered);
  return g_test_run ();
}
