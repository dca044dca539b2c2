/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shifts: what the journal does to them, the last one, all of them, and the seal of one that was closed. */
#include "config.h"

#include "ds-ledger.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-shift-seal.h"

#include <string.h>

#define SHIFT_COLUMNS                                                                                        \
  "SELECT s.id, s.courier, s.accounting_date, s.float_fen, s.opened_at_ms, s.closed_at_ms,"                  \
  " s.counted_fen, t.jws, s.load_checked_at_ms FROM shifts s LEFT JOIN statements t ON t.shift = s.id"       \
  " ORDER BY s.n DESC"

static DsShift *
read_shift (DsQuery *query)
{
  DsShift *shift = ds_shift_new ();

  shift->id = g_strdup (ds_db_column_text (query, 0));
  shift->courier_id = g_strdup (ds_db_column_text (query, 1));
  shift->accounting_date = g_strdup (ds_db_column_text (query, 2));
  shift->float_fen = ds_db_column_int (query, 3);
  shift->opened_at_ms = ds_db_column_int (query, 4);
  shift->closed_at_ms = ds_db_column_int (query, 5);
  shift->counted_fen = ds_db_column_int (query, 6);
  shift->statement = g_strdup (ds_db_column_text (query, 7));
  shift->load_checked_at_ms = ds_db_column_int (query, 8);
  return shift;
}

gboolean
ds_ledger_load_shift (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, SHIFT_COLUMNS " LIMIT 1", error);
  gboolean row;

  ds_ledger_assert_thread (self);

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  g_clear_object (&self->shift);
  if (row)
    self->shift = read_shift (query);
  ds_db_reset (query);
  return TRUE;
}

GPtrArray *
ds_ledger_load_shifts (DsLedger *self, GError **error)
{
  g_autoptr (GPtrArray) shifts = g_ptr_array_new_with_free_func (g_object_unref);
  DsQuery *query = ds_db_prepare (self->db, SHIFT_COLUMNS, error);
  gboolean row;

  ds_ledger_assert_thread (self);

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&shifts);
        }
      g_ptr_array_add (shifts, read_shift (query));
    }
  return NULL;
}

/* Sealing */

/* The entry that closed the shift: for the last shift it is among the last entries, so the search begins there. */
static DsEntry *
find_closing (DsLedger *self, const char *shift_id, GError **error)
{
  for (gint64 seq = self->head_seq; seq > 0; seq--)
    {
      g_autofree char *line = ds_ledger_load_line (self, seq, error);
      g_autoptr (DsEntry) entry = line ? ds_entry_parse (line, -1, error) : NULL;

      if (entry == NULL)
        {
          if (error != NULL && *error == NULL)
            g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "Journal entry %" G_GINT64_FORMAT " is missing",
                         seq);
          return NULL;
        }
      if (strcmp (entry->type, "shift.closed") == 0
          && g_strcmp0 (json_string_value (json_object_get (entry->data, "shift")), shift_id) == 0)
        return g_steal_pointer (&entry);
    }
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "That shift was not closed on this handheld");
  return NULL;
}

/* One of the closing's totals: how much by which tender, in which state. */
static gboolean
add_total (DsShiftSeal *draft, json_t *total, GError **error)
{
  const char *tender_name, *state_name;
  json_int_t amount_fen;
  DsTender tender;
  DsPaymentState state;

  if (!ds_json_unpack (total, error, "{s:s, s:s, s:I}", "tender", &tender_name, "state", &state_name,
                       "amount_fen", &amount_fen))
    return FALSE;
  if (!ds_tender_from_name (tender_name, &tender) || !ds_payment_state_from_name (state_name, &state))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE, "The closing has an unknown tender or state");
      return FALSE;
    }
  if (state == DS_PAYMENT_PAID || state == DS_PAYMENT_SETTLED)
    *(tender == DS_TENDER_CASH ? &draft->cash_fen : &draft->paid_fen) += amount_fen;
  else if (state == DS_PAYMENT_ACCEPTED)
    draft->accepted_fen += amount_fen;
  else if (ds_payment_state_is_uncertain (state))
    draft->uncertain_fen += amount_fen;
  return TRUE;
}

