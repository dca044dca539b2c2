/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-change-row.h"

#include "ds-format.h"
#include "ds-state-label.h"
#include "ds-words.h"

#include <glib/gi18n.h>

struct _DsChangeRow
{
  GtkBox parent;

  DsStateLabel *state;
  GtkLabel *clock;
  GtkLabel *address;
  GtkLabel *price;
  GtkLabel *advice;
};

G_DEFINE_FINAL_TYPE (DsChangeRow, ds_change_row, GTK_TYPE_BOX)

static void
set_text (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static char *
describe_place (DsStop *stop)
{
  g_autofree char *name = NULL;

  if (stop == NULL)
    return g_strdup (_ ("A stop that is not on this handheld any more"));
  name = ds_mask_name (stop->recipient);
  /* Translators: a stop's number, address and masked recipient: "7 · 文三路 9 号 · 李*华" */
  return g_strdup_printf (_ ("%d · %s · %s"), (int)stop->position, stop->address, name);
}

static char *
describe_price (const DsChange *change)
{
  g_autofree char *before = ds_format_money (change->before_fen);
  g_autofree char *after = ds_format_money (change->after_fen);

  if (change->before_fen == change->after_fen)
    return NULL;
  if (g_str_equal (change->kind, "added") || g_str_equal (change->kind, "restored"))
    return g_strdup (after);
  /* Translators: a price before and after: "¥100.00 → ¥60.00" */
  return g_strdup_printf (_ ("%s → %s"), before, after);
}

void
ds_change_row_set_entry (DsChangeRow *self, DsDigestEntry *entry)
{
  const DsChange *change;
  DsWords words;
  g_autofree char *place = NULL;
  g_autofree char *price = NULL;
  g_autofree char *advice = NULL;
  g_autofree char *clock = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (DS_IS_CHANGE_ROW (self));

  if (entry == NULL)
    return;
  change = ds_digest_entry_get_change (entry);
  words = ds_words_for_change (change->kind);
  if (ds_digest_entry_is_conflict (entry))
    words.css_class = "accepted";
  place = describe_place (ds_digest_entry_get_stop (entry));
  price = describe_price (change);
  advice = ds_words_for_change_advice (change, ds_digest_entry_get_stop (entry),
                                       ds_digest_entry_is_conflict (entry));
  clock = ds_format_clock (change->at_ms);
  name = g_strdup_printf ("%s, %s, %s, %s", words.text, place, price != NULL ? price : "", advice);

  ds_state_label_set (self->state, &words);
  gtk_label_set_text (self->clock, clock);
  gtk_label_set_text (self->address, place);
  set_text (self->price, price);
  set_text (self->advice, advice);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (change->read)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "unread");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "unread");
}

static void
ds_change_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_CHANGE_ROW);

  G_OBJECT_CLASS (ds_change_row_parent_class)->dispose (object);
}

static void
ds_change_row_class_init (DsChangeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_change_row_dispose;

  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-change-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsChangeRow, state);
  gtk_widget_class_bind_template_child (widget_class, DsChangeRow, clock);
  gtk_widget_class_bind_template_child (widget_class, DsChangeRow, address);
  gtk_widget_class_bind_template_child (widget_class, DsChangeRow, price);
  gtk_widget_class_bind_template_child (widget_class, DsChangeRow, advice);
}

static void
ds_change_row_init (DsChangeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsChangeRow *
ds_change_row_new (void)
{
  return g_object_new (DS_TYPE_CHANGE_ROW, NULL);
}
