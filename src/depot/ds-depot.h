/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The depot: the server that hands out routes, takes journals, speaks to the operators and keeps the books.
 *
 * One object on one main context: HTTP, database and operators' answers all happen there. Whatever an operator is
 * asked to do stands in the database before it is asked, so a depot that is killed goes on where it was. */
#pragma once

#include "ds-authority.h"
#include "ds-clock.h"
#include "ds-operator.h"
#include "ds-random.h"

#include <jansson.h>

G_BEGIN_DECLS

#define DS_TYPE_DEPOT (ds_depot_get_type ())
G_DECLARE_FINAL_TYPE (DsDepot, ds_depot, DS, DEPOT, GObject)

/**
 * ds_depot_new:
 * @directory: where the database, keys and proofs live; made with mode 0700 when missing
 * @host: (nullable): the name or address under which handhelds reach the depot, for its certificate; loopback
 *   always works
 * @operators: (element-type DsOperator): those it works with; may be empty, then only cash is taken
 * @clock: the time
 * @random: for ids, codes and tokens
 * @error: %DS_ERROR_CONFLICT when another process holds the directory; %DS_ERROR_STORAGE, %DS_ERROR_CRYPTO
 *
 * Opens the depot and takes up the work that an earlier process left unfinished, by asking the operators about it.
 *
 * Returns: (transfer full) (nullable): the depot, not yet listening
 */
DsDepot *ds_depot_new (const char *directory,
                       const char *host,
                       GPtrArray *operators,
                       DsClock *clock,
                       DsRandom *random,
                       GError **error);

/* Stops listening, forgets answers on their way, and closes the database. Done by dispose too. */
void ds_depot_close (DsDepot *self);

/**
 * ds_depot_listen:
 * @everywhere: listen on all addresses; loopback otherwise. The depot belongs behind a front or into a private
 *   network: SoupServer is no server for the open internet
 * @port: 0 for any
 *
 * Starts the device server (HTTPS).
 */
gboolean ds_depot_listen (DsDepot *self, gboolean everywhere, guint16 port, GError **error);

/* Returns: (transfer none) (nullable): "https://127.0.0.1:PORT" once listening. */
const char *ds_depot_get_address (DsDepot *self);

/**
 * ds_depot_set_line:
 * @up: %FALSE stops listening and drops every connection; %TRUE listens again on the same port
 *
 * The line between handhelds and depot, for practice and tests. The line to the operators stays.
 */
gboolean ds_depot_set_line (DsDepot *self, gboolean up, GError **error);

/* Returns: (transfer none) */
DsAuthority *ds_depot_get_authority (DsDepot *self);
DsKey *ds_depot_get_key (DsDepot *self);
/* Returns: (transfer none): at most 8 ASCII characters. */
const char *ds_depot_get_payee_id (DsDepot *self);
/* Returns: (transfer none): as customers see it. */
const char *ds_depot_get_payee_name (DsDepot *self);

/* Whether it moves no real money; see ds_depot_prepare_practice(). */
gboolean ds_depot_get_practice (DsDepot *self);

/**
 * ds_depot_prepare_practice:
 * @directory: without a depot, or with one that was prepared so; made when missing
 * @depot_name, @payee_name: as the courier and the customers of the practice see it
 * @error: %DS_ERROR_CONFLICT when a real depot lives there
 *
 * Writes settings by which the depot of @directory says in its enrolment codes, answers, settings and lists of
 * operators that it is for practice. Handhelds at work refuse all of these; no later start makes it a real one.
 */
gboolean ds_depot_prepare_practice (const char *directory,
                                    const char *depot_name,
                                    const char *payee_name,
                                    GError **error);

/* Looks again for work that is due by the clock. Timers do so by themselves; a virtual clock needs telling. */
void ds_depot_wake (DsDepot *self);

/* Whether no operator is being asked anything and nothing is due. */
gboolean ds_depot_is_idle (DsDepot *self);

