/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-dialog.h"

#include "ds-feedback.h"
#include "ds-press-guard.h"
#include "ds-wedge.h"

static void
refuse_scan (AdwMessageDialog *dialog)
{
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
}

static void
pass_scan_on (AdwMessageDialog *dialog, const char *text)
{
  g_autoptr (GtkWindow) window = g_object_ref (gtk_window_get_transient_for (GTK_WINDOW (dialog)));

  gtk_window_close (GTK_WINDOW (dialog));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.take-scan", "s", text);
}

#define EARS "ds-ears"

/* What listens at a dialog, for as long as that lives. */
typedef struct
{
  DsWedge *wedge;
  DsPressGuard *guard;
} Ears;

static void
ears_free (gpointer data)
{
  Ears *self = data;

  g_object_unref (self->wedge);
  g_object_unref (self->guard);
  g_free (self);
}

static void
did_map (Ears *ears)
{
  ds_press_guard_hold (ears->guard);
}

static void
show (AdwMessageDialog *dialog, GCallback did_scan)
{
  Ears *ears = g_new0 (Ears, 1);

  /* The last one hears first: a scan is known as such however soon it comes. */
  ears->guard = ds_press_guard_new (GTK_WIDGET (dialog));
  ears->wedge = ds_wedge_new (GTK_WIDGET (dialog));
  g_signal_connect_object (ears->wedge, "scanned", did_scan, dialog, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (dialog, "map", G_CALLBACK (did_map), ears);
  g_object_set_data_full (G_OBJECT (dialog), EARS, ears, ears_free);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
ds_dialog_ask (AdwMessageDialog *dialog)
{
  g_return_if_fail (ADW_IS_MESSAGE_DIALOG (dialog));

  show (dialog, G_CALLBACK (refuse_scan));
}

void
ds_dialog_tell (AdwMessageDialog *dialog)
{
  g_return_if_fail (ADW_IS_MESSAGE_DIALOG (dialog));
  g_return_if_fail (gtk_window_get_transient_for (GTK_WINDOW (dialog)) != NULL);

  show (dialog, G_CALLBACK (pass_scan_on));
}

gboolean
ds_dialog_take_scan (GtkWindow *window, const char *text)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  g_return_val_if_fail (GTK_IS_WINDOW (window), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  for (GList *at = windows; at != NULL; at = at->next)
    {
      Ears *ears = g_object_get_data (at->data, EARS);

      if (ears == NULL || gtk_window_get_transient_for (at->data) != window
          || !gtk_widget_get_visible (at->data))
        continue;
      g_signal_emit_by_name (ears->wedge, "scanned", text);
      return TRUE;
    }
  return FALSE;
}
