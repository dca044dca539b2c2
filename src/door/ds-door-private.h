/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this layer share. Every one of them includes config.h first. */
#pragma once

#define GETTEXT_PACKAGE DS_GETTEXT_PACKAGE

#include "ds-clock.h"
#include "ds-code-guard.h"
#include "ds-door.h"
#include "ds-error.h"
#include "ds-evidence.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-random.h"
#include "ds-task.h"

#include <glib/gi18n-lib.h>

G_BEGIN_DECLS

struct _DsDoor
{
  GObject parent;

  DsStore *store;
  DsClock *clock;
  DsRandom *random;
  gboolean online;

  /* Operations that wait for their turn at the stops; see ds-door-visit.c. */
  GQueue turns;
  gboolean turn_taken;

  DsExposure exposure;
  gboolean exposure_loading;
  gboolean exposure_outdated;

  GHashTable *states;        /* payment id → DsPaymentState, as last told by DsDoor::payment-changed */
  GHashTable *watches;       /* payment id → DsWatch, payments whose result is awaited */
  GHashTable *asked_offline; /* payment ids whose query waits in the journal */
  GPtrArray *waits;          /* GTask of presentations that wait for a live code */
  GHashTable *dues;          /* stop id → gint64, what it owed when last looked at */
  guint timer_id;

  /* A camera sees the same payer code in many frames; the code itself is not kept. */
  char *last_payer_code_sm3;
  char *last_payer_payment_id;
};

/* Words */

/* Returns: (transfer full): "¥1,286.50". */
char *ds_door_format_yuan (gint64 amount_fen);

/* Parcels: what is owed for some of a stop's parcels (ds-door-parcels.c); pure */

typedef enum
{
  DS_FOR_COLLECTING,   /* how much more may be asked for them: other parcels take the money first */
  DS_FOR_HANDING_OVER, /* how much is missing before they may go: they take the money before the rest */
} DsOpenPurpose;

gint64 ds_door_get_open_fen (DsStop *stop, const char *const *waybills, DsOpenPurpose purpose);
gboolean ds_door_payment_concerns (DsPayment *payment, const char *const *waybills);
/* Returns: (transfer full): the parcels that a payment is for. */
GStrv ds_door_get_payment_waybills (DsStop *stop, DsPayment *payment);
/* Returns: (transfer full): all waybills of the stop. */
GStrv ds_door_get_all_waybills (DsStop *stop);
/* Returns: (transfer full): the JSON array for an entry. */
json_t *ds_door_waybills_to_json (const char *const *waybills);

/* Drafts of one commit */

typedef struct
{
  GArray *items; /* of DsDraft */
} DsDrafts;

/* @data: (transfer full) */
void ds_drafts_add (DsDrafts *self, const char *type, json_t *data);

/* Collections: may this be collected now? (ds-door-ways.c) */

/**
 * DsCollection:
 * @own_payment_id: (nullable): the payment that is to collect it, when it exists already
 * @replaced_payment_id: (nullable): a payment that was asked for to collect it and is given up for this one
 * @supersede: the courier decided to collect although another payment is uncertain
 *
 * What is about to be collected, by any way.
 */
typedef struct
{
  const char *const *waybills;
  gint64 amount_fen;
  const char *own_payment_id;
  const char *replaced_payment_id;
  gboolean supersede;
} DsCollection;

typedef enum
{
  DS_HINDRANCE_NONE,
  DS_HINDRANCE_NO_SETTINGS,
  DS_HINDRANCE_NO_SHIFT,
  DS_HINDRANCE_REMOVED,
  DS_HINDRANCE_UNKNOWN_PARCEL,
  DS_HINDRANCE_BAD_AMOUNT,
  DS_HINDRANCE_COVERED,
  DS_HINDRANCE_TOO_MUCH,
  DS_HINDRANCE_UNCERTAIN,
} DsHindrance;

/* "no-shift", "covered" …: the reason of an answer; never translated. */
const char *ds_hindrance_to_name (DsHindrance hindrance);

/* @text: (out) (optional): the sentence for the courier, set unless there is no hindrance. */
DsHindrance ds_door_find_hindrance (DsDoor *self, DsStop *stop, const DsCollection *collection, char **text);

/* Journals `payment.superseded` for every payment that, paid as well, would make it more than is due. */
void ds_door_supersede (DsStop *stop, const DsCollection *collection, DsDrafts *drafts);
void ds_door_supersede_payment (const char *payment_id, DsDrafts *drafts);

/* The open shift, or %NULL. */
DsShift *ds_door_get_open_shift (DsDoor *self);

/* Whether the code of @payment has run out by trusted time; not that the payment has. */
gboolean ds_door_code_is_over (DsDoor *self, gint64 expires_at_ms);

/* Scanning (ds-door-scan.c) */

/**
 * DsScanOperation:
 * @stop_id, @payment_id, @waybills, @amount_fen: a copy of the context
 * @text: what was scanned, without blanks around it
 * @evidence: (nullable): what it says, for a receipt or voucher
 * @wallet_serial: (nullable): whose voucher
 * @new_payment_id: (nullable): the payment that a payer code started
 * @answer: (nullable): set by a visit's decision; kept if its entries are journalled
 */
typedef struct
{
  char *stop_id;
  char *payment_id;
  GStrv waybills;
  gint64 amount_fen;
  char *text;
  DsCodeSighting sighting;
  DsEvidence *evidence;
  char *wallet_serial;
  char *new_payment_id;
  DsAnswer *answer;
} DsScanOperation;

