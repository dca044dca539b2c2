/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the codes in a picture is meant. Pure. */
#pragma once

#include "ds-decoder.h"

G_BEGIN_DECLS

/* What the screen in front waits for. */
typedef enum
{
  DS_SCAN_PAYER = 1 << 0,
  DS_SCAN_EVIDENCE = 1 << 1, /* receipts and vouchers */
  DS_SCAN_WAYBILL = 1 << 2,
  DS_SCAN_ENROLMENT = 1 << 3,
  DS_SCAN_COLLECTION = 1 << 4, /* what a customer's wallet pays */
} DsScanWanted;

/**
 * DsWaybillFunc:
 *
 * Returns: whether the manifest knows a parcel by @text
 */
typedef gboolean (*DsWaybillFunc) (const char *text, gpointer user_data);

/**
 * ds_scan_choose:
 * @symbols: (element-type DsSymbol): everything that was read
 * @wanted: what the screen waits for
 * @is_waybill: (nullable) (scope call): knows the parcels
 *
 * The right kind for the screen wins over every other; among the others a QR code wins over a waybill, which is on
 * every parcel.
 *
 * Returns: (transfer full) (element-type utf8): empty when nothing was read, one when it is clear, several when the
 *   person has to be asked
 */
GPtrArray *
ds_scan_choose (GPtrArray *symbols, DsScanWanted wanted, DsWaybillFunc is_waybill, gpointer user_data);

G_END_DECLS
