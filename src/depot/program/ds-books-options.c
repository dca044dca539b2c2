/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-books-options.h"

#include "ds-error.h"
#include "ds-json.h"

#include <stdio.h>
#include <string.h>

static const char description[]
    = "clerk add CLERK --name NAME, clerk revoke CLERK --reason TEXT, clerks\n"
      "handovers [--all]\n"
      "take-cash SHIFT --clerk CLERK --count 100x3,50x1 [--reason TEXT, to count again]\n"
      "make-good SHIFT --clerk CLERK --amount YUAN --reason TEXT\n"
      "move-till FROM TO --amount YUAN --reason TEXT\n"
      "deposit BAG --clerk CLERK --amount YUAN, confirm-deposit BAG … --reference TEXT, deposits\n"
      "custody [--verify] [--output FILE]\n"
      "reconcile --day DAY [--operator ID], reconcile FILE [--day DAY], daily-file OPERATOR --day DAY,\n"
      "daily-files, in-transit, suspense, cut-off --day DAY, cut-offs\n"
      "morning [--day DAY]: reconcile and cut-off of all days until yesterday; status 1: a day could not be\n"
      "closed, 2: all are, and there are new cases\n"
      "payout OPERATOR --day DAY --amount YUAN [--fee YUAN] --reference TEXT [--reason TEXT, to correct "
      "it],\n"
      "collection OPERATOR …, payouts [--all]\n"
      "export shift-csv SHIFT | shift-pdf SHIFT | day-csv --day DAY | camt ACCOUNT --day DAY";

void
ds_books_options_clear (DsBooksOptions *self)
{
  g_free (self->clerk);
  g_free (self->count);
  g_free (self->reference);
  g_free (self->fee);
  g_free (self->operator_id);
  g_free (self->language);
  g_free (self->output);
}

GOptionGroup *
ds_books_options_make_group (DsBooksOptions *self)
{
  const GOptionEntry entries[] = {
    { "clerk", 0, 0, G_OPTION_ARG_STRING, &self->clerk, "who does it and signs", "CLERK" },
    { "count", 0, 0, G_OPTION_ARG_STRING, &self->count, "take-cash: yuan and how many of it",
      "100x3,50x1,0.5x2" },
    { "reference", 0, 0, G_OPTION_ARG_STRING, &self->reference,
      "confirm-deposit, payout, collection: the bank's number", "TEXT" },
    { "fee", 0, 0, G_OPTION_ARG_STRING, &self->fee, "payout: what the operator kept back of it", "YUAN" },
    { "operator", 0, 0, G_OPTION_ARG_STRING, &self->operator_id, "reconcile: with one of them alone", "ID" },
    { "language", 0, 0, G_OPTION_ARG_STRING, &self->language, "export: zh or en", "NAME" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &self->output, "export, custody, daily-file: where to", "FILE" },
    { "verify", 0, 0, G_OPTION_ARG_NONE, &self->verify, "custody: say of each step whether it holds", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionGroup *group = g_option_group_new ("books", description, "Cash, days and exports", NULL, NULL);

  g_option_group_add_entries (group, entries);
  return group;
}

/* The language of papers is the user's, unless one is asked for. */
static const char *
choose_language (const DsBooksOptions *self)
{
  return self->language != NULL ? self->language : g_get_language_names ()[0];
}

static void
set_option (json_t *request, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_new (request, name, json_string (value));
}

gboolean
ds_books_options_complete (const DsBooksOptions *self,
                           char **arguments,
                           json_t *request,
                           GBytes **attachment,
                           GError **error)
{
  json_t *rest = json_array ();
  const char *command = json_string_value (json_object_get (request, "command"));
  char *text;
  gsize n;

  *attachment = NULL;
  json_object_set_new (request, "arguments", rest);
  set_option (request, "clerk", self->clerk);
  set_option (request, "count", self->count);
  set_option (request, "reference", self->reference);
  set_option (request, "fee", self->fee);
  set_option (request, "operator", self->operator_id);
  set_option (request, "language", choose_language (self));
  json_object_set_new (request, "verify", json_boolean (self->verify));
  /* The process that serves may not see the file. */
  if (g_strcmp0 (command, "reconcile") == 0 && *arguments != NULL)
    {
      if (!g_file_get_contents (*arguments++, &text, &n, error))
        return FALSE;
      *attachment = g_bytes_new_take (text, n);
    }
  for (; *arguments != NULL; arguments++)
    json_array_append_new (rest, json_string (*arguments));
  return TRUE;
}

static gboolean
write_file (const DsBooksOptions *self, const char *base64, GError **error)
{
  gsize n;
  g_autofree guchar *bytes = g_base64_decode (base64, &n);

  if (self->output != NULL)
    return g_file_set_contents_full (self->output, (const char *)bytes, (gssize)n,
                                     G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
  if (fwrite (bytes, 1, n, stdout) == n && fflush (stdout) == 0)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_STORAGE, "The file cannot be written");
  return FALSE;
}

static void
print_line (json_t *object)
{
  g_autofree char *line = ds_json_to_line (object);

  printf ("%s\n", line);
}

gboolean
ds_books_options_show (const DsBooksOptions *self, json_t *answer, GError **error)
{
  const char *base64 = json_string_value (json_object_get (answer, "base64"));
  json_t *item;
  gsize i;

  if (base64 != NULL)
    return write_file (self, base64, error);
  json_array_foreach (answer, i, item) print_line (item);
  if (!json_is_array (answer))
    print_line (answer);
  fflush (stdout);
  if (!json_is_false (json_object_get (answer, "holds")))
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The chain of custody does not hold");
  return FALSE;
}
