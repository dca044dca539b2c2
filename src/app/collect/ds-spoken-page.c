/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-spoken-page.h"

#include "ds-digit-pad.h"
#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-result-page.h"
#include "ds-scan-page.h"
#include "ds-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsSpokenPage
{
  GtkBox parent;

  DsCollection *collection;
  char *payment_id;
  gboolean busy;
  gboolean locked;
  GCancellable *cancellable;

  AdwWindowTitle *title;
  GtkLabel *amount;
  DsDigitPad *pad;
  GtkWidget *another_way;
  GtkWidget *check;
};

static void ds_spoken_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSpokenPage,
                               ds_spoken_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_spoken_page_page_iface_init))

static DsDoor *
get_door (DsSpokenPage *self)
{
  return ds_session_get_door (self->collection->session);
}

static void
show (DsSpokenPage *self)
{
  ds_digit_pad_set_locked (self->pad, self->busy || self->locked);
  gtk_widget_set_sensitive (self->check, ds_digit_pad_is_full (self->pad) && !self->busy);
}

static void
show_result (DsSpokenPage *self, DsPayment *payment)
{
  ds_navigator_replace (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (self),
                        DS_PAGE (ds_result_page_new (self->collection, payment, TRUE)));
}

/* Trying */

static void
did_try (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSpokenPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAnswer) answer = ds_door_try_spoken_finish (DS_DOOR (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->cancellable == NULL)
    return;
  self->busy = FALSE;
  self->locked = answer != NULL && g_strcmp0 (answer->reason, "locked") == 0;
  ds_digit_pad_clear (self->pad);
  if (answer != NULL && (answer->kind == DS_ANSWER_PAID || answer->kind == DS_ANSWER_ALREADY)
      && answer->payment != NULL && ds_navigator_of (GTK_WIDGET (self)) != NULL)
    {
      show_result (self, answer->payment);
      return;
    }
  if (answer != NULL)
    ds_digit_pad_show_answer (self->pad, answer->title, answer->text);
  else
    ds_digit_pad_show_answer (self->pad, _ ("It could not be saved"), error->message);

  /* What had the focus was dead while it was tried: the device's own keys would type into nothing. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_child_focus (self->locked ? self->another_way : GTK_WIDGET (self->pad), GTK_DIR_TAB_FORWARD);
}

static void
did_click_check (DsSpokenPage *self)
{
  if (self->busy || self->locked || !ds_digit_pad_is_full (self->pad))
    return;
  self->busy = TRUE;
  show (self);
  ds_door_try_spoken_async (get_door (self), self->payment_id, ds_digit_pad_get_digits (self->pad),
                            self->cancellable, did_try, g_object_ref (self));
}

static gboolean
did_press_key (DsSpokenPage *self,
               guint keyval,
               guint keycode,
               GdkModifierType state,
               GtkEventController *keys)
{
  if (ds_digit_pad_take_key (self->pad, keyval, state, gtk_event_controller_get_current_event_time (keys)))
    return TRUE;
  if ((keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter) || !ds_digit_pad_is_full (self->pad))
    return FALSE;
  did_click_check (self);
  return TRUE;
}

static void
did_click_another_way (DsSpokenPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", self->collection->stop_id);
}

/* The depot's own word may come while the customer looks for the digits. */
static void
did_change_payment (DsSpokenPage *self, DsPayment *payment, DsStop *stop)
{
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  if (self->busy || navigator == NULL || ds_navigator_get_page (navigator) != DS_PAGE (self)
      || g_strcmp0 (payment->id, self->payment_id) != 0)
    return;
  if (ds_payment_state_covers_debt (payment->state) || ds_payment_state_is_final (payment->state))
    show_result (self, payment);
}

/* The page */

static const char *
ds_spoken_page_get_title (DsPage *page)
{
  return _ ("Digits read out");
}

/* What the scan engine typed here was no reading out: it is answered as a scan. */
static gboolean
ds_spoken_page_handle_scan (DsPage *page, const char *text)
{
  DsSpokenPage *self = DS_SPOKEN_PAGE (page);
  GtkWidget *scan = ds_scan_page_new (self->collection->session, self->collection, self->payment_id);

  ds_digit_pad_clear (self->pad);
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (scan));
  return ds_page_handle_scan (DS_PAGE (scan), text);
}

static void
ds_spoken_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsSpokenPage *self = DS_SPOKEN_PAGE (page);

  place->stop_id = g_strdup (self->collection->stop_id);
  place->payment_id = g_strdup (self->payment_id);
}

static void
ds_spoken_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_title = ds_spoken_page_get_title;
  iface->describe = ds_spoken_page_describe;
  iface->handle_scan = ds_spoken_page_handle_scan;
}

static void
ds_spoken_page_dispose (GObject *object)
{
  DsSpokenPage *self = DS_SPOKEN_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SPOKEN_PAGE);

  G_OBJECT_CLASS (ds_spoken_page_parent_class)->dispose (object);
}

static void
ds_spoken_page_finalize (GObject *object)
{
  DsSpokenPage *self = DS_SPOKEN_PAGE (object);

  g_clear_pointer (&self->collection, ds_collection_unref);
  g_free (self->payment_id);

  G_OBJECT_CLASS (ds_spoken_page_parent_class)->finalize (object);
}

static void
ds_spoken_page_class_init (DsSpokenPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_spoken_page_dispose;
  object_class->finalize = ds_spoken_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-spoken-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, title);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, amount);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, pad);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, another_way);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, check);
  gtk_widget_class_bind_template_callback (widget_class, show);
  gtk_widget_class_bind_template_callback (widget_class, did_click_check);
  gtk_widget_class_bind_template_callback (widget_class, did_click_another_way);
}

static void
ds_spoken_page_init (DsSpokenPage *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  g_type_ensure (DS_TYPE_DIGIT_PAD);
  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (did_press_key), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
ds_spoken_page_new (DsCollection *collection, const char *payment_id)
{
  DsSpokenPage *self;
  g_autofree char *subtitle = NULL;

  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (payment_id != NULL, NULL);

  self = g_object_new (DS_TYPE_SPOKEN_PAGE, NULL);
  self->collection = ds_collection_ref (collection);
  self->payment_id = g_strdup (payment_id);
  subtitle = ds_collection_get_subtitle (collection);
  adw_window_title_set_subtitle (self->title, subtitle);
  ds_money_label_set (self->amount, collection->amount_fen);
  show (self);
  g_signal_connect_object (get_door (self), "payment-changed", G_CALLBACK (did_change_payment), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
