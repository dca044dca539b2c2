/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-signed-statement.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <glib/gi18n.h>
#include <string.h>

static void
line_free (gpointer data)
{
  DsStatementLine *line = data;

  g_free (line->payment_id);
  g_free (line->stop_id);
  g_free (line->verdict);
  g_free (line);
}

static void
override_free (gpointer data)
{
  DsStatementOverride *override = data;

  g_free (override->stop_id);
  g_free (override->clerk);
  g_free (override);
}

void
ds_signed_statement_free (DsSignedStatement *self)
{
  g_free (self->shift_id);
  g_free (self->accounting_date);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->overrides);
  g_free (self);
}

static gboolean
read_line (DsSignedStatement *self, json_t *object, GError **error)
{
  DsStatementLine *line;
  const char *verdict;
  json_int_t device_fen;
  json_t *payment = NULL;
  json_t *stop = NULL;
  json_t *operator_fen = NULL;
  json_int_t red_packet_fen = 0;
  json_int_t refunded_fen = 0;

  if (!ds_json_unpack (object, error, "{s:s, s:I, s?o, s?o, s?o, s?I, s?I}", "verdict", &verdict,
                       "device_fen", &device_fen, "payment", &payment, "stop", &stop, "operator_fen",
                       &operator_fen, "red_packet_fen", &red_packet_fen, "refunded_fen", &refunded_fen))
    return FALSE;

  line = g_new0 (DsStatementLine, 1);
  line->payment_id = g_strdup (json_string_value (payment));
  line->stop_id = g_strdup (json_string_value (stop));
  line->verdict = g_strdup (verdict);
  line->device_fen = device_fen;
  line->operator_fen = json_is_integer (operator_fen) ? json_integer_value (operator_fen) : -1;
  g_ptr_array_add (self->lines, line);
  self->n_matched += strcmp (verdict, "matched") == 0;
  self->red_packet_fen += red_packet_fen;
  self->refunded_fen += refunded_fen;
  return TRUE;
}

/* A newer depot may know limits that this version does not: they are none here, and the rest is shown. */
static gboolean
read_override (DsSignedStatement *self, json_t *object, GError **error)
{
  DsStatementOverride *override;
  const char *stop, *limits;
  json_int_t amount_fen;
  json_t *clerk = NULL;

  if (!ds_json_unpack (object, error, "{s:s, s:s, s:I, s?o}", "stop", &stop, "limits", &limits, "amount_fen",
                       &amount_fen, "clerk", &clerk))
    return FALSE;
  override = g_new0 (DsStatementOverride, 1);
  override->stop_id = g_strdup (stop);
  override->amount_fen = amount_fen;
  override->clerk = g_strdup (json_string_value (clerk));
  ds_limits_from_text (limits, &override->limits);
  g_ptr_array_add (self->overrides, override);
  return TRUE;
}

static gboolean
read_sums (DsSignedStatement *self, json_t *object, GError **error)
{
  json_int_t digital_device, digital_operator, voucher_device, voucher_operator;
  json_int_t expected, counted, float_fen, difference;
  int balanced;

  if (!ds_json_unpack (object, error, "{s:{s:I, s:I}, s:{s:I, s:I}, s:{s:I, s:I, s:I}, s:I, s:b}", "digital",
                       "device_fen", &digital_device, "operator_fen", &digital_operator, "vouchers",
                       "device_fen", &voucher_device, "operator_fen", &voucher_operator, "cash",
                       "expected_fen", &expected, "counted_fen", &counted, "float_fen", &float_fen,
                       "difference_fen", &difference, "balanced", &balanced))
    return FALSE;

  self->digital_device_fen = digital_device;
  self->digital_operator_fen = digital_operator;
  self->voucher_device_fen = voucher_device;
  self->voucher_operator_fen = voucher_operator;
  self->cash_expected_fen = expected;
  self->cash_counted_fen = counted;
  self->float_fen = float_fen;
  self->difference_fen = difference;
  self->balanced = balanced;
  return TRUE;
}

static DsSignedStatement *
read_payload (json_t *object, GError **error)
{
  g_autoptr (DsSignedStatement) self = g_new0 (DsSignedStatement, 1);
  const char *shift_id;
  const char *accounting_date;
  json_int_t version;
  json_int_t at_ms;
  json_t *lines;
  json_t *line, *override;
  gsize i;

  self->lines = g_ptr_array_new_with_free_func (line_free);
  self->overrides = g_ptr_array_new_with_free_func (override_free);
  if (!ds_json_unpack (object, error, "{s:s, s:s, s:I, s:I, s:o}", "shift", &shift_id, "accounting_date",
                       &accounting_date, "version", &version, "at_ms", &at_ms, "lines", &lines)
      || !read_sums (self, object, error))
    return NULL;
  self->shift_id = g_strdup (shift_id);
  self->accounting_date = g_strdup (accounting_date);
  self->version = version;
  self->at_ms = at_ms;

  json_array_foreach (lines, i, line)
  {
    if (!read_line (self, line, error))
      return NULL;
  }
  json_array_foreach (json_object_get (object, "overrides"), i, override)
  {
    if (!read_override (self, override, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

DsSignedStatement *
ds_signed_statement_read (const char *jws, DsKey *depot_key, const char *shift_id, GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (json_t) object = NULL;
  g_autoptr (DsSignedStatement) self = NULL;
  gsize n;
  const char *text;

  g_return_val_if_fail (jws != NULL, NULL);
  g_return_val_if_fail (depot_key != NULL, NULL);

  if (!ds_jws_verify (depot_key, jws, -1, NULL, &payload, error))
    return NULL;
  text = g_bytes_get_data (payload, &n);
  object = ds_json_parse_object (text, n, DS_JWS_MAX_BYTES, error);
  if (object == NULL)
    return NULL;
  self = read_payload (object, error);
  if (self == NULL)
    return NULL;
  if (g_strcmp0 (self->shift_id, shift_id) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           _ ("This statement is about another shift. Ask the depot to send it again."));
      return NULL;
    }
  return g_steal_pointer (&self);
}
