/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-case-row.h"

#include "ds-cash-back.h"
#include "ds-dialog.h"
#include "ds-format.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-state-label.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

typedef enum
{
  STEP_NONE,
  STEP_CHECK,   /* ask the depot about the payment again */
  STEP_COLLECT, /* collect at the stop again */
  STEP_ANSWER,  /* the depot refused an entry: the courier decides what becomes of it */
  STEP_GIVE,    /* give cash back */
  STEP_LOOK,    /* the stop says what there is to do */
} NextStep;

struct _DsCaseRow
{
  GtkListBoxRow parent;

  DsSession *session;
  DsCase *item;
  NextStep step;
  GCancellable *cancellable;

  DsStateLabel *state;
  GtkLabel *amount;
  GtkLabel *text;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (DsCaseRow, ds_case_row, GTK_TYPE_LIST_BOX_ROW)

/* The problem is that too much was taken, and some of it in cash. */
static gboolean
can_give_back (const DsProblem *problem)
{
  static const char *const kinds[] = { "refund", "repriced", "paid-elsewhere", NULL };

  return problem->stop != NULL && g_strv_contains (kinds, problem->kind)
         && ds_stop_get_cash_back_fen (problem->stop) > 0;
}

static NextStep
choose_step (const DsProblem *problem)
{
  if (g_strcmp0 (problem->kind, "unknown") == 0 && problem->payment != NULL)
    return STEP_CHECK;
  if ((g_strcmp0 (problem->kind, "rejected") == 0 || g_strcmp0 (problem->kind, "given-back-twice") == 0)
      && problem->stop != NULL)
    return STEP_COLLECT;
  if (can_give_back (problem))
    return STEP_GIVE;
  if (g_strcmp0 (problem->kind, "quarantined") == 0)
    return STEP_ANSWER;
  return problem->stop != NULL ? STEP_LOOK : STEP_NONE;
}

static const char *
get_step_label (const DsProblem *problem, NextStep step)
{
  switch (step)
    {
    case STEP_CHECK:
      return _ ("Check now");
    case STEP_COLLECT:
      return _ ("Collect again");
    case STEP_ANSWER:
      return _ ("Settle…");
    case STEP_GIVE:
      return _ ("Give back…");
    case STEP_LOOK:
      return g_strcmp0 (problem->kind, "refund") == 0 ? _ ("View refund") : _ ("View stop");
    case STEP_NONE:
    default:
      return "";
    }
}

/* Who, what the depot or the operator said, and what it means, each where there is one. */
static char *
describe (const DsProblem *problem)
{
  g_autofree char *name = problem->stop != NULL ? ds_mask_name (problem->stop->recipient) : NULL;
  /* A payment's text is the bank's; others are the depot's. */
  g_autofree char *said
      = problem->text == NULL || *problem->text == '\0' ? NULL
        : problem->payment != NULL && g_strcmp0 (problem->text, problem->payment->reason) == 0
            ? ds_words_for_bank_reason (problem->text)
            : g_strdup (problem->text);
  g_autofree char *cash_back = NULL;
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (name != NULL)
    g_strv_builder_add (parts, name);
  if (said != NULL)
    g_strv_builder_add (parts, said);
  if (can_give_back (problem))
    {
      g_autofree char *amount = ds_format_money (ds_stop_get_cash_back_fen (problem->stop));

      cash_back = g_strdup_printf (_ ("Too much was taken: %s goes back in cash."), amount);
    }
  g_strv_builder_add (parts, cash_back != NULL ? cash_back : ds_words_for_problem_advice (problem->kind));
  list = g_strv_builder_end (parts);
  return g_strjoinv (" · ", list);
}

static void
did_query (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsCaseRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_query_finish (DS_DOOR (source), result, &error);

  gtk_widget_set_sensitive (GTK_WIDGET (self->button), TRUE);
  if (stop != NULL)
    ds_page_say (GTK_WIDGET (self), ds_door_get_online (DS_DOOR (source))
                                        ? _ ("Asked. The answer shows here by itself.")
                                        : _ ("Noted. It is asked as soon as the handheld is online."));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

static void
did_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsCaseRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stops = ds_store_append_finish (DS_STORE (source), result, &error);

  if (stops == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

/* Journals the courier's answer; the worklist shows what came of it. @data is (transfer full). */
static void
append_answer (DsCaseRow *self, const char *type, json_t *data)
{
  g_autoptr (json_t) answer
      = json_pack ("{s:s, s:o*}", "entry", ds_case_get_problem (self->item)->subject, "data", data);
  const DsDraft draft = { type, answer };

  ds_store_append_async (ds_session_get_store (self->session), &draft, 1, self->cancellable, did_answer,
                         g_object_ref (self));
}

/* The same payment in cash with the amount that it really was, without change. */
static void
correct (DsCaseRow *self, const char *text)
{
  const DsPayment *payment = ds_case_get_problem (self->item)->payment;
  g_autoptr (json_t) parcels = json_array ();
  g_autoptr (GError) error = NULL;
  gint64 amount_fen;

  if (!ds_money_parse (text, &amount_fen, &error) || amount_fen <= 0)
    {
      ds_page_say (GTK_WIDGET (self), _ ("Enter the amount in yuan, like 128.50."));
      return;
    }
  for (guint i = 0; payment->parcels != NULL && payment->parcels[i] != NULL; i++)
    json_array_append_new (parcels, json_string (payment->parcels[i]));
  append_answer (self, "entry.corrected",
                 json_pack ("{s:s, s:s, s:s, s:O, s:I, s:I, s:i}", "payment", payment->id, "shift",
                            payment->shift_id, "stop", payment->stop_id, "parcels", parcels, "amount_fen",
                            (json_int_t)amount_fen, "tendered_fen", (json_int_t)amount_fen, "change_fen", 0));
}

static void
did_choose_answer (AdwMessageDialog *dialog, const char *response, DsCaseRow *self)
{
  GtkWidget *field = adw_message_dialog_get_extra_child (dialog);

  if (g_strcmp0 (response, "retry") == 0)
    append_answer (self, "entry.retried", NULL);
  else if (g_strcmp0 (response, "escalate") == 0)
    append_answer (self, "entry.escalated", NULL);
  else if (g_strcmp0 (response, "correct") == 0)
    correct (self, gtk_editable_get_text (GTK_EDITABLE (field)));
}

static void
ask_for_answer (DsCaseRow *self, const DsProblem *problem)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                              _ ("The depot sent this entry back"), NULL);

  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog), "%s", problem->text ? problem->text : "");
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "close", C_ ("answer", "Not now"),
                                    "escalate", _ ("Hand to the clerk"), "retry", _ ("Send again"), NULL);
  if (problem->correctable)
    {
      GtkWidget *field = gtk_entry_new ();
      char amount[DS_MONEY_TEXT_SIZE];

      gtk_editable_set_text (GTK_EDITABLE (field), ds_money_format (problem->payment->amount_fen, amount));
      gtk_entry_set_input_purpose (GTK_ENTRY (field), GTK_INPUT_PURPOSE_NUMBER);
      gtk_accessible_update_property (GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Cash really taken, in yuan"), -1);
      adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), field);
      adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "correct", _ ("Correct the amount"));
    }
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "retry");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  g_signal_connect_object (dialog, "response", G_CALLBACK (did_choose_answer), self, 0);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}

