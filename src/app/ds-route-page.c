/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route-page.h"

#include "ds-connection-chip.h"
#include "ds-format.h"
#include "ds-stop-filter.h"
#include "ds-stop-row.h"

#include <glib/gi18n.h>

#define ROWS_A_FRAME 8
/* A list view makes no more rows than this, however long the list. */
#define MAX_ROWS 208

struct _DsRoutePage
{
  GtkBox parent;

  DsSession *session;
  DsStopFilter *filter;
  GtkFilterListModel *listed; /* owned by the next */
  GtkSliceListModel *shown;   /* owned by the list view's selection model */

  DsConnectionChip *chip;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkWidget *summary;
  GtkLabel *due;
  GtkLabel *collected;
  GtkProgressBar *progress;
  GtkLabel *done;
  GtkLabel *to_go;
  GtkToggleButton *to_do_chip;
  GtkToggleButton *to_collect_chip;
  GtkToggleButton *done_chip;
  GtkToggleButton *problems_chip;
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

  gtk_slice_list_model_set_size (self->shown, n < MAX_ROWS ? n : G_MAXUINT);
  return n < MAX_ROWS ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
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
          gtk_widget_add_tick_callback (GTK_WIDGET (self), show_more_rows, NULL, NULL);
        }
      return;
    }
  explain_empty (self);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

static void
set_chip (GtkToggleButton *chip, const char *word, guint count)
{
  g_autofree char *text = g_strdup_printf ("%s %u", word, count);

  gtk_button_set_label (GTK_BUTTON (chip), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chip), GTK_ACCESSIBLE_PROPERTY_LABEL, word, -1);
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
  show_list_or_words (self);
}

static void
chip_toggled (GtkToggleButton *chip, DsRoutePage *self)
{
  if (!gtk_toggle_button_get_active (chip) || self->filter == NULL)
    return;

  ds_stop_filter_set_kind (self->filter, get_kind (self));
  show_list_or_words (self);
}

static void
search_changed (GtkSearchEntry *entry, DsRoutePage *self)
{
  ds_stop_filter_set_search (self->filter, gtk_editable_get_text (GTK_EDITABLE (entry)));
  /* A search looks through all stops: the totals and filters would only mislead, and the room is needed. */
  gtk_widget_set_visible (self->summary, !is_searching (self));
  show_list_or_words (self);
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

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->can_leave = can_leave;
}

static void
ds_route_page_dispose (GObject *object)
{
  DsRoutePage *self = DS_ROUTE_PAGE (object);

  g_clear_object (&self->filter);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_ROUTE_PAGE);

  G_OBJECT_CLASS (ds_route_page_parent_class)->dispose (object);
}

static void
ds_route_page_class_init (DsRoutePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_route_page_dispose;

  g_type_ensure (DS_TYPE_CONNECTION_CHIP);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-route-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, summary);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, due);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, collected);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, progress);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, done);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, to_go);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, to_do_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, to_collect_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, done_chip);
  gtk_widget_class_bind_template_child (widget_class, DsRoutePage, problems_chip);
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

  self->filter = ds_stop_filter_new ();
  self->listed = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (route)),
                                            g_object_ref (GTK_FILTER (self->filter)));
  gtk_filter_list_model_set_incremental (self->listed, TRUE);
  self->shown = gtk_slice_list_model_new (G_LIST_MODEL (self->listed), 0, 0);
  selection = gtk_no_selection_new (G_LIST_MODEL (self->shown));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  /* After the slice has heard of it, whose size may be changed then. */
  g_signal_connect_object (self->listed, "items-changed", G_CALLBACK (show_list_or_words), self,
                           G_CONNECT_SWAPPED);

  ds_connection_chip_set_session (self->chip, session);
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
