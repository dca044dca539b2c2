/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop-page.h"

#include "ds-cash-back.h"
#include "ds-clock.h"
#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-navigator.h"
#include "ds-outcome-page.h"
#include "ds-own-note.h"
#include "ds-parcel-row.h"
#include "ds-proof-page.h"
#include "ds-receipt-page.h"
#include "ds-state-label.h"
#include "ds-stop-history.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* What the one main button does, as the stop stands. */
typedef enum
{
  MAIN_NOTHING,
  MAIN_COLLECT,
  MAIN_CHECK,
  MAIN_HAND_OVER,
  MAIN_NEXT_STOP,
} MainAction;

struct _DsStopPage
{
  GtkBox parent;

  DsSession *session;
  char *stop_id;
  DsStop *stop;
  GCancellable *cancellable;
  MainAction main_action;
  char *title;

  AdwWindowTitle *window_title;
  GtkLabel *address;
  GtkLabel *place;
  DsStateLabel *state;
  DsInfoRow *recipient;
  GtkWidget *call;
  GtkWidget *navigate;
  DsInfoRow *time_window;
  DsInfoRow *note;
  DsInfoRow *own_note;
  GtkLabel *n_parcels;
  GtkLabel *n_checked;
  GtkListBox *parcels;
  GtkWidget *history_heading;
  GtkListBox *history;
  GtkListBox *proofs;
  GtkLabel *open_heading;
  GtkLabel *open_detail;
  GtkLabel *open_amount;
  GtkButton *give_back;
  GtkButton *main_button;
  GtkWidget *another_way;
  GtkWidget *outcomes;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsStopPage,
                               ds_stop_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static gboolean
has_open_parcel (DsStop *stop)
{
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      if (((DsParcel *)g_ptr_array_index (stop->parcels, i))->outcome == DS_OUTCOME_OPEN)
        return TRUE;
    }
  return FALSE;
}

/* The newest payment whose result is not known. */
static DsPayment *
find_unknown_payment (DsStop *stop)
{
  for (guint i = stop->payments->len; i > 0; i--)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i - 1);

      if (!payment->superseded
          && (payment->state == DS_PAYMENT_UNKNOWN || payment->state == DS_PAYMENT_CLAIMED))
        return payment;
    }
  return NULL;
}

static MainAction
choose_main_action (DsStopPage *self)
{
  DsDebt debt;

  ds_stop_get_debt (self->stop, &debt);
  if (self->stop->removed_reason != NULL)
    return MAIN_NOTHING;
  if (debt.open_fen > 0)
    /* It may be paid already: asking comes before collecting again. */
    return find_unknown_payment (self->stop) != NULL ? MAIN_CHECK : MAIN_COLLECT;
  if (has_open_parcel (self->stop))
    return MAIN_HAND_OVER;
  return ds_route_get_next_stop (ds_session_get_route (self->session)) != NULL ? MAIN_NEXT_STOP
                                                                               : MAIN_NOTHING;
}

static const char *
get_main_label (MainAction action)
{
  switch (action)
    {
    case MAIN_COLLECT:
      return _ ("Collect");
    case MAIN_CHECK:
      return _ ("Check now");
    case MAIN_HAND_OVER:
      return _ ("Hand over");
    case MAIN_NEXT_STOP:
      return _ ("Next stop");
    case MAIN_NOTHING:
    default:
      return "";
    }
}

static gboolean
is_being_given_back (DsStop *stop)
{
  for (guint i = 0; i < stop->payments->len; i++)
    {
      if (((DsPayment *)g_ptr_array_index (stop->payments, i))->refunding_fen > 0)
        return TRUE;
    }
  return FALSE;
}

