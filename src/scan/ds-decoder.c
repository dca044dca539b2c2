/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-decoder.h"

#include "ds-grey.h"
#include "ds-grid.h"
#include "ds-picture.h"
#include "ds-stripes.h"
#include "ds-zbar.h"

#include <math.h>

/* Finder patterns are looked for at this size and at half and double of it, and so on: the threshold's window suits
 * modules of a few pixels. Beginning here costs little and finds what a courier holds up. */
#define FIRST_SIDE 650
#define SMALLEST_SIDE 80

/* Where ZBar reads most of whole pictures: in a larger one modules are so wide that their edges are missed. */
#define WHOLE_SIDE 1000

/* About three modules of a code in the middle of the picture; and noise on flat ground. */
#define THRESHOLD_RADIUS 10
#define THRESHOLD_BIAS 5

/* Around stripes, in pixels at that size and as a share of them: the squares in which a code ends have no direction. */
#define STRIPES_ROOM 24
#define STRIPES_ROOM_SHARE 0.15

/* A speck in the quiet zone ends a waybill's code. */
#define STRIPES_BIAS 20

/* Lines that have to cross a finder pattern of small modules. */
#define MIN_LINES 3

/* Pictures this small are looked at at twice their size too, where a module may be less than two pixels. */
#define DOUBLE_BELOW_SIDE 500

/* A picture that is nowhere brighter shows nothing. */
#define DARK_LEVEL 40

/* Modules of fewer pixels run into each other. */
#define FAR_MODULE_PX 1.8

/* What one picture is asked. */
typedef struct
{
  const DsGrey *whole;
  DsZbar *zbar;
  GPtrArray *symbols;
  GArray *read;           /* (element-type DsTriple): the codes that were read by their finder patterns */
  double smallest_module; /* of finder patterns left over, in pixels of the whole picture */
  gboolean has_finders;   /* enough for a code that was not read by them */
  gboolean has_stripes;
} Search;

const char *
ds_symbology_to_name (DsSymbology symbology)
{
  return symbology == DS_SYMBOLOGY_QR ? "qr" : "code128";
}

void
ds_symbol_free (DsSymbol *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self);
}

/* ZBar is given a code as it likes it: upright, whole pixels a module, a quiet zone. Redrawn from its modules if the
 * grid is right to the last of them, else as it looks, where ZBar can still follow a bend. */
static gboolean
read_grid (Search *search, const DsGrid *grid)
{
  g_autoptr (DsGrey) redrawn = ds_grid_redraw (grid, search->whole, FALSE);
  g_autoptr (DsGrey) sharp = NULL;
  g_autoptr (DsGrey) upright = NULL;

  if (ds_zbar_scan (search->zbar, redrawn, DS_SYMBOLOGY_QR, search->symbols) > 0)
    return TRUE;
  sharp = ds_grid_redraw (grid, search->whole, TRUE);
  if (ds_zbar_scan (search->zbar, sharp, DS_SYMBOLOGY_QR, search->symbols) > 0)
    return TRUE;
  upright = ds_grid_rectify (grid, search->whole);
  return ds_zbar_scan (search->zbar, upright, DS_SYMBOLOGY_QR, search->symbols) > 0;
}

static gboolean
read_triple (Search *search, const DsTriple *triple)
{
  DsGrid grid;

  if (!ds_grid_init (&grid, search->whole, triple))
    return FALSE;
  if (read_grid (search, &grid))
    return TRUE;
  if (!ds_grid_adjust (&grid, search->whole))
    return FALSE;
  if (read_grid (search, &grid))
    return TRUE;
  ds_grid_warp (&grid, search->whole);
  return read_grid (search, &grid);
}

static gboolean
is_same (const DsFinder *a, const DsFinder *b)
{
  double reach = MAX (a->module, b->module) * 2;

  return fabs (a->centre.x - b->centre.x) < reach && fabs (a->centre.y - b->centre.y) < reach;
}

/* Whether @finder belongs to a code that was read. */
static gboolean
is_taken (const Search *search, const DsFinder *finder)
{
  for (guint i = 0; i < search->read->len; i++)
    {
      const DsTriple *read = &g_array_index (search->read, DsTriple, i);

      if (is_same (finder, &read->corner) || is_same (finder, &read->right) || is_same (finder, &read->below))
        return TRUE;
    }
  return FALSE;
}

/* Returns: how many finder patterns are left over that no code which was read explains. */
static guint
count_left (Search *search, const GArray *finders)
{
  guint n = 0;

  for (guint i = 0; i < finders->len; i++)
    {
      const DsFinder *finder = &g_array_index (finders, DsFinder, i);

      if (is_taken (search, finder))
        continue;
      n++;
      search->smallest_module = MIN (search->smallest_module, finder->module);
    }
  return n;
}

