/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-inspect.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-money.h"

#include <string.h>

/* The kid of what a depot signs. */
#define DEPOT_KID "depot"

/* What the table needs of a statement; amounts in fen, strings borrowed from its JSON. */
typedef struct
{
  const char *id, *shift, *courier, *date;
  json_int_t version;
  json_t *lines;
  json_t *overrides; /* (nullable) */
  json_int_t digital_device, digital_operator, digital_count;
  json_int_t vouchers_device, vouchers_operator, vouchers_count, vouchers_rejected;
  json_int_t cash_expected, cash_counted, cash_float;
  json_int_t difference, books_sum;
  int balanced;
} Statement;

static gboolean
statement_read (Statement *statement, json_t *payload, GError **error)
{
  statement->overrides = json_object_get (payload, "overrides");
  return ds_json_unpack (
      payload, error,
      "{s:s, s:I, s:s, s:s, s:s, s:o, s:{s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}, s:I, "
      "s:b, s:I}",
      "statement", &statement->id, "version", &statement->version, "shift", &statement->shift, "courier",
      &statement->courier, "accounting_date", &statement->date, "lines", &statement->lines, "digital",
      "device_fen", &statement->digital_device, "operator_fen", &statement->digital_operator, "count",
      &statement->digital_count, "vouchers", "device_fen", &statement->vouchers_device, "operator_fen",
      &statement->vouchers_operator, "count", &statement->vouchers_count, "rejected_fen",
      &statement->vouchers_rejected, "cash", "expected_fen", &statement->cash_expected, "counted_fen",
      &statement->cash_counted, "float_fen", &statement->cash_float, "difference_fen", &statement->difference,
      "balanced", &statement->balanced, "books_sum_fen", &statement->books_sum);
}

static gint64
get_fen (json_t *line, const char *member)
{
  return json_integer_value (json_object_get (line, member));
}

static const char *
get_text (json_t *line, const char *member)
{
  const char *text = json_string_value (json_object_get (line, member));

  return text != NULL ? text : "";
}

/* A depot that signs sums that do not add up has a fault that its signature does not mend.
 * Returns: (nullable): what does not add up. */
static const char *
find_contradiction (const Statement *statement)
{
  gint64 device_fen = 0;
  gint64 operator_fen = 0;
  gboolean all_fine = TRUE;
  json_t *line;
  gsize i;

  json_array_foreach (statement->lines, i, line)
  {
    const char *verdict = get_text (line, "verdict");

    all_fine = all_fine && (strcmp (verdict, "matched") == 0 || strcmp (verdict, "rejected") == 0);
    if (strcmp (get_text (line, "tender"), "cash") == 0)
      continue;
    if (!ds_money_add (device_fen, get_fen (line, "device_fen"), &device_fen)
        || !ds_money_add (operator_fen, get_fen (line, "operator_fen"), &operator_fen))
      return "an amount is beyond all measure";
  }

  if (device_fen != statement->digital_device + statement->vouchers_device)
    return "this device’s lines do not add up to its totals";
  if (operator_fen != statement->digital_operator + statement->vouchers_operator)
    return "the operators’ lines do not add up to their totals";
  if (statement->difference != operator_fen - device_fen + statement->cash_counted - statement->cash_expected)
    return "the difference is not that of the totals";
  if (statement->balanced && (statement->difference != 0 || !all_fine))
    return "it calls itself balanced and lists differences";
  if (statement->books_sum != 0)
    return "the depot’s books do not sum to zero";
  return NULL;
}

static void
print_row (const char *name, gint64 device_fen, gint64 operator_fen, const char *remark)
{
  char device[DS_MONEY_TEXT_SIZE];
  char operator[DS_MONEY_TEXT_SIZE];

  ds_inspect_print ("%-38s %14s %14s  %s\n", name, ds_money_format_grouped (device_fen, device),
                    ds_money_format_grouped (operator_fen, operator), remark);
}

static void
add_part (GString *remark, json_t *line, const char *member, const char *words)
{
  char text[DS_MONEY_TEXT_SIZE];

  if (get_fen (line, member) != 0)
    g_string_append_printf (remark, ", %s %s", ds_money_format_grouped (get_fen (line, member), text), words);
}

static char *
describe_line (json_t *line)
{
  GString *remark = g_string_new (NULL);

  g_string_printf (remark, "%s %s %s", get_text (line, "tender"), get_text (line, "verdict"),
                   get_text (line, "operator_ref"));
  add_part (remark, line, "red_packet_fen", "from a red packet");
  add_part (remark, line, "refunded_fen", "given back");
  add_part (remark, line, "suspense_fen", "in suspense: ");
  if (get_fen (line, "suspense_fen") != 0)
    g_string_append (remark, get_text (line, "why"));
  return g_string_free (remark, FALSE);
}

static void
print_lines (const Statement *statement)
{
  json_t *line;
  gsize i;

  ds_inspect_print ("%-38s %14s %14s\n", "Payment", "This device", "Operator");
  json_array_foreach (statement->lines, i, line)
  {
    g_autofree char *remark = describe_line (line);
    char device[DS_MONEY_TEXT_SIZE];

    if (json_is_null (json_object_get (line, "operator_fen")))
      ds_inspect_print ("%-38s %14s %14s  %s\n", get_text (line, "payment"),
                        ds_money_format_grouped (get_fen (line, "device_fen"), device), "", remark);
    else
      print_row (get_text (line, "payment"), get_fen (line, "device_fen"), get_fen (line, "operator_fen"),
                 remark);
  }
}

