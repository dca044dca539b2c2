/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-safety-page.h"

#include "ds-dialog.h"
#include "ds-info-row.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsSafetyPage
{
  GtkBox parent;

  DsSession *session;
  GCancellable *cancellable;
  GtkFileChooserNative *chooser; /* (nullable): while the courier chooses */
  DsSafety safety;
  gboolean loaded;
  gboolean busy;
  gint64 exported_seq; /* the last entry that is in a copy which was saved here */
  gint64 head_unsent;  /* n_unsent when that copy was saved */

  DsInfoRow *health;
  DsInfoRow *unsent;
  DsInfoRow *cases;
  DsInfoRow *shift;
  DsInfoRow *rescue;

  GtkListBox *list;
  GtkLabel *detail;
  GtkWidget *check;
  GtkWidget *copy;
  GtkWidget *stop_copy;
  GtkWidget *bring;
  GtkLabel *blocked;
  GtkWidget *save;
  GtkWidget *sign_out;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSafetyPage,
                               ds_safety_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Data and signing out");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static DsStore *
get_store (DsSafetyPage *self)
{
  return ds_session_get_store (self->session);
}

/* Showing */

static void
show_health (DsSafetyPage *self)
{
  DsStoreHealth health = ds_store_get_health (get_store (self));
  const char *text = ds_store_get_health_text (get_store (self));
  DsWords words = ds_words_for_health (health);
  g_autofree char *known = ds_words_for_health_detail (text != NULL ? text : "");
  g_autofree char *detail = g_strdup_printf (_ ("For the clerk: %s"), known);

  ds_info_row_set_words (self->health, &words);
  ds_info_row_set_subtitle (self->health, ds_words_for_health_advice (health));
  gtk_label_set_text (self->detail, detail);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), health != DS_STORE_HEALTHY);
}

static void
show_rescue (DsSafetyPage *self)
{
  DsRescueCopy *copy = ds_session_get_rescue_copy (self->session);
  DsRescueState state = copy != NULL ? ds_rescue_copy_get_state (copy) : DS_RESCUE_OFF;
  const char *text;

  switch (state)
    {
    case DS_RESCUE_COPYING:
      text = _ ("Being copied…");
      break;
    case DS_RESCUE_CURRENT:
      text = _ ("Everything the depot lacks is on the card");
      break;
    case DS_RESCUE_MISSING:
      text = _ ("The card is missing or full. Put it back; it is tried again by itself");
      break;
    case DS_RESCUE_OFF:
    default:
      text = _ ("Off. With a card, nothing is lost when the handheld breaks");
      break;
    }
  ds_info_row_set_subtitle (self->rescue, text);
  gtk_widget_set_visible (self->copy, state == DS_RESCUE_OFF);
  gtk_widget_set_visible (self->stop_copy, state != DS_RESCUE_OFF);
}

static gboolean
is_saved (DsSafetyPage *self)
{
  return self->exported_seq > 0 && self->safety.n_unsent <= self->head_unsent;
}

static void
show_safety (DsSafetyPage *self)
{
  const DsSafety *safety = &self->safety;
  int n_unsent = (int)safety->n_unsent;
  int n_problems = (int)safety->n_problems;
  int n_refused = (int)safety->n_refused_ever;
  gboolean safe = self->loaded && ds_safety_is_safe (safety);
  g_autofree char *unsent = g_strdup_printf (
      ngettext ("%d record is not sent yet", "%d records are not sent yet", (gulong)n_unsent), n_unsent);
  g_autofree char *cases = g_strdup_printf (
      ngettext ("%d case is not settled yet", "%d cases are not settled yet", (gulong)n_problems),
      n_problems);
  g_autofree char *refused
      = g_strdup_printf (ngettext ("The depot has sent back %d entry so far",
                                   "The depot has sent back %d entries so far", (gulong)n_refused),
                         n_refused);

  ds_info_row_set_title (self->unsent, n_unsent > 0 ? unsent : _ ("Everything is sent"));
  ds_info_row_set_subtitle (self->unsent,
                            n_unsent > 0 ? _ ("They are sent by themselves once online") : NULL);
  ds_info_row_set_title (self->cases, n_problems > 0 ? cases : _ ("No case is open"));
  ds_info_row_set_subtitle (self->cases, n_refused > 0 ? refused : NULL);
  ds_info_row_set_title (self->shift, safety->shift_open ? _ ("The shift is open") : _ ("No shift is open"));
  ds_info_row_set_subtitle (self->shift, safety->shift_open ? _ ("Close it before you sign out") : NULL);

  if (safe)
    gtk_label_set_text (self->blocked, _ ("Nothing would be lost: you can sign out."));
  else if (is_saved (self))
    gtk_label_set_text (
        self->blocked,
        _ ("The encrypted copy holds everything. Give it to the clerk, then you can sign out."));
  else
    gtk_label_set_text (self->blocked,
                        _ ("Signing out would lose what is not settled. Go online and settle it, or "
                           "save an encrypted copy for the clerk."));
  gtk_widget_set_sensitive (self->sign_out, !self->busy && (safe || is_saved (self)));
  gtk_widget_set_sensitive (self->save, !self->busy);
}

