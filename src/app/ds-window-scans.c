/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is scanned goes to the page in front, and what no page wants to the door. */
#include "config.h"

#include "ds-window-private.h"

#include "ds-dialog.h"
#include "ds-feedback.h"
#include "ds-stop-page.h"

#include <glib/gi18n.h>

/* A scan that no page wanted. */
typedef struct
{
  DsWindow *window;
  char *text;
} StrayScan;

static void
stray_scan_free (StrayScan *self)
{
  g_object_unref (self->window);
  g_free (self->text);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StrayScan, stray_scan_free)

static void
show_answer (DsWindow *self, const DsAnswer *answer, const char *text)
{
  GtkWidget *dialog;

  if (answer->kind == DS_ANSWER_PARCEL)
    {
      ds_window_take_parcel (self, answer->stop, text);
      return;
    }
  if (answer->stop != NULL && answer->kind != DS_ANSWER_REFUSED && answer->kind != DS_ANSWER_FOREIGN)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", answer->stop->id);
      if (answer->kind != DS_ANSWER_PARCEL)
        ds_window_say (self, answer->title);
      return;
    }

  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), answer->title, answer->text);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("OK"));
  ds_dialog_tell (ADW_MESSAGE_DIALOG (dialog));
}

static void
did_scan (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (StrayScan) scan = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAnswer) answer = ds_door_scan_finish (DS_DOOR (source), result, &error);

  if (answer != NULL && ds_window_is_locked (scan->window))
    ds_window_say (scan->window, answer->text); /* after it is opened: it may name a customer */
  else if (answer != NULL)
    show_answer (scan->window, answer, scan->text);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_window_say (scan->window, error->message);
}

void
ds_window_take_scan (DsWindow *self, const char *text)
{
  DsPage *page;
  DsScanContext context = { 0 };
  StrayScan *stray;

  g_return_if_fail (DS_IS_WINDOW (self));
  g_return_if_fail (text != NULL);

  if (ds_window_is_locked (self))
    return;
  page = ds_navigator_get_page (self->navigator);
  if (page != NULL && ds_page_handle_scan (page, text))
    return;
  if (!ds_window_is_at_work (self))
    return;

  if (DS_IS_STOP_PAGE (page))
    context.stop_id = ds_stop_page_get_stop_id (DS_STOP_PAGE (page));
  stray = g_new0 (StrayScan, 1);
  stray->window = g_object_ref (self);
  stray->text = g_strdup (text);
  ds_door_scan_async (ds_session_get_door (self->session), &context, text, self->cancellable, did_scan,
                      stray);
}

static void
other_door_answered (DsStop *stop, const char *response, GtkWidget *dialog)
{
  if (g_strcmp0 (response, "open") == 0)
    gtk_widget_activate_action (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (dialog))),
                                "win.open-stop", "s", stop->id);
}

static void
forget_stop (gpointer stop, GClosure *closure)
{
  g_object_unref (stop);
}

static void
stop_the_courier (DsWindow *self, DsStop *stop)
{
  g_autofree char *text
      = g_strdup_printf (_ ("It belongs to stop %d, %s."), (int)stop->position, stop->address);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Not for this door"), text);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", _ ("Stay here"), "open",
                                    _ ("Open that stop"), NULL);
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
  g_signal_connect_data (dialog, "response", G_CALLBACK (other_door_answered), g_object_ref (stop),
                         forget_stop, G_CONNECT_SWAPPED);
  ds_dialog_tell (ADW_MESSAGE_DIALOG (dialog));
}

/* Returns: (transfer none) (nullable): the stop at whose door the courier is. A door that is settled is behind them. */
static DsStop *
find_door (DsWindow *self)
{
  GPtrArray *pages = ds_navigator_get_pages (self->navigator);

  for (guint i = pages->len; i > 0; i--)
    if (DS_IS_STOP_PAGE (g_ptr_array_index (pages, i - 1)))
      {
        DsStop *stop = ds_route_find (ds_session_get_route (self->session),
                                      ds_stop_page_get_stop_id (g_ptr_array_index (pages, i - 1)));

        return stop != NULL && !ds_stop_status_is_done (ds_stop_get_status (stop)) ? stop : NULL;
      }
  return NULL;
}

void
ds_window_take_parcel (DsWindow *self, DsStop *stop, const char *waybill)
{
  DsPage *page = ds_window_leave_scan_page (self);
  DsStop *door = find_door (self);

  if (door == NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", stop->id);
  else if (!g_str_equal (door->id, stop->id))
    stop_the_courier (self, stop);
  else if (!ds_session_check_parcel (self->session, waybill))
    ds_window_say (self, _ ("This parcel was checked already."));
  else if (!DS_IS_STOP_PAGE (page))
    ds_window_say (self, _ ("Checked: it belongs here."));
}
