/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-words.h"

#include "ds-format.h"

#include <glib/gi18n.h>
#include <string.h>

#define DUE "ds-due-symbolic"
#define WAITING "ds-waiting-symbolic"
#define PAID "ds-paid-symbolic"
#define ACCEPTED "ds-accepted-symbolic"
#define UNKNOWN "dialog-question-symbolic"
#define FAILED "ds-failed-symbolic"
#define REFUND "edit-undo-symbolic"
#define CASH "ds-cash-symbolic"
#define REFUSED "ds-refused-symbolic"
#define WARNING "dialog-warning-symbolic"
#define ALARM "alarm-symbolic"

static DsWords
translate (DsWords words)
{
  words.text = gettext (words.text);
  return words;
}

DsWords
ds_words_for_payment (DsPaymentState state)
{
  static const DsWords words[DS_N_PAYMENT_STATES] = {
    [DS_PAYMENT_NONE] = { DUE, N_ ("To collect"), NULL },
    [DS_PAYMENT_REQUESTED] = { WAITING, N_ ("Code asked for"), "waiting" },
    [DS_PAYMENT_PRESENTED] = { WAITING, N_ ("Code shown"), "waiting" },
    [DS_PAYMENT_SCANNED] = { WAITING, N_ ("Scanned"), "waiting" },
    [DS_PAYMENT_PENDING] = { WAITING, N_ ("Waiting for customer…"), "waiting" },
    [DS_PAYMENT_UNKNOWN] = { UNKNOWN, N_ ("Result unknown"), "unknown" },
    [DS_PAYMENT_CLAIMED] = { UNKNOWN, N_ ("Customer says paid, no proof yet"), "unknown" },
    [DS_PAYMENT_ACCEPTED] = { ACCEPTED, N_ ("Accepted offline · pending"), "accepted" },
    [DS_PAYMENT_PAID] = { PAID, N_ ("Paid"), "paid" },
    [DS_PAYMENT_SETTLED] = { PAID, N_ ("Settled"), "paid" },
    [DS_PAYMENT_DECLINED] = { FAILED, N_ ("Not paid"), "failed" },
    [DS_PAYMENT_EXPIRED] = { FAILED, N_ ("Code expired"), "failed" },
    [DS_PAYMENT_REJECTED] = { FAILED, N_ ("Offline payment rejected"), "failed" },
    [DS_PAYMENT_REFUNDED] = { REFUND, N_ ("Refunded"), "waiting" },
  };

  g_return_val_if_fail (state < DS_N_PAYMENT_STATES, words[0]);

  return translate (words[state]);
}

typedef struct
{
  const char *name;
  DsWords words;
} NamedWords;

static DsWords
find (const NamedWords *list, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    {
      if (g_strcmp0 (list[i].name, name) == 0)
        return translate (list[i].words);
    }
  /* A newer depot may know a name that this version does not. */
  return translate ((DsWords){ WARNING, N_ ("Needs a look"), "accepted" });
}

DsWords
ds_words_for_problem (const char *kind)
{
  static const NamedWords list[] = {
    { "unknown", { UNKNOWN, N_ ("Result unknown"), "unknown" } },
    { "rejected", { FAILED, N_ ("Offline payment rejected"), "failed" } },
    { "refund", { REFUND, N_ ("Refund due"), "waiting" } },
    { "cancelled", { WARNING, N_ ("Cancelled"), "accepted" } },
    { "reassigned", { WARNING, N_ ("Reassigned"), "accepted" } },
    { "repriced", { REFUND, N_ ("Price lowered"), "accepted" } },
    { "paid-elsewhere", { REFUND, N_ ("Paid elsewhere"), "accepted" } },
    { "underpaid", { DUE, N_ ("Price raised"), "accepted" } },
    { "given-back-twice", { FAILED, N_ ("Given back twice"), "failed" } },
    { "quarantined", { "document-send-symbolic", N_ ("Entry sent back"), "failed" } },
    { "asked", { "document-send-symbolic", N_ ("Sent again"), "waiting" } },
    { "escalated", { "document-send-symbolic", N_ ("With the clerk"), "accepted" } },
    { "conflict", { WARNING, N_ ("Depot says otherwise"), "accepted" } },
  };

  return find (list, G_N_ELEMENTS (list), kind);
}

