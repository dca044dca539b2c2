/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-grid-private.h"

#include "ds-qr-layout.h"

#include <string.h>

/* Modules of quiet zone in what is handed on. */
#define QUIET 4

/* How much of the difference to its neighbours a module gets back. On frames blurred by half a module the share that
 * is read goes from 0.88 to 0.95 and stays there from 0.8 to 4. */
#define SHARPEN 1.5

/* The mean of a module's middle. */
static guint8
read_module (const DsGrid *self, const DsGrey *grey, guint x, guint y)
{
  double sum = 0;

  for (gint dy = -1; dy <= 1; dy++)
    for (gint dx = -1; dx <= 1; dx++)
      sum += ds_grid_sample (self, grey, x + 0.5 + dx * 0.2, y + 0.5 + dy * 0.2);
  return (guint8)(sum / 9);
}

DsGrey *
ds_grid_read_modules (const DsGrid *self, const DsGrey *grey)
{
  DsGrey *values = ds_grey_new (self->size, self->size);

  for (guint y = 0; y < self->size; y++)
    for (guint x = 0; x < self->size; x++)
      values->pixels[y * self->size + x] = read_module (self, grey, x, y);
  return values;
}

/* Takes from each module what its four neighbours shed on it. */
static DsGrey *
undo_blur (const DsGrey *values)
{
  DsGrey *sharp = ds_grey_new (values->width, values->height);
  gint width = (gint)values->width;
  gint height = (gint)values->height;

  for (gint y = 0; y < height; y++)
    for (gint x = 0; x < width; x++)
      {
        const guint8 *row = values->pixels + y * width;
        gint here = row[x];
        /* Around the code it is light, and so is what it sheds. */
        gint left = x > 0 ? row[x - 1] : 255;
        gint right = x + 1 < width ? row[x + 1] : 255;
        gint above = y > 0 ? row[x - width] : 255;
        gint below = y + 1 < height ? row[x + width] : 255;
        double value = here + SHARPEN * (here - (left + right + above + below) / 4.0);

        sharp->pixels[y * width + x] = (guint8)CLAMP (value / 2 + 64, 0, 255);
      }
  return sharp;
}

DsGrey *
ds_grid_redraw (const DsGrid *self, const DsGrey *grey, gboolean is_blurred)
{
  g_autofree DsModule *layout = ds_qr_layout_new (self->size);
  g_autoptr (DsGrey) seen = ds_grid_read_modules (self, grey);
  g_autoptr (DsGrey) values = is_blurred ? undo_blur (seen) : g_steal_pointer (&seen);
  g_autoptr (DsGrey) binary = ds_grey_threshold (values, DS_GRID_JUDGE_RADIUS, 0);
  guint side = (self->size + 2 * QUIET) * DS_GRID_REDRAWN;
  DsGrey *picture = ds_grey_new (side, side);

  memset (picture->pixels, 255, (gsize)side * side);
  for (guint y = 0; y < self->size; y++)
    for (guint x = 0; x < self->size; x++)
      {
        DsModule module = layout[y * self->size + x];

        if (module == DS_MODULE_LIGHT
            || (module == DS_MODULE_DATA && binary->pixels[y * self->size + x] != 0))
          continue;
        for (guint row = 0; row < DS_GRID_REDRAWN; row++)
          memset (picture->pixels + (gsize)((y + QUIET) * DS_GRID_REDRAWN + row) * side
                      + (x + QUIET) * DS_GRID_REDRAWN,
                  0, DS_GRID_REDRAWN);
      }
  return picture;
}

DsGrey *
ds_grid_rectify (const DsGrid *self, const DsGrey *grey)
{
  guint side = (self->size + 2 * QUIET) * DS_GRID_RECTIFIED;
  DsGrey *picture = ds_grey_new (side, side);

  for (guint y = 0; y < side; y++)
    for (guint x = 0; x < side; x++)
      picture->pixels[(gsize)y * side + x] = (guint8)ds_grid_sample (
          self, grey, (x + 0.5) / DS_GRID_RECTIFIED - QUIET, (y + 0.5) / DS_GRID_RECTIFIED - QUIET);
  return picture;
}
