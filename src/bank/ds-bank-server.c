/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bank-server.h"

#include "ds-bank-private.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-money.h"
#include "ds-json.h"
#include "ds-sandbox-request.h"

#include <libsoup/soup.h>
#include <string.h>

#define ROOT "/sandbox/v1"

/* No request of a wallet comes near this. */
#define MAX_BODY_BYTES (64 * 1024)

/* How much of its past a wallet is told. */
#define MAX_PAYMENTS 100

/* Longer answers are tried as faults by nobody. */
#define MAX_SLOW_MS (10 * 60 * 1000)

struct _DsBankServer
{
  GObject parent;

  DsBank *bank;
  SoupServer *server;
  char *address;
  GSList *replies; /* (element-type Reply): on their way */
};

G_DEFINE_FINAL_TYPE (DsBankServer, ds_bank_server, G_TYPE_OBJECT)

/* Replies */

typedef struct
{
  DsBankServer *self;
  SoupServerMessage *message;
  gulong finished_handler;
  guint source;
  gboolean lost;
} Reply;

static void
reply_free (Reply *reply)
{
  g_clear_signal_handler (&reply->finished_handler, reply->message);
  g_clear_handle_id (&reply->source, g_source_remove);
  g_object_unref (reply->message);
  g_free (reply);
}

static void
reply_end (Reply *reply)
{
  reply->self->replies = g_slist_remove (reply->self->replies, reply);
  reply_free (reply);
}

static gboolean
send_reply (gpointer user_data)
{
  Reply *reply = user_data;
  g_autoptr (SoupServerMessage) message = g_object_ref (reply->message);
  gboolean lost = reply->lost;

  reply->source = 0;
  reply_end (reply);
  if (lost)
    {
      /* The connection ends without a word, as it does when a phone enters a lift. */
      g_autoptr (GIOStream) connection = soup_server_message_steal_connection (message);

      g_io_stream_close (connection, NULL, NULL);
    }
  else
    soup_server_message_unpause (message);
  return G_SOURCE_REMOVE;
}

/* The wallet has gone before its answer came. */
static void
on_finished (SoupServerMessage *message, Reply *reply)
{
  reply_end (reply);
}

static void
start_reply (DsBankServer *self, SoupServerMessage *message, gboolean lost)
{
  Reply *reply = g_new0 (Reply, 1);

  reply->self = self;
  reply->message = g_object_ref (message);
  reply->lost = lost;
  reply->finished_handler = g_signal_connect (message, "finished", G_CALLBACK (on_finished), reply);
  reply->source = ds_clock_add_timeout (self->bank->clock, (guint)ds_bank_get_faults (self->bank)->slow_ms,
                                        send_reply, reply);
  self->replies = g_slist_prepend (self->replies, reply);
  soup_server_message_pause (message);
}

/* Problems (RFC 9457) */

static const struct
{
  DsError code;
  guint status;
  const char *name;
  const char *title;
} problems[] = {
  { DS_ERROR_INVALID, 400, "invalid", "The request breaks a rule" },
  { DS_ERROR_UNAUTHORISED, 401, "unauthorised", "The wallet did not sign this" },
  { DS_ERROR_NOT_FOUND, 404, "not-found", "There is no such thing" },
  { DS_ERROR_CONFLICT, 409, "conflict", "This contradicts what is recorded" },
  { DS_ERROR_REFUSED, 409, "conflict", "The bank refuses this" },
  { DS_ERROR_LIMIT, 409, "conflict", "A limit would be passed" },
  { DS_ERROR_OVERFLOW, 413, "too-large", "That is too much" },
};

static void
set_problem (SoupServerMessage *message,
             guint status,
             const char *name,
             const char *title,
             const char *detail)
{
  g_autofree char *type = g_strconcat ("urn:doorstep:problem:", name, NULL);
  g_autoptr (json_t) problem = json_pack ("{s:s, s:s, s:i, s:s}", "type", type, "title", title, "status",
                                          (int)status, "detail", detail);
  char *text = ds_json_to_line (problem);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/problem+json", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

static void
set_problem_from_error (SoupServerMessage *message, const GError *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      if (g_error_matches (error, DS_ERROR, (gint)problems[i].code))
        {
          set_problem (message, problems[i].status, problems[i].name, problems[i].title, error->message);
          return;
        }
    }
  set_problem (message, 503, "overloaded", "The bank cannot answer now", error->message);
}

