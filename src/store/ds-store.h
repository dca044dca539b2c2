/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handheld's memory: the journal that goes up, the feed that came down, and the tables the screens read.
 *
 * Thread contract: a DsStore belongs to the thread (and its main context) that made it; every call, callback,
 * signal and property notification happens there. The database is touched by one store thread alone, in the
 * order of the calls. Only immutable objects and GBytes cross between the two. */
#pragma once

#include "ds-key.h"
#include "ds-settings.h"
#include "ds-shift.h"
#include "ds-stop.h"
#include "ds-trust-list.h"

#include <gio/gio.h>
#include <jansson.h>

G_BEGIN_DECLS

#define DS_TYPE_STORE (ds_store_get_type ())
G_DECLARE_FINAL_TYPE (DsStore, ds_store, DS, STORE, GObject)

/**
 * DsStoreHealth:
 * @DS_STORE_HEALTHY: chain, anchor and acknowledgements agree
 * @DS_STORE_DAMAGED: an entry does not match its hash or signature, or SQLite found damage
 * @DS_STORE_BEHIND: the journal ends before the anchor or the depot's acknowledgement: an old copy or a lost tail
 * @DS_STORE_FORKED: the depot holds another journal under this device's name
 * @DS_STORE_READ_ONLY: written by a newer version of Doorstep
 *
 * Anything but healthy freezes collecting: ds_store_append_async() fails with %DS_ERROR_FROZEN (or
 * %DS_ERROR_READ_ONLY), while reading and sending what is intact go on.
 */
typedef enum
{
  DS_STORE_HEALTHY,
  DS_STORE_DAMAGED,
  DS_STORE_BEHIND,
  DS_STORE_FORKED,
  DS_STORE_READ_ONLY,
} DsStoreHealth;

/**
 * DsIdentity:
 *
 * Who this handheld is and whom it trusts: the answer to its enrolment. Read-only once shared.
 */
typedef struct
{
  char *device_id;
  char *address;         /* the depot's base URL */
  char *ca_pem;          /* the depot's certificate authority */
  DsKey *depot_key;      /* signs acknowledgements, trust lists, statements: the one that enrolment told of */
  GPtrArray *later_keys; /* (nullable): those that were announced since: ds-identity.c */
  char *depot_name;
  char *courier_id;
  char *courier_name;
  gboolean is_practice; /* the depot is one for practice; not kept: the database knows what it was made for */
} DsIdentity;

void ds_identity_free (DsIdentity *self);
DsIdentity *ds_identity_copy (const DsIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsIdentity, ds_identity_free)

/* Returns: (transfer none): the key of the depot's whose signature @jws bears, an earlier one's too; the newest when it is
 * nobody's. Any thread. */
DsKey *ds_identity_find_key (const DsIdentity *self, const char *jws);

/* Returns: (transfer none): the key that the depot announced last, to seal for it. */
DsKey *ds_identity_get_newest_key (const DsIdentity *self);

/* %DS_ERROR_CRYPTO when @jws, made at @at_ms, is signed with a key that had been replaced by then. */
gboolean ds_identity_check_new (const DsIdentity *self, const char *jws, gint64 at_ms, GError **error);

gboolean ds_identity_knows_announcement (const DsIdentity *self, const char *announcement);

/**
 * ds_identity_learn_key:
 * @announcement: see ds-depot-key.h
 * @is_new: (out): whether a key was learnt; not by an announcement of before this handheld's time, nor twice
 * @error: %DS_ERROR_CRYPTO when a replaced key announces another, %DS_ERROR_INVALID
 *
 * For the one who made the identity: it is read-only once shared.
 */
gboolean ds_identity_learn_key (DsIdentity *self, const char *announcement, gboolean *is_new, GError **error);

/**
 * DsDraft:
 * @type: an entry's type
 * @data: (transfer none): its members
 *
 * What is to be journalled; the store adds seq, prev, id and times, and signs.
 */
typedef struct
{
  const char *type;
  json_t *data;
} DsDraft;

/**
 * DsExposure:
 *
 * What rests on vouchers that are not yet redeemed, the cash in hand, and what clerks have permitted.
 */
