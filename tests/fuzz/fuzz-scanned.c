/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a scanner may read: it gets one kind, the same with the blanks that a scan engine adds, and each of the
 * readers that a text is offered to takes it without harm. */
#include "fuzz.h"

#include "ds-code-guard.h"
#include "ds-collection-code.h"
#include "ds-emv-cpm.h"
#include "ds-emv-mpm.h"

#include <string.h>

static void
check_blanks (const char *text, const DsCodeSighting *sighting)
{
  g_autofree char *typed = g_strconcat (text, "\r\n", NULL);
  DsCodeSighting again;

  ds_code_guard_look (typed, &again);
  /* Two more characters can be too many for any code. */
  FUZZ_REQUIRE (again.kind == sighting->kind || (again.kind == DS_CODE_RUBBISH && strlen (text) > 4000));
  FUZZ_REQUIRE (again.kind != sighting->kind
                || (again.payer == sighting->payer && again.whose == sighting->whose
                    && strcmp (again.operator_id, sighting->operator_id) == 0));
  FUZZ_REQUIRE ((sighting->kind == DS_CODE_PAYER) == (sighting->payer != DS_PAYER_CODE_NONE));
  FUZZ_REQUIRE (sighting->kind == DS_CODE_RUBBISH || g_utf8_validate (text, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = g_strndup ((const char *)data, n);
  g_autofree char *digits = ds_payer_code_normalize (text);
  DsCodeSighting sighting;
  char operator_id[4];

  ds_code_guard_look (text, &sighting);
  check_blanks (text, &sighting);
  FUZZ_REQUIRE (ds_code_kind_to_name (sighting.kind) != NULL);
  if (sighting.kind == DS_CODE_PAYER && sighting.payer != DS_PAYER_CODE_EMV_CPM)
    FUZZ_REQUIRE (ds_payer_code_classify (digits, operator_id) == sighting.payer);

  if (sighting.kind != DS_CODE_RUBBISH)
    {
      g_autoptr (DsEmvMpm) mpm = ds_emv_mpm_read (text);
      g_autoptr (DsEmvCpm) cpm = ds_emv_cpm_read (text);
      g_autoptr (DsCollectionCode) collection = ds_collection_code_parse (text, NULL);

      FUZZ_REQUIRE (mpm != NULL && cpm != NULL);
      FUZZ_REQUIRE (collection == NULL || collection->amount_fen > 0);
    }
  return 0;
}
