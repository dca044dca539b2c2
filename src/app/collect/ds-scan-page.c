/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-scan-page.h"

#include "ds-awake.h"
#include "ds-camera-device.h"
#include "ds-code-guard.h"
#include "ds-dialog.h"
#include "ds-feedback.h"
#include "ds-navigator.h"
#include "ds-override-page.h"
#include "ds-picture-source.h"
#include "ds-preferences.h"
#include "ds-result-page.h"
#include "ds-spoken-page.h"
#include "ds-viewfinder.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Codes to choose from, on a screen of 360 pixels. */
#define MAX_CHOICES 4

struct _DsScanPage
{
  GtkBox parent;

  DsSession *session;
  DsCollection *collection; /* (nullable) */
  char *payment_id;         /* (nullable) */
  char *text;               /* (nullable): what was read last */
  DsScanWanted wanted;
  GCancellable *cancellable;
  GCancellable *pictures; /* ends with the page's being left; what was scanned before does not */
  gboolean busy;

  GSettings *preferences; /* (nullable) */
  DsAwake *awake;         /* (nullable): while it can be seen */

  DsViewfinder *viewfinder;
  GtkMenuButton *cameras;
  GtkLabel *hint;
  GtkLabel *status;
  GtkWidget *look;
  GtkWidget *paste;
  GtkWidget *choose;
  GtkWidget *spoken;
  GtkWidget *claim;
  GtkEditable *entry;
  GtkRevealer *sheet;
  GtkLabel *sheet_title;
  GtkLabel *sheet_text;
  GtkWidget *ask;
  GtkWidget *another_way;
  GtkWidget *again;
  DsAnswer *liftable; /* (nullable): a voucher that only a limit stands in the way of */
};

static void ds_scan_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsScanPage,
                               ds_scan_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_scan_page_page_iface_init))

static void
update_status (DsScanPage *self)
{
  const char *words = ds_viewfinder_get_words (self->viewfinder);

  gtk_label_set_text (self->status, self->busy ? _ ("Reading…") : words != NULL ? words : "");
}

static void
set_busy (DsScanPage *self, gboolean busy)
{
  self->busy = busy;
  update_status (self);
}

static void
show_answer (DsScanPage *self, const char *title, const char *text)
{
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
  ds_viewfinder_pause (self->viewfinder);
  gtk_label_set_text (self->sheet_title, title);
  gtk_label_set_text (self->sheet_text, text);
  gtk_widget_set_visible (self->ask, self->liftable != NULL);
  gtk_revealer_set_reveal_child (self->sheet, TRUE);
  gtk_widget_grab_focus (self->again);
}

/* Leads on: the answer takes the place of this page, and of the code page it was opened from. */
static void
show_result (DsScanPage *self, DsPayment *payment, DsStop *stop)
{
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));
  g_autoptr (DsCollection) collection = NULL;

  if (navigator == NULL)
    return; /* the courier went back meanwhile: the stop says what came of it */
  if (self->collection != NULL && g_strcmp0 (self->collection->stop_id, payment->stop_id) == 0)
    collection = ds_collection_ref (self->collection);
  else
    collection = ds_collection_new_for_payment (self->session, payment);
  ds_navigator_replace (navigator, DS_PAGE (self), DS_PAGE (ds_result_page_new (collection, payment, TRUE)));
}

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsScanPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAnswer) answer = ds_door_scan_finish (DS_DOOR (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, FALSE);
  if (answer == NULL)
    {
      show_answer (self, _ ("It could not be saved"), error->message);
      return;
    }

  switch (answer->kind)
    {
    case DS_ANSWER_PAID:
    case DS_ANSWER_ACCEPTED:
    case DS_ANSWER_SCANNED:
      show_result (self, answer->payment, answer->stop);
      break;
    case DS_ANSWER_PARCEL:
      gtk_widget_activate_action (GTK_WIDGET (self), "win.take-parcel", "(ss)", answer->stop->id, self->text);
      break;
    case DS_ANSWER_ALREADY:
    case DS_ANSWER_ALLOWED:
    case DS_ANSWER_REFUSED:
    case DS_ANSWER_FOREIGN:
    default:
      if (answer->limits != DS_LIMIT_NONE && answer->payment != NULL)
        self->liftable = g_steal_pointer (&answer);
      show_answer (self, self->liftable ? self->liftable->title : answer->title,
                   self->liftable ? self->liftable->text : answer->text);
    }
}

