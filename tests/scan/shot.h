/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code on a phone's screen as the handheld's camera sees it: a 1280 × 720 grey frame. */
#pragma once

#include "ds-qr.h"
#include "frame.h"

#define SHOT_WIDTH 1280
#define SHOT_HEIGHT 720

/**
 * ShotTerms:
 * @tilt_degrees: the screen leans by up to this, to any side
 * @turn_degrees: and is turned by up to this
 * @blur_px: standard deviation of the blur, out of focus and shaken together; from half of it to all of it
 * @noise: standard deviation of the sensor's noise, in grey levels
 * @shade: by how much of its light one side of the frame is darker than the other, up to
 * @n_drops: raindrops on the screen, each as wide as a twentieth of the symbol
 */
typedef struct
{
  double tilt_degrees;
  double turn_degrees;
  double blur_px;
  double noise;
  double shade;
  guint n_drops;
} ShotTerms;

/* A phone that is held as well as a hurried customer holds it. As hard as the medium frames of the measurements the
 * design rests on, where ZBar alone read 0.70 of codes of 300 characters: of these it reads fewer, and the test checks
 * that it stays so. */
extern const ShotTerms shot_medium;

/* How the screen is held, and what the light and the lens are like. */
typedef struct
{
  double turn, tilt, axis; /* radians; it leans about an axis that lies so */
  double left, top;        /* pixels: where its middle is */
  double shade, shade_angle;
  double blur_px;
} ShotPose;

/* Draws what @terms leave open. @pose: (out) */
void shot_pose_init (ShotPose *pose, double side_px, const ShotTerms *terms, GRand *rand);

/* What a hand does from one frame to the next, a thirtieth of a second later: it moves a bit, and blurs by that. */
void shot_pose_shake (ShotPose *pose, const ShotTerms *terms, GRand *rand);

/* Takes a picture of @symbol from there; the noise is drawn from @rand. @frame: (out) */
void shot_take_from (Frame *frame,
                     DsQr *symbol,
                     double side_px,
                     const ShotTerms *terms,
                     const ShotPose *pose,
                     GRand *rand);

/* Takes a picture of @symbol whose side, quiet zone included, would be @side_px if it were held straight. Everything
 * that is left open by @terms is drawn from @rand. @frame: (out) */
void shot_take (Frame *frame, DsQr *symbol, double side_px, const ShotTerms *terms, GRand *rand);
