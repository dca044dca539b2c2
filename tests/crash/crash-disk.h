/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk in memory whose power can be cut: SQLite's default VFS for a test program.
 *
 * What was written and not yet synced is lost, kept or kept in part when the power goes, sector by sector and in
 * any order, as a real disk may do it. Sectors of 512 bytes are whole. Making and deleting files is durable at
 * once: SQLite syncs the directory, and no test here is about that. */
#pragma once

#include "ds-random.h"

G_BEGIN_DECLS

typedef enum
{
  CRASH_FAULT_NONE,
  CRASH_FAULT_POWER,     /* from this operation on, nothing works until crash_disk_restart() */
  CRASH_FAULT_WRITE,     /* one write fails half done */
  CRASH_FAULT_FULL,      /* from this operation on, no write finds room, until crash_disk_clear() */
  CRASH_FAULT_SYNC,      /* one sync fails, and what it should have written is never written */
  CRASH_FAULT_LYING_SYNC /* syncs say that they worked and do nothing: a disk that lies */
} CrashFault;

/* Makes the disk SQLite's default VFS. Before the first database is opened. */
void crash_disk_install (void);

/* An empty disk. */
void crash_disk_format (void);

/* The @operation-th operation from now on (from 1) meets @fault: of writes, or syncs, by the fault's name; of writes,
 * syncs and truncations for the power. */
void crash_disk_plan (CrashFault fault, guint64 operation, DsRandom *random);

/* Whether the planned fault was met. */
gboolean crash_disk_met_fault (void);

/* The power goes between two operations. */
void crash_disk_cut_power (void);

/* The power comes back: what was not synced is as chance has it. */
void crash_disk_restart (DsRandom *random);

/* No fault is planned any more; what was written stays as it is. */
void crash_disk_clear (void);

G_END_DECLS
