/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route-file.h"

#include "ds-clock.h"
#include "ds-csv.h"
#include "ds-error.h"
#include "ds-money.h"
#include "ds-pickup-code.h"
#include "ds-plain-text.h"
#include "ds-route-sample.h"

#include <string.h>

#define MAX_TEXT_BYTES 300
#define MAX_WAYBILL_BYTES 40
/* Orders within about ten metres are at one door. */
#define SAME_DOOR_E6 100

typedef enum
{
  COLUMN_WAYBILL,
  COLUMN_RECIPIENT,
  COLUMN_PHONE,
  COLUMN_ADDRESS,
  COLUMN_PLACE,
  COLUMN_WINDOW,
  COLUMN_DUE,
  COLUMN_PREPAID,
  COLUMN_NOTE,
  COLUMN_PICKUP_CODE,
  COLUMN_COURIER,
  COLUMN_LAT,
  COLUMN_LNG,
  /* LaDe's own */
  COLUMN_ORDER,
  COLUMN_WINDOW_START,
  COLUMN_WINDOW_END,
  COLUMN_AOI,
  N_COLUMNS
} Column;

/* The first name is the one in messages and in data/routes/README.md. */
static const char *const column_names[N_COLUMNS][4] = {
  [COLUMN_WAYBILL] = { "waybill", "运单号" },
  [COLUMN_RECIPIENT] = { "recipient", "收件人" },
  [COLUMN_PHONE] = { "phone", "电话", "手机" },
  [COLUMN_ADDRESS] = { "address", "地址" },
  [COLUMN_PLACE] = { "place", "区域" },
  [COLUMN_WINDOW] = { "window", "时段" },
  [COLUMN_DUE] = { "due", "代收金额" },
  [COLUMN_PREPAID] = { "prepaid", "已付" },
  [COLUMN_NOTE] = { "note", "备注" },
  [COLUMN_PICKUP_CODE] = { "pickup_code", "取件码" },
  [COLUMN_COURIER] = { "courier", "courier_id", "快递员" },
  [COLUMN_LAT] = { "lat", "纬度" },
  [COLUMN_LNG] = { "lng", "经度" },
  [COLUMN_ORDER] = { "order_id" },
  [COLUMN_WINDOW_START] = { "time_window_start" },
  [COLUMN_WINDOW_END] = { "time_window_end" },
  [COLUMN_AOI] = { "aoi_id" },
};

typedef struct
{
  DsCsv *csv;
  gint at[N_COLUMNS]; /* −1 where the file has no such column */
  gboolean is_lade;
  const char *day;
  guint32 seed;
  json_t *refused;
} Reader;

void
ds_route_row_free (DsRouteRow *self)
{
  g_free (self->courier_id);
  g_free (self->waybill);
  g_free (self->recipient);
  g_free (self->phone);
  g_free (self->address);
  g_free (self->place);
  g_free (self->note);
  g_free (self->pickup_code);
  g_free (self->group);
  g_free (self);
}

void
ds_route_refuse (json_t *refused, guint line, const char *column, const char *text)
{
  json_array_append_new (refused,
                         json_pack ("{s:i, s:s?, s:s}", "row", (int)line, "column", column, "text", text));
}

static gboolean
refuse (Reader *self, Column column, const char *text)
{
  ds_route_refuse (self->refused, ds_csv_get_line (self->csv), column_names[column][0], text);
  return FALSE;
}

static const char *
get (Reader *self, Column column)
{
  return self->at[column] < 0 ? "" : ds_csv_get_field (self->csv, (guint)self->at[column]);
}

