/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-problems-page.h"

#include "ds-case-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsProblemsPage
{
  GtkBox parent;

  DsSession *session;

  AdwWindowTitle *window_title;
  GtkStack *stack;
  GtkListBox *list;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsProblemsPage,
                               ds_problems_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Problems");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  return GTK_WIDGET (ds_case_row_new (DS_PROBLEMS_PAGE (user_data)->session, item));
}

static void
worklist_changed (DsProblemsPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (ds_session_get_worklist (self->session)));
  g_autofree char *subtitle = g_strdup_printf (ngettext ("%u to settle", "%u to settle", n), n);

  adw_window_title_set_subtitle (self->window_title, n > 0 ? subtitle : "");
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
}

static void
row_activated (DsProblemsPage *self, DsCaseRow *row)
{
  const DsProblem *problem = ds_case_get_problem (ds_case_row_get_case (row));

  if (problem->stop != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", problem->stop->id);
}

static void
ds_problems_page_dispose (GObject *object)
{
  DsProblemsPage *self = DS_PROBLEMS_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_PROBLEMS_PAGE);

  G_OBJECT_CLASS (ds_problems_page_parent_class)->dispose (object);
}

static void
ds_problems_page_class_init (DsProblemsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_problems_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-problems-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsProblemsPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsProblemsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsProblemsPage, list);
  gtk_widget_class_bind_template_callback (widget_class, row_activated);
}

static void
ds_problems_page_init (DsProblemsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsProblemsPage *
ds_problems_page_new (DsSession *session)
{
  DsProblemsPage *self;
  DsWorklist *worklist;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_PROBLEMS_PAGE, NULL);
  self->session = g_object_ref (session);
  worklist = ds_session_get_worklist (session);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (worklist), make_row, self, NULL);
  g_signal_connect_object (worklist, "items-changed", G_CALLBACK (worklist_changed), self, G_CONNECT_SWAPPED);
  worklist_changed (self);
  return self;
}
