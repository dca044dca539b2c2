/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld without a window: the real store in a directory of its own, a clock that stands still, and a depot and
 * an operator whose keys are here, so that feeds and evidence are genuine. */
#pragma once

#include "ds-clock.h"
#include "ds-door-private.h"
#include "ds-door.h"
#include "ds-evidence.h"

G_BEGIN_DECLS

#define FIXTURE_OPERATOR "003"
#define FIXTURE_OTHER_OPERATOR "007"
#define FIXTURE_PAYEE "SFEXP1"
/* Of every stop: proofs differ by payment and amount. */
#define FIXTURE_SECRET "00112233445566778899aabbccddeeff"

typedef struct
{
  char *directory;
  DsClock *clock;
  DsRandom *random;
  DsStore *store;
  DsDoor *door;
  DsKey *depot_key;
  DsKey *operator_key;
  DsKey *wallet_key;
  DsWalletCertificate *certificate;
  json_t *settings;
  gint64 cursor;
  gint64 next_counter;
  gboolean without_secrets; /* the stops to come have none */
  GPtrArray *changes;       /* of char *: "payment state" for each DsDoor::payment-changed */
} Fixture;

/* An enrolled handheld with settings, trust list, the stops S1 (DS1 ¥198.00, DS2 ¥88.50, DS3 prepaid) and S2
 * (DS4 ¥50.00), and an open shift with ¥200.00. Offline. */
Fixture *fixture_new (void);
/* Enrolled, and nothing has come from the depot yet. */
Fixture *fixture_new_unfed (void);
/* The same as fixture_new() without the shift. */
Fixture *fixture_new_without_shift (void);
void fixture_free (Fixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

/* Closes store and door, and opens both again, as after the power went. */
void fixture_restart (Fixture *self);

/* Moves the clock and lets the door do what is due. */
void fixture_advance_ms (Fixture *self, gint64 by_ms);
/* Runs until the store has nothing left to do and nothing left to tell. */
void fixture_settle (Fixture *self);
gint64 fixture_get_now_ms (Fixture *self);

/* The depot's side. @data is (transfer full). */
void fixture_feed (Fixture *self, const char *type, json_t *data);
void fixture_feed_settings (Fixture *self);
void fixture_feed_setting (Fixture *self, const char *group, const char *name, gint64 value);
void fixture_feed_built_codes (Fixture *self, gboolean built_codes);
void fixture_feed_trust_list (Fixture *self, gint64 issued_at_ms);
/* A stop with one parcel "P-<id>". @prefetched: (nullable) (transfer full) */
void fixture_feed_stop (Fixture *self, const char *stop_id, gint64 due_fen, json_t *prefetched);
void fixture_feed_payment (Fixture *self,
                           const char *stop_id,
                           const char *payment_id,
                           const char *state,
                           gint64 amount_fen);
void fixture_feed_code (Fixture *self, DsPayment *payment, const char *code, gint64 expires_at_ms);

/* Everything has reached the depot, which tells its time with it. */
void fixture_acknowledge (Fixture *self);

/* Reading. */
DsStop *fixture_load_stop (Fixture *self, const char *stop_id);
DsPaymentState fixture_get_state (Fixture *self, const char *stop_id, const char *payment_id);
/* (element-type DsEntry): every entry, oldest first. */
GPtrArray *fixture_load_journal (Fixture *self);
guint fixture_count_entries (Fixture *self, const char *type);
/* (element-type DsProblem) of this kind */
guint fixture_count_problems (Fixture *self, const char *kind);

/* Doing, and waiting until it is done. Waybills are separated by blanks. */
void fixture_open_shift (Fixture *self, gint64 float_fen);
DsPresentation *
fixture_present (Fixture *self, const char *stop_id, const char *waybills, gint64 amount_fen, GError **error);
/* Presents and expects a code. Returns: (transfer full): the payment's id. */
char *fixture_show (Fixture *self, const char *stop_id, const char *waybills, gint64 amount_fen);
DsAnswer *fixture_scan (Fixture *self, const char *stop_id, const char *payment_id, const char *text);
/* Types digits for a payment. */
DsAnswer *fixture_try_spoken (Fixture *self, const char *payment_id, const char *typed);
/* The right ones, grouped. Returns: (transfer full) */
char *fixture_make_spoken (const char *payment_id, gint64 amount_fen);
DsAnswer *fixture_scan_payer (Fixture *self,
                              const char *stop_id,
                              const char *waybills,
                              gint64 amount_fen,
                              const char *text);
gboolean fixture_take_cash (Fixture *self,
                            const char *stop_id,
                            const char *waybills,
                            gint64 amount_fen,
                            gint64 tendered_fen,
                            gboolean supersede,
                            char **payment_id,
                            GError **error);
gboolean fixture_set_outcome (Fixture *self,
                              const char *stop_id,
                              const char *waybills,
                              DsParcelOutcome outcome,
                              const char *reason,
                              GError **error);
gboolean fixture_claim (Fixture *self, const char *payment_id, GError **error);
gboolean fixture_query (Fixture *self, const char *payment_id, GError **error);
DsShift *fixture_close_shift (Fixture *self, const guint *counts, gsize n_counts, GError **error);

/* For a call that is to be looked at while it is under way. */
void fixture_keep_result (GObject *source, GAsyncResult *result, gpointer place);
GAsyncResult *fixture_wait (GAsyncResult **place);

/* Evidence as the customer's wallet shows it. */
char *
fixture_make_receipt (Fixture *self, const char *payment_id, gint64 amount_fen, const char *operator_ref);
/* From the fixture's wallet, with its next counter. */
char *fixture_make_voucher (Fixture *self, const char *payment_id, gint64 amount_fen);
char *fixture_sign_receipt (DsKey *key, const DsEvidence *draft);
char *fixture_sign_voucher (DsKey *key, const DsWalletCertificate *certificate, const DsEvidence *draft);
/* A wallet of the fixture's operator with serial @n. */
DsWalletCertificate *fixture_certify (Fixture *self,
                                      guint8 n,
                                      DsKey *wallet_key,
                                      gint64 voucher_limit_fen,
                                      gint64 total_limit_fen,
                                      gint64 not_after_s);

/* Asserts kind and reason, and that title and text are sentences fit for a screen. */
#define fixture_assert_answer(answer, kind, reason)                                                          \
  fixture_check_answer (__FILE__, __LINE__, G_STRFUNC, answer, kind, reason)
void fixture_check_answer (const char *file,
                           int line,
                           const char *function,
                           DsAnswer *answer,
                           DsAnswerKind kind,
                           const char *reason);

G_END_DECLS
