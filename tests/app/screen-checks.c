/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "screen-checks.h"

#include "ds-appearance.h"
#include "ds-page.h"
#include "ds-preferences.h"
#include "ds-test-window.h"

#include <adwaita.h>
#include <math.h>

/* The least that a gloved finger hits. */
#define TARGET_PX 48
/* WCAG 2.1, 1.4.6: in the sun as well. */
#define MIN_CONTRAST 7.0

/* The test goes on: one run tells of everything. */
static void complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("NOT GOOD: %s", text);
  g_test_fail ();
}

/* The innermost that is too large alone, following the largest. */
static GtkWidget *
find_cause (GtkWidget *widget, GtkOrientation orientation, int limit_px)
{
  GtkWidget *largest = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least;

      if (!gtk_widget_get_visible (child))
        continue;
      gtk_widget_measure (child, orientation, -1, &least, NULL, NULL, NULL);
      if (least > limit_px)
        {
          limit_px = least - 1;
          largest = child;
        }
    }
  return largest != NULL ? find_cause (largest, orientation, limit_px - 60) : widget;
}

static const char *
get_words (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      const char *words = get_words (child);

      if (words != NULL)
        return words;
    }
  return "";
}

/* Returns: (transfer full): what takes the room in @widget. */
static char *
list_children (GtkWidget *widget, GtkOrientation orientation)
{
  g_autoptr (GString) list = g_string_new (NULL);

  g_string_append_printf (list, "%s in %s:", G_OBJECT_TYPE_NAME (widget),
                          G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least;

      if (!gtk_widget_get_visible (child))
        continue;
      gtk_widget_measure (child, orientation, -1, &least, NULL, NULL, NULL);
      g_string_append_printf (list, " %s “%s” %d", G_OBJECT_TYPE_NAME (child), get_words (child), least);
    }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
check_fits (GtkWidget *window, const char *name, int percent)
{
  const int limits_px[] = { SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX };
  GtkWidget *content = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));

  if (gtk_widget_get_width (window) > gtk_widget_get_height (window))
    {
      /* Held sideways, in the usual text: what is at the foot must not stand below the edge. */
      int least;

      gtk_widget_measure (content, GTK_ORIENTATION_VERTICAL, SCREEN_HEIGHT_PX, &least, NULL, NULL, NULL);
      if (percent == 100 && least > SCREEN_WIDTH_PX && gtk_widget_has_css_class (window, "short"))
        complain ("%s: held sideways it needs %d px in height", name, least);
      return;
    }
  /* What needs more height than there is makes GTK give it more width, beyond both edges. */
  for (GtkWidget *page = ds_test_find_type (window, DS_TYPE_PAGE); page != NULL;
       page = gtk_widget_get_parent (page))
    {
      if (gtk_widget_get_width (page) > gtk_widget_get_width (window))
        {
          complain ("%s at %d %%: it is %d px wide and stands out over the edges", name, percent,
                    gtk_widget_get_width (page));
          break;
        }
    }
  for (GtkOrientation orientation = GTK_ORIENTATION_HORIZONTAL; orientation <= GTK_ORIENTATION_VERTICAL;
       orientation++)
    {
      int least;
      gboolean upright = orientation == GTK_ORIENTATION_VERTICAL;

      gtk_widget_measure (content, orientation, upright ? SCREEN_WIDTH_PX : -1, &least, NULL, NULL, NULL);
      if (least > limits_px[orientation])
        {
          GtkWidget *cause = find_cause (content, orientation, limits_px[orientation] - 40);
          g_autofree char *children = list_children (cause, orientation);

          complain ("%s at %d %%: it needs %d px in %s; %s", name, percent, least,
                    upright ? "height" : "width", children);
        }
    }
}

static gboolean
must_be_whole (GtkWidget *label)
{
  static const char *const classes[] = { "money", "heading", "page-heading", "section", "code-amount" };

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (gtk_widget_has_css_class (label, classes[i]))
      return TRUE;
  /* A page's title, but not its context below. */
  return gtk_widget_has_css_class (label, "title")
         && gtk_widget_get_ancestor (label, ADW_TYPE_WINDOW_TITLE) != NULL;
}

static void
check_whole (GtkWidget *widget, const char *name, int percent)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget) && must_be_whole (widget)
      && pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget))))
    complain ("%s at %d %%: “%s” is cut off", name, percent, gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_whole (child, name, percent);
}

/* Contrast, as WCAG 2.1 defines it */

static double
get_luminance (guint32 pixel)
{
  static const double weights[] = { 0.0722, 0.7152, 0.2126 }; /* blue, green, red: as a pixel holds them */
  double luminance = 0;

  for (guint i = 0; i < 3; i++)
    {
      double part = ((pixel >> (8 * i)) & 0xff) / 255.0;

      luminance += weights[i] * (part <= 0.04045 ? part / 12.92 : pow ((part + 0.055) / 1.055, 2.4));
    }
  return luminance;
}

static double
get_contrast (guint32 a, guint32 b)
{
  double first = get_luminance (a), second = get_luminance (b);

  return (MAX (first, second) + 0.05) / (MIN (first, second) + 0.05);
}

typedef struct
{
  guint32 *pixels;
  int width, height;
} Picture;

