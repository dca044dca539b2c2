/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-qr-paintable.h"

struct _DsQrPaintable
{
  GObject parent;

  DsQr *symbol;
  int scale_factor;
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
  /* In device pixels, of which a module and the margins take whole numbers. */
  int factor = self->scale_factor;
  int room_x = (int)(width * factor);
  int room_y = (int)(height * factor);
  int scale = MAX (MIN (room_x, room_y) / (int)modules, 1);
  float side = (float)(scale * (int)modules) / (float)factor;
  float left = (float)((room_x - scale * (int)modules) / 2) / (float)factor;
  float top = (float)((room_y - scale * (int)modules) / 2) / (float)factor;

  gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (left, top, side, side));
  for (guint y = 0; y < ds_qr_get_size (self->symbol); y++)
    append_row (snapshot, self->symbol, y, left, top, (float)scale / (float)factor);
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
  return GDK_PAINTABLE_STATIC_SIZE;
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
  self->scale_factor = 1;
}

DsQrPaintable *
ds_qr_paintable_new (const char *text, guint side_px, DsQrLevel least, GError **error)
{
  g_autoptr (DsQr) symbol = NULL;
  DsQrSight sight;
  DsQrPaintable *self;

  g_return_val_if_fail (text != NULL && side_px > 0, NULL);

  ds_qr_sight_init_at_door (&sight, side_px, 0);
  symbol = ds_qr_new_for_sight (text, &sight, least, error);
  if (symbol == NULL)
    return NULL;

  self = g_object_new (DS_TYPE_QR_PAINTABLE, NULL);
  self->symbol = g_steal_pointer (&symbol);
  return self;
}

void
ds_qr_paintable_set_scale_factor (DsQrPaintable *self, int scale_factor)
{
  g_return_if_fail (DS_IS_QR_PAINTABLE (self));
  g_return_if_fail (scale_factor >= 1);

  if (self->scale_factor == scale_factor)
    return;
  self->scale_factor = scale_factor;
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

static void
did_change_scale_factor (DsQrPaintable *self, GParamSpec *property, GtkWidget *picture)
{
  ds_qr_paintable_set_scale_factor (self, gtk_widget_get_scale_factor (picture));
}

void
ds_qr_paintable_show_in (DsQrPaintable *self, GtkPicture *picture)
{
  g_return_if_fail (DS_IS_QR_PAINTABLE (self));
  g_return_if_fail (GTK_IS_PICTURE (picture));

  g_signal_connect_object (picture, "notify::scale-factor", G_CALLBACK (did_change_scale_factor), self,
                           G_CONNECT_SWAPPED);
  did_change_scale_factor (self, NULL, GTK_WIDGET (picture));
  gtk_picture_set_paintable (picture, GDK_PAINTABLE (self));
}

DsQr *
ds_qr_paintable_get_symbol (DsQrPaintable *self)
{
  g_return_val_if_fail (DS_IS_QR_PAINTABLE (self), NULL);
  return self->symbol;
}
