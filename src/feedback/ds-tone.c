/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ds-tone.h"

#include <math.h>

/* Below full scale: a note and its overtone must not clip. */
#define LOUDNESS 0.6
/* One overtone carries a small speaker through the noise of a street. */
#define OVERTONE 0.25
/* A note that begins or ends at once clicks. */
#define RAMP_MS 6

#define MAX_NOTES 6

typedef struct
{
  guint hz; /* 0 for a rest */
  guint ms;
} Note;

static const Note tunes[DS_N_FEEDBACK_KINDS][MAX_NOTES] = {
  [DS_FEEDBACK_READ] = { { 2093, 80 } },
  [DS_FEEDBACK_WRONG] = { { 311, 120 }, { 0, 60 }, { 311, 120 } },
  [DS_FEEDBACK_PAID] = { { 784, 110 }, { 1047, 110 }, { 1568, 330 } },
  [DS_FEEDBACK_ACCEPTED] = { { 659, 140 }, { 0, 40 }, { 988, 240 } },
  [DS_FEEDBACK_UNKNOWN] = { { 494, 130 }, { 0, 90 }, { 494, 130 }, { 0, 90 }, { 494, 130 } },
  [DS_FEEDBACK_FAILED] = { { 440, 160 }, { 349, 160 }, { 220, 420 } },
};

static const DsShake shakes[DS_N_FEEDBACK_KINDS][MAX_NOTES] = {
  [DS_FEEDBACK_READ] = { { 1, 50 } },
  [DS_FEEDBACK_WRONG] = { { 1, 120 }, { 0, 80 }, { 1, 120 } },
  [DS_FEEDBACK_PAID] = { { 1, 400 } },
  [DS_FEEDBACK_ACCEPTED] = { { 1, 100 }, { 0, 80 }, { 1, 300 } },
  [DS_FEEDBACK_UNKNOWN] = { { 1, 120 }, { 0, 120 }, { 1, 120 }, { 0, 120 }, { 1, 120 } },
  [DS_FEEDBACK_FAILED] = { { 1, 400 }, { 0, 120 }, { 1, 400 } },
};

static gsize
count_samples (const Note *note)
{
  return (gsize)note->ms * DS_TONE_RATE_HZ / 1000;
}

static void
render_note (const Note *note, gint16 *samples)
{
  gsize n = count_samples (note);
  gsize ramp = (gsize)RAMP_MS * DS_TONE_RATE_HZ / 1000;

  for (gsize i = 0; i < n; i++)
    {
      double phase = 2 * G_PI * note->hz * (double)i / DS_TONE_RATE_HZ;
      double ends = (double)MIN (ramp, MIN (i, n - 1 - i)) / (double)ramp;
      double value = (sin (phase) + OVERTONE * sin (2 * phase)) / (1 + OVERTONE);

      samples[i] = (gint16)lround (G_MAXINT16 * LOUDNESS * ends * value);
    }
}

GBytes *
ds_tone_render (DsFeedbackKind kind)
{
  const Note *tune;
  gsize n = 0;
  gint16 *samples;

  g_return_val_if_fail ((guint)kind < DS_N_FEEDBACK_KINDS, NULL);

  tune = tunes[kind];
  for (guint i = 0; i < MAX_NOTES; i++)
    n += count_samples (&tune[i]);
  samples = g_new (gint16, n);
  for (guint i = 0, at = 0; i < MAX_NOTES; i++)
    {
      render_note (&tune[i], samples + at);
      at += count_samples (&tune[i]);
    }
  return g_bytes_new_take (samples, n * sizeof *samples);
}

const DsShake *
ds_tone_get_shakes (DsFeedbackKind kind, gsize *n)
{
  g_return_val_if_fail ((guint)kind < DS_N_FEEDBACK_KINDS, NULL);

  for (*n = 0; *n < MAX_NOTES && shakes[kind][*n].ms > 0;)
    (*n)++;
  return shakes[kind];
}
