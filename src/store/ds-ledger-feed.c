/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each feed item does to the tables the screens read. It never lowers what the journal established: the
 * journal's tables are not the depot's to write, and a payment changes only along the state table. */
#include "config.h"

#include "ds-ledger-feed.h"

#include "ds-clock.h"
#include "ds-depot-key.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"

#include <string.h>

#define STATEMENT_MAX_BYTES DS_JWS_MAX_BYTES

static void
ds_feed_item_clear (DsFeedItem *self)
{
  g_clear_pointer (&self->object, json_decref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DsFeedItem, ds_feed_item_clear)

typedef gboolean (*Reader) (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error);

static gboolean
read_item (DsLedger *self, DsFeedItem *item, const char *line, gsize n, GError **error)
{
  DsTape *tape = self->tape;

  item->line = line;
  item->n = n;
  item->tape = tape;
  if (n > DS_FEED_ITEM_MAX_BYTES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_OVERFLOW, "The item is too long");
      return FALSE;
    }
  if (!ds_tape_read (tape, line, n, error) || !ds_tape_get_int (tape, 0, "cursor", &item->cursor, error)
      || !ds_tape_get_text (tape, 0, "type", &item->type, error)
      || !ds_tape_get_int (tape, 0, "at_ms", &item->at_ms, error))
    {
      item->cursor = 0;
      return FALSE;
    }
  item->contents = ds_tape_find (tape, 0, "data");
  if (item->cursor < 1 || !ds_tape_is_object (tape, item->contents))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The cursor is below 1, or there is no data");
      return FALSE;
    }
  return TRUE;
}

/* For types that come one by one: jansson's objects are what the readers outside the store take. */
static gboolean
parse_data (DsFeedItem *item, GError **error)
{
  item->object = ds_json_parse_object (item->line, item->n, DS_FEED_ITEM_MAX_BYTES, error);
  item->data = json_object_get (item->object, "data");
  return item->object != NULL;
}

gboolean
ds_feed_item_check_amount (gint64 amount_fen, GError **error)
{
  if (amount_fen >= 0 && amount_fen <= DS_MONEY_MAX_FEN)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%" G_GINT64_FORMAT " fen is no amount", amount_fen);
  return FALSE;
}

/* Settings and operators */

static gboolean
take_settings (DsLedger *self, DsFeedItem *item, GError **error)
{
  g_autoptr (DsSettings) settings = ds_settings_new_from_json (item->data, error);

  if (settings == NULL || !ds_ledger_check_practice (self, settings->is_practice, error))
    return FALSE;
  g_set_object (&self->settings, settings);
  return TRUE;
}

/* An older list would bring back a key that was revoked. */
static gboolean
take_operators (DsLedger *self, DsFeedItem *item, GError **error)
{
  g_autoptr (DsTrustList) list = NULL;
  const char *jws;

  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  if (!ds_json_unpack (item->data, error, "{s:s}", "jws", &jws)
      || (list = ds_trust_list_new_from_jws (jws, ds_identity_find_key (self->identity, jws), error)) == NULL
      || !ds_identity_check_new (self->identity, jws, ds_trust_list_get_issued_at_ms (list), error)
      || !ds_ledger_check_practice (self, ds_trust_list_get_practice (list), error))
    return FALSE;
  if (self->trust_list != NULL
      && ds_trust_list_get_version (list) < ds_trust_list_get_version (self->trust_list))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                           "The list of operators is older than the one held");
      return FALSE;
    }
  g_clear_pointer (&self->trust_list, ds_trust_list_unref);
  self->trust_list = g_steal_pointer (&list);
  return TRUE;
}

/* The depot has another key. */
static gboolean
take_depot_key (DsLedger *self, DsFeedItem *item, GError **error)
{
  const char *jws;
  gboolean is_new;

  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  return ds_json_unpack (item->data, error, "{s:s}", "jws", &jws)
         && ds_identity_learn_key (self->identity, jws, &is_new, error);
}

