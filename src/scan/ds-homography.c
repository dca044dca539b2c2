/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-homography.h"

#include <math.h>

#define EPSILON 1e-9

/* The map that takes the unit square's corners (0,0), (1,0), (1,1), (0,1) to @to (Heckbert 1989, section 2.2.3). */
static gboolean
from_square (const DsPoint to[4], double m[9])
{
  double dx1 = to[1].x - to[2].x;
  double dx2 = to[3].x - to[2].x;
  double dx3 = to[0].x - to[1].x + to[2].x - to[3].x;
  double dy1 = to[1].y - to[2].y;
  double dy2 = to[3].y - to[2].y;
  double dy3 = to[0].y - to[1].y + to[2].y - to[3].y;
  double determinant = dx1 * dy2 - dx2 * dy1;
  double g;
  double h;

  if (fabs (determinant) < EPSILON)
    return FALSE;
  g = (dx3 * dy2 - dx2 * dy3) / determinant;
  h = (dx1 * dy3 - dx3 * dy1) / determinant;

  m[0] = to[1].x - to[0].x + g * to[1].x;
  m[1] = to[3].x - to[0].x + h * to[3].x;
  m[2] = to[0].x;
  m[3] = to[1].y - to[0].y + g * to[1].y;
  m[4] = to[3].y - to[0].y + h * to[3].y;
  m[5] = to[0].y;
  m[6] = g;
  m[7] = h;
  m[8] = 1;
  return TRUE;
}

/* The adjugate: the inverse but for a factor, which does not matter here. */
static void
invert (const double m[9], double inverse[9])
{
  inverse[0] = m[4] * m[8] - m[5] * m[7];
  inverse[1] = m[2] * m[7] - m[1] * m[8];
  inverse[2] = m[1] * m[5] - m[2] * m[4];
  inverse[3] = m[5] * m[6] - m[3] * m[8];
  inverse[4] = m[0] * m[8] - m[2] * m[6];
  inverse[5] = m[2] * m[3] - m[0] * m[5];
  inverse[6] = m[3] * m[7] - m[4] * m[6];
  inverse[7] = m[1] * m[6] - m[0] * m[7];
  inverse[8] = m[0] * m[4] - m[1] * m[3];
}

gboolean
ds_homography_init (DsHomography *self, const DsPoint from[4], const DsPoint to[4])
{
  double source[9];
  double inverse[9];
  double target[9];

  if (!from_square (from, source) || !from_square (to, target))
    return FALSE;
  invert (source, inverse);
  for (guint row = 0; row < 3; row++)
    for (guint column = 0; column < 3; column++)
      self->m[3 * row + column] = target[3 * row] * inverse[column]
                                  + target[3 * row + 1] * inverse[3 + column]
                                  + target[3 * row + 2] * inverse[6 + column];
  return TRUE;
}

DsPoint
ds_homography_map (const DsHomography *self, double x, double y)
{
  double w = self->m[6] * x + self->m[7] * y + self->m[8];

  /* What lies on the horizon is outside every picture. */
  if (fabs (w) < EPSILON)
    return (DsPoint){ -1, -1 };
  return (DsPoint){ (self->m[0] * x + self->m[1] * y + self->m[2]) / w,
                    (self->m[3] * x + self->m[4] * y + self->m[5]) / w };
}
