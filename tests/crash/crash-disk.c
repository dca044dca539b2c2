/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "crash-disk.h"

#include "crash-content.h"

#include <errno.h>
#include <string.h>

#define SECTOR 512

struct _CrashFile
{
  guint n_refs;
  guint id; /* the same in all copies of a file */
  CrashContent content;
};

typedef enum
{
  OPERATION_WRITE,
  OPERATION_TRUNCATE,
  OPERATION_SYNC,
  OPERATION_LOSE, /* a sync that failed, and will not be made good */
  OPERATION_MAKE,
  OPERATION_RENAME,
  OPERATION_UNLINK,
  OPERATION_SYNC_DIRECTORY,
} OperationKind;

typedef struct
{
  OperationKind kind;
  guint file;
  gint64 offset;
  GBytes *bytes;
  char *name;
  char *to;
} Operation;

struct _CrashImage
{
  GHashTable *names; /* (element-type utf8 CrashFile) */
};

struct _CrashHistory
{
  GArray *operations; /* (element-type Operation) */
  guint at;
  CrashImage *durable;
  GHashTable *files;   /* (element-type guint CrashFile): also those that no durable name leads to yet */
  GArray *unsynced;    /* (element-type guint): writes and truncations that no sync has covered */
  GArray *uncommitted; /* (element-type guint): changes of names that no sync has covered */
};

static struct
{
  CrashImage *now;
  CrashImage *base; /* (nullable): when the recording began */
  GArray *operations;
  guint n_files;
  gboolean off;
  gboolean lying;
  gboolean paused;
  gint64 room;

  guint64 countdown;
  int problem;
  gboolean for_ever;
  const char *failed;
  DsRandom *random;
} disk;

/* Files and images */

CrashFile *
crash_file_ref (CrashFile *self)
{
  self->n_refs++;
  return self;
}

void
crash_file_unref (CrashFile *self)
{
  if (--self->n_refs > 0)
    return;
  g_ptr_array_unref (self->content.pages);
  g_free (self);
}

static CrashFile *
file_new (guint id)
{
  CrashFile *self = g_new0 (CrashFile, 1);

  self->n_refs = 1;
  self->id = id;
  crash_content_init (&self->content);
  return self;
}

static CrashFile *
file_copy (const CrashFile *from)
{
  CrashFile *self = g_new0 (CrashFile, 1);

  self->n_refs = 1;
  self->id = from->id;
  crash_content_copy (&self->content, &from->content);
  return self;
}

static CrashImage *
image_new (void)
{
  CrashImage *self = g_new0 (CrashImage, 1);

  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)crash_file_unref);
  return self;
}

void
crash_image_free (CrashImage *self)
{
  g_hash_table_unref (self->names);
  g_free (self);
}

static CrashImage *
image_copy (const CrashImage *from)
{
  CrashImage *self = image_new ();
  GHashTableIter names;
  gpointer name, file;

  g_hash_table_iter_init (&names, from->names);
  while (g_hash_table_iter_next (&names, &name, &file))
    g_hash_table_insert (self->names, g_strdup (name), file_copy (file));
  return self;
}

CrashImage *
crash_disk_save (void)
{
  return image_copy (disk.now);
}

static void
take_image (CrashImage *image)
{
  g_clear_pointer (&disk.now, crash_image_free);
  disk.now = image;
  disk.off = FALSE;
  crash_disk_heal ();
}

void
crash_disk_load (const CrashImage *image)
{
  g_clear_pointer (&disk.base, crash_image_free);
  g_clear_pointer (&disk.operations, g_array_unref);
  take_image (image_copy (image));
}

void
crash_disk_format (void)
{
  g_autoptr (CrashImage) empty = image_new ();

  disk.lying = FALSE;
  disk.room = -1;
  crash_disk_load (empty);
}

/* Faults */

typedef enum
{
  NEEDS_NOTHING,
  NEEDS_ROOM,
} Need;

void
crash_disk_fail (guint64 at, int problem, gboolean for_ever, DsRandom *random)
{
  disk.countdown = at;
  disk.problem = problem;
  disk.for_ever = for_ever;
  disk.failed = NULL;
  g_set_object (&disk.random, random);
}

void
crash_disk_heal (void)
{
  disk.countdown = 0;
  disk.for_ever = FALSE;
}

void
crash_disk_pause (gboolean paused)
{
  disk.paused = paused;
}

const char *
crash_disk_get_failed_call (void)
{
  return disk.failed;
}

void
crash_disk_set_room (gint64 n_bytes)
{
  disk.room = n_bytes < 0 ? -1 : n_bytes / CRASH_PAGE;
}

void
crash_disk_power_off (void)
{
  disk.off = TRUE;
}

void
crash_disk_lie (gboolean lying)
{
  disk.lying = lying;
}

