/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fuzz_fail (const char *file, int line, const char *condition)
{
  fprintf (stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  abort ();
}

/* A reader that warns has met what its own code thought impossible. */
static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  g_log_writer_standard_streams (level, fields, n_fields, NULL);
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    abort ();
  return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_writer_func (on_log, NULL, NULL);
  return 0;
}

static DsKey *
make_key (guint8 byte)
{
  guint8 d[32];
  DsKey *key;

  memset (d, byte, sizeof d);
  key = ds_key_new_from_private (d, NULL);
  FUZZ_REQUIRE (key != NULL);
  return key;
}

DsKey *
fuzz_get_key (void)
{
  static DsKey *key;

  if (key == NULL)
    key = make_key (1);
  return key;
}

DsKey *
fuzz_get_other_key (void)
{
  static DsKey *key;

  if (key == NULL)
    key = make_key (2);
  return key;
}
