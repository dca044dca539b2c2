/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shifts: the list that stays fresh, one shift with its totals, its payments and its statement. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-depot-lists.h"
#include "ds-error.h"
#include "ds-jws.h"

#include <string.h>

static json_t *
find_total (json_t *shift, const char *bucket)
{
  json_t *total;
  gsize i;

  json_array_foreach (json_object_get (shift, "totals"), i, total)
  {
    if (g_str_equal (ds_desk_text (total, "bucket"), bucket))
      return total;
  }
  return NULL;
}

/* The list */

void
ds_desk_add_standing (DsDeskPage *page, json_t *shift, gboolean blind)
{
  json_t *balanced = json_object_get (shift, "balanced");
  g_autofree char *difference = ds_desk_format_money (ds_desk_number (shift, "difference_fen"));
  g_autofree char *differs = NULL;

  if (blind && ds_desk_number (shift, "closed_at_ms") > 0)
    ds_desk_page_add (page, "<span class=\"state accepted\">%s</span>", _ ("Cash to be counted"));
  else if (ds_desk_number (shift, "closed_at_ms") == 0)
    ds_desk_page_add (page, "<span class=\"state waiting\">%s</span>", _ ("On the road"));
  else if (ds_desk_number (shift, "version") == 0)
    ds_desk_page_add (page, "<span class=\"state waiting\">%s</span>", _ ("Statement is being made"));
  else if (json_is_true (balanced))
    ds_desk_page_add (page, "<span class=\"state paid\">%s</span>", _ ("Balanced"));
  else if (json_is_null (balanced))
    ds_desk_page_add (page, "<span class=\"state waiting\">%s</span>", _ ("Has its statement"));
  else
    {
      differs = g_strdup_printf (_ ("Differs by %s"), difference);
      ds_desk_page_add (page, "<span class=\"state failed\">%s</span>", differs);
    }
}

/* While its cash is to be counted blind, nothing of the page tells what it should be. */
static void
add_cash_cell (DsDeskPage *page, json_t *total, gboolean blind)
{
  if (blind)
    ds_desk_page_add (page, "<td class=\"money hidden\" title=\"%s\">•••</td>",
                      _ ("Shows once it is counted"));
  else
    ds_desk_page_add_money_cell (page, ds_desk_number (total, "amount_fen"));
}

static void
add_shift_row (DsVisit *visit, json_t *shift)
{
  DsDeskPage *page = visit->page;
  g_autofree char *part = ds_desk_escape_part (ds_desk_text (shift, "shift"));
  g_autofree char *courier_part = ds_desk_escape_part (ds_desk_text (shift, "courier"));
  gboolean blind = ds_desk_is_blind (visit, shift);
  gint64 n_cases = ds_desk_number (shift, "open_cases");

  ds_desk_page_add (
      page, "<tr><th scope=\"row\"><a href=\"/desk/shift/%s\">%s</a> <span class=\"id\">%s</span></th><td>",
      part, ds_desk_text (shift, "name"), ds_desk_text (shift, "courier"));
  if (blind && ds_desk_number (shift, "closed_at_ms") > 0)
    ds_desk_page_add (page, "<a class=\"state accepted\" href=\"/desk/shift/%s/count\">%s</a>", part,
                      _ ("Cash to be counted"));
  else
    ds_desk_add_standing (page, shift, FALSE);
  ds_desk_page_add (page, "</td><td>");
  ds_desk_page_add_time (page, ds_desk_number (shift, "opened_at_ms"));
  ds_desk_page_add (page, "</td><td>");
  ds_desk_page_add_time (page, ds_desk_number (shift, "closed_at_ms"));
  ds_desk_page_add (page, "</td>");
  ds_desk_page_add_money_cell (page, ds_desk_number (find_total (shift, "digital"), "amount_fen"));
  add_cash_cell (page, find_total (shift, "cash"), blind);
  ds_desk_page_add_money_cell (page, ds_desk_number (find_total (shift, "accepted"), "amount_fen"));
  ds_desk_page_add_money_cell (page, ds_desk_number (find_total (shift, "uncertain"), "amount_fen"));
  if (n_cases > 0)
    ds_desk_page_add (page, "<td class=\"money\"><a href=\"/desk/cases?courier=%s\">%u</a></td><td>",
                      courier_part, (guint)n_cases);
  else
    ds_desk_page_add (page, "<td class=\"money\">0</td><td>");
  ds_desk_page_add_time (page, ds_desk_number (shift, "seen_at_ms"));
  ds_desk_page_add (page, "</td></tr>");
}

