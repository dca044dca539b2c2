/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include "ds-encoding.h"
#include "ds-entry.h"
#include "ds-jws.h"
#include "ds-spoken-proof.h"

#include <glib/gstdio.h>
#include <string.h>

#define START_MS (G_GINT64_CONSTANT (1795312800000)) /* 2026-11-22T02:00:00Z */

void
fixture_keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **)place = g_object_ref (result);
}

GAsyncResult *
fixture_wait (GAsyncResult **place)
{
  while (*place == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *place;
}

/* A result that is freed with its scope. */
#define RESULT(name) g_autoptr (GAsyncResult) name = NULL

static GStrv
split (const char *waybills)
{
  return g_strsplit (waybills, " ", -1);
}

/* The depot's side */

void
fixture_feed (Fixture *self, const char *type, json_t *data)
{
  g_autoptr (json_t) item = json_pack ("{s:I, s:s, s:I, s:o}", "cursor", (json_int_t)++self->cursor, "type",
                                       type, "at_ms", (json_int_t)fixture_get_now_ms (self), "data", data);
  g_autofree char *line = ds_json_to_line (item);
  g_autofree char *lines = g_strconcat (line, "\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (lines, strlen (lines));
  g_autoptr (GError) error = NULL;
  gint64 cursor;
  RESULT (result);

  ds_store_apply_feed_async (self->store, bytes, NULL, fixture_keep_result, &result);
  cursor = ds_store_apply_feed_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpint (cursor, ==, self->cursor);
}

void
fixture_feed_settings (Fixture *self)
{
  json_t *version = json_object_get (self->settings, "version");

  json_integer_set (version, json_integer_value (version) + 1);
  fixture_feed (self, "settings", json_deep_copy (self->settings));
}

void
fixture_feed_setting (Fixture *self, const char *group, const char *name, gint64 value)
{
  json_object_set_new (json_object_get (self->settings, group), name, json_integer (value));
  fixture_feed_settings (self);
}

void
fixture_feed_built_codes (Fixture *self, gboolean built_codes)
{
  json_object_set_new (self->settings, "built_codes", json_boolean (built_codes));
  fixture_feed_settings (self);
}

void
fixture_feed_trust_list (Fixture *self, gint64 issued_at_ms)
{
  g_autofree char *public_key = ds_key_get_public_hex (self->operator_key);
  g_autoptr (GError) error = NULL;
  g_autofree char *jws = NULL;
  g_autoptr (json_t) payload
      = json_pack ("{s:I, s:I, s:[{s:s, s:s, s:[{s:s, s:I, s:I, s:b}]}, {s:s, s:s, s:[]}]}", "version",
                   (json_int_t)issued_at_ms, "issued_at_ms", (json_int_t)issued_at_ms, "operators", "id",
                   FIXTURE_OPERATOR, "name", "Sandbox Bank A", "keys", "public_key", public_key,
                   "not_before_ms", (json_int_t)0, "not_after_ms", (json_int_t)START_MS * 2, "revoked", 0,
                   "id", FIXTURE_OTHER_OPERATOR, "name", "Sandbox Bank B", "keys");

  jws = ds_trust_list_sign (payload, self->depot_key, &error);
  g_assert_no_error (error);
  fixture_feed (self, "operators", json_pack ("{s:s}", "jws", jws));
}

/* @parcels: (transfer full) */
static void
feed_stop (Fixture *self, const char *stop_id, gint64 position, json_t *parcels, json_t *prefetched)
{
  fixture_feed (self, "stop",
                json_pack ("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:o, s:o, s:s?}",
                           "stop", stop_id, "version", (json_int_t)self->cursor + 1, "position",
                           (json_int_t)position, "recipient", "李小华", "phone", "17012340126", "address",
                           "柳荫街 8 号", "place", "柳荫街", "note", "lat_e6", (json_int_t)39908000, "lng_e6",
                           (json_int_t)116397000, "window_from_ms", (json_int_t)0, "window_to_ms",
                           (json_int_t)0, "parcels", parcels, "prefetched",
                           prefetched ? prefetched : json_null (), "spoken_secret",
                           self->without_secrets ? NULL : FIXTURE_SECRET));
}

void
fixture_feed_stop (Fixture *self, const char *stop_id, gint64 due_fen, json_t *prefetched)
{
  g_autofree char *waybill = g_strconcat ("P-", stop_id, NULL);

  feed_stop (self, stop_id, self->cursor + 1,
             json_pack ("[{s:s, s:I, s:b}]", "waybill", waybill, "due_fen", (json_int_t)due_fen, "prepaid",
                        due_fen == 0),
             prefetched);
}

static json_t *
make_payment (const char *stop_id, const char *payment_id, const char *state, gint64 amount_fen)
{
  return json_pack ("{s:s, s:s, s:s, s:I, s:n, s:n, s:n, s:I, s:I, s:n, s:I}", "payment", payment_id, "stop",
                    stop_id, "state", state, "amount_fen", (json_int_t)amount_fen, "operator", "operator_ref",
                    "reason", "red_packet_fen", (json_int_t)0, "refunded_fen", (json_int_t)0, "code",
                    "expires_at_ms", (json_int_t)0);
}

void
fixture_feed_payment (Fixture *self,
                      const char *stop_id,
                      const char *payment_id,
                      const char *state,
                      gint64 amount_fen)
{
  fixture_feed (self, "payment", make_payment (stop_id, payment_id, state, amount_fen));
  fixture_settle (self);
}

void
fixture_feed_code (Fixture *self, DsPayment *payment, const char *code, gint64 expires_at_ms)
{
  json_t *data = make_payment (payment->stop_id, payment->id, "presented", payment->amount_fen);

  json_object_set_new (data, "code", json_string (code));
  json_object_set_new (data, "operator", json_string (FIXTURE_OPERATOR));
  json_object_set_new (data, "expires_at_ms", json_integer (expires_at_ms));
  fixture_feed (self, "payment", data);
}

void
fixture_acknowledge (Fixture *self)
{
  g_autoptr (GPtrArray) entries = fixture_load_journal (self);
  const DsEntry *last = g_ptr_array_index (entries, entries->len - 1);
  g_autoptr (json_t) payload
      = json_pack ("{s:s, s:I, s:s, s:I}", "device", last->device_id, "acknowledged", (json_int_t)last->seq,
                   "head", last->hash, "at_ms", (json_int_t)fixture_get_now_ms (self));
  g_autofree char *text = ds_json_to_line (payload);
  g_autoptr (GError) error = NULL;
  g_autofree char *jws = ds_jws_sign (self->depot_key, "depot", text, strlen (text), &error);
  gboolean acknowledged;
  RESULT (result);

  g_assert_no_error (error);
  ds_store_acknowledge_async (self->store, jws, NULL, NULL, fixture_keep_result, &result);
  acknowledged = ds_store_acknowledge_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (acknowledged);
}

/* Making a handheld */

static void
on_payment_changed (DsDoor *door, DsPayment *payment, DsStop *stop, Fixture *self)
{
  g_assert_true (ds_stop_find_payment (stop, payment->id) == payment);
  g_ptr_array_add (self->changes,
                   g_strdup_printf ("%s %s", payment->id, ds_payment_state_to_name (payment->state)));
}

static void
open_door (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  gboolean opened;
  RESULT (result);

  self->store = ds_store_new (self->directory, self->clock, self->random);
  ds_store_open_async (self->store, NULL, fixture_keep_result, &result);
  opened = ds_store_open_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (opened);
  g_assert_cmpint (ds_store_get_health (self->store), ==, DS_STORE_HEALTHY);
  self->door = ds_door_new (self->store, self->clock, self->random);
  g_signal_connect (self->door, "payment-changed", G_CALLBACK (on_payment_changed), self);
  fixture_settle (self);
}

static void
close_door (Fixture *self)
{
  fixture_settle (self);
  g_assert_finalize_object (g_steal_pointer (&self->door));
  ds_store_close (self->store);
  g_assert_finalize_object (g_steal_pointer (&self->store));
}

void
fixture_restart (Fixture *self)
{
  close_door (self);
  ds_manual_clock_reboot (DS_MANUAL_CLOCK (self->clock));
  open_door (self);
}

static void
enrol (Fixture *self)
{
  g_autofree char *id = ds_id_new (self->clock, self->random);
  const DsIdentity identity = { .device_id = id,
                                .address = (char *)"https://127.0.0.1:1",
                                .ca_pem = (char *)"",
                                .depot_key = self->depot_key,
                                .depot_name = (char *)"Depot",
                                .courier_id = (char *)"C1",
                                .courier_name = (char *)"Courier" };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = NULL;
  gboolean enrolled;
  RESULT (prepared);
  RESULT (result);

  ds_store_prepare_key_async (self->store, NULL, fixture_keep_result, &prepared);
  key = ds_store_prepare_key_finish (self->store, fixture_wait (&prepared), &error);
  g_assert_no_error (error);
  ds_store_enrol_async (self->store, &identity, "test", NULL, fixture_keep_result, &result);
  enrolled = ds_store_enrol_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (enrolled);
}

static json_t *
make_settings (void)
{
  return json_pack (
      "{s:I, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:b, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I},"
      " s:{s:I, s:I, s:I, s:I, s:I}}",
      "version", (json_int_t)0, "depot_name", "Depot", "courier", "id", "C1", "name", "Courier", "payee",
      "id", FIXTURE_PAYEE, "name", "Depot", "city", "BEIJING", "mcc", "4215", "built_codes", 1, "limits",
      "voucher_fen", (json_int_t)50000, "wallet_fen", (json_int_t)80000, "unredeemed_fen", (json_int_t)200000,
      "unredeemed_count", (json_int_t)20, "voucher_age_s", (json_int_t)86400, "trust_age_s",
      (json_int_t)604800, "cash_fen", (json_int_t)500000, "timings", "live_code_wait_ms", (json_int_t)3000,
      "unknown_after_ms", (json_int_t)60000, "query_every_ms", (json_int_t)5000, "payer_code_life_ms",
      (json_int_t)60000, "built_code_life_ms", (json_int_t)600000);
}

Fixture *
fixture_new_unfed (void)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("doorstep-door-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = DS_CLOCK (ds_manual_clock_new (START_MS));
  self->random = ds_random_new_seeded (20261122);
  self->changes = g_ptr_array_new_with_free_func (g_free);
  self->settings = make_settings ();
  self->depot_key = ds_key_generate (&error);
  g_assert_no_error (error);
  self->operator_key = ds_key_generate (&error);
  g_assert_no_error (error);
  self->wallet_key = ds_key_generate (&error);
  g_assert_no_error (error);
  self->certificate
      = fixture_certify (self, 1, self->wallet_key, 1000000, 1000000, START_MS / 1000 + 30 * 86400);

  open_door (self);
  enrol (self);
  return self;
}

Fixture *
fixture_new_without_shift (void)
{
  Fixture *self = fixture_new_unfed ();

  fixture_feed_settings (self);
  fixture_feed_trust_list (self, START_MS);
  feed_stop (self, "S1", 1,
             json_pack ("[{s:s, s:I, s:b}, {s:s, s:I, s:b}, {s:s, s:I, s:b}]", "waybill", "DS1", "due_fen",
                        (json_int_t)19800, "prepaid", 0, "waybill", "DS2", "due_fen", (json_int_t)8850,
                        "prepaid", 0, "waybill", "DS3", "due_fen", (json_int_t)0, "prepaid", 1),
             NULL);
  feed_stop (self, "S2", 2,
             json_pack ("[{s:s, s:I, s:b}]", "waybill", "DS4", "due_fen", (json_int_t)5000, "prepaid", 0),
             NULL);
  fixture_settle (self);
  return self;
}

Fixture *
fixture_new (void)
{
  Fixture *self = fixture_new_without_shift ();

  fixture_open_shift (self, 20000);
  return self;
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_directory (child);
      else
        g_assert_cmpint (g_remove (child), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

/* For whoever holds the journals to the contract: check-journals.py. */
static void
leave_journal (Fixture *self, const char *directory)
{
  g_autofree char *name = g_uuid_string_random ();
  g_autoptr (GFile) file = g_file_new_build_filename (directory, name, NULL);
  g_autoptr (GError) error = NULL;
  RESULT (result);

  ds_store_export_async (self->store, file, NULL, fixture_keep_result, &result);
  ds_store_export_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

void
fixture_free (Fixture *self)
{
  const char *journals = g_getenv ("DS_TEST_JOURNALS");

  if (journals != NULL)
    leave_journal (self, journals);
  close_door (self);
  remove_directory (self->directory);
  g_free (self->directory);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_ptr_array_unref (self->changes);
  json_decref (self->settings);
  ds_key_unref (self->depot_key);
  ds_key_unref (self->operator_key);
  ds_key_unref (self->wallet_key);
  ds_wallet_certificate_free (self->certificate);
  g_free (self);
}

/* Time */

gint64
fixture_get_now_ms (Fixture *self)
{
  return ds_clock_get_wall_ms (self->clock);
}

/* Asks the store something and waits: what was asked before has been answered by then. */
static void
pass_through_store (Fixture *self)
{
  g_autoptr (GPtrArray) stops = NULL;
  RESULT (result);

  ds_store_load_stops_async (self->store, NULL, fixture_keep_result, &result);
  stops = ds_store_load_stops_finish (self->store, fixture_wait (&result), NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
fixture_settle (Fixture *self)
{
  /* The turns that are taken or waited for; then the news of the last one, and what is loaded because of it. */
  do
    pass_through_store (self);
  while (self->door->turn_taken);
  pass_through_store (self);
  pass_through_store (self);
}

void
fixture_advance_ms (Fixture *self, gint64 by_ms)
{
  ds_manual_clock_advance_ms (DS_MANUAL_CLOCK (self->clock), by_ms);
  ds_door_tick (self->door);
  fixture_settle (self);
}

/* Reading */

DsStop *
fixture_load_stop (Fixture *self, const char *stop_id)
{
  g_autoptr (GError) error = NULL;
  DsStop *stop;
  RESULT (result);

  ds_store_load_stop_async (self->store, stop_id, NULL, fixture_keep_result, &result);
  stop = ds_store_load_stop_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return stop;
}

DsPaymentState
fixture_get_state (Fixture *self, const char *stop_id, const char *payment_id)
{
  g_autoptr (DsStop) stop = fixture_load_stop (self, stop_id);
  DsPayment *payment = ds_stop_find_payment (stop, payment_id);

  return payment ? payment->state : DS_PAYMENT_NONE;
}

GPtrArray *
fixture_load_journal (Fixture *self)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_entry_free);
  g_autoptr (DsOutbox) outbox = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *bytes;
  gsize n;
  RESULT (result);

  ds_store_load_outbox_async (self->store, G_MAXINT32, G_MAXSSIZE, NULL, fixture_keep_result, &result);
  outbox = ds_store_load_outbox_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpint (outbox->first_seq, ==, 1);
  bytes = g_bytes_get_data (outbox->lines, &n);
  text = g_strndup (bytes, n);
  lines = g_strsplit (text, "\n", -1);
  for (gint64 i = 0; i < outbox->last_seq; i++)
    {
      DsEntry *entry = ds_entry_parse (lines[i], -1, &error);

      g_assert_no_error (error);
      g_ptr_array_add (entries, entry);
    }
  return entries;
}

guint
fixture_count_entries (Fixture *self, const char *type)
{
  g_autoptr (GPtrArray) entries = fixture_load_journal (self);
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    n += g_str_equal (((DsEntry *)g_ptr_array_index (entries, i))->type, type);
  return n;
}

guint
fixture_count_problems (Fixture *self, const char *kind)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;
  RESULT (result);

  ds_store_load_problems_async (self->store, NULL, fixture_keep_result, &result);
  problems = ds_store_load_problems_finish (self->store, fixture_wait (&result), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    n += g_str_equal (((DsProblem *)g_ptr_array_index (problems, i))->kind, kind);
  return n;
}

/* Doing */

void
fixture_open_shift (Fixture *self, gint64 float_fen)
{
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;
  RESULT (result);

  ds_door_open_shift_async (self->door, float_fen, NULL, fixture_keep_result, &result);
  shift = ds_door_open_shift_finish (self->door, fixture_wait (&result), &error);
  g_assert_no_error (error);
  fixture_settle (self);
}

DsPresentation *
fixture_present (Fixture *self, const char *stop_id, const char *waybills, gint64 amount_fen, GError **error)
{
  g_auto (GStrv) parcels = split (waybills);
  DsPresentation *presentation;
  RESULT (result);

  ds_door_present_async (self->door, stop_id, (const char *const *)parcels, amount_fen, NULL,
                         fixture_keep_result, &result);
  presentation = ds_door_present_finish (self->door, fixture_wait (&result), error);
  fixture_settle (self);
  return presentation;
}

char *
fixture_show (Fixture *self, const char *stop_id, const char *waybills, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPresentation) presentation = fixture_present (self, stop_id, waybills, amount_fen, &error);

  g_assert_no_error (error);
  return g_strdup (presentation->payment_id);
}

static DsAnswer *
scan (Fixture *self, const DsScanContext *context, const char *text)
{
  g_autoptr (GError) error = NULL;
  DsAnswer *answer;
  RESULT (result);

  ds_door_scan_async (self->door, context, text, NULL, fixture_keep_result, &result);
  answer = ds_door_scan_finish (self->door, fixture_wait (&result), &error);
  g_assert_no_error (error);
  fixture_settle (self);
  return answer;
}

DsAnswer *
fixture_scan (Fixture *self, const char *stop_id, const char *payment_id, const char *text)
{
  return scan (self, &(DsScanContext){ .stop_id = stop_id, .payment_id = payment_id }, text);
}

DsAnswer *
fixture_try_spoken (Fixture *self, const char *payment_id, const char *typed)
{
  g_autoptr (GError) error = NULL;
  DsAnswer *answer;
  RESULT (result);

  ds_door_try_spoken_async (self->door, payment_id, typed, NULL, fixture_keep_result, &result);
  answer = ds_door_try_spoken_finish (self->door, fixture_wait (&result), &error);
  g_assert_no_error (error);
  fixture_settle (self);
  return answer;
}

char *
fixture_make_spoken (const char *payment_id, gint64 amount_fen)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  char text[DS_SPOKEN_PROOF_TEXT_SIZE];
  g_autoptr (GError) error = NULL;

  ds_spoken_proof_derive (FIXTURE_SECRET, payment_id, amount_fen, digits, &error);
  g_assert_no_error (error);
  ds_spoken_proof_format (digits, text);
  return g_strdup (text);
}

DsAnswer *
fixture_scan_payer (Fixture *self,
                    const char *stop_id,
                    const char *waybills,
                    gint64 amount_fen,
                    const char *text)
{
  g_auto (GStrv) parcels = split (waybills);

  return scan (self,
               &(DsScanContext){
                   .stop_id = stop_id, .waybills = (const char *const *)parcels, .amount_fen = amount_fen },
               text);
}

gboolean
fixture_take_cash (Fixture *self,
                   const char *stop_id,
                   const char *waybills,
                   gint64 amount_fen,
                   gint64 tendered_fen,
                   gboolean supersede,
                   char **payment_id,
                   GError **error)
{
  g_auto (GStrv) parcels = split (waybills);
  g_autoptr (DsStop) stop = NULL;
  RESULT (result);

  ds_door_take_cash_async (self->door, stop_id, (const char *const *)parcels, amount_fen, tendered_fen,
                           supersede, NULL, fixture_keep_result, &result);
  stop = ds_door_take_cash_finish (self->door, fixture_wait (&result), payment_id, error);
  fixture_settle (self);
  return stop != NULL;
}

gboolean
fixture_set_outcome (Fixture *self,
                     const char *stop_id,
                     const char *waybills,
                     DsParcelOutcome outcome,
                     const char *reason,
                     GError **error)
{
  g_auto (GStrv) parcels = split (waybills);
  g_autoptr (DsStop) stop = NULL;
  RESULT (result);

  ds_door_set_outcome_async (self->door, stop_id, (const char *const *)parcels, outcome, reason, NULL,
                             fixture_keep_result, &result);
  stop = ds_door_set_outcome_finish (self->door, fixture_wait (&result), error);
  fixture_settle (self);
  return stop != NULL;
}

gboolean
fixture_claim (Fixture *self, const char *payment_id, GError **error)
{
  g_autoptr (DsStop) stop = NULL;
  RESULT (result);

  ds_door_claim_async (self->door, payment_id, NULL, fixture_keep_result, &result);
  stop = ds_door_claim_finish (self->door, fixture_wait (&result), error);
  fixture_settle (self);
  return stop != NULL;
}

gboolean
fixture_query (Fixture *self, const char *payment_id, GError **error)
{
  g_autoptr (DsStop) stop = NULL;
  RESULT (result);

  ds_door_query_async (self->door, payment_id, NULL, fixture_keep_result, &result);
  stop = ds_door_query_finish (self->door, fixture_wait (&result), error);
  fixture_settle (self);
  return stop != NULL;
}

DsShift *
fixture_close_shift (Fixture *self, const guint *counts, gsize n_counts, GError **error)
{
  DsShift *shift;
  RESULT (result);

  ds_door_close_shift_async (self->door, counts, n_counts, NULL, fixture_keep_result, &result);
  shift = ds_door_close_shift_finish (self->door, fixture_wait (&result), error);
  fixture_settle (self);
  return shift;
}

/* Evidence */

char *
fixture_sign_receipt (DsKey *key, const DsEvidence *draft)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) receipt = ds_receipt_sign (key, draft, &error);

  g_assert_no_error (error);
  return ds_evidence_to_text (receipt);
}

char *
fixture_make_receipt (Fixture *self, const char *payment_id, gint64 amount_fen, const char *operator_ref)
{
  return fixture_sign_receipt (self->operator_key, &(DsEvidence){ .payment_id = (char *)payment_id,
                                                                  .amount_fen = amount_fen,
                                                                  .payee_id = (char *)FIXTURE_PAYEE,
                                                                  .operator_id = (char *)FIXTURE_OPERATOR,
                                                                  .operator_ref = (char *)operator_ref,
                                                                  .at_s = fixture_get_now_ms (self) / 1000 });
}

char *
fixture_sign_voucher (DsKey *key, const DsWalletCertificate *certificate, const DsEvidence *draft)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsEvidence) voucher = ds_voucher_sign (key, certificate, draft, &error);

  g_assert_no_error (error);
  return ds_evidence_to_text (voucher);
}

