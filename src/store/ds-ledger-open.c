/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening, and the checks made then: chain, acknowledgement, anchor. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-ballast.h"
#include "ds-durable-file.h"
#include "ds-encoding.h"
#include "ds-error.h"

#include <string.h>

#define DATABASE_NAME "doorstep.db"
#define KEY_NAME "device-key.pem"
#define ANCHOR_NAME "anchor"
#define ANCHOR_MAGIC "doorstep-anchor-1"

/* SQLite's application id of a database for practice: "DPrc". */
#define PRACTICE_MARK 1146122851

/* The power went between the key and its first anchor. One is made before anything is journalled: else the next cut,
 * between the first entry and its anchor, would look like an anchor that somebody took away. */
#define NO_ANCHOR (-1)

/* Besides the last one, so many signatures are verified at a start: with the chain, any of them vouches for what
 * is before it, so these catch a journal that was made anew from some point by somebody without the key. */
#define VERIFIED_SIGNATURES 16

static char *
get_path (DsLedger *self, const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

static void
take_key (DsLedger *self, DsKey *key, const char *pem)
{
  static const char purpose[] = "Doorstep anchor";
  static const char blob_purpose[] = "Doorstep proofs at rest";

  g_clear_pointer (&self->key, ds_key_unref);
  self->key = ds_key_ref (key);
  ds_hmac_sm3 ((const guint8 *)pem, strlen (pem), purpose, strlen (purpose), self->anchor_key);
  ds_hmac_sm3 ((const guint8 *)pem, strlen (pem), blob_purpose, strlen (blob_purpose), self->blob_key);
}

/* A missing key is no error: there is none before enrolment. */
static gboolean
load_key (DsLedger *self, GError **error)
{
  g_autofree char *path = get_path (self, KEY_NAME);
  g_autofree char *pem = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autoptr (GError) problem = NULL;

  if (!g_file_get_contents (path, &pem, NULL, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The device's key cannot be read: %s",
                   problem->message);
      return FALSE;
    }
  key = ds_key_new_from_pem (pem, error);
  if (key == NULL)
    return FALSE;
  take_key (self, key, pem);
  return TRUE;
}

DsKey *
ds_ledger_prepare_key (DsLedger *self, GError **error)
{
  g_autofree char *path = get_path (self, KEY_NAME);
  g_autofree char *pem = NULL;
  g_autoptr (DsKey) key = NULL;

  ds_ledger_assert_thread (self);

  if (self->key != NULL)
    return ds_key_ref (self->key);
  if (self->health != DS_STORE_HEALTHY)
    {
      /* A new key beside an old journal would hide what happened to the old one. */
      g_set_error_literal (error, DS_ERROR, DS_ERROR_FROZEN, self->health_text);
      return NULL;
    }

  key = ds_key_generate (error);
  if (key == NULL || (pem = ds_key_to_pem (key, error)) == NULL
      || !ds_durable_file_write (path, pem, strlen (pem), error))
    return NULL;
  take_key (self, key, pem);
  if (!ds_ledger_write_anchor (self, error))
    return NULL;
  return g_steal_pointer (&key);
}

static char *
make_anchor_mac (DsLedger *self, gint64 seq, const char *head)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %s", seq, head);
  guint8 mac[DS_SM3_SIZE];

  ds_hmac_sm3 (self->anchor_key, sizeof self->anchor_key, text, strlen (text), mac);
  return ds_hex_encode (mac, sizeof mac);
}

/* A hash chain sees neither a lost tail nor an old copy put back; a file apart from the database does. It may be
 * behind the journal, never ahead of it: an entry is committed first. */
gboolean
ds_ledger_write_anchor (DsLedger *self, GError **error)
{
  g_autofree char *path = get_path (self, ANCHOR_NAME);
  g_autofree char *mac = NULL;
  g_autofree char *text = NULL;

  ds_ledger_assert_thread (self);
  g_assert (self->key != NULL);

  mac = make_anchor_mac (self, self->head_seq, self->head);
  text = g_strdup_printf (ANCHOR_MAGIC " %" G_GINT64_FORMAT " %s %s\n", self->head_seq, self->head, mac);
  if (!ds_durable_file_write (path, text, strlen (text), error))
    return FALSE;
  self->anchored_seq = self->head_seq;
  return TRUE;
}

/* Returns: whether there is an anchor and it is ours; what it says. */
static gboolean
read_anchor (DsLedger *self, gint64 *seq, char **head)
{
  g_autofree char *path = get_path (self, ANCHOR_NAME);
  g_autofree char *text = NULL;
  g_autofree char *mac = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  g_strchomp (text);
  parts = g_strsplit (text, " ", 5);
  if (g_strv_length (parts) != 4 || strcmp (parts[0], ANCHOR_MAGIC) != 0
      || !g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64, seq, NULL))
    return FALSE;

  mac = make_anchor_mac (self, *seq, parts[2]);
  if (strcmp (mac, parts[3]) != 0)
    return FALSE;
  *head = g_strdup (parts[2]);
  return TRUE;
}

