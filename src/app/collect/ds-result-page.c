/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-result-page.h"

#include "ds-feedback.h"
#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-preferences.h"
#include "ds-proof-page.h"
#include "ds-receipt-page.h"
#include "ds-voice.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define ICON_PX 104
#define SHORT_ICON_PX 40

struct _DsResultPage
{
  GtkBox parent;

  DsCollection *collection;
  DsPayment *payment; /* as it is now */
  GCancellable *cancellable;
  const char *css_class; /* (nullable) */
  gboolean handing_over;

  AdwWindowTitle *title;
  GtkImage *icon;
  GtkLabel *word;
  GtkLabel *amount;
  GtkLabel *text;
  GtkBox *secondary;
  GtkButton *main;
};

static void ds_result_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsResultPage,
                               ds_result_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_result_page_page_iface_init))

/* What a button does, by the name of its widget. */
#define STEP_NEXT "next"
#define STEP_REST "rest"
#define STEP_CHECK "check"
#define STEP_COLLECT "collect"
#define STEP_HOME "home"
#define STEP_RECEIPT "receipt"
#define STEP_PROOF "proof"

typedef struct
{
  const char *css_class;
  gboolean is_news; /* and is heard */
  DsFeedbackKind feedback;
  const char *word;
  const char *main_step;
  const char *main_label;
  const char *other_steps[2];
  const char *other_labels[2];
} Look;

static Look
get_look (const DsPayment *payment)
{
  switch (payment->state)
    {
    case DS_PAYMENT_PAID:
    case DS_PAYMENT_SETTLED:
      return (Look){
        .css_class = "paid",
        .is_news = TRUE,
        .feedback = DS_FEEDBACK_PAID,
        .word = _ ("Paid"),
        .main_step = STEP_NEXT,
        .other_steps = { STEP_RECEIPT, STEP_PROOF },
        .other_labels = { _ ("Receipt"), _ ("Proof") },
      };

    case DS_PAYMENT_ACCEPTED:
      return (Look){
        .css_class = "accepted",
        .is_news = TRUE,
        .feedback = DS_FEEDBACK_ACCEPTED,
        .word = _ ("Accepted offline · pending"),
        .main_step = STEP_NEXT,
        .other_steps = { STEP_RECEIPT, STEP_PROOF },
        .other_labels = { _ ("Receipt"), _ ("Proof") },
      };

    case DS_PAYMENT_UNKNOWN:
    case DS_PAYMENT_CLAIMED:
      return (Look){
        .css_class = "unknown",
        .is_news = TRUE,
        .feedback = DS_FEEDBACK_UNKNOWN,
        .word = payment->state == DS_PAYMENT_UNKNOWN ? _ ("Result unknown") : _ ("No proof yet"),
        .main_step = STEP_CHECK,
        .main_label = _ ("Check now"),
        .other_steps = { STEP_COLLECT, STEP_HOME },
        .other_labels = { _ ("Another way"), _ ("Next stop for now") },
      };

    case DS_PAYMENT_DECLINED:
    case DS_PAYMENT_EXPIRED:
    case DS_PAYMENT_REJECTED:
    case DS_PAYMENT_REFUNDED:
      return (Look){
        .css_class = "failed",
        .is_news = TRUE,
        .feedback = DS_FEEDBACK_FAILED,
        .word = payment->state == DS_PAYMENT_EXPIRED    ? _ ("Code expired")
                : payment->state == DS_PAYMENT_REJECTED ? _ ("Offline payment rejected")
                : payment->state == DS_PAYMENT_REFUNDED ? _ ("Refunded")
                                                        : _ ("Not paid"),
        .main_step = STEP_COLLECT,
        .main_label = _ ("Collect again"),
        .other_steps = { STEP_HOME },
        .other_labels = { _ ("Back to the route") },
      };

    default:
      return (Look){
        .css_class = "waiting",
        .word = _ ("Waiting for customer…"),
        .main_step = STEP_CHECK,
        .main_label = _ ("Check now"),
        .other_steps = { STEP_COLLECT },
        .other_labels = { _ ("Another way") },
      };
    }
}