static void
set_label (GtkButton *button, const char *label)
{
  gtk_button_set_label (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show_foot (DsStopPage *self)
{
  DsDebt debt;
  g_autofree char *due = NULL;
  g_autofree char *covered = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *back = NULL;
  const char *label;

  ds_stop_get_debt (self->stop, &debt);
  due = ds_format_yuan (debt.due_fen);
  covered = ds_format_yuan (debt.covered_fen);
  /* Translators: what a stop owes, and what was taken; two short lines */
  detail = debt.covered_fen > 0 ? g_strdup_printf (_ ("Due %s\nCollected %s"), due, covered)
                                : g_strdup_printf (_ ("Due %s"), due);
  gtk_label_set_text (self->open_heading, debt.over_fen == 0                   ? _ ("Still to collect")
                                          : self->stop->removed_reason != NULL ? _ ("The depot decides")
                                          : is_being_given_back (self->stop)   ? _ ("Being given back")
                                                                               : _ ("To give back"));
  gtk_label_set_text (self->open_detail, detail);
  ds_money_label_set (self->open_amount, debt.over_fen > 0 ? debt.over_fen : debt.open_fen);

  back = ds_cash_back_describe (self->stop);
  set_label (self->give_back, back != NULL ? back : "");
  gtk_widget_set_visible (GTK_WIDGET (self->give_back), back != NULL);

  self->main_action = choose_main_action (self);
  label = get_main_label (self->main_action);
  set_label (self->main_button, label);
  gtk_widget_set_visible (GTK_WIDGET (self->main_button), self->main_action != MAIN_NOTHING);
  gtk_widget_set_visible (self->another_way, self->main_action == MAIN_CHECK);
  gtk_widget_set_visible (self->outcomes, self->main_action != MAIN_CHECK && has_open_parcel (self->stop)
                                              && self->stop->removed_reason == NULL);
}

static void
show_window (DsStopPage *self)
{
  DsStop *stop = self->stop;
  gint64 now_ms = ds_clock_get_wall_ms (ds_session_get_clock (self->session));
  g_autofree char *window = ds_format_window (stop->window_from_ms, stop->window_to_ms);
  g_autofree char *left = NULL;

  if (!ds_stop_status_is_done (ds_stop_get_status (stop)))
    left = ds_format_window_left (stop->window_from_ms, stop->window_to_ms, now_ms);
  ds_info_row_set_title (self->time_window, window);
  ds_info_row_set_value (self->time_window, left);
  if (left != NULL && stop->window_to_ms < now_ms)
    gtk_widget_add_css_class (GTK_WIDGET (self->time_window), "late-value");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->time_window), "late-value");
}

static void
clear (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

static void
show_parcels (DsStopPage *self)
{
  guint n = self->stop->parcels->len;
  g_autofree char *n_parcels = g_strdup_printf (ngettext ("%u parcel", "%u parcels", n), n);
  g_autofree char *n_checked = NULL;
  guint checked = 0;

  clear (self->parcels);
  for (guint i = 0; i < n; i++)
    {
      DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);
      gboolean is_checked = ds_session_is_parcel_checked (self->session, parcel->waybill);

      checked += is_checked;
      gtk_list_box_append (self->parcels, GTK_WIDGET (ds_parcel_row_new (parcel, is_checked)));
    }
  n_checked = g_strdup_printf (ngettext ("%u checked", "%u checked", checked), checked);
  gtk_label_set_text (self->n_parcels, n_parcels);
  gtk_label_set_text (self->n_checked, n_checked);
}

static void
show_history (DsStopPage *self)
{
  guint n = ds_stop_history_fill (self->history, self->stop, ds_session_get_digest (self->session));

  gtk_widget_set_visible (self->history_heading, n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->history), n > 0);
}