/* What clerks permitted over the company's limits. */
static void
print_overrides (json_t *overrides)
{
  json_t *override;
  gsize i;

  json_array_foreach (overrides, i, override)
  {
    const char *clerk = get_text (override, "clerk");
    gboolean given = *clerk != '\0';
    char text[DS_MONEY_TEXT_SIZE];

    ds_inspect_print ("%-38s %14s  %s, %s%s\n", "Limit lifted",
                      ds_money_format_grouped (get_fen (override, "amount_fen"), text),
                      get_text (override, "limits"), given ? "by " : "by NO clerk", clerk);
  }
}

static void
print_table (const Statement *statement)
{
  g_autofree char *digital = g_strdup_printf ("%" JSON_INTEGER_FORMAT " payments", statement->digital_count);
  g_autofree char *vouchers
      = g_strdup_printf ("%" JSON_INTEGER_FORMAT " vouchers", statement->vouchers_count);
  char text[DS_MONEY_TEXT_SIZE];

  ds_inspect_print ("Statement %s, version %" JSON_INTEGER_FORMAT "\nShift %s, courier %s, %s\n\n",
                    statement->id, statement->version, statement->shift, statement->courier, statement->date);
  print_lines (statement);
  ds_inspect_print ("\n");
  print_row ("Digital", statement->digital_device, statement->digital_operator, digital);
  print_row ("Vouchers", statement->vouchers_device, statement->vouchers_operator, vouchers);
  if (statement->vouchers_rejected != 0)
    ds_inspect_print ("%-38s %14s\n", "Vouchers rejected",
                      ds_money_format_grouped (statement->vouchers_rejected, text));
  ds_inspect_print ("%-38s %14s\n", "Float", ds_money_format_grouped (statement->cash_float, text));
  ds_inspect_print ("%-38s %14s\n", "Cash expected",
                    ds_money_format_grouped (statement->cash_expected, text));
  ds_inspect_print ("%-38s %14s\n", "Cash counted", ds_money_format_grouped (statement->cash_counted, text));
  ds_inspect_print ("%-38s %14s  %s\n", "Difference", ds_money_format_grouped (statement->difference, text),
                    statement->balanced ? "balanced" : "NOT balanced");
  print_overrides (statement->overrides);
}

/* A statement stands alone, or as the depot's feed carries it. Returns: (transfer full): the JWS. */
static char *
unwrap (const char *contents, gsize n)
{
  g_autoptr (json_t) item = ds_json_parse_object (contents, n, DS_JWS_MAX_BYTES, NULL);
  json_t *data = json_object_get (item, "data");
  const char *jws = json_string_value (json_object_get (data != NULL ? data : item, "jws"));

  return g_strstrip (jws != NULL ? g_strdup (jws) : g_strndup (contents, n));
}

/* Returns: (transfer full) (nullable): the payload of the statement in @path, whose signature is @key's. */
static json_t *
load (const char *path, DsKey *key, GError **error)
{
  g_autofree char *contents = NULL;
  g_autofree char *jws = NULL;
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;
  gsize n;

  if (!g_file_get_contents (path, &contents, &n, error))
    return NULL;
  jws = unwrap (contents, n);
  if (!ds_jws_verify (key, jws, -1, &kid, &payload, error))
    return NULL;
  if (strcmp (kid, DEPOT_KID) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "it was signed as “%s”, not as the depot", kid);
      return NULL;
    }
  return ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), DS_JWS_MAX_BYTES,
                               error);
}

DsInspectExit
ds_inspect_statement (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *key_hex = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the statement as one JSON object", NULL },
    { "key", 0, 0, G_OPTION_ARG_STRING, &key_hex, "The depot’s public key", "HEX" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (DsKey) key = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payload = NULL;
  Statement statement = { 0 };
  const char *contradiction;

  if (!ds_inspect_parse_options (
          &argc, &argv, entries, "FILE",
          "Verifies that the depot signed a statement and that its sums agree, and prints it."))
    return DS_INSPECT_USAGE;
  if (argc != 2 || key_hex == NULL)
    {
      ds_inspect_complain ("name one statement, and the depot’s key with --key");
      return DS_INSPECT_USAGE;
    }
  key = ds_inspect_read_key (key_hex);
  if (key == NULL)
    return DS_INSPECT_USAGE;

  payload = load (argv[1], key, &error);
  if (payload == NULL || !statement_read (&statement, payload, &error))
    {
      ds_inspect_complain ("%s: %s; do not settle by it, ask the depot for the statement again", argv[1],
                           error->message);
      return error->domain == G_FILE_ERROR && error->code == G_FILE_ERROR_NOENT ? DS_INSPECT_USAGE
                                                                                : DS_INSPECT_BAD;
    }

  if (json)
    {
      g_autofree char *line = ds_json_to_line (payload);

      ds_inspect_print ("%s\n", line);
    }
  else
    print_table (&statement);
  contradiction = find_contradiction (&statement);
  if (contradiction == NULL)
    return DS_INSPECT_GOOD;
  ds_inspect_complain ("the statement contradicts itself: %s; ask the depot to issue it again",
                       contradiction);
  return DS_INSPECT_BAD;
}