const char *
ds_words_for_problem_advice (const char *kind)
{
  static const struct
  {
    const char *kind, *text;
  } advice[] = {
    { "unknown", N_ ("It may be paid: do not collect twice.") },
    { "rejected", N_ ("The goods are handed over and not paid.") },
    { "refund", N_ ("Too much was paid: the depot gives it back.") },
    { "quarantined", N_ ("Kept safely here and at the depot, and not counted yet.") },
    { "asked", N_ ("The depot tries it again as soon as it is online.") },
    { "escalated", N_ ("The clerk settles it; the answer shows here.") },
    { "cancelled",
      N_ ("Keep the money apart and show it to the clerk: the depot decides whether it goes back.") },
    { "reassigned",
      N_ ("Keep the money apart and tell the clerk at once: the other courier must not collect again.") },
    { "repriced", N_ ("Keep the money: the depot gives the difference back. Tell the customer.") },
    { "paid-elsewhere", N_ ("Keep the money: the depot gives it back. Tell the customer.") },
    { "underpaid", N_ ("Ask the depot whether to go back for the rest.") },
    { "given-back-twice", N_ ("You gave cash back, and the depot gave back as well: it is owed again.") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (advice); i++)
    {
      if (g_strcmp0 (kind, advice[i].kind) == 0)
        return gettext (advice[i].text);
    }
  return _ ("The depot's books and this handheld differ. Show it to the clerk.");
}

DsWords
ds_words_for_change (const char *kind)
{
  static const NamedWords list[] = {
    { "added", { "list-add-symbolic", N_ ("New stop"), "waiting" } },
    { "removed", { "list-remove-symbolic", N_ ("Taken off the route"), NULL } },
    { "restored", { "list-add-symbolic", N_ ("Back on the route"), "waiting" } },
    { "repriced", { DUE, N_ ("Price changed"), "waiting" } },
    { "paid-elsewhere", { PAID, N_ ("Paid elsewhere"), "paid" } },
    { "place", { "mark-location-symbolic", N_ ("Name or address changed"), NULL } },
    { "window", { "alarm-symbolic", N_ ("Time changed"), NULL } },
    { "note", { "ds-note-symbolic", N_ ("Note changed"), NULL } },
  };

  return find (list, G_N_ELEMENTS (list), kind);
}

/* Why a stop was taken away: the depot's own words where it has some. */
static const char *
get_removal_words (const DsChange *change)
{
  if (change->detail == NULL || g_str_equal (change->detail, "cancelled"))
    return _ ("Cancelled by the depot");
  if (g_str_equal (change->detail, "reassigned"))
    return _ ("Given to another courier");
  return change->detail;
}

char *
ds_words_for_change_advice (const DsChange *change, DsStop *stop, gboolean conflict)
{
  gboolean removed = g_str_equal (change->kind, "removed");
  gboolean reassigned = stop != NULL && g_strcmp0 (stop->removed_reason, "reassigned") == 0;
  const char *text = NULL;

  if (conflict)
    text = ds_words_for_problem_advice (!removed ? change->kind : reassigned ? "reassigned" : "cancelled");
  else if (removed)
    text = _ ("Collect nothing here, and bring the goods back.");
  else if (g_str_equal (change->kind, "repriced"))
    text = _ ("Collect the new price. A code shown before no longer counts.");
  else if (g_str_equal (change->kind, "paid-elsewhere"))
    text = _ ("Hand over and collect nothing.");

  if (!removed)
    return g_strdup (text != NULL ? text : "");
  /* Translators: why a stop was taken off the route, and what to do */
  return g_strdup_printf (_ ("%s. %s"), get_removal_words (change), text);
}

DsWords
ds_words_for_verdict (const char *verdict)
{
  static const NamedWords list[] = {
    { "matched", { PAID, N_ ("Matched"), "paid" } },
    { "missing", { FAILED, N_ ("Not in the operator's books"), "failed" } },
    { "extra", { WARNING, N_ ("Only in the operator's books"), "accepted" } },
    { "duplicate", { WARNING, N_ ("Paid twice"), "accepted" } },
    { "differing", { FAILED, N_ ("Amounts differ"), "failed" } },
    { "rejected", { FAILED, N_ ("Offline payment rejected"), "failed" } },
    { "pending", { UNKNOWN, N_ ("No result yet"), "unknown" } },
  };

  return find (list, G_N_ELEMENTS (list), verdict);
}

DsWords
ds_words_for_outcome (DsParcelOutcome outcome)
{
  static const DsWords words[] = {
    [DS_OUTCOME_OPEN] = { DUE, N_ ("To hand over"), NULL },
    [DS_OUTCOME_DELIVERED] = { PAID, N_ ("Delivered"), "paid" },
    [DS_OUTCOME_REFUSED] = { REFUSED, N_ ("Refused"), NULL },
    [DS_OUTCOME_ABSENT] = { REFUSED, N_ ("Nobody home"), NULL },
    [DS_OUTCOME_RESCHEDULED] = { REFUSED, N_ ("Rescheduled"), NULL },
    [DS_OUTCOME_DAMAGED] = { REFUSED, N_ ("Damaged"), NULL },
  };

  g_return_val_if_fail (outcome < G_N_ELEMENTS (words), words[0]);

  return translate (words[outcome]);
}

/* All parcels came to the same end, or the general word. */
static DsWords
words_for_not_delivered (DsStop *stop)
{
  DsParcelOutcome outcome = DS_OUTCOME_OPEN;

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (i > 0 && parcel->outcome != outcome)
        return translate ((DsWords){ REFUSED, N_ ("Not collected"), NULL });
      outcome = parcel->outcome;
    }
  return ds_words_for_outcome (outcome);
}

