/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A route as a file: Doorstep's own columns (data/routes/README.md), or those of the LaDe data set. Pure. */
#pragma once

#include <jansson.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsRouteRow:
 * @line: of the file, for messages
 * @courier_id: (nullable): where the file names couriers
 * @pickup_code: (nullable): as ds_pickup_code_read() gave it
 * @place, @note, @phone: "" when there is none
 * @lat_e6, @lng_e6: both 0 when unknown
 * @window_from_ms, @window_to_ms: both 0 when there is none
 * @group: rows of one courier with the same text are parcels of one stop
 *
 * One parcel.
 */
typedef struct
{
  guint line;
  char *courier_id;
  char *waybill;
  char *recipient;
  char *phone;
  char *address;
  char *place;
  char *note;
  char *pickup_code;
  gint64 lat_e6;
  gint64 lng_e6;
  gint64 window_from_ms;
  gint64 window_to_ms;
  gint64 due_fen;
  gboolean prepaid;
  char *group;
} DsRouteRow;

void ds_route_row_free (DsRouteRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsRouteRow, ds_route_row_free)

/* Adds {"row": @line, "column": @column, "text": @text} to @refused. */
void ds_route_refuse (json_t *refused, guint line, const char *column, const char *text);

/**
 * ds_route_file_read:
 * @csv: the file
 * @day: "YYYY-MM-DD": the day of its times, in China's time
 * @seed: what LaDe rows draw their names, addresses, phones and amounts from; the same seed draws the same
 * @limit: the largest number of rows, 0 for all
 * @refused: an array that gets what is wrong with the rows left out
 * @error: %DS_ERROR_INVALID when it is no CSV file or a column is missing
 *
 * Returns: (transfer full) (nullable) (element-type DsRouteRow): the good rows: in the file's order, or for LaDe by
 *   promised window and place
 */
GPtrArray *
ds_route_file_read (GBytes *csv, const char *day, guint32 seed, guint limit, json_t *refused, GError **error);

G_END_DECLS
