/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-test-window.h"

#include <adwaita.h>
#include <stdlib.h>
#include <string.h>

/* Long enough for a machine under load; a good run never comes near it. */
#define WATCHDOG_S 30

typedef struct
{
  GtkWidget *root;
  GType type;
  const char *words;
} Sought;

static guint n_presses;

void
ds_test_window_prepare (void)
{
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();

  gtk_css_provider_load_from_data (
      css, "window, window.solid-csd { padding: 0; margin: 0; border-radius: 0; box-shadow: none; }", -1);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_USER);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-decoration-layout", ":",
                NULL);
}

/* Waiting */

static gboolean
did_wait_too_long (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
print_labels (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget))
    g_printerr ("  “%s”\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    print_labels (child);
}

static void
give_up (const char *what)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  g_printerr ("Waited %d s in vain for: %s\nOn the screen were:\n", WATCHDOG_S, what);
  for (GList *at = windows; at != NULL; at = at->next)
    print_labels (at->data);
  exit (EXIT_FAILURE);
}

void
ds_test_wait (DsTestCondition condition, gpointer user_data, const char *what)
{
  gboolean too_long = FALSE;
  guint watchdog = g_timeout_add_seconds (WATCHDOG_S, did_wait_too_long, &too_long);

  while (!condition (user_data))
    {
      if (too_long)
        give_up (what);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (watchdog);
}

static gboolean
did_draw (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  guint *frames = user_data;

  (*frames)++;
  return *frames < 3 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
has_drawn (gpointer user_data)
{
  return *(guint *)user_data >= 3;
}

void
ds_test_settle (GtkWidget *window)
{
  guint frames = 0;

  gtk_widget_add_tick_callback (window, did_draw, &frames, NULL);
  ds_test_wait (has_drawn, &frames, "the window to be drawn");
}

/* Finding */

static gboolean
is_called (GtkWidget *widget, const char *words)
{
  g_autofree char *difference = gtk_test_accessible_check_property (
      GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, words, NULL);

  return difference == NULL
         || (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), words) == 0)
         || (ADW_IS_ACTION_ROW (widget)
             && g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (widget)), words) == 0)
         || (ADW_IS_PREFERENCES_ROW (widget)
             && g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), words) == 0);
}

GtkWidget *
ds_test_find (GtkWidget *root, GType type, const char *words)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;

  /* The innermost: a row may hold the row that is really pressed. */
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ds_test_find (child, type, words);

      if (found != NULL)
        return found;
    }
  return g_type_is_a (G_OBJECT_TYPE (root), type) && is_called (root, words) ? root : NULL;
}

GtkWidget *
ds_test_find_type (GtkWidget *root, GType type)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (root), type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ds_test_find_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gboolean
ds_test_shows (GtkWidget *root, const char *words)
{
  if (!gtk_widget_get_mapped (root))
    return FALSE;
  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (GTK_LABEL (root)), words) != NULL)
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (ds_test_shows (child, words))
        return TRUE;
    }
  return FALSE;
}

static gboolean
shows_words (gpointer user_data)
{
  const Sought *sought = user_data;

  return ds_test_shows (sought->root, sought->words);
}

void
ds_test_wait_for_words (GtkWidget *window, const char *words)
{
  Sought sought = { .root = window, .words = words };
  g_autofree char *what = g_strdup_printf ("the words “%s”", words);

  ds_test_wait (shows_words, &sought, what);
}

/* Pressing */

/* A dialog over the window is pressed first, as a person has to. */
static GtkWidget *
find_pressable (GtkWidget *window, const char *words)
{
  const GType types[] = { GTK_TYPE_BUTTON, GTK_TYPE_LIST_BOX_ROW, GTK_TYPE_CHECK_BUTTON, GTK_TYPE_SWITCH };
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *at = windows; at != NULL; at = at->next)
    {
      if (at->data != (gpointer)window && gtk_window_get_transient_for (at->data) != GTK_WINDOW (window))
        continue;
      for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
        {
          GtkWidget *found = ds_test_find (at->data, types[i], words);

          if (found != NULL && gtk_widget_is_sensitive (found))
            return found;
        }
    }
  return NULL;
}

static gboolean
can_press (gpointer user_data)
{
  const Sought *sought = user_data;

  return find_pressable (sought->root, sought->words) != NULL;
}

void
ds_test_press (GtkWidget *window, const char *words)
{
  Sought sought = { .root = window, .words = words };
  g_autofree char *what = g_strdup_printf ("“%s” to be pressed", words);
  GtkWidget *found;

  ds_test_wait (can_press, &sought, what);
  found = find_pressable (window, words);
  /* Activating a button plays its being pressed for a quarter of a second before it clicks. */
  if (GTK_IS_BUTTON (found))
    g_signal_emit_by_name (found, "clicked");
  else
    gtk_widget_activate (found);
  n_presses++;
  ds_test_settle (window);
}

guint
ds_test_count_presses (void)
{
  return n_presses;
}

static gboolean
can_type (gpointer user_data)
{
  const Sought *sought = user_data;

  return ds_test_find (sought->root, GTK_TYPE_EDITABLE, sought->words) != NULL;
}

void
ds_test_type (GtkWidget *window, const char *field, const char *text)
{
  Sought sought = { .root = window, .words = field };
  g_autofree char *what = g_strdup_printf ("the field “%s”", field);
  GtkWidget *editable;

  ds_test_wait (can_type, &sought, what);
  editable = ds_test_find (window, GTK_TYPE_EDITABLE, field);
  gtk_editable_set_text (GTK_EDITABLE (editable), text);
  gtk_widget_activate (editable);
  ds_test_settle (window);
}

/* Pictures */

void
ds_test_copy_picture (GtkWidget *window, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (path, &error);

  g_assert_no_error (error);
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (window), texture);
}

void
ds_test_copy_text (GtkWidget *window, const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (window), text);
}

GdkTexture *
ds_test_render (GtkWidget *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;

  ds_test_settle (window);
  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  g_assert_nonnull (node);
  return gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
}

void
ds_test_save_picture (GtkWidget *window, const char *path)
{
  g_autoptr (GdkTexture) texture = ds_test_render (window);

  g_assert_true (gdk_texture_save_to_png (texture, path));
}
