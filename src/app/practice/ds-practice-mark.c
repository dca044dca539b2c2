/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-practice-mark.h"

#include "ds-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>

const char *
ds_practice_mark_get_text (void)
{
  return _ ("Practice · not real money");
}

/* The band that says so. */
static GtkWidget *
make_mark (void)
{
  GtkWidget *label = gtk_label_new (ds_practice_mark_get_text ());

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, "practice-band");
  return label;
}

static GtkWidget *
get_content (GtkWindow *window)
{
  return ADW_IS_WINDOW (window) ? adw_window_get_content (ADW_WINDOW (window))
                                : gtk_window_get_child (window);
}

static void
set_content (GtkWindow *window, GtkWidget *content)
{
  if (ADW_IS_WINDOW (window))
    adw_window_set_content (ADW_WINDOW (window), content);
  else
    gtk_window_set_child (window, content);
}

/* Around whatever the dialog shows, so that no dialog has to know. */
static void
mark (GtkWindow *window)
{
  g_autoptr (GtkWidget) content = NULL;
  GtkWidget *box;

  if (get_content (window) == NULL)
    return;
  content = g_object_ref (get_content (window));
  set_content (window, NULL);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), make_mark ());
  gtk_widget_set_vexpand (content, TRUE);
  gtk_box_append (GTK_BOX (box), content);
  set_content (window, box);
}

static void
did_open_windows (GListModel *toplevels, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      /* Before it is built nothing is in it: that is so once it is shown. The main window wears the band itself. */
      if (!DS_IS_WINDOW (window))
        g_signal_connect (window, "realize", G_CALLBACK (mark), NULL);
    }
}

void
ds_practice_mark_dialogs (void)
{
  g_signal_connect (gtk_window_get_toplevels (), "items-changed", G_CALLBACK (did_open_windows), NULL);
}
