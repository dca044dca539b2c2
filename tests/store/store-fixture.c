/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store-fixture.h"

#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-ledger.h"

#include <glib/gstdio.h>
#include <string.h>

static void
did_finish (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

char *
fixture_path (StoreFixture *fixture, const char *name)
{
  return g_build_filename (fixture->directory, name, NULL);
}

void
fixture_copy_file (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize n;

  g_file_get_contents (from, &bytes, &n, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, bytes, (gssize)n, &error);
  g_assert_no_error (error);
}

void
fixture_close (StoreFixture *fixture)
{
  ds_store_close (fixture->store);
  g_assert_finalize_object (fixture->store);
  fixture->store = NULL;
}

gboolean
fixture_open (StoreFixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  fixture->store = ds_store_new (fixture->directory, DS_CLOCK (fixture->clock), fixture->random);
  ds_store_open_async (fixture->store, NULL, did_finish, &result);
  return ds_store_open_finish (fixture->store, wait_for (&result), error);
}

void
fixture_reopen (StoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_close (fixture);
  fixture_open (fixture, &error);
  g_assert_no_error (error);
}

void
fixture_enrol (StoreFixture *fixture)
{
  const DsIdentity identity = {
    .device_id = (char *)"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    .address = (char *)"https://127.0.0.1:8443",
    .ca_pem = (char *)"-----BEGIN CERTIFICATE-----",
    .depot_key = fixture->depot_key,
    .depot_name = (char *)"Depot",
    .courier_id = (char *)"C1",
    .courier_name = (char *)"王磊",
  };
  g_autoptr (GAsyncResult) prepared = NULL;
  g_autoptr (GAsyncResult) enrolled = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = NULL;

  ds_store_prepare_key_async (fixture->store, NULL, did_finish, &prepared);
  key = ds_store_prepare_key_finish (fixture->store, wait_for (&prepared), &error);
  g_assert_no_error (error);
  g_assert_true (ds_key_has_private (key));

  ds_store_enrol_async (fixture->store, &identity, "test", NULL, did_finish, &enrolled);
  ds_store_enrol_finish (fixture->store, wait_for (&enrolled), &error);
  g_assert_no_error (error);
}

void
fixture_set_up (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parent = g_dir_make_tmp ("doorstep-store-XXXXXX", &error);

  g_assert_no_error (error);
  fixture->directory = g_steal_pointer (&parent);
  fixture->clock = ds_manual_clock_new (FIXTURE_WALL_MS);
  fixture->random = ds_random_new_seeded (7);
  fixture->depot_key = ds_key_generate (&error);
  g_assert_no_error (error);
  fixture_open (fixture, &error);
  g_assert_no_error (error);
  if (data != NULL)
    fixture_enrol (fixture);
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        remove_directory (file);
      else
        g_assert_cmpint (g_unlink (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

void
fixture_tear_down (StoreFixture *fixture, gconstpointer data)
{
  if (fixture->store != NULL)
    fixture_close (fixture);
  remove_directory (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->shift);
  g_object_unref (fixture->clock);
  g_object_unref (fixture->random);
  ds_key_unref (fixture->depot_key);
}

static GPtrArray *
append_drafts (StoreFixture *fixture, const DsDraft *drafts, gsize n_drafts, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_append_async (fixture->store, drafts, n_drafts, NULL, did_finish, &result);
  return ds_store_append_finish (fixture->store, wait_for (&result), error);
}

gboolean
fixture_try_append (StoreFixture *fixture, const DsDraft *drafts, gsize n_drafts, GError **error)
{
  g_autoptr (GPtrArray) stops = append_drafts (fixture, drafts, n_drafts, error);

  return stops != NULL;
}

GPtrArray *
fixture_append (StoreFixture *fixture, const char *type, json_t *data)
{
  g_autoptr (json_t) owned = data;
  g_autoptr (GError) error = NULL;
  DsDraft draft = { type, owned };
  GPtrArray *stops;

  g_assert_nonnull (data);
  stops = append_drafts (fixture, &draft, 1, &error);
  g_assert_no_error (error);
  return stops;
}

void
fixture_append_refused (StoreFixture *fixture, const char *type, json_t *data, DsError code)
{
  g_autoptr (json_t) owned = data;
  g_autoptr (GError) error = NULL;
  DsDraft draft = { type, owned };
  gint64 n_unsent = ds_store_get_n_unsent (fixture->store);

  g_assert_nonnull (data);
  g_assert_null (append_drafts (fixture, &draft, 1, &error));
  g_assert_error (error, DS_ERROR, (gint)code);
  g_assert_cmpint (ds_store_get_n_unsent (fixture->store), ==, n_unsent);
}

char *
fixture_new_id (StoreFixture *fixture)
{
  return ds_id_new (DS_CLOCK (fixture->clock), fixture->random);
}

void
fixture_open_shift (StoreFixture *fixture, gint64 float_fen)
{
  g_free (fixture->shift);
  fixture->shift = fixture_new_id (fixture);
  g_ptr_array_unref (
      fixture_append (fixture, "shift.opened",
                      json_pack ("{s:s, s:s, s:s, s:I}", "shift", fixture->shift, "courier", "C1",
                                 "accounting_date", "2026-11-22", "float_fen", (json_int_t)float_fen)));
}

json_t *
fixture_new_payment (StoreFixture *fixture, const char *payment, const char *stop, gint64 amount_fen)
{
  g_autofree char *first = g_strconcat (stop, "-1", NULL);
  g_autofree char *second = g_strconcat (stop, "-2", NULL);

  return json_pack ("{s:s, s:s, s:s, s:[s, s], s:I}", "payment", payment, "shift", fixture->shift, "stop",
                    stop, "parcels", first, second, "amount_fen", (json_int_t)amount_fen);
}

char *
fixture_present (StoreFixture *fixture, const char *stop, gint64 amount_fen)
{
  g_autofree char *payment = fixture_new_id (fixture);
  json_t *data = fixture_new_payment (fixture, payment, stop, amount_fen);

  json_object_set_new (data, "source", json_string ("built"));
  json_object_set_new (data, "code_sm3", json_string (""));
  json_object_set_new (data, "expires_at_ms", json_integer (FIXTURE_WALL_MS + 60000));
  json_object_set_new (data, "code", json_string ("0002010102"));
  g_ptr_array_unref (fixture_append (fixture, "payment.presented", data));
  return g_steal_pointer (&payment);
}

char *
fixture_take_cash (StoreFixture *fixture, const char *stop, gint64 amount_fen, gint64 tendered_fen)
{
  g_autofree char *payment = fixture_new_id (fixture);
  json_t *data = fixture_new_payment (fixture, payment, stop, amount_fen);

  json_object_set_new (data, "tendered_fen", json_integer (tendered_fen));
  json_object_set_new (data, "change_fen", json_integer (tendered_fen - amount_fen));
  g_ptr_array_unref (fixture_append (fixture, "payment.cash", data));
  return g_steal_pointer (&payment);
}

void
fixture_tell (StoreFixture *fixture, const char *type, const char *payment)
{
  g_ptr_array_unref (fixture_append (fixture, type, json_pack ("{s:s}", "payment", payment)));
}

char *
fixture_item (StoreFixture *fixture, const char *type, json_t *data)
{
  g_autoptr (json_t) item = json_pack ("{s:I, s:s, s:I, s:o}", "cursor", (json_int_t)++fixture->cursor,
                                       "type", type, "at_ms", (json_int_t)FIXTURE_WALL_MS, "data", data);

  g_assert_nonnull (item);
  return ds_json_to_line (item);
}

char *
fixture_stop_item (StoreFixture *fixture, const char *stop, gint64 position, gint64 due_fen)
{
  g_autofree char *first = g_strconcat (stop, "-1", NULL);
  g_autofree char *second = g_strconcat (stop, "-2", NULL);

  return fixture_item (
      fixture, "stop",
      json_pack (
          "{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:[{s:s, s:I, s:b}, {s:s, s:I, s:b}],"
          " s:n, s:n}",
          "stop", stop, "version", (json_int_t)fixture->cursor, "position", (json_int_t)position, "recipient",
          "李建华", "phone", "17012340126", "address", "Road 1", "place", "East", "note", "lat_e6",
          (json_int_t)31230400, "lng_e6", (json_int_t)121473700, "window_from_ms",
          (json_int_t)FIXTURE_WALL_MS, "window_to_ms", (json_int_t)FIXTURE_WALL_MS + 7200000, "parcels",
          "waybill", first, "due_fen", (json_int_t)due_fen, "prepaid", 0, "waybill", second, "due_fen",
          (json_int_t)0, "prepaid", 1, "prefetched", "spoken_secret"));
}

char *
fixture_payment_item (StoreFixture *fixture,
                      const char *payment,
                      const char *stop,
                      const char *state,
                      gint64 amount_fen)
{
  return fixture_item (fixture, "payment",
                       json_pack ("{s:s, s:s, s:s, s:I, s:n, s:n, s:n, s:I, s:I, s:n, s:I}", "payment",
                                  payment, "stop", stop, "state", state, "amount_fen", (json_int_t)amount_fen,
                                  "operator", "operator_ref", "reason", "red_packet_fen", (json_int_t)0,
                                  "refunded_fen", (json_int_t)0, "code", "expires_at_ms", (json_int_t)0));
}

gint64
fixture_try_feed (StoreFixture *fixture, const char *lines, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) items = g_bytes_new (lines, strlen (lines));

  ds_store_apply_feed_async (fixture->store, items, NULL, did_finish, &result);
  return ds_store_apply_feed_finish (fixture->store, wait_for (&result), error);
}

gint64
fixture_feed (StoreFixture *fixture, char *line)
{
  g_autofree char *owned = line;
  g_autoptr (GError) error = NULL;
  gint64 cursor = fixture_try_feed (fixture, owned, &error);

  g_assert_no_error (error);
  return cursor;
}

json_t *
fixture_settings (void)
{
  return json_pack ("{s:I, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:b,"
                    " s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:i, s:i, s:i}}",
                    "version", (json_int_t)1, "depot_name", "Depot", "courier", "id", "C1", "name", "王磊",
                    "payee", "id", "M100", "name", "Doorstep", "city", "Shanghai", "mcc", "4215",
                    "built_codes", 1, "limits", "voucher_fen", 50000, "wallet_fen", 100000, "unredeemed_fen",
                    300000, "unredeemed_count", 20, "voucher_age_s", 86400, "trust_age_s", 604800, "cash_fen",
                    500000, "timings", "live_code_wait_ms", 3000, "unknown_after_ms", 30000, "query_every_ms",
                    60000, "payer_code_life_ms", 60000, "built_code_life_ms", 600000);
}

DsOutbox *
fixture_load_outbox (StoreFixture *fixture, guint max_lines, gsize max_bytes)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsOutbox *outbox;

  ds_store_load_outbox_async (fixture->store, max_lines, max_bytes, NULL, did_finish, &result);
  outbox = ds_store_load_outbox_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
  return outbox;
}

GStrv
fixture_export (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path (fixture, "export");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *text = NULL;

  ds_store_export_async (fixture->store, file, NULL, did_finish, &result);
  ds_store_export_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  if (g_str_has_suffix (text, "\n"))
    text[strlen (text) - 1] = '\0';
  return g_strsplit (text, "\n", -1);
}

char *
fixture_acknowledgement (StoreFixture *fixture, gint64 seq, const char *head)
{
  g_auto (GStrv) lines = fixture_export (fixture);
  g_autofree char *true_head = NULL;
  g_autofree char *payload = NULL;
  g_autoptr (json_t) object = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  if (head == NULL)
    true_head = ds_sm3_hex (lines[seq - 1], strlen (lines[seq - 1]));
  object = json_pack ("{s:s, s:I, s:s, s:I}", "device", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                      "acknowledged", (json_int_t)seq, "head", head ? head : true_head, "at_ms",
                      (json_int_t)FIXTURE_WALL_MS + 5000);
  payload = ds_json_to_line (object);
  text = ds_jws_sign (fixture->depot_key, "depot", payload, strlen (payload), &error);
  g_assert_no_error (error);
  return text;
}

gboolean
fixture_acknowledge (StoreFixture *fixture, const char *text, json_t *refused, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_store_acknowledge_async (fixture->store, text, refused, NULL, did_finish, &result);
  return ds_store_acknowledge_finish (fixture->store, wait_for (&result), error);
}

GPtrArray *
fixture_load_stops (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *stops;

  ds_store_load_stops_async (fixture->store, NULL, did_finish, &result);
  stops = ds_store_load_stops_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
  return stops;
}

DsStop *
fixture_load_stop (StoreFixture *fixture, const char *stop_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsStop *stop;

  ds_store_load_stop_async (fixture->store, stop_id, NULL, did_finish, &result);
  stop = ds_store_load_stop_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
  return stop;
}

DsPayment *
fixture_load_payment (StoreFixture *fixture, const char *stop_id, const char *payment_id)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, stop_id);
  DsPayment *payment = ds_stop_find_payment (stop, payment_id);

  return payment ? g_object_ref (payment) : NULL;
}

