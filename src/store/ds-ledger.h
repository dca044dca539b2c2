/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store thread's half of DsStore: database, key, anchor and what is known of them. Private to the store.
 *
 * A ledger belongs to the thread that opened it; every function says so with ds_ledger_assert_thread(). Nothing
 * here waits for another thread. What the main thread is to be told collects in a DsNews. */
#pragma once

#include "ds-db.h"
#include "ds-entry.h"
#include "ds-id.h"
#include "ds-store.h"
#include "ds-tape.h"

G_BEGIN_DECLS

/* More changed stops than this are told as "load everything again". */
#define DS_LEDGER_MAX_TOLD_STOPS 64

/* The longest feed item that is read: a statement or a trust list of the largest size with its wrapping. */
#define DS_FEED_ITEM_MAX_BYTES (2 * 1024 * 1024)

/**
 * DsTrustedTime:
 * @at_ms: the depot's clock; 0 when never heard
 * @boot: (nullable): the boot in which it was heard
 * @mono_ms: this machine's monotonic clock then
 */
typedef struct
{
  gint64 at_ms;
  char *boot;
  gint64 mono_ms;
} DsTrustedTime;

/* A live code that the depot sent. */
typedef struct
{
  char *payment_id;
  char *code;
  gint64 expires_at_ms;
} DsArrivedCode;

/**
 * DsNews:
 *
 * What a piece of work on the store thread leaves for the main thread: how things are now, and what happened.
 */
typedef struct
{
  DsIdentity *identity;
  DsKey *key;
  DsSettings *settings;
  DsTrustList *trust_list;
  DsShift *shift;
  gint64 n_unsent;
  gint64 acknowledged_seq;
  gint64 cursor;
  DsStoreHealth health;
  char *health_text;
  gboolean short_of_room;
  gint64 n_waiting_blobs;
  DsTrustedTime trusted;

  gboolean appended;
  GPtrArray *stops;   /* (nullable) (element-type DsStop): empty when everything should be loaded again */
  GPtrArray *codes;   /* (element-type DsArrivedCode) */
  GPtrArray *notices; /* (element-type utf8) */
} DsNews;

/* Returns: (transfer full): how things are before anything was read. */
DsNews *ds_news_new (void);
void ds_news_free (DsNews *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsNews, ds_news_free)

typedef struct _DsLedger DsLedger;

/**
 * DsLedger:
 * @tape: reads the feed's items
 * @head_seq, @head: the last entry and its hash
 * @intact_seq: the last entry that the chain vouches for; @head_seq unless damaged
 * @anchored_seq: the last entry that the anchor names, −1 for no anchor
 * @acknowledged_seq: the last entry that the depot vouched for
 * @boot, @wall_less_mono_ms: of the last entry: by how much its wall time was ahead of its monotonic time
 * @cursor: the last feed item applied
 * @unclean: the last run did not come to its end
 * @short_of_room: the disk was full and the reserve was let go, or there has been no room for one
 * @n_waiting_blobs: contents of proofs that the depot does not have
 * @is_practice: opened for practice: only a depot for practice is believed
 * @has_conflicts: whether there may be conflicts to forget; known while the feed is applied
 * @touched: (element-type utf8): stops that the work under way changed
 * @all_touched: too many to name
 */
struct _DsLedger
{
  GThread *thread;
  char *directory;
  DsClock *clock;
  DsRandom *random;

  DsDb *db;
  DsTape *tape;
  DsKey *key;
  guint8 anchor_key[DS_SM3_SIZE];
  guint8 blob_key[DS_SM3_SIZE];
  DsIdentity *identity;
  DsSettings *settings;
  DsTrustList *trust_list;
  DsShift *shift;

  gint64 head_seq;
  char *head;
  gint64 intact_seq;
  gint64 anchored_seq;
  gint64 acknowledged_seq;
  char *boot;
  gint64 wall_less_mono_ms;
  gint64 cursor;
  gboolean is_practice;
  gboolean unclean;
  gboolean short_of_room;
  gint64 n_waiting_blobs;
  gboolean has_conflicts;
  DsTrustedTime trusted;
  DsStoreHealth health;
  char *health_text;

  GHashTable *touched;
  gboolean all_touched;
  GPtrArray *codes;
  GPtrArray *notices;
};

#define ds_ledger_assert_thread(self) g_assert ((self)->thread == g_thread_self ())

/* Opening and closing: ds-ledger-open.c */

DsLedger *ds_ledger_new (const char *directory, DsClock *clock, DsRandom *random);
void ds_ledger_free (DsLedger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsLedger, ds_ledger_free)

