/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zxing-cpp as it comes, behind a C function. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (element-type utf8): what it reads in a grey frame at its default settings. It is asked for
 * one symbology, since the version in Debian 12 aborts on an assertion when it is asked for more, and for one code
 * unless @several are wanted, which takes it longer. */
GPtrArray *zxing_read_frame (const guint8 *pixels,
                             guint width,
                             guint height,
                             gsize stride,
                             gboolean code128,
                             gboolean several);

G_END_DECLS
