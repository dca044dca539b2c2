/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a handheld is let in: enrolment, and the tokens with which it asks for everything else. */
#include "config.h"

#include "link-fixture.h"

#include "ds-error.h"

#include "wait.h"

#include <string.h>

static void
test_enrol (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsIdentity) first = link_fixture_ask_to_enrol (fixture, code, &error);
  g_autoptr (DsIdentity) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (first->device_id, ==, "device-1");
  g_assert_cmpstr (first->address, ==, code->address);
  g_assert_cmpstr (first->depot_name, ==, "Hangzhou 3");
  g_assert_cmpstr (first->courier_id, ==, "0317");
  g_assert_cmpstr (first->courier_name, ==, "王磊");
  g_assert_cmpmem (ds_key_get_public (first->depot_key), DS_SM2_PUBLIC_SIZE,
                   ds_key_get_public (fixture->depot->key), DS_SM2_PUBLIC_SIZE);
  g_assert_cmpstr (first->ca_pem, ==, ds_authority_get_ca_pem (fixture->depot->authority));
  g_assert_null (ds_store_get_identity (fixture->store)); /* nothing is kept before the courier agrees */

  again = link_fixture_ask_to_enrol (fixture, code, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->device_id, ==, first->device_id);
}

static void
test_enrol_refused (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  g_autoptr (GError) error = NULL;
  char *pin = code->pin;

  code->pin = (char *)"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  g_assert_null (link_fixture_ask_to_enrol (fixture, code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
  g_assert_cmpuint (fixture->depot->requests->len, ==, 0);
  code->pin = pin;

  g_clear_error (&error);
  g_free (code->code);
  code->code = g_strdup ("WRONG");
  g_assert_null (link_fixture_ask_to_enrol (fixture, code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
}

static void
test_enrol_bad_answers (LinkFixture *fixture, gconstpointer data)
{
  g_autoptr (DsEnrolCode) code = fake_depot_make_code (fixture->depot);
  const char *const bodies[] = { "{}", "[]", "{\"device\":\"\"}", "not JSON" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *reply = link_fixture_make_reply ("200 OK", "application/json", bodies[i]);

      fake_depot_set_fault (fixture->depot, "/v1/devices", FALSE, 1, reply);
      g_assert_null (link_fixture_ask_to_enrol (fixture, code, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_PROTOCOL);
    }
}

static void
test_token_expiry (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_forget_tokens (fixture->depot);
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 2);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==,
                    3); /* at the start, refused, and again */

  /* Ten minutes on, the token is known to have ended before the depot has to say so. */
  ds_manual_clock_advance_ms (fixture->clock, 600 * 1000);
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 3);
  g_assert_cmpuint (link_fixture_count_requests (fixture, PUSH), ==, 4);
}

/* A depot that gives tokens and takes none is not asked for ever. */
static void
test_token_never_good (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/journal", FALSE, 1000,
                        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (!ds_link_get_online (fixture->link));
  link_fixture_assert_offline (fixture, "refused");
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 2);
}

static void
test_token_refused (LinkFixture *fixture, gconstpointer data)
{
  g_autofree char *reply = link_fixture_make_reply (
      "403 Forbidden", "application/problem+json",
      "{\"type\":\"urn:doorstep:problem:unauthorised\",\"detail\":\"It was signed out.\"}");

  fake_depot_set_fault (fixture->depot, "/v1/tokens", FALSE, 1, reply);
  ds_link_start (fixture->link);
  WAIT_UNTIL (ds_link_get_problem (fixture->link) != NULL);
  link_fixture_assert_offline (fixture, "It was signed out.");
}

static void
test_clock_skew (LinkFixture *fixture, gconstpointer data)
{
  fixture->depot->clock_offset_ms = 3 * HOUR_MS;
  ds_link_start (fixture->link);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (link_fixture_count_requests (fixture, TOKEN), ==, 2);
  g_assert_cmpuint (fixture->depot->n_tokens, ==, 1);

  /* The acknowledgement told the time: the next token needs no detour. */
  fake_depot_forget_tokens (fixture->depot);
  link_fixture_append_jump (fixture);
  WAIT_UNTIL (link_fixture_count_unsent (fixture) == 0);
  g_assert_cmpuint (link_fixture_count_requests (fixture, TOKEN), ==, 3);
}

/* At the peak it is the tokens that are asked for first. */
static void
test_retry_after_token (LinkFixture *fixture, gconstpointer data)
{
  fake_depot_set_fault (fixture->depot, "/v1/tokens", FALSE, 1,
                        "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  ds_link_start (fixture->link);
  WAIT_UNTIL (ds_link_get_problem (fixture->link) != NULL);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  g_assert_false (link_fixture_is_busy (fixture));

  /* The two minutes are over; nothing but the network's return wakes it. */
  ds_manual_clock_advance_ms (fixture->clock, 120 * 1000);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  WAIT_UNTIL (fixture->n_caught_up == 1);
  g_assert_cmpuint (link_fixture_count_requests (fixture, TOKEN), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  link_test_add ("/link/enrol", NULL, set_up, test_enrol);
  link_test_add ("/link/enrol-refused", NULL, set_up, test_enrol_refused);
  link_test_add ("/link/enrol-bad-answers", NULL, set_up, test_enrol_bad_answers);
  link_test_add ("/link/token/expiry", NULL, set_up_synced, test_token_expiry);
  link_test_add ("/link/token/never-good", NULL, set_up_synced, test_token_never_good);
  link_test_add ("/link/token/refused", NULL, set_up_enrolled, test_token_refused);
  link_test_add ("/link/token/clock-skew", NULL, set_up_enrolled, test_clock_skew);
  link_test_add ("/link/retry-after-token", NULL, set_up_enrolled, test_retry_after_token);
  return g_test_run ();
}