/* As ds_store_open_async(); the calling thread becomes the ledger's. */
gboolean ds_ledger_open (DsLedger *self, GError **error);
/* Closes the database and opens it again, and makes durable what it reads: after a failed COMMIT. */
gboolean ds_ledger_reopen (DsLedger *self, GError **error);
/* %DS_ERROR_INVALID unless what says of itself whether it is for practice is what this ledger is for. */
gboolean ds_ledger_check_practice (DsLedger *self, gboolean is_practice, GError **error);
DsKey *ds_ledger_prepare_key (DsLedger *self, GError **error);
gboolean ds_ledger_write_anchor (DsLedger *self, GError **error);
/* After a failure: whether it was for want of room, and room was made, so that it may be tried once more. */
gboolean ds_ledger_make_room (DsLedger *self);

/* State: ds-ledger.c */

extern const char *const ds_ledger_schema[];

gboolean ds_ledger_save_identity (DsLedger *self, const DsIdentity *identity, GError **error);
/* Reads cursor, trusted time and shift, settings and trust list out of the database. */
gboolean ds_ledger_load_state (DsLedger *self, GError **error);
/* The worst health that was found stays: a later, milder finding does not hide it. */
void ds_ledger_set_health (DsLedger *self, DsStoreHealth health, const char *text);
/* Notes that damage was met while reading; other errors are left alone. */
void ds_ledger_note_failure (DsLedger *self, const GError *error);
/* Remembers the time of the last entry. */
void ds_ledger_note_time (DsLedger *self, const DsEntry *entry);
/* Reads a text member that may be null or missing; @text is borrowed from @object. */
gboolean ds_ledger_read_nullable (json_t *object, const char *member, const char **text, GError **error);
void ds_ledger_touch (DsLedger *self, const char *stop_id);
void ds_ledger_forget_touched (DsLedger *self);
/* Returns: (transfer full): how things are now, and the collected news; the collections are empty afterwards. */
DsNews *ds_ledger_take_news (DsLedger *self, gboolean appended);

/* Journal: ds-ledger-append.c, ds-ledger-exchange.c */

gboolean ds_ledger_append (DsLedger *self, const DsDraft *drafts, gsize n_drafts, GError **error);
gboolean ds_ledger_enrol (DsLedger *self, const DsIdentity *identity, const char *model, GError **error);
/* From entry @first_seq on; 0: from the first that is not acknowledged. */
DsOutbox *
ds_ledger_load_outbox (DsLedger *self, gint64 first_seq, guint max_lines, gsize max_bytes, GError **error);
/* Takes and keeps announcements of the depot's keys that are not known yet, an array of JWS. */
gboolean ds_ledger_learn_keys (DsLedger *self, json_t *announcements, GError **error);
gboolean ds_ledger_acknowledge (DsLedger *self, const char *acknowledgement, json_t *refused, GError **error);
/* Compares the kept acknowledgement with the journal; sets the health. */
gboolean ds_ledger_check_acknowledgement (DsLedger *self, GError **error);
/* See ds_store_compare_head_async(). Returns: -1 when the database failed. */
gint64 ds_ledger_compare_head (DsLedger *self, gint64 seq, const char *head, GError **error);
gboolean ds_ledger_set_forked (DsLedger *self, const char *detail, GError **error);
gboolean ds_ledger_export (DsLedger *self, const char *path, GError **error);
/* Returns: (transfer full) (nullable): the line of an entry; %NULL without error when there is none. */
char *ds_ledger_load_line (DsLedger *self, gint64 seq, GError **error);

/* Rescue, evidence, wiping: ds-ledger-rescue.c */

/* Returns: (transfer full) (nullable): the first record of a rescue file. */
char *ds_ledger_describe_device (DsLedger *self, GError **error);
/* Writes a whole rescue file, durably; replaces @path. */
gboolean ds_ledger_export_sealed (DsLedger *self, const char *path, GError **error);
/* Copies database, log and anchor aside, once a finding; never over another copy. The database must be closed: closing
 * any descriptor of it drops the process's lock. */
gboolean ds_ledger_keep_evidence (DsLedger *self, GError **error);
/* The same with the database open: it is closed and opened again. */
gboolean ds_ledger_keep_evidence_open (DsLedger *self, GError **error);
/* Notes that a run has begun, and whether the last one came to its end. */
void ds_ledger_begin_run (DsLedger *self);
void ds_ledger_end_run (DsLedger *self);
/* Closes the database and removes everything. Goes on at the next start when it is interrupted. */
gboolean ds_ledger_wipe (DsLedger *self, GError **error);
gboolean ds_ledger_finish_wipe (const char *directory, GError **error);

