/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States in words: each with an icon, a word and a colour, never one of them alone. Pure; texts are translated. */
#pragma once

#include "ds-next-stop.h"
#include "ds-stop.h"
#include "ds-store.h"
#include "ds-time-window.h"

G_BEGIN_DECLS

/**
 * DsWords:
 * @icon_name: a symbolic icon
 * @text: a few words
 * @css_class: (nullable): the class beside `.state` that gives the colour; %NULL for the ordinary one
 */
typedef struct
{
  const char *icon_name;
  const char *text;
  const char *css_class;
} DsWords;

DsWords ds_words_for_payment (DsPaymentState state);
DsWords ds_words_for_problem (const char *kind);
/* What a problem means for the courier, and what to do: one sentence or two. */
const char *ds_words_for_problem_advice (const char *kind);

/* A kind of change of the digest. */
DsWords ds_words_for_change (const char *kind);
/* Returns: (transfer full): what to do about a change. @stop: (nullable); @conflict: money was taken that is not due */
char *ds_words_for_change_advice (const DsChange *change, DsStop *stop, gboolean conflict);

/* A verdict of the statement: "matched", "missing" … */
DsWords ds_words_for_verdict (const char *verdict);
/* Looks at the parcels too: a stop that was not delivered says why. */
DsWords ds_words_for_stop (DsStop *stop);
DsWords ds_words_for_outcome (DsParcelOutcome outcome);

/* Returns: (transfer full): the line of a stop's row: "To collect · 2" */
char *ds_words_for_stop_row (DsStop *stop);

/* The amount a stop's row shows: what is open, at stake, taken or too much. Returns: -1 when nothing is to be shown. */
gint64 ds_words_get_row_amount_fen (DsStop *stop);

/* How a promised time presses. */
DsWords ds_words_for_urgency (DsUrgency urgency);

/* Returns: (transfer full): why a stop comes next, and how far it is: "by 12:00 · 38 min left · 40 m". The same words come
 * with their icon and colour in @words, whose text they are. */
char *ds_words_for_next (const DsNextStop *next, gint64 now_ms, DsWords *words);

/* What a reason of an outcome says: the names that the pages offer are translated, own words stay as they are. */
const char *ds_words_for_reason (const char *reason);

/* Returns: (transfer full): why a payment ended without money: the reasons that operators and the depot give (see
 * DsOrderResult) are translated; others are the bank's own words, cut short and without what is no text. */
char *ds_words_for_bank_reason (const char *reason);

/* Returns: (transfer full) (nullable): what of a payment, or of many, came from red packets and what went back:
 * "red packet ¥3.00 · given back ¥5.00"; %NULL where there is neither */
char *ds_words_for_parts (gint64 red_packet_fen, gint64 refunded_fen, gint64 red_packet_refunded_fen);

/* A kind of proof of handing over. */
DsWords ds_words_for_proof (DsProofKind kind);
/* Where its content is: "waits to be sent", "at the depot" … */
const char *ds_words_for_blob (DsBlobState state);

/* Returns: (transfer full): limits with the numbers by which they are read out, one a line: "3 · all offline payments". */
char *ds_words_for_limits (DsLimits limits);

/* How a payment was made: "Digital RMB", "Cash" … */
const char *ds_words_for_tender (DsTender tender);

/* Returns: (transfer full): how the handheld stands with the depot: "Online · 10:32", "Online · sending 4",
 * "Offline · 4 waiting". */
char *ds_words_for_connection (gboolean online, gint64 last_sync_ms, gint64 n_unsent);

/* What the start-up check found, and (never %NULL) what the courier does about it. */
DsWords ds_words_for_health (DsStoreHealth health);
const char *ds_words_for_health_advice (DsStoreHealth health);
/* Returns: (transfer full): what the store says of it (DsStore:health-text), in the courier's language where it is known. */
char *ds_words_for_health_detail (const char *text);

G_END_DECLS