DsWords
ds_words_for_stop (DsStop *stop)
{
  static const DsWords words[] = {
    [DS_STOP_TO_DELIVER] = { PAID, N_ ("Prepaid · nothing due"), "paid" },
    [DS_STOP_TO_COLLECT] = { DUE, N_ ("To collect"), NULL },
    [DS_STOP_WAITING] = { WAITING, N_ ("Waiting for customer…"), "waiting" },
    [DS_STOP_UNKNOWN] = { UNKNOWN, N_ ("Result unknown"), "unknown" },
    [DS_STOP_PAID] = { PAID, N_ ("Paid"), "paid" },
    [DS_STOP_ACCEPTED] = { ACCEPTED, N_ ("Accepted offline · pending"), "accepted" },
    [DS_STOP_CASH] = { CASH, N_ ("Cash"), "waiting" },
    [DS_STOP_DELIVERED] = { PAID, N_ ("Delivered"), "paid" },
    [DS_STOP_NOT_DELIVERED] = { REFUSED, N_ ("Not collected"), NULL },
    [DS_STOP_REJECTED] = { FAILED, N_ ("Offline payment rejected"), "failed" },
    [DS_STOP_REFUND] = { REFUND, N_ ("Refund due"), "waiting" },
    [DS_STOP_REMOVED] = { "list-remove-symbolic", N_ ("Taken off the route"), NULL },
    [DS_STOP_REMOVED_PAID] = { WARNING, N_ ("Taken off the route · money taken"), "accepted" },
  };
  DsStopStatus status = ds_stop_get_status (stop);

  g_return_val_if_fail (status < G_N_ELEMENTS (words), words[0]);

  return status == DS_STOP_NOT_DELIVERED ? words_for_not_delivered (stop) : translate (words[status]);
}

char *
ds_words_for_stop_row (DsStop *stop)
{
  DsWords words = ds_words_for_stop (stop);

  if (ds_stop_get_status (stop) == DS_STOP_TO_COLLECT)
    /* Translators: a stop's state and its number of parcels: "To collect · 2" */
    return g_strdup_printf (_ ("%s · %u"), words.text, stop->parcels->len);
  return g_strdup (words.text);
}

gint64
ds_words_get_row_amount_fen (DsStop *stop)
{
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  switch (ds_stop_get_status (stop))
    {
    case DS_STOP_TO_COLLECT:
    case DS_STOP_REJECTED:
      return debt.open_fen;
    case DS_STOP_WAITING:
    case DS_STOP_UNKNOWN:
      return debt.uncertain_fen > 0 ? debt.uncertain_fen : debt.open_fen;
    case DS_STOP_PAID:
    case DS_STOP_ACCEPTED:
    case DS_STOP_CASH:
      return debt.covered_fen;
    case DS_STOP_REFUND:
    case DS_STOP_REMOVED_PAID:
      return debt.over_fen;
    case DS_STOP_TO_DELIVER:
    case DS_STOP_DELIVERED:
    case DS_STOP_NOT_DELIVERED:
    case DS_STOP_REMOVED:
    default:
      return -1;
    }
}

