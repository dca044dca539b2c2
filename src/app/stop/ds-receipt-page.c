/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-receipt-page.h"

#include "ds-customer-slip.h"
#include "ds-format.h"
#include "ds-practice-mark.h"
#include "ds-preferences.h"
#include "ds-printer.h"
#include "ds-qr-paintable.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define SLIP_WIDTH_PX 288
#define CODE_SIDE_PX 280
/* On a sheet of paper the slip keeps the width of a roll, in points: 80 mm. */
#define PRINT_WIDTH 227.0
#define DEFAULT_BAUD 9600

struct _DsReceiptPage
{
  GtkBox parent;

  DsSession *session;
  DsPayment *payment;
  GCancellable *cancellable;
  DsSlip *slip;    /* as it is printed */
  DsSlip *preview; /* the same without its code, which the screen draws by its own pixels */

  AdwWindowTitle *window_title;
  GtkDrawingArea *slip_area;
  GtkPicture *code;
  GtkLabel *note;
  GtkLabel *problem;
  GtkWidget *print_slip;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsReceiptPage,
                               ds_receipt_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Receipt");
}

static void
describe_place (DsPage *page, DsTrailPlace *place)
{
  DsReceiptPage *self = DS_RECEIPT_PAGE (page);

  place->stop_id = g_strdup (self->payment->stop_id);
  place->payment_id = g_strdup (self->payment->id);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe_place;
}

static void
show_problem (DsReceiptPage *self, const char *words)
{
  gtk_label_set_text (self->problem, words != NULL ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), words != NULL);
}

static void
draw_slip (GtkDrawingArea *area, cairo_t *cairo, int width, int height, gpointer user_data)
{
  DsReceiptPage *self = user_data;

  cairo_translate (cairo, (width - SLIP_WIDTH_PX) / 2, 0);
  if (self->preview != NULL)
    ds_slip_draw (self->preview, cairo, SLIP_WIDTH_PX);
}

/* What a screen reader says of the picture. */
static char *
describe (DsSession *session, DsPayment *payment)
{
  g_autofree char *money = ds_format_money (payment->amount_fen);
  DsWords words = ds_words_for_payment (payment->state);
  g_autofree char *text = g_strdup_printf (_ ("Receipt for %s, %s, %s"), money,
                                           ds_words_for_tender (payment->tender), words.text);

  if (ds_session_is_practice (session))
    return g_strdup_printf ("%s. %s", ds_practice_mark_get_text (), text);
  return g_steal_pointer (&text);
}

static void
show (DsReceiptPage *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *code = ds_customer_slip_make_code (self->session, self->payment, &error);
  g_autofree char *label = describe (self->session, self->payment);

  g_clear_pointer (&self->slip, ds_slip_unref);
  g_clear_pointer (&self->preview, ds_slip_unref);
  self->slip = ds_customer_slip_new (self->session, self->payment, code);
  self->preview = ds_customer_slip_new (self->session, self->payment, NULL);
  gtk_drawing_area_set_content_width (self->slip_area, SLIP_WIDTH_PX);
  gtk_drawing_area_set_content_height (self->slip_area,
                                       (int)ceil (ds_slip_get_height (self->preview, SLIP_WIDTH_PX)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->slip_area), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->slip_area));
  if (code != NULL)
    {
      g_autoptr (DsQrPaintable) paintable = ds_qr_paintable_new (code, CODE_SIDE_PX, DS_QR_LEVEL_M, NULL);

      if (paintable != NULL)
        ds_qr_paintable_show_in (paintable, self->code);
      gtk_widget_set_size_request (GTK_WIDGET (self->code), CODE_SIDE_PX, CODE_SIDE_PX);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->code), code != NULL);
  gtk_label_set_text (self->note, _ ("The customer photographs it, and has a signed receipt."));
  show_problem (self, error != NULL ? error->message : NULL);
}

/* A provisional one becomes final while it is shown. */
static void
payment_changed (DsReceiptPage *self, DsPayment *payment)
{
  if (g_strcmp0 (payment->id, self->payment->id) != 0)
    return;
  g_set_object (&self->payment, payment);
  show (self);
}

/* Slips */

static void
did_print_slip (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsReceiptPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean printed = ds_printer_print_finish (result, &error);

  gtk_widget_set_sensitive (self->print_slip, TRUE);
  if (printed)
    ds_page_say (GTK_WIDGET (self), _ ("The slip is printed."));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_problem (self, error->message);
}

static void
print_slip_clicked (DsReceiptPage *self)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autofree char *address
      = preferences != NULL ? g_settings_get_string (preferences, "printer-address") : g_strdup ("");
  guint baud = preferences != NULL ? g_settings_get_uint (preferences, "printer-baud") : DEFAULT_BAUD;

  show_problem (self, NULL);
  gtk_widget_set_sensitive (self->print_slip, FALSE);
  ds_printer_print_async (address, baud, self->slip, self->cancellable, did_print_slip, g_object_ref (self));
}

