/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-daily-file.h"

#include "ds-clock.h"
#include "ds-csv.h"
#include "ds-day.h"
#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

#define MARK "#doorstep-daily-file"
#define TOTAL "#total"
#define VERSION "1"
#define VERSION_WITH_PAYOUTS "2"

#define MAX_ID_BYTES 64

static const char *const columns[] = { "time", "kind", "payment", "amount", "red_packet", "operator_ref" };

static DsDailyFile *
file_alloc (const char *operator_id, const char *payee_id, const char *day)
{
  DsDailyFile *self = g_new0 (DsDailyFile, 1);

  self->operator_id = g_strdup (operator_id);
  self->payee_id = g_strdup (payee_id);
  self->day = g_strdup (day);
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_file_line_free);
  return self;
}

void
ds_daily_file_free (DsDailyFile *self)
{
  g_free (self->operator_id);
  g_free (self->payee_id);
  g_free (self->day);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const DsFileLine *first = *(const DsFileLine *const *)a;
  const DsFileLine *second = *(const DsFileLine *const *)b;
  int order = (first->at_ms > second->at_ms) - (first->at_ms < second->at_ms);

  if (order == 0)
    order = g_strcmp0 (first->payment_id, second->payment_id);
  if (order == 0)
    order = g_strcmp0 (first->kind, second->kind);
  if (order == 0)
    order = g_strcmp0 (first->operator_ref, second->operator_ref);
  if (order == 0)
    order = (first->amount_fen > second->amount_fen) - (first->amount_fen < second->amount_fen);
  return order;
}

/* Ids are plain: they are written into tables again. */
static gboolean
is_plain (const char *id)
{
  for (; *id != '\0'; id++)
    if (!g_ascii_isgraph (*id) || *id == ',' || *id == '"')
      return FALSE;
  return TRUE;
}

gboolean
ds_daily_line_is_payout (const DsFileLine *line)
{
  return g_strcmp0 (line->kind, "payout") == 0 || g_strcmp0 (line->kind, "fee") == 0
         || g_strcmp0 (line->kind, "collection") == 0;
}

/* Returns: (nullable): to which of the file's sums a kind of line belongs */
static gint64 *
find_sum (DsDailyFile *self, const char *kind)
{
  const struct
  {
    const char *kind;
    gint64 *sum_fen;
  } sums[] = {
    { "payment", &self->credits_fen }, { "voucher", &self->credits_fen },
    { "refund", &self->refunds_fen },  { "payout", &self->payouts_fen },
    { "fee", &self->fees_fen },        { "collection", &self->collections_fen },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++)
    if (g_strcmp0 (kind, sums[i].kind) == 0)
      return sums[i].sum_fen;
  return NULL;
}

static const char *
check_payout (const DsDailyFile *self, const DsFileLine *line)
{
  gint64 for_ms;

  if (!ds_day_parse (line->payment_id, &for_ms, NULL) || strcmp (line->payment_id, self->day) > 0)
    return "the day that it is for is none";
  if (line->operator_ref == NULL || *line->operator_ref == '\0')
    return "the transfer has no number";
  return line->red_packet_fen != 0 ? "a transfer has no red packet" : NULL;
}

/* Adds up as it goes. Returns: (nullable): what is wrong with the line, in words. */
static const char *
add_up (DsDailyFile *self, const DsFileLine *line)
{
  gint64 *sum_fen = find_sum (self, line->kind);

  if (sum_fen == NULL)
    return "the kind is not payment, voucher, refund, payout, fee or collection";
  if (line->payment_id == NULL || *line->payment_id == '\0' || strlen (line->payment_id) > MAX_ID_BYTES
      || !is_plain (line->payment_id))
    return "there is no payment's id";
  if (line->operator_ref != NULL
      && (strlen (line->operator_ref) > MAX_ID_BYTES || !is_plain (line->operator_ref)))
    return "the operator's number is none";
  if (line->amount_fen <= 0 || line->red_packet_fen < 0 || line->red_packet_fen > line->amount_fen)
    return "the amount is none";
  if (!ds_money_add (*sum_fen, line->amount_fen, sum_fen))
    return "the sum is beyond all measure";
  return ds_daily_line_is_payout (line) ? check_payout (self, line) : NULL;
}

