/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log-large BYTES: writes three events to systemd's journal: one with a field of so many bytes, one of which a field has
 * lines, and what a library says. For check-journal.py. */
#include "config.h"

#include "ds-json.h"
#include "ds-log.h"

#include <stdlib.h>
#include <string.h>

int
main (int argc, char **argv)
{
  gsize n_bytes = argc > 1 ? (gsize)strtoul (argv[1], NULL, 10) : 0;
  g_autofree char *large = g_strnfill (n_bytes, 'x');
  g_autoptr (json_t) of_large = json_pack ("{s:s, s:i}", "text", large, "n-bytes", (int)n_bytes);
  g_autoptr (json_t) of_lines = json_pack ("{s:s}", "text", "one\ntwo=2\n");

  ds_log_begin (G_LOG_LEVEL_DEBUG, DS_LOG_JOURNAL);
  ds_log_event (G_LOG_LEVEL_WARNING, "large", of_large, NULL);
  ds_log_event (G_LOG_LEVEL_MESSAGE, "lines", of_lines, NULL);
  g_message ("a library speaks");
  return EXIT_SUCCESS;
}
