/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zxing-cpp, behind a C function. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * zxing_read:
 * @pixels: a square, 8-bit grey
 * @side: its pixels a side
 * @has_eci: (out): whether the symbol says that it is in UTF-8
 *
 * Returns: (transfer full) (nullable): the text of the one QR symbol there
 */
char *zxing_read (const guint8 *pixels, guint side, gboolean *has_eci);

G_END_DECLS
