/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crash-device.h"

#include "crash-disk.h"

#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

#define N_STOPS 4
#define LAST_WAYBILL "S3-1"
#define WALL_MS G_GINT64_CONSTANT (1795341600000)

static void
moment_clear (gpointer data)
{
  g_free (((Moment *)data)->text);
}

CrashDevice *
crash_device_new (DsRandom *random, DsKey *depot_key)
{
  CrashDevice *self = g_new0 (CrashDevice, 1);

  self->random = g_object_ref (random);
  self->depot_key = ds_key_ref (depot_key);
  self->clock = ds_manual_clock_new (WALL_MS);
  self->moments = g_array_new (FALSE, FALSE, sizeof (Moment));
  g_array_set_clear_func (self->moments, moment_clear);
  crash_disk_format ();
  return self;
}

void
crash_device_free (CrashDevice *self)
{
  crash_disk_power_off ();
  crash_device_close (self);
  g_array_unref (self->moments);
  json_decref (self->announcements);
  ds_key_unref (self->depot_key);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_free (self);
}

void
crash_device_change_depot_key (CrashDevice *self, DsKey *key, const char *announcement)
{
  ds_key_unref (self->depot_key);
  self->depot_key = ds_key_ref (key);
  json_decref (self->announcements);
  self->announcements = json_pack ("[s]", announcement);
}

static DsLedger *
new_ledger (CrashDevice *self)
{
  return ds_ledger_new (CRASH_DISK_ROOT, DS_CLOCK (self->clock), self->random);
}

gboolean
crash_device_start (CrashDevice *self, GError **error)
{
  g_assert (self->ledger == NULL);
  self->ledger = new_ledger (self);
  if (!ds_ledger_open (self->ledger, error))
    {
      g_clear_pointer (&self->ledger, ds_ledger_free);
      return FALSE;
    }
  self->cursor = self->ledger->cursor;
  if (self->ledger->shift != NULL && self->ledger->shift->closed_at_ms == 0)
    self->shift = g_strdup (self->ledger->shift->id);
  return TRUE;
}

char *
crash_device_open (CrashDevice *self)
{
  g_autoptr (GError) error = NULL;

  if (!crash_device_start (self, &error))
    return g_strdup_printf ("it does not open: %s", error->message);
  if (self->ledger->health != DS_STORE_HEALTHY)
    return g_strdup_printf ("not healthy: %s", self->ledger->health_text);
  return NULL;
}

void
crash_device_close (CrashDevice *self)
{
  g_clear_pointer (&self->ledger, ds_ledger_free);
  g_clear_pointer (&self->payment, g_free);
  g_clear_pointer (&self->shift, g_free);
}

/* What the courier does */

static char *
new_id (CrashDevice *self)
{
  ds_manual_clock_advance_ms (self->clock, 1);
  return ds_id_new (DS_CLOCK (self->clock), self->random);
}

static gboolean
append (CrashDevice *self, const DsDraft *drafts, guint n_drafts, GError **error)
{
  if (!ds_ledger_append (self->ledger, drafts, n_drafts, error))
    return FALSE;
  ds_ledger_forget_touched (self->ledger);
  return TRUE;
}

static gboolean
open_shift (CrashDevice *self, GError **error)
{
  g_autofree char *shift = new_id (self);
  g_autoptr (json_t) data = json_pack ("{s:s, s:s, s:s, s:i}", "shift", shift, "courier", "C1",
                                       "accounting_date", "2026-11-22", "float_fen", 0);
  const DsDraft draft = { "shift.opened", data };

  if (!append (self, &draft, 1, error))
    return FALSE;
  self->shift = g_steal_pointer (&shift);
  return TRUE;
}

