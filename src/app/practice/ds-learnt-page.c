/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-learnt-page.h"

#include "ds-info-row.h"
#include "ds-lesson.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsLearntPage
{
  GtkBox parent;

  GtkListBox *doors;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsLearntPage,
                               ds_learnt_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("What you learnt");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static void
ds_learnt_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_LEARNT_PAGE);

  G_OBJECT_CLASS (ds_learnt_page_parent_class)->dispose (object);
}

static void
ds_learnt_page_class_init (DsLearntPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_learnt_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-learnt-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsLearntPage, doors);
}

static void
ds_learnt_page_init (DsLearntPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_door (DsLearntPage *self, DsLesson *lesson, guint door)
{
  g_autofree char *title = g_strdup_printf ("%u · %s", door, ds_lesson_get_subject (door));
  g_autofree char *learnt = ds_lesson_describe_learnt (lesson, door);
  GtkWidget *row = GTK_WIDGET (
      g_object_new (DS_TYPE_INFO_ROW, "icon-name",
                    ds_lesson_was_practised (lesson, door) ? "ds-paid-symbolic" : "ds-note-symbolic", "title",
                    title, "subtitle", learnt, NULL));

  gtk_list_box_append (self->doors, row);
}

DsLearntPage *
ds_learnt_page_new (DsSession *session)
{
  DsLearntPage *self;
  g_autoptr (DsLesson) lesson = NULL;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_LEARNT_PAGE, NULL);
  lesson = ds_lesson_new (session);
  for (guint door = 1; door <= DS_LESSON_N_DOORS; door++)
    add_door (self, lesson, door);
  return self;
}
