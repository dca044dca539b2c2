/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-monitor.h"

#include "ds-books.h"
#include "ds-depot-private.h"
#include "ds-error.h"
#include "ds-metrics.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  REQUESTS,
  REQUEST_TIME,
  GROUP_SIZE,
  QUEUE,
  QUEUE_BYTES,
  ENTRIES,
  PAYMENTS_OPEN,
  UNKNOWN_AGE,
  CASES,
  SUSPENSE,
  BOOKS_SUM,
  CLEARING,
  PAYOUT_AGE,
  POLLS,
  HANDHELDS,
  FEED_BEHIND,
  FEED_LAG,
  FEED_LAG_ITEMS,
  OPERATOR_CALLS,
  OPERATOR_TIME,
  OPERATOR_SILENCE,
  TASKS_DUE,
  DATABASE_BYTES,
  DISK_FREE,
  BUILD,
  CPU,
  MEMORY,
  FILES,
  STARTED,
};

#define PER_S G_USEC_PER_SEC
/* Longer than the longest pause between two questions about the same. */
#define FORGET_SILENCE_MS (10 * 60000)

static const gint64 request_bounds[]
    = { 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 10000000, 0 };
static const gint64 operator_bounds[]
    = { 10000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 0 };
static const gint64 group_bounds[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 0 };

#define COUNTER DS_METRIC_COUNTER
#define GAUGE DS_METRIC_GAUGE
#define HISTOGRAM DS_METRIC_HISTOGRAM

static const DsMetricFamily families[] = {
  [REQUESTS] = { "doorstep_requests", COUNTER, NULL, "Requests of handhelds that were answered.", 1, NULL },
  [REQUEST_TIME]
  = { "doorstep_request_seconds", HISTOGRAM, "seconds",
      "From the whole request to its answer, without what a long poll slept.", PER_S, request_bounds },
  [GROUP_SIZE] = { "doorstep_group_requests", HISTOGRAM, NULL, "Requests that were taken in with one commit.",
                   1, group_bounds },
  [QUEUE]
  = { "doorstep_queue_requests", GAUGE, NULL, "Requests that wait to be taken in or answered.", 1, NULL },
  [QUEUE_BYTES] = { "doorstep_queue_bytes", GAUGE, "bytes", "What these requests hold.", 1, NULL },
  [ENTRIES] = { "doorstep_entries", COUNTER, NULL,
                "Journal entries that were taken, by whether their content could be applied.", 1, NULL },
  [PAYMENTS_OPEN] = { "doorstep_payments_open", GAUGE, NULL, "Payments without an end, by state.", 1, NULL },
  [UNKNOWN_AGE] = { "doorstep_payment_unknown_age_seconds", GAUGE, "seconds",
                    "Age of the oldest payment whose result is unknown; 0 for none.", PER_S, NULL },
  [CASES] = { "doorstep_cases_open", GAUGE, NULL, "Cases that wait for a person, by kind.", 1, NULL },
  [SUSPENSE] = { "doorstep_suspense_fen", GAUGE, "fen", "Money that waits for a decision.", 1, NULL },
  [BOOKS_SUM]
  = { "doorstep_books_sum_fen", GAUGE, "fen", "The trial balance: anything but 0 is an alarm.", 1, NULL },
  [CLEARING]
  = { "doorstep_clearing_fen", GAUGE, "fen", "What an operator has cleared and not paid out.", 1, NULL },
  [PAYOUT_AGE]
  = { "doorstep_payout_waiting_seconds", GAUGE, "seconds",
      "Age of the oldest day that an operator has not paid out as it should; 0 for none.", PER_S, NULL },
  [POLLS] = { "doorstep_polls_waiting", GAUGE, NULL, "Handhelds that wait for news.", 1, NULL },
  [HANDHELDS]
  = { "doorstep_handhelds", GAUGE, NULL,
      "Enrolled handhelds: those that may come, that are kept out, and that are forked.", 1, NULL },
  [FEED_BEHIND]
  = { "doorstep_feed_behind_handhelds", GAUGE, NULL,
      "Handhelds, of those that came since the start, that have not fetched all their news.", 1, NULL },
  [FEED_LAG] = { "doorstep_feed_lag_seconds", GAUGE, "seconds",
                 "Age of the oldest news that such a handheld has not fetched.", PER_S, NULL },
  [FEED_LAG_ITEMS] = { "doorstep_feed_lag_items", GAUGE, NULL,
                       "The most news that wait for one of these handhelds.", 1, NULL },
  [OPERATOR_CALLS] = { "doorstep_operator_calls", COUNTER, NULL,
                       "What operators were asked, by what they said; no-answer means unknown.", 1, NULL },
  [OPERATOR_TIME] = { "doorstep_operator_call_seconds", HISTOGRAM, "seconds",
                      "From a question to an operator to its end.", PER_S, operator_bounds },
  [OPERATOR_SILENCE] = { "doorstep_operator_silence_seconds", GAUGE, "seconds",
                         "For how long an operator has been asked without any answer.", PER_S, NULL },
  [TASKS_DUE] = { "doorstep_operator_questions_due", GAUGE, NULL,
                  "Questions to operators that are due or under way.", 1, NULL },
  [DATABASE_BYTES] = { "doorstep_database_bytes", GAUGE, "bytes", "The database with its log.", 1, NULL },
  [DISK_FREE] = { "doorstep_disk_free_bytes", GAUGE, "bytes", "What the depot may still write.", 1, NULL },
  [BUILD] = { "doorstep_build", GAUGE, NULL, "The version that runs; always 1.", 1, NULL },
  [CPU] = { "process_cpu_seconds", COUNTER, "seconds", "User and system time.", PER_S, NULL },
  [MEMORY] = { "process_resident_memory_bytes", GAUGE, "bytes", "Resident memory.", 1, NULL },
  [FILES] = { "process_open_fds", GAUGE, NULL, "Open files and connections.", 1, NULL },
  [STARTED] = { "process_start_time_seconds", GAUGE, "seconds", "When it was started.", PER_S, NULL },
};

