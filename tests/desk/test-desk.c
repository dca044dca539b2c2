/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settlement desk over real HTTPS: who may come in, what they see, what they decide, and that it is all on record. */
#include "config.h"

#include "desk-browser.h"

#include "ds-day.h"
#include "ds-depot-accounts.h"
#include "ds-depot-custody.h"
#include "ds-depot-lists.h"
#include "ds-depot-payouts.h"
#include "ds-depot-reconcile.h"
#include "ds-qr.h"

#include <string.h>

/* Signing in */

static void
test_strangers (DeskFixture *fixture, gconstpointer data)
{
  static const char *const paths[] = { "/desk/",     "/desk/couriers", "/desk/cases", "/desk/log",
                                       "/desk/cash", "/desk/seal",     "/desk/case/1" };
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *shift_path = g_strconcat ("/desk/shift/", fixture->shift, NULL);
  g_autofree char *csv_path = g_strconcat (shift_path, "/csv", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      browser_load_page (&browser, paths[i]);
      g_assert_cmpuint (browser.status, ==, 303);
      g_assert_true (g_str_has_prefix (browser.location, "/desk/sign-in"));
      g_assert_cmpstr (browser.text, ==, "");
    }
  browser_load_page (&browser, shift_path);
  g_assert_cmpuint (browser.status, ==, 303);
  browser_load_page (&browser, csv_path);
  g_assert_cmpuint (browser.status, ==, 303);
  browser_load_page (&browser, "/desk/rows");
  g_assert_cmpuint (browser.status, ==, 401);
  assert_lacks (&browser, "0317");
  browser_send_form (&browser, "/desk/case/1", "how", "keep", "reason", "mine", NULL);
  g_assert_cmpuint (browser.status, ==, 401);
  browser_load_page (&browser, "/desk/nothing");
  g_assert_cmpuint (browser.status, ==, 404);
  browser_load_page (&browser, "/desk/static/desk.css");
  g_assert_cmpuint (browser.status, ==, 200);
}

static void
test_first_password (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_auto (Browser) other = browser_open (fixture);
  g_autofree char *first = desk_fixture_add_account (fixture, DESK_CLERK, "clerk");

  browser_sign_in_with (&browser, DESK_CLERK, first);
  g_assert_cmpstr (browser.location, ==, "/desk/password");
  /* Nothing else is open before a password is chosen that only the clerk knows. */
  browser_load_page (&browser, "/desk/cases");
  g_assert_cmpstr (browser.location, ==, "/desk/password");
  browser_load_page (&browser, "/desk/password");
  browser_send_form (&browser, "/desk/password", "old", first, "new", "short", "again", "short", NULL);
  g_assert_cmpuint (browser.status, ==, 403);
  browser_send_form (&browser, "/desk/password", "old", first, "new", "li is my number", "again",
                     "li is my number", NULL);
  g_assert_cmpuint (browser.status, ==, 403);
  browser_send_form (&browser, "/desk/password", "old", "wrong wrong", "new", DESK_PASSWORD, "again",
                     DESK_PASSWORD, NULL);
  g_assert_cmpuint (browser.status, ==, 403);
  browser_sign_in_with (&other, DESK_CLERK, first);
  browser_send_form (&browser, "/desk/password", "old", first, "new", DESK_PASSWORD, "again", DESK_PASSWORD,
                     NULL);
  g_assert_cmpuint (browser.status, ==, 303);
  browser_load_page (&browser, "/desk/");
  g_assert_cmpuint (browser.status, ==, 200);

  /* What was signed in with the old one is signed out, and it opens nothing any more. */
  browser_load_page (&other, "/desk/password");
  g_assert_true (g_str_has_prefix (other.location, "/desk/sign-in"));
  browser_sign_in_with (&other, DESK_CLERK, first);
  g_assert_cmpuint (other.status, ==, 403);
  browser_sign_in_with (&other, DESK_CLERK, DESK_PASSWORD);
  g_assert_cmpstr (other.location, ==, "/desk/");
}

