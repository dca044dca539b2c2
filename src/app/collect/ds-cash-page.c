/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-cash-page.h"

#include "ds-cash.h"
#include "ds-dialog.h"
#include "ds-format.h"
#include "ds-money.h"
#include "ds-navigator.h"
#include "ds-page.h"
#include "ds-result-page.h"
#include "ds-sides-box.h"
#include "ds-wedge.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

/* Longer than any amount a customer hands over. */
#define MAX_TYPED 9

struct _DsCashPage
{
  GtkBox parent;

  DsCollection *collection;
  gboolean part;
  GString *typed; /* yuan as typed, "" before */
  DsBurst *burst;
  char *before_burst; /* (nullable): of what was typed */
  gboolean busy;
  GCancellable *cancellable;

  AdwWindowTitle *title;
  GtkLabel *due;
  GtkWidget *given;
  GtkLabel *tendered;
  GtkLabel *change_caption;
  GtkLabel *change_notes;
  GtkLabel *change;
  GtkLabel *in_hand;
  GtkBox *suggestions;
  GtkButton *take;
};

static void ds_cash_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsCashPage,
                               ds_cash_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_cash_page_page_iface_init))

static gint64
get_tendered_fen (DsCashPage *self)
{
  gint64 fen = 0;

  /* Most people have it ready: what was not typed is the exact amount, one press away. */
  if (self->typed->len == 0 && !self->part)
    return self->collection->amount_fen;
  if (self->typed->len > 0 && !ds_money_parse (self->typed->str, &fen, NULL))
    return 0; /* a lone point */
  return fen;
}

/* What is taken for the debt: in part mode as much as was given. */
static gint64
get_taken_fen (DsCashPage *self)
{
  gint64 tendered_fen = get_tendered_fen (self);

  return self->part ? MIN (tendered_fen, self->collection->amount_fen) : self->collection->amount_fen;
}

static void
show_in_hand (DsCashPage *self)
{
  DsAllowance allowance;
  g_autofree char *after = NULL;
  g_autofree char *limit = NULL;
  g_autofree char *text = NULL;
  gboolean is_above;

  ds_door_get_allowance (ds_session_get_door (self->collection->session), &allowance);
  after = ds_format_money (allowance.cash_fen + get_taken_fen (self));
  limit = ds_format_money (allowance.cash_limit_fen);
  is_above = allowance.cash_fen + get_taken_fen (self) > allowance.cash_limit_fen;
  if (is_above)
    text = g_strdup_printf (
        _ ("In hand afterwards %s, above %s: take it, cash is legal tender, and hand cash in soon."), after,
        limit);
  else
    text = g_strdup_printf (_ ("In hand afterwards %s, limit %s."), after, limit);
  gtk_label_set_text (self->in_hand, text);
  /* Held sideways the amounts and the keys take all the height; a limit that is reached is said all the same. */
  gtk_widget_set_visible (GTK_WIDGET (self->in_hand),
                          is_above || !ds_sides_box_is_sideways (GTK_WIDGET (self)));
}

static void
show_take (DsCashPage *self)
{
  gint64 tendered_fen = get_tendered_fen (self);
  gint64 taken_fen = get_taken_fen (self);
  g_autofree char *given = ds_format_money (tendered_fen);
  g_autofree char *back = ds_format_money (tendered_fen - taken_fen);
  g_autofree char *text = NULL;

  if (self->busy)
    text = g_strdup (_ ("Saving…"));
  else if (tendered_fen == 0)
    text = g_strdup (_ ("Type what the customer gives"));
  else if (tendered_fen < taken_fen)
    text = g_strdup (_ ("Not enough yet"));
  else if (tendered_fen == taken_fen)
    text = g_strdup_printf (_ ("Take %s"), given);
  else
    text = g_strdup_printf (_ ("Take %s, give %s"), given, back);
  gtk_button_set_label (self->take, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->take),
                            !self->busy && taken_fen > 0 && tendered_fen >= taken_fen);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->take), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
set_notes (DsCashPage *self, const char *notes)
{
  gtk_label_set_text (self->change_notes, notes);
  gtk_widget_set_visible (GTK_WIDGET (self->change_notes), *notes != '\0');
}