/* Whose phone is far off gets the bank's time with the refusal. */
static void
set_clock_problem (SoupServerMessage *message, gint64 now_ms)
{
  g_autoptr (json_t) problem
      = json_pack ("{s:s, s:s, s:i, s:s, s:I}", "type", "urn:doorstep:problem:clock", "title",
                   "The wallet's clock is wrong", "status", 401, "detail",
                   "The request's time is more than five minutes from the bank's: set the phone's clock",
                   "now_ms", (json_int_t)now_ms);
  char *text = ds_json_to_line (problem);

  soup_server_message_set_status (message, 401, NULL);
  soup_server_message_set_response (message, "application/problem+json", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

/* What wallets say and hear */

static json_t *
bytes_to_json (GBytes *bytes)
{
  g_autofree char *text = NULL;

  if (bytes == NULL)
    return json_null ();
  text = ds_base64url_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return json_string (text);
}

static json_t *
payment_to_json (const DsBankPayment *payment)
{
  const char *payer_code = g_str_equal (payment->kind, "charge") ? payment->proof : NULL;

  return json_pack ("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s?, s:s?, s:o, s:I, s:s?, s:s?}", "payment",
                    payment->payment_id, "kind", payment->kind, "state",
                    ds_bank_payment_state_to_name (payment->state), "operator", payment->operator_id,
                    "amount_fen", (json_int_t)payment->amount_fen, "red_packet_fen",
                    (json_int_t)payment->red_packet_fen, "refunded_fen", (json_int_t)payment->refunded_fen,
                    "payee_name", payment->payee_name, "operator_ref", payment->reference, "reason",
                    payment->reason, "receipt", bytes_to_json (payment->receipt), "at_ms",
                    (json_int_t)(payment->paid_at_ms ? payment->paid_at_ms : payment->created_at_ms),
                    "spoken", payment->spoken, "payer_code", payer_code);
}

/**
 * Call:
 * @call: method and path, as the signature covers it
 * @body: the request's members
 * @clock_is_wrong: the request is refused for its time
 */
typedef struct
{
  DsBankServer *self;
  const char *call;
  json_t *body;
  gboolean clock_is_wrong;
} Call;

static DsBankWallet *
check_signature (Call *call, json_int_t *nonce, GError **error)
{
  DsBank *bank = call->self->bank;
  g_autoptr (DsBankWallet) wallet = NULL;
  g_autoptr (GBytes) point = NULL;
  g_autoptr (DsKey) key = NULL;
  const char *serial;
  json_int_t at_ms;

  if (!ds_json_unpack (call->body, error, "{s:s, s:I, s?I}", "wallet", &serial, "at_ms", &at_ms, "nonce",
                       nonce))
    return NULL;
  wallet = ds_bank_load_wallet (bank, serial, error);
  if (wallet == NULL)
    return NULL;
  point = ds_hex_decode (wallet->public_key, error);
  key = point ? ds_key_new_from_public (g_bytes_get_data (point, NULL), g_bytes_get_size (point), error)
              : NULL;
  if (key == NULL)
    return NULL;

  if (!ds_sandbox_request_verify (key, call->call, call->body))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_UNAUTHORISED, "The signature is not the wallet's");
      return NULL;
    }
  call->clock_is_wrong = at_ms < ds_bank_now_ms (bank) - DS_SANDBOX_REQUEST_LIFE_MS
                         || at_ms > ds_bank_now_ms (bank) + DS_SANDBOX_REQUEST_LIFE_MS;
  if (call->clock_is_wrong)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_UNAUTHORISED, "The wallet's clock is wrong");
      return NULL;
    }
  return g_steal_pointer (&wallet);
}

/* What changes something must carry a nonce that is larger than all before. */
static DsBankWallet *
authenticate (Call *call, GError **error)
{
  json_int_t nonce = 0;
  g_autoptr (DsBankWallet) wallet = check_signature (call, &nonce, error);

  if (wallet == NULL || !ds_bank_take_nonce (call->self->bank, wallet->serial, nonce, error))
    return NULL;
  return g_steal_pointer (&wallet);
}

