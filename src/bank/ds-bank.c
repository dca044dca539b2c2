/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-bank-private.h"

#include "ds-error.h"
#include "ds-sandbox-operator.h"

/* With the present one as many as a trust list holds of an operator. */
#define MAX_FORMER_KEYS 7

static const struct
{
  const char *id, *name;
} sandbox_operators[] = {
  { DS_SANDBOX_OPERATOR_A, "Sandbox Bank A" },
  { DS_SANDBOX_OPERATOR_B, "Sandbox Bank B" },
};

/* A ledger is written once: a correction is another movement. */
static const char *const schema[]
    = { "CREATE TABLE operator (id TEXT PRIMARY KEY, name TEXT NOT NULL, private_key TEXT NOT NULL) STRICT;"

        "CREATE TABLE wallet ("
        "  serial TEXT PRIMARY KEY,"
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  number INTEGER NOT NULL,"
        "  name TEXT NOT NULL,"
        "  public_key TEXT NOT NULL UNIQUE,"
        "  secret BLOB NOT NULL,"
        "  tier INTEGER NOT NULL,"
        "  certificate BLOB NOT NULL,"
        "  balance_fen INTEGER NOT NULL DEFAULT 0 CHECK (balance_fen >= 0),"
        "  red_packet_fen INTEGER NOT NULL DEFAULT 0 CHECK (red_packet_fen >= 0),"
        "  opening_balance_fen INTEGER NOT NULL,"
        "  opening_red_packet_fen INTEGER NOT NULL,"
        "  nonce INTEGER NOT NULL DEFAULT 0,"
        "  created_at_ms INTEGER NOT NULL,"
        "  UNIQUE (operator, number)) STRICT;"

        "CREATE TABLE orders ("
        "  payment TEXT NOT NULL,"
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),"
        "  payee_id TEXT NOT NULL,"
        "  payee_name TEXT NOT NULL,"
        "  device_id TEXT,"
        "  place TEXT,"
        "  code TEXT,"
        "  expires_at_ms INTEGER NOT NULL,"
        "  created_at_ms INTEGER NOT NULL,"
        "  PRIMARY KEY (payment, operator)) STRICT;"

        "CREATE TABLE payment ("
        "  payment TEXT PRIMARY KEY,"
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  kind TEXT NOT NULL CHECK (kind IN ('code', 'charge', 'voucher', 'shop')),"
        "  wallet TEXT REFERENCES wallet (serial),"
        "  proof TEXT,"
        "  state TEXT NOT NULL CHECK (state IN ('waiting', 'processing', 'paid', 'declined', 'expired')),"
        "  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),"
        "  red_packet_fen INTEGER NOT NULL DEFAULT 0,"
        "  refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND amount_fen),"
        "  refunded_red_packet_fen INTEGER NOT NULL DEFAULT 0"
        "    CHECK (refunded_red_packet_fen BETWEEN 0 AND red_packet_fen),"
        "  payee_id TEXT,"
        "  payee_name TEXT NOT NULL,"
        "  reason TEXT,"
        "  reference TEXT UNIQUE,"
        "  receipt BLOB,"
        "  created_at_ms INTEGER NOT NULL,"
        "  until_ms INTEGER NOT NULL DEFAULT 0,"
        "  paid_at_ms INTEGER NOT NULL DEFAULT 0,"
        "  expires_at_ms INTEGER NOT NULL DEFAULT 0,"
        "  CHECK ((state = 'paid') = (reference IS NOT NULL))) STRICT;"
        "CREATE INDEX payment_by_wallet ON payment (wallet, created_at_ms);"
        "CREATE INDEX payment_by_until ON payment (until_ms) WHERE state IN ('waiting', 'processing');"

        "CREATE TABLE refund ("
        "  refund TEXT PRIMARY KEY,"
        "  payment TEXT NOT NULL REFERENCES payment (payment),"
        "  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),"
        "  red_packet_fen INTEGER NOT NULL,"
        "  at_ms INTEGER NOT NULL) STRICT;"

        "CREATE TABLE voucher ("
        "  wallet TEXT NOT NULL REFERENCES wallet (serial),"
        "  counter INTEGER NOT NULL,"
        "  payment TEXT NOT NULL,"
        "  digest TEXT NOT NULL,"
        "  reason TEXT,"
        "  at_ms INTEGER NOT NULL,"
        "  PRIMARY KEY (wallet, counter)) STRICT;"
        "CREATE INDEX voucher_by_payment ON voucher (payment);"

        "CREATE TABLE payer_code ("
        "  wallet TEXT NOT NULL REFERENCES wallet (serial),"
        "  step INTEGER NOT NULL,"
        "  payment TEXT NOT NULL,"
        "  PRIMARY KEY (wallet, step)) STRICT;"

        "CREATE TABLE movement ("
        "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
        "  at_ms INTEGER NOT NULL,"
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  kind TEXT NOT NULL CHECK (kind IN ('opening', 'payment', 'voucher', 'refund', 'shop')),"
        "  payment TEXT,"
        "  refund TEXT,"
        "  reference TEXT) STRICT;"
        "CREATE TABLE posting ("
        "  movement INTEGER NOT NULL REFERENCES movement (id),"
        "  account TEXT NOT NULL,"
        "  amount_fen INTEGER NOT NULL CHECK (amount_fen != 0),"
        "  PRIMARY KEY (movement, account)) STRICT, WITHOUT ROWID;"
        "CREATE INDEX posting_by_account ON posting (account);"
        "CREATE TRIGGER movement_is_fixed BEFORE UPDATE ON movement WHEN OLD.reference IS NOT NULL"
        "  BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;"
        "CREATE TRIGGER movement_stays BEFORE DELETE ON movement"
        "  BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;"
        "CREATE TRIGGER posting_stays BEFORE DELETE ON posting"
        "  BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;"
        "CREATE TRIGGER posting_is_fixed BEFORE UPDATE ON posting"
        "  BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;",

        "ALTER TABLE orders ADD COLUMN stop_mark TEXT;" /* what a handheld's own code says of its stop */
        "ALTER TABLE payment ADD COLUMN spoken TEXT;",  /* the merchant's digits for the payer */

        "CREATE TABLE former_key ("
        "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  private_key TEXT NOT NULL) STRICT;",

        "CREATE TABLE payout ("
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  payee TEXT NOT NULL,"
        "  reference TEXT NOT NULL,"
        "  kind TEXT NOT NULL CHECK (kind IN ('payout', 'fee', 'collection')),"
        "  day TEXT NOT NULL,"
        "  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),"
        "  at_ms INTEGER NOT NULL,"
        "  PRIMARY KEY (operator, payee, reference, kind)) STRICT;"
        "CREATE INDEX payout_by_time ON payout (operator, payee, at_ms);"
        "CREATE TABLE paid_until ("
        "  operator TEXT NOT NULL REFERENCES operator (id),"
        "  payee TEXT NOT NULL,"
        "  to_ms INTEGER NOT NULL,"
        "  PRIMARY KEY (operator, payee)) STRICT, WITHOUT ROWID;",
        NULL };

