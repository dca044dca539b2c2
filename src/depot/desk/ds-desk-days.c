/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days (日结): how each stands, what it came to by operator and by account, and its files. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-depot-cutoff.h"
#include "ds-depot-days.h"
#include "ds-depot-lists.h"
#include "ds-error.h"

#include <string.h>

/* How it stands, in a word with its colour's class. @day: of ds_depot_list_days() or ds_depot_describe_day() */
static void
add_standing (DsDeskPage *page, const char *state)
{
  static const struct
  {
    const char *state, *colour, *words;
  } words[] = {
    { "running", "waiting", N_ ("Not over yet") },
    { "open", "accepted", N_ ("Not reconciled") },
    { "reconciled", "waiting", N_ ("Reconciled, not cut off") },
    { "cut-off", "paid", N_ ("Cut off") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (g_strcmp0 (state, words[i].state) == 0)
        ds_desk_page_add (page, "<span class=\"state %s\">%s</span>", words[i].colour, _ (words[i].words));
    }
}

/* The list */

static void
add_optional_money (DsDeskPage *page, gboolean is_known, gint64 amount_fen)
{
  if (is_known)
    ds_desk_page_add_money_cell (page, amount_fen);
  else
    ds_desk_page_add (page, "<td class=\"money\">–</td>");
}

static void
add_day_row (DsDeskPage *page, json_t *day)
{
  const char *name = ds_desk_text (day, "day");
  guint n_differences = (guint)ds_desk_number (day, "differences");
  gboolean has_files = ds_desk_number (day, "files") > 0;
  g_autofree char *money = ds_desk_format_money (ds_desk_number (day, "differences_fen"));

  ds_desk_page_add (page, "<tr><th scope=\"row\"><a href=\"/desk/day/%s\"><time>%s</time></a></th><td>", name,
                    name);
  add_standing (page, ds_desk_text (day, "state"));
  ds_desk_page_add (page, "</td><td class=\"money\"><a href=\"/desk/?day=%s\">%u</a></td>", name,
                    (guint)ds_desk_number (day, "shifts"));
  add_optional_money (page, has_files, ds_desk_number (day, "credits_fen"));
  add_optional_money (page, has_files, ds_desk_number (day, "refunds_fen"));
  if (n_differences > 0)
    ds_desk_page_add (
        page, "<td class=\"money\"><a class=\"state failed\" href=\"/desk/cases?day=%s\">%u · %s</a></td>",
        name, n_differences, money);
  else
    add_optional_money (page, has_files, 0);
  add_optional_money (page, json_is_integer (json_object_get (day, "suspense_fen")),
                      ds_desk_number (day, "suspense_fen"));
  ds_desk_page_add (page, "</tr>");
}

/* Money that fits nowhere, by how long it has waited. */
static void
add_suspense (DsDeskPage *page, json_t *suspense)
{
  json_t *bucket;
  gsize i;

  ds_desk_page_begin_table (page, _ ("In suspense now, by age"), 0x6, _ ("Age, in days"), _ ("How many"),
                            _ ("Amount"), NULL);
  json_array_foreach (json_object_get (suspense, "buckets"), i, bucket)
  {
    guint from = (guint)ds_desk_number (bucket, "from_days");
    g_autofree char *ages = json_object_get (bucket, "to_days") != NULL
                                ? g_strdup_printf ("%u–%u", from, (guint)ds_desk_number (bucket, "to_days"))
                                : g_strdup_printf ("≥ %u", from);

    ds_desk_page_add (page, "<tr><th scope=\"row\">%s</th><td class=\"money\">%u</td>", ages,
                      (guint)ds_desk_number (bucket, "count"));
    ds_desk_page_add_money_cell (page, ds_desk_number (bucket, "amount_fen"));
    ds_desk_page_add (page, "</tr>");
  }
  ds_desk_page_add (page,
                    "</tbody><tfoot><tr><th scope=\"row\" colspan=\"2\"><a href=\"/desk/cases\">%s</a></th>",
                    _ ("Together"));
  ds_desk_page_add_money_cell (page, ds_desk_number (suspense, "suspense_fen"));
  ds_desk_page_add (page, "</tr></tfoot></table></div>");
}

static void
answer_days (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  guint number = ds_visit_get_page_number (visit);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) days
      = ds_depot_list_days (visit->depot, (gint64)(number - 1) * DS_DESK_ROWS, DS_DESK_ROWS + 1, &error);
  g_autoptr (json_t) suspense = days != NULL ? ds_depot_age_suspense (visit->depot, &error) : NULL;
  json_t *day;
  gsize i;

  if (suspense == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, _ ("Days"));
  if (number == 1)
    add_suspense (page, suspense);
  ds_desk_page_begin_table (page, _ ("Days, the newest first"), 0x7c, _ ("Day"), _ ("Standing"), _ ("Shifts"),
                            _ ("Received, by the operators’ files"), _ ("Given back, by the files"),
                            _ ("Differences, open"), _ ("In suspense at the cut-off"), NULL);
  json_array_foreach (days, i, day)
  {
    if (i < DS_DESK_ROWS)
      add_day_row (page, day);
  }
  ds_desk_page_end_table (page);
  ds_desk_page_add_pager (page, "/desk/days", "", number, json_array_size (days) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* What may not be known yet */

/* Whether there is anything that this visitor may not know yet. */
static gboolean
hides_something (DsVisit *visit, json_t *day)
{
  return ds_visit_may_act (visit) && json_array_size (json_object_get (day, "waiting")) > 0;
}

/* Whether an account's figures would tell a clerk who is to count what there should be: that of a courier who waits, and
 * those in which the other side of it stands, for all accounts together come to nothing. */
static gboolean
is_hidden (DsVisit *visit, json_t *day, const char *account)
{
  json_t *waiting = json_object_get (day, "waiting");
  json_t *shift;
  gsize i;

  if (!hides_something (visit, day))
    return FALSE;
  if (g_str_equal (account, "payable:merchant") || g_str_equal (account, "suspense"))
    return TRUE;
  json_array_foreach (waiting, i, shift)
  {
    if (g_str_has_prefix (account, "cash:")
        && g_strcmp0 (account + strlen ("cash:"), ds_desk_text (shift, "courier")) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The same of all that was booked in the day. */
static gboolean
is_blind (DsVisit *visit, json_t *day)
{
  json_t *shift;
  gsize i;

  json_array_foreach (json_object_get (day, "waiting"), i, shift)
  {
    if (ds_visit_may_act (visit) && json_is_true (json_object_get (shift, "in_day")))
      return TRUE;
  }
  return FALSE;
}

/* Returns: whether it was refused, and the visit is answered. */
static gboolean
refuse_blind (DsVisit *visit, gboolean blind)
{
  DsDeskPage *page = visit->page;

  if (blind)
    ds_visit_refuse (
        visit, SOUP_STATUS_CONFLICT, _ ("Count first"),
        _ ("The files say how much cash there should be. They can be saved once it is counted."));
  return blind;
}

/* One day */

static void
add_day_facts (DsDeskPage *page, json_t *day)
{
  ds_desk_page_add (page, "<dl class=\"facts\"><div><dt>%s</dt><dd>", _ ("Standing"));
  add_standing (page, ds_desk_text (day, "state"));
  ds_desk_page_add (page, "</dd></div>");
  if (json_object_get (day, "jws") != NULL)
    {
      g_autofree char *n_cases = g_strdup_printf ("%u", (guint)ds_desk_number (day, "open_cases"));

      ds_desk_page_add (page, "<div><dt>%s</dt><dd>", _ ("Cut off at"));
      ds_desk_page_add_time (page, ds_desk_number (day, "closed_at_ms"));
      ds_desk_page_add (page, "</dd></div>");
      ds_desk_page_add_money_fact (page, _ ("In suspense at the cut-off"),
                                   ds_desk_number (day, "suspense_fen"));
      ds_desk_page_add_fact (page, _ ("Open cases at the cut-off"), n_cases);
    }
  ds_desk_page_add (page, "</dl>");
}

static void
add_operator_row (DsDeskPage *page, json_t *op)
{
  json_t *file = json_object_get (op, "file");
  gboolean has_file = json_is_object (file);
  gint64 unmatched_fen = ds_desk_number (file, "credits_fen") - ds_desk_number (file, "refunds_fen")
                         - ds_desk_number (op, "settled_fen");
  g_autofree char *unmatched = ds_desk_format_money (unmatched_fen);

  ds_desk_page_add (page, "<tr><th scope=\"row\">%s <span class=\"id\">%s</span></th>",
                    ds_desk_text (op, "name"), ds_desk_text (op, "operator"));
  ds_desk_page_add_money_cell (page, ds_desk_number (op, "in_fen"));
  ds_desk_page_add_money_cell (page, ds_desk_number (op, "out_fen"));
  add_optional_money (page, has_file, ds_desk_number (file, "credits_fen"));
  add_optional_money (page, has_file, ds_desk_number (file, "refunds_fen"));
  ds_desk_page_add_money_cell (page, ds_desk_number (op, "unsettled_fen"));
  if (!has_file)
    ds_desk_page_add (page, "<td class=\"money\">–</td></tr>");
  else
    ds_desk_page_add (page,
                      unmatched_fen == 0
                          ? "<td class=\"money\"><span class=\"state paid\">%s</span></td></tr>"
                          : "<td class=\"money\"><span class=\"state failed\">%s</span></td></tr>",
                      unmatched);
}

static void
add_operators (DsDeskPage *page, json_t *operators)
{
  json_t *op;
  gsize i;

  ds_desk_page_begin_table (page, _ ("The day by operator"), 0x7e, _ ("Operator"), _ ("Booked, received"),
                            _ ("Booked, given back"), _ ("In the file, received"),
                            _ ("In the file, given back"), _ ("In no file yet"), _ ("Unmatched in the file"),
                            NULL);
  json_array_foreach (operators, i, op) add_operator_row (page, op);
  ds_desk_page_end_table (page);
}

static void
add_account_row (DsVisit *visit, json_t *day, json_t *account, gint64 sums_fen[2])
{
  static const char *const members[] = { "opening_fen", "debit_fen", "credit_fen", "closing_fen" };
  DsDeskPage *page = visit->page;
  const char *name = ds_desk_text (account, "account");
  g_autofree char *words = ds_desk_word_for_account (page, name);
  g_autofree char *part = ds_desk_escape_part (name);
  gboolean hidden = is_hidden (visit, day, name);

  sums_fen[0] += ds_desk_number (account, "debit_fen");
  sums_fen[1] += ds_desk_number (account, "credit_fen");
  ds_desk_page_add (page, "<tr><th scope=\"row\">%s <span class=\"id\">%s</span></th>", words, name);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (hidden)
        ds_desk_page_add (page, "<td class=\"money hidden\" title=\"%s\">•••</td>",
                          _ ("Shows once it is counted"));
      else
        ds_desk_page_add_money_cell (page, ds_desk_number (account, members[i]));
    }
  if (hidden)
    ds_desk_page_add (page, "<td class=\"no-print\"></td></tr>");
  else
    ds_desk_page_add (page,
                      "<td class=\"no-print\"><a href=\"/desk/day/%s/camt?account=%s\" download"
                      " aria-label=\"camt.053 · %s\">camt.053</a></td></tr>",
                      ds_desk_text (day, "day"), part, words);
}

static void
add_trial_balance (DsVisit *visit, json_t *day)
{
  DsDeskPage *page = visit->page;
  gboolean hides = hides_something (visit, day);
  gint64 sums_fen[2] = { 0 };
  json_t *account;
  gsize i;

  ds_desk_page_begin_table (page, _ ("Trial balance; debit above zero, credit below"), 0x1e, _ ("Account"),
                            _ ("Opening balance"), _ ("Debit"), _ ("Credit"), _ ("Closing balance"),
                            _ ("File"), NULL);
  json_array_foreach (json_object_get (day, "accounts"), i, account)
      add_account_row (visit, day, account, sums_fen);
  ds_desk_page_add (page, "</tbody><tfoot><tr><th scope=\"row\">%s</th><td></td>", _ ("Together"));
  for (i = 0; i < G_N_ELEMENTS (sums_fen); i++)
    {
      if (hides)
        ds_desk_page_add (page, "<td class=\"money hidden\">•••</td>");
      else
        ds_desk_page_add_money_cell (page, sums_fen[i]);
    }
  ds_desk_page_add_money_cell (page, ds_desk_number (day, "sum_fen"));
  ds_desk_page_add (page, "<td class=\"no-print\"></td></tr></tfoot></table></div>");
}

static void
add_shift_row (DsVisit *visit, json_t *shift)
{
  DsDeskPage *page = visit->page;
  g_autofree char *part = ds_desk_escape_part (ds_desk_text (shift, "shift"));
  gboolean blind = ds_desk_is_blind (visit, shift);

  ds_desk_page_add (
      page, "<tr><th scope=\"row\"><a href=\"/desk/shift/%s\">%s</a> <span class=\"id\">%s</span></th><td>",
      part, ds_desk_text (shift, "name"), ds_desk_text (shift, "courier"));
  ds_desk_add_standing (page, shift, blind);
  ds_desk_page_add (page, "</td><td class=\"no-print\">");
  if (!blind)
    ds_desk_page_add (page,
                      "<a href=\"/desk/shift/%s/pdf\" download aria-label=\"PDF · %s\">PDF</a> "
                      "<a href=\"/desk/shift/%s/csv\" download aria-label=\"CSV · %s\">CSV</a>",
                      part, ds_desk_text (shift, "name"), part, ds_desk_text (shift, "name"));
  ds_desk_page_add (page, "</td></tr>");
}

/* The day's shifts with their statements: the first of them; the list of shifts has all. */
static void
add_shifts (DsVisit *visit, const char *day, json_t *shifts)
{
  DsDeskPage *page = visit->page;
  json_t *shift;
  gsize i;

  if (json_array_size (shifts) == 0)
    return;
  ds_desk_page_begin_table (page, _ ("Shifts of the day"), 0, _ ("Courier"), _ ("Standing"), _ ("Statement"),
                            NULL);
  json_array_foreach (shifts, i, shift)
  {
    if (i < DS_DESK_ROWS)
      add_shift_row (visit, shift);
  }
  ds_desk_page_end_table (page);
  if (json_array_size (shifts) > DS_DESK_ROWS)
    ds_desk_page_add (page, "<p class=\"no-print\"><a href=\"/desk/?day=%s\">%s</a></p>", day,
                      _ ("All shifts of the day"));
}

static void
add_day_files (DsVisit *visit, json_t *day)
{
  DsDeskPage *page = visit->page;
  const char *name = ds_desk_text (day, "day");

  ds_desk_page_add (page, "<section class=\"card no-print\"><h2>%s</h2>", _ ("Files to keep"));
  if (is_blind (visit, day))
    ds_desk_page_add (
        page, "<p>%s <a href=\"/desk/?standing=waits\">%s</a></p>",
        _ ("The day’s bookings say how much cash there should be: they can be saved once all of "
           "it is counted."),
        _ ("Cash to be counted"));
  ds_desk_page_add (page, "<ul class=\"buttons\">");
  if (!is_blind (visit, day))
    ds_desk_page_add (page, "<li><a class=\"button\" href=\"/desk/day/%s/csv\" download>%s</a></li>", name,
                      _ ("Bookings of the day, CSV"));
  if (json_object_get (day, "jws") != NULL && !hides_something (visit, day))
    ds_desk_page_add (page, "<li><a class=\"button\" href=\"/desk/day/%s/signed\" download>%s</a></li>", name,
                      _ ("Signed trial balance"));
  ds_desk_page_add (page, "</ul></section>");
}

static void
answer_day (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *name = visit->path_part;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) day = ds_depot_describe_day (visit->depot, name, &error);
  g_autoptr (json_t) cases = NULL;
  g_autoptr (json_t) shifts = NULL;
  g_autofree char *title = NULL;

  if (day != NULL)
    cases = ds_depot_page_cases (visit->depot, &(DsCaseFilter){ .day = name }, 0, DS_DESK_ROWS + 1, &error);
  if (cases != NULL)
    shifts
        = ds_depot_list_shifts (visit->depot, &(DsShiftFilter){ .day = name }, 0, DS_DESK_ROWS + 1, &error);
  if (shifts == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  title = g_strdup_printf ("%s · %s", _ ("Days"), name);
  ds_desk_begin_page (visit, title);
  ds_desk_page_add (page, "<p class=\"no-print\"><a href=\"/desk/days\">%s</a></p>", _ ("All days"));
  add_day_facts (page, day);
  add_operators (page, json_object_get (day, "operators"));
  if (json_array_size (cases) > 0)
    ds_desk_add_cases (page, _ ("Cases of the day"), cases);
  if (json_array_size (cases) > DS_DESK_ROWS)
    ds_desk_page_add (page, "<p class=\"no-print\"><a href=\"/desk/cases?day=%s\">%s</a></p>", name,
                      _ ("All cases of the day"));
  add_trial_balance (visit, day);
  add_day_files (visit, day);
  add_shifts (visit, name, shifts);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* Its files */

/* Returns: (transfer full) (nullable): %NULL when the visit is answered. */
static json_t *
load_day (DsVisit *visit)
{
  g_autoptr (GError) error = NULL;
  json_t *day = ds_depot_describe_day (visit->depot, visit->path_part, &error);

  if (day == NULL)
    ds_visit_send_error (visit, error);
  return day;
}

static void
answer_csv (DsVisit *visit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) day = load_day (visit);
  g_autofree char *name = g_strdup_printf ("day-%s.csv", visit->path_part);
  g_autoptr (GBytes) bytes = NULL;

  if (day == NULL || refuse_blind (visit, is_blind (visit, day)))
    return;
  bytes = ds_depot_export_day_csv (visit->depot, visit->path_part, ds_desk_get_language (visit), &error);
  if (bytes != NULL)
    ds_desk_send_file (visit, visit->path_part, "text/csv; charset=utf-8", name, bytes);
  else
    ds_visit_send_error (visit, error);
}

static void
answer_camt (DsVisit *visit)
{
  const char *asked = ds_visit_get_query (visit, "account");
  const char *account = asked != NULL ? asked : "";
  g_autofree char *plain = g_strcanon (
      g_strdup (account), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.", '-');
  g_autofree char *name = g_strdup_printf ("camt.053-%s-%s.xml", visit->path_part, plain);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) day = load_day (visit);
  g_autoptr (GBytes) bytes = NULL;

  if (day == NULL || refuse_blind (visit, is_hidden (visit, day, account)))
    return;
  bytes = ds_depot_export_camt (visit->depot, account, visit->path_part, &error);
  if (bytes != NULL)
    ds_desk_send_file (visit, visit->path_part, "application/xml", name, bytes);
  else
    ds_visit_send_error (visit, error);
}

static void
answer_signed (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (json_t) day = load_day (visit);
  const char *jws = ds_desk_text (day, "jws");
  g_autofree char *name = g_strdup_printf ("day-%s.jws", visit->path_part);
  g_autoptr (GBytes) bytes = jws != NULL ? g_bytes_new (jws, strlen (jws)) : NULL;

  if (day == NULL || refuse_blind (visit, hides_something (visit, day)))
    return;
  if (bytes != NULL)
    ds_desk_send_file (visit, visit->path_part, "application/jose", name, bytes);
  else
    ds_visit_refuse (visit, SOUP_STATUS_NOT_FOUND, _ ("There is nothing here"),
                     _ ("It is signed when the day is cut off."));
}

const DsDeskRoute ds_desk_day_routes[] = {
  { "GET", "/desk/days", DS_DESK_FOR_READERS, 0, answer_days },
  { "GET", "/desk/day/*", DS_DESK_FOR_READERS, 0, answer_day },
  { "GET", "/desk/day/*/csv", DS_DESK_FOR_READERS, 0, answer_csv, TRUE },
  { "GET", "/desk/day/*/camt", DS_DESK_FOR_READERS, 0, answer_camt, TRUE },
  { "GET", "/desk/day/*/signed", DS_DESK_FOR_READERS, 0, answer_signed, TRUE },
  { NULL },
};
