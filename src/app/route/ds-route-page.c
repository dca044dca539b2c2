/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route-page.h"

#include "ds-clock.h"
#include "ds-connection-chip.h"
#include "ds-format.h"
#include "ds-load.h"
#include "ds-preferences.h"
#include "ds-pull-box.h"
#include "ds-state-label.h"
#include "ds-stop-filter.h"
#include "ds-stop-row.h"
#include "ds-window.h"

#include <glib/gi18n.h>

#define ROWS_A_FRAME 8
/* A list view makes no more rows than this, however long the list. */
#define MAX_ROWS 208
/* What a search finds is put away with the next letter: it gets no more rows than are looked at, and as many again when
 * they are scrolled past. */
#define FOUND_ROWS 24

struct _DsRoutePage
{
  GtkBox parent;

  DsSession *session;
  GSettings *preferences; /* (nullable) */
  GSimpleAction *order;
  DsStopIndex *index;
  DsStopFilter *filter;
  GtkFilterListModel *listed; /* owned by the next */
  guint n_found_rows;         /* rows for what a search finds, so far */
  gboolean growing;
  GtkSliceListModel *shown; /* owned by the list view's selection model */

  DsConnectionChip *chip;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkWidget *summary;
  GtkWidget *totals;
  GtkLabel *due;
  GtkLabel *collected;
  GtkProgressBar *progress;
  GtkLabel *done;
  GtkLabel *to_go;
  GtkToggleButton *to_do_chip;
  GtkToggleButton *to_collect_chip;
  GtkToggleButton *done_chip;
  GtkToggleButton *problems_chip;
  GtkWidget *strips;
  GtkWidget *load;
  GtkLabel *load_text;
  GtkWidget *next;
  GtkLabel *next_title;
  DsStateLabel *next_reason;
  DsPullBox *pull;
  GtkStack *stack;
  GtkListView *list;
  GtkLabel *empty_title;
  GtkLabel *empty_text;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsRoutePage,
                               ds_route_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static gboolean
is_searching (DsRoutePage *self)
{
  return *gtk_editable_get_text (GTK_EDITABLE (self->search_entry)) != '\0';
}

static DsStopsKind
get_kind (DsRoutePage *self)
{
  if (gtk_toggle_button_get_active (self->to_collect_chip))
    return DS_STOPS_TO_COLLECT;
  if (gtk_toggle_button_get_active (self->done_chip))
    return DS_STOPS_DONE;
  if (gtk_toggle_button_get_active (self->problems_chip))
    return DS_STOPS_PROBLEMS;
  return DS_STOPS_TO_DO;
}

static void
explain_empty (DsRoutePage *self)
{
  const char *title = _ ("Nothing here");
  const char *text = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (ds_session_get_route (self->session))) == 0)
    {
      title = _ ("No stops yet");
      text = _ ("The depot sends the route as soon as the handheld is online.");
    }
  else if (is_searching (self))
    {
      title = _ ("Nothing found");
      text = _ ("Try a name, an address, a waybill or the end of a phone number.");
    }
  else
    {
      switch (get_kind (self))
        {
        case DS_STOPS_TO_DO:
          title = _ ("All stops done");
          text = _ ("Close the shift when you are back at the depot.");
          break;
        case DS_STOPS_TO_COLLECT:
          text = _ ("No money is left to collect.");
          break;
        case DS_STOPS_DONE:
          text = _ ("Stops appear here when they are done.");
          break;
        case DS_STOPS_PROBLEMS:
        default:
          text = _ ("No stop has a problem.");
          break;
        }
    }
  gtk_label_set_text (self->empty_title, title);
  gtk_label_set_text (self->empty_text, text);
}

/* The list view makes rows for two hundred stops at once, whatever fits on the screen; that takes as long as the whole
 * start. So the first frame gets a screenful, and each one after it a few more. */
