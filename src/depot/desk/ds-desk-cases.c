/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases: what a person should look at, and how it is decided. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-depot-lists.h"
#include "ds-error.h"
#include "ds-id.h"

#define MAX_FORM_BYTES 16384
#define MAX_REASON_CHARACTERS 300

/* Ways */

typedef struct
{
  const char *how, *button, *explanation;
} Way;

/* @is_money: whether a payment's money waits in suspense. Returns: ended by one without a name. */
static const Way *
find_ways (const char *kind, gboolean is_money)
{
  static const Way money[]
      = { { "refund", N_ ("Give it back"),
            N_ ("Digital money goes back to the wallet it came from, cash out of the "
                "depot's till.") },
          { "keep", N_ ("Keep it"), N_ ("The money is the merchant's although it was not due.") },
          { NULL } };
  static const Way short_cash[]
      = { { "charge", N_ ("The courier owes it"), N_ ("It stands in the books as owed by the courier.") },
          { "write-off", N_ ("Write it off"), N_ ("It is a loss of the station.") },
          { NULL } };
  static const Way over_cash[]
      = { { "credit", N_ ("It is the courier's"), N_ ("It stands in the books as owed to the courier.") },
          { "keep", N_ ("Keep it"), N_ ("It is the station's gain.") },
          { NULL } };
  static const Way over_deposit[]
      = { { "claim", N_ ("It is the bank's"), N_ ("It stands in the books as owed to the bank.") },
          { "keep", N_ ("Keep it"), N_ ("It is the station's gain.") },
          { NULL } };
  static const Way claim[]
      = { { "claim", N_ ("Claim it"), N_ ("The books hold the other side to our figure.") },
          { "write-off", N_ ("Write it off"), N_ ("The books follow the other side's figure.") },
          { NULL } };
  static const Way short_payout[]
      = { { "claim", N_ ("Claim it"), N_ ("The books hold the other side to our figure.") },
          { "fee", N_ ("It is a fee"), N_ ("It stands in the books as the operator's fee.") },
          { "write-off", N_ ("Write it off"), N_ ("It is a loss of the station.") },
          { NULL } };
  static const Way over_payout[]
      = { { "claim", N_ ("It is the operator's"), N_ ("It stands in the books as owed to the operator.") },
          { "keep", N_ ("Keep it"), N_ ("It is the station's gain.") },
          { NULL } };
  static const Way differing_payout[]
      = { { "correct", N_ ("The operator is right"), N_ ("The books follow the other side's figure.") },
          { "keep", N_ ("We are right"), N_ ("The books stay as they are.") },
          { NULL } };
  static const Way other[] = { { "done", N_ ("Seen to"), N_ ("Nothing of it is in the books.") }, { NULL } };

  if (is_money)
    return money;
  if (g_str_equal (kind, "cash-short") || g_str_equal (kind, "cash-late"))
    return short_cash;
  if (g_str_equal (kind, "cash-over") || g_str_equal (kind, "cash-late-over"))
    return over_cash;
  if (g_str_equal (kind, "deposit-over"))
    return over_deposit;
  if (g_str_equal (kind, "deposit-short") || g_str_has_prefix (kind, "daily-"))
    return claim;
  if (g_str_equal (kind, "payout-late") || g_str_equal (kind, "payout-short"))
    return short_payout;
  if (g_str_equal (kind, "payout-over") || g_str_equal (kind, "payout-duplicate"))
    return over_payout;
  if (g_str_equal (kind, "payout-differing"))
    return differing_payout;
  return other;
}

/* The list */

static void
add_case_row (DsDeskPage *page, json_t *item)
{
  guint number = (guint)ds_desk_number (item, "case");
  const char *place = ds_desk_text (item, "place");
  const char *courier = ds_desk_text (item, "courier");
  const char *resolution = ds_desk_text (item, "resolution");

  ds_desk_page_add (page, "<tr><th scope=\"row\"><a href=\"/desk/case/%u\">%u</a></th><td>", number, number);
  ds_desk_page_add_time (page, ds_desk_number (item, "at_ms"));
  ds_desk_page_add (page, "</td><td>%s</td><td>%s</td><td>%s</td>",
                    ds_desk_word_for_case (page, ds_desk_text (item, "kind")),
                    courier != NULL ? courier : "–", place != NULL ? place : "–");
  if (ds_desk_number (item, "amount_fen") > 0)
    ds_desk_page_add_money_cell (page, ds_desk_number (item, "amount_fen"));
  else
    ds_desk_page_add (page, "<td></td>");
  ds_desk_page_add (page, "<td>%s</td></tr>",
                    ds_desk_number (item, "closed_at_ms") == 0
                        ? _ ("Open")
                        : ds_desk_word_for_resolution (page, resolution));
}

