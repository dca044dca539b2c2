/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day with everything that a depot writes about it: its log at every level and its numbers name nobody. */
#include "config.h"

#include "company.h"

#include "ds-json.h"

#include <libsoup/soup.h>
#include <string.h>

#define FLOAT_FEN 20000
#define DUE_FEN 10000

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "DS01,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,100.00,no,门口有狗\n"
                            "DS02,张三丰,17012340102,文三路 2 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS03,欧阳修远,17012340103,文三路 3 号,西湖,09:00-11:00,100.00,no,\n";

/* Customers, the courier (as company.c names them), and what would lead to them. */
static const char *const personal[] = { "李小华", "张三丰", "欧阳", "1701234", "文三路",   "门口有狗", "Chen",
                                        "0317",   "DS01",   "DS02", "DS03",    "customer", "01003" };

typedef struct
{
  GString *text;
  GHashTable *events;
} Log;

static void
keep (GLogLevelFlags level, const char *event, json_t *members, gpointer user_data)
{
  Log *log = user_data;
  g_autofree char *line = ds_json_to_line (members);

  g_string_append_printf (log->text, "%s %s\n", event, line);
  g_hash_table_add (log->events, g_strdup (event));
}

static void
assert_names_nobody (const char *what, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (personal); i++)
    {
      if (strstr (text, personal[i]) != NULL)
        g_error ("%s names “%s”: %s", what, personal[i], text);
    }
}

/* A stranger's request may hold anything. */
static void
ask_for_nothing (Company *company, const char *path)
{
  g_autofree char *ca = g_build_filename (company->directory, "depot", "ca.pem", NULL);
  g_autofree char *address = g_strconcat (ds_depot_get_address (company->depot), path, NULL);
  g_autoptr (GTlsDatabase) trusted = g_tls_file_database_new (ca, NULL);
  g_autoptr (SoupSession) session = soup_session_new_with_options ("tls-database", trusted, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) body = NULL;

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  body = soup_session_send_finish (session, result, NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, SOUP_STATUS_NOT_FOUND);
}

static gboolean
has_cases (Company *company)
{
  g_autoptr (json_t) cases = ds_depot_list_cases (company->depot, FALSE, NULL);

  return json_array_size (cases) > 0;
}

static void
test_day (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Customer) customer = customer_new (company, "customer", "1000", "0");
  g_autoptr (Handheld) handheld = NULL;
  g_autofree char *screen = company_get_path (company, "screen.png");
  g_autofree char *cash_id = NULL;
  g_autofree char *metrics = NULL;
  g_autoptr (DsPresentation) code = NULL;
  g_autoptr (json_t) statement = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Log log = { text, events };

  ds_depot_set_log (company->depot, keep, &log);
  company_import (company, COMPANY_COURIER, route);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, FLOAT_FEN);

  /* An operator says nothing for a while, and a customer pays twice. */
  customer_set_faults (customer, "{\"lose_answers\": 2}");
  code = handheld_present (handheld, "DS01", screen);
  cash_id = handheld_take_cash (handheld, "DS01", DUE_FEN);
  handheld_deliver (handheld, "DS01");
  customer_run (customer, 0, "pay", "--picture", screen, NULL);
  WAIT_UNTIL (has_cases (company));
  g_free (handheld_take_cash (handheld, "DS02", DUE_FEN));
  handheld_deliver (handheld, "DS02");
  ask_for_nothing (company, "/v1/stops/DS01?name=%E5%BC%A0%E4%B8%89%E4%B8%B0");
  handheld_close_shift (handheld, FLOAT_FEN + 2 * DUE_FEN);
  statement = handheld_wait_for_statement (handheld);

  metrics = ds_depot_get_metrics (company->depot);
  assert_names_nobody ("the log", text->str);
  assert_names_nobody ("a number", metrics);
  /* There was something to be said. */
  g_assert_true (g_hash_table_contains (events, "request"));
  g_assert_true (g_hash_table_contains (events, "operator-no-answer"));
  g_assert_true (g_hash_table_contains (events, "operator-answers"));
  g_assert_nonnull (strstr (metrics, "doorstep_cases_open{kind="));
  g_assert_nonnull (strstr (text->str, "\"route\":\"other\",\"status\":404"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/log/day", test_day);
  return g_test_run ();
}
