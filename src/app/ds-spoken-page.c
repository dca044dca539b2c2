/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-spoken-page.h"

#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-result-page.h"
#include "ds-scan-page.h"
#include "ds-spoken-proof.h"
#include "ds-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsSpokenPage
{
  GtkBox parent;

  DsCollection *collection;
  char *payment_id;
  char typed[DS_SPOKEN_PROOF_SIZE];
  guint n_typed;
  gboolean busy;
  gboolean locked;
  GCancellable *cancellable;

  AdwWindowTitle *title;
  GtkLabel *amount;
  GtkBox *cells;
  GtkLabel *labels[DS_SPOKEN_PROOF_DIGITS];
  GtkWidget *hint;
  GtkWidget *answer;
  GtkLabel *answer_title;
  GtkLabel *answer_text;
  GtkWidget *keys;
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
  g_autofree char *spoken = NULL;

  for (guint i = 0; i < DS_SPOKEN_PROOF_DIGITS; i++)
    {
      const char digit[] = { self->typed[i], '\0' };
      GtkWidget *cell = GTK_WIDGET (self->labels[i]);

      /* A figure space is as wide as a digit: the cells keep their width. */
      gtk_label_set_text (self->labels[i], i < self->n_typed ? digit : "\u2007");
      if (i == self->n_typed)
        gtk_widget_add_css_class (cell, "being-typed");
      else
        gtk_widget_remove_css_class (cell, "being-typed");
    }
  spoken = g_strdup_printf (ngettext ("%d of 8 digits typed", "%d of 8 digits typed", self->n_typed),
                            (int)self->n_typed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cells), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_widget_set_sensitive (self->check, self->n_typed == DS_SPOKEN_PROOF_DIGITS && !self->busy);
  gtk_widget_set_sensitive (self->keys, !self->busy && !self->locked);
}

static void
clear (DsSpokenPage *self)
{
  self->n_typed = 0;
  show (self);
}

static void
show_answer (DsSpokenPage *self, const char *title, const char *text)
{
  gtk_label_set_text (self->answer_title, title);
  gtk_label_set_text (self->answer_text, text);
  gtk_widget_set_visible (self->answer, TRUE);
  gtk_widget_set_visible (self->hint, FALSE);
}

static void
show_result (DsSpokenPage *self, DsPayment *payment)
{
  ds_navigator_replace (ds_navigator_of (GTK_WIDGET (self)),
                        DS_PAGE (ds_result_page_new (self->collection, payment, TRUE)));
}

/* Trying */

static void
did_try (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSpokenPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAnswer) answer = ds_door_try_spoken_finish (DS_DOOR (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->busy = FALSE;
  self->locked = answer != NULL && g_strcmp0 (answer->reason, "locked") == 0;
  clear (self);
  if (answer != NULL && (answer->kind == DS_ANSWER_PAID || answer->kind == DS_ANSWER_ALREADY)
      && answer->payment != NULL && ds_navigator_of (GTK_WIDGET (self)) != NULL)
    {
      show_result (self, answer->payment);
      return;
    }
  if (answer != NULL)
    show_answer (self, answer->title, answer->text);
  else
    show_answer (self, _ ("It could not be saved"), error->message);

  /* What had the focus was dead while it was tried: the device's own keys would type into nothing. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_child_focus (self->locked ? self->another_way : self->keys, GTK_DIR_TAB_FORWARD);
}

static void
did_click_check (DsSpokenPage *self)
{
  if (self->busy || self->locked || self->n_typed < DS_SPOKEN_PROOF_DIGITS)
    return;
  self->busy = TRUE;
  self->typed[self->n_typed] = '\0';
  show (self);
  ds_door_try_spoken_async (get_door (self), self->payment_id, self->typed, self->cancellable, did_try,
                            g_object_ref (self));
}

/* The keypad. The last digit does not try by itself: a slip can be mended, and the scan engine types too. */

static void
type (DsSpokenPage *self, char digit)
{
  if (self->busy || self->locked || self->n_typed == DS_SPOKEN_PROOF_DIGITS)
    return;
  self->typed[self->n_typed++] = digit;
  show (self);
}

static void
did_click_key (GtkButton *key, DsSpokenPage *self)
{
  type (self, gtk_widget_get_name (GTK_WIDGET (key))[0]);
}

static void
did_click_erase (DsSpokenPage *self)
{
  if (self->busy || self->n_typed == 0)
    return;
  self->n_typed--;
  show (self);
}

static gboolean
did_press_key (DsSpokenPage *self, guint keyval, guint keycode, GdkModifierType state)
{
  gint digit = g_unichar_digit_value (gdk_keyval_to_unicode (keyval));

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return FALSE;
  if (digit >= 0)
    type (self, (char)('0' + digit));
  else if (keyval == GDK_KEY_BackSpace)
    did_click_erase (self);
  else if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter)
           && self->n_typed == DS_SPOKEN_PROOF_DIGITS)
    did_click_check (self);
  else
    return FALSE;
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

  clear (self);
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
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, cells);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, hint);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, answer);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, answer_title);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, answer_text);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, keys);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, another_way);
  gtk_widget_class_bind_template_child (widget_class, DsSpokenPage, check);
  gtk_widget_class_bind_template_callback (widget_class, did_click_key);
  gtk_widget_class_bind_template_callback (widget_class, did_click_erase);
  gtk_widget_class_bind_template_callback (widget_class, did_click_check);
  gtk_widget_class_bind_template_callback (widget_class, did_click_another_way);
}

static void
add_cells (DsSpokenPage *self)
{
  for (guint i = 0; i < DS_SPOKEN_PROOF_DIGITS; i++)
    {
      GtkWidget *cell = gtk_label_new (NULL);

      gtk_widget_add_css_class (cell, "digit-cell");
      gtk_widget_set_hexpand (cell, TRUE);
      /* As people read them out: four and four. */
      if (i == DS_SPOKEN_PROOF_DIGITS / 2)
        gtk_widget_set_margin_start (cell, 12);
      gtk_box_append (self->cells, cell);
      self->labels[i] = GTK_LABEL (cell);
    }
}

static void
ds_spoken_page_init (DsSpokenPage *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_cells (self);

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
