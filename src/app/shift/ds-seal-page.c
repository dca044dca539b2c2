/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-seal-page.h"

#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-practice-mark.h"
#include "ds-qr-paintable.h"
#include "ds-shift-seal.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define CODE_SIDE_PX 320

struct _DsSealPage
{
  GtkBox parent;

  char *shift_id;
  GCancellable *cancellable;

  AdwWindowTitle *window_title;
  GtkLabel *practice;
  GtkPicture *code;
  GtkLabel *text;
  GtkListBox *sums;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSealPage,
                               ds_seal_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Shift seal");
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->detail = g_strdup (DS_SEAL_PAGE (page)->shift_id);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
}

static void
add_sum (DsSealPage *self, const char *icon_name, const char *name, gint64 amount_fen)
{
  DsInfoRow *row = ds_info_row_new (icon_name, name, NULL);

  ds_info_row_set_amount (row, amount_fen);
  gtk_list_box_append (self->sums, GTK_WIDGET (row));
}

/* What the clerk reads off the code, so that both see the same. */
static void
show_seal (DsSealPage *self, const DsShiftSeal *seal)
{
  add_sum (self, "ds-paid-symbolic", _ ("Digital RMB"), seal->paid_fen);
  add_sum (self, "ds-cash-symbolic", _ ("Cash"), seal->cash_fen);
  if (seal->accepted_fen > 0)
    add_sum (self, "ds-accepted-symbolic", _ ("Offline, not settled"), seal->accepted_fen);
  if (seal->uncertain_fen > 0)
    add_sum (self, "ds-waiting-symbolic", _ ("Result unknown"), seal->uncertain_fen);
  add_sum (self, "ds-cash-symbolic", _ ("Cash counted, with the float"), seal->counted_fen);
}

static void
did_make_seal (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSealPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_store_make_seal_finish (DS_STORE (source), result, &error);
  g_autoptr (DsShiftSeal) seal = text != NULL ? ds_shift_seal_parse_text (text, &error) : NULL;
  g_autoptr (DsQrPaintable) paintable
      = seal != NULL ? ds_qr_paintable_new (text, CODE_SIDE_PX, DS_QR_LEVEL_M, &error) : NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (paintable == NULL)
    {
      gtk_label_set_text (self->text, error->message);
      return;
    }
  ds_qr_paintable_show_in (paintable, self->code);
  gtk_widget_set_size_request (GTK_WIDGET (self->code), CODE_SIDE_PX, CODE_SIDE_PX);
  gtk_label_set_text (self->text,
                      _ ("The clerk scans it. It is signed by this handheld, and works without a network."));
  show_seal (self, seal);
}

static void
ds_seal_page_dispose (GObject *object)
{
  DsSealPage *self = DS_SEAL_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SEAL_PAGE);

  G_OBJECT_CLASS (ds_seal_page_parent_class)->dispose (object);
}

static void
ds_seal_page_finalize (GObject *object)
{
  DsSealPage *self = DS_SEAL_PAGE (object);

  g_object_unref (self->cancellable);
  g_free (self->shift_id);

  G_OBJECT_CLASS (ds_seal_page_parent_class)->finalize (object);
}

static void
ds_seal_page_class_init (DsSealPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_seal_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_seal_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-seal-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsSealPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsSealPage, practice);
  gtk_widget_class_bind_template_child (widget_class, DsSealPage, code);
  gtk_widget_class_bind_template_child (widget_class, DsSealPage, text);
  gtk_widget_class_bind_template_child (widget_class, DsSealPage, sums);
}

static void
ds_seal_page_init (DsSealPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsSealPage *
ds_seal_page_new (DsSession *session, DsShift *shift)
{
  DsSealPage *self;
  g_autofree char *day = NULL;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (DS_IS_SHIFT (shift), NULL);

  self = g_object_new (DS_TYPE_SEAL_PAGE, NULL);
  self->shift_id = g_strdup (shift->id);
  day = ds_format_accounting_date (shift->accounting_date);
  adw_window_title_set_subtitle (self->window_title, day);
  /* Right above the code, so that no photograph of it is without. */
  gtk_label_set_text (self->practice, DS_PRACTICE_MARK_ON_PAPER);
  gtk_widget_set_visible (GTK_WIDGET (self->practice), ds_session_is_practice (session));
  ds_store_make_seal_async (ds_session_get_store (session), shift->id, self->cancellable, did_make_seal,
                            g_object_ref (self));
  return self;
}
