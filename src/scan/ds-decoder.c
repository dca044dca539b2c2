/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-decoder.h"

#include "ds-grey.h"
#include "ds-picture.h"
#include "ds-zbar.h"

/* Where ZBar reads most: a code that fills a larger picture has modules so wide that their edges are missed. */
#define WORKING_SIDE 1000

/* About three modules of a code in the middle of the picture. */
#define THRESHOLD_RADIUS 10

/* Smaller pictures are tried at twice their size, where a module may be less than two pixels. */
#define DOUBLE_BELOW_SIDE 800

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

/* ZBar's scan lines run along the axes, light ground and dark modules expected: each try brings another sort of
 * picture closer to that. Likeliest first. */
static void
try_in_turn (const DsGrey *whole, GPtrArray *symbols)
{
  g_autoptr (DsZbar) zbar = ds_zbar_new ();
  g_autoptr (DsGrey) working = ds_grey_shrink (whole, WORKING_SIDE);
  g_autoptr (DsGrey) binary = ds_grey_threshold (working, THRESHOLD_RADIUS);
  g_autoptr (DsGrey) half = NULL;
  g_autoptr (DsGrey) turned = NULL;
  g_autoptr (DsGrey) inverted = NULL;
  g_autoptr (DsGrey) negative = NULL;
  guint longest = MAX (whole->width, whole->height);

  if (ds_zbar_scan (zbar, binary, symbols) > 0 || ds_zbar_scan (zbar, working, symbols) > 0)
    return;

  half = ds_grey_shrink (whole, MAX (longest / 2, 1));
  if (ds_zbar_scan (zbar, half, symbols) > 0)
    return;

  turned = ds_grey_turn (binary);
  if (ds_zbar_scan (zbar, turned, symbols) > 0)
    return;

  inverted = ds_grey_invert (working);
  negative = ds_grey_threshold (inverted, THRESHOLD_RADIUS);
  if (ds_zbar_scan (zbar, negative, symbols) > 0 || ds_zbar_scan (zbar, inverted, symbols) > 0)
    return;

  if (longest > WORKING_SIDE && ds_zbar_scan (zbar, whole, symbols) > 0)
    return;
  if (longest < DOUBLE_BELOW_SIDE)
    {
      g_autoptr (DsGrey) twice = ds_grey_double (whole);

      ds_zbar_scan (zbar, twice, symbols);
    }
}

GPtrArray *
ds_decode_grey (const guint8 *pixels, guint width, guint height, gsize stride)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_symbol_free);
  g_autoptr (DsGrey) whole = NULL;

  g_return_val_if_fail (pixels != NULL && stride >= width, g_steal_pointer (&symbols));

  if (width > 0 && height > 0)
    {
      whole = ds_grey_new_scaled (pixels, width, height, stride, DS_PICTURE_MAX_SIDE);
      try_in_turn (whole, symbols);
    }
  return g_steal_pointer (&symbols);
}

GPtrArray *
ds_decode_picture (GBytes *bytes, GError **error)
{
  g_autoptr (DsGrey) grey = ds_picture_load (bytes, error);

  if (grey == NULL)
    return NULL;
  return ds_decode_grey (grey->pixels, grey->width, grey->height, grey->width);
}

static void
decode_in_thread (GTask *task, gpointer source, gpointer bytes, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *symbols = ds_decode_picture (bytes, &error);

  if (symbols != NULL)
    g_task_return_pointer (task, symbols, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
ds_decode_picture_async (GBytes *bytes,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (bytes != NULL);

  g_task_set_name (task, "ds_decode_picture");
  g_task_set_task_data (task, g_bytes_ref (bytes), (GDestroyNotify)g_bytes_unref);
  g_task_run_in_thread (task, decode_in_thread);
}

GPtrArray *
ds_decode_picture_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
