/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money in the books. All of it comes in through suspense and is assigned from there to what its stop owes; what does
 * not fit stays there with a case, never away. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-books.h"
#include "ds-suspense.h"

#define MERCHANT "payable:merchant"
#define SUSPENSE "suspense"
/* From which the clerk gives back cash that a courier had taken. */
#define TILL "cash:depot"
/* What customers got back twice and owe again. */
#define TWICE "receivable:given-back-twice"

/* Postings */

/* What the operator owes is the whole amount. The part that red packets paid is noted beside it, as a pair of its own
 * that a full refund brings back to nothing. */
static void
add_operator (DsPosting *posting,
              const DsDepotPayment *payment,
              gint64 amount_fen,
              gint64 red_packet_fen,
              char **accounts)
{
  accounts[0] = g_strconcat ("clearing:", payment->base->operator_id, NULL);
  accounts[1] = g_strconcat ("red-packet:", payment->base->operator_id, NULL);
  accounts[2] = g_strconcat ("red-packet-issuer:", payment->base->operator_id, NULL);
  ds_posting_add (posting, accounts[0], amount_fen);
  ds_posting_add (posting, accounts[1], red_packet_fen);
  ds_posting_add (posting, accounts[2], -red_packet_fen);
}

gboolean
ds_depot_book_paid (DsDepot *self, DsDepotPayment *payment, gint64 amount_fen, GError **error)
{
  g_autofree char *key = g_strconcat ("paid:", payment->base->id, NULL);
  g_auto (GStrv) accounts = g_new0 (char *, 4);
  DsPosting posting = { 0 };

  payment->base->red_packet_fen = CLAMP (payment->base->red_packet_fen, 0, amount_fen);
  add_operator (&posting, payment, amount_fen, payment->base->red_packet_fen, accounts);
  ds_posting_add (&posting, SUSPENSE, -amount_fen);
  payment->booked_fen = amount_fen;
  payment->suspense_fen = amount_fen;
  return ds_depot_post (self, key, &posting, error)
         && ds_depot_weigh (self, payment->base->stop_id, payment, error);
}

gboolean
ds_depot_book_cash (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  g_autofree char *key = g_strconcat ("cash:", payment->base->id, NULL);
  g_autofree char *drawer = g_strconcat ("cash:", payment->courier_id, NULL);
  DsPosting posting = { 0 };

  ds_posting_add (&posting, drawer, payment->base->amount_fen);
  ds_posting_add (&posting, SUSPENSE, -payment->base->amount_fen);
  payment->suspense_fen = payment->base->amount_fen;
  return ds_depot_post (self, key, &posting, error)
         && ds_depot_weigh (self, payment->base->stop_id, payment, error);
}

/* What goes back comes out of suspense first. */
static void
add_back (DsPosting *posting, DsDepotPayment *payment, gint64 back_fen)
{
  gint64 waiting_fen = MIN (payment->suspense_fen, back_fen);

  payment->suspense_fen -= waiting_fen;
  ds_posting_add (posting, SUSPENSE, waiting_fen);
  ds_posting_add (posting, MERCHANT, back_fen - waiting_fen);
}

static gboolean
finish_refund (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  DsPayment *base = payment->base;

  base->changed_at_ms = ds_depot_now_ms (self);
  if (ds_depot_payment_get_held_fen (payment) == 0)
    ds_depot_payment_happens (payment, DS_PAYMENT_IS_REFUNDED, base->changed_at_ms);
  return ds_depot_weigh (self, base->stop_id, payment, error);
}

gboolean
ds_depot_book_refunds (DsDepot *self,
                       DsDepotPayment *payment,
                       gint64 refunded_fen,
                       gint64 red_packet_fen,
                       GError **error)
{
  DsPayment *base = payment->base;
  gint64 back_fen = refunded_fen - base->refunded_fen;
  gint64 red_packet_back_fen = CLAMP (red_packet_fen - base->red_packet_refunded_fen, 0, back_fen);
  /* Refunds of one payment are told as their sum, so the sum tells them apart. */
  g_autofree char *key = g_strdup_printf ("refund:%s:%" G_GINT64_FORMAT, base->id, refunded_fen);
  g_auto (GStrv) accounts = g_new0 (char *, 4);
  DsPosting posting = { 0 };

  add_back (&posting, payment, back_fen);
  add_operator (&posting, payment, -back_fen, -red_packet_back_fen, accounts);
  base->refunded_fen = refunded_fen;
  base->red_packet_refunded_fen += red_packet_back_fen;
  return ds_depot_post (self, key, &posting, error) && finish_refund (self, payment, error);
}

