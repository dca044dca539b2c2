/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator's daily file: all of it or nothing, with words; what is read adds up, lies on its day, and is the same when it
 * is written and read again. */
#include "fuzz.h"

#include "ds-daily-file.h"
#include "ds-day.h"
#include "ds-money.h"

#include <string.h>

static void
check_lines (const DsDailyFile *file)
{
  gint64 credits_fen = 0;
  gint64 refunds_fen = 0;
  gint64 from_ms;

  FUZZ_REQUIRE (ds_day_parse (file->day, &from_ms, NULL));
  for (guint i = 0; i < file->lines->len; i++)
    {
      const DsFileLine *line = g_ptr_array_index (file->lines, i);

      FUZZ_REQUIRE (line->amount_fen > 0 && line->amount_fen <= DS_MONEY_MAX_FEN);
      FUZZ_REQUIRE (line->red_packet_fen >= 0 && line->red_packet_fen <= line->amount_fen);
      FUZZ_REQUIRE (line->at_ms >= from_ms && line->at_ms < from_ms + DS_DAY_MS);
      FUZZ_REQUIRE (g_utf8_validate (line->payment_id, -1, NULL) && *line->payment_id != '\0');
      *(strcmp (line->kind, "refund") == 0 ? &refunds_fen : &credits_fen) += line->amount_fen;
    }
  FUZZ_REQUIRE (credits_fen == file->credits_fen && refunds_fen == file->refunds_fen);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDailyFile) file = ds_daily_file_parse (bytes, &error);
  g_autoptr (DsDailyFile) again = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GBytes) same = NULL;

  FUZZ_REQUIRE ((file == NULL) == (error != NULL));
  FUZZ_REQUIRE (error == NULL || g_utf8_validate (error->message, -1, NULL));
  if (file == NULL)
    return 0;
  check_lines (file);
  text = ds_daily_file_to_text (file);
  again = ds_daily_file_parse (text, NULL);
  FUZZ_REQUIRE (again != NULL);
  same = ds_daily_file_to_text (again);
  FUZZ_REQUIRE (g_bytes_equal (text, same));
  return 0;
}
