/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-decoder.h"

#include "ds-grey.h"
#include "ds-grid.h"
#include "ds-picture.h"
#include "ds-qr-layout.h"
#include "ds-stripes.h"
#include "ds-zbar.h"

#include <math.h>

/* Finder patterns are looked for at full size, half of it, a quarter and so on, beginning at the first that is no
 * larger than this: it costs little and finds what a courier holds up. */
#define FIRST_SIDE 700
#define SMALLEST_SIDE 80

/* No code has fewer pixels a side. */
#define CODE_SIDE 16

/* Where ZBar reads most of whole pictures: in a larger one modules are so wide that their edges are missed. */
#define WHOLE_SIDE 1000

/* About three modules of a code in the middle of the picture; and noise on flat ground. */
#define THRESHOLD_RADIUS 10
#define THRESHOLD_BIAS 5

/* Halving the largest picture so often leaves a pixel. */
#define MAX_LEVELS 14

/* Lines across a waybill's bars that ZBar is given at first, and when they are not enough. */
#define FEW_LINES 6
#define MANY_LINES 32

/* A finder pattern of larger modules is seen at half the size as well. */
#define LARGE_MODULE_PX 9.0

/* Pictures this small are looked at at twice their size too, where a module may be less than two pixels. */
#define DOUBLE_BELOW_SIDE 500

/* A picture that is nowhere brighter shows nothing. */
#define DARK_LEVEL 40

/* Modules of fewer pixels run into each other. */
#define FAR_MODULE_PX 1.8

/* What a picture may cost, in pixels looked at: in grids, and again by ZBar in the whole of it. Work is counted, not
 * time, so that the same picture gives the same answer everywhere. A million takes some 20 ms of a notebook's time, and a
 * helper that needs DS_DECODER_FRAME_LIMIT_MS for a frame is taken for one that hangs. */
#define FRAME_LOOKS (2 * 1000 * 1000)
#define STILL_LOOKS (40 * 1000 * 1000)

/* ZBar looks at each pixel along a row and a column, and then at what any three places have in common that look to it
 * like finder patterns: in texture, a second's work. */
#define LOOKS_A_PIXEL 2
#define LOOKS_A_TRIPLE 1300

/* A code has three; a picture with more than a few is texture, a field of codes, or made up to keep us busy. */
#define N_PATTERNS 3
#define FEW_PATTERNS 16

/* How ZBar is given the whole picture, the likeliest first. */
enum
{
  WHOLE_BINARY,
  WHOLE_GREY,
  WHOLE_HALF,
  WHOLE_TURNED,
  WHOLE_FULL,
  N_WHOLE
};

/* What one picture is asked. */
typedef struct
{
  const DsGrey *levels[MAX_LEVELS]; /* the whole picture, half of it, a quarter and so on, until %NULL */
  const DsGrey *whole;
  DsZbar *zbar;
  GPtrArray *symbols;
  GArray *read;           /* (element-type DsTriple): the codes that were read by their finder patterns */
  double smallest_module; /* of finder patterns left over, in pixels of the whole picture */
  gboolean has_finders;   /* enough for a code that was not read by them */
  gboolean has_stripes;
  guint n_seen;      /* of finder patterns, doubtful ones too, at the size where there are most */
  guint turn;        /* which of the dear tries are made; %DS_N_TURNS for all of them */
  gint64 looks_left; /* at grids */
  gint64 whole_looks_left;
} Search;

/* Whether the dear try @i may be made. */
static gboolean
is_turn_of (const Search *search, guint i)
{
  return search->turn == DS_N_TURNS || search->turn == i % DS_N_TURNS;
}

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

/* What ZBar has to do for a picture in which it sees @n finder patterns, in pixels looked at. */
static gint64
estimate_scan (const DsGrey *picture, gint64 n)
{
  return LOOKS_A_PIXEL * (gint64)picture->width * picture->height + LOOKS_A_TRIPLE * n * n * n;
}

static guint
count_patterns (const DsGrey *picture)
{
  g_autoptr (DsGrey) half = ds_grey_halve (picture);
  g_autoptr (DsGrey) quarter = ds_grey_halve (half);
  g_auto (DsGround) ground = { 0 };
  g_autoptr (GArray) finders = NULL;
  guint n;

  ds_ground_init (&ground, picture, quarter);
  finders = ds_finders_search (&ground, G_MAXDOUBLE, &n);
  return n;
}

