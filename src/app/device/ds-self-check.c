/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-self-check.h"

#include "ds-camera-device.h"
#include "ds-decoder-process.h"
#include "ds-durable-file.h"
#include "ds-preferences.h"
#include "ds-printer.h"
#include "ds-qr.h"
#include "ds-task.h"
#include "ds-words.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PROBE_NAME "self-check"
#define PROBE_BYTES (256 * 1024)
/* A route with its proofs takes about so much; below the second nothing can be relied on. */
#define ROOMY_BYTES (G_GUINT64_CONSTANT (200) << 20)
#define TIGHT_BYTES (G_GUINT64_CONSTANT (20) << 20)
/* Codes at doors live for minutes: a clock that is this far off misleads people, though nothing depends on it. */
#define CLOCK_LIMIT_MS (2 * 60 * 1000)
#define NETWORK_LIMIT_S 20
#define PROBE_TEXT "doorstep self-check"
#define PROBE_SCALE 6

void
ds_check_free (DsCheck *self)
{
  g_free (self->text);
  g_free (self);
}

/* One run: the steps follow each other, for each wants the machine for itself. */
typedef struct
{
  GPtrArray *checks;
  DsKey *key; /* (nullable) */
  char *directory;
  gulong online_handler;
  gulong problem_handler;
  guint timer_source;
} Run;

static void
run_free (Run *run)
{
  g_ptr_array_unref (run->checks);
  g_clear_pointer (&run->key, ds_key_unref);
  g_free (run->directory);
  g_free (run);
}

/* Takes @text. */
static void
add (Run *run, const char *name, const char *title, DsCheckVerdict verdict, char *text)
{
  DsCheck *check = g_new0 (DsCheck, 1);

  check->name = name;
  check->title = title;
  check->verdict = verdict;
  check->text = text;
  g_ptr_array_add (run->checks, check);
}

/* Returns: (transfer full): a sentence of another layer, to go on behind it: some of them end with a full stop. */
static char *
drop_stop (const char *sentence)
{
  gsize n = strlen (sentence);

  if (g_str_has_suffix (sentence, "。"))
    n -= strlen ("。");
  else if (g_str_has_suffix (sentence, "."))
    n--;
  return g_strndup (sentence, n);
}

/* Storage and keys, on a thread */

static gboolean
write_and_read (const char *directory, gint64 *took_ms, GError **error)
{
  g_autofree char *path = g_build_filename (directory, PROBE_NAME, NULL);
  g_autofree char *written = g_malloc (PROBE_BYTES);
  g_autofree char *read = NULL;
  gint64 began_us = g_get_monotonic_time ();
  gsize n = 0;
  gboolean good;

  for (gsize i = 0; i < PROBE_BYTES; i++)
    written[i] = (char)g_random_int ();
  good = ds_durable_file_write (path, written, PROBE_BYTES, error)
         && g_file_get_contents (path, &read, &n, error);
  *took_ms = (g_get_monotonic_time () - began_us) / 1000;
  (void)g_unlink (path);
  if (good && (n != PROBE_BYTES || memcmp (written, read, n) != 0))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("it does not give back what it was given"));
      return FALSE;
    }
  return good;
}

static guint64
get_free_bytes (const char *directory)
{
  g_autoptr (GFile) file = g_file_new_for_path (directory);
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  return info != NULL ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) : 0;
}

static void
check_storage (Run *run)
{
  guint64 free_bytes = get_free_bytes (run->directory);
  g_autofree char *room = g_format_size (free_bytes);
  g_autoptr (GError) error = NULL;
  gint64 took_ms;
  const char *title = _ ("Storage");

  if (!write_and_read (run->directory, &took_ms, &error))
    add (run, "storage", title, DS_CHECK_BAD,
         g_strdup_printf (_ ("Nothing can be kept: %s. Do not collect; take another handheld."),
                          error->message));
  else if (free_bytes < TIGHT_BYTES)
    add (run, "storage", title, DS_CHECK_BAD,
         g_strdup_printf (_ ("Only %s are free. Remove pictures or other programs before you go."), room));
  else if (free_bytes < ROOMY_BYTES)
    add (run, "storage", title, DS_CHECK_LACKING,
         g_strdup_printf (_ ("It works, but only %s are free. Make room soon."), room));
  else
    /* Translators: a size; milliseconds */
    add (run, "storage", title, DS_CHECK_GOOD,
         g_strdup_printf (_ ("%s free; written and read back in %d ms."), room, (int)took_ms));
}