static void
show_proofs (DsStopPage *self)
{
  GPtrArray *proofs = self->stop->proofs;
  DsInfoRow *add
      = ds_info_row_new ("list-add-symbolic", _ ("Add a proof"), _ ("Signature, photo, pickup code or name"));

  clear (self->proofs);
  for (guint i = 0; i < proofs->len; i++)
    {
      const DsProof *proof = g_ptr_array_index (proofs, i);
      DsWords words = ds_words_for_proof (proof->kind);
      g_autofree char *clock = ds_format_clock (proof->at_ms);
      g_autofree char *line = g_strdup_printf ("%s · %s", clock, ds_words_for_blob (proof->blob));
      DsInfoRow *row = ds_info_row_new (NULL, NULL, line);

      if (proof->blob == DS_BLOB_LOST || proof->blob == DS_BLOB_REFUSED)
        words.css_class = "failed";
      ds_info_row_set_words (row, &words);
      if (proof->checked)
        ds_info_row_set_value (row, _ ("checked"));
      gtk_list_box_append (self->proofs, GTK_WIDGET (row));
    }
  g_object_set (add, "leads", TRUE, NULL);
  gtk_list_box_append (self->proofs, GTK_WIDGET (add));
}

static void
event_activated (DsStopPage *self, GtkListBoxRow *row)
{
  DsPayment *payment = ds_stop_history_get_payment (self->stop, ds_session_get_digest (self->session),
                                                    (guint)gtk_list_box_row_get_index (row));

  if (payment != NULL)
    ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                       DS_PAGE (ds_receipt_page_new (self->session, payment)));
}

/* Of the card with the address, only the courier's own note leads anywhere. */
static void
detail_activated (DsStopPage *self, GtkListBoxRow *row)
{
  if (row == GTK_LIST_BOX_ROW (self->own_note))
    ds_own_note_ask (GTK_WIDGET (self), self->session, self->stop);
}

/* Only the last row, which adds one, leads anywhere. */
static void
proof_activated (DsStopPage *self)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                     DS_PAGE (ds_proof_page_new (self->session, self->stop_id)));
}

static void
show (DsStopPage *self)
{
  DsStop *stop = self->stop;
  guint n_stops = g_list_model_get_n_items (G_LIST_MODEL (ds_session_get_route (self->session)));
  g_autofree char *of = g_strdup_printf (ngettext ("of %u stop", "of %u stops", n_stops), n_stops);
  g_autofree char *name = ds_mask_name (stop->recipient);
  g_autofree char *phone = ds_mask_phone (stop->phone);
  DsWords words = ds_words_for_stop (stop);

  g_free (self->title);
  /* Translators: a stop by its number in the route: "Stop 15" */
  self->title = g_strdup_printf (_ ("Stop %d"), (int)stop->position);
  adw_window_title_set_title (self->window_title, self->title);
  adw_window_title_set_subtitle (self->window_title, of);

  gtk_label_set_text (self->address, stop->address);
  gtk_label_set_text (self->place, stop->place != NULL ? stop->place : "");
  gtk_widget_set_visible (GTK_WIDGET (self->place), stop->place != NULL && *stop->place != '\0');
  ds_state_label_set (self->state, &words);
  ds_info_row_set_title (self->recipient, name);
  ds_info_row_set_subtitle (self->recipient, phone);
  gtk_widget_set_visible (self->call, stop->phone != NULL && *stop->phone != '\0');
  gtk_widget_set_visible (self->navigate, stop->lat_e6 != 0 || stop->lng_e6 != 0);
  gtk_widget_set_visible (GTK_WIDGET (self->note), stop->note != NULL && *stop->note != '\0');
  ds_info_row_set_title (self->note, stop->note);
  ds_info_row_set_title (self->own_note, stop->own_note != NULL ? stop->own_note : _ ("Write a note"));
  ds_info_row_set_subtitle (self->own_note, stop->own_note != NULL ? _ ("Your note") : NULL);

  show_window (self);
  show_parcels (self);
  show_history (self);
  show_proofs (self);
  show_foot (self);
}

/* The route changed somewhere; this page is only about its own stop, and about which one comes next. */
static void
route_changed (DsStopPage *self)
{
  DsStop *stop = ds_route_find (ds_session_get_route (self->session), self->stop_id);

  if (stop == NULL)
    return;
  if (g_set_object (&self->stop, stop))
    show (self);
  else
    show_foot (self);
}

