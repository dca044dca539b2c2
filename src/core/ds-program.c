/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-program.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

char *
ds_program_find (const char *variable, const char *folder, const char *name, const char *installed)
{
  const char *named = g_getenv (variable);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *here = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *built = here != NULL ? g_build_filename (here, "..", folder, name, NULL) : NULL;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  if (built != NULL && g_file_test (built, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&built);
  return g_build_filename (installed, name, NULL);
}

/* Between fork and exec. A parent that was gone before the kernel was told is not waited for either. */
static void
end_with_parent (gpointer parent)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (parent))
    _exit (EXIT_FAILURE);
}

GSubprocessLauncher *
ds_program_launcher_new (GSubprocessFlags flags)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, GINT_TO_POINTER (getpid ()), NULL);
  return launcher;
}
