/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-voice.h"

#include "ds-amount-words.h"
#include "ds-error.h"
#include "ds-task.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <string.h>

/* A daemon that is busy with something else must not keep a thread for ever. */
#define PATIENCE_S 3
#define ADDRESS_PREFIX "unix_socket:"
/* A reply has lines "225-…" and ends with "225 …". */
#define CODE_DIGITS 3

struct _DsVoice
{
  GObject parent;
};

G_DEFINE_FINAL_TYPE (DsVoice, ds_voice, G_TYPE_OBJECT)

/* One utterance. */
typedef struct
{
  char *words;
  char *language;
} Job;

static void
job_free (Job *job)
{
  g_free (job->words);
  g_free (job->language);
  g_free (job);
}

static char *
get_socket_path (void)
{
  const char *address = g_getenv ("SPEECHD_ADDRESS");

  if (address != NULL && g_str_has_prefix (address, ADDRESS_PREFIX)
      && address[strlen (ADDRESS_PREFIX)] != '\0')
    return g_strdup (address + strlen (ADDRESS_PREFIX));
  return g_build_filename (g_get_user_runtime_dir (), "speech-dispatcher", "speechd.sock", NULL);
}

static GSocketConnection *
connect_once (GCancellable *cancellable)
{
  g_autofree char *path = get_socket_path ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_timeout (client, PATIENCE_S);
  return g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), cancellable, NULL);
}

/* The daemon goes to the background once it listens; where it is not installed there is no voice. */
static GSocketConnection *
connect_to_daemon (GCancellable *cancellable, GError **error)
{
  GSocketConnection *connection = connect_once (cancellable);
  g_autofree char *program = connection == NULL ? g_find_program_in_path ("speech-dispatcher") : NULL;
  g_autoptr (GSubprocess) starter = NULL;

  if (program != NULL)
    {
      starter = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
                                  program, "--spawn", NULL);
      if (starter != NULL && g_subprocess_wait (starter, cancellable, NULL))
        connection = connect_once (cancellable);
    }
  if (connection == NULL)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                         _ ("There is no voice here: speech-dispatcher is not installed or does not run."));
  return connection;
}

/* Returns: whether the daemon's whole reply is one of success (2xx). */
static gboolean
read_reply (GDataInputStream *input, GCancellable *cancellable)
{
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (input, NULL, cancellable, NULL);

      if (line == NULL || strlen (line) <= CODE_DIGITS)
        return FALSE;
      if (line[CODE_DIGITS] == ' ')
        return line[0] == '2';
    }
}

static gboolean
ask (GSocketConnection *connection, GDataInputStream *input, const char *text, GCancellable *cancellable)
{
  g_autofree char *line = g_strconcat (text, "\r\n", NULL);

  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), line,
                                    strlen (line), NULL, cancellable, NULL)
         && read_reply (input, cancellable);
}

static gboolean
speak (GSocketConnection *connection, const Job *job, GCancellable *cancellable)
{
  g_autoptr (GDataInputStream) input
      = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autofree char *language = g_strconcat ("SET SELF LANGUAGE ", job->language, NULL);
  g_autofree char *data = g_strconcat (job->words, "\r\n.", NULL);

  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  if (!ask (connection, input, "SET SELF CLIENT_NAME courier:doorstep:main", cancellable))
    return FALSE;
  /* A daemon without that language still speaks in the one it has. */
  ask (connection, input, language, cancellable);
  return ask (connection, input, "SPEAK", cancellable) && ask (connection, input, data, cancellable)
         && ask (connection, input, "QUIT", cancellable);
}

static void
say (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection = connect_to_daemon (cancellable, &error);

  if (connection == NULL)
    g_task_return_error (task, error);
  else if (!speak (connection, task_data, cancellable))
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_PROTOCOL,
                             _ ("The voice did not take the words. Look at speech-dispatcher's settings."));
  else
    g_task_return_boolean (task, TRUE);
}

void
ds_voice_say_async (DsVoice *self,
                    const char *words,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  g_return_if_fail (DS_IS_VOICE (self));
  g_return_if_fail (words != NULL && strchr (words, '\n') == NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_voice_say_async));
  job = g_new0 (Job, 1);
  job->words = g_strdup (words);
  /* Translators: the language of this translation, as speech-dispatcher calls it: two letters */
  job->language = g_strdup (C_ ("language of the voice", "en"));
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  g_task_run_in_thread (task, say);
}

gboolean
ds_voice_say_finish (DsVoice *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
ds_voice_class_init (DsVoiceClass *klass)
{
}

static void
ds_voice_init (DsVoice *self)
{
}

DsVoice *
ds_voice_get_default (void)
{
  static DsVoice *voice;

  if (voice == NULL)
    voice = g_object_new (DS_TYPE_VOICE, NULL);
  return voice;
}

/* Words */

static char *
spell (gint64 amount_fen)
{
  const char *language = C_ ("language of the voice", "en");

  return g_str_equal (language, "zh") ? ds_amount_words_zh (amount_fen) : ds_amount_words_en (amount_fen);
}

char *
ds_voice_words_for_paid (gint64 amount_fen)
{
  g_autofree char *amount = spell (amount_fen);

  /* Translators: spoken aloud, with an amount in words */
  return g_strdup_printf (_ ("Received: %s"), amount);
}

char *
ds_voice_words_for_payment (DsPayment *payment)
{
  g_autofree char *amount = NULL;

  g_return_val_if_fail (DS_IS_PAYMENT (payment), NULL);

  amount = spell (payment->amount_fen);
  switch (payment->state)
    {
    case DS_PAYMENT_PAID:
    case DS_PAYMENT_SETTLED:
      /* Translators: spoken aloud, with an amount in words */
      return payment->tender == DS_TENDER_CASH ? g_strdup_printf (_ ("Cash: %s"), amount)
                                               : ds_voice_words_for_paid (payment->amount_fen);
    case DS_PAYMENT_ACCEPTED:
      /* Translators: spoken aloud: taken without a network, and not booked yet */
      return g_strdup_printf (_ ("Accepted offline: %s. Not booked yet"), amount);
    case DS_PAYMENT_UNKNOWN:
    case DS_PAYMENT_CLAIMED:
      /* Translators: spoken aloud */
      return g_strdup (_ ("Result unknown. Do not collect again"));
    case DS_PAYMENT_DECLINED:
    case DS_PAYMENT_EXPIRED:
    case DS_PAYMENT_REJECTED:
      /* Translators: spoken aloud */
      return g_strdup (_ ("Not paid"));
    default:
      return NULL;
    }
}
