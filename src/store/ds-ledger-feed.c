/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each feed item does to the tables the screens read. It never lowers what the journal established: the
 * journal's tables are not the depot's to write, and a payment changes only along the state table. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-clock.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"

#include <string.h>

#define MAX_PARCELS 1000
#define STATEMENT_MAX_BYTES DS_JWS_MAX_BYTES

/**
 * Item:
 * @line: verbatim, @n bytes
 * @tape: the item as read; texts are borrowed from it
 * @contents: its "data", on the tape
 * @object, @data: (nullable): the same as JSON objects, for the types that are read so
 * @subject: what it is about, within its type; set by the type's reader
 *
 * One feed item.
 */
typedef struct
{
  const char *line;
  gsize n;
  DsTape *tape;
  gint contents;
  json_t *object;
  json_t *data;
  gint64 cursor;
  gint64 at_ms;
  const char *type;
  const char *subject;
} Item;

static void
item_clear (Item *self)
{
  g_clear_pointer (&self->object, json_decref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Item, item_clear)

/* Applies an item. A %DS_ERROR_STORAGE is the database's; every other error is the item's own, and is found before
 * the first row is written, so that half of a bad item leaves nothing behind. */
typedef gboolean (*Reader) (DsLedger *self, Item *item, gboolean replaying, GError **error);

static gboolean
read_item (DsLedger *self, Item *item, const char *line, gsize n, GError **error)
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
parse_data (Item *item, GError **error)
{
  item->object = ds_json_parse_object (item->line, item->n, DS_FEED_ITEM_MAX_BYTES, error);
  item->data = json_object_get (item->object, "data");
  return item->object != NULL;
}

static gboolean
check_amount (gint64 amount_fen, GError **error)
{
  if (amount_fen >= 0 && amount_fen <= DS_MONEY_MAX_FEN)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "%" G_GINT64_FORMAT " fen is no amount", amount_fen);
  return FALSE;
}

/* Settings and operators */

static gboolean
take_settings (DsLedger *self, Item *item, GError **error)
{
  g_autoptr (DsSettings) settings = ds_settings_new_from_json (item->data, error);

  if (settings == NULL)
    return FALSE;
  g_set_object (&self->settings, settings);
  return TRUE;
}

/* An older list would bring back a key that was revoked. */
static gboolean
take_operators (DsLedger *self, Item *item, GError **error)
{
  g_autoptr (DsTrustList) list = NULL;
  const char *jws;

  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  if (!ds_json_unpack (item->data, error, "{s:s}", "jws", &jws)
      || (list = ds_trust_list_new_from_jws (jws, self->identity->depot_key, error)) == NULL)
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

gboolean
ds_ledger_take_object (DsLedger *self, const char *type, const char *line, gsize n, GError **error)
{
  g_auto (Item) item = { 0 };

  ds_ledger_assert_thread (self);

  if (!read_item (self, &item, line, n, error) || !parse_data (&item, error))
    return FALSE;
  return strcmp (type, "settings") == 0 ? take_settings (self, &item, error)
                                        : take_operators (self, &item, error);
}

static gboolean
apply_settings (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  item->subject = "settings";
  return replaying || take_settings (self, item, error);
}

static gboolean
apply_operators (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  item->subject = "operators";
  return replaying || take_operators (self, item, error);
}

/* Stops */

static gboolean
bind_prefetched (DsQuery *query, Item *item, GError **error)
{
  gint prefetched = ds_tape_find (item->tape, item->contents, "prefetched");
  const char *payment = NULL;
  const char *code = NULL;
  const char *operator_id = NULL;
  gint64 amount_fen = 0;
  gint64 expires_at_ms = 0;

  if (!ds_tape_is_null (item->tape, prefetched))
    {
      if (!ds_tape_get_text (item->tape, prefetched, "payment", &payment, error)
          || !ds_tape_get_text (item->tape, prefetched, "code", &code, error)
          || !ds_tape_get_text (item->tape, prefetched, "operator", &operator_id, error)
          || !ds_tape_get_int (item->tape, prefetched, "amount_fen", &amount_fen, error)
          || !ds_tape_get_int (item->tape, prefetched, "expires_at_ms", &expires_at_ms, error)
          || !check_amount (amount_fen, error))
        return FALSE;
      if (!ds_id_is_valid (payment))
        {
          g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                               "The carried code's payment id is no UUIDv7");
          return FALSE;
        }
    }
  ds_db_bind_text (query, 13, payment);
  ds_db_bind_text (query, 14, code);
  ds_db_bind_text (query, 15, operator_id);
  ds_db_bind_int (query, 16, amount_fen);
  ds_db_bind_int (query, 17, expires_at_ms);
  return TRUE;
}

