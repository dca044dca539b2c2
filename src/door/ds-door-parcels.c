/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is owed for some of a stop's parcels.
 *
 * A stop's debt is one sum (DsDebt). Where a customer takes and pays for parcels one by one, the money of each
 * payment is laid on the parcels it was made for: what was handed over comes first, then either the other parcels
 * or the ones asked about. Whatever comes out, never more than the stop's own open amount. */
#include "config.h"

#include "ds-door-private.h"

enum
{
  RANK_HANDED_OVER,
  RANK_FIRST,
  RANK_LAST,
  N_RANKS
};

static gboolean
is_owed_for (const DsParcel *parcel)
{
  return !parcel->prepaid && (parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome == DS_OUTCOME_DELIVERED);
}

static gint
get_rank (const DsParcel *parcel, const char *const *waybills, DsOpenPurpose purpose)
{
  gboolean is_asked_about = g_strv_contains (waybills, parcel->waybill);

  if (!is_asked_about && parcel->outcome == DS_OUTCOME_DELIVERED)
    return RANK_HANDED_OVER;
  return is_asked_about == (purpose == DS_FOR_HANDING_OVER) ? RANK_FIRST : RANK_LAST;
}

/* Money that the depot knows of before the journal does comes without parcels. */
static gboolean
names_parcels (DsPayment *payment)
{
  return payment->parcels != NULL && payment->parcels[0] != NULL;
}

static gboolean
payment_is_for (DsPayment *payment, const char *waybill)
{
  return !names_parcels (payment) || g_strv_contains ((const char *const *)payment->parcels, waybill);
}

/* Payments for fewer parcels first: they have less choice. */
static gint
compare_choice (gconstpointer a, gconstpointer b)
{
  DsPayment *const *first = a;
  DsPayment *const *second = b;
  guint n_first = names_parcels (*first) ? g_strv_length ((*first)->parcels) : G_MAXUINT;
  guint n_second = names_parcels (*second) ? g_strv_length ((*second)->parcels) : G_MAXUINT;

  return n_first < n_second ? -1 : n_first > n_second;
}

static GPtrArray *
sort_payments (DsStop *stop)
{
  GPtrArray *payments = g_ptr_array_new ();

  for (guint i = 0; i < stop->payments->len; i++)
    g_ptr_array_add (payments, g_ptr_array_index (stop->payments, i));
  g_ptr_array_sort (payments, compare_choice);
  return payments;
}

gint64
ds_door_get_open_fen (DsStop *stop, const char *const *waybills, DsOpenPurpose purpose)
{
  g_autoptr (GPtrArray) payments = sort_payments (stop);
  g_autofree gint64 *missing_fen = g_new0 (gint64, stop->parcels->len);
  gint64 open_fen = 0;
  DsDebt debt;

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      missing_fen[i] = is_owed_for (parcel) ? parcel->due_fen : 0;
    }

  for (guint p = 0; p < payments->len; p++)
    {
      DsPayment *payment = g_ptr_array_index (payments, p);
      gint64 money_fen = ds_payment_get_covered_fen (payment);

      for (gint rank = 0; rank < N_RANKS; rank++)
        {
          for (guint i = 0; i < stop->parcels->len && money_fen > 0; i++)
            {
              const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);
              gint64 part_fen = MIN (money_fen, missing_fen[i]);

              if (get_rank (parcel, waybills, purpose) == rank && payment_is_for (payment, parcel->waybill))
                {
                  missing_fen[i] -= part_fen;
                  money_fen -= part_fen;
                }
            }
        }
    }

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (g_strv_contains (waybills, parcel->waybill))
        open_fen += missing_fen[i];
    }
  ds_stop_get_debt (stop, &debt);
  return MIN (open_fen, debt.open_fen);
}

gboolean
ds_door_payment_concerns (DsPayment *payment, const char *const *waybills)
{
  for (gsize i = 0; waybills[i] != NULL; i++)
    {
      if (payment_is_for (payment, waybills[i]))
        return TRUE;
    }
  return FALSE;
}

GStrv
ds_door_get_payment_waybills (DsStop *stop, DsPayment *payment)
{
  return names_parcels (payment) ? g_strdupv (payment->parcels) : ds_door_get_all_waybills (stop);
}

GStrv
ds_door_get_all_waybills (DsStop *stop)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      g_strv_builder_add (builder, parcel->waybill);
    }
  return g_strv_builder_end (builder);
}

json_t *
ds_door_waybills_to_json (const char *const *waybills)
{
  json_t *array = json_array ();

  for (gsize i = 0; waybills[i] != NULL; i++)
    json_array_append_new (array, json_string (waybills[i]));
  return array;
}
