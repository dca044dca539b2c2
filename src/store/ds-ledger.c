/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-ledger.h"

#include "ds-clock.h"
#include "ds-depot-key.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-random.h"

#include <string.h>

/* What the journal says and what the depot says stand in tables of their own: `outcomes`, `payments`, `own_order`,
 * `own_notes` and `loads` are the journal's, `stops`, `parcels` and `statements` are the depot's. So a stop that is sent again cannot take back
 * what was done at its door, in whatever order the two logs arrive.
 *
 * A payment takes news from both logs; the kept feed items say after which entry each of them came, so that they
 * can be replayed in the order in which they were applied. For other subjects the latest item is all there is to
 * know, and `slot` is 0.
 *
 * A step that was released never changes: what comes later is a step of its own (tests/golden holds what is out
 * there). */
const char *const ds_ledger_schema[] = {
  "CREATE TABLE identity (only INTEGER PRIMARY KEY CHECK (only = 1), device TEXT NOT NULL, address TEXT NOT "
  "NULL,"
  "  ca TEXT NOT NULL, depot_key TEXT NOT NULL, depot_name TEXT NOT NULL, courier TEXT NOT NULL,"
  "  courier_name TEXT NOT NULL) STRICT;"
  "CREATE TABLE state (only INTEGER PRIMARY KEY CHECK (only = 1), cursor INTEGER NOT NULL,"
  "  acknowledgement TEXT, trusted_ms INTEGER NOT NULL, trusted_boot TEXT, trusted_mono_ms INTEGER NOT NULL,"
  "  forked TEXT) STRICT;"
  "INSERT INTO state (only, cursor, trusted_ms, trusted_mono_ms) VALUES (1, 0, 0, 0);"

  "CREATE TABLE journal (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;"
  "CREATE TABLE feed_items (type TEXT NOT NULL, subject TEXT NOT NULL, slot INTEGER NOT NULL,"
  "  cursor INTEGER NOT NULL, after_seq INTEGER NOT NULL, line TEXT NOT NULL,"
  "  PRIMARY KEY (type, subject, slot)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE quarantine (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, reason TEXT NOT NULL,"
  "  at_ms INTEGER NOT NULL) STRICT;"
  "CREATE TABLE conflicts (type TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, line TEXT NOT NULL,"
  "  at_ms INTEGER NOT NULL, PRIMARY KEY (type, subject)) STRICT, WITHOUT ROWID;"

  "CREATE TABLE stops (id TEXT PRIMARY KEY, version INTEGER NOT NULL, position INTEGER NOT NULL,"
  "  recipient TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL, place TEXT NOT NULL, note TEXT,"
  "  lat_e6 INTEGER NOT NULL, lng_e6 INTEGER NOT NULL, window_from_ms INTEGER NOT NULL,"
  "  window_to_ms INTEGER NOT NULL, prefetched_payment TEXT, prefetched_code TEXT, prefetched_operator TEXT,"
  "  prefetched_amount_fen INTEGER NOT NULL, prefetched_expires_at_ms INTEGER NOT NULL, spoken_secret TEXT,"
  "  removed_reason TEXT) STRICT, WITHOUT ROWID;"
  "CREATE TABLE parcels (stop TEXT NOT NULL, place INTEGER NOT NULL, waybill TEXT NOT NULL,"
  "  due_fen INTEGER NOT NULL, prepaid INTEGER NOT NULL, PRIMARY KEY (stop, place)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX parcels_by_waybill ON parcels (waybill);"
  "CREATE TABLE statements (shift TEXT PRIMARY KEY, version INTEGER NOT NULL, jws TEXT NOT NULL)"
  "  STRICT, WITHOUT ROWID;"

  "CREATE TABLE shifts (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, courier TEXT NOT NULL,"
  "  accounting_date TEXT NOT NULL, float_fen INTEGER NOT NULL, opened_at_ms INTEGER NOT NULL,"
  "  closed_at_ms INTEGER NOT NULL DEFAULT 0, counted_fen INTEGER NOT NULL DEFAULT -1) STRICT;"
  "CREATE TABLE outcomes (stop TEXT NOT NULL, waybill TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT,"
  "  at_ms INTEGER NOT NULL, PRIMARY KEY (stop, waybill)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE payments (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, shift TEXT, stop TEXT NOT NULL,"
  "  parcels TEXT NOT NULL, amount_fen INTEGER NOT NULL, tender TEXT NOT NULL, state TEXT NOT NULL,"
  "  source TEXT NOT NULL, code TEXT, code_expires_at_ms INTEGER NOT NULL DEFAULT 0, operator TEXT,"
  "  operator_ref TEXT, wallet_serial TEXT, voucher_counter INTEGER, reason TEXT,"
  "  red_packet_fen INTEGER NOT NULL DEFAULT 0, refunded_fen INTEGER NOT NULL DEFAULT 0,"
  "  tendered_fen INTEGER NOT NULL DEFAULT 0, change_fen INTEGER NOT NULL DEFAULT 0,"
  "  created_at_ms INTEGER NOT NULL, changed_at_ms INTEGER NOT NULL, superseded INTEGER NOT NULL DEFAULT 0,"
  "  UNIQUE (wallet_serial, voucher_counter)) STRICT;"
  "CREATE INDEX payments_by_stop ON payments (stop);"
  "CREATE INDEX payments_by_shift ON payments (shift);",

  /* What became of an entry that the depot refused. Rows are never deleted. */
  "ALTER TABLE quarantine ADD COLUMN state TEXT NOT NULL DEFAULT 'open';"
  "ALTER TABLE quarantine ADD COLUMN changed_at_ms INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE quarantine ADD COLUMN by_seq INTEGER NOT NULL DEFAULT 0;" /* the entry that answers it */
  "ALTER TABLE quarantine ADD COLUMN answer TEXT;",
  /* Spoken proofs. */
  "ALTER TABLE payments ADD COLUMN spoken INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE payments ADD COLUMN n_misspoken INTEGER NOT NULL DEFAULT 0;",

  /* What changed on the route, until the courier has seen it and after; what the depot decided about money. */
  "CREATE TABLE changes (n INTEGER PRIMARY KEY, stop TEXT NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT "
  "NULL,"
  "  before_fen INTEGER NOT NULL, after_fen INTEGER NOT NULL, detail TEXT, read INTEGER NOT NULL DEFAULT 0,"
  "  UNIQUE (stop, kind)) STRICT;"
  "ALTER TABLE payments ADD COLUMN red_packet_refunded_fen INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE payments ADD COLUMN kept_fen INTEGER NOT NULL DEFAULT 0;",

  /* Cash that the courier handed back, by the shift whose drawer it came out of; what the depot is giving back. */
  "CREATE TABLE cash_back (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payment TEXT NOT NULL,"
  "  shift TEXT NOT NULL, amount_fen INTEGER NOT NULL) STRICT;"
  "CREATE INDEX cash_back_by_shift ON cash_back (shift);"
  "ALTER TABLE payments ADD COLUMN refunding_fen INTEGER NOT NULL DEFAULT 0;",

  /* Proofs of handing over. A row without a digest is a wrong pickup code. `blobs` says what became of the contents and
   * is no projection. */
  "CREATE TABLE proofs (n INTEGER PRIMARY KEY, stop TEXT NOT NULL, kind TEXT NOT NULL, sm3 TEXT,"
  "  size INTEGER NOT NULL, payment TEXT, checked INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT;"
  "CREATE INDEX proofs_by_stop ON proofs (stop);"
  "CREATE INDEX proofs_by_sm3 ON proofs (sm3);"
  "CREATE TABLE blobs (sm3 TEXT PRIMARY KEY, shift TEXT NOT NULL, size INTEGER NOT NULL, state TEXT NOT NULL)"
  "  STRICT, WITHOUT ROWID;"
  "ALTER TABLE stops ADD COLUMN pickup_check TEXT;",

  /* The courier's own order, and what was scanned while loading: the journal's, so that a stop sent again leaves both
   * as they are. */
  "CREATE TABLE own_order (stop TEXT PRIMARY KEY, rank INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TABLE loads (waybill TEXT PRIMARY KEY, shift TEXT NOT NULL, at_ms INTEGER NOT NULL)"
  "  STRICT, WITHOUT ROWID;"
  "ALTER TABLE shifts ADD COLUMN load_checked_at_ms INTEGER NOT NULL DEFAULT 0;",

  /* The courier's note for a door: the journal's as well. */
  "CREATE TABLE own_notes (stop TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;",

  /* Permissions to take a payment over the company's limits. A row without limits is wrong digits. */
  "CREATE TABLE overrides (n INTEGER PRIMARY KEY, stop TEXT NOT NULL, number INTEGER NOT NULL, shift TEXT "
  "NOT NULL,"
  "  limits TEXT, amount_fen INTEGER NOT NULL, payment TEXT, at_ms INTEGER NOT NULL) STRICT;"
  "CREATE UNIQUE INDEX overrides_once ON overrides (stop, number) WHERE limits IS NOT NULL;"
  "CREATE INDEX overrides_by_stop ON overrides (stop);",
  NULL,
};