static json_t *
operators_to_json (DsBank *bank)
{
  json_t *list = json_array ();

  for (guint i = 0; i < bank->operators->len; i++)
    {
      const DsBankOperator *op = g_ptr_array_index (bank->operators, i);
      g_autofree char *public_key = ds_key_get_public_hex (op->key);

      json_array_append_new (
          list, json_pack ("{s:s, s:s, s:s}", "id", op->id, "name", op->name, "public_key", public_key));
    }
  return list;
}

static json_t *
open_wallet (Call *call, GError **error)
{
  DsBank *bank = call->self->bank;
  DsBankWalletDraft draft = { 0 };
  json_int_t tier, balance_fen, red_packet_fen;
  g_autoptr (DsBankWallet) wallet = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *number = NULL;

  if (!ds_json_unpack (call->body, error, "{s:s, s:s, s:s, s:I, s:I, s:I}", "operator", &draft.operator_id,
                       "name", &draft.name, "public_key", &draft.public_key, "tier", &tier, "balance_fen",
                       &balance_fen, "red_packet_fen", &red_packet_fen))
    return NULL;
  draft.tier = tier;
  draft.balance_fen = balance_fen;
  draft.red_packet_fen = red_packet_fen;
  wallet = ds_bank_open_wallet (bank, &draft, error);
  if (wallet == NULL)
    return NULL;

  secret = ds_hex_encode (g_bytes_get_data (wallet->secret, NULL), g_bytes_get_size (wallet->secret));
  number = g_strdup_printf ("%06u", wallet->number);
  return json_pack ("{s:s, s:s, s:s, s:o, s:s, s:o}", "wallet", wallet->serial, "number", number, "secret",
                    secret, "certificate", bytes_to_json (wallet->certificate), "operator",
                    wallet->operator_id, "operators", operators_to_json (bank));
}

static json_t *
pay (Call *call, GError **error)
{
  g_autoptr (DsBankWallet) wallet = NULL;
  g_autoptr (DsBankPayment) payment = NULL;
  const char *code;

  if (!ds_json_unpack (call->body, error, "{s:s}", "code", &code))
    return NULL;
  wallet = authenticate (call, error);
  if (wallet == NULL)
    return NULL;
  payment = ds_bank_pay (call->self->bank, wallet, code, error);
  return payment ? payment_to_json (payment) : NULL;
}

static json_t *
confirm (Call *call, GError **error)
{
  g_autoptr (DsBankWallet) wallet = NULL;
  g_autoptr (DsBankPayment) payment = NULL;
  const char *payment_id;
  int accept;

  if (!ds_json_unpack (call->body, error, "{s:s, s:b}", "payment", &payment_id, "accept", &accept))
    return NULL;
  wallet = authenticate (call, error);
  if (wallet == NULL)
    return NULL;
  payment = ds_bank_confirm (call->self->bank, wallet, payment_id, accept != 0, error);
  return payment ? payment_to_json (payment) : NULL;
}

static json_t *
spend (Call *call, GError **error)
{
  g_autoptr (DsBankWallet) wallet = NULL;
  g_autoptr (DsBankPayment) payment = NULL;
  const char *payment_id, *shop;
  json_int_t amount_fen;

  if (!ds_json_unpack (call->body, error, "{s:s, s:I, s:s}", "payment", &payment_id, "amount_fen",
                       &amount_fen, "shop", &shop))
    return NULL;
  wallet = authenticate (call, error);
  if (wallet == NULL)
    return NULL;
  payment = ds_bank_spend (call->self->bank, wallet, payment_id, amount_fen, shop, error);
  return payment ? payment_to_json (payment) : NULL;
}

