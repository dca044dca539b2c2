/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-slip.h"

#include "ds-qr.h"

#include <math.h>
#include <pango/pangocairo.h>

/* Sizes are for a slip of so many units across, and scale with it. */
#define UNITS DS_SLIP_58MM_DOTS
#define TEXT_SIZE 24
#define SMALL_SIZE 20
#define TITLE_SIZE 30
#define AMOUNT_SIZE 54
#define GAP 8
#define CODE_SIDE 300

typedef enum
{
  LINE_TITLE,
  LINE_AMOUNT,
  LINE_TEXT,
  LINE_BANNER,
  LINE_ROW,
  LINE_RULE,
  LINE_CODE,
} LineKind;

typedef struct
{
  LineKind kind;
  char *text;
  char *value;
  DsQr *symbol;
} Line;

struct _DsSlip
{
  GPtrArray *lines;
};

static void
line_free (gpointer data)
{
  Line *self = data;

  g_free (self->text);
  g_free (self->value);
  g_clear_pointer (&self->symbol, ds_qr_free);
  g_free (self);
}

DsSlip *
ds_slip_new (void)
{
  DsSlip *self = g_atomic_rc_box_new0 (DsSlip);

  self->lines = g_ptr_array_new_with_free_func (line_free);
  return self;
}

