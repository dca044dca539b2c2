/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether something may be collected now, by which ways, and what to say when not. */
#include "config.h"

#include "ds-door-private.h"

static const char *const hindrance_names[] = {
  [DS_HINDRANCE_NONE] = "none",
  [DS_HINDRANCE_NO_SETTINGS] = "no-settings",
  [DS_HINDRANCE_NO_SHIFT] = "no-shift",
  [DS_HINDRANCE_REMOVED] = "removed",
  [DS_HINDRANCE_UNKNOWN_PARCEL] = "unknown-parcel",
  [DS_HINDRANCE_BAD_AMOUNT] = "bad-amount",
  [DS_HINDRANCE_COVERED] = "covered",
  [DS_HINDRANCE_TOO_MUCH] = "too-much",
  [DS_HINDRANCE_UNCERTAIN] = "uncertain",
};

const char *
ds_hindrance_to_name (DsHindrance hindrance)
{
  g_assert (hindrance < G_N_ELEMENTS (hindrance_names));

  return hindrance_names[hindrance];
}

/* The interlock */

static gboolean
is_rival (DsPayment *payment, const DsCollection *collection)
{
  return !payment->superseded && g_strcmp0 (payment->id, collection->own_payment_id) != 0
         && ds_door_payment_concerns (payment, collection->waybills);
}

/* Shown and perhaps being paid this moment. A live code that was asked for but came too late counts as well: the
 * depot has an order open for it. */
static gboolean
is_shown (DsPayment *payment)
{
  return payment->state == DS_PAYMENT_REQUESTED || payment->state == DS_PAYMENT_PRESENTED;
}

static gint64
sum_uncertain_fen (DsStop *stop, const DsCollection *collection)
{
  gint64 sum_fen = 0;

  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (is_rival (payment, collection) && ds_payment_state_is_uncertain (payment->state))
        sum_fen += payment->amount_fen;
    }
  return sum_fen;
}

void
ds_door_supersede_payment (const char *payment_id, DsDrafts *drafts)
{
  ds_drafts_add (drafts, "payment.superseded", json_pack ("{s:s}", "payment", payment_id));
}

void
ds_door_supersede (DsStop *stop, const DsCollection *collection, DsDrafts *drafts)
{
  gint64 left_fen
      = ds_door_get_open_fen (stop, collection->waybills, DS_FOR_COLLECTING) - collection->amount_fen;
  gboolean too_much_with_uncertain = sum_uncertain_fen (stop, collection) > left_fen;

  if (!too_much_with_uncertain)
    left_fen -= sum_uncertain_fen (stop, collection);
  for (guint i = 0; i < stop->payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i);

      if (!is_rival (payment, collection))
        continue;
      if (is_shown (payment) && g_strcmp0 (payment->id, collection->replaced_payment_id) == 0)
        ds_door_supersede_payment (payment->id, drafts);
      else if (ds_payment_state_is_uncertain (payment->state) && too_much_with_uncertain)
        ds_door_supersede_payment (payment->id, drafts);
      else if (is_shown (payment) && payment->amount_fen > left_fen)
        ds_door_supersede_payment (payment->id, drafts);
      else if (is_shown (payment))
        left_fen -= payment->amount_fen;
    }
}

/* What is wrong with the parcels themselves. */
static DsHindrance
find_hindrance_of_parcels (DsStop *stop, const char *const *waybills, char **text)
{
  if (stop->removed_reason != NULL)
    {
      if (g_str_equal (stop->removed_reason, "cancelled"))
        *text
            = g_strdup (_ ("The depot cancelled this stop. Collect nothing here, and bring the goods back."));
      else if (g_str_equal (stop->removed_reason, "reassigned"))
        *text = g_strdup (
            _ ("The depot gave this stop to another courier. Collect nothing here, and ask the depot "
               "what to do with the goods."));
      else
        *text = g_strdup_printf (
            _ ("The depot took this stop off your route (%s). Collect nothing here and ask "
               "the depot."),
            stop->removed_reason);
      return DS_HINDRANCE_REMOVED;
    }
  if (waybills[0] == NULL)
    {
      *text = g_strdup (_ ("Choose the parcels first."));
      return DS_HINDRANCE_UNKNOWN_PARCEL;
    }
  for (gsize i = 0; waybills[i] != NULL; i++)
    {
      if (ds_stop_find_parcel (stop, waybills[i]) == NULL)
        {
          *text
              = g_strdup_printf (_ ("Parcel %s does not belong to this stop. Check its label."), waybills[i]);
          return DS_HINDRANCE_UNKNOWN_PARCEL;
        }
    }
  return DS_HINDRANCE_NONE;
}