gboolean
ds_depot_book_cash_back (DsDepot *self,
                         DsDepotPayment *payment,
                         const DsRefundDraft *draft,
                         gint64 over_fen,
                         GError **error)
{
  g_autofree char *key = g_strconcat ("refund:", draft->id, NULL);
  g_autofree char *drawer = g_strconcat ("cash:", payment->courier_id, NULL);
  DsPosting posting = { 0 };

  add_back (&posting, payment, draft->amount_fen - over_fen);
  ds_posting_add (&posting, TWICE, over_fen);
  ds_posting_add (&posting, draft->by_clerk ? TILL : drawer, -draft->amount_fen);
  payment->base->refunded_fen += draft->amount_fen - over_fen;
  return ds_depot_post (self, key, &posting, error) && finish_refund (self, payment, error);
}

/* Out of suspense, or back into it. */
static gboolean
move (DsDepot *self, DsDepotPayment *payment, gint64 suspense_fen, GError **error)
{
  g_autofree char *key
      = g_strdup_printf ("move:%s:%" G_GINT64_FORMAT, payment->base->id, payment->n_moves + 1);
  gint64 out_fen = payment->suspense_fen - suspense_fen;
  DsPosting posting = { 0 };

  if (out_fen == 0)
    return TRUE;
  ds_posting_add (&posting, SUSPENSE, out_fen);
  ds_posting_add (&posting, MERCHANT, -out_fen);
  payment->suspense_fen = suspense_fen;
  payment->n_moves++;
  return ds_depot_post (self, key, &posting, error);
}

/* Stops */

/* What a stop owes, and to whom its courier answers. */
typedef struct
{
  char *courier_id; /* (nullable): the depot knows no such stop */
  char *change;     /* (nullable) */
  gint64 due_fen;
} Owed;

static void
owed_clear (Owed *self)
{
  g_free (self->courier_id);
  g_free (self->change);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Owed, owed_clear)

static gboolean
load_owed (DsDepot *self, const char *stop_id, Owed *owed, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT courier, change, iif (change IS 'cancelled', 0, (SELECT sum (due_fen) FROM parcel"
      " WHERE parcel.stop = stop.id AND prepaid = 0 AND outcome IN ('open', 'delivered')))"
      " FROM stop WHERE id = ?",
      "s", stop_id);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      owed->courier_id = g_strdup (ds_db_column_text (query, 0));
      owed->change = g_strdup (ds_db_column_text (query, 1));
      owed->due_fen = ds_db_column_int (query, 2);
    }
  ds_db_reset (query);
  return TRUE;
}

static gboolean
is_reached (const DsDepotPayment *payment)
{
  return ds_payment_state_covers_debt (payment->base->state) || payment->base->state == DS_PAYMENT_REFUNDED;
}

static DsHeldMoney
describe (const DsDepotPayment *payment, const Owed *owed)
{
  return (DsHeldMoney){
    .held_fen = ds_depot_payment_get_held_fen (payment),
    .suspense_fen = payment->suspense_fen,
    .kept_fen = payment->base->kept_fen,
    .usable = payment->journalled && ds_depot_payment_get_taken_fen (payment) == payment->base->amount_fen
              && is_reached (payment),
    .own = owed->courier_id == NULL || g_strcmp0 (owed->courier_id, payment->courier_id) == 0,
    .superseded = payment->base->superseded,
    .cash = payment->base->tender == DS_TENDER_CASH,
  };
}

/* Why money waits: the kind of its case and what is said of it. */
static const char *
find_why (const DsDepotPayment *payment, const Owed *owed, const char **words)
{
  static const struct
  {
    const char *change, *words;
  } changes[] = {
    { "cancelled", "Taken for a stop that was cancelled" },
    { "repriced", "More than the stop owes since its price was changed" },
    { "paid-elsewhere", "Taken for a stop that was paid elsewhere" },
  };

  *words = "Paid, and no journal mentions it";
  if (!payment->journalled)
    return "unclaimed";
  *words = "Another amount was paid than was asked for";
  if (ds_depot_payment_get_taken_fen (payment) != payment->base->amount_fen)
    return "amount";
  *words = "Paid after it had ended otherwise";
  if (!is_reached (payment))
    return "late";
  *words = "Paid although the courier had taken another way; to be refunded";
  if (payment->base->superseded && owed->change == NULL)
    return "refund";
  *words = "Taken by the courier from whom the stop was taken";
  if (owed->courier_id != NULL && g_strcmp0 (owed->courier_id, payment->courier_id) != 0)
    return "reassigned";
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      *words = changes[i].words;
      if (g_strcmp0 (owed->change, changes[i].change) == 0)
        return changes[i].change;
    }
  *words = "More was taken than the stop owes; to be refunded";
  return "refund";
}

