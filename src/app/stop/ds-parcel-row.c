/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-parcel-row.h"

#include "ds-format.h"
#include "ds-state-label.h"

#include <glib/gi18n.h>

struct _DsParcelRow
{
  GtkListBoxRow parent;

  GtkLabel *waybill;
  DsStateLabel *state;
  GtkLabel *amount;
};

G_DEFINE_FINAL_TYPE (DsParcelRow, ds_parcel_row, GTK_TYPE_LIST_BOX_ROW)

static void
ds_parcel_row_dispose (GObject *object)
{
  /* The parent class keeps a pointer of its own to the child: it must let go first. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_PARCEL_ROW);

  G_OBJECT_CLASS (ds_parcel_row_parent_class)->dispose (object);
}

static void
ds_parcel_row_class_init (DsParcelRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_parcel_row_dispose;

  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-parcel-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsParcelRow, waybill);
  gtk_widget_class_bind_template_child (widget_class, DsParcelRow, state);
  gtk_widget_class_bind_template_child (widget_class, DsParcelRow, amount);
}

static void
ds_parcel_row_init (DsParcelRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  ds_state_label_set_wrap (self->state, TRUE);
}

/* Until something became of it, a parcel is checked or not; then its end is what counts. */
static DsWords
get_words (const DsParcel *parcel, gboolean checked)
{
  if (parcel->outcome != DS_OUTCOME_OPEN)
    return ds_words_for_outcome (parcel->outcome);
  if (checked)
    return (DsWords){ "object-select-symbolic", _ ("Checked"), "paid" };
  return (DsWords){ "ds-due-symbolic", _ ("Not checked"), "plain" };
}

DsParcelRow *
ds_parcel_row_new (const DsParcel *parcel, gboolean checked)
{
  DsParcelRow *self;
  DsWords words;
  g_autofree char *waybill = NULL;
  g_autofree char *detail = NULL;

  g_return_val_if_fail (parcel != NULL, NULL);

  self = g_object_new (DS_TYPE_PARCEL_ROW, NULL);
  waybill = ds_format_waybill (parcel->waybill);
  words = get_words (parcel, checked);
  if (parcel->reason != NULL && *parcel->reason != '\0')
    {
      detail = g_strdup_printf ("%s · %s", words.text, ds_words_for_reason (parcel->reason));
      words.text = detail;
    }
  gtk_label_set_text (self->waybill, waybill);
  ds_state_label_set (self->state, &words);
  if (parcel->prepaid)
    gtk_label_set_text (self->amount, _ ("Prepaid"));
  else
    ds_money_label_set (self->amount, parcel->due_fen);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, parcel->waybill, -1);
  return self;
}
