/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EMVCo consumer-presented codes. An input is a text, and once more the bytes that a text in base64 stands for, with
 * the payload format indicator before them. */
#include "fuzz.h"

#include "ds-emv-cpm.h"
#include "ds-tlv.h"

#include <string.h>

/* 85 05 "CPV01" */
#define FORMAT                                                                                               \
  "\x85\x05"                                                                                                 \
  "CPV01"
#define FORMAT_SIZE 7

static void
append_objects (const DsEmvCpm *code, GByteArray *to, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvCpmObject *object = g_ptr_array_index (objects, i);
      g_autofree char *text = ds_emv_cpm_object_to_text (object);

      ds_tlv_append (to, object->tag, g_bytes_get_data (object->value, NULL),
                     g_bytes_get_size (object->value));
      FUZZ_REQUIRE (ds_emv_cpm_find (code, object->path) == object);
      FUZZ_REQUIRE (g_utf8_validate (text, -1, NULL));
      if (object->parts != NULL)
        {
          g_autoptr (GByteArray) parts = g_byte_array_new ();
          g_autoptr (GBytes) whole = NULL;

          append_objects (code, parts, object->parts);
          whole = g_byte_array_free_to_bytes (g_steal_pointer (&parts));
          /* What could not be taken apart ends early, and a finding says so. */
          FUZZ_REQUIRE (g_bytes_equal (whole, object->value)
                        || ds_emv_findings_find (code->findings, object->path, "structure") != NULL);
        }
    }
}

static void
check (const char *text)
{
  g_autoptr (DsEmvCpm) code = ds_emv_cpm_read (text);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  DsEmvVerdict worst = DS_EMV_VALID;
  gboolean whole = TRUE;

  for (guint i = 0; i < code->findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (code->findings, i);

      FUZZ_REQUIRE (g_utf8_validate (finding->detail, -1, NULL) && *finding->rule != '\0');
      worst = MAX (worst, finding->severity);
      whole = whole
              && !(strcmp (finding->rule, "structure") == 0 || strcmp (finding->rule, "size") == 0
                   || strcmp (finding->rule, "base64") == 0);
    }
  FUZZ_REQUIRE (ds_emv_cpm_get_verdict (code) == worst);

  append_objects (code, bytes, code->objects);
  if (whole)
    {
      g_autofree char *own = g_base64_encode (bytes->data, bytes->len);

      FUZZ_REQUIRE (strcmp (own, text) == 0);
    }
  if (worst == DS_EMV_VALID)
    {
      g_autofree char *again = ds_emv_cpm_write (bytes->data + FORMAT_SIZE, bytes->len - FORMAT_SIZE, NULL);

      FUZZ_REQUIRE (again != NULL && strcmp (again, text) == 0);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *base64 = NULL;
  g_autofree char *written = NULL;

  check (text);
  if (n < FORMAT_SIZE || memcmp (data, FORMAT, FORMAT_SIZE) != 0)
    g_byte_array_append (bytes, (const guint8 *)FORMAT, FORMAT_SIZE);
  g_byte_array_append (bytes, data, (guint)n);
  base64 = g_base64_encode (bytes->data, bytes->len);
  check (base64);

  written = ds_emv_cpm_write (data, n, NULL);
  if (written != NULL)
    check (written);
  return 0;
}