/* The evidence, or what happens next. */
static char *
describe (const DsPayment *payment)
{
  g_autofree char *red_packet = ds_format_money (payment->red_packet_fen);
  g_autofree char *tendered = ds_format_money (payment->tendered_fen);
  g_autofree char *change = ds_format_money (payment->change_fen);
  const char *evidence;

  switch (payment->state)
    {
    case DS_PAYMENT_PAID:
    case DS_PAYMENT_SETTLED:
      if (payment->tender == DS_TENDER_CASH && payment->change_fen > 0)
        return g_strdup_printf (_ ("Cash %s · give back %s"), tendered, change);
      if (payment->tender == DS_TENDER_CASH)
        return g_strdup (_ ("Cash · exact"));
      evidence = _ ("Digital RMB · confirmed");
      if (payment->red_packet_fen > 0)
        return g_strdup_printf (_ ("%s\nIncludes a red packet of %s"), evidence, red_packet);
      return g_strdup (evidence);

    case DS_PAYMENT_ACCEPTED:
      return g_strdup (_ ("Hand over the goods. The money is booked once this handheld is back online; the "
                          "receipt says so."));

    case DS_PAYMENT_UNKNOWN:
      return g_strdup (
          _ ("The money may have been paid. Do not collect again and do not let the customer pay again. "
             "It is asked about by itself."));

    case DS_PAYMENT_CLAIMED:
      return g_strdup (_ ("The customer says paid. It counts as nothing until the depot confirms it."));

    case DS_PAYMENT_SCANNED:
    case DS_PAYMENT_PENDING:
      return g_strdup (_ ("The customer may have to confirm on their phone."));

    case DS_PAYMENT_REFUNDED:
      return g_strdup (_ ("All of it was given back to the customer."));

    default:
      return payment->reason != NULL ? ds_words_for_bank_reason (payment->reason)
                                     : g_strdup (_ ("No money was taken."));
    }
}

/* With what went back since. */
static char *
describe_with_parts (const DsPayment *payment)
{
  g_autofree char *text = describe (payment);
  g_autofree char *back = ds_words_for_parts (0, payment->refunded_fen, payment->red_packet_refunded_fen);

  return back != NULL ? g_strdup_printf ("%s\n%s", text, back) : g_steal_pointer (&text);
}

static gint64
get_open_fen (DsResultPage *self)
{
  DsStop *stop = ds_collection_get_stop (self->collection);
  DsDebt debt = { 0 };

  if (stop != NULL)
    ds_stop_get_debt (stop, &debt);
  return debt.open_fen;
}

static DsStop *
get_next_stop (DsResultPage *self)
{
  DsRoute *route = ds_session_get_route (self->collection->session);
  const char *next = ds_route_get_next_stop (route);

  if (next == NULL || g_strcmp0 (next, self->collection->stop_id) == 0)
    return NULL;
  return ds_route_find (route, next);
}

static void
set_button (GtkButton *button, const char *step, const char *label)
{
  GtkWidget *text = gtk_label_new (label);

  /* An address is longer than a button: it must not widen the window, and the door is at its end. */
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_button_set_child (button, text);
  gtk_widget_set_name (GTK_WIDGET (button), step);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Collected: the rest of a split, or the next stop. */
static void
show_main_when_covered (DsResultPage *self)
{
  gint64 open_fen = get_open_fen (self);
  DsStop *next = get_next_stop (self);
  g_autofree char *label = NULL;

  if (open_fen > 0)
    {
      g_autofree char *open = ds_format_money (open_fen);

      label = g_strdup_printf (_ ("Collect the rest, %s"), open);
      set_button (self->main, STEP_REST, label);
      return;
    }
  if (next != NULL)
    /* Translators: the button that leads on, with the next address */
    label = g_strdup_printf (_ ("Next · %s"), next->address);
  set_button (self->main, STEP_NEXT, label != NULL ? label : _ ("Back to the route"));
}

static void did_click (GtkButton *button, gpointer user_data);

static void
show_buttons (DsResultPage *self, const Look *look)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->secondary))) != NULL)
    gtk_box_remove (self->secondary, child);
  for (guint i = 0; i < G_N_ELEMENTS (look->other_steps) && look->other_steps[i] != NULL; i++)
    {
      GtkWidget *button = gtk_button_new ();

      set_button (GTK_BUTTON (button), look->other_steps[i], look->other_labels[i]);
      gtk_widget_add_css_class (button, "mid");
      g_signal_connect (button, "clicked", G_CALLBACK (did_click), self);
      gtk_box_append (self->secondary, button);
    }

  if (ds_payment_state_covers_debt (self->payment->state)
      || (self->payment->state == DS_PAYMENT_REFUNDED && get_open_fen (self) == 0))
    show_main_when_covered (self);
  else
    set_button (self->main, look->main_step, look->main_label);
}

