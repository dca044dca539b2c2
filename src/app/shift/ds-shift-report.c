/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-shift-report.h"

#include "ds-csv-writer.h"
#include "ds-format.h"
#include "ds-money.h"
#include "ds-practice-mark.h"
#include "ds-signed-statement.h"
#include "ds-words.h"

#include <glib/gi18n.h>

static char *
format_time (gint64 at_ms, const char *format)
{
  g_autoptr (GDateTime) at = at_ms > 0 ? g_date_time_new_from_unix_local (at_ms / 1000) : NULL;

  return at != NULL ? g_date_time_format (at, format) : g_strdup ("");
}

/* "286.50": as a spreadsheet counts with it. */
static char *
format_plain (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  return g_strdup (ds_money_format (amount_fen, text));
}

static DsStop *
find_stop (const DsShiftReport *self, const DsPayment *payment)
{
  return ds_route_find (ds_session_get_route (self->session), payment->stop_id);
}

char *
ds_shift_report_to_csv (const DsShiftReport *self)
{
  gboolean is_practice = ds_session_is_practice (self->session);
  const char *const heads[] = { _ ("Day"),
                                _ ("Time"),
                                _ ("Stop"),
                                _ ("Recipient"),
                                _ ("Parcels"),
                                _ ("Paid by"),
                                _ ("State"),
                                _ ("Amount, yuan"),
                                _ ("Given, yuan"),
                                _ ("Change, yuan"),
                                _ ("Red packet, yuan"),
                                _ ("Given back, yuan"),
                                _ ("Operator"),
                                _ ("Bank's number"),
                                _ ("Payment"),
                                is_practice ? DS_PRACTICE_MARK_ON_PAPER : NULL,
                                NULL };
  GString *table = ds_csv_writer_begin ();

  ds_csv_writer_add (table, heads);
  for (guint i = 0; i < self->payments->len; i++)
    {
      const DsPayment *payment = g_ptr_array_index (self->payments, i);
      DsStop *stop = find_stop (self, payment);
      g_autofree char *time = format_time (payment->created_at_ms, "%H:%M:%S");
      g_autofree char *position = stop != NULL ? g_strdup_printf ("%d", (int)stop->position) : g_strdup ("");
      g_autofree char *name = ds_mask_name (stop != NULL ? stop->recipient : "");
      g_autofree char *waybills = g_strjoinv (" ", payment->parcels);
      g_autofree char *parcels = ds_csv_writer_name (waybills);
      g_autofree char *op = ds_csv_writer_name (payment->operator_id);
      g_autofree char *reference = ds_csv_writer_name (payment->operator_ref);
      g_autofree char *amount = format_plain (payment->amount_fen);
      g_autofree char *tendered = format_plain (payment->tendered_fen);
      g_autofree char *change = format_plain (payment->change_fen);
      g_autofree char *red_packet = format_plain (payment->red_packet_fen);
      g_autofree char *refunded = format_plain (payment->refunded_fen);
      const char *const fields[]
          = { self->shift->accounting_date, time, position, name, parcels,
              ds_words_for_tender (payment->tender), ds_words_for_payment (payment->state).text, amount,
              tendered, change, red_packet, refunded, op, reference, payment->id,
              /* In each row: rows are copied into other tables. */
              is_practice ? DS_PRACTICE_MARK_ON_PAPER : NULL, NULL };

      ds_csv_writer_add (table, fields);
    }
  return g_string_free (table, FALSE);
}

/* The sheet */

/* What the payments come to, by what each of them is now. */
typedef struct
{
  gint64 digital_fen;
  gint64 cash_fen;
  gint64 accepted_fen;
  gint64 uncertain_fen;
  gint64 red_packet_fen;
  gint64 refunded_fen;
} Sums;

static void
add_up (GPtrArray *payments, Sums *sums)
{
  *sums = (Sums){ 0 };
  for (guint i = 0; i < payments->len; i++)
    {
      const DsPayment *payment = g_ptr_array_index (payments, i);

      sums->refunded_fen += payment->refunded_fen;
      if (payment->state == DS_PAYMENT_PAID || payment->state == DS_PAYMENT_SETTLED)
        {
          *(payment->tender == DS_TENDER_CASH ? &sums->cash_fen : &sums->digital_fen) += payment->amount_fen;
          sums->red_packet_fen += payment->red_packet_fen;
        }
      else if (payment->state == DS_PAYMENT_ACCEPTED)
        sums->accepted_fen += payment->amount_fen;
      else if (ds_payment_state_is_uncertain (payment->state))
        sums->uncertain_fen += payment->amount_fen;
    }
}

static void
add_money (DsSheet *sheet, const char *name, gint64 amount_fen)
{
  g_autofree char *money = ds_format_money (amount_fen);

  ds_sheet_add_row (sheet, name, money);
}