void
ds_payment_row_clear (DsPaymentRow *row)
{
  g_clear_pointer (&row->stop_id, g_free);
  g_clear_pointer (&row->shift_id, g_free);
}

static void
arrived_code_free (gpointer data)
{
  DsArrivedCode *self = data;

  g_free (self->payment_id);
  g_free (self->code);
  g_free (self);
}

DsNews *
ds_news_new (void)
{
  DsNews *self = g_new0 (DsNews, 1);

  self->codes = g_ptr_array_new_with_free_func (arrived_code_free);
  self->notices = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ds_news_free (DsNews *self)
{
  g_clear_pointer (&self->identity, ds_identity_free);
  g_clear_pointer (&self->key, ds_key_unref);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->trust_list, ds_trust_list_unref);
  g_clear_object (&self->shift);
  g_free (self->health_text);
  g_free (self->trusted.boot);
  g_clear_pointer (&self->stops, g_ptr_array_unref);
  g_ptr_array_unref (self->codes);
  g_ptr_array_unref (self->notices);
  g_free (self);
}

DsLedger *
ds_ledger_new (const char *directory, DsClock *clock, DsRandom *random)
{
  DsLedger *self = g_new0 (DsLedger, 1);

  self->directory = g_strdup (directory);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->tape = ds_tape_new ();
  self->head = g_strdup (DS_ENTRY_GENESIS);
  self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->codes = g_ptr_array_new_with_free_func (arrived_code_free);
  self->notices = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ds_ledger_free (DsLedger *self)
{
  if (self->db != NULL)
    ds_ledger_end_run (self);
  g_clear_pointer (&self->db, ds_db_close);
  ds_tape_free (self->tape);
  g_clear_pointer (&self->key, ds_key_unref);
  g_clear_pointer (&self->identity, ds_identity_free);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->trust_list, ds_trust_list_unref);
  g_clear_object (&self->shift);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_hash_table_unref (self->touched);
  g_ptr_array_unref (self->codes);
  g_ptr_array_unref (self->notices);
  g_free (self->trusted.boot);
  g_free (self->boot);
  g_free (self->head);
  g_free (self->health_text);
  g_free (self->directory);
  g_free (self);
}