static void
test_tries (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *first = desk_fixture_add_account (fixture, DESK_CLERK, "clerk");
  g_autoptr (json_t) acts = NULL;

  for (guint i = 0; i < 5; i++)
    {
      browser_sign_in_with (&browser, DESK_CLERK, "wrong");
      g_assert_cmpuint (browser.status, ==, 403);
    }
  /* Now the right one has to wait as well. */
  browser_sign_in_with (&browser, DESK_CLERK, first);
  g_assert_cmpuint (browser.status, ==, 429);
  g_assert_cmpstr (soup_message_headers_get_one (browser.headers, "Retry-After"), ==, "30");
  browser_sign_in_with (&browser, "somebody-else", "wrong");
  g_assert_cmpuint (browser.status, ==, 403);
  ds_manual_clock_advance_ms (fixture->base.clock, 31000);
  browser_sign_in_with (&browser, DESK_CLERK, first);
  g_assert_cmpuint (browser.status, ==, 303);
  acts = ds_depot_list_acts (fixture->base.depot, DESK_CLERK, 0, 10, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (acts, 0), "act")), ==, "sign-in");
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (acts, 1), "act")), ==, "locked-out");
}

static void
test_sessions_end (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autoptr (GError) error = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  /* A page that keeps itself fresh is nobody at the desk. */
  for (guint i = 0; i < 3; i++)
    {
      ds_manual_clock_advance_ms (fixture->base.clock, 12 * 60 * 1000);
      browser_load_page (&browser, "/desk/rows");
    }
  g_assert_cmpuint (browser.status, ==, 401);
  browser_sign_in_with (&browser, DESK_CLERK, DESK_PASSWORD);
  browser_load_page (&browser, "/desk/");
  g_assert_cmpuint (browser.status, ==, 200);
  browser_send_form (&browser, "/desk/sign-out", NULL);
  browser_load_page (&browser, "/desk/");
  g_assert_cmpuint (browser.status, ==, 303);

  browser_sign_in_with (&browser, DESK_CLERK, DESK_PASSWORD);
  g_assert_true (ds_depot_remove_account (fixture->base.depot, DESK_CLERK, &error));
  g_assert_no_error (error);
  browser_load_page (&browser, "/desk/");
  g_assert_cmpuint (browser.status, ==, 303);
  browser_sign_in_with (&browser, DESK_CLERK, DESK_PASSWORD);
  g_assert_cmpuint (browser.status, ==, 403);
}

/* Forms of others */

static void
test_forged_forms (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *token = NULL;
  g_autofree char *body = NULL;
  g_autoptr (json_t) cases = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_send_form (&browser, "/desk/case/1", "how", "keep", "reason", "mine", "csrf", "made up", NULL);
  g_assert_cmpuint (browser.status, ==, 403);

  /* The right token, sent here by another site. */
  browser_load_page (&browser, "/desk/case/1");
  token = browser_find_hidden (&browser, "csrf");
  body = g_strdup_printf ("how=keep&reason=mine&csrf=%s", token);
  bytes = g_bytes_new (body, strlen (body));
  message = browser_make_message (&browser, "POST", "/desk/case/1");
  soup_message_headers_replace (soup_message_get_request_headers (message), "Sec-Fetch-Site", "cross-site");
  soup_message_set_request_body_from_bytes (message, "application/x-www-form-urlencoded", bytes);
  browser_send_message (&browser, message);
  g_assert_cmpuint (browser.status, ==, 403);

  cases = ds_depot_list_cases (fixture->base.depot, FALSE, NULL);
  g_assert_cmpuint (json_array_size (cases), ==, 1);
}

/* Pages */

static void
test_hostile_texts (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *shift_path = g_strconcat ("/desk/shift/", fixture->shift, NULL);
  g_autofree char *payments_path = g_strconcat (shift_path, "/payments?bucket=digital", NULL);
  g_autofree char *payment_path = g_strconcat ("/desk/payment/", fixture->cash_payment, NULL);
  const char *const paths[] = { "/desk/",      "/desk/rows", "/desk/couriers", shift_path,
                                payments_path, payment_path, "/desk/log",      "/desk/case/1" };

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, "/desk/case/1");
  browser_send_form (&browser, "/desk/case/1", "how", "keep", "reason", DESK_HOSTILE, NULL);
  g_assert_cmpuint (browser.status, ==, 303);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      browser_load_page (&browser, paths[i]);
      g_assert_cmpuint (browser.status, ==, 200);
      assert_lacks (&browser, "<script>");
      assert_lacks (&browser, "<img");
    }
  assert_has (&browser, "&quot;&gt;&lt;script&gt;alert(&apos;陈伟&apos;)&lt;/script&gt;&amp;");
  browser_load_page (&browser, "/desk/");
  assert_has (&browser, "&lt;script&gt;");
  /* What is typed comes back as text too. */
  browser_send_form (&browser, "/desk/find", "what", "W2", NULL);
  assert_lacks (&browser, "<img");
  browser_send_form (&browser, "/desk/find", "what", DESK_HOSTILE, NULL);
  g_assert_cmpuint (browser.status, ==, 404);
  assert_lacks (&browser, "<script>");
  browser_send_form (&browser, "/desk/sign-in", "account", DESK_HOSTILE, "password", "x", NULL);
  assert_lacks (&browser, "<script>");
}

