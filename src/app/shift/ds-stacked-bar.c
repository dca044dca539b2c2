/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-stacked-bar.h"

#include "ds-format.h"

#define HEIGHT_PX 16
#define GAP_PX 2
#define HATCH_PX 6

struct _DsStackedBar
{
  GtkWidget parent;

  DsShare shares[DS_STACKED_BAR_MAX_SHARES];
  guint n_shares;
  gint64 total_fen;
};

G_DEFINE_FINAL_TYPE (DsStackedBar, ds_stacked_bar, GTK_TYPE_WIDGET)

static void
measure (GtkWidget *widget,
         GtkOrientation orientation,
         int for_size,
         int *minimum,
         int *natural,
         int *minimum_baseline,
         int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT_PX : 0;
}

static void
append_share (GtkWidget *widget, GtkSnapshot *snapshot, const DsShare *share, const graphene_rect_t *area)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA color;
  GdkRGBA clear;
  float step = HATCH_PX / (area->size.width > 0 ? area->size.width : 1);

  if (!gtk_style_context_lookup_color (style, share->color_name, &color))
    gtk_style_context_get_color (style, &color);
  clear = color;
  clear.alpha = share->hatched ? 0.35F : 1;
  gtk_snapshot_append_color (snapshot, &clear, area);
  if (share->hatched)
    {
      GskColorStop stops[] = { { 0, color }, { 0.5F, color }, { 0.5F, clear }, { 1, clear } };

      gtk_snapshot_append_repeating_linear_gradient (
          snapshot, area, &area->origin,
          &GRAPHENE_POINT_INIT (area->origin.x + area->size.width * step, area->origin.y + HATCH_PX), stops,
          G_N_ELEMENTS (stops));
    }
}

static void
ds_stacked_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DsStackedBar *self = DS_STACKED_BAR (widget);
  float width = gtk_widget_get_width (widget);
  float height = gtk_widget_get_height (widget);
  float x = 0;
  GskRoundedRect outline;
  GdkRGBA track;

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0, 0, width, height), height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &track);
  track.alpha = 0.2F;
  gtk_snapshot_append_color (snapshot, &track, &outline.bounds);

  for (guint i = 0; i < self->n_shares; i++)
    {
      float share = (float)ds_format_ratio (self->shares[i].amount_fen, self->total_fen) * width;

      if (share <= GAP_PX)
        continue;
      append_share (widget, snapshot, &self->shares[i], &GRAPHENE_RECT_INIT (x, 0, share - GAP_PX, height));
      x += share;
    }
  gtk_snapshot_pop (snapshot);
}

static void
ds_stacked_bar_class_init (DsStackedBarClass *klass)
{
  GTK_WIDGET_CLASS (klass)->measure = measure;
  GTK_WIDGET_CLASS (klass)->snapshot = ds_stacked_bar_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
ds_stacked_bar_init (DsStackedBar *self)
{
}

void
ds_stacked_bar_set_shares (DsStackedBar *self, const DsShare *shares, guint n_shares, gint64 total_fen)
{
  g_return_if_fail (DS_IS_STACKED_BAR (self));
  g_return_if_fail (n_shares <= DS_STACKED_BAR_MAX_SHARES);

  for (guint i = 0; i < n_shares; i++)
    self->shares[i] = shares[i];
  self->n_shares = n_shares;
  self->total_fen = total_fen;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
