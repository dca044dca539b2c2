/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bank-fixture.h"

#include "ds-authority.h"
#include "ds-bank-private.h"
#include "ds-encoding.h"
#include "ds-id.h"
#include "ds-sandbox-request.h"

#include <glib/gstdio.h>
#include <string.h>

#define PAYEE_ID "DEPOT1"
#define PAYEE_NAME "青鸟速递 · 望湖网点"
#define ORDER_LIFE_MS 60000
#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

/* The bank */

static void
on_notified (DsOperator *op, const char *payment_id, BankFixture *self)
{
  g_ptr_array_add (self->notified, g_strdup (payment_id));
}

char *
bank_fixture_get_ca_path (BankFixture *self)
{
  return g_build_filename (self->directory, "ca.pem", NULL);
}

static void
open_bank (BankFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->directory, "bank.db", NULL);
  g_autoptr (DsAuthority) authority
      = ds_authority_open (self->directory, NULL, g_get_real_time () / G_USEC_PER_SEC, &error);
  g_autofree char *ca_path = bank_fixture_get_ca_path (self);
  g_autoptr (GTlsDatabase) trusted = NULL;

  g_assert_no_error (error);
  self->bank = ds_bank_new (path, DS_CLOCK (self->clock), self->random, &error);
  g_assert_no_error (error);
  self->a = ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_A);
  self->b = ds_sandbox_operator_new (self->bank, DS_SANDBOX_OPERATOR_B);
  g_signal_connect (self->a, "notified", G_CALLBACK (on_notified), self);
  g_signal_connect (self->b, "notified", G_CALLBACK (on_notified), self);
  self->server = ds_bank_server_new (self->bank, ds_authority_get_server_certificate (authority));
  ds_bank_server_listen (self->server, 0, &error);
  g_assert_no_error (error);

  trusted = g_tls_file_database_new (ca_path, &error);
  g_assert_no_error (error);
  self->session = soup_session_new_with_options ("tls-database", trusted, "proxy-resolver", NULL, NULL);
}

static void
close_bank (BankFixture *self)
{
  soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->server);
  g_assert_finalize_object (g_steal_pointer (&self->a));
  g_assert_finalize_object (g_steal_pointer (&self->b));
  g_assert_finalize_object (g_steal_pointer (&self->bank));
}

BankFixture *
bank_fixture_new (void)
{
  return bank_fixture_new_at (BANK_FIXTURE_START_MS);
}

BankFixture *
bank_fixture_new_at (gint64 wall_ms)
{
  BankFixture *self = g_new0 (BankFixture, 1);

  self->directory = g_dir_make_tmp ("ds-bank-XXXXXX", NULL);
  g_assert_nonnull (self->directory);
  self->clock = ds_manual_clock_new (wall_ms);
  self->random = ds_random_new_seeded (1);
  self->notified = g_ptr_array_new_with_free_func (g_free);
  open_bank (self);
  return self;
}

void
bank_fixture_free (BankFixture *self)
{
  g_autoptr (GDir) directory = g_dir_open (self->directory, 0, NULL);
  const char *name;

  bank_fixture_settle (self);
  close_bank (self);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->directory);
  g_free (self->directory);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_object (&self->result);
  g_ptr_array_unref (self->notified);
  g_free (self);
}

void
bank_fixture_restart (BankFixture *self)
{
  bank_fixture_settle (self);
  close_bank (self);
  open_bank (self);
}

static void
did_rest (gpointer rested)
{
  *(gboolean *)rested = TRUE;
}

void
bank_fixture_settle (BankFixture *self)
{
  gboolean rested = FALSE;

  /* What is ready has a higher priority than an idle source, which therefore runs when nothing is. */
  g_idle_add_once (did_rest, &rested);
  while (!rested)
    g_main_context_iteration (NULL, TRUE);
}

char *
bank_fixture_new_id (BankFixture *self)
{
  return ds_id_new (DS_CLOCK (self->clock), self->random);
}

