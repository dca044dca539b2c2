/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks through the pages of the application and their states over a real store, in whatever language the environment
 * asks for, and looks at each. It is a test (see screen_check()), and makes the pictures of `meson compile screenshots`. */
#include "config.h"

#include "app-fixture.h"
#include "ds-collection.h"
#include "ds-format.h"
#include "ds-json.h"
#include "ds-learnt-page.h"
#include "ds-navigator.h"
#include "ds-result-page.h"
#include "ds-words.h"

#include <glib/gi18n.h>

#define PIN "048213"
/* An operator's payer code; whose account it is, only the operator knows. */
#define PAYER_CODE "0100320229316139647"

/* As they stand in Chinese on a sheet, for pictures in Chinese. */
static const struct
{
  const char *recipient, *address, *place, *note;
} chinese[] = {
  { "李晓华", "翠湖苑 6 栋 2 单元 1102", "望湖区清河路 66 号", "门铃坏了，请敲门" },
  { "王敏", "翠湖苑 8 栋 903", "望湖区清河路 66 号", NULL },
  { "陈爱国", "清河路 118 号 便民超市", "望湖区", NULL },
  { "赵玉琴", "书香园 3 栋 1 单元 502", "学院路 9 号", NULL },
  { "孙立", "绿地中心 A3-1807", "望湖区", NULL },
  { "周芳", "荷塘巷 12 号", "望湖区", NULL },
  { "吴建国", "荷塘巷 14 号", "望湖区", NULL },
  { "郑丽", "荷塘巷 16 号", "望湖区", NULL },
};

static gboolean
is_chinese (void)
{
  return !g_str_equal (_ ("Collect"), "Collect");
}

static gboolean
speaks_chinese (gpointer user_data)
{
  AppFixture *fixture = user_data;
  DsStop *stop = ds_route_find (ds_session_get_route (fixture->session), "S8");

  return stop != NULL && g_str_equal (stop->recipient, chinese[7].recipient);
}

static json_t *
make_chinese_stop (const DsStop *stop, gsize i)
{
  json_t *parcels = json_array ();

  for (guint p = 0; p < stop->parcels->len; p++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, p);

      json_array_append_new (parcels, json_pack ("{s:s, s:I, s:b}", "waybill", parcel->waybill, "due_fen",
                                                 (json_int_t)parcel->due_fen, "prepaid", parcel->prepaid));
    }
  return json_pack ("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s?, s:I, s:I, s:I, s:I, s:o, s:n, s:s}", "stop",
                    stop->id, "version", (json_int_t)2, "position", (json_int_t)stop->position, "recipient",
                    chinese[i].recipient, "phone", stop->phone, "address", chinese[i].address, "place",
                    chinese[i].place, "note", chinese[i].note, "lat_e6",
                    (json_int_t)(30274000 + 1500 * (gint64)i), "lng_e6",
                    (json_int_t)(120155000 + 2100 * (gint64)(i % 3)), "window_from_ms",
                    (json_int_t)stop->window_from_ms, "window_to_ms", (json_int_t)stop->window_to_ms,
                    "parcels", parcels, "prefetched", "spoken_secret", APP_FIXTURE_SECRET);
}

static AppFixture *
start (void)
{
  AppFixture *fixture = app_fixture_new_enrolled ();

  if (is_chinese ())
    {
      json_t *settings = app_fixture_make_settings (fixture);

      json_object_set_new (settings, "version", json_integer (2));
      json_object_set_new (settings, "depot_name", json_string ("蓝鸟快递 · 望湖站"));
      json_object_set_new (json_object_get (settings, "payee"), "name", json_string ("蓝鸟快递"));
      app_fixture_feed (fixture, "settings", settings);
      for (gsize i = 0; i < G_N_ELEMENTS (chinese); i++)
        {
          g_autofree char *id = g_strdup_printf ("S%u", (guint)i + 1);

          app_fixture_feed (
              fixture, "stop",
              make_chinese_stop (ds_route_find (ds_session_get_route (fixture->session), id), i));
        }
      ds_test_wait (speaks_chinese, fixture, "the stops in Chinese");
    }
  return fixture;
}