static void
add_sums (DsSheet *sheet, const DsShiftReport *self)
{
  Sums sums;

  add_up (self->payments, &sums);
  ds_sheet_add_heading (sheet, _ ("Sums"));
  add_money (sheet, _ ("Digital RMB"), sums.digital_fen);
  if (sums.red_packet_fen > 0)
    add_money (sheet, _ ("Of it, red packets"), sums.red_packet_fen);
  add_money (sheet, _ ("Cash"), sums.cash_fen);
  add_money (sheet, _ ("Offline, not settled"), sums.accepted_fen);
  add_money (sheet, _ ("Result unknown"), sums.uncertain_fen);
  add_money (sheet, _ ("Given back"), sums.refunded_fen);
  add_money (sheet, _ ("Float"), self->shift->float_fen);
  if (self->shift->counted_fen >= 0)
    add_money (sheet, _ ("Cash counted, with the float"), self->shift->counted_fen);
}

static void
add_statement (DsSheet *sheet, const DsShiftReport *self)
{
  const DsIdentity *identity = ds_store_get_identity (ds_session_get_store (self->session));
  g_autoptr (DsSignedStatement) statement = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *difference = NULL;

  ds_sheet_add_heading (sheet, _ ("Statement of the depot"));
  if (self->shift->statement == NULL)
    {
      ds_sheet_add_text (sheet, _ ("It has not come yet."));
      return;
    }
  statement = ds_signed_statement_read (self->shift->statement,
                                        ds_identity_find_key (identity, self->shift->statement),
                                        self->shift->id, &error);
  if (statement == NULL)
    {
      ds_sheet_add_text (sheet, error->message);
      return;
    }
  difference = ds_format_money (statement->difference_fen);
  ds_sheet_add_row (sheet, _ ("Verdict"), statement->balanced ? _ ("Balanced") : _ ("Differs"));
  ds_sheet_add_row (sheet, _ ("Difference"), difference);
  add_money (sheet, _ ("Cash expected"), statement->cash_expected_fen);
  add_money (sheet, _ ("Cash counted"), statement->cash_counted_fen);
  for (guint i = 0; i < statement->lines->len; i++)
    {
      const DsStatementLine *line = g_ptr_array_index (statement->lines, i);
      g_autofree char *money = ds_format_money (line->device_fen);
      DsWords words;

      if (g_strcmp0 (line->verdict, "matched") == 0)
        continue;
      words = ds_words_for_verdict (line->verdict);
      ds_sheet_add_row (sheet, words.text, money);
    }
}

static void
add_payments (DsSheet *sheet, const DsShiftReport *self)
{
  const char *const columns[]
      = { _ ("Time"), _ ("Stop"), _ ("Recipient"), _ ("Paid by"), _ ("State"), _ ("Yuan"), NULL };
  static const double shares[] = { 0.1, 0.09, 0.23, 0.18, 0.24, 0.16 };

  ds_sheet_add_heading (sheet, _ ("Payments"));
  ds_sheet_begin_table (sheet, columns, shares, 1u << 5);
  for (guint i = 0; i < self->payments->len; i++)
    {
      const DsPayment *payment = g_ptr_array_index (self->payments, i);
      DsStop *stop = find_stop (self, payment);
      g_autofree char *time = ds_format_clock (payment->created_at_ms);
      g_autofree char *position = stop != NULL ? g_strdup_printf ("%d", (int)stop->position) : g_strdup ("");
      g_autofree char *name = ds_mask_name (stop != NULL ? stop->recipient : "");
      g_autofree char *amount = ds_format_yuan (payment->amount_fen);
      const char *const cells[] = { time,
                                    position,
                                    name,
                                    ds_words_for_tender (payment->tender),
                                    ds_words_for_payment (payment->state).text,
                                    amount,
                                    NULL };

      ds_sheet_add_record (sheet, cells);
    }
}

DsSheet *
ds_shift_report_to_sheet (const DsShiftReport *self)
{
  const DsIdentity *identity = ds_store_get_identity (ds_session_get_store (self->session));
  g_autofree char *day = ds_format_accounting_date (self->shift->accounting_date);
  g_autofree char *name = g_strdup_printf (_ ("Shift of %s"), day);
  g_autofree char *title = ds_session_is_practice (self->session)
                               ? g_strdup_printf ("%s · %s", DS_PRACTICE_MARK_ON_PAPER, name)
                               : g_strdup (name);
  g_autofree char *opened = format_time (self->shift->opened_at_ms, "%Y-%m-%d %H:%M");
  g_autofree char *closed = format_time (self->shift->closed_at_ms, "%Y-%m-%d %H:%M");
  g_autofree char *subtitle = g_strdup_printf ("%s · %s (%s)\n%s – %s", identity->depot_name,
                                               identity->courier_name, identity->courier_id, opened, closed);
  DsSheet *sheet = ds_sheet_new (title, subtitle, title);

  add_sums (sheet, self);
  add_statement (sheet, self);
  add_payments (sheet, self);
  if (self->seal != NULL)
    {
      ds_sheet_add_heading (sheet, _ ("Shift seal"));
      ds_sheet_add_code (
          sheet, self->seal,
          _ ("The clerk scans it: it is signed by the handheld and holds the sums at closing and the end "
             "of its journal."));
    }
  return sheet;
}