static void
show (DsResultPage *self)
{
  Look look = get_look (self->payment);
  DsWords words = ds_words_for_payment (self->payment->state);
  g_autofree char *text = describe_with_parts (self->payment);
  g_autofree char *title = ds_collection_get_subtitle (self->collection);

  /* What is shown is in the journal: it may be heard. Once, however often the route is shown anew. */
  if (look.is_news && g_strcmp0 (look.css_class, self->css_class) != 0)
    ds_feedback_give (ds_feedback_get_default (), look.feedback);
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->css_class);
  self->css_class = look.css_class;
  if (self->css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), self->css_class);

  adw_window_title_set_title (self->title, title);
  gtk_image_set_from_icon_name (self->icon, words.icon_name);
  gtk_label_set_text (self->word, look.word);
  ds_money_label_set (self->amount, self->payment->amount_fen);
  gtk_label_set_text (self->text, text);
  show_buttons (self, &look);
}

/* Handing over */

static void
did_hand_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsResultPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_set_outcome_finish (DS_DOOR (source), result, &error);

  if (stop == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

/* Journals the parcels as delivered, once: covered means that the courier lets go of them. */
static void
hand_over (DsResultPage *self)
{
  DsStop *stop = ds_collection_get_stop (self->collection);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) waybills = NULL;

  if (self->handing_over || stop == NULL || !ds_payment_state_covers_debt (self->payment->state)
      || get_open_fen (self) > 0)
    return;
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_OPEN)
        g_strv_builder_add (builder, parcel->waybill);
    }
  waybills = g_strv_builder_end (builder);
  if (waybills[0] == NULL)
    return;

  self->handing_over = TRUE;
  /* Not cancelled when the page is left: the goods are out of the courier's hands. */
  ds_door_set_outcome_async (ds_session_get_door (self->collection->session), stop->id,
                             (const char *const *)waybills, DS_OUTCOME_DELIVERED, NULL, NULL, did_hand_over,
                             g_object_ref (self));
}

/* Only what is in the journal gets here, so nothing is spoken that a restart would not know. */
static void
speak (DsResultPage *self)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autofree char *words = NULL;

  if (preferences != NULL && !g_settings_get_boolean (preferences, "voice"))
    return;
  words = ds_voice_words_for_payment (self->payment);
  if (words != NULL)
    ds_voice_say_async (ds_voice_get_default (), words, NULL, NULL, NULL);
}

static void
did_change_payment (DsResultPage *self, DsPayment *payment, DsStop *stop)
{
  gboolean another_state = payment->state != self->payment->state;

  if (g_strcmp0 (payment->id, self->payment->id) != 0)
    return;
  g_set_object (&self->payment, payment);
  /* Settled at the depot is nothing new at the door. */
  if (another_state && payment->state != DS_PAYMENT_SETTLED)
    speak (self);
  if (another_state)
    ds_page_say_moved (DS_PAGE (self));
  show (self);
  hand_over (self);
}

static void
did_change_route (DsResultPage *self)
{
  show (self);
  hand_over (self);
}

/* The buttons */

static void
did_query (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsResultPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_query_finish (DS_DOOR (source), result, &error);

  if (stop != NULL)
    ds_page_say (GTK_WIDGET (self), _ ("Asking the depot…"));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

static void
check_now (DsResultPage *self)
{
  if (ds_door_get_online (ds_session_get_door (self->collection->session)))
    ds_door_query_async (ds_session_get_door (self->collection->session), self->payment->id,
                         self->cancellable, did_query, g_object_ref (self));
  else
    ds_page_say (GTK_WIDGET (self), _ ("No network now. It is asked as soon as there is one."));
}

static void
go_on (DsResultPage *self)
{
  DsStop *next = get_next_stop (self);
  GtkWidget *navigator = GTK_WIDGET (ds_navigator_of (GTK_WIDGET (self)));
  g_autofree char *next_id = next != NULL ? g_strdup (next->id) : NULL;

  /* This page goes away with the first action. */
  gtk_widget_activate_action (navigator, "win.show-tab", "s", "route");
  if (next_id != NULL)
    gtk_widget_activate_action (navigator, "win.open-stop", "s", next_id);
}

static void
did_click (GtkButton *button, gpointer user_data)
{
  DsResultPage *self = user_data;
  const char *step = gtk_widget_get_name (GTK_WIDGET (button));

  if (g_str_equal (step, STEP_CHECK))
    check_now (self);
  else if (g_str_equal (step, STEP_NEXT))
    go_on (self);
  else if (g_str_equal (step, STEP_RECEIPT))
    ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                       DS_PAGE (ds_receipt_page_new (self->collection->session, self->payment)));
  else if (g_str_equal (step, STEP_PROOF))
    ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                       DS_PAGE (ds_proof_page_new (self->collection->session, self->collection->stop_id)));
  else if (g_str_equal (step, STEP_HOME))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-tab", "s", "route");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", self->collection->stop_id);
}

