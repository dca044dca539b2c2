/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-statement.h"

#include "ds-json.h"

/* What the operators' files say of one payment, all lines taken together. */
typedef struct
{
  gint64 amount_fen; /* less refunds */
  guint n_credits;
  const char *operator_ref;
  gboolean is_voucher;
  gboolean explained;
} Movement;

typedef struct
{
  gint64 device_fen;
  gint64 operator_fen;
  gint64 count;
} Totals;

/* Returns: (transfer full) (element-type utf8 Movement): by payment id; keys are borrowed from @file. */
static GHashTable *
sum_file (GPtrArray *file)
{
  GHashTable *movements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 0; i < file->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (file, i);
      Movement *movement = g_hash_table_lookup (movements, line->payment_id);

      if (movement == NULL)
        {
          movement = g_new0 (Movement, 1);
          g_hash_table_insert (movements, line->payment_id, movement);
        }
      if (g_str_equal (line->kind, "refund"))
        {
          movement->amount_fen -= line->amount_fen;
          continue;
        }
      if (movement->n_credits++ == 0)
        {
          movement->operator_ref = line->operator_ref;
          movement->is_voucher = g_str_equal (line->kind, "voucher");
        }
      movement->amount_fen += line->amount_fen;
    }
  return movements;
}

static json_t *
make_line (const char *payment_id,
           const char *stop_id,
           const char *tender,
           const char *state,
           gint64 device_fen,
           json_t *operator_fen,
           const char *operator_id,
           const char *operator_ref,
           const char *verdict)
{
  return json_pack ("{s:s, s:s?, s:s?, s:s?, s:I, s:o, s:s?, s:s?, s:s}", "payment", payment_id, "stop",
                    stop_id, "tender", tender, "state", state, "device_fen", (json_int_t)device_fen,
                    "operator_fen", operator_fen, "operator", operator_id, "operator_ref", operator_ref,
                    "verdict", verdict);
}

static const char *
judge (const DsPayment *payment, gint64 device_fen, const Movement *movement)
{
  if (movement == NULL || movement->n_credits == 0)
    {
      if (payment->state == DS_PAYMENT_REJECTED)
        return "rejected";
      if (payment->state == DS_PAYMENT_ACCEPTED || ds_payment_state_is_uncertain (payment->state))
        return "pending";
      return device_fen != 0 ? "missing" : NULL;
    }
  if (movement->n_credits > 1)
    return "duplicate";
  return movement->amount_fen == device_fen ? "matched" : "differing";
}

/* Whether the shift's digital money came by a voucher. */
static gboolean
is_voucher (const DsPayment *payment, const Movement *movement)
{
  return payment->voucher_counter >= 0 || payment->state == DS_PAYMENT_ACCEPTED
         || payment->state == DS_PAYMENT_REJECTED || (movement != NULL && movement->is_voucher);
}

static void
add_digital (json_t *lines,
             DsPayment *payment,
             Movement *movement,
             Totals *digital,
             Totals *vouchers,
             gint64 *rejected_fen)
{
  /* A rejected voucher was collected as far as the courier's hands go, and is no longer claimed as money. */
  gint64 device_fen = ds_payment_get_covered_fen (payment);
  gint64 operator_fen = movement != NULL ? movement->amount_fen : 0;
  const char *verdict = judge (payment, device_fen, movement);
  Totals *totals = is_voucher (payment, movement) ? vouchers : digital;

  if (movement != NULL)
    movement->explained = TRUE;
  if (payment->state == DS_PAYMENT_REJECTED)
    *rejected_fen += payment->amount_fen;
  if (verdict == NULL)
    return;

  totals->device_fen += device_fen;
  totals->operator_fen += operator_fen;
  totals->count += device_fen != 0 || operator_fen != 0;
  json_array_append_new (lines, make_line (payment->id, payment->stop_id, ds_tender_to_name (payment->tender),
                                           ds_payment_state_to_name (payment->state), device_fen,
                                           json_integer (operator_fen), payment->operator_id,
                                           movement != NULL && movement->operator_ref != NULL
                                               ? movement->operator_ref
                                               : payment->operator_ref,
                                           verdict));
}

static void
add_extras (json_t *lines, GPtrArray *file, GHashTable *movements, Totals *digital)
{
  for (guint i = 0; i < file->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (file, i);
      Movement *movement = g_hash_table_lookup (movements, line->payment_id);

      if (movement->explained || movement->amount_fen == 0)
        continue;
      movement->explained = TRUE; /* once for all of a payment's lines */
      digital->operator_fen += movement->amount_fen;
      digital->count++;
      json_array_append_new (lines, make_line (line->payment_id, NULL, NULL, NULL, 0,
                                               json_integer (movement->amount_fen), NULL,
                                               movement->operator_ref, "extra"));
    }
}

static gboolean
all_lines_are_fine (json_t *lines)
{
  json_t *line;
  gsize i;

  json_array_foreach (lines, i, line)
  {
    const char *verdict = json_string_value (json_object_get (line, "verdict"));

    if (!g_str_equal (verdict, "matched") && !g_str_equal (verdict, "rejected"))
      return FALSE;
  }
  return TRUE;
}

json_t *
ds_statement_match (GPtrArray *payments, GPtrArray *file, const DsStatementCash *cash)
{
  g_autoptr (GHashTable) movements = NULL;
  g_autoptr (json_t) lines = json_array ();
  Totals digital = { 0 };
  Totals vouchers = { 0 };
  gint64 rejected_fen = 0;
  gint64 difference_fen;

  g_return_val_if_fail (payments != NULL && file != NULL && cash != NULL, NULL);

  movements = sum_file (file);
  for (guint i = 0; i < payments->len; i++)
    {
      DsPayment *payment = g_ptr_array_index (payments, i);

      if (payment->tender == DS_TENDER_CASH)
        json_array_append_new (lines, make_line (payment->id, payment->stop_id, "cash",
                                                 ds_payment_state_to_name (payment->state),
                                                 ds_payment_get_covered_fen (payment), json_null (), NULL,
                                                 NULL, "matched"));
      else
        add_digital (lines, payment, g_hash_table_lookup (movements, payment->id), &digital, &vouchers,
                     &rejected_fen);
    }
  add_extras (lines, file, movements, &digital);

  difference_fen = (digital.operator_fen - digital.device_fen) + (vouchers.operator_fen - vouchers.device_fen)
                   + (cash->counted_fen - cash->expected_fen);

  return json_pack (
      "{s:O, s:{s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}, s:I, s:b}", "lines", lines,
      "digital", "device_fen", (json_int_t)digital.device_fen, "operator_fen",
      (json_int_t)digital.operator_fen, "count", (json_int_t)digital.count, "vouchers", "device_fen",
      (json_int_t)vouchers.device_fen, "operator_fen", (json_int_t)vouchers.operator_fen, "count",
      (json_int_t)vouchers.count, "rejected_fen", (json_int_t)rejected_fen, "cash", "expected_fen",
      (json_int_t)cash->expected_fen, "counted_fen", (json_int_t)cash->counted_fen, "float_fen",
      (json_int_t)cash->float_fen, "difference_fen", (json_int_t)difference_fen, "balanced",
      /* Two differences that cancel out are still two differences. */
      difference_fen == 0 && cash->counted_fen == cash->expected_fen && all_lines_are_fine (lines));
}