static void
show (DsCashPage *self)
{
  gint64 tendered_fen = get_tendered_fen (self);
  gint64 change_fen = tendered_fen - get_taken_fen (self);
  g_autofree char *notes = ds_cash_describe_change (MAX (change_fen, 0));

  ds_money_label_set (self->tendered, tendered_fen);
  if (self->part && tendered_fen < self->collection->amount_fen)
    {
      gtk_label_set_text (self->change_caption, _ ("Then by code"));
      set_notes (self, "");
      ds_money_label_set (self->change, self->collection->amount_fen - tendered_fen);
    }
  else if (change_fen < 0)
    {
      gtk_label_set_text (self->change_caption, _ ("Still missing"));
      set_notes (self, "");
      ds_money_label_set (self->change, -change_fen);
    }
  else
    {
      gtk_label_set_text (self->change_caption, _ ("Change"));
      set_notes (self, notes);
      ds_money_label_set (self->change, change_fen);
    }
  show_in_hand (self);
  show_take (self);
}

static void
shape_changed (DsCashPage *self)
{
  /* The template has its shape before there is anything to show. */
  if (self->collection != NULL)
    show_in_hand (self);
}

/* The keypad */

static void
type (DsCashPage *self, char key)
{
  const char *point = strchr (self->typed->str, '.');

  if (self->typed->len >= MAX_TYPED || (key == '.' && point != NULL) || (point != NULL && strlen (point) > 2))
    return;
  if (key != '.' && strcmp (self->typed->str, "0") == 0)
    g_string_truncate (self->typed, 0);
  g_string_append_c (self->typed, key);
  show (self);
}

static void
did_click_key (GtkButton *key, DsCashPage *self)
{
  type (self, gtk_widget_get_name (GTK_WIDGET (key))[0]);
}

static void
did_click_erase (DsCashPage *self)
{
  if (self->typed->len > 0)
    g_string_truncate (self->typed, self->typed->len - 1);
  show (self);
}

/* The digits of a waybill are nobody's money. */
static gboolean
take_back_scan (DsCashPage *self, gunichar c, guint32 time_ms)
{
  if (g_unichar_isprint (c) && ds_burst_add (self->burst, c, time_ms))
    {
      g_free (self->before_burst);
      self->before_burst = g_strdup (self->typed->str);
    }
  if (!ds_burst_is_scan (self->burst, time_ms))
    return FALSE;
  g_string_assign (self->typed, self->before_burst);
  show (self);
  return TRUE;
}

static gboolean
did_press_key (DsCashPage *self, guint keyval, guint keycode, GdkModifierType state, GtkEventController *keys)
{
  gunichar c = gdk_keyval_to_unicode (keyval);

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return FALSE;
  if (take_back_scan (self, c, gtk_event_controller_get_current_event_time (keys)))
    return FALSE;
  if ((c >= '0' && c <= '9') || c == '.')
    type (self, (char)c);
  else if (keyval == GDK_KEY_BackSpace)
    did_click_erase (self);
  else if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && gtk_widget_has_focus (self->given)
           && gtk_widget_is_sensitive (GTK_WIDGET (self->take)))
    gtk_widget_activate (GTK_WIDGET (self->take));
  else
    return FALSE;
  return TRUE;
}

static void
did_click_suggestion (GtkButton *button, DsCashPage *self)
{
  g_string_assign (self->typed, gtk_widget_get_name (GTK_WIDGET (button)));
  show (self);
}

static void
add_suggestion (DsCashPage *self, const char *label, gint64 tendered_fen)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  char yuan[DS_MONEY_TEXT_SIZE];

  gtk_widget_set_name (button, ds_money_format (tendered_fen, yuan));
  gtk_widget_add_css_class (button, "chip");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (did_click_suggestion), self, 0);
  gtk_box_append (self->suggestions, button);
}

static void
fill_suggestions (DsCashPage *self)
{
  gint64 suggested_fen[DS_CASH_SUGGESTIONS];
  guint n = ds_cash_suggest (self->collection->amount_fen, suggested_fen);

  add_suggestion (self, _ ("Exact"), self->collection->amount_fen);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = g_strdup_printf ("%" G_GINT64_FORMAT, suggested_fen[i] / 100);

      add_suggestion (self, label, suggested_fen[i]);
    }
}

/* Taking it */

static void
did_take (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsCashPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *payment_id = NULL;
  g_autoptr (DsStop) stop = ds_door_take_cash_finish (DS_DOOR (source), result, &payment_id, &error);
  DsNavigator *navigator;
  DsPayment *payment;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->busy = FALSE;
  show_take (self);
  if (stop == NULL)
    {
      ds_page_say (GTK_WIDGET (self), error->message);
      return;
    }
  navigator = ds_navigator_of (GTK_WIDGET (self));
  payment = ds_stop_find_payment (stop, payment_id);
  if (navigator != NULL && payment != NULL)
    ds_navigator_replace (navigator, DS_PAGE (self),
                          DS_PAGE (ds_result_page_new (self->collection, payment, TRUE)));
}

