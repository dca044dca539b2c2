/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash from courier to clerk: counted without knowing what it should be, then compared, and made good; and the clerks' tills
 * with what goes to the bank. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-depot-custody.h"
#include "ds-depot-lists.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-shift.h"

#include <string.h>

#define MAX_FORM_BYTES 16384
#define MAX_PIECES 999999
#define MAX_PIECES_DIGITS 6
#define MAX_REASON_CHARACTERS 300

gboolean
ds_desk_is_blind (DsVisit *visit, json_t *shift)
{
  return ds_visit_may_act (visit) && json_is_true (json_object_get (shift, "waits"));
}

/* The form */

/* Of a kind, the name of what is typed. */
static char *
name_pieces (gint64 denomination_fen)
{
  return g_strdup_printf ("n-%" G_GINT64_FORMAT, denomination_fen);
}

char *
ds_desk_keep_count (DsVisit *visit)
{
  const char *clerk = ds_visit_get_form (visit, "clerk");
  const char *reason = ds_visit_get_form (visit, "reason");
  g_autofree char *clerk_part = clerk != NULL ? ds_desk_escape_part (clerk) : NULL;
  g_autofree char *reason_part = reason != NULL ? ds_desk_escape_part (reason) : NULL;
  g_autofree char *part = visit->path_part != NULL ? ds_desk_escape_part (visit->path_part) : NULL;
  g_autoptr (GString) path = NULL;

  if (clerk == NULL || part == NULL)
    return NULL;
  path = g_string_new (NULL);
  g_string_printf (path, "/desk/shift/%s/count?clerk=%s", part, clerk_part);
  if (reason != NULL)
    g_string_append_printf (path, "&reason=%s", reason_part);
  for (gsize i = 0; ds_cash_denominations_fen[i] != 0; i++)
    {
      g_autofree char *name = name_pieces (ds_cash_denominations_fen[i]);
      const char *typed = ds_visit_get_form (visit, name);
      g_autofree char *typed_part = typed != NULL ? ds_desk_escape_part (typed) : NULL;

      if (typed != NULL && *typed != '\0' && strlen (typed) <= MAX_PIECES_DIGITS)
        g_string_append_printf (path, "&%s=%s", name, typed_part);
    }
  return g_string_free (g_steal_pointer (&path), FALSE);
}

/* Returns: (nullable): what this clerk had typed before; nobody signs for what another has counted. */
static const char *
get_kept (DsVisit *visit, const char *name)
{
  const char *clerk = ds_visit_get_query (visit, "clerk");

  return g_strcmp0 (clerk, visit->account->id) == 0 ? ds_visit_get_query (visit, name) : NULL;
}

static void
add_denomination (DsVisit *visit, gint64 denomination_fen, gboolean first)
{
  DsDeskPage *page = visit->page;
  g_autofree char *money = ds_desk_format_money (denomination_fen);
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, denomination_fen);
  g_autofree char *pieces = name_pieces (denomination_fen);
  const char *kept = get_kept (visit, pieces);

  ds_desk_page_add (
      page,
      "<tr><th scope=\"row\"><label for=\"n-%s\">%s</label></th><td><input id=\"n-%s\" name=\"n-%s\""
      " data-fen=\"%s\" value=\"%s\" inputmode=\"numeric\" pattern=\"[0-9]{0,6}\" maxlength=\"6\""
      " autocomplete=\"off\"",
      name, money, name, name, name, kept != NULL ? kept : "");
  ds_desk_page_add (page, first ? " autofocus></td>" : "></td>");
  ds_desk_page_add (page, "<td class=\"money\" id=\"sum-%s\"></td></tr>", name);
}