static json_t *
show_wallet (Call *call, GError **error)
{
  DsBank *bank = call->self->bank;
  json_int_t nonce = 0;
  g_autoptr (DsBankWallet) wallet = NULL;
  g_autoptr (DsBankWallet) fresh = NULL;
  g_autoptr (GPtrArray) payments = NULL;
  g_autoptr (json_t) vouchers = NULL;
  g_autoptr (json_t) list = json_array ();
  g_autoptr (json_t) pending = json_array ();

  wallet = check_signature (call, &nonce, error);
  if (wallet == NULL || !ds_bank_run_due (bank, error))
    return NULL;
  fresh = ds_bank_load_wallet (bank, wallet->serial, error);
  payments = fresh ? ds_bank_list_payments (bank, wallet->serial, MAX_PAYMENTS, error) : NULL;
  vouchers = payments ? ds_bank_list_vouchers (bank, wallet->serial, MAX_PAYMENTS, error) : NULL;
  if (vouchers == NULL)
    return NULL;

  for (guint i = 0; i < payments->len; i++)
    {
      const DsBankPayment *payment = g_ptr_array_index (payments, i);

      json_array_append_new (list, payment_to_json (payment));
      if (payment->state == DS_BANK_WAITING)
        json_array_append_new (pending, payment_to_json (payment));
    }
  return json_pack ("{s:s, s:s, s:I, s:I, s:O, s:O, s:O, s:I}", "wallet", fresh->serial, "operator",
                    fresh->operator_id, "balance_fen", (json_int_t)fresh->balance_fen, "red_packet_fen",
                    (json_int_t)fresh->red_packet_fen, "pending", pending, "payments", list, "vouchers",
                    vouchers, "now_ms", (json_int_t)ds_bank_now_ms (bank));
}

/* Faults */

static json_t *
faults_to_json (const DsBankFaults *faults)
{
  json_t *difference = faults->file_payment ? json_pack ("{s:s, s:I}", "payment", faults->file_payment, "fen",
                                                         (json_int_t)faults->file_difference_fen)
                                            : json_null ();

  return json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "line",
                    faults->line_cut ? "cut" : "restored", "down", *faults->down ? faults->down : "none",
                    "confirm_above_fen", (json_int_t)faults->confirm_above_fen, "slow_ms",
                    (json_int_t)faults->slow_ms, "lose_answers", (json_int_t)faults->lose_answers,
                    "lose_wallet_answers", (json_int_t)faults->lose_wallet_answers, "late_ms",
                    (json_int_t)faults->late_ms, "notify_times", (json_int_t)faults->notify_times,
                    "reject_vouchers", (json_int_t)faults->reject_vouchers, "payout_times",
                    (json_int_t)faults->payout_times, "payout_late_days",
                    (json_int_t)faults->payout_late_days, "payout_difference_fen",
                    (json_int_t)faults->payout_difference_fen, "payout_fee_fen",
                    (json_int_t)faults->payout_fee_fen, "file_difference", difference);
}

static gboolean
read_fault_numbers (json_t *body, DsBankFaults *faults, GError **error)
{
  const struct
  {
    const char *name;
    gint64 *value;
    gint64 least, most;
  } numbers[] = {
    { "confirm_above_fen", &faults->confirm_above_fen, -1, G_MAXINT64 },
    { "slow_ms", &faults->slow_ms, 0, MAX_SLOW_MS },
    { "lose_answers", &faults->lose_answers, 0, G_MAXINT },
    { "lose_wallet_answers", &faults->lose_wallet_answers, 0, G_MAXINT },
    { "late_ms", &faults->late_ms, 0, G_MAXINT },
    { "reject_vouchers", &faults->reject_vouchers, 0, G_MAXINT },
    { "notify_times", &faults->notify_times, 0, 100 },
    { "payout_times", &faults->payout_times, 0, 2 },
    { "payout_late_days", &faults->payout_late_days, 0, 31 },
    { "payout_difference_fen", &faults->payout_difference_fen, -DS_MONEY_MAX_FEN, DS_MONEY_MAX_FEN },
    { "payout_fee_fen", &faults->payout_fee_fen, 0, DS_MONEY_MAX_FEN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      json_t *member = json_object_get (body, numbers[i].name);

      if (member == NULL)
        continue;
      if (!json_is_integer (member) || json_integer_value (member) < numbers[i].least
          || json_integer_value (member) > numbers[i].most)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The fault “%s” is no number in its range",
                       numbers[i].name);
          return FALSE;
        }
      *numbers[i].value = json_integer_value (member);
    }
  return TRUE;
}