static void
did_change (DsStopPage *self, DsStop *stop, const GError *error)
{
  if (stop != NULL)
    return; /* the route tells what changed */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

static void
did_hand_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsStopPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_set_outcome_finish (DS_DOOR (source), result, &error);

  gtk_widget_set_sensitive (GTK_WIDGET (self->main_button), TRUE);
  did_change (self, stop, error);
}

static void
hand_over (DsStopPage *self)
{
  g_autoptr (GStrvBuilder) waybills = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < self->stop->parcels->len; i++)
    {
      DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_OPEN)
        g_strv_builder_add (waybills, parcel->waybill);
    }
  list = g_strv_builder_end (waybills);
  gtk_widget_set_sensitive (GTK_WIDGET (self->main_button), FALSE);
  ds_door_set_outcome_async (ds_session_get_door (self->session), self->stop_id, (const char *const *)list,
                             DS_OUTCOME_DELIVERED, NULL, self->cancellable, did_hand_over,
                             g_object_ref (self));
}

static void
did_query (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsStopPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_query_finish (DS_DOOR (source), result, &error);

  gtk_widget_set_sensitive (GTK_WIDGET (self->main_button), TRUE);
  if (stop != NULL)
    ds_page_say (GTK_WIDGET (self), ds_door_get_online (DS_DOOR (source))
                                        ? _ ("Asked. The answer shows here by itself.")
                                        : _ ("Noted. It is asked as soon as the handheld is online."));
  did_change (self, stop, error);
}

static void
check_now (DsStopPage *self)
{
  DsPayment *payment = find_unknown_payment (self->stop);

  gtk_widget_set_sensitive (GTK_WIDGET (self->main_button), FALSE);
  ds_door_query_async (ds_session_get_door (self->session), payment->id, self->cancellable, did_query,
                       g_object_ref (self));
}

static void
main_clicked (DsStopPage *self)
{
  switch (self->main_action)
    {
    case MAIN_COLLECT:
      gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", self->stop_id);
      break;
    case MAIN_CHECK:
      check_now (self);
      break;
    case MAIN_HAND_OVER:
      hand_over (self);
      break;
    case MAIN_NEXT_STOP:
      gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s",
                                  ds_route_get_next_stop (ds_session_get_route (self->session)));
      break;
    case MAIN_NOTHING:
    default:
      break;
    }
}

static void
give_back_clicked (DsStopPage *self)
{
  ds_cash_back_ask (GTK_WIDGET (self), self->session, self->stop);
}

static void
another_way_clicked (DsStopPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", self->stop_id);
}

static void
ask_for_outcome (DsStopPage *self, DsParcelOutcome outcome)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                     DS_PAGE (ds_outcome_page_new (self->session, self->stop, outcome)));
}

static void
refused_clicked (DsStopPage *self)
{
  ask_for_outcome (self, DS_OUTCOME_REFUSED);
}

static void
absent_clicked (DsStopPage *self)
{
  ask_for_outcome (self, DS_OUTCOME_ABSENT);
}

static void
reschedule_clicked (DsStopPage *self)
{
  ask_for_outcome (self, DS_OUTCOME_RESCHEDULED);
}

static void
did_show_uri (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsStopPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_show_uri_full_finish (GTK_WINDOW (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), _ ("No app for this is installed on the handheld."));
}

static void
show_uri (DsStopPage *self, const char *uri)
{
  gtk_show_uri_full (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), uri, GDK_CURRENT_TIME,
                     self->cancellable, did_show_uri, g_object_ref (self));
}

static void
call_clicked (DsStopPage *self)
{
  g_autofree char *number = g_uri_escape_string (self->stop->phone, "+", FALSE);
  g_autofree char *uri = g_strdup_printf ("tel:%s", number);

  show_uri (self, uri);
}

/* Degrees from millionths of a degree, without floating point. */
static char *
format_degrees (gint64 e6)
{
  gint64 size = ABS (e6);

  return g_strdup_printf ("%s%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, e6 < 0 ? "-" : "", size / 1000000,
                          size % 1000000);
}

