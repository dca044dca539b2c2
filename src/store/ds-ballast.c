/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-ballast.h"

#include <fcntl.h>
#include <glib/gstdio.h>

#define NAME "ballast"

gboolean
ds_ballast_take (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, NAME, NULL);
  int file = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  gboolean taken;

  if (file < 0)
    return FALSE;
  /* Blocks, not zeros: a file system that compresses would hold nothing back for zeros. */
  taken = posix_fallocate (file, 0, DS_BALLAST_BYTES) == 0;
  g_close (file, NULL);
  if (!taken)
    g_unlink (path);
  return taken;
}

gboolean
ds_ballast_let_go (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, NAME, NULL);

  return g_unlink (path) == 0;
}
