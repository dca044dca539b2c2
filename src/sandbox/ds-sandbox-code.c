/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-sandbox-code.h"

#include "ds-base45.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-signed-tlv.h"

#include <string.h>

#define PREFIX "SBX1:"

/* The longest text that is read: far more than any code of ours. */
#define MAX_TEXT 600

enum
{
  TAG_CODE = 0xEA, /* private, constructed */
  TAG_OPERATOR = 0xC1,
  TAG_PAYMENT = 0xC2,
  TAG_AMOUNT = 0xC3,
  TAG_PAYEE_ID = 0xC4,
  TAG_PAYEE_NAME = 0xC5,
  TAG_EXPIRES_AT = 0xC6,
};

void
ds_sandbox_code_free (DsSandboxCode *self)
{
  g_free (self->operator_id);
  g_free (self->payment_id);
  g_free (self->payee_id);
  g_free (self->payee_name);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static gboolean
check_fields (const DsSandboxCode *self, GError **error)
{
  const char *wrong = NULL;

  if (strlen (self->operator_id) != 3 || strspn (self->operator_id, "0123456789") != 3)
    wrong = "operator";
  else if (!ds_id_is_valid (self->payment_id))
    wrong = "payment id";
  else if (self->amount_fen <= 0 || self->amount_fen > DS_MONEY_MAX_FEN)
    wrong = "amount";
  else if (*self->payee_id == '\0' || strlen (self->payee_id) > 8 || !g_str_is_ascii (self->payee_id))
    wrong = "payee's id";
  else if (*self->payee_name == '\0' || !g_utf8_validate (self->payee_name, -1, NULL))
    wrong = "payee's name";
  else if (self->expires_at_ms < 0)
    wrong = "expiry";

  if (wrong != NULL)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The collection code's %s breaks a rule", wrong);
  return wrong == NULL;
}

static gsize
cut_name (const char *name)
{
  const char *end = name + strlen (name);

  while (end - name > DS_SANDBOX_PAYEE_NAME_MAX)
    end = g_utf8_find_prev_char (name, end);
  return (gsize)(end - name);
}

char *
ds_sandbox_code_sign (DsKey *operator_key, const DsSandboxCode *draft, GError **error)
{
  g_autoptr (GByteArray) objects = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  guint8 payment[DS_ID_BYTES];

  if (!check_fields (draft, error))
    return NULL;
  ds_id_to_bytes (draft->payment_id, payment);

  ds_tlv_append (objects, TAG_OPERATOR, draft->operator_id, 3);
  ds_tlv_append (objects, TAG_PAYMENT, payment, sizeof payment);
  ds_tlv_append_uint (objects, TAG_AMOUNT, (guint64)draft->amount_fen);
  ds_tlv_append (objects, TAG_PAYEE_ID, draft->payee_id, strlen (draft->payee_id));
  ds_tlv_append (objects, TAG_PAYEE_NAME, draft->payee_name, cut_name (draft->payee_name));
  ds_tlv_append_uint (objects, TAG_EXPIRES_AT, (guint64)draft->expires_at_ms);

  bytes = ds_signed_tlv_seal (operator_key, TAG_CODE, objects, error);
  if (bytes == NULL)
    return NULL;
  text = ds_base45_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_strconcat (PREFIX, text, NULL);
}

gboolean
ds_sandbox_code_text_is_code (const char *text)
{
  return g_str_has_prefix (text, PREFIX);
}

static char *
copy_text (const DsTlv *object)
{
  return g_strndup ((const char *)object->value, object->n);
}

/* What stands behind a NUL would be signed and never seen. */
static gboolean
check_text (const DsTlv *object, const char *name, GError **error)
{
  if (memchr (object->value, '\0', object->n) == NULL)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The collection code's %s breaks a rule", name);
  return FALSE;
}

static gboolean
read_objects (DsTlvReader *reader, DsSandboxCode *self, GError **error)
{
  DsTlv operator_id, payment, payee_id, payee_name;
  guint64 amount_fen, expires_at_ms;

  if (!ds_tlv_reader_expect (reader, TAG_OPERATOR, "operator", 3, 3, &operator_id, error)
      || !ds_tlv_reader_expect (reader, TAG_PAYMENT, "payment id", DS_ID_BYTES, DS_ID_BYTES, &payment, error)
      || !ds_tlv_reader_expect_uint (reader, TAG_AMOUNT, "amount", DS_MONEY_MAX_FEN, &amount_fen, error)
      || !ds_tlv_reader_expect (reader, TAG_PAYEE_ID, "payee's id", 1, 8, &payee_id, error)
      || !ds_tlv_reader_expect (reader, TAG_PAYEE_NAME, "payee's name", 1, DS_SANDBOX_PAYEE_NAME_MAX,
                                &payee_name, error)
      || !ds_tlv_reader_expect_uint (reader, TAG_EXPIRES_AT, "expiry", G_MAXINT64, &expires_at_ms, error)
      || !ds_tlv_reader_finish (reader, error) || !check_text (&payee_id, "payee's id", error)
      || !check_text (&payee_name, "payee's name", error))
    return FALSE;

  self->operator_id = copy_text (&operator_id);
  self->payment_id = ds_id_from_bytes (payment.value);
  self->amount_fen = (gint64)amount_fen;
  self->payee_id = copy_text (&payee_id);
  self->payee_name = copy_text (&payee_name);
  self->expires_at_ms = (gint64)expires_at_ms;
  return check_fields (self, error);
}

DsSandboxCode *
ds_sandbox_code_parse (const char *text, GError **error)
{
  g_autoptr (DsSandboxCode) self = g_new0 (DsSandboxCode, 1);
  DsSignedTlv opened;

  if (!ds_sandbox_code_text_is_code (text) || strlen (text) > MAX_TEXT)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "This is no collection code of the sandbox");
      return NULL;
    }
  self->bytes = ds_base45_decode (text + strlen (PREFIX), -1, error);
  if (self->bytes == NULL || !ds_signed_tlv_open (self->bytes, TAG_CODE, &opened, error)
      || !read_objects (&opened.objects, self, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
ds_sandbox_code_verify (const DsSandboxCode *self, DsKey *operator_key)
{
  return ds_signed_tlv_verify (self->bytes, TAG_CODE, operator_key);
}