static void
button_clicked (DsCaseRow *self)
{
  const DsProblem *problem = ds_case_get_problem (self->item);

  switch (self->step)
    {
    case STEP_CHECK:
      gtk_widget_set_sensitive (GTK_WIDGET (self->button), FALSE);
      ds_door_query_async (ds_session_get_door (self->session), problem->payment->id, self->cancellable,
                           did_query, g_object_ref (self));
      break;
    case STEP_COLLECT:
      gtk_widget_activate_action (GTK_WIDGET (self), "win.collect", "s", problem->stop->id);
      break;
    case STEP_ANSWER:
      ask_for_answer (self, problem);
      break;
    case STEP_GIVE:
      ds_cash_back_ask (GTK_WIDGET (self), self->session, problem->stop);
      break;
    case STEP_LOOK:
      gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", problem->stop->id);
      break;
    case STEP_NONE:
    default:
      break;
    }
}

static void
ds_case_row_dispose (GObject *object)
{
  DsCaseRow *self = DS_CASE_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->item);
  g_clear_object (&self->session);
  /* The parent class keeps a pointer of its own to the child: it must let go first. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DS_TYPE_CASE_ROW);

  G_OBJECT_CLASS (ds_case_row_parent_class)->dispose (object);
}

static void
ds_case_row_finalize (GObject *object)
{
  g_object_unref (DS_CASE_ROW (object)->cancellable);

  G_OBJECT_CLASS (ds_case_row_parent_class)->finalize (object);
}

static void
ds_case_row_class_init (DsCaseRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_case_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_case_row_finalize;

  g_type_ensure (DS_TYPE_STATE_LABEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-case-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DsCaseRow, state);
  gtk_widget_class_bind_template_child (widget_class, DsCaseRow, amount);
  gtk_widget_class_bind_template_child (widget_class, DsCaseRow, text);
  gtk_widget_class_bind_template_child (widget_class, DsCaseRow, button);
  gtk_widget_class_bind_template_callback (widget_class, button_clicked);
}

static void
ds_case_row_init (DsCaseRow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsCaseRow *
ds_case_row_new (DsSession *session, DsCase *item)
{
  DsCaseRow *self;
  const DsProblem *problem;
  DsWords words;
  const char *label;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_autofree char *row_name = NULL;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (DS_IS_CASE (item), NULL);

  self = g_object_new (DS_TYPE_CASE_ROW, NULL);
  self->session = g_object_ref (session);
  self->item = g_object_ref (item);
  problem = ds_case_get_problem (item);
  words = ds_words_for_problem (problem->kind);
  self->step = choose_step (problem);
  label = get_step_label (problem, self->step);
  text = describe (problem);
  row_name = g_strdup_printf ("%s, %s", words.text, text);

  ds_state_label_set (self->state, &words);
  ds_money_label_set (self->amount, problem->amount_fen);
  gtk_widget_set_visible (GTK_WIDGET (self->amount), problem->amount_fen != 0);
  gtk_label_set_text (self->text, text);
  gtk_button_set_label (self->button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->button), self->step != STEP_NONE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), problem->stop != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, row_name, -1);
  return self;
}

DsCase *
ds_case_row_get_case (DsCaseRow *self)
{
  g_return_val_if_fail (DS_IS_CASE_ROW (self), NULL);

  return self->item;
}
