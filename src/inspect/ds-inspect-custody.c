/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-custody-chain.h"
#include "ds-day.h"
#include "ds-inspect.h"
#include "ds-money.h"

static const char *
get_text (json_t *object, const char *member)
{
  const char *text = json_string_value (json_object_get (object, member));

  return text != NULL ? text : "";
}

static void
add_money (GString *words, const char *name, json_t *data, const char *member)
{
  json_t *amount = json_object_get (data, member);
  char text[DS_MONEY_TEXT_SIZE];

  if (json_is_integer (amount))
    g_string_append_printf (words, ", %s %s", name,
                            ds_money_format_grouped (json_integer_value (amount), text));
}

static void
add_text (GString *words, const char *name, json_t *data, const char *member)
{
  if (*get_text (data, member) != '\0')
    g_string_append_printf (words, ", %s %s", name, get_text (data, member));
}

/* Returns: (transfer full): what a step moved and what was found. */
static char *
describe (json_t *data)
{
  GString *words = g_string_new (NULL);

  add_text (words, "shift", data, "shift");
  add_text (words, "bag", data, "bag");
  add_text (words, "from", data, "from");
  add_text (words, "to", data, "to");
  add_money (words, "counted", data, "counted_fen");
  add_money (words, "by the courier", data, "courier_fen");
  add_money (words, "expected", data, "expected_fen");
  add_money (words, "sent off", data, "deposited_fen");
  add_money (words, "amount", data, "amount_fen");
  add_money (words, "difference", data, "difference_fen");
  add_text (words, "bank's number", data, "bank_ref");
  add_text (words, "reason:", data, "reason");
  return g_string_free (words, FALSE);
}

static void
print_step (json_t *step)
{
  g_autofree char *words = describe (json_object_get (step, "data"));
  char day[DS_DAY_SIZE];

  ds_inspect_print ("%4" JSON_INTEGER_FORMAT "  %s  %-17s  %s\n      signed by clerk %s %s (%s)%s%s\n",
                    json_integer_value (json_object_get (step, "seq")),
                    ds_day_format (json_integer_value (json_object_get (step, "at_ms")), day),
                    get_text (step, "kind"), *words != '\0' ? words + 2 : "", get_text (step, "clerk"),
                    get_text (step, "name"), get_text (step, "key"),
                    json_is_true (json_object_get (step, "courier_signed"))
                        ? ", the courier's count by the courier's handheld"
                        : "",
                    json_is_true (json_object_get (step, "holds")) ? "" : " – DOES NOT HOLD:");
  if (!json_is_true (json_object_get (step, "holds")))
    ds_inspect_print ("      %s\n", get_text (step, "problem"));
}

static void
print_steps (json_t *report, gboolean json)
{
  json_t *step;
  gsize i;

  json_array_foreach (json_object_get (report, "steps"), i, step)
  {
    g_autofree char *line = json ? ds_json_to_line (step) : NULL;

    if (json)
      ds_inspect_print ("%s\n", line);
    else
      print_step (step);
  }
}

/* Returns: (transfer full) (nullable): what the file proves, or %NULL after saying why nothing. */
static json_t *
load (const char *path, DsKey *key, DsInspectExit *status)
{
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL;
  json_t *report;
  gsize n;

  *status = DS_INSPECT_USAGE;
  if (!g_file_get_contents (path, &contents, &n, &error))
    {
      ds_inspect_complain ("%s", error->message);
      return NULL;
    }
  *status = DS_INSPECT_BAD;
  file = g_bytes_new (contents, n);
  report = ds_custody_chain_verify (file, key, &error);
  if (report == NULL)
    ds_inspect_complain ("%s: %s; ask the depot for the chain again", path, error->message);
  return report;
}

DsInspectExit
ds_inspect_custody (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *key_hex = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a step", NULL },
    { "key", 0, 0, G_OPTION_ARG_STRING, &key_hex, "The depot’s public key", "HEX" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (DsKey) key = NULL;
  g_autoptr (json_t) report = NULL;
  DsInspectExit status;

  if (!ds_inspect_parse_options (&argc, &argv, entries, "FILE",
                                 "Verifies who counted and signed for cash, from courier to clerk to bank."))
    return DS_INSPECT_USAGE;
  if (argc != 2 || key_hex == NULL)
    {
      ds_inspect_complain ("name one chain of custody, and the depot’s key with --key");
      return DS_INSPECT_USAGE;
    }
  key = ds_inspect_read_key (key_hex);
  if (key == NULL)
    return DS_INSPECT_USAGE;
  report = load (argv[1], key, &status);
  if (report == NULL)
    return status;
  print_steps (report, json);
  if (json_is_true (json_object_get (report, "holds")))
    return DS_INSPECT_GOOD;
  ds_inspect_complain ("the chain does not hold: %s", get_text (report, "problem"));
  return DS_INSPECT_BAD;
}