static void
send_count_form (DsVisit *visit, json_t *shift, gboolean again)
{
  DsDeskPage *page = visit->page;
  g_autofree char *part = ds_desk_escape_part (visit->path_part);
  g_autofree char *id = ds_desk_make_id (visit->desk);
  const char *whose = ds_visit_get_query (visit, "clerk");
  const char *reason = get_kept (visit, "reason");

  ds_desk_begin_page (visit, again ? _ ("Count again") : _ ("Count the cash"));
  ds_desk_page_add (
      page, "<p><strong>%s</strong> · %s</p><p>%s</p>", ds_desk_text (shift, "name"),
      ds_desk_text (shift, "accounting_date"),
      again
          ? _ ("Count together with the courier. The first count stays in the record.")
          : _ ("Count all that the courier hands over, the float too. What it should be shows afterwards."));
  if (whose != NULL)
    ds_desk_page_add (
        page, "<p class=\"notice\" role=\"status\">%s</p>",
        g_str_equal (whose, visit->account->id)
            ? _ ("This is what you had counted. It is not signed for yet: look at it once more.")
            : _ ("Somebody else was counting here. Count the cash yourself."));
  ds_desk_page_add (
      page, "<form class=\"card count\" id=\"count\" method=\"post\" action=\"/desk/shift/%s/count\">", part);
  ds_desk_add_token (visit);
  ds_desk_page_add (page,
                    "<input type=\"hidden\" name=\"id\" value=\"%s\">"
                    "<input type=\"hidden\" name=\"clerk\" value=\"%s\">",
                    id, visit->account->id);
  if (again)
    ds_desk_page_add (page,
                      "<p><label for=\"reason\">%s</label><textarea id=\"reason\" name=\"reason\" rows=\"2\""
                      " maxlength=\"%d\" required>%s</textarea></p>",
                      _ ("Why it is counted again"), MAX_REASON_CHARACTERS, reason != NULL ? reason : "");
  ds_desk_page_begin_table (page, _ ("How many of each kind"), 0x4, _ ("Kind"), _ ("Pieces"), _ ("Amount"),
                            NULL);
  for (gsize i = 0; ds_cash_denominations_fen[i] != 0; i++)
    add_denomination (visit, ds_cash_denominations_fen[i], i == 0 && !again);
  ds_desk_page_add (
      page,
      "</tbody><tfoot><tr><th scope=\"row\" colspan=\"2\">%s</th><td class=\"money\"><output id=\"total\""
      " aria-live=\"polite\"></output></td></tr></tfoot></table></div>"
      "<p><button class=\"main\">%s</button></p></form>",
      _ ("Together"), _ ("Sign for the cash"));
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

static void
answer_count_form (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) shift = ds_depot_describe_shift (visit->depot, visit->path_part, &error);
  gboolean again = shift != NULL && json_is_true (json_object_get (shift, "handed_over"));

  if (shift == NULL)
    ds_visit_send_error (visit, error);
  else if (ds_desk_number (shift, "closed_at_ms") == 0)
    ds_visit_refuse (visit, SOUP_STATUS_CONFLICT, _ ("The shift is not closed"),
                     _ ("The courier counts and closes it on the handheld first; then you count."));
  else
    send_count_form (visit, shift, again);
}

/* Returns: (transfer full) (nullable): [{"denomination_fen","count"}]; %NULL when something typed is no number. */
static json_t *
read_count (DsVisit *visit)
{
  g_autoptr (json_t) denominations = json_array ();

  for (gsize i = 0; ds_cash_denominations_fen[i] != 0; i++)
    {
      g_autofree char *name = name_pieces (ds_cash_denominations_fen[i]);
      const char *typed = ds_visit_get_form (visit, name);
      g_autofree char *text = g_strstrip (g_strdup (typed != NULL ? typed : ""));
      guint64 n = 0;

      if (*text != '\0' && !g_ascii_string_to_unsigned (text, 10, 0, MAX_PIECES, &n, NULL))
        return NULL;
      if (n > 0)
        json_array_append_new (denominations,
                               json_pack ("{s:I, s:I}", "denomination_fen",
                                          (json_int_t)ds_cash_denominations_fen[i], "count", (json_int_t)n));
    }
  return g_steal_pointer (&denominations);
}

