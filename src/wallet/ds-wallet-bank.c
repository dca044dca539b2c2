/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a wallet asks of its bank. */
#include "config.h"

#include "ds-wallet-private.h"

#include "ds-error.h"
#include "ds-id.h"
#include "ds-sandbox-request.h"

#include <glib/gi18n.h>
#include <string.h>

#define ROOT "/sandbox/v1"

/* How often a request is sent when no answer comes. Each carries its payment's id, so the bank acts once. */
#define MAX_TRIES 3

/* A request that changes something */

typedef struct
{
  const char *path;
  json_t *body; /* without what signing adds */
  guint tries;
} Request;

static void
request_free (Request *request)
{
  json_decref (request->body);
  g_free (request);
}

static gboolean
check_network (DsWallet *self, GError **error)
{
  if (!ds_wallet_reload (self, error))
    return FALSE;
  if (ds_wallet_get_offline (self))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE,
                           _ ("This phone has no network: show a payer code or a voucher instead"));
      return FALSE;
    }
  return TRUE;
}

/* The bank takes a nonce once and in order. The clock's part in it lets a wallet go on whose directory was restored
 * from an old copy. */
static gboolean
take_nonce (DsWallet *self, json_t *state, gpointer data, GError **error)
{
  gint64 *nonce = data;
  gint64 last = json_integer_value (json_object_get (state, "nonce"));

  *nonce = MAX (last + 1, ds_clock_get_wall_ms (self->clock));
  json_object_set_new (state, "nonce", json_integer (*nonce));
  return TRUE;
}

static json_t *
sign_request (DsWallet *self, const Request *request, GError **error)
{
  g_autoptr (json_t) body = json_copy (request->body);
  g_autofree char *call = g_strconcat ("POST ", request->path, NULL);
  gint64 nonce;

  if (!ds_wallet_change (self, take_nonce, &nonce, error))
    return NULL;
  json_object_set_new (body, "wallet", json_string (ds_wallet_get_serial (self)));
  json_object_set_new (body, "at_ms", json_integer (ds_clock_get_wall_ms (self->clock)));
  json_object_set_new (body, "nonce", json_integer (nonce));
  return ds_sandbox_request_sign (self->key, call, body, error) ? g_steal_pointer (&body) : NULL;
}

static void send_request (GTask *task);

static gboolean
merge_payment (DsWallet *self, json_t *state, gpointer data, GError **error)
{
  ds_wallet_merge_payment (state, data);
  return TRUE;
}

static void
did_call (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsWallet *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payment = ds_bank_client_call_finish (DS_BANK_CLIENT (source), result, &error);

  if (payment == NULL && g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK) && request->tries < MAX_TRIES)
    send_request (task);
  else if (payment == NULL || !ds_wallet_change (self, merge_payment, payment, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&payment), (GDestroyNotify)json_decref);
}

static void
send_request (GTask *task)
{
  DsWallet *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (json_t) body = NULL;
  GError *error = NULL;

  request->tries++;
  body = sign_request (self, request, &error);
  if (body == NULL)
    g_task_return_error (task, error);
  else
    ds_bank_client_call_async (self->client, "POST", request->path, body, g_task_get_cancellable (task),
                               did_call, g_object_ref (task));
}

/* @body: (transfer full) */
static void
start_request (DsWallet *self,
               const char *path,
               json_t *body,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);
  GError *error = NULL;

  request->path = path;
  request->body = body;
  g_task_set_name (task, path);
  g_task_set_task_data (task, request, (GDestroyNotify)request_free);

  if (check_network (self, &error))
    send_request (task);
  else
    g_task_return_error (task, error);
}

void
ds_wallet_pay_async (DsWallet *self,
                     const DsWalletDemand *demand,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_return_if_fail (DS_IS_WALLET (self));
  g_return_if_fail (demand != NULL);

  start_request (self, ROOT "/pay", json_pack ("{s:s}", "code", demand->code), cancellable, callback,
                 user_data);
}

void
ds_wallet_confirm_async (DsWallet *self,
                         const char *payment_id,
                         gboolean accept,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (DS_IS_WALLET (self));
  g_return_if_fail (payment_id != NULL);

  start_request (self, ROOT "/confirm",
                 json_pack ("{s:s, s:b}", "payment", payment_id, "accept", accept != FALSE), cancellable,
                 callback, user_data);
}