typedef struct
{
  char *courier_id;
  gint64 cursor;
} Pulled;

/* What is known of an operator's line. */
typedef struct
{
  gint64 asked_ms; /* the first question since the last answer; 0 for none */
  gint64 last_ms;  /* the last question */
  guint n_under_way;
  gboolean fails;
} Line;

struct _DsDepotMonitor
{
  DsDepot *depot;
  DsMetrics *metrics;
  GHashTable *pulled; /* (element-type utf8 Pulled): by handheld, since the start */
  GHashTable *lines;  /* (element-type DsOperator Line) */
  gint64 started_us;
  DsDepotLog log; /* (nullable) */
  gpointer log_data;
};

static void
pulled_free (gpointer data)
{
  Pulled *self = data;

  g_free (self->courier_id);
  g_free (self);
}

DsDepotMonitor *
ds_depot_monitor_new (DsDepot *depot)
{
  DsDepotMonitor *self = g_new0 (DsDepotMonitor, 1);

  self->depot = depot;
  self->metrics = ds_metrics_new (families, G_N_ELEMENTS (families));
  self->pulled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, pulled_free);
  self->lines = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->started_us = g_get_real_time ();
  return self;
}

void
ds_depot_monitor_free (DsDepotMonitor *self)
{
  ds_metrics_free (self->metrics);
  g_hash_table_unref (self->pulled);
  g_hash_table_unref (self->lines);
  g_free (self);
}

/* The log */

void
ds_depot_monitor_set_log (DsDepotMonitor *self, DsDepotLog log, gpointer user_data)
{
  self->log = log;
  self->log_data = user_data;
}

void
ds_depot_monitor_say (DsDepotMonitor *self, GLogLevelFlags level, const char *event, json_t *members)
{
  g_assert (members != NULL);
  if (self->log != NULL)
    self->log (level, event, members, self->log_data);
  json_decref (members);
}

/* What happens */