/* Counts a call. Returns: whether it fails, with errno. */
static gboolean
fails (const char *call, Need need)
{
  errno = EIO;
  if (disk.off)
    return TRUE;
  if (disk.paused || (disk.problem == ENOSPC && need != NEEDS_ROOM))
    return FALSE;
  errno = disk.problem;
  if (disk.countdown > 0 && --disk.countdown == 0)
    {
      disk.failed = call;
      return TRUE;
    }
  return disk.countdown == 0 && disk.failed != NULL && disk.for_ever;
}

/* Takes room for @n_pages more. Returns: whether there is, else with errno. */
static gboolean
allot (gint64 n_pages)
{
  if (disk.room < 0 || n_pages <= 0)
    return TRUE;
  if (n_pages > disk.room)
    {
      errno = ENOSPC;
      return FALSE;
    }
  disk.room -= n_pages;
  return TRUE;
}

static void
give_back (gint64 n_pages)
{
  if (disk.room >= 0)
    disk.room += n_pages;
}

/* Operations */

static void
operation_clear (gpointer data)
{
  Operation *self = data;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->to, g_free);
}

/* Takes what @operation holds. */
static void
record (Operation operation)
{
  if (disk.operations != NULL)
    g_array_append_val (disk.operations, operation);
  else
    operation_clear (&operation);
}

void
crash_disk_record (void)
{
  g_clear_pointer (&disk.base, crash_image_free);
  g_clear_pointer (&disk.operations, g_array_unref);
  disk.base = image_copy (disk.now);
  disk.operations = g_array_new (FALSE, FALSE, sizeof (Operation));
  g_array_set_clear_func (disk.operations, operation_clear);
}

guint
crash_disk_get_n_operations (void)
{
  return disk.operations->len;
}

CrashFile *
crash_disk_open (const char *path, gboolean make, gboolean cut)
{
  CrashFile *file = g_hash_table_lookup (disk.now->names, path);
  gboolean fresh = file == NULL && make;

  if (fails ("open", make ? NEEDS_ROOM : NEEDS_NOTHING))
    return NULL;
  if (file == NULL && !make)
    {
      errno = ENOENT;
      return NULL;
    }
  if (fresh)
    {
      file = file_new (++disk.n_files);
      g_hash_table_insert (disk.now->names, g_strdup (path), file);
      record ((Operation){ OPERATION_MAKE, .file = file->id, .name = g_strdup (path) });
    }
  if (cut && file->content.size > 0)
    {
      give_back (file->content.pages->len);
      crash_content_truncate (&file->content, 0);
      record ((Operation){ OPERATION_TRUNCATE, .file = file->id });
    }
  return crash_file_ref (file);
}

gint64
crash_file_get_size (CrashFile *self)
{
  return fails ("size", NEEDS_NOTHING) ? -1 : self->content.size;
}

gssize
crash_file_read (CrashFile *self, gpointer bytes, gsize n, gint64 offset)
{
  return fails ("read", NEEDS_NOTHING) ? -1 : (gssize)crash_content_read (&self->content, bytes, n, offset);
}

int
crash_file_write (CrashFile *self, gconstpointer bytes, gsize n, gint64 offset)
{
  gboolean failed = fails ("write", NEEDS_ROOM);
  gint64 n_pages = (offset + (gint64)n + CRASH_PAGE - 1) / CRASH_PAGE - (gint64)self->content.pages->len;

  if (disk.off)
    return -1;
  failed = failed || !allot (n_pages);
  if (failed)
    {
      int problem = errno;

      n = disk.random != NULL ? ds_random_below (disk.random, (guint32)n) : 0;
      /* Room is found or not found for whole blocks; an error can end a write anywhere. */
      if (problem == ENOSPC)
        n = (gsize)MAX ((offset + (gint64)n) / CRASH_PAGE * CRASH_PAGE - offset, 0);
      if (offset + (gint64)n > self->content.size)
        n = 0;
      errno = problem;
    }
  crash_content_write (&self->content, bytes, n, offset);
  if (n > 0)
    record ((Operation){ OPERATION_WRITE, .file = self->id, .offset = offset,
                         .bytes = disk.operations != NULL ? g_bytes_new (bytes, n) : NULL });
  return failed ? -1 : 0;
}

int
crash_file_allot (CrashFile *self, gint64 size)
{
  gint64 n_pages = (size + CRASH_PAGE - 1) / CRASH_PAGE;

  if (fails ("allotting", NEEDS_ROOM))
    return -1;
  if (size <= self->content.size)
    return 0;
  if (!allot (n_pages - (gint64)self->content.pages->len))
    return -1;
  self->content.size = size;
  g_ptr_array_set_size (self->content.pages, (gint)n_pages);
  return 0;
}

