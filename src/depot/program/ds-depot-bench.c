/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-bench.h"

#include "ds-depot-private.h"

#include "ds-encoding.h"
#include "ds-enrol-code.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AMOUNT_FEN 4350
/* What the depot answers to a push, in bytes. */
#define ANSWER_BYTES 640
#define MAX_TRIES 20

/* One handheld with a day's journal. */
typedef struct
{
  char *courier;
  DsKey *key;
  char *device;
  gint64 seq;
  char *head;
  GString *lines;
  char *token;
  gint64 sent_us;
  guint n_tries;
} Handheld;

typedef struct
{
  const DsBenchOptions *options;
  DsClock *clock;
  DsRandom *random;
  GPtrArray *handhelds; /* (element-type Handheld) */
} Bench;

/* One peak. */
typedef struct
{
  Bench *bench;
  GMainLoop *loop;
  SoupSession *session;
  char *address;
  guint next;
  guint n_left;
  guint n_requests;
  guint n_sent_away;
  GArray *latencies_us; /* (element-type gint64): of pushes */
  GError *error;
} Peak;

static void
handheld_free (gpointer data)
{
  Handheld *self = data;

  g_free (self->courier);
  g_clear_pointer (&self->key, ds_key_unref);
  g_free (self->device);
  g_free (self->head);
  g_free (self->token);
  if (self->lines != NULL)
    g_string_free (self->lines, TRUE);
  g_free (self);
}

/* The company */

static gboolean
append (Bench *self, Handheld *handheld, const char *type, json_t *data, GError **error)
{
  g_autofree char *id = ds_id_new (self->clock, self->random);
  g_autoptr (json_t) owned = data;
  g_autoptr (DsEntry) entry = ds_entry_sign (handheld->key, handheld->device, handheld->seq + 1,
                                             handheld->head, id, self->clock, type, data, error);

  if (entry == NULL)
    return FALSE;
  handheld->seq = entry->seq;
  g_free (handheld->head);
  handheld->head = g_strdup (entry->hash);
  g_string_append_printf (handheld->lines, "%s\n", entry->line);
  return TRUE;
}

static gboolean
deliver (Bench *self, Handheld *handheld, const char *shift, const char *stop, guint number, GError **error)
{
  g_autofree char *payment = ds_id_new (self->clock, self->random);
  g_autofree char *waybill = g_strdup_printf ("B%s-%u", handheld->courier, number);

  return append (self, handheld, "payment.cash",
                 json_pack ("{s:s, s:s, s:s, s:[s], s:I, s:I, s:I}", "payment", payment, "shift", shift,
                            "stop", stop, "parcels", waybill, "amount_fen", (json_int_t)AMOUNT_FEN,
                            "tendered_fen", (json_int_t)AMOUNT_FEN, "change_fen", (json_int_t)0),
                 error)
         && append (self, handheld, "parcel.outcome",
                    json_pack ("{s:s, s:[s], s:s}", "stop", stop, "parcels", waybill, "outcome", "delivered"),
                    error);
}