static const struct
{
  DsShiftStanding standing;
  const char *name, *words;
} standings[] = {
  { DS_SHIFT_STANDING_ANY, "", N_ ("All") },
  { DS_SHIFT_STANDING_WAITS, "waits", N_ ("Cash to be counted") },
  { DS_SHIFT_STANDING_ON_ROAD, "road", N_ ("On the road") },
  { DS_SHIFT_STANDING_DIFFERS, "differs", N_ ("Differs") },
  { DS_SHIFT_STANDING_BALANCED, "balanced", N_ ("Balanced") },
};

/* Returns: (nullable): a value of the query that says something. */
static const char *
get_wish (DsVisit *visit, const char *name)
{
  const char *text = ds_visit_get_query (visit, name);

  return text != NULL && *text != '\0' ? text : NULL;
}

static DsShiftFilter
read_filter (DsVisit *visit)
{
  DsShiftFilter filter = { .courier_id = get_wish (visit, "courier"),
                           .words = get_wish (visit, "words"),
                           .day = get_wish (visit, "day") };

  for (gsize i = 0; i < G_N_ELEMENTS (standings); i++)
    {
      if (g_strcmp0 (get_wish (visit, "standing"), standings[i].name) == 0)
        filter.standing = standings[i].standing;
    }
  return filter;
}

/* Returns: (transfer full) (nullable): one row more than a page shows, if there is one. */
static json_t *
load_shifts (DsVisit *visit, guint number, GError **error)
{
  const DsShiftFilter filter = read_filter (visit);

  return ds_depot_list_shifts (visit->depot, &filter, (gint64)(number - 1) * DS_DESK_ROWS, DS_DESK_ROWS + 1,
                               error);
}

/* The address of the list that a page shows, with what was asked for. */
static char *
make_list_query (DsVisit *visit)
{
  static const char *const names[] = { "courier", "words", "day", "standing" };
  GString *query = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *text = get_wish (visit, names[i]);
      g_autofree char *part = text != NULL ? ds_desk_escape_part (text) : NULL;

      if (part != NULL)
        g_string_append_printf (query, "%s=%s&", names[i], part);
    }
  return g_string_free (query, FALSE);
}

static void
add_shift_table (DsVisit *visit, json_t *shifts)
{
  DsDeskPage *page = visit->page;
  g_autofree char *query = make_list_query (visit);
  json_t *shift;
  gsize i;

  if (json_array_size (shifts) == 0)
    {
      ds_desk_page_add (page, "<p class=\"empty\">%s</p>",
                        *query == '\0' ? _ ("No shift has been opened yet.") : _ ("There is no such shift."));
      return;
    }
  ds_desk_page_begin_table (page, _ ("Shifts, the newest first"), 0x1f0, _ ("Courier"), _ ("Standing"),
                            _ ("Opened"), _ ("Closed"), _ ("Digital RMB"), _ ("Cash"),
                            _ ("Offline, not settled"), _ ("Result unknown"), _ ("Open cases"),
                            _ ("Last heard of"), NULL);
  json_array_foreach (shifts, i, shift)
  {
    if (i < DS_DESK_ROWS)
      add_shift_row (visit, shift);
  }
  ds_desk_page_end_table (page);
}

