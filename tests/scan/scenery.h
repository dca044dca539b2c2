/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a handheld sees while it is carried about: frames without a code, drawn from a seed, 1280 × 720. Most of them
 * have edges, many have stripes, and some have squares in squares. */
#pragma once

#include "frame.h"

/* Draws one. @frame: (out) */
typedef void (*SceneryFunc) (Frame *frame, GRand *rand);

void scenery_draw_flat (Frame *frame, GRand *rand);   /* a door, a sleeve */
void scenery_draw_wall (Frame *frame, GRand *rand);   /* light from aside, a few edges */
void scenery_draw_text (Frame *frame, GRand *rand);   /* a page of print */
void scenery_draw_bricks (Frame *frame, GRand *rand); /* bricks, tiles, windows */
void scenery_draw_cloth (Frame *frame, GRand *rand);  /* stripes of several widths, creased */
void scenery_draw_noise (Frame *frame, GRand *rand);  /* a camera in the dark, its gain turned up */
void scenery_draw_blobs (Frame *frame, GRand *rand);  /* faces, fruit, lamps: rounds in rounds */
void scenery_draw_street (Frame *frame, GRand *rand); /* ground, sky, houses, signs, wires */
