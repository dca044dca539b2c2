/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-code-view.h"

#include "ds-wallet-label.h"

#include "ds-qr-paintable.h"

#include <glib/gi18n.h>

/* Pixels a module of the copied picture: what a camera would see from near. */
#define COPY_SCALE 8

struct _DsCodeView
{
  GtkBox parent;

  char *text;

  GtkLabel *heading;
  GtkLabel *amount;
  GtkLabel *payee;
  GtkPicture *picture;
  GtkLabel *note;
  GtkButton *copy_button;
};

enum
{
  DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsCodeView, ds_code_view, GTK_TYPE_BOX)

static void
did_click_done (DsCodeView *self)
{
  g_signal_emit (self, signals[DONE], 0);
}

static void
did_click_copy (DsCodeView *self)
{
  ds_code_view_copy (self);
  gtk_button_set_label (self->copy_button, _ ("Copied"));
}

static void
ds_code_view_dispose (GObject *object)
{
  DsCodeView *self = DS_CODE_VIEW (object);

  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (ds_code_view_parent_class)->dispose (object);
}

static void
ds_code_view_class_init (DsCodeViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_code_view_dispose;

  signals[DONE]
      = g_signal_new ("done", DS_TYPE_CODE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Wallet/ds-code-view.ui");
  gtk_widget_class_bind_template_child (widget_class, DsCodeView, heading);
  gtk_widget_class_bind_template_child (widget_class, DsCodeView, amount);
  gtk_widget_class_bind_template_child (widget_class, DsCodeView, payee);
  gtk_widget_class_bind_template_child (widget_class, DsCodeView, picture);
  gtk_widget_class_bind_template_child (widget_class, DsCodeView, note);
  gtk_widget_class_bind_template_child (widget_class, DsCodeView, copy_button);
  gtk_widget_class_bind_template_callback (widget_class, did_click_done);
  gtk_widget_class_bind_template_callback (widget_class, did_click_copy);
}

static void
ds_code_view_init (DsCodeView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

gboolean
ds_code_view_show (DsCodeView *self,
                   const char *heading,
                   gint64 amount_fen,
                   const char *payee,
                   const char *text,
                   GError **error)
{
  g_autoptr (DsQrPaintable) symbol = NULL;

  g_return_val_if_fail (DS_IS_CODE_VIEW (self), FALSE);

  symbol = ds_qr_paintable_new (text, DS_QR_PHONE_PX, DS_QR_LEVEL_M, error);
  if (symbol == NULL)
    return FALSE;

  g_free (self->text);
  self->text = g_strdup (text);
  gtk_label_set_label (self->heading, heading);
  ds_wallet_label_set_amount (self->amount, amount_fen);
  gtk_widget_set_visible (GTK_WIDGET (self->amount), amount_fen > 0);
  gtk_label_set_label (self->payee, payee ? payee : "");
  gtk_widget_set_visible (GTK_WIDGET (self->payee), payee != NULL);
  ds_qr_paintable_show_in (symbol, self->picture);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, heading, -1);
  gtk_button_set_label (self->copy_button, _ ("Copy picture"));
  return TRUE;
}

void
ds_code_view_set_note (DsCodeView *self, const char *note)
{
  g_return_if_fail (DS_IS_CODE_VIEW (self));

  gtk_label_set_label (self->note, note);
}

const char *
ds_code_view_get_text (DsCodeView *self)
{
  g_return_val_if_fail (DS_IS_CODE_VIEW (self), NULL);

  return self->text;
}

static GdkTexture *
make_texture (DsQr *symbol)
{
  guint side;
  g_autoptr (GBytes) grey = ds_qr_render (symbol, COPY_SCALE, &side);
  const guint8 *from = g_bytes_get_data (grey, NULL);
  gsize n = (gsize)side * side;
  guint8 *rgb = g_malloc (3 * n);
  g_autoptr (GBytes) bytes = NULL;

  for (gsize i = 0; i < n; i++)
    rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = from[i];
  bytes = g_bytes_new_take (rgb, 3 * n);
  return gdk_memory_texture_new ((int)side, (int)side, GDK_MEMORY_R8G8B8, bytes, 3 * (gsize)side);
}

void
ds_code_view_copy (DsCodeView *self)
{
  GdkPaintable *shown;
  g_autoptr (GdkTexture) texture = NULL;

  g_return_if_fail (DS_IS_CODE_VIEW (self));
  g_return_if_fail (self->text != NULL);

  shown = gtk_picture_get_paintable (self->picture);
  texture = make_texture (ds_qr_paintable_get_symbol (DS_QR_PAINTABLE (shown)));
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self)), texture);
}