static void
enlarge (GArray *finders, double by)
{
  for (guint i = 0; i < finders->len; i++)
    {
      DsFinder *finder = &g_array_index (finders, DsFinder, i);

      finder->centre.x *= by;
      finder->centre.y *= by;
      finder->module *= by;
    }
}

/* Texture makes finder patterns too, but few lines in a row cross them; a real one is crossed by up to three a
 * module. */
static void
drop_doubtful (GArray *finders)
{
  for (guint i = finders->len; i > 0; i--)
    {
      const DsFinder *finder = &g_array_index (finders, DsFinder, i - 1);

      if (finder->n_lines < MAX (MIN_LINES, finder->module))
        g_array_remove_index (finders, i - 1);
    }
}

/* Reads the QR codes whose finder patterns are seen at one size of the picture. Returns: whether that is enough:
 * something was read and no finder pattern is left over that could be another code's. */
static gboolean
read_level (Search *search, const DsGrey *level)
{
  g_autoptr (DsGrey) binary = ds_grey_threshold (level, THRESHOLD_RADIUS, THRESHOLD_BIAS);
  g_autoptr (GArray) finders = ds_finders_search (binary);
  g_autoptr (GArray) sure = g_array_copy (finders);
  g_autoptr (GArray) triples = NULL;
  double by = (double)search->whole->width / level->width;
  guint n_left;

  drop_doubtful (sure);
  enlarge (sure, by);
  enlarge (finders, by);
  /* Noise at full size makes dozens of doubtful ones: without a sure one among them there is no code. */
  triples = sure->len > 0 ? ds_finders_combine (finders) : g_array_new (FALSE, FALSE, sizeof (DsTriple));
  for (guint i = 0; i < triples->len; i++)
    {
      const DsTriple *triple = &g_array_index (triples, DsTriple, i);

      if (!is_taken (search, &triple->corner) && !is_taken (search, &triple->right)
          && !is_taken (search, &triple->below) && read_triple (search, triple))
        g_array_append_val (search->read, *triple);
    }

  n_left = count_left (search, sure);
  search->has_finders = search->has_finders || n_left >= 3;
  search->has_stripes = search->has_stripes || ds_stripes_are_in (binary);
  return search->read->len > 0 && n_left == 0;
}

static gboolean
read_level_of_side (Search *search, guint side)
{
  g_autoptr (DsGrey) level = ds_grey_shrink (search->whole, side);

  return read_level (search, level);
}

/* By finder patterns: the first size, a larger one, ever smaller ones, and then whatever is larger still. */
static void
read_by_finders (Search *search)
{
  guint longest = MAX (search->whole->width, search->whole->height);
  guint first = MIN (longest, FIRST_SIDE);

  if (read_level_of_side (search, first))
    return;
  if (longest > first && read_level_of_side (search, MIN (longest, 2 * FIRST_SIDE)))
    return;
  for (guint side = first / 2; side >= SMALLEST_SIDE; side /= 2)
    if (read_level_of_side (search, side))
      return;
  for (guint side = 4 * FIRST_SIDE; side / 2 < longest; side *= 2)
    if (read_level_of_side (search, MIN (longest, side)))
      return;
  if (longest < DOUBLE_BELOW_SIDE)
    {
      g_autoptr (DsGrey) twice = ds_grey_double (search->whole);

      read_level (search, twice);
    }
}

/* The whole picture as ZBar takes it: for codes whose finder patterns are damaged. Each try brings another sort of
 * picture closer to light ground, dark modules, and edges of a few pixels. */
static void
read_whole (Search *search)
{
  guint longest = MAX (search->whole->width, search->whole->height);
  g_autoptr (DsGrey) working = ds_grey_shrink (search->whole, WHOLE_SIDE);
  g_autoptr (DsGrey) binary = ds_grey_threshold (working, THRESHOLD_RADIUS, THRESHOLD_BIAS);
  g_autoptr (DsGrey) half = NULL;
  g_autoptr (DsGrey) turned = NULL;

  if (ds_zbar_scan (search->zbar, binary, DS_SYMBOLOGY_QR, search->symbols) > 0
      || ds_zbar_scan (search->zbar, working, DS_SYMBOLOGY_QR, search->symbols) > 0)
    return;

  half = ds_grey_shrink (search->whole, MAX (longest / 2, 1));
  if (ds_zbar_scan (search->zbar, half, DS_SYMBOLOGY_QR, search->symbols) > 0)
    return;

  turned = ds_grey_turn (binary, 45);
  if (ds_zbar_scan (search->zbar, turned, DS_SYMBOLOGY_QR, search->symbols) > 0)
    return;
  if (longest > WHOLE_SIDE)
    ds_zbar_scan (search->zbar, search->whole, DS_SYMBOLOGY_QR, search->symbols);
}

