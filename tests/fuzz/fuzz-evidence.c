/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts and vouchers. An input is a text in one of the two written forms, or else the bytes themselves. What is
 * accepted must be the one form of its meaning, and no key of ours has signed it. */
#include "fuzz.h"

#include "ds-evidence.h"
#include "ds-json.h"

#include <string.h>

typedef struct
{
  DsKey *key; /* the depot's, the operators' and the wallets' */
  DsTrustList *trust;
} World;

static World *
make_world (void)
{
  World *world = g_new0 (World, 1);
  g_autofree char *hex = NULL;
  g_autofree char *jws = NULL;
  g_autoptr (json_t) payload = NULL;

  world->key = fuzz_get_key ();
  hex = ds_key_get_public_hex (world->key);
  payload = json_pack ("{s:i,s:i,s:[{s:s,s:s,s:[{s:s,s:i,s:I,s:b}]}]}", "version", 1, "issued_at_ms", 0,
                       "operators", "id", "003", "name", "Sandbox Bank A", "keys", "public_key", hex,
                       "not_before_ms", 0, "not_after_ms", (json_int_t)G_MAXINT64, "revoked", FALSE);
  jws = ds_trust_list_sign (payload, world->key, NULL);
  world->trust = ds_trust_list_new_from_jws (jws, world->key, NULL);
  return world;
}

/* Whether the bytes of both are the same but for the signatures at their ends. */
static gboolean
say_the_same (GBytes *a, GBytes *b)
{
  gsize n = g_bytes_get_size (a);

  return n == g_bytes_get_size (b)
         && memcmp (g_bytes_get_data (a, NULL), g_bytes_get_data (b, NULL), n - DS_SM2_SIGNATURE_SIZE) == 0;
}

/* Written again from what was read, it is what it was. */
static void
check_one_form (World *world, const DsEvidence *evidence)
{
  const DsWalletCertificate *certificate = evidence->certificate;

  if (evidence->kind == DS_EVIDENCE_RECEIPT)
    {
      g_autoptr (DsEvidence) again = ds_receipt_sign (world->key, evidence, NULL);

      FUZZ_REQUIRE (again != NULL && say_the_same (again->bytes, evidence->bytes));
    }
  else
    {
      g_autoptr (DsWalletCertificate) again = ds_wallet_certificate_sign (world->key, certificate, NULL);
      g_autoptr (DsKey) point
          = ds_key_new_from_public (certificate->public_key, DS_SM2_COMPRESSED_SIZE, NULL);

      /* Its form can be right although its point is not on the curve; such a one is never written. */
      FUZZ_REQUIRE ((again != NULL) == (point != NULL));
      FUZZ_REQUIRE (again == NULL || say_the_same (again->bytes, certificate->bytes));
    }
}

static void
check_evidence (World *world, const DsEvidence *evidence)
{
  g_autofree char *text = ds_evidence_to_text (evidence);
  g_autofree char *emv_text = ds_evidence_to_emv_text (evidence);
  g_autoptr (DsEvidence) from_text = ds_evidence_parse_text (text, NULL);
  g_autoptr (DsEvidence) from_emv = ds_evidence_parse_text (emv_text, NULL);
  DsEvidenceVerdict verdict = ds_evidence_verify (evidence, world->trust, NULL, NULL, -1, evidence->at_s);

  FUZZ_REQUIRE (from_text != NULL && g_bytes_equal (from_text->bytes, evidence->bytes));
  FUZZ_REQUIRE (from_emv != NULL && g_bytes_equal (from_emv->bytes, evidence->bytes));
  FUZZ_REQUIRE (strlen (text) <= DS_EVIDENCE_TEXT_MAX_BYTES);
  FUZZ_REQUIRE (evidence->amount_fen > 0 && evidence->red_packet_fen <= evidence->amount_fen);
  FUZZ_REQUIRE (verdict != DS_EVIDENCE_OK);
  check_one_form (world, evidence);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  static World *world;
  g_autofree char *text = g_strndup ((const char *)data, n);
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (DsEvidence) evidence = NULL;

  if (world == NULL)
    world = make_world ();

  evidence = ds_evidence_text_is_evidence (text) ? ds_evidence_parse_text (text, NULL)
                                                 : ds_evidence_parse (bytes, NULL);
  if (evidence != NULL)
    check_evidence (world, evidence);
  return 0;
}
