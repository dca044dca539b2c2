/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-outcome-page.h"

#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsOutcomePage
{
  GtkBox parent;

  DsSession *session;
  DsStop *stop;
  DsParcelOutcome outcome;
  GPtrArray *parcel_checks; /* (element-type GtkCheckButton), borrowed: one an open parcel, in its order */
  GPtrArray
      *reason_checks; /* (element-type GtkCheckButton), borrowed: one a reason, then one for other words */
  GCancellable *cancellable;

  AdwWindowTitle *window_title;
  GtkWidget *parcels_heading;
  GtkListBox *parcels;
  GtkListBox *reasons;
  GtkEntry *own_words;
  GtkLabel *problem;
  GtkButton *confirm;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsOutcomePage,
                               ds_outcome_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

/* The names go into the journal; what the courier reads comes from ds_words_for_reason(). */
static const char *const *
get_reasons (DsParcelOutcome outcome)
{
  static const char *const refused[]
      = { "changed-mind", "not-ordered", "wrong-goods", "damaged", "price", "cannot-pay", NULL };
  static const char *const absent[] = { "no-answer", "wrong-address", "no-access", NULL };
  static const char *const rescheduled[]
      = { "customer-asked", "other-address", "no-time", "bad-weather", NULL };

  switch (outcome)
    {
    case DS_OUTCOME_REFUSED:
      return refused;
    case DS_OUTCOME_ABSENT:
      return absent;
    case DS_OUTCOME_RESCHEDULED:
      return rescheduled;
    case DS_OUTCOME_OPEN:
    case DS_OUTCOME_DELIVERED:
    case DS_OUTCOME_DAMAGED:
    default:
      g_return_val_if_reached (refused);
    }
}

static const char *
get_title (DsPage *page)
{
  return ds_words_for_outcome (DS_OUTCOME_PAGE (page)->outcome).text;
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  DsOutcomePage *self = DS_OUTCOME_PAGE (page);

  place->stop_id = g_strdup (self->stop->id);
  place->detail = g_strdup (ds_parcel_outcome_to_name (self->outcome));
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
}

static GStrv
get_chosen_parcels (DsOutcomePage *self)
{
  g_autoptr (GStrvBuilder) waybills = g_strv_builder_new ();
  guint check = 0;

  for (guint i = 0; i < self->stop->parcels->len; i++)
    {
      DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_OPEN
          && gtk_check_button_get_active (g_ptr_array_index (self->parcel_checks, check++)))
        g_strv_builder_add (waybills, parcel->waybill);
    }
  return g_strv_builder_end (waybills);
}

/* Returns: (nullable): a name, or the courier's own words; %NULL while none is given. */
static char *
get_chosen_reason (DsOutcomePage *self)
{
  const char *const *reasons = get_reasons (self->outcome);
  g_autofree char *words = NULL;

  for (guint i = 0; reasons[i] != NULL; i++)
    {
      if (gtk_check_button_get_active (g_ptr_array_index (self->reason_checks, i)))
        return g_strdup (reasons[i]);
    }
  words = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->own_words))));
  return *words != '\0' ? g_steal_pointer (&words) : NULL;
}

static void
choice_changed (DsOutcomePage *self)
{
  g_auto (GStrv) waybills = get_chosen_parcels (self);
  g_autofree char *reason = get_chosen_reason (self);
  guint n = g_strv_length (waybills);
  g_autofree char *label
      = g_strdup_printf (ngettext ("%s: %u parcel", "%s: %u parcels", n), get_title (DS_PAGE (self)), n);

  gtk_widget_set_sensitive (GTK_WIDGET (self->confirm), n > 0 && reason != NULL);
  gtk_button_set_label (self->confirm, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->confirm), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Writing something chooses the reason it belongs to. */
static void
own_words_changed (DsOutcomePage *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->own_words)) != '\0')
    gtk_check_button_set_active (g_ptr_array_index (self->reason_checks, self->reason_checks->len - 1), TRUE);
  choice_changed (self);
}

static void
did_confirm (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsOutcomePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_set_outcome_finish (DS_DOOR (source), result, &error);
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  if (stop != NULL && navigator != NULL)
    ds_navigator_pop (navigator, DS_PAGE (self));
  if (stop != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  gtk_label_set_text (self->problem, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->problem), TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->confirm), TRUE);
}