int
crash_file_truncate (CrashFile *self, gint64 size)
{
  guint n_pages = self->content.pages->len;

  if (fails ("truncate", NEEDS_NOTHING))
    return -1;
  crash_content_truncate (&self->content, size);
  give_back (n_pages - self->content.pages->len);
  record ((Operation){ OPERATION_TRUNCATE, .file = self->id, .offset = size });
  return 0;
}

int
crash_file_sync (CrashFile *self)
{
  if (fails ("sync", NEEDS_ROOM))
    {
      if (!disk.off && ds_random_below (disk.random, 2) == 0)
        record ((Operation){ OPERATION_LOSE, .file = self->id });
      errno = disk.off ? EIO : disk.problem;
      return -1;
    }
  if (!disk.lying)
    record ((Operation){ OPERATION_SYNC, .file = self->id });
  return 0;
}

int
crash_disk_rename (const char *from, const char *to)
{
  CrashFile *file = g_hash_table_lookup (disk.now->names, from);

  if (fails ("rename", NEEDS_ROOM))
    return -1;
  if (file == NULL)
    {
      errno = ENOENT;
      return -1;
    }
  g_hash_table_insert (disk.now->names, g_strdup (to), crash_file_ref (file));
  g_hash_table_remove (disk.now->names, from);
  record ((Operation){ OPERATION_RENAME, .name = g_strdup (from), .to = g_strdup (to) });
  return 0;
}

int
crash_disk_unlink (const char *path)
{
  CrashFile *file = g_hash_table_lookup (disk.now->names, path);

  if (fails ("unlink", NEEDS_NOTHING))
    return -1;
  if (file == NULL)
    {
      errno = ENOENT;
      return -1;
    }
  give_back (file->content.pages->len);
  g_hash_table_remove (disk.now->names, path);
  record ((Operation){ OPERATION_UNLINK, .name = g_strdup (path) });
  return 0;
}

int
crash_disk_sync_directory (void)
{
  if (fails ("sync of the directory", NEEDS_ROOM))
    return -1;
  if (!disk.lying)
    record ((Operation){ OPERATION_SYNC_DIRECTORY });
  return 0;
}

gboolean
crash_disk_has (const char *path)
{
  return g_hash_table_contains (disk.now->names, path);
}

void
crash_disk_flip (const char *path, gint64 offset, guint8 mask)
{
  CrashFile *file = g_hash_table_lookup (disk.now->names, path);
  guint8 byte;

  g_assert_cmpuint (crash_content_read (&file->content, &byte, 1, offset), ==, 1);
  byte ^= mask;
  crash_content_write (&file->content, &byte, 1, offset);
}

void
crash_disk_cut_off (const char *path, gint64 size)
{
  CrashFile *file = g_hash_table_lookup (disk.now->names, path);

  crash_content_truncate (&file->content, size);
}

/* Histories */

CrashHistory *
crash_disk_take_history (void)
{
  CrashHistory *self = g_new0 (CrashHistory, 1);
  GHashTableIter names;
  gpointer file;

  self->operations = g_steal_pointer (&disk.operations);
  self->durable = g_steal_pointer (&disk.base);
  self->files = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)crash_file_unref);
  self->unsynced = g_array_new (FALSE, FALSE, sizeof (guint));
  self->uncommitted = g_array_new (FALSE, FALSE, sizeof (guint));
  g_hash_table_iter_init (&names, self->durable->names);
  while (g_hash_table_iter_next (&names, NULL, &file))
    g_hash_table_insert (self->files, GUINT_TO_POINTER (((CrashFile *)file)->id), crash_file_ref (file));
  return self;
}

void
crash_history_free (CrashHistory *self)
{
  g_array_unref (self->operations);
  g_array_unref (self->unsynced);
  g_array_unref (self->uncommitted);
  g_hash_table_unref (self->files);
  crash_image_free (self->durable);
  g_free (self);
}

static void
apply (CrashFile *file, const Operation *operation)
{
  gsize n;
  gconstpointer bytes;

  if (operation->kind == OPERATION_TRUNCATE)
    {
      crash_content_truncate (&file->content, operation->offset);
      return;
    }
  bytes = g_bytes_get_data (operation->bytes, &n);
  crash_content_write (&file->content, bytes, n, operation->offset);
}

/* Sector by sector, chance decides whether a write reached the disk: so an earlier one may be lost where a later one
 * is kept. Often all of a write is lost or kept, as between two writes that lie far apart. */
static void
apply_in_part (CrashFile *file, const Operation *operation, DsRandom *random)
{
  guint chance = ds_random_below (random, 4);
  gsize n;
  const guint8 *bytes;

  if (chance == 0)
    return;
  if (chance == 1 || operation->kind == OPERATION_TRUNCATE)
    {
      apply (file, operation);
      return;
    }
  bytes = g_bytes_get_data (operation->bytes, &n);
  for (gint64 at = operation->offset; at < operation->offset + (gint64)n;)
    {
      gint64 end = MIN ((at / SECTOR + 1) * SECTOR, operation->offset + (gint64)n);

      if (ds_random_below (random, 2) == 0)
        crash_content_write (&file->content, bytes + (at - operation->offset), (gsize)(end - at), at);
      at = end;
    }
}