enum
{
  PROP_LINE_CUT = 1,
  N_PROPERTIES
};

enum
{
  ORDER_CHANGED,
  KEY_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsBank, ds_bank, G_TYPE_OBJECT)

static void
free_operator (gpointer data)
{
  DsBankOperator *op = data;

  g_free (op->id);
  g_free (op->name);
  g_clear_pointer (&op->key, ds_key_unref);
  g_ptr_array_unref (op->former);
  g_free (op);
}

static void
ds_bank_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_assert (id == PROP_LINE_CUT);
  g_value_set_boolean (value, DS_BANK (object)->faults.line_cut);
}

static void
ds_bank_dispose (GObject *object)
{
  DsBank *self = DS_BANK (object);

  g_clear_handle_id (&self->due_source, g_source_remove);

  G_OBJECT_CLASS (ds_bank_parent_class)->dispose (object);
}

static void
ds_bank_finalize (GObject *object)
{
  DsBank *self = DS_BANK (object);

  g_clear_pointer (&self->db, ds_db_close);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_pointer (&self->operators, g_ptr_array_unref);
  g_clear_pointer (&self->trust, ds_trust_list_unref);
  g_free (self->faults.file_payment);

  G_OBJECT_CLASS (ds_bank_parent_class)->finalize (object);
}

