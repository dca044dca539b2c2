/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-denomination-row.h"

#include "ds-format.h"

#include <glib/gi18n.h>

struct _DsDenominationRow
{
  GtkListBoxRow parent;

  gint64 denomination_fen;
  guint count;

  GtkLabel *name;
  GtkButton *less;
  GtkEntry *entry;
  GtkButton *more;
  GtkLabel *amount;
};

G_DEFINE_FINAL_TYPE (DsDenominationRow, ds_denomination_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
take_count (DsDenominationRow *self, guint count)
{
  g_autofree char *amount = NULL;

  self->count = count;
  amount = ds_format_yuan (ds_denomination_row_get_amount_fen (self));
  gtk_label_set_text (self->amount, amount);
  gtk_widget_set_sensitive (GTK_WIDGET (self->less), count > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->more), count < DS_DENOMINATION_MAX_COUNT);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
entry_changed (DsDenominationRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  guint64 count = 0;
  gboolean good
      = *text == '\0' || g_ascii_string_to_unsigned (text, 10, 0, DS_DENOMINATION_MAX_COUNT, &count, NULL);

  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  take_count (self, (guint)count);
}

static void
show_count (DsDenominationRow *self, guint count)
{
  g_autofree char *text = g_strdup_printf ("%u", count);

  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

static void
less_clicked (DsDenominationRow *self)
{
  if (self->count > 0)
    show_count (self, self->count - 1);
}

static void
more_clicked (DsDenominationRow *self)
{
  if (self->count < DS_DENOMINATION_MAX_COUNT)
    show_count (self, self->count + 1);
}

static void
ds_denomination_row_dispose (GObject *object)
{
  /* The parent class keeps a pointer of its own to the child: it must let go first. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_DENOMINATION_ROW);

  G_OBJECT_CLASS (ds_denomination_row_parent_class)->dispose (object);
}

static void
ds_denomination_row_class_init (DsDenominationRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_denomination_row_dispose;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", DS_TYPE_DENOMINATION_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-denomination-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsDenominationRow, name);
  gtk_widget_class_bind_template_child (widget_class, DsDenominationRow, less);
  gtk_widget_class_bind_template_child (widget_class, DsDenominationRow, entry);
  gtk_widget_class_bind_template_child (widget_class, DsDenominationRow, more);
  gtk_widget_class_bind_template_child (widget_class, DsDenominationRow, amount);
  gtk_widget_class_bind_template_callback (widget_class, entry_changed);
  gtk_widget_class_bind_template_callback (widget_class, less_clicked);
  gtk_widget_class_bind_template_callback (widget_class, more_clicked);
}

static void
ds_denomination_row_init (DsDenominationRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_accessible_label (gpointer widget, const char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

DsDenominationRow *
ds_denomination_row_new (gint64 denomination_fen)
{
  DsDenominationRow *self;
  g_autofree char *name = NULL;
  g_autofree char *one_less = NULL;
  g_autofree char *one_more = NULL;

  g_return_val_if_fail (denomination_fen > 0, NULL);

  self = g_object_new (DS_TYPE_DENOMINATION_ROW, NULL);
  self->denomination_fen = denomination_fen;
  name = ds_format_denomination (denomination_fen);
  gtk_label_set_text (self->name, name);
  /* Translators: buttons beside a count of notes: "100 yuan: one less" */
  one_less = g_strdup_printf (_ ("%s: one less"), name);
  one_more = g_strdup_printf (_ ("%s: one more"), name);
  set_accessible_label (self->entry, name);
  set_accessible_label (self->less, one_less);
  set_accessible_label (self->more, one_more);
  take_count (self, 0);
  return self;
}

guint
ds_denomination_row_get_count (DsDenominationRow *self)
{
  g_return_val_if_fail (DS_IS_DENOMINATION_ROW (self), 0);

  return self->count;
}

gint64
ds_denomination_row_get_amount_fen (DsDenominationRow *self)
{
  g_return_val_if_fail (DS_IS_DENOMINATION_ROW (self), 0);

  return self->denomination_fen * self->count;
}
