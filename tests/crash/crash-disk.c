/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crash-disk.h"

#include <sqlite3.h>
#include <string.h>

#define SECTOR 512

/* A write that no sync has covered; without bytes, a truncation to @offset. */
typedef struct
{
  gint64 offset;
  GBytes *bytes;
} Write;

typedef struct
{
  GByteArray *shown; /* what a read gives */
  GByteArray *disk;  /* what a power cut leaves for certain */
  GArray *unsynced;  /* (element-type Write) */
} Content;

typedef struct
{
  sqlite3_file parent;
  Content *content;
} CrashFile;

static struct
{
  GHashTable *files; /* (element-type utf8 Content) */
  CrashFault fault;
  guint64 countdown; /* operations until the fault, 0 when none is planned or it is past */
  gboolean met;
  gboolean off;
  gboolean full;
  DsRandom *random;
} disk;

static void
write_clear (gpointer data)
{
  g_clear_pointer (&((Write *)data)->bytes, g_bytes_unref);
}

static void
content_free (gpointer data)
{
  Content *content = data;

  g_byte_array_unref (content->shown);
  g_byte_array_unref (content->disk);
  g_array_unref (content->unsynced);
  g_free (content);
}

static Content *
content_new (void)
{
  Content *content = g_new0 (Content, 1);

  content->shown = g_byte_array_new ();
  content->disk = g_byte_array_new ();
  content->unsynced = g_array_new (FALSE, FALSE, sizeof (Write));
  g_array_set_clear_func (content->unsynced, write_clear);
  return content;
}

static void
put (GByteArray *bytes, gint64 offset, gconstpointer data, gsize n)
{
  guint before = bytes->len;

  if (n == 0)
    return;
  if (bytes->len < offset + n)
    {
      g_byte_array_set_size (bytes, (guint)(offset + n));
      memset (bytes->data + before, 0, bytes->len - before);
    }
  memcpy (bytes->data + offset, data, n);
}

void
crash_disk_format (void)
{
  g_clear_pointer (&disk.files, g_hash_table_unref);
  disk.files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, content_free);
  crash_disk_clear ();
}

void
crash_disk_plan (CrashFault fault, guint64 operation, DsRandom *random)
{
  crash_disk_clear ();
  disk.fault = fault;
  disk.countdown = operation;
  g_set_object (&disk.random, random);
}

void
crash_disk_clear (void)
{
  disk.fault = CRASH_FAULT_NONE;
  disk.countdown = 0;
  disk.met = FALSE;
  disk.off = FALSE;
  disk.full = FALSE;
}

gboolean
crash_disk_met_fault (void)
{
  return disk.met;
}

static void
apply (Content *content, const Write *write)
{
  gsize n;
  gconstpointer bytes;

  if (write->bytes == NULL)
    {
      g_byte_array_set_size (content->disk, MIN ((guint)write->offset, content->disk->len));
      return;
    }
  bytes = g_bytes_get_data (write->bytes, &n);
  put (content->disk, write->offset, bytes, n);
}

/* Of each unsynced write, sector by sector, chance decides whether it reached the disk: so an earlier one may be lost
 * where a later one is kept. */
static void
apply_in_part (Content *content, const Write *write, DsRandom *random)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (write->bytes, &n);

  for (gint64 at = write->offset; at < write->offset + (gint64)n;)
    {
      gint64 end = MIN ((at / SECTOR + 1) * SECTOR, write->offset + (gint64)n);

      if (ds_random_below (random, 2) == 0)
        put (content->disk, at, bytes + (at - write->offset), (gsize)(end - at));
      at = end;
    }
}

static void
lose_unsynced (Content *content, DsRandom *random)
{
  for (guint i = 0; i < content->unsynced->len; i++)
    {
      const Write *write = &g_array_index (content->unsynced, Write, i);

      if (write->bytes != NULL)
        apply_in_part (content, write, random);
      else if (ds_random_below (random, 2) == 0)
        apply (content, write);
    }
  g_array_set_size (content->unsynced, 0);
  g_byte_array_set_size (content->shown, 0);
  g_byte_array_append (content->shown, content->disk->data, content->disk->len);
}

void
crash_disk_cut_power (void)
{
  disk.off = TRUE;
}

void
crash_disk_restart (DsRandom *random)
{
  GHashTableIter files;
  gpointer content;

  g_hash_table_iter_init (&files, disk.files);
  while (g_hash_table_iter_next (&files, NULL, &content))
    lose_unsynced (content, random);
  crash_disk_clear ();
}

typedef enum
{
  OPERATION_WRITE,
  OPERATION_SYNC,
  OPERATION_TRUNCATE,
} Operation;

static gboolean
concerns (CrashFault fault, Operation operation)
{
  switch (fault)
    {
    case CRASH_FAULT_POWER:
      return TRUE;
    case CRASH_FAULT_WRITE:
    case CRASH_FAULT_FULL:
      return operation == OPERATION_WRITE;
    case CRASH_FAULT_SYNC:
      return operation == OPERATION_SYNC;
    default:
      return FALSE;
    }
}

/* Counts an operation. Returns: whether it is the one that meets the planned fault. */
static gboolean
meets_fault (Operation operation)
{
  if (disk.countdown == 0 || !concerns (disk.fault, operation) || --disk.countdown > 0)
    return FALSE;
  disk.met = TRUE;
  disk.off = disk.fault == CRASH_FAULT_POWER;
  disk.full = disk.fault == CRASH_FAULT_FULL;
  return TRUE;
}

static int
crash_close (sqlite3_file *file)
{
  return SQLITE_OK;
}