/* Operators */

void
bank_fixture_did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BankFixture *self = user_data;

  g_set_object (&self->result, result);
}

DsOrderResult *
bank_fixture_finish (BankFixture *self, DsOperator *op, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&self->result);
  return ds_operator_order_finish (op, result, error);
}

static DsOrder
make_order (BankFixture *self, const char *payment_id, gint64 amount_fen)
{
  return (DsOrder){
    .payment_id = payment_id,
    .amount_fen = amount_fen,
    .payee_id = PAYEE_ID,
    .payee_name = PAYEE_NAME,
    .device_id = "device",
    .place = "杭州",
    .expires_at_ms = ds_clock_get_wall_ms (DS_CLOCK (self->clock)) + ORDER_LIFE_MS,
  };
}

DsOrderResult *
bank_fixture_create (BankFixture *self,
                     DsOperator *op,
                     const char *payment_id,
                     gint64 amount_fen,
                     GError **error)
{
  DsOrder order = make_order (self, payment_id, amount_fen);

  ds_operator_create_async (op, &order, NULL, bank_fixture_did_answer, self);
  return bank_fixture_finish (self, op, error);
}

DsOrderResult *
bank_fixture_charge (BankFixture *self,
                     DsOperator *op,
                     const char *payment_id,
                     gint64 amount_fen,
                     const char *payer_code,
                     GError **error)
{
  DsOrder order = make_order (self, payment_id, amount_fen);

  ds_operator_charge_async (op, &order, payer_code, NULL, bank_fixture_did_answer, self);
  return bank_fixture_finish (self, op, error);
}

DsOrderResult *
bank_fixture_query (BankFixture *self, DsOperator *op, const char *payment_id)
{
  g_autoptr (GError) error = NULL;
  DsOrderResult *result;

  ds_operator_query_async (op, payment_id, NULL, bank_fixture_did_answer, self);
  result = bank_fixture_finish (self, op, &error);
  g_assert_no_error (error);
  return result;
}

DsOrderResult *
bank_fixture_redeem (BankFixture *self, DsOperator *op, GBytes *voucher)
{
  g_autoptr (GError) error = NULL;
  DsOrderResult *result;

  ds_operator_redeem_async (op, voucher, NULL, bank_fixture_did_answer, self);
  result = bank_fixture_finish (self, op, &error);
  g_assert_no_error (error);
  return result;
}

DsOrderResult *
bank_fixture_refund (BankFixture *self,
                     DsOperator *op,
                     const char *payment_id,
                     const char *refund_id,
                     gint64 amount_fen,
                     GError **error)
{
  ds_operator_refund_async (op, payment_id, refund_id, amount_fen, NULL, bank_fixture_did_answer, self);
  return bank_fixture_finish (self, op, error);
}

GPtrArray *
bank_fixture_load_file (BankFixture *self, DsOperator *op)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *lines;

  ds_operator_load_file_async (op, PAYEE_ID, BANK_FIXTURE_START_MS, BANK_FIXTURE_START_MS + DAY_MS, NULL,
                               bank_fixture_did_answer, self);
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&self->result);
  lines = ds_operator_load_file_finish (op, result, &error);
  g_assert_no_error (error);
  return lines;
}

/* HTTPS */

json_t *
bank_fixture_call (BankFixture *self, const char *method, const char *path, json_t *body, guint *status)
{
  g_autofree char *uri = g_strconcat (ds_bank_server_get_address (self->server), path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (body != NULL)
    {
      char *text = ds_json_to_line (body);
      g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, NULL, bank_fixture_did_answer,
                                    self);
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&self->result);
  answer = soup_session_send_and_read_finish (self->session, result, NULL);

  *status = answer ? soup_message_get_status (message) : 0;
  if (answer == NULL)
    return NULL;
  return ds_json_parse_object (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), 1024 * 1024, NULL);
}