static gboolean
check_anchor (DsLedger *self, GError **error)
{
  g_autofree char *head = NULL;
  g_autofree char *line = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) problem = NULL;
  gint64 seq;

  if (self->key == NULL)
    {
      if (self->head_seq > 0)
        ds_ledger_set_health (self, DS_STORE_DAMAGED,
                              "The device's key is missing. The journal can be read and sent, not continued");
      return TRUE;
    }
  if (!read_anchor (self, &seq, &head))
    {
      if (self->head_seq > 0)
        ds_ledger_set_health (self, DS_STORE_DAMAGED, "The journal's anchor is missing or was changed");
      else
        self->anchored_seq = NO_ANCHOR;
      return TRUE;
    }

  self->anchored_seq = seq;
  if (seq > self->head_seq)
    {
      g_autofree char *text
          = g_strdup_printf ("The journal ends at entry %" G_GINT64_FORMAT ", but %" G_GINT64_FORMAT
                             " were written: this is an old copy, or its end was lost",
                             self->head_seq, seq);

      ds_ledger_set_health (self, DS_STORE_BEHIND, text);
      return TRUE;
    }
  if (seq == 0)
    return TRUE;
  line = ds_ledger_load_line (self, seq, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  hash = line ? ds_sm3_hex (line, strlen (line)) : NULL;
  if (g_strcmp0 (hash, head) != 0)
    ds_ledger_set_health (self, DS_STORE_DAMAGED,
                          "The journal is not the one that was written on this device");
  return TRUE;
}

/* What the walk along the chain carries from entry to entry. */
typedef struct
{
  gint64 n;            /* entries in all */
  gint64 verify_every; /* which signatures are looked at */
  gint64 expected_seq;
  char *prev;
} ChainWalk;

static gboolean
check_entry (DsLedger *self, ChainWalk *walk, gint64 seq, const char *line, GError **error)
{
  g_autoptr (DsEntry) entry = NULL;

  if (seq != walk->expected_seq)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "it is missing");
      return FALSE;
    }
  entry = ds_entry_parse (line, -1, error);
  if (entry == NULL)
    return FALSE;
  if (entry->seq != seq || strcmp (entry->prev, walk->prev) != 0
      || (self->identity != NULL && strcmp (entry->device_id, self->identity->device_id) != 0))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "it does not follow the one before it");
      return FALSE;
    }
  if (self->key != NULL && (seq == walk->n || seq % walk->verify_every == 0)
      && !ds_entry_verify (entry, self->key))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "its signature is wrong");
      return FALSE;
    }

  g_free (walk->prev);
  walk->prev = g_strdup (entry->hash);
  walk->expected_seq++;
  if (seq == walk->n)
    ds_ledger_note_time (self, entry);
  return TRUE;
}

static void
report_break (DsLedger *self, const ChainWalk *walk, const GError *problem)
{
  g_autofree char *text = g_strdup_printf ("Journal entry %" G_GINT64_FORMAT " is damaged: %s",
                                           walk->expected_seq, problem->message);

  ds_ledger_set_health (self, DS_STORE_DAMAGED, text);
}

/* Walks the whole journal. Damage is told by the health; the walk then ends, and what is after it counts as not
 * intact. */
static void
walk_chain (DsLedger *self, ChainWalk *walk)
{
  g_autoptr (GError) problem = NULL;
  DsQuery *query = ds_db_prepare (self->db, "SELECT seq, line FROM journal ORDER BY seq", &problem);
  gboolean row = FALSE;

  while (query != NULL && ds_db_step (self->db, query, &row, &problem) && row)
    {
      if (!check_entry (self, walk, ds_db_column_int (query, 0), ds_db_column_text (query, 1), &problem))
        break;
    }
  if (query != NULL)
    ds_db_reset (query);
  if (problem != NULL)
    report_break (self, walk, problem);
}

static gboolean
get_last_seq (DsLedger *self, gint64 *seq, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT coalesce(max(seq), 0) FROM journal", error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  *seq = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return TRUE;
}

static gboolean
check_chain (DsLedger *self, GError **error)
{
  ChainWalk walk = { .expected_seq = 1, .prev = g_strdup (DS_ENTRY_GENESIS) };

  if (!get_last_seq (self, &walk.n, error))
    {
      g_free (walk.prev);
      return FALSE;
    }
  walk.verify_every = walk.n / VERIFIED_SIGNATURES + 1;
  walk_chain (self, &walk);

  self->head_seq = walk.n;
  self->intact_seq = walk.expected_seq - 1;
  g_free (self->head);
  self->head = g_steal_pointer (&walk.prev);
  return TRUE;
}

/* Reads every page, whose checksum tells whether it is as it was written: what no check looks at, and a screen only
 * later, is found now. */
static gboolean
check_pages (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "PRAGMA quick_check (1)", error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row && g_strcmp0 (ds_db_column_text (query, 0), "ok") != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE, ds_db_column_text (query, 0));
      row = FALSE;
    }
  ds_db_reset (query);
  return row;
}

