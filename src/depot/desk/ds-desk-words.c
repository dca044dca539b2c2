/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the depot as a clerk would say them. Where the handheld has the same thing to say, it is the same words. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-error.h"

#include <string.h>

typedef struct
{
  const char *name, *words;
} Word;

static const char *
find (DsDeskPage *page, const Word *words, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    {
      if (g_strcmp0 (words[i].name, name) == 0)
        return _ (words[i].words);
    }
  /* A newer depot's file may have a name that has no words yet. */
  return name != NULL ? name : "–";
}

#define FIND(words, name) find (page, words, G_N_ELEMENTS (words), name)

const char *
ds_desk_word_for_state (DsDeskPage *page, const char *state)
{
  static const Word words[] = {
    { "none", N_ ("To collect") },
    { "requested", N_ ("Code asked for") },
    { "presented", N_ ("Code shown") },
    { "scanned", N_ ("Scanned") },
    { "pending", N_ ("Waiting for customer…") },
    { "unknown", N_ ("Result unknown") },
    { "claimed", N_ ("Customer says paid, no proof yet") },
    { "accepted", N_ ("Accepted offline · pending") },
    { "paid", N_ ("Paid") },
    { "settled", N_ ("Settled") },
    { "declined", N_ ("Not paid") },
    { "expired", N_ ("Code expired") },
    { "rejected", N_ ("Offline payment rejected") },
    { "refunded", N_ ("Refunded") },
  };

  return FIND (words, state);
}

const char *
ds_desk_word_for_tender (DsDeskPage *page, const char *tender)
{
  static const Word words[] = {
    { "code", N_ ("Collection code") },
    { "scan", N_ ("Customer's code") },
    { "cash", N_ ("Cash") },
  };

  return FIND (words, tender);
}

const char *
ds_desk_word_for_bucket (DsDeskPage *page, const char *bucket)
{
  static const Word words[] = {
    { "digital", N_ ("Digital RMB") },
    { "cash", N_ ("Cash") },
    { "accepted", N_ ("Offline, not settled") },
    { "uncertain", N_ ("Result unknown") },
    { "rejected", N_ ("Offline payment rejected") },
    { "ended", N_ ("Without money") },
  };

  return FIND (words, bucket);
}

const char *
ds_desk_word_for_verdict (DsDeskPage *page, const char *verdict)
{
  static const Word words[] = {
    { "matched", N_ ("Matched") },
    { "missing", N_ ("Not in the operator's books") },
    { "extra", N_ ("Only in the operator's books") },
    { "duplicate", N_ ("Paid twice") },
    { "differing", N_ ("Amounts differ") },
    { "rejected", N_ ("Offline payment rejected") },
    { "pending", N_ ("No result yet") },
  };

  return FIND (words, verdict);
}

const char *
ds_desk_word_for_case (DsDeskPage *page, const char *kind)
{
  static const Word words[] = {
    { "unclaimed", N_ ("Money that nobody's journal explains") },
    { "amount", N_ ("Another amount than was asked for") },
    { "late", N_ ("Paid after another way was taken") },
    { "refund", N_ ("Refund due") },
    { "reassigned", N_ ("Paid to the courier who had the stop before") },
    { "cancelled", N_ ("Paid for a stop that was cancelled") },
    { "repriced", N_ ("Paid before the price was lowered") },
    { "paid-elsewhere", N_ ("Paid elsewhere as well") },
    { "rejected", N_ ("Offline payment rejected") },
    { "given-back-twice", N_ ("Given back twice") },
    { "refused", N_ ("Entry that could not be counted") },
    { "escalated", N_ ("The courier hands it to the desk") },
    { "conflict", N_ ("Evidence against the operator's word") },
    { "paid-twice", N_ ("Paid at two operators") },
    { "refunded", N_ ("The operator says more went back than came in") },
    { "code", N_ ("Another code was shown than was made") },
    { "fork", N_ ("Two handhelds with one identity") },
    { "refund-declined", N_ ("The operator refuses to give back") },
    { "delivered", N_ ("Handed over although it was cancelled") },
    { "spoken", N_ ("Spoken digits without the operator's word") },
    { "closed-by-clerk", N_ ("Shift closed at the depot") },
    { "rescue", N_ ("Journal taken in from a card") },
    { "revoked", N_ ("Handheld kept out") },
    { "cash-short", N_ ("Cash is missing") },
    { "cash-over", N_ ("Too much cash") },
    { "cash-late", N_ ("Cash taken, told after the hand-over") },
    { "cash-late-over", N_ ("Cash given back, told after the hand-over") },
    { "deposit-short", N_ ("The bank counted less") },
    { "deposit-over", N_ ("The bank counted more") },
    { "daily-missing", N_ ("Not in the operator's daily file") },
    { "daily-extra", N_ ("Only in the operator's daily file") },
    { "daily-duplicate", N_ ("Twice in the operator's daily file") },
    { "daily-differing", N_ ("Another amount in the operator's daily file") },
    { "payout-late", N_ ("The operator has not paid out the day") },
    { "payout-short", N_ ("The operator paid out too little") },
    { "payout-over", N_ ("The operator paid out too much") },
    { "payout-duplicate", N_ ("The operator paid out the day twice") },
    { "payout-differing", N_ ("The operator says otherwise of a pay-out") },
  };

  return FIND (words, kind);
}

