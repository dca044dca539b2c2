/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A route's file: every record becomes a parcel or is refused, what is refused is said in text, and what is written
 * as a spreadsheet writes it is read the same. */
#include "fuzz.h"

#include "ds-csv.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-route-file.h"

#include <string.h>

#define DAY_FROM_MS G_GINT64_CONSTANT (1795276800000) /* 2026-11-22T00:00:00+08:00 */
#define DAY_MS (24 * 3600 * 1000)

static void
append_field (GString *to, const char *field)
{
  g_string_append_c (to, '"');
  for (const char *at = field; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (to, '"');
      g_string_append_c (to, *at);
    }
  g_string_append_c (to, '"');
}

/* The record, alone in a file of its own, quoted throughout. */
static void
check_written (DsCsv *csv)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DsCsv) back = NULL;

  for (guint i = 0; i < ds_csv_get_n_fields (csv); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_field (text, ds_csv_get_field (csv, i));
    }
  bytes = g_bytes_new (text->str, text->len);
  back = ds_csv_new (bytes, NULL);
  FUZZ_REQUIRE (back != NULL && ds_csv_next (back, NULL) == DS_CSV_RECORD);
  FUZZ_REQUIRE (ds_csv_get_n_fields (back) == ds_csv_get_n_fields (csv));
  for (guint i = 0; i < ds_csv_get_n_fields (csv); i++)
    FUZZ_REQUIRE (strcmp (ds_csv_get_field (back, i), ds_csv_get_field (csv, i)) == 0);
  FUZZ_REQUIRE (ds_csv_next (back, NULL) == DS_CSV_END);
}

/* Returns: how many records there are, good or bad. */
static guint
check_csv (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsCsv) csv = ds_csv_new (bytes, &error);
  guint n = 0;
  guint line = 0;

  FUZZ_REQUIRE ((csv == NULL) == (error != NULL));
  while (csv != NULL)
    {
      DsCsvResult result = ds_csv_next (csv, &error);

      FUZZ_REQUIRE ((result == DS_CSV_BAD_RECORD) == (error != NULL));
      FUZZ_REQUIRE (error == NULL || g_utf8_validate (error->message, -1, NULL));
      g_clear_error (&error);
      if (result == DS_CSV_END)
        break;
      FUZZ_REQUIRE (ds_csv_get_line (csv) > line);
      line = ds_csv_get_line (csv);
      n++;
      if (result == DS_CSV_RECORD)
        {
          FUZZ_REQUIRE (ds_csv_get_n_fields (csv) >= 1 && ds_csv_get_n_fields (csv) <= DS_CSV_MAX_FIELDS);
          for (guint i = 0; i < ds_csv_get_n_fields (csv); i++)
            FUZZ_REQUIRE (g_utf8_validate (ds_csv_get_field (csv, i), -1, NULL));
          check_written (csv);
        }
    }
  return n;
}

static void
check_row (const DsRouteRow *row)
{
  FUZZ_REQUIRE (*row->waybill != '\0' && *row->recipient != '\0' && *row->address != '\0');
  FUZZ_REQUIRE (row->due_fen >= 0 && row->due_fen <= DS_MONEY_MAX_FEN);
  FUZZ_REQUIRE (row->prepaid == (row->due_fen == 0));
  FUZZ_REQUIRE (ABS (row->lat_e6) <= 90000000 && ABS (row->lng_e6) <= 180000000);
  if (row->window_to_ms != 0)
    FUZZ_REQUIRE (row->window_from_ms >= DAY_FROM_MS && row->window_from_ms < row->window_to_ms
                  && row->window_to_ms <= DAY_FROM_MS + DAY_MS);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (json_t) refused = json_array ();
  g_autoptr (GError) error = NULL;
  guint n_records = check_csv (bytes);
  g_autoptr (GPtrArray) rows = ds_route_file_read (bytes, "2026-11-22", 1, 0, refused, &error);

  FUZZ_REQUIRE ((rows == NULL) == (error != NULL));
  if (rows == NULL)
    return 0;
  /* The first record names the columns. */
  FUZZ_REQUIRE (rows->len + json_array_size (refused) == n_records - 1);
  for (guint i = 0; i < rows->len; i++)
    check_row (g_ptr_array_index (rows, i));
  return 0;
}
