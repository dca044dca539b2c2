/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-digest-page.h"

#include "ds-change-row.h"
#include "ds-navigator.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsDigestPage
{
  GtkBox parent;

  DsSession *session;

  AdwWindowTitle *window_title;
  GtkStack *stack;
  GtkListView *list;
  GtkButton *seen;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsDigestPage,
                               ds_digest_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("What changed");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static void
row_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, GTK_WIDGET (ds_change_row_new ()));
}

static void
row_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  ds_change_row_set_entry (DS_CHANGE_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_activated (GtkListView *list, guint position, DsDigestPage *self)
{
  g_autoptr (DsDigestEntry) entry
      = g_list_model_get_item (G_LIST_MODEL (ds_session_get_digest (self->session)), position);

  if (entry != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s",
                                ds_digest_entry_get_change (entry)->stop_id);
}

static void
seen_clicked (DsDigestPage *self)
{
  ds_digest_mark_read (ds_session_get_digest (self->session));
  ds_navigator_pop (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (self));
}

static void
digest_changed (DsDigestPage *self)
{
  DsDigest *digest = ds_session_get_digest (self->session);
  guint n = ds_digest_get_n_unread (digest);
  g_autofree char *subtitle = g_strdup_printf (ngettext ("%u new", "%u new", n), n);

  adw_window_title_set_subtitle (self->window_title, n > 0 ? subtitle : "");
  gtk_widget_set_visible (GTK_WIDGET (self->seen), n > 0);
  gtk_stack_set_visible_child_name (self->stack,
                                    g_list_model_get_n_items (G_LIST_MODEL (digest)) > 0 ? "list" : "empty");
}

static void
ds_digest_page_dispose (GObject *object)
{
  DsDigestPage *self = DS_DIGEST_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_DIGEST_PAGE);

  G_OBJECT_CLASS (ds_digest_page_parent_class)->dispose (object);
}

static void
ds_digest_page_class_init (DsDigestPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_digest_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-digest-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsDigestPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsDigestPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsDigestPage, list);
  gtk_widget_class_bind_template_child (widget_class, DsDigestPage, seen);
  gtk_widget_class_bind_template_callback (widget_class, row_setup);
  gtk_widget_class_bind_template_callback (widget_class, row_bind);
  gtk_widget_class_bind_template_callback (widget_class, row_activated);
  gtk_widget_class_bind_template_callback (widget_class, seen_clicked);
}

static void
ds_digest_page_init (DsDigestPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsDigestPage *
ds_digest_page_new (DsSession *session)
{
  DsDigestPage *self;
  DsDigest *digest;
  GtkNoSelection *selection;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_DIGEST_PAGE, NULL);
  self->session = g_object_ref (session);
  digest = ds_session_get_digest (session);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (digest)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  g_signal_connect_object (digest, "items-changed", G_CALLBACK (digest_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (digest, "notify::n-unread", G_CALLBACK (digest_changed), self, G_CONNECT_SWAPPED);
  digest_changed (self);
  return self;
}
