/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells eyes-free how it went: a tune through GStreamer, a shake through feedbackd. */
#pragma once

#include "ds-tone.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_FEEDBACK (ds_feedback_get_type ())
G_DECLARE_FINAL_TYPE (DsFeedback, ds_feedback, DS, FEEDBACK, GObject)

/**
 * ds_feedback_new:
 *
 * DsFeedback:sound, DsFeedback:vibration: whether each is wanted; both are at first
 *
 * Main thread.
 */
DsFeedback *ds_feedback_new (void);

/* Returns: (transfer none): the one that a window's parts share. */
DsFeedback *ds_feedback_get_default (void);

/**
 * ds_feedback_give:
 * @kind: what happened, which is durable by now if it is about money
 *
 * Returns at once; neither a device that is missing nor one that hangs is felt by the caller. While a tune is played,
 * only the latest of what else happens waits for it.
 */
void ds_feedback_give (DsFeedback *self, DsFeedbackKind kind);

G_END_DECLS
