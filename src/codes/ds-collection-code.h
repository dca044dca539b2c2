/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The collection code (收款码) that a handheld builds itself: EMVCo merchant-presented, dynamic.
 *
 * Operators' own codes are opaque and never built or read here. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The reverse-domain GUID of Doorstep's merchant account information (EMVCo MPM 4.7, template 26). */
#define DS_COLLECTION_GUID "cn.doorstep"

/**
 * DsCollectionCode:
 * @payment_id: UUIDv7
 * @amount_fen: above zero
 * @payee_id: at most 8 ASCII characters
 * @payee_name: at most 25 characters are written
 * @payee_city: at most 15 characters are written
 * @mcc: 4 digits
 * @stop_mark: (nullable): which stop it is for, see ds_spoken_mark(): by it the depot can give the payer a spoken proof
 *   before the handheld is back
 * @expires_at_s: seconds since 1970-01-01 UTC, 0 for none
 */
typedef struct
{
  char *payment_id;
  gint64 amount_fen;
  char *payee_id;
  char *payee_name;
  char *payee_city;
  char *mcc;
  char *stop_mark;
  gint64 expires_at_s;
} DsCollectionCode;

void ds_collection_code_free (DsCollectionCode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsCollectionCode, ds_collection_code_free)

/* Returns: (transfer full) (nullable): the EMVCo text, with its CRC; %DS_ERROR_INVALID if a field breaks a rule. */
char *ds_collection_code_build (const DsCollectionCode *self, GError **error);

/* Returns: (transfer full) (nullable): what a code built so says; %DS_ERROR_INVALID for any other code. */
DsCollectionCode *ds_collection_code_parse (const char *text, GError **error);

G_END_DECLS
