/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A courier's whole shift: every way to pay, with and without a network on either side, settled to the fen. */
#include "config.h"

#include "company.h"

#include "ds-depot-custody.h"
#include "ds-evidence.h"
#include "ds-json.h"
#include "ds-shift.h"

#define FLOAT_FEN 20000

/* What each stop owes. */
#define LIVE_FEN 28650
#define PAYER_FEN 3500
#define CONFIRMED_FEN 9900
#define CARRIED_FEN 15820
#define VOUCHER_FEN 12000
#define BOUNCING_FEN 25000
#define CASH_FEN 19830

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "DS01,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,198.00,no,\n"
                            "DS01B,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,88.50,no,\n"
                            "DS02,张三,17012340102,文三路 2 号,西湖,09:00-11:00,35.00,no,\n"
                            "DS03,欧阳修远,17012340103,文三路 3 号,西湖,09:00-11:00,99.00,no,\n"
                            "DS04,王芳,17012340104,文三路 4 号,西湖,09:00-11:00,158.20,no,\n"
                            "DS05,赵敏,17012340105,文三路 5 号,西湖,09:00-11:00,120.00,no,Ring twice\n"
                            "DS06,钱多,17012340106,文三路 6 号,西湖,09:00-11:00,250.00,no,\n"
                            "DS07,孙悦,17012340107,文三路 7 号,西湖,09:00-11:00,198.30,no,\n"
                            "DS08,周平,17012340108,文三路 8 号,西湖,09:00-11:00,0,yes,\n";

typedef struct
{
  Company *company;
  Handheld *handheld;
  Customer *customer;
  char *screen; /* the handheld's code, photographed */
  char *phone;  /* the customer's */
} Day;

static void
set_up (Day *day, gconstpointer data)
{
  day->company = company_new ();
  day->screen = company_get_path (day->company, "screen.png");
  day->phone = company_get_path (day->company, "phone.png");
  company_import (day->company, COMPANY_COURIER, route);
  day->customer = customer_new (day->company, "customer", "2000", "10");
  day->handheld = handheld_new (day->company, "handheld");
  handheld_enrol (day->handheld, COMPANY_COURIER, NULL);
  handheld_sync (day->handheld);
  handheld_open_shift (day->handheld, FLOAT_FEN);
}

static void
tear_down (Day *day, gconstpointer data)
{
  customer_free (day->customer);
  handheld_free (day->handheld);
  company_free (day->company);
  g_free (day->screen);
  g_free (day->phone);
}

static void
cut_line (Day *day)
{
  customer_set_faults (day->customer, "{\"line\":\"cut\"}");
  WAIT_UNTIL (!ds_link_get_online (day->handheld->link));
}

static void
restore_line (Day *day)
{
  customer_set_faults (day->customer, "{\"line\":\"restored\"}");
  handheld_sync (day->handheld);
  company_settle (day->company);
}

static void
assert_answer (DsAnswer *answer, DsAnswerKind kind, const char *reason)
{
  g_assert_cmpint (answer->kind, ==, kind);
  if (reason != NULL)
    g_assert_cmpstr (answer->reason, ==, reason);
}

/* The ways to pay */

/* Both online: a live code is shown and paid. */
static void
collect_by_live_code (Day *day)
{
  g_autoptr (DsPresentation) code = handheld_present (day->handheld, "DS01", day->screen);

  g_assert_cmpint (code->source, ==, DS_CODE_SOURCE_LIVE);
  g_assert_cmpint (code->amount_fen, ==, LIVE_FEN);
  customer_run (day->customer, 0, "pay", "--picture", day->screen, NULL);
  WAIT_FOR_STATE (day->handheld, code->payment_id, "paid");
  g_assert_cmpint (handheld_get_open_fen (day->handheld, "DS01"), ==, 0);
  handheld_deliver (day->handheld, "DS01");
  handheld_deliver (day->handheld, "DS01B");
  g_assert_cmpint (handheld_get_status (day->handheld, "DS01"), ==, DS_STOP_PAID);
}

