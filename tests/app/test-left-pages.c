/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier goes back while an answer is on its way: it comes to a page that is gone, or still slides away, and must
 * change nothing of what is on the screen now. */
#include "config.h"

#include "app-fixture.h"

#include "ds-code-page.h"
#include "ds-format.h"
#include "ds-home-page.h"
#include "ds-navigator.h"
#include "ds-result-page.h"
#include "ds-scan-page.h"

#define DUE_FEN 28650

static DsNavigator *
get_navigator (AppFixture *fixture)
{
  return DS_NAVIGATOR (ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR));
}

static DsPage *
get_page (AppFixture *fixture, guint i)
{
  GPtrArray *pages = ds_navigator_get_pages (get_navigator (fixture));

  return i < pages->len ? g_ptr_array_index (pages, i) : NULL;
}

static void
go_back (AppFixture *fixture)
{
  gtk_widget_activate_action (GTK_WIDGET (get_navigator (fixture)), "navigator.back", NULL);
}

static DsStop *
get_stop (AppFixture *fixture)
{
  return ds_route_find (ds_session_get_route (fixture->session), "S1");
}

static DsPayment *
get_payment (AppFixture *fixture)
{
  GPtrArray *payments = get_stop (fixture)->payments;

  return g_ptr_array_index (payments, payments->len - 1);
}

static gboolean
is_accepted (gpointer fixture)
{
  return get_payment (fixture)->state == DS_PAYMENT_ACCEPTED;
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  app_fixture_open_shift (fixture, 0);
  app_fixture_feed_operators (fixture);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  return fixture;
}

/* Returns: (transfer full): the voucher that answers the code on the screen. */
static char *
show_code (AppFixture *fixture)
{
  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "Show code");
  ds_test_wait_for_words (fixture->window, "Collection code");
  return app_fixture_make_voucher (fixture, get_payment (fixture)->id, DUE_FEN);
}

/* The code page has it, as if the scan page had never been. */
static void
test_scan (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autofree char *voucher = show_code (fixture);

  ds_test_press (fixture->window, "Scan receipt");
  ds_window_take_scan (DS_WINDOW (fixture->window), voucher);
  go_back (fixture);
  g_assert_true (DS_IS_CODE_PAGE (ds_navigator_get_page (get_navigator (fixture))));
  ds_test_wait (is_accepted, fixture, "the voucher is taken");
  ds_test_wait_for_words (fixture->window, "Accepted offline");
  ds_test_settle (fixture->window);
  g_assert_true (DS_IS_HOME_PAGE (get_page (fixture, 0)));
  g_assert_true (DS_IS_RESULT_PAGE (get_page (fixture, 2)));
  g_assert_null (get_page (fixture, 3));
}

/* Of a page that still slides away the route's place is not to be taken. */
static void
test_sliding (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autofree char *voucher = show_code (fixture);

  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (fixture->window, "win.scan", NULL);
  ds_test_settle (fixture->window);
  g_assert_true (DS_IS_SCAN_PAGE (get_page (fixture, 1)));

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  ds_window_take_scan (DS_WINDOW (fixture->window), voucher);
  go_back (fixture);
  ds_test_wait (is_accepted, fixture, "the voucher is taken");
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  ds_test_settle (fixture->window);
  g_assert_true (DS_IS_HOME_PAGE (get_page (fixture, 0)));
  g_assert_null (get_page (fixture, 1));
}

/* A parcel stays behind, and the courier goes back before that is written: it counts, and nothing is begun. */
static void
test_collect (void)
{
  g_autoptr (AppFixture) fixture = start ();
  g_autofree char *waybill = ds_format_waybill ("DS730200000011");

  gtk_widget_activate_action (fixture->window, "win.collect", "s", "S1");
  ds_test_press (fixture->window, "All 2 parcels");
  ds_test_press (fixture->window, waybill);
  /* Not ds_test_press(), which looks on until it is done. */
  g_assert_true (gtk_widget_activate (ds_test_find (fixture->window, GTK_TYPE_LIST_BOX_ROW, "Cash")));
  go_back (fixture);
  ds_test_settle (fixture->window);
  g_assert_true (DS_IS_HOME_PAGE (get_page (fixture, 0)));
  g_assert_null (get_page (fixture, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/left-pages/scan", test_scan);
  g_test_add_func ("/left-pages/sliding", test_sliding);
  g_test_add_func ("/left-pages/collect", test_collect);
  return g_test_run ();
}