void
ds_ledger_set_health (DsLedger *self, DsStoreHealth health, const char *text)
{
  ds_ledger_assert_thread (self);

  if (self->health != DS_STORE_HEALTHY)
    return;
  self->health = health;
  g_free (self->health_text);
  self->health_text = g_strdup (text);
}

void
ds_ledger_note_failure (DsLedger *self, const GError *error)
{
  ds_ledger_assert_thread (self);

  if (ds_db_is_damaged (self->db))
    {
      g_autofree char *text = g_strdup_printf ("The database is damaged: %s", error->message);

      ds_ledger_set_health (self, DS_STORE_DAMAGED, text);
    }
}

void
ds_ledger_note_time (DsLedger *self, const DsEntry *entry)
{
  g_free (self->boot);
  self->boot = g_strdup (entry->boot);
  self->wall_less_mono_ms = entry->at_ms - entry->mono_ms;
}

gboolean
ds_ledger_read_nullable (json_t *object, const char *member, const char **text, GError **error)
{
  json_t *value = json_object_get (object, member);

  *text = json_string_value (value);
  if (*text != NULL || value == NULL || json_is_null (value))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "“%s” is no text", member);
  return FALSE;
}

void
ds_ledger_touch (DsLedger *self, const char *stop_id)
{
  if (self->all_touched || g_hash_table_contains (self->touched, stop_id))
    return;
  if (g_hash_table_size (self->touched) == DS_LEDGER_MAX_TOLD_STOPS)
    {
      self->all_touched = TRUE;
      return;
    }
  g_hash_table_add (self->touched, g_strdup (stop_id));
}

