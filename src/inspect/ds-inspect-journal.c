/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-encoding.h"
#include "ds-entry.h"
#include "ds-inspect.h"
#include "ds-line-reader.h"

#include <string.h>

/* What has been verified so far. */
typedef struct
{
  DsKey *key;
  gboolean key_was_given;
  char *device_id;
  char *head;
  gint64 n_entries;
  GHashTable *ids;
} Journal;

static void
journal_clear (Journal *journal)
{
  g_clear_pointer (&journal->key, ds_key_unref);
  g_free (journal->device_id);
  g_free (journal->head);
  g_clear_pointer (&journal->ids, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Journal, journal_clear)

/* The first entry of every journal says the device's key. It proves no more than that the journal is of one piece:
 * whose it is, only a key from the depot's records can say. */
static gboolean
take_key (Journal *journal, const DsEntry *entry, char **problem)
{
  const char *hex = json_string_value (json_object_get (entry->data, "public_key"));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *given = NULL;

  if (strcmp (entry->type, "device.enrolled") != 0 || hex == NULL)
    {
      if (journal->key == NULL)
        *problem = g_strdup ("it does not say the device’s key; give it with --key");
      return journal->key != NULL;
    }
  if (journal->key != NULL)
    {
      given = ds_key_get_public_hex (journal->key);
      if (g_ascii_strcasecmp (given, hex) != 0)
        *problem = g_strdup ("the device’s key is not the one given with --key");
      return *problem == NULL;
    }

  bytes = ds_hex_decode (hex, NULL);
  if (bytes != NULL)
    journal->key = ds_key_new_from_public (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  if (journal->key == NULL)
    *problem = g_strdup ("the device’s key is not a key");
  return journal->key != NULL;
}

/* Returns: whether @entry follows on what came before; if not, @problem says why. */
static gboolean
follow (Journal *journal, DsEntry *entry, char **problem)
{
  if (journal->n_entries == 0)
    {
      if (!take_key (journal, entry, problem))
        return FALSE;
      journal->device_id = g_strdup (entry->device_id);
      journal->head = g_strdup (DS_ENTRY_GENESIS);
    }

  if (entry->seq != journal->n_entries + 1)
    *problem
        = g_strdup_printf ("it is entry %" G_GINT64_FORMAT " where entry %" G_GINT64_FORMAT " should stand",
                           entry->seq, journal->n_entries + 1);
  else if (strcmp (entry->prev, journal->head) != 0)
    *problem = g_strdup ("it does not follow on the line before: one of them was altered or exchanged");
  else if (strcmp (entry->device_id, journal->device_id) != 0)
    *problem
        = g_strdup_printf ("it is of device %s, the others are of %s", entry->device_id, journal->device_id);
  else if (!ds_entry_verify (entry, journal->key))
    *problem = g_strdup ("its signature is not the device’s");
  else if (!g_hash_table_add (journal->ids, g_strdup (entry->id)))
    *problem = g_strdup_printf ("its id %s was used before", entry->id);
  if (*problem != NULL)
    return FALSE;

  g_free (journal->head);
  journal->head = g_strdup (entry->hash);
  journal->n_entries++;
  return TRUE;
}

/* Reads until the end or the first bad line. Returns: (nullable) (transfer full): what is wrong in that line. */
static char *
verify (Journal *journal, DsLineReader *reader, GError **error)
{
  const char *line;
  gsize n;

  while (ds_line_reader_next (reader, &line, &n, error))
    {
      g_autoptr (GError) form = NULL;
      g_autoptr (DsEntry) entry = NULL;
      char *problem = NULL;

      if (n > DS_ENTRY_MAX_BYTES)
        return g_strdup_printf ("it is longer than %d bytes", DS_ENTRY_MAX_BYTES);
      entry = ds_entry_parse (line, (gssize)n, &form);
      if (entry == NULL)
        return g_strdup_printf ("it is no journal entry: %s", form->message);
      if (!follow (journal, entry, &problem))
        return problem;
    }
  return NULL;
}

static void
print_result (const Journal *journal, const char *problem, gboolean json)
{
  gint64 bad_line = journal->n_entries + 1;

  if (json)
    {
      g_autoptr (json_t) report = json_pack (
          "{s:b, s:I, s:s?, s:s?, s:b}", "good", problem == NULL, "entries", (json_int_t)journal->n_entries,
          "device", journal->device_id, "head", journal->head, "key_was_given", journal->key_was_given);
      g_autofree char *line = NULL;

      if (problem != NULL)
        json_object_update_new (
            report, json_pack ("{s:I, s:s}", "bad_line", (json_int_t)bad_line, "problem", problem));
      line = ds_json_to_line (report);
      ds_inspect_print ("%s\n", line);
    }
  else if (problem != NULL)
    ds_inspect_print ("Line %" G_GINT64_FORMAT " is bad: %s.\nThe %" G_GINT64_FORMAT
                      " entries before it are good; do not rely "
                      "on any after. Ask the depot for its own copy.\n",
                      bad_line, problem, journal->n_entries);
  else
    ds_inspect_print ("All %" G_GINT64_FORMAT
                      " entries of device %s are good: numbers, chain and signatures.\nHead: %s\n%s",
                      journal->n_entries, journal->device_id, journal->head,
                      journal->key_was_given
                          ? ""
                          : "The key was taken from the journal itself. Compare it with the depot’s record, "
                            "or give that with --key.\n");
}

DsInspectExit
ds_inspect_journal (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *key_hex = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
    { "key", 0, 0, G_OPTION_ARG_STRING, &key_hex, "The device’s public key", "HEX" },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (Journal) journal = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (DsLineReader) reader = NULL;
  g_autofree char *problem = NULL;

  if (!ds_inspect_parse_options (
          &argc, &argv, entries, "FILE",
          "Verifies a journal, one entry a line: numbers without gaps, the chain of hashes, "
          "every signature. Without --key the key is taken from its first entry."))
    return DS_INSPECT_USAGE;
  if (argc != 2)
    {
      ds_inspect_complain ("name one journal");
      return DS_INSPECT_USAGE;
    }
  if (key_hex != NULL && (journal.key = ds_inspect_read_key (key_hex)) == NULL)
    return DS_INSPECT_USAGE;
  journal.key_was_given = journal.key != NULL;
  journal.ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  file = g_file_new_for_commandline_arg (argv[1]);
  stream = g_file_read (file, NULL, &error);
  if (stream != NULL)
    {
      reader = ds_line_reader_new (G_INPUT_STREAM (stream), DS_ENTRY_MAX_BYTES);
      problem = verify (&journal, reader, &error);
    }
  if (error != NULL)
    {
      ds_inspect_complain ("%s", error->message);
      return DS_INSPECT_USAGE;
    }
  if (problem == NULL && journal.n_entries == 0)
    problem = g_strdup ("the journal is empty");
  print_result (&journal, problem, json);
  return problem == NULL ? DS_INSPECT_GOOD : DS_INSPECT_BAD;
}