void
ds_wallet_spend_async (DsWallet *self,
                       gint64 amount_fen,
                       const char *shop,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autofree char *payment_id = NULL;

  g_return_if_fail (DS_IS_WALLET (self));
  g_return_if_fail (shop != NULL);

  payment_id = ds_id_new (self->clock, self->random);
  start_request (self, ROOT "/spend",
                 json_pack ("{s:s, s:I, s:s}", "payment", payment_id, "amount_fen", (json_int_t)amount_fen,
                            "shop", shop),
                 cancellable, callback, user_data);
}

json_t *
ds_wallet_payment_finish (DsWallet *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Asking */

static void
merge_voucher (json_t *state, json_t *told)
{
  json_int_t counter = json_integer_value (json_object_get (told, "counter"));
  json_t *voucher;
  size_t i;

  json_array_foreach (json_object_get (state, "vouchers"), i, voucher)
  {
    if (json_integer_value (json_object_get (voucher, "counter")) == counter)
      {
        json_object_set (voucher, "state", json_object_get (told, "state"));
        json_object_set (voucher, "reason", json_object_get (told, "reason"));
      }
  }
}

static gboolean
merge_account (DsWallet *self, json_t *state, gpointer data, GError **error)
{
  json_t *account = data;
  json_t *payments, *vouchers;
  json_int_t balance_fen, red_packet_fen;
  json_t *told;
  size_t i;

  if (!ds_json_unpack (account, error, "{s:I, s:I, s:o, s:o}", "balance_fen", &balance_fen, "red_packet_fen",
                       &red_packet_fen, "payments", &payments, "vouchers", &vouchers))
    return FALSE;
  json_object_set_new (state, "balance_fen", json_integer (balance_fen));
  json_object_set_new (state, "red_packet_fen", json_integer (red_packet_fen));
  /* The newest comes first in both lists. */
  for (i = json_array_size (payments); i > 0; i--)
    ds_wallet_merge_payment (state, json_array_get (payments, i - 1));
  json_array_foreach (vouchers, i, told) merge_voucher (state, told);
  return TRUE;
}

static void
did_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsWallet *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (json_t) account = ds_bank_client_call_finish (DS_BANK_CLIENT (source), result, &error);

  if (account == NULL || !ds_wallet_change (self, merge_account, account, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
ds_wallet_refresh_async (DsWallet *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (json_t) members = NULL;
  g_autofree char *path = NULL;
  gint64 now_ms;
  GError *error = NULL;

  g_return_if_fail (DS_IS_WALLET (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (task, "ds_wallet_refresh_async");
  now_ms = ds_clock_get_wall_ms (self->clock);
  members = json_pack ("{s:s, s:I}", "wallet", ds_wallet_get_serial (self), "at_ms", (json_int_t)now_ms);
  if (!check_network (self, &error)
      || !ds_sandbox_request_sign (self->key, "GET " ROOT "/wallets", members, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  path = g_strdup_printf (ROOT "/wallets/%s?at_ms=%" G_GINT64_FORMAT "&signature=%s",
                          ds_wallet_get_serial (self), now_ms,
                          json_string_value (json_object_get (members, "signature")));
  ds_bank_client_call_async (self->client, "GET", path, NULL, cancellable, did_ask, g_object_ref (task));
}

gboolean
ds_wallet_refresh_finish (DsWallet *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Faults */

static void
did_set_faults (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  json_t *faults = ds_bank_client_call_finish (DS_BANK_CLIENT (source), result, &error);

  if (faults != NULL)
    g_task_return_pointer (task, faults, (GDestroyNotify)json_decref);
  else
    g_task_return_error (task, error);
}

void
ds_wallet_set_faults_async (DsWallet *self,
                            json_t *faults,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (DS_IS_WALLET (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_name (task, "ds_wallet_set_faults_async");
  ds_bank_client_call_async (self->client, faults ? "POST" : "GET", ROOT "/faults", faults, cancellable,
                             did_set_faults, g_object_ref (task));
}

json_t *
ds_wallet_set_faults_finish (DsWallet *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Creating */

typedef struct
{
  DsWalletStore *store;
  DsBankClient *client;
  DsClock *clock;
  DsRandom *random;
  char *directory;
  char *bank;
  char *name;
} Creation;

static void
creation_free (Creation *creation)
{
  g_clear_pointer (&creation->store, ds_wallet_store_free);
  g_clear_object (&creation->client);
  g_clear_object (&creation->clock);
  g_clear_object (&creation->random);
  g_free (creation->directory);
  g_free (creation->bank);
  g_free (creation->name);
  g_free (creation);
}

static gboolean
copy_ca (Creation *creation, const char *ca_path, GError **error)
{
  g_autofree char *pem = NULL;
  g_autofree char *copy_path = ds_wallet_store_get_path (creation->store, DS_WALLET_CA_FILE);
  g_autoptr (GError) problem = NULL;

  if (!g_file_get_contents (ca_path, &pem, NULL, &problem))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, _ ("The bank's certificate cannot be read: %s"),
                   problem->message);
      return FALSE;
    }
  if (!ds_wallet_store_write (creation->store, DS_WALLET_CA_FILE, pem, error))
    return FALSE;
  creation->client = ds_bank_client_new (creation->bank, copy_path, error);
  return creation->client != NULL;
}

/* The key that an earlier attempt left, or a new one: it is on the disk before the bank hears of it. */
static DsKey *
make_key (Creation *creation, GError **error)
{
  g_autofree char *pem = NULL;
  g_autoptr (DsKey) key = NULL;

  if (!ds_wallet_store_read (creation->store, DS_WALLET_KEY_FILE, &pem, error))
    return NULL;
  if (pem != NULL)
    return ds_key_new_from_pem (pem, error);

  key = ds_key_generate (error);
  pem = key ? ds_key_to_pem (key, error) : NULL;
  if (pem == NULL || !ds_wallet_store_write (creation->store, DS_WALLET_KEY_FILE, pem, error))
    return NULL;
  return g_steal_pointer (&key);
}

static gboolean
check_empty (Creation *creation, GError **error)
{
  g_autofree char *particulars = NULL;

  if (!ds_wallet_store_read (creation->store, DS_WALLET_FILE, &particulars, error))
    return FALSE;
  if (particulars != NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_STATE, _ ("There is a wallet in “%s” already"),
                 creation->directory);
  return particulars == NULL;
}

static void
did_refresh_new (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (ds_wallet_refresh_finish (DS_WALLET (source), result, &error))
    g_task_return_pointer (task, g_object_ref (source), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
did_create (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Creation *creation = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (json_t) particulars = ds_bank_client_call_finish (DS_BANK_CLIENT (source), result, &error);
  g_autoptr (DsWallet) wallet = NULL;

  if (particulars != NULL)
    {
      json_object_set_new (particulars, "bank", json_string (creation->bank));
      json_object_set_new (particulars, "name", json_string (creation->name));
      if (ds_wallet_store_write_json (creation->store, DS_WALLET_FILE, particulars, &error))
        wallet = ds_wallet_open (creation->directory, creation->clock, creation->random, &error);
    }
  if (wallet == NULL)
    g_task_return_error (task, error);
  else
    ds_wallet_refresh_async (wallet, g_task_get_cancellable (task), did_refresh_new, g_object_ref (task));
}

void
ds_wallet_create_async (const char *directory,
                        const DsWalletDraft *draft,
                        DsClock *clock,
                        DsRandom *random,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Creation *creation = g_new0 (Creation, 1);
  g_autoptr (DsKey) key = NULL;
  g_autofree char *public_key = NULL;
  g_autoptr (json_t) body = NULL;
  GError *error = NULL;

  g_task_set_name (task, "ds_wallet_create_async");
  g_task_set_task_data (task, creation, (GDestroyNotify)creation_free);
  creation->clock = g_object_ref (clock);
  creation->random = g_object_ref (random);
  creation->directory = g_strdup (directory);
  creation->bank = g_strdup (draft->bank);
  creation->name = g_strdup (draft->name);
  creation->store = ds_wallet_store_open (directory, &error);
  if (creation->store != NULL && check_empty (creation, &error) && copy_ca (creation, draft->ca_path, &error))
    key = make_key (creation, &error);
  if (key == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  public_key = ds_key_get_public_hex (key);
  body = json_pack ("{s:s, s:s, s:s, s:I, s:I, s:I}", "operator", draft->operator_id, "name", draft->name,
                    "public_key", public_key, "tier", (json_int_t)draft->tier, "balance_fen",
                    (json_int_t)draft->balance_fen, "red_packet_fen", (json_int_t)draft->red_packet_fen);
  ds_bank_client_call_async (creation->client, "POST", ROOT "/wallets", body, cancellable, did_create,
                             g_object_ref (task));
}

DsWallet *
ds_wallet_create_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