void
ds_depot_monitor_answered (DsDepotMonitor *self, const DsAnswered *answered)
{
  const char *route = answered->route != NULL ? answered->route : "other";
  /* That too many come at once is told by numbers; anything else that the depot cannot do is its own trouble. */
  gboolean is_bad = answered->status >= 500 && answered->status != 503;
  char status[12];

  g_snprintf (status, sizeof status, "%u", answered->status);
  ds_metrics_add (self->metrics, REQUESTS, 1, "route", route, "status", status, NULL);
  ds_metrics_observe (self->metrics, REQUEST_TIME, answered->elapsed_us, "route", route, NULL);
  if (self->log != NULL)
    ds_depot_monitor_say (self, is_bad ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_INFO, "request",
                          json_pack ("{s:s, s:s, s:s, s:i, s:I, s:I, s:s*}", "request", answered->request_id,
                                     "method", answered->method, "route", route, "status",
                                     (int)answered->status, "us", (json_int_t)answered->elapsed_us, "bytes",
                                     (json_int_t)answered->n_bytes, "device", answered->device_id));
}

void
ds_depot_monitor_took (DsDepotMonitor *self, guint n_requests, guint n_entries, guint n_refused)
{
  ds_metrics_observe (self->metrics, GROUP_SIZE, n_requests, NULL);
  ds_metrics_add (self->metrics, ENTRIES, n_entries - n_refused, "result", "accepted", NULL);
  ds_metrics_add (self->metrics, ENTRIES, n_refused, "result", "refused", NULL);
  if (n_refused > 0)
    ds_depot_monitor_say (self, G_LOG_LEVEL_MESSAGE, "entries-refused",
                          json_pack ("{s:i, s:i}", "entries", (int)n_entries, "refused", (int)n_refused));
}

void
ds_depot_monitor_pulled (DsDepotMonitor *self, const char *device_id, const char *courier_id, gint64 cursor)
{
  Pulled *pulled = g_hash_table_lookup (self->pulled, device_id);

  if (pulled == NULL)
    {
      pulled = g_new0 (Pulled, 1);
      pulled->courier_id = g_strdup (courier_id);
      g_hash_table_insert (self->pulled, g_strdup (device_id), pulled);
    }
  pulled->cursor = cursor;
}

/* Operators */

static Line *
find_line (DsDepotMonitor *self, DsOperator *op)
{
  Line *line = g_hash_table_lookup (self->lines, op);

  if (line == NULL)
    {
      line = g_new0 (Line, 1);
      g_hash_table_insert (self->lines, op, line);
    }
  return line;
}

void
ds_depot_monitor_asked (DsDepotMonitor *self, DsOperator *op)
{
  Line *line = find_line (self, op);

  line->last_ms = ds_clock_get_mono_ms (self->depot->clock);
  line->n_under_way++;
  if (line->asked_ms == 0)
    line->asked_ms = MAX (line->last_ms, 1);
}

static const char *
name_result (const DsOrderResult *result, const GError *error)
{
  static const char *const names[]
      = { "unknown-order", "open", "waiting", "paid", "declined", "expired", "refunded" };

  if (g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK))
    return "no-answer";
  if (error != NULL)
    return "refused";
  return result != NULL ? names[result->state] : "done";
}

void
ds_depot_monitor_was_told (DsDepotMonitor *self,
                           DsOperator *op,
                           const char *call,
                           gint64 elapsed_us,
                           const DsOrderResult *result,
                           const GError *error)
{
  Line *line = find_line (self, op);
  const char *id = ds_operator_get_id (op);
  gboolean fails = g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK);

  ds_metrics_add (self->metrics, OPERATOR_CALLS, 1, "operator", id, "call", call, "result",
                  name_result (result, error), NULL);
  ds_metrics_observe (self->metrics, OPERATOR_TIME, elapsed_us, "operator", id, NULL);
  /* The message may quote what the operator sent, and that may name a customer. */
  if (fails != line->fails)
    ds_depot_monitor_say (self, fails ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_MESSAGE,
                          fails ? "operator-no-answer" : "operator-answers",
                          json_pack ("{s:s, s:s}", "operator", id, "call", call));
  line->fails = fails;
  line->n_under_way--;
  if (!fails)
    line->asked_ms = 0;
}

