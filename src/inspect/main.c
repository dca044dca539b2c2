/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-inspect.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct
{
  const char *name;
  DsInspectExit (*run) (int argc, char **argv);
  const char *summary;
} commands[] = {
  { "code", ds_inspect_code, "say what a code's text is, and whether it keeps its rules" },
  { "picture", ds_inspect_picture, "read the codes in pictures" },
  { "journal", ds_inspect_journal, "verify a journal: every signature, the chain, the numbers" },
  { "statement", ds_inspect_statement, "verify a depot's statement and print it" },
  { "custody", ds_inspect_custody, "verify who counted and signed for cash" },
  { "packet", ds_inspect_packet, "verify a dispute packet and tell the payment's story" },
};

static void
print_usage (FILE *to)
{
  fputs ("Usage: doorstep-inspect COMMAND [OPTION…] …\n\n", to);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (to, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fputs ("\n“doorstep-inspect COMMAND --help” says more.\n"
         "Exit status: 0 all is well, 1 something inspected is wrong, 2 the command was not understood.\n",
         to);
}

static gboolean
is_for_programs (int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--json") == 0)
      return TRUE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : "";

  setlocale (LC_ALL, "");
  /* What is for programs stays in English: without a domain nothing is translated. */
  if (!is_for_programs (argc, argv))
    {
      bindtextdomain (DS_GETTEXT_PACKAGE, DS_LOCALE_DIR);
      bind_textdomain_codeset (DS_GETTEXT_PACKAGE, "UTF-8");
      textdomain (DS_GETTEXT_PACKAGE);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      {
        DsInspectExit status = commands[i].run (argc - 1, argv + 1);

        /* A full disk behind the output is noticed only now. */
        if (fflush (stdout) != 0 || ferror (stdout))
          {
            ds_inspect_complain ("the answer could not be written; free some space and try again");
            return DS_INSPECT_USAGE;
          }
        return (int)status;
      }

  if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0)
    {
      print_usage (stdout);
      return DS_INSPECT_GOOD;
    }
  if (strcmp (name, "--version") == 0)
    {
      puts ("doorstep-inspect " DS_VERSION);
      return DS_INSPECT_GOOD;
    }
  if (*name != '\0')
    ds_inspect_complain ("there is no command “%s”", name);
  print_usage (stderr);
  return DS_INSPECT_USAGE;
}
