/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feed, as the handheld's store takes it. An input is lines of it; the seeds' trust list is signed with the key
 * that stands for the depot's. Whatever comes, the store only fails when its database does, everything it shows can
 * still be read, and it all is text. */
#include "fuzz.h"

#include "ds-clock.h"
#include "ds-ledger.h"
#include "ds-random.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define WALL_MS G_GINT64_CONSTANT (1795341600000)

static char *directory;
static DsLedger *ledger;

static void
remove_directory (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  g_clear_pointer (&ledger, ds_ledger_free);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
}

static void
open_ledger (void)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (WALL_MS);
  g_autoptr (DsRandom) random = ds_random_new_seeded (1);
  DsIdentity identity = {
    .device_id = (char *)"D1",
    .address = (char *)"https://depot.example",
    .ca_pem = (char *)"",
    .depot_key = fuzz_get_key (),
    .depot_name = (char *)"Depot",
    .courier_id = (char *)"0317",
    .courier_name = (char *)"Han",
  };

  g_autoptr (DsKey) device_key = NULL;

  directory = g_dir_make_tmp ("fuzz-feed-XXXXXX", NULL);
  FUZZ_REQUIRE (directory != NULL);
  ledger = ds_ledger_new (directory, DS_CLOCK (clock), random);
  FUZZ_REQUIRE (ds_ledger_open (ledger, NULL));
  device_key = ds_ledger_prepare_key (ledger, NULL);
  FUZZ_REQUIRE (device_key != NULL && ds_ledger_enrol (ledger, &identity, "test", NULL));
  atexit (remove_directory);
}

/* Within one transaction that is not committed, so that every input meets the same store. */
static void
apply (const char *text, gsize n)
{
  const char *end = text + n;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', (gsize)(end - text));
      gsize length = (gsize)((newline != NULL ? newline : end) - text);

      FUZZ_REQUIRE (ds_ledger_apply_item (ledger, text, length, FALSE, NULL));
      text += length + 1;
    }
}

static void
check_readable (void)
{
  g_autoptr (GPtrArray) stops = ds_ledger_load_stops (ledger, NULL);
  g_autoptr (GPtrArray) problems = ds_ledger_load_problems (ledger, NULL);

  FUZZ_REQUIRE (stops != NULL && problems != NULL);
  for (guint i = 0; i < problems->len; i++)
    {
      const DsProblem *problem = g_ptr_array_index (problems, i);

      FUZZ_REQUIRE (problem->text == NULL || g_utf8_validate (problem->text, -1, NULL));
    }
  for (guint i = 0; i < ledger->notices->len; i++)
    FUZZ_REQUIRE (g_utf8_validate (g_ptr_array_index (ledger->notices, i), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (DsNews) news = NULL;

  if (ledger == NULL)
    open_ledger ();
  FUZZ_REQUIRE (ds_db_begin (ledger->db, NULL));
  apply ((const char *)data, n);
  check_readable ();
  ds_db_rollback (ledger->db);

  ledger->cursor = 0;
  ledger->has_conflicts = FALSE;
  g_clear_object (&ledger->settings);
  g_clear_pointer (&ledger->trust_list, ds_trust_list_unref);
  news = ds_ledger_take_news (ledger, FALSE);
  return 0;
}
