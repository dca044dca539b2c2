/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames with codes on them as a camera sees them. */
#pragma once

#include "ds-decoder.h"
#include "ds-qr.h"

#define FRAME_LIGHT 230
#define FRAME_DARK 40

/* Rows are padded as a camera's are. */
typedef struct
{
  guint width, height;
  gsize stride;
  guint8 *pixels;
} Frame;

void frame_init (Frame *frame, guint width, guint height, gsize padding);
void frame_clear (Frame *frame);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Frame, frame_clear)

/* Draws a code with its quiet zone at @scale pixels a module, at the level that ours have or another. */
void
frame_draw_qr_at_level (Frame *frame, const char *text, DsQrLevel level, guint scale, guint left, guint top);
void frame_draw_qr (Frame *frame, const char *text, guint scale, guint left, guint top);

/* Draws a Code 128 in set B, bars upright. */
void frame_draw_code128 (Frame *frame, const char *text, guint scale, guint left, guint top, guint height);

/* Where the pixel at (x, y), both from -1 to 1, is seen in the frame before. */
typedef void (*FrameMapFunc) (double *x, double *y, double by);

/* Looks at the frame from elsewhere. */
void frame_map (Frame *frame, FrameMapFunc map, double by);
void frame_turn (double *x, double *y, double degrees);
void frame_slant (double *x, double *y, double by);
void frame_roll (double *x, double *y, double by);

/* Adds noise of up to @amplitude levels. */
void frame_add_noise (Frame *frame, guint amplitude);

GPtrArray *frame_decode (const Frame *frame);

/* That it reads @text and nothing else. */
void frame_assert_reads (const Frame *frame, const char *text);
