/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves the depot, opened by other people's programs: a spreadsheet, a reader of PDF, a validator of XML. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-csv.h"
#include "ds-day.h"
#include "ds-depot-admin-books.h"
#include "ds-depot-custody.h"
#include "ds-depot-export.h"
#include "ds-depot-private.h"
#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

#define PAYER_CODE_A "0100312345612345678"
/* What a spreadsheet would compute, in a text that strangers choose. */
#define FORMULA "=1+1"

typedef struct
{
  DepotFixture base;
  char *shift;
  char *payment;
  char day[DS_DAY_SIZE];
} Fixture;

static void
take_tricky_cash (Fixture *self)
{
  g_autofree char *id = depot_fixture_make_id (&self->base);

  depot_fixture_append (&self->base, "payment.cash", "{s:s, s:s, s:s, s:[s,s], s:i, s:i, s:i}", "payment", id,
                        "shift", self->shift, "stop", "望湖路 12 号, \"东\"", "parcels", FORMULA, "W2",
                        "amount_fen", 3105, "tendered_fen", 5000, "change_fen", 1895);
  depot_fixture_push_well (&self->base);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) clerk = NULL;
  gint64 now_ms, day_ms;

  depot_fixture_set_up (&self->base, data);
  /* Not at midnight, which would put one day's work on two. */
  now_ms = ds_clock_get_wall_ms (DS_CLOCK (self->base.clock));
  g_assert_true (ds_day_parse (ds_day_format (now_ms, self->day), &day_ms, NULL));
  ds_manual_clock_advance_ms (self->base.clock, day_ms + DS_DAY_MS + DS_DAY_MS / 2 - now_ms);
  ds_day_format (day_ms + DS_DAY_MS, self->day);
  depot_fixture_enrol (&self->base);
  clerk = ds_depot_add_clerk (self->base.depot, "07", "王会计", &error);
  g_assert_no_error (error);
  self->shift = depot_fixture_open_shift (&self->base, 20000);
  self->payment = depot_fixture_scan (&self->base, self->shift, PAYER_CODE_A, 12850);
  ds_manual_clock_advance_ms (self->base.clock, 1000);
  take_tricky_cash (self);
  depot_fixture_close_shift (&self->base, self->shift, 23105);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  depot_fixture_tear_down (&self->base, data);
  g_free (self->shift);
  g_free (self->payment);
}

#define export_test_add(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

static void
hand_over (Fixture *self)
{
  g_autoptr (json_t) denominations = ds_depot_admin_parse_count ("100x2,20x1,10x1,1x1", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_take_cash (
      self->base.depot,
      &(DsCashCount){ .shift_id = self->shift, .clerk_id = "07", .denominations = denominations }, &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
}

/* Returns: (transfer full): the path of a file that holds @bytes. */
static char *
save (GBytes *bytes, const char *name)
{
  char *path = g_build_filename (g_get_user_data_dir (), name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  return path;
}

/* Returns: (transfer full): for programs that want folders of their own; those of this test are no place for them. */
static char **
make_environment (void)
{
  static const char *const folders[] = { "XDG_CACHE_HOME", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME",
                                         "XDG_DATA_DIRS",  "XDG_DATA_HOME",   "XDG_RUNTIME_DIR" };
  char **environment = g_environ_setenv (g_get_environ (), "HOME", g_get_user_data_dir (), TRUE);

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    environment = g_environ_unsetenv (environment, folders[i]);
  return environment;
}

/* Returns: (transfer full): what a program prints, which must end well. */
static char *
run (const char *const *argv)
{
  g_auto (GStrv) environment = make_environment ();
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **)argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                               &status, &error));
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s", argv[0], err);
  return out;
}

static gboolean
is_missing (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  g_autofree char *words = g_strdup_printf ("%s is not on this machine", program);

  if (path == NULL)
    g_test_skip (words);
  return path == NULL;
}

static void
assert_contains (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("“%s” is not in:\n%s", words, text);
}

/* Tables */

static GBytes *
export_csv (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  GBytes *csv = ds_depot_export_shift_csv (self->base.depot, self->shift, DS_DEPOT_LANGUAGE_ZH, &error);

  g_assert_no_error (error);
  return csv;
}

static void
assert_record (DsCsv *csv, const char *const *fields)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ds_csv_next (csv, &error), ==, DS_CSV_RECORD);
  g_assert_no_error (error);
  for (guint i = 0; fields[i] != NULL; i++)
    if (*fields[i] != '\0')
      g_assert_cmpstr (ds_csv_get_field (csv, i), ==, fields[i]);
}

