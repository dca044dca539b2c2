/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-load-page.h"

#include "ds-format.h"
#include "ds-load.h"
#include "ds-navigator.h"
#include "ds-preferences.h"
#include "ds-state-label.h"
#include "ds-viewfinder.h"
#include "ds-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Longer texts are no waybill, and would fill the screen. */
#define MAX_STRANGER 40

struct _DsLoadPage
{
  GtkBox parent;

  DsSession *session;
  GtkCustomFilter *missing; /* owned by the list's model */
  GCancellable *cancellable;
  GPtrArray *strangers;    /* (element-type utf8): parcels of no stop here, as scanned */
  GHashTable *being_saved; /* (element-type utf8): waybills on their way into the journal */
  char *seen;              /* (nullable): what the camera read last: it reads it again in the next frame */

  GtkToggleButton *camera;
  GtkLabel *count;
  GtkProgressBar *progress;
  DsStateLabel *state;
  GtkLabel *answer;
  DsViewfinder *viewfinder;
  GtkLabel *missing_heading;
  GtkStack *stack;
  GtkListView *list;
  GtkLabel *strangers_label;
  GtkButton *finish;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsLoadPage,
                               ds_load_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static void
say (DsLoadPage *self, const DsWords *words, const char *text)
{
  ds_state_label_set (self->state, words);
  gtk_label_set_text (self->answer, text);
}

static GStrv
list_strangers (DsLoadPage *self)
{
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (guint i = 0; i < self->strangers->len; i++)
    g_strv_builder_add (list, g_ptr_array_index (self->strangers, i));
  return g_strv_builder_end (list);
}

static void
show_strangers (DsLoadPage *self)
{
  g_auto (GStrv) strangers = list_strangers (self);
  g_autofree char *list = g_strjoinv (", ", strangers);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->strangers_label), self->strangers->len > 0);
  text = g_strdup_printf (_ ("Put aside, not on this route: %s"), list);
  gtk_label_set_text (self->strangers_label, text);
}

static void
show (DsLoadPage *self)
{
  DsShift *shift = ds_session_get_open_shift (self->session);
  DsLoad load = { 0 };
  g_autofree char *count = NULL;
  g_autofree char *heading = NULL;
  g_autofree char *finish = NULL;
  guint n_missing;

  if (shift != NULL)
    ds_load_count (ds_route_get_stops (ds_session_get_route (self->session)), shift, &load);
  n_missing = load.n_parcels - load.n_loaded;
  count
      = g_strdup_printf (ngettext ("%u of %u parcel is there", "%u of %u parcels are there", load.n_parcels),
                         load.n_loaded, load.n_parcels);
  heading = g_strdup_printf (ngettext ("%u not scanned yet", "%u not scanned yet", n_missing), n_missing);
  finish = n_missing > 0 ? g_strdup_printf (
               ngettext ("Set out, %u is missing", "Set out, %u are missing", n_missing), n_missing)
                         : g_strdup (_ ("Set out, all are there"));
  gtk_label_set_text (self->count, count);
  gtk_progress_bar_set_fraction (self->progress,
                                 load.n_parcels > 0 ? (double)load.n_loaded / load.n_parcels : 0);
  gtk_label_set_text (self->missing_heading, heading);
  gtk_widget_set_visible (GTK_WIDGET (self->missing_heading), n_missing > 0);
  gtk_stack_set_visible_child_name (self->stack, n_missing > 0 ? "missing" : "complete");
  gtk_button_set_label (self->finish, finish);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->finish), GTK_ACCESSIBLE_PROPERTY_LABEL, finish, -1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->finish), shift != NULL);
  show_strangers (self);
}

static gboolean
misses_parcel (gpointer item, gpointer user_data)
{
  DsLoadPage *self = user_data;
  DsStop *stop = item;
  DsShift *shift = self->session != NULL ? ds_session_get_open_shift (self->session) : NULL;

  for (guint i = 0; shift != NULL && i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (ds_load_wants (stop, parcel) && !ds_load_has (parcel, shift))
        return TRUE;
    }
  return FALSE;
}

/* Scanning */

typedef struct
{
  DsLoadPage *page;
  DsStop *stop;
  char *waybill;
} Loading;

static void
loading_free (Loading *self)
{
  g_object_unref (self->page);
  g_object_unref (self->stop);
  g_free (self->waybill);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loading, loading_free)

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Loading) loading = user_data;
  DsLoadPage *self = loading->page;
  g_autoptr (GError) error = NULL;
  const DsWords good = { "ds-paid-symbolic", _ ("Loaded"), "paid" };
  const DsWords bad = { "ds-failed-symbolic", _ ("It could not be saved"), "failed" };
  g_autofree char *text
      = g_strdup_printf (_ ("Stop %d · %s"), (int)loading->stop->position, loading->stop->address);

  gboolean done = ds_door_load_parcel_finish (DS_DOOR (source), result, &error);

  g_hash_table_remove (self->being_saved, loading->waybill);
  if (self->session == NULL)
    return; /* the page was left meanwhile */
  if (done)
    say (self, &good, text);
  else
    say (self, &bad, error->message);
}

