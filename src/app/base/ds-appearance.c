/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-appearance.h"

#include <adwaita.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define STYLE "/cn/doorstep/Doorstep/style.css"
#define HIGH_CONTRAST_STYLE "/cn/doorstep/Doorstep/style-hc.css"

/* Text up to here grows by all that was asked for; what is larger grows by half of it above this size. */
#define READING_PX 20

/* Tabs, tables and the labels of buttons have fixed places on 360 pixels: they grow by this much. */
#define MAX_CHROME_PERCENT 125

/* The window's own, at 100 %. */
#define USUAL_PX 16

/* Of gtk-xft-dpi where nothing is enlarged. */
#define USUAL_DPI (96 * 1024)

struct _DsAppearance
{
  GObject parent;

  GSettings *preferences;
  GtkCssProvider *text;          /* (nullable) */
  GtkCssProvider *high_contrast; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (DsAppearance, ds_appearance, G_TYPE_OBJECT)

static int
scale (int px, guint percent)
{
  int reading = MIN (px, READING_PX);

  return (reading * (int)percent + (px - reading) * (50 + (int)percent / 2) + 50) / 100;
}

/* What stands side by side on every page has its place, and an icon or a title's context with it. */
static gboolean
is_chrome (const char *rule)
{
  static const char *const selectors[]
      = { "headerbar",      ".bottom-bar",  ".conn",       "button",  ".page-heading",
          ".money",         ".code-amount", ".stop-row",   ".state",  ".next-word",
          ".parcel-amount", ".waybill",     ".row-value",  ".kinds",  ".due-line",
          ".denomination",  ".table",       ".digit-cell", ".request" };

  for (gsize i = 0; i < G_N_ELEMENTS (selectors); i++)
    if (g_str_has_prefix (rule, selectors[i]))
      return TRUE;
  return FALSE;
}

/* Where not even that much room is left: a title between two buttons, a row of the cash that is counted. */
static gboolean
is_fixed (const char *rule)
{
  return g_str_has_prefix (rule, "headerbar windowtitle") || g_str_has_prefix (rule, ".denomination label");
}

char *
ds_appearance_scale_text (const char *css, guint percent)
{
  static const char property[] = "font-size: ";
  g_auto (GStrv) lines = g_strsplit (css, "\n", -1);
  GString *scaled = g_string_new (NULL);

  g_return_val_if_fail (percent >= DS_APPEARANCE_MIN_TEXT && percent <= DS_APPEARANCE_MAX_TEXT, NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *rest = lines[i];
      const char *found;

      guint line_percent = is_fixed (rest)    ? 100
                           : is_chrome (rest) ? MIN (percent, MAX_CHROME_PERCENT)
                                              : percent;

      if (g_str_has_prefix (rest, "@define-color"))
        continue;
      while ((found = strstr (rest, property)) != NULL)
        {
          char *end;
          int px = (int)strtol (found + strlen (property), &end, 10);

          g_string_append_len (scaled, rest, found - rest);
          g_string_append_printf (scaled, "%s%d", property, scale (px, line_percent));
          rest = end;
        }
      g_string_append (scaled, rest);
      g_string_append_c (scaled, '\n');
    }
  /* Those that have no size of their own would have the window's. */
  g_string_append_printf (scaled, "button { font-size: %dpx; }\n",
                          scale (USUAL_PX, MIN (percent, MAX_CHROME_PERCENT)));
  return g_string_free (scaled, FALSE);
}

static void
drop (GtkCssProvider **provider)
{
  if (*provider != NULL)
    gtk_style_context_remove_provider_for_display (gdk_display_get_default (),
                                                   GTK_STYLE_PROVIDER (*provider));
  g_clear_object (provider);
}

/* Over the application's own sheet. */
static GtkCssProvider *
add_provider (void)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  return provider;
}

static void
text_changed (DsAppearance *self)
{
  int dpi = 0;
  guint percent = (guint)g_settings_get_int (self->preferences, "text-size");
  g_autoptr (GBytes) sheet = NULL;
  g_autofree char *css = NULL;

  g_object_get (gtk_settings_get_default (), "gtk-xft-dpi", &dpi, NULL);
  if (dpi > USUAL_DPI)
    percent = (guint)((gint64)percent * dpi / USUAL_DPI);
  percent = CLAMP (percent, DS_APPEARANCE_MIN_TEXT, DS_APPEARANCE_MAX_TEXT);

  drop (&self->text);
  if (percent == 100)
    return;
  sheet = g_resources_lookup_data (STYLE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_return_if_fail (sheet != NULL);
  /* Resources end with a NUL. */
  css = ds_appearance_scale_text (g_bytes_get_data (sheet, NULL), percent);
  self->text = add_provider ();
  gtk_css_provider_load_from_data (self->text, css, -1);
}

static void
appearance_changed (DsAppearance *self)
{
  g_autofree char *appearance = g_settings_get_string (self->preferences, "appearance");
  AdwColorScheme scheme = g_str_equal (appearance, "light")  ? ADW_COLOR_SCHEME_FORCE_LIGHT
                          : g_str_equal (appearance, "dark") ? ADW_COLOR_SCHEME_FORCE_DARK
                                                             : ADW_COLOR_SCHEME_DEFAULT;

  drop (&self->high_contrast);
  if (g_str_equal (appearance, "high-contrast"))
    {
      scheme = ADW_COLOR_SCHEME_FORCE_LIGHT;
      self->high_contrast = add_provider ();
      gtk_css_provider_load_from_resource (self->high_contrast, HIGH_CONTRAST_STYLE);
    }
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
}

static void
ds_appearance_dispose (GObject *object)
{
  DsAppearance *self = DS_APPEARANCE (object);

  drop (&self->text);
  drop (&self->high_contrast);
  g_clear_object (&self->preferences);

  G_OBJECT_CLASS (ds_appearance_parent_class)->dispose (object);
}

static void
ds_appearance_class_init (DsAppearanceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_appearance_dispose;
}

static void
ds_appearance_init (DsAppearance *self)
{
}

DsAppearance *
ds_appearance_new (GSettings *preferences)
{
  DsAppearance *self;

  g_return_val_if_fail (G_IS_SETTINGS (preferences), NULL);

  self = g_object_new (DS_TYPE_APPEARANCE, NULL);
  self->preferences = g_object_ref (preferences);
  g_signal_connect_object (preferences, "changed::appearance", G_CALLBACK (appearance_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (preferences, "changed::text-size", G_CALLBACK (text_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi", G_CALLBACK (text_changed),
                           self, G_CONNECT_SWAPPED);
  appearance_changed (self);
  text_changed (self);
  return self;
}

void
ds_appearance_choose_language (GSettings *preferences)
{
  g_autofree char *language = preferences != NULL ? g_settings_get_string (preferences, "language") : NULL;
  const char *messages = setlocale (LC_MESSAGES, NULL);

  if (language == NULL || *language == '\0')
    return;
  g_setenv ("LANGUAGE", language, TRUE);
  /* gettext translates nothing in the locale "C", whatever LANGUAGE says. */
  if (messages == NULL || g_str_equal (messages, "C") || g_str_equal (messages, "POSIX"))
    setlocale (LC_MESSAGES, "C.UTF-8");
}