const char *
ds_desk_word_for_resolution (DsDeskPage *page, const char *resolution)
{
  static const Word words[] = {
    { "done", N_ ("Seen to") },
    { "kept", N_ ("Kept") },
    { "refunded", N_ ("Given back") },
    { "assigned", N_ ("Found its place") },
    { "paid", N_ ("Paid") },
    { "said otherwise", N_ ("Became another case") },
    { "charged", N_ ("The courier owes it") },
    { "credited", N_ ("It is the courier's") },
    { "written off", N_ ("Written off") },
    { "claimed", N_ ("Claimed") },
    { "owed to the bank", N_ ("Owed to the bank") },
    { "owed to the operator", N_ ("Owed to the operator") },
    { "a fee", N_ ("A fee of the operator") },
    { "corrected", N_ ("Corrected") },
    { "recounted", N_ ("Counted again") },
    { "made good", N_ ("Made good") },
  };

  return FIND (words, resolution);
}

const char *
ds_desk_word_for_entry (DsDeskPage *page, const char *type)
{
  static const Word words[] = {
    { "payment.requested", N_ ("Asked for a code") },
    { "payment.presented", N_ ("Showed a code") },
    { "payment.scanned", N_ ("Scanned the customer's code") },
    { "payment.receipt", N_ ("Took the bank's receipt") },
    { "payment.voucher", N_ ("Took an offline payment") },
    { "payment.spoken", N_ ("Took the spoken digits") },
    { "payment.misspoken", N_ ("Was told wrong digits") },
    { "payment.claimed", N_ ("The customer said that it is paid") },
    { "payment.unknown", N_ ("Left it unknown") },
    { "payment.query", N_ ("Asked for the result") },
    { "payment.superseded", N_ ("Took another way") },
    { "payment.cash", N_ ("Took cash") },
    { "payment.refund", N_ ("Gave back") },
    { "proof.added", N_ ("Kept a proof of handing over") },
  };

  return FIND (words, type);
}

const char *
ds_desk_word_for_act (DsDeskPage *page, const char *act)
{
  static const Word words[] = {
    { "sign-in", N_ ("Signed in") },
    { "sign-out", N_ ("Signed out") },
    { "locked-out", N_ ("Too many wrong passwords") },
    { "password", N_ ("Changed the password") },
    { "seal", N_ ("Scanned a seal") },
    { "count", N_ ("Counted cash") },
    { "recount", N_ ("Counted cash again") },
    { "make-good", N_ ("Made a difference good") },
    { "deposit", N_ ("Sent cash to the bank") },
    { "confirm", N_ ("Entered what the bank counted") },
    { "resolve", N_ ("Decided a case") },
    { "download", N_ ("Saved a file") },
    { "packet", N_ ("Made a dispute packet") },
  };

  return FIND (words, act);
}

