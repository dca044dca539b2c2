/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handheld's whole program without its window. */
#include "config.h"

#include "company.h"

#include "ds-decoder.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-qr.h"

#include <string.h>

#define PICTURE_SCALE 6

static void
payment_changed (DsDoor *door, DsPayment *payment, DsStop *stop, gpointer user_data)
{
  Handheld *self = user_data;

  g_hash_table_insert (self->states, g_strdup (payment->id),
                       g_strdup (ds_payment_state_to_name (payment->state)));
}

static void
online_changed (DsLink *link, GParamSpec *pspec, gpointer user_data)
{
  Handheld *self = user_data;

  ds_door_set_online (self->door, ds_link_get_online (link));
}

static void
caught_up (DsLink *link, gpointer user_data)
{
  ((Handheld *)user_data)->n_caught_up++;
}

static Handheld *
make_handheld (Company *company, const char *name, gboolean for_practice)
{
  Handheld *self = g_new0 (Handheld, 1);
  g_autofree char *directory = company_get_path (company, name);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  self->company = company;
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->store = for_practice ? ds_store_new_for_practice (directory, company->clock, company->random)
                             : ds_store_new (directory, company->clock, company->random);
  ds_store_open_async (self->store, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  ds_store_open_finish (self->store, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ds_store_get_health (self->store), ==, DS_STORE_HEALTHY);

  self->door = ds_door_new (self->store, company->clock, company->random);
  g_signal_connect (self->door, "payment-changed", G_CALLBACK (payment_changed), self);
  self->link = ds_link_new (self->store, company->clock, company->random);
  g_signal_connect (self->link, "notify::online", G_CALLBACK (online_changed), self);
  g_signal_connect (self->link, "caught-up", G_CALLBACK (caught_up), self);
  return self;
}

Handheld *
handheld_new (Company *company, const char *name)
{
  return make_handheld (company, name, FALSE);
}

Handheld *
handheld_new_for_practice (Company *company, const char *name)
{
  return make_handheld (company, name, TRUE);
}

static void
set_flag (gpointer user_data, GObject *object)
{
  *(gboolean *)user_data = TRUE;
}

void
handheld_free (Handheld *self)
{
  gboolean link_gone = FALSE;

  ds_link_stop (self->link);
  g_signal_handlers_disconnect_by_data (self->link, self);
  g_signal_handlers_disconnect_by_data (self->door, self);
  g_object_weak_ref (G_OBJECT (self->link), set_flag, &link_gone);
  g_object_unref (self->link);
  WAIT_UNTIL (link_gone);
  g_object_unref (self->door);
  ds_store_close (self->store);
  g_object_unref (self->store);
  g_hash_table_unref (self->states);
  g_free (self);
}

void
handheld_enrol (Handheld *self, const char *courier, const char *address)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_depot_enrol (self->company->depot, courier, "王磊", address, &error);

  g_assert_no_error (error);
  handheld_enrol_with (self, text);
}

void
handheld_enrol_with (Handheld *self, const char *text)
{
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (GAsyncResult) enrolled = NULL;
  g_autoptr (DsIdentity) identity = NULL;
  g_autoptr (DsEnrolCode) code = NULL;
  g_autoptr (GError) error = NULL;

  code = ds_enrol_code_parse (text, &error);
  g_assert_no_error (error);

  ds_link_ask_to_enrol_async (self->link, code, "scenario", NULL, company_keep_result, &asked);
  WAIT_UNTIL (asked != NULL);
  identity = ds_link_ask_to_enrol_finish (self->link, asked, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity->courier_name, ==, "王磊");
  ds_store_enrol_async (self->store, identity, "scenario", NULL, company_keep_result, &enrolled);
  WAIT_UNTIL (enrolled != NULL);
  ds_store_enrol_finish (self->store, enrolled, &error);
  g_assert_no_error (error);
}

void
handheld_sync (Handheld *self)
{
  guint n = self->n_caught_up;

  ds_link_start (self->link);
  ds_link_wake (self->link);
  WAIT_UNTIL (self->n_caught_up > n);
}

