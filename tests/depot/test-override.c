/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permissions at the depot: what clerks may give, and what becomes of those that a handheld used. */
#include "config.h"

#include "depot-fixture.h"

#include "ds-error.h"
#include "ds-jws.h"
#include "ds-spoken-proof.h"

#include <string.h>

#define ROUTE                                                                                                \
  "waybill,recipient,phone,address,place,window,due,prepaid,note\n"                                          \
  "W1,Li Hua,17012340126,1 Lake Road,Lake,09:00-11:00,20,no,\n"
#define CAP_FEN 5000
#define AMOUNT_FEN 2000

typedef struct
{
  DepotFixture base;
  char *stop_id;
  char *secret;
  char *shift_id;
} Fixture;

/* The company's own settings, with a cap. */
static void
write_settings (DepotFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->directory, "settings.json", NULL);
  g_autoptr (json_t) settings = json_load_file (path, 0, NULL);
  json_t *limits = json_object_get (settings, "limits");

  g_assert_nonnull (limits);
  json_object_set_new (limits, "override_fen", json_integer (CAP_FEN));
  g_assert_cmpint (json_dump_file (settings, path, 0), ==, 0);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (json_t) report = NULL;
  g_autoptr (json_t) item = NULL;
  g_autofree char *refused = NULL;

  depot_fixture_set_up (&self->base, data);
  write_settings (&self->base);
  depot_fixture_restart (&self->base);
  depot_fixture_enrol (&self->base);
  report = depot_fixture_import (&self->base, ROUTE, NULL);
  g_assert_nonnull (report);
  item = depot_fixture_find_item (&self->base, "stop", NULL);
  self->stop_id = g_strdup (json_string_value (json_object_get (item, "stop")));
  self->secret = g_strdup (json_string_value (json_object_get (item, "spoken_secret")));
  self->shift_id = depot_fixture_make_id (&self->base);
  depot_fixture_append (&self->base, "shift.opened", "{s:s, s:s, s:s, s:I}", "shift", self->shift_id,
                        "courier", "0317", "accounting_date", "2026-03-02", "float_fen", (json_int_t)0);
  refused = depot_fixture_push (&self->base);
  g_assert_null (refused);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_free (self->stop_id);
  g_free (self->secret);
  g_free (self->shift_id);
  depot_fixture_tear_down (&self->base, data);
}

/* Returns: (transfer full): the digits as typed, or %NULL with the error's code in @code. */
static char *
give (Fixture *self, const char *stop, const char *limits, gint64 amount_fen, gint64 number, int *code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) given
      = ds_depot_override (self->base.depot, stop, limits, amount_fen, number, "Clerk Zhou", &error);
  char digits[DS_SPOKEN_PROOF_SIZE];

  if (code != NULL)
    *code = error != NULL ? error->code : -1;
  if (given == NULL)
    return NULL;
  g_assert_true (ds_spoken_proof_read (json_string_value (json_object_get (given, "digits")), digits));
  return g_strdup (digits);
}

/* Returns: (transfer full): why the entry was refused, or %NULL. */
static char *
push_used (Fixture *self, const char *limits, gint64 amount_fen, gint64 number, const char *digits)
{
  depot_fixture_append (&self->base, "limit.overridden", "{s:s, s:s, s:I, s:s, s:I, s:s}", "stop",
                        self->stop_id, "shift", self->shift_id, "number", (json_int_t)number, "limits",
                        limits, "amount_fen", (json_int_t)amount_fen, "digits", digits);
  return depot_fixture_push (&self->base);
}

static void
assert_taken (Fixture *self, const char *limits, gint64 amount_fen, gint64 number, const char *digits)
{
  g_autofree char *refused = push_used (self, limits, amount_fen, number, digits);

  g_assert_cmpstr (refused, ==, NULL);
}

