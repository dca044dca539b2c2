/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and papers. They name no customer: what an office needs is the payment's number and the stop's. */
#include "config.h"

#include "ds-depot-export.h"
#include "ds-depot-private.h"

#include "ds-csv-writer.h"
#include "ds-day.h"
#include "ds-depot-words.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"
#include "ds-sheet.h"

/* In each row and at the head of each page: both are copied into other papers. */
#define PRACTICE_MARK "练习 · 不是真钱 / Practice · not real money"

static gint64
get_fen (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

static const char *
get_text (json_t *object, const char *member)
{
  const char *text = json_string_value (json_object_get (object, member));

  return text != NULL ? text : "";
}

/* "2026-11-22 10:32:00", in China. */
static char *
format_time (gint64 at_ms)
{
  char day[DS_DAY_SIZE];
  gint64 from_ms;

  if (at_ms <= 0 || !ds_day_parse (ds_day_format (at_ms, day), &from_ms, NULL))
    return g_strdup ("");
  at_ms = (at_ms - from_ms) / 1000;
  return g_strdup_printf ("%s %02d:%02d:%02d", day, (int)(at_ms / 3600), (int)(at_ms / 60 % 60),
                          (int)(at_ms % 60));
}

/* "286.50": as a spreadsheet counts with it. */
static char *
format_plain (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  return g_strdup (ds_money_format (amount_fen, text));
}

/* Shifts */

typedef struct
{
  char *id;
  char *courier_id;
  char *courier_name;
  char *accounting_date;
  gint64 opened_at_ms;
  gint64 closed_at_ms;
  json_t *statement; /* (nullable): the payload of the last one */
  json_t *count;     /* (nullable): of the clerk */
  GPtrArray *payments;
} ShiftPaper;

static void
shift_paper_clear (ShiftPaper *self)
{
  g_free (self->id);
  g_free (self->courier_id);
  g_free (self->courier_name);
  g_free (self->accounting_date);
  g_clear_pointer (&self->statement, json_decref);
  g_clear_pointer (&self->count, json_decref);
  g_clear_pointer (&self->payments, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShiftPaper, shift_paper_clear)

static json_t *
read_statement (const char *jws, GError **error)
{
  g_autoptr (GBytes) payload = NULL;

  return ds_jws_read (jws, -1, NULL, &payload, error) ? ds_json_parse_object (
             g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), DS_JWS_MAX_BYTES, error)
                                                      : NULL;
}

static gboolean
load_shift (DsDepot *self, const char *shift_id, ShiftPaper *paper, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT shift.courier, courier.name, accounting_date, opened_at_ms,"
                                       " closed_at_ms, jws FROM shift LEFT JOIN courier"
                                       " ON courier.id = shift.courier WHERE shift.id = ?",
                                       "s", shift_id);
  g_autofree char *jws = NULL;
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (!row)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no shift “%.40s”", shift_id);
      return FALSE;
    }
  paper->id = g_strdup (shift_id);
  paper->courier_id = g_strdup (ds_db_column_text (query, 0));
  paper->courier_name = g_strdup (ds_db_column_text (query, 1));
  paper->accounting_date = g_strdup (ds_db_column_text (query, 2));
  paper->opened_at_ms = ds_db_column_int (query, 3);
  paper->closed_at_ms = ds_db_column_int (query, 4);
  jws = g_strdup (ds_db_column_text (query, 5));
  ds_db_reset (query);
  if (jws != NULL)
    {
      paper->statement = read_statement (jws, error);
      if (paper->statement == NULL)
        return FALSE;
    }
  return ds_depot_find_last_custody (self, shift_id, "shift-count", "shift-recount", &paper->count, error)
         && ds_depot_payment_load_shift (self->db, shift_id, &paper->payments, error);
}

/* The table of a shift */

