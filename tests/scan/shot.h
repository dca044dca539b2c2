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

/* Takes a picture of @symbol whose side, quiet zone included, would be @side_px if it were held straight. Everything
 * that is left open by @terms is drawn from @rand. @frame: (out) */
void shot_take (Frame *frame, DsQr *symbol, double side_px, const ShotTerms *terms, GRand *rand);