DsDailyFile *
ds_daily_file_new (const char *operator_id,
                   const char *payee_id,
                   const char *day,
                   GPtrArray *lines,
                   GError **error)
{
  g_autoptr (DsDailyFile) self = file_alloc (operator_id, payee_id, day);
  g_autoptr (GPtrArray) own = lines;
  gint64 from_ms;

  if (!ds_day_parse (day, &from_ms, error))
    return NULL;
  while (own->len > 0)
    {
      DsFileLine *line = g_ptr_array_steal_index_fast (own, own->len - 1);
      const char *problem;

      /* Who does not say when was asked for this day alone. */
      if (line->at_ms == 0)
        line->at_ms = from_ms;
      if (line->at_ms < from_ms || line->at_ms >= from_ms + DS_DAY_MS)
        {
          ds_file_line_free (line);
          continue;
        }
      g_ptr_array_add (self->lines, line);
      problem = add_up (self, line);
      if (problem != NULL)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_PROTOCOL, "Operator %s sent a line that is none: %s",
                       operator_id, problem);
          return NULL;
        }
    }
  g_ptr_array_sort (self->lines, compare_lines);
  return g_steal_pointer (&self);
}

/* Reading */

typedef struct
{
  DsCsv *csv;
  DsDailyFile *file; /* (nullable): before the first record */
  gint64 from_ms;
  gboolean with_payouts;
} Reading;

static gboolean
fail (Reading *self, GError **error, const char *words)
{
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Line %u: %s. Nothing of the file was taken",
               ds_csv_get_line (self->csv), words);
  return FALSE;
}

static gboolean
read_head (Reading *self, GError **error)
{
  if (strcmp (ds_csv_get_field (self->csv, 0), MARK) != 0 || ds_csv_get_n_fields (self->csv) != 5)
    return fail (self, error, "an operator's daily file begins with " MARK);
  self->with_payouts = strcmp (ds_csv_get_field (self->csv, 1), VERSION_WITH_PAYOUTS) == 0;
  if (!self->with_payouts && strcmp (ds_csv_get_field (self->csv, 1), VERSION) != 0)
    return fail (self, error,
                 "the file is of a newer form; this depot reads versions " VERSION
                 " and " VERSION_WITH_PAYOUTS);
  if (!is_plain (ds_csv_get_field (self->csv, 2)) || !is_plain (ds_csv_get_field (self->csv, 3)))
    return fail (self, error, "the operator's or the payee's number is none");
  if (!ds_day_parse (ds_csv_get_field (self->csv, 4), &self->from_ms, NULL))
    return fail (self, error, "the day is none");
  self->file = file_alloc (ds_csv_get_field (self->csv, 2), ds_csv_get_field (self->csv, 3),
                           ds_csv_get_field (self->csv, 4));
  return TRUE;
}

static gboolean
read_columns (Reading *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (strcmp (ds_csv_get_field (self->csv, i), columns[i]) != 0)
      return fail (self, error, "the columns are not time, kind, payment, amount, red_packet, operator_ref");
  return TRUE;
}

static gboolean
read_line (Reading *self, GError **error)
{
  DsFileLine *line = g_new0 (DsFileLine, 1);
  const char *problem;

  g_ptr_array_add (self->file->lines, line);
  if (ds_csv_get_n_fields (self->csv) != G_N_ELEMENTS (columns))
    return fail (self, error, "there are too few or too many fields");
  if (self->file->lines->len > DS_DAILY_FILE_MAX_LINES)
    return fail (self, error, "the file has too many lines");
  line->kind = g_strdup (ds_csv_get_field (self->csv, 1));
  line->payment_id = g_strdup (ds_csv_get_field (self->csv, 2));
  line->operator_ref = g_strdup (ds_csv_get_field (self->csv, 5));
  if (!ds_clock_parse_rfc3339 (ds_csv_get_field (self->csv, 0), &line->at_ms, NULL))
    return fail (self, error, "the time is none");
  if (line->at_ms < self->from_ms || line->at_ms >= self->from_ms + DS_DAY_MS)
    return fail (self, error, "the time is not on the file's day");
  if (!ds_money_parse (ds_csv_get_field (self->csv, 3), &line->amount_fen, NULL)
      || !ds_money_parse (ds_csv_get_field (self->csv, 4), &line->red_packet_fen, NULL))
    return fail (self, error, "the amount is none");
  if (ds_daily_line_is_payout (line) && !self->with_payouts)
    return fail (self, error, "pay-outs are in files of version " VERSION_WITH_PAYOUTS " alone");
  problem = add_up (self->file, line);
  return problem == NULL || fail (self, error, problem);
}