/* The customer's phone needs no network: its payer code is scanned and charged. */
static void
collect_by_payer_code (Day *day)
{
  g_autoptr (DsAnswer) answer = NULL;

  customer_run (day->customer, 0, "offline", "on", NULL);
  customer_run (day->customer, 0, "payer-code", "--picture", day->phone, NULL);
  answer = handheld_scan_picture (day->handheld, "DS02", NULL, day->phone);
  assert_answer (answer, DS_ANSWER_SCANNED, NULL);
  WAIT_FOR_STATE (day->handheld, answer->payment->id, "paid");
  customer_run (day->customer, 0, "offline", "off", NULL);
  handheld_deliver (day->handheld, "DS02");
}

/* The same where the bank wants the customer's word first. */
static void
collect_with_confirmation (Day *day)
{
  g_autoptr (Customer) customer = customer_new (day->company, "hesitant", "500", "0");
  g_autoptr (DsAnswer) answer = NULL;

  customer_set_faults (customer, "{\"confirm_above_fen\":5000}");
  customer_run (customer, 0, "payer-code", "--picture", day->phone, NULL);
  answer = handheld_scan_picture (day->handheld, "DS03", NULL, day->phone);
  assert_answer (answer, DS_ANSWER_SCANNED, NULL);
  WAIT_FOR_STATE (day->handheld, answer->payment->id, "pending");
  g_assert_cmpint (handheld_get_open_fen (day->handheld, "DS03"), ==, CONFIRMED_FEN);

  customer_run (customer, 0, "confirm", answer->payment->id, NULL);
  WAIT_FOR_STATE (day->handheld, answer->payment->id, "paid");
  customer_set_faults (customer, "{\"confirm_above_fen\":-1}");
  handheld_deliver (day->handheld, "DS03");
}

/* The courier is offline: the code that was carried along is paid, and the operator's receipt proves it. */
static void
collect_by_carried_code (Day *day)
{
  g_autoptr (DsPresentation) code = handheld_present (day->handheld, "DS04", day->screen);
  g_autoptr (DsAnswer) other_door = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsAnswer) again = NULL;

  g_assert_cmpint (code->source, ==, DS_CODE_SOURCE_PREFETCHED);
  customer_run (day->customer, 0, "pay", "--picture", day->screen, NULL);
  customer_run (day->customer, 0, "receipt", code->payment_id, "--picture", day->phone, NULL);
  answer = handheld_scan_picture (day->handheld, "DS04", code->payment_id, day->phone);
  assert_answer (answer, DS_ANSWER_PAID, NULL);
  g_assert_cmpint (handheld_get_open_fen (day->handheld, "DS04"), ==, 0);

  again = handheld_scan_picture (day->handheld, "DS04", code->payment_id, day->phone);
  assert_answer (again, DS_ANSWER_ALREADY, NULL);
  handheld_deliver (day->handheld, "DS04");
}

/* A voucher for @payment_id of @amount_fen with the number of @genuine, as only its own wallet could sign it. */
static char *
sign_another (Day *day, const DsEvidence *genuine, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (DsKey) key = customer_load_key (day->customer);
  DsEvidence draft = *genuine;
  g_autoptr (DsEvidence) voucher = NULL;
  g_autoptr (GError) error = NULL;

  draft.payment_id = (char *)payment_id;
  draft.amount_fen = amount_fen;
  voucher = ds_voucher_sign (key, genuine->certificate, &draft, &error);
  g_assert_no_error (error);
  return ds_evidence_to_text (voucher);
}

