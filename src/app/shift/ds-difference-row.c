/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-difference-row.h"

#include "ds-format.h"
#include "ds-state-label.h"

#include <glib/gi18n.h>

struct _DsDifferenceRow
{
  GtkListBoxRow parent;

  DsStateLabel *state;
  GtkLabel *amount;
  GtkLabel *stop;
  GtkLabel *sums;
};

G_DEFINE_FINAL_TYPE (DsDifferenceRow, ds_difference_row, GTK_TYPE_LIST_BOX_ROW)

static void
ds_difference_row_dispose (GObject *object)
{
  /* The parent class keeps a pointer of its own to the child: it must let go first. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_DIFFERENCE_ROW);

  G_OBJECT_CLASS (ds_difference_row_parent_class)->dispose (object);
}

static void
ds_difference_row_class_init (DsDifferenceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_difference_row_dispose;

  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-difference-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsDifferenceRow, state);
  gtk_widget_class_bind_template_child (widget_class, DsDifferenceRow, amount);
  gtk_widget_class_bind_template_child (widget_class, DsDifferenceRow, stop);
  gtk_widget_class_bind_template_child (widget_class, DsDifferenceRow, sums);
}

static void
ds_difference_row_init (DsDifferenceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsDifferenceRow *
ds_difference_row_new (const DsStatementLine *line, DsStop *stop)
{
  DsDifferenceRow *self;
  DsWords words;
  gint64 operator_fen;
  DsPayment *payment = stop != NULL ? ds_stop_find_payment (stop, line->payment_id) : NULL;
  gint64 at_stake_fen;
  g_autofree char *name = NULL;
  g_autofree char *where = NULL;
  g_autofree char *device = NULL;
  g_autofree char *depot = NULL;
  g_autofree char *sums = NULL;

  g_return_val_if_fail (line != NULL, NULL);

  self = g_object_new (DS_TYPE_DIFFERENCE_ROW, NULL);
  words = ds_words_for_verdict (line->verdict);
  operator_fen = MAX (line->operator_fen, 0);
  name = stop != NULL ? ds_mask_name (stop->recipient) : NULL;
  where = stop != NULL ? g_strdup_printf ("%s · %s", name, stop->address)
                       : g_strdup (_ ("Not a stop of this route"));
  device = ds_format_money (line->device_fen);
  depot = ds_format_money (operator_fen);
  /* Translators: what the handheld collected, and what the operator has */
  sums = g_strdup_printf (_ ("This device %s, operator %s"), device, depot);

  ds_state_label_set (self->state, &words);
  /* What is at stake; where both say the same (a second payment, no result yet), the whole of it. */
  at_stake_fen = line->device_fen != operator_fen ? ABS (line->device_fen - operator_fen) : line->device_fen;
  /* A rejected voucher is money on neither side any more: what it promised. */
  if (at_stake_fen == 0 && payment != NULL)
    at_stake_fen = payment->amount_fen;
  ds_money_label_set (self->amount, at_stake_fen);
  gtk_label_set_text (self->stop, where);
  gtk_label_set_text (self->sums, sums);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words.text, -1);
  return self;
}