/**
 * ds_depot_enrol:
 * @courier_id: 1 to 16 ASCII letters, digits or hyphens
 * @courier_name: as shown to the courier
 * @address: (nullable): the base URL for the code; where it listens now by default
 * @error: return location for an error
 *
 * Makes a one-time enrolment code, and the courier when new.
 *
 * Returns: (transfer full) (nullable): "doorstep://enrol?…"
 */
char *ds_depot_enrol (DsDepot *self,
                      const char *courier_id,
                      const char *courier_name,
                      const char *address,
                      GError **error);

/**
 * DsImportOptions:
 * @courier_id: (nullable): whose route; %NULL only for files that name couriers themselves
 * @day: (nullable): "YYYY-MM-DD", today by default
 * @seed: what samples without names, addresses and amounts draw these from
 * @limit: the largest number of rows to take, 0 for all
 */
typedef struct
{
  const char *courier_id;
  const char *day;
  guint32 seed;
  guint limit;
} DsImportOptions;

/**
 * ds_depot_import_async:
 * @csv: the file's bytes: Doorstep's own columns (data/routes/README.md) or LaDe's
 *
 * Puts the rows as stops behind the end of the courier's route, in one transaction; then orders the codes that
 * travel with the stops and puts the stops in the feed. Rows with mistakes are left out and reported.
 */
