/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-entry.h"
#include "ds-id.h"
#include "ds-random.h"
#include "run.h"

#include <string.h>

#define N_ENTRIES 5

/* A device's journal, its lines to be damaged. */
typedef struct
{
  DsKey *key;
  DsKey *other_key;
  DsClock *clock;
  DsRandom *random;
  char *lines[N_ENTRIES + 1];
} Fixture;

static DsEntry *
sign (Fixture *self, DsKey *key, const char *device, gint64 seq, const char *prev, const char *id)
{
  g_autofree char *hex = ds_key_get_public_hex (self->key);
  g_autoptr (json_t) data
      = seq == 1 ? json_pack ("{s:s, s:s, s:s}", "public_key", hex, "app_version", "0", "model", "m")
                 : json_pack ("{s:n, s:s}", "stop", "text", "a note");
  g_autofree char *fresh = ds_id_new (self->clock, self->random);
  g_autoptr (GError) error = NULL;
  DsEntry *entry = ds_entry_sign (key, device, seq, prev, id != NULL ? id : fresh, self->clock,
                                  seq == 1 ? "device.enrolled" : "note.added", data, &error);

  g_assert_no_error (error);
  return entry;
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autofree char *prev = g_strdup (DS_ENTRY_GENESIS);

  self->key = ds_key_generate (NULL);
  self->other_key = ds_key_generate (NULL);
  self->clock = DS_CLOCK (ds_manual_clock_new (1795343520000));
  self->random = ds_random_new_seeded (1);
  for (gint64 seq = 1; seq <= N_ENTRIES; seq++)
    {
      g_autoptr (DsEntry) entry = sign (self, self->key, "device-1", seq, prev, NULL);

      g_free (prev);
      prev = g_strdup (entry->hash);
      self->lines[seq - 1] = g_strdup (entry->line);
    }
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  ds_key_unref (self->key);
  ds_key_unref (self->other_key);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  for (gsize i = 0; i < N_ENTRIES; i++)
    g_free (self->lines[i]);
}

/* Inspects the lines as a file and compares what it says with what it should. */
static void
assert_result (const char *const *lines, const char *key, int status, gint64 bad_line, const char *word)
{
  g_autofree char *joined = g_strjoinv ("\n", (char **)lines);
  g_autofree char *path = run_write_file (joined, -1);
  g_auto (Run) json = { 0 };
  g_auto (Run) words = { 0 };
  g_autoptr (json_t) report = NULL;

  if (key != NULL)
    run_inspect (&json, NULL, -1, (const char *[]){ "journal", "--json", "--key", key, path, NULL });
  else
    run_inspect (&json, NULL, -1, (const char *[]){ "journal", "--json", path, NULL });
  g_assert_cmpint (json.status, ==, status);
  report = run_get_line (&json, 0);
  g_assert_cmpint (json_is_true (json_object_get (report, "good")), ==, status == 0);
  g_assert_cmpint (json_integer_value (json_object_get (report, "bad_line")), ==, bad_line);
  if (word != NULL)
    g_assert_nonnull (strstr (json_string_value (json_object_get (report, "problem")), word));

  run_inspect (&words, NULL, -1, (const char *[]){ "journal", path, NULL });
  if (key == NULL)
    g_assert_cmpint (words.status, ==, status);
  run_remove_file (path);
}