static gboolean
show_more_rows (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  DsRoutePage *self = DS_ROUTE_PAGE (widget);
  guint n = gtk_slice_list_model_get_size (self->shown) + ROWS_A_FRAME;

  if (gtk_search_bar_get_search_mode (self->search_bar))
    n = MIN (n, self->n_found_rows);
  else if (n >= MAX_ROWS)
    n = G_MAXUINT;
  gtk_slice_list_model_set_size (self->shown, n);
  if (n != G_MAXUINT && (n < self->n_found_rows || !gtk_search_bar_get_search_mode (self->search_bar)))
    return G_SOURCE_CONTINUE;
  self->growing = FALSE;
  return G_SOURCE_REMOVE;
}

static void
grow (DsRoutePage *self)
{
  if (self->growing)
    return;
  self->growing = TRUE;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), show_more_rows, NULL, NULL);
}

/* Near the end of the rows that were made for a search. */
static void
list_scrolled (GtkAdjustment *adjustment, DsRoutePage *self)
{
  double left = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_value (adjustment);

  if (!gtk_search_bar_get_search_mode (self->search_bar) || self->growing
      || left > 3 * gtk_adjustment_get_page_size (adjustment)
      || self->n_found_rows >= g_list_model_get_n_items (G_LIST_MODEL (self->listed)))
    return;
  self->n_found_rows += FOUND_ROWS;
  grow (self);
}

static void
show_list_or_words (DsRoutePage *self)
{
  if (!ds_route_get_loaded (ds_session_get_route (self->session)))
    {
      gtk_stack_set_visible_child_name (self->stack, "loading");
      return;
    }
  if (g_list_model_get_n_items (G_LIST_MODEL (self->listed)) > 0)
    {
      gtk_stack_set_visible_child_name (self->stack, "list");
      if (gtk_slice_list_model_get_size (self->shown) == 0)
        {
          gtk_slice_list_model_set_size (self->shown, ROWS_A_FRAME);
          grow (self);
        }
      return;
    }
  explain_empty (self);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

/* Another list begins at its top, with a screenful. */
static void
begin_list (DsRoutePage *self)
{
  self->n_found_rows = FOUND_ROWS;
  gtk_slice_list_model_set_size (self->shown,
                                 MIN (gtk_slice_list_model_get_size (self->shown), ROWS_A_FRAME));
  grow (self);
}

static void
set_chip (GtkToggleButton *chip, const char *word, guint count)
{
  g_autofree char *text = g_strdup_printf ("%s %u", word, count);

  gtk_button_set_label (GTK_BUTTON (chip), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chip), GTK_ACCESSIBLE_PROPERTY_LABEL, word, -1);
}

/* One strip at most: what is loaded comes before where to go. */
static void
show_strips (DsRoutePage *self)
{
  DsRoute *route = ds_session_get_route (self->session);
  DsShift *shift = ds_session_get_open_shift (self->session);
  DsLoad load = { 0 };
  DsNextStop next;

  if (shift != NULL)
    ds_load_count (ds_route_get_stops (route), shift, &load);
  ds_route_get_next (route, &next);
  gtk_widget_set_visible (self->strips,
                          !is_searching (self) && (ds_load_is_due (&load) || next.stop != NULL));
  gtk_widget_set_visible (self->load, ds_load_is_due (&load));
  gtk_widget_set_visible (self->next, !ds_load_is_due (&load) && next.stop != NULL);
  if (ds_load_is_due (&load))
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("Check the load: %u of %u parcel", "Check the load: %u of %u parcels", load.n_parcels),
          load.n_loaded, load.n_parcels);

      gtk_label_set_text (self->load_text, text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->load), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
    }
  if (next.stop != NULL)
    {
      DsWords words;
      g_autofree char *reason
          = ds_words_for_next (&next, ds_clock_get_wall_ms (ds_session_get_clock (self->session)), &words);
      /* Translators: the stop to go to next, its number and address: "Next: 12 · Cuihu Court 6-2" */
      g_autofree char *title
          = g_strdup_printf (_ ("Next: %d · %s"), (int)next.stop->position, next.stop->address);
      g_autofree char *name = g_strdup_printf ("%s, %s", title, reason);

      gtk_label_set_text (self->next_title, title);
      ds_state_label_set (self->next_reason, &words);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->next), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    }
}