/* ZBar is given a code as it likes it: upright, whole pixels a module, a quiet zone. @picture: takes it */
static gboolean
read_drawn (Search *search, DsGrey *picture, guint module)
{
  g_autoptr (DsGrey) drawn = picture;
  /* In a field of patterns, a grid may lie on a dozen of them. */
  guint n = search->n_seen > FEW_PATTERNS ? count_patterns (drawn) : N_PATTERNS;

  search->looks_left -= estimate_scan (drawn, n);
  return search->looks_left >= 0 && ds_zbar_scan_drawn (search->zbar, drawn, module, search->symbols) > 0;
}

/* Redrawn from its modules if the grid is right to the last of them, else as it looks, where ZBar can still follow a
 * bend. */
static gboolean
read_grid (Search *search, const DsGrid *grid)
{
  return read_drawn (search, ds_grid_redraw (grid, search->whole, FALSE), DS_GRID_REDRAWN)
         || read_drawn (search, ds_grid_redraw (grid, search->whole, TRUE), DS_GRID_REDRAWN)
         || read_drawn (search, ds_grid_rectify (grid, search->whole), DS_GRID_RECTIFIED);
}

/* @i: how many triples were likelier */
static gboolean
read_triple (Search *search, const DsTriple *triple, guint i)
{
  gint64 left = search->looks_left;
  guint max_version = search->turn == DS_N_TURNS ? DS_QR_MAX_VERSION : DS_FRAME_MAX_VERSION;
  DsGrid grid;
  gboolean is_grid = left > 0 && ds_grid_init (&grid, search->whole, triple, max_version);

  if (left <= 0)
    return FALSE;
  search->looks_left -= (gint64)grid.n_looks;
  if (!is_grid)
    return FALSE;
  if (read_grid (search, &grid))
    return TRUE;
  if ((i > 0 && !is_turn_of (search, i)) || search->looks_left <= 0)
    return FALSE;
  grid.n_looks = 0;
  is_grid = ds_grid_adjust (&grid, search->whole);
  search->looks_left -= (gint64)grid.n_looks;
  if (!is_grid)
    return FALSE;
  if (read_grid (search, &grid))
    return TRUE;
  if ((gint64)ds_grid_estimate_warp (&grid) > search->looks_left)
    return FALSE;
  grid.n_looks = 0;
  ds_grid_warp (&grid, search->whole);
  search->looks_left -= (gint64)grid.n_looks;
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

/* Returns: how many sure finder patterns are left over that no code which was read explains. */
static guint
count_left (Search *search, const GArray *finders)
{
  guint n = 0;

  for (guint i = 0; i < finders->len; i++)
    {
      const DsFinder *finder = &g_array_index (finders, DsFinder, i);

      if (!ds_finder_is_sure (finder) || is_taken (search, finder))
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

/* Reads the QR codes whose finder patterns are seen at one size of the picture. Returns: whether that is enough:
 * something was read and no finder pattern is left over that could be another code's. */
static gboolean
read_level (Search *search, const DsGrey *level, const DsGrey *quarter, double max_module)
{
  g_auto (DsGround) ground = { 0 };
  g_autoptr (GArray) finders = NULL;
  g_autoptr (GArray) triples = NULL;
  double by = (double)search->whole->width / level->width;
  guint n_left;
  guint n_seen;

  ds_ground_init (&ground, level, quarter);
  finders = ds_finders_search (&ground, max_module, &n_seen);
  search->n_seen = MAX (search->n_seen, n_seen);
  enlarge (finders, by);
  triples = ds_finders_combine (finders);
  for (guint i = 0; i < triples->len; i++)
    {
      const DsTriple *triple = &g_array_index (triples, DsTriple, i);

      if (!is_taken (search, &triple->corner) && !is_taken (search, &triple->right)
          && !is_taken (search, &triple->below) && read_triple (search, triple, i))
        g_array_append_val (search->read, *triple);
    }

  n_left = count_left (search, finders);
  search->has_finders = search->has_finders || n_left >= 2;
  return search->read->len > 0 && n_left == 0;
}

static guint
get_longest (const DsGrey *grey)
{
  return MAX (grey->width, grey->height);
}

/* Whether level @i is there, and a quarter of it, and whether a code could be in it. */
static gboolean
has_level (const Search *search, guint i)
{
  const DsGrey *level = i < MAX_LEVELS ? search->levels[i] : NULL;

  return level != NULL && MIN (level->width, level->height) >= CODE_SIDE
         && get_longest (level) >= SMALLEST_SIDE;
}

static guint
find_first_level (const Search *search)
{
  guint first = 0;

  while (get_longest (search->levels[first]) > FIRST_SIDE && search->levels[first + 1] != NULL)
    first++;
  return first;
}

static gboolean
try_level (Search *search, guint i)
{
  /* Whatever is larger is seen at the next smaller size, where texture makes less of it. */
  double max_module = i < find_first_level (search) ? LARGE_MODULE_PX : G_MAXDOUBLE;

  return has_level (search, i) && read_level (search, search->levels[i], search->levels[i + 2], max_module);
}

static gboolean
read_twice_as_large (Search *search)
{
  g_autoptr (DsGrey) twice = NULL;

  if (get_longest (search->whole) >= DOUBLE_BELOW_SIDE || search->levels[1] == NULL)
    return FALSE;
  twice = ds_grey_double (search->whole);
  return read_level (search, twice, search->levels[1], LARGE_MODULE_PX);
}

/* By finder patterns: the first size, a larger one, ever smaller ones, and then whatever is larger still. */
static void
read_by_finders (Search *search)
{
  guint first = find_first_level (search);

  if (try_level (search, first) || (first > 0 && try_level (search, first - 1)))
    return;
  for (guint i = first + 1; has_level (search, i); i++)
    if (try_level (search, i))
      return;
  for (guint i = first; i > 1; i--)
    if (try_level (search, i - 2))
      return;
  read_twice_as_large (search);
}

static gboolean
scan_whole (Search *search, const DsGrey *picture)
{
  gint64 looks = estimate_scan (picture, search->n_seen);

  if (looks > search->whole_looks_left)
    return FALSE;
  search->whole_looks_left -= looks;
  return ds_zbar_scan (search->zbar, picture, DS_SYMBOLOGY_QR, search->symbols) > 0;
}

/* The whole picture as ZBar takes it: for codes whose finder patterns are damaged. Each try brings another sort of
 * picture closer to light ground, dark modules, and edges of a few pixels. */
static gboolean
read_whole_as (Search *search, guint way)
{
  g_autoptr (DsGrey) working = NULL;
  g_autoptr (DsGrey) binary = NULL;
  g_autoptr (DsGrey) turned = NULL;

  if (way == WHOLE_HALF)
    return search->levels[1] != NULL && scan_whole (search, search->levels[1]);
  if (way == WHOLE_FULL)
    return get_longest (search->whole) > WHOLE_SIDE && scan_whole (search, search->whole);

  working = ds_grey_shrink (search->whole, WHOLE_SIDE);
  if (way == WHOLE_GREY)
    return scan_whole (search, working);
  binary = ds_grey_threshold (working, THRESHOLD_RADIUS, THRESHOLD_BIAS);
  if (way == WHOLE_BINARY)
    return scan_whole (search, binary);
  turned = ds_grey_turn (binary, 45);
  return scan_whole (search, turned);
}

static void
read_whole (Search *search)
{
  for (guint way = 0; way < N_WHOLE; way++)
    if (is_turn_of (search, way) && read_whole_as (search, way))
      return;
}

static gboolean
read_place (Search *search, const DsStripes *place, double by, gboolean thoroughly)
{
  g_autoptr (DsGrey) few = NULL;
  g_autoptr (DsGrey) many = NULL;

  /* In a small picture there is little to be saved, and a code may be cut out without its quiet zones. */
  if (by > 1 && !ds_stripes_may_be_bars (place, search->whole, by, FEW_LINES))
    return FALSE;
  few = ds_stripes_straighten (place, search->whole, by, FEW_LINES);
  if (ds_zbar_scan (search->zbar, few, DS_SYMBOLOGY_CODE128, search->symbols) > 0)
    return TRUE;
  if (!ds_stripes_are_bars (few))
    return FALSE;
  search->has_stripes = TRUE;
  if (!thoroughly)
    return FALSE;
  many = ds_stripes_straighten (place, search->whole, by, MANY_LINES);
  return ds_zbar_scan (search->zbar, many, DS_SYMBOLOGY_CODE128, search->symbols) > 0;
}

/* A scan line has to cross all of a waybill's bars. */
static void
read_stripes (Search *search)
{
  const DsGrey *half = search->levels[find_first_level (search)];
  g_autoptr (GArray) places = ds_stripes_search (half);

  for (guint i = 0; i < places->len; i++)
    if (read_place (search, &g_array_index (places, DsStripes, i), (double)search->whole->width / half->width,
                    is_turn_of (search, i)))
      return;
}

/* A lens cap, a pocket, night: nothing in the picture is brighter than this, but for a few pixels' noise. @grey: the
 * smaller, the less noise. */
static gboolean
is_dark (const DsGrey *grey)
{
  gsize n = (gsize)grey->width * grey->height;
  gsize n_bright = 0;

  /* By day the first pixels tell. */
  for (gsize i = 0; i < n && n_bright * 1000 < n; i++)
    n_bright += grey->pixels[i] >= DARK_LEVEL ? 1 : 0;
  return n_bright * 1000 < n;
}

static DsView
judge_view (const Search *search)
{
  if (search->symbols->len > 0)
    return DS_VIEW_READ;
  if (is_dark (search->levels[find_first_level (search)]))
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

/* Returns: (transfer full) (element-type DsGrey): @whole halved again and again, in @levels after it. */
static GPtrArray *
make_levels (const DsGrey *whole, const DsGrey *levels[MAX_LEVELS])
{
  GPtrArray *made = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_grey_free);

  levels[0] = whole;
  for (guint i = 1; i < MAX_LEVELS && MIN (levels[i - 1]->width, levels[i - 1]->height) >= 2; i++)
    {
      DsGrey *half = ds_grey_halve (levels[i - 1]);

      levels[i] = half;
      g_ptr_array_add (made, half);
    }
  return made;
}

static void
decode (const DsGrey *whole, guint turn, DsReading *reading)
{
  g_autoptr (DsZbar) zbar = ds_zbar_new ();
  g_autoptr (GArray) read = g_array_new (FALSE, FALSE, sizeof (DsTriple));
  g_autoptr (GPtrArray) smaller = NULL;
  Search search = { .whole = whole,
                    .zbar = zbar,
                    .symbols = reading->symbols,
                    .read = read,
                    .smallest_module = G_MAXDOUBLE,
                    .turn = turn,
                    .looks_left = turn == DS_N_TURNS ? STILL_LOOKS : FRAME_LOOKS,
                    .whole_looks_left = turn == DS_N_TURNS ? STILL_LOOKS : FRAME_LOOKS };

  smaller = make_levels (whole, search.levels);
  /* A label may have both; and most frames have neither, and nothing that looks like it. */
  read_by_finders (&search);
  if (read->len == 0 && search.has_finders)
    read_whole (&search);
  read_stripes (&search);
  reading->view = judge_view (&search);
}

static DsReading *
read_pixels (const guint8 *pixels, guint width, guint height, gsize stride, guint turn)
{
  DsReading *reading = g_new0 (DsReading, 1);
  DsGrey whole = { width, height, (guint8 *)pixels };

  reading->symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  g_return_val_if_fail (pixels != NULL && stride >= width, reading);

  if (width == 0 || height == 0)
    return reading;
  if (stride == width && MAX (width, height) <= DS_PICTURE_MAX_SIDE)
    decode (&whole, turn, reading);
  else
    {
      g_autoptr (DsGrey) packed = ds_grey_new_scaled (pixels, width, height, stride, DS_PICTURE_MAX_SIDE);

      decode (packed, turn, reading);
    }
  return reading;
}

DsReading *
ds_decode_frame (const guint8 *pixels, guint width, guint height, gsize stride)
{
  return read_pixels (pixels, width, height, stride, DS_N_TURNS);
}

DsReading *
ds_decode_frame_in_turn (const guint8 *pixels, guint width, guint height, gsize stride, guint turn)
{
  return read_pixels (pixels, width, height, stride, turn % DS_N_TURNS);
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