static void
answer (DsScanPage *self, const char *text)
{
  DsScanContext context = { 0 };

  if (self->busy)
    return;
  gtk_revealer_set_reveal_child (self->sheet, FALSE);
  g_clear_pointer (&self->liftable, ds_answer_free);
  set_busy (self, TRUE);
  g_free (self->text);
  self->text = g_strdup (text);
  context.payment_id = self->payment_id;
  if (self->collection != NULL)
    {
      context.stop_id = self->collection->stop_id;
      context.waybills = (const char *const *)self->collection->waybills;
      context.amount_fen = self->payment_id == NULL ? self->collection->amount_fen : 0;
    }
  ds_door_scan_async (ds_session_get_door (self->session), &context, text, self->cancellable, did_answer,
                      g_object_ref (self));
}

/* A payment's own outcome may come while the courier looks for the receipt. */
static void
did_change_payment (DsScanPage *self, DsPayment *payment, DsStop *stop)
{
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  if (self->busy || navigator == NULL || ds_navigator_get_page (navigator) != DS_PAGE (self)
      || g_strcmp0 (payment->id, self->payment_id) != 0)
    return;
  if (ds_payment_state_covers_debt (payment->state) || ds_payment_state_is_final (payment->state))
    show_result (self, payment, stop);
}

/* The camera */

static void
did_scan (DsScanPage *self, const char *text)
{
  answer (self, text);
}

/* Returns: (transfer full): enough to tell one code from another, and nothing that its maker could abuse. */
static char *
name_code (const char *text)
{
  DsCodeSighting sighting;
  g_autofree char *clean = g_utf8_make_valid (text, -1);
  glong n = g_utf8_strlen (clean, -1);
  g_autofree char *end = g_utf8_substring (clean, MAX (n - 6, 0), n);

  for (char *at = end; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at))
      *at = '.';
  ds_code_guard_look (text, &sighting);
  return sighting.kind == DS_CODE_PAYER      ? g_strdup_printf (_ ("Payer code …%s"), end)
         : sighting.kind == DS_CODE_EVIDENCE ? g_strdup_printf (_ ("Receipt or voucher …%s"), end)
                                             : g_strdup_printf (_ ("Code …%s"), end);
}

static void
did_choose_code (DsScanPage *self, const char *response, GtkWidget *dialog)
{
  if (g_str_has_prefix (response, "code:"))
    answer (self, response + strlen ("code:"));
  else
    ds_viewfinder_resume (self->viewfinder);
}

/* Nobody but the person in front of them knows which of two good codes is meant. */
static void
did_scan_several (DsScanPage *self, char **texts)
{
  GtkWidget *dialog;

  /* The window was locked meanwhile, or the page left: nobody is to be asked. */
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      ds_viewfinder_resume (self->viewfinder);
      return;
    }
  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                   _ ("Which code is it?"), NULL);
  adw_message_dialog_set_body (
      ADW_MESSAGE_DIALOG (dialog),
      _ ("More than one is in view. Choose one, or cover the other and scan again."));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "again", _ ("Scan again"));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "again");
  for (gsize i = 0; texts[i] != NULL && i < MAX_CHOICES; i++)
    {
      g_autofree char *response = g_strconcat ("code:", texts[i], NULL);
      g_autofree char *name = name_code (texts[i]);

      adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), response, name);
    }
  g_signal_connect_object (dialog, "response", G_CALLBACK (did_choose_code), self, G_CONNECT_SWAPPED);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}

static gboolean
is_waybill (const char *text, gpointer user_data)
{
  DsScanPage *self = user_data;

  return ds_route_find_waybill (ds_session_get_route (self->session), text) != NULL;
}

static void
did_list_cameras (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsScanPage) self = user_data;
  g_autoptr (GPtrArray) devices = ds_camera_list_finish (result, NULL);
  g_autoptr (GMenu) menu = g_menu_new ();

  if (devices == NULL || devices->len < 2 || self->preferences == NULL)
    return;
  for (guint i = 0; i < devices->len; i++)
    {
      const DsCameraDevice *device = g_ptr_array_index (devices, i);
      g_autoptr (GMenuItem) item = g_menu_item_new (device->name, NULL);

      g_menu_item_set_action_and_target (item, "preferences.camera", "s", device->id);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->cameras, G_MENU_MODEL (menu));
  gtk_widget_set_visible (GTK_WIDGET (self->cameras), TRUE);
}

static void
prepare_camera (DsScanPage *self)
{
  self->preferences = ds_preferences_new ();
  if (self->preferences != NULL)
    {
      g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
      g_autoptr (GAction) action = g_settings_create_action (self->preferences, "camera");

      g_action_map_add_action (G_ACTION_MAP (group), action);
      gtk_widget_insert_action_group (GTK_WIDGET (self), "preferences", G_ACTION_GROUP (group));
    }
  ds_preferences_lead_camera (self->preferences, self->viewfinder);
  ds_viewfinder_set_waybills (self->viewfinder, is_waybill, self);
  ds_camera_list_async (self->cancellable, did_list_cameras, g_object_ref (self));
}

