/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-headless.h"

#include "ds-clock.h"
#include "ds-random.h"
#include "ds-self-check.h"
#include "ds-store.h"

#include <glib/gi18n.h>
#include <stdlib.h>

static void
did_finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

/* Returns: (transfer full) (nullable) */
static DsStore *
open_store (const char *directory, GError **error)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  g_autoptr (DsStore) store = ds_store_new (directory, clock, random);
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_open_async (store, NULL, did_finish, &result);
  return ds_store_open_finish (store, wait_for (&result), error) ? g_steal_pointer (&store) : NULL;
}

static int
fail (const GError *error)
{
  g_printerr ("doorstep: %s\n", error->message);
  return EXIT_FAILURE;
}

int
ds_headless_export (const char *directory, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStore) store = open_store (directory, &error);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GAsyncResult) result = NULL;
  gint64 seq;

  if (store == NULL)
    return fail (error);
  ds_store_export_sealed_async (store, file, NULL, did_finish, &result);
  seq = ds_store_export_sealed_finish (store, wait_for (&result), &error);
  if (seq < 0)
    return fail (error);
  g_print (_ ("Saved up to entry %d. Only the depot can read it.\n"), (int)seq);
  return EXIT_SUCCESS;
}

int
ds_headless_may_remove (const char *directory)
{
  g_autofree char *database = g_build_filename (directory, "doorstep.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStore) store = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  DsSafety safety = { 0 };

  if (!g_file_test (database, G_FILE_TEST_EXISTS))
    return EXIT_SUCCESS;
  store = open_store (directory, &error);
  if (store == NULL)
    return fail (error);
  ds_store_load_safety_async (store, NULL, did_finish, &result);
  if (!ds_store_load_safety_finish (store, wait_for (&result), &safety, &error))
    return fail (error);
  if (ds_safety_is_safe (&safety))
    return EXIT_SUCCESS;
  g_printerr (_ ("Not yet: %d records are not sent, %d cases are not settled, %d shifts are open. Settle "
                 "them, or save a "
                 "copy first: doorstep --export FILE\n"),
              (int)safety.n_unsent, (int)safety.n_problems, safety.shift_open ? 1 : 0);
  return EXIT_FAILURE;
}

int
ds_headless_self_check (const char *directory)
{
  static const char *const verdicts[] = { "good", "lacking", "bad" };
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  g_autoptr (DsSession) session = ds_session_new (directory, clock, random);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) checks = NULL;
  int status = EXIT_SUCCESS;

  ds_session_open (session);
  while (ds_session_get_phase (session) == DS_PHASE_OPENING)
    g_main_context_iteration (NULL, TRUE);
  if (ds_session_get_phase (session) == DS_PHASE_FAILED)
    {
      g_print ("storage: bad: %s\n", ds_session_get_failure (session));
      return EXIT_FAILURE;
    }
  ds_self_check_async (session, NULL, did_finish, &result);
  checks = ds_self_check_finish (session, wait_for (&result), NULL);
  for (guint i = 0; i < checks->len; i++)
    {
      const DsCheck *check = g_ptr_array_index (checks, i);

      g_print ("%s: %s: %s\n", check->name, verdicts[check->verdict], check->text);
      if (check->verdict == DS_CHECK_BAD)
        status = EXIT_FAILURE;
    }
  ds_session_close (session);
  return status;
}
