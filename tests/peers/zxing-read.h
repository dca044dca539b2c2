/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zxing-cpp, behind a C function. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): the text of the one QR symbol in a square of 8-bit grey pixels. */
char *zxing_read (const guint8 *pixels, guint side);

G_END_DECLS