static void
add_payment (GString *table,
             DsDepot *self,
             const ShiftPaper *paper,
             const DsDepotPayment *payment,
             DsDepotLanguage language)
{
  const DsPayment *base = payment->base;
  g_autofree char *time = format_time (base->created_at_ms);
  g_autofree char *courier = ds_csv_writer_name (paper->courier_id);
  g_autofree char *stop = ds_csv_writer_name (base->stop_id);
  g_autofree char *waybills = g_strjoinv (" ", base->parcels);
  g_autofree char *parcels = ds_csv_writer_name (waybills);
  g_autofree char *op = ds_csv_writer_name (base->operator_id);
  g_autofree char *reference = ds_csv_writer_name (base->operator_ref);
  g_autofree char *amount = format_plain (base->amount_fen);
  g_autofree char *tendered = format_plain (base->tendered_fen);
  g_autofree char *change = format_plain (base->change_fen);
  g_autofree char *red_packet = format_plain (base->red_packet_fen);
  g_autofree char *refunded = format_plain (base->refunded_fen);
  g_autofree char *suspense = format_plain (payment->suspense_fen);
  const char *const fields[] = { paper->accounting_date,
                                 time,
                                 courier,
                                 stop,
                                 parcels,
                                 ds_depot_word_for_tender (language, ds_tender_to_name (base->tender)),
                                 ds_depot_word_for_state (language, ds_payment_state_to_name (base->state)),
                                 amount,
                                 tendered,
                                 change,
                                 red_packet,
                                 refunded,
                                 suspense,
                                 op,
                                 reference,
                                 base->id,
                                 ds_depot_get_practice (self) ? PRACTICE_MARK : NULL,
                                 NULL };

  ds_csv_writer_add (table, fields);
}

static void
add_heads (GString *table, DsDepot *self, DsDepotLanguage language, const char *const *heads)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();

  for (gsize i = 0; heads[i] != NULL; i++)
    g_ptr_array_add (fields, (char *)ds_depot_word (language, heads[i]));
  if (ds_depot_get_practice (self))
    g_ptr_array_add (fields, (char *)PRACTICE_MARK);
  g_ptr_array_add (fields, NULL);
  ds_csv_writer_add (table, (const char *const *)fields->pdata);
}

GBytes *
ds_depot_export_shift_csv (DsDepot *self, const char *shift_id, DsDepotLanguage language, GError **error)
{
  static const char *const heads[] = { "Day",
                                       "Time",
                                       "Courier",
                                       "Stop",
                                       "Parcels",
                                       "Paid by",
                                       "State",
                                       "Amount, yuan",
                                       "Given, yuan",
                                       "Change, yuan",
                                       "Red packet, yuan",
                                       "Given back, yuan",
                                       "In suspense, yuan",
                                       "Operator",
                                       "Bank's number",
                                       "Payment",
                                       NULL };
  g_auto (ShiftPaper) paper = { 0 };
  GString *table;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && shift_id != NULL, NULL);

  if (!load_shift (self, shift_id, &paper, error))
    return NULL;
  table = ds_csv_writer_begin ();
  add_heads (table, self, language, heads);
  for (guint i = 0; i < paper.payments->len; i++)
    add_payment (table, self, &paper, g_ptr_array_index (paper.payments, i), language);
  return g_string_free_to_bytes (table);
}

/* The table of a day */

static void
add_booking (GString *table, DsDepot *self, DsQuery *query)
{
  gint64 amount_fen = ds_db_column_int (query, 4);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, ds_db_column_int (query, 0));
  g_autofree char *time = format_time (ds_db_column_int (query, 1));
  g_autofree char *debit = format_plain (MAX (amount_fen, 0));
  g_autofree char *credit = format_plain (MAX (-amount_fen, 0));
  const char *const fields[] = { number,
                                 time,
                                 ds_db_column_text (query, 2),
                                 ds_db_column_text (query, 3),
                                 debit,
                                 credit,
                                 ds_depot_get_practice (self) ? PRACTICE_MARK : NULL,
                                 NULL };

  ds_csv_writer_add (table, fields);
}

GBytes *
ds_depot_export_day_csv (DsDepot *self, const char *day, DsDepotLanguage language, GError **error)
{
  static const char *const heads[]
      = { "Posting", "Time", "What", "Account", "Debit, yuan", "Credit, yuan", NULL };
  GString *table;
  DsQuery *query;
  gboolean row = TRUE;
  gint64 from_ms;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && day != NULL, NULL);

  if (!ds_day_parse (day, &from_ms, error))
    return NULL;
  query = ds_depot_sql_query (self->db, error,
                              "SELECT posting.id, at_ms, key, account, amount_fen FROM posting"
                              " JOIN booking ON posting = posting.id WHERE at_ms >= ? AND at_ms < ?"
                              " ORDER BY posting.id, line",
                              "ii", from_ms, from_ms + DS_DAY_MS);
  if (query == NULL)
    return NULL;
  table = ds_csv_writer_begin ();
  add_heads (table, self, language, heads);
  while (row)
    {
      if (!ds_db_step (self->db, query, &row, error))
        {
          g_string_free (table, TRUE);
          return NULL;
        }
      if (row)
        add_booking (table, self, query);
    }
  ds_db_reset (query);
  return g_string_free_to_bytes (table);
}