DsStop *
handheld_find_stop (Handheld *self, const char *waybill)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsStop *stop;

  ds_store_find_stop_async (self->store, waybill, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  stop = ds_store_find_stop_finish (self->store, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (stop);
  return stop;
}

DsStopStatus
handheld_get_status (Handheld *self, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (self, waybill);

  return ds_stop_get_status (stop);
}

gint64
handheld_get_open_fen (Handheld *self, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (self, waybill);
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  return debt.open_fen;
}

const char *
handheld_get_state (Handheld *self, const char *payment_id)
{
  const char *state = g_hash_table_lookup (self->states, payment_id);

  return state ? state : "";
}

guint
handheld_count_problems (Handheld *self, const char *kind)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  ds_store_load_problems_async (self->store, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  problems = ds_store_load_problems_finish (self->store, result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    n += g_str_equal (((DsProblem *)g_ptr_array_index (problems, i))->kind, kind);
  return n;
}

/* The shift */

void
handheld_open_shift (Handheld *self, gint64 float_fen)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_open_shift_async (self->door, float_fen, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  shift = ds_door_open_shift_finish (self->door, result, &error);
  g_assert_no_error (error);
}

void
handheld_close_shift (Handheld *self, gint64 cash_fen)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;
  guint counts[16] = { 0 };
  gsize n = 0;

  for (; ds_cash_denominations_fen[n] != 0; n++)
    {
      counts[n] = (guint)(cash_fen / ds_cash_denominations_fen[n]);
      cash_fen %= ds_cash_denominations_fen[n];
    }
  g_assert_cmpint (cash_fen, ==, 0);
  ds_door_close_shift_async (self->door, counts, n, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  shift = ds_door_close_shift_finish (self->door, result, &error);
  g_assert_no_error (error);
}

json_t *
handheld_wait_for_statement (Handheld *self)
{
  g_autoptr (GBytes) payload = NULL;
  g_autofree char *kid = NULL;
  g_autoptr (GError) error = NULL;
  const char *text;
  json_t *statement;
  gsize n;

  WAIT_UNTIL (ds_store_get_shift (self->store)->statement != NULL);
  text = ds_store_get_shift (self->store)->statement;
  ds_jws_verify (ds_identity_find_key (ds_store_get_identity (self->store), text), text, -1, &kid, &payload,
                 &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kid, ==, "depot");
  text = g_bytes_get_data (payload, &n);
  statement = ds_json_parse_object (text, n, n, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_string_value (json_object_get (statement, "shift")), ==,
                   ds_store_get_shift (self->store)->id);
  return statement;
}

/* At the door */

/* What is open at a stop, as the collect page would ask for it. */
typedef struct
{
  DsStop *stop;
  GPtrArray *waybills; /* ends with NULL */
  gint64 open_fen;
} Demand;

static void
demand_clear (Demand *self)
{
  g_clear_object (&self->stop);
  g_clear_pointer (&self->waybills, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Demand, demand_clear)

static void
load_demand (Handheld *self, const char *waybill, Demand *demand)
{
  DsDebt debt;

  demand->stop = handheld_find_stop (self, waybill);
  demand->waybills = g_ptr_array_new ();
  for (guint i = 0; i < demand->stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (demand->stop->parcels, i);

      /* A parcel that was handed over is still owed for when its voucher was rejected. */
      if (!parcel->prepaid && (parcel->outcome == DS_OUTCOME_OPEN || parcel->outcome == DS_OUTCOME_DELIVERED))
        g_ptr_array_add (demand->waybills, parcel->waybill);
    }
  g_ptr_array_add (demand->waybills, NULL);
  ds_stop_get_debt (demand->stop, &debt);
  demand->open_fen = debt.open_fen;
}

DsPresentation *
handheld_present (Handheld *self, const char *waybill, const char *picture)
{
  g_auto (Demand) demand = { 0 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsQr) qr = NULL;
  g_autoptr (GError) error = NULL;
  DsPresentation *presentation;

  load_demand (self, waybill, &demand);
  ds_door_present_async (self->door, demand.stop->id, (const char *const *)demand.waybills->pdata,
                         demand.open_fen, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  presentation = ds_door_present_finish (self->door, result, &error);
  g_assert_no_error (error);

  qr = ds_qr_new (presentation->text, DS_QR_LEVEL_M, &error);
  g_assert_no_error (error);
  ds_qr_save (qr, picture, PICTURE_SCALE, &error);
  g_assert_no_error (error);
  return presentation;
}

DsAnswer *
handheld_scan (Handheld *self, const char *waybill, const char *payment_id, const char *text)
{
  g_auto (Demand) demand = { 0 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsScanContext context = { .payment_id = payment_id };
  DsAnswer *answer;

  load_demand (self, waybill, &demand);
  context.stop_id = demand.stop->id;
  context.waybills = (const char *const *)demand.waybills->pdata;
  context.amount_fen = demand.open_fen;
  ds_door_scan_async (self->door, &context, text, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  answer = ds_door_scan_finish (self->door, result, &error);
  g_assert_no_error (error);
  g_test_message ("%s — %s (%s)", answer->title, answer->text, answer->reason ? answer->reason : "");
  return answer;
}

DsAnswer *
handheld_scan_picture (Handheld *self, const char *waybill, const char *payment_id, const char *picture)
{
  g_autoptr (GPtrArray) symbols = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize n;

  g_file_get_contents (picture, &contents, &n, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (contents, n);
  symbols = ds_decode_picture (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (symbols->len, ==, 1);
  return handheld_scan (self, waybill, payment_id, ((DsSymbol *)g_ptr_array_index (symbols, 0))->text);
}

char *
handheld_take_cash (Handheld *self, const char *waybill, gint64 tendered_fen)
{
  g_auto (Demand) demand = { 0 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;
  char *payment_id = NULL;

  load_demand (self, waybill, &demand);
  ds_door_take_cash_async (self->door, demand.stop->id, (const char *const *)demand.waybills->pdata,
                           demand.open_fen, tendered_fen, FALSE, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  stop = ds_door_take_cash_finish (self->door, result, &payment_id, &error);
  g_assert_no_error (error);
  return payment_id;
}

void
handheld_deliver (Handheld *self, const char *waybill)
{
  g_autoptr (DsStop) stop = handheld_find_stop (self, waybill);
  const char *waybills[] = { waybill, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) delivered = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_set_outcome_async (self->door, stop->id, waybills, DS_OUTCOME_DELIVERED, NULL, NULL,
                             company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  delivered = ds_door_set_outcome_finish (self->door, result, &error);
  g_assert_no_error (error);
}