void ds_depot_import_async (DsDepot *self,
                            GBytes *csv,
                            const DsImportOptions *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Returns: (transfer full) (nullable): {"rows","stops","parcels","due_fen","codes","refused":[{"row","column","text"}]} */
json_t *ds_depot_import_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * DsStopChange:
 * @stop: the stop's id, or one of its waybills
 * @waybill: (nullable): which of several parcels gets another price
 * @due_fen: its new price
 * @courier_id: (nullable): to whom the stop goes
 * @reason: (nullable): a few words for the courier
 */
typedef struct
{
  enum
  {
    DS_STOP_CHANGE_CANCEL,
    DS_STOP_CHANGE_REPRICE,
    DS_STOP_CHANGE_REASSIGN,
    DS_STOP_CHANGE_PAID_ELSEWHERE,
  } kind;
  const char *stop;
  const char *waybill;
  gint64 due_fen;
  const char *courier_id;
  const char *reason;
} DsStopChange;

/**
 * ds_depot_change_stop:
 * @error: %DS_ERROR_NOT_FOUND, %DS_ERROR_INVALID, %DS_ERROR_STATE (cancelled before)
 *
 * Changes a stop although its courier may be at its door, offline: tells the courier's feed, and puts what was collected
 * for it and is not due any more into suspense, with a case.
 *
 * Returns: (transfer full) (nullable): {"stop","courier","suspense_fen"}
 */
json_t *ds_depot_change_stop (DsDepot *self, const DsStopChange *change, GError **error);

/* Returns: (transfer full) (nullable): [{"case","kind","subject","at_ms","detail","stop","courier","amount_fen",
 * "closed_at_ms","resolution","tender","place"}]: what a person at the depot should look at, oldest first. */
json_t *ds_depot_list_cases (DsDepot *self, gboolean closed_too, GError **error);

/**
 * ds_depot_refund:
 * @payment_id: whose money goes back: digital money through its operator, into the parts it came from; cash out of the
 *   depot's own till
 * @refund_id: (nullable): a UUIDv7 that makes repeats harmless; a new one by default
 * @amount_fen: 0 for what waits in suspense, or else all of it
 * @reason: for the books
 * @error: %DS_ERROR_REFUSED when all refunds together would exceed what came in, or the id is known of another refund;
 *   %DS_ERROR_STATE when there is nothing to give back; %DS_ERROR_NOT_FOUND, %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): {"refund","payment","amount_fen","state"}, the state "asked" (the feed tells how
 *   it ends) or "refunded"
 */
json_t *ds_depot_refund (DsDepot *self,
                         const char *payment_id,
                         const char *refund_id,
                         gint64 amount_fen,
                         const char *reason,
                         GError **error);

/**
 * ds_depot_resolve:
 * @number: an open case
 * @how: "refund" or "keep" where money waits: given back, or the merchant's although it is not due; "done" elsewhere
 *
 * Returns: (transfer full) (nullable): what was done
 */
json_t *ds_depot_resolve (DsDepot *self, gint64 number, const char *how, const char *reason, GError **error);

/**
 * ds_depot_get_spoken:
 * @payment_id: a payment's id
 * @error: %DS_ERROR_NOT_FOUND; %DS_ERROR_STATE with the reason while no operator's books say that it is paid
 *
 * For a clerk who reads the spoken proof to a courier by telephone.
 *
 * Returns: (transfer full) (nullable): "1234 5678"
 */
char *ds_depot_get_spoken (DsDepot *self, const char *payment_id, GError **error);

/**
 * ds_depot_override:
 * @stop: a stop's id, or the waybill of one of its parcels
 * @limits: what is to be lifted, see ds_limits_from_text()
 * @amount_fen: for a payment of at most this
 * @number: the request's number, as the courier reads it out
 * @clerk: who gives it
 * @error: %DS_ERROR_NOT_FOUND; %DS_ERROR_INVALID; %DS_ERROR_REFUSED where the settings do not allow it
 *
 * For a clerk who lets a courier take one payment over the company's limits, by telephone. Recorded before it is read out;
 * giving the same once more records nothing new.
 *
 * Returns: (transfer full) (nullable): {"digits","stop","place","courier","limits","amount_fen","number","clerk"}
 */
json_t *ds_depot_override (DsDepot *self,
                           const char *stop,
                           const char *limits,
                           gint64 amount_fen,
                           gint64 number,
                           const char *clerk,
                           GError **error);

/**
 * ds_depot_reset_pin:
 * @courier_id: a courier who forgot the PIN of their handheld
 * @error: %DS_ERROR_NOT_FOUND, or of the database
 *
 * Makes a PIN for once, sends what was made of it to the courier's handhelds with their settings, and keeps no more. Typed
 * there it lets the courier choose another.
 *
 * Returns: (transfer full) (nullable): six digits, to be told to the courier
 */
char *ds_depot_reset_pin (DsDepot *self, const char *courier_id, GError **error);

/**
 * ds_depot_rescue:
 * @file: a rescue file, from a handheld's card or an encrypted export; may be cut at its end
 * @error: %DS_ERROR_INVALID when it is none for this depot; %DS_ERROR_CONFLICT when entries before it are missing,
 *   or when the depot holds others
 *
 * Takes in what the file has of its handheld's journal, as if the handheld had sent it. Taking a file in twice, or
 * the handheld coming back later, does no harm.
 *
 * Returns: (transfer full) (nullable): {"device","courier","first_seq","last_seq","new","acknowledged","complete",
 *   "unread_bytes","refused","open_shifts"}
 */
json_t *ds_depot_rescue (DsDepot *self, GBytes *file, GError **error);

/**
 * ds_depot_close_shift:
 * @counted_fen: the cash that was handed in for it
 * @error: %DS_ERROR_NOT_FOUND unless that shift is open
 *
 * Closes the shift of a handheld that cannot do so itself any more; its statement is made and published.
 */
gboolean ds_depot_close_shift (DsDepot *self, const char *shift_id, gint64 counted_fen, GError **error);

/**
 * ds_depot_resolve_entry:
 * @words: what was done about it, for the courier too
 * @error: %DS_ERROR_NOT_FOUND unless the entry was refused and is unresolved
 *
 * A person at the depot has settled what a refused entry was about.
 */
gboolean ds_depot_resolve_entry (DsDepot *self, const char *entry_id, const char *words, GError **error);

/* Returns: (transfer full) (nullable): an array with an object for each handheld that ever enrolled. */
json_t *ds_depot_list_devices (DsDepot *self, GError **error);

/**
 * ds_depot_revoke:
 * @reason: (nullable): why, in a few words; %NULL lets the handheld in again
 * @error: %DS_ERROR_NOT_FOUND when there is no such handheld, %DS_ERROR_INVALID for a reason that is none
 *
 * Keeps out a handheld that is lost or stolen: it gets no token, no news and no codes, and nothing is taken from it over
 * the line. Its journal stays, and what it still holds can come in from its card (ds_depot_rescue()).
 */
gboolean ds_depot_revoke (DsDepot *self, const char *device_id, const char *reason, GError **error);

/**
 * ds_depot_load_journal:
 * @forked: the lines that are kept apart because they follow others than the journal that is held
 * @error: %DS_ERROR_NOT_FOUND when there is no such handheld
 *
 * Returns: (transfer full) (nullable): a handheld's lines as they came, each with its end of line: evidence for
 *   `doorstep-inspect journal`
 */
GBytes *ds_depot_load_journal (DsDepot *self, const char *device_id, gboolean forked, GError **error);

/* Returns: (transfer full) (nullable): {"accounts":{…},"sum_fen":0,"operators":{"003":{"paid_fen","count"}},…} */
json_t *ds_depot_books_to_json (DsDepot *self, GError **error);

/**
 * ds_depot_rotate_key:
 * @overlap_ms: how long before the new key signs: handhelds learn of it meanwhile, and programs of theirs that know no
 *   new keys can be brought up to date; 0 for at once, where a key may be in other hands
 * @error: %DS_ERROR_STATE while another one is announced
 *
 * Makes the depot another key and announces it, signed by the one it has, in every feed and with every acknowledgement,
 * so that whoever was away for longer follows. What the old key has signed stays good.
 *
 * Returns: (transfer full) (nullable): as ds_depot_list_keys()
 */
json_t *ds_depot_rotate_key (DsDepot *self, gint64 overlap_ms, GError **error);

/* Returns: (transfer full): [{"number","public_key","signs","from","until"}], oldest first. */
json_t *ds_depot_list_keys (DsDepot *self);
/* Returns: (transfer full) (nullable): what binds all keys together: src/codes/ds-key-chain.h. */
json_t *ds_depot_make_key_chain (DsDepot *self, GError **error);

/* Looks whether operators have other keys, which go into every feed at once, and lists them as a trust list does. */
json_t *ds_depot_list_operator_keys (DsDepot *self, GError **error);

/* Nothing that this key has signed, whenever, is taken any more. %DS_ERROR_NOT_FOUND */
gboolean
ds_depot_revoke_operator_key (DsDepot *self, const char *operator_id, const char *public_key, GError **error);

/**
 * DsDepotLog:
 * @level: %G_LOG_LEVEL_WARNING, %G_LOG_LEVEL_MESSAGE, %G_LOG_LEVEL_INFO
 * @event: a word, "request" …
 * @members: (transfer none): what belongs to it; nothing that names a person
 *
 * What happens in a depot, for a log. Main thread.
 */
typedef void (*DsDepotLog) (GLogLevelFlags level, const char *event, json_t *members, gpointer user_data);

void ds_depot_set_log (DsDepot *self, DsDepotLog log, gpointer user_data);

/**
 * ds_depot_check_health:
 * @ready: (out): whether the depot can do its work now
 *
 * Tries what the work needs: a durable write of the database, room on the disk, room in the queue, operators that
 * answer. That it answers at all says that it lives.
 *
 * Returns: (transfer full): {"status":"ready"|"not-ready","checks":[{"check","ok","text"}]}
 */
json_t *ds_depot_check_health (DsDepot *self, gboolean *ready);

/* @min_free_mib: less is no room; @operator_silent_s: so long without an answer is silence. */
void ds_depot_set_health_limits (DsDepot *self, gint64 min_free_mib, gint64 operator_silent_s);

/* Returns: (transfer full): what the depot counts, in OpenMetrics text. */
char *ds_depot_get_metrics (DsDepot *self);

G_END_DECLS
