/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operators' list. An input is a payload, which is signed rightly: nothing else gets as far as the list. */
#include "fuzz.h"

#include "ds-jws.h"
#include "ds-operator-id.h"
#include "ds-trust-list.h"

static void
check_list (DsTrustList *list, DsKey *key)
{
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  FUZZ_REQUIRE (ds_trust_list_get_version (list) >= 1 && ds_trust_list_get_issued_at_ms (list) >= 0);
  FUZZ_REQUIRE (ds_key_sign (key, "data", 4, signature, NULL));
  for (guint i = 0; i < ds_trust_list_get_n_operators (list); i++)
    {
      const DsTrustedOperator *operator= ds_trust_list_get_operator (list, i);

      FUZZ_REQUIRE (ds_operator_id_to_number (operator->id, NULL));
      FUZZ_REQUIRE (g_utf8_validate (operator->name, -1, NULL) && operator->name[0] != '\0');
      FUZZ_REQUIRE (ds_trust_list_find_operator (list, operator->id) == operator);
      FUZZ_REQUIRE (!ds_trust_list_verify (list, operator->id, 1795343520, "data", 4, signature, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  DsKey *key = fuzz_get_key ();
  g_autofree char *jws = NULL;
  g_autoptr (DsTrustList) list = NULL;

  jws = ds_jws_sign (key, "depot", data, n, NULL);
  FUZZ_REQUIRE (jws != NULL);
  list = ds_trust_list_new_from_jws (jws, key, NULL);
  if (list != NULL)
    check_list (list, key);
  return 0;
}
