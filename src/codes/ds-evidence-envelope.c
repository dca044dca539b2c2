/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-evidence-envelope.h"

#include "ds-emv-cpm.h"
#include "ds-error.h"
#include "ds-tlv.h"

#include <string.h>

#define FORMAT "CPV01"

/* The base64 of 85 05 "CPV01", as far as it does not hang on what follows. */
#define PREFIX "hQVDUFYw"

/* The proprietary application id (ISO/IEC 7816-4 section 12.2.3.4): category F, and our name. */
static const guint8 application_id[] = { 0xf0, 'D', 'O', 'O', 'R', 'S', 'T', 'E', 'P' };

static GBytes *
find_part (const DsEmvCpmObject *application, guint32 tag)
{
  for (guint i = 0; i < application->parts->len; i++)
    {
      const DsEmvCpmObject *part = g_ptr_array_index (application->parts, i);

      if (part->tag == tag)
        return part->value;
    }
  return NULL;
}

static gboolean
is_our_application (const DsEmvCpmObject *object)
{
  GBytes *name = object->parts != NULL ? find_part (object, DS_EMV_CPM_AID) : NULL;

  return object->tag == DS_EMV_CPM_APPLICATION && name != NULL
         && g_bytes_get_size (name) == sizeof application_id
         && memcmp (g_bytes_get_data (name, NULL), application_id, sizeof application_id) == 0;
}

/* Returns: (transfer none) (nullable): our application; the only one, when @n is one. */
static const DsEmvCpmObject *
find_ours (const DsEmvCpm *code, guint *n)
{
  const DsEmvCpmObject *found = NULL;

  *n = 0;
  for (guint i = 0; i < code->objects->len; i++)
    {
      const DsEmvCpmObject *object = g_ptr_array_index (code->objects, i);

      if (is_our_application (object))
        {
          found = object;
          (*n)++;
        }
    }
  return found;
}

/* The one rule that evidence breaks: nobody is to be charged, so it names no account to pay from. */
static gboolean
finding_is_forgiven (const DsEmvFinding *finding, const DsEmvCpmObject *ours)
{
  return finding->severity != DS_EMV_INVALID
         || (strcmp (finding->rule, "missing") == 0 && strcmp (finding->path, ours->path) == 0);
}

gboolean
ds_evidence_envelope_is_ours (const char *text)
{
  g_autoptr (DsEmvCpm) code = NULL;
  guint n;

  if (!g_str_has_prefix (text, PREFIX))
    return FALSE;
  code = ds_emv_cpm_read (text);
  return find_ours (code, &n) != NULL;
}

GBytes *
ds_evidence_envelope_read (const char *text, GError **error)
{
  g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (text);
  guint n;
  const DsEmvCpmObject *ours = find_ours (code, &n);
  GBytes *bytes;

  if (ours == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, "It carries no receipt or voucher");
      return NULL;
    }
  for (guint i = 0; i < code->findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (code->findings, i);

      if (!finding_is_forgiven (finding, ours))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "EMVCo object %s: %s", finding->path,
                       finding->detail);
          return NULL;
        }
    }

  bytes = find_part (ours, DS_EMV_CPM_APPLICATION_DATA);
  if (n != 1 || bytes == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "It does not carry just one receipt or voucher");
      return NULL;
    }
  return g_bytes_ref (bytes);
}

/* Not with ds_emv_cpm_write(), which makes codes to pay with and wants an account. */
char *
ds_evidence_envelope_write (GBytes *bytes)
{
  g_autoptr (GByteArray) application = g_byte_array_new ();
  g_autoptr (GByteArray) code = g_byte_array_new ();
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  ds_tlv_append (application, DS_EMV_CPM_AID, application_id, sizeof application_id);
  ds_tlv_append (application, DS_EMV_CPM_APPLICATION_DATA, data, n);
  ds_tlv_append (code, DS_EMV_CPM_FORMAT, FORMAT, strlen (FORMAT));
  ds_tlv_append (code, DS_EMV_CPM_APPLICATION, application->data, application->len);
  return g_base64_encode (code->data, code->len);
}