/* Banks may say anything: no more than a line of it, and nothing that is no text. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0' && g_utf8_strlen (line->str, -1) < 80; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (g_unichar_isprint (character))
        g_string_append_unichar (line, character);
      else if (line->len > 0)
        g_string_append_c (line, ' ');
    }
  return g_strchomp (g_string_free (line, FALSE));
}

char *
ds_words_for_bank_reason (const char *reason)
{
  static const struct
  {
    const char *name; /* with what follows it */
    const char *text;
  } reasons[] = {
    { "insufficient balance", N_ ("The balance is not enough") },
    { "above the wallet's limit for one voucher", N_ ("Above the wallet's limit for one offline payment") },
    { "above the wallet's limit of", N_ ("Above the wallet's limit") },
    { "the customer declined", N_ ("The customer declined") },
    { "the customer did not confirm in time", N_ ("The customer did not confirm in time") },
    { "not what was ordered", N_ ("Not what was asked for: another amount or payee") },
    { "the wallet's certificate", N_ ("The bank does not know this wallet, or its permission has ended") },
    { "the voucher's time lies ahead", N_ ("The customer's clock is wrong") },
    { "the signature is not the wallet's", N_ ("Not signed by the customer's wallet") },
    { "The voucher was given for another payment before", N_ ("The voucher had been used before") },
    { "stale", N_ ("The customer's code was too old when it reached the bank") },
    { "No operator of this depot knows the wallet", N_ ("No bank of this depot knows the wallet") },
    { "No operator knows of it", N_ ("Nobody has paid it") },
    { "The operator does not answer", N_ ("The bank did not answer in time") },
  };
  g_autofree char *cleaned = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (g_str_has_prefix (reason, reasons[i].name))
        return g_strdup (gettext (reasons[i].text));
    }
  cleaned = clean (reason);
  /* Translators: the bank's own words, which may be in any language */
  return g_strdup_printf (_ ("The bank says: %s"), cleaned);
}

const char *
ds_words_for_reason (const char *reason)
{
  static const struct
  {
    const char *name, *text;
  } reasons[] = {
    { "changed-mind", N_ ("Changed their mind") },
    { "not-ordered", N_ ("Did not order it") },
    { "wrong-goods", N_ ("Wrong goods") },
    { "damaged", N_ ("Damaged") },
    { "price", N_ ("The price is not as agreed") },
    { "cannot-pay", N_ ("Cannot pay now") },
    { "no-answer", N_ ("Nobody answers door or phone") },
    { "wrong-address", N_ ("The address is wrong") },
    { "no-access", N_ ("Cannot get in") },
    { "customer-asked", N_ ("The customer asked for another time") },
    { "other-address", N_ ("To another address") },
    { "no-time", N_ ("Not reached in time") },
    { "bad-weather", N_ ("Weather or road") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (g_strcmp0 (reason, reasons[i].name) == 0)
        return gettext (reasons[i].text);
    }
  return reason;
}

static void
add_part (GPtrArray *parts, const char *words, gint64 amount_fen)
{
  g_autofree char *amount = amount_fen > 0 ? ds_format_money (amount_fen) : NULL;

  if (amount != NULL)
    g_ptr_array_add (parts, g_strdup_printf ("%s %s", words, amount));
}

char *
ds_words_for_parts (gint64 red_packet_fen, gint64 refunded_fen, gint64 red_packet_refunded_fen)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  /* Translators: followed by an amount, as the next two are */
  add_part (parts, _ ("red packet"), red_packet_fen);
  add_part (parts, _ ("given back"), refunded_fen);
  add_part (parts, _ ("of it into the red packet"), red_packet_refunded_fen);
  if (parts->len == 0)
    return NULL;
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **)parts->pdata);
}

DsWords
ds_words_for_proof (DsProofKind kind)
{
  switch (kind)
    {
    case DS_PROOF_SIGNATURE:
      return (DsWords){ "document-edit-symbolic", _ ("Signature"), "paid" };
    case DS_PROOF_PHOTO:
      return (DsWords){ "camera-photo-symbolic", _ ("Photo"), "paid" };
    case DS_PROOF_PICKUP_CODE:
      return (DsWords){ "dialog-password-symbolic", _ ("Pickup code"), "paid" };
    case DS_PROOF_NAME:
    case DS_N_PROOF_KINDS:
    default:
      return (DsWords){ "avatar-default-symbolic", _ ("Name"), "paid" };
    }
}