static AppFixture *
start_shift (void)
{
  AppFixture *fixture = start ();

  app_fixture_open_shift (fixture, 20000);
  gtk_widget_activate_action (fixture->window, "win.show-tab", "s", "route");
  ds_test_settle (fixture->window);
  return fixture;
}

static void
act (AppFixture *fixture, const char *action, const char *parameter)
{
  if (parameter != NULL)
    gtk_widget_activate_action (fixture->window, action, "s", parameter);
  else
    gtk_widget_activate_action (fixture->window, action, NULL);
  ds_test_settle (fixture->window);
}

static void
act_and_look (AppFixture *fixture, const char *action, const char *parameter, const char *name)
{
  act (fixture, action, parameter);
  app_fixture_look (fixture, name);
}

static void
press (AppFixture *fixture, const char *words)
{
  ds_test_press (fixture->window, words);
}

static void
press_and_look (AppFixture *fixture, const char *words, const char *name)
{
  press (fixture, words);
  app_fixture_look (fixture, name);
}

static void
type (AppFixture *fixture, const char *keys)
{
  for (const char *at = keys; *at != '\0'; at++)
    press (fixture, (const char[]){ *at, '\0' });
}

static void
go_online (AppFixture *fixture, gboolean online)
{
  g_object_set (ds_session_get_door (fixture->session), "online", online, NULL);
  ds_test_settle (fixture->window);
}

/* The first words of the day */

static void
test_start (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new ();

  app_fixture_look (fixture, "enrol");
  ds_window_take_scan (DS_WINDOW (fixture->window), PAYER_CODE);
  ds_test_wait_for_words (fixture->window, _ ("Enrol this handheld"));
  app_fixture_look (fixture, "enrol-problem");
}

static void
test_open_shift (void)
{
  g_autoptr (AppFixture) fixture = start ();

  ds_test_type (fixture->window, _ ("Float in yuan"), "200");
  app_fixture_look (fixture, "open-shift");
}

static void
test_lock (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  act_and_look (fixture, "win.change-pin", NULL, "pin-choose");
  type (fixture, PIN);
  ds_test_wait_for_words (fixture->window, _ ("The same PIN again"));
  app_fixture_look (fixture, "pin-again");
  type (fixture, PIN);
  ds_test_wait_for_words (fixture->window, _ ("Problems"));
  act_and_look (fixture, "win.lock", NULL, "unlock");
}

/* The route */

static void
test_route (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  app_fixture_look (fixture, "route");
  act (fixture, "win.search", NULL);
  ds_test_type (fixture->window, _ ("Search the route"), "hutang");
  app_fixture_look (fixture, "route-search");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.show-map", NULL, "map");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.arrange", "S2", "order");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.check-load", NULL, "load");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.scan", NULL, "scan-parcel");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.show-tab", "problems", "problems-none");
}

static void
test_digest (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  app_fixture_take_cash (fixture, "S1", 28650);
  app_fixture_feed (fixture, "stop.removed", json_pack ("{s:s, s:s}", "stop", "S1", "reason", "cancelled"));
  app_fixture_feed (fixture, "stop.removed", json_pack ("{s:s, s:s}", "stop", "S4", "reason", "reassigned"));
  app_fixture_look (fixture, "route-with-changes");
  act_and_look (fixture, "win.show-digest", NULL, "digest");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.show-tab", "problems", "problems-conflict");
}

/* A stop */

static void
test_stop (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  act_and_look (fixture, "win.open-stop", "S1", "stop");
  press_and_look (fixture, _ ("Refused…"), "outcome-refused");
  act (fixture, "win.back", NULL);
  press_and_look (fixture, _ ("Nobody home…"), "outcome-not-home");
  act (fixture, "win.back", NULL);
  press_and_look (fixture, _ ("Reschedule…"), "outcome-later");
  act (fixture, "win.back", NULL);
  app_fixture_take_cash (fixture, "S1", 28650);
  app_fixture_look (fixture, "stop-paid");
  press_and_look (fixture, _ ("Add a proof"), "proof-signature");
  press_and_look (fixture, _ ("Name"), "proof-name");
  press_and_look (fixture, _ ("Pickup code"), "proof-pickup-code");
  act (fixture, "win.back", NULL);
  press_and_look (fixture, ds_words_for_payment (DS_PAYMENT_PAID).text, "receipt");
  act (fixture, "win.show-tab", "route");
  act_and_look (fixture, "win.open-stop", "S3", "stop-prepaid");
}