char *
fixture_make_voucher (Fixture *self, const char *payment_id, gint64 amount_fen)
{
  return fixture_sign_voucher (self->wallet_key, self->certificate,
                               &(DsEvidence){ .payment_id = (char *)payment_id,
                                              .amount_fen = amount_fen,
                                              .payee_id = (char *)FIXTURE_PAYEE,
                                              .counter = ++self->next_counter,
                                              .at_s = fixture_get_now_ms (self) / 1000 });
}

DsWalletCertificate *
fixture_certify (Fixture *self,
                 guint8 n,
                 DsKey *wallet_key,
                 gint64 voucher_limit_fen,
                 gint64 total_limit_fen,
                 gint64 not_after_s)
{
  DsWalletCertificate draft = { .operator_id = (char *)FIXTURE_OPERATOR,
                                .serial = { 0, 0, 0, 0, 0, n },
                                .tier = 4,
                                .voucher_limit_fen = voucher_limit_fen,
                                .total_limit_fen = total_limit_fen,
                                .not_after_s = not_after_s };
  g_autoptr (GError) error = NULL;
  DsWalletCertificate *certificate;

  ds_key_get_public_compressed (wallet_key, draft.public_key);
  certificate = ds_wallet_certificate_sign (self->operator_key, &draft, &error);
  g_assert_no_error (error);
  return certificate;
}

/* Answers */

void
fixture_check_answer (const char *file,
                      int line,
                      const char *function,
                      DsAnswer *answer,
                      DsAnswerKind kind,
                      const char *reason)
{
  if (answer->kind != kind || g_strcmp0 (answer->reason, reason) != 0)
    {
      g_autofree char *what
          = g_strdup_printf ("answer %d (%s): %s: %s", answer->kind,
                             answer->reason ? answer->reason : "no reason", answer->title, answer->text);

      g_assertion_message (G_LOG_DOMAIN, file, line, function, what);
    }
  g_assert_true (g_utf8_validate (answer->title, -1, NULL) && g_utf8_validate (answer->text, -1, NULL));
  g_assert_cmpint (strlen (answer->title), >, 3);
  g_assert_true (g_str_has_suffix (answer->text, "."));
  g_assert_null (strchr (answer->text, '%'));
}
