/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every state of a payment times everything that can happen to it, and what each means for the stop's debt. */
#include "config.h"

#include "ds-stop.h"

#include <string.h>

/* Written out a second time, by what is meant and not by how it is stored: one row a state, one letter an event in the
 * order of the events' list. '.' is refused, '=' stays as it is, the others are the first letters of where it leads:
 * r requested, p presented, s scanned, w pending (waits), u unknown, c claimed, a accepted, P paid, S settled,
 * d declined, e expired, x rejected, R refunded. */
static const struct
{
  DsPaymentState from;
  /*                    the courier's   | the operator's     */
  const char *to; /*  r p s $ ! 8 v c ?   o w P d e n m R   */
} expected[DS_N_PAYMENT_STATES] = {
  { DS_PAYMENT_NONE, /*      */ "rpsP....."
                                "........" },
  { DS_PAYMENT_REQUESTED, /* */ ".p......."
                                "p.Pde..." },
  { DS_PAYMENT_PRESENTED, /* */ "....PPacu"
                                ".wPde..." },
  { DS_PAYMENT_SCANNED, /*   */ "....P...u"
                                ".wPde..." },
  { DS_PAYMENT_PENDING, /*   */ "....PPacu"
                                ".=Pde..." },
  { DS_PAYMENT_UNKNOWN, /*   */ "....PPac."
                                ".wPde..." },
  { DS_PAYMENT_CLAIMED, /*   */ "....PPa.."
                                "..Pde..." },
  { DS_PAYMENT_ACCEPTED, /*  */ "........."
                                "..Sxx..." },
  { DS_PAYMENT_PAID, /*      */ "....=...."
                                "..=..xSR" },
  { DS_PAYMENT_SETTLED, /*   */ "....=...."
                                "..=....R" },
  { DS_PAYMENT_DECLINED, /*  */ "......x.."
                                "........" },
  { DS_PAYMENT_EXPIRED, /*   */ "....P.a.."
                                "..P....." },
  { DS_PAYMENT_REJECTED, /*  */ "........."
                                "........" },
  { DS_PAYMENT_REFUNDED, /*  */ "....=...."
                                "..=....." },
};

static const char letters[DS_N_PAYMENT_STATES] = {
  [DS_PAYMENT_NONE] = '.',     [DS_PAYMENT_REQUESTED] = 'r', [DS_PAYMENT_PRESENTED] = 'p',
  [DS_PAYMENT_SCANNED] = 's',  [DS_PAYMENT_PENDING] = 'w',   [DS_PAYMENT_UNKNOWN] = 'u',
  [DS_PAYMENT_CLAIMED] = 'c',  [DS_PAYMENT_ACCEPTED] = 'a',  [DS_PAYMENT_PAID] = 'P',
  [DS_PAYMENT_SETTLED] = 'S',  [DS_PAYMENT_DECLINED] = 'd',  [DS_PAYMENT_EXPIRED] = 'e',
  [DS_PAYMENT_REJECTED] = 'x', [DS_PAYMENT_REFUNDED] = 'R',
};

static void
test_every_event (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      DsPaymentState from = expected[i].from;

      g_assert_cmpuint (from, ==, i);
      g_assert_cmpuint (strlen (expected[i].to), ==, DS_N_PAYMENT_EVENTS);
      for (guint event = 0; event < DS_N_PAYMENT_EVENTS; event++)
        {
          DsPaymentState to = ds_payment_state_after (from, event);
          char letter = to == from && to != DS_PAYMENT_NONE ? '=' : letters[to];

          g_test_message ("%s, event %u", ds_payment_state_to_name (from), event);
          g_assert_cmpint (letter, ==, expected[i].to[event]);
        }
    }
}

