/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days as books and banks in China count them: "YYYY-MM-DD", from midnight to midnight at UTC+08:00, which has no summer
 * time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

/* Room for a day's text, with its end. */
#define DS_DAY_SIZE 11

/* Writes the day in which a wall time lies. Returns: @text. Any thread. */
const char *ds_day_format (gint64 wall_ms, char text[DS_DAY_SIZE]);

/**
 * ds_day_parse:
 * @text: "2026-11-22"
 * @from_ms: (out): its first millisecond, wall time; it ends %DS_DAY_MS later
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: whether @text is a day. Any thread.
 */
gboolean ds_day_parse (const char *text, gint64 *from_ms, GError **error);

G_END_DECLS
