/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the start-up check costs with a route of 10 000 stops and a day's work of 1 000 payments: opening, which walks the
 * chain, and building the tables anew from the two logs, which comes after the first screenful. */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

#define N_STOPS 10000
#define N_PAYMENTS 1000

static void
did_finish (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

int
main (int argc, char *argv[])
{
  StoreFixture fixture = { 0 };
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us, open_us, check_us;

  fixture_set_up (&fixture, "enrolled");
  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autofree char *name = g_strdup_printf ("S%u", i);
      g_autofree char *line = fixture_stop_item (&fixture, name, (gint64)i + 1, 900);

      g_string_append_printf (lines, "%s\n", line);
    }
  if (fixture_try_feed (&fixture, lines->str, NULL) != fixture.cursor)
    g_error ("the feed was not applied");
  fixture_open_shift (&fixture, 0);
  for (guint i = 0; i < N_PAYMENTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("S%u", i);

      g_free (fixture_take_cash (&fixture, name, 900, 900));
    }

  fixture_close (&fixture);
  start_us = g_get_monotonic_time ();
  if (!fixture_open (&fixture, NULL))
    g_error ("the store cannot be opened");
  open_us = g_get_monotonic_time () - start_us;
  start_us = g_get_monotonic_time ();
  ds_store_check_async (fixture.store, TRUE, NULL, did_finish, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!ds_store_check_finish (fixture.store, result, &error)
      || ds_store_get_health (fixture.store) != DS_STORE_HEALTHY)
    g_error ("the check failed");
  check_us = g_get_monotonic_time () - start_us;
  g_print ("{\"bench\":\"check\",\"stops\":%d,\"entries\":%d,\"open_ms\":%" G_GINT64_FORMAT
           ",\"check_ms\":%" G_GINT64_FORMAT "}\n",
           N_STOPS, N_PAYMENTS + 2, open_us / 1000, check_us / 1000);
  g_clear_object (&result);
  fixture_tear_down (&fixture, NULL);
  return 0;
}
