/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-checked-vfs.h"

#include <sqlite3.h>
#include <string.h>

#define NAME "doorstep-checked"
#define MIN_PAGE_BYTES 512
#define MAX_PAGE_BYTES 65536

/* A database file. The file of the VFS below lies behind it in the same memory. */
typedef struct
{
  sqlite3_file parent;
  guint8 *page; /* where a page gets its checksum: what SQLite gives to write is not ours to change */
} CheckedFile;

static sqlite3_file *
get_base (sqlite3_file *file)
{
  return (sqlite3_file *)((CheckedFile *)file + 1);
}

static gboolean
is_page (int n, sqlite3_int64 offset)
{
  return n >= MIN_PAGE_BYTES && n <= MAX_PAGE_BYTES && (n & (n - 1)) == 0 && offset % n == 0;
}

/* Each step is one-to-one in what came before and in the eight bytes it takes: so a change within one such group
 * is always seen, and any other but once in 2^64. The number is in it, so that a page written to the wrong place
 * is seen as well. */
static guint64
make_checksum (const guint8 *page, int n, sqlite3_int64 offset)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 sum = ((guint64)(offset / n) + 1) * factor;

  for (int i = 0; i < n - DS_CHECKED_VFS_RESERVE; i += 8)
    {
      guint64 group;

      memcpy (&group, page + i, sizeof group);
      sum = (sum ^ GUINT64_FROM_LE (group)) * factor;
      sum ^= sum >> 32;
    }
  return sum;
}

static int
checked_read (sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
  sqlite3_file *base = get_base (file);
  int result = base->pMethods->xRead (base, bytes, n, offset);
  guint64 kept;

  /* SQLite asks for no page that it does not count as written, and takes what is missing for zeros: only of a database
   * that has no page yet is that true. */
  if (result == SQLITE_IOERR_SHORT_READ && is_page (n, offset) && offset > 0)
    return SQLITE_IOERR_DATA;
  /* SQLite also reads parts of the first page; it reads all of it before it believes them. */
  if (result != SQLITE_OK || !is_page (n, offset))
    return result;
  memcpy (&kept, (const guint8 *)bytes + n - DS_CHECKED_VFS_RESERVE, sizeof kept);
  return GUINT64_FROM_LE (kept) == make_checksum (bytes, n, offset) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int
checked_write (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
  sqlite3_file *base = get_base (file);
  guint8 *page = ((CheckedFile *)file)->page;
  guint64 sum;

  if (!is_page (n, offset))
    return base->pMethods->xWrite (base, bytes, n, offset);
  memcpy (page, bytes, (gsize)n);
  sum = GUINT64_TO_LE (make_checksum (page, n, offset));
  memcpy (page + n - DS_CHECKED_VFS_RESERVE, &sum, sizeof sum);
  return base->pMethods->xWrite (base, page, n, offset);
}

static int
checked_close (sqlite3_file *file)
{
  sqlite3_file *base = get_base (file);

  g_free (((CheckedFile *)file)->page);
  return base->pMethods->xClose (base);
}

/* The rest is passed on as it is. */

static int
checked_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xTruncate (base, size);
}

static int
checked_sync (sqlite3_file *file, int flags)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xSync (base, flags);
}

static int
checked_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xFileSize (base, size);
}

static int
checked_lock (sqlite3_file *file, int level)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xLock (base, level);
}

static int
checked_unlock (sqlite3_file *file, int level)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xUnlock (base, level);
}

static int
checked_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xCheckReservedLock (base, reserved);
}

static int
checked_file_control (sqlite3_file *file, int operation, void *argument)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xFileControl (base, operation, argument);
}

static int
checked_sector_size (sqlite3_file *file)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xSectorSize (base);
}

static int
checked_device_characteristics (sqlite3_file *file)
{
  sqlite3_file *base = get_base (file);

  return base->pMethods->xDeviceCharacteristics (base);
}

/* Version 1: without memory mapping, which would go round the checks, and without shared memory, which an
 * exclusively locked database has no use for. */
static const sqlite3_io_methods checked_methods = {
  .iVersion = 1,
  .xClose = checked_close,
  .xRead = checked_read,
  .xWrite = checked_write,
  .xTruncate = checked_truncate,
  .xSync = checked_sync,
  .xFileSize = checked_file_size,
  .xLock = checked_lock,
  .xUnlock = checked_unlock,
  .xCheckReservedLock = checked_check_reserved_lock,
  .xFileControl = checked_file_control,
  .xSectorSize = checked_sector_size,
  .xDeviceCharacteristics = checked_device_characteristics,
};

static int
checked_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  sqlite3_vfs *below = vfs->pAppData;
  CheckedFile *self = (CheckedFile *)file;
  int result;

  if (!(flags & SQLITE_OPEN_MAIN_DB))
    return below->xOpen (below, name, file, flags, out_flags);

  result = below->xOpen (below, name, get_base (file), flags, out_flags);
  /* Without methods SQLite does not close the file, so then nothing may be left to free. */
  if (get_base (file)->pMethods == NULL)
    {
      file->pMethods = NULL;
      return result;
    }
  self->page = g_malloc (MAX_PAGE_BYTES);
  file->pMethods = &checked_methods;
  return result;
}

static int
checked_delete (sqlite3_vfs *vfs, const char *name, int sync_directory)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xDelete (below, name, sync_directory);
}

static int
checked_access (sqlite3_vfs *vfs, const char *name, int flags, int *allowed)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xAccess (below, name, flags, allowed);
}

static int
checked_full_pathname (sqlite3_vfs *vfs, const char *name, int n, char *path)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xFullPathname (below, name, n, path);
}

static int
checked_randomness (sqlite3_vfs *vfs, int n, char *bytes)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xRandomness (below, n, bytes);
}

static int
checked_sleep (sqlite3_vfs *vfs, int microseconds)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xSleep (below, microseconds);
}

static int
checked_current_time (sqlite3_vfs *vfs, double *time)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xCurrentTime (below, time);
}

static int
checked_get_last_error (sqlite3_vfs *vfs, int n, char *message)
{
  sqlite3_vfs *below = vfs->pAppData;

  return below->xGetLastError (below, n, message);
}

/* No extension is ever loaded, so there is nothing to open libraries with. */
static sqlite3_vfs checked_vfs = {
  .iVersion = 1,
  .zName = NAME,
  .xOpen = checked_open,
  .xDelete = checked_delete,
  .xAccess = checked_access,
  .xFullPathname = checked_full_pathname,
  .xRandomness = checked_randomness,
  .xSleep = checked_sleep,
  .xCurrentTime = checked_current_time,
  .xGetLastError = checked_get_last_error,
};

static gpointer
register_vfs (gpointer data)
{
  sqlite3_vfs *below = sqlite3_vfs_find (NULL);

  checked_vfs.szOsFile = (int)sizeof (CheckedFile) + below->szOsFile;
  checked_vfs.mxPathname = below->mxPathname;
  checked_vfs.pAppData = below;
  sqlite3_vfs_register (&checked_vfs, FALSE);
  return NULL;
}

const char *
ds_checked_vfs_get_name (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, register_vfs, NULL);
  return NAME;
}