static void
test_languages (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);

  browser.language = "zh-CN,zh;q=0.9,en;q=0.8";
  browser_load_page (&browser, "/desk/sign-in");
  assert_has (&browser, "<html lang=\"zh-CN\">");
  assert_has (&browser, "登录");
  browser.language = "en-GB,en;q=0.9";
  browser_load_page (&browser, "/desk/sign-in");
  assert_has (&browser, "<html lang=\"en\">");
  assert_has (&browser, "Sign in");
  /* Chosen, it stays whatever the browser prefers. */
  browser_send_form (&browser, "/desk/language", "tag", "zh-CN", NULL);
  g_assert_cmpuint (browser.status, ==, 303);
  browser_load_page (&browser, "/desk/sign-in");
  assert_has (&browser, "登录");
  browser_send_form (&browser, "/desk/language", "tag", "xx", NULL);
  browser_load_page (&browser, "/desk/sign-in");
  assert_has (&browser, "登录");
}

static void
test_live_rows (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *tag = NULL;
  g_autoptr (SoupMessage) again = NULL;
  g_autoptr (SoupMessage) later = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, "/desk/rows");
  assert_has (&browser, "¥45.00");
  assert_has (&browser, "On the road");
  tag = g_strdup (soup_message_headers_get_one (browser.headers, "ETag"));
  again = browser_make_message (&browser, "GET", "/desk/rows");
  soup_message_headers_replace (soup_message_get_request_headers (again), "If-None-Match", tag);
  browser_send_message (&browser, again);
  g_assert_cmpuint (browser.status, ==, 304);

  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  later = browser_make_message (&browser, "GET", "/desk/rows");
  soup_message_headers_replace (soup_message_get_request_headers (later), "If-None-Match", tag);
  browser_send_message (&browser, later);
  g_assert_cmpuint (browser.status, ==, 200);
  assert_has (&browser, "Cash to be counted");
}

/* Counting */

static void
test_blind_count (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *shift_path = g_strconcat ("/desk/shift/", fixture->shift, NULL);
  g_autofree char *count_path = g_strconcat (shift_path, "/count", NULL);
  g_autofree char *cash_path = g_strconcat (shift_path, "/payments?bucket=cash", NULL);
  g_autofree char *csv_path = g_strconcat (shift_path, "/csv", NULL);
  g_autofree char *statement_path = g_strconcat (shift_path, "/statement", NULL);
  g_autofree char *id = NULL;
  const char *const hidden[] = { cash_path, csv_path, statement_path };

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, count_path);
  g_assert_cmpuint (browser.status, ==, 409);
  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);

  /* Nowhere is it said what there should be, nor what the courier has counted. */
  browser_load_page (&browser, "/desk/");
  assert_lacks (&browser, "¥123.50");
  browser_load_page (&browser, shift_path);
  assert_lacks (&browser, "¥123.50");
  assert_lacks (&browser, "¥323.50");
  for (gsize i = 0; i < G_N_ELEMENTS (hidden); i++)
    {
      browser_load_page (&browser, hidden[i]);
      g_assert_cmpuint (browser.status, ==, 409);
      assert_lacks (&browser, "¥123.50");
    }
  browser_load_page (&browser, "/desk/seal");
  browser_send_form (&browser, "/desk/seal", "text", fixture->seal, NULL);
  g_assert_cmpuint (browser.status, ==, 200);
  assert_lacks (&browser, "¥123.50");
  assert_lacks (&browser, "¥323.50");

  browser_load_page (&browser, count_path);
  id = browser_find_hidden (&browser, "id");
  browser_send_form (&browser, count_path, "id", id, "n-10000", "three", NULL);
  g_assert_cmpuint (browser.status, ==, 400);
  browser_load_page (&browser, count_path);
  /* Two yuan are missing; the browser sends it twice. */
  for (guint i = 0; i < 2; i++)
    {
      browser_load_page (&browser, count_path);
      browser_send_form (&browser, count_path, "id", id, "n-10000", "3", "n-2000", "1", "n-100", "1", "n-50",
                         "1", NULL);
      g_assert_cmpuint (browser.status, ==, 303);
    }
  browser_load_page (&browser, shift_path);
  assert_has (&browser, "¥321.50");
  assert_has (&browser, "¥323.50");
  assert_has (&browser, "−¥2.00");
  /* Kind by kind: the courier counted three of one yuan. */
  assert_has (&browser, "¥1.00</th><td class=\"money\">1</td><td class=\"money\">3</td>");
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "till:" DESK_CLERK), ==, 32150);
  browser_load_page (&browser, csv_path);
  g_assert_cmpuint (browser.status, ==, 200);
  g_assert_true (g_str_has_prefix (browser.text, "\xef\xbb\xbf"));
}

