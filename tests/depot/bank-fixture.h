/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sandbox bank with its server on a free port, under a clock that the test moves, and phones that call it. */
#pragma once

#include "ds-bank-server.h"
#include "ds-clock.h"
#include "ds-json.h"
#include "ds-sandbox-operator.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Where the fixture's clock starts: 2026-11-22 10:00 in China. */
#define BANK_FIXTURE_START_MS G_GINT64_CONSTANT (1795312800000)

typedef struct
{
  char *directory;
  DsManualClock *clock;
  DsRandom *random;
  DsBank *bank;
  DsOperator *a;
  DsOperator *b;
  DsBankServer *server;
  SoupSession *session;
  GPtrArray *notified; /* (element-type utf8): payment ids, in the order of their notifications */
  GAsyncResult *result;
} BankFixture;

BankFixture *bank_fixture_new (void);
/* For programs that go by the machine's clock: the fixture's stands still at @wall_ms. */
BankFixture *bank_fixture_new_at (gint64 wall_ms);
void bank_fixture_free (BankFixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BankFixture, bank_fixture_free)

/* Closes bank and server and opens them again on the same database. */
void bank_fixture_restart (BankFixture *self);

/* Returns: (transfer full): a new payment id. */
char *bank_fixture_new_id (BankFixture *self);

/* Returns: (transfer full): the path of the authority's certificate. */
char *bank_fixture_get_ca_path (BankFixture *self);

/* Takes a callback's result; for the operators' calls. */
void bank_fixture_did_answer (GObject *source, GAsyncResult *result, gpointer self);
/* Returns: (transfer full): the order's result of the call that was just begun. */
DsOrderResult *bank_fixture_finish (BankFixture *self, DsOperator *op, GError **error);

DsOrderResult *bank_fixture_create (BankFixture *self,
                                    DsOperator *op,
                                    const char *payment_id,
                                    gint64 amount_fen,
                                    GError **error);
DsOrderResult *bank_fixture_charge (BankFixture *self,
                                    DsOperator *op,
                                    const char *payment_id,
                                    gint64 amount_fen,
                                    const char *payer_code,
                                    GError **error);
DsOrderResult *bank_fixture_query (BankFixture *self, DsOperator *op, const char *payment_id);
DsOrderResult *bank_fixture_redeem (BankFixture *self, DsOperator *op, GBytes *voucher);
DsOrderResult *bank_fixture_refund (BankFixture *self,
                                    DsOperator *op,
                                    const char *payment_id,
                                    const char *refund_id,
                                    gint64 amount_fen,
                                    GError **error);
/* Returns: (transfer full) (element-type DsFileLine): today's file for the fixture's payee. */
GPtrArray *bank_fixture_load_file (BankFixture *self, DsOperator *op);

/* Lets everything happen that is ready to, notifications for instance. */
void bank_fixture_settle (BankFixture *self);

/* Calls the bank over HTTPS. @status is 0 when no answer came. Returns: (transfer full) (nullable) */
json_t *
bank_fixture_call (BankFixture *self, const char *method, const char *path, json_t *body, guint *status);

/* Sets faults from JSON. */
void bank_fixture_set_faults (BankFixture *self, const char *json);

/* Every movement sums to zero, every balance is the sum of its postings, and none is negative. */
void bank_fixture_check_ledger (BankFixture *self);

typedef struct
{
  BankFixture *bank;
  DsKey *key;
  char *serial;
  char *operator_id;
  guint number;
  GBytes *secret;
  GBytes *certificate;
  gint64 nonce;
  gint64 counter;
} Phone;

Phone *phone_new (BankFixture *bank,
                  const char *operator_id,
                  gint64 tier,
                  gint64 balance_fen,
                  gint64 red_packet_fen);
void phone_free (Phone *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Phone, phone_free)

/* Adds wallet, time, nonce and signature. @body: (transfer full). Returns: (transfer full) */
json_t *phone_sign (Phone *self, const char *path, json_t *body);
/* @body: (transfer full). Returns: (transfer full) (nullable): the answer to a signed request. */
json_t *phone_post (Phone *self, const char *path, json_t *body, guint *status);
/* Returns: (transfer full): the payment; fails the test when the bank gives none. */
json_t *phone_pay (Phone *self, const char *code);
json_t *phone_confirm (Phone *self, const char *payment_id, gboolean accept);
json_t *phone_spend (Phone *self, gint64 amount_fen);
/* Returns: (transfer full): balance, payments and the rest, by a signed GET. */
json_t *phone_look (Phone *self);
gint64 phone_get_balance_fen (Phone *self);
gint64 phone_get_red_packet_fen (Phone *self);
/* Returns: (transfer full) */
char *phone_make_payer_code (Phone *self);
/* Returns: (transfer full): a voucher with the phone's next counter. */
GBytes *phone_make_voucher (Phone *self, const char *payment_id, gint64 amount_fen);

/* Fails the test unless the payment has that state. */
void assert_payment (json_t *payment, const char *state);

G_END_DECLS