void
bank_fixture_set_faults (BankFixture *self, const char *json)
{
  g_autoptr (json_t) faults = json_loads (json, 0, NULL);
  g_autoptr (json_t) answer = NULL;
  guint status;

  g_assert_nonnull (faults);
  answer = bank_fixture_call (self, "POST", "/sandbox/v1/faults", faults, &status);
  g_assert_cmpuint (status, ==, 200);
}

/* The ledger */

static void
check_no_row (BankFixture *self, const char *sql)
{
  g_autoptr (GError) error = NULL;
  DsQuery *query = ds_db_prepare (self->bank->db, sql, &error);
  gboolean row;

  g_assert_no_error (error);
  ds_db_step (self->bank->db, query, &row, &error);
  g_assert_no_error (error);
  g_assert_false (row);
  ds_db_reset (query);
}

void
bank_fixture_check_ledger (BankFixture *self)
{
  check_no_row (self, "SELECT movement FROM posting GROUP BY movement HAVING SUM (amount_fen) != 0");
  check_no_row (self, "SELECT id FROM movement WHERE id NOT IN (SELECT movement FROM posting)");
  check_no_row (self, "SELECT serial FROM wallet WHERE balance_fen != (SELECT COALESCE (SUM (amount_fen), 0)"
                      " FROM posting WHERE account = 'wallet:' || serial)");
  check_no_row (self,
                "SELECT serial FROM wallet WHERE red_packet_fen != (SELECT COALESCE (SUM (amount_fen), 0)"
                " FROM posting WHERE account = 'red-packet:' || serial)");
  check_no_row (self, "SELECT serial FROM wallet WHERE balance_fen < 0 OR red_packet_fen < 0");
  /* Exactly the paid payments have moved money. */
  check_no_row (self, "SELECT payment FROM payment WHERE (state = 'paid') != (SELECT COUNT (*) FROM movement"
                      " WHERE movement.payment = payment.payment AND kind != 'refund')");
}

/* Phones */

static GBytes *
take_bytes (json_t *answer, const char *name)
{
  GBytes *bytes = ds_base64url_decode (json_string_value (json_object_get (answer, name)), -1, NULL);

  g_assert_nonnull (bytes);
  return bytes;
}

Phone *
phone_new (BankFixture *bank, const char *operator_id, gint64 tier, gint64 balance_fen, gint64 red_packet_fen)
{
  Phone *self = g_new0 (Phone, 1);
  g_autofree char *public_key = NULL;
  g_autoptr (json_t) body = NULL;
  g_autoptr (json_t) answer = NULL;
  guint status;

  self->bank = bank;
  self->key = ds_key_generate (NULL);
  public_key = ds_key_get_public_hex (self->key);
  body = json_pack ("{s:s, s:s, s:s, s:I, s:I, s:I}", "operator", operator_id, "name", "李小华", "public_key",
                    public_key, "tier", (json_int_t)tier, "balance_fen", (json_int_t)balance_fen,
                    "red_packet_fen", (json_int_t)red_packet_fen);
  answer = bank_fixture_call (bank, "POST", "/sandbox/v1/wallets", body, &status);
  g_assert_cmpuint (status, ==, 200);
  self->serial = g_strdup (json_string_value (json_object_get (answer, "wallet")));
  self->operator_id = g_strdup (json_string_value (json_object_get (answer, "operator")));
  self->number = (guint)g_ascii_strtoull (json_string_value (json_object_get (answer, "number")), NULL, 10);
  self->secret = ds_hex_decode (json_string_value (json_object_get (answer, "secret")), NULL);
  self->certificate = take_bytes (answer, "certificate");
  return self;
}

void
phone_free (Phone *self)
{
  ds_key_unref (self->key);
  g_free (self->serial);
  g_free (self->operator_id);
  g_bytes_unref (self->secret);
  g_bytes_unref (self->certificate);
  g_free (self);
}