static void
change_names (GHashTable *names, GHashTable *files, const Operation *operation)
{
  CrashFile *file;

  switch (operation->kind)
    {
    case OPERATION_MAKE:
      file = g_hash_table_lookup (files, GUINT_TO_POINTER (operation->file));
      g_hash_table_insert (names, g_strdup (operation->name), crash_file_ref (file));
      break;
    case OPERATION_RENAME:
      file = g_hash_table_lookup (names, operation->name);
      g_hash_table_insert (names, g_strdup (operation->to), crash_file_ref (file));
      g_hash_table_remove (names, operation->name);
      break;
    default:
      g_hash_table_remove (names, operation->name);
    }
}

/* The writes to @file have reached the disk, or with @lost never will. */
static void
settle_file (CrashHistory *self, guint file, gboolean lost)
{
  CrashFile *durable = g_hash_table_lookup (self->files, GUINT_TO_POINTER (file));
  guint n_left = 0;

  for (guint i = 0; i < self->unsynced->len; i++)
    {
      guint at = g_array_index (self->unsynced, guint, i);
      const Operation *operation = &g_array_index (self->operations, Operation, at);

      if (operation->file != file)
        g_array_index (self->unsynced, guint, n_left++) = at;
      else if (!lost)
        apply (durable, operation);
    }
  g_array_set_size (self->unsynced, n_left);
}

static void
commit_names (CrashHistory *self, guint n)
{
  for (guint i = 0; i < n; i++)
    change_names (self->durable->names, self->files,
                  &g_array_index (self->operations, Operation, g_array_index (self->uncommitted, guint, i)));
  g_array_remove_range (self->uncommitted, 0, n);
}

/* Syncing a file takes its making with it, and whatever was done to names before that. */
static void
commit_making (CrashHistory *self, guint file)
{
  for (guint i = self->uncommitted->len; i > 0; i--)
    {
      const Operation *operation
          = &g_array_index (self->operations, Operation, g_array_index (self->uncommitted, guint, i - 1));

      if (operation->kind == OPERATION_MAKE && operation->file == file)
        {
          commit_names (self, i);
          return;
        }
    }
}

static void
advance (CrashHistory *self)
{
  guint at = self->at++;
  const Operation *operation = &g_array_index (self->operations, Operation, at);

  switch (operation->kind)
    {
    case OPERATION_WRITE:
    case OPERATION_TRUNCATE:
      g_array_append_val (self->unsynced, at);
      break;
    case OPERATION_SYNC:
      settle_file (self, operation->file, FALSE);
      commit_making (self, operation->file);
      break;
    case OPERATION_LOSE:
      settle_file (self, operation->file, TRUE);
      break;
    case OPERATION_SYNC_DIRECTORY:
      commit_names (self, self->uncommitted->len);
      break;
    case OPERATION_MAKE:
      g_hash_table_insert (self->files, GUINT_TO_POINTER (operation->file), file_new (operation->file));
      g_array_append_val (self->uncommitted, at);
      break;
    default:
      g_array_append_val (self->uncommitted, at);
    }
}

void
crash_history_cut (CrashHistory *self, guint n, DsRandom *random)
{
  CrashImage *left = image_new ();
  g_autoptr (GHashTable) files = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)crash_file_unref);
  guint n_names;
  GHashTableIter iter;
  gpointer key, file;

  g_assert_cmpuint (n, >=, self->at);
  while (self->at < n)
    advance (self);

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &key, &file))
    g_hash_table_insert (files, key, file_copy (file));
  for (guint i = 0; i < self->unsynced->len; i++)
    {
      const Operation *operation
          = &g_array_index (self->operations, Operation, g_array_index (self->unsynced, guint, i));

      apply_in_part (g_hash_table_lookup (files, GUINT_TO_POINTER (operation->file)), operation, random);
    }

  g_hash_table_iter_init (&iter, self->durable->names);
  while (g_hash_table_iter_next (&iter, &key, &file))
    g_hash_table_insert (
        left->names, g_strdup (key),
        crash_file_ref (g_hash_table_lookup (files, GUINT_TO_POINTER (((CrashFile *)file)->id))));
  n_names = ds_random_below (random, self->uncommitted->len + 1);
  for (guint i = 0; i < n_names; i++)
    change_names (left->names, files,
                  &g_array_index (self->operations, Operation, g_array_index (self->uncommitted, guint, i)));
  take_image (left);
}
