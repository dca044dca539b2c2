/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-peers.h"

#include "ds-json.h"

#include <string.h>

/* What fetch.sh ends with when the packages cannot be had. */
#define CANNOT_FETCH 77

#define ANSWER_MAX_BYTES (1 << 20)

struct _NodePeers
{
  GSubprocess *process;
  GOutputStream *questions;
  GDataInputStream *answers;
};

static gboolean
fetch (char **why_not)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "sh", PEERS_SOURCE "/fetch.sh",
                              PEERS_PACKAGES, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  if (g_subprocess_get_exit_status (process) == CANNOT_FETCH)
    {
      *why_not = g_strdup (g_strstrip (output));
      return FALSE;
    }
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
  return TRUE;
}

NodePeers *
node_peers_start (char **why_not)
{
  g_autoptr (GError) error = NULL;
  NodePeers *self;

  if (!fetch (why_not))
    return NULL;

  self = g_new (NodePeers, 1);
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                    "node", PEERS_SOURCE "/npm-peers.js", PEERS_PACKAGES, NULL);
  g_assert_no_error (error);
  self->questions = g_object_ref (g_subprocess_get_stdin_pipe (self->process));
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  return self;
}

void
node_peers_free (NodePeers *self)
{
  if (self == NULL)
    return;
  /* Its questions at an end, it ends. */
  g_output_stream_close (self->questions, NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->questions);
  g_object_unref (self->answers);
  g_object_unref (self->process);
  g_free (self);
}

json_t *
node_peers_ask (NodePeers *self, json_t *question)
{
  g_autofree char *line = ds_json_to_line (question);
  g_autofree char *with_end = g_strconcat (line, "\n", NULL);
  g_autofree char *reply = NULL;
  g_autoptr (GError) error = NULL;
  json_t *answer;
  gsize n;

  json_decref (question);
  g_output_stream_write_all (self->questions, with_end, strlen (with_end), NULL, NULL, &error);
  g_assert_no_error (error);
  reply = g_data_input_stream_read_line (self->answers, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reply);
  answer = ds_json_parse_object (reply, n, ANSWER_MAX_BYTES, &error);
  g_assert_no_error (error);
  return answer;
}

int
node_peers_skip (const char *why_not)
{
  g_print ("1..0 # SKIP %s\n", why_not);
  return 0;
}