/* What is most frequent in the label's place is its ground; the letters are what stands out most from it: their edges
 * are blends of both. Returns: 0 where nothing of it can be seen. */
static double
measure_contrast (const Picture *picture, const graphene_rect_t *place)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  int left = MAX ((int)place->origin.x, 0), top = MAX ((int)place->origin.y, 0);
  int right = MIN ((int)(place->origin.x + place->size.width), picture->width);
  int bottom = MIN ((int)(place->origin.y + place->size.height), picture->height);
  guint32 ground = 0;
  guint most = 0;
  double best = 0;

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        gpointer key = GUINT_TO_POINTER (picture->pixels[y * picture->width + x]);
        guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1;

        g_hash_table_insert (counts, key, GUINT_TO_POINTER (n));
        if (n > most)
          {
            most = n;
            ground = GPOINTER_TO_UINT (key);
          }
      }
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      best = MAX (best, get_contrast (picture->pixels[y * picture->width + x], ground));
  return best;
}

/* Returns: whether it lies in no scrolled window, or in the part of it that can be seen. */
static gboolean
is_in_view (GtkWidget *label)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (label, GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t place;

  if (scrolled == NULL)
    return TRUE;
  return gtk_widget_compute_bounds (label, scrolled, &place) && place.origin.y >= 0
         && place.origin.y + place.size.height <= gtk_widget_get_height (scrolled);
}

static guint
check_amounts (GtkWidget *widget, GtkWidget *window, const Picture *picture, const char *name)
{
  guint n = 0;

  if (!gtk_widget_get_mapped (widget) || gtk_widget_get_opacity (widget) < 1)
    return 0;
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0' && is_in_view (widget)
      && (gtk_widget_has_css_class (widget, "money") || gtk_widget_has_css_class (widget, "code-amount")))
    {
      graphene_rect_t place;
      double contrast;

      g_assert_true (gtk_widget_compute_bounds (widget, window, &place));
      contrast = measure_contrast (picture, &place);
      if (contrast < MIN_CONTRAST)
        complain ("%s: the amount %s stands out by %.1f : 1 only", name,
                  gtk_label_get_text (GTK_LABEL (widget)), contrast);
      n++;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += check_amounts (child, window, picture, name);
  return n;
}

static void
check_contrast (GtkWidget *window, const char *name)
{
  g_autoptr (GdkTexture) texture = ds_test_render (window);
  Picture picture = { NULL, gdk_texture_get_width (texture), gdk_texture_get_height (texture) };
  g_autofree guint32 *pixels = g_new (guint32, picture.width * picture.height);

  gdk_texture_download (texture, (guchar *)pixels, (gsize)picture.width * sizeof (guint32));
  picture.pixels = pixels;
  g_test_message ("%s: %u amounts", name, check_amounts (window, window, &picture, name));
}

/* Controls */

static gboolean
is_control (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);

  if (!gtk_widget_get_mapped (widget) || GTK_IS_MENU_BUTTON (parent) || GTK_IS_DROP_DOWN (parent))
    return FALSE; /* the button in a menu button is looked at as the menu button; likewise in a choice */
  return GTK_IS_DROP_DOWN (widget) || GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget)
         || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_ENTRY (widget) || GTK_IS_SEARCH_ENTRY (widget)
         || (GTK_IS_LIST_BOX_ROW (widget) && gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (widget)));
}

/* These name and size their controls themselves. */
static gboolean
is_made_elsewhere (GtkWidget *widget)
{
  const char *type = G_OBJECT_TYPE_NAME (widget);

  return g_str_equal (type, "AdwToastWidget") || g_str_equal (type, "AdwViewSwitcher")
         || GTK_IS_WINDOW_CONTROLS (widget) || gtk_widget_has_css_class (widget, "header");
}

static void
check_controls (GtkWidget *widget, const char *page)
{
  if (is_made_elsewhere (widget))
    return;
  if (is_control (widget))
    {
      const char *type = G_OBJECT_TYPE_NAME (widget);
      /* The button in a menu button may be larger than the widget that holds it. */
      GtkWidget *target = GTK_IS_MENU_BUTTON (widget) ? gtk_widget_get_first_child (widget) : widget;
      graphene_rect_t bounds;

      g_assert_true (gtk_widget_compute_bounds (target, target, &bounds));
      if (!gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
        complain ("%s: a %s has no accessible name", page, type);
      if (bounds.size.height < TARGET_PX || bounds.size.width < TARGET_PX)
        complain ("%s: a %s is only %g × %g px", page, type, (double)bounds.size.width,
                  (double)bounds.size.height);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_controls (child, page);
}

void
screen_check (GtkWidget *window, const char *name)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  int percent = g_settings_get_int (preferences, "text-size");

  check_controls (window, name);
  check_contrast (window, name);
  check_fits (window, name, percent);
  check_whole (window, name, percent);
  if (percent == DS_APPEARANCE_MAX_TEXT)
    return;
  g_settings_set_int (preferences, "text-size", DS_APPEARANCE_MAX_TEXT);
  ds_test_settle (window);
  check_fits (window, name, DS_APPEARANCE_MAX_TEXT);
  check_whole (window, name, DS_APPEARANCE_MAX_TEXT);
  g_settings_set_int (preferences, "text-size", percent);
  ds_test_settle (window);
}
