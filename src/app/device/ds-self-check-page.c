/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-self-check-page.h"

#include "ds-info-row.h"
#include "ds-self-check.h"

#include <glib/gi18n.h>

struct _DsSelfCheckPage
{
  GtkBox parent;

  DsSession *session;

  GtkLabel *verdict;
  GtkListBox *list;
  GtkWidget *again;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSelfCheckPage,
                               ds_self_check_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Self-check");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static void
add_check (DsSelfCheckPage *self, const DsCheck *check)
{
  static const struct
  {
    const char *icon_name;
    const char *css_class;
  } looks[] = { [DS_CHECK_GOOD] = { "ds-paid-symbolic", "paid" },
                [DS_CHECK_LACKING] = { "dialog-information-symbolic", "accepted" },
                [DS_CHECK_BAD] = { "ds-failed-symbolic", "failed" } };
  const char *const states[] = { _ ("Good"), _ ("Take note"), _ ("Bad") };
  g_autofree char *title = g_strdup_printf ("%s · %s", check->title, states[check->verdict]);
  DsInfoRow *row = ds_info_row_new (NULL, NULL, check->text);
  const DsWords words = { .icon_name = looks[check->verdict].icon_name,
                          .text = title,
                          .css_class = looks[check->verdict].css_class };

  ds_info_row_set_words (row, &words);
  gtk_list_box_append (self->list, GTK_WIDGET (row));
}

static void
did_check (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSelfCheckPage) self = user_data;
  g_autoptr (GPtrArray) checks = ds_self_check_finish (DS_SESSION (source), result, NULL);
  DsCheckVerdict worst = DS_CHECK_GOOD;

  if (self->session == NULL || checks == NULL)
    return;
  for (guint i = 0; i < checks->len; i++)
    {
      const DsCheck *check = g_ptr_array_index (checks, i);

      add_check (self, check);
      worst = MAX (worst, check->verdict);
    }
  gtk_label_set_text (self->verdict, worst == DS_CHECK_BAD ? _ (
                                         "Do not go out with this handheld before what is bad is mended.")
                                     : worst == DS_CHECK_LACKING ? _ ("Fit for work, with things to note.")
                                                                 : _ ("Fit for work."));
  gtk_widget_set_visible (GTK_WIDGET (self->list), TRUE);
  gtk_widget_set_sensitive (self->again, TRUE);
}

static void
check (DsSelfCheckPage *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  gtk_widget_set_visible (GTK_WIDGET (self->list), FALSE);
  gtk_widget_set_sensitive (self->again, FALSE);
  gtk_label_set_text (self->verdict, _ ("Checking… Without a network this takes up to 20 seconds."));
  ds_self_check_async (self->session, NULL, did_check, g_object_ref (self));
}

static void
ds_self_check_page_dispose (GObject *object)
{
  DsSelfCheckPage *self = DS_SELF_CHECK_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SELF_CHECK_PAGE);

  G_OBJECT_CLASS (ds_self_check_page_parent_class)->dispose (object);
}

static void
ds_self_check_page_class_init (DsSelfCheckPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_self_check_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-self-check-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsSelfCheckPage, verdict);
  gtk_widget_class_bind_template_child (widget_class, DsSelfCheckPage, list);
  gtk_widget_class_bind_template_child (widget_class, DsSelfCheckPage, again);
  gtk_widget_class_bind_template_callback (widget_class, check);
}

static void
ds_self_check_page_init (DsSelfCheckPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsSelfCheckPage *
ds_self_check_page_new (DsSession *session)
{
  DsSelfCheckPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SELF_CHECK_PAGE, NULL);
  self->session = g_object_ref (session);
  check (self);
  return self;
}
