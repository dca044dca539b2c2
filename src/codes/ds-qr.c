/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-qr.h"

#include "ds-error.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <string.h>

/* The extended channel interpretation that stands for UTF-8 (AIM ECI assignments). */
#define ECI_UTF8 26

#define MAX_SCALE 256

#define PHONE_DPI 160.0
#define DOOR_DISTANCE_MM 250.0
#define DOOR_CAMERA_PX 1280

/* What is seen across a frame, for each unit of distance: twice the tangent of half of 65°. */
#define CAMERA_WIDTH_AT_ONE 1.274

/* The symbol is libqrencode's own: a byte a module, whose lowest bit is set in dark ones. */
struct _DsQr
{
  QRcode *code;
  DsQrLevel level;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QRinput, QRinput_free)

static QRecLevel
to_library_level (DsQrLevel level)
{
  static const QRecLevel levels[] = {
    [DS_QR_LEVEL_L] = QR_ECLEVEL_L,
    [DS_QR_LEVEL_M] = QR_ECLEVEL_M,
    [DS_QR_LEVEL_Q] = QR_ECLEVEL_Q,
    [DS_QR_LEVEL_H] = QR_ECLEVEL_H,
  };

  return levels[level];
}

/* One segment in the narrowest mode that holds the whole text. EMVCo wants its codes in byte mode, so letters
 * and digits within a text are not packed apart. */
static QRencodeMode
choose_mode (const char *text)
{
  if (text[strspn (text, "0123456789")] == '\0')
    return QR_MODE_NUM;
  if (text[strspn (text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")] == '\0')
    return QR_MODE_AN;
  return QR_MODE_8;
}

DsQr *
ds_qr_new (const char *text, DsQrLevel level, GError **error)
{
  g_autoptr (QRinput) input = NULL;
  QRcode *code = NULL;
  DsQr *self;
  gsize n;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (level <= DS_QR_LEVEL_H, NULL);

  n = strlen (text);
  if (n == 0 || !g_utf8_validate (text, (gssize)n, NULL))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           n == 0 ? "There is no text to make a QR code of" : "The text is not UTF-8");
      return NULL;
    }

  input = QRinput_new2 (0, to_library_level (level));
  if (input != NULL && n <= G_MAXINT
      && (g_str_is_ascii (text) || QRinput_appendECIheader (input, ECI_UTF8) == 0)
      && QRinput_append (input, choose_mode (text), (int)n, (const unsigned char *)text) == 0)
    code = QRcode_encodeInput (input);
  if (code == NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW,
                   "A text of %" G_GSIZE_FORMAT " bytes does not fit a QR code; shorten it", n);
      return NULL;
    }

  self = g_new (DsQr, 1);
  self->code = code;
  self->level = level;
  return self;
}

void
ds_qr_sight_init_at_door (DsQrSight *self, guint screen_px, double screen_mm)
{
  g_return_if_fail (self != NULL);

  *self = (DsQrSight){
    .screen_px = screen_px,
    .screen_mm = screen_mm > 0 ? screen_mm : screen_px * 25.4 / PHONE_DPI,
    .distance_mm = DOOR_DISTANCE_MM,
    .camera_px = DOOR_CAMERA_PX,
  };
}

double
ds_qr_sight_measure_module_px (const DsQrSight *self, guint modules)
{
  guint scale;
  double module_mm;
  double camera_mm;

  g_return_val_if_fail (self != NULL && modules > 0, 0);
  g_return_val_if_fail (self->screen_px > 0 && self->screen_mm > 0 && self->distance_mm > 0, 0);

  scale = self->screen_px / modules;
  module_mm = scale * self->screen_mm / self->screen_px;
  camera_mm = self->distance_mm * CAMERA_WIDTH_AT_ONE;
  return module_mm * self->camera_px / camera_mm;
}

DsQr *
ds_qr_new_for_sight (const char *text, const DsQrSight *sight, DsQrLevel least, GError **error)
{
  DsQr *best = ds_qr_new (text, least, error);
  double best_px;

  if (best == NULL)
    return NULL;
  best_px = ds_qr_sight_measure_module_px (sight, ds_qr_get_size (best) + 2 * DS_QR_QUIET);
  for (DsQrLevel level = least + 1; level <= DS_QR_LEVEL_H; level++)
    {
      g_autoptr (DsQr) symbol = ds_qr_new (text, level, NULL);
      double px = symbol != NULL
                      ? ds_qr_sight_measure_module_px (sight, ds_qr_get_size (symbol) + 2 * DS_QR_QUIET)
                      : 0;

      /* No level above has larger modules. */
      if (symbol == NULL || (px < DS_QR_MIN_CAMERA_PX && px < best_px))
        break;
      ds_qr_free (best);
      best = g_steal_pointer (&symbol);
      best_px = px;
    }
  return best;
}

DsQrLevel
ds_qr_get_level (DsQr *self)
{
  g_return_val_if_fail (self != NULL, DS_QR_LEVEL_L);
  return self->level;
}