gboolean
ds_ledger_take_object (DsLedger *self, const char *type, const char *line, gsize n, GError **error)
{
  g_auto (DsFeedItem) item = { 0 };

  ds_ledger_assert_thread (self);

  if (!read_item (self, &item, line, n, error) || !parse_data (&item, error))
    return FALSE;
  if (strcmp (type, DS_DEPOT_KEY_ITEM) == 0)
    return take_depot_key (self, &item, error);
  return strcmp (type, "settings") == 0 ? take_settings (self, &item, error)
                                        : take_operators (self, &item, error);
}

static gboolean
apply_settings (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  item->subject = "settings";
  return replaying || take_settings (self, item, error);
}

static gboolean
apply_operators (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  item->subject = "operators";
  return replaying || take_operators (self, item, error);
}

static gboolean
apply_depot_key (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  json_int_t number;

  if (!ds_json_unpack (item->data, error, "{s:I}", "number", &number))
    return FALSE;
  g_snprintf (item->subject_buffer, sizeof item->subject_buffer, "%" JSON_INTEGER_FORMAT, number);
  item->subject = item->subject_buffer;
  return replaying || take_depot_key (self, item, error);
}

/* Statements and notices */

static gboolean
read_statement (DsLedger *self, const char *jws, const char *shift, gint64 *version, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) object = NULL;
  const char *named;
  json_int_t number, at_ms = G_MAXINT64;
  gconstpointer bytes;
  gsize n;

  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  if (!ds_jws_verify (ds_identity_find_key (self->identity, jws), jws, -1, NULL, &payload, error))
    return FALSE;
  bytes = g_bytes_get_data (payload, &n);
  object = ds_json_parse_object (bytes, n, STATEMENT_MAX_BYTES, error);
  if (object == NULL
      || !ds_json_unpack (object, error, "{s:s, s:I, s?I}", "shift", &named, "version", &number, "at_ms",
                          &at_ms)
      || !ds_identity_check_new (self->identity, jws, at_ms, error))
    return FALSE;
  if (strcmp (named, shift) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The statement is for another shift");
      return FALSE;
    }
  *version = number;
  return TRUE;
}

static gboolean
apply_statement (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *jws;
  gint64 version;

  if (!ds_json_unpack (item->data, error, "{s:s, s:s}", "shift", &item->subject, "jws", &jws)
      || !read_statement (self, jws, item->subject, &version, error))
    return FALSE;
  query
      = ds_db_prepare (self->db,
                       "INSERT INTO statements (shift, version, jws) VALUES (?1, ?2, ?3) ON CONFLICT (shift)"
                       " DO UPDATE SET version = excluded.version, jws = excluded.jws"
                       " WHERE excluded.version >= version",
                       error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, item->subject);
  ds_db_bind_int (query, 2, version);
  ds_db_bind_text (query, 3, jws);
  return ds_db_run (self->db, query, error);
}

static gboolean
apply_notice (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  const char *text;

  if (!ds_json_unpack (item->data, error, "{s:s, s:s}", "id", &item->subject, "text", &text))
    return FALSE;
  if (!replaying)
    g_ptr_array_add (self->notices, g_strdup (text));
  return TRUE;
}

static gboolean
apply_entry (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  return ds_ledger_take_settled_entry (self, item->data, &item->subject, error);
}

static gboolean
apply_fork (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  return ds_ledger_take_fork (self, item->data, &item->subject, error);
}

static const struct
{
  const char *type;
  Reader apply;
  gboolean by_tape;   /* read without JSON objects */
  gboolean keeps_all; /* its items are replayed between journal entries */
} readers[] = {
  { "stop", ds_ledger_apply_stop, TRUE, FALSE },
  { "payment", ds_ledger_apply_payment, FALSE, TRUE },
  { "stop.removed", ds_ledger_apply_stop_removed, FALSE, FALSE },
  { "settings", apply_settings, FALSE, FALSE },
  { "operators", apply_operators, FALSE, FALSE },
  { DS_DEPOT_KEY_ITEM, apply_depot_key, FALSE, FALSE },
  { "statement", apply_statement, FALSE, FALSE },
  { "notice", apply_notice, FALSE, FALSE },
  { "entry", apply_entry, FALSE, FALSE },
  { "fork", apply_fork, FALSE, FALSE },
};

