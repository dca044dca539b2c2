/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera with everything that comes of it, for tests. */
#pragma once

#include "ds-camera-device.h"
#include "ds-scanner.h"
#include "frame.h"

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

/* One run of a camera with everything that came of it. */
typedef struct
{
  DsCamera *camera;
  DsDecoderProcess *decoder;
  DsScanner *scanner;
  guint n_frames;
  guint n_previews;
  guint last_width;
  char *read;
  char **several;
  guint view;
  GError *error;
} Run;

/* Turns on the camera that @source describes; %NULL for the one that the system has, by its @id or the first. */
void run_start (Run *run, const char *source);
void run_start_device (Run *run, const char *id);
void run_clear (Run *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* Returns: (transfer full): the name of a file in this folder with the rows of @frame, packed. */
char *save_rows (const Frame *frame);

/* Returns: (transfer full): a camera before which stands @frame, at @rate pictures a second, and then @more. */
char *put_before_camera (const Frame *frame, guint rate, const char *more);