static DsHindrance
find_hindrance_of_amount (DsStop *stop, const DsCollection *collection, char **text)
{
  gint64 open_fen = ds_door_get_open_fen (stop, collection->waybills, DS_FOR_COLLECTING);
  gint64 uncertain_fen = sum_uncertain_fen (stop, collection);
  g_autofree char *open = ds_door_format_yuan (open_fen);
  g_autofree char *uncertain = ds_door_format_yuan (uncertain_fen);

  if (open_fen == 0)
    {
      *text = g_strdup (_ ("Nothing is left to collect for these parcels. Hand them over."));
      return DS_HINDRANCE_COVERED;
    }
  if (collection->amount_fen <= 0)
    {
      *text = g_strdup (_ ("Enter an amount above zero."));
      return DS_HINDRANCE_BAD_AMOUNT;
    }
  if (collection->amount_fen > open_fen)
    {
      *text = g_strdup_printf (_ ("Only %s is still to collect. Collect that or less."), open);
      return DS_HINDRANCE_TOO_MUCH;
    }
  if (!collection->supersede && collection->amount_fen > open_fen - uncertain_fen)
    {
      *text = g_strdup_printf (_ ("A payment of %s has no result yet and may still arrive. Check it now, or "
                                  "decide to take cash instead."),
                               uncertain);
      return DS_HINDRANCE_UNCERTAIN;
    }
  return DS_HINDRANCE_NONE;
}

DsHindrance
ds_door_find_hindrance (DsDoor *self, DsStop *stop, const DsCollection *collection, char **text)
{
  g_autofree char *sentence = NULL;
  DsHindrance hindrance;

  if (ds_store_get_settings (self->store) == NULL)
    {
      sentence = g_strdup (_ ("The depot's settings have not arrived yet. Connect once, then collect."));
      hindrance = DS_HINDRANCE_NO_SETTINGS;
    }
  else if (ds_door_get_open_shift (self) == NULL)
    {
      sentence = g_strdup (_ ("No shift is open. Open your shift, then collect."));
      hindrance = DS_HINDRANCE_NO_SHIFT;
    }
  else
    {
      hindrance = find_hindrance_of_parcels (stop, collection->waybills, &sentence);
      if (hindrance == DS_HINDRANCE_NONE)
        hindrance = find_hindrance_of_amount (stop, collection, &sentence);
    }

  if (text != NULL)
    *text = g_steal_pointer (&sentence);
  return hindrance;
}

/* The list of ways */

void
ds_way_free (DsWay *self)
{
  g_free (self->text);
  g_free (self);
}

static void
describe_show_code (DsDoor *self, DsStop *stop, gint64 amount_fen, DsWay *way)
{
  DsSettings *settings = ds_store_get_settings (self->store);

  way->available = TRUE;
  if (self->online)
    way->text = g_strdup (_ ("The customer scans a code made for this payment."));
  else if (ds_door_find_shown (self, stop, NULL, amount_fen) != NULL)
    way->text = g_strdup (_ ("The code shown before; then scan their receipt."));
  else if (ds_door_may_show_carried (self, stop, amount_fen) || settings->built_codes)
    way->text = g_strdup (_ ("They pay, then you scan their receipt."));
  else
    {
      way->available = FALSE;
      way->text
          = g_strdup (_ ("Not now (offline): no code for this amount is carried. Take cash, or try again "
                         "with a network."));
    }
}

static void
describe_scan (DsDoor *self, DsWay *way)
{
  way->available = self->online;
  way->text = g_strdup (self->online ? _ ("You scan the customer's payer code; the bank answers at once.")
                                     : _ ("Needs the network: show a code instead."));
}

static void
describe_cash (DsDoor *self, gint64 amount_fen, DsWay *way)
{
  DsSettings *settings = ds_store_get_settings (self->store);
  g_autofree char *in_hand = ds_door_format_yuan (self->exposure.cash_fen);

  way->available = TRUE;
  if (self->exposure.cash_fen + amount_fen > settings->cash_limit_fen)
    way->text = g_strdup_printf (_ ("Always works. You carry %s in cash already: hand it in soon."), in_hand);
  else
    way->text = g_strdup (_ ("Always works; change is worked out."));
}

GPtrArray *
ds_door_get_ways (DsDoor *self, DsStop *stop, gint64 amount_fen)
{
  g_autoptr (GPtrArray) ways = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_way_free);
  g_auto (GStrv) waybills = NULL;
  g_autofree char *sentence = NULL;
  DsHindrance hindrance;

  g_return_val_if_fail (DS_IS_DOOR (self), NULL);
  g_return_val_if_fail (DS_IS_STOP (stop), NULL);

  waybills = ds_door_get_all_waybills (stop);
  hindrance = ds_door_find_hindrance (
      self, stop, &(DsCollection){ .waybills = (const char *const *)waybills, .amount_fen = amount_fen },
      &sentence);

  for (DsWayKind kind = 0; kind < DS_N_WAYS; kind++)
    {
      DsWay *way = g_new0 (DsWay, 1);

      way->kind = kind;
      if (hindrance == DS_HINDRANCE_UNCERTAIN && kind == DS_WAY_CASH)
        {
          way->available = TRUE;
          way->text
              = g_strdup (_ ("Possible, but another payment has no result yet: if it arrives too, it is "
                             "given back."));
        }
      else if (hindrance != DS_HINDRANCE_NONE)
        way->text = g_strdup (sentence);
      else if (kind == DS_WAY_SHOW_CODE)
        describe_show_code (self, stop, amount_fen, way);
      else if (kind == DS_WAY_SCAN_PAYER_CODE)
        describe_scan (self, way);
      else
        describe_cash (self, amount_fen, way);
      g_ptr_array_add (ways, way);
    }
  return g_steal_pointer (&ways);
}