/* The customer's own wallet turned against the courier: another amount, and changed bytes. */
static void
try_false_vouchers (Day *day, const char *payment_id, const char *text)
{
  g_autoptr (DsEvidence) genuine = ds_evidence_parse_text (text, NULL);
  g_autofree char *cheaper = sign_another (day, genuine, payment_id, VOUCHER_FEN - 1);
  g_autoptr (DsAnswer) wrong_amount = handheld_scan (day->handheld, "DS05", payment_id, cheaper);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *changed = NULL;
  g_autoptr (DsEvidence) forged = NULL;
  g_autofree char *forged_text = NULL;
  g_autoptr (DsAnswer) forgery = NULL;
  gsize n;

  assert_answer (wrong_amount, DS_ANSWER_REFUSED, "other-amount");

  changed = g_memdup2 (g_bytes_get_data (genuine->bytes, &n), g_bytes_get_size (genuine->bytes));
  changed[n - 1] ^= 1; /* the last byte of the signature */
  bytes = g_bytes_new (changed, n);
  forged = ds_evidence_parse (bytes, NULL);
  forged_text = ds_evidence_to_text (forged);
  forgery = handheld_scan (day->handheld, "DS05", payment_id, forged_text);
  assert_answer (forgery, DS_ANSWER_REFUSED, "forged");
  g_assert_cmpint (handheld_get_open_fen (day->handheld, "DS05"), ==, VOUCHER_FEN);
}

/* Neither has a network: a voucher is taken. Returns: (transfer full): its text. */
static char *
collect_by_voucher (Day *day, char **payment_id)
{
  g_autoptr (DsPresentation) code = handheld_present (day->handheld, "DS05", day->screen);
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsAnswer) again = NULL;
  g_autofree char *text = NULL;

  customer_run (day->customer, 0, "offline", "on", NULL);
  customer_run (day->customer, 0, "voucher", "--picture-in", day->screen, "--picture", day->phone, NULL);
  text = g_strdup (customer_get_text (day->customer, "voucher"));
  customer_run (day->customer, 0, "offline", "off", NULL);
  try_false_vouchers (day, code->payment_id, text);

  answer = handheld_scan_picture (day->handheld, "DS05", code->payment_id, day->phone);
  assert_answer (answer, DS_ANSWER_ACCEPTED, NULL);
  again = handheld_scan_picture (day->handheld, "DS05", code->payment_id, day->phone);
  assert_answer (again, DS_ANSWER_ALREADY, NULL);
  handheld_deliver (day->handheld, "DS05");
  g_assert_cmpint (handheld_get_status (day->handheld, "DS05"), ==, DS_STOP_ACCEPTED);
  *payment_id = g_strdup (code->payment_id);
  return g_steal_pointer (&text);
}

/* Another customer promises money and then spends it. Before that, the first one's voucher is tried a second time. */
static char *
collect_by_bouncing_voucher (Day *day, const char *used_text)
{
  g_autoptr (Customer) spender = customer_new (day->company, "spender", "300", "0");
  g_autoptr (DsPresentation) code = handheld_present (day->handheld, "DS06", day->screen);
  g_autoptr (DsEvidence) used = ds_evidence_parse_text (used_text, NULL);
  g_autofree char *reused = sign_another (day, used, code->payment_id, BOUNCING_FEN);
  g_autoptr (DsAnswer) other_stop = handheld_scan (day->handheld, "DS06", code->payment_id, used_text);
  g_autoptr (DsAnswer) second_use = handheld_scan (day->handheld, "DS06", code->payment_id, reused);
  g_autoptr (DsAnswer) answer = NULL;

  assert_answer (other_stop, DS_ANSWER_REFUSED, "used");
  assert_answer (second_use, DS_ANSWER_REFUSED, "used");

  customer_run (spender, 0, "offline", "on", NULL);
  customer_run (spender, 0, "voucher", "--picture-in", day->screen, "--picture", day->phone, NULL);
  answer = handheld_scan_picture (day->handheld, "DS06", code->payment_id, day->phone);
  assert_answer (answer, DS_ANSWER_ACCEPTED, NULL);
  handheld_deliver (day->handheld, "DS06");
  customer_run (spender, 0, "offline", "off", NULL);
  customer_run (spender, 0, "spend", "200", "--shop", "面馆", NULL);
  return g_strdup (code->payment_id);
}

/* A payer code is no payment without a network. */
static void
try_payer_code_offline (Day *day)
{
  g_autoptr (DsAnswer) answer = NULL;

  customer_run (day->customer, 0, "payer-code", "--picture", day->phone, NULL);
  answer = handheld_scan_picture (day->handheld, "DS07", NULL, day->phone);
  assert_answer (answer, DS_ANSWER_REFUSED, "offline");
}

