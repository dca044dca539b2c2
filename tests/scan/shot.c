/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shot.h"

#include <math.h>

/* A phone's camera sees about 65° across the frame: so many pixels from lens to picture. */
#define FOCAL_PX 1005.0

/* A turned and leaning symbol reaches so many of its sides from its middle. */
#define REACH 0.8

#define BACKGROUND 110
#define SAMPLES 3

#define DROP 170
#define DROP_SHARE 0.05

/* A hand between two frames: where it is, how it turns, and how much more than a still one it blurs. */
#define SHAKE_PX 14
#define SHAKE_DEGREES 1.5
#define SHAKE_BLUR 2.2

const ShotTerms shot_medium = {
  .tilt_degrees = 30,
  .turn_degrees = 45,
  .blur_px = 1.2,
  .noise = 10,
  .shade = 0.6,
};

/* Where the screen is: from its own plane, with the middle of the symbol at 0 and frame pixels as the unit, to the
 * frame, and back. */
typedef struct
{
  double forth[9];
  double back[9];
  double left, top;
} View;

static void
map (const double m[9], double x, double y, double *to_x, double *to_y)
{
  double w = m[6] * x + m[7] * y + m[8];

  *to_x = (m[0] * x + m[1] * y + m[2]) / w;
  *to_y = (m[3] * x + m[4] * y + m[5]) / w;
}

static void
invert (const double m[9], double to[9])
{
  /* The adjugate: a homography does not mind a factor. */
  for (guint r = 0; r < 3; r++)
    for (guint c = 0; c < 3; c++)
      {
        guint r1 = (c + 1) % 3, r2 = (c + 2) % 3, c1 = (r + 1) % 3, c2 = (r + 2) % 3;

        to[3 * r + c] = m[3 * r1 + c1] * m[3 * r2 + c2] - m[3 * r1 + c2] * m[3 * r2 + c1];
      }
}

static double
draw_within (GRand *rand, double most)
{
  return most > 0 ? g_rand_double_range (rand, -most, most) : 0;
}

static void
view_init (View *self, const ShotPose *pose)
{
  double c = cos (pose->axis), s = sin (pose->axis);
  double turn = pose->turn, tilt = pose->tilt;
  /* Turned, then leant about an axis in the picture's plane (Rodrigues). */
  double lean[6]
      = { cos (tilt) + c * c * (1 - cos (tilt)), c * s * (1 - cos (tilt)), c * s * (1 - cos (tilt)),
          cos (tilt) + s * s * (1 - cos (tilt)), -s * sin (tilt),          c * sin (tilt) };

  for (guint row = 0; row < 3; row++)
    {
      double by = row < 2 ? FOCAL_PX : 1;

      self->forth[3 * row] = by * (lean[2 * row] * cos (turn) + lean[2 * row + 1] * sin (turn));
      self->forth[3 * row + 1] = by * (-lean[2 * row] * sin (turn) + lean[2 * row + 1] * cos (turn));
      self->forth[3 * row + 2] = row < 2 ? 0 : FOCAL_PX;
    }
  invert (self->forth, self->back);
  self->left = pose->left;
  self->top = pose->top;
}

static void
draw_place (ShotPose *pose, double side_px, const ShotTerms *terms, GRand *rand)
{
  double room_x = SHOT_WIDTH / 2.0 - REACH * side_px, room_y = SHOT_HEIGHT / 2.0 - REACH * side_px;

  pose->turn = draw_within (rand, terms->turn_degrees) * G_PI / 180;
  pose->tilt = draw_within (rand, terms->tilt_degrees) * G_PI / 180;
  pose->axis = g_rand_double_range (rand, 0, G_PI);
  pose->left = SHOT_WIDTH / 2.0 + draw_within (rand, room_x);
  pose->top = SHOT_HEIGHT / 2.0 + draw_within (rand, room_y);
}

static void
draw_light (ShotPose *pose, const ShotTerms *terms, GRand *rand)
{
  pose->shade = terms->shade * g_rand_double (rand);
  pose->shade_angle = g_rand_double_range (rand, 0, 2 * G_PI);
  pose->blur_px = terms->blur_px * g_rand_double_range (rand, 0.5, 1);
}

void
shot_pose_init (ShotPose *pose, double side_px, const ShotTerms *terms, GRand *rand)
{
  draw_light (pose, terms, rand);
  draw_place (pose, side_px, terms, rand);
}

void
shot_pose_shake (ShotPose *pose, const ShotTerms *terms, GRand *rand)
{
  pose->turn += draw_within (rand, SHAKE_DEGREES) * G_PI / 180;
  pose->tilt += draw_within (rand, SHAKE_DEGREES) * G_PI / 180;
  pose->left += draw_within (rand, SHAKE_PX);
  pose->top += draw_within (rand, SHAKE_PX);
  pose->blur_px = terms->blur_px * g_rand_double_range (rand, 0.5, SHAKE_BLUR);
}

/* A drop of rain: what is behind it melts into one. */
typedef struct
{
  double x, y;
} Drop;

/* The level of a point of the screen. */
static double
look_at (DsQr *symbol, double x, double y, double side_px, const Drop *drops, guint n_drops)
{
  double modules = ds_qr_get_size (symbol) + 2 * DS_QR_QUIET;
  gint column = (gint)floor ((x / side_px + 0.5) * modules) - DS_QR_QUIET;
  gint row = (gint)floor ((y / side_px + 0.5) * modules) - DS_QR_QUIET;
  gint size = (gint)ds_qr_get_size (symbol);

  if (fabs (x) > side_px / 2 || fabs (y) > side_px / 2)
    return BACKGROUND;
  for (guint i = 0; i < n_drops; i++)
    if (hypot (x - drops[i].x, y - drops[i].y) < DROP_SHARE * side_px / 2)
      return DROP;
  if (column < 0 || row < 0 || column >= size || row >= size)
    return FRAME_LIGHT;
  return ds_qr_is_dark (symbol, (guint)column, (guint)row) ? FRAME_DARK : FRAME_LIGHT;
}