static gboolean
read_total (Reading *self, GError **error)
{
  const gint64 sums_fen[] = { self->file->credits_fen, self->file->refunds_fen, self->file->payouts_fen,
                              self->file->fees_fen, self->file->collections_fen };
  guint n_sums = self->with_payouts ? G_N_ELEMENTS (sums_fen) : 2;
  gboolean adds_up = TRUE;
  guint64 n_lines;
  gint64 sum_fen;

  if (ds_csv_get_n_fields (self->csv) != 2 + n_sums
      || !g_ascii_string_to_unsigned (ds_csv_get_field (self->csv, 1), 10, 0, G_MAXUINT, &n_lines, NULL))
    return fail (self, error,
                 self->with_payouts ? "the total is not lines, payments, refunds, pay-outs, fees, collections"
                                    : "the total is not lines, payments, refunds");
  for (guint i = 0; i < n_sums; i++)
    {
      if (!ds_money_parse (ds_csv_get_field (self->csv, 2 + i), &sum_fen, NULL))
        return fail (self, error, "a sum of the total is none");
      adds_up = adds_up && sum_fen == sums_fen[i];
    }
  if (n_lines != self->file->lines->len)
    return fail (self, error, "the file has another number of lines than its total says");
  return adds_up || fail (self, error, "the lines do not add up to the file's total");
}

/* @ended: (inout): whether the total has come. */
static gboolean
read_record (Reading *self, guint record, gboolean *ended, GError **error)
{
  if (*ended)
    return fail (self, error, "the file goes on after its total");
  if (record == 0)
    return read_head (self, error);
  if (record == 1)
    return read_columns (self, error);
  *ended = strcmp (ds_csv_get_field (self->csv, 0), TOTAL) == 0;
  return *ended ? read_total (self, error) : read_line (self, error);
}

DsDailyFile *
ds_daily_file_parse (GBytes *text, GError **error)
{
  g_autoptr (DsCsv) csv = ds_csv_new (text, error);
  g_autoptr (DsDailyFile) file = NULL;
  Reading reading = { .csv = csv };
  gboolean ended = FALSE;
  gboolean good = csv != NULL;

  for (guint record = 0; good; record++)
    {
      DsCsvResult result = ds_csv_next (csv, error);

      if (result == DS_CSV_END)
        break;
      if (result == DS_CSV_BAD_RECORD)
        g_prefix_error (error, "Line %u: ", ds_csv_get_line (csv));
      good = result == DS_CSV_RECORD && read_record (&reading, record, &ended, error);
    }
  file = reading.file;
  if (!good)
    return NULL;
  if (!ended)
    {
      fail (&reading, error, "the file is cut: its total is missing");
      return NULL;
    }
  g_ptr_array_sort (file->lines, compare_lines);
  return g_steal_pointer (&file);
}

/* Writing */

static void
append_line (GString *text, const DsFileLine *line)
{
  char time[DS_RFC3339_SIZE];
  char amount[DS_MONEY_TEXT_SIZE];
  char red_packet[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (text, "%s,%s,%s,%s,%s,%s\n", ds_clock_format_rfc3339 (line->at_ms, time),
                          line->kind, line->payment_id, ds_money_format (line->amount_fen, amount),
                          ds_money_format (line->red_packet_fen, red_packet),
                          line->operator_ref ? line->operator_ref : "");
}

static void
append_sum (GString *text, gint64 sum_fen)
{
  char sum[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (text, ",%s", ds_money_format (sum_fen, sum));
}

GBytes *
ds_daily_file_to_text (const DsDailyFile *self)
{
  GString *text = g_string_new (NULL);
  /* What there were files of before stays the same text, and so the same digest. */
  gboolean with_payouts = self->payouts_fen + self->fees_fen + self->collections_fen > 0;

  g_string_append_printf (text, MARK ",%s,%s,%s,%s\n", with_payouts ? VERSION_WITH_PAYOUTS : VERSION,
                          self->operator_id, self->payee_id, self->day);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", columns[i]);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < self->lines->len; i++)
    append_line (text, g_ptr_array_index (self->lines, i));
  g_string_append_printf (text, TOTAL ",%u", self->lines->len);
  append_sum (text, self->credits_fen);
  append_sum (text, self->refunds_fen);
  if (with_payouts)
    {
      append_sum (text, self->payouts_fen);
      append_sum (text, self->fees_fen);
      append_sum (text, self->collections_fen);
    }
  g_string_append_c (text, '\n');
  return g_string_free_to_bytes (text);
}