static void
add_filter (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const DsShiftFilter filter = read_filter (visit);

  ds_desk_page_add (
      page,
      "<form class=\"filter no-print\" action=\"/desk/\"><p><label for=\"words\">%s</label>"
      "<input id=\"words\" name=\"words\" value=\"%s\" maxlength=\"60\" autocomplete=\"off\"></p>"
      "<p><label for=\"standing\">%s</label><select id=\"standing\" name=\"standing\">",
      _ ("Courier, by number or name"), filter.words != NULL ? filter.words : "", _ ("Standing"));
  for (gsize i = 0; i < G_N_ELEMENTS (standings); i++)
    ds_desk_page_add (page,
                      standings[i].standing == filter.standing ? "<option value=\"%s\" selected>%s</option>"
                                                               : "<option value=\"%s\">%s</option>",
                      standings[i].name, _ (standings[i].words));
  ds_desk_page_add (
      page,
      "</select></p><p><label for=\"day\">%s</label><input id=\"day\" name=\"day\" type=\"date\""
      " value=\"%s\"></p><p><button>%s</button>",
      _ ("Accounting day"), filter.day != NULL ? filter.day : "", _ ("Show"));
  if (filter.courier_id != NULL || filter.words != NULL || filter.day != NULL
      || filter.standing != DS_SHIFT_STANDING_ANY)
    ds_desk_page_add (page, " <a class=\"button\" href=\"/desk/\">%s</a>", _ ("All shifts"));
  ds_desk_page_add (page, "</p></form>");
}