static gboolean
write_journal (Bench *self, DsDepot *depot, Handheld *handheld, GError **error)
{
  g_autofree char *shift = ds_id_new (self->clock, self->random);
  g_autofree char *public_key = ds_key_get_public_hex (handheld->key);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");

  handheld->head = g_strdup (DS_ENTRY_GENESIS);
  handheld->lines = g_string_new (NULL);
  if (!append (self, handheld, "device.enrolled",
               json_pack ("{s:s, s:s, s:s}", "public_key", public_key, "app_version", DS_VERSION, "model",
                          "bench"),
               error)
      || !append (self, handheld, "shift.opened",
                  json_pack ("{s:s, s:s, s:s, s:I}", "shift", shift, "courier", handheld->courier,
                             "accounting_date", today, "float_fen", (json_int_t)0),
                  error))
    return FALSE;
  for (guint i = 0; i < self->options->n_payments; i++)
    {
      g_autofree char *waybill = g_strdup_printf ("B%s-%u", handheld->courier, i);
      g_autofree char *stop = NULL;

      if (!ds_depot_sql_get_text (depot->db, &stop, error, "SELECT stop FROM parcel WHERE waybill = ?", "s",
                                  waybill)
          || !deliver (self, handheld, shift, stop, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
enrol (Bench *self, DsDepot *depot, Handheld *handheld, GError **error)
{
  g_autofree char *uri = ds_depot_enrol (depot, handheld->courier, "Bench", "https://127.0.0.1", error);
  g_autoptr (DsTrouble) trouble = NULL;
  g_autoptr (json_t) request = NULL;
  g_autoptr (json_t) answer = NULL;
  g_autofree char *public_key = NULL;
  g_autofree char *text = NULL;
  g_autofree char *proof = NULL;
  g_autoptr (DsEnrolCode) code = uri ? ds_enrol_code_parse (uri, error) : NULL;
  guint8 signature[DS_SM2_SIGNATURE_SIZE];

  handheld->key = code ? ds_key_generate (error) : NULL;
  if (handheld->key == NULL)
    return FALSE;
  public_key = ds_key_get_public_hex (handheld->key);
  text = g_strconcat (code->code, ".", public_key, NULL);
  if (!ds_key_sign (handheld->key, text, strlen (text), signature, error))
    return FALSE;
  proof = ds_base64url_encode (signature, sizeof signature);
  request = json_pack ("{s:s, s:s, s:s, s:s, s:s}", "code", code->code, "public_key", public_key, "model",
                       "bench", "app_version", DS_VERSION, "proof", proof);
  answer = ds_depot_answer_enrolment (depot, request, &trouble);
  if (answer == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE, trouble->detail);
      return FALSE;
    }
  handheld->device = g_strdup (json_string_value (json_object_get (answer, "device")));
  return TRUE;
}

static GBytes *
write_route (Bench *self)
{
  GString *csv = g_string_new ("waybill,recipient,phone,address,due,prepaid,courier\n");

  for (guint i = 0; i < self->handhelds->len; i++)
    {
      Handheld *handheld = g_ptr_array_index (self->handhelds, i);

      for (guint p = 0; p < self->options->n_payments; p++)
        g_string_append_printf (csv, "B%s-%u,Recipient %u,17000000000,Street %u,43.50,no,%s\n",
                                handheld->courier, p, p, p, handheld->courier);
    }
  return g_string_free_to_bytes (csv);
}

typedef struct
{
  GMainLoop *loop;
  json_t *report;
  GError *error;
} Import;

static void
did_import (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Import *import = user_data;

  import->report = ds_depot_import_finish (DS_DEPOT (source), result, &import->error);
  g_main_loop_quit (import->loop);
}

static gboolean
import_route (Bench *self, DsDepot *depot, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GBytes) csv = write_route (self);
  Import import = { .loop = loop };

  ds_depot_import_async (depot, csv, &(DsImportOptions){ 0 }, NULL, did_import, &import);
  g_main_loop_run (loop);
  if (import.report == NULL)
    {
      g_propagate_error (error, import.error);
      return FALSE;
    }
  json_decref (import.report);
  return TRUE;
}

static DsDepot *
open_depot (Bench *self, GError **error)
{
  g_autoptr (GPtrArray) operators = g_ptr_array_new ();

  return ds_depot_new (self->options->directory, NULL, operators, self->clock, self->random, error);
}

static gboolean
make_company (Bench *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->options->directory, "depot.db", NULL);
  g_autoptr (DsDepot) depot = NULL;
  gboolean made;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   "“%s” holds a depot: bench makes its own, in a directory without one",
                   self->options->directory);
      return FALSE;
    }
  depot = open_depot (self, error);
  if (depot == NULL)
    return FALSE;
  for (guint i = 0; i < self->options->n_handhelds; i++)
    {
      Handheld *handheld = g_new0 (Handheld, 1);

      handheld->courier = g_strdup_printf ("%u", 10000 + i);
      g_ptr_array_add (self->handhelds, handheld);
    }
  made = TRUE;
  for (guint i = 0; made && i < self->handhelds->len; i++)
    made = enrol (self, depot, g_ptr_array_index (self->handhelds, i), error);
  made = made && import_route (self, depot, error);
  for (guint i = 0; made && i < self->handhelds->len; i++)
    made = write_journal (self, depot, g_ptr_array_index (self->handhelds, i), error);
  ds_depot_close (depot);
  return made;
}

/* Servers */

typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  char *address;
} Server;

