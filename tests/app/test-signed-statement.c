/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"
#include "ds-jws.h"
#include "ds-signed-statement.h"

#include <string.h>

#define GOOD                                                                                                 \
  "{\"statement\":\"T1\",\"version\":2,\"shift\":\"SH1\",\"courier\":\"C\",\"device\":\"D\","                \
  "\"accounting_date\":\"2026-03-12\",\"at_ms\":1773314520000,\"lines\":["                                   \
  "{\"payment\":\"P1\",\"stop\":\"S1\",\"tender\":\"cash\",\"state\":\"paid\",\"device_fen\":100,"           \
  "\"operator_fen\":null,\"verdict\":\"matched\"},"                                                          \
  "{\"payment\":null,\"stop\":null,\"tender\":\"code\",\"state\":\"paid\",\"device_fen\":0,"                 \
  "\"operator_fen\":700,\"verdict\":\"extra\"}],"                                                            \
  "\"digital\":{\"device_fen\":1,\"operator_fen\":2,\"count\":1},"                                           \
  "\"vouchers\":{\"device_fen\":3,\"operator_fen\":4,\"count\":0,\"rejected_fen\":0},"                       \
  "\"cash\":{\"expected_fen\":300,\"counted_fen\":290,\"float_fen\":200},"                                   \
  "\"difference_fen\":-5,\"balanced\":false,\"books_sum_fen\":0}"

static char *
sign (DsKey *key, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *jws = ds_jws_sign (key, "depot", text, strlen (text), &error);

  g_assert_no_error (error);
  return jws;
}

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autofree char *jws = sign (key, GOOD);
  g_autoptr (DsSignedStatement) statement = ds_signed_statement_read (jws, key, "SH1", &error);
  const DsStatementLine *line;

  g_assert_no_error (error);
  g_assert_cmpint (statement->version, ==, 2);
  g_assert_cmpuint (statement->lines->len, ==, 2);
  g_assert_cmpuint (statement->n_matched, ==, 1);
  g_assert_cmpint (statement->digital_operator_fen, ==, 2);
  g_assert_cmpint (statement->voucher_device_fen, ==, 3);
  g_assert_cmpint (statement->cash_counted_fen, ==, 290);
  g_assert_cmpint (statement->difference_fen, ==, -5);
  g_assert_false (statement->balanced);

  line = g_ptr_array_index (statement->lines, 0);
  g_assert_cmpint (line->operator_fen, ==, -1);
  line = g_ptr_array_index (statement->lines, 1);
  g_assert_null (line->payment_id);
  g_assert_cmpint (line->operator_fen, ==, 700);
}

static void
test_refuse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_generate (&error);
  g_autoptr (DsKey) other = ds_key_generate (&error);
  g_autofree char *good = sign (key, GOOD);
  g_autofree char *forged = sign (other, GOOD);
  g_autofree char *cut = sign (key, "{\"shift\":\"SH1\"}");
  g_autofree char *changed = g_strdup (good);

  g_assert_null (ds_signed_statement_read (forged, key, "SH1", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  g_clear_error (&error);

  /* One letter of what was signed. */
  changed[strlen (changed) / 2] ^= 1;
  g_assert_null (ds_signed_statement_read (changed, key, "SH1", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  g_assert_null (ds_signed_statement_read (good, key, "SH2", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (ds_signed_statement_read (cut, key, "SH1", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/signed-statement/read", test_read);
  g_test_add_func ("/signed-statement/refuse", test_refuse);
  return g_test_run ();
}