/* Shifts from before there were clerks are nobody's to count: what they came to can be seen and saved. */
static void
test_before_clerks (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *shift_path = g_strconcat ("/desk/shift/", fixture->shift, NULL);
  g_autofree char *csv_path = g_strconcat (shift_path, "/csv", NULL);

  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  ds_manual_clock_advance_ms (fixture->base.clock, 3 * 24 * 3600 * 1000);
  browser_sign_in (&browser, DESK_CLERK, "clerk");
  assert_lacks (&browser, "/count");
  browser_load_page (&browser, shift_path);
  assert_has (&browser, "¥323.50");
  browser_load_page (&browser, csv_path);
  g_assert_cmpuint (browser.status, ==, 200);
}

static void
test_auditor (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *shift_path = g_strconcat ("/desk/shift/", fixture->shift, NULL);
  g_autofree char *count_path = g_strconcat (shift_path, "/count", NULL);

  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  browser_sign_in (&browser, DESK_AUDITOR, "auditor");
  browser_load_page (&browser, shift_path);
  assert_has (&browser, "¥123.50");
  browser_load_page (&browser, count_path);
  g_assert_cmpuint (browser.status, ==, 403);
  browser_load_page (&browser, "/desk/");
  browser_send_form (&browser, count_path, "n-10000", "3", NULL);
  g_assert_cmpuint (browser.status, ==, 403);
  browser_load_page (&browser, "/desk/case/1");
  assert_lacks (&browser, "name=\"how\"");
  browser_send_form (&browser, "/desk/case/1", "how", "keep", "reason", "mine", NULL);
  g_assert_cmpuint (browser.status, ==, 403);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "suspense"), ==, -990);
}

/* Cases and files */

/* The clerk reads which operator and which day it is about, and decides. */
static void
test_payout_case (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  DsDepot *depot = fixture->base.depot;
  gint64 now_ms = ds_clock_get_wall_ms (DS_CLOCK (fixture->base.clock));
  char day[DS_DAY_SIZE];
  g_autofree char *text
      = g_strdup_printf ("#doorstep-daily-file,1,003,%s,%s\n"
                         "time,kind,payment,amount,red_packet,operator_ref\n#total,0,0.00,0.00\n",
                         ds_depot_get_payee_id (depot), ds_day_format (now_ms - DS_DAY_MS, day));
  g_autoptr (GBytes) file = g_bytes_new_static (text, strlen (text));
  g_autofree char *subject = g_strconcat ("003:", day, NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) taken = ds_depot_reconcile_file (depot, file, day, &error);
  g_autoptr (json_t) booked = NULL;

  g_assert_no_error (error);
  booked = ds_depot_book_payout (
      depot, &(DsPayout){ .operator_id = "003", .day = day, .amount_fen = 4321, .reference = "B-1" }, &error);
  g_assert_no_error (error);
  path = g_strdup_printf (
      "/desk/case/%" JSON_INTEGER_FORMAT,
      json_integer_value (json_object_get (json_array_get (json_object_get (booked, "cases"), 0), "case")));
  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, "/desk/cases");
  assert_has (&browser, "The operator paid out too much");
  browser_load_page (&browser, path);
  assert_has (&browser, subject);
  assert_has (&browser, "¥43.21");
  assert_has (&browser, "It is the operator&apos;s");
  browser_send_form (&browser, path, "how", "claim", "reason", "they were told", NULL);
  g_assert_cmpuint (browser.status, ==, 303);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "claim:003"), ==, -4321);
}

