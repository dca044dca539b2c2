/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-qr.h"
#include "ds-sandbox-code.h"
#include "ds-sandbox-payer-code.h"
#include "ds-sandbox-request.h"

#include <string.h>

static char *
sign (DsKey *key, const char *payee_name, gint64 amount_fen, GError **error)
{
  const DsSandboxCode draft = {
    .operator_id = (char *)"003",
    .payment_id = (char *)"01935000-0000-7000-8000-000000000001",
    .amount_fen = amount_fen,
    .payee_id = (char *)"DEPOT1",
    .payee_name = (char *)payee_name,
    .expires_at_ms = G_GINT64_CONSTANT (1795312800000),
  };

  return ds_sandbox_code_sign (key, &draft, error);
}

static void
test_code (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autoptr (DsKey) other = ds_key_generate (&error);
  g_autofree char *text = sign (key, "青鸟速递 · 望湖网点", 28650, &error);
  g_autoptr (DsSandboxCode) code = NULL;
  g_autoptr (DsQr) qr = NULL;

  g_assert_no_error (error);
  g_assert_true (ds_sandbox_code_text_is_code (text));
  code = ds_sandbox_code_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->operator_id, ==, "003");
  g_assert_cmpstr (code->payment_id, ==, "01935000-0000-7000-8000-000000000001");
  g_assert_cmpint (code->amount_fen, ==, 28650);
  g_assert_cmpstr (code->payee_id, ==, "DEPOT1");
  g_assert_cmpstr (code->payee_name, ==, "青鸟速递 · 望湖网点");
  g_assert_cmpint (code->expires_at_ms, ==, G_GINT64_CONSTANT (1795312800000));
  g_assert_true (ds_sandbox_code_verify (code, key));
  g_assert_false (ds_sandbox_code_verify (code, other));

  /* Small enough for a customer's camera. */
  qr = ds_qr_new (text, DS_QR_LEVEL_M, &error);
  g_assert_cmpuint (ds_qr_get_version (qr), <=, 9);
}

static void
test_code_bounds (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  /* 21 characters of 3 bytes: the last one does not fit in 60. */
  g_autofree char *text = sign (key, "一二三四五六七八九十一二三四五六七八九十一", 1, &error);
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (code->payee_name, ==, "一二三四五六七八九十一二三四五六七八九十");
  g_assert_null (sign (key, "", 1, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (sign (key, "x", 0, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

/* Found by fuzzing: two codes with one meaning, one of them with more behind a NUL in the payee's id. */
static void
test_code_nul (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autofree char *good = sign (key, "N", 1, &error);
  g_autoptr (DsSandboxCode) code = ds_sandbox_code_parse (good, &error);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (code->bytes, &n);
  g_autofree guint8 *changed = g_memdup2 (bytes, n);
  gsize payee = 0;
  g_autofree char *base45 = NULL;
  g_autofree char *text = NULL;
  g_autoptr (DsSandboxCode) refused = NULL;

  while (memcmp (changed + payee, "DEPOT1", 6) != 0)
    payee++;
  changed[payee + 3] = '\0';
  base45 = ds_base45_encode (changed, n);
  text = g_strconcat ("SBX1:", base45, NULL);
  refused = ds_sandbox_code_parse (text, &error);
  g_assert_null (refused);
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

/* No byte of a code can be changed, and none can be left out. */
static void
test_code_changes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autofree char *text = sign (key, "青鸟速递", 28650, &error);
  g_autoptr (GBytes) bytes = ds_base45_decode (text + 5, -1, &error);
  gsize n = g_bytes_get_size (bytes);

  g_assert_no_error (error);
  for (gsize at = 0; at < n; at++)
    {
      g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), n);
      g_autofree char *base45 = NULL;
      g_autofree char *changed_text = NULL;
      g_autofree char *base45_cut = ds_base45_encode (changed, at);
      g_autofree char *cut_text = g_strconcat ("SBX1:", base45_cut, NULL);
      g_autoptr (DsSandboxCode) code = NULL;

      changed[at] ^= 0x10;
      base45 = ds_base45_encode (changed, n);
      changed_text = g_strconcat ("SBX1:", base45, NULL);
      code = ds_sandbox_code_parse (changed_text, NULL);
      g_assert_true (code == NULL || !ds_sandbox_code_verify (code, key));
      g_assert_null (ds_sandbox_code_parse (cut_text, NULL));
    }
}

static void
test_payer_code (void)
{
  guint8 secret[DS_SANDBOX_SECRET_SIZE] = { 1, 2, 3 };
  guint8 other[DS_SANDBOX_SECRET_SIZE] = { 1, 2, 4 };
  gint64 now_ms = G_GINT64_CONSTANT (1795312800000);
  g_autofree char *code = ds_sandbox_payer_code_make ("003", 42, secret, now_ms);
  g_autofree char *same_minute = ds_sandbox_payer_code_make ("003", 42, secret, now_ms + 59999);
  g_autofree char *next_minute = ds_sandbox_payer_code_make ("003", 42, secret, now_ms + 60000);
  g_autofree char *other_secret = ds_sandbox_payer_code_make ("003", 42, other, now_ms);
  DsSandboxPayerCode parts;

  g_assert_cmpuint (strlen (code), ==, 19);
  g_assert_cmpstr (code, ==, same_minute);
  g_assert_cmpstr (code, !=, next_minute);
  g_assert_cmpstr (code, !=, other_secret);

  g_assert_true (ds_sandbox_payer_code_parse (code, &parts));
  g_assert_cmpstr (parts.operator_id, ==, "003");
  g_assert_cmpuint (parts.number, ==, 42);
  g_assert_cmpuint (parts.one_time, ==, ds_sandbox_one_time_code (secret, now_ms / DS_SANDBOX_STEP_MS));
  g_assert_false (ds_sandbox_payer_code_parse ("0100300004212345", &parts));
  g_assert_false (ds_sandbox_payer_code_parse ("135790246813579024", &parts));
}

static void
test_request (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autoptr (DsKey) other = ds_key_generate (&error);
  g_autoptr (json_t) body = json_pack ("{s:s, s:i}", "wallet", "0011", "at_ms", 5);
  g_autoptr (json_t) reordered = json_object ();

  g_assert_true (ds_sandbox_request_sign (key, "POST /a", body, &error));
  g_assert_true (ds_sandbox_request_verify (key, "POST /a", body));
  g_assert_false (ds_sandbox_request_verify (key, "POST /b", body));
  g_assert_false (ds_sandbox_request_verify (other, "POST /a", body));

  json_object_set (reordered, "signature", json_object_get (body, "signature"));
  json_object_set (reordered, "at_ms", json_object_get (body, "at_ms"));
  json_object_set (reordered, "wallet", json_object_get (body, "wallet"));
  g_assert_true (ds_sandbox_request_verify (key, "POST /a", reordered));
  json_object_set_new (body, "at_ms", json_integer (6));
  g_assert_false (ds_sandbox_request_verify (key, "POST /a", body));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/code", test_code);
  g_test_add_func ("/sandbox/code-bounds", test_code_bounds);
  g_test_add_func ("/sandbox/code-nul", test_code_nul);
  g_test_add_func ("/sandbox/code-changes", test_code_changes);
  g_test_add_func ("/sandbox/payer-code", test_payer_code);
  g_test_add_func ("/sandbox/request", test_request);
  return g_test_run ();
}