/* Settling */

static gint64
get_fen (json_t *statement, const char *group, const char *member)
{
  json_t *number = json_object_get (json_object_get (statement, group), member);

  g_assert_true (json_is_integer (number));
  return json_integer_value (number);
}

static guint
count_verdicts (json_t *statement, const char *verdict)
{
  json_t *line;
  guint n = 0;
  gsize i;

  json_array_foreach (json_object_get (statement, "lines"), i, line) n
      += g_strcmp0 (json_string_value (json_object_get (line, "verdict")), verdict) == 0;
  return n;
}

static void
check_statement (json_t *statement)
{
  const gint64 digital_fen = LIVE_FEN + PAYER_FEN + CONFIRMED_FEN + CARRIED_FEN;
  const gint64 drawer_fen = FLOAT_FEN + CASH_FEN + BOUNCING_FEN;

  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "books_sum_fen")), ==, 0);
  g_assert_cmpint (get_fen (statement, "digital", "device_fen"), ==, digital_fen);
  g_assert_cmpint (get_fen (statement, "digital", "operator_fen"), ==, digital_fen);
  g_assert_cmpint (get_fen (statement, "vouchers", "device_fen"), ==, VOUCHER_FEN);
  g_assert_cmpint (get_fen (statement, "vouchers", "operator_fen"), ==, VOUCHER_FEN);
  g_assert_cmpint (get_fen (statement, "vouchers", "rejected_fen"), ==, BOUNCING_FEN);
  g_assert_cmpint (get_fen (statement, "cash", "expected_fen"), ==, drawer_fen);
  g_assert_cmpint (get_fen (statement, "cash", "counted_fen"), ==, drawer_fen);
  g_assert_cmpuint (count_verdicts (statement, "matched"), ==, 7); /* 4 digital, 1 voucher, 2 cash */
  g_assert_cmpuint (count_verdicts (statement, "rejected"), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (statement, "lines")), ==, 8);
}

/* Three books that know nothing of each other say the same. */
static void
check_books (Day *day)
{
  const gint64 digital_fen = LIVE_FEN + PAYER_FEN + CONFIRMED_FEN + CARRIED_FEN + VOUCHER_FEN;
  const gint64 cash_fen = CASH_FEN + BOUNCING_FEN;
  Company *company = day->company;
  g_autoptr (json_t) books = company_load_books (company);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) stops = NULL;
  DsShiftTotals totals;

  g_assert_cmpint (company_sum_files_fen (company), ==, digital_fen);

  g_assert_cmpint (json_integer_value (json_object_get (books, "sum_fen")), ==, 0);
  g_assert_cmpint (company_get_balance_fen (company, "clearing:003")
                       + company_get_balance_fen (company, "clearing:007"),
                   ==, digital_fen);
  g_assert_cmpint (company_get_balance_fen (company, "cash:" COMPANY_COURIER), ==, cash_fen);
  g_assert_cmpint (company_get_balance_fen (company, "suspense"), ==, 0);
  g_assert_cmpint (company_get_balance_fen (company, "payable:merchant"), ==, -(digital_fen + cash_fen));

  ds_store_load_stops_async (day->handheld->store, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  stops = ds_store_load_stops_finish (day->handheld->store, result, NULL);
  ds_shift_totals_from_stops (stops, ds_store_get_shift (day->handheld->store), &totals);
  g_assert_cmpint (totals.paid_fen, ==, digital_fen);
  g_assert_cmpint (totals.cash_fen, ==, cash_fen);
  g_assert_cmpint (totals.accepted_fen, ==, 0);
  g_assert_cmpint (totals.unknown_fen, ==, 0);
  g_assert_cmpint (totals.open_fen, ==, 0);
  g_assert_cmpuint (totals.n_stops, ==, 8);
  g_assert_cmpuint (totals.n_done, ==, 8);
}

