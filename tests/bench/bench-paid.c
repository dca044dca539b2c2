/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both online: how soon after the customer's wallet asks its bank to pay is the result on the courier's screen? Depot,
 * operators, bank, wallet and the handheld with its window are all in this process, over HTTPS on loopback. */
#include "config.h"

#include "app-fixture.h"
#include "bench-numbers.h"
#include "company.h"
#include "ds-test-window.h"
#include "ds-wallet.h"
#include "ds-window.h"
#include "frame-watch.h"

#define PAYMENTS 20
#define WARM_UP 2 /* the first ones load fonts, icons and code */

typedef struct
{
  Company *company;
  DsSession *session;
  GtkWidget *window;
  DsWallet *wallet;
  char *code;          /* (nullable): the live code that came last */
  gint64 on_screen_us; /* when "Paid" was first drawn; 0 before */
} Door;

static char *
make_route (void)
{
  GString *rows = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");

  for (guint i = 0; i < WARM_UP + PAYMENTS; i++)
    g_string_append_printf (rows, "DS%02u,李小华,17012340101,文三路 %u 号,西湖,09:00-11:00,%u.50,no,\n", i,
                            i + 1, i + 1);
  return g_string_free (rows, FALSE);
}

/* The handheld */

static void
code_arrived (DsStore *store, const char *payment_id, const char *code, gint64 expires_at_ms, Door *door)
{
  g_free (door->code);
  door->code = g_strdup (code);
}

static void
did_draw (GtkWindow *window, gpointer user_data)
{
  Door *door = user_data;

  if (door->on_screen_us == 0 && ds_test_shows (GTK_WIDGET (window), "Paid"))
    door->on_screen_us = g_get_monotonic_time ();
}

static void
enrol (Door *door)
{
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (GAsyncResult) enrolled = NULL;
  g_autoptr (DsIdentity) identity = NULL;
  g_autoptr (DsEnrolCode) code = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  text = ds_depot_enrol (door->company->depot, COMPANY_COURIER, "王磊", NULL, &error);
  g_assert_no_error (error);
  code = ds_enrol_code_parse (text, &error);
  g_assert_no_error (error);
  ds_link_ask_to_enrol_async (ds_session_get_link (door->session), code, "bench", NULL, company_keep_result,
                              &asked);
  WAIT_UNTIL (asked != NULL);
  identity = ds_link_ask_to_enrol_finish (ds_session_get_link (door->session), asked, &error);
  g_assert_no_error (error);
  ds_session_enrol_async (door->session, identity, NULL, company_keep_result, &enrolled);
  WAIT_UNTIL (enrolled != NULL);
  ds_session_enrol_finish (door->session, enrolled, &error);
  g_assert_no_error (error);
}

static gboolean
is_quiet (Door *door)
{
  return ds_link_get_online (ds_session_get_link (door->session))
         && ds_store_get_n_unsent (ds_session_get_store (door->session)) == 0
         && ds_depot_is_idle (door->company->depot);
}

static void
open_shift (Door *door)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_open_shift_async (ds_session_get_door (door->session), 0, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  shift = ds_door_open_shift_finish (ds_session_get_door (door->session), result, &error);
  g_assert_no_error (error);
}

static void
start_handheld (Door *door)
{
  g_autofree char *directory = company_get_path (door->company, "handheld");
  DsRoute *route;

  door->session = ds_session_new (directory, door->company->clock, door->company->random);
  route = ds_session_get_route (door->session);
  door->window = GTK_WIDGET (ds_window_new (NULL, door->session));
  frame_watch (GTK_WINDOW (door->window), did_draw, door);
  gtk_window_present (GTK_WINDOW (door->window));
  ds_session_open (door->session);
  WAIT_UNTIL (ds_session_get_phase (door->session) == DS_PHASE_NEW);
  g_signal_connect (ds_session_get_store (door->session), "code-arrived", G_CALLBACK (code_arrived), door);
  enrol (door);
  WAIT_UNTIL (g_list_model_get_n_items (G_LIST_MODEL (route)) == WARM_UP + PAYMENTS);
  open_shift (door);
  WAIT_UNTIL (is_quiet (door));
}

/* The customer */