const char *
ds_words_for_blob (DsBlobState state)
{
  switch (state)
    {
    case DS_BLOB_SENT:
      return _ ("at the depot too");
    case DS_BLOB_REFUSED:
      return _ ("the depot will not take it; it is kept here");
    case DS_BLOB_PURGED:
      return _ ("at the depot; removed here after settling");
    case DS_BLOB_LOST:
      return _ ("cannot be read any more; take another");
    case DS_BLOB_KEPT:
    default:
      return _ ("waits to be sent, after the money");
    }
}

char *
ds_words_for_limits (DsLimits limits)
{
  static const char *const words[DS_N_LIMITS] = {
    N_ ("one offline payment"),  N_ ("offline payments of one wallet"),
    N_ ("all offline payments"), N_ ("number of offline payments"),
    N_ ("age of the oldest"),
  };
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < DS_N_LIMITS; i++)
    {
      if ((limits & (1u << i)) != 0)
        g_string_append_printf (lines, "%s%u · %s", lines->len > 0 ? "\n" : "", i + 1, gettext (words[i]));
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

const char *
ds_words_for_tender (DsTender tender)
{
  switch (tender)
    {
    case DS_TENDER_CODE:
    case DS_TENDER_SCAN:
      return _ ("Digital RMB");
    case DS_TENDER_CASH:
    default:
      return _ ("Cash");
    }
}

char *
ds_words_for_connection (gboolean online, gint64 last_sync_ms, gint64 n_unsent)
{
  g_autofree char *clock = NULL;

  if (!online && n_unsent > 0)
    return g_strdup_printf (ngettext ("Offline · %d waiting", "Offline · %d waiting", (gulong)n_unsent),
                            (int)n_unsent);
  if (!online)
    return g_strdup (_ ("Offline"));
  if (n_unsent > 0)
    return g_strdup_printf (ngettext ("Online · sending %d", "Online · sending %d", (gulong)n_unsent),
                            (int)n_unsent);
  if (last_sync_ms == 0)
    return g_strdup (_ ("Online"));

  clock = ds_format_clock (last_sync_ms);
  /* Translators: the time of the last exchange with the depot: "Online · 10:32" */
  return g_strdup_printf (_ ("Online · %s"), clock);
}

static const struct
{
  DsWords words;
  const char *advice;
} healths[] = {
  [DS_STORE_HEALTHY] = { { PAID, N_ ("This handheld is in order"), "paid" },
                         N_ ("The journal is whole and agrees with the depot") },
  [DS_STORE_DAMAGED] = { { FAILED, N_ ("Damage was found: collecting is stopped"), "failed" },
                         N_ ("What is whole is still sent. A copy was set aside. Hand the handheld in at the "
                             "depot and delete nothing.") },
  [DS_STORE_BEHIND] = { { FAILED, N_ ("Records are missing: collecting is stopped"), "failed" },
                        N_ ("This is an old copy, or its end was lost. What is there is still sent. Hand the "
                            "handheld in at the depot, "
                            "with its card.") },
  [DS_STORE_FORKED] = { { FAILED, N_ ("Two handhelds have one identity: collecting is stopped"), "failed" },
                        N_ ("Hand both in at the depot; what is on them is still sent.") },
  [DS_STORE_READ_ONLY]
  = { { WARNING, N_ ("Doorstep is too old for its data: collecting is stopped"), "accepted" },
      N_ ("A newer Doorstep has worked with it. What is there can be read, sent and saved. Update "
          "Doorstep.") },
};

DsWords
ds_words_for_health (DsStoreHealth health)
{
  g_return_val_if_fail (health < G_N_ELEMENTS (healths), healths[DS_STORE_DAMAGED].words);

  return translate (healths[health].words);
}

const char *
ds_words_for_health_advice (DsStoreHealth health)
{
  g_return_val_if_fail (health < G_N_ELEMENTS (healths), "");

  return gettext (healths[health].advice);
}

/* Returns: (transfer full) (nullable): @translated with what stands in @text where @pattern has "%s". */
static char *
fill_in (const char *text, const char *pattern, const char *translated)
{
  g_auto (GStrv) parts = g_strsplit (pattern, "%s", -1);
  g_autoptr (GString) filled = g_string_new (translated);

  if (!g_str_has_prefix (text, parts[0]))
    return NULL;
  text += strlen (parts[0]);
  for (gsize i = 1; parts[i] != NULL; i++)
    {
      const char *end = *parts[i] != '\0' ? strstr (text, parts[i]) : text + strlen (text);
      g_autofree char *found = end != NULL ? g_strndup (text, (gsize)(end - text)) : NULL;

      if (found == NULL)
        return NULL;
      g_string_replace (filled, "%s", found, 1);
      text = end + strlen (parts[i]);
    }
  return *text == '\0' ? g_string_free (g_steal_pointer (&filled), FALSE) : NULL;
}

char *
ds_words_for_health_detail (const char *text)
{
  /* The store's own words, which go into its logs as well: it speaks no language but its own. */
  static const char *const patterns[] = {
    N_ ("Two handhelds have this identity, from entry %s on"),
    N_ ("The depot holds another entry %s under this handheld's name"),
    N_ ("The journal ends at entry %s, but the depot holds %s: this is an old copy, or its end was lost"),
    N_ ("The journal ends at entry %s, but %s were written: this is an old copy, or its end was lost"),
    N_ ("The journal is not the one that was written on this device"),
    N_ ("The journal's anchor is missing or was changed"),
    N_ ("The device's key is missing. The journal can be read and sent, not continued"),
    N_ ("Journal entry %s is damaged: %s"),
    N_ ("The database is damaged: %s"),
    N_ ("The screens' tables are not those of the two logs: %s"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      char *filled = fill_in (text, patterns[i], gettext (patterns[i]));

      if (filled != NULL)
        return filled;
    }
  return g_strdup (text);
}

DsWords
ds_words_for_urgency (DsUrgency urgency)
{
  switch (urgency)
    {
    case DS_WINDOW_SOON:
      return translate ((DsWords){ ALARM, N_ ("Soon"), "accepted" });
    case DS_WINDOW_LATE:
      return translate ((DsWords){ WARNING, N_ ("Late"), "failed" });
    case DS_WINDOW_AHEAD:
    case DS_WINDOW_ANY:
    default:
      return translate ((DsWords){ ALARM, N_ ("No hurry"), NULL });
    }
}

static char *
describe_next (const DsNextStop *next, gint64 now_ms)
{
  const DsStop *stop = next->stop;
  g_autofree char *window = ds_format_window (0, stop->window_to_ms);
  g_autofree char *left = ds_format_window_left (stop->window_from_ms, stop->window_to_ms, now_ms);
  g_autofree char *from = ds_format_clock (stop->window_from_ms);

  switch (next->reason)
    {
    case DS_NEXT_LATE:
    case DS_NEXT_SOON:
      return g_strdup_printf ("%s · %s", window, left != NULL ? left : "");
    case DS_NEXT_NEAR:
      return g_strdup (_ ("close to the last door"));
    case DS_NEXT_EARLY:
      return g_strdup_printf (_ ("the first that opens, at %s"), from);
    case DS_NEXT_FIRST:
    case DS_NEXT_NONE:
    default:
      return g_strdup (_ ("first in your order"));
    }
}

char *
ds_words_for_next (const DsNextStop *next, gint64 now_ms, DsWords *words)
{
  g_autofree char *reason = NULL;
  g_autofree char *distance = NULL;
  char *text;

  g_return_val_if_fail (next != NULL && next->stop != NULL, NULL);
  g_return_val_if_fail (words != NULL, NULL);

  *words = ds_words_for_urgency (next->reason == DS_NEXT_LATE   ? DS_WINDOW_LATE
                                 : next->reason == DS_NEXT_SOON ? DS_WINDOW_SOON
                                                                : DS_WINDOW_ANY);
  if (next->reason == DS_NEXT_NEAR)
    words->icon_name = "mark-location-symbolic";
  else if (next->reason == DS_NEXT_FIRST)
    words->icon_name = "view-list-symbolic";
  reason = describe_next (next, now_ms);
  distance = next->distance_m >= 0 ? ds_format_distance (next->distance_m) : NULL;
  text = distance != NULL ? g_strdup_printf ("%s · %s", reason, distance) : g_strdup (reason);
  words->text = text;
  return text;
}