/* Reads a text without the blanks around it. Whatever it looks like, it stays text. */
static gboolean
read_text (Reader *self, Column column, gboolean is_needed, gsize max_bytes, char **text)
{
  g_autofree char *seen = g_strstrip (g_strdup (get (self, column)));

  for (const char *c = seen; *c; c++)
    {
      if (g_ascii_iscntrl (*c))
        return refuse (self, column, "It has a line break or control character");
    }
  /* Spreadsheets and shops leave marks that nobody sees. */
  *text = g_strstrip (ds_plain_text_clean (seen));
  if (is_needed && **text == '\0')
    return refuse (self, column, "It is empty");
  if (strlen (*text) > max_bytes)
    return refuse (self, column, "It is too long");
  return TRUE;
}

/* "09:00", "9:00" or "05-01 13:00:00", of which the time of day counts. */
static gboolean
read_time (Reader *self, const char *text, gint64 *at_ms)
{
  const char *blank = strrchr (text, ' ');
  g_auto (GStrv) parts = g_strsplit (blank ? blank + 1 : text, ":", 3);
  guint64 hour, minute;
  g_autofree char *full = NULL;

  if (g_strv_length (parts) < 2 || !g_ascii_string_to_unsigned (parts[0], 10, 0, 24, &hour, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, 59, &minute, NULL) || hour * 60 + minute > 24 * 60)
    return FALSE;
  /* Midnight at the end of the day is a time of the next one. */
  full = g_strdup_printf ("%sT%02u:%02u:00+08:00", self->day, (guint)(hour % 24), (guint)minute);
  if (!ds_clock_parse_rfc3339 (full, at_ms, NULL))
    return FALSE;
  if (hour == 24)
    *at_ms += 24 * 3600 * 1000;
  return TRUE;
}

static gboolean
set_window (Reader *self, DsRouteRow *row, Column column, const char *from, const char *to)
{
  if (!read_time (self, from, &row->window_from_ms) || !read_time (self, to, &row->window_to_ms)
      || row->window_from_ms >= row->window_to_ms)
    return refuse (self, column, "It is no window like 09:00-11:00");
  return TRUE;
}

static gboolean
read_window (Reader *self, DsRouteRow *row)
{
  g_autofree char *text = g_strstrip (g_strdup (get (self, COLUMN_WINDOW)));
  g_auto (GStrv) ends = NULL;

  if (*text == '\0')
    return TRUE;
  ends = g_strsplit (text, strstr (text, "–") ? "–" : "-", 3);
  if (g_strv_length (ends) != 2)
    return refuse (self, COLUMN_WINDOW, "It is no window like 09:00-11:00");
  return set_window (self, row, COLUMN_WINDOW, g_strstrip (ends[0]), g_strstrip (ends[1]));
}

/* Degrees with up to six decimals that count, into millionths. No floating point: a place has one text. */
static gboolean
parse_degrees (const char *text, gint64 max_degrees, gint64 *e6)
{
  gboolean negative = *text == '-';
  const char *at = text + negative;
  gint64 value = 0;
  gint decimals = -1;

  if (!g_ascii_isdigit (*at))
    return FALSE;
  for (; *at; at++)
    {
      if (*at == '.' && decimals < 0)
        decimals = 0;
      else if (!g_ascii_isdigit (*at) || value > 360 * G_GINT64_CONSTANT (1000000))
        return FALSE;
      else if (decimals < 6)
        {
          value = value * 10 + (*at - '0');
          decimals += decimals >= 0;
        }
    }
  for (decimals = MAX (decimals, 0); decimals < 6; decimals++)
    value *= 10;
  *e6 = negative ? -value : value;
  return value <= max_degrees * 1000000;
}

static gboolean
read_position (Reader *self, DsRouteRow *row)
{
  const char *lat = get (self, COLUMN_LAT);
  const char *lng = get (self, COLUMN_LNG);

  if (*lat == '\0' && *lng == '\0')
    return TRUE;
  if (!parse_degrees (lat, 90, &row->lat_e6))
    return refuse (self, COLUMN_LAT, "It is no latitude in degrees");
  if (!parse_degrees (lng, 180, &row->lng_e6))
    return refuse (self, COLUMN_LNG, "It is no longitude in degrees");
  return TRUE;
}

