/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld dies with unsent money in it: its card brings the money home, once, whoever brings it and how often. */
#include "config.h"

#include "company.h"

#include "ds-json.h"
#include <glib/gstdio.h>
#include "ds-rescue-copy.h"

#define FLOAT_FEN 20000
#define RECEIPT_FEN 15820
#define CASH_FEN 19830

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "DS04,王芳,17012340104,文三路 4 号,西湖,09:00-11:00,158.20,no,\n"
                            "DS07,孙悦,17012340107,文三路 7 号,西湖,09:00-11:00,198.30,no,\n";

typedef struct
{
  Company *company;
  Handheld *handheld;
  Customer *customer;
  DsRescueCopy *copy;
  char *card;
  char *shift;
} Day;

static void
set_up (Day *day, gconstpointer data)
{
  g_autoptr (GFile) folder = NULL;
  g_autofree char *directory = NULL;
  g_autoptr (GError) error = NULL;

  day->company = company_new ();
  company_import (day->company, COMPANY_COURIER, route);
  day->customer = customer_new (day->company, "customer", "2000", "10");
  day->handheld = handheld_new (day->company, "handheld");
  handheld_enrol (day->handheld, COMPANY_COURIER, NULL);
  handheld_sync (day->handheld);
  handheld_open_shift (day->handheld, FLOAT_FEN);
  handheld_sync (day->handheld);
  day->shift = g_strdup (ds_store_get_shift (day->handheld->store)->id);

  directory = company_get_path (day->company, "handheld");
  day->card = company_get_path (day->company, "card");
  g_assert_cmpint (g_mkdir (day->card, 0700), ==, 0);
  folder = g_file_new_for_path (day->card);
  day->copy = ds_rescue_copy_new (day->handheld->store, directory);
  ds_rescue_copy_set_folder (day->copy, folder, &error);
  g_assert_no_error (error);
}

static void
tear_down (Day *day, gconstpointer data)
{
  g_clear_pointer (&day->handheld, handheld_free);
  customer_free (day->customer);
  company_free (day->company);
  g_free (day->card);
  g_free (day->shift);
}

/* Offline: a receipt off the customer's screen, and cash. Then the handheld falls into a canal. */
static void
collect_and_die (Day *day)
{
  g_autofree char *screen = company_get_path (day->company, "screen.png");
  g_autofree char *phone = company_get_path (day->company, "phone.png");
  g_autoptr (DsPresentation) code = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autofree char *cash = NULL;
  Handheld *handheld = day->handheld;

  ds_link_stop (handheld->link);
  WAIT_UNTIL (!ds_link_get_online (handheld->link));
  code = handheld_present (handheld, "DS04", screen);
  customer_run (day->customer, 0, "pay", "--picture", screen, NULL);
  customer_run (day->customer, 0, "receipt", code->payment_id, "--picture", phone, NULL);
  answer = handheld_scan_picture (handheld, "DS04", code->payment_id, phone);
  g_assert_cmpint (answer->kind, ==, DS_ANSWER_PAID);
  handheld_deliver (handheld, "DS04");
  cash = handheld_take_cash (handheld, "DS07", 20000);
  handheld_deliver (handheld, "DS07");
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), >=, 4);
  /* One turn for the news of the last entry to set the copying off. */
  WAIT_UNTIL (ds_rescue_copy_get_state (day->copy) == DS_RESCUE_CURRENT);
  ds_rescue_copy_stop (day->copy);
  g_clear_object (&day->copy);
  g_clear_pointer (&day->handheld, handheld_free);
}

/* Returns: (transfer full): the content of the one file on the card. */
static GBytes *
read_card (Day *day)
{
  g_autoptr (GDir) directory = g_dir_open (day->card, 0, NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  char *text;
  gsize n;

  path = g_build_filename (day->card, g_dir_read_name (directory), NULL);
  g_assert_null (g_dir_read_name (directory));
  g_file_get_contents (path, &text, &n, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (text, n);
}

static gint64
rescue (Day *day, GBytes *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) report = ds_depot_rescue (day->company->depot, file, &error);

  g_assert_no_error (error);
  company_settle (day->company);
  return json_integer_value (json_object_get (report, "new"));
}

/* The clerk counts what the courier hands in. The statement balances, with every payment of the dead handheld. */
static void
close_and_check (Day *day)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) books = NULL;

  ds_depot_close_shift (day->company->depot, day->shift, FLOAT_FEN + CASH_FEN, &error);
  g_assert_no_error (error);
  company_settle (day->company);
  books = company_load_books (day->company);
  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
  g_assert_cmpint (company_get_balance_fen (day->company, "cash:" COMPANY_COURIER), ==, CASH_FEN);
  g_assert_cmpint (company_get_balance_fen (day->company, "suspense"), ==, 0);
  g_assert_cmpint (company_sum_files_fen (day->company), ==, RECEIPT_FEN);
  g_assert_cmpint (company_get_balance_fen (day->company, "payable:merchant"), ==, -(RECEIPT_FEN + CASH_FEN));
}

/* The handheld dries and is switched on: it reads its own statement, and what it sends changes nothing. */
static void
come_back (Day *day)
{
  g_autoptr (json_t) statement = NULL;

  day->handheld = handheld_new (day->company, "handheld");
  handheld_sync (day->handheld);
  g_assert_cmpint (ds_store_get_n_unsent (day->handheld->store), ==, 0);
  g_assert_cmpint (ds_store_get_health (day->handheld->store), ==, DS_STORE_HEALTHY);
  statement = handheld_wait_for_statement (day->handheld);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpuint (json_array_size (json_object_get (statement, "lines")), ==, 2);
  g_assert_cmpint (company_get_balance_fen (day->company, "cash:" COMPANY_COURIER), ==, CASH_FEN);
}

static void
test_at_the_depot (Day *day, gconstpointer data)
{
  g_autoptr (GBytes) file = NULL;

  collect_and_die (day);
  file = read_card (day);
  g_assert_cmpint (rescue (day, file), >=, 4);
  g_assert_cmpint (rescue (day, file), ==, 0);
  close_and_check (day);
  come_back (day);
}

static void
test_on_another_handheld (Day *day, gconstpointer data)
{
  g_autoptr (GBytes) file = NULL;
  g_autoptr (Handheld) other = NULL;
  gint64 n_new = 0;

  collect_and_die (day);
  file = read_card (day);
  other = handheld_new (day->company, "other");
  handheld_enrol (other, "0318", NULL);
  handheld_sync (other);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      DsRescueReport report;

      ds_link_bring_rescue_async (other->link, file, NULL, company_keep_result, &result);
      WAIT_UNTIL (result != NULL);
      ds_link_bring_rescue_finish (other->link, result, &report, &error);
      g_assert_no_error (error);
      n_new += report.n_new;
      if (i == 1)
        g_assert_cmpint (report.n_new, ==, 0);
    }
  g_assert_cmpint (n_new, >=, 4);
  company_settle (day->company);
  close_and_check (day);
  come_back (day);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/rescue/at-the-depot", Day, NULL, set_up, test_at_the_depot, tear_down);
  g_test_add ("/scenario/rescue/on-another-handheld", Day, NULL, set_up, test_on_another_handheld, tear_down);
  return g_test_run ();
}