/* Returns: (transfer full): the details of the open cases about permissions, one a line. */
static char *
list_cases (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) cases = ds_depot_list_cases (self->base.depot, FALSE, &error);
  g_autoptr (GString) details = g_string_new (NULL);
  json_t *each;
  gsize i;

  g_assert_no_error (error);
  json_array_foreach (cases, i, each)
  {
    if (g_str_equal (json_string_value (json_object_get (each, "kind")), "override"))
      g_string_append_printf (details, "%s\n", json_string_value (json_object_get (each, "detail")));
  }
  return g_string_free (g_steal_pointer (&details), FALSE);
}

static void
assert_case (Fixture *self, const char *words)
{
  g_autofree char *details = list_cases (self);

  if (words == NULL)
    g_assert_cmpstr (details, ==, "");
  else
    g_assert_nonnull (strstr (details, words));
}

/* Closes the shift. Returns: (transfer full): what its statement says of permissions. */
static json_t *
close_and_read (Fixture *self)
{
  g_autoptr (json_t) item = NULL;
  g_autofree char *refused = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) statement = NULL;

  depot_fixture_append (&self->base, "shift.closed", "{s:s, s:I}", "shift", self->shift_id,
                        "cash_counted_fen", (json_int_t)0);
  refused = depot_fixture_push (&self->base);
  g_assert_null (refused);
  item = depot_fixture_find_item (&self->base, "statement", self->shift_id);
  g_assert_true (ds_jws_verify (ds_depot_get_key (self->base.depot),
                                json_string_value (json_object_get (item, "jws")), -1, NULL, &payload, NULL));
  statement = json_loadb (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), 0, NULL);
  g_assert_nonnull (statement);
  return json_incref (json_object_get (statement, "overrides"));
}

/* The clerk's digits are the handheld's own, by whichever name the stop is called, and the statement says who gave them. */
static void
test_given (Fixture *self, gconstpointer data)
{
  g_autofree char *digits = give (self, "W1", "3", AMOUNT_FEN, 1, NULL);
  g_autofree char *again = give (self, self->stop_id, "sum", AMOUNT_FEN, 1, NULL);
  g_autoptr (json_t) overrides = NULL;
  char expected[DS_SPOKEN_PROOF_SIZE];

  g_assert_true (
      ds_spoken_override_derive (self->secret, self->stop_id, "sum", AMOUNT_FEN, 1, expected, NULL));
  g_assert_cmpstr (digits, ==, expected);
  g_assert_cmpstr (again, ==, digits);
  assert_taken (self, "sum", AMOUNT_FEN, 1, digits);
  assert_case (self, NULL);
  overrides = close_and_read (self);
  g_assert_cmpuint (json_array_size (overrides), ==, 1);
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (overrides, 0), "clerk")), ==,
                   "Clerk Zhou");
  g_assert_cmpint (json_integer_value (json_object_get (json_array_get (overrides, 0), "amount_fen")), ==,
                   AMOUNT_FEN);
}

static void
test_not_given (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *stop, *limits;
    gint64 amount_fen, number;
    DsError code;
  } cases[] = {
    { "W9", "sum", AMOUNT_FEN, 1, DS_ERROR_NOT_FOUND },
    { "W1", "cash", AMOUNT_FEN, 1, DS_ERROR_INVALID },
    { "W1", "", AMOUNT_FEN, 1, DS_ERROR_INVALID },
    { "W1", "6", AMOUNT_FEN, 1, DS_ERROR_INVALID },
    { "W1", "sum", 0, 1, DS_ERROR_INVALID },
    { "W1", "sum", -1, 1, DS_ERROR_INVALID },
    { "W1", "sum", AMOUNT_FEN, 0, DS_ERROR_INVALID },
    { "W1", "sum", CAP_FEN + 1, 1, DS_ERROR_REFUSED },
  };
  int code;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (
          give (self, cases[i].stop, cases[i].limits, cases[i].amount_fen, cases[i].number, &code));
      g_assert_cmpint (code, ==, cases[i].code);
    }
}

/* Right digits that nobody gave: whoever has the handheld can work them out. What was handed over stays handed over, and a
 * person looks at it. */
