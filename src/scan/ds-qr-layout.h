/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every QR code of a size has in the same places (ISO/IEC 18004 section 6.3 and annex E). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_QR_MAX_VERSION 40
#define DS_QR_FINDER_SIZE 7

typedef enum
{
  DS_MODULE_DATA,
  DS_MODULE_LIGHT,
  DS_MODULE_DARK,
} DsModule;

/* Modules a side of a code of @version. */
#define DS_QR_SIZE(version) (17 + 4 * (version))

/* Returns: (transfer full): @size × @size modules: finder patterns with their separators, timing and alignment
 * patterns; all else is data. */
DsModule *ds_qr_layout_new (guint size);

G_END_DECLS