gboolean
crash_device_close_shift (CrashDevice *self, GError **error)
{
  g_autoptr (json_t) data = json_pack ("{s:s, s:i}", "shift", self->shift, "cash_counted_fen", 0);
  const DsDraft draft = { "shift.closed", data };

  if (!append (self, &draft, 1, error))
    return FALSE;
  g_clear_pointer (&self->shift, g_free);
  return TRUE;
}

static char *
choose_stop (CrashDevice *self)
{
  return g_strdup_printf ("S%u", ds_random_below (self->random, N_STOPS));
}

static json_t *
make_payment (CrashDevice *self, const char *payment, const char *stop)
{
  g_autofree char *waybill = g_strconcat (stop, "-1", NULL);

  return json_pack ("{s:s, s:s, s:s, s:[s], s:i}", "payment", payment, "shift", self->shift, "stop", stop,
                    "parcels", waybill, "amount_fen", 500);
}

static gboolean
take_cash (CrashDevice *self, GError **error)
{
  g_autofree char *stop = choose_stop (self);
  g_autofree char *payment = new_id (self);
  g_autofree char *waybill = g_strconcat (stop, "-1", NULL);
  g_autoptr (json_t) cash = make_payment (self, payment, stop);
  g_autoptr (json_t) outcome
      = json_pack ("{s:s, s:[s], s:s}", "stop", stop, "parcels", waybill, "outcome", "delivered");
  const DsDraft drafts[] = { { "payment.cash", cash }, { "parcel.outcome", outcome } };

  json_object_set_new (cash, "tendered_fen", json_integer (1000));
  json_object_set_new (cash, "change_fen", json_integer (500));
  return append (self, drafts, 1 + ds_random_below (self->random, 2), error);
}

static gboolean
present (CrashDevice *self, GError **error)
{
  g_autofree char *stop = choose_stop (self);
  g_autofree char *payment = new_id (self);
  g_autoptr (json_t) data = make_payment (self, payment, stop);
  const DsDraft draft = { "payment.presented", data };

  json_object_set_new (data, "source", json_string ("built"));
  json_object_set_new (data, "code_sm3", json_string (""));
  json_object_set_new (data, "code", json_string ("000201"));
  json_object_set_new (data, "expires_at_ms", json_integer (WALL_MS));
  if (!append (self, &draft, 1, error))
    return FALSE;
  g_free (self->payment);
  self->payment = g_steal_pointer (&payment);
  return TRUE;
}

static gboolean
tell (CrashDevice *self, const char *type, GError **error)
{
  g_autoptr (json_t) data = json_pack ("{s:s}", "payment", self->payment);
  const DsDraft draft = { type, data };

  return append (self, &draft, 1, error);
}

/* What the depot says */

static gboolean
feed (CrashDevice *self, const char *type, json_t *data, GError **error)
{
  g_autoptr (json_t) item = json_pack ("{s:I, s:s, s:I, s:o}", "cursor", (json_int_t)self->cursor + 1, "type",
                                       type, "at_ms", (json_int_t)WALL_MS, "data", data);
  char *line = ds_json_to_line (item);
  g_autoptr (GBytes) bytes = g_bytes_new_take (line, strlen (line));

  if (!ds_ledger_apply_feed (self->ledger, bytes, error))
    return FALSE;
  ds_ledger_forget_touched (self->ledger);
  self->cursor++;
  return TRUE;
}

static gboolean
feed_stop (CrashDevice *self, const char *stop, GError **error)
{
  g_autofree char *waybill = g_strconcat (stop, "-1", NULL);

  return feed (
      self, "stop",
      json_pack (
          "{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:n, s:i, s:i, s:i, s:i, s:[{s:s, s:i, s:b}], s:n, s:n}",
          "stop", stop, "version", (int)self->cursor, "position", 1, "recipient", "R", "phone", "1",
          "address", "A", "place", "P", "note", "lat_e6", 0, "lng_e6", 0, "window_from_ms", 0, "window_to_ms",
          0, "parcels", "waybill", waybill, "due_fen", 500, "prepaid", 0, "prefetched", "spoken_secret"),
      error);
}