typedef struct
{
  gint64 unredeemed_fen;
  gint64 unredeemed_count;
  gint64 oldest_unredeemed_at_ms; /* wall time; 0 when there is none */
  gint64 cash_fen;                /* float of the open shift, plus cash taken, less change */
  gint64 override_fen;            /* what permissions of the open shift allow over the limits, used or not */
} DsExposure;

/**
 * DsProblem:
 * @kind: "unknown", "rejected", "refund", "conflict"; of an entry that the depot refused: "quarantined", "asked" (again,
 *   and not answered yet), "escalated" (the clerk has it);
 *   of money that is not due any more since the depot changed its stop: "cancelled", "reassigned", "repriced",
 *   "paid-elsewhere"; "underpaid": a price was raised after the goods were handed over; "given-back-twice": in cash here and by
 *   the depot as well
 * @subject: payment id, or entry id for "quarantined"
 * @stop: (nullable): the stop concerned
 * @payment: (nullable): the payment concerned
 * @amount_fen: what is at stake
 * @text: (nullable): the depot's or operator's words
 * @correctable: a refused entry that took cash, whose amount the courier can put right
 * @at_ms: since when
 */
typedef struct
{
  char *kind;
  char *subject;
  DsStop *stop;
  DsPayment *payment;
  gint64 amount_fen;
  char *text;
  gboolean correctable;
  gint64 at_ms;
} DsProblem;

void ds_problem_free (DsProblem *self);

/**
 * DsChange:
 * @n: grows with each change
 * @kind: "added", "removed", "restored", "repriced", "paid-elsewhere", "place", "window", "note"
 * @before_fen, @after_fen: what the stop owed, and owes
 * @detail: (nullable): the depot's words, for a removed one
 * @read: the courier has seen it
 *
 * Something that the depot changed about a stop the courier had. At most one of a kind for a stop: what was not read
 * yet is brought up to date.
 */
typedef struct
{
  gint64 n;
  char *stop_id;
  char *kind;
  gint64 at_ms;
  gint64 before_fen;
  gint64 after_fen;
  char *detail;
  gboolean read;
} DsChange;

void ds_change_free (DsChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsChange, ds_change_free)

/**
 * DsOutbox:
 * @lines: entries not yet acknowledged, oldest first, one a line, each with its end of line
 * @first_seq, @last_seq: 0 when there is nothing to send
 */
typedef struct
{
  GBytes *lines;
  gint64 first_seq;
  gint64 last_seq;
} DsOutbox;

void ds_outbox_free (DsOutbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsOutbox, ds_outbox_free)

/**
 * DsStore:settings: (nullable) the depot's settings, a DsSettings
 * DsStore:trust-list: (nullable) the operators, a DsTrustList
 * DsStore:shift: (nullable) the open shift, or the last one closed, a DsShift
 * DsStore:n-unsent: (gint64) entries the depot has not acknowledged
 * DsStore:n-waiting-blobs: (gint64) contents of proofs that the depot does not have yet
 * DsStore:feed-cursor: (gint64) the last feed item that was applied; 0 before any
 * DsStore:health: a DsStoreHealth
 * DsStore:short-of-room: (gboolean) the disk is full: what was begun can be settled, no shift can be opened
 *
 * DsStore::stops-changed (GPtrArray *stops): (element-type DsStop) new snapshots of the stops that changed, in
 *   route order; an empty array means that so much changed that everything should be loaded again
 * DsStore::appended (): entries were journalled and wait to be sent
 * DsStore::code-arrived (char *payment_id, char *code, gint64 expires_at_ms): the depot's live code
 * DsStore::notice (char *text): the depot says something to the courier
 */

/**
 * ds_store_new:
 * @directory: where the database, the anchor and the key live; made with mode 0700 when missing
 * @clock: the time
 * @random: for ids
 *
 * Returns: (transfer full): a store that still has to be opened
 */
DsStore *ds_store_new (const char *directory, DsClock *clock, DsRandom *random);

/* The same for practice. What was ever opened for practice is never opened otherwise, and the other way round; settings,
 * operators and depots of the other kind are refused. */
DsStore *ds_store_new_for_practice (const char *directory, DsClock *clock, DsRandom *random);
gboolean ds_store_get_practice (DsStore *self);

