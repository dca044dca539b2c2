/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the application looks and which language it speaks, as its owner chose. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_APPEARANCE_MIN_TEXT 100
#define DS_APPEARANCE_MAX_TEXT 200

#define DS_TYPE_APPEARANCE (ds_appearance_get_type ())
G_DECLARE_FINAL_TYPE (DsAppearance, ds_appearance, DS, APPEARANCE, GObject)

/**
 * ds_appearance_new:
 * @preferences: followed: "appearance" and "text-size" count at once
 *
 * Text that the system itself makes larger is made larger here too.
 *
 * Returns: (transfer full): it ends, and the look with it, with its last reference
 */
DsAppearance *ds_appearance_new (GSettings *preferences);

/**
 * ds_appearance_scale_text:
 * @css: a style sheet
 * @percent: %DS_APPEARANCE_MIN_TEXT to %DS_APPEARANCE_MAX_TEXT
 *
 * Returns: (transfer full): @css without its colours, its font sizes larger: reading text by all of @percent, what is large
 *   already, and titles, tabs and buttons by less, so that all fits on a handheld. Pure.
 */
char *ds_appearance_scale_text (const char *css, guint percent);

/* Makes the language of @preferences (nullable) the process's; before gettext is used, and before threads. */
void ds_appearance_choose_language (GSettings *preferences);

G_END_DECLS