static void
take (DsCashPage *self, gboolean supersede)
{
  self->busy = TRUE;
  show_take (self);
  ds_door_take_cash_async (ds_session_get_door (self->collection->session), self->collection->stop_id,
                           (const char *const *)self->collection->waybills, get_taken_fen (self),
                           get_tendered_fen (self), supersede, self->cancellable, did_take,
                           g_object_ref (self));
}

static void
did_answer_warning (AdwMessageDialog *dialog, const char *response, DsCashPage *self)
{
  if (g_strcmp0 (response, "take") == 0)
    take (self, TRUE);
}

/* A payment whose result is open may still turn out paid: the courier decides with open eyes. */
static void
warn (DsCashPage *self, gint64 uncertain_fen)
{
  g_autofree char *amount = ds_format_money (uncertain_fen);
  g_autofree char *text = g_strdup_printf (_ ("The result of %s is still open. If it turns out paid, the "
                                              "customer has paid twice and gets a refund, which "
                                              "you and the depot will see as a case."),
                                           amount);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                              _ ("Take cash instead?"), text);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "wait", _ ("Wait"), "take", _ ("Take cash"),
                                    NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "wait");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "wait");
  g_signal_connect_object (dialog, "response", G_CALLBACK (did_answer_warning), self, 0);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}

static void
did_click_take (DsCashPage *self)
{
  DsStop *stop = ds_collection_get_stop (self->collection);
  DsDebt debt = { 0 };

  if (stop != NULL)
    ds_stop_get_debt (stop, &debt);
  if (debt.uncertain_fen > 0)
    warn (self, debt.uncertain_fen);
  else
    take (self, FALSE);
}

static const char *
ds_cash_page_get_title (DsPage *page)
{
  return _ ("Cash");
}

static void
ds_cash_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsCashPage *self = DS_CASH_PAGE (page);

  place->stop_id = g_strdup (self->collection->stop_id);
  place->detail = self->part ? g_strdup (DS_CASH_PAGE_PART) : NULL;
}

/* The amount itself: the button that takes it is dead while it is too little, and keys do not reach what is dead. */
static GtkWidget *
ds_cash_page_get_first (DsPage *page)
{
  return DS_CASH_PAGE (page)->given;
}

static void
ds_cash_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_first = ds_cash_page_get_first;
  iface->get_title = ds_cash_page_get_title;
  iface->describe = ds_cash_page_describe;
}

static void
ds_cash_page_dispose (GObject *object)
{
  DsCashPage *self = DS_CASH_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_CASH_PAGE);

  G_OBJECT_CLASS (ds_cash_page_parent_class)->dispose (object);
}

static void
ds_cash_page_finalize (GObject *object)
{
  DsCashPage *self = DS_CASH_PAGE (object);

  g_clear_pointer (&self->collection, ds_collection_unref);
  g_string_free (self->typed, TRUE);
  ds_burst_free (self->burst);
  g_free (self->before_burst);

  G_OBJECT_CLASS (ds_cash_page_parent_class)->finalize (object);
}

static void
ds_cash_page_class_init (DsCashPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_cash_page_dispose;
  object_class->finalize = ds_cash_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-cash-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, title);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, due);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, given);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, tendered);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, change_caption);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, change_notes);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, change);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, in_hand);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, suggestions);
  gtk_widget_class_bind_template_child (widget_class, DsCashPage, take);
  gtk_widget_class_bind_template_callback (widget_class, did_click_key);
  gtk_widget_class_bind_template_callback (widget_class, did_click_erase);
  gtk_widget_class_bind_template_callback (widget_class, did_click_take);
  gtk_widget_class_bind_template_callback (widget_class, shape_changed);
}

static void
ds_cash_page_init (DsCashPage *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  self->typed = g_string_new (NULL);
  self->burst = ds_burst_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (did_press_key), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
ds_cash_page_new (DsCollection *collection, gboolean part)
{
  DsCashPage *self;
  g_autofree char *subtitle = NULL;

  g_return_val_if_fail (collection != NULL, NULL);

  self = g_object_new (DS_TYPE_CASH_PAGE, NULL);
  self->collection = ds_collection_ref (collection);
  self->part = part;
  subtitle = ds_collection_get_subtitle (collection);
  adw_window_title_set_subtitle (self->title, subtitle);
  ds_money_label_set (self->due, collection->amount_fen);
  fill_suggestions (self);
  show (self);
  return GTK_WIDGET (self);
}
