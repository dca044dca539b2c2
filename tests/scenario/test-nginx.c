/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot behind nginx: a handheld enrols, waits for news and hands in its journal through it. */
#include "config.h"

#include "front.h"

#include "ds-json.h"

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
  front = front_new (company, program, NULL);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/nginx/day", test_day);
  return g_test_run ();
}