char *
ds_desk_word_for_account (DsDeskPage *page, const char *account)
{
  /* Those of one name first: the others begin with what they are and end with whose. */
  static const Word whole[] = {
    { "payable:merchant", N_ ("Owed to the merchants") },
    { "suspense", N_ ("Suspense") },
    { "bank", N_ ("Bank") },
    { "cash:depot", N_ ("The depot's till") },
    { "till:float", N_ ("Change for the couriers") },
    { "over-short:bank", N_ ("Over and short in bags") },
    { "result:cash", N_ ("Gain and loss in cash") },
    { "receivable:given-back-twice", N_ ("Given back twice") },
  };
  static const Word begins[] = {
    { "cash:", N_ ("Cash with the courier") },
    { "float:", N_ ("Float of the courier") },
    { "till:", N_ ("Till of") },
    { "clearing:", N_ ("Clearing with operator") },
    { "red-packet:", N_ ("Red packets of operator") },
    { "red-packet-issuer:", N_ ("Red packets of operator") },
    { "over-short:", N_ ("Over and short of the courier") },
    { "receivable:", N_ ("Owed by the courier") },
    { "claim:", N_ ("Claimed from") },
    { "result:", N_ ("Gain and loss with") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (whole); i++)
    {
      if (g_str_equal (account, whole[i].name))
        return g_strdup (_ (whole[i].words));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (begins); i++)
    {
      if (g_str_has_prefix (account, begins[i].name))
        return g_strdup_printf ("%s %s", _ (begins[i].words), account + strlen (begins[i].name));
    }
  return g_strdup (account);
}

char *
ds_desk_word_for_detail (DsDeskPage *page, const char *detail)
{
  /* What the depot itself says of a case; behind it, after a dot, stands what clerks said. */
  static const char *const known[] = {
    N_ ("Taken for a stop that was cancelled"),
    N_ ("More than the stop owes since its price was changed"),
    N_ ("Taken for a stop that was paid elsewhere"),
    N_ ("Paid, and no journal mentions it"),
    N_ ("Another amount was paid than was asked for"),
    N_ ("Paid after it had ended otherwise"),
    N_ ("Paid although the courier had taken another way; to be refunded"),
    N_ ("Taken by the courier from whom the stop was taken"),
    N_ ("More was taken than the stop owes; to be refunded"),
    N_ ("Two payments of a stop were given back: it owes again"),
    N_ ("A voucher was not honoured: its stop owes again"),
    N_ ("The courier gave back cash that a clerk had given back already"),
    N_ ("Delivered by the courier from whom the stop was taken: tell the other"),
    N_ ("The journal has evidence of a payment that the operator denies"),
    N_ ("The operator has changed the amount of a payment"),
    N_ ("The operator says it gave back more than it had received"),
    N_ ("The handheld showed another code than the operator made"),
    N_ ("The courier asks the clerk to settle it"),
    N_ ("The shift was closed at the depot, not by its handheld"),
    N_ ("Less cash was handed over than was taken"),
    N_ ("More cash was handed over than was taken"),
    N_ ("An entry that came late says that more cash was taken than the clerk counted for"),
    N_ ("An entry that came late says that less cash was due than the clerk counted for"),
    N_ ("The bank counted less than was put into the bag"),
    N_ ("The bank counted more than was put into the bag"),
    N_ ("The operator has paid out nothing for the day"),
    N_ ("The operator has not collected what it gave back on the day"),
    N_ ("The operator paid out less than its file of the day came to"),
    N_ ("The operator paid out more than its file of the day came to"),
    N_ ("The operator paid out the day twice"),
    N_ ("Digits were taken for a payment that no operator has"),
    N_ ("The handheld took digits that are not the payment's"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gsize n = strlen (known[i]);

      if (strncmp (detail, known[i], n) == 0 && (detail[n] == '\0' || g_str_has_prefix (detail + n, " · ")))
        return g_strconcat (_ (known[i]), detail + n, NULL);
    }
  return g_strdup (detail);
}

const char *
ds_desk_word_for_error (DsDeskPage *page, const GError *error)
{
  /* What clerks meet in a day's work, without what only the depot's commands need. */
  static const Word others[] = {
    { "The cash of this shift is counted",
      N_ ("The cash of this shift is counted already: open the shift to see it.") },
    { "The cash of this shift was not counted", N_ ("Count the cash of this shift first.") },
    { "What was missing or too much is decided",
      N_ ("What was missing or too much is decided: it cannot be counted "
          "again.") },
    { "The shift is not closed",
      N_ ("The courier counts and closes it on the handheld first; then you count.") },
    { "By the books the till", N_ ("By the books your till does not hold so much: count it.") },
    { "Another sum is open",
      N_ ("Another sum is open by now: look at the case once more after the next reconciliation.") },
    { "There is no open case", N_ ("The case is decided already.") },
    { "All of it is given back", N_ ("All of it is given back already, or is being given back.") },
    { "Nothing was paid", N_ ("Nothing was paid that could be given back.") },
    { "Say why", N_ ("Say why in a few words.") },
    { "No clerk", N_ ("You have no key to sign with. Whoever looks after the depot makes one: clerk add.") },
    { "There is no such shift", N_ ("There is no such shift.") },
    { "There is no such payment", N_ ("There is no such payment.") },
    { "There is no such case", N_ ("There is no such case.") },
    { "There is no such day", N_ ("That day has not begun yet.") },
    { "There is no case", N_ ("There is no such case.") },
  };

  if (error->domain == DS_ERROR && error->code == DS_ERROR_STORAGE)
    return _ (
        "The depot's disk does not answer. Nothing was changed: try again, and tell whoever looks after the "
        "depot.");
  if (error->domain == DS_ERROR && error->code == DS_ERROR_NETWORK)
    return _ ("Nobody answered. Whether it was done is not known: look again in a while.");
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      if (g_str_has_prefix (error->message, others[i].name))
        return _ (others[i].words);
    }
  return _ (error->message);
}