static void
server_clear (Server *self)
{
  if (self->process != NULL)
    {
      g_subprocess_send_signal (self->process, SIGTERM);
      g_subprocess_wait (self->process, NULL, NULL);
    }
  g_clear_object (&self->output);
  g_clear_object (&self->process);
  g_clear_pointer (&self->address, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Server, server_clear)

/* Starts this program once more and reads the line that says where it listens. */
static gboolean
server_start (Server *self, const char *directory, const char *command, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *line = NULL;
  g_autoptr (json_t) ready = NULL;
  const char *address;

  if (program == NULL)
    return FALSE;
  self->process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error, program, "--dir", directory, command, NULL);
  if (self->process == NULL)
    return FALSE;
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (self->output, NULL, NULL, error);
  ready = line ? ds_json_parse_object (line, strlen (line), 4096, error) : NULL;
  address = json_string_value (json_object_get (ready, "listening"));
  if (address == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, DS_ERROR, DS_ERROR_STATE, "“%s” did not start", command);
      return FALSE;
    }
  self->address = g_strdup (address);
  return TRUE;
}

/* The most memory that it ever had, from the kernel. */
static gint64
server_get_peak_kib (Server *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/status", g_subprocess_get_identifier (self->process));
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  at = strstr (text, "VmHWM:");
  return at ? g_ascii_strtoll (at + strlen ("VmHWM:"), NULL, 10) : 0;
}

/* What it has computed so far, in threads of its own too. */
static gint64
server_get_cpu_us (Server *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", g_subprocess_get_identifier (self->process));
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  /* proc(5): utime and stime are the 12th and 13th behind the program's name, which ends with the last bracket. */
  at = strrchr (text, ')');
  fields = g_strsplit (at ? at + 2 : "", " ", 14);
  if (g_strv_length (fields) < 14)
    return 0;
  return (g_ascii_strtoll (fields[11], NULL, 10) + g_ascii_strtoll (fields[12], NULL, 10)) * G_USEC_PER_SEC
         / sysconf (_SC_CLK_TCK);
}

/* The peak */

static void begin_next (Peak *self);
static void send_push (Peak *self, Handheld *handheld);

static void
give_up (Peak *self, const char *problem)
{
  if (self->error == NULL)
    g_set_error (&self->error, DS_ERROR, DS_ERROR_NETWORK, "%s", problem);
  g_main_loop_quit (self->loop);
}

/* A request that waits for its answer, or to be sent again. */
typedef struct
{
  Peak *peak;
  Handheld *handheld;
  SoupMessage *message;
  gboolean is_push;
} Call;

static void
call_free (Call *self)
{
  g_object_unref (self->message);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void send_assertion (Peak *self, Handheld *handheld);

static gboolean
send_again (gpointer user_data)
{
  g_autoptr (Call) call = user_data;

  if (call->is_push)
    send_push (call->peak, call->handheld);
  else
    send_assertion (call->peak, call->handheld);
  return G_SOURCE_REMOVE;
}

/* Returns: whether the depot has sent the handheld away for a while, which it keeps to. */
static gboolean
is_sent_away (Call *call)
{
  const char *after
      = soup_message_headers_get_one (soup_message_get_response_headers (call->message), "Retry-After");
  Call *again;

  if (soup_message_get_status (call->message) != 503 || call->handheld->n_tries == MAX_TRIES)
    return FALSE;
  call->handheld->n_tries++;
  call->peak->n_sent_away++;
  again = g_new0 (Call, 1);
  *again = *call;
  g_object_ref (again->message);
  g_timeout_add_seconds (after ? (guint)g_ascii_strtoull (after, NULL, 10) : 1, send_again, again);
  return TRUE;
}

static void
take_token (Call *call, GBytes *body)
{
  gsize n;
  const char *text = g_bytes_get_data (body, &n);
  g_autoptr (json_t) answer = ds_json_parse_object (text, n, 64 * 1024, NULL);
  const char *token = json_string_value (json_object_get (answer, "token"));

  call->handheld->token = g_strdup (token ? token : "none");
  send_push (call->peak, call->handheld);
}

static void
end_push (Call *call)
{
  Peak *peak = call->peak;
  gint64 latency_us = g_get_monotonic_time () - call->handheld->sent_us;

  g_array_append_val (peak->latencies_us, latency_us);
  peak->n_left--;
  if (peak->n_left == 0)
    g_main_loop_quit (peak->loop);
  else
    begin_next (peak);
}

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  call->peak->n_requests++;
  if (body == NULL)
    give_up (call->peak, error->message);
  else if (soup_message_get_status (call->message) != SOUP_STATUS_OK)
    {
      if (!is_sent_away (call))
        give_up (call->peak, g_bytes_get_data (body, NULL));
    }
  else if (call->is_push)
    end_push (call);
  else
    take_token (call, body);
}

