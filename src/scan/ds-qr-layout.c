/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-qr-layout.h"

#define ALIGNMENT_SIZE 5
#define MAX_CENTRES 7

/* Where the centres of alignment patterns lie along a side: the first at 6, the last 6 from the end, the rest evenly
 * spread. Returns: how many there are. */
static guint
list_alignment_centres (guint version, guint centres[MAX_CENTRES])
{
  guint n = version == 1 ? 0 : version / 7 + 2;
  guint last = 4 * version + 10;
  guint step = 0;

  if (n == 0)
    return 0;
  if (n > 2)
    /* Version 32 is the one that does not follow the rule of the others. */
    step = version == 32 ? 26 : (4 * version + 2 * n + 1) / (2 * n - 2) * 2;
  centres[0] = 6;
  for (guint i = n - 1; i > 0; i--)
    centres[i] = last - (n - 1 - i) * step;
  return n;
}

/* Squares within squares, dark on the outside; a finder pattern's core is three modules wide, an alignment pattern's
 * one. */
static DsModule
module_of_square (gint x, gint y, gint size)
{
  gint ring = MAX (ABS (x - size / 2), ABS (y - size / 2));

  return ring == size / 2 - 1 ? DS_MODULE_LIGHT : DS_MODULE_DARK;
}

static void
draw_square (DsModule *modules, guint side, gint left, gint top, gint size)
{
  for (gint y = MAX (top - 1, 0); y <= MIN (top + size, (gint)side - 1); y++)
    for (gint x = MAX (left - 1, 0); x <= MIN (left + size, (gint)side - 1); x++)
      {
        gboolean inside = x >= left && y >= top && x < left + size && y < top + size;

        if (inside)
          modules[(guint)y * side + (guint)x] = module_of_square (x - left, y - top, size);
        else if (size == DS_QR_FINDER_SIZE) /* separators */
          modules[(guint)y * side + (guint)x] = DS_MODULE_LIGHT;
      }
}

DsModule *
ds_qr_layout_new (guint size)
{
  DsModule *modules = g_new0 (DsModule, (gsize)size * size);
  gint far = (gint)size - DS_QR_FINDER_SIZE;
  guint centres[MAX_CENTRES];
  guint n = list_alignment_centres ((size - 17) / 4, centres);

  for (guint i = 0; i < size; i++)
    modules[6 * size + i] = modules[i * size + 6] = i % 2 == 0 ? DS_MODULE_DARK : DS_MODULE_LIGHT;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        gboolean in_finder = (i == 0 && j == 0) || (i == 0 && j == n - 1) || (i == n - 1 && j == 0);

        if (!in_finder)
          draw_square (modules, size, (gint)centres[i] - ALIGNMENT_SIZE / 2,
                       (gint)centres[j] - ALIGNMENT_SIZE / 2, ALIGNMENT_SIZE);
      }
  draw_square (modules, size, 0, 0, DS_QR_FINDER_SIZE);
  draw_square (modules, size, far, 0, DS_QR_FINDER_SIZE);
  draw_square (modules, size, 0, far, DS_QR_FINDER_SIZE);
  return modules;
}
