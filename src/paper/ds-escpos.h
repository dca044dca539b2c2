/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of slip printers (ESC/POS), as far as a picture needs it. Pure; any thread. */
#pragma once

#include "ds-slip.h"

G_BEGIN_DECLS

/* Returns: (transfer full): what prints @raster and pushes the paper out. */
GBytes *ds_escpos_print (const DsRaster *raster);

/* What asks a printer for its paper (DLE EOT 4): it answers at once, with one byte, where it can answer. */
GBytes *ds_escpos_ask_paper (void);
/* Whether the answer says that there is none. */
gboolean ds_escpos_says_no_paper (guint8 answer);

G_END_DECLS
