/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wallet's particulars and state. */
#include "config.h"

#include "ds-wallet-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-sandbox-payer-code.h"

#include <glib/gi18n.h>
#include <string.h>

/* Payments that are kept; older ones are forgotten, the bank still has them. */
#define MAX_PAYMENTS 200

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsWallet, ds_wallet, G_TYPE_OBJECT)

static void
ds_wallet_finalize (GObject *object)
{
  DsWallet *self = DS_WALLET (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_object (&self->client);
  g_clear_pointer (&self->store, ds_wallet_store_free);
  g_clear_pointer (&self->key, ds_key_unref);
  g_clear_pointer (&self->particulars, json_decref);
  g_clear_pointer (&self->certificate, ds_wallet_certificate_free);
  g_clear_pointer (&self->secret, g_bytes_unref);
  g_clear_pointer (&self->state, json_decref);

  G_OBJECT_CLASS (ds_wallet_parent_class)->finalize (object);
}

static void
ds_wallet_class_init (DsWalletClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_wallet_finalize;

  signals[CHANGED]
      = g_signal_new ("changed", DS_TYPE_WALLET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_wallet_init (DsWallet *self)
{
}

/* State */

static json_t *
new_state (void)
{
  return json_pack ("{s:i, s:i, s:b, s:i, s:i, s:[], s:[]}", "nonce", 0, "counter", 0, "offline", FALSE,
                    "balance_fen", 0, "red_packet_fen", 0, "payments", "vouchers");
}

/* What the rest relies on. */
static gboolean
check_state (json_t *state, GError **error)
{
  json_int_t nonce, counter, balance_fen, red_packet_fen;
  json_t *payments, *vouchers;
  int offline;

  if (!ds_json_unpack (state, error, "{s:I, s:I, s:b, s:I, s:I, s:o, s:o}", "nonce", &nonce, "counter",
                       &counter, "offline", &offline, "balance_fen", &balance_fen, "red_packet_fen",
                       &red_packet_fen, "payments", &payments, "vouchers", &vouchers))
    return FALSE;
  if (nonce < 0 || counter < 0 || !json_is_array (payments) || !json_is_array (vouchers))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The wallet's file %s is damaged",
                   DS_WALLET_STATE_FILE);
      return FALSE;
    }
  return TRUE;
}

static json_t *
read_state (DsWallet *self, GError **error)
{
  g_autoptr (json_t) state = NULL;

  if (!ds_wallet_store_read_json (self->store, DS_WALLET_STATE_FILE, &state, error))
    return NULL;
  if (state == NULL)
    state = new_state ();
  return check_state (state, error) ? g_steal_pointer (&state) : NULL;
}

static void
take_state (DsWallet *self, json_t *state)
{
  g_clear_pointer (&self->state, json_decref);
  self->state = state;
  g_signal_emit (self, signals[CHANGED], 0);
}

static json_t *
change_locked (DsWallet *self, DsWalletChange change, gpointer data, GError **error)
{
  g_autoptr (json_t) state = read_state (self, error);

  if (state == NULL || !change (self, state, data, error)
      || !ds_wallet_store_write_json (self->store, DS_WALLET_STATE_FILE, state, error))
    return NULL;
  return g_steal_pointer (&state);
}

gboolean
ds_wallet_change (DsWallet *self, DsWalletChange change, gpointer data, GError **error)
{
  json_t *state;

  if (!ds_wallet_store_lock (self->store, error))
    return FALSE;
  state = change_locked (self, change, data, error);
  ds_wallet_store_unlock (self->store);
  if (state != NULL)
    take_state (self, state);
  return state != NULL;
}

static const char *
get_payment_id (json_t *payment)
{
  return json_string_value (json_object_get (payment, "payment"));
}

static gssize
find_payment (json_t *state, const char *payment_id)
{
  json_t *known;
  size_t i;

  json_array_foreach (json_object_get (state, "payments"), i, known)
  {
    if (g_strcmp0 (get_payment_id (known), payment_id) == 0)
      return (gssize)i;
  }
  return -1;
}

json_t *
ds_wallet_lookup_payment (json_t *state, const char *payment_id)
{
  gssize at = find_payment (state, payment_id);

  return at < 0 ? NULL : json_array_get (json_object_get (state, "payments"), (size_t)at);
}

void
ds_wallet_merge_payment (json_t *state, json_t *payment)
{
  json_t *payments = json_object_get (state, "payments");
  gssize at = find_payment (state, get_payment_id (payment));

  if (at >= 0)
    json_array_set (payments, (size_t)at, payment);
  else
    json_array_insert (payments, 0, payment);
  while (json_array_size (payments) > MAX_PAYMENTS)
    json_array_remove (payments, MAX_PAYMENTS);
}

gint64
ds_wallet_sum_promised (json_t *state)
{
  gint64 sum_fen = 0;
  json_t *voucher;
  size_t i;

  json_array_foreach (json_object_get (state, "vouchers"), i, voucher)
  {
    if (g_strcmp0 (json_string_value (json_object_get (voucher, "state")), "promised") == 0)
      sum_fen += json_integer_value (json_object_get (voucher, "amount_fen"));
  }
  return sum_fen;
}

/* Opening */

static gboolean
read_particulars (DsWallet *self, GError **error)
{
  const char *bank, *serial, *number, *name, *operator_id, *certificate_text, *secret_text;
  g_autoptr (GBytes) certificate = NULL;
  json_t *operators;

  if (!ds_json_unpack (self->particulars, error, "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "bank", &bank,
                       "wallet", &serial, "number", &number, "name", &name, "operator", &operator_id,
                       "certificate", &certificate_text, "secret", &secret_text, "operators", &operators))
    return FALSE;

  certificate = ds_base64url_decode (certificate_text, -1, error);
  self->certificate = certificate ? ds_wallet_certificate_parse (certificate, error) : NULL;
  self->secret = self->certificate ? ds_hex_decode (secret_text, error) : NULL;
  if (self->secret == NULL)
    return FALSE;
  if (g_bytes_get_size (self->secret) != DS_SANDBOX_SECRET_SIZE || !json_is_array (operators))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The wallet's file %s is damaged", DS_WALLET_FILE);
      return FALSE;
    }
  return TRUE;
}