static void
ds_bank_class_init (DsBankClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_bank_get_property;
  object_class->dispose = ds_bank_dispose;
  object_class->finalize = ds_bank_finalize;

  properties[PROP_LINE_CUT] = g_param_spec_boolean (
      "line-cut", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[ORDER_CHANGED] = g_signal_new ("order-changed", DS_TYPE_BANK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[KEY_CHANGED] = g_signal_new ("key-changed", DS_TYPE_BANK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_bank_init (DsBank *self)
{
  self->operators = g_ptr_array_new_with_free_func (free_operator);
  self->faults = (DsBankFaults){ .confirm_above_fen = -1, .notify_times = 1, .payout_times = 1 };
}

static gboolean
store_operator (DsBank *self, const DsBankOperator *op, GError **error)
{
  g_autofree char *pem = ds_key_to_pem (op->key, error);
  DsQuery *query;

  if (pem == NULL)
    return FALSE;
  query = ds_db_prepare (self->db, "INSERT INTO operator (id, name, private_key) VALUES (?, ?, ?)", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, op->id);
  ds_db_bind_text (query, 2, op->name);
  ds_db_bind_text (query, 3, pem);
  return ds_db_run (self->db, query, error);
}

/* The latest of them: a trust list holds no more. */
static gboolean
load_former (DsBank *self, DsBankOperator *op, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT private_key FROM former_key WHERE operator = ? ORDER BY id DESC LIMIT ?", error);
  gboolean row;

  g_ptr_array_set_size (op->former, 0);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, op->id);
  ds_db_bind_int (query, 2, MAX_FORMER_KEYS);
  for (;;)
    {
      DsKey *key;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      key = ds_key_new_from_pem (ds_db_column_text (query, 0), error);
      if (key == NULL)
        {
          ds_db_reset (query);
          return FALSE;
        }
      g_ptr_array_add (op->former, key);
    }
  ds_db_reset (query);
  return TRUE;
}

static gboolean
open_operator (DsBank *self, const char *id, const char *name, GError **error)
{
  DsBankOperator *op = g_new0 (DsBankOperator, 1);
  DsQuery *query;
  gboolean row;

  op->id = g_strdup (id);
  op->name = g_strdup (name);
  op->former = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_key_unref);
  g_ptr_array_add (self->operators, op);

  query = ds_db_prepare (self->db, "SELECT private_key FROM operator WHERE id = ?", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, id);
  if (!ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    op->key = ds_key_new_from_pem (ds_db_column_text (query, 0), error);
  ds_db_reset (query);
  if (row)
    return op->key != NULL && load_former (self, op, error);

  op->key = ds_key_generate (error);
  return op->key != NULL && store_operator (self, op, error);
}

static void
add_key (json_t *keys, DsKey *key)
{
  g_autofree char *public_key = ds_key_get_public_hex (key);

  json_array_append_new (keys,
                         json_pack ("{s:s, s:I, s:I, s:b}", "public_key", public_key, "not_before_ms",
                                    (json_int_t)0, "not_after_ms", (json_int_t)G_MAXINT64, "revoked", FALSE));
}

/* The evidence's reader wants the list that handhelds get. The bank signs one for itself: the key is nobody's. */
static gboolean
make_trust_list (DsBank *self, GError **error)
{
  g_autoptr (DsKey) key = ds_key_generate (error);
  g_autoptr (json_t) payload = json_pack ("{s:i, s:i, s:[]}", "version", 1, "issued_at_ms", 0, "operators");
  g_autofree char *jws = NULL;

  if (key == NULL)
    return FALSE;
  for (guint i = 0; i < self->operators->len; i++)
    {
      const DsBankOperator *op = g_ptr_array_index (self->operators, i);
      json_t *keys = json_array ();

      add_key (keys, op->key);
      for (guint k = 0; k < op->former->len; k++)
        add_key (keys, g_ptr_array_index (op->former, k));
      json_array_append_new (json_object_get (payload, "operators"),
                             json_pack ("{s:s, s:s, s:o}", "id", op->id, "name", op->name, "keys", keys));
    }

  jws = ds_trust_list_sign (payload, key, error);
  if (jws == NULL)
    return FALSE;
  g_clear_pointer (&self->trust, ds_trust_list_unref);
  self->trust = ds_trust_list_new_from_jws (jws, key, error);
  return self->trust != NULL;
}

DsBank *
ds_bank_new (const char *path, DsClock *clock, DsRandom *random, GError **error)
{
  g_autoptr (DsBank) self = g_object_new (DS_TYPE_BANK, NULL);

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (DS_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (DS_IS_RANDOM (random), NULL);

  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->db = ds_db_open (path, error);
  if (self->db == NULL || !ds_db_migrate (self->db, schema, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (sandbox_operators); i++)
    {
      if (!open_operator (self, sandbox_operators[i].id, sandbox_operators[i].name, error))
        return NULL;
    }
  if (!make_trust_list (self, error) || !ds_bank_run_due (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

const DsBankFaults *
ds_bank_get_faults (DsBank *self)
{
  g_return_val_if_fail (DS_IS_BANK (self), NULL);

  return &self->faults;
}

void
ds_bank_set_faults (DsBank *self, const DsBankFaults *faults)
{
  gboolean line_was_cut;
  char *file_payment;

  g_return_if_fail (DS_IS_BANK (self));
  g_return_if_fail (faults != NULL);

  line_was_cut = self->faults.line_cut;
  file_payment = g_strdup (faults->file_payment);
  g_free (self->faults.file_payment);
  self->faults = *faults;
  self->faults.file_payment = file_payment;
  if (self->faults.line_cut != line_was_cut)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINE_CUT]);
}

gboolean
ds_bank_get_line_cut (DsBank *self)
{
  g_return_val_if_fail (DS_IS_BANK (self), FALSE);

  return self->faults.line_cut;
}

const DsBankOperator *
ds_bank_find_operator (DsBank *self, const char *operator_id)
{
  for (guint i = 0; i < self->operators->len; i++)
    {
      const DsBankOperator *op = g_ptr_array_index (self->operators, i);

      if (g_str_equal (op->id, operator_id))
        return op;
    }
  return NULL;
}

gboolean
ds_bank_operator_verify_code (const DsBankOperator *op, const DsSandboxCode *code)
{
  gboolean is_good = ds_sandbox_code_verify (code, op->key);

  for (guint i = 0; i < op->former->len && !is_good; i++)
    is_good = ds_sandbox_code_verify (code, g_ptr_array_index (op->former, i));
  return is_good;
}

static gboolean
store_new_key (DsBank *self, const char *operator_id, const char *pem, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT INTO former_key (operator, private_key) SELECT id, private_key FROM operator WHERE id = ?",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, operator_id);
  if (!ds_db_run (self->db, query, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE operator SET private_key = ? WHERE id = ?", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, pem);
  ds_db_bind_text (query, 2, operator_id);
  return ds_db_run (self->db, query, error);
}

gboolean
ds_bank_take_new_key (DsBank *self, const char *operator_id, GError **error)
{
  DsBankOperator *op;
  g_autoptr (DsKey) key = NULL;
  g_autofree char *pem = NULL;

  g_return_val_if_fail (DS_IS_BANK (self), FALSE);
  g_return_val_if_fail (operator_id != NULL, FALSE);

  op = (DsBankOperator *)ds_bank_find_operator (self, operator_id);
  if (op == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "The sandbox has no operator “%s”", operator_id);
      return FALSE;
    }
  key = ds_key_generate (error);
  pem = key ? ds_key_to_pem (key, error) : NULL;
  if (pem == NULL || !ds_db_begin (self->db, error)
      || !ds_bank_end (self, store_new_key (self, operator_id, pem, error), error))
    return FALSE;
  ds_key_unref (op->key);
  op->key = g_steal_pointer (&key);
  if (!load_former (self, op, error) || !make_trust_list (self, error))
    return FALSE;
  g_signal_emit (self, signals[KEY_CHANGED], 0, operator_id);
  return TRUE;
}

gint64
ds_bank_now_ms (DsBank *self)
{
  return ds_clock_get_wall_ms (self->clock);
}

gboolean
ds_bank_end (DsBank *self, gboolean good, GError **error)
{
  if (good)
    return ds_db_commit (self->db, error);
  ds_db_rollback (self->db);
  return FALSE;
}

void
ds_bank_emit_order_changed (DsBank *self, const char *operator_id, const char *payment_id)
{
  g_signal_emit (self, signals[ORDER_CHANGED], 0, operator_id, payment_id);
}

GBytes *
ds_bank_column_bytes (DsQuery *query, int at)
{
  if (sqlite3_column_type (query, at) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (sqlite3_column_blob (query, at), (gsize)sqlite3_column_bytes (query, at));
}
