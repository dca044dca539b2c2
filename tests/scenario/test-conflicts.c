/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A courier without a network collects at stops that the depot changes meanwhile: each change, before and after the
 * money was taken, in cash and by code. Back online everything is named on both sides, decided, and settled to the fen. */
#include "config.h"

#include "company.h"

#include "ds-json.h"

#define FLOAT_FEN 20000
#define DUE_FEN 10000
#define LOWER_FEN 6000
#define OTHER_COURIER "0400"
#define BALANCE_FEN 100000
#define RED_PACKET_FEN 3000

static const char route[] = "waybill,recipient,phone,address,place,window,due,prepaid,note\n"
                            "DS01,李小华,17012340101,文三路 1 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS02,张三,17012340102,文三路 2 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS03,欧阳修远,17012340103,文三路 3 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS04,王芳,17012340104,文三路 4 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS05,赵敏,17012340105,文三路 5 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS06,钱多,17012340106,文三路 6 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS07,孙悦,17012340107,文三路 7 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS08,周平,17012340108,文三路 8 号,西湖,09:00-11:00,100.00,no,\n"
                            "DS09,吴用,17012340109,文三路 9 号,西湖,09:00-11:00,100.00,no,\n";

/* One conflict a stop: the change comes before or after the money, which is cash or a code. */
typedef struct
{
  DsStopChange change;
  const char *kind;
  gint64 waits_fen;
  gboolean change_first;
  gboolean cash;
} Conflict;

static const Conflict conflicts[] = {
  { { .kind = DS_STOP_CHANGE_CANCEL, .stop = "DS01" }, "cancelled", DUE_FEN, FALSE, FALSE },
  { { .kind = DS_STOP_CHANGE_CANCEL, .stop = "DS02" }, "cancelled", DUE_FEN, TRUE, TRUE },
  { { .kind = DS_STOP_CHANGE_REPRICE, .stop = "DS03", .due_fen = LOWER_FEN },
    "repriced",
    DUE_FEN - LOWER_FEN,
    FALSE,
    TRUE },
  { { .kind = DS_STOP_CHANGE_REPRICE, .stop = "DS04", .due_fen = LOWER_FEN },
    "repriced",
    DUE_FEN - LOWER_FEN,
    TRUE,
    FALSE },
  { { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "DS05", .courier_id = OTHER_COURIER },
    "reassigned",
    DUE_FEN,
    FALSE,
    FALSE },
  { { .kind = DS_STOP_CHANGE_REASSIGN, .stop = "DS06", .courier_id = OTHER_COURIER },
    "reassigned",
    DUE_FEN,
    TRUE,
    TRUE },
  { { .kind = DS_STOP_CHANGE_PAID_ELSEWHERE, .stop = "DS07" }, "paid-elsewhere", DUE_FEN, FALSE, TRUE },
  { { .kind = DS_STOP_CHANGE_PAID_ELSEWHERE, .stop = "DS08" }, "paid-elsewhere", DUE_FEN, TRUE, FALSE },
};

static void
change (Company *company, const Conflict *conflict)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = ds_depot_change_stop (company->depot, &conflict->change, &error);

  g_assert_no_error (error);
}

static void
collect (Handheld *handheld, Customer *customer, const Conflict *conflict)
{
  const char *waybill = conflict->change.stop;
  g_autofree char *screen = company_get_path (handheld->company, "screen.png");
  g_autofree char *phone = company_get_path (handheld->company, "phone.png");
  g_autofree char *payment_id = NULL;

  if (conflict->cash)
    payment_id = handheld_take_cash (handheld, waybill, DUE_FEN);
  else
    {
      g_autoptr (DsPresentation) code = handheld_present (handheld, waybill, screen);
      g_autoptr (DsAnswer) answer = NULL;

      g_assert_cmpint (code->source, ==, DS_CODE_SOURCE_PREFETCHED);
      customer_run (customer, 0, "pay", "--picture", screen, NULL);
      customer_run (customer, 0, "receipt", code->payment_id, "--picture", phone, NULL);
      answer = handheld_scan_picture (handheld, waybill, code->payment_id, phone);
      g_assert_cmpint (answer->kind, ==, DS_ANSWER_PAID);
    }
  handheld_deliver (handheld, waybill);
}

