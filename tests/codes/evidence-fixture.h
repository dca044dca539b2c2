/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator, a wallet it certified, and a list that trusts the operator; for the tests of evidence. */
#pragma once

#include "ds-evidence.h"

#define EVIDENCE_NOW_S G_GINT64_CONSTANT (1795343520) /* 2026-11-22T10:32:00Z */
#define EVIDENCE_PAYMENT "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define EVIDENCE_OTHER_PAYMENT "017f22e2-79b0-7cc3-98c4-dc0c0c073990"
#define EVIDENCE_PAYEE "DEPOT-01"
#define EVIDENCE_OPERATOR "003"

/* The operator's key is good for thirty days before and after now, the wallet's certificate for ten days more. */
typedef struct
{
  DsKey *depot;
  DsKey *operator_key;
  DsKey *wallet_key;
  DsTrustList *trust;
  DsWalletCertificate *certificate;
} EvidenceFixture;

void evidence_fixture_set_up (EvidenceFixture *self, gconstpointer unused);
void evidence_fixture_tear_down (EvidenceFixture *self, gconstpointer unused);

/* A list with @operator_key as the one key of operator 003. */
DsTrustList *evidence_fixture_make_trust (DsKey *depot,
                                          DsKey *operator_key,
                                          gint64 not_before_s,
                                          gint64 not_after_s,
                                          gboolean is_revoked);

DsWalletCertificate *evidence_fixture_certify (EvidenceFixture *self, DsKey *signer, gint64 not_after_s);

/* Drafts of 286.50 yuan made now; their strings are literals. */
DsEvidence evidence_fixture_draft_receipt (void);
DsEvidence evidence_fixture_draft_voucher (void);

DsEvidence *evidence_fixture_make_receipt (EvidenceFixture *self);
DsEvidence *evidence_fixture_make_voucher (EvidenceFixture *self);