/* Each finding is told by the health, and the next check is made all the same: as much as can be read is read. */
static void
check (DsLedger *self)
{
  gboolean (*const checks[]) (DsLedger *, GError **)
      = { ds_ledger_load_state, check_chain, ds_ledger_check_acknowledgement, check_anchor, check_pages };

  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!checks[i](self, &error))
        {
          g_autofree char *text = g_strdup_printf ("The database is damaged: %s", error->message);

          ds_ledger_set_health (self, DS_STORE_DAMAGED, text);
        }
    }
}

gboolean
ds_ledger_check_practice (DsLedger *self, gboolean is_practice, GError **error)
{
  if (!is_practice == !self->is_practice)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                       is_practice ? "This is for practice: it has no place among real money"
                                   : "This is for real money: it has no place in practice");
  return FALSE;
}

static gboolean
load_number (DsLedger *self, const char *pragma, gint64 *number, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, pragma, error);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  *number = row ? ds_db_column_int (query, 0) : 0;
  ds_db_reset (query);
  return TRUE;
}

/* In the header of the database itself: no copying and no renaming parts the mark from what it marks. */
static gboolean
check_purpose (DsLedger *self, GError **error)
{
  gint64 mark, version;

  if (!load_number (self, "PRAGMA application_id", &mark, error)
      || !load_number (self, "PRAGMA user_version", &version, error))
    return FALSE;
  if (self->is_practice && mark == 0 && version == 0)
    return ds_db_exec (self->db, "PRAGMA application_id = " G_STRINGIFY (PRACTICE_MARK), error);
  if ((mark == PRACTICE_MARK) == self->is_practice)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                       self->is_practice ? "This directory holds real work. Practise in another one"
                                         : "This directory is for practice. Work in another one");
  return FALSE;
}

static gboolean
open_database (DsLedger *self, GError **error)
{
  g_autofree char *path = get_path (self, DATABASE_NAME);
  g_autoptr (GError) problem = NULL;

  self->db = ds_db_open (path, error);
  if (self->db == NULL)
    return FALSE;
  /* What cannot be read at all is reported as damaged below, and is nothing to be continued. */
  if (!check_purpose (self, &problem) && !ds_db_is_damaged (self->db))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      g_clear_pointer (&self->db, ds_db_close);
      return FALSE;
    }
  g_clear_error (&problem);
  if (ds_db_migrate (self->db, ds_ledger_schema, &problem))
    return TRUE;

  if (g_error_matches (problem, DS_ERROR, DS_ERROR_READ_ONLY))
    ds_ledger_set_health (self, DS_STORE_READ_ONLY, problem->message);
  else if (ds_db_is_damaged (self->db))
    ds_ledger_note_failure (self, problem);
  else
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      g_clear_pointer (&self->db, ds_db_close);
      return FALSE;
    }
  return TRUE;
}

gboolean
ds_ledger_open (DsLedger *self, GError **error)
{
  g_autoptr (GError) problem = NULL;

  self->thread = g_thread_self ();
  if (!ds_durable_directory_make (self->directory, error) || !ds_ledger_finish_wipe (self->directory, error)
      || !open_database (self, error))
    return FALSE;
  ds_ledger_begin_run (self);
  if (!load_key (self, &problem))
    ds_ledger_set_health (self, DS_STORE_DAMAGED, problem->message);
  check (self);
  if (self->health != DS_STORE_HEALTHY && self->health != DS_STORE_READ_ONLY)
    return ds_ledger_keep_evidence_open (self, error);

  if (self->unclean && self->health == DS_STORE_HEALTHY)
    ds_db_begin_log (self->db);
  self->short_of_room = self->health != DS_STORE_READ_ONLY && !ds_ballast_take (self->directory);

  /* The anchor may be behind: the power went between a commit and it. It may stay there, if it cannot be written now: what
   * it names is in the journal. */
  if (self->health == DS_STORE_HEALTHY && self->key != NULL && self->anchored_seq < self->head_seq)
    ds_ledger_write_anchor (self, NULL);
  /* What cannot be tidied now is tidied at the next start. */
  if (self->health == DS_STORE_HEALTHY)
    ds_ledger_sweep_blobs (self, NULL);
  return TRUE;
}

gboolean
ds_ledger_make_room (DsLedger *self)
{
  ds_ledger_assert_thread (self);

  if (self->db == NULL || !ds_db_was_full (self->db) || !ds_ballast_let_go (self->directory))
    return FALSE;
  self->short_of_room = TRUE;
  return TRUE;
}

gboolean
ds_ledger_reopen (DsLedger *self, GError **error)
{
  ds_ledger_assert_thread (self);

  g_clear_pointer (&self->db, ds_db_close);
  return open_database (self, error) && ds_db_renew_log (self->db, error);
}

/* That the evidence cannot be kept, on a full disk, is no reason not to show and settle what there is. */
gboolean
ds_ledger_keep_evidence_open (DsLedger *self, GError **error)
{
  ds_ledger_assert_thread (self);

  g_clear_pointer (&self->db, ds_db_close);
  ds_ledger_keep_evidence (self, NULL);
  return open_database (self, error);
}
