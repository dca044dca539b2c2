/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A shift through a proxy that knows the contract and lets nothing pass that is not in it, on either side:
 * handheld → nginx, for its TLS → prism, which answers 4xx or 5xx itself for what breaks the contract → depot. */
#include "config.h"

#include "front.h"

#include <signal.h>
#include <sys/wait.h>

#define CANNOT_FETCH 77
#define DUE_FEN 3500

static int
fetch (void)
{
  const char *arguments[] = { "sh", CONTRACT_SOURCE "/../peers/fetch.sh", CONTRACT_PACKAGES,
                              CONTRACT_SOURCE "/package.json", NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  return g_spawn_check_wait_status (status, NULL) ? 0 : WEXITSTATUS (status);
}

static GSubprocess *
start_prism (Company *company, guint16 port)
{
  g_autoptr (GSubprocessLauncher) launcher = front_launcher_new ();
  g_autofree char *ca = g_build_filename (company->directory, "depot", "ca.pem", NULL);
  g_autofree char *number = g_strdup_printf ("%u", port);
  g_autofree char *depot = g_strdup (ds_depot_get_address (company->depot));
  g_autoptr (GError) error = NULL;
  GSubprocess *prism;

  g_subprocess_launcher_setenv (launcher, "NODE_EXTRA_CA_CERTS", ca, TRUE);
  prism = g_subprocess_launcher_spawn (launcher, &error, CONTRACT_PACKAGES "/node_modules/.bin/prism",
                                       "proxy", "--errors", "--verboseLevel", "warn", "-p", number,
                                       CONTRACT_OPENAPI, depot, NULL);
  g_assert_no_error (error);
  front_wait_for_port (port);
  return prism;
}

static void
test_shift (void)
{
  g_autofree char *nginx = g_find_program_in_path ("nginx");
  g_autoptr (Company) company = NULL;
  g_autoptr (GSubprocess) prism = NULL;
  g_autoptr (Front) front = NULL;
  g_autoptr (Handheld) handheld = NULL;
  g_autofree char *upstream = NULL;
  g_autofree char *address = NULL;
  guint16 port = front_find_port ();

  if (nginx == NULL || fetch () == CANNOT_FETCH)
    {
      g_test_skip (nginx ? "the npm packages cannot be fetched" : "nginx is not installed");
      return;
    }
  company = company_new ();
  prism = start_prism (company, port);
  upstream = g_strdup_printf ("http://127.0.0.1:%u", port);
  front = front_new (company, nginx, upstream, NULL);
  company_import (
      company, COMPANY_COURIER,
      "waybill,recipient,phone,address,due,prepaid\nW1,李小华,17012340001,文三路 1 号,35.00,no\n");
  address = g_strdup_printf ("https://localhost:%u", front->port);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, address);
  handheld_sync (handheld);
  handheld_open_shift (handheld, 0);
  g_free (handheld_take_cash (handheld, "W1", DUE_FEN));
  handheld_deliver (handheld, "W1");
  WAIT_UNTIL (ds_store_get_n_unsent (handheld->store) == 0);
  g_assert_cmpint (company_get_balance_fen (company, "cash:" COMPANY_COURIER), ==, DUE_FEN);

  g_subprocess_send_signal (prism, SIGTERM);
  g_subprocess_wait (prism, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/contract/proxy/shift", test_shift);
  return g_test_run ();
}
