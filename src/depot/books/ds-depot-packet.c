/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-packet.h"

#include "ds-depot-lists.h"
#include "ds-depot-private.h"
#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

/* A longer chain is left out: the lines about the payment stand for themselves. */
#define MAX_CHAIN 2000
/* Photographs of one payment that go with it. */
#define MAX_PROOFS 16
#define MAX_CASES 100
#define MAX_ACTS 100

/* One packet being made. */
typedef struct
{
  char *payment_id;
  json_t *record;     /* ds_depot_describe_payment() */
  GPtrArray *entries; /* (element-type DsEntry): about the payment */
  DsOperator *op;     /* (nullable) */
  gint64 asked_at_ms;
  json_t *answer; /* (nullable) */
  char *problem;  /* (nullable) */
} Making;

static void
making_free (gpointer data)
{
  Making *self = data;

  g_free (self->payment_id);
  g_clear_pointer (&self->record, json_decref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_object (&self->op);
  g_clear_pointer (&self->answer, json_decref);
  g_free (self->problem);
  g_free (self);
}

static const char *
get_text (json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

/* The testimony */

static gboolean
add_device (DsDepot *self, Making *making, json_t *testimony, GError **error)
{
  const char *device_id = get_text (making->record, "device");
  g_autoptr (DsDevice) device = NULL;

  if (device_id != NULL && !ds_depot_load_device (self, device_id, &device, error))
    return FALSE;
  json_object_set_new (testimony, "device",
                       device ? json_pack ("{s:s, s:s, s:s}", "device", device->id, "courier",
                                           device->courier_id, "public_key", device->public_key)
                              : json_null ());
  json_object_set_new (testimony, "head",
                       device ? json_pack ("{s:I, s:s}", "seq", (json_int_t)device->seq, "hash", device->head)
                              : json_null ());
  return TRUE;
}

static gboolean
add_entries (DsDepot *self, Making *making, json_t *testimony, GError **error)
{
  json_t *entries = json_array ();

  json_object_set_new (testimony, "entries", entries);
  for (guint i = 0; i < making->entries->len; i++)
    {
      const DsEntry *entry = g_ptr_array_index (making->entries, i);
      gint64 received_at_ms;

      if (!ds_depot_sql_get_int (self->db, &received_at_ms, 0, error,
                                 "SELECT received_at_ms FROM entry WHERE device = ? AND seq = ?", "si",
                                 entry->device_id, entry->seq))
        return FALSE;
      json_array_append_new (entries, json_pack ("{s:I, s:s, s:I}", "seq", (json_int_t)entry->seq, "hash",
                                                 entry->hash, "received_at_ms", (json_int_t)received_at_ms));
    }
  return TRUE;
}

/* The postings whose key begins with @prefix and a colon, or is it. */
static gboolean
add_postings (DsDepot *self, json_t *books, const char *prefix, GError **error)
{
  g_autofree char *from = g_strconcat (prefix, ":", NULL);
  g_autofree char *to = g_strconcat (prefix, ";", NULL); /* the character after the colon */
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT key, at_ms, account, amount_fen, line FROM posting JOIN booking ON posting = posting.id"
      " WHERE key = ? OR (key >= ? AND key < ?) ORDER BY posting.id, line",
      "sss", prefix, from, to);
  json_t *posting = NULL;
  gboolean row;

  while (query != NULL)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      if (ds_db_column_int (query, 4) == 0)
        {
          posting = json_pack ("{s:s, s:I, s:[]}", "key", ds_db_column_text (query, 0), "at_ms",
                               (json_int_t)ds_db_column_int (query, 1), "bookings");
          json_array_append_new (books, posting);
        }
      json_array_append_new (json_object_get (posting, "bookings"),
                             json_pack ("{s:s, s:I}", "account", ds_db_column_text (query, 2), "amount_fen",
                                        (json_int_t)ds_db_column_int (query, 3)));
    }
  return FALSE;
}

