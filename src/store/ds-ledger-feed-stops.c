/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot says of stops: the route as it is now. What was done at a door stands in tables of its own. */
#include "config.h"

#include "ds-ledger-feed.h"

#include "ds-error.h"
#include "ds-id.h"
#include "ds-plain-text.h"

#define MAX_PARCELS 1000

static gboolean
bind_prefetched (DsQuery *query, DsFeedItem *item, GError **error)
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
          || !ds_feed_item_check_amount (amount_fen, error))
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
bind_stop (DsQuery *query, DsFeedItem *item, GError **error)
{
  static const struct
  {
    const char *name;
    int at;
    gboolean nullable;
  } texts[] = {
    { "recipient", 4, FALSE },    { "phone", 5, FALSE }, { "address", 6, FALSE },
    { "place", 7, FALSE },        { "note", 8, TRUE },   { "spoken_secret", 18, TRUE },
    { "pickup_check", 19, TRUE },
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
read_parcels (DsFeedItem *item, GError **error)
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
          || !ds_feed_item_check_amount (one.due_fen, error))
        return NULL;
      g_array_append_val (read, one);
      parcel = ds_tape_get_next (item->tape, parcel);
    }
  return g_steal_pointer (&read);
}

/* Whoever scans a parcel, names it in the journal or reads it out needs a waybill that is what it looks like. */
static gboolean
check_waybills (GArray *parcels, GError **error)
{
  for (guint i = 0; i < parcels->len; i++)
    {
      if (ds_plain_text_is_line (g_array_index (parcels, ItemParcel, i).waybill))
        continue;
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "A waybill of the stop is empty, or has something in it that cannot be seen");
      return FALSE;
    }
  return TRUE;
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
insert_stop (DsLedger *self, DsFeedItem *item, gboolean *is_new, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "INSERT OR IGNORE INTO stops (id, version, position, recipient, phone, address, place, note, lat_e6, "
      "lng_e6,"
      " window_from_ms, window_to_ms, prefetched_payment, prefetched_code, prefetched_operator,"
      " prefetched_amount_fen, prefetched_expires_at_ms, spoken_secret, pickup_check)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
      error);

  if (query == NULL || !bind_stop (query, item, error) || !ds_db_run (self->db, query, error))
    return FALSE;
  *is_new = sqlite3_changes (ds_db_get_handle (self->db)) > 0;
  return TRUE;
}

static gboolean
update_stop (DsLedger *self, DsFeedItem *item, GError **error)
{
  DsQuery *query = ds_db_prepare (
      self->db,
      "UPDATE stops SET version = ?2, position = ?3, recipient = ?4, phone = ?5, address = ?6, place = ?7, "
      "note = ?8,"
      " lat_e6 = ?9, lng_e6 = ?10, window_from_ms = ?11, window_to_ms = ?12, prefetched_payment = ?13,"
      " prefetched_code = ?14, prefetched_operator = ?15, prefetched_amount_fen = ?16,"
      " prefetched_expires_at_ms = ?17, spoken_secret = ?18, pickup_check = ?19, removed_reason = NULL"
      " WHERE id = ?1",
      error);

  return query != NULL && bind_stop (query, item, error) && ds_db_run (self->db, query, error);
}

gboolean
ds_ledger_apply_stop (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  g_autoptr (GArray) parcels = NULL;
  g_auto (DsStopLook) before = { 0 };
  gboolean is_new;

  if (!ds_tape_get_text (item->tape, item->contents, "stop", &item->subject, error)
      || (parcels = read_parcels (item, error)) == NULL || (!replaying && !check_waybills (parcels, error))
      || !insert_stop (self, item, &is_new, error))
    return FALSE;
  /* Looking first would cost a whole route, which is all new, one more query a stop. */
  if (!is_new
      && (!ds_ledger_look_at_stop (self, item->subject, &before, error) || !update_stop (self, item, error)
          || !delete_parcels (self, item->subject, error)))
    return FALSE;
  if (!insert_parcels (self, item->subject, parcels, error)
      || (!replaying
          && !ds_ledger_note_change (self, item->subject, is_new ? NULL : &before, item->at_ms, error)))
    return FALSE;
  ds_ledger_touch (self, item->subject);
  return TRUE;
}

gboolean
ds_ledger_apply_stop_removed (DsLedger *self, DsFeedItem *item, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *reason;
  const char *text;
  g_auto (DsStopLook) before = { 0 };

  if (!ds_json_unpack (item->data, error, "{s:s, s:s}", "stop", &item->subject, "reason", &reason)
      || !ds_ledger_read_nullable (item->data, "text", &text, error)
      || !ds_ledger_look_at_stop (self, item->subject, &before, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE stops SET removed_reason = ?2 WHERE id = ?1", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, item->subject);
  ds_db_bind_text (query, 2, reason);
  ds_ledger_touch (self, item->subject);
  return ds_db_run (self->db, query, error)
         && (replaying
             || ds_ledger_note_removal (self, item->subject, &before, text ? text : reason, item->at_ms,
                                        error));
}