static void
next_clicked (DsRoutePage *self)
{
  const char *stop_id = ds_route_get_next_stop (ds_session_get_route (self->session));

  if (stop_id != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", stop_id);
}

static void
show_summary (DsRoutePage *self)
{
  DsRoute *route = ds_session_get_route (self->session);
  DsRouteCounts counts;
  DsShiftTotals totals;
  g_autofree char *due = NULL;
  g_autofree char *of_due = NULL;
  g_autofree char *done = NULL;
  g_autofree char *to_go = NULL;
  gint64 collected_fen;

  ds_route_get_counts (route, &counts);
  ds_route_get_totals (route, &totals);

  /* Offline acceptances stand apart until they are redeemed: they are not collected yet. */
  collected_fen = totals.paid_fen + totals.cash_fen;
  due = ds_format_money (totals.due_fen);
  /* Translators: beside the amount collected: "of ¥6,842.50" */
  of_due = g_strdup_printf (_ ("of %s"), due);
  done = g_strdup_printf (ngettext ("%u stop done", "%u stops done", counts.n_done), counts.n_done);
  to_go = g_strdup_printf (ngettext ("%u to go", "%u to go", counts.n_to_do), counts.n_to_do);

  ds_money_label_set (self->collected, collected_fen);
  gtk_label_set_text (self->due, of_due);
  gtk_label_set_text (self->done, done);
  gtk_label_set_text (self->to_go, to_go);
  gtk_progress_bar_set_fraction (self->progress, ds_format_ratio (collected_fen, totals.due_fen));

  set_chip (self->to_do_chip, _ ("To do"), counts.n_to_do);
  set_chip (self->to_collect_chip, C_ ("stops, filter", "Collect"), counts.n_to_collect);
  set_chip (self->done_chip, C_ ("stops, filter", "Done"), counts.n_done);
  set_chip (self->problems_chip, _ ("Issues"), counts.n_problems);
  show_strips (self);
  show_list_or_words (self);
}

static void
chip_toggled (GtkToggleButton *chip, DsRoutePage *self)
{
  if (!gtk_toggle_button_get_active (chip) || self->filter == NULL)
    return;

  begin_list (self);
  ds_stop_filter_set_kind (self->filter, get_kind (self));
  show_list_or_words (self);
  ds_page_say_moved (DS_PAGE (self));
}

static void
search_changed (GtkSearchEntry *entry, DsRoutePage *self)
{
  begin_list (self);
  ds_stop_filter_set_search (self->filter, gtk_editable_get_text (GTK_EDITABLE (entry)));
  /* A search looks through all stops: the totals and filters would only mislead, and the room is needed. */
  gtk_widget_set_visible (self->summary, !is_searching (self));
  show_strips (self);
  show_list_or_words (self);
}

/* While the first letters are typed the rest of what is needed to find stops is made. */
static void
search_began (DsRoutePage *self)
{
  if (gtk_search_bar_get_search_mode (self->search_bar))
    ds_stop_index_prepare (self->index);
  begin_list (self);
}

static void
row_setup (GtkSignalListItemFactory *factory, GtkListItem *item, DsRoutePage *self)
{
  gtk_list_item_set_child (item, GTK_WIDGET (ds_stop_row_new (self->session)));
}

static void
row_bind (GtkSignalListItemFactory *factory, GtkListItem *item, DsRoutePage *self)
{
  ds_stop_row_set_stop (DS_STOP_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, DsRoutePage *self)
{
  ds_stop_row_set_stop (DS_STOP_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
row_activated (GtkListView *list, guint position, DsRoutePage *self)
{
  g_autoptr (DsStop) stop = g_list_model_get_item (G_LIST_MODEL (self->listed), position);

  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", stop->id);
}

/* Held for a while: to be moved. */
static void
row_held (GtkGestureLongPress *gesture, double x, double y, DsRoutePage *self)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = picked != NULL ? gtk_widget_get_ancestor (picked, DS_TYPE_STOP_ROW) : NULL;
  DsStop *stop = row != NULL ? ds_stop_row_get_stop (DS_STOP_ROW (row)) : NULL;

  if (stop == NULL)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.arrange", "s", stop->id);
}

static void
pulled (DsRoutePage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.sync", NULL);
}

/* The order of the stops */

static const char *const order_names[] = { "own", "planned", "window" };

static void
order_changed (DsRoutePage *self)
{
  DsRouteOrder order = ds_route_get_order (ds_session_get_route (self->session));

  g_simple_action_set_state (self->order, g_variant_new_string (order_names[order]));
  if (self->preferences != NULL)
    g_settings_set_string (self->preferences, "route-order", order_names[order]);
}

static void
choose_order (DsRoutePage *self, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (order_names); i++)
    {
      if (g_str_equal (name, order_names[i]))
        {
          begin_list (self);
          ds_route_set_order (ds_session_get_route (self->session), (DsRouteOrder)i);
        }
    }
}

static void
order_activated (DsRoutePage *self, GVariant *parameter)
{
  choose_order (self, g_variant_get_string (parameter, NULL));
}

static void
prepare_order (DsRoutePage *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  self->order = g_simple_action_new_stateful ("order", G_VARIANT_TYPE_STRING,
                                              g_variant_new_string (order_names[DS_ROUTE_OWN]));
  g_signal_connect_object (self->order, "activate", G_CALLBACK (order_activated), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (self->order));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "route", G_ACTION_GROUP (group));
  self->preferences = ds_preferences_new ();
  if (self->preferences != NULL)
    {
      g_autofree char *name = g_settings_get_string (self->preferences, "route-order");

      choose_order (self, name);
    }
  g_signal_connect_object (ds_session_get_route (self->session), "notify::order", G_CALLBACK (order_changed),
                           self, G_CONNECT_SWAPPED);
  order_changed (self);
}

static const char *
get_title (DsPage *page)
{
  return _ ("Route");
}

static gboolean
can_leave (DsPage *page)
{
  DsRoutePage *self = DS_ROUTE_PAGE (page);

  if (!gtk_search_bar_get_search_mode (self->search_bar))
    return TRUE;
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  return FALSE;
}

static const char *const kind_names[] = {
  [DS_STOPS_TO_DO] = "to-do",
  [DS_STOPS_TO_COLLECT] = "to-collect",
  [DS_STOPS_DONE] = "done",
  [DS_STOPS_PROBLEMS] = "problems",
};

/* What was searched for may be somebody's name, and is nobody else's business. */
static void
describe (DsPage *page, DsTrailPlace *place)
{
  DsStopsKind kind = get_kind (DS_ROUTE_PAGE (page));

  place->detail = kind != DS_STOPS_TO_DO ? g_strdup (kind_names[kind]) : NULL;
}

static void
restore (DsPage *page, const DsTrailPlace *place)
{
  DsRoutePage *self = DS_ROUTE_PAGE (page);
  GtkToggleButton *const chips[] = {
    [DS_STOPS_TO_DO] = self->to_do_chip,
    [DS_STOPS_TO_COLLECT] = self->to_collect_chip,
    [DS_STOPS_DONE] = self->done_chip,
    [DS_STOPS_PROBLEMS] = self->problems_chip,
  };

  for (guint i = 0; i < G_N_ELEMENTS (chips); i++)
    {
      if (g_strcmp0 (place->detail, kind_names[i]) == 0)
        gtk_toggle_button_set_active (chips[i], TRUE);
    }
}

static GtkWidget *
get_first (DsPage *page)
{
  return GTK_WIDGET (DS_ROUTE_PAGE (page)->list);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
  iface->restore = restore;
  iface->can_leave = can_leave;
  iface->get_first = get_first;
}

static void
ds_route_page_dispose (GObject *object)
{
  DsRoutePage *self = DS_ROUTE_PAGE (object);

  g_clear_object (&self->filter);
  g_clear_object (&self->index);
  g_clear_object (&self->order);
  g_clear_object (&self->preferences);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_ROUTE_PAGE);

  G_OBJECT_CLASS (ds_route_page_parent_class)->dispose (object);
}

