/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-code-guard.h"
#include "ds-decoder.h"
#include "ds-inspect.h"
#include "ds-json.h"
#include "ds-picture.h"

typedef struct
{
  gboolean json;
  gboolean time;
  char **paths;
} Options;

static void
options_clear (Options *options)
{
  g_strfreev (options->paths);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Returns: (transfer full): [{"text","symbology","kind"}]. */
static json_t *
describe_symbols (GPtrArray *symbols)
{
  json_t *list = json_array ();

  for (guint i = 0; i < symbols->len; i++)
    {
      const DsSymbol *symbol = g_ptr_array_index (symbols, i);
      DsCodeSighting sighting;

      ds_code_guard_look (symbol->text, &sighting);
      json_array_append_new (list, json_pack ("{s:s, s:s, s:s}", "text", symbol->text, "symbology",
                                              ds_symbology_to_name (symbol->symbology), "kind",
                                              ds_code_kind_to_name (sighting.kind)));
    }
  return list;
}

static void
print_symbols (const char *name, json_t *symbols, gint64 took_us, gboolean with_time)
{
  json_t *symbol;
  gsize i;

  if (with_time)
    ds_inspect_print ("%s: %zu symbols, %" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " ms\n", name,
                      json_array_size (symbols), took_us / 1000, took_us / 100 % 10);
  else if (json_array_size (symbols) == 0)
    ds_inspect_print ("%s: no code was found; take the picture nearer, sharper and with even light\n", name);
  json_array_foreach (symbols, i, symbol)
  {
    /* As JSON strings: whatever is in them, each stays on its line and moves no cursor. */
    g_autofree char *text = json_dumps (json_object_get (symbol, "text"), JSON_ENCODE_ANY);

    ds_inspect_print ("%s: %s %s %s\n", name, json_string_value (json_object_get (symbol, "symbology")),
                      json_string_value (json_object_get (symbol, "kind")), text);
  }
}

/* Returns: whether the file was a picture that can be read. */
static gboolean
inspect (const char *path, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &error);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (DsGrey) grey = bytes != NULL ? ds_picture_load (bytes, &error) : NULL;
  g_autoptr (GPtrArray) symbols = NULL;
  g_autoptr (json_t) report = NULL;
  gint64 started_us = g_get_monotonic_time ();
  gint64 took_us;

  if (grey == NULL)
    {
      ds_inspect_complain ("%s: %s", name, error->message);
      report = json_pack ("{s:s, s:s, s:[]}", "file", name, "error", error->message, "symbols");
    }
  else
    {
      symbols = ds_decode_grey (grey->pixels, grey->width, grey->height, grey->width);
      took_us = g_get_monotonic_time () - started_us;
      /* Reading the file is not counted: a camera's frames come without one. */
      report = json_pack ("{s:s, s:o, s:f}", "file", name, "symbols", describe_symbols (symbols), "ms",
                          (double)took_us / 1000);
      if (!options->json)
        print_symbols (name, json_object_get (report, "symbols"), took_us, options->time);
    }
  if (options->json)
    {
      g_autofree char *line = json_dumps (report, JSON_COMPACT | JSON_REAL_PRECISION (6));

      ds_inspect_print ("%s\n", line);
    }
  return grey != NULL;
}

DsInspectExit
ds_inspect_picture (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one JSON object a file", NULL },
    { "time", 0, 0, G_OPTION_ARG_NONE, &options.time, "Say how long reading took (JSON always does)", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.paths, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  DsInspectExit status = DS_INSPECT_GOOD;

  if (!ds_inspect_parse_options (&argc, &argv, entries, "FILE…",
                                 "Reads QR codes and Code 128 in PNG and JPEG files."))
    return DS_INSPECT_USAGE;
  if (options.paths == NULL)
    {
      ds_inspect_complain ("name one or more pictures");
      return DS_INSPECT_USAGE;
    }
  for (gsize i = 0; options.paths[i] != NULL; i++)
    if (!inspect (options.paths[i], &options))
      status = DS_INSPECT_BAD;
  return status;
}
