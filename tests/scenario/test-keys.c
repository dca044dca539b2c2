/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot takes new keys while handhelds are away: a process of its own comes back, follows from key to key, hands in
 * its money, and reads what was signed before and after. */
#include "config.h"

#include "company.h"
#include "process.h"

#include "ds-jws.h"

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "DS01,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,35.00,no,\n"
                            "DS02,张三,17012340102,文三路 2 号,西湖,09:00-11:00,35.00,no,\n";

static void
rotate (Company *company)
{
  g_autoptr (GError) error = NULL;

  json_decref (ds_depot_rotate_key (company->depot, 0, &error));
  g_assert_no_error (error);
}

static gboolean
is_known_and_good (Handheld *handheld, const char *jws)
{
  return ds_jws_verify (ds_identity_find_key (ds_store_get_identity (handheld->store), jws), jws, -1, NULL,
                        NULL, NULL);
}

static gint64
get_cash_fen (Company *company)
{
  return company_get_balance_fen (company, "cash:" COMPANY_COURIER);
}

static void
test_away (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Handheld) handheld = NULL;
  g_autofree char *first_statement = NULL;
  Process *process;

  company_import (company, COMPANY_COURIER, route);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  handheld_close_shift (handheld, 0);
  json_decref (handheld_wait_for_statement (handheld));
  first_statement = g_strdup (ds_store_get_shift (handheld->store)->statement);
  handheld_open_shift (handheld, 0);
  handheld_sync (handheld);
  g_clear_pointer (&handheld, handheld_free);

  rotate (company);
  rotate (company);

  /* It pushes first of all, and gets an acknowledgement by a key two further than the one it knows. */
  process = process_new ("--handheld", company->directory);
  process_say (process, "cash DS01");
  process_wait_for (process, 1, "journalled");
  process_say (process, "start");
  process_wait_for (process, 1, "caught-up");
  WAIT_UNTIL (get_cash_fen (company) == PROCESS_CASH_FEN);
  process_kill (process);

  /* Opening compares the journal with the acknowledgement that is held. */
  handheld = handheld_new (company, "handheld");
  g_assert_cmpint (ds_store_get_health (handheld->store), ==, DS_STORE_HEALTHY);
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
  g_assert_nonnull (ds_store_get_trust_list (handheld->store));
  g_assert_true (is_known_and_good (handheld, first_statement));
  handheld_sync (handheld);
  g_free (handheld_take_cash (handheld, "DS02", PROCESS_CASH_FEN));
  handheld_close_shift (handheld, 2 * PROCESS_CASH_FEN);
  json_decref (handheld_wait_for_statement (handheld));
  g_assert_true (is_known_and_good (handheld, ds_store_get_shift (handheld->store)->statement));
  g_assert_cmpuint (ds_store_get_identity (handheld->store)->later_keys->len, ==, 2);
}

/* Online, or waiting for news: the announcement comes by the feed, and what it signs after it. */
static void
test_online (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (Handheld) later = NULL;
  gint64 version;

  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  version = ds_trust_list_get_version (ds_store_get_trust_list (handheld->store));
  rotate (company);
  WAIT_UNTIL (ds_trust_list_get_version (ds_store_get_trust_list (handheld->store)) > version);
  handheld_open_shift (handheld, 0);
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);

  /* Whoever comes now learns the new key, and makes nothing of an announcement by the one before. */
  later = handheld_new (company, "later");
  handheld_enrol (later, COMPANY_COURIER, NULL);
  handheld_sync (later);
  g_assert_null (ds_store_get_identity (later->store)->later_keys);
  g_assert_nonnull (ds_store_get_trust_list (later->store));
  handheld_open_shift (later, 0);
  WAIT_UNTIL (ds_store_get_n_unsent (later->store) == 0);
}

/* An operator signs with another key: a handheld that has heard of it verifies its receipts, and those of before. */
static void
test_operator (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Customer) customer = customer_new (company, "customer", "1000", "0");
  g_autoptr (Handheld) handheld = NULL;
  g_autofree char *screen = company_get_path (company, "screen.png");
  g_autofree char *phone = company_get_path (company, "phone.png");
  gint64 version;

  company_import (company, COMPANY_COURIER, route);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  version = ds_trust_list_get_version (ds_store_get_trust_list (handheld->store));
  customer_set_faults (customer, "{\"new_key\": \"003\"}");
  customer_set_faults (customer, "{\"new_key\": \"007\"}");
  WAIT_UNTIL (ds_trust_list_get_version (ds_store_get_trust_list (handheld->store)) >= version + 2);
  g_clear_pointer (&handheld, handheld_free);

  /* Offline now: the codes that travelled with the stops are signed with the old keys, the receipts with the new. */
  handheld = handheld_new (company, "handheld");
  for (guint i = 1; i <= 2; i++)
    {
      g_autofree char *waybill = g_strdup_printf ("DS%02u", i);
      g_autoptr (DsPresentation) code = handheld_present (handheld, waybill, screen);
      g_autoptr (DsAnswer) answer = NULL;

      customer_run (customer, 0, "pay", "--picture", screen, NULL);
      customer_run (customer, 0, "receipt", code->payment_id, "--picture", phone, NULL);
      answer = handheld_scan_picture (handheld, waybill, code->payment_id, phone);
      g_assert_cmpint (answer->kind, ==, DS_ANSWER_PAID);
    }
}

int
main (int argc, char **argv)
{
  int status;

  if (process_is_one (argc, argv, &status))
    return status;
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/keys/away", test_away);
  g_test_add_func ("/scenario/keys/online", test_online);
  g_test_add_func ("/scenario/keys/operator", test_operator);
  return g_test_run ();
}