static gboolean
keep_item (DsLedger *self, const DsFeedItem *item, gboolean keeps_all, GError **error)
{
  DsQuery *query
      = ds_db_prepare (self->db,
                       "INSERT OR REPLACE INTO feed_items (type, subject, slot, cursor, after_seq, line)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                       error);
  g_autofree char *line = g_strndup (item->line, item->n);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, item->type);
  ds_db_bind_text (query, 2, item->subject);
  ds_db_bind_int (query, 3, keeps_all ? item->cursor : 0);
  ds_db_bind_int (query, 4, item->cursor);
  ds_db_bind_int (query, 5, self->head_seq);
  ds_db_bind_text (query, 6, line);
  return ds_db_run (self->db, query, error);
}

static gboolean
find_conflicts (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT 1 FROM conflicts LIMIT 1", error);

  if (query == NULL || !ds_db_step (self->db, query, &self->has_conflicts, error))
    return FALSE;
  ds_db_reset (query);
  return TRUE;
}

/* A good item ends what was wrong with its subject. */
static gboolean
forget_conflict (DsLedger *self, const DsFeedItem *item, GError **error)
{
  DsQuery *query;

  if (!self->has_conflicts)
    return TRUE;
  query = ds_db_prepare (self->db, "DELETE FROM conflicts WHERE type = ?1 AND subject = ?2", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, item->type);
  ds_db_bind_text (query, 2, item->subject);
  return ds_db_run (self->db, query, error);
}

static gboolean
save_conflict (DsLedger *self, const DsFeedItem *item, const char *text, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT OR REPLACE INTO conflicts (type, subject, text, line, at_ms)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5)",
                                  error);
  g_autofree char *line = g_utf8_make_valid (item->line, (gssize)item->n);
  g_autofree char *digest = ds_sm3_hex (item->line, item->n);

  if (query == NULL)
    return FALSE;
  self->has_conflicts = TRUE;
  ds_db_bind_text (query, 1, item->type ? item->type : "");
  ds_db_bind_text (query, 2, item->subject ? item->subject : digest);
  ds_db_bind_text (query, 3, text);
  ds_db_bind_text (query, 4, line);
  ds_db_bind_int (query, 5, ds_clock_get_wall_ms (self->clock));
  return ds_db_run (self->db, query, error);
}

static gboolean
apply_by_type (DsLedger *self, DsFeedItem *item, gboolean replaying, gboolean *keeps_all, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      if (strcmp (item->type, readers[i].type) == 0)
        {
          *keeps_all = readers[i].keeps_all;
          if (!readers[i].by_tape && !parse_data (item, error))
            return FALSE;
          return readers[i].apply (self, item, replaying, error);
        }
    }
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "This version of Doorstep does not know what “%.*s” is",
               ds_utf8_cut (item->type, 40), item->type);
  return FALSE;
}

gboolean
ds_ledger_apply_item (DsLedger *self, const char *line, gsize n, gboolean replaying, GError **error)
{
  g_auto (DsFeedItem) item = { 0 };
  g_autoptr (GError) problem = NULL;
  gboolean keeps_all = FALSE;
  gboolean good;

  ds_ledger_assert_thread (self);

  good = read_item (self, &item, line, n, &problem);
  if (good && !replaying && item.cursor <= self->cursor)
    return TRUE;
  if (good && replaying)
    {
      if (!apply_by_type (self, &item, TRUE, &keeps_all, &problem)
          && g_error_matches (problem, DS_ERROR, DS_ERROR_STORAGE))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      return TRUE;
    }

  good = good && apply_by_type (self, &item, FALSE, &keeps_all, &problem);
  if (problem != NULL && g_error_matches (problem, DS_ERROR, DS_ERROR_STORAGE))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  self->cursor = MAX (self->cursor, item.cursor);
  if (good)
    return keep_item (self, &item, keeps_all, error) && forget_conflict (self, &item, error);
  return save_conflict (self, &item, problem->message, error)
         && (!keeps_all || item.subject == NULL || keep_item (self, &item, keeps_all, error));
}

static gboolean
save_cursor (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "UPDATE state SET cursor = ?1", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, self->cursor);
  return ds_db_run (self->db, query, error);
}

