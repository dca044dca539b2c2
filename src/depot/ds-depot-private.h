/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot's own files share. One file a concern: each section below is implemented in the file it names. */
#pragma once

#include "ds-books.h"
#include "ds-daily-file.h"
#include "ds-depot-accounts.h"
#include "ds-depot-payment.h"
#include "ds-depot-sql.h"
#include "ds-depot.h"
#include "ds-entry.h"
#include "ds-feed.h"
#include "ds-push.h"
#include "ds-statement.h"
#include "ds-trouble.h"
#include "ds-trust-list.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _DsDepotWork DsDepotWork;
typedef struct _DsDepotHttp DsDepotHttp;
typedef struct _DsDepotIntake DsDepotIntake;
typedef struct _DsIntakeJob DsIntakeJob;
typedef struct _DsDepotService DsDepotService;
typedef struct _DsDepotMonitor DsDepotMonitor;

struct _DsDepot
{
  GObject parent;

  char *directory;
  DsClock *clock;
  DsRandom *random;
  GPtrArray *operators; /* (element-type DsOperator) */
  DsAuthority *authority;
  gint64 certificate_looked_at_s;
  GPtrArray *keys; /* of its own: ds-depot-keys.c */
  DsKey *key;      /* the one of them that signs now */
  gint64 key_number;
  DsDb *db;
  DsFeed *feed;
  DsTrustList *trust;
  json_t *settings; /* the company's part of the "settings" item */
  DsDepotWork *work;
  DsDepotIntake *intake;
  DsDepotService *service;
  DsDepotHttp *http;
  DsDepotMonitor *monitor;
  struct
  {
    gint64 min_free_mib;
    gint64 operator_silent_s;
    gboolean was_ready;
  } health;
  guint payout_days; /* from a day to its pay-out in the operators' files */
  GCancellable *closing;
  const DsClerkAct *act;            /* (nullable): what the transaction to come does for a clerk */
  guint8 token_secret[DS_SM3_SIZE]; /* new with every start: an old token only means asking for a new one */
  guint refresh_source;
};

/* ds-depot.c */

gint64 ds_depot_now_ms (DsDepot *self);

/* Takes another server certificate when the one there is ends soon, and emits DsDepot::certificate-renewed.
 * @now_s: the real time, seconds since 1970-01-01 UTC */
gboolean ds_depot_renew_certificate (DsDepot *self, gint64 now_s, GError **error);

/* A transaction with what depends on it: after a commit the feed's readers are told and due work is begun; after a
 * failure nothing is. The database alone knows the truth: nothing of it is kept in memory. */
gboolean ds_depot_begin (DsDepot *self, GError **error);
gboolean ds_depot_commit (DsDepot *self, GError **error);
void ds_depot_rollback (DsDepot *self);
/* Ends the transaction that made @answer (transfer full) (nullable): with none, nothing of it stays. Returns: it. */
json_t *ds_depot_end (DsDepot *self, json_t *answer, GError **error);

/* Books @posting now, if there is anything in it; inside a transaction. */
gboolean ds_depot_post (DsDepot *self, const char *key, const DsPosting *posting, GError **error);

/* Returns: (transfer none) (nullable) */
DsOperator *ds_depot_find_operator (DsDepot *self, const char *operator_id);

/* ds-depot-health.c */

/* What may still be written where the depot lives. */
gint64 ds_depot_get_free_bytes (DsDepot *self);

/* A member of the settings' "timings" or "limits". */
gint64 ds_depot_get_setting (DsDepot *self, const char *group, const char *name);

/* ds-depot-accounts.c: inside a transaction, or as one. */
gboolean ds_depot_write_act (DsDepot *self, const DsClerkAct *act, GError **error);

/* ds-depot-keys.c */

