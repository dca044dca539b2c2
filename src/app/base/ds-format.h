/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts, times and numbers as people read them. Pure, except that times are local times. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Returns: (transfer full): "¥1,286.50", "−¥128.00". */
char *ds_format_money (gint64 amount_fen);

/* Returns: (transfer full): the same as Pango markup, with the sign of the currency smaller, as on the pages. */
char *ds_format_money_markup (gint64 amount_fen);

/* Returns: (transfer full): "1,286.50", for tables that name their unit. */
char *ds_format_yuan (gint64 amount_fen);

/* Returns: (transfer full): "10 yuan", "5 jiao": what a note or a coin is called. */
char *ds_format_denomination (gint64 denomination_fen);

/* Returns: (transfer full): "10:32" */
char *ds_format_clock (gint64 wall_ms);

/* Returns: (transfer full): "12 March", as the language writes a day. */
char *ds_format_day (gint64 wall_ms);

/* Returns: (transfer full): an accounting date ("2026-03-12") as the language writes a day; as it is if it is none. */
char *ds_format_accounting_date (const char *date);

/* Returns: (transfer full): "DS7302 1184 0951": long numbers in groups of four, counted from the end. */
char *ds_format_waybill (const char *waybill);

/**
 * ds_format_window:
 * @from_ms, @to_ms: promised window; 0 when there is no such bound
 *
 * Returns: (transfer full): "10:00–12:00", "by 12:00", "from 14:00", "any time"
 */
char *ds_format_window (gint64 from_ms, gint64 to_ms);

/**
 * ds_format_window_left:
 * @from_ms, @to_ms: promised window; 0 when there is no such bound
 * @now_ms: wall time
 *
 * Returns: (transfer full) (nullable): "38 min left", "12 min late"; %NULL while there is nothing to warn of
 */
char *ds_format_window_left (gint64 from_ms, gint64 to_ms, gint64 now_ms);

/* Returns: (transfer full): a distance as the crow flies: "40 m", "1.2 km". */
char *ds_format_distance (gint metres);

/* Returns: @part_fen of @whole_fen as 0 … 1, for bars. A picture of two amounts, never to be turned into one. */
double ds_format_ratio (gint64 part_fen, gint64 whole_fen);

/* Shows @amount_fen in @label, whose style classes make it large; long amounts step down so as never to be cut. */
void ds_money_label_set (GtkLabel *label, gint64 amount_fen);

G_END_DECLS