/* Refused entries: ds-ledger-refused.c */

/* Applies "entry.retried", "entry.corrected" and "entry.escalated": as ds_ledger_project(). */
gboolean ds_ledger_project_answer (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
/* What an acknowledgement of the entries to @acknowledged_seq refuses, and what it ends by not refusing it. */
gboolean ds_ledger_take_refused (DsLedger *self, json_t *refused, gint64 acknowledged_seq, GError **error);
/* Feed items "entry" and "fork". @entry_id, @device_id: (out) (transfer none): what they are about. */
gboolean ds_ledger_take_settled_entry (DsLedger *self, json_t *data, const char **entry_id, GError **error);
gboolean ds_ledger_take_fork (DsLedger *self, json_t *data, const char **device_id, GError **error);

/* Projections: ds-ledger-project.c */

/**
 * ds_ledger_project:
 * @entry: an entry
 * @replaying: the entry was journalled before: what it needed then (an open shift, a stop on the route) was
 *   checked then, and may have gone since
 *
 * Applies an entry to the tables the screens read.
 */
gboolean ds_ledger_project (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);

/* What the projections need of a payment to decide about it. @state is %DS_PAYMENT_NONE when it is unknown. */
typedef struct
{
  DsPaymentState state;
  char *stop_id;
  gint64 amount_fen;
  gint64 refunded_fen;
  gboolean spoken;
  gboolean is_cash;
  char *shift_id; /* (nullable) */
} DsPaymentRow;

void ds_payment_row_clear (DsPaymentRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsPaymentRow, ds_payment_row_clear)

/* What entries have in common: that the parcels, an array of waybills, are that stop's, and that the shift is open. */
gboolean ds_ledger_check_parcels (DsLedger *self, const char *stop, json_t *parcels, GError **error);
gboolean ds_ledger_check_open_shift (DsLedger *self, const char *shift, GError **error);
/* Whether it is an amount of at least @lowest_fen that money may have. */
gboolean ds_ledger_check_amount (gint64 amount_fen, gint64 lowest_fen, GError **error);

/* ds-ledger-shifts.c: what entries do to shifts. */
gboolean
ds_ledger_project_shift_opened (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
gboolean
ds_ledger_project_shift_closed (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);

/* The route: ds-ledger-route.c. Apply "note.added", "route.resequenced", "parcel.loaded" and "shift.loaded": as
 * ds_ledger_project(). */
gboolean ds_ledger_project_note (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
gboolean
ds_ledger_project_resequenced (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
gboolean ds_ledger_project_loaded (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
gboolean
ds_ledger_project_load_checked (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);

gboolean ds_ledger_load_payment_row (DsLedger *self, const char *id, DsPaymentRow *row, GError **error);

/* Proofs: ds-ledger-proofs.c */

/* Apply "proof.added" and "proof.refused": as ds_ledger_project(). */
gboolean ds_ledger_project_proof (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
gboolean
ds_ledger_project_proof_refused (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
/* Keeps the content of a proof before its entry is journalled. Returns: (transfer full) (nullable): its SM3. */
char *ds_ledger_keep_blob (DsLedger *self, GBytes *bytes, GError **error);
GBytes *ds_ledger_load_blob (DsLedger *self, const char *sm3, GError **error);
/* The oldest content that the depot does not have; both %NULL when it has all. */
gboolean ds_ledger_load_waiting_blob (DsLedger *self, char **sm3, GBytes **bytes, GError **error);
gboolean ds_ledger_set_blob_state (DsLedger *self, const char *sm3, DsBlobState state, GError **error);
gboolean ds_ledger_send_blobs_again (DsLedger *self, GError **error);
gboolean ds_ledger_count_blobs (DsLedger *self, GError **error);
/* Removes what the depot has and whose shift is settled. */
gboolean ds_ledger_purge_blobs (DsLedger *self, GError **error);
/* At a start, the same, and what belongs to no entry. */
gboolean ds_ledger_sweep_blobs (DsLedger *self, GError **error);
/* Adds the proofs to their stops. @stop_id: (nullable): of this one only. */
gboolean ds_ledger_read_proofs (DsLedger *self, const char *stop_id, GHashTable *stops_by_id, GError **error);

/* Permissions over the limits: ds-ledger-overrides.c */

/* Apply "limit.overridden" and "limit.misspoken": as ds_ledger_project(). */
gboolean
ds_ledger_project_overridden (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error);
gboolean ds_ledger_project_override_misspoken (DsLedger *self,
                                               const DsEntry *entry,
                                               gboolean replaying,
                                               GError **error);
/* A "payment.voucher" used the permission that it names, if it names one. */
gboolean ds_ledger_use_override (DsLedger *self,
                                 const DsEntry *entry,
                                 const DsPaymentRow *row,
                                 gboolean replaying,
                                 GError **error);
/* Adds the permissions to their stops. @stop_id: (nullable): of this one only. */
gboolean
ds_ledger_read_overrides (DsLedger *self, const char *stop_id, GHashTable *stops_by_id, GError **error);
/* @sum_fen: (out): what those of the open shift allow */
gboolean ds_ledger_sum_overrides (DsLedger *self, gint64 *sum_fen, GError **error);

/* Shifts: ds-ledger-shifts.c */

gboolean ds_ledger_load_shift (DsLedger *self, GError **error);
/* Returns: (transfer full) (nullable) (element-type DsShift): the newest first. */
GPtrArray *ds_ledger_load_shifts (DsLedger *self, GError **error);
/* Returns: (transfer full) (nullable): the seal (ds-shift-seal.h) of a closed shift. */
char *ds_ledger_make_seal (DsLedger *self, const char *shift_id, GError **error);

/* Changes of stops, for the digest: ds-ledger-changes.c */

/* A stop as the courier may have seen it. @known: there is such a stop. */
typedef struct
{
  gboolean known;
  gboolean removed;
  gint64 due_fen;
  gboolean all_prepaid;
  char *place; /* recipient, phone and address together */
  char *window;
  char *note;
} DsStopLook;

void ds_stop_look_clear (DsStopLook *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsStopLook, ds_stop_look_clear)

gboolean ds_ledger_look_at_stop (DsLedger *self, const char *stop_id, DsStopLook *look, GError **error);
/* @before: (nullable): the stop is new. */
gboolean ds_ledger_note_change (DsLedger *self,
                                const char *stop_id,
                                const DsStopLook *before,
                                gint64 at_ms,
                                GError **error);
gboolean ds_ledger_note_removal (DsLedger *self,
                                 const char *stop_id,
                                 const DsStopLook *before,
                                 const char *why,
                                 gint64 at_ms,
                                 GError **error);
GPtrArray *ds_ledger_load_changes (DsLedger *self, GError **error);
gboolean ds_ledger_mark_changes_read (DsLedger *self, gint64 up_to, GError **error);
/* Returns: (transfer full) (nullable): ids of the stops whose price was changed. */
GHashTable *ds_ledger_load_repriced (DsLedger *self, GError **error);

/* Feed: ds-ledger-feed.c */

gboolean ds_ledger_apply_feed (DsLedger *self, GBytes *items, GError **error);
/**
 * ds_ledger_apply_item:
 * @line: (array length=n): the item, verbatim
 * @replaying: it is kept already
 *
 * Applies one item. What cannot be understood becomes a conflict; fails only when the database does.
 */
gboolean ds_ledger_apply_item (DsLedger *self, const char *line, gsize n, gboolean replaying, GError **error);

/* Takes settings or trust list out of an item: what both loading and applying need. */
gboolean ds_ledger_take_object (DsLedger *self, const char *type, const char *line, gsize n, GError **error);

/* Reading: ds-ledger-read.c */

GPtrArray *ds_ledger_load_stops (DsLedger *self, GError **error);
DsStop *ds_ledger_load_stop (DsLedger *self, const char *stop_id, GError **error);
/* Fails with %DS_ERROR_NOT_FOUND unless the route has the stop, removed or not. */
gboolean ds_ledger_check_stop (DsLedger *self, const char *stop, GError **error);
DsStop *ds_ledger_find_stop (DsLedger *self, const char *payment_id_or_waybill, GError **error);
GPtrArray *ds_ledger_load_payments (DsLedger *self, const char *shift_id, GError **error);
gboolean ds_ledger_load_exposure (DsLedger *self,
                                  const char *wallet_serial,
                                  DsExposure *exposure,
                                  gint64 *wallet_fen,
                                  GError **error);
GPtrArray *ds_ledger_load_problems (DsLedger *self, GError **error);

/* Rebuilding: ds-ledger-rebuild.c */

/**
 * ds_ledger_compare:
 * @difference: (out) (transfer full) (nullable): the first row that differs, in words; %NULL when none does
 *
 * Builds the projections anew from the journal and the kept feed items, compares, and leaves the old ones.
 */
gboolean ds_ledger_compare (DsLedger *self, char **difference, GError **error);

G_END_DECLS