/* Answers, in place of an earlier answer. @reason and @title are copied, @text is (transfer full). */
void ds_scan_operation_answer (DsScanOperation *self,
                               DsAnswerKind kind,
                               const char *reason,
                               const char *title,
                               char *text);

/* Receipts, vouchers and what is left of the allowance (ds-door-evidence.c) */

/* Goes on with a scan's task. @task: (transfer full) */
void ds_door_scan_evidence (DsDoor *self, GTask *task);

/* What is neither evidence, payer code nor parcel of this route (ds-door-foreign.c). @task: (transfer full) */
void ds_door_scan_foreign (DsDoor *self, GTask *task);

/* Returns: (transfer full) (nullable): why no voucher at all can be taken now, whatever its amount. */
char *ds_door_get_voucher_bar (DsDoor *self, const DsExposure *exposure, const char **reason);

/* Permissions (ds-door-override.c) */

/* Whether a clerk may still lift limits for @amount_fen at @stop. @text: (out) (optional) (nullable): why not. */
gboolean ds_door_may_override (DsDoor *self,
                               DsStop *stop,
                               const DsExposure *exposure,
                               gint64 amount_fen,
                               const char **reason,
                               char **text);

/* Turns and visits (ds-door-visit.c) */

typedef void (*DsDoorTurn) (DsDoor *self, gpointer data);

/* Calls @turn when no other operation is between reading a stop and journalling; ds_door_end_turn() must follow. */
void ds_door_take_turn (DsDoor *self, DsDoorTurn turn, gpointer data);
void ds_door_end_turn (DsDoor *self);

/**
 * DsVisit:
 * @stop: (nullable): the stop as it is now; %NULL when nothing was found under @key
 * @exposure: what rests on vouchers, when @wallet_serial was given
 * @wallet_fen: likewise, of that wallet
 * @drafts: what to journal; none means that nothing changes
 * @data: whoever asked for the visit
 */
typedef struct
{
  DsDoor *door;
  DsStop *stop;
  DsExposure exposure;
  gint64 wallet_fen;
  DsDrafts drafts;
  gpointer data;
} DsVisit;

/* Looks at the stop and says what to journal. May be called again with a newer stop if the feed got in between. */
typedef gboolean (*DsVisitDecide) (DsVisit *visit, GError **error);

/**
 * ds_door_visit_async:
 * @stop_id: (nullable): the stop's id; %DS_ERROR_NOT_FOUND when there is none
 * @key: (nullable): otherwise, a payment id or waybill of the stop
 * @wallet_serial: (nullable): also loads the exposure, with this wallet's part
 * @decide: called once the stop is loaded
 * @data: for @decide; must live until the callback
 *
 * One stop is read, judged and changed while no other operation of this door comes in between. @cancellable
 * counts until the entries are handed to the store, never after.
 */
void ds_door_visit_async (DsDoor *self,
                          const char *stop_id,
                          const char *key,
                          const char *wallet_serial,
                          DsVisitDecide decide,
                          gpointer data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* @stop: (out) (optional) (nullable): the stop as it is afterwards. */
gboolean ds_door_visit_finish (DsDoor *self, GAsyncResult *result, DsStop **stop, GError **error);

/* Returns: (transfer full): @error, in words for the courier where it is the store's. */
GError *ds_door_word_error (GError *error);

/* The usual end of an operation whose callback data is its own task: returns the visited stop or the error. */
void ds_door_return_visited_stop (GObject *source, GAsyncResult *result, gpointer task);

/* Showing codes (ds-door-present.c) */

/* Whether the operator's code that came with the stop can be shown for this amount. */
gboolean ds_door_may_show_carried (DsDoor *self, DsStop *stop, gint64 amount_fen);

/* Returns: (transfer none) (nullable): the payment whose code is still on show for the amount and, unless they are %NULL,
 * exactly these parcels: asked for again, that code is shown again. */
DsPayment *ds_door_find_shown (DsDoor *self, DsStop *stop, const char *const *waybills, gint64 amount_fen);

/* Presentations that wait for their live code. */

void
ds_door_present_code_arrived (DsDoor *self, const char *payment_id, const char *code, gint64 expires_at_ms);
/* The depot answered that there will be no code. */
void ds_door_present_refused (DsDoor *self, const char *payment_id);
/* Ends every wait whose time is over, or all of them when offline. */
void ds_door_present_tick (DsDoor *self);
gint64 ds_door_present_get_deadline_mono_ms (DsDoor *self);

/* Payments whose result is awaited (ds-door-unknown.c) */

void ds_door_watches_init (DsDoor *self);
/* Takes note of the stops' payments; @announce: emits DsDoor::payment-changed for what is new. */
void ds_door_observe (DsDoor *self, GPtrArray *stops, gboolean announce);
void ds_door_watches_went_online (DsDoor *self);
void ds_door_watches_tick (DsDoor *self);
gint64 ds_door_watches_get_deadline_mono_ms (DsDoor *self);

/* Stops that the depot changes (ds-door-conflicts.c) */

/* Supersedes the codes on show at stops that owe something else than before: whoever pays one all the same has paid too
 * much, and gets it back, or a part. */
void ds_door_give_up_outdated_codes (DsDoor *self, GPtrArray *stops);

/* Time (ds-door.c) */

/**
 * ds_door_tick:
 *
 * Does what is due by the clock: live codes that did not come, results that are overdue, queries to repeat. The
 * door calls it by its own timer; whoever drives a manual clock calls it after moving the clock.
 */
void ds_door_tick (DsDoor *self);
/* Sets the timer for the next thing that is due. */
void ds_door_schedule (DsDoor *self);

G_END_DECLS