/* Pictures */

static void
did_read_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsScanPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) symbols = ds_picture_source_read_finish (result, &error);
  g_autoptr (GPtrArray) texts = NULL;

  if (g_cancellable_is_cancelled (self->pictures))
    return; /* the courier has left: nothing is charged that nobody sees */
  set_busy (self, FALSE);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* no file was chosen */
  if (symbols == NULL)
    {
      show_answer (self, _ ("No code was read"), error->message);
      return;
    }
  texts = ds_scan_choose (symbols, self->wanted, is_waybill, self);
  if (texts->len == 1)
    answer (self, g_ptr_array_index (texts, 0));
  else
    {
      ds_viewfinder_pause (self->viewfinder);
      g_ptr_array_add (texts, NULL);
      did_scan_several (self, (char **)texts->pdata);
    }
}

static void
did_click_paste (DsScanPage *self)
{
  if (self->busy)
    return;
  set_busy (self, TRUE);
  ds_picture_source_read_clipboard_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->pictures,
                                          did_read_picture, g_object_ref (self));
}

/* In practice: what a camera in front of the customer's phone would see. */
static void
did_click_look (DsScanPage *self)
{
  if (self->busy)
    return;
  set_busy (self, TRUE);
  ds_picture_source_read_screen_async (ds_session_get_phone_screen (self->session), self->pictures,
                                       did_read_picture, g_object_ref (self));
}

static void
did_click_choose (DsScanPage *self)
{
  if (self->busy)
    return;
  ds_picture_source_choose_async (GTK_WIDGET (self), _ ("Picture of a code"), self->pictures,
                                  did_read_picture, g_object_ref (self));
}

static gboolean
did_drop (DsScanPage *self, GdkDrop *drop)
{
  if (self->busy)
    return FALSE;
  set_busy (self, TRUE);
  ds_picture_source_read_drop_async (drop, self->pictures, did_read_picture, g_object_ref (self));
  return TRUE;
}

static void
did_type (DsScanPage *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->entry));

  gtk_editable_set_text (self->entry, "");
  if (*g_strstrip (text) != '\0')
    answer (self, text);
}

/* Without a code to show */

static void
did_claim (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsScanPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_claim_finish (DS_DOOR (source), result, &error);
  DsPayment *payment;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, FALSE);
  payment = stop != NULL ? ds_stop_find_payment (stop, self->payment_id) : NULL;
  if (payment != NULL)
    show_result (self, payment, stop);
  else
    show_answer (self, _ ("It could not be saved"), error != NULL ? error->message : "");
}

static void
did_click_claim (DsScanPage *self)
{
  if (self->busy)
    return;
  set_busy (self, TRUE);
  ds_door_claim_async (ds_session_get_door (self->session), self->payment_id, self->cancellable, did_claim,
                       g_object_ref (self));
}

static void
did_click_spoken (DsScanPage *self)
{
  if (self->busy)
    return;
  ds_navigator_replace (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (self),
                        DS_PAGE (ds_spoken_page_new (self->collection, self->payment_id)));
}

static void
did_click_ask (DsScanPage *self)
{
  DsPayment *payment = self->liftable->payment;
  g_autoptr (DsCollection) collection = ds_collection_new (
      self->session, payment->stop_id, (const char *const *)payment->parcels, payment->amount_fen);

  ds_navigator_replace (
      ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (self),
      DS_PAGE (ds_override_page_new (collection, self->liftable->limits, payment->id, self->text)));
}

static void
did_click_again (DsScanPage *self)
{
  gtk_revealer_set_reveal_child (self->sheet, FALSE);
  ds_viewfinder_resume (self->viewfinder);
  gtk_widget_grab_focus (self->paste);
}

static void
did_click_another_way (DsScanPage *self)
{
  if (self->collection != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", self->collection->stop_id);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "navigator.back", NULL);
}

static const char *
ds_scan_page_get_title (DsPage *page)
{
  return _ ("Scan");
}

static gboolean
ds_scan_page_handle_scan (DsPage *page, const char *text)
{
  answer (DS_SCAN_PAGE (page), text);
  return TRUE;
}

static void
ds_scan_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsScanPage *self = DS_SCAN_PAGE (page);

  place->stop_id = self->collection != NULL ? g_strdup (self->collection->stop_id) : NULL;
  place->payment_id = g_strdup (self->payment_id);
}

static void
ds_scan_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_title = ds_scan_page_get_title;
  iface->describe = ds_scan_page_describe;
  iface->handle_scan = ds_scan_page_handle_scan;
}

static void
ds_scan_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ds_scan_page_parent_class)->map (widget);

  DS_SCAN_PAGE (widget)->awake = ds_awake_new (widget, _ ("The camera is on"), FALSE);
}