static gboolean
draft_seal (const DsEntry *entry, DsShiftSeal *draft, GError **error)
{
  json_t *totals, *total;
  json_int_t counted_fen;
  g_autoptr (GBytes) head = ds_hex_decode (entry->hash, error);
  gsize i;

  if (head == NULL
      || !ds_json_unpack (entry->data, error, "{s:o, s:I}", "totals", &totals, "cash_counted_fen",
                          &counted_fen))
    return FALSE;
  json_array_foreach (totals, i, total)
  {
    if (!add_total (draft, total, error))
      return FALSE;
  }
  memcpy (draft->head_sm3, g_bytes_get_data (head, NULL), DS_SM3_SIZE);
  draft->head_seq = entry->seq;
  draft->at_s = entry->at_ms / 1000;
  draft->counted_fen = counted_fen;
  return TRUE;
}

char *
ds_ledger_make_seal (DsLedger *self, const char *shift_id, GError **error)
{
  g_autoptr (DsEntry) entry = NULL;
  g_autoptr (DsShiftSeal) seal = NULL;
  DsShiftSeal draft = { .shift_id = (char *)shift_id };

  ds_ledger_assert_thread (self);

  if (self->key == NULL || self->identity == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "This handheld is not enrolled yet");
      return NULL;
    }
  draft.device_id = self->identity->device_id;
  entry = find_closing (self, shift_id, error);
  if (entry == NULL || !draft_seal (entry, &draft, error))
    return NULL;
  seal = ds_shift_seal_sign (self->key, &draft, error);
  return seal != NULL ? ds_shift_seal_to_text (seal) : NULL;
}

/* What the journal does to them */

static gboolean
check_no_open_shift (DsLedger *self, GError **error)
{
  DsQuery *query = ds_db_prepare (self->db, "SELECT 1 FROM shifts WHERE closed_at_ms = 0", error);
  gboolean open;

  if (query == NULL || !ds_db_step (self->db, query, &open, error))
    return FALSE;
  ds_db_reset (query);
  if (open)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, "A shift is open already");
  return !open;
}

gboolean
ds_ledger_project_shift_opened (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *shift, *courier, *accounting_date;
  json_int_t float_fen;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:s, s:s, s:I}", "shift", &shift, "courier", &courier,
                       "accounting_date", &accounting_date, "float_fen", &float_fen)
      || !ds_ledger_check_amount (float_fen, 0, error) || !check_no_open_shift (self, error))
    return FALSE;
  if (!ds_id_is_valid (shift))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The shift's id is no UUIDv7");
      return FALSE;
    }

  query = ds_db_prepare (self->db,
                         "INSERT INTO shifts (id, courier, accounting_date, float_fen, opened_at_ms)"
                         " VALUES (?1, ?2, ?3, ?4, ?5)",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, shift);
  ds_db_bind_text (query, 2, courier);
  ds_db_bind_text (query, 3, accounting_date);
  ds_db_bind_int (query, 4, float_fen);
  ds_db_bind_int (query, 5, entry->at_ms);
  return ds_db_run (self->db, query, error);
}

gboolean
ds_ledger_project_shift_closed (DsLedger *self, const DsEntry *entry, gboolean replaying, GError **error)
{
  DsQuery *query;
  const char *shift;
  json_int_t counted_fen;

  if (!ds_json_unpack (entry->data, error, "{s:s, s:I}", "shift", &shift, "cash_counted_fen", &counted_fen)
      || !ds_ledger_check_amount (counted_fen, 0, error) || !ds_ledger_check_open_shift (self, shift, error))
    return FALSE;
  query = ds_db_prepare (self->db, "UPDATE shifts SET closed_at_ms = ?2, counted_fen = ?3 WHERE id = ?1",
                         error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, shift);
  ds_db_bind_int (query, 2, entry->at_ms);
  ds_db_bind_int (query, 3, counted_fen);
  return ds_db_run (self->db, query, error);
}