static void
confirm_clicked (DsOutcomePage *self)
{
  g_auto (GStrv) waybills = get_chosen_parcels (self);
  g_autofree char *reason = get_chosen_reason (self);

  gtk_widget_set_sensitive (GTK_WIDGET (self->confirm), FALSE);
  ds_door_set_outcome_async (ds_session_get_door (self->session), self->stop->id,
                             (const char *const *)waybills, self->outcome, reason, self->cancellable,
                             did_confirm, g_object_ref (self));
}

/* The whole row is the target: the check button fills it. */
static GtkCheckButton *
add_check (DsOutcomePage *self, GtkListBox *list, const char *text, GtkCheckButton *group, gboolean active)
{
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), label);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (check), group);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), active);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_add_css_class (check, "check-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), check);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_list_box_append (list, row);
  g_signal_connect_object (check, "toggled", G_CALLBACK (choice_changed), self, G_CONNECT_SWAPPED);
  return GTK_CHECK_BUTTON (check);
}

static void
add_parcels (DsOutcomePage *self)
{
  for (guint i = 0; i < self->stop->parcels->len; i++)
    {
      DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);
      g_autofree char *waybill = ds_format_waybill (parcel->waybill);
      g_autofree char *money = ds_format_money (parcel->due_fen);
      g_autofree char *text = g_strdup_printf ("%s · %s", waybill, parcel->prepaid ? _ ("Prepaid") : money);

      if (parcel->outcome != DS_OUTCOME_OPEN)
        continue;
      g_ptr_array_add (self->parcel_checks, add_check (self, self->parcels, text, NULL, TRUE));
    }
  /* With one parcel there is nothing to choose. */
  gtk_widget_set_visible (GTK_WIDGET (self->parcels), self->parcel_checks->len > 1);
  gtk_widget_set_visible (self->parcels_heading, self->parcel_checks->len > 1);
}

static void
add_reasons (DsOutcomePage *self)
{
  const char *const *reasons = get_reasons (self->outcome);
  GtkCheckButton *group = NULL;

  for (guint i = 0; reasons[i] != NULL; i++)
    {
      GtkCheckButton *check = add_check (self, self->reasons, ds_words_for_reason (reasons[i]), group, FALSE);

      group = group != NULL ? group : check;
      g_ptr_array_add (self->reason_checks, check);
    }
  g_ptr_array_add (self->reason_checks, add_check (self, self->reasons, _ ("Something else"), group, FALSE));
}

static void
ds_outcome_page_dispose (GObject *object)
{
  DsOutcomePage *self = DS_OUTCOME_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_ptr_array_set_size (self->parcel_checks, 0);
  g_ptr_array_set_size (self->reason_checks, 0);
  g_clear_object (&self->stop);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_OUTCOME_PAGE);

  G_OBJECT_CLASS (ds_outcome_page_parent_class)->dispose (object);
}

static void
ds_outcome_page_finalize (GObject *object)
{
  DsOutcomePage *self = DS_OUTCOME_PAGE (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->parcel_checks);
  g_ptr_array_unref (self->reason_checks);

  G_OBJECT_CLASS (ds_outcome_page_parent_class)->finalize (object);
}

static void
ds_outcome_page_class_init (DsOutcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_outcome_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_outcome_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-outcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, parcels_heading);
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, parcels);
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, reasons);
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, own_words);
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsOutcomePage, confirm);
  gtk_widget_class_bind_template_callback (widget_class, confirm_clicked);
  gtk_widget_class_bind_template_callback (widget_class, own_words_changed);
}

static void
ds_outcome_page_init (DsOutcomePage *self)
{
  self->cancellable = g_cancellable_new ();
  self->parcel_checks = g_ptr_array_new ();
  self->reason_checks = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsOutcomePage *
ds_outcome_page_new (DsSession *session, DsStop *stop, DsParcelOutcome outcome)
{
  DsOutcomePage *self;
  g_autofree char *name = NULL;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (DS_IS_STOP (stop), NULL);

  self = g_object_new (DS_TYPE_OUTCOME_PAGE, NULL);
  self->session = g_object_ref (session);
  self->stop = g_object_ref (stop);
  self->outcome = outcome;
  name = ds_mask_name (stop->recipient);
  adw_window_title_set_title (self->window_title, get_title (DS_PAGE (self)));
  adw_window_title_set_subtitle (self->window_title, name);
  add_parcels (self);
  add_reasons (self);
  choice_changed (self);
  return self;
}
