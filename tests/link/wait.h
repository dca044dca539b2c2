/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting without sleeping: the main loop runs until something holds. */
#pragma once

#include <gio/gio.h>

#define WAIT_WATCHDOG_S 30

/* Runs the main loop until @condition holds; the test dies rather than hang. */
#define WAIT_UNTIL(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    guint watchdog = wait_set_watchdog (#condition);                                                         \
                                                                                                             \
    while (!(condition))                                                                                     \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    g_source_remove (watchdog);                                                                              \
  }                                                                                                          \
  G_STMT_END

guint wait_set_watchdog (const char *what);

/* For calls that end with a GAsyncResult: keeps a reference in the GAsyncResult * that user_data points to. */
void wait_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