static void
did_load (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSafetyPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ds_store_load_safety_finish (DS_STORE (source), result, &self->safety, &error))
    self->loaded = TRUE;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (self->session != NULL)
    show_safety (self);
}

static void
load (DsSafetyPage *self)
{
  ds_store_load_safety_async (get_store (self), self->cancellable, did_load, g_object_ref (self));
}

/* The self-check */

static void
did_check (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSafetyPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_store_check_finish (DS_STORE (source), result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        ds_page_say (GTK_WIDGET (self), error->message);
      return;
    }
  gtk_widget_set_sensitive (self->check, TRUE);
  show_health (self);
  if (ds_store_get_health (DS_STORE (source)) == DS_STORE_HEALTHY)
    ds_page_say (GTK_WIDGET (self), _ ("Checked: the journal and all amounts agree."));
}

static void
check_clicked (DsSafetyPage *self)
{
  gtk_widget_set_sensitive (self->check, FALSE);
  ds_store_check_async (get_store (self), TRUE, self->cancellable, did_check, g_object_ref (self));
}

/* Files */

static void
did_choose (DsSafetyPage *self, int response)
{
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr (GFile) file = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;
  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  switch (gtk_file_chooser_get_action (GTK_FILE_CHOOSER (chooser)))
    {
    case GTK_FILE_CHOOSER_ACTION_SAVE:
      ds_safety_page_save (self, file);
      break;
    case GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER:
      ds_safety_page_copy_to (self, file);
      break;
    case GTK_FILE_CHOOSER_ACTION_OPEN:
    default:
      ds_safety_page_bring (self, file);
    }
}