static const char *
ds_result_page_get_title (DsPage *page)
{
  return _ ("Result");
}

static void
ds_result_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsResultPage *self = DS_RESULT_PAGE (page);

  place->stop_id = g_strdup (self->collection->stop_id);
  place->payment_id = g_strdup (self->payment->id);
  place->detail = g_strdup (ds_payment_state_to_name (self->payment->state));
}

/* Behind it lies the choice of a way to collect, and there is nothing left to collect: the way back leads to the stop. */
static gboolean
ds_result_page_can_leave (DsPage *page)
{
  DsResultPage *self = DS_RESULT_PAGE (page);
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));
  GPtrArray *pages = ds_navigator_get_pages (navigator);

  if (!ds_payment_state_covers_debt (self->payment->state) || get_open_fen (self) > 0)
    return TRUE;
  for (guint i = pages->len - 1; i > 0; i--)
    {
      g_autofree char *name = ds_page_get_name (g_ptr_array_index (pages, i - 1));

      if (g_str_equal (name, "Stop"))
        {
          ds_navigator_pop (navigator, g_ptr_array_index (pages, i));
          return FALSE;
        }
    }
  return TRUE;
}

/* The other buttons are made anew with each piece of news, and would lose the focus. */
static GtkWidget *
ds_result_page_get_first (DsPage *page)
{
  return GTK_WIDGET (DS_RESULT_PAGE (page)->main);
}

static void
ds_result_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_first = ds_result_page_get_first;
  iface->can_leave = ds_result_page_can_leave;
  iface->get_title = ds_result_page_get_title;
  iface->describe = ds_result_page_describe;
}

static void
ds_result_page_dispose (GObject *object)
{
  DsResultPage *self = DS_RESULT_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_RESULT_PAGE);

  G_OBJECT_CLASS (ds_result_page_parent_class)->dispose (object);
}

static void
ds_result_page_finalize (GObject *object)
{
  DsResultPage *self = DS_RESULT_PAGE (object);

  g_clear_pointer (&self->collection, ds_collection_unref);
  g_clear_object (&self->payment);

  G_OBJECT_CLASS (ds_result_page_parent_class)->finalize (object);
}

/* Held sideways the amount goes before a large picture. */
static void
shape_changed (DsResultPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  gboolean is_short = root != NULL && gtk_widget_has_css_class (GTK_WIDGET (root), "short");

  gtk_image_set_pixel_size (self->icon, is_short ? SHORT_ICON_PX : ICON_PX);
}

static void
ds_result_page_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ds_result_page_parent_class)->root (widget);

  g_signal_connect_object (gtk_widget_get_root (widget), "notify::css-classes", G_CALLBACK (shape_changed),
                           widget, G_CONNECT_SWAPPED);
  shape_changed (DS_RESULT_PAGE (widget));
}

static void
ds_result_page_class_init (DsResultPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_result_page_dispose;
  object_class->finalize = ds_result_page_finalize;
  widget_class->root = ds_result_page_root;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-result-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, title);
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, icon);
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, word);
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, amount);
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, text);
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, secondary);
  gtk_widget_class_bind_template_child (widget_class, DsResultPage, main);
  gtk_widget_class_bind_template_callback (widget_class, did_click);
}

static void
ds_result_page_init (DsResultPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ds_result_page_new (DsCollection *collection, DsPayment *payment, gboolean is_news)
{
  DsResultPage *self;

  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (DS_IS_PAYMENT (payment), NULL);

  self = g_object_new (DS_TYPE_RESULT_PAGE, NULL);
  self->collection = ds_collection_ref (collection);
  self->payment = g_object_ref (payment);
  if (!is_news)
    self->css_class = get_look (payment).css_class;
  show (self);
  if (is_news)
    speak (self);
  hand_over (self);
  g_signal_connect_object (ds_session_get_door (collection->session), "payment-changed",
                           G_CALLBACK (did_change_payment), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_route (collection->session), "items-changed",
                           G_CALLBACK (did_change_route), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