/* The two questions about pairs of states follow from the events alone. */
static void
test_every_pair (gconstpointer data)
{
  gboolean spoken = GPOINTER_TO_INT (data);
  gboolean reach[DS_N_PAYMENT_STATES][DS_N_PAYMENT_STATES] = { 0 };

  for (guint from = 0; from < DS_N_PAYMENT_STATES; from++)
    {
      for (guint to = 0; to < DS_N_PAYMENT_STATES; to++)
        {
          reach[from][to]
              = from != to && to != DS_PAYMENT_NONE && strchr (expected[from].to, letters[to]) != NULL;
          /* Disproof is for what rests on digits alone, and is asked for by name. */
          if (from == DS_PAYMENT_PAID && to == DS_PAYMENT_REJECTED)
            reach[from][to] = spoken;
          if (!spoken)
            g_assert_cmpint (ds_payment_state_may_become (from, to), ==, reach[from][to]);
        }
    }
  /* Warshall's closure, where the code under test walks. */
  for (guint via = 0; via < DS_N_PAYMENT_STATES; via++)
    for (guint from = 0; from < DS_N_PAYMENT_STATES; from++)
      for (guint to = 0; to < DS_N_PAYMENT_STATES; to++)
        reach[from][to] |= reach[from][via] && reach[via][to];
  for (guint from = 0; from < DS_N_PAYMENT_STATES; from++)
    {
      for (guint to = 0; to < DS_N_PAYMENT_STATES; to++)
        {
          g_assert_cmpint (ds_payment_state_may_reach (from, to, spoken), ==, reach[from][to] && from != to);
          /* Nothing leads in a circle, but that what waits and what is unknown may take turns. */
          if (from != to && reach[from][to] && reach[to][from])
            g_assert_true ((from == DS_PAYMENT_PENDING && to == DS_PAYMENT_UNKNOWN)
                           || (from == DS_PAYMENT_UNKNOWN && to == DS_PAYMENT_PENDING));
        }
    }
}

/* What no event may ever do, whatever the table says. */
static void
test_promises (void)
{
  for (guint from = 0; from < DS_N_PAYMENT_STATES; from++)
    {
      for (guint event = 0; event < DS_N_PAYMENT_EVENTS; event++)
        {
          DsPaymentState to = ds_payment_state_after (from, event);
          gboolean had_money = ds_payment_state_get_effect (from) == DS_DEBT_COVERED;

          /* Money that is there on evidence is never called unpaid; it can only be given back. Digits are owed again
           * when the operator denies them. */
          if (had_money && to != DS_PAYMENT_NONE)
            g_assert_true (ds_payment_state_get_effect (to) == DS_DEBT_COVERED
                           || event == DS_PAYMENT_IS_REFUNDED
                           || (event == DS_PAYMENT_IS_DISPROVED
                               && ds_payment_state_get_effect (to) == DS_DEBT_REOPENED));
          /* Nothing is called paid without cash, evidence, or the operator's word. */
          if (!had_money && to != DS_PAYMENT_NONE && ds_payment_state_get_effect (to) == DS_DEBT_COVERED)
            g_assert_true (event == DS_PAYMENT_IS_CASH || event == DS_PAYMENT_IS_PROVED
                           || event == DS_PAYMENT_IS_SPOKEN || event == DS_PAYMENT_IS_CONFIRMED);
          /* No answer is not "failed". */
          if (event == DS_PAYMENT_IS_UNANSWERED && to != DS_PAYMENT_NONE)
            g_assert_cmpint (ds_payment_state_get_effect (to), ==, DS_DEBT_UNCERTAIN);
        }
    }
}

/* A stop of one parcel with one payment of what it owes, in each state. */

#define DUE_FEN 10000

typedef struct
{
  DsPaymentState state;
  gint64 open_fen, covered_fen, provisional_fen, uncertain_fen;
  DsStopStatus status; /* with the parcel handed over */
} Expectation;

static DsStop *
make_stop (DsPaymentState state, DsParcelOutcome outcome)
{
  DsStop *stop = ds_stop_new ();
  DsParcel *parcel = ds_parcel_new ();
  DsPayment *payment = ds_payment_new ();

  parcel->waybill = g_strdup ("DS1");
  parcel->due_fen = DUE_FEN;
  parcel->outcome = outcome;
  g_ptr_array_add (stop->parcels, parcel);
  payment->state = state;
  payment->tender = DS_TENDER_CODE;
  payment->amount_fen = DUE_FEN;
  g_ptr_array_add (stop->payments, payment);
  return stop;
}