static json_t *
list_cases (Company *company)
{
  g_autoptr (GError) error = NULL;
  json_t *cases = ds_depot_list_cases (company->depot, FALSE, &error);

  g_assert_no_error (error);
  return cases;
}

/* Every conflict is a case at the depot and a problem of the same name on the handheld. */
static gint64
check_named (Company *company, Handheld *handheld)
{
  static const char *const kinds[] = { "cancelled", "repriced", "reassigned", "paid-elsewhere" };
  g_autoptr (json_t) cases = list_cases (company);
  gint64 waits_fen = 0;
  gsize n_cases = 0;
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    /* Where the goods went to another courier in the books, somebody has to tell that courier. */
    if (g_str_equal (json_string_value (json_object_get (item, "kind")), "delivered"))
      continue;
    n_cases++;
    waits_fen += json_integer_value (json_object_get (item, "amount_fen"));
  }
  g_assert_cmpuint (n_cases, ==, G_N_ELEMENTS (conflicts));
  for (i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpuint (handheld_count_problems (handheld, kinds[i]), ==, 2);
  g_assert_cmpint (company_get_balance_fen (company, "suspense"), ==, -waits_fen);
  return waits_fen;
}

/* Decides the cases of @kind. */
static void
decide (Company *company, const char *kind, const char *how)
{
  g_autoptr (json_t) cases = list_cases (company);
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (json_t) answer = NULL;

    if (!g_str_equal (json_string_value (json_object_get (item, "kind")), kind))
      continue;
    answer = ds_depot_resolve (company->depot, json_integer_value (json_object_get (item, "case")), how,
                               "as agreed with the customer", &error);
    g_assert_no_error (error);
  }
  company_settle (company);
}

static void
check_statement (json_t *statement)
{
  gint64 named_fen = 0;
  json_t *line;
  gsize i;

  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpint (json_integer_value (json_object_get (statement, "difference_fen")), ==, 0);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "books_sum_fen")), ==, 0);
  json_array_foreach (json_object_get (statement, "lines"), i, line)
  {
    gint64 waits_fen = json_integer_value (json_object_get (line, "suspense_fen"));

    named_fen += waits_fen;
    if (waits_fen > 0)
      g_assert_cmpstr (json_string_value (json_object_get (line, "why")), ==, "paid-elsewhere");
  }
  g_assert_cmpint (named_fen, ==, 2 * DUE_FEN);
  g_assert_cmpint (json_integer_value (json_object_get (statement, "suspense_fen")), ==, named_fen);
}