static gboolean
read_prepaid (Reader *self, gboolean *prepaid)
{
  static const char *const yes[] = { "yes", "y", "true", "1", "是", "已付" };
  static const char *const no[] = { "", "no", "n", "false", "0", "否", "未付" };
  g_autofree char *text = g_strstrip (g_ascii_strdown (get (self, COLUMN_PREPAID), -1));

  *prepaid = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    *prepaid = *prepaid || g_str_equal (text, yes[i]);
  if (*prepaid)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    {
      if (g_str_equal (text, no[i]))
        return TRUE;
    }
  return refuse (self, COLUMN_PREPAID, "It is neither yes nor no");
}

static gboolean
read_due (Reader *self, DsRouteRow *row)
{
  g_autofree char *text = g_strstrip (g_strdup (get (self, COLUMN_DUE)));
  g_autoptr (GError) error = NULL;

  if (!read_prepaid (self, &row->prepaid))
    return FALSE;
  if (*text == '\0' && row->prepaid)
    return TRUE;
  if (!ds_money_parse (text, &row->due_fen, &error))
    return refuse (self, COLUMN_DUE, error->message);
  /* What is paid already is not due, whatever it cost. */
  if (row->prepaid)
    row->due_fen = 0;
  row->prepaid = row->due_fen == 0;
  return TRUE;
}

static gboolean
read_pickup_code (Reader *self, DsRouteRow *row)
{
  const char *text = get (self, COLUMN_PICKUP_CODE);

  if (*text == '\0')
    return TRUE;
  row->pickup_code = ds_pickup_code_read (text);
  return row->pickup_code != NULL
         || refuse (self, COLUMN_PICKUP_CODE, "It is not made of letters and digits");
}

static gboolean
read_own (Reader *self, DsRouteRow *row)
{
  if (!read_text (self, COLUMN_WAYBILL, TRUE, MAX_WAYBILL_BYTES, &row->waybill)
      || !read_text (self, COLUMN_RECIPIENT, TRUE, MAX_TEXT_BYTES, &row->recipient)
      || !read_text (self, COLUMN_PHONE, FALSE, MAX_TEXT_BYTES, &row->phone)
      || !read_text (self, COLUMN_ADDRESS, TRUE, MAX_TEXT_BYTES, &row->address)
      || !read_text (self, COLUMN_PLACE, FALSE, MAX_TEXT_BYTES, &row->place)
      || !read_text (self, COLUMN_NOTE, FALSE, MAX_TEXT_BYTES, &row->note) || !read_window (self, row)
      || !read_due (self, row) || !read_position (self, row) || !read_pickup_code (self, row))
    return FALSE;
  row->group = g_strdup_printf ("%s\n%s\n%s\n%" G_GINT64_FORMAT, row->recipient, row->phone, row->address,
                                row->window_from_ms);
  return TRUE;
}

static gboolean
read_lade (Reader *self, DsRouteRow *row)
{
  g_autofree char *area = NULL;
  const char *start = get (self, COLUMN_WINDOW_START);
  const char *end = get (self, COLUMN_WINDOW_END);
  guint64 order;

  if (!g_ascii_string_to_unsigned (get (self, COLUMN_ORDER), 10, 0, G_MAXINT64, &order, NULL))
    return refuse (self, COLUMN_ORDER, "It is no number");
  row->waybill = g_strdup_printf ("LP%010" G_GUINT64_FORMAT, order);
  if (!read_text (self, COLUMN_AOI, FALSE, MAX_TEXT_BYTES, &area) || !read_position (self, row)
      || ((*start || *end) && !set_window (self, row, COLUMN_WINDOW_START, start, end)))
    return FALSE;

  /* The grid makes neighbours of one door one stop, with one recipient. */
  row->lat_e6 -= row->lat_e6 % SAME_DOOR_E6;
  row->lng_e6 -= row->lng_e6 % SAME_DOOR_E6;
  ds_route_sample_fill (row, area, self->seed);
  row->group = g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, area,
                                row->lat_e6, row->lng_e6, row->window_from_ms);
  return TRUE;
}

