/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-code-page.h"

#include "ds-awake.h"
#include "ds-clock.h"
#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-page.h"
#include "ds-preferences.h"
#include "ds-qr-paintable.h"
#include "ds-result-page.h"
#include "ds-scan-page.h"
#include "ds-sides-box.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* The picture's side: the code must be seen whole, held sideways and under the band of practice, too. */
#define UPRIGHT_SIDE_PX 300
#define UPRIGHT_PRACTICE_SIDE_PX 280
#define SIDEWAYS_SIDE_PX 280
#define SIDEWAYS_PRACTICE_SIDE_PX 232

#define HOUR_MS (G_GINT64_CONSTANT (60) * 60 * 1000)

struct _DsCodePage
{
  GtkBox parent;

  DsCollection *collection;
  char *payment_id;
  char *code;
  gint64 expires_mono_ms;
  gint64 life_ms;
  DsPaymentState state;
  GCancellable *cancellable;
  guint countdown_id;
  DsAwake *awake; /* (nullable): while it can be seen */

  AdwWindowTitle *title;
  GtkBox *upright;
  GtkBox *aside;
  GtkWidget *wait;
  GtkBox *card;
  GtkWidget *payment;
  GtkLabel *amount;
  GtkLabel *payee;
  GtkPicture *picture;
  GtkWidget *countdown;
  GtkLabel *countdown_caption;
  GtkLabel *countdown_left;
  GtkProgressBar *countdown_bar;
  GtkStack *wait_stack;
  GtkLabel *wait_title;
  GtkLabel *wait_text;
  GtkButton *paid_button;
};

static void ds_code_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsCodePage,
                               ds_code_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_code_page_page_iface_init))

static DsDoor *
get_door (DsCodePage *self)
{
  return ds_session_get_door (self->collection->session);
}

static gint64
get_left_ms (DsCodePage *self)
{
  return MAX (self->expires_mono_ms - ds_clock_get_mono_ms (ds_session_get_clock (self->collection->session)),
              0);
}

static void
show_wait (DsCodePage *self)
{
  gboolean online = ds_door_get_online (get_door (self));
  const char *title;
  const char *text;

  if (self->state == DS_PAYMENT_PENDING)
    {
      title = _ ("The customer is confirming…");
      text = _ ("Their bank has the payment. This page moves on by itself.");
    }
  else if (online)
    {
      title = _ ("Waiting for customer…");
      text = _ ("Online · moves on by itself when paid");
    }
  else
    {
      title = _ ("No network: once paid, scan their receipt");
      text = _ ("No network there? Scan their voucher.");
    }
  gtk_stack_set_visible_child_name (self->wait_stack, online ? "online" : "offline");
  gtk_label_set_text (self->wait_title, title);
  gtk_label_set_text (self->wait_text, text);

  title = online ? _ ("Customer has paid") : _ ("Scan receipt");
  gtk_button_set_label (self->paid_button, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->paid_button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
}

/* The code ends on the screen; whether the payment has ended is the operator's to say, since an order cannot be
 * closed. */
static gboolean
show_countdown (gpointer user_data)
{
  DsCodePage *self = user_data;
  gint64 left_ms = get_left_ms (self);
  g_autofree char *left = NULL;

  if (self->expires_mono_ms == G_MAXINT64)
    return G_SOURCE_CONTINUE;

  if (left_ms == 0)
    {
      gtk_label_set_text (self->countdown_caption, _ ("This code has expired. Go back for a new one."));
      gtk_label_set_text (self->countdown_left, "");
      gtk_widget_set_opacity (GTK_WIDGET (self->picture), 0.1);
      gtk_progress_bar_set_fraction (self->countdown_bar, 0);
      self->countdown_id = 0;
      return G_SOURCE_REMOVE;
    }

  if (left_ms >= HOUR_MS)
    left = g_strdup_printf (ngettext ("%d hour left", "%d hours left", (gulong)(left_ms / HOUR_MS)),
                            (int)(left_ms / HOUR_MS));
  else
    /* Translators: minutes and seconds that a code is still valid */
    left = g_strdup_printf (_ ("%d:%02d left"), (int)(left_ms / 60000), (int)(left_ms / 1000 % 60));
  gtk_label_set_text (self->countdown_left, left);
  gtk_progress_bar_set_fraction (self->countdown_bar, (double)left_ms / (double)self->life_ms);
  return G_SOURCE_CONTINUE;
}

static void
did_change_payment (DsCodePage *self, DsPayment *payment, DsStop *stop)
{
  DsNavigator *navigator;

  if (g_strcmp0 (payment->id, self->payment_id) != 0)
    return;

  self->state = payment->state;
  navigator = ds_navigator_of (GTK_WIDGET (self));
  /* When another page lies in front, that page has the courier's eyes and the outcome. */
  if (payment->state == DS_PAYMENT_PRESENTED || payment->state == DS_PAYMENT_PENDING || navigator == NULL
      || ds_navigator_get_page (navigator) != DS_PAGE (self))
    show_wait (self);
  else
    ds_navigator_replace (navigator, DS_PAGE (self),
                          DS_PAGE (ds_result_page_new (self->collection, payment, TRUE)));
}

/* The depot changed the stop: this code asks for what is no longer due. The page goes away, unless another one lies in
 * front that has the courier's eyes; then only the code does. */
static void
route_changed (DsCodePage *self)
{
  g_autoptr (DsCodePage) own = g_object_ref (self);
  DsStop *stop = ds_collection_get_stop (self->collection);
  DsPayment *payment = stop != NULL ? ds_stop_find_payment (stop, self->payment_id) : NULL;
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));
  const char *text;

  if (payment == NULL || !payment->superseded || navigator == NULL
      || ds_payment_state_get_effect (payment->state) != DS_DEBT_SHOWN)
    return;
  text = stop->removed_reason != NULL ? _ ("The depot took this stop off your route. Collect nothing here.")
                                      : _ ("The price has changed. Collect the new amount.");
  gtk_widget_set_opacity (GTK_WIDGET (self->picture), 0.1);
  gtk_label_set_text (self->countdown_caption, text);
  if (ds_navigator_get_page (navigator) != DS_PAGE (self))
    return;
  /* What is said goes with the page it is said on. */
  ds_navigator_pop (navigator, DS_PAGE (self));
  ds_page_say (GTK_WIDGET (navigator), text);
}

