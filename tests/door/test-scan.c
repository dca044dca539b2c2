/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "door-fixture.h"

#include "ds-entry.h"

#include <string.h>

#define PAYER_CODE "0100320229316139647"
#define OTHER_PAYER_CODE "0100320229316139654"

static DsAnswer *
scan_for_all (Fixture *fixture, const char *text)
{
  return fixture_scan_payer (fixture, "S1", "DS1 DS2", 28650, text);
}

static void
test_payer_code (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsAnswer) again = NULL;
  g_autoptr (DsAnswer) other = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  DsEntry *last;

  ds_door_set_online (fixture->door, TRUE);
  answer = scan_for_all (fixture, "0100 3202 2931 6139 647");
  fixture_assert_answer (answer, DS_ANSWER_SCANNED, NULL);
  g_assert_nonnull (strstr (answer->text, "¥286.50"));
  g_assert_cmpint (answer->payment->state, ==, DS_PAYMENT_SCANNED);
  g_assert_cmpint (answer->payment->tender, ==, DS_TENDER_SCAN);
  entries = fixture_load_journal (fixture);
  last = g_ptr_array_index (entries, entries->len - 1);
  g_assert_cmpstr (last->type, ==, "payment.scanned");
  g_assert_cmpstr (json_string_value (json_object_get (last->data, "payer_code")), ==, PAYER_CODE);
  g_assert_cmpint (json_integer_value (json_object_get (last->data, "expires_at_ms")), ==,
                   fixture_get_now_ms (fixture) + 60000);

  /* The camera sees it in the next frame, too. */
  again = scan_for_all (fixture, PAYER_CODE);
  fixture_assert_answer (again, DS_ANSWER_ALREADY, "already");
  g_assert_cmpstr (again->payment->id, ==, answer->payment->id);
  other = scan_for_all (fixture, OTHER_PAYER_CODE);
  fixture_assert_answer (other, DS_ANSWER_REFUSED, "uncertain");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.scanned"), ==, 1);
}

static void
test_payer_code_offline (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsAnswer) answer = scan_for_all (fixture, PAYER_CODE);

  fixture_assert_answer (answer, DS_ANSWER_REFUSED, "offline");
  g_assert_nonnull (strstr (answer->text, "receipt or voucher"));
  g_assert_nonnull (strstr (answer->text, "cash"));
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.scanned"), ==, 0);
}

static void
test_payer_code_refused (void)
{
  g_autoptr (Fixture) fixture = fixture_new_without_shift ();
  g_autoptr (DsAnswer) no_shift = NULL;
  g_autoptr (DsAnswer) nothing_chosen = NULL;
  g_autoptr (DsAnswer) unknown = NULL;
  g_autoptr (DsAnswer) too_much = NULL;
  g_autoptr (DsAnswer) strange = NULL;
  g_autoptr (DsAnswer) removed = NULL;
  g_autoptr (DsAnswer) covered = NULL;

  ds_door_set_online (fixture->door, TRUE);
  no_shift = scan_for_all (fixture, PAYER_CODE);
  fixture_assert_answer (no_shift, DS_ANSWER_REFUSED, "no-shift");
  fixture_open_shift (fixture, 0);
  nothing_chosen = fixture_scan (fixture, NULL, NULL, PAYER_CODE);
  fixture_assert_answer (nothing_chosen, DS_ANSWER_REFUSED, "no-collection");
  unknown = scan_for_all (fixture, "0199920229316139647");
  fixture_assert_answer (unknown, DS_ANSWER_REFUSED, "unknown-operator");
  g_assert_nonnull (strstr (unknown->text, "999"));
  too_much = fixture_scan_payer (fixture, "S1", "DS1", 19801, PAYER_CODE);
  fixture_assert_answer (too_much, DS_ANSWER_REFUSED, "too-much");
  strange = fixture_scan_payer (fixture, "S1", "DS4", 5000, PAYER_CODE);
  fixture_assert_answer (strange, DS_ANSWER_REFUSED, "unknown-parcel");
  fixture_feed (fixture, "stop.removed", json_pack ("{s:s, s:s}", "stop", "S2", "reason", "Cancelled"));
  removed = fixture_scan_payer (fixture, "S2", "DS4", 5000, PAYER_CODE);
  fixture_assert_answer (removed, DS_ANSWER_REFUSED, "removed");
  g_assert_true (fixture_take_cash (fixture, "S1", "DS1 DS2", 28650, 28650, FALSE, NULL, NULL));
  covered = scan_for_all (fixture, PAYER_CODE);
  fixture_assert_answer (covered, DS_ANSWER_REFUSED, "covered");
  g_assert_cmpuint (fixture_count_entries (fixture, "payment.scanned"), ==, 0);
}

/* The payer code replaces the code on the screen. */
static void
test_payer_code_instead_of_shown (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *shown_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (DsStop) stop = NULL;

  ds_door_set_online (fixture->door, TRUE);
  answer = scan_for_all (fixture, PAYER_CODE);
  fixture_assert_answer (answer, DS_ANSWER_SCANNED, NULL);
  stop = fixture_load_stop (fixture, "S1");
  g_assert_true (ds_stop_find_payment (stop, shown_id)->superseded);
}

static void
test_foreign_wallets (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  const struct
  {
    const char *text, *title;
  } wallets[] = { { "134567890123456789", "WeChat Pay" },
                  { "281234567890123456", "Alipay" },
                  { "6212345678901234567", "UnionPay" },
                  { "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MQ==", "bank card" } };

  ds_door_set_online (fixture->door, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (wallets); i++)
    {
      g_autoptr (DsAnswer) answer = scan_for_all (fixture, wallets[i].text);

      fixture_assert_answer (answer, DS_ANSWER_FOREIGN, "foreign-wallet");
      g_assert_nonnull (strstr (answer->title, wallets[i].title));
    }
}

