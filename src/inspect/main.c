/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-inspect.h"

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

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : "";

  setlocale (LC_ALL, "");
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