static void
create_wallet (Door *door)
{
  g_autofree char *directory = company_get_path (door->company, "wallet");
  g_autofree char *ca = g_build_filename (door->company->directory, "depot", "ca.pem", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const DsWalletDraft draft = { .bank = ds_bank_server_get_address (door->company->bank_server),
                                .ca_path = ca,
                                .operator_id = DS_SANDBOX_OPERATOR_A,
                                .name = "customer",
                                .tier = 2,
                                .balance_fen = 1000000 };

  ds_wallet_create_async (directory, &draft, door->company->clock, door->company->random, NULL,
                          company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  door->wallet = ds_wallet_create_finish (result, &error);
  g_assert_no_error (error);
}

/* One door after another */

/* From the route to the code on the screen; then as long as it takes a customer to point a phone at it. */
static void
show_code (Door *door, guint i)
{
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (door->session));
  DsStop *stop = g_ptr_array_index (stops, i);

  g_clear_pointer (&door->code, g_free);
  gtk_widget_activate_action (door->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (door->window, "win.open-stop", "s", stop->id);
  ds_test_press (door->window, "Collect");
  ds_test_press (door->window, "Show code");
  ds_test_wait_for_words (door->window, "Waiting for customer…");
  WAIT_UNTIL (door->code != NULL && is_quiet (door));
}

/* @screen_us: until the result is on the screen. @wallet_us: until the wallet has its own answer */
static void
pay (Door *door, gint64 *screen_us, gint64 *wallet_us)
{
  g_autoptr (DsWalletDemand) demand = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (json_t) payment = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us;

  demand = ds_wallet_read_code (door->wallet, door->code, &error);
  g_assert_no_error (error);
  door->on_screen_us = *wallet_us = 0;

  start_us = g_get_monotonic_time ();
  ds_wallet_pay_async (door->wallet, demand, NULL, company_keep_result, &result);
  while (result == NULL || door->on_screen_us == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      if (result != NULL && *wallet_us == 0)
        *wallet_us = g_get_monotonic_time () - start_us;
    }
  *screen_us = door->on_screen_us - start_us;

  payment = ds_wallet_payment_finish (door->wallet, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_string_value (json_object_get (payment, "state")), ==, "paid");
  /* The parcels are handed over by then as well. */
  WAIT_UNTIL (is_quiet (door));
}

static void
stop_handheld (Door *door)
{
  gpointer session = door->session;

  g_object_add_weak_pointer (G_OBJECT (door->session), &session);
  gtk_window_destroy (GTK_WINDOW (door->window));
  ds_session_close (door->session);
  g_object_unref (door->session);
  WAIT_UNTIL (session == NULL);
  g_object_unref (door->wallet);
  g_free (door->code);
}

int
main (int argc, char **argv)
{
  g_autofree char *route = make_route ();
  gint64 screen_us[WARM_UP + PAYMENTS];
  gint64 wallet_us[WARM_UP + PAYMENTS];
  gint64 screen_median_us, wallet_median_us;
  Door door = { NULL };

  if (!app_fixture_init ())
    g_error ("there is no display");
  door.company = company_new ();
  company_import (door.company, COMPANY_COURIER, route);
  create_wallet (&door);
  start_handheld (&door);
  for (guint i = 0; i < WARM_UP + PAYMENTS; i++)
    {
      show_code (&door, i);
      pay (&door, &screen_us[i], &wallet_us[i]);
    }

  screen_median_us = bench_median (screen_us + WARM_UP, PAYMENTS);
  wallet_median_us = bench_median (wallet_us + WARM_UP, PAYMENTS);
  g_print ("{\"bench\":\"paid\",\"payments\":%u,\"screen_ms\":%" G_GINT64_FORMAT
           ",\"screen_p95_ms\":%" G_GINT64_FORMAT ",\"wallet_ms\":%" G_GINT64_FORMAT
           ",\"ratio_percent\":%" G_GINT64_FORMAT "}\n",
           PAYMENTS, screen_median_us / 1000, bench_quantile (screen_us + WARM_UP, PAYMENTS, 95) / 1000,
           wallet_median_us / 1000, 100 * screen_median_us / wallet_median_us);
  stop_handheld (&door);
  company_free (door.company);
  return 0;
}