/* One sentence for everything that is neither payment nor parcel. */
static void
test_others (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  const struct
  {
    const char *text, *reason;
  } others[] = {
    { "", "empty" },
    { "\001\002\003", "rubbish" },
    { "https://example.com/x", "web-link" },
    { "WIFI:T:WPA;S:home;P:secret;;", "wifi" },
    { "BEGIN:VCARD\nVERSION:3.0\nFN:Li\nEND:VCARD", "contact" },
    { "doorstep://enrol?address=https%3A%2F%2F127.0.0.1&pin=AAAA&code=1", "enrolment" },
    { "DSS1:abc", "seal" },
    { "wxp://f2f0abcdef", "foreign-link" },
    { "https://qr.alipay.com/fkx01234", "foreign-link" },
    { "SF1234567890123", "unknown-parcel" },
    { "今天天气很好，我们去公园走一走吧", "text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (DsAnswer) answer = scan_for_all (fixture, others[i].text);

      fixture_assert_answer (answer, DS_ANSWER_FOREIGN, others[i].reason);
      g_assert_null (answer->payment);
    }
}

static void
test_long_rubbish (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *text = g_strnfill (8 * 1024 * 1024, 'A');
  g_autoptr (DsAnswer) answer = scan_for_all (fixture, text);

  fixture_assert_answer (answer, DS_ANSWER_FOREIGN, "rubbish");
}

/* Somebody's collection code, and our own shown back to us. */
static void
test_collection_codes (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsPresentation) shown = fixture_present (fixture, "S1", "DS1 DS2", 28650, NULL);
  g_autoptr (DsAnswer) answer = scan_for_all (fixture, shown->text);

  g_autoptr (DsAnswer) foreign = scan_for_all (fixture, "000201");

  fixture_assert_answer (answer, DS_ANSWER_FOREIGN, "own");
  fixture_assert_answer (foreign, DS_ANSWER_FOREIGN, "collection");
}

static void
test_parcels (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsAnswer) here = fixture_scan (fixture, "S1", NULL, " DS2\n");
  g_autoptr (DsAnswer) on_route = fixture_scan (fixture, NULL, NULL, "DS4");
  g_autoptr (DsAnswer) elsewhere = fixture_scan (fixture, "S1", NULL, "DS4");
  g_autoptr (DsAnswer) dealt_with = NULL;
  g_autoptr (DsAnswer) removed = NULL;

  fixture_assert_answer (here, DS_ANSWER_PARCEL, NULL);
  g_assert_cmpstr (here->stop->id, ==, "S1");
  fixture_assert_answer (on_route, DS_ANSWER_PARCEL, NULL);
  g_assert_cmpstr (on_route->stop->id, ==, "S2");
  fixture_assert_answer (elsewhere, DS_ANSWER_PARCEL, "other-stop");
  g_assert_nonnull (strstr (elsewhere->text, "not for this door"));

  g_assert_true (fixture_set_outcome (fixture, "S1", "DS1", DS_OUTCOME_ABSENT, "Nobody home", NULL));
  dealt_with = fixture_scan (fixture, "S1", NULL, "DS1");
  fixture_assert_answer (dealt_with, DS_ANSWER_PARCEL, "dealt-with");
  fixture_feed (fixture, "stop.removed", json_pack ("{s:s, s:s}", "stop", "S2", "reason", "Cancelled"));
  removed = fixture_scan (fixture, NULL, NULL, "DS4");
  fixture_assert_answer (removed, DS_ANSWER_PARCEL, "removed");
}

/* A waybill that looks like a payer code is a parcel here, since the manifest knows it. */
static void
test_parcel_like_payer_code (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsAnswer) answer = NULL;

  fixture_feed (
      fixture, "stop",
      json_pack (
          "{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:n, s:I, s:I, s:I, s:I, s:[{s:s, s:I, s:b}], s:n, s:n}",
          "stop", "S3", "version", (json_int_t)1, "position", (json_int_t)3, "recipient", "Li", "phone", "",
          "address", "x", "place", "", "note", "lat_e6", (json_int_t)0, "lng_e6", (json_int_t)0,
          "window_from_ms", (json_int_t)0, "window_to_ms", (json_int_t)0, "parcels", "waybill",
          "134567890123456789", "due_fen", (json_int_t)100, "prepaid", 0, "prefetched", "spoken_secret"));
  answer = fixture_scan (fixture, NULL, NULL, "134567890123456789");
  fixture_assert_answer (answer, DS_ANSWER_PARCEL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/scan/payer-code", test_payer_code);
  g_test_add_func ("/door/scan/payer-code-offline", test_payer_code_offline);
  g_test_add_func ("/door/scan/payer-code-refused", test_payer_code_refused);
  g_test_add_func ("/door/scan/payer-code-instead", test_payer_code_instead_of_shown);
  g_test_add_func ("/door/scan/foreign-wallets", test_foreign_wallets);
  g_test_add_func ("/door/scan/others", test_others);
  g_test_add_func ("/door/scan/long-rubbish", test_long_rubbish);
  g_test_add_func ("/door/scan/collection-codes", test_collection_codes);
  g_test_add_func ("/door/scan/parcels", test_parcels);
  g_test_add_func ("/door/scan/parcel-like-payer-code", test_parcel_like_payer_code);
  return g_test_run ();
}