static void
take_stranger (DsLoadPage *self, const char *text)
{
  const DsWords words = { "ds-failed-symbolic", _ ("Not on this route"), "failed" };
  g_autofree char *clean = g_utf8_make_valid (text, -1);
  g_autofree char *cut = g_utf8_substring (clean, 0, MIN (g_utf8_strlen (clean, -1), MAX_STRANGER));
  g_autofree char *answer = NULL;

  if (!g_ptr_array_find_with_equal_func (self->strangers, cut, g_str_equal, NULL))
    g_ptr_array_add (self->strangers, g_strdup (cut));
  answer = g_strdup_printf (_ ("Put %s aside and ask at the depot."), cut);
  say (self, &words, answer);
  show_strangers (self);
}

static void
take_parcel (DsLoadPage *self, DsStop *stop, const DsParcel *parcel, DsShift *shift)
{
  Loading *loading;
  const char *title = NULL;
  DsWords words = { "dialog-warning-symbolic", NULL, "accepted" };
  g_autofree char *text = g_strdup_printf (_ ("Stop %d · %s"), (int)stop->position, stop->address);

  if (stop->removed_reason != NULL)
    {
      words = (DsWords){ "ds-failed-symbolic", NULL, "failed" };
      title = _ ("Taken off the route: leave it here");
    }
  else if (ds_load_has (parcel, shift) || g_hash_table_contains (self->being_saved, parcel->waybill))
    title = _ ("Scanned twice");
  else if (parcel->outcome != DS_OUTCOME_OPEN)
    title = _ ("Has been dealt with: leave it here");
  if (title != NULL)
    {
      words.text = title;
      say (self, &words, text);
      return;
    }

  loading = g_new0 (Loading, 1);
  loading->page = g_object_ref (self);
  loading->stop = g_object_ref (stop);
  loading->waybill = g_strdup (parcel->waybill);
  g_hash_table_add (self->being_saved, g_strdup (parcel->waybill));
  ds_door_load_parcel_async (ds_session_get_door (self->session), stop->id, parcel->waybill,
                             self->cancellable, did_load, loading);
}

static gboolean
handle_scan (DsPage *page, const char *scanned)
{
  DsLoadPage *self = DS_LOAD_PAGE (page);
  DsShift *shift = ds_session_get_open_shift (self->session);
  g_autofree char *text = g_strstrip (g_strdup (scanned));
  DsStop *stop = ds_route_find_waybill (ds_session_get_route (self->session), text);

  if (shift == NULL)
    ds_page_say (GTK_WIDGET (self), _ ("No shift is open. Open your shift, then check the load."));
  else if (stop == NULL)
    take_stranger (self, text);
  else
    take_parcel (self, stop, ds_stop_find_parcel (stop, text), shift);
  return TRUE;
}

static void
take_seen (DsLoadPage *self, const char *text)
{
  if (g_strcmp0 (self->seen, text) == 0)
    return;
  g_free (self->seen);
  self->seen = g_strdup (text);
  handle_scan (DS_PAGE (self), text);
}

static void
did_scan (DsLoadPage *self, const char *text)
{
  take_seen (self, text);
  ds_viewfinder_resume (self->viewfinder);
}

/* Of several labels in view those count that are of this route: whatever else lies there is nobody's question. */
static void
did_scan_several (DsLoadPage *self, char **texts)
{
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      if (ds_route_find_waybill (ds_session_get_route (self->session), texts[i]) != NULL)
        take_seen (self, texts[i]);
    }
  ds_viewfinder_resume (self->viewfinder);
}

static gboolean
is_waybill (const char *text, gpointer user_data)
{
  DsLoadPage *self = user_data;

  return ds_route_find_waybill (ds_session_get_route (self->session), text) != NULL;
}

/* The end */

static void
did_finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsLoadPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = ds_door_finish_load_finish (DS_DOOR (source), result, &error);
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  if (self->session == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->finish), TRUE);
  if (!done)
    ds_page_say (GTK_WIDGET (self), error->message);
  else if (navigator != NULL)
    ds_navigator_pop (navigator, DS_PAGE (self));
}

static void
finish_clicked (DsLoadPage *self)
{
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (self->session));
  DsShift *shift = ds_session_get_open_shift (self->session);
  g_auto (GStrv) missing = NULL;
  g_auto (GStrv) strangers = NULL;
  DsLoad load;

  if (shift == NULL)
    return;
  ds_load_count (stops, shift, &load);
  missing = ds_load_list_missing (stops, shift);
  strangers = list_strangers (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->finish), FALSE);
  ds_door_finish_load_async (ds_session_get_door (self->session), load.n_parcels,
                             (const char *const *)missing, (const char *const *)strangers, self->cancellable,
                             did_finish, g_object_ref (self));
}

