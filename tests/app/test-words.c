/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stop-filter.h"
#include "ds-words.h"

#include <string.h>

static DsStop *
make_stop (void)
{
  DsStop *stop = ds_stop_new ();

  stop->id = g_strdup ("S15");
  stop->position = 15;
  stop->recipient = g_strdup ("Li Xiaohua");
  stop->phone = g_strdup ("17012340126");
  stop->address = g_strdup ("Cuihu Court 6-2-1102");
  stop->place = g_strdup ("翠湖苑");
  for (guint i = 0; i < 2; i++)
    {
      DsParcel *parcel = ds_parcel_new ();

      parcel->waybill = g_strdup_printf ("DS73021184095%u", i);
      parcel->due_fen = 10000;
      g_ptr_array_add (stop->parcels, parcel);
    }
  return stop;
}

static DsPayment *
pay (DsStop *stop, DsTender tender, DsPaymentState state, gint64 amount_fen)
{
  DsPayment *payment = ds_payment_new ();

  payment->tender = tender;
  payment->state = state;
  payment->amount_fen = amount_fen;
  g_ptr_array_add (stop->payments, payment);
  return payment;
}

static void
set_outcomes (DsStop *stop, DsParcelOutcome outcome)
{
  for (guint i = 0; i < stop->parcels->len; i++)
    ((DsParcel *)g_ptr_array_index (stop->parcels, i))->outcome = outcome;
}

static void
assert_row (DsStop *stop, const char *text, const char *css_class, gint64 amount_fen)
{
  g_autofree char *row = ds_words_for_stop_row (stop);

  g_assert_cmpstr (row, ==, text);
  g_assert_cmpstr (ds_words_for_stop (stop).css_class, ==, css_class);
  g_assert_cmpint (ds_words_get_row_amount_fen (stop), ==, amount_fen);
}

static void
test_stop (void)
{
  g_autoptr (DsStop) stop = make_stop ();
  DsPayment *payment;

  assert_row (stop, "To collect · 2", NULL, 20000);

  payment = pay (stop, DS_TENDER_CODE, DS_PAYMENT_UNKNOWN, 15000);
  assert_row (stop, "Result unknown", "unknown", 15000);
  payment->state = DS_PAYMENT_ACCEPTED;
  payment->amount_fen = 20000;
  assert_row (stop, "Accepted offline · pending", "accepted", 20000);
  payment->state = DS_PAYMENT_REJECTED;
  assert_row (stop, "Offline payment rejected", "failed", 20000);
  payment->state = DS_PAYMENT_PAID;
  assert_row (stop, "Paid", "paid", 20000);

  /* Refused after it was paid: the money must go back. */
  set_outcomes (stop, DS_OUTCOME_REFUSED);
  assert_row (stop, "Refund due", "waiting", 20000);
  payment->refunded_fen = 20000;
  assert_row (stop, "Refused", NULL, -1);
  ((DsParcel *)g_ptr_array_index (stop->parcels, 1))->outcome = DS_OUTCOME_ABSENT;
  assert_row (stop, "Not collected", NULL, -1);
}

/* Every state has an icon and a word: a hole in a table would show as an empty row. */
static void
test_no_state_without_words (void)
{
  const char *kinds[] = { "unknown", "rejected", "refund", "quarantined", "conflict", "from-a-newer-depot" };
  const char *verdicts[]
      = { "matched", "missing", "extra", "duplicate", "differing", "rejected", "pending", "newer" };

  for (guint state = 0; state < DS_N_PAYMENT_STATES; state++)
    {
      g_assert_nonnull (ds_words_for_payment (state).icon_name);
      g_assert_nonnull (ds_words_for_payment (state).text);
    }
  for (guint outcome = DS_OUTCOME_OPEN; outcome <= DS_OUTCOME_DAMAGED; outcome++)
    g_assert_nonnull (ds_words_for_outcome (outcome).text);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_nonnull (ds_words_for_problem (kinds[i]).text);
  for (gsize i = 0; i < G_N_ELEMENTS (verdicts); i++)
    g_assert_nonnull (ds_words_for_verdict (verdicts[i]).text);
}

static DsStopFilter *
make_filter (void)
{
  g_autoptr (DsRoute) route = ds_route_new ();
  g_autoptr (DsStopIndex) index = ds_stop_index_new (route);

  return ds_stop_filter_new (index);
}