static gboolean
open_client (DsWallet *self, GError **error)
{
  g_autofree char *ca_path = ds_wallet_store_get_path (self->store, DS_WALLET_CA_FILE);

  self->client
      = ds_bank_client_new (json_string_value (json_object_get (self->particulars, "bank")), ca_path, error);
  return self->client != NULL;
}

DsWallet *
ds_wallet_open (const char *directory, DsClock *clock, DsRandom *random, GError **error)
{
  g_autoptr (DsWallet) self = NULL;
  g_autofree char *path = NULL;
  g_autofree char *pem = NULL;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (DS_IS_RANDOM (random), NULL);

  /* It is the last file that is written: without it there is no wallet, and looking leaves no trace. */
  path = g_build_filename (directory, DS_WALLET_FILE, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                   _ ("There is no wallet in “%s”: make one with «doorstep-wallet create»"), directory);
      return NULL;
    }

  self = g_object_new (DS_TYPE_WALLET, NULL);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->store = ds_wallet_store_open (directory, error);
  if (self->store == NULL
      || !ds_wallet_store_read_json (self->store, DS_WALLET_FILE, &self->particulars, error)
      || !ds_wallet_store_read (self->store, DS_WALLET_KEY_FILE, &pem, error))
    return NULL;
  if (self->particulars == NULL || pem == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, _ ("The wallet in “%s” is not whole"), directory);
      return NULL;
    }

  self->key = ds_key_new_from_pem (pem, error);
  self->state = self->key ? read_state (self, error) : NULL;
  if (self->state == NULL || !read_particulars (self, error) || !open_client (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
ds_wallet_reload (DsWallet *self, GError **error)
{
  json_t *state;

  g_return_val_if_fail (DS_IS_WALLET (self), FALSE);

  state = read_state (self, error);
  if (state == NULL)
    return FALSE;
  if (json_equal (state, self->state))
    json_decref (state);
  else
    take_state (self, state);
  return TRUE;
}

/* What it knows */

static const char *
get_particular (DsWallet *self, const char *name)
{
  return json_string_value (json_object_get (self->particulars, name));
}

DsClock *
ds_wallet_get_clock (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return self->clock;
}

const char *
ds_wallet_get_serial (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return get_particular (self, "wallet");
}

const char *
ds_wallet_get_number (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return get_particular (self, "number");
}

const char *
ds_wallet_get_name (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return get_particular (self, "name");
}

const char *
ds_wallet_get_operator_id (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return get_particular (self, "operator");
}

const char *
ds_wallet_get_operator_name (DsWallet *self)
{
  const char *operator_id;
  json_t *known;
  size_t i;

  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  operator_id = ds_wallet_get_operator_id (self);
  json_array_foreach (json_object_get (self->particulars, "operators"), i, known)
  {
    if (g_strcmp0 (json_string_value (json_object_get (known, "id")), operator_id) == 0)
      return json_string_value (json_object_get (known, "name"));
  }
  return operator_id;
}

guint
ds_wallet_get_tier (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), 0);

  return self->certificate->tier;
}

static gint64
get_number (DsWallet *self, const char *name)
{
  return json_integer_value (json_object_get (self->state, name));
}

gint64
ds_wallet_get_balance_fen (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), 0);

  return get_number (self, "balance_fen");
}

gint64
ds_wallet_get_red_packet_fen (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), 0);

  return get_number (self, "red_packet_fen");
}

gint64
ds_wallet_get_promised_fen (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), 0);

  return ds_wallet_sum_promised (self->state);
}

json_t *
ds_wallet_get_payments (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return json_deep_copy (json_object_get (self->state, "payments"));
}

json_t *
ds_wallet_find_payment (DsWallet *self, const char *payment_id)
{
  g_return_val_if_fail (DS_IS_WALLET (self), NULL);

  return json_incref (ds_wallet_lookup_payment (self->state, payment_id));
}

gboolean
ds_wallet_get_offline (DsWallet *self)
{
  g_return_val_if_fail (DS_IS_WALLET (self), FALSE);

  return json_is_true (json_object_get (self->state, "offline"));
}

static gboolean
change_offline (DsWallet *self, json_t *state, gpointer data, GError **error)
{
  json_object_set_new (state, "offline", json_boolean (GPOINTER_TO_INT (data)));
  return TRUE;
}

gboolean
ds_wallet_set_offline (DsWallet *self, gboolean offline, GError **error)
{
  g_return_val_if_fail (DS_IS_WALLET (self), FALSE);

  return ds_wallet_change (self, change_offline, GINT_TO_POINTER (offline), error);
}