static void
send_message (Peak *self, Handheld *handheld, gboolean is_push, const char *path, GBytes *body)
{
  g_autofree char *uri = g_strconcat (self->address, path, NULL);
  Call *call = g_new0 (Call, 1);

  call->peak = self;
  call->handheld = handheld;
  call->is_push = is_push;
  call->message = soup_message_new (SOUP_METHOD_POST, uri);
  /* As the handheld's own client: what is sent twice is taken once, so a connection may be used again. */
  soup_message_set_flags (call->message, SOUP_MESSAGE_IDEMPOTENT);
  soup_message_set_request_body_from_bytes (call->message,
                                            is_push ? "application/x-ndjson" : "application/json", body);
  if (is_push)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", handheld->token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (call->message), "Authorization",
                                    bearer);
    }
  soup_session_send_and_read_async (self->session, call->message, G_PRIORITY_DEFAULT, NULL, did_answer, call);
}

static void
send_push (Peak *self, Handheld *handheld)
{
  g_autoptr (GBytes) body = g_bytes_new_static (handheld->lines->str, handheld->lines->len);

  handheld->sent_us = g_get_monotonic_time ();
  send_message (self, handheld, TRUE, "/v1/journal", body);
}

static void
send_assertion (Peak *self, Handheld *handheld)
{
  g_autofree char *nonce = ds_id_new (self->bench->clock, self->bench->random);
  g_autoptr (json_t) claims
      = json_pack ("{s:s, s:s, s:I, s:s}", "device", handheld->device, "aud", "depot", "at_ms",
                   (json_int_t)ds_clock_get_wall_ms (self->bench->clock), "nonce", nonce);
  g_autofree char *text = ds_json_to_line (claims);
  g_autofree char *assertion = ds_jws_sign (handheld->key, handheld->device, text, strlen (text), NULL);
  g_autoptr (json_t) request = json_pack ("{s:s}", "assertion", assertion);
  char *line = ds_json_to_line (request);
  g_autoptr (GBytes) body = g_bytes_new_take (line, strlen (line));

  send_message (self, handheld, FALSE, "/v1/tokens", body);
}

static void
begin_next (Peak *self)
{
  Handheld *handheld;

  if (self->next == self->bench->handhelds->len)
    return;
  handheld = g_ptr_array_index (self->bench->handhelds, self->next++);
  handheld->n_tries = 0;
  g_clear_pointer (&handheld->token, g_free);
  send_assertion (self, handheld);
}

static int
compare_latencies (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a;
  gint64 y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

/* What a run has shown, in whole numbers. */
typedef struct
{
  gint64 requests_per_s;
  gint64 payments_per_s;
  gint64 cpu_us; /* of the server, a request */
} Figures;

static void
report (Peak *self,
        const char *name,
        gint64 elapsed_us,
        gint64 cpu_before_us,
        Server *server,
        Figures *figures)
{
  guint n = self->latencies_us->len;
  gint64 n_payments = (gint64)n * self->bench->options->n_payments;

  g_array_sort (self->latencies_us, compare_latencies);
  figures->requests_per_s = (gint64)self->n_requests * G_USEC_PER_SEC / elapsed_us;
  figures->payments_per_s = n_payments * G_USEC_PER_SEC / elapsed_us;
  figures->cpu_us = (server_get_cpu_us (server) - cpu_before_us) / self->n_requests;
  printf ("{\"run\":\"%s\",\"handhelds\":%u,\"payments\":%" G_GINT64_FORMAT ",\"ms\":%" G_GINT64_FORMAT
          ",\"requests\":%u,\"requests_per_s\":%" G_GINT64_FORMAT ",\"payments_per_s\":%" G_GINT64_FORMAT
          ",\"push_p50_us\":%" G_GINT64_FORMAT ",\"push_p99_us\":%" G_GINT64_FORMAT
          ",\"server_cpu_us\":%" G_GINT64_FORMAT ",\"sent_away\":%u,\"memory_kib\":%" G_GINT64_FORMAT "}\n",
          name, n, n_payments, elapsed_us / 1000, self->n_requests, figures->requests_per_s,
          figures->payments_per_s, g_array_index (self->latencies_us, gint64, n / 2),
          g_array_index (self->latencies_us, gint64, n - 1 - n / 100), figures->cpu_us, self->n_sent_away,
          server_get_peak_kib (server));
  fflush (stdout);
}

static SoupSession *
make_session (Bench *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->options->directory, "ca.pem", NULL);
  g_autoptr (GTlsDatabase) trust = g_tls_file_database_new (path, error);

  if (trust == NULL)
    return NULL;
  return soup_session_new_with_options ("tls-database", trust, "max-conns", self->options->n_connections,
                                        "max-conns-per-host", self->options->n_connections, "timeout", 60,
                                        NULL);
}

