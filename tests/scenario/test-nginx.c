/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot behind nginx: a handheld enrols, waits for news and hands in its journal through it. */
#include "config.h"

#include "front.h"

#include "ds-desk.h"
#include "ds-json.h"

#include <libsoup/soup.h>
#include <string.h>

#define DUE_FEN 3500
#define LOWER_FEN 2000

static gint64
get_due_fen (Handheld *handheld, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (handheld, waybill);
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  return debt.open_fen;
}

static void
test_day (void)
{
  g_autofree char *program = g_find_program_in_path ("nginx");
  g_autofree char *address = NULL;
  g_autoptr (Company) company = NULL;
  g_autoptr (Front) front = NULL;
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (json_t) changed = NULL;
  g_autoptr (GError) error = NULL;
  DsStopChange change
      = { .kind = DS_STOP_CHANGE_REPRICE, .stop = "W2", .due_fen = LOWER_FEN, .reason = "a voucher" };

  if (program == NULL)
    {
      g_test_skip ("nginx is not installed");
      return;
    }
  company = company_new ();
  front = front_new (company, program, NULL, NULL);
  company_import (company, "0317",
                  "waybill,recipient,phone,address,due,prepaid\nW1,李小华,17012340001,文三路 1 号,35.00,no\n"
                  "W2,王芳,17012340002,文三路 2 号,40.00,no\n");
  address = g_strdup_printf ("https://localhost:%u", front->port);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, "0317", address);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  g_free (handheld_take_cash (handheld, "W1", DUE_FEN));
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
  g_assert_cmpint (company_get_balance_fen (company, "cash:0317"), ==, DUE_FEN);

  /* News come to whoever waits for them, through nginx as well: the handheld sleeps in a long poll now. */
  changed = ds_depot_change_stop (company->depot, &change, &error);
  g_assert_no_error (error);
  WAIT_UNTIL (get_due_fen (handheld, "W2") == LOWER_FEN);
  g_free (handheld_take_cash (handheld, "W2", LOWER_FEN));
  WAIT_UNTIL (company_get_balance_fen (company, "cash:0317") == DUE_FEN + LOWER_FEN);
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GBytes **page = user_data;

  *page = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  if (*page == NULL)
    *page = g_bytes_new (NULL, 0);
}

/* The settlement desk is behind it too, with all that its pages say to a browser. */
static void
test_desk (void)
{
  g_autofree char *program = g_find_program_in_path ("nginx");
  g_autoptr (Company) company = NULL;
  g_autoptr (DsDesk) desk = NULL;
  g_autoptr (Front) front = NULL;
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  g_autoptr (GBytes) page = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *ca = NULL;
  g_autofree char *address = NULL;

  if (program == NULL)
    {
      g_test_skip ("nginx is not installed");
      return;
    }
  company = company_new ();
  desk = ds_desk_new (company->depot, company->clock, company->random, NULL);
  g_assert_true (ds_desk_listen (desk, FALSE, 0, &error));
  g_assert_no_error (error);
  front = front_new (company, program, NULL, ds_desk_get_address (desk));
  ca = company_get_path (company, "depot/ca.pem");
  trust = g_tls_file_database_new (ca, &error);
  g_assert_no_error (error);
  session = soup_session_new_with_options ("tls-database", trust, NULL);
  address = g_strdup_printf ("https://localhost:%u/desk/", front->port);
  message = soup_message_new ("GET", address);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, did_load, &page);
  WAIT_UNTIL (page != NULL);

  /* Not signed in, it has come to the form, by an address that is nginx's. */
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
  g_assert_cmpint (g_uri_get_port (soup_message_get_uri (message)), ==, front->port);
  g_assert_cmpstr (g_uri_get_path (soup_message_get_uri (message)), ==, "/desk/sign-in");
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (page, NULL), (gssize)g_bytes_get_size (page), "name=\"csrf\""));
  g_assert_nonnull (
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Content-Security-Policy"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/nginx/day", test_day);
  g_test_add_func ("/scenario/nginx/desk", test_desk);
  return g_test_run ();
}