static void
open_scan_page (DsCodePage *self)
{
  ds_navigator_push (
      ds_navigator_of (GTK_WIDGET (self)),
      DS_PAGE (ds_scan_page_new (self->collection->session, self->collection, self->payment_id)));
}

static void
did_query (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsCodePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_query_finish (DS_DOOR (source), result, &error);

  if (stop == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

/* Asks the depot at once, and meanwhile lets the courier scan what the customer can show. */
static void
did_click_paid (DsCodePage *self)
{
  if (ds_door_get_online (get_door (self)))
    ds_door_query_async (get_door (self), self->payment_id, self->cancellable, did_query,
                         g_object_ref (self));
  open_scan_page (self);
}

/* For a customer who is not at the door: the code goes by message. It is for this order and amount alone. */
static void
did_click_copy (DsCodePage *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->code);
  ds_page_say (GTK_WIDGET (self), _ ("Code copied. It pays for this order only."));
}

static void
ds_code_page_map (GtkWidget *widget)
{
  DsCodePage *self = DS_CODE_PAGE (widget);
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  gboolean bright = preferences == NULL || g_settings_get_boolean (preferences, "bright-code");

  GTK_WIDGET_CLASS (ds_code_page_parent_class)->map (widget);

  self->awake = ds_awake_new (widget, _ ("A collection code is shown"), bright);
  if (show_countdown (self))
    self->countdown_id
        = ds_clock_add_timeout (ds_session_get_clock (self->collection->session), 1000, show_countdown, self);
}

static void
ds_code_page_unmap (GtkWidget *widget)
{
  DsCodePage *self = DS_CODE_PAGE (widget);

  if (self->awake != NULL)
    ds_awake_end (self->awake);
  g_clear_object (&self->awake);
  g_clear_handle_id (&self->countdown_id, g_source_remove);

  GTK_WIDGET_CLASS (ds_code_page_parent_class)->unmap (widget);
}

static guint
choose_side_px (DsCodePage *self)
{
  gboolean is_practice = ds_session_is_practice (self->collection->session);

  if (ds_sides_box_is_sideways (GTK_WIDGET (self)))
    return is_practice ? SIDEWAYS_PRACTICE_SIDE_PX : SIDEWAYS_SIDE_PX;
  return is_practice ? UPRIGHT_PRACTICE_SIDE_PX : UPRIGHT_SIDE_PX;
}

static void
show_symbol (DsCodePage *self)
{
  guint side_px = choose_side_px (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQrPaintable) paintable = ds_qr_paintable_new (self->code, side_px, DS_QR_LEVEL_M, &error);

  gtk_widget_set_size_request (GTK_WIDGET (self->picture), (int)side_px, (int)side_px);
  if (paintable != NULL)
    ds_qr_paintable_show_in (paintable, self->picture);
  else /* An operator's code that fits no symbol: the courier takes another way. */
    gtk_label_set_text (self->payee, error->message);
}

/* Held sideways the code has one side for itself, and what the courier looks at stands on the other. */
static void
shape_changed (DsCodePage *self)
{
  if (ds_sides_box_is_sideways (GTK_WIDGET (self)))
    {
      ds_sides_box_move (self->payment, self->aside, NULL);
      ds_sides_box_move (self->wait, self->aside, self->payment);
    }
  else
    {
      ds_sides_box_move (self->payment, self->card, NULL);
      ds_sides_box_move (self->wait, self->upright, GTK_WIDGET (self->card));
    }
  if (self->code != NULL)
    show_symbol (self);
}

static const char *
ds_code_page_get_title (DsPage *page)
{
  return _ ("Collection code");
}

static gboolean
ds_code_page_handle_scan (DsPage *page, const char *text)
{
  DsCodePage *self = DS_CODE_PAGE (page);
  GtkWidget *scan = ds_scan_page_new (self->collection->session, self->collection, self->payment_id);

  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (scan));
  return ds_page_handle_scan (DS_PAGE (scan), text);
}