static void
test_decide (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autoptr (json_t) acts = NULL;
  json_t *act;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, "/desk/cases");
  assert_has (&browser, "¥9.90");
  browser_load_page (&browser, "/desk/case/1");
  browser_send_form (&browser, "/desk/case/1", "how", "dance", "reason", "why not", NULL);
  g_assert_cmpuint (browser.status, ==, 400);
  browser_send_form (&browser, "/desk/case/1", "how", "keep", NULL);
  g_assert_cmpuint (browser.status, ==, 400);
  /* What came to nothing is not on record. */
  acts = ds_depot_list_acts (fixture->base.depot, "1", 0, 10, NULL);
  g_assert_cmpuint (json_array_size (acts), ==, 0);
  json_decref (acts);

  browser_load_page (&browser, "/desk/case/1");
  browser_send_form (&browser, "/desk/case/1", "how", "keep", "reason", "a tip", NULL);
  g_assert_cmpuint (browser.status, ==, 303);
  g_assert_cmpint (depot_fixture_get_balance (&fixture->base, "suspense"), ==, 0);
  acts = ds_depot_list_acts (fixture->base.depot, "1", 0, 10, NULL);
  g_assert_cmpuint (json_array_size (acts), ==, 1);
  act = json_array_get (acts, 0);
  g_assert_cmpstr (json_string_value (json_object_get (act, "clerk")), ==, DESK_CLERK);
  g_assert_cmpstr (json_string_value (json_object_get (act, "act")), ==, "resolve");
  browser_load_page (&browser, "/desk/case/1");
  assert_has (&browser, "Kept");
  assert_lacks (&browser, "name=\"how\"");
  browser_load_page (&browser, "/desk/log");
  assert_has (&browser, "keep: a tip");
  browser_load_page (&browser, "/desk/case/99");
  g_assert_cmpuint (browser.status, ==, 404);
}

/* What could not be counted is settled at the desk, and the courier hears how. */
static void
test_refused_entry (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *refused = NULL;
  g_autofree char *id = NULL;
  g_autoptr (json_t) item = NULL;
  g_autoptr (json_t) cases = NULL;

  depot_fixture_append (&fixture->base, "payment.cash", "{s:s}", "payment", "nonsense");
  refused = depot_fixture_push (&fixture->base);
  g_assert_nonnull (refused);
  id = depot_fixture_get_entry_id (&fixture->base, fixture->base.lines->len - 1);
  depot_fixture_append (&fixture->base, "entry.escalated", "{s:s, s:s}", "entry", id, "text",
                        "it was 12 yuan");
  g_assert_null (depot_fixture_push (&fixture->base));

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, "/desk/cases");
  assert_has (&browser, "/desk/case/3");
  browser_load_page (&browser, "/desk/case/3");
  assert_has (&browser, "it was 12 yuan");
  browser_send_form (&browser, "/desk/case/3", "how", "done", "reason", "taken by hand", NULL);
  g_assert_cmpuint (browser.status, ==, 303);
  item = depot_fixture_find_item (&fixture->base, "entry", id);
  g_assert_cmpstr (json_string_value (json_object_get (item, "text")), ==, "taken by hand");
  cases = ds_depot_list_cases (fixture->base.depot, FALSE, NULL);
  g_assert_cmpuint (json_array_size (cases), ==, 1);
}

static void
test_seals (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *shift_path = g_strconcat ("/desk/shift/", fixture->shift, NULL);
  g_autoptr (DsKey) other = ds_key_generate (NULL);
  g_autofree char *ahead = NULL;
  g_autofree char *forged = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  browser_load_page (&browser, "/desk/seal");
  browser_send_form (&browser, "/desk/seal", "text", "DSS1:NOTHING", NULL);
  g_assert_cmpuint (browser.status, ==, 400);
  browser_load_page (&browser, "/desk/seal");
  browser_send_form (&browser, "/desk/seal", "text", fixture->seal, NULL);
  g_assert_cmpuint (browser.status, ==, 200);
  assert_has (&browser, "has its whole journal");
  assert_has (&browser, shift_path);
  /* A scanner that types into the field at the top. */
  browser_load_page (&browser, "/desk/");
  browser_send_form (&browser, "/desk/find", "what", fixture->seal, NULL);
  assert_has (&browser, "has its whole journal");

  forged = desk_fixture_make_seal (fixture, other, DESK_FLOAT_FEN);
  browser_load_page (&browser, "/desk/seal");
  browser_send_form (&browser, "/desk/seal", "text", forged, NULL);
  g_assert_cmpuint (browser.status, ==, 409);
  /* The handheld has written more than it has sent. */
  depot_fixture_append (&fixture->base, "note.added", "{s:s}", "text", "later");
  ahead = desk_fixture_make_seal (fixture, fixture->base.key, DESK_FLOAT_FEN + DESK_CASH_FEN);
  browser_load_page (&browser, "/desk/seal");
  browser_send_form (&browser, "/desk/seal", "text", ahead, NULL);
  g_assert_cmpuint (browser.status, ==, 200);
  assert_has (&browser, "does not have all of its journal yet");
}