static void
show_result (AppFixture *fixture, DsPaymentState state, gint64 amount_fen, const char *name)
{
  const char *const waybills[] = { "DS730200000010", "DS730200000011", NULL };
  g_autoptr (DsPayment) payment = ds_payment_new ();
  g_autoptr (DsCollection) collection = ds_collection_new (fixture->session, "S1", waybills, amount_fen);

  payment->id = g_strdup ("P1");
  payment->stop_id = g_strdup ("S1");
  payment->amount_fen = amount_fen;
  payment->tender = DS_TENDER_CODE;
  payment->state = state;
  ds_navigator_push (DS_NAVIGATOR (ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR)),
                     DS_PAGE (ds_result_page_new (collection, payment, TRUE)));
  app_fixture_look (fixture, name);
  act (fixture, "win.show-tab", "route");
}

/* What no company plans for and every courier meets: the longest names, the largest amounts, and nothing at all. */
static void
test_extremes (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();
  json_t *parcels = json_pack ("[{s:s, s:I, s:b}, {s:s, s:I, s:b}]", "waybill", "SF1234567890123456789",
                               "due_fen", (json_int_t)9999998, "prepaid", 0, "waybill", "DS730200000021",
                               "due_fen", (json_int_t)1, "prepaid", 0);
  const char *address
      = is_chinese () ? "浙江省杭州市余杭区五常街道文一西路 969 号西溪花园翡翠城 2 幢 3 单元 18 层 1802 室"
                      : "Xixi Garden Emerald City, 969 West Wenyi Road, Wuchang, Building 2-3-1802";
  const char *recipient = is_chinese () ? "欧阳娜仁托娅（物业前台代收）" : "Alexander Konstantin";

  app_fixture_feed (fixture, "stop",
                    json_pack ("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:o, s:n, s:s}",
                               "stop", "S1", "version", (json_int_t)3, "position", (json_int_t)1, "recipient",
                               recipient, "phone", "17012340126", "address", address, "place", address,
                               "note", "lat_e6", (json_int_t)30274000, "lng_e6", (json_int_t)120155000,
                               "window_from_ms", (json_int_t)0, "window_to_ms", (json_int_t)0, "parcels",
                               parcels, "prefetched", "spoken_secret", APP_FIXTURE_SECRET));
  app_fixture_look (fixture, "long-route");
  act_and_look (fixture, "win.open-stop", "S1", "long-stop");
  act_and_look (fixture, "win.collect", "S1", "long-collect");
  press (fixture, _ ("Cash"));
  type (fixture, "100000");
  app_fixture_look (fixture, "long-cash");
  act (fixture, "win.show-tab", "route");
  show_result (fixture, DS_PAYMENT_ACCEPTED, 9999999, "long-result");
  act_and_look (fixture, "win.show-tab", "shift", "long-shift");
}

static void
test_no_stops (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new ();

  app_fixture_enrol (fixture);
  app_fixture_feed (fixture, "settings", app_fixture_make_settings (fixture));
  app_fixture_open_shift (fixture, 20000);
  act_and_look (fixture, "win.show-tab", "route", "route-empty");
}

/* Collecting */

static DsPayment *
get_payment (AppFixture *fixture, const char *stop_id)
{
  GPtrArray *payments = ds_route_find (ds_session_get_route (fixture->session), stop_id)->payments;

  return g_ptr_array_index (payments, payments->len - 1);
}

static void
feed_payment (AppFixture *fixture, const char *stop_id, const char *state, const char *reason)
{
  const DsPayment *payment = get_payment (fixture, stop_id);

  app_fixture_feed (fixture, "payment",
                    json_pack ("{s:s, s:s, s:s, s:I, s:s, s:s, s:s?, s:I, s:I, s:I, s:n, s:I}", "payment",
                               payment->id, "stop", stop_id, "state", state, "amount_fen",
                               (json_int_t)payment->amount_fen, "operator", "003", "operator_ref", "OP1",
                               "reason", reason, "red_packet_fen", (json_int_t)0, "refunded_fen",
                               (json_int_t)0, "refunding_fen", (json_int_t)0, "code", "expires_at_ms",
                               (json_int_t)0));
}