/* Anybody can check what the handheld leaves behind, without it and without the depot. */
static void
check_evidence (Day *day)
{
  Handheld *handheld = day->handheld;
  g_autofree char *journal = company_get_path (day->company, "journal.ndjson");
  g_autofree char *statement = company_get_path (day->company, "statement.jws");
  g_autofree char *device_key = ds_key_get_public_hex (ds_store_get_device_key (handheld->store));
  g_autofree char *depot_key = ds_key_get_public_hex (ds_store_get_identity (handheld->store)->depot_key);
  g_autoptr (GFile) file = g_file_new_for_path (journal);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_export_async (handheld->store, file, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  ds_store_export_finish (handheld->store, result, &error);
  g_assert_no_error (error);
  company_run (g_getenv ("DS_INSPECT"), "journal", "--key", device_key, journal, NULL);

  g_file_set_contents (statement, ds_store_get_shift (handheld->store)->statement, -1, &error);
  g_assert_no_error (error);
  company_run (g_getenv ("DS_INSPECT"), "statement", "--key", depot_key, statement, NULL);
}

/* Returns: (transfer full): a sum in the fewest notes and coins. */
static json_t *
count_out (gint64 amount_fen)
{
  json_t *denominations = json_array ();

  for (const gint64 *kind_fen = ds_cash_denominations_fen; *kind_fen > 0; kind_fen++)
    {
      json_array_append_new (denominations,
                             json_pack ("{s:I, s:I}", "denomination_fen", (json_int_t)*kind_fen, "count",
                                        (json_int_t)(amount_fen / *kind_fen)));
      amount_fen %= *kind_fen;
    }
  return denominations;
}

/* The cash goes on to the clerk and to the bank, and its chain begins with what the handheld has signed. */
static void
hand_over_cash (Day *day)
{
  const gint64 drawer_fen = FLOAT_FEN + CASH_FEN + BOUNCING_FEN;
  DsDepot *depot = day->company->depot;
  g_autofree char *path = company_get_path (day->company, "custody");
  g_autofree char *depot_key = ds_key_get_public_hex (ds_depot_get_key (depot));
  g_autoptr (json_t) denominations = count_out (drawer_fen);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) clerk = ds_depot_add_clerk (depot, "07", "王会计", &error);
  g_autoptr (json_t) counted = NULL;
  g_autoptr (json_t) sent = NULL;
  g_autoptr (GBytes) file = NULL;

  g_assert_no_error (error);
  counted = ds_depot_take_cash (depot,
                                &(DsCashCount){ .shift_id = ds_store_get_shift (day->handheld->store)->id,
                                                .clerk_id = "07",
                                                .denominations = denominations },
                                &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_integer_value (json_object_get (counted, "courier_fen")), ==, drawer_fen);
  g_assert_cmpint (json_integer_value (json_object_get (counted, "difference_fen")), ==, 0);
  g_assert_true (json_is_array (json_object_get (counted, "courier_denominations")));
  g_assert_cmpint (company_get_balance_fen (day->company, "cash:" COMPANY_COURIER), ==, 0);
  sent = ds_depot_deposit (depot, "07", "A-1", drawer_fen, &error);
  g_assert_no_error (error);
  g_assert_cmpint (company_get_balance_fen (day->company, "till:07"), ==, 0);

  file = ds_depot_load_custody (depot, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, g_bytes_get_data (file, NULL), (gssize)g_bytes_get_size (file), &error);
  g_assert_no_error (error);
  company_run (g_getenv ("DS_INSPECT"), "custody", "--key", depot_key, path, NULL);
}