gint64
ds_depot_monitor_get_silence_ms (DsDepotMonitor *self, DsOperator *op)
{
  const Line *line = find_line (self, op);
  gint64 now_ms = ds_clock_get_mono_ms (self->depot->clock);

  /* What nobody has asked for a while may long have its voice again. */
  if (line->asked_ms == 0 || (line->n_under_way == 0 && now_ms - line->last_ms > FORGET_SILENCE_MS))
    return 0;
  return now_ms - line->asked_ms;
}

/* What is looked up when somebody asks */

static void
set_count (DsDepotMonitor *self, guint family, const char *sql, const char *label)
{
  DsQuery *query = ds_depot_sql_query (self->depot->db, NULL, sql, "");
  gboolean row = query != NULL;

  ds_metrics_clear (self->metrics, family);
  while (row && ds_db_step (self->depot->db, query, &row, NULL) && row)
    ds_metrics_set (self->metrics, family, ds_db_column_int (query, 1), label, ds_db_column_text (query, 0),
                    NULL);
  if (query != NULL)
    ds_db_reset (query);
}

static gint64
get_int (DsDepotMonitor *self, const char *sql)
{
  gint64 value = 0;

  ds_depot_sql_get_int (self->depot->db, &value, 0, NULL, sql, "");
  return value;
}

static void
look_at_money (DsDepotMonitor *self)
{
  gint64 now_ms = ds_depot_now_ms (self->depot);
  gint64 since_ms;
  gint64 suspense_fen = 0;
  g_autoptr (json_t) balance = ds_books_to_json (self->depot->db, NULL);

  set_count (self, PAYMENTS_OPEN,
             "SELECT state, count (*) FROM payment WHERE state IN " DS_DEPOT_OPEN_STATES " GROUP BY state",
             "state");
  since_ms = get_int (self, "SELECT min (created_at_ms) FROM payment WHERE state IN " DS_DEPOT_OPEN_STATES
                            " AND state = 'unknown'");
  ds_metrics_set (self->metrics, UNKNOWN_AGE, since_ms > 0 ? MAX (now_ms - since_ms, 0) * 1000 : 0, NULL);
  set_count (self, CASES, "SELECT kind, count (*) FROM incident WHERE closed_at_ms = 0 GROUP BY kind",
             "kind");
  /* A liability: what waits is a credit. */
  if (ds_books_get_balance (self->depot->db, "suspense", &suspense_fen, NULL))
    ds_metrics_set (self->metrics, SUSPENSE, -suspense_fen, NULL);
  if (balance != NULL)
    ds_metrics_set (self->metrics, BOOKS_SUM, json_integer_value (json_object_get (balance, "sum_fen")),
                    NULL);
}

static void
look_at_handhelds (DsDepotMonitor *self)
{
  gint64 now_ms = ds_depot_now_ms (self->depot);
  gint64 n_behind = 0, longest_ms = 0, most = 0;
  GHashTableIter iter;
  gpointer value;

  set_count (self, HANDHELDS,
             "SELECT CASE WHEN revoked IS NOT NULL THEN 'revoked' WHEN forks_at > 0 THEN 'forked' WHEN"
             " signed_out_at_ms > 0 THEN 'signed-out' ELSE 'enrolled' END AS kind, count (*) FROM device"
             " GROUP BY kind",
             "state");
  g_hash_table_iter_init (&iter, self->pulled);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Pulled *pulled = value;
      gint64 n = 0, first = 0;

      ds_depot_sql_get_int (self->depot->db, &n, 0, NULL,
                            "SELECT count (*) FROM feed WHERE courier = ? AND cursor > ?", "si",
                            pulled->courier_id, pulled->cursor);
      if (n == 0)
        continue;
      /* A cursor is the time at which its item was made. */
      ds_depot_sql_get_int (self->depot->db, &first, now_ms, NULL,
                            "SELECT min (cursor) FROM feed WHERE courier = ? AND cursor > ?", "si",
                            pulled->courier_id, pulled->cursor);
      n_behind++;
      most = MAX (most, n);
      longest_ms = MAX (longest_ms, now_ms - first);
    }
  ds_metrics_set (self->metrics, FEED_BEHIND, n_behind, NULL);
  ds_metrics_set (self->metrics, FEED_LAG, longest_ms * 1000, NULL);
  ds_metrics_set (self->metrics, FEED_LAG_ITEMS, most, NULL);
  ds_metrics_set (self->metrics, POLLS, ds_depot_service_get_n_waiters (self->depot->service), NULL);
}