static void
check_keys (Run *run)
{
  guint8 signature[DS_SM2_SIGNATURE_SIZE];
  g_autoptr (GError) error = NULL;
  const char *title = _ ("Keys");

  if (run->key == NULL)
    add (run, "keys", title, DS_CHECK_LACKING,
         g_strdup (_ ("There is none yet: enrol this handheld first.")));
  else if (!ds_key_sign (run->key, PROBE_TEXT, strlen (PROBE_TEXT), signature, &error))
    add (run, "keys", title, DS_CHECK_BAD,
         g_strdup_printf (_ ("It cannot sign: %s. The depot has to enrol it anew."), error->message));
  else if (!ds_key_verify (run->key, PROBE_TEXT, strlen (PROBE_TEXT), signature))
    add (run, "keys", title, DS_CHECK_BAD,
         g_strdup (_ ("Its signature does not verify. The depot has to enrol it anew.")));
  else
    add (run, "keys", title, DS_CHECK_GOOD, g_strdup (_ ("It signs, and the signature verifies.")));
}

static void
check_on_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  check_storage (task_data);
  check_keys (task_data);
  g_task_return_boolean (task, TRUE);
}

/* The journal and the clock */

static void
check_journal (Run *run, DsStore *store, const GError *problem)
{
  DsStoreHealth health = ds_store_get_health (store);
  const char *title = _ ("Journal");

  if (health != DS_STORE_HEALTHY)
    add (run, "journal", title, DS_CHECK_BAD,
         g_strdup_printf ("%s. %s", ds_words_for_health (health).text, ds_words_for_health_advice (health)));
  else if (problem != NULL)
    add (run, "journal", title, DS_CHECK_BAD, g_strdup (problem->message));
  else
    add (run, "journal", title, DS_CHECK_GOOD,
         g_strdup_printf (_ ("Chain, anchor and screens agree; %d entries wait to be sent."),
                          (int)ds_store_get_n_unsent (store)));
}

DsCheckVerdict
ds_self_check_judge_clock (gboolean heard, gint64 difference_ms, char **text)
{
  gint64 minutes = (ABS (difference_ms) + 30000) / 60000;

  if (!heard)
    *text = g_strdup (_ ("Not compared: the depot has not told its time yet. Go online once."));
  else if (ABS (difference_ms) <= CLOCK_LIMIT_MS)
    *text = g_strdup_printf (_ ("%d seconds from the depot's."), (int)(ABS (difference_ms) / 1000));
  else
    *text = g_strdup_printf (difference_ms < 0
                                 ? _ ("%d minutes behind the depot's: it was set back or is wrong. Let the "
                                      "network set date and time.")
                                 : _ ("%d minutes ahead of the depot's. Let the network set date and time."),
                             (int)MIN (minutes, G_MAXINT));
  return !heard ? DS_CHECK_LACKING : ABS (difference_ms) <= CLOCK_LIMIT_MS ? DS_CHECK_GOOD : DS_CHECK_BAD;
}

static void
check_clock (Run *run, DsSession *session)
{
  DsStore *store = ds_session_get_store (session);
  char *text;
  DsCheckVerdict verdict = ds_self_check_judge_clock (
      ds_store_has_trusted_time (store),
      ds_clock_get_wall_ms (ds_session_get_clock (session)) - ds_store_get_trusted_now_ms (store), &text);

  add (run, "clock", _ ("Clock"), verdict, text);
}