/* The part of the picture that is striped, with room for the quiet zone on every side. Returns: (transfer full). */
static DsGrey *
cut_out (const DsGrey *whole, const DsStripes *stripes, double by)
{
  double room = STRIPES_ROOM + STRIPES_ROOM_SHARE * MAX (stripes->width, stripes->height);
  guint left = (guint)(MAX (stripes->left - room, 0) * by);
  guint top = (guint)(MAX (stripes->top - room, 0) * by);
  guint right = MIN ((guint)((stripes->left + stripes->width + room) * by), whole->width);
  guint bottom = MIN ((guint)((stripes->top + stripes->height + room) * by), whole->height);

  return ds_grey_new_scaled (whole->pixels + (gsize)top * whole->width + left, right - left, bottom - top,
                             whole->width, WHOLE_SIDE);
}

/* A scan line has to cross all of a waybill's bars: they are turned upright. What has no direction is texture, of which
 * there is much; and where a QR code was read the stripes are most likely those of the screen it was on: one look is
 * enough. */
static void
read_stripes (Search *search)
{
  g_autoptr (DsGrey) half = ds_grey_shrink (search->whole, FIRST_SIDE);
  g_autoptr (DsGrey) part = NULL;
  g_autoptr (DsGrey) upright = NULL;
  g_autoptr (DsGrey) clean = NULL;
  DsStripes stripes;

  if (!ds_stripes_measure (half, &stripes))
    return;
  part = cut_out (search->whole, &stripes, (double)search->whole->width / half->width);
  if (ds_zbar_scan (search->zbar, part, DS_SYMBOLOGY_CODE128, search->symbols) > 0 || search->read->len > 0)
    return;

  upright = ds_grey_turn (part, stripes.degrees);
  if (ds_zbar_scan (search->zbar, upright, DS_SYMBOLOGY_CODE128, search->symbols) > 0)
    return;
  clean = ds_grey_threshold (upright, THRESHOLD_RADIUS, STRIPES_BIAS);
  if (ds_zbar_scan (search->zbar, clean, DS_SYMBOLOGY_CODE128, search->symbols) > 0)
    return;
  ds_zbar_scan (search->zbar, half, DS_SYMBOLOGY_CODE128, search->symbols);
}

/* A lens cap, a pocket, night: nothing in the picture is brighter than this, but for a few pixels' noise. */
static gboolean
is_dark (const DsGrey *grey)
{
  gsize n = (gsize)grey->width * grey->height;
  gsize n_bright = 0;

  for (gsize i = 0; i < n; i++)
    n_bright += grey->pixels[i] >= DARK_LEVEL ? 1 : 0;
  return n_bright * 1000 < n;
}

static DsView
judge_view (const Search *search)
{
  if (search->symbols->len > 0)
    return DS_VIEW_READ;
  if (is_dark (search->whole))
    return DS_VIEW_DARK;
  if (search->has_finders)
    return search->smallest_module < FAR_MODULE_PX ? DS_VIEW_FAR : DS_VIEW_UNREADABLE;
  return search->has_stripes ? DS_VIEW_UNREADABLE : DS_VIEW_EMPTY;
}

void
ds_reading_free (DsReading *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->symbols);
  g_free (self);
}

DsReading *
ds_decode_frame (const guint8 *pixels, guint width, guint height, gsize stride)
{
  DsReading *reading = g_new0 (DsReading, 1);
  g_autoptr (DsGrey) whole = NULL;
  g_autoptr (DsZbar) zbar = NULL;
  g_autoptr (GArray) read = g_array_new (FALSE, FALSE, sizeof (DsTriple));
  Search search;

  reading->symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  g_return_val_if_fail (pixels != NULL && stride >= width, reading);

  if (width == 0 || height == 0)
    return reading;
  whole = ds_grey_new_scaled (pixels, width, height, stride, DS_PICTURE_MAX_SIDE);
  zbar = ds_zbar_new ();
  search = (Search){ whole, zbar, reading->symbols, read, G_MAXDOUBLE, FALSE, FALSE };

  /* A label may have both; and most frames have neither, and nothing that looks like it. */
  read_by_finders (&search);
  if (read->len == 0 && search.has_finders)
    read_whole (&search);
  if (search.has_stripes)
    read_stripes (&search);
  reading->view = judge_view (&search);
  return reading;
}

GPtrArray *
ds_decode_grey (const guint8 *pixels, guint width, guint height, gsize stride)
{
  g_autoptr (DsReading) reading = ds_decode_frame (pixels, width, height, stride);

  return g_ptr_array_ref (reading->symbols);
}

GPtrArray *
ds_decode_picture (GBytes *bytes, GError **error)
{
  g_autoptr (DsGrey) grey = ds_picture_load (bytes, error);

  if (grey == NULL)
    return NULL;
  return ds_decode_grey (grey->pixels, grey->width, grey->height, grey->width);
}
