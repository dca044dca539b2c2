/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-shift-files.h"

#include "ds-navigator.h"
#include "ds-seal-page.h"
#include "ds-shift-report.h"
#include "ds-page.h"

#include <glib/gi18n.h>
#include <string.h>

struct _DsShiftFiles
{
  GtkBox parent;

  DsSession *session;
  DsShift *shift;
  GCancellable *cancellable;
  GtkFileChooserNative *chooser; /* (nullable): while the courier chooses where to save */
  DsShiftFile chosen_kind;
};

G_DEFINE_FINAL_TYPE (DsShiftFiles, ds_shift_files, GTK_TYPE_BOX)

/* One report on its way to a file. */
typedef struct
{
  DsShiftFiles *files;
  DsShiftFile kind;
  GFile *file;
  DsShiftReport report;
} Saving;

static void
saving_free (Saving *self)
{
  g_object_unref (self->files);
  g_object_unref (self->file);
  g_object_unref (self->report.session);
  g_object_unref (self->report.shift);
  g_clear_pointer (&self->report.payments, g_ptr_array_unref);
  g_free (self->report.seal);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Saving, saving_free)

static void
tell (Saving *saving, const GError *error)
{
  if (error == NULL)
    ds_page_say (GTK_WIDGET (saving->files), _ ("Saved."));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *words
          = g_strdup_printf (_ ("Not saved: %s Choose another place, or free some space."), error->message);

      ds_page_say (GTK_WIDGET (saving->files), words);
    }
}

static void
did_save_pdf (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Saving) saving = user_data;
  g_autoptr (GError) error = NULL;

  ds_sheet_save_pdf_finish (result, &error);
  tell (saving, error);
}

static void
did_save_csv (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Saving) saving = user_data;
  g_autoptr (GError) error = NULL;

  g_file_replace_contents_finish (G_FILE (source), result, NULL, &error);
  tell (saving, error);
}

static void
write_report (Saving *saving)
{
  if (saving->kind == DS_SHIFT_FILE_PDF)
    ds_sheet_save_pdf_async (ds_shift_report_to_sheet (&saving->report), saving->file,
                             saving->files->cancellable, did_save_pdf, saving);
  else
    {
      char *table = ds_shift_report_to_csv (&saving->report);
      g_autoptr (GBytes) bytes = g_bytes_new_take (table, strlen (table));

      g_file_replace_contents_bytes_async (saving->file, bytes, NULL, FALSE,
                                           G_FILE_CREATE_REPLACE_DESTINATION, saving->files->cancellable,
                                           did_save_csv, saving);
    }
}

/* A shift that is still open has no seal yet; its report is good without. */
static void
did_make_seal (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Saving *saving = user_data;

  saving->report.seal = ds_store_make_seal_finish (DS_STORE (source), result, NULL);
  write_report (saving);
}

static void
did_load_payments (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Saving) saving = user_data;
  g_autoptr (GError) error = NULL;

  saving->report.payments = ds_store_load_payments_finish (DS_STORE (source), result, &error);
  if (saving->report.payments == NULL)
    {
      tell (saving, error);
      return;
    }
  ds_store_make_seal_async (DS_STORE (source), saving->report.shift->id, NULL, did_make_seal, saving);
  g_steal_pointer (&saving);
}

void
ds_shift_files_save (DsShiftFiles *self, DsShiftFile kind, GFile *file)
{
  Saving *saving;

  g_return_if_fail (DS_IS_SHIFT_FILES (self) && self->shift != NULL);
  g_return_if_fail (G_IS_FILE (file));

  saving = g_new0 (Saving, 1);
  saving->files = g_object_ref (self);
  saving->kind = kind;
  saving->file = g_object_ref (file);
  saving->report.session = g_object_ref (self->session);
  saving->report.shift = g_object_ref (self->shift);
  ds_store_load_payments_async (ds_session_get_store (self->session), self->shift->id, self->cancellable,
                                did_load_payments, saving);
}

static void
file_chosen (DsShiftFiles *self, int response)
{
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr (GFile) file = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;
  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  ds_shift_files_save (self, self->chosen_kind, file);
}

static void
choose_file (DsShiftFiles *self, DsShiftFile kind)
{
  g_autofree char *name
      = g_strdup_printf ("doorstep-%s%s.%s", ds_session_is_practice (self->session) ? "practice-" : "",
                         self->shift->accounting_date, kind == DS_SHIFT_FILE_PDF ? "pdf" : "csv");

  if (self->chooser != NULL)
    return;
  self->chosen_kind = kind;
  self->chooser = gtk_file_chooser_native_new (_ ("Save the shift"),
                                               GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save"), _ ("Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (file_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
pdf_clicked (DsShiftFiles *self)
{
  choose_file (self, DS_SHIFT_FILE_PDF);
}

static void
csv_clicked (DsShiftFiles *self)
{
  choose_file (self, DS_SHIFT_FILE_CSV);
}

static void
seal_clicked (DsShiftFiles *self)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                     DS_PAGE (ds_seal_page_new (self->session, self->shift)));
}

static void
ds_shift_files_dispose (GObject *object)
{
  DsShiftFiles *self = DS_SHIFT_FILES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);
  g_clear_object (&self->shift);

  G_OBJECT_CLASS (ds_shift_files_parent_class)->dispose (object);
}

static void
ds_shift_files_finalize (GObject *object)
{
  g_object_unref (DS_SHIFT_FILES (object)->cancellable);

  G_OBJECT_CLASS (ds_shift_files_parent_class)->finalize (object);
}

static void
ds_shift_files_class_init (DsShiftFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_shift_files_dispose;
  object_class->finalize = ds_shift_files_finalize;
}

static void
add_button (DsShiftFiles *self, const char *label, const char *name, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "mid");
  gtk_widget_add_css_class (button, "tight");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self), button);
}

static void
ds_shift_files_init (DsShiftFiles *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
  gtk_box_set_spacing (GTK_BOX (self), 8);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  /* Translators: three short labels of buttons side by side: the seal of a shift, and its two kinds of files */
  add_button (self, _ ("Seal code"), _ ("Seal code for the clerk"), G_CALLBACK (seal_clicked));
  add_button (self, _ ("PDF…"), _ ("Save as PDF"), G_CALLBACK (pdf_clicked));
  add_button (self, _ ("Table…"), _ ("Save as a table"), G_CALLBACK (csv_clicked));
}

void
ds_shift_files_set_shift (DsShiftFiles *self, DsSession *session, DsShift *shift)
{
  g_return_if_fail (DS_IS_SHIFT_FILES (self));
  g_return_if_fail (DS_IS_SESSION (session));

  g_set_object (&self->session, session);
  g_set_object (&self->shift, shift);
  gtk_widget_set_visible (GTK_WIDGET (self), shift != NULL && shift->closed_at_ms > 0);
}