static void
ds_scan_page_unmap (GtkWidget *widget)
{
  DsScanPage *self = DS_SCAN_PAGE (widget);

  if (self->awake != NULL)
    ds_awake_end (self->awake);
  g_clear_object (&self->awake);

  GTK_WIDGET_CLASS (ds_scan_page_parent_class)->unmap (widget);
}

/* Left: a picture being read keeps the page, which is not disposed before that has come to an end. */
static void
ds_scan_page_unroot (GtkWidget *widget)
{
  g_cancellable_cancel (DS_SCAN_PAGE (widget)->pictures);

  GTK_WIDGET_CLASS (ds_scan_page_parent_class)->unroot (widget);
}

static void
ds_scan_page_dispose (GObject *object)
{
  DsScanPage *self = DS_SCAN_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->preferences);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SCAN_PAGE);

  G_OBJECT_CLASS (ds_scan_page_parent_class)->dispose (object);
}

static void
ds_scan_page_finalize (GObject *object)
{
  DsScanPage *self = DS_SCAN_PAGE (object);

  g_object_unref (self->pictures);
  g_clear_pointer (&self->collection, ds_collection_unref);
  g_clear_object (&self->session);
  g_clear_pointer (&self->liftable, ds_answer_free);
  g_free (self->payment_id);
  g_free (self->text);

  G_OBJECT_CLASS (ds_scan_page_parent_class)->finalize (object);
}

static void
ds_scan_page_class_init (DsScanPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_scan_page_dispose;
  object_class->finalize = ds_scan_page_finalize;
  widget_class->map = ds_scan_page_map;
  widget_class->unmap = ds_scan_page_unmap;
  widget_class->unroot = ds_scan_page_unroot;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-scan-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, viewfinder);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, cameras);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, hint);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, status);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, look);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, paste);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, choose);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, claim);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, spoken);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, entry);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, sheet);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, sheet_title);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, sheet_text);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, ask);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, another_way);
  gtk_widget_class_bind_template_child (widget_class, DsScanPage, again);
  gtk_widget_class_bind_template_callback (widget_class, did_scan);
  gtk_widget_class_bind_template_callback (widget_class, did_scan_several);
  gtk_widget_class_bind_template_callback (widget_class, update_status);
  gtk_widget_class_bind_template_callback (widget_class, did_click_paste);
  gtk_widget_class_bind_template_callback (widget_class, did_click_choose);
  gtk_widget_class_bind_template_callback (widget_class, did_click_look);
  gtk_widget_class_bind_template_callback (widget_class, did_click_claim);
  gtk_widget_class_bind_template_callback (widget_class, did_click_spoken);
  gtk_widget_class_bind_template_callback (widget_class, did_click_again);
  gtk_widget_class_bind_template_callback (widget_class, did_click_ask);
  gtk_widget_class_bind_template_callback (widget_class, did_click_another_way);
  gtk_widget_class_bind_template_callback (widget_class, did_type);
}

static void
ds_scan_page_init (DsScanPage *self)
{
  GtkDropTargetAsync *target = ds_picture_source_new_drop_target ();

  self->cancellable = g_cancellable_new ();
  self->pictures = g_cancellable_new ();
  g_type_ensure (DS_TYPE_VIEWFINDER);
  gtk_widget_init_template (GTK_WIDGET (self));
  set_busy (self, FALSE);

  g_signal_connect_object (target, "drop", G_CALLBACK (did_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

GtkWidget *
ds_scan_page_new (DsSession *session, DsCollection *collection, const char *payment_id)
{
  DsScanPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SCAN_PAGE, NULL);
  self->session = g_object_ref (session);
  self->collection = collection != NULL ? ds_collection_ref (collection) : NULL;
  self->payment_id = g_strdup (payment_id);
  gtk_widget_set_visible (self->look, ds_session_get_phone_screen (session) != NULL);
  gtk_widget_set_visible (self->claim, payment_id != NULL);
  gtk_widget_set_visible (self->spoken, payment_id != NULL && collection != NULL);
  gtk_label_set_text (self->hint, payment_id != NULL   ? _ ("Scan the customer's receipt or voucher")
                                  : collection != NULL ? _ ("Scan the customer's payer code")
                                                       : _ ("Scan a parcel, a receipt or a payer code"));
  self->wanted = payment_id != NULL   ? DS_SCAN_EVIDENCE
                 : collection != NULL ? DS_SCAN_PAYER
                                      : DS_SCAN_WAYBILL | DS_SCAN_EVIDENCE | DS_SCAN_PAYER;
  ds_viewfinder_set_wanted (self->viewfinder, self->wanted);
  prepare_camera (self);
  g_signal_connect_object (ds_session_get_door (session), "payment-changed", G_CALLBACK (did_change_payment),
                           self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
