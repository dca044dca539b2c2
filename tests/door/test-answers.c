/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text gets one answer that says whose it is and ends with what to do next, whatever is under way. */
#include "config.h"

#include "door-fixture.h"

#include "ds-collection-code.h"

#include <string.h>

/* The last sentence while a code is on show, while a payer code is awaited, and with nothing under way. */
static const char *const steps[] = {
  "Show your code again, and scan the customer's receipt or voucher once they have paid.",
  "Ask for the payer code in the customer's digital RMB wallet, or take cash.",
  "To collect money, open the stop first.",
};

#define WALLET_STEP "Only digital RMB and cash are taken here. Ask for the digital RMB wallet's payer code."
#define WAYBILL_STEP "If it is on a parcel, put that aside and ask the depot."
#define EVIDENCE_STEP "Scan it again, or take cash."
#define STILL_STEP "Hold the code still in front of the camera and scan again."

/* @step: %NULL for the one that hangs on what is under way. @shows: what title and text must have in them. */
typedef struct
{
  const char *text;
  const char *reason;
  const char *shows;
  const char *step;
} Case;

static const Case cases[] = {
  { "", "empty", "Nothing read", STILL_STEP },
  { " \r\n\t ", "empty", "Nothing read", STILL_STEP },
  { "\001\002\003", "rubbish", "nothing readable", NULL },
  { "\xff\xfe\xfd", "rubbish", "nothing readable", NULL },
  { "a\xef\xbf\xbd"
    "b",
    "rubbish", "nothing readable", NULL },
  { "\x1b[2Jred", "rubbish", "nothing readable", NULL },
  { "{0} $HOME `x`", "text", "“{0} $HOME `x`”", NULL },
  { "<b>bold</b> & <i>x</i>", "text", "“<b>bold</b> & <i>x</i>”", NULL },
  { "今天天气很好，我们去公园走一走吧", "text", "今天天气很好", NULL },
  { "one\ntwo\tthree", "text", "“one two three”", NULL },
  { "\xe2\x80\xae"
    "gnirts",
    "text", "“gnirts”", NULL },
  { "\xe2\x81\xa6"
    "a\xe2\x80\x8b"
    "b\xe2\x81\xa9 c",
    "text", "“ab c”", NULL },
  { "مرحبا بالعالم", "text", "plain text", NULL },
  { "a text that goes on and on and never comes to an end", "text", "“a text that goes on and…”", NULL },
  { "https://example.com/x?y=1", "web-link", "It leads to example.com", NULL },
  { "HTTP://EXAMPLE.TEST", "web-link", "It leads to EXAMPLE.TEST", NULL },
  { "https://qr.alipay.com@evil.test/", "web-link", "It leads to evil.test", NULL },
  { "https://qr.alipay.com.evil.test/", "web-link", "qr.alipay.com.evil.test", NULL },
  { "https://", "web-link", "is not opened", NULL },
  { "https://[", "web-link", "is not opened", NULL },
  { "https://\xe2\x80\xaemoc.elpmaxe/", "web-link", "web link", NULL },
  { "WIFI:T:WPA;S:home;P:secret;;", "wifi", "Wi-Fi", NULL },
  { "wifi:S:x;;", "wifi", "Wi-Fi", NULL },
  { "BEGIN:VCARD\nVERSION:3.0\nFN:Li\nEND:VCARD", "contact", "contact card", NULL },
  { "MECARD:N:Li;;", "contact", "contact card", NULL },
  { "tel:+8613800000000", "phone", "phone number", NULL },
  { "SMSTO:10086:hello", "phone", "phone number", NULL },
  { "bitcoin:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "crypto", "cryptocurrency", NULL },
  { "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "crypto", "cryptocurrency", NULL },
  { "ethereum:0x52908400098527886E0F7030069857D2E4169EE7", "crypto", "cryptocurrency", NULL },
  { "0x52908400098527886E0F7030069857D2E4169EE7", "crypto", "cryptocurrency", NULL },
  { "doorstep://enrol?address=https%3A%2F%2F127.0.0.1&pin=AAAA&code=1", "enrolment", "enrolment code", NULL },
  { "doorstep://enrol?", "enrolment", "enrolment code", NULL },
  { "DSS1:abc", "seal", "shift seal", NULL },
  { "DSS1:", "seal", "shift seal", NULL },
  { "wxp://f2f0abcdef", "foreign-link", "WeChat Pay", NULL },
  { "https://payapp.wechatpay.cn/x", "foreign-link", "WeChat Pay", NULL },
  { "https://qr.alipay.com/fkx01234", "foreign-link", "Alipay", NULL },
  { "HTTPS://QR.ALIPAY.COM/FKX01234", "foreign-link", "Alipay", NULL },
  { "https://qr.95516.com/00010000/62", "foreign-link", "UnionPay", NULL },
  { "https://v.douyin.com/abc/", "foreign-link", "Douyin", NULL },
  { "snssdk1128://user/1", "foreign-link", "Douyin", NULL },
  { "https://i.meituan.com/pay?x=1", "foreign-link", "Meituan", NULL },
  { "https://qr.jdpay.com/x", "foreign-link", "JD Pay", NULL },
  { "134567890123456789", "foreign-wallet", "WeChat Pay", WALLET_STEP },
  { "1345 6789 0123 4567 89", "foreign-wallet", "WeChat Pay", WALLET_STEP },
  { "2856789012345678", "foreign-wallet", "Alipay", WALLET_STEP },
  { "6212345678901234567", "foreign-wallet", "UnionPay", WALLET_STEP },
  { "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MQ==", "foreign-wallet", "bank card", WALLET_STEP },
  { "hQVDUFYwMWETTwegAAAAAxAQUAhQcm9kdWN0MQ==", "foreign-wallet", "Visa", WALLET_STEP },
  { "hQVDUFYwMQ==", "foreign-wallet", "bank card", WALLET_STEP },
  { "00020101021126190015cn.example.test52044215530315654041.005802CN5902Li6002HZ63041234", "collection",
    "“Li”", NULL },
  { "00020101021126190015cn.example.test5802CN5904<b>x6002HZ64140002ZH0104张三快递63041234", "collection",
    "“张三快递”", NULL },
  { "000201", "collection", "receiving money", NULL },
  { "SBX1:ABC", "collection", "receiving money", NULL },
  { "SF1234567890123", "unknown-parcel", "not on this route", WAYBILL_STEP },
  { "JDVA00012345678-1-1", "unknown-parcel", "not on this route", WAYBILL_STEP },
  { "DS1:", "damaged", "Cannot be read", EVIDENCE_STEP },
  { "DS1:6BF5A0", "damaged", "Cannot be read", EVIDENCE_STEP },
};

static DsAnswer *
scan_in (Fixture *fixture, guint context, const char *payment_id, const char *text)
{
  switch (context)
    {
    case 0:
      return fixture_scan (fixture, "S1", payment_id, text);
    case 1:
      return fixture_scan_payer (fixture, "S1", "DS1 DS2", 28650, text);
    default:
      return fixture_scan (fixture, NULL, NULL, text);
    }
}

static void
assert_ends (DsAnswer *answer, guint context, const char *step)
{
  if (!g_str_has_suffix (answer->text, step != NULL ? step : steps[context]))
    g_error ("context %u: “%s” does not end with “%s”", context, answer->text, step ? step : steps[context]);
  /* Nothing from the code can break the line or turn it round. */
  for (const char *at = answer->text; *at != '\0'; at = g_utf8_next_char (at))
    g_assert_true (g_unichar_isprint (g_utf8_get_char (at))
                   && g_unichar_type (g_utf8_get_char (at)) != G_UNICODE_FORMAT);
  g_assert_cmpint (g_utf8_strlen (answer->text, -1), <, 240);
}

static void
test_answers (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *payment_id = fixture_show (fixture, "S1", "DS1 DS2", 28650);

  ds_door_set_online (fixture->door, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint context = 0; context < G_N_ELEMENTS (steps); context++)
      {
        g_autoptr (DsAnswer) answer = scan_in (fixture, context, payment_id, cases[i].text);
        gboolean damaged = g_str_equal (cases[i].reason, "damaged");

        fixture_assert_answer (answer, damaged ? DS_ANSWER_REFUSED : DS_ANSWER_FOREIGN, cases[i].reason);
        if (strstr (answer->title, cases[i].shows) == NULL && strstr (answer->text, cases[i].shows) == NULL)
          g_error ("“%s”: “%s” has no “%s”", answer->title, answer->text, cases[i].shows);
        assert_ends (answer, context, cases[i].step);
        g_assert_null (answer->payment);
      }
}

/* Up to what a symbol holds and far beyond. */
static void
test_long (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  const gsize lengths[] = { 3 * 1024, 4296, 4297, 1 << 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint context = 1; context < G_N_ELEMENTS (steps); context++)
      {
        g_autofree char *text = g_strnfill (lengths[i], 'x');
        g_autoptr (DsAnswer) answer = scan_in (fixture, context, NULL, text);

        fixture_assert_answer (answer, DS_ANSWER_FOREIGN, lengths[i] > 4296 ? "rubbish" : "text");
        assert_ends (answer, context, NULL);
      }
}

/* Our own codes, by whose stop and time they are. */
static void
test_own (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsPresentation) first = NULL;
  g_autoptr (DsAnswer) own = NULL;
  g_autoptr (DsAnswer) other = NULL;
  g_autoptr (DsAnswer) none = NULL;
  g_autoptr (DsAnswer) expired = NULL;

  first = fixture_present (fixture, "S1", "DS1 DS2", 28650, NULL);
  own = fixture_scan (fixture, "S1", first->payment_id, first->text);
  fixture_assert_answer (own, DS_ANSWER_FOREIGN, "own");
  assert_ends (own, 0, NULL);
  none = fixture_scan (fixture, NULL, NULL, first->text);
  fixture_assert_answer (none, DS_ANSWER_FOREIGN, "own");
  assert_ends (none, 2, NULL);
  other = fixture_scan_payer (fixture, "S2", "DS4", 5000, first->text);
  fixture_assert_answer (other, DS_ANSWER_FOREIGN, "own-other-stop");
  g_assert_cmpstr (other->stop->id, ==, "S1");
  assert_ends (other, 1, NULL);

  fixture_feed_stop (fixture, "S9", 5000,
                     json_pack ("{s:s, s:s, s:s, s:I, s:I}", "payment",
                                "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "code", "SBX1:CARRIED", "operator",
                                FIXTURE_OPERATOR, "amount_fen", (json_int_t)5000, "expires_at_ms",
                                (json_int_t)(fixture_get_now_ms (fixture) - 1000)));
  expired = fixture_scan (fixture, "S9", NULL, "SBX1:CARRIED");
  fixture_assert_answer (expired, DS_ANSWER_FOREIGN, "own-expired");
  assert_ends (expired, 2, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/door/answers/any", test_answers);
  g_test_add_func ("/door/answers/long", test_long);
  g_test_add_func ("/door/answers/own", test_own);
  return g_test_run ();
}