static void
choose (DsSafetyPage *self, GtkFileChooserAction action, const char *title, const char *accept)
{
  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                               action, accept, _ ("Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  if (action == GTK_FILE_CHOOSER_ACTION_SAVE)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), "doorstep.dsrescue");
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (did_choose), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
did_save (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSafetyPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 seq = ds_store_export_sealed_finish (DS_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->busy = FALSE;
  if (seq >= 0)
    {
      self->exported_seq = seq;
      self->head_unsent = ds_store_get_n_unsent (DS_STORE (source));
      ds_page_say (GTK_WIDGET (self), _ ("Saved. Only the depot can read it."));
    }
  else
    ds_page_say (GTK_WIDGET (self), error->message);
  load (self);
}

void
ds_safety_page_save (DsSafetyPage *self, GFile *file)
{
  g_return_if_fail (DS_IS_SAFETY_PAGE (self));

  if (!g_file_is_native (file))
    {
      ds_page_say (GTK_WIDGET (self), _ ("Choose a place on this handheld or on its card."));
      return;
    }
  self->busy = TRUE;
  show_safety (self);
  ds_store_export_sealed_async (get_store (self), file, self->cancellable, did_save, g_object_ref (self));
}

static void
save_clicked (DsSafetyPage *self)
{
  choose (self, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save an encrypted copy"), _ ("Save"));
}

void
ds_safety_page_copy_to (DsSafetyPage *self, GFile *folder)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (DS_IS_SAFETY_PAGE (self));

  if (folder != NULL && !g_file_is_native (folder))
    ds_page_say (GTK_WIDGET (self), _ ("Choose a place on this handheld or on its card."));
  else if (!ds_rescue_copy_set_folder (ds_session_get_rescue_copy (self->session), folder, &error))
    ds_page_say (GTK_WIDGET (self), error->message);
}

static void
copy_clicked (DsSafetyPage *self)
{
  choose (self, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("Choose the card"), _ ("Copy here"));
}

static void
stop_copy_clicked (DsSafetyPage *self)
{
  ds_safety_page_copy_to (self, NULL);
}

static void
did_bring (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSafetyPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  DsRescueReport report;

  if (ds_link_bring_rescue_finish (DS_LINK (source), result, &report, &error))
    {
      int n_new = (int)report.n_new;

      text = n_new > 0 ? g_strdup_printf (ngettext ("The depot has taken %d new record from the card.",
                                                    "The depot has taken %d new records from the card.",
                                                    (gulong)n_new),
                                          n_new)
                       : g_strdup (_ ("The depot had everything on this card already."));
      ds_page_say (GTK_WIDGET (self), text);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
  gtk_widget_set_sensitive (self->bring, TRUE);
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSafetyPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (bytes == NULL)
    {
      ds_page_say (GTK_WIDGET (self), _ ("The file cannot be read. Put the card in again."));
      gtk_widget_set_sensitive (self->bring, TRUE);
      return;
    }
  ds_link_bring_rescue_async (ds_session_get_link (self->session), bytes, self->cancellable, did_bring,
                              g_object_ref (self));
}

void
ds_safety_page_bring (DsSafetyPage *self, GFile *file)
{
  g_return_if_fail (DS_IS_SAFETY_PAGE (self));

  gtk_widget_set_sensitive (self->bring, FALSE);
  g_file_load_bytes_async (file, self->cancellable, did_read, g_object_ref (self));
}

static void
bring_clicked (DsSafetyPage *self)
{
  choose (self, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Another handheld's card"), _ ("Bring in"));
}

/* Signing out */

static void
did_sign_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSafetyPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ds_session_sign_out_finish (DS_SESSION (source), result, &error)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->session == NULL)
    return;
  self->busy = FALSE;
  ds_page_say (GTK_WIDGET (self), error->message);
  load (self);
}

static void
did_answer (AdwMessageDialog *dialog, const char *response, DsSafetyPage *self)
{
  if (g_strcmp0 (response, "sign-out") != 0)
    return;
  self->busy = TRUE;
  show_safety (self);
  ds_session_sign_out_async (self->session, is_saved (self) ? self->exported_seq : 0, did_sign_out,
                             g_object_ref (self));
}

static void
sign_out_clicked (DsSafetyPage *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Sign out of this handheld?"),
      _ ("Route, journal and key are removed from it. To work with it again it must be enrolled anew."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", _ ("Stay"), "sign-out",
                                    _ ("Sign out"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "sign-out",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  g_signal_connect_object (dialog, "response", G_CALLBACK (did_answer), self, 0);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}

/* Life */

static void
ds_safety_page_dispose (GObject *object)
{
  DsSafetyPage *self = DS_SAFETY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SAFETY_PAGE);

  G_OBJECT_CLASS (ds_safety_page_parent_class)->dispose (object);
}

static void
ds_safety_page_finalize (GObject *object)
{
  g_object_unref (DS_SAFETY_PAGE (object)->cancellable);

  G_OBJECT_CLASS (ds_safety_page_parent_class)->finalize (object);
}

static void
ds_safety_page_class_init (DsSafetyPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_safety_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_safety_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-safety-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, list);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, detail);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, check);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, copy);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, stop_copy);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, bring);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, blocked);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, save);
  gtk_widget_class_bind_template_child (widget_class, DsSafetyPage, sign_out);
  gtk_widget_class_bind_template_callback (widget_class, check_clicked);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked);
  gtk_widget_class_bind_template_callback (widget_class, stop_copy_clicked);
  gtk_widget_class_bind_template_callback (widget_class, bring_clicked);
  gtk_widget_class_bind_template_callback (widget_class, save_clicked);
  gtk_widget_class_bind_template_callback (widget_class, sign_out_clicked);
}

static DsInfoRow *
add_row (DsSafetyPage *self, const char *icon_name, const char *title)
{
  DsInfoRow *row = ds_info_row_new (icon_name, title, NULL);

  gtk_list_box_append (self->list, GTK_WIDGET (row));
  return row;
}

static void
ds_safety_page_init (DsSafetyPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->health = add_row (self, NULL, NULL);
  self->unsent = add_row (self, "document-send-symbolic", NULL);
  self->cases = add_row (self, "dialog-warning-symbolic", NULL);
  self->shift = add_row (self, "ds-cash-symbolic", NULL);
  self->rescue = add_row (self, "media-flash-symbolic", _ ("Rescue copy"));
}

DsSafetyPage *
ds_safety_page_new (DsSession *session)
{
  DsSafetyPage *self;
  DsRescueCopy *copy;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SAFETY_PAGE, NULL);
  self->session = g_object_ref (session);
  copy = ds_session_get_rescue_copy (session);
  g_signal_connect_object (get_store (self), "notify::n-unsent", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_store (self), "notify::shift", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_store (self), "notify::health", G_CALLBACK (show_health), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_worklist (session), "items-changed", G_CALLBACK (load), self,
                           G_CONNECT_SWAPPED);
  if (copy != NULL)
    g_signal_connect_object (copy, "notify::state", G_CALLBACK (show_rescue), self, G_CONNECT_SWAPPED);
  show_health (self);
  show_rescue (self);
  show_safety (self);
  load (self);
  return self;
}