static void
test_debt (void)
{
  static const Expectation all[DS_N_PAYMENT_STATES] = {
    { DS_PAYMENT_NONE, DUE_FEN, 0, 0, 0, DS_STOP_TO_COLLECT },
    { DS_PAYMENT_REQUESTED, DUE_FEN, 0, 0, 0, DS_STOP_TO_COLLECT },
    { DS_PAYMENT_PRESENTED, DUE_FEN, 0, 0, 0, DS_STOP_WAITING },
    { DS_PAYMENT_SCANNED, DUE_FEN, 0, 0, DUE_FEN, DS_STOP_WAITING },
    { DS_PAYMENT_PENDING, DUE_FEN, 0, 0, DUE_FEN, DS_STOP_WAITING },
    { DS_PAYMENT_UNKNOWN, DUE_FEN, 0, 0, DUE_FEN, DS_STOP_UNKNOWN },
    { DS_PAYMENT_CLAIMED, DUE_FEN, 0, 0, DUE_FEN, DS_STOP_UNKNOWN },
    { DS_PAYMENT_ACCEPTED, 0, DUE_FEN, DUE_FEN, 0, DS_STOP_ACCEPTED },
    { DS_PAYMENT_PAID, 0, DUE_FEN, 0, 0, DS_STOP_PAID },
    { DS_PAYMENT_SETTLED, 0, DUE_FEN, 0, 0, DS_STOP_PAID },
    { DS_PAYMENT_DECLINED, DUE_FEN, 0, 0, 0, DS_STOP_TO_COLLECT },
    { DS_PAYMENT_EXPIRED, DUE_FEN, 0, 0, 0, DS_STOP_TO_COLLECT },
    { DS_PAYMENT_REJECTED, DUE_FEN, 0, 0, 0, DS_STOP_REJECTED },
    { DS_PAYMENT_REFUNDED, DUE_FEN, 0, 0, 0, DS_STOP_TO_COLLECT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (DsStop) stop = make_stop (all[i].state, DS_OUTCOME_DELIVERED);
      g_autoptr (DsStop) removed = make_stop (all[i].state, DS_OUTCOME_OPEN);
      DsDebt debt;

      g_test_message ("%s", ds_payment_state_to_name (all[i].state));
      g_assert_cmpuint (all[i].state, ==, i);
      ds_stop_get_debt (stop, &debt);
      g_assert_cmpint (debt.due_fen, ==, DUE_FEN);
      g_assert_cmpint (debt.open_fen, ==, all[i].open_fen);
      g_assert_cmpint (debt.covered_fen, ==, all[i].covered_fen);
      g_assert_cmpint (debt.provisional_fen, ==, all[i].provisional_fen);
      g_assert_cmpint (debt.uncertain_fen, ==, all[i].uncertain_fen);
      g_assert_cmpint (debt.over_fen, ==, 0);
      g_assert_cmpint (ds_stop_get_status (stop), ==, all[i].status);

      /* Nothing is owed at a stop that was taken away, and no money that was taken there is lost sight of. */
      removed->removed_reason = g_strdup ("cancelled");
      ds_stop_get_debt (removed, &debt);
      g_assert_cmpint (debt.due_fen, ==, 0);
      g_assert_cmpint (debt.over_fen, ==, all[i].covered_fen);
      g_assert_cmpint (ds_stop_get_status (removed), ==,
                       all[i].covered_fen > 0 ? DS_STOP_REMOVED_PAID
                       : all[i].state == DS_PAYMENT_UNKNOWN || all[i].state == DS_PAYMENT_CLAIMED
                           ? DS_STOP_UNKNOWN
                           : DS_STOP_REMOVED);
    }
}

/* What the depot decided to keep is no longer too much; what was given back neither. */
static void
test_kept_and_refunded (void)
{
  g_autoptr (DsStop) stop = make_stop (DS_PAYMENT_PAID, DS_OUTCOME_DELIVERED);
  DsPayment *payment = g_ptr_array_index (stop->payments, 0);
  DsDebt debt;

  stop->removed_reason = g_strdup ("cancelled");
  payment->kept_fen = 4000;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.over_fen, ==, 6000);
  payment->refunded_fen = 6000;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.over_fen, ==, 0);
  g_assert_cmpint (ds_stop_get_status (stop), ==, DS_STOP_REMOVED);
  /* Keeping never covers more than there is. */
  payment->kept_fen = DUE_FEN;
  ds_stop_get_debt (stop, &debt);
  g_assert_cmpint (debt.over_fen, ==, 0);
  g_assert_cmpint (debt.open_fen, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/payment-state/every-event", test_every_event);
  g_test_add_data_func ("/payment-state/every-pair", GINT_TO_POINTER (FALSE), test_every_pair);
  g_test_add_data_func ("/payment-state/every-pair-spoken", GINT_TO_POINTER (TRUE), test_every_pair);
  g_test_add_func ("/payment-state/promises", test_promises);
  g_test_add_func ("/payment-state/debt", test_debt);
  g_test_add_func ("/payment-state/kept-and-refunded", test_kept_and_refunded);
  return g_test_run ();
}
