/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "run.h"

#include <glib/gstdio.h>
#include <string.h>

/* The data of empty bytes is NULL. */
static char *
to_text (GBytes *bytes)
{
  gsize n = g_bytes_get_size (bytes);

  return n > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), n) : g_strdup ("");
}

void
run_inspect (Run *run, const char *input, gssize n, const char *const *arguments)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GBytes) in = g_bytes_new (input != NULL ? input : "", input == NULL ? 0
                                                                   : n < 0       ? strlen (input)
                                                                                 : (gsize)n);
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_getenv ("DS_INSPECT"));
  g_ptr_array_add (argv, (gpointer)g_getenv ("DS_INSPECT"));
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)arguments[i]);
  g_ptr_array_add (argv, NULL);

  process = g_subprocess_newv ((const char *const *)argv->pdata,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                   | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, in, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));

  run->status = g_subprocess_get_exit_status (process);
  run->output = to_text (out);
  run->complaint = to_text (err);
}

void
run_clear (Run *run)
{
  g_free (run->output);
  g_free (run->complaint);
}

json_t *
run_get_line (const Run *run, guint i)
{
  g_auto (GStrv) lines = g_strsplit (run->output, "\n", -1);
  g_autoptr (GError) error = NULL;
  json_t *object;

  g_assert_cmpuint (i, <, g_strv_length (lines));
  object = ds_json_parse_object (lines[i], strlen (lines[i]), G_MAXSIZE, &error);
  g_assert_no_error (error);
  return object;
}

char *
run_write_file (const char *contents, gssize n)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("doorstep-inspect-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, contents, n, &error));
  return path;
}

void
run_remove_file (const char *path)
{
  g_assert_cmpint (g_remove (path), ==, 0);
}