static gboolean
bind_stop (DsQuery *query, Item *item, GError **error)
{
  static const struct
  {
    const char *name;
    int at;
    gboolean nullable;
  } texts[] = {
    { "recipient", 4, FALSE }, { "phone", 5, FALSE }, { "address", 6, FALSE },
    { "place", 7, FALSE },     { "note", 8, TRUE },   { "spoken_secret", 18, TRUE },
  };
  static const struct
  {
    const char *name;
    int at;
  } numbers[] = {
    { "version", 2 }, { "position", 3 },        { "lat_e6", 9 },
    { "lng_e6", 10 }, { "window_from_ms", 11 }, { "window_to_ms", 12 },
  };

  ds_db_bind_text (query, 1, item->subject);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text;

      if (!(texts[i].nullable ? ds_tape_get_nullable : ds_tape_get_text) (item->tape, item->contents,
                                                                          texts[i].name, &text, error))
        return FALSE;
      ds_db_bind_text (query, texts[i].at, text);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 number;

      if (!ds_tape_get_int (item->tape, item->contents, numbers[i].name, &number, error))
        return FALSE;
      ds_db_bind_int (query, numbers[i].at, number);
    }
  return bind_prefetched (query, item, error);
}

static gboolean
delete_parcels (DsLedger *self, const char *stop, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "DELETE FROM parcels WHERE stop = ?1", error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop);
  return ds_db_run (self->db, query, error);
}

/* A parcel as the item has it; the text is borrowed. */
typedef struct
{
  const char *waybill;
  gint64 due_fen;
  gboolean prepaid;
} ItemParcel;

static GArray *
read_parcels (Item *item, GError **error)
{
  g_autoptr (GArray) read = NULL;
  gint parcels = ds_tape_find (item->tape, item->contents, "parcels");
  guint n = ds_tape_is_array (item->tape, parcels) ? ds_tape_get_length (item->tape, parcels) : 0;
  gint parcel;

  if (n == 0 || n > MAX_PARCELS)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The stop has no parcels, or too many");
      return NULL;
    }
  read = g_array_sized_new (FALSE, FALSE, sizeof (ItemParcel), n);
  parcel = ds_tape_get_first (item->tape, parcels);
  for (guint i = 0; i < n; i++)
    {
      ItemParcel one;

      if (!ds_tape_get_text (item->tape, parcel, "waybill", &one.waybill, error)
          || !ds_tape_get_int (item->tape, parcel, "due_fen", &one.due_fen, error)
          || !ds_tape_get_boolean (item->tape, parcel, "prepaid", &one.prepaid, error)
          || !check_amount (one.due_fen, error))
        return NULL;
      g_array_append_val (read, one);
      parcel = ds_tape_get_next (item->tape, parcel);
    }
  return g_steal_pointer (&read);
}