static void
test_whole_shift (Day *day, gconstpointer data)
{
  Handheld *handheld = day->handheld;
  g_autofree char *voucher = NULL;
  g_autofree char *voucher_payment = NULL;
  g_autofree char *bouncing_payment = NULL;
  g_autofree char *cash_payment = NULL;
  g_autofree char *cash_instead = NULL;
  g_autoptr (json_t) statement = NULL;

  collect_by_live_code (day);
  collect_by_payer_code (day);
  collect_with_confirmation (day);

  cut_line (day);
  collect_by_carried_code (day);
  voucher = collect_by_voucher (day, &voucher_payment);
  bouncing_payment = collect_by_bouncing_voucher (day, voucher);
  try_payer_code_offline (day);
  cash_payment = handheld_take_cash (handheld, "DS07", 20000);
  handheld_deliver (handheld, "DS07");
  handheld_deliver (handheld, "DS08"); /* prepaid */
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), >=, 8);

  restore_line (day);
  g_assert_cmpint (ds_store_get_n_unsent (handheld->store), ==, 0);
  WAIT_FOR_STATE (handheld, voucher_payment, "settled");
  WAIT_FOR_STATE (handheld, bouncing_payment, "rejected");
  g_assert_cmpint (handheld_get_status (handheld, "DS06"), ==, DS_STOP_REJECTED);
  g_assert_cmpint (handheld_get_open_fen (handheld, "DS06"), ==, BOUNCING_FEN);
  g_assert_cmpuint (handheld_count_problems (handheld, "rejected"), ==, 1);
  g_assert_cmpint (customer_get_balance_fen (day->customer), ==,
                   200000 + 1000 - (LIVE_FEN + PAYER_FEN + CARRIED_FEN + VOUCHER_FEN));

  cash_instead = handheld_take_cash (handheld, "DS06", 30000);
  g_assert_cmpuint (handheld_count_problems (handheld, "rejected"), ==, 0);

  handheld_close_shift (handheld, FLOAT_FEN + CASH_FEN + BOUNCING_FEN);
  statement = handheld_wait_for_statement (handheld);
  check_statement (statement);
  check_books (day);
  check_evidence (day);
  hand_over_cash (day);
}

/* An operator's file that says something else is reported as it is. */
static void
test_planted_difference (Day *day, gconstpointer data)
{
  Handheld *handheld = day->handheld;
  g_autoptr (DsPresentation) code = NULL;
  g_autofree char *fault = NULL;
  g_autoptr (json_t) statement = NULL;
  json_t *line;

  code = handheld_present (handheld, "DS02", day->screen);
  customer_run (day->customer, 0, "pay", "--picture", day->screen, NULL);
  WAIT_FOR_STATE (handheld, code->payment_id, "paid");
  handheld_deliver (handheld, "DS02");

  fault = g_strdup_printf ("{\"file_difference\":{\"payment\":\"%s\",\"fen\":-100}}", code->payment_id);
  customer_set_faults (day->customer, fault);
  handheld_close_shift (handheld, FLOAT_FEN);
  statement = handheld_wait_for_statement (handheld);

  g_assert_true (json_is_false (json_object_get (statement, "balanced")));
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, -100);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "books_sum_fen")), ==, 0);
  g_assert_cmpuint (json_array_size (json_object_get (statement, "lines")), ==, 1);
  line = json_array_get (json_object_get (statement, "lines"), 0);
  g_assert_cmpstr (json_string_value (json_object_get (line, "verdict")), ==, "differing");
  g_assert_cmpstr (json_string_value (json_object_get (line, "payment")), ==, code->payment_id);
  g_assert_cmpint (json_integer_value (json_object_get (line, "device_fen")), ==, PAYER_FEN);
  g_assert_cmpint (json_integer_value (json_object_get (line, "operator_fen")), ==, PAYER_FEN - 100);
  /* The books go by what the operator answered, not by its file; the difference is a person's to settle. */
  g_assert_cmpint (company_get_balance_fen (day->company, "suspense"), ==, 0);
}

/* A drawer that does not tally is told as well. */
static void
test_missing_cash (Day *day, gconstpointer data)
{
  g_autofree char *payment = handheld_take_cash (day->handheld, "DS07", 20000);
  g_autoptr (json_t) statement = NULL;

  handheld_close_shift (day->handheld, FLOAT_FEN + CASH_FEN - 50);
  statement = handheld_wait_for_statement (day->handheld);
  g_assert_true (json_is_false (json_object_get (statement, "balanced")));
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, -50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/shift/whole", Day, NULL, set_up, test_whole_shift, tear_down);
  g_test_add ("/scenario/shift/planted-difference", Day, NULL, set_up, test_planted_difference, tear_down);
  g_test_add ("/scenario/shift/missing-cash", Day, NULL, set_up, test_missing_cash, tear_down);
  return g_test_run ();
}
