/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subject of bench-window: the whole application as it is, with the arguments of `doorstep`. Prints when its
 * first frame was drawn and when the first one with stops of the route, and ends. */
#include "config.h"

#include "ds-application.h"
#include "ds-stop-row.h"
#include "frame-watch.h"

typedef struct
{
  GApplication *application;
  gint64 first_us;
  gboolean done;
} Run;

static void
did_draw (GtkWindow *window, gpointer user_data)
{
  Run *run = user_data;
  gint64 now_us = g_get_monotonic_time ();

  if (run->first_us == 0)
    run->first_us = now_us;
  if (run->done || !frame_shows (GTK_WIDGET (window), DS_TYPE_STOP_ROW))
    return;
  run->done = TRUE;
  g_print ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", run->first_us, now_us);
  g_application_quit (run->application);
}

static void
window_added (GtkApplication *application, GtkWindow *window, gpointer user_data)
{
  frame_watch (window, did_draw, user_data);
}

int
main (int argc, char **argv)
{
  g_autoptr (DsApplication) application = ds_application_new ();
  Run run = { .application = G_APPLICATION (application) };

  g_signal_connect (application, "window-added", G_CALLBACK (window_added), &run);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
