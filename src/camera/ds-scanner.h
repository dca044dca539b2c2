/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera's frames → the one code that is meant. */
#pragma once

#include "ds-camera.h"
#include "ds-decoder-process.h"
#include "ds-scan-choice.h"

G_BEGIN_DECLS

#define DS_TYPE_SCANNER (ds_scanner_get_type ())
G_DECLARE_FINAL_TYPE (DsScanner, ds_scanner, DS, SCANNER, GObject)

/**
 * ds_scanner_new:
 * @camera: where frames come from
 * @decoder: reads them; while it reads one, others are dropped
 *
 * DsScanner::read (const char *text): this is the code; nothing more is read until ds_scanner_resume()
 * DsScanner::several (GStrv texts): these are equally good: ask; nothing more is read until ds_scanner_resume()
 * DsScanner::view (guint view): a DsView that has lasted: what to tell who holds the device
 * DsScanner::failed (const GError *error): frames cannot be decoded at all
 *
 * A Code 128 has a weak check: it counts when two frames in a row agree or the manifest knows it.
 *
 * Main thread only.
 */
DsScanner *ds_scanner_new (DsCamera *camera, DsDecoderProcess *decoder);

void ds_scanner_set_wanted (DsScanner *self, DsScanWanted wanted);

/* @is_waybill is called until the scanner is gone. */
void ds_scanner_set_waybills (DsScanner *self, DsWaybillFunc is_waybill, gpointer user_data);

/* Reads on. A new scanner reads at once. */
void ds_scanner_resume (DsScanner *self);
void ds_scanner_pause (DsScanner *self);

G_END_DECLS