static DsRouteRow *
read_row (Reader *self)
{
  g_autoptr (DsRouteRow) row = g_new0 (DsRouteRow, 1);

  row->line = ds_csv_get_line (self->csv);
  if (self->at[COLUMN_COURIER] >= 0
      && !read_text (self, COLUMN_COURIER, TRUE, MAX_WAYBILL_BYTES, &row->courier_id))
    return NULL;
  if (!(self->is_lade ? read_lade (self, row) : read_own (self, row)))
    return NULL;
  return g_steal_pointer (&row);
}

static gint
find_column (DsCsv *csv, Column column)
{
  for (guint i = 0; i < ds_csv_get_n_fields (csv); i++)
    {
      g_autofree char *name = g_strstrip (g_ascii_strdown (ds_csv_get_field (csv, i), -1));

      for (guint k = 0; k < G_N_ELEMENTS (column_names[column]) && column_names[column][k]; k++)
        {
          if (g_str_equal (name, column_names[column][k]))
            return (gint)i;
        }
    }
  return -1;
}

static gboolean
read_head (Reader *self, GError **error)
{
  static const Column needed[] = { COLUMN_WAYBILL, COLUMN_RECIPIENT, COLUMN_ADDRESS, COLUMN_DUE };

  if (ds_csv_next (self->csv, error) != DS_CSV_RECORD)
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The file is empty");
      return FALSE;
    }
  for (Column column = 0; column < N_COLUMNS; column++)
    self->at[column] = find_column (self->csv, column);
  self->is_lade = self->at[COLUMN_ORDER] >= 0 && self->at[COLUMN_AOI] >= 0;
  for (gsize i = 0; !self->is_lade && i < G_N_ELEMENTS (needed); i++)
    {
      if (self->at[needed[i]] < 0)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                       "The first line names no column “%s”. data/routes/README.md lists the columns",
                       column_names[needed[i]][0]);
          return FALSE;
        }
    }
  return TRUE;
}

/* A courier goes by promised time, and within it from place to place. */
static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const DsRouteRow *left = *(DsRouteRow *const *)a;
  const DsRouteRow *right = *(DsRouteRow *const *)b;
  gint order;

  if (left->window_from_ms != right->window_from_ms)
    return left->window_from_ms < right->window_from_ms ? -1 : 1;
  order = strcmp (left->group, right->group);
  return order != 0 ? order : strcmp (left->waybill, right->waybill);
}

GPtrArray *
ds_route_file_read (GBytes *bytes,
                    const char *day,
                    guint32 seed,
                    guint limit,
                    json_t *refused,
                    GError **error)
{
  g_autoptr (DsCsv) csv = NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_route_row_free);
  Reader reader = { .day = day, .seed = seed, .refused = refused };

  g_return_val_if_fail (bytes != NULL && day != NULL && json_is_array (refused), NULL);

  csv = ds_csv_new (bytes, error);
  reader.csv = csv;
  if (csv == NULL || !read_head (&reader, error))
    return NULL;

  while (limit == 0 || rows->len < limit)
    {
      g_autoptr (GError) problem = NULL;
      DsCsvResult result = ds_csv_next (csv, &problem);
      DsRouteRow *row = NULL;

      if (result == DS_CSV_END)
        break;
      if (result == DS_CSV_BAD_RECORD)
        ds_route_refuse (refused, ds_csv_get_line (csv), NULL, problem->message);
      else
        row = read_row (&reader);
      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  if (reader.is_lade)
    g_ptr_array_sort (rows, compare_rows);
  return g_steal_pointer (&rows);
}
