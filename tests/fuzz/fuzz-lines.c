/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal's file, cut into lines. The first byte of an input is how much is kept of a line; the rest is the file. */
#include "fuzz.h"

#include "ds-line-reader.h"

#include <string.h>

static void
check_line (const char *line, gsize n, gsize max_bytes, const char *wanted, gsize wanted_n)
{
  /* The "\r" of a line that was cut is not known to be its last byte. */
  gboolean is_cut = wanted_n > max_bytes;

  if (!is_cut && wanted_n > 0 && wanted[wanted_n - 1] == '\r')
    wanted_n--;
  FUZZ_REQUIRE (n == wanted_n && strlen (line) <= max_bytes);
  FUZZ_REQUIRE (memcmp (line, wanted, MIN (n, max_bytes)) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  gsize max_bytes = n > 0 ? data[0] : 0;
  const char *at = n > 0 ? (const char *)data + 1 : "";
  const char *end = n > 0 ? (const char *)data + n : at;
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (at, end - at, NULL);
  g_autoptr (DsLineReader) reader = ds_line_reader_new (stream, max_bytes);
  g_autoptr (GError) error = NULL;
  const char *line;
  gsize line_n;

  while (ds_line_reader_next (reader, &line, &line_n, &error))
    {
      const char *newline;

      FUZZ_REQUIRE (at < end);
      newline = memchr (at, '\n', (gsize)(end - at));
      check_line (line, line_n, max_bytes, at, (gsize)((newline != NULL ? newline : end) - at));
      at = newline != NULL ? newline + 1 : end;
    }
  FUZZ_REQUIRE (error == NULL && at == end);
  return 0;
}