GPtrArray *ds_depot_keys_new (void);
/* Loads the depot's keys, or makes the first. */
gboolean ds_depot_load_keys (DsDepot *self, GError **error);
/* Lets the key sign whose time has come. */
void ds_depot_choose_key (DsDepot *self);
/* Returns: (transfer none): the key that has signed @jws; the one that signs now when none has. */
DsKey *ds_depot_find_key (DsDepot *self, const char *jws);
/* As ds_sealed_file_open(), sealed to whichever of the depot's keys. */
GArray *ds_depot_open_sealed (DsDepot *self, GBytes *file, gsize *rest, GError **error);
/* Returns: (transfer none): *@text, (transfer full). */
const char *ds_depot_get_public_key (DsDepot *self, gint64 number, char **text);
/* Returns: (transfer full) (nullable): the announcements of later keys than number @after, oldest first; %NULL for
 * none. */
json_t *ds_depot_list_announcements (DsDepot *self, gint64 after);
/* Puts the announcements in a courier's feed, where they are not there. Inside a transaction. */
gboolean ds_depot_put_announcements (DsDepot *self, const char *courier_id, GError **error);

/* ds-depot-couriers.c */

/* Calls @put for every courier. Inside a transaction. */
gboolean ds_depot_put_for_all (
    DsDepot *self,
    gboolean (*put) (DsDepot *self, const char *courier_id, const char *name, GError **error),
    GError **error);

gboolean ds_depot_load_settings (DsDepot *self, GError **error);
/* Makes the courier when new, inside a transaction; (nullable) @name keeps the one there is. */
gboolean ds_depot_put_courier (DsDepot *self, const char *courier_id, const char *name, GError **error);

/* ds-depot-trust.c */

/* Signs the operators' list anew when the last one is old or names others, and puts it in every feed. */
gboolean ds_depot_refresh_trust (DsDepot *self, GError **error);
/* Puts the list in a courier's feed. Inside a transaction. */
gboolean ds_depot_put_trust (DsDepot *self, const char *courier_id, const char *name, GError **error);

/* ds-depot-enrol.c: answers are JSON or a trouble. */

/* Returns: (transfer full) (nullable): the answer to POST /v1/devices. */
json_t *ds_depot_answer_enrolment (DsDepot *self, json_t *request, DsTrouble **trouble);
/* Returns: (transfer full) (nullable): an assertion to be taken in: POST /v1/tokens. */
DsIntakeJob *ds_depot_assertion_new (DsDepot *self, json_t *request, DsTrouble **trouble);

/**
 * DsDevice:
 *
 * A handheld as the depot knows it.
 */
typedef struct
{
  char *id;
  char *courier_id;
  char *public_key; /* hexadecimal; few requests need more */
  gint64 seq;       /* of the last entry held, 0 for none */
  char *head;       /* its hash */
  char *revoked;    /* (nullable): why it may not come any more */
  gint64 forks_at;  /* the first entry of which there are two; 0: the journal is one */
  gint64 depot_key; /* the number of the depot's key that it learnt when it enrolled */
} DsDevice;

void ds_device_free (DsDevice *self);
/* Returns: (transfer full) (nullable): its key, to verify with. */
DsKey *ds_device_load_key (const DsDevice *self, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDevice, ds_device_free)

/* @device: (out) (nullable): %NULL when there is none. Returns: %FALSE on error. */
gboolean ds_depot_load_device (DsDepot *self, const char *device_id, DsDevice **device, GError **error);
/* Whose token it is; %NULL with a trouble when it is nobody's or too old. */
DsDevice *ds_depot_check_token (DsDepot *self, const char *token, DsTrouble **trouble);
/* Whether @device (nullable) is enrolled and not kept out. */
gboolean ds_depot_check_admitted (const DsDevice *device, DsTrouble **trouble);

/* ds-depot-intake.c: what changes the database for handhelds, many of which may come at the same moment. */

/**
 * DsIntakeKind:
 * @read: checks what can be checked without the database; may set the trouble. Any thread
 * @take: changes the database, inside a transaction that is shared with others; may set the trouble, or fails with the
 *   database's error
 * @forget: as before @take, of which nothing stays
 * @answer: makes the answer once all is committed. Any thread
 */
typedef struct
{
  void (*read) (DsIntakeJob *self);
  gboolean (*take) (DsIntakeJob *self, DsDepot *depot, GError **error);
  void (*forget) (DsIntakeJob *self);
  void (*answer) (DsIntakeJob *self);
  void (*free) (DsIntakeJob *self);
} DsIntakeKind;

