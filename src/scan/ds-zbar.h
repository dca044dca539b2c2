/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One ZBar scanner set up for the symbologies in use. */
#pragma once

#include "ds-decoder.h"
#include "ds-grey.h"

G_BEGIN_DECLS

typedef struct _DsZbar DsZbar;

/* Used by one thread at a time. */
DsZbar *ds_zbar_new (void);
void ds_zbar_free (DsZbar *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsZbar, ds_zbar_free)

/**
 * ds_zbar_scan_drawn:
 * @self: a scanner
 * @picture: a QR code that ds_grid_redraw() or ds_grid_rectify() drew
 * @module: pixels a module in it
 * @symbols: (element-type DsSymbol): what is read is added to it, each text once
 *
 * As ds_zbar_scan(), but so few lines are looked along that a row of modules which happens to be as the middle of a
 * finder pattern is met by two at most. ZBar takes it for none with less than three; of a pattern's own rows it meets
 * four. Among the modules of a dense code there are so many that are not that it would try them for seconds.
 *
 * Returns: how many symbols were added
 */
guint ds_zbar_scan_drawn (DsZbar *self, const DsGrey *picture, guint module, GPtrArray *symbols);

/**
 * ds_zbar_scan:
 * @self: a scanner
 * @picture: what to look at; the bars of a Code 128 have to stand upright in it
 * @symbology: what to look for
 * @symbols: (element-type DsSymbol): what is read is added to it, each text once
 *
 * Returns: how many symbols were added
 */
guint ds_zbar_scan (DsZbar *self, const DsGrey *picture, DsSymbology symbology, GPtrArray *symbols);

/**
 * ds_symbol_text_from_bytes:
 * @bytes: (array length=n): what a symbol holds
 * @n: how many
 *
 * UTF-8 if it is such, else the first of these that makes sense of all of it: GB 2312, Shift JIS (if there is kana in
 * it), GB 18030, ISO 8859-1. A NUL becomes U+FFFD.
 *
 * Returns: (transfer full) (nullable): UTF-8, %NULL for more than %DS_SYMBOL_MAX_CHARACTERS
 */
char *ds_symbol_text_from_bytes (const char *bytes, gsize n);

G_END_DECLS
