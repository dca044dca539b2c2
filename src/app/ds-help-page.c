/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-help-page.h"

#include "ds-help.h"

#include <glib/gi18n.h>

struct _DsHelpPage
{
  GtkBox parent;

  char *topic;
  GPtrArray *loaded; /* (element-type DsHelpTopic) */
  GPtrArray *boxes;  /* (element-type GtkWidget): of the topic at the same place */

  GtkEditable *search;
  GtkBox *topics;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsHelpPage,
                               ds_help_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Help");
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->detail = g_strdup (DS_HELP_PAGE (page)->topic);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
}

static gboolean
has_words (const char *text, const char *words)
{
  g_autofree char *folded_text = g_utf8_casefold (text, -1);
  g_autofree char *folded_words = g_utf8_casefold (words, -1);

  return strstr (folded_text, folded_words) != NULL;
}

static void
search_changed (DsHelpPage *self)
{
  g_autofree char *words = g_strstrip (g_strdup (gtk_editable_get_text (self->search)));

  for (guint i = 0; i < self->loaded->len; i++)
    {
      const DsHelpTopic *topic = g_ptr_array_index (self->loaded, i);

      gtk_widget_set_visible (g_ptr_array_index (self->boxes, i),
                              has_words (topic->title, words) || has_words (topic->text, words));
    }
}

/* Escape is the field's own key: first it empties it, then it leaves as anywhere else. */
static void
search_stopped (DsHelpPage *self)
{
  if (*gtk_editable_get_text (self->search) != '\0')
    gtk_editable_set_text (self->search, "");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "navigator.back", NULL);
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "wrap-mode",
                                   PANGO_WRAP_WORD_CHAR, "xalign", 0.0, NULL);

  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_topic (DsHelpPage *self, const DsHelpTopic *topic, gboolean first)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_box_append (GTK_BOX (box), make_label (topic->title, "heading"));
  gtk_box_append (GTK_BOX (box), make_label (topic->text, NULL));
  g_ptr_array_add (self->boxes, box);
  if (first)
    gtk_box_prepend (self->topics, box);
  else
    gtk_box_append (self->topics, box);
}

static void
ds_help_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_HELP_PAGE);

  G_OBJECT_CLASS (ds_help_page_parent_class)->dispose (object);
}

static void
ds_help_page_finalize (GObject *object)
{
  DsHelpPage *self = DS_HELP_PAGE (object);

  g_ptr_array_unref (self->loaded);
  g_ptr_array_unref (self->boxes);
  g_free (self->topic);

  G_OBJECT_CLASS (ds_help_page_parent_class)->finalize (object);
}

static void
ds_help_page_class_init (DsHelpPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_help_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_help_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-help-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsHelpPage, search);
  gtk_widget_class_bind_template_child (widget_class, DsHelpPage, topics);
  gtk_widget_class_bind_template_callback (widget_class, search_changed);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped);
}

static void
ds_help_page_init (DsHelpPage *self)
{
  self->loaded = ds_help_load ();
  self->boxes = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsHelpPage *
ds_help_page_new (const char *topic)
{
  DsHelpPage *self = g_object_new (DS_TYPE_HELP_PAGE, NULL);

  self->topic = g_strdup (topic);
  for (guint i = 0; i < self->loaded->len; i++)
    {
      const DsHelpTopic *loaded = g_ptr_array_index (self->loaded, i);

      add_topic (self, loaded, g_strcmp0 (loaded->name, topic) == 0);
    }
  return self;
}
