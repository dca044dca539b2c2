/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bucket-page.h"

#include "ds-stop-row.h"

#include <adwaita.h>

struct _DsBucketPage
{
  GtkBox parent;

  DsSession *session;
  DsBucket bucket;
  GtkFilterListModel *listed; /* owned by the list view's selection model */

  AdwWindowTitle *window_title;
  GtkListView *list;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsBucketPage,
                               ds_bucket_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return ds_words_for_bucket (DS_BUCKET_PAGE (page)->bucket).text;
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->detail = g_strdup (ds_bucket_to_name (DS_BUCKET_PAGE (page)->bucket));
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
}

/* What is listed: of the shift as it was when the list was opened. */
typedef struct
{
  DsBucket bucket;
  DsShift *shift; /* (nullable) */
} Listing;

static void
listing_free (gpointer data)
{
  g_clear_object (&((Listing *)data)->shift);
  g_free (data);
}

static gboolean
belongs (gpointer item, gpointer user_data)
{
  const Listing *listing = user_data;
  guint n;

  ds_bucket_count (listing->bucket, item, listing->shift, &n);
  return n > 0;
}

static void
row_setup (GtkSignalListItemFactory *factory, GtkListItem *item, DsBucketPage *self)
{
  gtk_list_item_set_child (item, GTK_WIDGET (ds_stop_row_new (self->session)));
}

static void
row_bind (GtkSignalListItemFactory *factory, GtkListItem *item, DsBucketPage *self)
{
  ds_stop_row_set_stop (DS_STOP_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, DsBucketPage *self)
{
  ds_stop_row_set_stop (DS_STOP_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
row_activated (GtkListView *list, guint position, DsBucketPage *self)
{
  g_autoptr (DsStop) stop = g_list_model_get_item (G_LIST_MODEL (self->listed), position);

  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", stop->id);
}

static void
ds_bucket_page_dispose (GObject *object)
{
  DsBucketPage *self = DS_BUCKET_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_BUCKET_PAGE);

  G_OBJECT_CLASS (ds_bucket_page_parent_class)->dispose (object);
}

static void
ds_bucket_page_class_init (DsBucketPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_bucket_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-bucket-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsBucketPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsBucketPage, list);
  gtk_widget_class_bind_template_callback (widget_class, row_setup);
  gtk_widget_class_bind_template_callback (widget_class, row_bind);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, row_activated);
}

static void
ds_bucket_page_init (DsBucketPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsBucketPage *
ds_bucket_page_new (DsSession *session, DsBucket bucket)
{
  DsBucketPage *self;
  g_autoptr (GtkNoSelection) selection = NULL;
  GtkCustomFilter *filter;
  Listing *listing;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (bucket < DS_N_BUCKETS, NULL);

  self = g_object_new (DS_TYPE_BUCKET_PAGE, NULL);
  self->session = g_object_ref (session);
  self->bucket = bucket;
  adw_window_title_set_title (self->window_title, get_title (DS_PAGE (self)));

  listing = g_new0 (Listing, 1);
  listing->bucket = bucket;
  g_set_object (&listing->shift, ds_store_get_shift (ds_session_get_store (session)));
  filter = gtk_custom_filter_new (belongs, listing, listing_free);
  self->listed = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (ds_session_get_route (session))),
                                            GTK_FILTER (filter));
  gtk_filter_list_model_set_incremental (self->listed, TRUE);
  selection = gtk_no_selection_new (G_LIST_MODEL (self->listed));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  return self;
}
