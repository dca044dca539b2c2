/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot is restored from last week's backup: it has forgotten entries that it had acknowledged, money among them. The
 * handheld sends them again by itself, the operators are asked again under the same ids, and nothing is there twice; and
 * what the restored depot has to say reaches the handheld, although cursors were given out before that it forgot. Also
 * when a copy of the handheld has meanwhile filled the same numbers with entries of its own. */
#include "config.h"

#include "company.h"

#include "ds-json.h"

#include <glib/gstdio.h>

#define DUE_FEN 3500

static const char header[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n";

typedef struct
{
  Company *company;
  Handheld *handheld;
  Customer *customer;
  char *screen;
} Scene;

static char *
make_route (guint first, guint n)
{
  GString *route = g_string_new (header);

  for (guint i = first; i < first + n; i++)
    g_string_append_printf (route, "DS%02u,李小华,170123401%02u,文三路 %u 号,西湖,09:00-11:00,35.00,no,\n", i,
                            i, i);
  return g_string_free (route, FALSE);
}

static void
set_up (Scene *scene, gconstpointer data)
{
  g_autofree char *route = make_route (1, 4);

  scene->company = company_new ();
  scene->screen = company_get_path (scene->company, "screen.png");
  company_import (scene->company, COMPANY_COURIER, route);
  scene->customer = customer_new (scene->company, "customer", "200", "0");
  scene->handheld = handheld_new (scene->company, "handheld");
  handheld_enrol (scene->handheld, COMPANY_COURIER, NULL);
  handheld_sync (scene->handheld);
  handheld_open_shift (scene->handheld, 0);
  handheld_sync (scene->handheld);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  customer_free (scene->customer);
  handheld_free (scene->handheld);
  company_free (scene->company);
  g_free (scene->screen);
}

/* Copies the files of a folder that has no others. */
static void
copy_files (const char *from, const char *to)
{
  g_autoptr (GDir) directory = g_dir_open (from, 0, NULL);
  const char *name;

  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      g_autofree char *bytes = NULL;
      gsize n;

      if (!g_file_get_contents (source, &bytes, &n, NULL))
        continue;
      g_assert_true (
          g_file_set_contents_full (target, bytes, (gssize)n, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
}

/* Stops the depot, copies its folder or puts the copy back, and starts it again on the same port. */
static void
restart_depot (Scene *scene, gboolean restore)
{
  Company *company = scene->company;
  g_autofree char *path = company_get_path (company, "depot");
  g_autofree char *backup = company_get_path (company, "backup");
  g_autoptr (GUri) address = g_uri_parse (ds_depot_get_address (company->depot), G_URI_FLAGS_NONE, NULL);
  g_autoptr (GError) error = NULL;

  ds_depot_close (company->depot);
  g_clear_object (&company->depot);
  copy_files (restore ? backup : path, restore ? path : backup);
  company->depot = ds_depot_new (path, NULL, company->operators, company->clock, company->random, &error);
  g_assert_no_error (error);
  ds_depot_listen (company->depot, FALSE, (guint16)g_uri_get_port (address), &error);
  g_assert_no_error (error);
}

static gint64
get_digital_fen (Scene *scene)
{
  return company_get_balance_fen (scene->company, "clearing:003")
         + company_get_balance_fen (scene->company, "clearing:007");
}

static void
assert_books (Scene *scene, gint64 cash_fen, gint64 digital_fen)
{
  g_assert_cmpint (company_get_balance_fen (scene->company, "cash:" COMPANY_COURIER), ==, cash_fen);
  g_assert_cmpint (get_digital_fen (scene), ==, digital_fen);
  g_assert_cmpint (company_sum_files_fen (scene->company), ==, digital_fen);
  g_assert_cmpint (company_get_balance_fen (scene->company, "suspense"), ==, 0);
}

static void
test_rollback (Scene *scene, gconstpointer data)
{
  Handheld *handheld = scene->handheld;
  g_autofree char *more = make_route (5, 1);
  g_autofree char *cash = NULL;
  g_autofree char *later = NULL;
  g_autoptr (DsPresentation) code = NULL;
  g_autoptr (json_t) statement = NULL;
  gint64 n_acknowledged, n_had;

  restart_depot (scene, FALSE);
  handheld_sync (handheld);
  n_had = ds_store_get_acknowledged_seq (handheld->store);

  /* A week's work. */
  cash = handheld_take_cash (handheld, "DS01", DUE_FEN);
  handheld_deliver (handheld, "DS01");
  code = handheld_present (handheld, "DS02", scene->screen);
  customer_run (scene->customer, 0, "pay", "--picture", scene->screen, NULL);
  WAIT_FOR_STATE (handheld, code->payment_id, "paid");
  handheld_deliver (handheld, "DS02");
  handheld_sync (handheld);
  n_acknowledged = ds_store_get_acknowledged_seq (handheld->store);
  g_assert_cmpint (n_acknowledged, >, n_had);
  assert_books (scene, DUE_FEN, DUE_FEN);

  /* Nothing new has to be sent for the depot to get back what it lost. */
  restart_depot (scene, TRUE);
  g_assert_cmpint (get_digital_fen (scene), ==, 0);
  handheld_sync (handheld);
  company_settle (scene->company);
  handheld_sync (handheld);
  assert_books (scene, DUE_FEN, DUE_FEN);
  g_assert_cmpint (ds_store_get_health (handheld->store), ==, DS_STORE_HEALTHY);
  g_assert_cmpint (ds_store_get_acknowledged_seq (handheld->store), ==, n_acknowledged);
  g_assert_cmpstr (handheld_get_state (handheld, code->payment_id), ==, "paid");
  g_assert_cmpint (customer_get_balance_fen (scene->customer), ==, 20000 - DUE_FEN);

  /* What the depot says from now on arrives. */
  company_import (scene->company, COMPANY_COURIER, more);
  handheld_sync (handheld);
  later = handheld_take_cash (handheld, "DS05", DUE_FEN);
  handheld_sync (handheld);
  assert_books (scene, 2 * DUE_FEN, DUE_FEN);
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);

  handheld_close_shift (handheld, 2 * DUE_FEN);
  handheld_sync (handheld);
  statement = handheld_wait_for_statement (handheld);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
}

/* Copies a handheld that is closed for it. */
static Handheld *
copy_handheld (Scene *scene)
{
  g_autofree char *from = company_get_path (scene->company, "handheld");
  g_autofree char *to = company_get_path (scene->company, "twin");

  handheld_free (scene->handheld);
  copy_files (from, to);
  scene->handheld = handheld_new (scene->company, "handheld");
  return handheld_new (scene->company, "twin");
}

static void
test_rollback_copied (Scene *scene, gconstpointer data)
{
  static const char *const waybills[] = { "DS01", "DS02", "DS03", "DS04" };
  g_autoptr (Handheld) twin = copy_handheld (scene);
  g_autoptr (DsPresentation) code = NULL;
  gint64 n_acknowledged;

  restart_depot (scene, FALSE);
  handheld_sync (scene->handheld);
  code = handheld_present (scene->handheld, "DS01", scene->screen);
  customer_run (scene->customer, 0, "pay", "--picture", scene->screen, NULL);
  WAIT_FOR_STATE (scene->handheld, code->payment_id, "paid");
  handheld_deliver (scene->handheld, "DS01");
  handheld_sync (scene->handheld);
  n_acknowledged = ds_store_get_acknowledged_seq (scene->handheld->store);
  ds_link_stop (scene->handheld->link);

  /* The twin has been out of reach all day. */
  restart_depot (scene, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (waybills); i++)
    {
      g_free (handheld_take_cash (twin, waybills[i], DUE_FEN));
      handheld_deliver (twin, waybills[i]);
    }
  handheld_sync (twin);
  g_assert_cmpint (ds_store_get_acknowledged_seq (twin->store), >, n_acknowledged);
  g_assert_cmpint (get_digital_fen (scene), ==, 0);

  /* The first has nothing new to send. */
  g_assert_cmpint (ds_store_get_n_unsent (scene->handheld->store), ==, 0);
  ds_link_start (scene->handheld->link);
  WAIT_UNTIL (ds_store_get_health (scene->handheld->store) == DS_STORE_FORKED);
  WAIT_UNTIL (ds_store_get_health (twin->store) == DS_STORE_FORKED);
  company_settle (scene->company);
  WAIT_UNTIL (get_digital_fen (scene) == DUE_FEN);
  g_assert_cmpint (company_sum_files_fen (scene->company), ==, DUE_FEN);
  g_assert_cmpint (company_get_balance_fen (scene->company, "cash:" COMPANY_COURIER), ==,
                   DUE_FEN * (gint64)G_N_ELEMENTS (waybills));
  /* Its stop was paid twice: what nobody's journal explains waits. */
  g_assert_cmpint (company_get_balance_fen (scene->company, "suspense"), ==, -DUE_FEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/rollback/alone", Scene, NULL, set_up, test_rollback, tear_down);
  g_test_add ("/scenario/rollback/copied", Scene, NULL, set_up, test_rollback_copied, tear_down);
  return g_test_run ();
}