static void
ds_code_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsCodePage *self = DS_CODE_PAGE (page);

  place->stop_id = g_strdup (self->collection->stop_id);
  place->payment_id = g_strdup (self->payment_id);
}

static void
ds_code_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_title = ds_code_page_get_title;
  iface->describe = ds_code_page_describe;
  iface->handle_scan = ds_code_page_handle_scan;
}

static void
ds_code_page_dispose (GObject *object)
{
  DsCodePage *self = DS_CODE_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->countdown_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_CODE_PAGE);

  G_OBJECT_CLASS (ds_code_page_parent_class)->dispose (object);
}

static void
ds_code_page_finalize (GObject *object)
{
  DsCodePage *self = DS_CODE_PAGE (object);

  g_clear_pointer (&self->collection, ds_collection_unref);
  g_free (self->payment_id);
  g_free (self->code);

  G_OBJECT_CLASS (ds_code_page_parent_class)->finalize (object);
}

static void
ds_code_page_class_init (DsCodePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_code_page_dispose;
  object_class->finalize = ds_code_page_finalize;
  widget_class->map = ds_code_page_map;
  widget_class->unmap = ds_code_page_unmap;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-code-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, title);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, upright);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, aside);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, wait);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, card);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, payment);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, amount);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, payee);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, picture);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, countdown);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, countdown_caption);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, countdown_left);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, countdown_bar);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, wait_stack);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, wait_title);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, wait_text);
  gtk_widget_class_bind_template_child (widget_class, DsCodePage, paid_button);
  gtk_widget_class_bind_template_callback (widget_class, did_click_copy);
  gtk_widget_class_bind_template_callback (widget_class, did_click_paid);
  gtk_widget_class_bind_template_callback (widget_class, shape_changed);
}

static void
ds_code_page_init (DsCodePage *self)
{
  self->cancellable = g_cancellable_new ();
  self->state = DS_PAYMENT_PRESENTED;
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
show_code (DsCodePage *self, const DsPresentation *presentation)
{
  DsSettings *settings = ds_store_get_settings (ds_session_get_store (self->collection->session));
  g_autofree char *subtitle = ds_collection_get_subtitle (self->collection);
  g_autofree char *payee = NULL;
  g_autofree char *amount = ds_format_money (presentation->amount_fen);
  g_autofree char *spoken = NULL;

  adw_window_title_set_subtitle (self->title, subtitle);
  ds_money_label_set (self->amount, presentation->amount_fen);
  /* Translators: who is paid, on the page the customer looks at */
  payee = g_strdup_printf (_ ("Pay to %s"), settings != NULL ? settings->payee_name : "");
  gtk_label_set_text (self->payee, payee);
  spoken = g_strdup_printf (_ ("Collection code for %s"), amount);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  show_symbol (self);
  gtk_widget_set_visible (self->countdown, self->expires_mono_ms != G_MAXINT64);
}

GtkWidget *
ds_code_page_new (DsCollection *collection, const DsPresentation *presentation)
{
  DsCodePage *self;
  DsStop *stop;
  DsPayment *payment;

  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (presentation != NULL, NULL);

  self = g_object_new (DS_TYPE_CODE_PAGE, NULL);
  self->collection = ds_collection_ref (collection);
  self->payment_id = g_strdup (presentation->payment_id);
  self->code = g_strdup (presentation->text);
  self->expires_mono_ms = presentation->expires_mono_ms;
  self->life_ms = presentation->life_ms;
  stop = ds_collection_get_stop (collection);
  payment = stop != NULL ? ds_stop_find_payment (stop, self->payment_id) : NULL;
  if (payment != NULL)
    self->state = payment->state;

  show_code (self, presentation);
  show_wait (self);
  g_signal_connect_object (get_door (self), "payment-changed", G_CALLBACK (did_change_payment), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_route (collection->session), "summary-changed",
                           G_CALLBACK (route_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_door (self), "notify::online", G_CALLBACK (show_wait), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

gboolean
ds_code_page_is_live (DsCodePage *self)
{
  g_return_val_if_fail (DS_IS_CODE_PAGE (self), FALSE);

  return get_left_ms (self) > 0;
}
