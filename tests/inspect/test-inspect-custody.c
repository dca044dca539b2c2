/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-clock.h"
#include "ds-custody-chain.h"
#include "ds-entry.h"
#include "ds-jws.h"
#include "run.h"

#include <string.h>

#define SHIFT "017f22e2-79b0-7cc3-98c4-dc0c0c073991"
#define DEVICE "017f22e2-79b0-7cc3-98c4-dc0c0c073990"
#define AT_MS G_GINT64_CONSTANT (1795343520000)

typedef struct
{
  DsKey *depot;
  DsKey *clerk;
  DsKey *courier;
  char *hex;
  DsEntry *closed; /* the courier's count */
  char *count;
  char *deposit;
} Fixture;

static char *
sign_step (DsKey *key, gint64 seq, const char *prev, const char *kind, gint64 at_ms, json_t *data)
{
  g_autoptr (json_t) own = data;

  g_assert_nonnull (own);
  return ds_custody_step_sign (key,
                               &(DsCustodyStep){ .seq = seq,
                                                 .prev = prev,
                                                 .id = "017f22e2-79b0-7cc3-98c4-dc0c0c073992",
                                                 .at_ms = at_ms,
                                                 .kind = kind,
                                                 .clerk_id = "07",
                                                 .key_id = "clerk:07:1",
                                                 .data = own },
                               NULL);
}

/* @courier_fen: what the step says that the courier signed */
static char *
sign_count (Fixture *self, gint64 courier_fen, gint64 counted_fen)
{
  return sign_step (self->clerk, 1, DS_CUSTODY_GENESIS, "shift-count", AT_MS,
                    json_pack ("{s:s, s:s, s:[{s:i, s:i}], s:I, s:I, s:s, s:I, s:i, s:I}", "shift", SHIFT,
                               "courier", "0317", "denominations", "denomination_fen", 10000, "count", 2,
                               "counted_fen", (json_int_t)counted_fen, "courier_fen", (json_int_t)courier_fen,
                               "courier_entry", self->closed->hash, "expected_fen", (json_int_t)20000,
                               "float_fen", 20000, "difference_fen", (json_int_t)(counted_fen - 20000)));
}

static char *
sign_deposit (DsKey *key, const char *before, gint64 at_ms)
{
  g_autofree char *hash = ds_sm3_hex (before, strlen (before));

  return sign_step (key, 2, hash, "deposit", at_ms,
                    json_pack ("{s:s, s:i}", "bag", "A-1", "amount_fen", 5000));
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (DsManualClock) clock = ds_manual_clock_new (AT_MS);
  g_autoptr (json_t) data = json_pack ("{s:s, s:i}", "shift", SHIFT, "cash_counted_fen", 20000);

  self->depot = ds_key_generate (NULL);
  self->clerk = ds_key_generate (NULL);
  self->courier = ds_key_generate (NULL);
  self->hex = ds_key_get_public_hex (self->depot);
  self->closed
      = ds_entry_sign (self->courier, DEVICE, 1, DS_ENTRY_GENESIS, "017f22e2-79b0-7cc3-98c4-dc0c0c073993",
                       DS_CLOCK (clock), "shift.closed", data, NULL);
  self->count = sign_count (self, 20000, 20000);
  self->deposit = sign_deposit (self->clerk, self->count, AT_MS);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ds_key_unref (self->depot);
  ds_key_unref (self->clerk);
  ds_key_unref (self->courier);
  ds_entry_free (self->closed);
  g_free (self->hex);
  g_free (self->count);
  g_free (self->deposit);
}

/* Returns: (transfer full): the depot's word for who has which key, and for the end. */
static char *
certify (Fixture *self, guint n_steps, const char *last, gint64 revoked_at_ms)
{
  g_autofree char *clerk = ds_key_get_public_hex (self->clerk);
  g_autofree char *courier = ds_key_get_public_hex (self->courier);
  g_autofree char *head = ds_sm3_hex (last, strlen (last));
  g_autoptr (json_t) payload = json_pack (
      "{s:i, s:s, s:[{s:s, s:s, s:s, s:s, s:I, s:I}], s:[{s:s, s:s, s:s}]}", "steps", (int)n_steps, "head",
      head, "clerks", "key", "clerk:07:1", "clerk", "07", "name", "王会计", "public_key", clerk, "made_at_ms",
      (json_int_t)(AT_MS - 1000), "revoked_at_ms", (json_int_t)revoked_at_ms, "devices", "device", DEVICE,
      "courier", "0317", "public_key", courier);
  g_autofree char *line = ds_json_to_line (payload);

  return ds_jws_sign (self->depot, "depot", line, strlen (line), NULL);
}

