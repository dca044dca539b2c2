/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The peer of bench-window: an empty window of the same toolkit. Prints when its first frame was drawn. */
#include "config.h"

#include "frame-watch.h"

#include <adwaita.h>

static void
did_draw (GtkWindow *window, gpointer user_data)
{
  g_print ("%" G_GINT64_FORMAT "\n", g_get_monotonic_time ());
  g_application_quit (user_data);
}

static void
did_activate (GApplication *application, gpointer user_data)
{
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (application));

  gtk_window_set_default_size (GTK_WINDOW (window), 360, 720);
  frame_watch (GTK_WINDOW (window), did_draw, application);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = adw_application_new (DS_APP_ID ".Empty", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (did_activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
