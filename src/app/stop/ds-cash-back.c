/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-cash-back.h"

#include "ds-dialog.h"
#include "ds-format.h"
#include "ds-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* What the courier was asked about: for as long as the question stands, and then the journal needs. */
typedef struct
{
  gatomicrefcount count;
  GtkWidget *window;
  DsSession *session;
  char *stop_id;
  gint64 amount_fen;
} CashBack;

static CashBack *
cash_back_ref (CashBack *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

static void
cash_back_unref (CashBack *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  g_object_unref (self->window);
  g_object_unref (self->session);
  g_free (self->stop_id);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CashBack, cash_back_unref)

static void
closure_unref (gpointer data, GClosure *closure)
{
  cash_back_unref (data);
}

char *
ds_cash_back_describe (DsStop *stop)
{
  gint64 amount_fen = ds_stop_get_cash_back_fen (stop);
  g_autofree char *amount = ds_format_money (amount_fen);

  return amount_fen > 0 ? g_strdup_printf (_ ("Give %s back in cash"), amount) : NULL;
}

static void
did_give_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CashBack) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_give_back_finish (DS_DOOR (source), result, &error);
  g_autofree char *amount = ds_format_money (self->amount_fen);
  g_autofree char *text = g_strdup_printf (_ ("%s given back in cash. It is on record."), amount);

  if (gtk_widget_get_mapped (self->window))
    ds_page_say (self->window, stop != NULL ? text : error->message);
}

static void
did_answer (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  CashBack *self = user_data;

  if (g_strcmp0 (response, "give") == 0)
    /* Not cancelled when the page is left: the money changes hands. */
    ds_door_give_back_async (ds_session_get_door (self->session), self->stop_id, self->amount_fen, NULL,
                             did_give_back, cash_back_ref (self));
}

void
ds_cash_back_ask (GtkWidget *widget, DsSession *session, DsStop *stop)
{
  g_autofree char *amount = ds_format_money (ds_stop_get_cash_back_fen (stop));
  g_autofree char *heading = g_strdup_printf (_ ("Give %s back?"), amount);
  GtkWidget *dialog;
  CashBack *self;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (DS_IS_SESSION (session));
  g_return_if_fail (DS_IS_STOP (stop));

  self = g_new0 (CashBack, 1);
  g_atomic_ref_count_init (&self->count);
  /* What was clicked may go away with the news: the window stays. */
  self->window = g_object_ref (GTK_WIDGET (gtk_widget_get_root (widget)));
  self->session = g_object_ref (session);
  self->stop_id = g_strdup (stop->id);
  self->amount_fen = ds_stop_get_cash_back_fen (stop);
  dialog = adw_message_dialog_new (GTK_WINDOW (self->window), heading,
                                   _ ("Too much was taken here. Hand the customer this cash now: it goes on "
                                      "record as given back, and the depot does not give it back again."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "not-now", C_ ("answer", "Not now"), "give",
                                    _ ("Give back"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "not-now");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "not-now");
  g_signal_connect_data (dialog, "response", G_CALLBACK (did_answer), self, closure_unref, 0);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}