/* Held sideways there is room for the stops, or for the totals, which the shift's page has too. */
static void
ds_route_page_root (GtkWidget *widget)
{
  GtkRoot *root;

  GTK_WIDGET_CLASS (ds_route_page_parent_class)->root (widget);
  root = gtk_widget_get_root (widget);
  if (DS_IS_WINDOW (root))
    g_object_bind_property (root, "short", DS_ROUTE_PAGE (widget)->totals, "visible",
                            G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
}

static void
ds_route_page_class_init (DsRoutePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_route_page_dispose;
  widget_class->root = ds_route_page_root;

  g_type_ensure (DS_TYPE_CONNECTION_CHIP);
  g_type_ensure (DS_TYPE_PULL_BOX);
  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-route-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, summary);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, totals);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, due);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, collected);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, progress);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, done);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, to_go);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, to_do_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, to_collect_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, done_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, problems_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, strips);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, load);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, load_text);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, next);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, next_title);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, next_reason);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, pull);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, list);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, empty_title);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, empty_text);
  gtk_widget_class_bind_template_callback (widget_class, chip_toggled);
  gtk_widget_class_bind_template_callback (widget_class, search_changed);
  gtk_widget_class_bind_template_callback (widget_class, row_setup);
  gtk_widget_class_bind_template_callback (widget_class, row_bind);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, row_activated);
  gtk_widget_class_bind_template_callback (widget_class, row_held);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked);
  gtk_widget_class_bind_template_callback (widget_class, pulled);
}