DsSlip *
ds_slip_ref (DsSlip *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
slip_clear (gpointer data)
{
  g_ptr_array_unref (((DsSlip *)data)->lines);
}

void
ds_slip_unref (DsSlip *self)
{
  g_atomic_rc_box_release_full (self, slip_clear);
}

static Line *
add_line (DsSlip *self, LineKind kind, const char *text)
{
  Line *line = g_new0 (Line, 1);

  line->kind = kind;
  line->text = g_strdup (text);
  g_ptr_array_add (self->lines, line);
  return line;
}

void
ds_slip_add_title (DsSlip *self, const char *text)
{
  add_line (self, LINE_TITLE, text);
}

void
ds_slip_add_amount (DsSlip *self, const char *text)
{
  add_line (self, LINE_AMOUNT, text);
}

void
ds_slip_add_text (DsSlip *self, const char *text)
{
  add_line (self, LINE_TEXT, text);
}

void
ds_slip_add_banner (DsSlip *self, const char *text)
{
  add_line (self, LINE_BANNER, text);
}

void
ds_slip_add_row (DsSlip *self, const char *name, const char *value)
{
  add_line (self, LINE_ROW, name)->value = g_strdup (value);
}

void
ds_slip_add_rule (DsSlip *self)
{
  add_line (self, LINE_RULE, NULL);
}

void
ds_slip_add_code (DsSlip *self, const char *text)
{
  DsQr *symbol = ds_qr_new (text, DS_QR_LEVEL_M, NULL);

  if (symbol != NULL)
    add_line (self, LINE_CODE, text)->symbol = symbol;
}

/* Drawing */

static PangoLayout *
make_layout (cairo_t *cairo,
             const char *text,
             double size,
             gboolean bold,
             double width,
             PangoAlignment alignment)
{
  PangoLayout *layout = pango_cairo_create_layout (cairo);
  g_autoptr (PangoFontDescription) font = pango_font_description_new ();
  cairo_font_options_t *options = cairo_font_options_create ();

  /* The same heights on every surface, or what is measured on one is cut off on another. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  cairo_font_options_destroy (options);

  pango_font_description_set_family (font, "Cantarell, Noto Sans CJK SC, WenQuanYi Micro Hei, Sans");
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_alignment (layout, alignment);
  if (width > 0)
    {
      pango_layout_set_width (layout, (int)(width * PANGO_SCALE));
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
    }
  return layout;
}

static double
get_layout_height (PangoLayout *layout)
{
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

/* @draws: FALSE only measures. Returns: how high it is. */
static double
put_text (cairo_t *cairo, const Line *line, double y, gboolean draws)
{
  double size = line->kind == LINE_TITLE    ? TITLE_SIZE
                : line->kind == LINE_AMOUNT ? AMOUNT_SIZE
                : line->kind == LINE_BANNER ? TEXT_SIZE
                                            : SMALL_SIZE;
  double margin = line->kind == LINE_BANNER ? GAP : 0;
  g_autoptr (PangoLayout) layout = make_layout (cairo, line->text, size, line->kind != LINE_TEXT,
                                                UNITS - 2 * margin, PANGO_ALIGN_CENTER);
  double height = get_layout_height (layout) + 2 * margin;

  if (!draws)
    return height;
  if (line->kind == LINE_BANNER)
    {
      cairo_rectangle (cairo, 0, y, UNITS, height);
      cairo_fill (cairo);
      cairo_set_source_rgb (cairo, 1, 1, 1);
    }
  cairo_move_to (cairo, margin, y + margin);
  pango_cairo_show_layout (cairo, layout);
  cairo_set_source_rgb (cairo, 0, 0, 0);
  return height;
}

/* The name to the left, the value to the right; below each other when both do not fit. */
static double
put_row (cairo_t *cairo, const Line *line, double y, gboolean draws)
{
  g_autoptr (PangoLayout) name = make_layout (cairo, line->text, TEXT_SIZE, FALSE, 0, PANGO_ALIGN_LEFT);
  g_autoptr (PangoLayout) value = make_layout (cairo, line->value, TEXT_SIZE, FALSE, 0, PANGO_ALIGN_LEFT);
  int name_width, value_width;
  double below;

  pango_layout_get_pixel_size (name, &name_width, NULL);
  pango_layout_get_pixel_size (value, &value_width, NULL);
  below = name_width + GAP + value_width > UNITS ? get_layout_height (name) : 0;
  if (below > 0)
    {
      pango_layout_set_width (value, UNITS * PANGO_SCALE);
      pango_layout_set_wrap (value, PANGO_WRAP_WORD_CHAR);
      pango_layout_set_alignment (value, PANGO_ALIGN_RIGHT);
    }
  if (draws)
    {
      cairo_move_to (cairo, 0, y);
      pango_cairo_show_layout (cairo, name);
      cairo_move_to (cairo, below > 0 ? 0 : UNITS - value_width, y + below);
      pango_cairo_show_layout (cairo, value);
    }
  return below + MAX (get_layout_height (value), *line->text != '\0' ? get_layout_height (name) - below : 0);
}

static double
put_code (cairo_t *cairo, DsQr *symbol, double y, gboolean draws)
{
  guint n = ds_qr_get_size (symbol);
  guint module = MAX (1, CODE_SIDE / n);
  double side = module * (n + 2 * DS_QR_QUIET);
  double left = floor ((UNITS - module * n) / 2.0);

  if (draws)
    {
      /* Whole dots: no edge of a module may fall between two. */
      cairo_save (cairo);
      cairo_set_antialias (cairo, CAIRO_ANTIALIAS_NONE);
      for (guint row = 0; row < n; row++)
        {
          for (guint column = 0; column < n; column++)
            {
              if (ds_qr_is_dark (symbol, column, row))
                cairo_rectangle (cairo, left + column * module, floor (y) + (row + DS_QR_QUIET) * module,
                                 module, module);
            }
        }
      cairo_fill (cairo);
      cairo_restore (cairo);
    }
  return side;
}

static double
put_rule (cairo_t *cairo, double y, gboolean draws)
{
  static const double dashes[] = { 6, 4 };

  if (draws)
    {
      cairo_save (cairo);
      cairo_set_dash (cairo, dashes, G_N_ELEMENTS (dashes), 0);
      cairo_set_line_width (cairo, 2);
      cairo_move_to (cairo, 0, floor (y) + 5);
      cairo_rel_line_to (cairo, UNITS, 0);
      cairo_stroke (cairo);
      cairo_restore (cairo);
    }
  return 10;
}

/* In units. Returns: how high all of it is. */
static double
put (DsSlip *self, cairo_t *cairo, gboolean draws)
{
  double y = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (self->lines, i);

      switch (line->kind)
        {
        case LINE_ROW:
          y += put_row (cairo, line, y, draws);
          break;
        case LINE_RULE:
          y += put_rule (cairo, y, draws);
          break;
        case LINE_CODE:
          y += put_code (cairo, line->symbol, y, draws);
          break;
        case LINE_TITLE:
        case LINE_AMOUNT:
        case LINE_TEXT:
        case LINE_BANNER:
        default:
          y += put_text (cairo, line, y, draws);
          break;
        }
      y += GAP / 2.0;
    }
  return ceil (y);
}

double
ds_slip_get_height (DsSlip *self, double width)
{
  cairo_surface_t *surface;
  cairo_t *cairo;
  double height;

  g_return_val_if_fail (self != NULL, 0);

  surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo = cairo_create (surface);
  cairo_scale (cairo, width / UNITS, width / UNITS);
  height = put (self, cairo, FALSE);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
  return height * width / UNITS;
}

void
ds_slip_draw (DsSlip *self, cairo_t *cairo, double width)
{
  g_return_if_fail (self != NULL && cairo != NULL);

  cairo_save (cairo);
  cairo_scale (cairo, width / UNITS, width / UNITS);
  cairo_set_source_rgb (cairo, 0, 0, 0);
  put (self, cairo, TRUE);
  cairo_restore (cairo);
}

void
ds_raster_free (DsRaster *self)
{
  g_bytes_unref (self->bits);
  g_free (self);
}

DsRaster *
ds_slip_to_raster (DsSlip *self, guint width_dots)
{
  DsRaster *raster = g_new0 (DsRaster, 1);
  cairo_surface_t *surface;
  cairo_t *cairo;
  const guint8 *pixels;
  guint8 *bits;
  int stride;

  g_return_val_if_fail (width_dots >= 8 && width_dots % 8 == 0, NULL);

  raster->width = width_dots;
  raster->height = (guint)ceil (ds_slip_get_height (self, width_dots));
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)width_dots, (int)raster->height);
  cairo = cairo_create (surface);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  ds_slip_draw (self, cairo, width_dots);
  cairo_destroy (cairo);
  cairo_surface_flush (surface);

  pixels = cairo_image_surface_get_data (surface);
  stride = cairo_image_surface_get_stride (surface);
  bits = g_malloc0 ((gsize)width_dots / 8 * raster->height);
  for (guint y = 0; y < raster->height; y++)
    {
      const guint32 *row = (const guint32 *)(gconstpointer)(pixels + (gsize)stride * y);

      /* Thin strokes of Chinese characters, smoothed, are grey: more than the half is printed. */
      for (guint x = 0; x < width_dots; x++)
        {
          if ((row[x] >> 8 & 0xff) < 150)
            bits[(gsize)width_dots / 8 * y + x / 8] |= (guint8)(0x80 >> x % 8);
        }
    }
  raster->bits = g_bytes_new_take (bits, (gsize)width_dots / 8 * raster->height);
  cairo_surface_destroy (surface);
  return raster;
}