static gboolean
feed_some_stop (CrashDevice *self, GError **error)
{
  g_autofree char *stop = choose_stop (self);

  return feed_stop (self, stop, error);
}

static gboolean
feed_paid (CrashDevice *self, GError **error)
{
  g_autoptr (DsStop) stop = ds_ledger_find_stop (self->ledger, self->payment, error);
  json_t *data;

  if (stop == NULL)
    return FALSE;
  data = json_pack ("{s:s, s:s, s:s, s:i, s:n, s:n, s:n, s:i, s:i, s:n, s:i}", "payment", self->payment,
                    "stop", stop->id, "state", "paid", "amount_fen", 500, "operator", "operator_ref",
                    "reason", "red_packet_fen", 0, "refunded_fen", 0, "code", "expires_at_ms", 0);
  return feed (self, "payment", data, error);
}

static gboolean
acknowledge (CrashDevice *self, GError **error)
{
  g_autoptr (json_t) object = json_pack ("{s:s, s:I, s:s, s:I}", "device", "device-7", "acknowledged",
                                         (json_int_t)self->ledger->head_seq, "head", self->ledger->head,
                                         "at_ms", (json_int_t)WALL_MS);
  g_autofree char *payload = ds_json_to_line (object);
  g_autofree char *text = ds_jws_sign (self->depot_key, "depot", payload, strlen (payload), error);

  /* As the link does: whether it worked shows in what it should vouch for. */
  if (self->announcements != NULL)
    ds_ledger_learn_keys (self->ledger, self->announcements, NULL);
  return text != NULL && ds_ledger_acknowledge (self->ledger, text, NULL, error);
}

gboolean
crash_device_act_so (CrashDevice *self, guint action, GError **error)
{
  if (self->shift == NULL && action < 8)
    return open_shift (self, error);
  switch (action)
    {
    case 0:
    case 1:
    case 2:
      return take_cash (self, error);
    case 3:
    case 4:
      return present (self, error);
    case 5:
      return self->payment == NULL || tell (self, "payment.query", error);
    case 6:
      return self->payment == NULL || feed_paid (self, error);
    case 7:
      return ds_random_below (self->random, 3) > 0 || crash_device_close_shift (self, error);
    case 8:
    case 9:
      return feed_some_stop (self, error);
    case 10:
      return acknowledge (self, error);
    case 11:
      return ds_ledger_write_anchor (self->ledger, error);
    case 12:
      ds_manual_clock_jump_wall_ms (self->clock, 60 * 1000);
      return TRUE;
    default:
      return ds_db_checkpoint (self->ledger->db, error);
    }
}

gboolean
crash_device_act (CrashDevice *self, GError **error)
{
  return crash_device_act_so (self, ds_random_below (self->random, CRASH_DEVICE_N_ACTIONS), error);
}

gboolean
crash_device_is_enrolled (CrashDevice *self)
{
  g_autoptr (DsStop) last = ds_ledger_find_stop (self->ledger, LAST_WAYBILL, NULL);

  return last != NULL;
}

static guint
get_n_operations (CrashDevice *self)
{
  return self->moments->len > 0 ? crash_disk_get_n_operations () : 0;
}

gboolean
crash_device_enrol (CrashDevice *self, GError **error)
{
  const DsIdentity identity = {
    .device_id = (char *)"device-7",
    .address = (char *)"https://127.0.0.1",
    .ca_pem = (char *)"",
    .depot_key = self->depot_key,
    .depot_name = (char *)"Depot",
    .courier_id = (char *)"C1",
    .courier_name = (char *)"W",
  };
  g_autoptr (DsKey) key = NULL;
  guint begun = get_n_operations (self);

  key = ds_ledger_prepare_key (self->ledger, error);
  if (key == NULL)
    return FALSE;
  if (self->ledger->identity == NULL && !ds_ledger_enrol (self->ledger, &identity, "test", error))
    return FALSE;
  crash_device_note (self, begun);
  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autofree char *stop = g_strdup_printf ("S%u", i);

      begun = get_n_operations (self);
      if (!feed_stop (self, stop, error))
        return FALSE;
      crash_device_note (self, begun);
    }
  begun = get_n_operations (self);
  if (self->shift == NULL && !open_shift (self, error))
    return FALSE;
  crash_device_note (self, begun);
  return TRUE;
}

