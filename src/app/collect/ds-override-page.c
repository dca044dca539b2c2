/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-override-page.h"

#include "ds-digit-pad.h"
#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-scan-page.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsOverridePage
{
  GtkBox parent;

  DsCollection *collection;
  DsLimits limits;
  char *payment_id; /* (nullable) */
  char *voucher;    /* (nullable) */
  gboolean busy;
  gboolean locked;
  GCancellable *cancellable;

  AdwWindowTitle *title;
  GtkLabel *waybill;
  GtkLabel *limit;
  GtkLabel *amount;
  GtkLabel *number;
  DsDigitPad *pad;
  GtkWidget *another_way;
  GtkWidget *check;
};

static void ds_override_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsOverridePage,
                               ds_override_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_override_page_page_iface_init))

static void
show (DsOverridePage *self)
{
  ds_digit_pad_set_locked (self->pad, self->busy || self->locked);
  gtk_widget_set_sensitive (self->check, ds_digit_pad_is_full (self->pad) && !self->busy);
}

/* What the clerk's command is asked with: `doorstep-depot override WAYBILL LIMIT AMOUNT --number N`. */
static void
show_request (DsOverridePage *self, DsStop *stop)
{
  const DsParcel *parcel = g_ptr_array_index (stop->parcels, 0);
  g_autofree char *waybill = ds_format_waybill (parcel->waybill);
  g_autofree char *limits = ds_words_for_limits (self->limits);
  g_autofree char *amount = ds_format_money (self->collection->amount_fen);
  g_autofree char *number = g_strdup_printf ("%d", (int)ds_stop_get_next_override (stop));

  gtk_label_set_text (self->waybill, waybill);
  gtk_label_set_text (self->limit, limits);
  gtk_label_set_text (self->amount, amount);
  gtk_label_set_text (self->number, number);
}

/* Permitted */

static void
go_on (DsOverridePage *self, const char *text)
{
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));
  GtkWidget *scan;

  if (navigator == NULL)
    return;
  if (self->voucher == NULL)
    {
      ds_page_say (GTK_WIDGET (self), text);
      ds_navigator_pop (navigator, DS_PAGE (self));
      return;
    }
  /* The customer need not show it again. */
  scan = ds_scan_page_new (self->collection->session, self->collection, self->payment_id);
  g_object_ref_sink (scan);
  ds_navigator_replace (navigator, DS_PAGE (self), DS_PAGE (scan));
  ds_page_handle_scan (DS_PAGE (scan), self->voucher);
  g_object_unref (scan);
}

static void
did_try (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsOverridePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAnswer) answer = ds_door_override_finish (DS_DOOR (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->cancellable == NULL)
    return;
  self->busy = FALSE;
  self->locked = answer != NULL && g_strcmp0 (answer->reason, "locked") == 0;
  ds_digit_pad_clear (self->pad);
  if (answer != NULL && answer->kind == DS_ANSWER_ALLOWED)
    {
      go_on (self, answer->text);
      return;
    }
  ds_digit_pad_show_answer (self->pad, answer != NULL ? answer->title : _ ("It could not be saved"),
                            answer != NULL ? answer->text : error->message);

  /* What had the focus was dead while it was tried: the device's own keys would type into nothing. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_child_focus (self->locked ? self->another_way : GTK_WIDGET (self->pad), GTK_DIR_TAB_FORWARD);
}

static void
did_click_check (DsOverridePage *self)
{
  if (self->busy || self->locked || !ds_digit_pad_is_full (self->pad))
    return;
  self->busy = TRUE;
  show (self);
  ds_door_override_async (ds_session_get_door (self->collection->session), self->collection->stop_id,
                          self->limits, self->collection->amount_fen, ds_digit_pad_get_digits (self->pad),
                          self->cancellable, did_try, g_object_ref (self));
}

static gboolean
did_press_key (DsOverridePage *self,
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
did_click_another_way (DsOverridePage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", self->collection->stop_id);
}

/* The page */

static const char *
ds_override_page_get_title (DsPage *page)
{
  return _ ("Ask the depot");
}

/* The voucher is not kept: once it is permitted, the customer shows it again. */
static void
ds_override_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsOverridePage *self = DS_OVERRIDE_PAGE (page);

  place->stop_id = g_strdup (self->collection->stop_id);
  place->payment_id = g_strdup (self->payment_id);
  place->detail = ds_limits_to_text (self->limits);
}

static void
ds_override_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_title = ds_override_page_get_title;
  iface->describe = ds_override_page_describe;
}

static void
ds_override_page_dispose (GObject *object)
{
  DsOverridePage *self = DS_OVERRIDE_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_OVERRIDE_PAGE);

  G_OBJECT_CLASS (ds_override_page_parent_class)->dispose (object);
}

static void
ds_override_page_finalize (GObject *object)
{
  DsOverridePage *self = DS_OVERRIDE_PAGE (object);

  g_clear_pointer (&self->collection, ds_collection_unref);
  g_free (self->payment_id);
  g_free (self->voucher);

  G_OBJECT_CLASS (ds_override_page_parent_class)->finalize (object);
}

static void
ds_override_page_class_init (DsOverridePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_override_page_dispose;
  object_class->finalize = ds_override_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-override-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, title);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, waybill);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, limit);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, amount);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, number);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, pad);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, another_way);
  gtk_widget_class_bind_template_child (widget_class, DsOverridePage, check);
  gtk_widget_class_bind_template_callback (widget_class, show);
  gtk_widget_class_bind_template_callback (widget_class, did_click_check);
  gtk_widget_class_bind_template_callback (widget_class, did_click_another_way);
}

static void
ds_override_page_init (DsOverridePage *self)
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
ds_override_page_new (DsCollection *collection, DsLimits limits, const char *payment_id, const char *voucher)
{
  DsOverridePage *self;
  DsStop *stop;
  g_autofree char *subtitle = NULL;

  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (limits != DS_LIMIT_NONE, NULL);
  g_return_val_if_fail (voucher == NULL || payment_id != NULL, NULL);

  stop = ds_collection_get_stop (collection);
  g_return_val_if_fail (stop != NULL, NULL);

  self = g_object_new (DS_TYPE_OVERRIDE_PAGE, NULL);
  self->collection = ds_collection_ref (collection);
  self->limits = limits;
  self->payment_id = g_strdup (payment_id);
  self->voucher = g_strdup (voucher);
  subtitle = ds_collection_get_subtitle (collection);
  adw_window_title_set_subtitle (self->title, subtitle);
  show_request (self, stop);
  show (self);
  return GTK_WIDGET (self);
}
