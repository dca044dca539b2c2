/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evening peak in small: the line comes back, and all of a company's handhelds return at the same moment. */
#include "config.h"

#include "company.h"

#define N_HANDHELDS 16
#define N_STOPS 4
#define DUE_FEN 3500

static Handheld *
make_handheld (Company *company, guint number)
{
  g_autofree char *courier = g_strdup_printf ("%u", 1000 + number);
  g_autofree char *name = g_strdup_printf ("handheld-%u", number);
  g_autoptr (GString) route
      = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");
  Handheld *handheld;

  for (guint i = 0; i < N_STOPS; i++)
    g_string_append_printf (route,
                            "DS%u%02u,李小华,1701234%02u%02u,文三路 %u 号,西湖,09:00-11:00,35.00,no,\n",
                            1000 + number, i, number, i, i + 1);
  company_import (company, courier, route->str);
  handheld = handheld_new (company, name);
  handheld_enrol (handheld, courier, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
  return handheld;
}

static void
test_return_together (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (GPtrArray) handhelds = g_ptr_array_new_with_free_func ((GDestroyNotify)handheld_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_HANDHELDS; i++)
    g_ptr_array_add (handhelds, make_handheld (company, i));

  ds_depot_set_line (company->depot, FALSE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_HANDHELDS; i++)
    {
      Handheld *handheld = g_ptr_array_index (handhelds, i);

      WAIT_UNTIL (!ds_link_get_online (handheld->link));
      handheld->n_caught_up = 0;
      for (guint s = 0; s < N_STOPS; s++)
        {
          g_autofree char *waybill = g_strdup_printf ("DS%u%02u", 1000 + i, s);

          g_free (handheld_take_cash (handheld, waybill, DUE_FEN));
          handheld_deliver (handheld, waybill);
        }
    }

  ds_depot_set_line (company->depot, TRUE, &error);
  g_assert_no_error (error);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  for (guint i = 0; i < N_HANDHELDS; i++)
    {
      Handheld *handheld = g_ptr_array_index (handhelds, i);
      g_autofree char *account = g_strdup_printf ("cash:%u", 1000 + i);

      WAIT_UNTIL (handheld->n_caught_up > 0);
      g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
      g_assert_cmpint (ds_store_get_health (handheld->store), ==, DS_STORE_HEALTHY);
      g_assert_cmpint (company_get_balance_fen (company, account), ==, N_STOPS * DUE_FEN);
    }
  g_assert_cmpint (company_get_balance_fen (company, "payable:merchant"), ==,
                   -N_HANDHELDS * N_STOPS * DUE_FEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/peak/return-together", test_return_together);
  return g_test_run ();
}