static void
answer_shifts (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  guint number = ds_visit_get_page_number (visit);
  g_autofree char *query = make_list_query (visit);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) shifts = load_shifts (visit, number, &error);

  if (shifts == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, _ ("Shifts"));
  add_filter (visit);
  ds_desk_page_add (
      page,
      "<p class=\"live\" role=\"status\" id=\"live-words\" data-fresh=\"%s\" data-stale=\"%s\"></p>"
      "<noscript><p class=\"live\">%s</p></noscript>"
      "<div id=\"live\" data-live=\"/desk/rows?%spage=%u\">",
      _ ("The list is kept fresh."), _ ("The depot does not answer: the list is not fresh."),
      _ ("Without scripts the list is as it was when the page was loaded: load it again."), query, number);
  add_shift_table (visit, shifts);
  ds_desk_page_add (page, "</div>");
  ds_desk_page_add_pager (page, "/desk/", query, number, json_array_size (shifts) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* The table alone, for the script. Nothing is made while nothing has changed at the depot, and nothing is sent while that
 * is nothing of this table: at the busiest hour something changes with every look. */
static void
answer_rows (DsVisit *visit)
{
  g_autofree char *changes
      = g_strdup_printf ("\"%" G_GINT64_FORMAT "-%s-", ds_depot_get_change_count (visit->depot),
                         ds_desk_language_to_tag (visit->page->language));
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (visit->message);
  const char *known = soup_message_headers_get_one (soup_server_message_get_request_headers (visit->message),
                                                    "If-None-Match");
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) shifts = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *tag = NULL;

  if (known != NULL && g_str_has_prefix (known, changes))
    {
      soup_message_headers_replace (headers, "ETag", known);
      soup_server_message_set_status (visit->message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }
  shifts = load_shifts (visit, ds_visit_get_page_number (visit), &error);
  if (shifts == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  add_shift_table (visit, shifts);
  bytes = g_bytes_new (visit->page->html->str, visit->page->html->len);
  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  tag = g_strconcat (changes, digest, "\"", NULL);
  soup_message_headers_replace (headers, "ETag", tag);
  if (known != NULL && strstr (known, digest) != NULL)
    soup_server_message_set_status (visit->message, SOUP_STATUS_NOT_MODIFIED, NULL);
  else
    ds_visit_send_bytes (visit, SOUP_STATUS_OK, "text/html; charset=utf-8", bytes);
}

/* Couriers */

static void
answer_couriers (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  guint number = ds_visit_get_page_number (visit);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) couriers
      = ds_depot_list_couriers (visit->depot, (gint64)(number - 1) * DS_DESK_ROWS, DS_DESK_ROWS + 1, &error);
  json_t *courier;
  gsize i;

  if (couriers == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, _ ("Couriers"));
  ds_desk_page_begin_table (page, _ ("Couriers by number"), 0xc, _ ("Number"), _ ("Name"), _ ("Handhelds"),
                            _ ("Open cases"), _ ("Shifts"), NULL);
  json_array_foreach (couriers, i, courier)
  {
    g_autofree char *part = ds_desk_escape_part (ds_desk_text (courier, "courier"));

    if (i == DS_DESK_ROWS)
      break;
    ds_desk_page_add (page,
                      "<tr><td class=\"id\">%s</td><th scope=\"row\">%s</th><td class=\"money\">%u</td>"
                      "<td class=\"money\">%u</td><td><a href=\"/desk/?courier=%s\">%s</a></td></tr>",
                      ds_desk_text (courier, "courier"), ds_desk_text (courier, "name"),
                      (guint)ds_desk_number (courier, "handhelds"),
                      (guint)ds_desk_number (courier, "open_cases"), part, _ ("Shifts"));
  }
  ds_desk_page_end_table (page);
  ds_desk_page_add_pager (page, "/desk/couriers", "", number, json_array_size (couriers) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* One shift */

static void
add_totals (DsVisit *visit, json_t *shift, const char *part, gboolean blind)
{
  static const char *const buckets[] = { "digital", "cash", "accepted", "uncertain", "rejected", "ended" };
  DsDeskPage *page = visit->page;

  ds_desk_page_begin_table (page, _ ("Totals"), 0xe, _ ("Kind"), _ ("How many"), _ ("Amount"),
                            _ ("Given back"), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (buckets); i++)
    {
      json_t *total = find_total (shift, buckets[i]);
      gboolean hidden = blind && g_str_equal (buckets[i], "cash");

      ds_desk_page_add (page, "<tr><th scope=\"row\">");
      if (hidden || total == NULL)
        ds_desk_page_add (page, "%s", ds_desk_word_for_bucket (page, buckets[i]));
      else
        ds_desk_page_add (page, "<a href=\"/desk/shift/%s/payments?bucket=%s\">%s</a>", part, buckets[i],
                          ds_desk_word_for_bucket (page, buckets[i]));
      ds_desk_page_add (page, "</th><td class=\"money\">%u</td>", (guint)ds_desk_number (total, "count"));
      add_cash_cell (page, total, hidden);
      if (hidden)
        ds_desk_page_add (page, "<td></td>");
      else
        ds_desk_page_add_money_cell (page, ds_desk_number (total, "refunded_fen"));
      ds_desk_page_add (page, "</tr>");
    }
  ds_desk_page_end_table (page);
}

static void
add_statement_line (DsDeskPage *page, json_t *line)
{
  g_autofree char *part = ds_desk_escape_part (ds_desk_text (line, "payment"));
  json_t *operator_fen = json_object_get (line, "operator_fen");

  ds_desk_page_add (
      page,
      "<tr><th scope=\"row\"><a href=\"/desk/payment/%s\" class=\"id\">%s</a></th><td>%s</td><td>%s</td>",
      part, ds_desk_text (line, "payment"), ds_desk_word_for_tender (page, ds_desk_text (line, "tender")),
      ds_desk_word_for_verdict (page, ds_desk_text (line, "verdict")));
  ds_desk_page_add_money_cell (page, ds_desk_number (line, "device_fen"));
  if (json_is_integer (operator_fen))
    ds_desk_page_add_money_cell (page, json_integer_value (operator_fen));
  else
    ds_desk_page_add (page, "<td></td>");
  ds_desk_page_add (page, "</tr>");
}

/* The lines that do not match, at most a page of them: all of them are in the files. */
static void
add_differences (DsDeskPage *page, json_t *lines)
{
  guint n_shown = 0;
  json_t *line;
  gsize i;

  json_array_foreach (lines, i, line)
  {
    if (g_strcmp0 (ds_desk_text (line, "verdict"), "matched") == 0 || n_shown == DS_DESK_ROWS)
      continue;
    if (n_shown++ == 0)
      ds_desk_page_begin_table (page, _ ("What does not match"), 0x18, _ ("Payment"), _ ("Paid by"),
                                _ ("Verdict"), _ ("Handheld"), _ ("Operator"), NULL);
    add_statement_line (page, line);
  }
  if (n_shown > 0)
    ds_desk_page_end_table (page);
  else
    ds_desk_page_add (page, "<p>%s</p>", _ ("Every payment matches the operators’ books."));
}

static void
add_statement (DsVisit *visit, json_t *shift, gboolean blind)
{
  DsDeskPage *page = visit->page;
  const char *jws = ds_desk_text (shift, "jws");
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) statement = NULL;
  json_t *cash;

  ds_desk_page_add (page, "<section class=\"card\"><h2>%s</h2>", _ ("Statement"));
  if (blind)
    ds_desk_page_add (page, "<p>%s</p>",
                      _ ("It shows once the cash is counted: it says what there should be."));
  else if (jws == NULL || !ds_jws_read (jws, -1, NULL, &payload, NULL))
    ds_desk_page_add (page, "<p>%s</p>",
                      _ ("It is made when the shift is closed and the operators have answered."));
  else
    statement = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                      DS_JWS_MAX_BYTES, NULL);
  if (statement != NULL)
    {
      cash = json_object_get (statement, "cash");
      ds_desk_page_add (page, "<dl>");
      ds_desk_page_add_money_fact (page, _ ("Difference"), ds_desk_number (statement, "difference_fen"));
      ds_desk_page_add_money_fact (page, _ ("Cash expected"), ds_desk_number (cash, "expected_fen"));
      ds_desk_page_add_money_fact (page, _ ("Cash counted by the courier"),
                                   ds_desk_number (cash, "counted_fen"));
      ds_desk_page_add_money_fact (page, _ ("In suspense"), ds_desk_number (statement, "suspense_fen"));
      ds_desk_page_add (page, "</dl>");
      add_differences (page, json_object_get (statement, "lines"));
    }
  ds_desk_page_add (page, "</section>");
}

static void
add_files (DsVisit *visit, json_t *shift, const char *part, gboolean blind)
{
  DsDeskPage *page = visit->page;

  if (blind)
    return;
  ds_desk_page_add (page,
                    "<section class=\"card no-print\"><h2>%s</h2><ul class=\"buttons\">"
                    "<li><a class=\"button\" href=\"/desk/shift/%s/csv\" download>CSV</a></li>"
                    "<li><a class=\"button\" href=\"/desk/shift/%s/pdf\" download>PDF</a></li>",
                    _ ("Files to keep"), part, part);
  if (ds_desk_text (shift, "jws") != NULL)
    ds_desk_page_add (page, "<li><a class=\"button\" href=\"/desk/shift/%s/statement\" download>%s</a></li>",
                      part, _ ("Signed statement"));
  ds_desk_page_add (page, "</ul></section>");
}

static void
answer_shift (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) shift = ds_depot_describe_shift (visit->depot, visit->path_part, &error);
  g_autofree char *part = ds_desk_escape_part (visit->path_part);
  g_autofree char *title = NULL;
  gboolean blind;

  if (shift == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  blind = ds_desk_is_blind (visit, shift);
  title = g_strdup_printf (_ ("Shift of %s"), ds_desk_text (shift, "name"));
  ds_desk_begin_page (visit, title);
  ds_desk_page_add (page, "<dl class=\"facts\">");
  ds_desk_page_add_fact (page, _ ("Courier"), ds_desk_text (shift, "courier"));
  ds_desk_page_add_fact (page, _ ("Accounting day"), ds_desk_text (shift, "accounting_date"));
  ds_desk_page_add (page, "<div><dt>%s</dt><dd>", _ ("Opened"));
  ds_desk_page_add_time (page, ds_desk_number (shift, "opened_at_ms"));
  ds_desk_page_add (page, "</dd></div><div><dt>%s</dt><dd>", _ ("Closed"));
  ds_desk_page_add_time (page, ds_desk_number (shift, "closed_at_ms"));
  ds_desk_page_add (page, "</dd></div><div><dt>%s</dt><dd>", _ ("Standing"));
  ds_desk_add_standing (page, shift, blind);
  ds_desk_page_add (page, "</dd></div>");
  ds_desk_page_add_money_fact (page, _ ("Float"), ds_desk_number (shift, "float_fen"));
  ds_desk_page_add (page, "</dl>");
  ds_desk_add_handover (visit, shift);
  add_totals (visit, shift, part, blind);
  add_statement (visit, shift, blind);
  add_files (visit, shift, part, blind);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* A total's payments */

static void
add_payment_row (DsDeskPage *page, json_t *payment)
{
  g_autofree char *part = ds_desk_escape_part (ds_desk_text (payment, "payment"));
  const char *place = ds_desk_text (payment, "place");

  ds_desk_page_add (page, "<tr><td>");
  ds_desk_page_add_time (page, ds_desk_number (payment, "created_at_ms"));
  ds_desk_page_add (
      page,
      "</td><th scope=\"row\"><a href=\"/desk/payment/%s\">%s</a></th><td>%s</td><td>%s</td><td>%s</td>",
      part, place != NULL ? place : ds_desk_text (payment, "payment"), ds_desk_text (payment, "parcels"),
      ds_desk_word_for_tender (page, ds_desk_text (payment, "tender")),
      ds_desk_word_for_state (page, ds_desk_text (payment, "state")));
  ds_desk_page_add_money_cell (page, ds_desk_number (payment, "amount_fen"));
  ds_desk_page_add_money_cell (page, ds_desk_number (payment, "refunded_fen"));
  ds_desk_page_add_money_cell (page, ds_desk_number (payment, "suspense_fen"));
  ds_desk_page_add (page, "</tr>");
}

static void
send_payments (DsVisit *visit, json_t *shift, const char *bucket, json_t *payments)
{
  DsDeskPage *page = visit->page;
  g_autofree char *part = ds_desk_escape_part (visit->path_part);
  g_autofree char *path = g_strdup_printf ("/desk/shift/%s/payments", part);
  g_autofree char *bucket_part = bucket != NULL ? ds_desk_escape_part (bucket) : NULL;
  g_autofree char *query = bucket_part != NULL ? g_strdup_printf ("bucket=%s&", bucket_part) : g_strdup ("");
  g_autofree char *title
      = g_strdup_printf ("%s · %s", ds_desk_text (shift, "name"),
                         bucket != NULL ? ds_desk_word_for_bucket (page, bucket) : _ ("Payments"));
  json_t *payment;
  gsize i;

  ds_desk_begin_page (visit, title);
  ds_desk_page_add (page, "<p class=\"no-print\"><a href=\"/desk/shift/%s\">%s</a></p>", part,
                    _ ("Back to the shift"));
  ds_desk_page_begin_table (page, _ ("Payments, in the order of their making"), 0xe0, _ ("Time"), _ ("Place"),
                            _ ("Parcels"), _ ("Paid by"), _ ("State"), _ ("Amount"), _ ("Given back"),
                            _ ("In suspense"), NULL);
  json_array_foreach (payments, i, payment)
  {
    if (i < DS_DESK_ROWS)
      add_payment_row (page, payment);
  }
  ds_desk_page_end_table (page);
  ds_desk_page_add_pager (page, path, query, ds_visit_get_page_number (visit),
                          json_array_size (payments) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

static void
answer_payments (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *bucket = ds_visit_get_query (visit, "bucket");
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) shift = ds_depot_describe_shift (visit->depot, visit->path_part, &error);
  g_autoptr (json_t) payments = NULL;

  if (shift != NULL && ds_desk_is_blind (visit, shift) && (bucket == NULL || g_str_equal (bucket, "cash")))
    {
      ds_visit_refuse (
          visit, SOUP_STATUS_CONFLICT, _ ("Count first"),
          _ ("What was taken in cash shows once you have counted it: two who count without knowing "
             "each other's figure find what is missing."));
      return;
    }
  if (shift != NULL)
    payments = ds_depot_list_payments (visit->depot, visit->path_part, bucket,
                                       (gint64)(ds_visit_get_page_number (visit) - 1) * DS_DESK_ROWS,
                                       DS_DESK_ROWS + 1, &error);
  if (payments == NULL)
    ds_visit_send_error (visit, error);
  else
    send_payments (visit, shift, bucket, payments);
}

const DsDeskRoute ds_desk_shift_routes[] = {
  { "GET", "/desk/", DS_DESK_FOR_READERS, 0, answer_shifts },
  { "GET", "/desk/rows", DS_DESK_FOR_SCRIPTS, 0, answer_rows },
  { "GET", "/desk/couriers", DS_DESK_FOR_READERS, 0, answer_couriers },
  { "GET", "/desk/shift/*", DS_DESK_FOR_READERS, 0, answer_shift },
  { "GET", "/desk/shift/*/payments", DS_DESK_FOR_READERS, 0, answer_payments },
  { NULL },
};