GPtrArray *
fixture_load_problems (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *problems;

  ds_store_load_problems_async (fixture->store, NULL, did_finish, &result);
  problems = ds_store_load_problems_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
  return problems;
}

void
fixture_load_exposure (StoreFixture *fixture, const char *serial, DsExposure *exposure, gint64 *wallet_fen)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_load_exposure_async (fixture->store, serial, NULL, did_finish, &result);
  ds_store_load_exposure_finish (fixture->store, wait_for (&result), exposure, wallet_fen, &error);
  g_assert_no_error (error);
}

DsStop *
fixture_find_stop (StoreFixture *fixture, const char *what)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsStop *stop;

  ds_store_find_stop_async (fixture->store, what, NULL, did_finish, &result);
  stop = ds_store_find_stop_finish (fixture->store, wait_for (&result), &error);
  g_assert_no_error (error);
  return stop;
}

void
fixture_assert_rebuildable (StoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *difference = NULL;
  DsLedger *ledger;

  fixture_close (fixture);
  ledger = ds_ledger_new (fixture->directory, DS_CLOCK (fixture->clock), fixture->random);
  ds_ledger_open (ledger, &error);
  g_assert_no_error (error);
  ds_ledger_compare (ledger, &difference, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (difference, ==, NULL);
  ds_ledger_free (ledger);
  fixture_open (fixture, &error);
  g_assert_no_error (error);
}