/* Paper */

static void
draw_page (GtkPrintOperation *operation, GtkPrintContext *context, int page, gpointer user_data)
{
  DsReceiptPage *self = user_data;
  double width = MIN (PRINT_WIDTH, gtk_print_context_get_width (context));
  double height = gtk_print_context_get_height (context);
  double own_height = ds_slip_get_height (self->slip, width);
  cairo_t *cairo = gtk_print_context_get_cairo_context (context);

  /* A long list of parcels is made smaller rather than cut off. */
  if (own_height > height)
    width *= height / own_height;
  cairo_translate (cairo, (gtk_print_context_get_width (context) - width) / 2, 0);
  ds_slip_draw (self->slip, cairo, width);
}

static void
did_print (DsReceiptPage *self, GtkPrintOperationResult result, GtkPrintOperation *operation)
{
  g_autoptr (GError) error = NULL;

  if (result != GTK_PRINT_OPERATION_RESULT_ERROR)
    return;
  gtk_print_operation_get_error (operation, &error);
  show_problem (self, error != NULL ? error->message : _ ("Printing failed. Try the slip printer."));
}

void
ds_receipt_page_print (DsReceiptPage *self, const char *pdf_path)
{
  g_autoptr (GtkPrintOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  GtkPrintOperationResult result;

  g_return_if_fail (DS_IS_RECEIPT_PAGE (self));

  operation = gtk_print_operation_new ();
  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, _ ("Receipt"));
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect_object (operation, "draw-page", G_CALLBACK (draw_page), self, 0);
  g_signal_connect_object (operation, "done", G_CALLBACK (did_print), self, G_CONNECT_SWAPPED);
  if (pdf_path != NULL)
    gtk_print_operation_set_export_filename (operation, pdf_path);
  result = gtk_print_operation_run (operation,
                                    pdf_path != NULL ? GTK_PRINT_OPERATION_ACTION_EXPORT
                                                     : GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                                    GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), &error);
  if (result == GTK_PRINT_OPERATION_RESULT_ERROR && error != NULL)
    show_problem (self, error->message);
}

static void
print_paper_clicked (DsReceiptPage *self)
{
  show_problem (self, NULL);
  ds_receipt_page_print (self, NULL);
}

/* Life */

static void
ds_receipt_page_dispose (GObject *object)
{
  DsReceiptPage *self = DS_RECEIPT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  g_clear_object (&self->payment);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_RECEIPT_PAGE);

  G_OBJECT_CLASS (ds_receipt_page_parent_class)->dispose (object);
}

static void
ds_receipt_page_finalize (GObject *object)
{
  DsReceiptPage *self = DS_RECEIPT_PAGE (object);

  g_clear_pointer (&self->slip, ds_slip_unref);
  g_clear_pointer (&self->preview, ds_slip_unref);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (ds_receipt_page_parent_class)->finalize (object);
}

static void
ds_receipt_page_class_init (DsReceiptPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_receipt_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_receipt_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-receipt-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsReceiptPage, window_title);
  gtk_widget_class_bind_template_child_full (widget_class, "slip", FALSE,
                                             G_STRUCT_OFFSET (DsReceiptPage, slip_area));
  gtk_widget_class_bind_template_child (widget_class, DsReceiptPage, code);
  gtk_widget_class_bind_template_child (widget_class, DsReceiptPage, note);
  gtk_widget_class_bind_template_child (widget_class, DsReceiptPage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsReceiptPage, print_slip);
  gtk_widget_class_bind_template_callback (widget_class, print_slip_clicked);
  gtk_widget_class_bind_template_callback (widget_class, print_paper_clicked);
}

static void
ds_receipt_page_init (DsReceiptPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drawing_area_set_draw_func (self->slip_area, draw_slip, self, NULL);
}

DsReceiptPage *
ds_receipt_page_new (DsSession *session, DsPayment *payment)
{
  DsReceiptPage *self;
  DsStop *stop;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (DS_IS_PAYMENT (payment), NULL);

  self = g_object_new (DS_TYPE_RECEIPT_PAGE, NULL);
  self->session = g_object_ref (session);
  self->payment = g_object_ref (payment);
  stop = ds_route_find (ds_session_get_route (session), payment->stop_id);
  if (stop != NULL)
    {
      g_autofree char *name = ds_mask_name (stop->recipient);
      g_autofree char *subtitle = g_strdup_printf (_ ("%s · stop %d"), name, (int)stop->position);

      adw_window_title_set_subtitle (self->window_title, subtitle);
    }
  g_signal_connect_object (ds_session_get_door (session), "payment-changed", G_CALLBACK (payment_changed),
                           self, G_CONNECT_SWAPPED);
  show (self);
  return self;
}
