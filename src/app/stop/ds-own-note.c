/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-own-note.h"

#include "ds-dialog.h"
#include "ds-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* As many letters as are read at a glance; the journal would take more. */
#define MAX_LETTERS 150

typedef struct
{
  GtkWidget *window;
  DsSession *session;
  char *stop_id;
  GtkEditable *field; /* lies in the dialog that has this */
} OwnNote;

static void
own_note_free (gpointer data, GClosure *closure)
{
  OwnNote *self = data;

  g_object_unref (self->window);
  g_object_unref (self->session);
  g_free (self->stop_id);
  g_free (self);
}

static void
did_note (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) window = user_data;
  g_autoptr (GError) error = NULL;

  /* Where it went well the page shows it. */
  if (!ds_door_note_finish (DS_DOOR (source), result, &error) && gtk_widget_get_mapped (window))
    ds_page_say (window, error->message);
}

static void
did_answer (OwnNote *self, const char *response)
{
  if (g_strcmp0 (response, "keep") == 0)
    ds_door_note_async (ds_session_get_door (self->session), self->stop_id,
                        gtk_editable_get_text (self->field), NULL, did_note, g_object_ref (self->window));
}

void
ds_own_note_ask (GtkWidget *widget, DsSession *session, DsStop *stop)
{
  GtkWidget *field;
  GtkWidget *dialog;
  OwnNote *self;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (DS_IS_SESSION (session));
  g_return_if_fail (DS_IS_STOP (stop));

  field = gtk_entry_new ();
  gtk_entry_set_max_length (GTK_ENTRY (field), MAX_LETTERS);
  gtk_entry_set_activates_default (GTK_ENTRY (field), TRUE);
  gtk_entry_set_placeholder_text (GTK_ENTRY (field), _ ("Dog in the yard, ring twice…"));
  gtk_editable_set_text (GTK_EDITABLE (field), stop->own_note != NULL ? stop->own_note : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Your note"), -1);

  self = g_new0 (OwnNote, 1);
  /* What was pressed may go away with the news: the window stays. */
  self->window = g_object_ref (GTK_WIDGET (gtk_widget_get_root (widget)));
  self->session = g_object_ref (session);
  self->stop_id = g_strdup (stop->id);
  self->field = GTK_EDITABLE (field);
  dialog
      = adw_message_dialog_new (GTK_WINDOW (self->window), _ ("Your note for this door"),
                                _ ("It stays with this stop, and the depot gets it with everything else."));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), field);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "not-now", C_ ("answer", "Not now"), "keep",
                                    _ ("Keep note"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "not-now");
  g_signal_connect_data (dialog, "response", G_CALLBACK (did_answer), self, own_note_free, G_CONNECT_SWAPPED);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
  gtk_widget_grab_focus (field);
}
