/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-options.h"

#include "ds-error.h"

void
ds_depot_options_clear (DsDepotOptions *self)
{
  ds_serve_config_clear (&self->config);
  g_free (self->courier);
  g_free (self->name);
  g_free (self->address);
  g_free (self->picture);
  g_free (self->day);
  g_free (self->amount);
  g_free (self->reason);
  g_free (self->waybill);
  g_free (self->refund);
  ds_books_options_clear (&self->books);
  g_free (self->role);
  g_strfreev (self->arguments);
}

gboolean
ds_depot_options_parse (DsDepotOptions *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "practice", 0, 0, G_OPTION_ARG_NONE, &self->practice,
      "serve: with the sandbox, for practice: no handheld at work takes anything from it", NULL },
    { "courier", 0, 0, G_OPTION_ARG_STRING, &self->courier,
      "import, enrol, reset-pin: the courier's number; stop reassign: the new one", "ID" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &self->name,
      "enrol: the courier's name; clerk add, desk add: the clerk's; override: the clerk's, by default who is "
      "logged in",
      "NAME" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &self->role, "desk add: clerk, or auditor, who only looks", "ROLE" },
    { "address", 0, 0, G_OPTION_ARG_STRING, &self->address, "enrol: where handhelds reach the depot", "URL" },
    { "picture", 0, 0, G_OPTION_ARG_FILENAME, &self->picture, "enrol: save the code as PNG or SVG", "FILE" },
    { "day", 0, 0, G_OPTION_ARG_STRING, &self->day,
      "import: the route's day; reconcile, cut-off, payout, export: the books' day", "YYYY-MM-DD" },
    { "amount", 0, 0, G_OPTION_ARG_STRING, &self->amount,
      "refund: how much, by default what waits; stop reprice: the new price; deposit …", "YUAN" },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &self->reason, "refund, resolve, stop: why", "TEXT" },
    { "waybill", 0, 0, G_OPTION_ARG_STRING, &self->waybill, "stop reprice: which of its parcels", "WAYBILL" },
    { "id", 0, 0, G_OPTION_ARG_STRING, &self->refund,
      "refund, take-cash, make-good, move-till: its own id, so that a repeat is none", "UUID" },
    { "all", 0, 0, G_OPTION_ARG_NONE, &self->all, "cases, handovers, payouts: closed ones too", NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT, &self->seed, "import: for what samples lack", "N" },
    { "number", 0, 0, G_OPTION_ARG_INT, &self->number, "override: the request's number, 1 by default", "N" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &self->limit, "import: at most so many rows", "N" },
    { "forked", 0, 0, G_OPTION_ARG_NONE, &self->forked,
      "journal: the lines kept apart, of a second handheld with the same identity", NULL },
    { "handhelds", 0, 0, G_OPTION_ARG_INT, &self->handhelds, "bench: how many return at once", "N" },
    { "payments", 0, 0, G_OPTION_ARG_INT, &self->payments, "bench: how many each of them has taken", "N" },
    { "connections", 0, 0, G_OPTION_ARG_INT, &self->connections, "bench: how many are on the line at a time",
      "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->arguments, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (
      "serve | import FILE.csv | enrol | books | spoken PAYMENT | override STOP LIMITS YUAN | packet PAYMENT "
      "|"
      " cases | resolve CASE HOW | refund PAYMENT | stop HOW STOP | rescue FILE… | close-shift SHIFT |"
      " settle-entry ENTRY | journal DEVICE | devices | revoke DEVICE | allow DEVICE "
      "| reset-pin | desk HOW NUMBER | backup DIRECTORY | restore DIRECTORY | keys "
      "[rotate] | health | metrics | config | bench (--help-books: cash, days, exports)");

  ds_serve_config_init (&self->config);
  g_option_context_set_summary (context,
                                "The depot of Doorstep: routes out, journals in, settled to the fen.");
  ds_serve_config_add_options (&self->config, context);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, ds_books_options_make_group (&self->books));
  if (!g_option_context_parse (context, argc, argv, error)
      || !ds_serve_config_complete (&self->config, error))
    return FALSE;
  if (self->config.directory == NULL || self->arguments == NULL)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_INVALID,
        "Usage: doorstep-depot --dir DIR | --config FILE serve | import FILE.csv | enrol | books | spoken "
        "PAYMENT (see --help)");
  else if (self->handhelds < 1 || self->handhelds > 100000 || self->payments < 1 || self->payments > 400
           || self->connections < 1 || self->connections > 10000)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_INVALID,
        "Bench takes 1 to 100000 handhelds, 1 to 400 payments each, and 1 to 10000 connections");
  else if (self->limit < 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A limit is a number from 0");
  else
    return TRUE;
  return FALSE;
}