static gboolean
read_down (DsBank *bank, const char *down, DsBankFaults *faults, GError **error)
{
  if (down == NULL)
    return TRUE;
  if (!g_str_equal (down, "all") && !g_str_equal (down, "none") && ds_bank_find_operator (bank, down) == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "Down is an operator of the sandbox, “all” or “none”");
      return FALSE;
    }
  g_strlcpy (faults->down, g_str_equal (down, "none") ? "" : down, sizeof faults->down);
  return TRUE;
}

/* Members that are not there stay as they are. */
static gboolean
read_faults (DsBank *bank, json_t *body, DsBankFaults *faults, GError **error)
{
  const char *line = NULL;
  const char *down = NULL;
  json_t *difference = json_object_get (body, "file_difference");
  const char *payment = NULL;
  json_int_t fen = 0;

  if (!ds_json_unpack (body, error, "{s?s, s?s}", "line", &line, "down", &down)
      || !read_down (bank, down, faults, error) || !read_fault_numbers (body, faults, error))
    return FALSE;
  if (line != NULL && !g_str_equal (line, "cut") && !g_str_equal (line, "restored"))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The line is “cut” or “restored”");
      return FALSE;
    }
  if (line != NULL)
    faults->line_cut = g_str_equal (line, "cut");

  if (json_is_object (difference)
      && !ds_json_unpack (difference, error, "{s:s, s:I}", "payment", &payment, "fen", &fen))
    return FALSE;
  if (difference != NULL)
    {
      faults->file_payment = (char *)payment;
      faults->file_difference_fen = fen;
    }
  return TRUE;
}

static json_t *
set_faults (Call *call, GError **error)
{
  DsBankFaults faults = *ds_bank_get_faults (call->self->bank);

  const char *operator_id = json_string_value (json_object_get (call->body, "new_key"));

  if (!read_faults (call->self->bank, call->body, &faults, error)
      || (operator_id != NULL && !ds_bank_take_new_key (call->self->bank, operator_id, error)))
    return NULL;
  ds_bank_set_faults (call->self->bank, &faults);
  return faults_to_json (ds_bank_get_faults (call->self->bank));
}

static json_t *
show_faults (Call *call, GError **error)
{
  return faults_to_json (ds_bank_get_faults (call->self->bank));
}

/* Requests */

static const struct
{
  const char *call;
  json_t *(*run) (Call *call, GError **error);
  gboolean is_control; /* of the sandbox itself: no fault applies to it */
} calls[] = {
  { "POST " ROOT "/wallets", open_wallet, FALSE },
  { "GET " ROOT "/wallets", show_wallet, FALSE },
  { "POST " ROOT "/pay", pay, FALSE },
  { "POST " ROOT "/confirm", confirm, FALSE },
  { "POST " ROOT "/spend", spend, FALSE },
  { "POST " ROOT "/faults", set_faults, TRUE },
  { "GET " ROOT "/faults", show_faults, TRUE },
};

static json_t *
read_body (SoupServerMessage *message, GError **error)
{
  g_autoptr (GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (message));
  gsize n;
  const char *text = g_bytes_get_data (bytes, &n);

  return ds_json_parse_object (text, n, MAX_BODY_BYTES, error);
}

/* A wallet's GET carries its members in path and query, so that one verifier serves. */
static json_t *
read_query (const char *serial, GHashTable *query, GError **error)
{
  const char *at_ms = query ? g_hash_table_lookup (query, "at_ms") : NULL;
  const char *signature = query ? g_hash_table_lookup (query, "signature") : NULL;
  gint64 at = 0;

  if (serial == NULL)
    return json_object ();
  if (signature == NULL || at_ms == NULL || !g_ascii_string_to_signed (at_ms, 10, 0, G_MAXINT64, &at, NULL))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_UNAUTHORISED, "The wallet did not sign this request");
      return NULL;
    }
  return json_pack ("{s:s, s:I, s:s}", "wallet", serial, "at_ms", (json_int_t)at, "signature", signature);
}