static gboolean
insert_parcels (DsLedger *self, const char *stop, GArray *parcels, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db, "INSERT INTO parcels (stop, place, waybill, due_fen, prepaid) VALUES (?1, ?2, ?3, ?4, ?5)",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, stop);
  for (guint i = 0; i < parcels->len; i++)
    {
      const ItemParcel *parcel = &g_array_index (parcels, ItemParcel, i);

      ds_db_bind_int (query, 2, i);
      ds_db_bind_text (query, 3, parcel->waybill);
      ds_db_bind_int (query, 4, parcel->due_fen);
      ds_db_bind_int (query, 5, parcel->prepaid);
      if (!ds_db_run (self->db, query, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_stop (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  g_autoptr (GArray) parcels = NULL;
  DsQuery *query;

  if (!ds_tape_get_text (item->tape, item->contents, "stop", &item->subject, error)
      || (parcels = read_parcels (item, error)) == NULL)
    return FALSE;
  query = ds_db_prepare (
      self->db,
      "INSERT OR REPLACE INTO stops (id, version, position, recipient, phone, address, place, note, lat_e6, "
      "lng_e6,"
      " window_from_ms, window_to_ms, prefetched_payment, prefetched_code, prefetched_operator,"
      " prefetched_amount_fen, prefetched_expires_at_ms, spoken_secret)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
      error);
  if (query == NULL || !bind_stop (query, item, error) || !ds_db_run (self->db, query, error)
      || !delete_parcels (self, item->subject, error)
      || !insert_parcels (self, item->subject, parcels, error))
    return FALSE;
  ds_ledger_touch (self, item->subject);
  return TRUE;
}

static gboolean
apply_stop_removed (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "UPDATE stops SET removed_reason = ?2 WHERE id = ?1", error);
  const char *reason;

  if (query == NULL
      || !ds_json_unpack (item->data, error, "{s:s, s:s}", "stop", &item->subject, "reason", &reason))
    return FALSE;
  ds_db_bind_text (query, 1, item->subject);
  ds_db_bind_text (query, 2, reason);
  ds_ledger_touch (self, item->subject);
  return ds_db_run (self->db, query, error);
}

/* Payments */

/* What a "payment" item says; texts are borrowed. */
typedef struct
{
  const char *id;
  const char *stop;
  DsPaymentState state;
  gint64 amount_fen;
  const char *operator_id;
  const char *operator_ref;
  const char *reason;
  gint64 red_packet_fen;
  gint64 refunded_fen;
  const char *code;
  gint64 expires_at_ms;
} PaymentNews;

static gboolean
read_payment_news (Item *item, PaymentNews *news, GError **error)
{
  const char *state;
  json_int_t amount_fen, red_packet_fen, refunded_fen;
  json_t *expires_at_ms;

  if (!ds_json_unpack (item->data, error, "{s:s, s:s, s:s, s:I, s:I, s:I}", "payment", &news->id, "stop",
                       &news->stop, "state", &state, "amount_fen", &amount_fen, "red_packet_fen",
                       &red_packet_fen, "refunded_fen", &refunded_fen)
      || !ds_ledger_read_nullable (item->data, "operator", &news->operator_id, error)
      || !ds_ledger_read_nullable (item->data, "operator_ref", &news->operator_ref, error)
      || !ds_ledger_read_nullable (item->data, "reason", &news->reason, error)
      || !ds_ledger_read_nullable (item->data, "code", &news->code, error)
      || !check_amount (amount_fen, error) || !check_amount (red_packet_fen, error)
      || !check_amount (refunded_fen, error))
    return FALSE;
  item->subject = news->id;
  if (!ds_id_is_valid (news->id) || !ds_payment_state_from_name (state, &news->state)
      || refunded_fen > amount_fen)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The payment's id, state or refund is none");
      return FALSE;
    }
  expires_at_ms = json_object_get (item->data, "expires_at_ms");
  news->amount_fen = amount_fen;
  news->red_packet_fen = red_packet_fen;
  news->refunded_fen = refunded_fen;
  news->expires_at_ms = json_integer_value (expires_at_ms);
  return TRUE;
}

/* The depot may know of money before the journal does: a carried code that was paid without being presented. News
 * without money in it creates nothing. */
static gboolean
insert_foreign_payment (DsLedger *self, const PaymentNews *news, gint64 at_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db,
                                  "INSERT INTO payments (id, stop, parcels, amount_fen, tender, state, "
                                  "source, created_at_ms, changed_at_ms)"
                                  " VALUES (?1, ?2, '', ?3, 'code', ?4, 'none', ?5, ?5)",
                                  error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, news->id);
  ds_db_bind_text (query, 2, news->stop);
  ds_db_bind_int (query, 3, news->amount_fen);
  ds_db_bind_text (query, 4, ds_payment_state_to_name (news->state));
  ds_db_bind_int (query, 5, at_ms);
  return ds_db_run (self->db, query, error);
}

