/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives a real window as a courier would: finds what is on the screen by its words, presses it, waits for what
 * should come, takes pictures. Needs GTK_A11Y=test. Whatever does not come within the watchdog's time ends the
 * program with what was on the screen instead. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Whether what is waited for has come. */
typedef gboolean (*DsTestCondition) (gpointer user_data);

/* Call once after gtk_init(): the window without its frame, no animations. */
void ds_test_window_prepare (void);

/* Turns the main loop until @condition holds; @what names it when it never does. */
void ds_test_wait (DsTestCondition condition, gpointer user_data, const char *what);

/* Turns the main loop until nothing more is to be drawn. */
void ds_test_settle (GtkWidget *window);

/* Returns: (transfer none) (nullable): the mapped widget of @type whose accessible label, label, title or subtitle is @words. */
GtkWidget *ds_test_find (GtkWidget *root, GType type, const char *words);

/* Returns: (transfer none) (nullable): the first mapped widget of @type. */
GtkWidget *ds_test_find_type (GtkWidget *root, GType type);

/* Returns: whether a label on the screen has @words in it. */
gboolean ds_test_shows (GtkWidget *root, const char *words);

/* Waits until @words can be pressed (a button, a row, a check button or a switch), and presses it. */
void ds_test_press (GtkWidget *window, const char *words);

/* Returns: how often something was pressed so far. */
guint ds_test_count_presses (void);

/* Waits until a label on the screen has @words in it. */
void ds_test_wait_for_words (GtkWidget *window, const char *words);

/* Waits for the field with that label, types @text over what is there, and confirms with Enter. */
void ds_test_type (GtkWidget *window, const char *field, const char *text);

/* Puts the picture file @path, or @text, on the clipboard, as another program would. */
void ds_test_copy_picture (GtkWidget *window, const char *path);
void ds_test_copy_text (GtkWidget *window, const char *text);

/* Returns: (transfer full): what the window shows. */
GdkTexture *ds_test_render (GtkWidget *window);

/* Saves it as a PNG file. */
void ds_test_save_picture (GtkWidget *window, const char *path);

G_END_DECLS