void
ds_desk_add_cases (DsDeskPage *page, const char *caption, json_t *cases)
{
  json_t *item;
  gsize i;

  ds_desk_page_begin_table (page, caption, 0x20, _ ("Case"), _ ("Since"), _ ("What"), _ ("Courier"),
                            _ ("Place"), _ ("Amount"), _ ("Standing"), NULL);
  json_array_foreach (cases, i, item)
  {
    if (i < DS_DESK_ROWS)
      add_case_row (page, item);
  }
  ds_desk_page_end_table (page);
}

/* Returns: (transfer full): what is in the list's address beside the page, ending with "&" or "". */
static char *
make_list_query (const DsCaseFilter *filter)
{
  const char *value = filter->day != NULL ? filter->day : filter->courier_id;
  g_autofree char *part = value != NULL ? ds_desk_escape_part (value) : NULL;

  if (part != NULL)
    return g_strdup_printf ("%s=%s&", filter->day != NULL ? "day" : "courier", part);
  return g_strdup (filter->closed_too ? "all=1&" : "");
}

static void
answer_cases (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  guint number = ds_visit_get_page_number (visit);
  const DsCaseFilter filter = { .day = ds_visit_get_query (visit, "day"),
                                .courier_id = ds_visit_get_query (visit, "courier"),
                                .closed_too = g_strcmp0 (ds_visit_get_query (visit, "all"), "1") == 0 };
  const char *one = filter.day != NULL ? filter.day : filter.courier_id;
  g_autofree char *query = make_list_query (&filter);
  g_autofree char *title = one != NULL ? g_strdup_printf ("%s · %s", _ ("Cases"), one)
                                       : g_strdup (filter.closed_too ? _ ("All cases") : _ ("Open cases"));
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) cases = ds_depot_page_cases (visit->depot, &filter, (gint64)(number - 1) * DS_DESK_ROWS,
                                                  DS_DESK_ROWS + 1, &error);
  gboolean all_open = one == NULL && !filter.closed_too;

  if (cases == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, title);
  ds_desk_page_add (page, "<p class=\"no-print\"><a href=\"/desk/cases%s\">%s</a></p>",
                    all_open ? "?all=1" : "", all_open ? _ ("Decided ones too") : _ ("Open cases only"));
  if (json_array_size (cases) == 0)
    ds_desk_page_add (page, "<p class=\"empty\">%s</p>", _ ("Nothing waits for a decision."));
  else
    ds_desk_add_cases (page,
                       filter.day != NULL                      ? _ ("Cases of the day")
                       : filter.courier_id != NULL || all_open ? _ ("Open cases, the oldest first")
                                                               : _ ("Cases, the newest first"),
                       cases);
  ds_desk_page_add_pager (page, "/desk/cases", query, number, json_array_size (cases) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* One case */

static void
add_decision (DsVisit *visit, json_t *item)
{
  DsDeskPage *page = visit->page;
  const Way *ways
      = find_ways (ds_desk_text (item, "kind"), json_is_true (json_object_get (item, "is_money")));

  if (!ds_visit_may_act (visit))
    return;
  ds_desk_page_add (page, "<form class=\"card\" method=\"post\" action=\"/desk/case/%u\"><h2>%s</h2>",
                    (guint)ds_desk_number (item, "case"), _ ("Decide"));
  ds_desk_add_token (visit);
  ds_desk_page_add (page,
                    "<p><label for=\"reason\">%s</label><textarea id=\"reason\" name=\"reason\" rows=\"2\""
                    " maxlength=\"%d\" required></textarea></p><ul class=\"ways\">",
                    _ ("Why; it stands in the record"), MAX_REASON_CHARACTERS);
  for (const Way *way = ways; way->how != NULL; way++)
    ds_desk_page_add (page,
                      "<li><button name=\"how\" value=\"%s\" aria-describedby=\"%s-words\">%s</button>"
                      "<span class=\"hint\" id=\"%s-words\">%s</span></li>",
                      way->how, way->how, _ (way->button), way->how, _ (way->explanation));
  ds_desk_page_add (page, "</ul></form>");
}

static void
add_case_facts (DsDeskPage *page, json_t *item)
{
  const char *subject = ds_desk_text (item, "subject");
  g_autofree char *part = ds_desk_escape_part (subject);
  g_autofree char *detail = ds_desk_word_for_detail (page, ds_desk_text (item, "detail"));

  ds_desk_page_add (page, "<dl class=\"facts\">");
  if (ds_desk_number (item, "amount_fen") > 0)
    ds_desk_page_add_money_fact (page, _ ("Amount"), ds_desk_number (item, "amount_fen"));
  ds_desk_page_add (page, "<div><dt>%s</dt><dd>", _ ("Since"));
  ds_desk_page_add_time (page, ds_desk_number (item, "at_ms"));
  ds_desk_page_add (page, "</dd></div>");
  if (ds_desk_text (item, "courier") != NULL)
    ds_desk_page_add_fact (page, _ ("Courier"), ds_desk_text (item, "courier"));
  if (ds_desk_text (item, "place") != NULL)
    ds_desk_page_add_fact (page, _ ("Place"), ds_desk_text (item, "place"));
  /* A tender is there where the subject is a payment. */
  if (ds_desk_text (item, "tender") != NULL)
    ds_desk_page_add (page, "<div><dt>%s</dt><dd><a href=\"/desk/payment/%s\">%s</a></dd></div>",
                      _ ("Payment"), part, subject);
  else if (g_str_has_prefix (ds_desk_text (item, "kind"), "cash-"))
    ds_desk_page_add (page, "<div><dt>%s</dt><dd><a href=\"/desk/shift/%s\">%s</a></dd></div>", _ ("Shift"),
                      part, subject);
  else if (ds_id_is_valid (subject) || g_str_has_prefix (ds_desk_text (item, "kind"), "payout-"))
    ds_desk_page_add (page, "<div><dt>%s</dt><dd class=\"id\">%s</dd></div>", _ ("About"), subject);
  ds_desk_page_add (page, "</dl><p class=\"detail\">%s</p>", detail);
}

static void
answer_case (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (GError) error = NULL;
  guint64 number = 0;
  g_autoptr (json_t) item = NULL;
  g_autofree char *title = NULL;

  if (g_ascii_string_to_unsigned (visit->path_part, 10, 1, G_MAXINT, &number, NULL))
    item = ds_depot_describe_case (visit->depot, (gint64)number, &error);
  else
    g_set_error_literal (&error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no such case");
  if (item == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  title = g_strdup_printf ("%s %u · %s", _ ("Case"), (guint)number,
                           ds_desk_word_for_case (page, ds_desk_text (item, "kind")));
  ds_desk_begin_page (visit, title);
  add_case_facts (page, item);
  if (ds_desk_number (item, "closed_at_ms") == 0)
    add_decision (visit, item);
  else
    ds_desk_page_add (page, "<p class=\"state paid\">%s</p>",
                      ds_desk_word_for_resolution (page, ds_desk_text (item, "resolution")));
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

/* By a second click, or by another clerk. */
static gboolean
is_decided (DsVisit *visit, gint64 number)
{
  g_autoptr (json_t) item = ds_depot_describe_case (visit->depot, number, NULL);

  return ds_desk_number (item, "closed_at_ms") > 0;
}

static void
answer_decision (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *how = ds_visit_get_form (visit, "how");
  const char *reason = ds_visit_get_form (visit, "reason");
  g_autofree char *detail = g_strdup_printf ("%s: %s", how != NULL ? how : "", reason != NULL ? reason : "");
  g_autofree char *path = g_strdup_printf ("/desk/case/%s", visit->path_part);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) answer = NULL;
  guint64 number = 0;

  if (how == NULL || reason == NULL || g_utf8_strlen (reason, -1) > MAX_REASON_CHARACTERS
      || !g_ascii_string_to_unsigned (visit->path_part, 10, 1, G_MAXINT, &number, NULL))
    {
      ds_visit_refuse (visit, SOUP_STATUS_BAD_REQUEST, _ ("That did not work"),
                       _ ("Say why in a few words, and choose what is to be done."));
      return;
    }
  ds_depot_set_act (visit->depot, &(DsClerkAct){ .clerk = visit->account->id,
                                                 .act = "resolve",
                                                 .subject = visit->path_part,
                                                 .detail = detail });
  answer = ds_depot_resolve (visit->depot, (gint64)number, how, reason, &error);
  ds_depot_set_act (visit->depot, NULL);
  if (answer == NULL && is_decided (visit, (gint64)number))
    {
      ds_visit_set_notice (visit, _ ("The case is decided already: below is how."));
      ds_visit_redirect (visit, path);
      return;
    }
  if (answer == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_visit_set_notice (
      visit, g_strcmp0 (ds_desk_text (answer, "state"), "asked") == 0
                 ? _ ("The operator is asked to give it back. The case closes by itself once it has.")
                 : _ ("Decided."));
  ds_visit_redirect (visit, path);
}

const DsDeskRoute ds_desk_case_routes[] = {
  { "GET", "/desk/cases", DS_DESK_FOR_READERS, 0, answer_cases },
  { "GET", "/desk/case/*", DS_DESK_FOR_READERS, 0, answer_case },
  { "POST", "/desk/case/*", DS_DESK_FOR_CLERKS, MAX_FORM_BYTES, answer_decision },
  { NULL },
};