static void
navigate_clicked (DsStopPage *self)
{
  g_autofree char *lat = format_degrees (self->stop->lat_e6);
  g_autofree char *lng = format_degrees (self->stop->lng_e6);
  g_autofree char *uri = g_strdup_printf ("geo:%s,%s", lat, lng);

  show_uri (self, uri);
}

static const char *
get_title (DsPage *page)
{
  return DS_STOP_PAGE (page)->title;
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->stop_id = g_strdup (DS_STOP_PAGE (page)->stop_id);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
}

static void
ds_stop_page_dispose (GObject *object)
{
  DsStopPage *self = DS_STOP_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->stop);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_STOP_PAGE);

  G_OBJECT_CLASS (ds_stop_page_parent_class)->dispose (object);
}

static void
ds_stop_page_finalize (GObject *object)
{
  DsStopPage *self = DS_STOP_PAGE (object);

  g_object_unref (self->cancellable);
  g_free (self->stop_id);
  g_free (self->title);

  G_OBJECT_CLASS (ds_stop_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, address);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, place);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, state);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, recipient);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, time_window);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, note);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, own_note);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, n_parcels);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, n_checked);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, parcels);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, history_heading);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, history);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, proofs);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, open_heading);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, open_detail);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, open_amount);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, give_back);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, main_button);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, another_way);
  gtk_widget_class_bind_template_child (widget_class, DsStopPage, outcomes);
}

static void
ds_stop_page_class_init (DsStopPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_stop_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_stop_page_finalize;

  g_type_ensure (DS_TYPE_INFO_ROW);
  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-stop-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, main_clicked);
  gtk_widget_class_bind_template_callback (widget_class, give_back_clicked);
  gtk_widget_class_bind_template_callback (widget_class, event_activated);
  gtk_widget_class_bind_template_callback (widget_class, detail_activated);
  gtk_widget_class_bind_template_callback (widget_class, proof_activated);
  gtk_widget_class_bind_template_callback (widget_class, another_way_clicked);
  gtk_widget_class_bind_template_callback (widget_class, refused_clicked);
  gtk_widget_class_bind_template_callback (widget_class, absent_clicked);
  gtk_widget_class_bind_template_callback (widget_class, reschedule_clicked);
}

static GtkWidget *
add_round_button (DsStopPage *self, const char *icon_name, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon_name);

  gtk_widget_add_css_class (button, "round");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  ds_info_row_add_suffix (self->recipient, button);
  return button;
}

static void
ds_stop_page_init (DsStopPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->call = add_round_button (self, "call-start-symbolic", _ ("Call"), G_CALLBACK (call_clicked));
  self->navigate
      = add_round_button (self, "mark-location-symbolic", _ ("Show the way"), G_CALLBACK (navigate_clicked));
  self->cancellable = g_cancellable_new ();
}

DsStopPage *
ds_stop_page_new (DsSession *session, const char *stop_id)
{
  DsStopPage *self;
  DsStop *stop;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  stop = ds_route_find (ds_session_get_route (session), stop_id);
  g_return_val_if_fail (stop != NULL, NULL);

  self = g_object_new (DS_TYPE_STOP_PAGE, NULL);
  self->session = g_object_ref (session);
  self->stop_id = g_strdup (stop_id);
  self->stop = g_object_ref (stop);
  g_signal_connect_object (ds_session_get_route (session), "summary-changed", G_CALLBACK (route_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_digest (session), "items-changed", G_CALLBACK (show_history), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "parcel-checked", G_CALLBACK (show_parcels), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tick", G_CALLBACK (show_window), self, G_CONNECT_SWAPPED);
  show (self);
  return self;
}

const char *
ds_stop_page_get_stop_id (DsStopPage *self)
{
  g_return_val_if_fail (DS_IS_STOP_PAGE (self), NULL);

  return self->stop_id;
}
