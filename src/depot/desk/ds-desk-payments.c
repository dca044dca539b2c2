/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One payment with all that is known of it, and its dispute packet. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-depot-lists.h"
#include "ds-depot-packet.h"
#include "ds-error.h"

#define MAX_CASES 50
#define MAX_ACTS 50

static void
add_optional_fact (DsDeskPage *page, const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    ds_desk_page_add_fact (page, name, value);
}

static void
add_optional_money (DsDeskPage *page, const char *name, gint64 amount_fen)
{
  if (amount_fen != 0)
    ds_desk_page_add_money_fact (page, name, amount_fen);
}

static void
add_facts (DsDeskPage *page, json_t *payment)
{
  const char *shift = ds_desk_text (payment, "shift");
  g_autofree char *shift_part = shift != NULL ? ds_desk_escape_part (shift) : NULL;

  ds_desk_page_add (page, "<dl class=\"facts\">");
  ds_desk_page_add_money_fact (page, _ ("Amount"), ds_desk_number (payment, "amount_fen"));
  ds_desk_page_add_fact (page, _ ("State"), ds_desk_word_for_state (page, ds_desk_text (payment, "state")));
  ds_desk_page_add_fact (page, _ ("Paid by"),
                         ds_desk_word_for_tender (page, ds_desk_text (payment, "tender")));
  add_optional_fact (page, _ ("Courier"), ds_desk_text (payment, "name"));
  add_optional_fact (page, _ ("Place"), ds_desk_text (payment, "place"));
  add_optional_fact (page, _ ("Parcels"), ds_desk_text (payment, "parcels"));
  add_optional_fact (page, _ ("Operator"), ds_desk_text (payment, "operator"));
  add_optional_fact (page, _ ("Bank's number"), ds_desk_text (payment, "operator_ref"));
  add_optional_fact (page, _ ("Why"), ds_desk_text (payment, "reason"));
  add_optional_money (page, _ ("In the books"), ds_desk_number (payment, "booked_fen"));
  add_optional_money (page, _ ("Red packet"), ds_desk_number (payment, "red_packet_fen"));
  add_optional_money (page, _ ("Given back"), ds_desk_number (payment, "refunded_fen"));
  add_optional_money (page, _ ("In suspense"), ds_desk_number (payment, "suspense_fen"));
  add_optional_money (page, _ ("Given by the customer"), ds_desk_number (payment, "tendered_fen"));
  add_optional_money (page, _ ("Change"), ds_desk_number (payment, "change_fen"));
  ds_desk_page_add_fact (page, _ ("Payment"), ds_desk_text (payment, "payment"));
  if (shift_part != NULL)
    ds_desk_page_add (page, "<div><dt>%s</dt><dd><a href=\"/desk/shift/%s\">%s</a></dd></div>", _ ("Shift"),
                      shift_part, shift);
  ds_desk_page_add (page, "</dl>");
}

static void
add_entries (DsDeskPage *page, json_t *entries)
{
  json_t *entry;
  gsize i;

  if (json_array_size (entries) == 0)
    {
      ds_desk_page_add (page, "<p>%s</p>", _ ("No handheld's journal tells of it."));
      return;
    }
  ds_desk_page_begin_table (page, _ ("What the handheld's journal tells"), 0x1, _ ("Number"), _ ("Time"),
                            _ ("What"), NULL);
  json_array_foreach (entries, i, entry)
  {
    ds_desk_page_add (page, "<tr><td class=\"money\">%u</td><td>", (guint)ds_desk_number (entry, "seq"));
    ds_desk_page_add_time (page, ds_desk_number (entry, "at_ms"));
    ds_desk_page_add (page, "</td><td>%s</td></tr>",
                      ds_desk_word_for_entry (page, ds_desk_text (entry, "type")));
  }
  ds_desk_page_end_table (page);
}

static void
add_refunds (DsDeskPage *page, json_t *refunds)
{
  json_t *refund;
  gsize i;

  if (json_array_size (refunds) == 0)
    return;
  ds_desk_page_begin_table (page, _ ("Given back"), 0x1, _ ("Amount"), _ ("Why"), _ ("State"), _ ("By"),
                            NULL);
  json_array_foreach (refunds, i, refund)
  {
    const char *outcome = ds_desk_text (refund, "outcome");

    ds_desk_page_add (page, "<tr>");
    ds_desk_page_add_money_cell (page, ds_desk_number (refund, "amount_fen"));
    ds_desk_page_add (page, "<td>%s</td><td>%s</td><td>%s</td></tr>", ds_desk_text (refund, "reason"),
                      outcome == NULL                     ? _ ("Asked for")
                      : g_str_equal (outcome, "refunded") ? _ ("Refunded")
                                                          : _ ("Declined"),
                      json_is_true (json_object_get (refund, "by_clerk")) ? _ ("Clerk") : _ ("Courier"));
  }
  ds_desk_page_end_table (page);
}

static void
add_cases (DsDeskPage *page, json_t *cases)
{
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
  {
    guint number = (guint)ds_desk_number (item, "case");
    const char *resolution = ds_desk_text (item, "resolution");

    ds_desk_page_add (page, "<p><a href=\"/desk/case/%u\">%s %u · %s</a> · %s</p>", number, _ ("Case"),
                      number, ds_desk_word_for_case (page, ds_desk_text (item, "kind")),
                      resolution != NULL ? ds_desk_word_for_resolution (page, resolution) : _ ("Open"));
  }
}

static void
answer_payment (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payment = ds_depot_describe_payment (visit->depot, visit->path_part, &error);
  g_autoptr (json_t) cases
      = payment ? ds_depot_page_cases (visit->depot, &(DsCaseFilter){ .subject = visit->path_part }, 0,
                                       MAX_CASES, &error)
                : NULL;
  g_autofree char *part = ds_desk_escape_part (visit->path_part);

  if (cases == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, _ ("Payment"));
  add_facts (page, payment);
  add_cases (page, cases);
  add_refunds (page, json_object_get (payment, "refunds"));
  add_entries (page, json_object_get (payment, "entries"));
  ds_desk_page_add (
      page,
      "<section class=\"card no-print\"><h2>%s</h2><p>%s</p>"
      "<p><a class=\"button\" href=\"/desk/payment/%s/packet\" download>%s</a></p></section>",
      _ ("When somebody disputes it"),
      _ ("One file with the handheld's signed lines, the operator's answer and the depot's word. Whoever "
         "gets it checks it without us: doorstep-inspect packet FILE."),
      part, _ ("Dispute packet"));
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

static void
did_make_packet (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsVisit *visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packet = ds_depot_make_packet_finish (DS_DEPOT (source), result, &error);
  g_autofree char *name = NULL;

  if (ds_visit_is_awaited (visit) && packet != NULL)
    {
      name = g_strdup_printf ("dispute-%s.json", visit->path_part);
      ds_visit_note (visit, "packet", visit->path_part, name);
      ds_visit_send_file (visit, "application/json", name, packet);
    }
  else if (ds_visit_is_awaited (visit))
    ds_visit_send_error (visit, error);
  ds_visit_release (visit);
}

static void
answer_packet (DsVisit *visit)
{
  ds_depot_make_packet_async (visit->depot, visit->path_part, did_make_packet, ds_visit_hold (visit));
}

const DsDeskRoute ds_desk_payment_routes[] = {
  { "GET", "/desk/payment/*", DS_DESK_FOR_READERS, 0, answer_payment },
  { "GET", "/desk/payment/*/packet", DS_DESK_FOR_READERS, 0, answer_packet, TRUE },
  { NULL },
};
