/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wait.h"

static gboolean
bark (gpointer user_data)
{
  g_error ("nothing happened for %d s: %s", WAIT_WATCHDOG_S, (const char *)user_data);
  return G_SOURCE_REMOVE;
}

guint
wait_set_watchdog (const char *what)
{
  return g_timeout_add_seconds (WAIT_WATCHDOG_S, bark, (gpointer)what);
}

void
wait_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}
