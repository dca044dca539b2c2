/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-trouble-group.h"

#include <glib/gi18n.h>

/* As the names in the list say; the same order. */
enum
{
  RESULT_AT_ONCE,
  RESULT_CONFIRM,
  RESULT_SLOW,
  RESULT_LOST,
  RESULT_LATE,
};

#define SLOW_MS (8 * 1000)
#define LATE_MS (3 * 60 * 1000)

struct _DsTroubleGroup
{
  AdwPreferencesGroup parent;

  DsWallet *wallet;
  GCancellable *cancellable;
  /* The switches are being set to what is so; nothing is to be thrown. */
  gboolean following;
  gboolean asking;

  GtkSwitch *offline_switch;
  GtkSwitch *line_switch;
  AdwComboRow *result_row;
};

enum
{
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsTroubleGroup, ds_trouble_group, ADW_TYPE_PREFERENCES_GROUP)

static void
follow_wallet (DsTroubleGroup *self)
{
  self->following = TRUE;
  gtk_switch_set_active (self->offline_switch, ds_wallet_get_offline (self->wallet));
  self->following = FALSE;
}

/* What is being played, in words. */
static void
describe_result (DsTroubleGroup *self)
{
  static const char *const words[] = {
    [RESULT_AT_ONCE] = N_ ("The bank answers at once"),
    [RESULT_CONFIRM] = N_ ("The bank waits for the customer to confirm"),
    [RESULT_SLOW] = N_ ("Each answer of the bank takes 8 seconds longer"),
    [RESULT_LOST] = N_ ("The bank acts, and its next answer to the depot is lost"),
    [RESULT_LATE] = N_ ("The money arrives when nobody waits for it any more"),
  };
  guint chosen = adw_combo_row_get_selected (self->result_row);

  if (chosen < G_N_ELEMENTS (words))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->result_row), _ (words[chosen]));
}

static void
follow_faults (DsTroubleGroup *self, json_t *faults)
{
  const char *line = json_string_value (json_object_get (faults, "line"));
  gint64 late_ms = json_integer_value (json_object_get (faults, "late_ms"));
  gint64 confirm_above_fen = json_integer_value (json_object_get (faults, "confirm_above_fen"));
  gint64 slow_ms = json_integer_value (json_object_get (faults, "slow_ms"));
  gint64 lose_answers = json_integer_value (json_object_get (faults, "lose_answers"));

  self->following = TRUE;
  gtk_switch_set_active (self->line_switch, g_strcmp0 (line, "cut") == 0);
  adw_combo_row_set_selected (self->result_row, late_ms > 0              ? RESULT_LATE
                                                : lose_answers > 0       ? RESULT_LOST
                                                : slow_ms > 0            ? RESULT_SLOW
                                                : confirm_above_fen >= 0 ? RESULT_CONFIRM
                                                                         : RESULT_AT_ONCE);
  describe_result (self);
  self->following = FALSE;
}

static void
did_ask_faults (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsTroubleGroup) self = user_data;
  g_autoptr (json_t) faults = ds_wallet_set_faults_finish (DS_WALLET (source), result, NULL);

  self->asking = FALSE;
  /* Without an answer the switches stay as they are; the window says that the bank does not answer. */
  if (faults != NULL)
    follow_faults (self, faults);
}

static void
ask_faults (DsTroubleGroup *self)
{
  if (self->asking)
    return;
  self->asking = TRUE;
  ds_wallet_set_faults_async (self->wallet, NULL, self->cancellable, did_ask_faults, g_object_ref (self));
}

static void
did_set_faults (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsTroubleGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) faults = ds_wallet_set_faults_finish (DS_WALLET (source), result, &error);

  if (faults != NULL)
    follow_faults (self, faults);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_signal_emit (self, signals[PROBLEM], 0, error->message);
      ask_faults (self);
    }
}

