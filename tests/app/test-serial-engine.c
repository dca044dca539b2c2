/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A serial scan engine: the far end of a terminal is the engine, its near end the device. */
#include "config.h"

#include "ds-error.h"
#include "ds-serial-engine.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pty.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define BAUD 9600

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

typedef struct
{
  DsSerialEngine *engine;
  char *path; /* a link to the device, as /dev/serial/by-id has them */
  int far_end;
  GPtrArray *read; /* (element-type utf8) */
  GError *error;
  guint n_failures;
} Line;

static void
did_scan (Line *line, const char *text)
{
  g_ptr_array_add (line->read, g_strdup (text));
}

static void
did_fail (Line *line, const GError *error)
{
  g_clear_error (&line->error);
  line->error = g_error_copy (error);
  line->n_failures++;
}

static void
plug_in (Line *line)
{
  char name[64];
  int near_end;
  struct termios cooked;

  g_assert_cmpint (openpty (&line->far_end, &near_end, name, NULL, NULL), ==, 0);
  /* As a line is found: echoing, line by line, with another speed. */
  tcgetattr (near_end, &cooked);
  cfsetspeed (&cooked, B1200);
  tcsetattr (near_end, TCSANOW, &cooked);
  g_remove (line->path);
  g_assert_cmpint (symlink (name, line->path), ==, 0);
  close (near_end);
}

static void
pull_out (Line *line)
{
  g_remove (line->path);
  close (line->far_end);
  line->far_end = -1;
}

static void
line_init (Line *line)
{
  *line = (Line){ .engine = ds_serial_engine_new (), .far_end = -1 };
  line->path = g_build_filename (g_get_user_runtime_dir (), "engine", NULL);
  line->read = g_ptr_array_new_with_free_func (g_free);
  g_mkdir_with_parents (g_get_user_runtime_dir (), 0700);
  g_signal_connect_swapped (line->engine, "scanned", G_CALLBACK (did_scan), line);
  g_signal_connect_swapped (line->engine, "failed", G_CALLBACK (did_fail), line);
}

