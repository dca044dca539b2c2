/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-program.h"

char *
ds_program_find (const char *variable, const char *folder, const char *name)
{
  const char *named = g_getenv (variable);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *built = here != NULL ? g_build_filename (here, "..", folder, name, NULL) : NULL;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  if (built != NULL && g_file_test (built, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&built);
  return g_build_filename (DS_LIBEXEC_DIR, name, NULL);
}