/* @faults: (transfer full) */
static void
set_faults (DsTroubleGroup *self, json_t *faults)
{
  g_autoptr (json_t) wanted = faults;

  ds_wallet_set_faults_async (self->wallet, wanted, self->cancellable, did_set_faults, g_object_ref (self));
}

static void
did_switch_offline (DsTroubleGroup *self)
{
  g_autoptr (GError) error = NULL;

  if (self->following || self->wallet == NULL
      || ds_wallet_set_offline (self->wallet, gtk_switch_get_active (self->offline_switch), &error))
    return;
  g_signal_emit (self, signals[PROBLEM], 0, error->message);
  follow_wallet (self);
}

static void
did_switch_line (DsTroubleGroup *self)
{
  if (!self->following && self->wallet != NULL)
    set_faults (self,
                json_pack ("{s:s}", "line", gtk_switch_get_active (self->line_switch) ? "cut" : "restored"));
}

static void
did_choose_result (DsTroubleGroup *self)
{
  guint chosen = adw_combo_row_get_selected (self->result_row);

  if (!self->following && self->wallet != NULL)
    set_faults (self,
                json_pack ("{s:i, s:i, s:i, s:i}", "confirm_above_fen", chosen == RESULT_CONFIRM ? 0 : -1,
                           "late_ms", chosen == RESULT_LATE ? LATE_MS : 0, "slow_ms",
                           chosen == RESULT_SLOW ? SLOW_MS : 0, "lose_answers", chosen == RESULT_LOST));
}

static void
did_spend (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsTroubleGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payment = ds_wallet_payment_finish (DS_WALLET (source), result, &error);

  if (payment == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[PROBLEM], 0, error->message);
}

/* What a voucher promised is then not there when it is redeemed. */
static void
did_click_spend (DsTroubleGroup *self)
{
  gint64 balance_fen = self->wallet != NULL ? ds_wallet_get_balance_fen (self->wallet) : 0;

  if (balance_fen > 0)
    ds_wallet_spend_async (self->wallet, balance_fen, _ ("Corner shop"), self->cancellable, did_spend,
                           g_object_ref (self));
  else
    g_signal_emit (self, signals[PROBLEM], 0, _ ("There is nothing left to spend."));
}

static void
ds_trouble_group_dispose (GObject *object)
{
  DsTroubleGroup *self = DS_TROUBLE_GROUP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->wallet);

  G_OBJECT_CLASS (ds_trouble_group_parent_class)->dispose (object);
}

static void
ds_trouble_group_class_init (DsTroubleGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_trouble_group_dispose;

  signals[PROBLEM] = g_signal_new ("problem", DS_TYPE_TROUBLE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Wallet/ds-trouble-group.ui");
  gtk_widget_class_bind_template_child (widget_class, DsTroubleGroup, offline_switch);
  gtk_widget_class_bind_template_child (widget_class, DsTroubleGroup, line_switch);
  gtk_widget_class_bind_template_child (widget_class, DsTroubleGroup, result_row);
  gtk_widget_class_bind_template_callback (widget_class, did_switch_offline);
  gtk_widget_class_bind_template_callback (widget_class, did_switch_line);
  gtk_widget_class_bind_template_callback (widget_class, did_choose_result);
  gtk_widget_class_bind_template_callback (widget_class, did_click_spend);
}

static void
ds_trouble_group_init (DsTroubleGroup *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ds_trouble_group_set_wallet (DsTroubleGroup *self, DsWallet *wallet)
{
  g_return_if_fail (DS_IS_TROUBLE_GROUP (self));
  g_return_if_fail (self->wallet == NULL);

  self->wallet = g_object_ref (wallet);
  g_signal_connect_object (wallet, "changed", G_CALLBACK (follow_wallet), self, G_CONNECT_SWAPPED);
  follow_wallet (self);
  ask_faults (self);
}

void
ds_trouble_group_update (DsTroubleGroup *self)
{
  g_return_if_fail (DS_IS_TROUBLE_GROUP (self));

  if (self->wallet != NULL)
    ask_faults (self);
}