static void
test_csv (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) bytes = export_csv (self);
  g_autoptr (DsCsv) csv = ds_csv_new (bytes, NULL);
  g_autoptr (GError) error = NULL;
  const char *const heads[]
      = { "日期",       "时间",       "快递员",     "派送点",     "包裹",       "付款方式",
          "状态",       "金额（元）", "实收（元）", "找零（元）", "红包（元）", "已退（元）",
          "挂账（元）", "运营机构",   "银行流水号", "付款编号",   NULL };
  const char *const digital[]
      = { "2026-11-22", "",       "0317\t", "D1",          "W1",   "数字人民币 · 被扫",
          "已入账",     "128.50", "0.00",   "0.00",        "0.00", "0.00",
          "0.00",       "003\t",  "",       self->payment, NULL };
  const char *const cash[] = { "2026-11-22",
                               "",
                               "0317\t",
                               "望湖路 12 号, \"东\"",
                               "'" FORMULA " W2",
                               "现金",
                               "已收款",
                               "31.05",
                               "50.00",
                               "18.95",
                               "0.00",
                               "0.00",
                               "",
                               "",
                               "",
                               "",
                               NULL };

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), 3, "\xef\xbb\xbf", 3);
  g_assert_nonnull (strstr (g_bytes_get_data (bytes, NULL), "\r\n"));
  assert_record (csv, heads);
  assert_record (csv, digital);
  assert_record (csv, cash);
  g_assert_cmpint (ds_csv_next (csv, NULL), ==, DS_CSV_END);
  g_assert_null (ds_depot_export_shift_csv (self->base.depot, "none", DS_DEPOT_LANGUAGE_ZH, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

static void
test_day_csv (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsCsv) csv = NULL;
  gint64 debit_fen = 0;
  gint64 credit_fen = 0;
  guint n = 0;

  hand_over (self);
  bytes = ds_depot_export_day_csv (self->base.depot, self->day, DS_DEPOT_LANGUAGE_EN, &error);
  g_assert_no_error (error);
  csv = ds_csv_new (bytes, NULL);
  g_assert_cmpint (ds_csv_next (csv, NULL), ==, DS_CSV_RECORD);
  g_assert_cmpstr (ds_csv_get_field (csv, 4), ==, "Debit, yuan");
  while (ds_csv_next (csv, NULL) == DS_CSV_RECORD)
    {
      gint64 debit, credit;

      g_assert_true (ds_money_parse (ds_csv_get_field (csv, 4), &debit, NULL));
      g_assert_true (ds_money_parse (ds_csv_get_field (csv, 5), &credit, NULL));
      debit_fen += debit;
      credit_fen += credit;
      n++;
    }
  g_assert_cmpuint (n, >, 6);
  g_assert_cmpint (debit_fen, ==, credit_fen);
  g_assert_cmpint (debit_fen, >, 0);
  g_assert_null (ds_depot_export_day_csv (self->base.depot, "2026-02-30", DS_DEPOT_LANGUAGE_EN, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

/* Paper */

static void
did_export (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(GBytes **)user_data = ds_depot_export_shift_pdf_finish (DS_DEPOT (source), result, &error);
  g_assert_no_error (error);
}

/* Returns: (transfer full): the text of the PDF, as another program reads it. */
static char *
read_pdf (Fixture *self, DsDepotLanguage language)
{
  g_autoptr (GBytes) pdf = NULL;
  g_autofree char *path = NULL;

  ds_depot_export_shift_pdf_async (self->base.depot, self->shift, language, NULL, did_export, &pdf);
  while (pdf == NULL)
    g_main_context_iteration (NULL, TRUE);
  path = save (pdf, "statement.pdf");
  return run ((const char *const[]){ "pdftotext", "-layout", path, "-", NULL });
}

static void
test_pdf (Fixture *self, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *english = NULL;

  if (is_missing ("pdftotext"))
    return;
  before = read_pdf (self, DS_DEPOT_LANGUAGE_ZH);
  assert_contains (before, "班次对账单");
  assert_contains (before, "现金尚未交接。");
  /* What the courier has counted is not for the clerk's eyes, nor what gives it away. */
  g_assert_null (strstr (before, "231.05"));
  g_assert_null (strstr (before, "差额"));
  hand_over (self);
  after = read_pdf (self, DS_DEPOT_LANGUAGE_ZH);
  assert_contains (after, "快递员清点");
  assert_contains (after, "¥231.05");
  assert_contains (after, "出纳清点");
  assert_contains (after, "¥231.00");
  assert_contains (after, "短款");
  assert_contains (after, "¥0.05");
  assert_contains (after, "-¥0.05");
  assert_contains (after, "对不上");
  assert_contains (after, "已入账");
  assert_contains (after, "128.50");
  english = read_pdf (self, DS_DEPOT_LANGUAGE_EN);
  assert_contains (english, "Statement of a shift");
}

/* ISO 20022 */

static char *
evaluate (const char *path, const char *expression)
{
  g_autofree char *out = run ((const char *const[]){ "xmllint", "--xpath", expression, path, NULL });

  return g_strdup (g_strstrip (out));
}

static void
assert_xpath (const char *path, const char *expression, const char *value)
{
  g_autofree char *found = evaluate (path, expression);

  g_assert_cmpstr (found, ==, value);
}

#define IN "*[local-name()='Ntry'][*[local-name()='CdtDbtInd']='CRDT']/*[local-name()='Amt']"
#define OUT "*[local-name()='Ntry'][*[local-name()='CdtDbtInd']='DBIT']/*[local-name()='Amt']"
#define BALANCE(code) "//*[local-name()='Bal'][.//*[local-name()='Cd']='" code "']/*[local-name()='Amt']"

static void
assert_camt (Fixture *self,
             const char *account,
             const char *day,
             const char *opening,
             const char *closing,
             const char *net)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) xml = ds_depot_export_camt (self->base.depot, account, day, &error);
  g_autofree char *path = NULL;
  g_autofree char *checked = NULL;

  g_assert_no_error (error);
  path = save (xml, "day.xml");
  checked = run ((const char *const[]){ "xmllint", "--noout", "--schema", DS_CAMT_SCHEMA, path, NULL });
  assert_xpath (path, "string(" BALANCE ("OPBD") ")", opening);
  assert_xpath (path, "string(" BALANCE ("CLBD") ")", closing);
  /* In whole fen, which no floating point makes wrong. */
  assert_xpath (path, "round(100*(sum(//" IN ")-sum(//" OUT ")))", net);
}

static void
test_camt (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *next = g_strdup (self->day);
  gint64 day_ms;

  if (is_missing ("xmllint"))
    return;
  hand_over (self);
  g_assert_true (ds_day_parse (self->day, &day_ms, NULL));
  ds_day_format (day_ms + DS_DAY_MS, next);
  assert_camt (self, "clearing:003", self->day, "0.00", "128.50", "12850");
  assert_camt (self, "till:07", self->day, "0.00", "231.00", "23100");
  /* Cash came in and went out on the same day. */
  assert_camt (self, "cash:0317", self->day, "0.00", "0.00", "0");
  /* Nothing happened on the next day: what was there is there. */
  assert_camt (self, "clearing:003", next, "128.50", "128.50", "0");
  g_assert_null (ds_depot_export_camt (self->base.depot, "clearing:999", self->day, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

/* A spreadsheet */

/* As the office opens it: UTF-8 with commas between. (Without a window, this spreadsheet looks for no mark.) */
static void
test_office (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) csv = NULL;
  g_autofree char *path = NULL;
  g_autofree char *profile = NULL;
  g_autofree char *out = NULL;
  g_autofree char *sheet_path = NULL;
  g_autofree char *sheet = NULL;

  if (is_missing ("soffice"))
    return;
  csv = export_csv (self);
  path = save (csv, "shift.csv");
  profile = g_strconcat ("-env:UserInstallation=file://", g_get_user_data_dir (), "/office", NULL);
  out = run ((const char *const[]){ "soffice", profile, "--headless", "--infilter=CSV:44,34,76,1",
                                    "--convert-to", "fods", "--outdir", g_get_user_data_dir (), path, NULL });
  sheet_path = g_build_filename (g_get_user_data_dir (), "shift.fods", NULL);
  g_assert_true (g_file_get_contents (sheet_path, &sheet, NULL, NULL));
  assert_contains (sheet, "<text:p>金额（元）</text:p>");
  assert_contains (sheet, "office:value-type=\"float\" office:value=\"128.5\"");
  assert_contains (sheet, "office:value-type=\"float\" office:value=\"31.05\"");
  assert_contains (sheet, "<text:p>望湖路 12 号, &quot;东&quot;</text:p>");
  assert_contains (sheet, FORMULA " W2</text:p>");
  /* Names of digits are names. */
  assert_contains (sheet, "<text:p>0317<text:tab/></text:p>");
  assert_contains (sheet, "<text:p>003<text:tab/></text:p>");
  assert_contains (sheet, self->payment);
  /* And nothing was computed. */
  g_assert_null (strstr (sheet, "table:formula"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  export_test_add ("/exports/csv", test_csv);
  export_test_add ("/exports/day-csv", test_day_csv);
  export_test_add ("/exports/pdf", test_pdf);
  export_test_add ("/exports/camt", test_camt);
  export_test_add ("/exports/office", test_office);

  return g_test_run ();
}
