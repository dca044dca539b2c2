/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EMVCo merchant-presented codes. An input is a code, and once more the body of one that gets the check it should
 * have, which hardly a mutation would hit. */
#include "fuzz.h"

#include "ds-collection-code.h"
#include "ds-emv-mpm.h"

#include <stdio.h>
#include <string.h>

/* Rules after which the rest of the text, or of a template, was not taken apart. */
static gboolean
is_whole (const DsEmvMpm *code)
{
  static const char *const breaking[] = { "size", "text", "header", "empty", "overrun" };

  for (guint i = 0; i < code->findings->len; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (breaking); k++)
      if (strcmp (((DsEmvFinding *)g_ptr_array_index (code->findings, i))->rule, breaking[k]) == 0)
        return FALSE;
  return TRUE;
}

static void
check_findings (const DsEmvMpm *code)
{
  DsEmvVerdict worst = DS_EMV_VALID;

  for (guint i = 0; i < code->findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (code->findings, i);
      gsize n = strlen (finding->path);

      FUZZ_REQUIRE (finding->severity == DS_EMV_LENIENT || finding->severity == DS_EMV_INVALID);
      FUZZ_REQUIRE (n == 0 || (n % 3 == 2 && n <= 8 && strspn (finding->path, "0123456789-") == n));
      FUZZ_REQUIRE (*finding->rule != '\0' && *finding->detail != '\0');
      FUZZ_REQUIRE (g_utf8_validate (finding->detail, -1, NULL));
      worst = MAX (worst, finding->severity);
    }
  FUZZ_REQUIRE (ds_emv_mpm_get_verdict (code) == worst);
}

/* Writes what was read without the writer's help. */
static void
append_objects (GString *to, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (objects, i);

      g_string_append_printf (to, "%s%02ld%s", object->id, g_utf8_strlen (object->value, -1), object->value);
      if (object->parts != NULL)
        {
          g_autoptr (GString) parts = g_string_new (NULL);

          append_objects (parts, object->parts);
          FUZZ_REQUIRE (strcmp (parts->str, object->value) == 0);
        }
    }
}

static void
check (const char *text)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text);
  g_autoptr (DsCollectionCode) collection = ds_collection_code_parse (text, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;

  check_findings (code);
  FUZZ_REQUIRE (collection == NULL
                || (ds_emv_mpm_get_verdict (code) != DS_EMV_INVALID && collection->amount_fen > 0));
  if (is_whole (code))
    {
      g_autoptr (GString) own = g_string_new (NULL);

      append_objects (own, code->objects);
      FUZZ_REQUIRE (strcmp (own->str, text) == 0);
    }

  again = ds_emv_mpm_write (code, &error);
  FUZZ_REQUIRE ((again == NULL) == (error != NULL));
  FUZZ_REQUIRE (error == NULL || g_utf8_validate (error->message, -1, NULL));
  if (ds_emv_mpm_get_verdict (code) == DS_EMV_VALID)
    FUZZ_REQUIRE (again != NULL && strcmp (again, text) == 0);
  if (again != NULL)
    {
      g_autoptr (DsEmvMpm) back = ds_emv_mpm_read (again);

      FUZZ_REQUIRE (strlen (again) <= DS_EMV_MPM_MAX_BYTES);
      /* Objects of reserved IDs are kept where they were read; nothing else is let through. */
      for (guint i = 0; i < back->findings->len; i++)
        {
          const DsEmvFinding *finding = g_ptr_array_index (back->findings, i);

          FUZZ_REQUIRE (g_str_equal (finding->rule, "reserved")
                        && ds_emv_findings_find (code->findings, finding->path, "reserved") != NULL);
        }
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);
  g_autofree char *covered = NULL;
  g_autofree char *sealed = NULL;

  gsize length = strlen (text);

  check (text);
  /* A seed's own check makes way for a new one. */
  if (length >= 8 && strncmp (text + length - 8, "6304", 4) == 0)
    text[length - 8] = '\0';
  covered = g_strconcat (text, "6304", NULL);
  sealed = g_strdup_printf ("%s%04X", covered, ds_emv_crc16 (covered, strlen (covered)));
  check (sealed);
  return 0;
}