json_t *
phone_sign (Phone *self, const char *path, json_t *body)
{
  g_autofree char *call = g_strconcat ("POST ", path, NULL);
  gint64 now_ms = ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock));

  json_object_set_new (body, "wallet", json_string (self->serial));
  json_object_set_new (body, "at_ms", json_integer (now_ms));
  json_object_set_new (body, "nonce", json_integer (++self->nonce));
  g_assert_true (ds_sandbox_request_sign (self->key, call, body, NULL));
  return body;
}

json_t *
phone_post (Phone *self, const char *path, json_t *body, guint *status)
{
  g_autoptr (json_t) signed_body = phone_sign (self, path, body);

  return bank_fixture_call (self->bank, "POST", path, signed_body, status);
}

static json_t *
post_well (Phone *self, const char *path, json_t *body)
{
  guint status;
  json_t *answer = phone_post (self, path, body, &status);

  g_assert_cmpuint (status, ==, 200);
  return answer;
}

json_t *
phone_pay (Phone *self, const char *code)
{
  return post_well (self, "/sandbox/v1/pay", json_pack ("{s:s}", "code", code));
}

json_t *
phone_confirm (Phone *self, const char *payment_id, gboolean accept)
{
  return post_well (self, "/sandbox/v1/confirm",
                    json_pack ("{s:s, s:b}", "payment", payment_id, "accept", accept));
}

json_t *
phone_spend (Phone *self, gint64 amount_fen)
{
  g_autofree char *payment_id = bank_fixture_new_id (self->bank);

  return post_well (self, "/sandbox/v1/spend",
                    json_pack ("{s:s, s:I, s:s}", "payment", payment_id, "amount_fen", (json_int_t)amount_fen,
                               "shop", "面馆"));
}

json_t *
phone_look (Phone *self)
{
  gint64 now_ms = ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock));
  g_autoptr (json_t) members = json_pack ("{s:s, s:I}", "wallet", self->serial, "at_ms", (json_int_t)now_ms);
  g_autofree char *path = NULL;
  json_t *answer;
  guint status;

  g_assert_true (ds_sandbox_request_sign (self->key, "GET /sandbox/v1/wallets", members, NULL));
  path = g_strdup_printf ("/sandbox/v1/wallets/%s?at_ms=%" G_GINT64_FORMAT "&signature=%s", self->serial,
                          now_ms, json_string_value (json_object_get (members, "signature")));
  answer = bank_fixture_call (self->bank, "GET", path, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  return answer;
}

gint64
phone_get_balance_fen (Phone *self)
{
  g_autoptr (json_t) account = phone_look (self);

  return json_integer_value (json_object_get (account, "balance_fen"));
}

gint64
phone_get_red_packet_fen (Phone *self)
{
  g_autoptr (json_t) account = phone_look (self);

  return json_integer_value (json_object_get (account, "red_packet_fen"));
}

char *
phone_make_payer_code (Phone *self)
{
  return ds_sandbox_payer_code_make (self->operator_id, self->number, g_bytes_get_data (self->secret, NULL),
                                     ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock)));
}

GBytes *
phone_make_voucher (Phone *self, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsWalletCertificate) certificate = ds_wallet_certificate_parse (self->certificate, &error);
  g_autoptr (DsEvidence) voucher = NULL;
  const DsEvidence draft = {
    .kind = DS_EVIDENCE_VOUCHER,
    .payment_id = (char *)payment_id,
    .amount_fen = amount_fen,
    .payee_id = (char *)PAYEE_ID,
    .counter = self->counter++,
    .at_s = ds_clock_get_wall_ms (DS_CLOCK (self->bank->clock)) / 1000,
  };

  g_assert_no_error (error);
  voucher = ds_voucher_sign (self->key, certificate, &draft, &error);
  g_assert_no_error (error);
  return g_bytes_ref (voucher->bytes);
}

void
assert_payment (json_t *payment, const char *state)
{
  g_assert_cmpstr (json_string_value (json_object_get (payment, "state")), ==, state);
}