static void
test_conflicts (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Customer) customer = NULL;
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (Handheld) other = NULL;
  g_autoptr (json_t) statement = NULL;
  gint64 waits_fen = 0;

  company_import (company, COMPANY_COURIER, route);
  customer = customer_new (company, "customer", "1000", "30");
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, FLOAT_FEN);
  other = handheld_new (company, "other");
  handheld_enrol (other, OTHER_COURIER, NULL);

  customer_set_faults (customer, "{\"line\":\"cut\"}");
  WAIT_UNTIL (!ds_link_get_online (handheld->link));
  for (gsize i = 0; i < G_N_ELEMENTS (conflicts); i++)
    {
      if (conflicts[i].change_first)
        change (company, &conflicts[i]);
      collect (handheld, customer, &conflicts[i]);
      if (!conflicts[i].change_first)
        change (company, &conflicts[i]);
      waits_fen += conflicts[i].waits_fen;
    }
  customer_set_faults (customer, "{\"line\":\"restored\"}");
  handheld_sync (handheld);
  company_settle (company);
  handheld_sync (handheld);
  g_assert_cmpint (check_named (company, handheld), ==, waits_fen);
  /* Nothing of what the courier did was refused, and nothing done is undone. */
  g_assert_cmpuint (handheld_count_problems (handheld, "quarantined"), ==, 0);
  g_assert_cmpint (handheld_get_status (handheld, "DS01"), ==, DS_STOP_REMOVED_PAID);
  g_assert_cmpint (handheld_get_status (handheld, "DS03"), ==, DS_STOP_REFUND);
  g_assert_cmpint (handheld_get_status (handheld, "DS09"), ==, DS_STOP_TO_COLLECT);

  /* Given back to whom it was taken from, red packet into red packet; kept where the goods stay. */
  decide (company, "cancelled", "refund");
  decide (company, "repriced", "refund");
  decide (company, "reassigned", "keep");
  handheld_sync (handheld);
  WAIT_UNTIL (handheld_count_problems (handheld, "repriced") == 0);
  g_assert_cmpuint (handheld_count_problems (handheld, "cancelled"), ==, 0);
  g_assert_cmpuint (handheld_count_problems (handheld, "reassigned"), ==, 0);
  g_assert_cmpuint (handheld_count_problems (handheld, "paid-elsewhere"), ==, 2);
  /* The first code had taken the red packet along, and it went back whole: in the same parts. */
  g_assert_cmpint (customer_get_balance_fen (customer), ==, BALANCE_FEN - DUE_FEN - LOWER_FEN - DUE_FEN);
  g_assert_cmpint (json_integer_value (json_object_get (customer->output, "red_packet_fen")), ==,
                   RED_PACKET_FEN);
  g_assert_cmpint (company_get_balance_fen (company, "cash:depot"), ==, -(DUE_FEN + DUE_FEN - LOWER_FEN));
  g_assert_cmpint (company_get_balance_fen (company, "red-packet:003")
                       + company_get_balance_fen (company, "red-packet:007"),
                   ==, 0);

  /* The other courier has nothing left to collect: it was kept from the first one's money. */
  handheld_sync (other);
  g_assert_cmpint (handheld_get_open_fen (other, "DS05"), ==, 0);
  g_assert_cmpint (handheld_get_open_fen (other, "DS06"), ==, 0);

  /* What is still undecided does not hinder the settling, and is named. */
  handheld_close_shift (handheld, FLOAT_FEN + 4 * DUE_FEN);
  statement = handheld_wait_for_statement (handheld);
  check_statement (statement);
}

/* The change arrives first: the courier collects what is due now, and there is nothing to decide. */
static void
test_in_time (void)
{
  g_autoptr (Company) company = company_new ();
  g_autoptr (Handheld) handheld = NULL;
  g_autoptr (json_t) statement = NULL;
  g_autofree char *payment_id = NULL;

  company_import (company, COMPANY_COURIER, route);
  handheld = handheld_new (company, "handheld");
  handheld_enrol (handheld, COMPANY_COURIER, NULL);
  handheld_sync (handheld);
  handheld_open_shift (handheld, FLOAT_FEN);
  {
    g_autoptr (Handheld) other = handheld_new (company, "other");

    handheld_enrol (other, OTHER_COURIER, NULL);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (conflicts); i++)
    change (company, &conflicts[i]);
  handheld_sync (handheld);
  g_assert_cmpint (handheld_get_status (handheld, "DS01"), ==, DS_STOP_REMOVED);
  g_assert_cmpint (handheld_get_open_fen (handheld, "DS03"), ==, LOWER_FEN);
  g_assert_cmpint (handheld_get_status (handheld, "DS05"), ==, DS_STOP_REMOVED);
  g_assert_cmpint (handheld_get_status (handheld, "DS07"), ==, DS_STOP_TO_DELIVER);
  payment_id = handheld_take_cash (handheld, "DS03", LOWER_FEN);
  handheld_deliver (handheld, "DS03");
  handheld_sync (handheld);
  g_assert_cmpint (company_get_balance_fen (company, "suspense"), ==, 0);
  handheld_close_shift (handheld, FLOAT_FEN + LOWER_FEN);
  statement = handheld_wait_for_statement (handheld);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  g_assert_cmpint (json_integer_value (json_object_get (statement, "suspense_fen")), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/conflicts/offline", test_conflicts);
  g_test_add_func ("/scenario/conflicts/in-time", test_in_time);
  return g_test_run ();
}
