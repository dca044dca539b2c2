/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person reads of a morning's work, and the status by which a timer knows how it went. */
#include "config.h"

#include "ds-json.h"
#include "ds-morning-report.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const char *answer;
  int status;
  const char *words; /* a pattern */
} Sample;

static const Sample all_well = {
  "{\"closed_until\":\"2026-11-29\",\"complete\":true,\"open_cases\":3,\"days\":[{\"day\":\"2026-11-29\","
  "\"operators\":[{\"operator\":\"003\",\"lines\":12,\"matched\":11,\"in_transit_fen\":700,"
  "\"payouts_fen\":123456,\"fees_fen\":10,\"cases\":[],\"balanced\":true},"
  "{\"operator\":\"007\",\"known\":true}],\"cut_off\":{\"sum_fen\":0,\"suspense_fen\":900}}]}",
  EXIT_SUCCESS,
  "*003: 12 lines, 11 matched, in transit 7.00 yuan, paid out 1234.56 yuan, fees 0.10 yuan; balanced\n*007: "
  "its "
  "file was taken before\n*closed; the books sum to 0, in suspense 9.00 yuan\nClosed until 2026-11-29; open "
  "cases: 3 *"
};
static const Sample with_cases = {
  "{\"closed_until\":\"2026-11-29\",\"complete\":true,\"open_cases\":1,\"days\":[{\"day\":\"2026-11-29\","
  "\"operators\":[{\"operator\":\"003\",\"lines\":0,\"matched\":0,\"cases\":[{\"case\":7,"
  "\"kind\":\"payout-short\",\"subject\":\"003:2026-11-28\",\"amount_fen\":150}],\"balanced\":false}],"
  "\"cut_off\":{\"sum_fen\":0}}]}",
  DS_MORNING_STATUS_CASES, "*case 7, payout-short, 1.50 yuan, 003:2026-11-28\n*"
};
static const Sample not_closed
    = { "{\"closed_until\":null,\"complete\":false,\"open_cases\":0,\"days\":[{\"day\":\"2026-11-29\","
        "\"operators\":[{\"operator\":\"003\",\"error\":\"The operator is down\"}],"
        "\"error\":\"an operator's file is missing\"}]}",
        EXIT_FAILURE,
        "*003: The operator is down\n*NOT CLOSED: an operator's file is missing*Closed until no day yet*" };

static void
test_report (gconstpointer data)
{
  const Sample *sample = data;

  if (g_test_subprocess ())
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) answer
          = ds_json_parse_object (sample->answer, strlen (sample->answer), 4096, &error);

      g_assert_no_error (error);
      g_assert_cmpint (ds_morning_report_print (answer), ==, sample->status);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout (sample->words);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_data_func ("/morning-report/all-well", &all_well, test_report);
  g_test_add_data_func ("/morning-report/with-cases", &with_cases, test_report);
  g_test_add_data_func ("/morning-report/not-closed", &not_closed, test_report);

  return g_test_run ();
}