static void
run_call (DsBankServer *self, gsize i, SoupServerMessage *message, const char *serial, GHashTable *query)
{
  g_autoptr (GError) error = NULL;
  gboolean is_get = g_str_has_prefix (calls[i].call, "GET ");
  g_autoptr (json_t) body = is_get ? read_query (serial, query, &error) : read_body (message, &error);
  Call call = { .self = self, .call = calls[i].call, .body = body };
  g_autoptr (json_t) answer = body ? calls[i].run (&call, &error) : NULL;
  char *text;

  if (call.clock_is_wrong)
    set_clock_problem (message, ds_bank_now_ms (self->bank));
  else if (answer == NULL)
    set_problem_from_error (message, error);
  else
    {
      text = ds_json_to_line (answer);
      soup_server_message_set_status (message, 200, NULL);
      soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, text, strlen (text));
    }
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  DsBankServer *self = user_data;
  const char *prefix = ROOT "/wallets/";
  const char *serial = g_str_has_prefix (path, prefix) ? path + strlen (prefix) : NULL;
  g_autofree char *call
      = g_strconcat (soup_server_message_get_method (message), " ", serial ? ROOT "/wallets" : path, NULL);
  DsBankFaults faults = *ds_bank_get_faults (self->bank);

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      /* Only the GET of a wallet names it in the path. */
      if (!g_str_equal (call, calls[i].call) || (serial != NULL) != (calls[i].run == show_wallet))
        continue;
      run_call (self, i, message, serial, query);
      if (calls[i].is_control)
        return;
      if (faults.lose_wallet_answers > 0)
        {
          faults.lose_wallet_answers--;
          ds_bank_set_faults (self->bank, &faults);
          start_reply (self, message, TRUE);
        }
      else if (faults.slow_ms > 0)
        start_reply (self, message, FALSE);
      return;
    }
  set_problem (message, 404, "not-found", "There is no such thing", "The bank has no such call");
}

/* Before the body is read: a length must be told, and be small. */
static void
on_headers (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED
      || soup_message_headers_get_content_length (headers) > MAX_BODY_BYTES)
    {
      soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
      set_problem (message, 413, "too-large", "That is too much",
                   "A request has at most 64 KiB, told beforehand");
    }
}

/* The object */

static void
ds_bank_server_dispose (GObject *object)
{
  DsBankServer *self = DS_BANK_SERVER (object);

  g_slist_free_full (g_steal_pointer (&self->replies), (GDestroyNotify)reply_free);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->bank);
  g_clear_pointer (&self->address, g_free);

  G_OBJECT_CLASS (ds_bank_server_parent_class)->dispose (object);
}

static void
ds_bank_server_class_init (DsBankServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ds_bank_server_dispose;
}

static void
ds_bank_server_init (DsBankServer *self)
{
}

DsBankServer *
ds_bank_server_new (DsBank *bank, GTlsCertificate *certificate)
{
  DsBankServer *self;

  g_return_val_if_fail (DS_IS_BANK (bank), NULL);
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  self = g_object_new (DS_TYPE_BANK_SERVER, NULL);
  self->bank = g_object_ref (bank);
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_early_handler (self->server, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  return self;
}

gboolean
ds_bank_server_listen (DsBankServer *self, guint port, GError **error)
{
  g_autoptr (GInetAddress) loopback = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSList) listeners = NULL;
  g_autoptr (GSocketAddress) local = NULL;

  g_return_val_if_fail (DS_IS_BANK_SERVER (self), FALSE);
  g_return_val_if_fail (self->address == NULL, FALSE);

  loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  address = g_inet_socket_address_new (loopback, (guint16)port);
  if (!soup_server_listen (self->server, address, SOUP_SERVER_LISTEN_HTTPS, error))
    return FALSE;

  listeners = soup_server_get_listeners (self->server);
  local = g_socket_get_local_address (listeners->data, error);
  if (local == NULL)
    return FALSE;
  self->address = g_strdup_printf ("https://127.0.0.1:%u",
                                   g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  return TRUE;
}

const char *
ds_bank_server_get_address (DsBankServer *self)
{
  g_return_val_if_fail (DS_IS_BANK_SERVER (self), NULL);

  return self->address;
}