static void
show_code (AppFixture *fixture, const char *stop_id)
{
  act (fixture, "win.show-tab", "route");
  act (fixture, "win.collect", stop_id);
  press (fixture, _ ("Show code"));
  ds_test_wait_for_words (fixture->window, _ ("Collection code"));
  ds_test_settle (fixture->window);
}

static void
test_code (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  act_and_look (fixture, "win.collect", "S1", "collect-offline");
  press_and_look (fixture, _ ("Tap to hand over fewer"), "collect-fewer");
  show_code (fixture, "S1");
  app_fixture_look (fixture, "code-offline");
  press_and_look (fixture, _ ("Scan receipt"), "scan-receipt");
  press_and_look (fixture, _ ("They read out digits"), "spoken");
  type (fixture, "1234567");
  app_fixture_look (fixture, "spoken-typing");
  act (fixture, "win.back", NULL);
  ds_window_take_scan (DS_WINDOW (fixture->window), "https://weixin.example/qr");
  ds_test_wait_for_words (fixture->window, _ ("Scan again"));
  app_fixture_look (fixture, "scan-foreign");
  press (fixture, _ ("Scan again"));
  press_and_look (fixture, _ ("They have no code to show"), "result-no-proof");
  act (fixture, "win.show-tab", "problems");
  app_fixture_look (fixture, "problems");
  act_and_look (fixture, "win.open-stop", "S1", "stop-unknown");

  show_code (fixture, "S2");
  go_online (fixture, TRUE);
  app_fixture_look (fixture, "code-online");
  feed_payment (fixture, "S2", "paid", NULL);
  ds_test_wait_for_words (fixture->window, _ ("Paid"));
  app_fixture_look (fixture, "result-paid");
  go_online (fixture, FALSE);

  show_code (fixture, "S5");
  feed_payment (fixture, "S5", "declined", "insufficient balance");
  ds_test_wait_for_words (fixture->window, _ ("Not paid"));
  app_fixture_look (fixture, "result-failed");
  go_online (fixture, TRUE);
  act (fixture, "win.show-tab", "route");
  act_and_look (fixture, "win.collect", "S6", "collect-online");
  go_online (fixture, FALSE);
}

static void
test_scan (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  app_fixture_feed_operators (fixture);

  go_online (fixture, TRUE);
  act (fixture, "win.collect", "S2");
  press_and_look (fixture, _ ("Scan customer's code"), "scan-payer");
  ds_window_take_scan (DS_WINDOW (fixture->window), PAYER_CODE);
  ds_test_wait_for_words (fixture->window, _ ("The customer may have to confirm on their phone."));
  app_fixture_look (fixture, "result-waiting");
}

/* A limit is reached, and the depot is asked; then once more from the voucher that was refused. */
static void
test_override (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();
  g_autofree char *voucher = NULL;

  app_fixture_feed_operators (fixture);
  app_fixture_feed_limits (fixture, 10000, 100000);
  act_and_look (fixture, "win.collect", "S1", "collect-limit");
  press_and_look (fixture, _ ("Ask the depot"), "override");
  type (fixture, "00000000");
  press (fixture, _ ("Check digits"));
  ds_test_wait_for_words (fixture->window, _ ("Wrong digits"));
  app_fixture_look (fixture, "override-wrong");
  show_code (fixture, "S1");
  press (fixture, _ ("Scan receipt"));
  voucher = app_fixture_make_voucher (fixture, get_payment (fixture, "S1")->id, 28650);
  ds_window_take_scan (DS_WINDOW (fixture->window), voucher);
  ds_test_wait_for_words (fixture->window, _ ("Voucher not taken"));
  app_fixture_look (fixture, "scan-limit");
}