static gboolean
update_case (DsDepot *self, const DsDepotPayment *payment, const Owed *owed, GError **error)
{
  const DsPayment *base = payment->base;
  const char *words;
  const char *kind = find_why (payment, owed, &words);

  if (payment->suspense_fen > 0)
    return ds_depot_open_case (self,
                               &(DsCaseDraft){ .kind = kind,
                                               .subject = base->id,
                                               .detail = words,
                                               .stop_id = base->stop_id,
                                               .courier_id = payment->courier_id,
                                               .amount_fen = payment->suspense_fen },
                               error)
           && ds_depot_close_money_cases (self, base->id, kind, "said otherwise", error);
  return ds_depot_close_money_cases (self, base->id, "",
                                     base->kept_fen > 0       ? "kept"
                                     : base->refunded_fen > 0 ? "refunded"
                                                              : "assigned",
                                     error);
}

/* The payments to weigh: those of the stop, with @own as the caller has it. */
static gboolean
load_payments (DsDepot *self,
               const char *stop_id,
               DsDepotPayment *own,
               const Owed *owed,
               GPtrArray **loaded,
               GPtrArray *payments,
               GError **error)
{
  gboolean has_own = own == NULL || ds_depot_payment_get_taken_fen (own) == 0;

  /* Of a stop that the depot does not know, nothing is known to be due, nor that anything is not. */
  if (owed->courier_id == NULL)
    *loaded = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_depot_payment_free);
  else if (!ds_depot_payment_load_stop (self->db, stop_id, loaded, error))
    return FALSE;
  for (guint i = 0; i < (*loaded)->len; i++)
    {
      DsDepotPayment *payment = g_ptr_array_index (*loaded, i);
      gboolean is_own = own != NULL && g_str_equal (payment->base->id, own->base->id);

      g_ptr_array_add (payments, is_own ? own : payment);
      has_own = has_own || is_own;
    }
  if (!has_own)
    g_ptr_array_add (payments, own);
  return TRUE;
}

static gboolean
apply_weight (DsDepot *self,
              DsDepotPayment *payment,
              const DsHeldMoney *money,
              const Owed *owed,
              gboolean is_own,
              GError **error)
{
  gboolean moved = payment->suspense_fen != money->suspense_fen;

  return move (self, payment, money->suspense_fen, error) && update_case (self, payment, owed, error)
         && (is_own || !moved || ds_depot_change_payment (self, payment, error));
}

/* Cash at the door and digital money by its operator, neither knowing of the other. */
static gboolean
open_twice (DsDepot *self, const char *stop_id, const Owed *owed, gint64 open_fen, GError **error)
{
  return ds_depot_open_case (
      self,
      &(DsCaseDraft){ .kind = DS_CASE_GIVEN_BACK_TWICE,
                      .subject = stop_id,
                      .detail = "Two payments of a stop were given back: it owes again",
                      .stop_id = stop_id,
                      .courier_id = owed->courier_id,
                      .amount_fen = open_fen },
      error);
}

gboolean
ds_depot_weigh (DsDepot *self, const char *stop_id, DsDepotPayment *own, GError **error)
{
  g_auto (Owed) owed = { 0 };
  g_autoptr (GPtrArray) loaded = NULL;
  g_autoptr (GPtrArray) payments = g_ptr_array_new ();
  g_autoptr (GArray) moneys = g_array_new (FALSE, FALSE, sizeof (DsHeldMoney));
  gint64 assigned_fen = 0;
  guint n_given_back = 0;

  if ((stop_id != NULL && !load_owed (self, stop_id, &owed, error))
      || !load_payments (self, stop_id, own, &owed, &loaded, payments, error))
    return FALSE;
  for (guint i = 0; i < payments->len; i++)
    {
      DsHeldMoney money = describe (g_ptr_array_index (payments, i), &owed);

      if (owed.courier_id == NULL)
        owed.due_fen = money.superseded ? 0 : money.held_fen;
      g_array_append_val (moneys, money);
    }
  ds_suspense_weigh ((DsHeldMoney *)(gpointer)moneys->data, moneys->len, owed.due_fen);
  for (guint i = 0; i < payments->len; i++)
    {
      DsDepotPayment *payment = g_ptr_array_index (payments, i);
      const DsHeldMoney *money = &g_array_index (moneys, DsHeldMoney, i);

      assigned_fen += money->held_fen - money->suspense_fen;
      n_given_back += payment->base->refunded_fen > 0;
      if (!apply_weight (self, payment, money, &owed, payment == own, error))
        return FALSE;
    }
  if (owed.courier_id == NULL)
    return TRUE;
  /* A debt that a rejected voucher or a second refund had opened again is paid. */
  if (assigned_fen >= owed.due_fen)
    return ds_depot_close_stop_cases (self, stop_id, "rejected", "paid", error)
           && ds_depot_close_stop_cases (self, stop_id, DS_CASE_GIVEN_BACK_TWICE, "paid", error);
  return n_given_back < 2 || open_twice (self, stop_id, &owed, owed.due_fen - assigned_fen, error);
}
