/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop-history.h"

#include "ds-customer-slip.h"
#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-words.h"

#include <glib/gi18n.h>

typedef struct
{
  gint64 at_ms;
  DsWords words;
  char *line;
  char *value;        /* (nullable) */
  DsPayment *payment; /* (nullable) (transfer none): whose it is, when it has a receipt */
} Event;

static void
event_clear (gpointer data)
{
  Event *self = data;

  g_free (self->line);
  g_free (self->value);
}

static Event *
add_event (GArray *events, gint64 at_ms, const DsWords *words, const char *line, const char *value)
{
  const Event event = { at_ms, *words, g_strdup (line), g_strdup (value), NULL };

  g_array_append_val (events, event);
  return &g_array_index (events, Event, events->len - 1);
}

/* How it was made or why it ended, and what came from red packets or went back. */
static char *
describe_payment (DsPayment *payment)
{
  g_autofree char *clock = ds_format_clock (payment->changed_at_ms);
  g_autofree char *said = payment->reason != NULL ? ds_words_for_bank_reason (payment->reason)
                                                  : g_strdup (ds_words_for_tender (payment->tender));
  g_autofree char *parts
      = ds_words_for_parts (payment->red_packet_fen, payment->refunded_fen, payment->red_packet_refunded_fen);

  return parts != NULL ? g_strdup_printf ("%s · %s · %s", clock, said, parts)
                       : g_strdup_printf ("%s · %s", clock, said);
}

static void
add_payments (GArray *events, DsStop *stop)
{
  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);
      DsWords words = ds_words_for_payment (payment->state);
      g_autofree char *money = ds_format_money (payment->amount_fen);
      g_autofree char *line = describe_payment (payment);

      Event *event = add_event (events, payment->changed_at_ms, &words, line, money);

      if (ds_customer_slip_can_be_made (payment))
        event->payment = payment;
    }
}

/* Parcels that had the same end at once are one event. */
static guint
count_same (DsStop *stop, const DsParcel *parcel, gboolean *is_first)
{
  guint n = 0;

  *is_first = TRUE;
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *other = g_ptr_array_index (stop->parcels, i);

      if (other->outcome != parcel->outcome || other->outcome_at_ms != parcel->outcome_at_ms)
        continue;
      if (n == 0)
        *is_first = other == parcel;
      n++;
    }
  return n;
}

static void
add_outcomes (GArray *events, DsStop *stop)
{
  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);
      DsWords words = ds_words_for_outcome (parcel->outcome);
      g_autofree char *clock = ds_format_clock (parcel->outcome_at_ms);
      g_autofree char *line = NULL;
      g_autofree char *parcels = NULL;
      gboolean is_first;
      guint n = count_same (stop, parcel, &is_first);

      if (parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome_at_ms == 0 || !is_first)
        continue;
      line = parcel->reason != NULL ? g_strdup_printf ("%s · %s", clock, ds_words_for_reason (parcel->reason))
                                    : g_strdup (clock);
      parcels = g_strdup_printf (ngettext ("%u parcel", "%u parcels", n), n);
      add_event (events, parcel->outcome_at_ms, &words, line, parcels);
    }
}

static void
add_changes (GArray *events, DsStop *stop, DsDigest *digest)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (digest)); i++)
    {
      g_autoptr (DsDigestEntry) entry = g_list_model_get_item (G_LIST_MODEL (digest), i);
      const DsChange *change = ds_digest_entry_get_change (entry);
      DsWords words = ds_words_for_change (change->kind);
      g_autofree char *clock = ds_format_clock (change->at_ms);
      g_autofree char *line = NULL;
      g_autofree char *money = NULL;

      if (g_strcmp0 (change->stop_id, stop->id) != 0)
        continue;
      line = g_strdup_printf ("%s · %s", clock, change->detail != NULL ? change->detail : _ ("by the depot"));
      money = change->before_fen != change->after_fen ? ds_format_money (change->after_fen) : NULL;
      add_event (events, change->at_ms, &words, line, money);
    }
}

static gint
compare_events (gconstpointer a, gconstpointer b)
{
  gint64 first_ms = ((const Event *)a)->at_ms;
  gint64 second_ms = ((const Event *)b)->at_ms;

  return first_ms > second_ms ? -1 : first_ms < second_ms;
}

/* Returns: (transfer full) (element-type Event): the newest first. */
static GArray *
list_events (DsStop *stop, DsDigest *digest)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (Event));

  g_array_set_clear_func (events, event_clear);
  add_payments (events, stop);
  add_outcomes (events, stop);
  add_changes (events, stop, digest);
  g_array_sort (events, compare_events);
  return events;
}

guint
ds_stop_history_fill (GtkListBox *list, DsStop *stop, DsDigest *digest)
{
  g_autoptr (GArray) events = NULL;
  GtkListBoxRow *old;

  g_return_val_if_fail (GTK_IS_LIST_BOX (list), 0);
  g_return_val_if_fail (DS_IS_STOP (stop), 0);
  g_return_val_if_fail (DS_IS_DIGEST (digest), 0);

  while ((old = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (old));
  events = list_events (stop, digest);
  for (guint i = 0; i < events->len; i++)
    {
      const Event *event = &g_array_index (events, Event, i);
      DsInfoRow *row = ds_info_row_new (NULL, event->words.text, event->line);

      ds_info_row_set_words (row, &event->words);
      ds_info_row_set_value (row, event->value);
      g_object_set (row, "leads", event->payment != NULL, NULL);
      gtk_list_box_append (list, GTK_WIDGET (row));
    }
  return events->len;
}

DsPayment *
ds_stop_history_get_payment (DsStop *stop, DsDigest *digest, guint at)
{
  g_autoptr (GArray) events = NULL;

  g_return_val_if_fail (DS_IS_STOP (stop), NULL);
  g_return_val_if_fail (DS_IS_DIGEST (digest), NULL);

  events = list_events (stop, digest);
  return at < events->len ? g_array_index (events, Event, at).payment : NULL;
}