static void
ds_route_page_init (DsRoutePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
}

DsRoutePage *
ds_route_page_new (DsSession *session)
{
  DsRoutePage *self;
  DsRoute *route;
  g_autoptr (GtkNoSelection) selection = NULL;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_ROUTE_PAGE, NULL);
  self->session = g_object_ref (session);
  route = ds_session_get_route (session);

  self->index = ds_stop_index_new (route);
  self->filter = ds_stop_filter_new (self->index);
  self->listed = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (route)),
                                            g_object_ref (GTK_FILTER (self->filter)));
  self->shown = gtk_slice_list_model_new (G_LIST_MODEL (self->listed), 0, 0);
  selection = gtk_no_selection_new (G_LIST_MODEL (self->shown));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  /* After the slice has heard of it, whose size may be changed then. */
  g_signal_connect_object (self->listed, "items-changed", G_CALLBACK (show_list_or_words), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list)), "value-changed",
                           G_CALLBACK (list_scrolled), self, 0);
  ds_pull_box_set_adjustment (self->pull, gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list)));

  ds_connection_chip_set_session (self->chip, session);
  prepare_order (self);
  g_signal_connect_object (session, "tick", G_CALLBACK (show_strips), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (route, "notify::next-stop", G_CALLBACK (show_strips), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notify::shift", G_CALLBACK (show_strips), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled", G_CALLBACK (search_began), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (route, "summary-changed", G_CALLBACK (show_summary), self, G_CONNECT_SWAPPED);
  show_summary (self);
  return self;
}

void
ds_route_page_start_search (DsRoutePage *self)
{
  g_return_if_fail (DS_IS_ROUTE_PAGE (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}