static void
test_cash (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  act (fixture, "win.collect", "S1");
  press_and_look (fixture, _ ("Cash"), "cash-exact");
  type (fixture, "300");
  app_fixture_look (fixture, "cash");
  {
    g_autofree char *take = g_strdup_printf (_ ("Take %s, give %s"), "¥300.00", "¥13.50");

    press (fixture, take);
  }
  ds_test_wait_for_words (fixture->window, _ ("Paid"));
  app_fixture_look (fixture, "result-cash");
  act (fixture, "win.show-tab", "route");
  act (fixture, "win.collect", "S4");
  press (fixture, _ ("Cash + code"));
  type (fixture, "500");
  app_fixture_look (fixture, "cash-part");
}

/* What takes a bank to come about, which the whole shift in tests/window has: a voucher, and no answer. */
static void
test_results (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  show_result (fixture, DS_PAYMENT_ACCEPTED, 28650, "result-accepted");
  show_result (fixture, DS_PAYMENT_UNKNOWN, 28650, "result-unknown");
  show_result (fixture, DS_PAYMENT_REJECTED, 28650, "result-rejected");
}

/* Practice: the guide takes a part of the height of every page. */

static void
test_practice (void)
{
  g_autoptr (AppFixture) fixture = app_fixture_new_for_practice ();
  const guint counts[] = { 4, 1 };

  app_fixture_look (fixture, "practice-open-shift");
  app_fixture_open_shift (fixture, 10000);
  act_and_look (fixture, "win.show-tab", "route", "practice-route");
  act_and_look (fixture, "win.open-stop", "S1", "practice-stop");
  press_and_look (fixture, _ ("Collect"), "practice-collect");
  press (fixture, _ ("Show code"));
  ds_test_wait_for_words (fixture->window, _ ("Collection code"));
  app_fixture_look (fixture, "practice-code");
  press_and_look (fixture, _ ("Scan receipt"), "practice-scan");
  act (fixture, "win.back", NULL);
  act (fixture, "win.back", NULL);
  press_and_look (fixture, _ ("Cash"), "practice-cash");
  act (fixture, "win.show-tab", "route");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *stop_id = g_strdup_printf ("S%u", i + 1);

      app_fixture_take_cash (fixture, stop_id, 8600 + 1000 * (gint64)i);
    }
  act_and_look (fixture, "win.show-tab", "shift", "practice-shift");
  act (fixture, "win.close-shift", NULL);
  press_and_look (fixture, _ ("Count the cash"), "practice-count");
  app_fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts));
  ds_navigator_push (DS_NAVIGATOR (ds_test_find_type (fixture->window, DS_TYPE_NAVIGATOR)),
                     DS_PAGE (ds_learnt_page_new (fixture->session)));
  app_fixture_look (fixture, "practice-learnt");
}

/* The evening */

static void
test_close (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();
  const guint counts[] = { 4, 1, 1, 0, 0, 1, 1 };

  app_fixture_take_cash (fixture, "S1", 28650);
  app_fixture_take_cash (fixture, "S2", 22800);
  app_fixture_leave_unknown (fixture, "S4", 128600);
  act_and_look (fixture, "win.show-tab", "shift", "shift");
  press_and_look (fixture, _ ("Cash"), "bucket");
  act (fixture, "win.back", NULL);
  act_and_look (fixture, "win.close-shift", NULL, "close-open-items");
  press_and_look (fixture, _ ("Count the cash"), "close-count");
  act (fixture, "win.show-tab", "shift");
  app_fixture_close_shift (fixture, counts, G_N_ELEMENTS (counts));
  app_fixture_look (fixture, "shift-closed");
  act_and_look (fixture, "win.close-shift", NULL, "close-sending");
  press_and_look (fixture, _ ("Seal code for the clerk"), "seal");
  act (fixture, "win.show-tab", "shift");
  app_fixture_feed_statement (fixture, 48650, 61250);
  act_and_look (fixture, "win.show-statement", NULL, "statement-balanced");
  app_fixture_feed_statement (fixture, 48650, 48450);
  app_fixture_look (fixture, "statement-difference");
  act (fixture, "win.show-tab", "shift");
  press_and_look (fixture, _ ("Earlier shifts"), "shifts");
}