static int
crash_read (sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
  GByteArray *shown = ((CrashFile *)file)->content->shown;
  gint64 there = CLAMP ((gint64)shown->len - offset, 0, n);

  if (disk.off)
    return SQLITE_IOERR_READ;
  memset (bytes, 0, (gsize)n);
  if (there > 0)
    memcpy (bytes, shown->data + offset, (gsize)there);
  return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static void
add_write (Content *content, gconstpointer bytes, gsize n, gint64 offset)
{
  Write write = { offset, g_bytes_new (bytes, n) };

  put (content->shown, offset, bytes, n);
  g_array_append_val (content->unsynced, write);
}

static int
crash_write (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
  Content *content = ((CrashFile *)file)->content;

  if (disk.off)
    return SQLITE_IOERR_WRITE;
  if (meets_fault (OPERATION_WRITE) && !disk.full)
    {
      add_write (content, bytes, ds_random_below (disk.random, (guint32)n + 1), offset);
      return SQLITE_IOERR_WRITE;
    }
  if (disk.full)
    {
      add_write (content, bytes, ds_random_below (disk.random, (guint32)n), offset);
      return SQLITE_FULL;
    }
  add_write (content, bytes, (gsize)n, offset);
  return SQLITE_OK;
}

static int
crash_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  Content *content = ((CrashFile *)file)->content;
  Write write = { size, NULL };

  if (disk.off || meets_fault (OPERATION_TRUNCATE))
    return SQLITE_IOERR_TRUNCATE;
  g_byte_array_set_size (content->shown, MIN ((guint)size, content->shown->len));
  g_array_append_val (content->unsynced, write);
  return SQLITE_OK;
}

static int
crash_sync (sqlite3_file *file, int flags)
{
  Content *content = ((CrashFile *)file)->content;

  if (disk.off)
    return SQLITE_IOERR_FSYNC;
  if (meets_fault (OPERATION_SYNC))
    {
      if (disk.fault == CRASH_FAULT_SYNC)
        g_array_set_size (content->unsynced, 0);
      return SQLITE_IOERR_FSYNC;
    }
  if (disk.fault == CRASH_FAULT_LYING_SYNC)
    return SQLITE_OK;
  for (guint i = 0; i < content->unsynced->len; i++)
    apply (content, &g_array_index (content->unsynced, Write, i));
  g_array_set_size (content->unsynced, 0);
  return SQLITE_OK;
}

static int
crash_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  *size = ((CrashFile *)file)->content->shown->len;
  return disk.off ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int
crash_lock (sqlite3_file *file, int level)
{
  return SQLITE_OK;
}

static int
crash_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  *reserved = 0;
  return SQLITE_OK;
}

static int
crash_file_control (sqlite3_file *file, int operation, void *argument)
{
  return SQLITE_NOTFOUND;
}

static int
crash_sector_size (sqlite3_file *file)
{
  return 4096;
}

/* As SQLite takes it of every disk by default: a write harms nothing beside it. */
static int
crash_device_characteristics (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods crash_methods = {
  .iVersion = 1,
  .xClose = crash_close,
  .xRead = crash_read,
  .xWrite = crash_write,
  .xTruncate = crash_truncate,
  .xSync = crash_sync,
  .xFileSize = crash_file_size,
  .xLock = crash_lock,
  .xUnlock = crash_lock,
  .xCheckReservedLock = crash_check_reserved_lock,
  .xFileControl = crash_file_control,
  .xSectorSize = crash_sector_size,
  .xDeviceCharacteristics = crash_device_characteristics,
};

static int
crash_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  CrashFile *self = (CrashFile *)file;

  if (disk.off)
    return SQLITE_CANTOPEN;
  /* Everything that is kept has a name: temporary files are in memory. */
  g_assert (name != NULL);
  self->content = g_hash_table_lookup (disk.files, name);
  if (self->content == NULL)
    {
      self->content = content_new ();
      g_hash_table_insert (disk.files, g_strdup (name), self->content);
    }
  if (out_flags != NULL)
    *out_flags = flags;
  file->pMethods = &crash_methods;
  return SQLITE_OK;
}

static int
crash_delete (sqlite3_vfs *vfs, const char *name, int sync_directory)
{
  if (disk.off)
    return SQLITE_IOERR_DELETE;
  g_hash_table_remove (disk.files, name);
  return SQLITE_OK;
}

static int
crash_access (sqlite3_vfs *vfs, const char *name, int flags, int *allowed)
{
  *allowed = g_hash_table_contains (disk.files, name);
  return SQLITE_OK;
}

static int
crash_full_pathname (sqlite3_vfs *vfs, const char *name, int n, char *path)
{
  return g_strlcpy (path, name, (gsize)n) < (gsize)n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
crash_randomness (sqlite3_vfs *vfs, int n, char *bytes)
{
  for (int i = 0; i < n; i++)
    bytes[i] = (char)g_test_rand_int_range (0, 256);
  return n;
}

static int
crash_sleep (sqlite3_vfs *vfs, int microseconds)
{
  return microseconds;
}

static int
crash_current_time (sqlite3_vfs *vfs, double *time)
{
  *time = 2461000.5;
  return SQLITE_OK;
}

static int
crash_get_last_error (sqlite3_vfs *vfs, int n, char *message)
{
  return 0;
}

void
crash_disk_install (void)
{
  static sqlite3_vfs vfs = {
    .iVersion = 1,
    .szOsFile = sizeof (CrashFile),
    .mxPathname = 1024,
    .zName = "crash-disk",
    .xOpen = crash_open,
    .xDelete = crash_delete,
    .xAccess = crash_access,
    .xFullPathname = crash_full_pathname,
    .xRandomness = crash_randomness,
    .xSleep = crash_sleep,
    .xCurrentTime = crash_current_time,
    .xGetLastError = crash_get_last_error,
  };

  sqlite3_vfs_register (&vfs, TRUE);
  crash_disk_format ();
}
