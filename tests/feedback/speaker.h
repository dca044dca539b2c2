/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sound device that takes down what is played on it. GStreamer prefers it to every other. */
#pragma once

#include "ds-tone.h"

/* Once, before anything is played. */
void speaker_plug_in (void);

/* Returns: how many tunes were played to their end. Each wakes the main loop. */
guint speaker_count (void);
/* Returns: (transfer none): the samples of tune @i. */
GBytes *speaker_get (guint i);
/* Returns: whether tune @i and @kind are the same to the sample. */
gboolean speaker_played (guint i, DsFeedbackKind kind);

/* While it is held, no tune comes to its end. */
void speaker_hold (gboolean held);
/* While it is broken, it cannot be opened. */
void speaker_break (gboolean broken);
