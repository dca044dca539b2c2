/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be done with a shift that was closed: show its seal to the clerk, save it as a PDF or as a table. */
#pragma once

#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_SHIFT_FILES (ds_shift_files_get_type ())
G_DECLARE_FINAL_TYPE (DsShiftFiles, ds_shift_files, DS, SHIFT_FILES, GtkBox)

typedef enum
{
  DS_SHIFT_FILE_PDF,
  DS_SHIFT_FILE_CSV,
} DsShiftFile;

/* Made by a template. @shift: (nullable): nothing can be done, and it hides. */
void ds_shift_files_set_shift (DsShiftFiles *self, DsSession *session, DsShift *shift);

/* Saves to @file, as if the courier had chosen it. Says in a toast how it went. */
void ds_shift_files_save (DsShiftFiles *self, DsShiftFile kind, GFile *file);

G_END_DECLS
