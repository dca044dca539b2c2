/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk in memory whose power can be cut and whose calls can fail: SQLite's default VFS for a test program, and the
 * place of every other file below CRASH_DISK_ROOT (crash-files.c passes the program's own file calls on to it).
 *
 * What was written and not yet synced is lost, kept or kept in part when the power goes, sector by sector and in any
 * order, as a real disk may do it; sectors of 512 bytes are whole. Making, renaming and deleting files is undone from
 * the end back to some point, unless their directory was synced: file systems keep such changes in order. */
#pragma once

#include "ds-random.h"

G_BEGIN_DECLS

#define CRASH_DISK_ROOT "/crash-disk"

/* Makes the disk SQLite's default VFS. Before the first database is opened. */
void crash_disk_install (void);

/* An empty disk; nothing is recorded, no call fails. */
void crash_disk_format (void);

/* Files */

typedef struct _CrashFile CrashFile;

/* Returns: (transfer full) (nullable): the file, made when it is missing and @make says so; %NULL with errno. */
CrashFile *crash_disk_open (const char *path, gboolean make, gboolean cut);
CrashFile *crash_file_ref (CrashFile *self);
void crash_file_unref (CrashFile *self);
gint64 crash_file_get_size (CrashFile *self);
/* Returns: how many bytes there were to read, or -1 with errno. */
gssize crash_file_read (CrashFile *self, gpointer bytes, gsize n, gint64 offset);
/* These return 0, or -1 with errno. */
int crash_file_write (CrashFile *self, gconstpointer bytes, gsize n, gint64 offset);
/* Takes room for a file of @size bytes. */
int crash_file_allot (CrashFile *self, gint64 size);
int crash_file_truncate (CrashFile *self, gint64 size);
int crash_file_sync (CrashFile *self);
int crash_disk_rename (const char *from, const char *to);
int crash_disk_unlink (const char *path);
int crash_disk_sync_directory (void);
gboolean crash_disk_has (const char *path);

/* Damage, as rot does it: neither counted nor recorded. */
void crash_disk_flip (const char *path, gint64 offset, guint8 mask);
void crash_disk_cut_off (const char *path, gint64 size);

/* Copies of the whole disk share what is the same, so they cost little. */
typedef struct _CrashImage CrashImage;

CrashImage *crash_disk_save (void);
void crash_disk_load (const CrashImage *image);
void crash_image_free (CrashImage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashImage, crash_image_free)

/* Power */

/* From here on what is done is recorded; what is there now is on the disk for certain. */
void crash_disk_record (void);
/* Operations recorded so far: writes, syncs, truncations, makings, renamings, deletions. */
guint crash_disk_get_n_operations (void);
/* Nothing works any more until the disk is formatted or loaded, or a history is cut. */
void crash_disk_power_off (void);
/* Syncs say that they worked, and do nothing. */
void crash_disk_lie (gboolean lying);

/* What was recorded. */
typedef struct _CrashHistory CrashHistory;

CrashHistory *crash_disk_take_history (void);
void crash_history_free (CrashHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashHistory, crash_history_free)

/* The disk becomes what a power cut behind the @n-th operation may leave. @n never goes back. */
void crash_history_cut (CrashHistory *self, guint n, DsRandom *random);

/* Faults */

/**
 * crash_disk_fail:
 * @at: the call that fails, from now on, counted from 1: opening, reading, writing, syncing, truncating, asking for
 *   a size, renaming, deleting; 0 for none
 * @problem: EIO, or ENOSPC: then only calls that may need room are counted
 * @for_ever: whether all later ones of its like fail too: with ENOSPC those that need room, with EIO all
 *
 * A write that fails has written some of its bytes. A sync that fails may have thrown away what it should have
 * written while reads still show it, as Linux does.
 */
void crash_disk_fail (guint64 at, int problem, gboolean for_ever, DsRandom *random);
/* Everything works again. */
void crash_disk_heal (void);
/* While a test looks for itself, calls neither fail nor count. */
void crash_disk_pause (gboolean paused);
/* Returns: (nullable): the name of the call that failed first. */
const char *crash_disk_get_failed_call (void);

/* So many more bytes can be allotted to files; -1 for as many as are wanted. */
void crash_disk_set_room (gint64 n_bytes);

G_END_DECLS
