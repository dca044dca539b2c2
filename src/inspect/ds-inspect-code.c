/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-explain.h"
#include "ds-inspect.h"
#include "ds-line-reader.h"
#include "ds-report.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

/* Longer than any code, so that a longer line is seen to be longer. */
#define LINE_MAX_BYTES 65536

typedef struct
{
  gboolean json;
  char *trust_path;
  char *key_hex;
  char *device_key_hex;
  char **texts;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->trust_path);
  g_free (options->key_hex);
  g_free (options->device_key_hex);
  g_strfreev (options->texts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Returns: (transfer full) (nullable): the list, or %NULL after saying why not. */
static DsTrustList *
read_trust (const char *path, const char *key_hex)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autofree char *jws = NULL;
  DsTrustList *trust;

  if (path == NULL || key_hex == NULL)
    {
      ds_inspect_complain ("--trust FILE and --key HEX go together: a list of operators and the depot's key");
      return NULL;
    }
  key = ds_inspect_read_key (key_hex);
  if (key == NULL)
    return NULL;
  if (!g_file_get_contents (path, &jws, NULL, &error))
    {
      ds_inspect_complain ("%s", error->message);
      return NULL;
    }
  trust = ds_trust_list_new_from_jws (g_strstrip (jws), key, &error);
  if (trust == NULL)
    ds_inspect_complain ("%s: %s", path, error->message);
  return trust;
}

/* Returns: whether the code is as it should be. */
static gboolean
inspect (const char *text, gsize n, const DsExplainKeys *keys, const Options *options)
{
  g_autoptr (json_t) report = ds_explain_code (text, MIN (n, LINE_MAX_BYTES), n, keys);
  g_autofree char *line = options->json ? ds_json_to_line (report) : ds_report_to_text (report);

  ds_inspect_print ("%s\n", line);
  return !ds_report_is_invalid (report);
}

static gboolean
inspect_lines (const DsExplainKeys *keys, const Options *options, DsInspectExit *status)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (DsLineReader) reader = ds_line_reader_new (stream, LINE_MAX_BYTES);
  g_autoptr (GError) error = NULL;
  const char *line;
  gsize n;

  while (ds_line_reader_next (reader, &line, &n, &error))
    if (!inspect (line, n, keys, options))
      *status = DS_INSPECT_BAD;
  if (error == NULL)
    return TRUE;
  ds_inspect_complain ("the codes could not be read: %s", error->message);
  return FALSE;
}

DsInspectExit
ds_inspect_code (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one JSON object a line", NULL },
    { "trust", 0, 0, G_OPTION_ARG_FILENAME, &options.trust_path,
      "Check signatures of receipts and vouchers by this signed list of operators", "FILE" },
    { "key", 0, 0, G_OPTION_ARG_STRING, &options.key_hex, "The key of the depot that signed the list",
      "HEX" },
    { "device-key", 0, 0, G_OPTION_ARG_STRING, &options.device_key_hex,
      "Check signatures of shift seals and customers' receipts by this handheld's key", "HEX" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.texts, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (DsTrustList) trust = NULL;
  g_autoptr (DsKey) device_key = NULL;
  DsExplainKeys keys;
  DsInspectExit status = DS_INSPECT_GOOD;

  if (!ds_inspect_parse_options (
          &argc, &argv, entries, "[CODE…]",
          "Says what each code is and whether it keeps its rules. Without CODE, takes one a "
          "line from the standard input.\n"
          "Exit status: 0 every code is valid or lenient, or there is nothing to judge by; 1 one of them is "
          "invalid; 2 the command was not understood. data/inspect-code.md explains the JSON."))
    return DS_INSPECT_USAGE;
  if (options.trust_path != NULL || options.key_hex != NULL)
    {
      trust = read_trust (options.trust_path, options.key_hex);
      if (trust == NULL)
        return DS_INSPECT_USAGE;
    }

  if (options.device_key_hex != NULL)
    {
      device_key = ds_inspect_read_key (options.device_key_hex);
      if (device_key == NULL)
        return DS_INSPECT_USAGE;
    }
  keys = (DsExplainKeys){ .trust = trust, .device_key = device_key };

  if (options.texts == NULL)
    return inspect_lines (&keys, &options, &status) ? status : DS_INSPECT_USAGE;
  for (gsize i = 0; options.texts[i] != NULL; i++)
    if (!inspect (options.texts[i], strlen (options.texts[i]), &keys, &options))
      status = DS_INSPECT_BAD;
  return status;
}