/* The list */

static void
row_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), i == 0 ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_NONE);
      gtk_label_set_wrap (GTK_LABEL (label), i == 1);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_widget_add_css_class (label, i == 0 ? "address" : "dim-label");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_widget_add_css_class (box, "load-row");
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
row_bind (GtkSignalListItemFactory *factory, GtkListItem *item, DsLoadPage *self)
{
  DsStop *stop = gtk_list_item_get_item (item);
  DsShift *shift = ds_session_get_open_shift (self->session);
  GtkWidget *title = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  g_autofree char *text = g_strdup_printf ("%d · %s", (int)stop->position, stop->address);
  g_autofree char *name = ds_mask_name (stop->recipient);
  g_autoptr (GString) parcels = g_string_new (name);

  for (guint i = 0; shift != NULL && i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);
      g_autofree char *waybill = ds_format_waybill (parcel->waybill);

      if (ds_load_wants (stop, parcel) && !ds_load_has (parcel, shift))
        g_string_append_printf (parcels, "\n%s", waybill);
    }
  gtk_label_set_text (GTK_LABEL (title), text);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (title)), parcels->str);
}

static void
route_changed (DsLoadPage *self)
{
  gtk_filter_changed (GTK_FILTER (self->missing), GTK_FILTER_CHANGE_DIFFERENT);
  show (self);
}

static const char *
get_title (DsPage *page)
{
  return _ ("Check the load");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->handle_scan = handle_scan;
}

static void
ds_load_page_dispose (GObject *object)
{
  DsLoadPage *self = DS_LOAD_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_LOAD_PAGE);

  G_OBJECT_CLASS (ds_load_page_parent_class)->dispose (object);
}

static void
ds_load_page_finalize (GObject *object)
{
  DsLoadPage *self = DS_LOAD_PAGE (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->strangers);
  g_hash_table_unref (self->being_saved);
  g_free (self->seen);

  G_OBJECT_CLASS (ds_load_page_parent_class)->finalize (object);
}

static void
ds_load_page_class_init (DsLoadPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_load_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_load_page_finalize;

  g_type_ensure (DS_TYPE_STATE_LABEL);
  g_type_ensure (DS_TYPE_VIEWFINDER);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-load-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, camera);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, count);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, progress);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, state);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, answer);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, viewfinder);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, missing_heading);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, list);
  gtk_widget_class_bind_template_child_full (widget_class, "strangers", FALSE,
                                             G_STRUCT_OFFSET (DsLoadPage, strangers_label));
  gtk_widget_class_bind_template_child (widget_class, DsLoadPage, finish);
  gtk_widget_class_bind_template_callback (widget_class, did_scan);
  gtk_widget_class_bind_template_callback (widget_class, did_scan_several);
  gtk_widget_class_bind_template_callback (widget_class, finish_clicked);
  gtk_widget_class_bind_template_callback (widget_class, row_setup);
  gtk_widget_class_bind_template_callback (widget_class, row_bind);
}

static void
ds_load_page_init (DsLoadPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->strangers = g_ptr_array_new_with_free_func (g_free);
  self->being_saved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
prepare_camera (DsLoadPage *self)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();

  if (preferences != NULL)
    {
      g_autofree char *id = g_settings_get_string (preferences, "camera");
      g_autofree char *source = g_settings_get_string (preferences, "camera-source");

      ds_viewfinder_set_camera (self->viewfinder, id, source);
    }
  ds_viewfinder_set_wanted (self->viewfinder, DS_SCAN_WAYBILL);
  ds_viewfinder_set_waybills (self->viewfinder, is_waybill, self);
}

DsLoadPage *
ds_load_page_new (DsSession *session)
{
  const DsWords hint = { "ds-scan-symbolic", _ ("Scan each parcel as you load it"), "waiting" };
  DsLoadPage *self;
  DsRoute *route;
  g_autoptr (GtkNoSelection) selection = NULL;
  GtkFilterListModel *listed;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_LOAD_PAGE, NULL);
  self->session = g_object_ref (session);
  route = ds_session_get_route (session);
  self->missing = gtk_custom_filter_new (misses_parcel, self, NULL);
  listed = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (route)), GTK_FILTER (self->missing));
  selection = gtk_no_selection_new (G_LIST_MODEL (listed));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  prepare_camera (self);
  g_signal_connect_object (route, "summary-changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notify::shift", G_CALLBACK (route_changed), self,
                           G_CONNECT_SWAPPED);
  say (self, &hint, _ ("With the scan key, or with the camera."));
  show (self);
  return self;
}