static void
draw_screen (float *levels,
             DsQr *symbol,
             double side_px,
             const ShotTerms *terms,
             const View *view,
             GRand *rand)
{
  g_autofree Drop *drops = g_new (Drop, terms->n_drops);

  for (guint i = 0; i < terms->n_drops; i++)
    drops[i] = (Drop){ draw_within (rand, side_px / 2), draw_within (rand, side_px / 2) };
  for (guint i = 0; i < SHOT_WIDTH * SHOT_HEIGHT; i++)
    {
      double left = i % SHOT_WIDTH - view->left;
      double top = i / SHOT_WIDTH - view->top;
      double sum = 0;

      if (fabs (left) > REACH * side_px || fabs (top) > REACH * side_px)
        {
          levels[i] = BACKGROUND;
          continue;
        }
      for (guint sample = 0; sample < SAMPLES * SAMPLES; sample++)
        {
          double x, y;

          map (view->back, left + (sample % SAMPLES + 0.5) / SAMPLES,
               top + (sample / SAMPLES + 0.5) / SAMPLES, &x, &y);
          sum += look_at (symbol, x, y, side_px, drops, terms->n_drops);
        }
      levels[i] = (float)(sum / (SAMPLES * SAMPLES));
    }
}

/* One way of the two: every @step-th of @n levels. */
static void
blur_line (float *line, guint n, gsize step, const float *weights, gint radius, float *room)
{
  for (guint i = 0; i < n; i++)
    room[i] = line[i * step];
  for (gint i = 0; i < (gint)n; i++)
    {
      float sum = 0;

      for (gint k = -radius; k <= radius; k++)
        sum += weights[ABS (k)] * room[CLAMP (i + k, 0, (gint)n - 1)];
      line[(gsize)i * step] = sum;
    }
}

static void
blur (float *levels, double sigma, const View *view, double reach)
{
  gint radius = (gint)ceil (3 * sigma);
  gint left = MAX ((gint)(view->left - reach), 0), right = MIN ((gint)(view->left + reach), SHOT_WIDTH);
  gint top = MAX ((gint)(view->top - reach), 0), bottom = MIN ((gint)(view->top + reach), SHOT_HEIGHT);
  g_autofree float *weights = g_new (float, radius + 1);
  g_autofree float *room = g_new (float, SHOT_WIDTH);
  float sum = 0;

  if (sigma <= 0)
    return;
  for (gint k = 0; k <= radius; k++)
    {
      weights[k] = (float)exp (-k * k / (2 * sigma * sigma));
      sum += weights[k] * (k > 0 ? 2 : 1);
    }
  for (gint k = 0; k <= radius; k++)
    weights[k] /= sum;
  for (gint y = top; y < bottom; y++)
    blur_line (levels + y * SHOT_WIDTH + left, (guint)(right - left), 1, weights, radius, room);
  for (gint x = left; x < right; x++)
    blur_line (levels + top * SHOT_WIDTH + x, (guint)(bottom - top), SHOT_WIDTH, weights, radius, room);
}

/* The sum of four draws is near enough to normal; each has a variance of 1/12. */
static double
draw_noise (guint64 *state)
{
  double sum = 0;

  /* Not the caller's generator: a million draws a frame want a quick one (xorshift64). */
  for (guint i = 0; i < 4; i++)
    {
      *state ^= *state << 13;
      *state ^= *state >> 7;
      *state ^= *state << 17;
      sum += (double)(*state >> 40) / (1 << 24) - 0.5;
    }
  return sum * sqrt (3);
}

static void
take (Frame *frame,
      DsQr *symbol,
      double side_px,
      const ShotTerms *terms,
      const ShotPose *pose,
      guint64 noise,
      GRand *rand)
{
  g_autofree float *levels = g_new (float, SHOT_WIDTH *SHOT_HEIGHT);
  View view;

  view_init (&view, pose);
  draw_screen (levels, symbol, side_px, terms, &view, rand);
  blur (levels, pose->blur_px, &view, REACH * side_px);
  frame_init (frame, SHOT_WIDTH, SHOT_HEIGHT, 0);
  for (guint i = 0; i < SHOT_WIDTH * SHOT_HEIGHT; i++)
    {
      double x = (double)(i % SHOT_WIDTH) / SHOT_WIDTH - 0.5,
             y = (double)(i / SHOT_WIDTH) / SHOT_HEIGHT - 0.5;
      double light = 1 - pose->shade * (0.5 + x * cos (pose->shade_angle) + y * sin (pose->shade_angle));
      double level = levels[i] * MIN (light, 1) + terms->noise * draw_noise (&noise);

      frame->pixels[i] = (guint8)CLAMP (level + 0.5, 0, 255);
    }
}

void
shot_take_from (Frame *frame,
                DsQr *symbol,
                double side_px,
                const ShotTerms *terms,
                const ShotPose *pose,
                GRand *rand)
{
  take (frame, symbol, side_px, terms, pose, ((guint64)g_rand_int (rand) << 32) | 1, rand);
}

void
shot_take (Frame *frame, DsQr *symbol, double side_px, const ShotTerms *terms, GRand *rand)
{
  ShotPose pose;
  guint64 noise;

  draw_light (&pose, terms, rand);
  noise = ((guint64)g_rand_int (rand) << 32) | 1;
  draw_place (&pose, side_px, terms, rand);
  take (frame, symbol, side_px, terms, &pose, noise, rand);
}
