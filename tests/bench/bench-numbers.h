/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the measurements make of their times. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: the value that @percent of @values do not exceed; sorts them. */
gint64 bench_quantile (gint64 *values, gsize n, guint percent);

gint64 bench_median (gint64 *values, gsize n);

G_END_DECLS