const char *
ds_qr_level_to_name (DsQrLevel level)
{
  static const char *const names[] = { "L", "M", "Q", "H" };

  g_return_val_if_fail (level <= DS_QR_LEVEL_H, NULL);
  return names[level];
}

void
ds_qr_free (DsQr *self)
{
  if (self == NULL)
    return;
  QRcode_free (self->code);
  g_free (self);
}

guint
ds_qr_get_version (DsQr *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return (guint)self->code->version;
}

guint
ds_qr_get_size (DsQr *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return (guint)self->code->width;
}

gboolean
ds_qr_is_dark (DsQr *self, guint x, guint y)
{
  guint size = ds_qr_get_size (self);

  g_return_val_if_fail (x < size && y < size, FALSE);
  return (self->code->data[y * size + x] & 1) != 0;
}

/* As ds_qr_is_dark() with the quiet zone counted: (0, 0) is its upper left corner, and all beyond is light. */
static gboolean
is_dark_with_quiet (DsQr *self, guint x, guint y)
{
  guint size = ds_qr_get_size (self);

  if (x < DS_QR_QUIET || y < DS_QR_QUIET || x >= size + DS_QR_QUIET || y >= size + DS_QR_QUIET)
    return FALSE;
  return ds_qr_is_dark (self, x - DS_QR_QUIET, y - DS_QR_QUIET);
}

GBytes *
ds_qr_render (DsQr *self, guint scale, guint *side)
{
  guint modules = ds_qr_get_size (self) + 2 * DS_QR_QUIET;
  gsize pixels_side;
  guint8 *pixels;

  g_return_val_if_fail (scale >= 1 && scale <= MAX_SCALE, NULL);
  g_return_val_if_fail (side != NULL, NULL);

  pixels_side = (gsize)modules * scale;
  pixels = g_malloc (pixels_side * pixels_side);
  for (guint y = 0; y < modules; y++)
    {
      guint8 *row = pixels + (gsize)y * scale * pixels_side;

      for (guint x = 0; x < modules; x++)
        memset (row + (gsize)x * scale, is_dark_with_quiet (self, x, y) ? 0 : 255, scale);
      for (guint copy = 1; copy < scale; copy++)
        memcpy (row + copy * pixels_side, row, pixels_side);
    }

  *side = (guint)pixels_side;
  return g_bytes_new_take (pixels, pixels_side * pixels_side);
}

static GBytes *
to_png (DsQr *self, guint scale, GError **error)
{
  guint side;
  g_autoptr (GBytes) pixels = ds_qr_render (self, scale, &side);
  g_autofree guint8 *file = NULL;
  png_image image = { .version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY };
  png_alloc_size_t n;

  image.width = side;
  image.height = side;
  n = PNG_IMAGE_PNG_SIZE_MAX (image);
  file = g_malloc (n);
  if (!png_image_write_to_memory (&image, file, &n, 0, g_bytes_get_data (pixels, NULL), 0, NULL))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The picture could not be made: %s", image.message);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&file), n);
}

/* One path of horizontal runs, one unit a module. */
static GBytes *
to_svg (DsQr *self, guint scale)
{
  guint modules = ds_qr_get_size (self) + 2 * DS_QR_QUIET;
  g_autoptr (GString) svg = g_string_new (NULL);

  g_string_append_printf (svg,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
                          "viewBox=\"0 0 %u %u\" shape-rendering=\"crispEdges\">\n"
                          "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<path fill=\"#000\" d=\"",
                          modules * scale, modules * scale, modules, modules);
  for (guint y = 0; y < modules; y++)
    for (guint x = 0; x < modules; x++)
      {
        guint from = x;

        while (is_dark_with_quiet (self, x, y))
          x++;
        if (x > from)
          g_string_append_printf (svg, "M%u %uh%uv1h-%uz", from, y, x - from, x - from);
      }
  g_string_append (svg, "\"/>\n</svg>\n");
  return g_string_free_to_bytes (g_steal_pointer (&svg));
}

gboolean
ds_qr_save (DsQr *self, const char *path, guint scale, GError **error)
{
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  g_return_val_if_fail (scale >= 1 && scale <= MAX_SCALE, FALSE);

  file = g_str_has_suffix (path, ".svg") ? to_svg (self, scale) : to_png (self, scale, error);
  if (file == NULL)
    return FALSE;
  if (!g_file_set_contents (path, g_bytes_get_data (file, NULL), (gssize)g_bytes_get_size (file), &local))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_STORAGE, "The code could not be saved: %s", local->message);
      return FALSE;
    }
  return TRUE;
}

char *
ds_qr_to_terminal (DsQr *self)
{
  guint modules = ds_qr_get_size (self) + 2 * DS_QR_QUIET;
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint y = 0; y < modules; y += 2)
    {
      /* Black on white by name, since nobody knows the terminal's own colours. */
      g_string_append (lines, "\033[30;107m");
      for (guint x = 0; x < modules; x++)
        {
          gboolean upper = is_dark_with_quiet (self, x, y);
          gboolean lower = is_dark_with_quiet (self, x, y + 1);

          g_string_append (lines, upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ");
        }
      g_string_append (lines, "\033[0m\n");
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}