/* Looking */

static gboolean
describe_table (GString *text, sqlite3 *handle, const char *name)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM \"%s\"", name);
  sqlite3_stmt *query = NULL;
  int result = sqlite3_prepare_v2 (handle, sql, -1, &query, NULL);

  g_string_append_printf (text, "[%s]\n", name);
  while (result == SQLITE_OK && (result = sqlite3_step (query)) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (query); i++)
        {
          const char *value = (const char *)sqlite3_column_text (query, i);

          g_string_append (text, value != NULL ? value : "NULL");
          g_string_append_c (text, '|');
        }
      g_string_append_c (text, '\n');
      result = SQLITE_OK;
    }
  sqlite3_finalize (query);
  return result == SQLITE_DONE;
}

char *
crash_describe (DsLedger *ledger, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  DsQuery *tables = ds_db_prepare (
      ledger->db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", error);
  gboolean row = tables != NULL;

  while (row)
    {
      if (!ds_db_step (ledger->db, tables, &row, error))
        return NULL;
      if (row && !describe_table (text, ds_db_get_handle (ledger->db), ds_db_column_text (tables, 0)))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "a table cannot be read: %s",
                       sqlite3_errmsg (ds_db_get_handle (ledger->db)));
          ds_db_reset (tables);
          return NULL;
        }
    }
  if (tables == NULL)
    return NULL;
  ds_db_reset (tables);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
crash_get_journal (const char *text)
{
  const char *start = strstr (text, "[journal]\n");
  const char *end = start != NULL ? strstr (start + 1, "\n[") : NULL;

  return start == NULL ? g_strdup ("")
         : end != NULL ? g_strndup (start, (gsize)(end - start))
                       : g_strdup (start);
}

void
crash_device_note (CrashDevice *self, guint begun)
{
  Moment *last;
  Moment moment = { .begun = begun };

  if (self->moments->len == 0)
    return;
  last = &g_array_index (self->moments, Moment, self->moments->len - 1);
  moment.text = crash_describe (self->ledger, NULL);
  moment.done = crash_disk_get_n_operations ();
  g_assert_nonnull (moment.text);
  if (g_str_equal (moment.text, last->text))
    g_free (moment.text);
  else
    g_array_append_val (self->moments, moment);
}

void
crash_device_begin (CrashDevice *self)
{
  Moment moment = { .text = crash_describe (self->ledger, NULL) };

  g_assert_nonnull (moment.text);
  g_array_set_size (self->moments, 0);
  g_array_append_val (self->moments, moment);
}

char *
crash_device_examine (CrashDevice *self, char **text)
{
  g_autoptr (DsLedger) ledger = new_ledger (self);
  g_autoptr (GError) error = NULL;
  char *trouble = NULL;

  if (text != NULL)
    *text = NULL;
  if (!ds_ledger_open (ledger, &error))
    trouble = g_strdup_printf ("it does not open: %s", error->message);
  else if (ledger->health != DS_STORE_HEALTHY)
    trouble = g_strdup_printf ("not healthy: %s", ledger->health_text);
  if (text != NULL && ledger->db != NULL)
    {
      *text = crash_describe (ledger, &error);
      if (*text == NULL && trouble == NULL)
        trouble = g_strdup_printf ("it cannot be read: %s", error ? error->message : "");
    }
  /* What closing would tidy up has no part in what was found. */
  crash_disk_power_off ();
  return trouble;
}
