/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few short tunes and shakes that say how it went without a look at the screen. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsFeedbackKind:
 * @DS_FEEDBACK_READ: a code was read; what it is worth is not known yet
 * @DS_FEEDBACK_WRONG: it is no code for this: another kind, not ours, forged, used before
 * @DS_FEEDBACK_PAID: the money is there
 * @DS_FEEDBACK_ACCEPTED: taken offline, on evidence that is still to be redeemed
 * @DS_FEEDBACK_UNKNOWN: nobody knows yet: neither let go nor collect again
 * @DS_FEEDBACK_FAILED: no money was taken
 */
typedef enum
{
  DS_FEEDBACK_READ,
  DS_FEEDBACK_WRONG,
  DS_FEEDBACK_PAID,
  DS_FEEDBACK_ACCEPTED,
  DS_FEEDBACK_UNKNOWN,
  DS_FEEDBACK_FAILED,
  DS_N_FEEDBACK_KINDS,
} DsFeedbackKind;

/* Of the samples: 16 bits, native order, one channel. */
#define DS_TONE_RATE_HZ 48000

/* No tune is longer: the next customer waits. */
#define DS_TONE_MAX_MS 900

/* Returns: (transfer full): the tune of @kind, computed anew. Good news rise, bad news fall, and what is not known stays
 * where it is; they differ in rhythm too, for ears that hear no pitch and speakers that rattle. */
GBytes *ds_tone_render (DsFeedbackKind kind);

/**
 * DsShake:
 * @strength: 0 (a pause) or 1
 * @ms: for so long
 */
typedef struct
{
  guint strength;
  guint ms;
} DsShake;

/* Returns: (transfer none) (array length=n): the rhythm that the hand feels. */
const DsShake *ds_tone_get_shakes (DsFeedbackKind kind, gsize *n);

G_END_DECLS