void
ds_ledger_forget_touched (DsLedger *self)
{
  g_hash_table_remove_all (self->touched);
  self->all_touched = FALSE;
  g_ptr_array_set_size (self->codes, 0);
  g_ptr_array_set_size (self->notices, 0);
}

static gint
compare_positions (gconstpointer a, gconstpointer b)
{
  const DsStop *first = *(DsStop *const *)a;
  const DsStop *second = *(DsStop *const *)b;

  if (first->position != second->position)
    return first->position < second->position ? -1 : 1;
  return strcmp (first->id, second->id);
}

/* A stop that cannot be read makes the listener load everything, and meet the error there. */
static GPtrArray *
load_touched (DsLedger *self)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter touched;
  gpointer stop_id;

  if (self->all_touched)
    return g_steal_pointer (&stops);
  if (g_hash_table_size (self->touched) == 0)
    return NULL;

  g_hash_table_iter_init (&touched, self->touched);
  while (g_hash_table_iter_next (&touched, &stop_id, NULL))
    {
      DsStop *stop = ds_ledger_load_stop (self, stop_id, NULL);

      if (stop == NULL)
        {
          g_ptr_array_set_size (stops, 0);
          break;
        }
      g_ptr_array_add (stops, stop);
    }
  g_ptr_array_sort (stops, compare_positions);
  return g_steal_pointer (&stops);
}

DsNews *
ds_ledger_take_news (DsLedger *self, gboolean appended)
{
  DsNews *news = ds_news_new ();

  ds_ledger_assert_thread (self);

  news->stops = self->db ? load_touched (self) : NULL;
  news->appended = appended;
  g_ptr_array_extend_and_steal (news->codes, g_steal_pointer (&self->codes));
  g_ptr_array_extend_and_steal (news->notices, g_steal_pointer (&self->notices));
  self->codes = g_ptr_array_new_with_free_func (arrived_code_free);
  self->notices = g_ptr_array_new_with_free_func (g_free);
  ds_ledger_forget_touched (self);

  news->identity = self->identity ? ds_identity_copy (self->identity) : NULL;
  news->key = self->key ? ds_key_ref (self->key) : NULL;
  news->settings = self->settings ? g_object_ref (self->settings) : NULL;
  news->trust_list = self->trust_list ? ds_trust_list_ref (self->trust_list) : NULL;
  news->shift = self->shift ? g_object_ref (self->shift) : NULL;
  news->acknowledged_seq = self->acknowledged_seq;
  news->n_unsent = MAX (self->head_seq - self->acknowledged_seq, 0);
  news->cursor = self->cursor;
  news->health = self->health;
  news->health_text = g_strdup (self->health_text);
  news->short_of_room = self->short_of_room;
  news->n_waiting_blobs = self->n_waiting_blobs;
  news->trusted = self->trusted;
  news->trusted.boot = g_strdup (self->trusted.boot);
  return news;
}