/* Ends an act that was begun with ds_depot_set_act(). @answer: (transfer full) (nullable) */
static void
end_act (DsVisit *visit, json_t *answer, const char *notice, const char *path, const GError *error)
{
  g_autoptr (json_t) own = answer;

  ds_depot_set_act (visit->depot, NULL);
  if (own == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_visit_set_notice (visit, notice);
  ds_visit_redirect (visit, path);
}

static gint64
sum_count (json_t *denominations)
{
  gint64 sum_fen = 0;
  json_t *item;
  gsize i;

  json_array_foreach (denominations, i, item) sum_fen
      += ds_desk_number (item, "denomination_fen") * ds_desk_number (item, "count");
  return sum_fen;
}

/* Two have counted the same cash: says who has signed for it, and what became of this count.
 * Returns: whether it is so, and the visit is answered. */
static gboolean
send_counted_already (DsVisit *visit, json_t *denominations)
{
  DsDeskPage *page = visit->page;
  g_autoptr (json_t) handover = ds_depot_describe_handover (visit->depot, visit->path_part, NULL);
  json_t *count = json_object_get (handover, "count");
  g_autofree char *part = ds_desk_escape_part (visit->path_part);

  if (count == NULL)
    return FALSE;
  ds_desk_begin_page (visit, _ ("Counted already"));
  ds_desk_page_add (page, "<p class=\"problem\" role=\"alert\">%s</p><dl class=\"facts\">",
                    _ ("Somebody has signed for this cash before you. Your count was not signed. Where the "
                       "two differ, count again "
                       "together."));
  ds_desk_page_add (page, "<div><dt>%s</dt><dd>%s · ", _ ("Signed by"), ds_desk_text (count, "clerk"));
  ds_desk_page_add_time (page, ds_desk_number (count, "at_ms"));
  ds_desk_page_add (page, "</dd></div>");
  ds_desk_page_add_money_fact (page, _ ("Signed for"), ds_desk_number (count, "counted_fen"));
  ds_desk_page_add_money_fact (page, _ ("Counted by you"), sum_count (denominations));
  ds_desk_page_add (page, "</dl><p><a class=\"button main\" href=\"/desk/shift/%s\">%s</a></p>", part,
                    _ ("Open the shift"));
  ds_visit_send_page (visit, SOUP_STATUS_CONFLICT);
  return TRUE;
}

static void
answer_count (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autoptr (json_t) denominations = read_count (visit);
  g_autofree char *part = ds_desk_escape_part (visit->path_part);
  g_autofree char *path = g_strdup_printf ("/desk/shift/%s", part);
  const char *reason = ds_visit_get_form (visit, "reason");
  const DsClerkAct act = { .clerk = visit->account->id,
                           .act = reason != NULL ? "recount" : "count",
                           .subject = visit->path_part,
                           .detail = reason != NULL ? reason : "" };
  g_autoptr (GError) error = NULL;
  json_t *answer;

  if (denominations == NULL)
    {
      ds_visit_refuse (visit, SOUP_STATUS_BAD_REQUEST, _ ("That is no number"),
                       _ ("Nothing was signed. Go back and type how many pieces there are of each kind."));
      return;
    }
  ds_depot_set_act (visit->depot, &act);
  answer = ds_depot_take_cash (visit->depot,
                               &(DsCashCount){ .id = ds_visit_get_form (visit, "id"),
                                               .shift_id = visit->path_part,
                                               .clerk_id = visit->account->id,
                                               .denominations = denominations,
                                               .reason = reason },
                               &error);
  if (answer == NULL && reason == NULL && send_counted_already (visit, denominations))
    {
      ds_depot_set_act (visit->depot, NULL);
      return;
    }
  end_act (visit, answer, _ ("You have signed for the cash."), path, error);
}

/* What came of it */

static void
add_make_good (DsVisit *visit, const char *part, gboolean brings)
{
  DsDeskPage *page = visit->page;
  g_autofree char *id = ds_desk_make_id (visit->desk);

  ds_desk_page_add (
      page, "<form class=\"narrow\" method=\"post\" action=\"/desk/shift/%s/make-good\"><h3>%s</h3>", part,
      brings ? _ ("The courier brings what is missing") : _ ("The courier gets what was too much"));
  ds_desk_add_token (visit);
  ds_desk_page_add (
      page,
      "<input type=\"hidden\" name=\"id\" value=\"%s\">"
      "<p><label for=\"amount\">%s</label><input id=\"amount\" name=\"amount\" inputmode=\"decimal\""
      " maxlength=\"12\" required></p><p><label for=\"good-reason\">%s</label>"
      "<input id=\"good-reason\" name=\"reason\" maxlength=\"%d\" required></p>"
      "<p><button>%s</button></p></form>",
      id, _ ("Yuan"), _ ("Why"), MAX_REASON_CHARACTERS, _ ("Sign for it"));
}

/* Returns: how many pieces of a kind were counted. */
static gint64
get_pieces (json_t *denominations, gint64 denomination_fen)
{
  json_t *item;
  gsize i;

  json_array_foreach (denominations, i, item)
  {
    if (ds_desk_number (item, "denomination_fen") == denomination_fen)
      return ds_desk_number (item, "count");
  }
  return 0;
}

/* Kind by kind: where the two differ is where to look. */
static void
add_kinds (DsDeskPage *page, json_t *clerks, json_t *couriers)
{
  ds_desk_page_begin_table (page, _ ("Pieces of each kind"), 0x6, _ ("Kind"), _ ("Clerk"), _ ("Courier"),
                            NULL);
  for (gsize i = 0; ds_cash_denominations_fen[i] != 0; i++)
    {
      gint64 fen = ds_cash_denominations_fen[i];
      g_autofree char *money = ds_desk_format_money (fen);
      guint clerk = (guint)get_pieces (clerks, fen);
      guint courier = (guint)get_pieces (couriers, fen);

      if (clerk == 0 && courier == 0)
        continue;
      ds_desk_page_add (
          page,
          clerk == courier
              ? "<tr><th scope=\"row\">%s</th><td class=\"money\">%u</td><td class=\"money\">%u</td></tr>"
              : "<tr class=\"differs\"><th scope=\"row\" class=\"state failed\">%s</th>"
                "<td class=\"money\">%u</td><td class=\"money\">%u</td></tr>",
          money, clerk, courier);
    }
  ds_desk_page_end_table (page);
}

static void
add_counts (DsDeskPage *page, json_t *count)
{
  json_t *courier_fen = json_object_get (count, "courier_fen");
  gint64 difference_fen = ds_desk_number (count, "difference_fen");
  g_autofree char *difference = ds_desk_format_money (difference_fen);

  ds_desk_page_add (page, "<dl>");
  ds_desk_page_add_money_fact (page, _ ("Counted by the clerk"), ds_desk_number (count, "counted_fen"));
  if (json_is_integer (courier_fen))
    ds_desk_page_add_money_fact (page, _ ("Counted by the courier"), json_integer_value (courier_fen));
  else
    ds_desk_page_add_fact (page, _ ("Counted by the courier"), _ ("not counted"));
  ds_desk_page_add_money_fact (page, _ ("Cash expected"), ds_desk_number (count, "expected_fen"));
  ds_desk_page_add (page,
                    difference_fen == 0 ? "<div><dt>%s</dt><dd class=\"money state paid\">%s</dd></div>"
                                        : "<div><dt>%s</dt><dd class=\"money state failed\">%s</dd></div>",
                    difference_fen < 0   ? _ ("Short")
                    : difference_fen > 0 ? _ ("Over")
                                         : _ ("Difference"),
                    difference);
  ds_desk_page_add (page, "<div><dt>%s</dt><dd>%s · ", _ ("Signed by"), ds_desk_text (count, "clerk"));
  ds_desk_page_add_time (page, ds_desk_number (count, "at_ms"));
  ds_desk_page_add (page, "</dd></div></dl>");
  if (json_is_array (json_object_get (count, "courier_denominations")))
    add_kinds (page, json_object_get (count, "denominations"),
               json_object_get (count, "courier_denominations"));
}

/* Whether it is the courier who has to bring something. */
static gboolean
is_short (DsVisit *visit, guint number)
{
  g_autoptr (json_t) item = ds_depot_describe_case (visit->depot, number, NULL);
  const char *kind = ds_desk_text (item, "kind");

  return g_strcmp0 (kind, "cash-short") == 0 || g_strcmp0 (kind, "cash-late") == 0;
}

void
ds_desk_add_handover (DsVisit *visit, json_t *shift)
{
  DsDeskPage *page = visit->page;
  g_autoptr (json_t) handover
      = ds_depot_describe_handover (visit->depot, ds_desk_text (shift, "shift"), NULL);
  g_autofree char *part = ds_desk_escape_part (ds_desk_text (shift, "shift"));
  json_t *count = json_object_get (handover, "count");
  guint number = (guint)ds_desk_number (handover, "case");

  ds_desk_page_add (page, "<section class=\"card\"><h2>%s</h2>", _ ("Cash handed over"));
  if (count != NULL)
    add_counts (page, count);
  else if (ds_desk_number (shift, "closed_at_ms") == 0)
    ds_desk_page_add (page, "<p>%s</p>", _ ("The courier is on the road. Count once the shift is closed."));
  else if (ds_visit_may_act (visit))
    ds_desk_page_add (page, "<p>%s</p><p><a class=\"button main\" href=\"/desk/shift/%s/count\">%s</a></p>",
                      _ ("You and the courier count without knowing each other's figure."), part,
                      _ ("Count the cash"));
  else
    ds_desk_page_add (page, "<p>%s</p>", _ ("It waits to be counted by a clerk."));
  if (number > 0)
    ds_desk_page_add (page, "<p><a href=\"/desk/case/%u\">%s %u</a></p>", number, _ ("Case"), number);
  if (number > 0 && ds_visit_may_act (visit))
    {
      ds_desk_page_add (page,
                        "<p class=\"no-print\"><a class=\"button\" href=\"/desk/shift/%s/count\">%s</a></p>",
                        part, _ ("Count again together"));
      add_make_good (visit, part, is_short (visit, number));
    }
  ds_desk_page_add (page, "</section>");
}

/* Returns: whether there is an amount above zero in the form; else the visit is answered. */
static gboolean
read_amount (DsVisit *visit, gint64 *amount_fen)
{
  DsDeskPage *page = visit->page;
  const char *typed = ds_visit_get_form (visit, "amount");
  g_autofree char *text = g_strstrip (g_strdup (typed != NULL ? typed : ""));

  if (ds_money_parse (text, amount_fen, NULL) && *amount_fen > 0)
    return TRUE;
  ds_visit_refuse (visit, SOUP_STATUS_BAD_REQUEST, _ ("That is no amount"),
                   _ ("Nothing was signed. An amount is yuan with at most two decimals, like 12.50."));
  return FALSE;
}

static void
answer_make_good (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  g_autofree char *part = ds_desk_escape_part (visit->path_part);
  g_autofree char *path = g_strdup_printf ("/desk/shift/%s", part);
  const char *reason = ds_visit_get_form (visit, "reason");
  const DsClerkAct act = { .clerk = visit->account->id,
                           .act = "make-good",
                           .subject = visit->path_part,
                           .detail = reason != NULL ? reason : "" };
  g_autoptr (GError) error = NULL;
  gint64 amount_fen;
  json_t *answer;

  if (!read_amount (visit, &amount_fen))
    return;
  ds_depot_set_act (visit->depot, &act);
  answer = ds_depot_make_good (visit->depot, ds_visit_get_form (visit, "id"), visit->path_part,
                               visit->account->id, amount_fen, reason, &error);
  end_act (visit, answer, _ ("Signed."), path, error);
}

/* Tills and the bank */

static void
add_tills (DsVisit *visit, json_t *clerks)
{
  DsDeskPage *page = visit->page;
  json_t *clerk;
  gsize i;

  ds_desk_page_begin_table (page, _ ("What the tills hold by the books"), 0x4, _ ("Number"), _ ("Clerk"),
                            _ ("Amount"), NULL);
  json_array_foreach (clerks, i, clerk)
  {
    if (ds_desk_number (clerk, "revoked_at_ms") != 0 && ds_desk_number (clerk, "till_fen") == 0)
      continue;
    ds_desk_page_add (page, "<tr><td class=\"id\">%s</td><th scope=\"row\">%s</th>",
                      ds_desk_text (clerk, "clerk"), ds_desk_text (clerk, "name"));
    ds_desk_page_add_money_cell (page, ds_desk_number (clerk, "till_fen"));
    ds_desk_page_add (page, "</tr>");
  }
  ds_desk_page_end_table (page);
}

static void
add_deposit_form (DsVisit *visit)
{
  DsDeskPage *page = visit->page;

  ds_desk_page_add (page,
                    "<form class=\"card narrow\" method=\"post\" action=\"/desk/cash/deposit\"><h2>%s</h2>",
                    _ ("Send cash to the bank"));
  ds_desk_add_token (visit);
  ds_desk_page_add (
      page,
      "<p><label for=\"bag\">%s</label><input id=\"bag\" name=\"bag\" maxlength=\"%d\" required"
      " autocomplete=\"off\"></p><p><label for=\"amount\">%s</label><input id=\"amount\" name=\"amount\""
      " inputmode=\"decimal\" maxlength=\"14\" required></p><p><button class=\"main\">%s</button></p></form>",
      _ ("Number on the bag's seal"), DS_DEPOT_BAG_MAX_BYTES, _ ("Yuan"), _ ("Sign for the bag"));
}

static void
add_confirmation (DsVisit *visit, json_t *deposit, gsize i)
{
  DsDeskPage *page = visit->page;
  json_t *confirmation = json_object_get (deposit, "confirmation");
  gint64 difference_fen = ds_desk_number (confirmation, "difference_fen");
  g_autofree char *part = ds_desk_escape_part (ds_desk_text (deposit, "bag"));
  guint n = (guint)i;

  if (confirmation != NULL)
    {
      ds_desk_page_add_money_cell (page, ds_desk_number (confirmation, "amount_fen"));
      ds_desk_page_add (page,
                        difference_fen == 0 ? "<td class=\"state paid\">%s</td>"
                                            : "<td class=\"state failed\">%s</td>",
                        difference_fen == 0 ? _ ("Agrees") : _ ("Differs"));
      return;
    }
  if (!ds_visit_may_act (visit))
    {
      ds_desk_page_add (page, "<td></td><td>%s</td>", _ ("On its way to the bank"));
      return;
    }
  ds_desk_page_add (page, "<td></td><td><form class=\"row\" method=\"post\" action=\"/desk/cash/bag/%s\">",
                    part);
  ds_desk_add_token (visit);
  ds_desk_page_add (
      page,
      "<label for=\"amount-%u\">%s</label><input id=\"amount-%u\" name=\"amount\" inputmode=\"decimal\""
      " maxlength=\"14\" required><label for=\"ref-%u\">%s</label><input id=\"ref-%u\" name=\"ref\""
      " maxlength=\"64\" required><button>%s</button></form></td>",
      n, _ ("Yuan"), n, n, _ ("Bank's number"), n, _ ("The bank says so"));
}

static void
answer_cash (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  guint number = ds_visit_get_page_number (visit);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) clerks = ds_depot_list_clerks (visit->depot, &error);
  g_autoptr (json_t) deposits
      = clerks ? ds_depot_list_deposits (visit->depot, (gint64)(number - 1) * DS_DESK_ROWS, DS_DESK_ROWS + 1,
                                         &error)
               : NULL;
  json_t *deposit;
  gsize i;

  if (deposits == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, _ ("Tills and bank"));
  add_tills (visit, clerks);
  if (ds_visit_may_act (visit))
    add_deposit_form (visit);
  ds_desk_page_begin_table (page, _ ("Bags, the newest first"), 0x18, _ ("Bag"), _ ("Clerk"), _ ("Time"),
                            _ ("Amount"), _ ("Counted by the bank"), _ ("Standing"), NULL);
  json_array_foreach (deposits, i, deposit)
  {
    if (i == DS_DESK_ROWS)
      break;
    ds_desk_page_add (page, "<tr><th scope=\"row\">%s</th><td>%s</td><td>", ds_desk_text (deposit, "bag"),
                      ds_desk_text (deposit, "clerk"));
    ds_desk_page_add_time (page, ds_desk_number (deposit, "at_ms"));
    ds_desk_page_add (page, "</td>");
    ds_desk_page_add_money_cell (page, ds_desk_number (deposit, "amount_fen"));
    add_confirmation (visit, deposit, i);
    ds_desk_page_add (page, "</tr>");
  }
  ds_desk_page_end_table (page);
  ds_desk_page_add_pager (page, "/desk/cash", "", number, json_array_size (deposits) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

static void
answer_deposit (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *bag = ds_visit_get_form (visit, "bag");
  const DsClerkAct act
      = { .clerk = visit->account->id, .act = "deposit", .subject = bag != NULL ? bag : "", .detail = "" };
  g_autoptr (GError) error = NULL;
  gint64 amount_fen;
  json_t *answer;

  if (!read_amount (visit, &amount_fen))
    return;
  ds_depot_set_act (visit->depot, &act);
  answer = ds_depot_deposit (visit->depot, visit->account->id, bag != NULL ? bag : "", amount_fen, &error);
  end_act (visit, answer, _ ("Signed."), "/desk/cash", error);
}

static void
answer_bag (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *ref = ds_visit_get_form (visit, "ref");
  const DsClerkAct act = { .clerk = visit->account->id,
                           .act = "confirm",
                           .subject = visit->path_part,
                           .detail = ref != NULL ? ref : "" };
  g_autoptr (GError) error = NULL;
  gint64 amount_fen;
  json_t *answer;

  if (!read_amount (visit, &amount_fen))
    return;
  ds_depot_set_act (visit->depot, &act);
  answer = ds_depot_confirm_deposit (visit->depot, visit->account->id, visit->path_part, amount_fen,
                                     ref != NULL ? ref : "", &error);
  end_act (visit, answer, _ ("Signed."), "/desk/cash", error);
}

const DsDeskRoute ds_desk_cash_routes[] = {
  { "GET", "/desk/shift/*/count", DS_DESK_FOR_CLERKS, 0, answer_count_form },
  { "POST", "/desk/shift/*/count", DS_DESK_FOR_CLERKS, MAX_FORM_BYTES, answer_count },
  { "POST", "/desk/shift/*/make-good", DS_DESK_FOR_CLERKS, MAX_FORM_BYTES, answer_make_good },
  { "GET", "/desk/cash", DS_DESK_FOR_READERS, 0, answer_cash },
  { "POST", "/desk/cash/deposit", DS_DESK_FOR_CLERKS, MAX_FORM_BYTES, answer_deposit },
  { "POST", "/desk/cash/bag/*", DS_DESK_FOR_CLERKS, MAX_FORM_BYTES, answer_bag },
  { NULL },
};