/* As ds_store_new() without a thread of its own: each call does its work before it returns, and its callback comes from the
 * main loop as ever. For simulations, where everything must happen in one order. */
DsStore *ds_store_new_unthreaded (const char *directory, DsClock *clock, DsRandom *random);

/**
 * ds_store_open_async:
 *
 * Opens or makes the database, migrates it, checks chain, anchor and acknowledgements, and fills the properties.
 * Fails only when nothing can be read at all (%DS_ERROR_STORAGE) or another instance holds the database
 * (%DS_ERROR_CONFLICT); damage is told by DsStore:health.
 */
void ds_store_open_async (DsStore *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean ds_store_open_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Lets the store thread finish what was asked and closes the database; blocks until then. Done by dispose too. */
void ds_store_close (DsStore *self);

/* Returns: (transfer none) (nullable): who this handheld is; %NULL before enrolment. */
const DsIdentity *ds_store_get_identity (DsStore *self);
/* Returns: (transfer none) (nullable): the device's key pair; made by ds_store_prepare_key_async(). */
DsKey *ds_store_get_device_key (DsStore *self);
DsSettings *ds_store_get_settings (DsStore *self);
DsTrustList *ds_store_get_trust_list (DsStore *self);
DsShift *ds_store_get_shift (DsStore *self);
gint64 ds_store_get_n_unsent (DsStore *self);
gint64 ds_store_get_n_waiting_blobs (DsStore *self);
/* The last entry that the depot has ever acknowledged; 0 for none. */
gint64 ds_store_get_acknowledged_seq (DsStore *self);
gint64 ds_store_get_feed_cursor (DsStore *self);
DsStoreHealth ds_store_get_health (DsStore *self);
gboolean ds_store_get_short_of_room (DsStore *self);
/* Returns: (transfer none) (nullable): what is wrong and what to do, when not healthy. */
const char *ds_store_get_health_text (DsStore *self);
/* The depot's clock as last heard, carried forward by the monotonic clock; the wall clock until then. */
gint64 ds_store_get_trusted_now_ms (DsStore *self);
/* Whether the depot's clock has ever been heard. */
gboolean ds_store_has_trusted_time (DsStore *self);

/* Makes the device's key pair on first use and keeps it (file mode 0600, fsynced) before it is told to anyone. */
void ds_store_prepare_key_async (DsStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Returns: (transfer full) (nullable) */
DsKey *ds_store_prepare_key_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Keeps @identity and journals `device.enrolled`. %DS_ERROR_STATE when the device is enrolled already. */
void ds_store_enrol_async (DsStore *self,
                           const DsIdentity *identity,
                           const char *model,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean ds_store_enrol_finish (DsStore *self, GAsyncResult *result, GError **error);

/**
 * ds_store_append_async:
 * @drafts: (array length=n_drafts): copied at once
 * @n_drafts: 1 … 64, journalled in this order in one commit: all or none
 *
 * Journals and applies to the projections. When it finishes well the entries are on the disk. A wall clock that was
 * set since the last entry is journalled before them, as `clock.jumped`. Fails with
 * %DS_ERROR_TRANSITION (the state table lists no such change), %DS_ERROR_CONFLICT (payment id known with another
 * amount; a voucher's counter used before), %DS_ERROR_STATE, %DS_ERROR_FROZEN or %DS_ERROR_STORAGE; after a
 * storage error the store reads the truth back before it answers, so a failure means "not journalled".
 */
void ds_store_append_async (DsStore *self,
                            const DsDraft *drafts,
                            gsize n_drafts,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Returns: (transfer full) (nullable) (element-type DsStop): the stops it changed, as they are now. */
GPtrArray *ds_store_append_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The oldest unacknowledged entries, at most @max_lines and about @max_bytes (but always one if there is one). */
void ds_store_load_outbox_async (DsStore *self,
                                 guint max_lines,
                                 gsize max_bytes,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* The same from entry @first_seq on, acknowledged or not: for a depot that lost what it had acknowledged. Finished
 * with ds_store_load_outbox_finish() too. */
void ds_store_load_outbox_from_async (DsStore *self,
                                      gint64 first_seq,
                                      guint max_lines,
                                      gsize max_bytes,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
DsOutbox *ds_store_load_outbox_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Takes announcements of the depot's keys (see ds-depot-key.h), oldest first, before what they have signed is read. What
 * is wrong with one shows in what it should vouch for. */
void ds_store_learn_keys (DsStore *self, json_t *announcements);

/**
 * ds_store_acknowledge_async:
 * @acknowledgement: the depot's signed acknowledgement (JWS over {"device","acknowledged","head","at_ms"})
 * @refused: (nullable): the JSON array of refused entries [{"seq","id","reason"}]; they are quarantined
 *
 * %DS_ERROR_PROTOCOL if the signature, device or head is wrong. An acknowledgement of more than the journal has,
 * or of another head, makes the store DS_STORE_BEHIND or DS_STORE_FORKED.
 */
void ds_store_acknowledge_async (DsStore *self,
                                 const char *acknowledgement,
                                 json_t *refused,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean ds_store_acknowledge_finish (DsStore *self, GAsyncResult *result, GError **error);

/**
 * ds_store_compare_head_async:
 * @seq: the last entry that the depot holds under this handheld's name, from 1
 * @head: its SM3, lower-case hexadecimal, as the depot says without signing it
 *
 * Changes nothing: whoever finds that the two differ sends the depot the entries, and it answers with its evidence.
 */
void ds_store_compare_head_async (DsStore *self,
                                  gint64 seq,
                                  const char *head,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* Returns: 0 when the depot's entry is ours, or cannot be compared; when it is not, our last entry up to its number,
 * which the depot is to be sent; -1 with an error. */
gint64 ds_store_compare_head_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The depot said that it holds another journal under this name. Freezes the store; @detail is kept. */
void ds_store_set_forked (DsStore *self, const char *detail);

/**
 * ds_store_apply_feed_async:
 * @items: NDJSON, whole lines only
 *
 * Applies each item once by its cursor, all in one commit. An item that cannot be understood is kept as a
 * problem of kind "conflict" and does not stop the others. Never lowers what the journal established.
 */
void ds_store_apply_feed_async (DsStore *self,
                                GBytes *items,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* Returns: the cursor after it, or -1 with an error. */
gint64 ds_store_apply_feed_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Reading. Each gives snapshots; arrays are (transfer full). */
void ds_store_load_stops_async (DsStore *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *ds_store_load_stops_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Returns %DS_ERROR_NOT_FOUND when there is no such stop. */
void ds_store_load_stop_async (DsStore *self,
                               const char *stop_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
DsStop *ds_store_load_stop_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The stop that a payment (by its id) or a parcel (by its waybill) belongs to; %NULL without error when none. */
void ds_store_find_stop_async (DsStore *self,
                               const char *payment_id_or_waybill,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
DsStop *ds_store_find_stop_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The payments of a shift (element-type DsPayment), oldest first. */
void ds_store_load_payments_async (DsStore *self,
                                   const char *shift_id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *ds_store_load_payments_finish (DsStore *self, GAsyncResult *result, GError **error);

void ds_store_load_exposure_async (DsStore *self,
                                   const char *wallet_serial,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* @wallet_fen: (out) (optional): unredeemed vouchers of the wallet asked about. */
gboolean ds_store_load_exposure_finish (DsStore *self,
                                        GAsyncResult *result,
                                        DsExposure *exposure,
                                        gint64 *wallet_fen,
                                        GError **error);

/* (element-type DsProblem), oldest first. */
void ds_store_load_problems_async (DsStore *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *ds_store_load_problems_finish (DsStore *self, GAsyncResult *result, GError **error);

/**
 * ds_store_check_async:
 * @wanted: somebody asked for it; %FALSE leaves it out when the last run came to its end and there is much to compare
 *
 * Builds the tables that the screens read anew from the two logs, and compares. A difference freezes the store, with
 * %DS_STORE_DAMAGED, and a copy of everything is set aside.
 */
void ds_store_check_async (DsStore *self,
                           gboolean wanted,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean ds_store_check_finish (DsStore *self, GAsyncResult *result, GError **error);

/**
 * DsSafety:
 * @n_unsent: entries that the depot has not acknowledged, and contents of proofs that it does not have
 * @n_problems: cases that nobody has settled
 * @shift_open: a shift is not closed
 * @n_refused_ever: entries that the depot ever refused; they are never forgotten
 *
 * What would be lost with this handheld.
 */
typedef struct
{
  gint64 n_unsent;
  gint64 n_problems;
  gboolean shift_open;
  gint64 n_refused_ever;
} DsSafety;

void ds_store_load_safety_async (DsStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean ds_store_load_safety_finish (DsStore *self, GAsyncResult *result, DsSafety *safety, GError **error);
/* Whether nothing would be lost. */
gboolean ds_safety_is_safe (const DsSafety *safety);

/* Writes a rescue file (ds-sealed-file.h) for the depot, durably, over what there is: everything that the depot may
 * lack. */
void ds_store_export_sealed_async (DsStore *self,
                                   GFile *file,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* Returns: the last entry in it, or -1 with an error. */
gint64 ds_store_export_sealed_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The first record of a rescue file of this handheld, in JSON. */
void ds_store_describe_device_async (DsStore *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
char *ds_store_describe_device_finish (DsStore *self, GAsyncResult *result, GError **error);

/* A file beside the database that only says where in the application the courier was; whose it is, see ds-resume.h. It goes
 * when everything goes. */
#define DS_STORE_PLACE_FILE "place"

/**
 * ds_store_wipe_async:
 * @exported_seq: the last entry that is in a rescue file, or 0
 *
 * Removes key, journal and everything else from the handheld: it is a new one afterwards, and the store is closed.
 * %DS_ERROR_STATE while anything is unsent or unsettled, unless all of it is in a rescue file.
 */
void ds_store_wipe_async (DsStore *self,
                          gint64 exported_seq,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean ds_store_wipe_finish (DsStore *self, GAsyncResult *result, GError **error);

/* (element-type DsChange): what the depot changed, the newest first. */
void ds_store_load_changes_async (DsStore *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GPtrArray *ds_store_load_changes_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The courier has seen the changes up to number @up_to. */
void ds_store_mark_changes_read_async (DsStore *self,
                                       gint64 up_to,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean ds_store_mark_changes_read_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Keeps the content of a proof, at most %DS_PROOF_MAX_BYTES, durably, before its "proof.added" is journalled. What no
 * entry ever names is removed at the next start. */
void ds_store_keep_blob_async (DsStore *self,
                               GBytes *content,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Returns: (transfer full) (nullable): its SM3, for the entry. */
char *ds_store_keep_blob_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The content of a proof, as long as it is on this handheld. */
void ds_store_load_blob_async (DsStore *self,
                               const char *sm3,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GBytes *ds_store_load_blob_finish (DsStore *self, GAsyncResult *result, GError **error);

/**
 * DsWaitingBlob:
 * @sm3: (nullable): its name; %NULL when the depot has all contents
 * @content: (nullable): likewise
 */
typedef struct
{
  char *sm3;
  GBytes *content;
} DsWaitingBlob;

void ds_waiting_blob_free (DsWaitingBlob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsWaitingBlob, ds_waiting_blob_free)

/* The oldest content that the depot does not have. */
void ds_store_load_waiting_blob_async (DsStore *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
DsWaitingBlob *ds_store_load_waiting_blob_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The depot has a content, or will not have it. One that is sent and whose shift is settled is removed here. */
void ds_store_set_blob_state_async (DsStore *self,
                                    const char *sm3,
                                    DsBlobState state,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean ds_store_set_blob_state_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The depot was restored from an old copy: what it had before is sent again, where it is still here. */
void ds_store_send_blobs_again (DsStore *self);

/* (element-type DsShift): all shifts of this handheld, the newest first. */
void ds_store_load_shifts_async (DsStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GPtrArray *ds_store_load_shifts_finish (DsStore *self, GAsyncResult *result, GError **error);

/* The seal of a closed shift, signed; made of the entry that closed it. %DS_ERROR_STATE when it is not closed. */
void ds_store_make_seal_async (DsStore *self,
                               const char *shift_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Returns: (transfer full) (nullable): its text (ds-shift-seal.h). */
char *ds_store_make_seal_finish (DsStore *self, GAsyncResult *result, GError **error);

/* Writes every journal line, verbatim and in order, to a new file: the journal export. */
void ds_store_export_async (DsStore *self,
                            GFile *file,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean ds_store_export_finish (DsStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