static void
test_search (void)
{
  g_autoptr (DsStop) stop = make_stop ();
  g_autoptr (DsStopFilter) filter = make_filter ();
  const struct
  {
    const char *text;
    gboolean found;
  } cases[] = {
    { "xiaoHUA", TRUE },      { "court 1102", TRUE }, { "0126", TRUE },       { "翠湖", TRUE },
    { "1184 0951", TRUE },    { "ds730211", TRUE },   { "  6-2  li ", TRUE }, { "1701", FALSE },
    { "xiaohua 9-9", FALSE }, { "Ｃuihu", TRUE },     { "wang", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ds_stop_filter_set_search (filter, cases[i].text);
      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (gtk_filter_match (GTK_FILTER (filter), stop), ==, cases[i].found);
    }
}

static void
test_kinds (void)
{
  g_autoptr (DsStop) stop = make_stop ();
  g_autoptr (DsStopFilter) filter = make_filter ();

  g_assert_true (gtk_filter_match (GTK_FILTER (filter), stop));
  ds_stop_filter_set_kind (filter, DS_STOPS_TO_COLLECT);
  g_assert_true (gtk_filter_match (GTK_FILTER (filter), stop));
  ds_stop_filter_set_kind (filter, DS_STOPS_DONE);
  g_assert_false (gtk_filter_match (GTK_FILTER (filter), stop));

  pay (stop, DS_TENDER_CASH, DS_PAYMENT_PAID, 20000);
  set_outcomes (stop, DS_OUTCOME_DELIVERED);
  g_assert_true (gtk_filter_match (GTK_FILTER (filter), stop));
  ds_stop_filter_set_kind (filter, DS_STOPS_PROBLEMS);
  g_assert_false (gtk_filter_match (GTK_FILTER (filter), stop));
  /* A search looks everywhere, and its end brings the kind back. */
  ds_stop_filter_set_search (filter, "xiaohua");
  g_assert_true (gtk_filter_match (GTK_FILTER (filter), stop));
  ds_stop_filter_set_search (filter, " ");
  g_assert_false (gtk_filter_match (GTK_FILTER (filter), stop));
}

/* What the sandbox and the depot say is translated; what they do not is the bank's own words, made fit for a screen. */
static void
test_bank_reasons (void)
{
  static const struct
  {
    const char *reason, *words;
  } reasons[] = {
    { "insufficient balance", "The balance is not enough" },
    { "above the wallet's limit of ¥500.00 for one payment", "Above the wallet's limit" },
    { "stale", "The customer's code was too old when it reached the bank" },
    { "<b>E-4711</b>", "The bank says: <b>E-4711</b>" },
    { "two\nlines\t\x01\xff", "The bank says: two lines  \xef\xbf\xbd" },
  };
  g_autofree char *longest = g_strnfill (5000, 'x');
  g_autofree char *cut = ds_words_for_bank_reason (longest);

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autofree char *words = ds_words_for_bank_reason (reasons[i].reason);

      g_assert_cmpstr (words, ==, reasons[i].words);
    }
  g_assert_cmpuint (strlen (cut), <, 120);
}

/* Every kind of problem and of change has words of its own, and a conflict says what to do. */
static void
test_conflicts (void)
{
  static const char *const problems[]
      = { "cancelled", "reassigned", "repriced", "paid-elsewhere", "underpaid" };
  static const char *const changes[]
      = { "added", "removed", "restored", "repriced", "paid-elsewhere", "place", "window", "note" };
  const char *other = ds_words_for_problem ("nonsense").text;

  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      g_assert_cmpstr (ds_words_for_problem (problems[i]).text, !=, other);
      g_assert_cmpstr (ds_words_for_problem_advice (problems[i]), !=,
                       ds_words_for_problem_advice ("nonsense"));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      DsChange change = { .kind = (char *)changes[i], .before_fen = 100 };
      g_autofree char *calm = ds_words_for_change_advice (&change, NULL, FALSE);

      g_assert_cmpstr (ds_words_for_change (changes[i]).text, !=, other);
      g_assert_nonnull (calm);
      if (g_str_equal (changes[i], "removed") || g_str_equal (changes[i], "repriced")
          || g_str_equal (changes[i], "paid-elsewhere"))
        {
          g_autofree char *conflict = ds_words_for_change_advice (&change, NULL, TRUE);

          g_assert_cmpstr (calm, !=, "");
          g_assert_cmpstr (conflict, !=, calm);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/words/stop", test_stop);
  g_test_add_func ("/words/no-state-without", test_no_state_without_words);
  g_test_add_func ("/filter/search", test_search);
  g_test_add_func ("/filter/kinds", test_kinds);
  g_test_add_func ("/words/bank-reasons", test_bank_reasons);
  g_test_add_func ("/words/conflicts", test_conflicts);
  return g_test_run ();
}