static void
test_made_up (Fixture *self, gconstpointer data)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  g_autoptr (json_t) overrides = NULL;

  ds_spoken_override_derive (self->secret, self->stop_id, "count", AMOUNT_FEN, 1, digits, NULL);
  assert_taken (self, "count", AMOUNT_FEN, 1, digits);
  assert_case (self, "no clerk gave");
  overrides = close_and_read (self);
  g_assert_true (json_is_null (json_object_get (json_array_get (overrides, 0), "clerk")));
}

/* Given for less, used for more: the same as made up. */
static void
test_other_amount (Fixture *self, gconstpointer data)
{
  g_autofree char *given = give (self, "W1", "sum", AMOUNT_FEN, 1, NULL);
  char digits[DS_SPOKEN_PROOF_SIZE];

  ds_spoken_override_derive (self->secret, self->stop_id, "sum", AMOUNT_FEN + 1, 1, digits, NULL);
  assert_taken (self, "sum", AMOUNT_FEN + 1, 1, digits);
  assert_case (self, "no clerk gave");
}

static void
test_wrong_digits (Fixture *self, gconstpointer data)
{
  g_autofree char *refused = push_used (self, "sum", AMOUNT_FEN, 1, "12345678");
  g_autoptr (json_t) overrides = NULL;

  g_assert_nonnull (refused);
  assert_case (self, "none of this depot's");
  overrides = close_and_read (self);
  g_assert_null (overrides);
}

static void
test_bad_entries (Fixture *self, gconstpointer data)
{
  g_autofree char *no_limit = push_used (self, "", AMOUNT_FEN, 1, "12345678");
  g_autofree char *no_amount = push_used (self, "sum", 0, 1, "12345678");
  g_autofree char *no_number = push_used (self, "sum", AMOUNT_FEN, 0, "12345678");

  g_assert_nonnull (no_limit);
  g_assert_nonnull (no_amount);
  g_assert_nonnull (no_number);
  assert_case (self, NULL);
}

/* The same permission a second time, as by a second handheld of the courier; and more than the cap in one shift. */
static void
test_twice_and_too_much (Fixture *self, gconstpointer data)
{
  g_autofree char *first = give (self, "W1", "sum", CAP_FEN - 1, 1, NULL);
  g_autofree char *second = give (self, "W1", "sum", 2, 2, NULL);
  g_autofree char *details = NULL;

  assert_taken (self, "sum", CAP_FEN - 1, 1, first);
  assert_case (self, NULL);
  assert_taken (self, "sum", 2, 2, second);
  assert_case (self, "More was permitted");
  assert_taken (self, "sum", 2, 2, second);
  assert_case (self, "second handheld");
}

/* The depot that was killed has what it had said. */
static void
test_restart (Fixture *self, gconstpointer data)
{
  g_autofree char *digits = give (self, "W1", "age", AMOUNT_FEN, 1, NULL);

  depot_fixture_restart (&self->base);
  depot_fixture_renew_token (&self->base);
  assert_taken (self, "age", AMOUNT_FEN, 1, digits);
  assert_case (self, NULL);
}

/* A wrong try is on record and does nothing. */
static void
test_misspoken (Fixture *self, gconstpointer data)
{
  g_autofree char *refused = NULL;

  depot_fixture_append (&self->base, "limit.misspoken", "{s:s, s:s, s:I}", "stop", self->stop_id, "shift",
                        self->shift_id, "number", (json_int_t)1);
  refused = depot_fixture_push (&self->base);
  g_assert_null (refused);
  assert_case (self, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/depot/override/given", test_given);
  ADD ("/depot/override/not-given", test_not_given);
  ADD ("/depot/override/made-up", test_made_up);
  ADD ("/depot/override/other-amount", test_other_amount);
  ADD ("/depot/override/wrong-digits", test_wrong_digits);
  ADD ("/depot/override/bad-entries", test_bad_entries);
  ADD ("/depot/override/twice-and-too-much", test_twice_and_too_much);
  ADD ("/depot/override/restart", test_restart);
  ADD ("/depot/override/misspoken", test_misspoken);
#undef ADD
  return g_test_run ();
}