/* Details are added, never taken away: a reference that is known stays, a refund only grows. */
static gboolean
merge_payment (DsLedger *self, const PaymentNews *news, DsPaymentState state, gint64 at_ms, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "UPDATE payments SET changed_at_ms = iif (state = ?2, changed_at_ms, ?3), state = ?2,"
      " operator = coalesce (operator, ?4), operator_ref = coalesce (operator_ref, ?5), reason = coalesce "
      "(?6, reason),"
      " red_packet_fen = max (red_packet_fen, ?7), refunded_fen = max (refunded_fen, ?8), code = coalesce "
      "(code, ?9),"
      " code_expires_at_ms = iif (code_expires_at_ms = 0, ?10, code_expires_at_ms) WHERE id = ?1",
      error);

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, news->id);
  ds_db_bind_text (query, 2, ds_payment_state_to_name (state));
  ds_db_bind_int (query, 3, at_ms);
  ds_db_bind_text (query, 4, news->operator_id);
  ds_db_bind_text (query, 5, news->operator_ref);
  ds_db_bind_text (query, 6, news->reason);
  ds_db_bind_int (query, 7, news->red_packet_fen);
  ds_db_bind_int (query, 8, news->refunded_fen);
  ds_db_bind_text (query, 9, news->code);
  ds_db_bind_int (query, 10, news->expires_at_ms);
  ds_ledger_touch (self, news->stop);
  return ds_db_run (self->db, query, error);
}

static void
tell_code (DsLedger *self, const PaymentNews *news)
{
  DsArrivedCode *code;

  if (news->code == NULL)
    return;
  code = g_new0 (DsArrivedCode, 1);
  code->payment_id = g_strdup (news->id);
  code->code = g_strdup (news->code);
  code->expires_at_ms = news->expires_at_ms;
  g_ptr_array_add (self->codes, code);
}

static gboolean
apply_payment (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  g_auto (DsPaymentRow) row = { 0 };
  PaymentNews news = { 0 };
  DsPaymentState state;

  if (!read_payment_news (item, &news, error) || !ds_ledger_load_payment_row (self, news.id, &row, error))
    return FALSE;
  if (row.state == DS_PAYMENT_NONE)
    {
      if (!ds_payment_state_covers_debt (news.state) && !ds_payment_state_is_uncertain (news.state))
        return TRUE;
      return insert_foreign_payment (self, &news, item->at_ms, error)
             && merge_payment (self, &news, news.state, item->at_ms, error);
    }
  if (row.amount_fen != news.amount_fen || strcmp (row.stop_id, news.stop) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CONFLICT,
                           "The depot knows this payment with another amount or stop");
      return FALSE;
    }

  /* The depot keeps only the latest state of a payment, so the handheld may see "settled" after "presented" without the
   * "paid" between them: what counts is that the table leads there by some way. */
  state = row.state;
  /* That the operator made a live code does not mean that it was shown: that is for the journal to say. */
  if (ds_payment_state_may_reach (row.state, news.state, row.spoken)
      && !(row.state == DS_PAYMENT_REQUESTED && news.state == DS_PAYMENT_PRESENTED))
    state = news.state;
  else if (row.state != news.state && !ds_payment_state_may_reach (row.state, news.state, row.spoken)
           && !ds_payment_state_may_reach (news.state, row.state, row.spoken)
           && ds_payment_state_is_final (news.state))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "The depot says %s; this handheld holds that it is %s",
                   ds_payment_state_to_name (news.state), ds_payment_state_to_name (row.state));
      return FALSE;
    }
  /* What is behind our own knowledge brings no details either: its refusal has a reason we do not share. */
  else if (row.state != news.state && !ds_payment_state_may_reach (row.state, news.state, row.spoken))
    return TRUE;

  if (!merge_payment (self, &news, state, item->at_ms, error))
    return FALSE;
  if (!replaying)
    tell_code (self, &news);
  return TRUE;
}

