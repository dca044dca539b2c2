/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The helper's side of ds-decoder-wire.h. */
#pragma once

#include "ds-decoder-wire.h"

G_BEGIN_DECLS

/**
 * DsDecodeFunc:
 * @request: checked: what it says lies within @memory
 * @memory: the picture
 *
 * Returns: (transfer full) (nullable): what was read; %NULL when there is no picture
 */
typedef DsReading *(*DsDecodeFunc) (const DsWireRequest *request, const guint8 *memory);

/**
 * ds_decoder_server_run:
 * @decode: does the work
 *
 * Makes use of all that decoding needs once, so that what has to be loaded is, locks the process in, and answers until
 * the application is gone.
 *
 * Returns: the exit status
 */
int ds_decoder_server_run (DsDecodeFunc decode);

/* What the program does with a picture. */
DsReading *ds_decoder_server_decode (const DsWireRequest *request, const guint8 *memory);

G_END_DECLS