static void
test_good (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *key = ds_key_get_public_hex (fixture->key);
  g_autofree char *other = ds_key_get_public_hex (fixture->other_key);
  const char *tail[N_ENTRIES + 2] = { 0 };

  assert_result ((const char *const *)fixture->lines, NULL, 0, 0, NULL);
  assert_result ((const char *const *)fixture->lines, key, 0, 0, NULL);
  assert_result ((const char *const *)fixture->lines, other, 1, 1, "--key");

  /* An end of line after the last entry changes nothing. */
  memcpy (tail, fixture->lines, sizeof fixture->lines);
  tail[N_ENTRIES] = "";
  assert_result (tail, NULL, 0, 0, NULL);
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  const char *lines[N_ENTRIES + 1];
  g_autofree char *altered = g_strdup (fixture->lines[2]);
  g_autofree char *cut = g_strndup (fixture->lines[4], strlen (fixture->lines[4]) / 2);
  g_autofree char *endless = g_strnfill (DS_ENTRY_MAX_BYTES + 1, 'a');

  memcpy (lines, fixture->lines, sizeof lines);
  lines[1] = fixture->lines[2];
  lines[2] = fixture->lines[1];
  assert_result (lines, NULL, 1, 2, "where entry 2 should stand");

  memcpy (lines, fixture->lines, sizeof lines);
  memmove (lines + 2, lines + 3, 3 * sizeof *lines);
  assert_result (lines, NULL, 1, 3, "where entry 3 should stand");

  memcpy (lines, fixture->lines, sizeof lines);
  lines[4] = cut;
  assert_result (lines, NULL, 1, 5, "no journal entry");
  lines[4] = endless;
  assert_result (lines, NULL, 1, 5, "longer");

  /* The last character of the signature that carries whole bits. */
  memcpy (lines, fixture->lines, sizeof lines);
  altered[strlen (altered) - 3] = altered[strlen (altered) - 3] == 'A' ? 'B' : 'A';
  lines[2] = altered;
  assert_result (lines, NULL, 1, 3, "signature");

  lines[0] = NULL;
  assert_result (lines, NULL, 1, 1, "empty");
}

/* Entries that are signed and numbered well, and still do not belong. */
static void
test_forged (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (DsEntry) second = ds_entry_parse (fixture->lines[1], -1, NULL);
  g_autoptr (DsEntry) first = ds_entry_parse (fixture->lines[0], -1, NULL);
  g_autoptr (DsEntry) elsewhere = sign (fixture, fixture->key, "device-1", 3, first->hash, NULL);
  g_autoptr (DsEntry) device = sign (fixture, fixture->key, "device-2", 3, second->hash, NULL);
  g_autoptr (DsEntry) key = sign (fixture, fixture->other_key, "device-1", 3, second->hash, NULL);
  g_autoptr (DsEntry) id = sign (fixture, fixture->key, "device-1", 3, second->hash, second->id);
  const struct
  {
    const DsEntry *third;
    const char *word;
  } cases[] = {
    { elsewhere, "does not follow" }, { device, "device-2" }, { key, "signature" }, { id, "used before" }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *lines[] = { fixture->lines[0], fixture->lines[1], cases[i].third->line, NULL };

      assert_result (lines, NULL, 1, 3, cases[i].word);
    }
}

/* A part of a journal does not say the key. */
static void
test_no_key (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *key = ds_key_get_public_hex (fixture->key);

  assert_result ((const char *const *)fixture->lines + 1, NULL, 1, 1, "--key");
  assert_result ((const char *const *)fixture->lines + 1, key, 1, 1, "where entry 1 should stand");
}

static void
test_usage (void)
{
  g_auto (Run) none = { 0 };
  g_auto (Run) nowhere = { 0 };
  g_auto (Run) key = { 0 };

  run_inspect (&none, NULL, -1, (const char *[]){ "journal", NULL });
  g_assert_cmpint (none.status, ==, 2);
  run_inspect (&nowhere, NULL, -1, (const char *[]){ "journal", "/nowhere/at/all", NULL });
  g_assert_cmpint (nowhere.status, ==, 2);
  run_inspect (&key, NULL, -1, (const char *[]){ "journal", "--key", "04ff", "/dev/null", NULL });
  g_assert_cmpint (key.status, ==, 2);
  g_assert_nonnull (strstr (key.complaint, "--key"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/inspect-journal/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/inspect-journal/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/inspect-journal/forged", Fixture, NULL, set_up, test_forged, tear_down);
  g_test_add ("/inspect-journal/no-key", Fixture, NULL, set_up, test_no_key, tear_down);
  g_test_add_func ("/inspect-journal/usage", test_usage);
  return g_test_run ();
}