static gboolean
run_peak (Bench *self, const char *name, const char *command, Figures *figures, GError **error)
{
  g_auto (Server) server = { 0 };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GArray) latencies_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (SoupSession) session = make_session (self, error);
  Peak peak = { .bench = self, .loop = loop, .session = session, .latencies_us = latencies_us };
  gint64 began_us, cpu_before_us;

  if (session == NULL || !server_start (&server, self->options->directory, command, error))
    return FALSE;
  peak.address = server.address;
  peak.n_left = self->handhelds->len;
  cpu_before_us = server_get_cpu_us (&server);
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < self->options->n_connections; i++)
    begin_next (&peak);
  g_main_loop_run (loop);
  if (peak.error != NULL)
    {
      g_propagate_error (error, peak.error);
      return FALSE;
    }
  report (&peak, name, g_get_monotonic_time () - began_us, cpu_before_us, &server, figures);
  return TRUE;
}

/* Afterwards */

static gboolean
check_books (Bench *self, GError **error)
{
  g_autoptr (DsDepot) depot = open_depot (self, error);
  gint64 n_expected = (gint64)self->handhelds->len * self->options->n_payments;
  gint64 n_payments, collected_fen, n_refused;

  if (depot == NULL)
    return FALSE;
  if (!ds_depot_sql_get_int (depot->db, &n_payments, 0, error,
                             "SELECT count (*) FROM payment WHERE tender = 'cash' AND state = 'paid'", "")
      || !ds_depot_sql_get_int (depot->db, &collected_fen, 0, error,
                                "SELECT sum (amount_fen) FROM booking WHERE account LIKE 'cash:%'", "")
      || !ds_depot_sql_get_int (depot->db, &n_refused, 0, error,
                                "SELECT count (*) FROM entry WHERE refused IS NOT NULL", ""))
    return FALSE;
  if (n_payments != n_expected || collected_fen != n_expected * AMOUNT_FEN || n_refused > 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STATE,
                   "The books hold %" G_GINT64_FORMAT " payments of %" G_GINT64_FORMAT
                   " fen, and %" G_GINT64_FORMAT " entries were refused; collected were %" G_GINT64_FORMAT
                   " of %" G_GINT64_FORMAT " fen",
                   n_payments, collected_fen, n_refused, n_expected, n_expected * AMOUNT_FEN);
      return FALSE;
    }
  return TRUE;
}

gboolean
ds_depot_bench (const DsBenchOptions *options, GError **error)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();
  g_autoptr (GPtrArray) handhelds = g_ptr_array_new_with_free_func (handheld_free);
  Bench self = { .options = options, .clock = clock, .random = random, .handhelds = handhelds };
  Figures bare, depot;

  if (!make_company (&self, error) || !run_peak (&self, "bare", "bench-bare", &bare, error)
      || !run_peak (&self, "depot", "serve", &depot, error) || !check_books (&self, error))
    return FALSE;
  printf ("{\"run\":\"compared\",\"lost\":0,\"doubled\":0,\"percent_of_bare\":%" G_GINT64_FORMAT
          ",\"percent_of_bare_by_cpu\":%" G_GINT64_FORMAT "}\n",
          depot.requests_per_s * 100 / MAX (bare.requests_per_s, 1),
          bare.cpu_us * 100 / MAX (depot.cpu_us, 1));
  return TRUE;
}

/* The peer */

static void
did_get_bare (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              GHashTable *query,
              gpointer user_data)
{
  static char answer[ANSWER_BYTES + 1];

  memset (answer, ' ', ANSWER_BYTES);
  memcpy (answer, "{}", 2);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, answer, ANSWER_BYTES);
}

gboolean
ds_depot_bench_serve_bare (const char *directory, GError **error)
{
  g_autoptr (DsAuthority) authority
      = ds_authority_open (directory, NULL, g_get_real_time () / G_USEC_PER_SEC, error);
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GSList *uris;

  if (authority == NULL)
    return FALSE;
  server = soup_server_new ("tls-certificate", ds_authority_get_server_certificate (authority), NULL);
  soup_server_add_handler (server, NULL, did_get_bare, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return FALSE;
  uris = soup_server_get_uris (server);
  printf ("{\"listening\":\"https://127.0.0.1:%d\"}\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  g_main_loop_run (loop);
  return TRUE;
}