static gboolean
add_books (DsDepot *self, Making *making, json_t *testimony, GError **error)
{
  static const char *const kinds[] = { "paid", "cash", "refund", "move" };
  json_t *books = json_array ();
  json_t *refund;
  gsize i;

  json_object_set_new (testimony, "books", books);
  for (gsize kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      g_autofree char *key = g_strconcat (kinds[kind], ":", making->payment_id, NULL);

      if (!add_postings (self, books, key, error))
        return FALSE;
    }
  /* Cash that went back is booked under the refund. */
  json_array_foreach (json_object_get (making->record, "refunds"), i, refund)
  {
    g_autofree char *key = g_strconcat ("refund:", get_text (refund, "refund"), NULL);

    if (!add_postings (self, books, key, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_word_of_clerks (DsDepot *self, Making *making, json_t *testimony, GError **error)
{
  json_t *cases
      = ds_depot_page_cases (self, &(DsCaseFilter){ .subject = making->payment_id }, 0, MAX_CASES, error);
  json_t *acts = cases ? ds_depot_list_acts (self, making->payment_id, 0, MAX_ACTS, error) : NULL;

  if (cases != NULL)
    json_object_set_new (testimony, "cases", cases);
  if (acts != NULL)
    json_object_set_new (testimony, "acts", acts);
  return acts != NULL;
}

/* The keys that have signed before: a statement, or the operators' list, may be older than the key in force. */
static json_t *
list_keys (DsDepot *self)
{
  json_t *keys = json_array ();

  for (guint i = 0; i < self->keys->len; i++)
    {
      g_autofree char *hex = NULL;

      json_array_append_new (keys, json_string (ds_depot_get_public_key (self, i + 1, &hex)));
    }
  return keys;
}

static char *
testify (DsDepot *self, Making *making, GError **error)
{
  g_autoptr (json_t) testimony
      = json_pack ("{s:s, s:I, s:s, s:s, s:O}", "payment", making->payment_id, "at_ms",
                   (json_int_t)ds_depot_now_ms (self), "depot", ds_depot_get_payee_name (self), "payee",
                   ds_depot_get_payee_id (self), "record", making->record);
  g_autofree char *line = NULL;

  json_object_set_new (testimony, "keys", list_keys (self));
  if (ds_depot_get_practice (self))
    json_object_set_new (testimony, "practice", json_true ());
  json_object_set_new (testimony, "operator",
                       making->op ? json_pack (
                           "{s:s, s:s, s:I, s:O?, s:s?}", "operator", ds_operator_get_id (making->op), "name",
                           ds_operator_get_name (making->op), "asked_at_ms", (json_int_t)making->asked_at_ms,
                           "answer", making->answer, "problem", making->problem)
                                  : json_null ());
  if (!add_device (self, making, testimony, error) || !add_entries (self, making, testimony, error)
      || !add_books (self, making, testimony, error) || !add_word_of_clerks (self, making, testimony, error))
    return NULL;
  line = ds_json_to_line (testimony);
  return ds_jws_sign (self->key, "depot", line, strlen (line), error);
}

/* What stands beside it */

/* The lines of one handheld with the chain between them, unless it is very long. */
static gboolean
add_chain (DsDepot *self, json_t *journal, GPtrArray *entries, guint from, guint to, GError **error)
{
  const DsEntry *first = g_ptr_array_index (entries, from);
  const DsEntry *last = g_ptr_array_index (entries, to - 1);
  g_autoptr (GPtrArray) chain = NULL;

  if (last->seq - first->seq < MAX_CHAIN)
    {
      chain = ds_depot_load_line_range (self, first->device_id, first->seq, last->seq, error);
      if (chain == NULL)
        return FALSE;
    }
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    json_array_append_new (journal, json_string (((DsEntry *)g_ptr_array_index (chain, i))->line));
  for (guint i = from; chain == NULL && i < to; i++)
    json_array_append_new (journal, json_string (((DsEntry *)g_ptr_array_index (entries, i))->line));
  return TRUE;
}

static gboolean
add_journal (DsDepot *self, Making *making, json_t *packet, GError **error)
{
  json_t *journal = json_array ();
  guint from = 0;

  json_object_set_new (packet, "journal", journal);
  for (guint i = 1; i <= making->entries->len; i++)
    {
      const DsEntry *before = g_ptr_array_index (making->entries, i - 1);
      const DsEntry *entry = i < making->entries->len ? g_ptr_array_index (making->entries, i) : NULL;

      if (entry != NULL && g_str_equal (entry->device_id, before->device_id))
        continue;
      if (!add_chain (self, journal, making->entries, from, i, error))
        return FALSE;
      from = i;
    }
  return TRUE;
}

static void
add_proofs (DsDepot *self, Making *making, json_t *packet)
{
  json_t *proofs = json_object ();

  json_object_set_new (packet, "proofs", proofs);
  for (guint i = 0; i < making->entries->len && json_object_size (proofs) < MAX_PROOFS; i++)
    {
      const DsEntry *entry = g_ptr_array_index (making->entries, i);
      const char *sm3 = get_text (entry->data, "sm3");
      g_autoptr (GBytes) content
          = g_str_equal (entry->type, "proof.added") && sm3 ? ds_depot_load_blob (self, sm3) : NULL;
      g_autofree char *text = NULL;

      if (content == NULL)
        continue;
      text = ds_base64url_encode (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
      json_object_set_new (proofs, sm3, json_string (text));
    }
}

static GBytes *
make_packet (DsDepot *self, Making *making, GError **error)
{
  g_autofree char *testimony = testify (self, making, error);
  g_autofree char *key = ds_key_get_public_hex (self->key);
  g_autofree char *trust = NULL;
  g_autofree char *statement = NULL;
  g_autofree char *line = NULL;
  g_autoptr (json_t) packet = NULL;
  g_autoptr (json_t) chain = NULL;

  if (testimony == NULL
      || !ds_depot_sql_get_text (self->db, &trust, error, "SELECT value FROM property WHERE name = 'trust'",
                                 "")
      || !ds_depot_sql_get_text (self->db, &statement, error, "SELECT jws FROM shift WHERE id = ?", "s",
                                 get_text (making->record, "shift")))
    return NULL;
  packet = json_pack ("{s:i, s:s, s:s, s:s?, s:s?}", "packet", 1, "testimony", testimony, "depot_key", key,
                      "trust", trust, "statement", statement);
  chain = ds_depot_make_key_chain (self, error);
  if (chain == NULL || !add_journal (self, making, packet, error))
    return NULL;
  json_object_set (packet, "keys", chain);
  add_proofs (self, making, packet);
  line = ds_json_to_line (packet);
  return g_bytes_new_take (g_strconcat (line, "\n", NULL), strlen (line) + 1);
}

/* Making */

static void
finish (GTask *task)
{
  GError *error = NULL;
  GBytes *packet = make_packet (g_task_get_source_object (task), g_task_get_task_data (task), &error);

  if (packet != NULL)
    g_task_return_pointer (task, packet, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static json_t *
describe_answer (const DsOrderResult *result)
{
  static const char *const names[] = {
    [DS_ORDER_UNKNOWN] = "unknown",   [DS_ORDER_OPEN] = "open",         [DS_ORDER_WAITING] = "waiting",
    [DS_ORDER_PAID] = "paid",         [DS_ORDER_DECLINED] = "declined", [DS_ORDER_EXPIRED] = "expired",
    [DS_ORDER_REFUNDED] = "refunded",
  };
  g_autofree char *ref = result->operator_ref ? g_utf8_make_valid (result->operator_ref, -1) : NULL;
  g_autofree char *reason = result->reason ? g_utf8_make_valid (result->reason, -1) : NULL;
  g_autofree char *receipt = result->receipt ? ds_base64url_encode (g_bytes_get_data (result->receipt, NULL),
                                                                    g_bytes_get_size (result->receipt))
                                             : NULL;

  return json_pack ("{s:s, s:I, s:s?, s:s?, s:I, s:I, s:I, s:s?}", "state", names[result->state],
                    "amount_fen", (json_int_t)result->amount_fen, "operator_ref", ref, "reason", reason,
                    "red_packet_fen", (json_int_t)result->red_packet_fen, "refunded_fen",
                    (json_int_t)result->refunded_fen, "paid_at_ms", (json_int_t)result->paid_at_ms, "receipt",
                    receipt);
}

static void
did_query (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsDepot *self = g_task_get_source_object (task);
  Making *making = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsOrderResult) answer = ds_operator_order_finish (DS_OPERATOR (source), result, &error);

  if (self->db == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The depot closed");
      return;
    }
  if (answer != NULL)
    making->answer = describe_answer (answer);
  else
    making->problem = g_utf8_make_valid (error->message, -1);
  finish (task);
}

void
ds_depot_make_packet_async (DsDepot *self,
                            const char *payment_id,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Making *making;
  GError *error = NULL;
  const char *operator_id;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL && payment_id != NULL);

  task = g_task_new (self, self->closing, callback, user_data);
  g_task_set_name (task, "[doorstep] make a dispute packet");
  making = g_new0 (Making, 1);
  g_task_set_task_data (task, making, making_free);
  making->payment_id = g_strdup (payment_id);
  making->record = ds_depot_describe_payment (self, payment_id, &error);
  if (making->record != NULL)
    making->entries = ds_depot_load_payment_lines (self, payment_id, &error);
  if (making->entries == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  operator_id = get_text (making->record, "operator");
  making->op = operator_id ? ds_depot_find_operator (self, operator_id) : NULL;
  if (making->op == NULL)
    {
      finish (task);
      return;
    }
  g_object_ref (making->op);
  making->asked_at_ms = ds_depot_now_ms (self);
  ds_operator_query_async (making->op, payment_id, self->closing, did_query, g_steal_pointer (&task));
}

GBytes *
ds_depot_make_packet_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
