/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "frame-watch.h"

typedef struct
{
  GtkWindow *window;
  FrameDrawn drawn;
  gpointer user_data;
  gboolean painted;
} Watch;

static void
did_paint (GdkFrameClock *clock, gpointer user_data)
{
  Watch *watch = user_data;

  watch->painted = TRUE;
}

/* Comes at the end of every cycle of the clock, also of one that only laid out. */
static void
did_end_cycle (GdkFrameClock *clock, gpointer user_data)
{
  Watch *watch = user_data;

  if (!watch->painted)
    return;
  watch->painted = FALSE;
  watch->drawn (watch->window, watch->user_data);
}

static void
free_watch (gpointer watch, GClosure *closure)
{
  g_free (watch);
}

static void
did_realize (GtkWidget *window, gpointer user_data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  g_signal_connect (clock, "paint", G_CALLBACK (did_paint), user_data);
  g_signal_connect (clock, "after-paint", G_CALLBACK (did_end_cycle), user_data);
}

void
frame_watch (GtkWindow *window, FrameDrawn drawn, gpointer user_data)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->window = window;
  watch->drawn = drawn;
  watch->user_data = user_data;
  /* The clock ends with the window's surface, before the window does. */
  g_signal_connect_data (window, "realize", G_CALLBACK (did_realize), watch, free_watch, G_CONNECT_AFTER);
  if (gtk_widget_get_realized (GTK_WIDGET (window)))
    did_realize (GTK_WIDGET (window), watch);
}

gboolean
frame_shows (GtkWidget *root, GType type)
{
  if (!gtk_widget_get_mapped (root))
    return FALSE;
  if (g_type_is_a (G_OBJECT_TYPE (root), type))
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (frame_shows (child, type))
        return TRUE;
    }
  return FALSE;
}