/* The paper of a shift */

static void
add_money (DsSheet *sheet, const char *name, gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];
  g_autofree char *money
      = g_strconcat (amount_fen < 0 ? "-¥" : "¥", ds_money_format_grouped (ABS (amount_fen), text), NULL);

  ds_sheet_add_row (sheet, name, money);
}

/* Digital money as the statement has it; cash as the clerk, not the courier, has counted it. */
static gint64
sum_difference (const ShiftPaper *paper)
{
  json_t *cash = json_object_get (paper->statement, "cash");

  return get_fen (paper->statement, "difference_fen")
         - (get_fen (cash, "counted_fen") - get_fen (cash, "expected_fen"))
         + get_fen (paper->count, "difference_fen");
}

/* Differences that cancel out are still differences. */
static gboolean
is_balanced (const ShiftPaper *paper)
{
  return json_is_true (json_object_get (paper->statement, "balanced"))
         && get_fen (paper->count, "difference_fen") == 0;
}

static void
add_sums (DsSheet *sheet, const ShiftPaper *paper, DsDepotLanguage language)
{
  json_t *digital = json_object_get (paper->statement, "digital");
  json_t *vouchers = json_object_get (paper->statement, "vouchers");

  ds_sheet_add_heading (sheet, ds_depot_word (language, "Sums"));
  if (paper->statement == NULL)
    {
      ds_sheet_add_text (sheet, ds_depot_word (language, "No statement yet."));
      return;
    }
  add_money (sheet, ds_depot_word (language, "Digital RMB"), get_fen (digital, "device_fen"));
  add_money (sheet, ds_depot_word (language, "Of it by the operators"), get_fen (digital, "operator_fen"));
  add_money (sheet, ds_depot_word (language, "Offline vouchers"), get_fen (vouchers, "device_fen"));
  add_money (sheet, ds_depot_word (language, "Waits in suspense"),
             get_fen (paper->statement, "suspense_fen"));
  /* The difference says what the courier has counted: that is for afterwards. */
  if (paper->count == NULL)
    return;
  add_money (sheet, ds_depot_word (language, "Difference"), sum_difference (paper));
  ds_sheet_add_row (sheet, ds_depot_word (language, "Verdict"),
                    ds_depot_word (language, is_balanced (paper) ? "Balanced" : "Differs"));
}

static void
add_cash (DsSheet *sheet, const ShiftPaper *paper, DsDepotLanguage language)
{
  gint64 difference_fen = get_fen (paper->count, "difference_fen");
  g_autofree char *clerk = NULL;
  g_autofree char *at = NULL;

  ds_sheet_add_heading (sheet, ds_depot_word (language, "Handed over"));
  if (paper->count == NULL)
    {
      ds_sheet_add_text (sheet, ds_depot_word (language, "Not handed over yet."));
      return;
    }
  at = format_time (get_fen (paper->count, "at_ms"));
  clerk = g_strdup_printf ("%s · %s", get_text (paper->count, "clerk"), at);
  ds_sheet_add_row (sheet, ds_depot_word (language, "Clerk"), clerk);
  add_money (sheet, ds_depot_word (language, "Float"), get_fen (paper->count, "float_fen"));
  add_money (sheet, ds_depot_word (language, "Cash expected"), get_fen (paper->count, "expected_fen"));
  if (json_is_integer (json_object_get (paper->count, "courier_fen")))
    add_money (sheet, ds_depot_word (language, "Cash counted by the courier"),
               get_fen (paper->count, "courier_fen"));
  add_money (sheet, ds_depot_word (language, "Cash counted by the clerk"),
             get_fen (paper->count, "counted_fen"));
  if (difference_fen != 0)
    add_money (sheet, ds_depot_word (language, difference_fen < 0 ? "Short" : "Over"), ABS (difference_fen));
}