static void
line_clear (Line *line)
{
  g_assert_finalize_object (line->engine);
  if (line->far_end >= 0)
    pull_out (line);
  g_ptr_array_unref (line->read);
  g_clear_error (&line->error);
  g_free (line->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static void
start (Line *line)
{
  line_init (line);
  plug_in (line);
  ds_serial_engine_use (line->engine, line->path, BAUD);
  g_assert_no_error (line->error);
  g_assert_true (ds_serial_engine_is_open (line->engine));
}

static void
sends (Line *line, const char *bytes, gssize n)
{
  gsize length = n < 0 ? strlen (bytes) : (gsize)n;

  g_assert_cmpint (write (line->far_end, bytes, length), ==, (gssize)length);
}

static void
assert_read (Line *line, const char *const *expected)
{
  RUN_UNTIL (line->read->len >= g_strv_length ((char **)expected));
  g_assert_cmpuint (line->read->len, ==, g_strv_length ((char **)expected));
  for (guint i = 0; i < line->read->len; i++)
    g_assert_cmpstr (g_ptr_array_index (line->read, i), ==, expected[i]);
  g_ptr_array_set_size (line->read, 0);
}

#define ASSERT_READ(line, ...) assert_read (line, (const char *const[]){ __VA_ARGS__, NULL })

/* Whatever an engine ends a code with; and two in one breath are two. */
static void
test_ends (void)
{
  g_auto (Line) line = { 0 };

  start (&line);
  sends (&line, "DS7302118409512\r\nDS7302118409513\r\n", -1);
  ASSERT_READ (&line, "DS7302118409512", "DS7302118409513");
  sends (&line, "0100320229316139647\x1d", -1);
  ASSERT_READ (&line, "0100320229316139647");
  sends (&line,
         "A1\tB2\rC3\nD4\x04"
         "E5\0F6\x1dG7\r",
         21);
  ASSERT_READ (&line, "A1", "B2", "C3", "D4", "E5", "F6", "G7");
  sends (&line,
         "\x02"
         "framed\x03\r",
         -1);
  ASSERT_READ (&line, "framed");
  sends (&line, "the same\rthe same\r", -1);
  ASSERT_READ (&line, "the same", "the same");
}

/* The pieces in which a code arrives do not matter; an engine that ends with nothing is understood by its silence. */
static void
test_pieces (void)
{
  g_auto (Line) line = { 0 };
  const char *at = "DS7302118409512\r";

  start (&line);
  for (; *at != '\0'; at++)
    {
      sends (&line, at, 1);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  ASSERT_READ (&line, "DS7302118409512");
  sends (&line, "without an end", -1);
  ASSERT_READ (&line, "without an end");
}

static void
test_affixes_and_characters (void)
{
  g_auto (Line) line = { 0 };
  g_autofree char *foreign = g_convert ("收款码", -1, "GB18030", "UTF-8", NULL, NULL, NULL);

  start (&line);
  sends (&line, "收款码 🧧\r", -1);
  ASSERT_READ (&line, "收款码 🧧");
  sends (&line, foreign, -1);
  sends (&line, "\r", 1);
  ASSERT_READ (&line, "收款码");
  sends (&line, "\xff\xff\r", -1);
  RUN_UNTIL (line.read->len == 1);
  g_assert_true (g_utf8_validate (g_ptr_array_index (line.read, 0), -1, NULL));
  g_ptr_array_set_size (line.read, 0);

  ds_serial_engine_set_affixes (line.engine, "]C1", "~");
  sends (&line, "]C1DS7302~\r]C1~\r", -1);
  sends (&line, "next\r", -1);
  ASSERT_READ (&line, "DS7302", "next");
}

/* The line is told to be raw, and has the speed that was asked for. */
static void
test_line (void)
{
  g_auto (Line) line = { 0 };
  struct termios terms;
  char echo;

  start (&line);
  g_assert_cmpint (tcgetattr (line.far_end, &terms), ==, 0);
  g_assert_cmpuint (terms.c_lflag & (ICANON | ECHO | ISIG), ==, 0);
  g_assert_cmpuint (cfgetispeed (&terms), ==, B9600);
  sends (&line,
         "\x03\x1a"
         "DS7302\r",
         -1);
  ASSERT_READ (&line, "DS7302");
  g_assert_cmpint (fcntl (line.far_end, F_SETFL, O_NONBLOCK), ==, 0);
  g_assert_cmpint (read (line.far_end, &echo, 1), ==, -1);
}

static void
test_engine_gone_mad (void)
{
  g_auto (Line) line = { 0 };
  g_autofree char *much = g_strnfill (4000, 'x');

  start (&line);
  for (guint i = 0; i < 100; i++)
    {
      sends (&line, much, 4000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  sends (&line, "\rDS7302\r", -1);
  ASSERT_READ (&line, "DS7302");
}

/* Pulled out: one sentence; plugged in again: it goes on by itself. */
static void
test_pulled_out (void)
{
  g_auto (Line) line = { 0 };

  start (&line);
  sends (&line, "half a co", -1);
  pull_out (&line);
  RUN_UNTIL (line.error != NULL);
  g_assert_error (line.error, DS_ERROR, DS_ERROR_STATE);
  g_assert_false (ds_serial_engine_is_open (line.engine));
  plug_in (&line);
  RUN_UNTIL (ds_serial_engine_is_open (line.engine));
  sends (&line, "DS7302\r", -1);
  ASSERT_READ (&line, "DS7302");
  g_assert_cmpuint (line.n_failures, ==, 1);
}

static void
test_missing (void)
{
  g_auto (Line) line = { 0 };

  line_init (&line);
  g_remove (line.path);
  ds_serial_engine_use (line.engine, line.path, BAUD);
  g_assert_error (line.error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (line.error->message, line.path));
  plug_in (&line);
  RUN_UNTIL (ds_serial_engine_is_open (line.engine));
  g_assert_cmpuint (line.n_failures, ==, 1);

  /* None from now on. */
  ds_serial_engine_use (line.engine, "", BAUD);
  g_assert_false (ds_serial_engine_is_open (line.engine));
  g_assert_cmpuint (line.n_failures, ==, 1);
}

static void
test_cannot_be_used (void)
{
  g_auto (Line) line = { 0 };

  line_init (&line);
  g_assert_true (g_file_set_contents (line.path, "no line", -1, NULL));
  ds_serial_engine_use (line.engine, line.path, BAUD);
  g_assert_error (line.error, DS_ERROR, DS_ERROR_STATE);
  plug_in (&line);
  ds_serial_engine_use (line.engine, line.path, 1234);
  g_assert_error (line.error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_false (ds_serial_engine_is_open (line.engine));
  ds_serial_engine_use (line.engine, line.path, 115200);
  g_assert_true (ds_serial_engine_is_open (line.engine));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/serial-engine/ends", test_ends);
  g_test_add_func ("/serial-engine/pieces", test_pieces);
  g_test_add_func ("/serial-engine/affixes-and-characters", test_affixes_and_characters);
  g_test_add_func ("/serial-engine/line", test_line);
  g_test_add_func ("/serial-engine/engine-gone-mad", test_engine_gone_mad);
  g_test_add_func ("/serial-engine/pulled-out", test_pulled_out);
  g_test_add_func ("/serial-engine/missing", test_missing);
  g_test_add_func ("/serial-engine/cannot-be-used", test_cannot_be_used);
  return g_test_run ();
}
