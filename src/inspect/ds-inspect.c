/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-inspect.h"

#include "ds-encoding.h"

#include <stdio.h>

void
ds_inspect_complain (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "doorstep-inspect: %s\n", message);
}

void
ds_inspect_print (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
}

gboolean
ds_inspect_parse_options (int *argc,
                          char ***argv,
                          const GOptionEntry *entries,
                          const char *parameters,
                          const char *summary)
{
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  ds_inspect_complain ("%s; try “doorstep-inspect %s --help”", error->message, (*argv)[0]);
  return FALSE;
}

DsKey *
ds_inspect_read_key (const char *hex)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ds_hex_decode (hex, &error);
  DsKey *key = NULL;

  if (bytes != NULL)
    key = ds_key_new_from_public (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  if (key == NULL)
    ds_inspect_complain ("--key: %s; give a public key as 130 hexadecimal digits that begin with 04",
                         error->message);
  return key;
}