static void
check_lock (Run *run, DsSession *session)
{
  gboolean has_pin = ds_lock_get_has_pin (ds_session_get_lock (session));

  if (ds_session_is_practice (session))
    return;
  add (run, "lock", _ ("Lock"), has_pin ? DS_CHECK_GOOD : DS_CHECK_LACKING,
       g_strdup (has_pin ? _ ("A PIN is set.") : _ ("No PIN is set. Choose one in the settings.")));
}

/* The network, last: it may take long */

DsCheckVerdict
ds_self_check_judge_printer (const char *address, char **text)
{
  if (*address == '\0')
    {
      *text = g_strdup (_ ("None is set up. Receipts are shown on the screen."));
      return DS_CHECK_LACKING;
    }
  if (!ds_printer_is_address (address))
    {
      *text = g_strdup_printf (_ ("“%s” is no printer's address. Set it right in the settings."), address);
      return DS_CHECK_BAD;
    }
  if (g_path_is_absolute (address) && g_access (address, W_OK) != 0)
    {
      *text = g_strdup_printf (_ ("Nothing can be printed at %s. Turn the printer on and connect it."),
                               address);
      return DS_CHECK_BAD;
    }
  /* Whether it prints is seen on paper alone. */
  *text = g_strdup_printf (_ ("Set up at %s. Print a test slip from the settings to see it print."), address);
  return DS_CHECK_GOOD;
}

static void
check_printer (Run *run)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autofree char *address
      = preferences ? g_settings_get_string (preferences, "printer-address") : g_strdup ("");
  char *text;
  DsCheckVerdict verdict = ds_self_check_judge_printer (address, &text);

  add (run, "printer", _ ("Printer"), verdict, text);
}

static void
end (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  DsSession *session = g_task_get_source_object (task);
  DsLink *link = ds_session_get_link (session);
  gboolean enrolled = ds_store_get_identity (ds_session_get_store (session)) != NULL;
  const char *told = link != NULL ? ds_link_get_problem (link) : NULL;
  g_autofree char *problem = drop_stop (told != NULL ? told : _ ("The depot has not answered"));
  const char *title = _ ("Network and depot");

  if (link != NULL)
    {
      g_clear_signal_handler (&run->online_handler, link);
      g_clear_signal_handler (&run->problem_handler, link);
    }
  g_clear_handle_id (&run->timer_source, g_source_remove);

  if (!enrolled)
    add (run, "network", title, DS_CHECK_LACKING,
         g_strdup (_ ("It belongs to no depot yet: enrol it first.")));
  else if (link != NULL && ds_link_get_online (link))
    add (run, "network", title, DS_CHECK_GOOD,
         g_strdup (_ ("The depot answers, and its certificate is the right one.")));
  else
    add (run, "network", title, DS_CHECK_LACKING,
         g_strdup_printf (_ ("%s. Work goes on offline: cash and vouchers are taken."), problem));
  check_printer (run);
  g_task_return_pointer (task, g_ptr_array_ref (run->checks), (GDestroyNotify)g_ptr_array_unref);
  g_object_unref (task);
}

static gboolean
did_wait_enough (gpointer user_data)
{
  Run *run = g_task_get_task_data (user_data);

  run->timer_source = 0;
  end (user_data);
  return G_SOURCE_REMOVE;
}

static void
link_changed (DsLink *link, GParamSpec *pspec, gpointer user_data)
{
  if (ds_link_get_online (link) || ds_link_get_problem (link) != NULL)
    end (user_data);
}

static void
check_network (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  DsSession *session = g_task_get_source_object (task);
  DsLink *link = ds_session_get_link (session);

  if (link == NULL || ds_link_get_online (link)
      || ds_store_get_identity (ds_session_get_store (session)) == NULL)
    {
      end (task);
      return;
    }
  run->online_handler = g_signal_connect (link, "notify::online", G_CALLBACK (link_changed), task);
  run->problem_handler = g_signal_connect (link, "notify::problem", G_CALLBACK (link_changed), task);
  run->timer_source = g_timeout_add_seconds (NETWORK_LIMIT_S, did_wait_enough, task);
  ds_link_wake (link);
}

