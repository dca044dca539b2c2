/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's own file calls, beside SQLite's. The test programs are linked with --wrap for each of these functions:
 * what lies below CRASH_DISK_ROOT goes to the disk in memory, everything else where it would have gone. */
#include "config.h"

#include "crash-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdarg.h>
#include <unistd.h>

#define FIRST_DESCRIPTOR (1 << 20)

/* Declared here: nobody calls them by these names. */
int __real_open64 (const char *path, int flags, ...);
int __wrap_open64 (const char *path, int flags, ...);
ssize_t __real_write (int file, const void *bytes, size_t n);
ssize_t __wrap_write (int file, const void *bytes, size_t n);
off_t __real_lseek64 (int file, off_t offset, int whence);
off_t __wrap_lseek64 (int file, off_t offset, int whence);
int __real_posix_fallocate64 (int file, off_t offset, off_t n);
int __wrap_posix_fallocate64 (int file, off_t offset, off_t n);
int __real_fsync (int file);
int __wrap_fsync (int file);
int __wrap_fdatasync (int file);
int __real_rename (const char *from, const char *to);
int __wrap_rename (const char *from, const char *to);
int __real_g_unlink (const char *path);
int __wrap_g_unlink (const char *path);
gboolean __real_g_close (gint file, GError **error);
gboolean __wrap_g_close (gint file, GError **error);
gboolean __real_g_file_get_contents (const char *path, char **bytes, gsize *n, GError **error);
gboolean __wrap_g_file_get_contents (const char *path, char **bytes, gsize *n, GError **error);
gboolean __real_g_file_test (const char *path, GFileTest test);
gboolean __wrap_g_file_test (const char *path, GFileTest test);

/* A descriptor. */
typedef struct
{
  CrashFile *file; /* (nullable): of the directory if %NULL */
  gint64 at;
} Open;

static GPtrArray *descriptors; /* (element-type Open) (nullable elements) */

static Open *
get_open (int file)
{
  return file >= FIRST_DESCRIPTOR ? g_ptr_array_index (descriptors, (guint)(file - FIRST_DESCRIPTOR)) : NULL;
}

static gboolean
is_ours (const char *path)
{
  return g_str_has_prefix (path, CRASH_DISK_ROOT);
}

int
__wrap_open64 (const char *path, int flags, ...)
{
  CrashFile *file = NULL;
  Open *opened;

  if (!is_ours (path))
    {
      va_list arguments;
      mode_t mode;

      va_start (arguments, flags);
      mode = (flags & O_CREAT) != 0 ? va_arg (arguments, mode_t) : 0;
      va_end (arguments);
      return __real_open64 (path, flags, mode);
    }
  if ((flags & O_DIRECTORY) == 0)
    {
      file = crash_disk_open (path, (flags & O_CREAT) != 0, (flags & O_TRUNC) != 0);
      if (file == NULL)
        return -1;
    }
  opened = g_new0 (Open, 1);
  opened->file = file;
  if (descriptors == NULL)
    descriptors = g_ptr_array_new ();
  g_ptr_array_add (descriptors, opened);
  return FIRST_DESCRIPTOR + (int)descriptors->len - 1;
}

ssize_t
__wrap_write (int file, const void *bytes, size_t n)
{
  Open *opened = get_open (file);

  if (opened == NULL)
    return __real_write (file, bytes, n);
  if (crash_file_write (opened->file, bytes, n, opened->at) != 0)
    return -1;
  opened->at += (gint64)n;
  return (ssize_t)n;
}

off_t
__wrap_lseek64 (int file, off_t offset, int whence)
{
  Open *opened = get_open (file);

  if (opened == NULL)
    return __real_lseek64 (file, offset, whence);
  g_assert (whence == SEEK_END);
  opened->at = crash_file_get_size (opened->file);
  return opened->at;
}

int
__wrap_posix_fallocate64 (int file, off_t offset, off_t n)
{
  Open *opened = get_open (file);

  if (opened == NULL)
    return __real_posix_fallocate64 (file, offset, n);
  return crash_file_allot (opened->file, offset + n) == 0 ? 0 : errno;
}

int
__wrap_fsync (int file)
{
  Open *opened = get_open (file);

  if (opened == NULL)
    return __real_fsync (file);
  return opened->file != NULL ? crash_file_sync (opened->file) : crash_disk_sync_directory ();
}

int
__wrap_fdatasync (int file)
{
  return __wrap_fsync (file);
}

int
__wrap_rename (const char *from, const char *to)
{
  return is_ours (from) ? crash_disk_rename (from, to) : __real_rename (from, to);
}

int
__wrap_g_unlink (const char *path)
{
  return is_ours (path) ? crash_disk_unlink (path) : __real_g_unlink (path);
}

gboolean
__wrap_g_close (gint file, GError **error)
{
  Open *opened = get_open (file);

  if (opened == NULL)
    return __real_g_close (file, error);
  g_clear_pointer (&opened->file, crash_file_unref);
  g_free (opened);
  descriptors->pdata[file - FIRST_DESCRIPTOR] = NULL;
  while (descriptors->len > 0 && g_ptr_array_index (descriptors, descriptors->len - 1) == NULL)
    g_ptr_array_set_size (descriptors, (gint)descriptors->len - 1);
  return TRUE;
}

gboolean
__wrap_g_file_get_contents (const char *path, char **bytes, gsize *n, GError **error)
{
  CrashFile *file;
  gint64 size;

  if (!is_ours (path))
    return __real_g_file_get_contents (path, bytes, n, error);
  file = crash_disk_open (path, FALSE, FALSE);
  if (file != NULL)
    {
      size = crash_file_get_size (file);
      *bytes = g_malloc0 ((gsize)MAX (size, 0) + 1);
      if (size >= 0 && crash_file_read (file, *bytes, (gsize)size, 0) == size)
        {
          if (n != NULL)
            *n = (gsize)size;
          crash_file_unref (file);
          return TRUE;
        }
      crash_file_unref (file);
      g_clear_pointer (bytes, g_free);
    }
  g_set_error (error, G_FILE_ERROR, (gint)g_file_error_from_errno (errno), "“%s”: %s", path,
               g_strerror (errno));
  return FALSE;
}

gboolean
__wrap_g_file_test (const char *path, GFileTest test)
{
  if (!is_ours (path))
    return __real_g_file_test (path, test);
  return g_str_equal (path, CRASH_DISK_ROOT) || crash_disk_has (path);
}
