/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "evidence-fixture.h"

#include <string.h>

#define DAY_S G_GINT64_CONSTANT (86400)

DsTrustList *
evidence_fixture_make_trust (DsKey *depot,
                             DsKey *operator_key,
                             gint64 not_before_s,
                             gint64 not_after_s,
                             gboolean is_revoked)
{
  g_autofree char *hex = ds_key_get_public_hex (operator_key);
  g_autofree char *jws = NULL;
  json_t *payload = json_pack ("{s:i,s:I,s:[{s:s,s:s,s:[{s:s,s:I,s:I,s:b}]}]}", "version", 1, "issued_at_ms",
                               (json_int_t)(EVIDENCE_NOW_S * 1000), "operators", "id", EVIDENCE_OPERATOR,
                               "name", "Sandbox Bank A", "keys", "public_key", hex, "not_before_ms",
                               (json_int_t)(not_before_s * 1000), "not_after_ms",
                               (json_int_t)(not_after_s * 1000), "revoked", is_revoked);
  DsTrustList *trust;

  jws = ds_trust_list_sign (payload, depot, NULL);
  json_decref (payload);
  trust = ds_trust_list_new_from_jws (jws, depot, NULL);
  g_assert_nonnull (trust);
  return trust;
}

DsWalletCertificate *
evidence_fixture_certify (EvidenceFixture *self, DsKey *signer, gint64 not_after_s)
{
  DsWalletCertificate draft = {
    .operator_id = (char *)EVIDENCE_OPERATOR,
    .serial = { 0, 1, 2, 0xfd, 0xfe, 0xff },
    .tier = 3,
    .voucher_limit_fen = 50000,
    .total_limit_fen = 100000,
    .not_after_s = not_after_s,
  };
  DsWalletCertificate *certificate;

  ds_key_get_public_compressed (self->wallet_key, draft.public_key);
  certificate = ds_wallet_certificate_sign (signer, &draft, NULL);
  g_assert_nonnull (certificate);
  return certificate;
}

void
evidence_fixture_set_up (EvidenceFixture *self, gconstpointer unused)
{
  self->depot = ds_key_generate (NULL);
  self->operator_key = ds_key_generate (NULL);
  self->wallet_key = ds_key_generate (NULL);
  self->trust = evidence_fixture_make_trust (self->depot, self->operator_key, EVIDENCE_NOW_S - 30 * DAY_S,
                                             EVIDENCE_NOW_S + 30 * DAY_S, FALSE);
  self->certificate = evidence_fixture_certify (self, self->operator_key, EVIDENCE_NOW_S + 10 * DAY_S);
}

void
evidence_fixture_tear_down (EvidenceFixture *self, gconstpointer unused)
{
  ds_key_unref (self->depot);
  ds_key_unref (self->operator_key);
  ds_key_unref (self->wallet_key);
  ds_trust_list_unref (self->trust);
  ds_wallet_certificate_free (self->certificate);
}

DsEvidence
evidence_fixture_draft_receipt (void)
{
  return (DsEvidence){
    .payment_id = (char *)EVIDENCE_PAYMENT,
    .amount_fen = 28650,
    .payee_id = (char *)EVIDENCE_PAYEE,
    .operator_id = (char *)EVIDENCE_OPERATOR,
    .operator_ref = (char *)"20261122000000000017",
    .red_packet_fen = 500,
    .at_s = EVIDENCE_NOW_S,
  };
}

DsEvidence
evidence_fixture_draft_voucher (void)
{
  return (DsEvidence){
    .payment_id = (char *)EVIDENCE_PAYMENT,
    .amount_fen = 28650,
    .payee_id = (char *)EVIDENCE_PAYEE,
    .counter = 17,
    .at_s = EVIDENCE_NOW_S,
  };
}

DsEvidence *
evidence_fixture_make_receipt (EvidenceFixture *self)
{
  DsEvidence draft = evidence_fixture_draft_receipt ();
  DsEvidence *receipt = ds_receipt_sign (self->operator_key, &draft, NULL);

  g_assert_nonnull (receipt);
  return receipt;
}

DsEvidence *
evidence_fixture_make_voucher (EvidenceFixture *self)
{
  DsEvidence draft = evidence_fixture_draft_voucher ();
  DsEvidence *voucher = ds_voucher_sign (self->wallet_key, self->certificate, &draft, NULL);

  g_assert_nonnull (voucher);
  return voucher;
}