/* Statements and notices */

static gboolean
read_statement (DsLedger *self, const char *jws, const char *shift, gint64 *version, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) object = NULL;
  const char *named;
  json_int_t number;
  gconstpointer bytes;
  gsize n;

  if (self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return FALSE;
    }
  if (!ds_jws_verify (self->identity->depot_key, jws, -1, NULL, &payload, error))
    return FALSE;
  bytes = g_bytes_get_data (payload, &n);
  object = ds_json_parse_object (bytes, n, STATEMENT_MAX_BYTES, error);
  if (object == NULL || !ds_json_unpack (object, error, "{s:s, s:I}", "shift", &named, "version", &number))
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
apply_statement (DsLedger *self, Item *item, gboolean replaying, GError **error)
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
apply_notice (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  const char *text;

  if (!ds_json_unpack (item->data, error, "{s:s, s:s}", "id", &item->subject, "text", &text))
    return FALSE;
  if (!replaying)
    g_ptr_array_add (self->notices, g_strdup (text));
  return TRUE;
}

static gboolean
apply_entry (DsLedger *self, Item *item, gboolean replaying, GError **error)
{
  return ds_ledger_take_settled_entry (self, item->data, &item->subject, error);
}

static gboolean
apply_fork (DsLedger *self, Item *item, gboolean replaying, GError **error)
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
  { "stop", apply_stop, TRUE, FALSE },
  { "payment", apply_payment, FALSE, TRUE },
  { "stop.removed", apply_stop_removed, FALSE, FALSE },
  { "settings", apply_settings, FALSE, FALSE },
  { "operators", apply_operators, FALSE, FALSE },
  { "statement", apply_statement, FALSE, FALSE },
  { "notice", apply_notice, FALSE, FALSE },
  { "entry", apply_entry, FALSE, FALSE },
  { "fork", apply_fork, FALSE, FALSE },
};

static gboolean
keep_item (DsLedger *self, const Item *item, gboolean keeps_all, GError **error)
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
forget_conflict (DsLedger *self, const Item *item, GError **error)
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
save_conflict (DsLedger *self, const Item *item, const char *text, GError **error)
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
apply_by_type (DsLedger *self, Item *item, gboolean replaying, gboolean *keeps_all, GError **error)
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
  g_auto (Item) item = { 0 };
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

gboolean
ds_ledger_apply_feed (DsLedger *self, GBytes *items, GError **error)
{
  gsize n;
  const char *text = g_bytes_get_data (items, &n);
  gint64 cursor_before = self->cursor;

  ds_ledger_assert_thread (self);

  if (self->health == DS_STORE_READ_ONLY)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_READ_ONLY, self->health_text);
      return FALSE;
    }
  if (!ds_db_begin (self->db, error))
    return FALSE;
  if (find_conflicts (self, error) && apply_lines (self, text, n, error) && save_cursor (self, error)
      && ds_db_commit (self->db, error))
    return ds_ledger_load_shift (self, error);

  ds_db_rollback (self->db);
  ds_ledger_forget_touched (self);
  self->cursor = cursor_before;
  /* Settings and trust list may have been taken from items that are not kept now. */
  g_clear_object (&self->settings);
  g_clear_pointer (&self->trust_list, ds_trust_list_unref);
  ds_ledger_load_state (self, NULL);
  return FALSE;
}
