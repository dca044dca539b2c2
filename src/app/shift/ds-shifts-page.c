/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-shifts-page.h"

#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-navigator.h"
#include "ds-signed-statement.h"
#include "ds-statement-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsShiftsPage
{
  GtkBox parent;

  DsSession *session;
  GCancellable *cancellable;
  GPtrArray *shifts; /* (nullable) (element-type DsShift): in the order of the rows */

  GtkListBox *list;
  GtkLabel *placeholder;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsShiftsPage,
                               ds_shifts_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Earlier shifts");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

/* How a shift ended, as far as its statement says. */
static DsWords
judge (DsShiftsPage *self, DsShift *shift)
{
  const DsIdentity *identity = ds_store_get_identity (ds_session_get_store (self->session));
  g_autoptr (DsSignedStatement) statement = NULL;

  if (shift->statement == NULL)
    return (DsWords){ "ds-waiting-symbolic", _ ("No statement yet"), "waiting" };
  statement = ds_signed_statement_read (shift->statement, ds_identity_find_key (identity, shift->statement),
                                        shift->id, NULL);
  if (statement == NULL)
    return (DsWords){ "dialog-warning-symbolic", _ ("This statement cannot be trusted"), "failed" };
  return statement->balanced ? (DsWords){ "ds-paid-symbolic", _ ("Balanced"), "paid" }
                             : (DsWords){ "dialog-warning-symbolic", _ ("Differs"), "failed" };
}

static void
add_row (DsShiftsPage *self, DsShift *shift)
{
  g_autofree char *day = ds_format_accounting_date (shift->accounting_date);
  g_autofree char *opened = ds_format_clock (shift->opened_at_ms);
  g_autofree char *closed = ds_format_clock (shift->closed_at_ms);
  g_autofree char *line = NULL;
  DsWords words = judge (self, shift);
  DsInfoRow *row = ds_info_row_new (NULL, NULL, NULL);

  line = g_strdup_printf ("%s – %s · %s", opened, closed, words.text);
  ds_info_row_set_words (row, &words);
  ds_info_row_set_title (row, day);
  ds_info_row_set_subtitle (row, line);
  if (shift->counted_fen >= 0)
    ds_info_row_set_amount (row, shift->counted_fen);
  g_object_set (row, "leads", TRUE, NULL);
  gtk_list_box_append (self->list, GTK_WIDGET (row));
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsShiftsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) loaded = ds_store_load_shifts_finish (DS_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  gtk_label_set_text (self->placeholder, error != NULL ? error->message : _ ("No shift was closed yet."));
  if (loaded == NULL)
    return;
  self->shifts = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < loaded->len; i++)
    {
      DsShift *shift = g_ptr_array_index (loaded, i);

      if (shift->closed_at_ms == 0)
        continue;
      g_ptr_array_add (self->shifts, g_object_ref (shift));
      add_row (self, shift);
    }
}

static void
row_activated (DsShiftsPage *self, GtkListBoxRow *row)
{
  DsShift *shift = g_ptr_array_index (self->shifts, (guint)gtk_list_box_row_get_index (row));

  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                     DS_PAGE (ds_statement_page_new_for_shift (self->session, shift)));
}

static void
ds_shifts_page_dispose (GObject *object)
{
  DsShiftsPage *self = DS_SHIFTS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  g_clear_pointer (&self->shifts, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SHIFTS_PAGE);

  G_OBJECT_CLASS (ds_shifts_page_parent_class)->dispose (object);
}

static void
ds_shifts_page_finalize (GObject *object)
{
  g_object_unref (DS_SHIFTS_PAGE (object)->cancellable);

  G_OBJECT_CLASS (ds_shifts_page_parent_class)->finalize (object);
}

static void
ds_shifts_page_class_init (DsShiftsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_shifts_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_shifts_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-shifts-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsShiftsPage, list);
  gtk_widget_class_bind_template_child (widget_class, DsShiftsPage, placeholder);
  gtk_widget_class_bind_template_callback (widget_class, row_activated);
}

static void
ds_shifts_page_init (DsShiftsPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsShiftsPage *
ds_shifts_page_new (DsSession *session)
{
  DsShiftsPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SHIFTS_PAGE, NULL);
  self->session = g_object_ref (session);
  ds_store_load_shifts_async (ds_session_get_store (session), self->cancellable, did_load,
                              g_object_ref (self));
  return self;
}