/* A queue waits behind the customer: from the stop's page to the result it takes no more presses than this. */
static void
test_taps (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();
  guint before;

  app_fixture_feed_operators (fixture);
  act (fixture, "win.open-stop", "S2");
  before = ds_test_count_presses ();
  press (fixture, _ ("Collect"));
  press (fixture, _ ("Show code"));
  ds_test_wait_for_words (fixture->window, _ ("Collection code"));
  feed_payment (fixture, "S2", "paid", NULL);
  ds_test_wait_for_words (fixture->window, _ ("Paid"));
  g_assert_cmpuint (ds_test_count_presses () - before, <=, 3);

  act (fixture, "win.show-tab", "route");
  act (fixture, "win.open-stop", "S1");
  before = ds_test_count_presses ();
  press (fixture, _ ("Collect"));
  press (fixture, _ ("Cash"));
  {
    g_autofree char *take = g_strdup_printf (_ ("Take %s"), "¥286.50");

    press (fixture, take);
  }
  ds_test_wait_for_words (fixture->window, _ ("Paid"));
  g_assert_cmpuint (ds_test_count_presses () - before, <=, 3);

  go_online (fixture, TRUE);
  act (fixture, "win.show-tab", "route");
  act (fixture, "win.open-stop", "S5");
  before = ds_test_count_presses ();
  press (fixture, _ ("Collect"));
  press (fixture, _ ("Scan customer's code"));
  ds_window_take_scan (DS_WINDOW (fixture->window), PAYER_CODE);
  ds_test_wait_for_words (fixture->window, _ ("The customer may have to confirm on their phone."));
  feed_payment (fixture, "S5", "paid", NULL);
  ds_test_wait_for_words (fixture->window, _ ("Paid"));
  g_assert_cmpuint (ds_test_count_presses () - before, <=, 2);
}

/* The handheld itself */

static void
test_settings (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();

  act_and_look (fixture, "win.settings", NULL, "settings");
  act_and_look (fixture, "win.help", NULL, "help");
  act (fixture, "win.show-tab", "route");
  act (fixture, "win.self-check", NULL);
  ds_test_wait_for_words (fixture->window, _ ("Network and depot"));
  app_fixture_look (fixture, "self-check");
  act (fixture, "win.show-tab", "route");
  act_and_look (fixture, "win.test-scan", NULL, "scan-test");
  act (fixture, "win.show-tab", "route");
  act_and_look (fixture, "win.safety", NULL, "safety");
}

static void
test_frozen (void)
{
  g_autoptr (AppFixture) fixture = start_shift ();
  DsStore *store = ds_session_get_store (fixture->session);

  app_fixture_feed (
      fixture, "fork",
      json_pack ("{s:s, s:i}", "device", ds_store_get_identity (store)->device_id, "forks_at", 2));
  app_fixture_look (fixture, "frozen");
  press_and_look (fixture, _ ("Details"), "frozen-details");
}

int
main (int argc, char **argv)
{
  const char *translations = g_getenv ("DS_PICTURES_LOCALE");

  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!app_fixture_init ())
    return 77;
  if (translations != NULL && !is_chinese ())
    g_error ("There are no Chinese words in %s", translations);
  g_test_add_func ("/screens/start", test_start);
  g_test_add_func ("/screens/open-shift", test_open_shift);
  g_test_add_func ("/screens/lock", test_lock);
  g_test_add_func ("/screens/route", test_route);
  g_test_add_func ("/screens/digest", test_digest);
  g_test_add_func ("/screens/stop", test_stop);
  g_test_add_func ("/screens/extremes", test_extremes);
  g_test_add_func ("/screens/no-stops", test_no_stops);
  g_test_add_func ("/screens/code", test_code);
  g_test_add_func ("/screens/scan", test_scan);
  g_test_add_func ("/screens/override", test_override);
  g_test_add_func ("/screens/cash", test_cash);
  g_test_add_func ("/screens/results", test_results);
  g_test_add_func ("/screens/practice", test_practice);
  g_test_add_func ("/screens/close", test_close);
  g_test_add_func ("/screens/taps", test_taps);
  g_test_add_func ("/screens/settings", test_settings);
  g_test_add_func ("/screens/frozen", test_frozen);
  return g_test_run ();
}