static gboolean
load_identity (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT device, address, ca, depot_key, depot_name, courier, courier_name FROM identity",
      error);
  g_autoptr (DsIdentity) identity = NULL;
  g_autoptr (GBytes) point = NULL;
  const char *depot_key;
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (!row)
    {
      ds_db_reset (query);
      return TRUE;
    }

  identity = g_new0 (DsIdentity, 1);
  identity->device_id = g_strdup (ds_db_column_text (query, 0));
  identity->address = g_strdup (ds_db_column_text (query, 1));
  identity->ca_pem = g_strdup (ds_db_column_text (query, 2));
  identity->depot_name = g_strdup (ds_db_column_text (query, 4));
  identity->courier_id = g_strdup (ds_db_column_text (query, 5));
  identity->courier_name = g_strdup (ds_db_column_text (query, 6));
  identity->is_practice = self->is_practice;
  /* A damaged row may lack what the schema does not let it lack. */
  depot_key = ds_db_column_text (query, 3);
  point = ds_hex_decode (depot_key != NULL ? depot_key : "", error);
  ds_db_reset (query);
  if (point != NULL)
    identity->depot_key
        = ds_key_new_from_public (g_bytes_get_data (point, NULL), g_bytes_get_size (point), error);
  if (identity->depot_key == NULL)
    return FALSE;

  g_clear_pointer (&self->identity, ds_identity_free);
  self->identity = g_steal_pointer (&identity);
  return TRUE;
}

gboolean
ds_ledger_save_identity (DsLedger *self, const DsIdentity *identity, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT INTO identity (only, device, address, ca, depot_key, depot_name,"
                                  " courier, courier_name) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                  error);
  g_autofree char *depot_key = ds_key_get_public_hex (identity->depot_key);

  ds_ledger_assert_thread (self);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, identity->device_id);
  ds_db_bind_text (query, 2, identity->address);
  ds_db_bind_text (query, 3, identity->ca_pem);
  ds_db_bind_text (query, 4, depot_key);
  ds_db_bind_text (query, 5, identity->depot_name);
  ds_db_bind_text (query, 6, identity->courier_id);
  ds_db_bind_text (query, 7, identity->courier_name);
  return ds_db_run (self->db, query, error);
}

static gboolean
load_cursors (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "SELECT cursor, trusted_ms, trusted_boot, trusted_mono_ms, forked FROM state", error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      self->cursor = ds_db_column_int (query, 0);
      self->trusted.at_ms = ds_db_column_int (query, 1);
      g_free (self->trusted.boot);
      self->trusted.boot = g_strdup (ds_db_column_text (query, 2));
      self->trusted.mono_ms = ds_db_column_int (query, 3);
      if (ds_db_column_text (query, 4) != NULL)
        ds_ledger_set_health (self, DS_STORE_FORKED, ds_db_column_text (query, 4));
    }
  ds_db_reset (query);
  return TRUE;
}

/* Settings, trust list and the depot's later keys have no tables: they are read from the kept items, the keys first, since
 * one of them has signed the list. */
static gboolean
load_kept_objects (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "SELECT type, line FROM feed_items WHERE type IN ('settings', 'operators', '" DS_DEPOT_KEY_ITEM
      "') ORDER BY type <> '" DS_DEPOT_KEY_ITEM "', CAST (subject AS INTEGER)",
      error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  for (;;)
    {
      const char *line;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      line = ds_db_column_text (query, 1);
      if (!ds_ledger_take_object (self, ds_db_column_text (query, 0), line, strlen (line), error))
        {
          ds_db_reset (query);
          return FALSE;
        }
    }
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_ledger_load_state (DsLedger *self, GError **error)
{
  ds_ledger_assert_thread (self);

  return load_cursors (self, error) && load_identity (self, error) && ds_ledger_load_shift (self, error)
         && load_kept_objects (self, error) && ds_ledger_count_blobs (self, error);
}
