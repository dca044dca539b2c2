/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At the end of the day: what the statement, the depot's books and the handheld say. */
#include "config.h"

#include "shift.h"

#include "ds-jws.h"

#include <string.h>

json_t *
shift_read_statement (Shift *shift)
{
  DsStore *store = ds_session_get_store (shift->session);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  json_t *statement;

  ds_jws_verify (ds_store_get_identity (store)->depot_key, ds_store_get_shift (store)->statement, -1, NULL,
                 &payload, &error);
  g_assert_no_error (error);
  statement = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                    DS_JWS_MAX_BYTES, &error);
  g_assert_no_error (error);
  return statement;
}

void
shift_print_statement (Shift *shift, json_t *statement)
{
  json_t *line;
  gsize i;

  g_print ("\nStatement of %s, courier %s\n",
           json_string_value (json_object_get (statement, "accounting_date")),
           json_string_value (json_object_get (statement, "courier")));
  g_print ("  %4s  %-6s %12s %12s  %s\n", "stop", "tender", "handheld", "operator", "verdict");
  json_array_foreach (json_object_get (statement, "lines"), i, line)
  {
    json_t *operator_fen = json_object_get (line, "operator_fen");
    g_autofree char *device = shift_format_yuan (json_integer_value (json_object_get (line, "device_fen")));
    g_autofree char *booked = json_is_integer (operator_fen)
                                  ? shift_format_yuan (json_integer_value (operator_fen))
                                  : g_strdup ("–");
    const char *stop_id = json_string_value (json_object_get (line, "stop"));
    DsStop *stop = stop_id != NULL ? ds_route_find (ds_session_get_route (shift->session), stop_id) : NULL;
    const char *tender = json_string_value (json_object_get (line, "tender"));

    g_print ("  %4d  %-6s %12s %12s  %s\n", stop != NULL ? (int)stop->position : 0,
             tender != NULL ? tender : "–", device, booked,
             json_string_value (json_object_get (line, "verdict")));
  }
}

static gint64
get_member (json_t *object, const char *group, const char *name)
{
  return json_integer_value (json_object_get (json_object_get (object, group), name));
}

/* The sum of the accounts whose names begin so. */
static gint64
sum_accounts (json_t *books, const char *prefix)
{
  const char *account;
  json_t *balance;
  gint64 sum_fen = 0;

  json_object_foreach (json_object_get (books, "accounts"), account, balance)
  {
    if (g_str_has_prefix (account, prefix))
      sum_fen += json_integer_value (balance);
  }
  return sum_fen;
}

gboolean
shift_is_balanced (Shift *shift, json_t *statement)
{
  g_autofree char *printed = ds_company_depot (shift->company, "books", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) books = ds_json_parse_object (printed, strlen (printed), 1024 * 1024, &error);
  DsShiftTotals totals;
  gint64 operators_fen = get_member (statement, "digital", "operator_fen")
                         + get_member (statement, "vouchers", "operator_fen");
  gint64 count = get_member (statement, "digital", "count") + get_member (statement, "vouchers", "count");
  gint64 counted_fen
      = get_member (statement, "cash", "counted_fen") - get_member (statement, "cash", "float_fen");
  g_autofree char *digital = shift_format_yuan (operators_fen);
  g_autofree char *cash_taken = shift_format_yuan (counted_fen);
  gboolean balanced;

  g_assert_no_error (error);
  ds_route_get_totals (ds_session_get_route (shift->session), &totals);
  balanced = json_is_true (json_object_get (statement, "balanced"))
             && json_integer_value (json_object_get (books, "sum_fen")) == 0
             && operators_fen == sum_accounts (books, "clearing:") && operators_fen == totals.paid_fen
             && counted_fen == sum_accounts (books, "cash:") && counted_fen == totals.cash_fen
             && sum_accounts (books, "suspense") == 0;

  g_print ("\ncash: counted = depot = handheld, %s yuan taken\n", cash_taken);
  g_print ("%s: operators' books = depot = handheld, %d payments, %s yuan\n",
           balanced ? "balanced" : "NOT BALANCED", (int)count, digital);
  if (!balanced)
    g_print ("operators %" G_GINT64_FORMAT ", depot %" G_GINT64_FORMAT ", handheld %" G_GINT64_FORMAT
             " fen; books: %s\n",
             operators_fen, sum_accounts (books, "clearing:"), totals.paid_fen, printed);
  return balanced;
}