/**
 * DsIntakeJob:
 * @n_bytes: how much memory it holds, about
 * @n_entries, @n_refused: what @take took, and what of it could not be applied
 * @trouble: (nullable): why it is refused
 * @reply: (nullable): the answer
 *
 * One request on its way; each kind has more behind it.
 */
struct _DsIntakeJob
{
  const DsIntakeKind *kind;
  gsize n_bytes;
  guint n_entries;
  guint n_refused;
  DsTrouble *trouble;
  json_t *reply;
};

DsDepotIntake *ds_depot_intake_new (DsDepot *depot);
/* Drops what has no answer yet: the handheld sends it again. */
void ds_depot_intake_free (DsDepotIntake *self);

/* From now on threads, as many as there are processors, read and answer. */
void ds_depot_intake_start_threads (DsDepotIntake *self);

/**
 * ds_depot_intake_take_async:
 * @job: (transfer full)
 *
 * Takes a request in, with one commit for all that are there at the same time. %DS_TROUBLE_OVERLOADED at once when too
 * many wait already.
 */
void ds_depot_intake_take_async (DsDepotIntake *self,
                                 DsIntakeJob *job,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Requests that are not answered yet, and what they hold. */
guint ds_depot_intake_get_n_waiting (DsDepotIntake *self, gsize *n_bytes);
/* Whether who comes now is sent away. */
gboolean ds_depot_intake_is_full (DsDepotIntake *self);
/* Returns: after how many seconds who is sent away should come again. */
guint ds_depot_intake_draw_retry_after_s (DsDepotIntake *self);
/* Whether more wait than one commit takes: what is no money gives way. */
gboolean ds_depot_intake_is_busy (DsDepotIntake *self);
/* %DS_TROUBLE_OVERLOADED with a time to come back, another one for each. */
void ds_depot_intake_send_away (DsDepotIntake *self, DsTrouble **trouble);

/* Returns: (transfer full) (nullable): the answer, or %NULL with a trouble; neither when the depot closed. */
json_t *ds_depot_intake_take_finish (GAsyncResult *result, DsTrouble **trouble);

/* Takes one request in, here and now, with a commit of its own. @job: (transfer full). */
json_t *ds_depot_take_in (DsDepot *self, DsIntakeJob *job, DsTrouble **trouble);

/* ds-depot-journal.c */

/* Returns: (transfer full): a push to be taken in: POST /v1/journal. */
DsIntakeJob *ds_depot_push_new (DsDepot *self, const DsDevice *device, GBytes *lines);

/* ds-depot-lines.c: the journals' lines about one payment. */

/* Returns: (transfer full) (nullable) (element-type DsEntry): all of them, as far as they are not very many; own
 * transaction. */
GPtrArray *ds_depot_load_payment_lines (DsDepot *self, const char *payment_id, GError **error);
/* Returns: (transfer full) (nullable) (element-type DsEntry): a handheld's entries of these numbers. */
GPtrArray *ds_depot_load_line_range (DsDepot *self,
                                     const char *device_id,
                                     gint64 first_seq,
                                     gint64 last_seq,
                                     GError **error);

/* ds-depot-blobs.c */

/* Returns: (transfer full) (nullable): the content of a proof, if it is here whole and is what its name says. */
GBytes *ds_depot_load_blob (DsDepot *self, const char *sm3);

/* ds-depot-fork.c: two handhelds with one identity. */

/* @continues: (out): whether @first follows a line that is kept apart. */
gboolean ds_depot_fork_continues (DsDepot *self,
                                  const DsDevice *device,
                                  const DsEntry *first,
                                  gboolean *continues,
                                  GError **error);

/* Keeps the entries from @from on apart, as evidence, and tells clerk and courier: every handheld of this identity is
 * frozen. Inside a transaction. Keeping them twice is keeping them once. */
gboolean ds_depot_fork_keep (DsDepot *self,
                             const DsDevice *device,
                             gint64 forks_at,
                             GPtrArray *entries,
                             guint from,
                             GError **error);

/* ds-depot-rescue.c */

/* Returns: (transfer full) (nullable): the answer to POST /v1/rescues; see ds_depot_rescue(). */
json_t *ds_depot_answer_rescue (DsDepot *self, const char *by_device, GBytes *file, DsTrouble **trouble);

/* ds-depot-entries.c */

/**
 * ds_depot_apply_entry:
 * @refused: (out) (transfer full) (nullable): why its content cannot be applied, in words
 *
 * Inside a transaction. Returns: %FALSE when the database failed.
 */
gboolean ds_depot_apply_entry (DsDepot *self,
                               const DsDevice *device,
                               const DsEntry *entry,
                               char **refused,
                               GError **error);

/* Sets what the @data of a "parcel.outcome" says of the parcels of a stop. Inside a transaction. */
gboolean ds_depot_set_outcome (DsDepot *self, json_t *data, const char *stop_id, GError **error);

/* ds-depot-refused.c: entries that were refused, and what is done about them */

/* Applies "entry.retried", "entry.corrected" and "entry.escalated": as ds_depot_apply_entry(). */
gboolean ds_depot_apply_answer (DsDepot *self,
                                const DsDevice *device,
                                const DsEntry *entry,
                                char **refused,
                                GError **error);

/* A person has settled what a refused entry was about: its cases are closed and its courier is told in @words. @waited:
 * (out): whether it was unresolved. Inside a transaction. */
gboolean
ds_depot_end_entry (DsDepot *self, const char *entry_id, const char *words, gboolean *waited, GError **error);

/* ds-depot-payments.c: what operators' answers and journal entries do to a payment. Inside a transaction. */

/* Saves @payment, and puts it in its courier's feed when a journal knows it. */
gboolean ds_depot_publish_payment (DsDepot *self, DsDepotPayment *payment, GError **error);
/* The same, and has the statement made anew that was issued before the change. */
gboolean ds_depot_change_payment (DsDepot *self, DsDepotPayment *payment, GError **error);
/* Has the statement of a shift made anew, if there is one. */
gboolean ds_depot_change_statement (DsDepot *self, const char *shift_id, GError **error);

/* Applies what an operator says of @payment. */
gboolean ds_depot_apply_result (DsDepot *self,
                                DsDepotPayment *payment,
                                DsOperator *op,
                                const DsOrderResult *result,
                                GError **error);

/* Ends @payment without money, @reason (nullable) in words: @event is declined, for good, or ended, as far as anybody
 * knows. A voucher is rejected. What the journal has established stays, and the contradiction is told. */
gboolean ds_depot_end_payment (DsDepot *self,
                               DsDepotPayment *payment,
                               DsPaymentEvent event,
                               const char *reason,
                               GError **error);

/* ds-depot-suspense.c: money in the books. Inside a transaction. */

/**
 * ds_depot_weigh:
 * @stop_id: (nullable): a stop that may be unknown
 * @own: (nullable): one of its payments as the caller has it, who saves it afterwards; the others are saved here
 *
 * Assigns the money of a stop's payments to what it owes and leaves the rest in suspense, each with a case; closes the
 * cases of what no longer waits.
 */
gboolean ds_depot_weigh (DsDepot *self, const char *stop_id, DsDepotPayment *own, GError **error);

/* What an operator has for @payment, and cash in a courier's hands. The caller saves it. */
gboolean ds_depot_book_paid (DsDepot *self, DsDepotPayment *payment, gint64 amount_fen, GError **error);
gboolean ds_depot_book_cash (DsDepot *self, DsDepotPayment *payment, GError **error);
/* All that was given back so far, with the part of it that went back into the red packet. */
gboolean ds_depot_book_refunds (DsDepot *self,
                                DsDepotPayment *payment,
                                gint64 refunded_fen,
                                gint64 red_packet_fen,
                                GError **error);
/* @shift_id: (nullable): for cash that a courier gave back, out of which shift's drawer */
typedef struct
{
  const char *id;
  gint64 amount_fen;
  const char *reason;
  const char *shift_id;
  gboolean by_clerk;
} DsRefundDraft;

/* Cash out of the courier's hands, or the depot's till. @over_fen: the part of it that had gone back before */
gboolean ds_depot_book_cash_back (DsDepot *self,
                                  DsDepotPayment *payment,
                                  const DsRefundDraft *draft,
                                  gint64 over_fen,
                                  GError **error);

/* ds-depot-cases.c: what a person should look at. Inside a transaction. */

/* The kinds whose money waits in suspense, for SQL. */
#define DS_CASE_MONEY_KINDS                                                                                  \
  "('unclaimed', 'amount', 'late', 'refund', 'reassigned', 'cancelled', 'repriced', 'paid-elsewhere')"

/* The customer got back more than was too much; about a refund, or the stop that owes again. */
#define DS_CASE_GIVEN_BACK_TWICE "given-back-twice"
/* A limit was lifted as no clerk did; about the entry. */
#define DS_CASE_OVERRIDE "override"

/* Something a person should look at. Inside a transaction; told once a subject. */
gboolean ds_depot_note_incident (DsDepot *self,
                                 const char *kind,
                                 const char *subject,
                                 const char *detail,
                                 GError **error);

/**
 * DsCaseDraft:
 * @subject: what it is about, a payment where it is about money
 * @stop_id, @courier_id: (nullable)
 * @day: (nullable): the accounting day to which it belongs; today by default
 * @amount_fen: what is at stake
 */
typedef struct
{
  const char *kind;
  const char *subject;
  const char *detail;
  const char *stop_id;
  const char *courier_id;
  const char *day;
  gint64 amount_fen;
} DsCaseDraft;

/* Opens a case, again if need be, or brings an open one up to date. */
gboolean ds_depot_open_case (DsDepot *self, const DsCaseDraft *draft, GError **error);
/* Closes the cases about a payment's money, but those of one kind. */
gboolean ds_depot_close_money_cases (DsDepot *self,
                                     const char *payment_id,
                                     const char *but_kind,
                                     const char *resolution,
                                     GError **error);
gboolean ds_depot_close_stop_cases (DsDepot *self,
                                    const char *stop_id,
                                    const char *kind,
                                    const char *resolution,
                                    GError **error);

/* Whether a clerk said why, in so few words that they can be kept. */
gboolean ds_depot_check_reason (const char *reason, GError **error);

/* Closes the case of @kind about @subject, if it is open. */
gboolean ds_depot_close_case (DsDepot *self,
                              const char *kind,
                              const char *subject,
                              const char *resolution,
                              GError **error);

/**
 * DsOpenCase:
 * @is_money: a payment's money waits in suspense
 * @amount_fen: what is at stake
 *
 * A case that is to be decided.
 */
typedef struct
{
  gint64 number;
  char *kind;
  char *subject;
  char *courier_id;
  gboolean is_money;
  gint64 amount_fen;
} DsOpenCase;

/* @refused: (out) (transfer full) (nullable): why not, in words. The same refund once more is no other one. Cash that a
 * courier gave back is out of the drawer: it is never refused, and what a clerk had given back before is a case. */
gboolean ds_depot_ask_refund (DsDepot *self,
                              DsDepotPayment *payment,
                              const DsRefundDraft *draft,
                              char **refused,
                              GError **error);

/* ds-depot-stops.c. Inside a transaction. */

/**
 * DsPrefetch:
 * @position: the stop's place: the operators make codes by turns along the route
 *
 * A code to be made beforehand, which travels with its stop.
 */
typedef struct
{
  const char *payment_id;
  const char *courier_id;
  const char *stop_id;
  const char *const *waybills;
  gint64 amount_fen;
  gint64 position;
  gint64 expires_at_ms;
} DsPrefetch;

/* Needs at least one operator. */
gboolean ds_depot_prefetch_code (DsDepot *self, const DsPrefetch *prefetch, GError **error);

/* What a clerk kept of @payment has paid for its stop, which is another courier's now: that one is told. */
gboolean ds_depot_stop_was_paid_by (DsDepot *self, const DsDepotPayment *payment, GError **error);

/* ds-depot-spoken.c: spoken proofs. Inside a transaction. */

/* @secret: (out) (transfer full): of the stop, in hexadecimal; made the first time. */
gboolean ds_depot_spoken_get_secret (DsDepot *self, const char *stop_id, char **secret, GError **error);

/* The operator's books say paid: the payer may have the digits. @stop_mark: (nullable): from a code that the handheld
 * built, so that the stop is known before its journal comes. */
gboolean
ds_depot_spoken_note_paid (DsDepot *self, DsDepotPayment *payment, const char *stop_mark, GError **error);

/* Returns: (transfer full) (nullable): "1234 5678"; %DS_ERROR_STATE in words unless an operator's books say paid. */
char *ds_depot_spoken_make_text (DsDepot *self, const DsDepotPayment *payment, GError **error);

/* A handheld took @typed (nullable) for proof. @right: (out): whether it is. The operator is asked either way. */
gboolean ds_depot_spoken_take (DsDepot *self,
                               DsDepotPayment *payment,
                               const char *typed,
                               gboolean *right,
                               GError **error);

/* @awaited: (out): whether the payment rests on digits that no operator has confirmed or denied. */
gboolean
ds_depot_spoken_is_awaited (DsDepot *self, const DsDepotPayment *payment, gboolean *awaited, GError **error);

/* A receipt says what the digits said, and is the operator's own word: they need no answer any more. */
gboolean ds_depot_spoken_outdo (DsDepot *self, const char *payment_id, GError **error);

/* Every operator that could have the money says that it has not: the stop's debt is open again. */
gboolean ds_depot_spoken_deny (DsDepot *self, DsDepotPayment *payment, GError **error);

/* ds-depot-override.c: permissions over the limits. Inside a transaction. */

/**
 * DsOverrideUse:
 * @digits: as they were typed
 *
 * A permission that a handheld used, as its entry has it.
 */
typedef struct
{
  const char *entry_id;
  const char *device_id;
  const char *courier_id;
  const char *shift_id;
  const char *stop_id;
  gint64 number;
  const char *limits;
  gint64 amount_fen;
  gint64 at_ms;
  const char *digits;
} DsOverrideUse;

/* Compares it with what clerks gave; what no clerk gave, was used before, or is too much for one shift is a case. @refused:
 * (out) (nullable): the digits are not even the stop's. */
gboolean ds_depot_override_take (DsDepot *self, const DsOverrideUse *use, char **refused, GError **error);

/* A voucher was taken by permission @number of the payment's stop. */
gboolean
ds_depot_override_note_payment (DsDepot *self, const DsDepotPayment *payment, gint64 number, GError **error);

/* Returns: (transfer full) (nullable): what was used in a shift, for its statement. */
json_t *ds_depot_override_list (DsDepot *self, const char *shift_id, GError **error);

/* ds-depot-work.c: what operators are asked. */

typedef enum
{
  DS_TASK_CREATE,   /* payment: make its code now, a courier waits */
  DS_TASK_CHARGE,   /* payment: charge the payer code */
  DS_TASK_REDEEM,   /* payment: redeem its voucher */
  DS_TASK_REFUND,   /* refund */
  DS_TASK_QUERY,    /* payment: what became of it */
  DS_TASK_CLOSE,    /* shift: match and sign its statement */
  DS_TASK_PREFETCH, /* payment: make its code beforehand */
  DS_TASK_TELL,     /* payment: give its payer the spoken proof */
  DS_N_TASKS
} DsTaskKind;

DsDepotWork *ds_depot_work_new (DsDepot *depot, GError **error);
/* Drops what is under way; late answers are ignored. */
void ds_depot_work_free (DsDepotWork *self);

/* Wants @kind done for @subject after @delay_ms; inside a transaction. Wanting it twice is wanting it once, but a
 * question that is being asked already is asked again afterwards. */
gboolean
ds_depot_work_add (DsDepot *self, DsTaskKind kind, const char *subject, gint64 delay_ms, GError **error);

/* Wants the refunds of @payment_id made that were asked for and have no outcome; inside a transaction. */
gboolean ds_depot_work_add_refunds (DsDepot *self, const char *payment_id, GError **error);

/* Asks the operators about a payment that may not be known yet; inside a transaction. */
gboolean ds_depot_work_ask_about (DsDepot *self, const char *payment_id, GError **error);

/* Begins what is due, as far as not too much is under way. */
void ds_depot_work_start (DsDepotWork *self);
/* The same, but not before the caller has done: a handheld's answer comes before the questions to operators. */
void ds_depot_work_wake (DsDepotWork *self);
gboolean ds_depot_work_is_idle (DsDepotWork *self);
/* Questions to operators that are due or under way. */
gint64 ds_depot_work_count_due (DsDepotWork *self);

/* Calls @notify once no code is waited for that should travel with a stop. */
void ds_depot_work_when_prefetched (DsDepotWork *self, GSourceFunc notify, gpointer user_data);

/* ds-depot-shift.c */

/**
 * ds_depot_settle_async:
 * @may_ask: whether payments that stand in an operator's file and not in the books may be asked about first
 *
 * Loads the operators' files, matches the shift, and publishes the signed statement if it says anything new.
 * Finishes with %FALSE and a %DS_ERROR_NETWORK when an operator did not answer, with %DS_ERROR_STATE when it asked
 * about payments and wants to be called again afterwards.
 */
void ds_depot_settle_async (DsDepot *self,
                            const char *shift_id,
                            gboolean may_ask,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean ds_depot_settle_finish (DsDepot *self, GAsyncResult *result, GError **error);

/* Closes a shift with the cash that was counted, of @courier_id (nullable: of anybody), and has its statement made.
 * @ended: (out): whether it was open. Inside a transaction. */
gboolean ds_depot_end_shift (DsDepot *self,
                             const char *shift_id,
                             const char *courier_id,
                             gint64 at_ms,
                             gint64 counted_fen,
                             gboolean *ended,
                             GError **error);

/* What the drawer of a shift should hold and was said to hold. */
gboolean
ds_depot_load_shift_cash (DsDepot *self, const char *shift_id, DsStatementCash *cash, GError **error);

/* ds-depot-clerks.c */

/**
 * DsCustodyDraft:
 * @id: (nullable): a new one by default
 * @subject: the shift, the bag or the till that it is about
 *
 * A step of the chain of custody that is to be signed.
 */
typedef struct
{
  const char *id;
  const char *kind;
  const char *subject;
  const char *clerk_id;
  json_t *data;
} DsCustodyDraft;

/* Signs a step and puts it at the end of the chain; inside a transaction. Returns: (transfer full) (nullable): the answer
 * to whoever made it: its data with "id", "seq", "kind", "clerk", "at_ms". */
json_t *ds_depot_append_custody (DsDepot *self, const DsCustodyDraft *draft, GError **error);

/* @answer: (out) (transfer full) (nullable): the same step's, when it was made before: by its id, or by the subject and
 * @kind where it has none. Of what is in @draft's data all must be the same, else a %DS_ERROR_CONFLICT. */
gboolean
ds_depot_find_same_custody (DsDepot *self, const DsCustodyDraft *draft, json_t **answer, GError **error);

/* @answer: (out) (transfer full) (nullable): the last step about @subject, of which the kind is one or the other. */
gboolean ds_depot_find_last_custody (DsDepot *self,
                                     const char *subject,
                                     const char *kind,
                                     const char *other_kind,
                                     json_t **answer,
                                     GError **error);

/* ds-depot-deposits.c */

/* %DS_ERROR_STATE in words when by the books a clerk's till (not the box of floats) does not hold so much. Inside a
 * transaction. */
gboolean ds_depot_check_till (DsDepot *self, const char *clerk_id, gint64 amount_fen, GError **error);

/* ds-depot-custody.c */

/* @begun_ms: (out): the cash of shifts that were closed before went another way than through clerks' hands. */
gboolean ds_depot_get_custody_begin (DsDepot *self, gint64 *begun_ms, GError **error);

/* Books the float that a courier begins a shift with, once; inside a transaction. */
gboolean ds_depot_book_float (DsDepot *self,
                              const char *shift_id,
                              const char *courier_id,
                              gint64 float_fen,
                              GError **error);

/* What the courier had to hand over may change after a clerk has counted it, when an entry comes late: then a case says so.
 * Inside a transaction. */
gboolean ds_depot_review_handover (DsDepot *self, const char *shift_id, gint64 expected_fen, GError **error);

/* ds-depot-decide.c */

/* Under which decisions about a shift's late cash are posted, before the shift's id. */
#define DS_DEPOT_LATE_KEY "late:"

/* What a clerk decides about a case whose money is not in suspense; inside a transaction. @resolution: (out) (nullable):
 * what was done, for good; %NULL when it is a case about nothing that is booked. */
gboolean ds_depot_decide_case (DsDepot *self,
                               const DsOpenCase *open,
                               const char *how,
                               const char **resolution,
                               GError **error);

/* ds-depot-cutoff.c */

/* Returns: (transfer full) (nullable): the balance of every account before a moment: from the last day that was closed
 * by then, and what was booked since. */
json_t *ds_depot_load_balances (DsDepot *self, gint64 before_ms, GError **error);

/* What of the items of ds_depot_list_in_transit() is the operator's and was booked before a moment. */
gint64 ds_depot_sum_transit (json_t *items, const char *operator_id, gint64 end_ms);

/* ds-depot-payouts.c. Inside a transaction, but for the last. */

/* Books what a daily file says of a pay-out, fee or collection; the same once more books nothing. */
gboolean
ds_depot_take_payout (DsDepot *self, const char *operator_id, const DsFileLine *line, GError **error);
/* Opens and closes the cases of an operator's days. @cases: gets {"kind", "subject"} of those that are open. */
gboolean ds_depot_judge_payouts (DsDepot *self, const char *operator_id, json_t *cases, GError **error);
/* What is missing or too much of a day moves from the clearing account to @counter: "claim:", "result:" or "fee:", before
 * the operator's id. */
gboolean
ds_depot_settle_payout_case (DsDepot *self, const DsOpenCase *open, const char *counter, GError **error);
/* "correct": the books follow the file in what it says of a transfer; "keep": they stay. */
gboolean ds_depot_correct_payout (DsDepot *self, const DsOpenCase *open, const char *how, GError **error);
/* @end_ms: (out): the end of the oldest day that is not paid out as it should be; 0 for none */
gboolean ds_depot_find_oldest_unpaid (DsDepot *self, const char *operator_id, gint64 *end_ms, GError **error);

/* ds-depot-reconcile.c */

/* Adds number and amount to cases that have kind and subject. */
gboolean ds_depot_complete_cases (DsDepot *self, json_t *cases, GError **error);

/* As ds_depot_reconcile_file() with a file that was read. */
json_t *ds_depot_reconcile_parsed (DsDepot *self, const DsDailyFile *file, const char *day, GError **error);

/* The books follow the operator's file for what the case is about; inside a transaction. @counter: "claim:" or
 * "result:", before the operator's id. */
gboolean
ds_depot_settle_daily_case (DsDepot *self, const DsOpenCase *open, const char *counter, GError **error);

/* ds-depot-routes.c */

/* Puts a stop as it is now, as a new version, in its courier's feed; inside a transaction. */
gboolean ds_depot_publish_stop (DsDepot *self, const char *stop_id, GError **error);

/* ds-depot-service.c */

DsDepotService *ds_depot_service_new (DsDepot *depot);
void ds_depot_service_free (DsDepotService *self);
/* How many long polls sleep. */
guint ds_depot_service_get_n_waiters (DsDepotService *self);
/* Answers the long polls of a courier. */
void ds_depot_service_tell (DsDepotService *self, const char *courier_id);
/* Drops all long polls. */
void ds_depot_service_hang_up (DsDepotService *self);

/* ds-depot-http.c */

DsDepotHttp *ds_depot_http_new (DsDepot *depot);
void ds_depot_http_free (DsDepotHttp *self);
gboolean ds_depot_http_listen (DsDepotHttp *self, gboolean everywhere, guint16 port, GError **error);
gboolean ds_depot_http_set_line (DsDepotHttp *self, gboolean up, GError **error);
/* Listens anew with the authority's certificate. Connections end; handhelds come again. */
gboolean ds_depot_http_take_certificate (DsDepotHttp *self, GError **error);
const char *ds_depot_http_get_address (DsDepotHttp *self);

G_END_DECLS