/* Returns: (transfer full): the seal's code as a PNG. */
static GBytes *
draw_seal (const char *text)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "seal.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = NULL;
  DsQrSight sight;
  char *contents;
  gsize n;

  ds_qr_sight_init_at_door (&sight, DS_QR_PHONE_PX, 0);
  qr = ds_qr_new_for_sight (text, &sight, DS_QR_LEVEL_M, &error);
  g_assert_no_error (error);
  g_mkdir_with_parents (g_get_user_runtime_dir (), 0700);
  g_assert_true (ds_qr_save (qr, path, 6, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &n, &error));
  return g_bytes_new_take (contents, n);
}

/* The picture is read by the helper in its jail. */
static void
test_seal_pictures (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autoptr (GBytes) picture = NULL;
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("not a picture", 13);
  g_autofree char *token = NULL;

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  desk_fixture_close_shift (fixture, DESK_FLOAT_FEN + DESK_CASH_FEN);
  picture = draw_seal (fixture->seal);
  browser_load_page (&browser, "/desk/seal");
  token = browser_find_hidden (&browser, "csrf");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SoupMessage) frame = browser_make_message (&browser, "POST", "/desk/frame");

      if (i > 0)
        soup_message_headers_replace (soup_message_get_request_headers (frame), "Doorstep-Token", token);
      soup_message_set_request_body_from_bytes (frame, "image/png", i == 1 ? nonsense : picture);
      browser_send_message (&browser, frame);
      g_assert_cmpuint (browser.status, ==, ((guint[]){ 403, 204, 200 })[i]);
    }
  g_assert_cmpstr (browser.text, ==, fixture->seal);
}

/* What is in it is for test-packet.c. */
static void
test_packet (DeskFixture *fixture, gconstpointer data)
{
  g_auto (Browser) browser = browser_open (fixture);
  g_autofree char *path = g_strconcat ("/desk/payment/", fixture->digital_payment, NULL);
  g_autofree char *packet_path = g_strconcat (path, "/packet", NULL);

  browser_sign_in (&browser, DESK_CLERK, "clerk");
  browser_load_page (&browser, path);
  assert_has (&browser, "Scanned the customer");
  browser_load_page (&browser, packet_path);
  g_assert_cmpuint (browser.status, ==, 200);
  g_assert_nonnull (
      strstr (soup_message_headers_get_one (browser.headers, "Content-Disposition"), "attachment"));
  assert_has (&browser, "\"testimony\"");
  browser_load_page (&browser, "/desk/log");
  assert_has (&browser, "Made a dispute packet");
  browser_load_page (&browser, "/desk/payment/nothing/packet");
  g_assert_cmpuint (browser.status, ==, 404);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define desk_test_add(path, test)                                                                            \
  g_test_add (path, DeskFixture, NULL, desk_fixture_set_up, test, desk_fixture_tear_down)
  desk_test_add ("/desk/strangers", test_strangers);
  desk_test_add ("/desk/first-password", test_first_password);
  desk_test_add ("/desk/tries", test_tries);
  desk_test_add ("/desk/sessions-end", test_sessions_end);
  desk_test_add ("/desk/forged-forms", test_forged_forms);
  desk_test_add ("/desk/hostile-texts", test_hostile_texts);
  desk_test_add ("/desk/languages", test_languages);
  desk_test_add ("/desk/live-rows", test_live_rows);
  desk_test_add ("/desk/blind-count", test_blind_count);
  desk_test_add ("/desk/before-clerks", test_before_clerks);
  desk_test_add ("/desk/auditor", test_auditor);
  desk_test_add ("/desk/decide", test_decide);
  desk_test_add ("/desk/payout-case", test_payout_case);
  desk_test_add ("/desk/refused-entry", test_refused_entry);
  desk_test_add ("/desk/seals", test_seals);
  desk_test_add ("/desk/seal-pictures", test_seal_pictures);
  desk_test_add ("/desk/packet", test_packet);
  return g_test_run ();
}