static void
inspect (Fixture *self, const char *const *lines, gboolean json, Run *run)
{
  g_autofree char *contents = g_strjoinv ("\n", (char **)lines);
  g_autofree char *path = run_write_file (contents, -1);

  run_inspect (run, NULL, -1,
               (const char *[]){ "custody", "--key", self->hex, path, json ? "--json" : NULL, NULL });
  run_remove_file (path);
}

static void
test_good (Fixture *self, gconstpointer unused)
{
  g_autofree char *certificate = certify (self, 2, self->deposit, 0);
  const char *const lines[] = { certificate, self->closed->line, self->count, self->deposit, NULL };
  g_auto (Run) run = { 0 };
  g_auto (Run) objects = { 0 };
  g_autoptr (json_t) step = NULL;

  inspect (self, lines, FALSE, &run);
  g_assert_cmpint (run.status, ==, 0);
  g_assert_nonnull (strstr (run.output, "signed by clerk 07 王会计"));
  g_assert_nonnull (strstr (run.output, "by the courier's handheld"));
  g_assert_nonnull (strstr (run.output, "bag A-1"));
  inspect (self, lines, TRUE, &objects);
  step = run_get_line (&objects, 0);
  g_assert_true (json_is_true (json_object_get (step, "holds")));
  g_assert_true (json_is_true (json_object_get (step, "courier_signed")));
}

/* @words: what the inspector says of it */
static void
assert_bad (Fixture *self, const char *const *lines, const char *words)
{
  g_auto (Run) run = { 0 };

  inspect (self, lines, FALSE, &run);
  g_assert_cmpint (run.status, ==, 1);
  if (strstr (run.output, words) == NULL && strstr (run.complaint, words) == NULL)
    g_error ("It does not say “%s”: %s%s", words, run.output, run.complaint);
}

static void
test_bad (Fixture *self, gconstpointer unused)
{
  g_autofree char *certificate = certify (self, 2, self->deposit, 0);
  g_autofree char *revoked = certify (self, 2, self->deposit, AT_MS - 1);
  g_autofree char *lying = sign_count (self, 19000, 20000);
  g_autofree char *after_lie = sign_deposit (self->clerk, lying, AT_MS);
  g_autofree char *of_lie = certify (self, 2, after_lie, 0);
  g_autofree char *wrong_sum = sign_count (self, 20000, 21000);
  g_autofree char *after_sum = sign_deposit (self->clerk, wrong_sum, AT_MS);
  g_autofree char *of_sum = certify (self, 2, after_sum, 0);
  g_autofree char *strange = sign_deposit (self->courier, self->count, AT_MS);
  g_autofree char *of_strange = certify (self, 2, strange, 0);
  g_autofree char *elsewhere = sign_deposit (self->clerk, "something else", AT_MS);
  g_autofree char *of_elsewhere = certify (self, 2, elsewhere, 0);

  assert_bad (self, (const char *const[]){ certificate, self->closed->line, self->count, NULL },
              "does not end where the depot says");
  assert_bad (self, (const char *const[]){ certificate, self->count, self->deposit, NULL },
              "does not stand before it");
  assert_bad (self, (const char *const[]){ certificate, self->closed->line, self->deposit, NULL },
              "a step is missing");
  assert_bad (self, (const char *const[]){ revoked, self->closed->line, self->count, self->deposit, NULL },
              "not in force");
  assert_bad (self, (const char *const[]){ of_lie, self->closed->line, lying, after_lie, NULL },
              "the courier signed another count");
  assert_bad (self, (const char *const[]){ of_sum, self->closed->line, wrong_sum, after_sum, NULL },
              "do not add up");
  assert_bad (self, (const char *const[]){ of_strange, self->closed->line, self->count, strange, NULL },
              "signature is not the clerk's");
  assert_bad (self, (const char *const[]){ of_elsewhere, self->closed->line, self->count, elsewhere, NULL },
              "does not follow");
  assert_bad (self, (const char *const[]){ self->count, self->deposit, NULL }, "certificate");
  assert_bad (self, (const char *const[]){ certificate, "rubbish", NULL }, "Line 2");
}

static void
test_usage (Fixture *self, gconstpointer unused)
{
  g_auto (Run) no_key = { 0 };
  g_auto (Run) no_file = { 0 };

  run_inspect (&no_key, NULL, -1, (const char *[]){ "custody", "file", NULL });
  g_assert_cmpint (no_key.status, ==, 2);
  run_inspect (&no_file, NULL, -1, (const char *[]){ "custody", "--key", self->hex, "/nowhere", NULL });
  g_assert_cmpint (no_file.status, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/inspect/custody/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/inspect/custody/bad", Fixture, NULL, set_up, test_bad, tear_down);
  g_test_add ("/inspect/custody/usage", Fixture, NULL, set_up, test_usage, tear_down);

  return g_test_run ();
}