static void
look_at_payouts (DsDepotMonitor *self, const char *operator_id)
{
  g_autofree char *clearing = g_strconcat ("clearing:", operator_id, NULL);
  gint64 clearing_fen, end_ms;

  if (ds_books_get_balance (self->depot->db, clearing, &clearing_fen, NULL))
    ds_metrics_set (self->metrics, CLEARING, clearing_fen, "operator", operator_id, NULL);
  if (ds_depot_find_oldest_unpaid (self->depot, operator_id, &end_ms, NULL))
    ds_metrics_set (self->metrics, PAYOUT_AGE,
                    end_ms > 0 ? MAX (ds_depot_now_ms (self->depot) - end_ms, 0) * 1000 : 0, "operator",
                    operator_id, NULL);
}

static void
look_at_operators (DsDepotMonitor *self)
{
  for (guint i = 0; i < self->depot->operators->len; i++)
    {
      DsOperator *op = g_ptr_array_index (self->depot->operators, i);

      look_at_payouts (self, ds_operator_get_id (op));
      ds_metrics_set (self->metrics, OPERATOR_SILENCE, ds_depot_monitor_get_silence_ms (self, op) * 1000,
                      "operator", ds_operator_get_id (op), NULL);
    }
  ds_metrics_set (self->metrics, TASKS_DUE, ds_depot_work_count_due (self->depot->work), NULL);
}

static gint64
get_file_size (DsDepotMonitor *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->depot->directory, name, NULL);
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

static gint64
get_resident_bytes (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  fields = g_strsplit (text, " ", 3);
  return g_strv_length (fields) > 1 ? g_ascii_strtoll (fields[1], NULL, 10) * sysconf (_SC_PAGESIZE) : 0;
}

static gint64
count_files (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  gint64 n = -1; /* the one that is open to count them */

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    n++;
  return MAX (n, 0);
}

static void
look_at_process (DsDepotMonitor *self)
{
  struct rusage usage;

  if (getrusage (RUSAGE_SELF, &usage) == 0)
    ds_metrics_set (self->metrics, CPU,
                    (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec
                        + usage.ru_stime.tv_usec,
                    NULL);
  ds_metrics_set (self->metrics, MEMORY, get_resident_bytes (), NULL);
  ds_metrics_set (self->metrics, FILES, count_files (), NULL);
  ds_metrics_set (self->metrics, STARTED, self->started_us, NULL);
  ds_metrics_set (self->metrics, BUILD, 1, "version", DS_VERSION, NULL);
  ds_metrics_set (self->metrics, DATABASE_BYTES,
                  get_file_size (self, "depot.db") + get_file_size (self, "depot.db-wal"), NULL);
  ds_metrics_set (self->metrics, DISK_FREE, ds_depot_get_free_bytes (self->depot), NULL);
}

char *
ds_depot_monitor_to_text (DsDepotMonitor *self)
{
  gsize n_bytes;
  guint n_waiting = ds_depot_intake_get_n_waiting (self->depot->intake, &n_bytes);

  ds_metrics_set (self->metrics, QUEUE, n_waiting, NULL);
  ds_metrics_set (self->metrics, QUEUE_BYTES, (gint64)n_bytes, NULL);
  look_at_money (self);
  look_at_handhelds (self);
  look_at_operators (self);
  look_at_process (self);
  return ds_metrics_to_text (self->metrics);
}
