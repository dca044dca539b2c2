/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk as SQLite's default VFS. */
#include "config.h"

#include "crash-disk.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file parent;
  CrashFile *file;
} VfsFile;

static CrashFile *
get_file (sqlite3_file *file)
{
  return ((VfsFile *)file)->file;
}

static int
vfs_close (sqlite3_file *file)
{
  crash_file_unref (get_file (file));
  return SQLITE_OK;
}

static int
vfs_read (sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
  gssize there = crash_file_read (get_file (file), bytes, (gsize)n, offset);

  if (there < 0)
    return SQLITE_IOERR_READ;
  memset ((guint8 *)bytes + there, 0, (gsize)(n - there));
  return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
vfs_write (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
  if (crash_file_write (get_file (file), bytes, (gsize)n, offset) == 0)
    return SQLITE_OK;
  return errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
vfs_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return crash_file_truncate (get_file (file), size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int
vfs_sync (sqlite3_file *file, int flags)
{
  return crash_file_sync (get_file (file)) == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int
vfs_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  *size = crash_file_get_size (get_file (file));
  return *size >= 0 ? SQLITE_OK : SQLITE_IOERR_FSTAT;
}

static int
vfs_lock (sqlite3_file *file, int level)
{
  return SQLITE_OK;
}

static int
vfs_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  *reserved = 0;
  return SQLITE_OK;
}

static int
vfs_file_control (sqlite3_file *file, int operation, void *argument)
{
  return SQLITE_NOTFOUND;
}

static int
vfs_sector_size (sqlite3_file *file)
{
  return 4096;
}

/* As SQLite takes it of every disk by default: a write harms nothing beside it. */
static int
vfs_device_characteristics (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
  .iVersion = 1,
  .xClose = vfs_close,
  .xRead = vfs_read,
  .xWrite = vfs_write,
  .xTruncate = vfs_truncate,
  .xSync = vfs_sync,
  .xFileSize = vfs_file_size,
  .xLock = vfs_lock,
  .xUnlock = vfs_lock,
  .xCheckReservedLock = vfs_check_reserved_lock,
  .xFileControl = vfs_file_control,
  .xSectorSize = vfs_sector_size,
  .xDeviceCharacteristics = vfs_device_characteristics,
};

static int
vfs_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  /* Everything that is kept has a name: temporary files are in memory. */
  g_assert (name != NULL);
  file->pMethods = NULL;
  ((VfsFile *)file)->file = crash_disk_open (name, (flags & SQLITE_OPEN_CREATE) != 0, FALSE);
  if (get_file (file) == NULL)
    return errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN;
  if (out_flags != NULL)
    *out_flags = flags;
  file->pMethods = &methods;
  return SQLITE_OK;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *name, int sync_directory)
{
  if (crash_disk_unlink (name) != 0)
    return errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
  if (sync_directory && crash_disk_sync_directory () != 0)
    return SQLITE_IOERR_DIR_FSYNC;
  return SQLITE_OK;
}

static int
vfs_access (sqlite3_vfs *vfs, const char *name, int flags, int *allowed)
{
  *allowed = crash_disk_has (name);
  return SQLITE_OK;
}

static int
vfs_full_pathname (sqlite3_vfs *vfs, const char *name, int n, char *path)
{
  return g_strlcpy (path, name, (gsize)n) < (gsize)n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
vfs_randomness (sqlite3_vfs *vfs, int n, char *bytes)
{
  static guint32 state = 1;

  /* The salts of the log: what matters is that they differ, and that a run can be repeated. */
  for (int i = 0; i < n; i++)
    bytes[i] = (char)((state = state * 1664525 + 1013904223) >> 24);
  return n;
}

static int
vfs_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return microseconds;
}

static int
vfs_current_time (sqlite3_vfs *vfs, double *time)
{
  *time = 2461000.5;
  return SQLITE_OK;
}

static int
vfs_get_last_error (sqlite3_vfs *vfs, int n, char *message)
{
  return 0;
}

void
crash_disk_install (void)
{
  static sqlite3_vfs vfs = {
    .iVersion = 1,
    .szOsFile = sizeof (VfsFile),
    .mxPathname = 1024,
    .zName = "crash-disk",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_pathname,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_get_last_error,
  };

  /* A campaign opens a database a hundred thousand times, from one thread. */
  sqlite3_config (SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_vfs_register (&vfs, TRUE);
  crash_disk_format ();
}