static void
add_differences (DsSheet *sheet, const ShiftPaper *paper, DsDepotLanguage language)
{
  json_t *line;
  gboolean begun = FALSE;
  gsize i;

  json_array_foreach (json_object_get (paper->statement, "lines"), i, line)
  {
    g_autofree char *name = NULL;

    if (g_str_equal (get_text (line, "verdict"), "matched"))
      continue;
    if (!begun)
      ds_sheet_add_heading (sheet, ds_depot_word (language, "Differences"));
    begun = TRUE;
    name = g_strdup_printf ("%s\n%s", ds_depot_word_for_verdict (language, get_text (line, "verdict")),
                            get_text (line, "payment"));
    add_money (sheet, name, get_fen (line, "operator_fen") - get_fen (line, "device_fen"));
  }
}

static void
add_payments (DsSheet *sheet, const ShiftPaper *paper, DsDepotLanguage language)
{
  static const double shares[] = { 0.24, 0.18, 0.22, 0.2, 0.16 };
  const char *const columns[] = { ds_depot_word (language, "Time"),    ds_depot_word (language, "Stop"),
                                  ds_depot_word (language, "Paid by"), ds_depot_word (language, "State"),
                                  ds_depot_word (language, "Yuan"),    NULL };

  ds_sheet_add_heading (sheet, ds_depot_word (language, "Payments"));
  ds_sheet_begin_table (sheet, columns, shares, 1u << 4);
  for (guint i = 0; i < paper->payments->len; i++)
    {
      const DsPayment *base = ((const DsDepotPayment *)g_ptr_array_index (paper->payments, i))->base;
      g_autofree char *time = format_time (base->created_at_ms);
      char text[DS_MONEY_TEXT_SIZE];
      const char *const cells[]
          = { time,
              base->stop_id ? base->stop_id : "",
              ds_depot_word_for_tender (language, ds_tender_to_name (base->tender)),
              ds_depot_word_for_state (language, ds_payment_state_to_name (base->state)),
              ds_money_format_grouped (base->amount_fen, text),
              NULL };

      ds_sheet_add_record (sheet, cells);
    }
}

/* Returns: (transfer full) */
static DsSheet *
make_sheet (DsDepot *self, const ShiftPaper *paper, DsDepotLanguage language)
{
  const char *name = ds_depot_word (language, "Statement of a shift");
  g_autofree char *title
      = ds_depot_get_practice (self) ? g_strdup_printf ("%s · %s", PRACTICE_MARK, name) : g_strdup (name);
  g_autofree char *opened = format_time (paper->opened_at_ms);
  g_autofree char *closed = format_time (paper->closed_at_ms);
  g_autofree char *version = g_strdup_printf ("%d", (int)get_fen (paper->statement, "version"));
  g_autofree char *subtitle = g_strdup_printf ("%s · %s (%s) · %s\n%s – %s", ds_depot_get_payee_name (self),
                                               paper->courier_name ? paper->courier_name : "",
                                               paper->courier_id, paper->accounting_date, opened, closed);
  DsSheet *sheet = ds_sheet_new (title, subtitle, title);

  ds_sheet_add_row (sheet, ds_depot_word (language, "Shift"), paper->id);
  if (paper->statement != NULL)
    ds_sheet_add_row (sheet, ds_depot_word (language, "Version"), version);
  add_sums (sheet, paper, language);
  add_cash (sheet, paper, language);
  add_differences (sheet, paper, language);
  add_payments (sheet, paper, language);
  return sheet;
}

static void
draw (GTask *task, gpointer source, gpointer sheet, GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *pdf = ds_sheet_make_pdf (sheet, &error);

  if (pdf != NULL)
    g_task_return_pointer (task, pdf, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
ds_depot_export_shift_pdf_async (DsDepot *self,
                                 const char *shift_id,
                                 DsDepotLanguage language,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_auto (ShiftPaper) paper = { 0 };
  GError *error = NULL;

  g_return_if_fail (DS_IS_DEPOT (self) && self->db != NULL && shift_id != NULL);

  g_task_set_name (task, "[doorstep] draw a shift's statement");
  if (!load_shift (self, shift_id, &paper, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_set_task_data (task, make_sheet (self, &paper, language), (GDestroyNotify)ds_sheet_free);
  g_task_run_in_thread (task, draw);
}

GBytes *
ds_depot_export_shift_pdf_finish (DsDepot *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
