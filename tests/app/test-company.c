/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short day in the window with a real company behind it: enrolled, collected, closed, balanced to the fen. */
#include "config.h"

#include "app-fixture.h"

#include "company.h"

static const char route[]
    = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
      "DS73021184,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,198.00,no,Ring twice\n"
      "DS73021185,周平,17012340108,文三路 8 号,西湖,,0,yes,\n";

static gboolean
is_open (gpointer user_data)
{
  return ds_session_get_phase (user_data) != DS_PHASE_OPENING;
}

static gboolean
is_gone (gpointer place)
{
  return *(gpointer *)place == NULL;
}

static gboolean
has_settings (gpointer session)
{
  return ds_store_get_settings (ds_session_get_store (session)) != NULL;
}

static void
test_day (void)
{
  g_autoptr (Company) company = company_new ();
  g_autofree char *directory = company_get_path (company, "window");
  g_autofree char *code = NULL;
  g_autoptr (GError) error = NULL;
  DsSession *session = ds_session_new (directory, company->clock, company->random);
  GtkWidget *window = GTK_WIDGET (ds_window_new (NULL, session));
  gpointer gone = window;

  company_import (company, COMPANY_COURIER, route);
  ds_session_open (session);
  gtk_window_present (GTK_WINDOW (window));
  ds_test_wait (is_open, session, "the store to open");

  /* The code is scanned, the depot says who it is, the courier agrees. */
  code = ds_depot_enrol (company->depot, COMPANY_COURIER, "韩师傅", NULL, &error);
  g_assert_no_error (error);
  ds_window_take_scan (DS_WINDOW (window), code);
  ds_test_wait_for_words (window, "This handheld will belong to");
  ds_test_wait_for_words (window, "韩师傅");
  ds_test_press (window, "No");
  ds_test_wait_for_words (window, "Enrol this handheld");
  ds_window_take_scan (DS_WINDOW (window), code);
  ds_test_press (window, "Yes, next");
  for (guint i = 0; i < 2; i++)
    {
      ds_test_wait_for_words (window, i == 0 ? "Choose a PIN" : "The same PIN again");
      for (const char *const *key = (const char *const[]){ "0", "4", "8", "2", "1", "3", NULL }; *key != NULL;
           key++)
        ds_test_press (window, *key);
    }

  ds_test_wait (has_settings, session, "the depot's settings");
  ds_test_type (window, "Float in yuan", "100");
  ds_test_press (window, "Open with ¥100.00");
  ds_test_wait_for_words (window, "of ¥198.00");
  ds_test_wait_for_words (window, "Online");

  /* Cash at the first door; the prepaid parcel is handed over. */
  ds_window_take_scan (DS_WINDOW (window), "DS73021184");
  ds_test_wait_for_words (window, "Ring twice");
  ds_test_press (window, "Collect");
  ds_test_press (window, "Cash");
  ds_test_press (window, "Exact");
  ds_test_press (window, "Take ¥198.00");
  ds_test_press (window, "Next · 文三路 8 号");
  ds_test_press (window, "Hand over");
  ds_test_wait_for_words (window, "Delivered");

  /* Nothing is open: the shift is counted, closed and sent, and the depot's books agree. */
  gtk_widget_activate_action (window, "win.show-tab", "s", "shift");
  ds_test_wait_for_words (window, "Cash in hand ¥298.00");
  ds_test_press (window, "Close shift");
  ds_test_wait_for_words (window, "Nothing is open");
  ds_test_press (window, "Count the cash");
  ds_test_type (window, "100 yuan", "2");
  ds_test_type (window, "50 yuan", "1");
  ds_test_type (window, "20 yuan", "2");
  ds_test_type (window, "5 yuan", "1");
  ds_test_type (window, "1 yuan", "3");
  ds_test_wait_for_words (window, "¥298.00");
  ds_test_press (window, "Counted, next");
  ds_test_press (window, "Show statement");
  ds_test_wait_for_words (window, "Balanced");
  ds_test_wait_for_words (window, "Signed by the depot");
  g_assert_cmpint (company_get_balance_fen (company, "cash:" COMPANY_COURIER), ==, 19800);

  g_object_add_weak_pointer (G_OBJECT (window), &gone);
  gtk_window_destroy (GTK_WINDOW (window));
  ds_test_wait (is_gone, &gone, "the window to be finalized");
  ds_session_close (session);
  g_object_unref (session);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  /* Directories are not isolated: icons and what loads them lie in the system's. The company has one of its own. */
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  g_test_add_func ("/company/day", test_day);
  return g_test_run ();
}
