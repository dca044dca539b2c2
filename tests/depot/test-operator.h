/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator for the depot's tests: orders in memory, and every misfortune on request. */
#pragma once

#include "ds-operator.h"

G_BEGIN_DECLS

#define TEST_TYPE_OPERATOR (test_operator_get_type ())
G_DECLARE_FINAL_TYPE (TestOperator, test_operator, TEST, OPERATOR, GObject)

TestOperator *test_operator_new (const char *id, const char *payee_id);

/* The next @n answers get lost after the operator has acted. */
void test_operator_lose_answers (TestOperator *self, guint n);
/* The next @n requests get lost before it has acted. */
void test_operator_lose_requests (TestOperator *self, guint n);
/* Queries are answered as things stand, but the answers stay on their way until they are let go. */
void test_operator_hold_queries (TestOperator *self);
void test_operator_release_queries (TestOperator *self);
/* What a charge leads to; paid unless said otherwise. */
void test_operator_set_charge_state (TestOperator *self, DsOrderState state);

/* The customer pays: the order becomes paid, also one that the operator never made (a code built by a handheld). */
void test_operator_pay (TestOperator *self, const char *payment_id, gint64 amount_fen);
void test_operator_set_state (TestOperator *self, const char *payment_id, DsOrderState state);
gboolean test_operator_knows (TestOperator *self, const char *payment_id);
/* How often wallets were debited, whatever was asked. */
guint test_operator_get_n_payments (TestOperator *self);
guint test_operator_get_n_queries (TestOperator *self);

/* What its daily file says, beside its books: a line of its own. */
void
test_operator_add_file_line (TestOperator *self, const char *kind, const char *payment_id, gint64 amount_fen);

/* Returns: (transfer full): base64url of a receipt or a voucher from a wallet that it certified. */
char *test_operator_sign_receipt (TestOperator *self, const char *payment_id, gint64 amount_fen);
char *
test_operator_sign_voucher (TestOperator *self, const char *payment_id, gint64 amount_fen, gint64 counter);
/* Vouchers are declined from now on. */
void test_operator_bounce_vouchers (TestOperator *self);
/* It signs with another key from now on. */
void test_operator_take_new_key (TestOperator *self);
void test_operator_refuse_refunds (TestOperator *self);
/* The next @n times that it is asked to give back it says that it has not done so yet. */
void test_operator_delay_refunds (TestOperator *self, guint n);
/* It gives back without being asked. */
void test_operator_give_back (TestOperator *self, const char *payment_id, gint64 amount_fen);

G_END_DECLS