/* Decoder and camera */

static void
did_list_cameras (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = ds_camera_list_finish (result, &error);
  const char *title = _ ("Camera");

  if (devices == NULL)
    add (run, "camera", title, DS_CHECK_LACKING, g_strdup (error->message));
  else if (devices->len == 0)
    add (run, "camera", title, DS_CHECK_LACKING,
         g_strdup (_ ("None was found. The scan key, pictures and typing still work.")));
  else
    {
      const DsCameraDevice *device = g_ptr_array_index (devices, 0);

      add (run, "camera", title, DS_CHECK_GOOD,
           g_strdup_printf (_ ("Found: %s. Try it with “Test camera and scan engine”."), device->name));
    }
  check_network (task);
}

static void
did_decode (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (DsReading) reading
      = ds_decoder_process_decode_finish (DS_DECODER_PROCESS (source), result, &error);
  const char *title = _ ("Reading codes");
  g_autofree char *problem = error != NULL ? drop_stop (error->message) : NULL;

  if (reading == NULL)
    add (run, "decoder", title, DS_CHECK_BAD,
         g_strdup_printf (_ ("Pictures cannot be read: %s. The scan key still works."), problem));
  else if (reading->symbols->len == 0
           || strcmp (((const DsSymbol *)g_ptr_array_index (reading->symbols, 0))->text, PROBE_TEXT) != 0)
    add (run, "decoder", title, DS_CHECK_BAD,
         g_strdup (_ ("A clean code was read wrongly. Install Doorstep anew; the scan key still works.")));
  else
    add (run, "decoder", title, DS_CHECK_GOOD, g_strdup (_ ("A code was drawn and read back.")));
  ds_camera_list_async (NULL, did_list_cameras, task);
}

static void
check_decoder (GTask *task)
{
  g_autoptr (DsQr) code = ds_qr_new (PROBE_TEXT, DS_QR_LEVEL_M, NULL);
  guint side = 0;
  g_autoptr (GBytes) pixels = NULL;

  g_assert (code != NULL);
  pixels = ds_qr_render (code, PROBE_SCALE, &side);
  ds_decoder_process_decode_frame_async (ds_decoder_process_get_default (), pixels, side, side, side, NULL,
                                         did_decode, task);
}

static void
did_check_journal (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  DsSession *session = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  ds_store_check_finish (DS_STORE (source), result, &error);
  check_journal (g_task_get_task_data (task), DS_STORE (source), error);
  check_clock (g_task_get_task_data (task), session);
  check_lock (g_task_get_task_data (task), session);
  check_decoder (task);
}

static void
did_check_on_thread (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ds_store_check_async (ds_session_get_store (DS_SESSION (source)), TRUE, NULL, did_check_journal, user_data);
}

void
ds_self_check_async (DsSession *session,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task;
  g_autoptr (GTask) thread = NULL;
  Run *run;

  g_return_if_fail (DS_IS_SESSION (session));

  task = g_task_new (session, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_self_check_async));
  run = g_new0 (Run, 1);
  run->checks = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_check_free);
  run->directory = g_strdup (ds_session_get_directory (session));
  if (ds_store_get_device_key (ds_session_get_store (session)) != NULL)
    run->key = ds_key_ref (ds_store_get_device_key (ds_session_get_store (session)));
  g_task_set_task_data (task, run, (GDestroyNotify)run_free);

  thread = g_task_new (session, NULL, did_check_on_thread, task);
  g_task_set_name (thread, "[doorstep] check storage and keys");
  g_task_set_task_data (thread, run, NULL);
  g_task_run_in_thread (thread, check_on_thread);
}

GPtrArray *
ds_self_check_finish (DsSession *session, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, session), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
