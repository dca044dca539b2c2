/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-qr-paintable.h"

struct _DsQrPaintable
{
  GObject parent;

  DsQr *symbol;
};

static guint
count_modules (DsQrPaintable *self)
{
  return ds_qr_get_size (self->symbol) + 2 * DS_QR_QUIET;
}

static void
append_row (GtkSnapshot *snapshot, DsQr *symbol, guint y, float left, float top, float scale)
{
  const GdkRGBA black = { 0, 0, 0, 1 };
  guint size = ds_qr_get_size (symbol);

  /* One rectangle for each run, not for each module: a tenth of the nodes. */
  for (guint x = 0; x < size;)
    {
      guint run = 0;

      while (x + run < size && ds_qr_is_dark (symbol, x + run, y))
        run++;
      if (run > 0)
        gtk_snapshot_append_color (snapshot, &black,
                                   &GRAPHENE_RECT_INIT (left + (float)(x + DS_QR_QUIET) * scale,
                                                        top + (float)(y + DS_QR_QUIET) * scale,
                                                        (float)run * scale, scale));
      x += MAX (run, 1);
    }
}

static void
ds_qr_paintable_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  DsQrPaintable *self = DS_QR_PAINTABLE (paintable);
  const GdkRGBA white = { 1, 1, 1, 1 };
  guint modules = count_modules (self);
  guint scale = MAX ((guint)MIN (width, height) / modules, 1);
  int side = (int)(scale * modules);
  int left = ((int)width - side) / 2;
  int top = ((int)height - side) / 2;

  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT ((float)left, (float)top, (float)side, (float)side));
  for (guint y = 0; y < ds_qr_get_size (self->symbol); y++)
    append_row (snapshot, self->symbol, y, (float)left, (float)top, (float)scale);
}

static int
ds_qr_paintable_get_intrinsic_side (GdkPaintable *paintable)
{
  return (int)count_modules (DS_QR_PAINTABLE (paintable));
}

static double
ds_qr_paintable_get_intrinsic_aspect_ratio (GdkPaintable *paintable)
{
  return 1;
}

static GdkPaintableFlags
ds_qr_paintable_get_flags (GdkPaintable *paintable)
{
  return GDK_PAINTABLE_STATIC_CONTENTS | GDK_PAINTABLE_STATIC_SIZE;
}

static void
ds_qr_paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = ds_qr_paintable_snapshot;
  iface->get_intrinsic_width = ds_qr_paintable_get_intrinsic_side;
  iface->get_intrinsic_height = ds_qr_paintable_get_intrinsic_side;
  iface->get_intrinsic_aspect_ratio = ds_qr_paintable_get_intrinsic_aspect_ratio;
  iface->get_flags = ds_qr_paintable_get_flags;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DsQrPaintable,
                               ds_qr_paintable,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, ds_qr_paintable_iface_init))

static void
ds_qr_paintable_finalize (GObject *object)
{
  DsQrPaintable *self = DS_QR_PAINTABLE (object);

  g_clear_pointer (&self->symbol, ds_qr_free);

  G_OBJECT_CLASS (ds_qr_paintable_parent_class)->finalize (object);
}

static void
ds_qr_paintable_class_init (DsQrPaintableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_qr_paintable_finalize;
}

static void
ds_qr_paintable_init (DsQrPaintable *self)
{
}

DsQrPaintable *
ds_qr_paintable_new (const char *text, DsQrLevel level, GError **error)
{
  g_autoptr (DsQr) symbol = NULL;
  DsQrPaintable *self;

  g_return_val_if_fail (text != NULL, NULL);

  symbol = ds_qr_new (text, level, error);
  if (symbol == NULL)
    return NULL;

  self = g_object_new (DS_TYPE_QR_PAINTABLE, NULL);
  self->symbol = g_steal_pointer (&symbol);
  return self;
}