static gboolean
apply_lines (DsLedger *self, const char *text, gsize n, GError **error)
{
  const char *end = text + n;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', (gsize)(end - text));
      gsize length = (gsize)((newline ? newline : end) - text);

      if (length > 0 && !ds_ledger_apply_item (self, text, length, FALSE, error))
        return FALSE;
      text += length + 1;
    }
  return TRUE;
}

static gboolean
try_feed (DsLedger *self, GBytes *items, GError **error)
{
  gsize n;
  const char *text = g_bytes_get_data (items, &n);
  gint64 cursor_before = self->cursor;

  if (!ds_db_begin (self->db, error))
    return FALSE;
  if (find_conflicts (self, error) && apply_lines (self, text, n, error) && save_cursor (self, error)
      && ds_db_commit (self->db, error))
    {
      /* A statement settles a shift. What cannot be removed now is removed later. */
      ds_ledger_purge_blobs (self, NULL);
      return ds_ledger_load_shift (self, error);
    }

  ds_db_rollback (self->db);
  ds_ledger_forget_touched (self);
  self->cursor = cursor_before;
  /* Settings and trust list may have been taken from items that are not kept now. */
  g_clear_object (&self->settings);
  g_clear_pointer (&self->trust_list, ds_trust_list_unref);
  ds_ledger_load_state (self, NULL);
  return FALSE;
}

gboolean
ds_ledger_apply_feed (DsLedger *self, GBytes *items, GError **error)
{
  g_autoptr (GError) problem = NULL;

  ds_ledger_assert_thread (self);

  if (self->health == DS_STORE_READ_ONLY)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_READ_ONLY, self->health_text);
      return FALSE;
    }
  if (try_feed (self, items, &problem))
    return TRUE;
  if (ds_ledger_make_room (self))
    return try_feed (self, items, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* Kept as the feed's own item, which may come later and takes its place. */
static gboolean
keep_announcement (DsLedger *self, const char *announcement, GError **error)
{
  g_auto (DsFeedItem) item = { 0 };
  g_autoptr (GError) problem = NULL;
  g_auto (DsDepotKey) announced = { 0 };
  g_autoptr (json_t) object = NULL;
  g_autofree char *line = NULL;
  gboolean is_new;

  if (!ds_identity_learn_key (self->identity, announcement, &is_new, &problem) || !is_new)
    return TRUE;
  if (!ds_depot_key_read (&announced, announcement, ds_identity_find_key (self->identity, announcement),
                          error))
    return FALSE;
  object = json_pack ("{s:I, s:s, s:I, s:{s:I, s:s}}", "cursor", (json_int_t)MAX (self->cursor, 1), "type",
                      DS_DEPOT_KEY_ITEM, "at_ms", (json_int_t)announced.from_ms, "data", "number",
                      (json_int_t)announced.number, "jws", announcement);
  line = ds_json_to_line (object);
  if (!read_item (self, &item, line, strlen (line), error))
    return FALSE;
  g_snprintf (item.subject_buffer, sizeof item.subject_buffer, "%" G_GINT64_FORMAT, announced.number);
  item.subject = item.subject_buffer;
  return keep_item (self, &item, FALSE, error);
}

/* A key that is not on the disk is not known: what it signs must be good at the next start too. */
static gboolean
try_learn_keys (DsLedger *self, json_t *announcements, GError **error)
{
  json_t *announcement;
  gsize i;

  json_array_foreach (announcements, i, announcement)
  {
    const char *text = json_string_value (announcement);

    if (text != NULL && !ds_identity_knows_announcement (self->identity, text)
        && !keep_announcement (self, text, error))
      {
        ds_ledger_load_state (self, NULL);
        return FALSE;
      }
  }
  return TRUE;
}

gboolean
ds_ledger_learn_keys (DsLedger *self, json_t *announcements, GError **error)
{
  g_autoptr (GError) problem = NULL;

  ds_ledger_assert_thread (self);

  if (self->identity == NULL || self->health == DS_STORE_READ_ONLY)
    return TRUE;
  if (try_learn_keys (self, announcements, &problem))
    return TRUE;
  if (ds_ledger_make_room (self))
    return try_learn_keys (self, announcements, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
