/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-window.h"

#include "ds-code-view.h"
#include "ds-trouble-group.h"
#include "ds-wallet-label.h"
#include "ds-wallet-words.h"

#include "ds-error.h"
#include "ds-picture-source.h"
#include "ds-screen.h"
#include "ds-stop.h"

#include <glib/gi18n.h>

/* How often the phone asks its bank for news while it lies on the table. */
#define ASK_EVERY_S 2

/* Receipts offered in the menu. */
#define MAX_RECEIPTS 8

/**
 * Screen:
 * @SCREEN_HOME: balance, and what can be done
 * @SCREEN_DEMAND: a collection code was read
 * @SCREEN_PENDING: the bank waits for the customer's word
 * @SCREEN_SAID: how it ended, or that it has not
 * @SCREEN_PAYER_CODE, @SCREEN_VOUCHER, @SCREEN_RECEIPT: a code is shown
 */
typedef enum
{
  SCREEN_HOME,
  SCREEN_DEMAND,
  SCREEN_PENDING,
  SCREEN_SAID,
  SCREEN_PAYER_CODE,
  SCREEN_VOUCHER,
  SCREEN_RECEIPT,
} Screen;

struct _DsWalletWindow
{
  AdwApplicationWindow parent;

  DsWallet *wallet;
  GCancellable *cancellable;
  Screen screen;
  DsWalletDemand *demand;   /* on its screen */
  char *payment_id;         /* what SCREEN_PENDING and SCREEN_SAID are about */
  GHashTable *shown_codes;  /* (element-type utf8): the payer codes shown since that screen was opened */
  GHashTable *known_states; /* (element-type utf8 utf8): by payment id, what the window has reacted to */
  gint64 code_expires_at_ms;
  guint ask_source;
  guint tick_source;
  gboolean asking;
  gboolean bank_is_silent;
  gboolean busy; /* the customer's own request is under way */

  DsScreen *shared;     /* (nullable): this window, for the courier to look at */
  char *courier_screen; /* (nullable): where the courier's is */

  GtkRevealer *notice_revealer;
  GtkLabel *notice;
  GtkListBox *receipts;
  GtkStack *pages;
  GtkStack *top;
  GtkStack *foot;
  GtkLabel *balance;
  GtkLabel *owner;
  GtkLabel *promised;
  GtkLabel *payee;
  GtkLabel *amount;
  GtkLabel *payer;
  GtkLabel *pending_payee;
  GtkLabel *pending_amount;
  GtkImage *said_icon;
  GtkLabel *said_word;
  GtkLabel *said_text;
  GtkLabel *hint;
  GtkButton *read_button;
  GtkButton *pay_button;
  DsTroubleGroup *trouble;
  DsCodeView *code_view;
};

G_DEFINE_FINAL_TYPE (DsWalletWindow, ds_wallet_window, ADW_TYPE_APPLICATION_WINDOW)

/* Screens */

static void
show_notice (DsWalletWindow *self, const char *words)
{
  gtk_label_set_label (self->notice, words ? words : "");
  gtk_revealer_set_reveal_child (self->notice_revealer, words != NULL);
}

static void
show_screen (DsWalletWindow *self, Screen screen)
{
  static const char *const names[] = {
    [SCREEN_HOME] = "home",
    [SCREEN_DEMAND] = "demand",
    [SCREEN_PENDING] = "pending",
    [SCREEN_SAID] = "said",
  };
  gboolean is_code = screen >= SCREEN_PAYER_CODE;

  self->screen = screen;
  show_notice (self, NULL);
  gtk_stack_set_visible_child_name (self->pages, is_code ? "code" : "phone");
  if (is_code)
    return;
  gtk_stack_set_visible_child_name (self->top, names[screen]);
  gtk_stack_set_visible_child_name (self->foot, names[screen]);
}

static void
update_wallet (DsWalletWindow *self)
{
  g_autofree char *name = ds_mask_name (ds_wallet_get_name (self->wallet));
  gint64 red_packet_fen = ds_wallet_get_red_packet_fen (self->wallet);
  gint64 promised_fen = ds_wallet_get_promised_fen (self->wallet);
  g_autofree char *red_packet = ds_wallet_format_yuan (red_packet_fen);
  g_autofree char *promised = ds_wallet_format_yuan (promised_fen);
  g_autofree char *balance = ds_wallet_format_yuan (ds_wallet_get_balance_fen (self->wallet));
  g_autofree char *owner
      = g_strdup_printf (_ ("%s · tier %u wallet · %s"), name, ds_wallet_get_tier (self->wallet),
                         ds_wallet_get_operator_name (self->wallet));
  g_autofree char *payer = g_strdup_printf (_ ("%s · tier %u wallet · balance %s"), name,
                                            ds_wallet_get_tier (self->wallet), balance);
  g_autoptr (GString) besides = g_string_new (NULL);

  if (red_packet_fen > 0)
    g_string_append_printf (besides, _ ("and red packets of %s"), red_packet);
  if (promised_fen > 0)
    g_string_append_printf (besides, _ ("%s%s promised in vouchers"), besides->len > 0 ? " · " : "",
                            promised);

  ds_wallet_label_set_amount (self->balance, ds_wallet_get_balance_fen (self->wallet));
  gtk_label_set_label (self->owner, owner);
  gtk_label_set_label (self->payer, payer);
  gtk_label_set_label (self->promised, besides->str);
  gtk_widget_set_visible (GTK_WIDGET (self->promised), besides->len > 0);
  if (!self->busy)
    gtk_button_set_label (self->pay_button,
                          ds_wallet_get_offline (self->wallet) ? _ ("Give voucher") : _ ("Pay"));
}

static void
set_busy (DsWalletWindow *self, gboolean busy)
{
  self->busy = busy;
  gtk_widget_set_sensitive (GTK_WIDGET (self->foot), !busy);
  if (busy)
    gtk_button_set_label (self->pay_button, _ ("Paying…"));
  else
    update_wallet (self);
}

static const char *
get_text (json_t *payment, const char *name)
{
  return json_string_value (json_object_get (payment, name));
}

static gint64
get_fen (json_t *payment)
{
  return json_integer_value (json_object_get (payment, "amount_fen"));
}

/* For a courier who cannot scan: the digits come from the merchant, a moment after the payment. */
static void
show_receipt_note (DsWalletWindow *self, json_t *payment)
{
  const char *spoken = get_text (payment, "spoken");
  g_autofree char *note = NULL;

  if (spoken != NULL)
    note = g_strdup_printf (_ ("Let the courier scan it, or say this to the courier: %s"), spoken);
  ds_code_view_set_note (self->code_view, note ? note : _ ("Receipt code: let the courier scan it"));
}

static void
show_receipt (DsWalletWindow *self, json_t *payment)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *receipt = ds_wallet_get_receipt (self->wallet, get_text (payment, "payment"), &error);

  if (receipt == NULL
      || !ds_code_view_show (self->code_view, C_ ("payer", "Paid"), get_fen (payment),
                             get_text (payment, "payee_name"), receipt, &error))
    {
      show_notice (self, error->message);
      return;
    }
  g_free (self->payment_id);
  self->payment_id = g_strdup (get_text (payment, "payment"));
  show_receipt_note (self, payment);
  show_screen (self, SCREEN_RECEIPT);
}

static void
show_pending (DsWalletWindow *self, json_t *payment)
{
  g_autofree char *payee = g_strdup_printf (_ ("Pay to %s?"), get_text (payment, "payee_name"));

  g_free (self->payment_id);
  self->payment_id = g_strdup (get_text (payment, "payment"));
  gtk_label_set_label (self->pending_payee, payee);
  ds_wallet_label_set_amount (self->pending_amount, get_fen (payment));
  show_screen (self, SCREEN_PENDING);
}

static void
show_said (DsWalletWindow *self, json_t *payment)
{
  gboolean under_way = g_strcmp0 (get_text (payment, "state"), "processing") == 0;
  g_autofree char *words = ds_wallet_describe_payment (payment);

  g_free (self->payment_id);
  self->payment_id = g_strdup (get_text (payment, "payment"));
  gtk_image_set_from_icon_name (self->said_icon, under_way ? "ds-waiting-symbolic" : "ds-failed-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->said_icon), under_way ? "failed" : "waiting");
  gtk_widget_add_css_class (GTK_WIDGET (self->said_icon), under_way ? "waiting" : "failed");
  gtk_label_set_label (self->said_word, under_way ? _ ("On its way") : C_ ("payer", "Not paid"));
  gtk_label_set_label (self->said_text, words);
  show_screen (self, SCREEN_SAID);
}

static void
show_payment (DsWalletWindow *self, json_t *payment)
{
  const char *state = get_text (payment, "state");

  if (g_strcmp0 (state, "paid") == 0)
    show_receipt (self, payment);
  else if (g_strcmp0 (state, "waiting") == 0)
    show_pending (self, payment);
  else
    show_said (self, payment);
}

/* Payer code */

static void
show_payer_code (DsWalletWindow *self)
{
  g_autofree char *code = ds_wallet_make_payer_code (self->wallet, &self->code_expires_at_ms);
  g_autoptr (GError) error = NULL;

  if (!ds_code_view_show (self->code_view, _ ("Payer code"), 0, NULL, code, &error))
    {
      show_notice (self, error->message);
      return;
    }
  g_hash_table_add (self->shown_codes, g_steal_pointer (&code));
  show_screen (self, SCREEN_PAYER_CODE);
}

/* In groups of four, as people read such numbers out. */
static char *
group_digits (const char *digits)
{
  GString *grouped = g_string_new (NULL);

  for (gsize i = 0; digits[i] != '\0'; i++)
    g_string_append_printf (grouped, "%s%c", i > 0 && i % 4 == 0 ? " " : "", digits[i]);
  return g_string_free (grouped, FALSE);
}

static void
update_payer_code (DsWalletWindow *self)
{
  gint64 now_ms = ds_clock_get_wall_ms (ds_wallet_get_clock (self->wallet));
  gint64 left_ms;
  g_autofree char *digits = NULL;
  g_autofree char *note = NULL;

  if (self->screen != SCREEN_PAYER_CODE)
    return;
  if (now_ms >= self->code_expires_at_ms)
    show_payer_code (self);
  left_ms = self->code_expires_at_ms - now_ms;
  digits = group_digits (ds_code_view_get_text (self->code_view));
  note = g_strdup_printf (_ ("%s\nA new code in %d s"), digits, (int)((left_ms + 999) / 1000));
  ds_code_view_set_note (self->code_view, note);
}

static gboolean
on_tick (gpointer user_data)
{
  update_payer_code (user_data);
  return G_SOURCE_CONTINUE;
}

/* News */

/* Whether one of the codes that were on the screen since it was opened was charged: it changes every minute. */
static gboolean
is_by_shown_code (DsWalletWindow *self, json_t *payment)
{
  const char *payer_code = get_text (payment, "payer_code");

  return payer_code != NULL && g_hash_table_contains (self->shown_codes, payer_code);
}

/* While the customer is in the middle of something else, or the courier is scanning the phone, news waits in the list:
 * a code of another payment in the place of the one that is meant would be scanned for it. */
static gboolean
is_welcome (DsWalletWindow *self, json_t *payment)
{
  if (self->busy || self->screen == SCREEN_VOUCHER)
    return FALSE;
  if (self->screen == SCREEN_PAYER_CODE)
    return is_by_shown_code (self, payment);
  if (self->screen == SCREEN_RECEIPT)
    return g_strcmp0 (get_text (payment, "state"), "waiting") == 0;
  return self->screen != SCREEN_DEMAND
         || g_strcmp0 (self->demand->payment_id, get_text (payment, "payment")) == 0;
}

static gboolean
is_news (DsWalletWindow *self, json_t *payment)
{
  const char *known = g_hash_table_lookup (self->known_states, get_text (payment, "payment"));

  return g_strcmp0 (known, get_text (payment, "state")) != 0;
}

/* A courier stands before the customer: not when a shop is paid, nor when a voucher of earlier comes in. */
static gboolean
is_at_the_door (json_t *payment)
{
  const char *kind = get_text (payment, "kind");

  return g_strcmp0 (kind, "code") == 0 || g_strcmp0 (kind, "charge") == 0;
}

static void
note_payment (DsWalletWindow *self, json_t *payment)
{
  g_hash_table_replace (self->known_states, g_strdup (get_text (payment, "payment")),
                        g_strdup (get_text (payment, "state")));
}

static void
add_receipt_row (DsWalletWindow *self, json_t *payment)
{
  g_autofree char *yuan = ds_wallet_format_yuan (get_fen (payment));
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), yuan);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), get_text (payment, "payee_name"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_widget_set_name (row, get_text (payment, "payment"));
  gtk_list_box_append (self->receipts, row);
}

static void
update_receipts (DsWalletWindow *self, json_t *payments)
{
  GtkListBoxRow *row;
  json_t *payment;
  size_t i;
  guint n = 0;

  while ((row = gtk_list_box_get_row_at_index (self->receipts, 0)) != NULL)
    gtk_list_box_remove (self->receipts, GTK_WIDGET (row));
  json_array_foreach (payments, i, payment)
  {
    if (get_text (payment, "receipt") != NULL && n++ < MAX_RECEIPTS)
      add_receipt_row (self, payment);
  }
}

static gboolean
is_shown_receipt (DsWalletWindow *self, json_t *payment)
{
  return self->screen == SCREEN_RECEIPT && g_strcmp0 (get_text (payment, "payment"), self->payment_id) == 0;
}

static void
on_wallet_changed (DsWalletWindow *self)
{
  g_autoptr (json_t) payments = ds_wallet_get_payments (self->wallet);
  json_t *news = NULL;
  json_t *payment;
  size_t i;

  update_wallet (self);
  update_receipts (self, payments);
  json_array_foreach (payments, i, payment)
  {
    if (is_shown_receipt (self, payment))
      show_receipt_note (self, payment);
    if (!is_news (self, payment))
      continue;
    note_payment (self, payment);
    if (news == NULL && is_at_the_door (payment) && is_welcome (self, payment))
      news = payment;
  }
  if (news != NULL)
    show_payment (self, news);
}

static void
did_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsWalletWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  self->asking = FALSE;
  ds_wallet_refresh_finish (DS_WALLET (source), result, &error);
  if (g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK))
    show_notice (self, error->message);
  else if (self->bank_is_silent && error == NULL)
    show_notice (self, NULL);
  self->bank_is_silent = g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK);
}

static gboolean
ask_bank (gpointer user_data)
{
  DsWalletWindow *self = user_data;

  if (self->busy || self->asking)
    return G_SOURCE_CONTINUE;
  ds_trouble_group_update (self->trouble);
  self->asking = TRUE;
  ds_wallet_refresh_async (self->wallet, self->cancellable, did_ask, g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

/* Reading a collection code */

static void
take_code (DsWalletWindow *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  DsWalletDemand *demand = ds_wallet_read_code (self->wallet, text, &error);
  g_autofree char *payee = NULL;

  if (demand == NULL)
    {
      show_notice (self, error->message);
      return;
    }
  g_clear_pointer (&self->demand, ds_wallet_demand_free);
  self->demand = demand;
  payee = g_strdup_printf (_ ("Pay to %s"), demand->payee_name);
  gtk_label_set_label (self->payee, payee);
  ds_wallet_label_set_amount (self->amount, demand->amount_fen);
  show_screen (self, SCREEN_DEMAND);
  gtk_widget_grab_focus (GTK_WIDGET (self->pay_button));
}

static void
did_read_clipboard (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsWalletWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_picture_source_read_text_finish (result, &error);

  if (text != NULL)
    take_code (self, text);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_notice (self, error->message);
}

static void
paste (GtkWidget *widget, const char *action, GVariant *parameter)
{
  DsWalletWindow *self = DS_WALLET_WINDOW (widget);

  if (!self->busy)
    ds_picture_source_read_clipboard_async (gtk_widget_get_clipboard (widget), self->cancellable,
                                            did_read_clipboard, g_object_ref (self));
}

static void
look (GtkWidget *widget, const char *action, GVariant *parameter)
{
  DsWalletWindow *self = DS_WALLET_WINDOW (widget);

  if (!self->busy && self->courier_screen != NULL)
    ds_picture_source_read_screen_async (self->courier_screen, self->cancellable, did_read_clipboard,
                                         g_object_ref (self));
}

static void
read_file (DsWalletWindow *self, GFile *file)
{
  ds_picture_source_read_file_async (file, self->cancellable, did_read_clipboard, g_object_ref (self));
}

static void
did_choose_file (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autoptr (DsWalletWindow) self = user_data;
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (file != NULL)
    read_file (self, file);
  g_object_unref (dialog);
}

static void
open_picture (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Picture of the collection code"), GTK_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_autoptr (GtkFileFilter) pictures = gtk_file_filter_new ();

  gtk_file_filter_set_name (pictures, _ ("Pictures"));
  gtk_file_filter_add_pixbuf_formats (pictures);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), pictures);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (did_choose_file), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static gboolean
did_drop (DsWalletWindow *self, const GValue *value)
{
  if (self->busy)
    return FALSE;
  read_file (self, g_value_get_object (value));
  return TRUE;
}

/* Buttons */

static void
did_pay (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsWalletWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) payment = ds_wallet_payment_finish (DS_WALLET (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, FALSE);
  if (payment != NULL)
    show_payment (self, payment);
  else
    show_notice (self, error->message);
}

static void
give_voucher (DsWalletWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *voucher = ds_wallet_make_voucher (self->wallet, self->demand, NULL, &error);

  if (voucher == NULL
      || !ds_code_view_show (self->code_view, _ ("Voucher"), self->demand->amount_fen,
                             self->demand->payee_name, voucher, &error))
    {
      show_notice (self, error->message);
      return;
    }
  ds_code_view_set_note (self->code_view,
                         _ ("Let the courier scan it. The money moves when the courier is online again"));
  show_screen (self, SCREEN_VOUCHER);
}

static void
did_click_pay (DsWalletWindow *self)
{
  if (ds_wallet_get_offline (self->wallet))
    {
      give_voucher (self);
      return;
    }
  set_busy (self, TRUE);
  ds_wallet_pay_async (self->wallet, self->demand, self->cancellable, did_pay, g_object_ref (self));
}

static void
answer_pending (DsWalletWindow *self, gboolean accept)
{
  set_busy (self, TRUE);
  ds_wallet_confirm_async (self->wallet, self->payment_id, accept, self->cancellable, did_pay,
                           g_object_ref (self));
}

static void
did_click_confirm (DsWalletWindow *self)
{
  answer_pending (self, TRUE);
}

static void
did_click_refuse (DsWalletWindow *self)
{
  answer_pending (self, FALSE);
}

/* Nobody hears of a code that was read and put away. */
static void
go_home (DsWalletWindow *self)
{
  g_clear_pointer (&self->demand, ds_wallet_demand_free);
  show_screen (self, SCREEN_HOME);
}

static void
did_activate_receipt (DsWalletWindow *self, GtkListBoxRow *row)
{
  g_autoptr (json_t) payment = ds_wallet_find_payment (self->wallet, gtk_widget_get_name (GTK_WIDGET (row)));
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (row), GTK_TYPE_POPOVER);

  gtk_popover_popdown (GTK_POPOVER (popover));
  if (payment != NULL)
    show_receipt (self, payment);
}

static void
payer_code (GtkWidget *widget, const char *action, GVariant *parameter)
{
  DsWalletWindow *self = DS_WALLET_WINDOW (widget);

  if (self->busy)
    return;
  g_hash_table_remove_all (self->shown_codes);
  show_payer_code (self);
  update_payer_code (self);
}

static void
go_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  DsWalletWindow *self = DS_WALLET_WINDOW (widget);

  /* What waits for the customer's word is not left without one. */
  if (!self->busy && self->screen != SCREEN_PENDING)
    go_home (self);
}

/* The object */

static void
ds_wallet_window_dispose (GObject *object)
{
  DsWalletWindow *self = DS_WALLET_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->ask_source, g_source_remove);
  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->shared);
  g_clear_pointer (&self->courier_screen, g_free);
  g_clear_object (&self->wallet);
  g_clear_pointer (&self->demand, ds_wallet_demand_free);
  g_clear_pointer (&self->payment_id, g_free);
  g_clear_pointer (&self->shown_codes, g_hash_table_unref);
  g_clear_pointer (&self->known_states, g_hash_table_unref);

  G_OBJECT_CLASS (ds_wallet_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, notice);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, receipts);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, top);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, foot);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, balance);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, owner);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, promised);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, payee);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, amount);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, payer);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, pending_payee);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, pending_amount);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, said_icon);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, said_word);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, said_text);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, hint);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, read_button);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, pay_button);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, trouble);
  gtk_widget_class_bind_template_child (widget_class, DsWalletWindow, code_view);
}

static void
ds_wallet_window_class_init (DsWalletWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_wallet_window_dispose;

  g_type_ensure (DS_TYPE_CODE_VIEW);
  g_type_ensure (DS_TYPE_TROUBLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Wallet/ds-wallet-window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, did_click_pay);
  gtk_widget_class_bind_template_callback (widget_class, did_click_confirm);
  gtk_widget_class_bind_template_callback (widget_class, did_click_refuse);
  gtk_widget_class_bind_template_callback (widget_class, did_activate_receipt);
  gtk_widget_class_bind_template_callback (widget_class, go_home);
  gtk_widget_class_bind_template_callback (widget_class, show_notice);

  gtk_widget_class_install_action (widget_class, "wallet.paste", NULL, paste);
  gtk_widget_class_install_action (widget_class, "wallet.look", NULL, look);
  gtk_widget_class_install_action (widget_class, "wallet.open", NULL, open_picture);
  gtk_widget_class_install_action (widget_class, "wallet.payer-code", NULL, payer_code);
  gtk_widget_class_install_action (widget_class, "wallet.back", NULL, go_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "wallet.paste", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_o, GDK_CONTROL_MASK, "wallet.open", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "wallet.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_q, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
ds_wallet_window_init (DsWalletWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);

  self->cancellable = g_cancellable_new ();
  self->shown_codes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->known_states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "devel");

  g_signal_connect_swapped (target, "drop", G_CALLBACK (did_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

DsWalletWindow *
ds_wallet_window_new (GtkApplication *application, DsWallet *wallet)
{
  DsWalletWindow *self;
  g_autoptr (json_t) payments = NULL;
  json_t *payment;
  size_t i;

  g_return_val_if_fail (DS_IS_WALLET (wallet), NULL);

  self = g_object_new (DS_TYPE_WALLET_WINDOW, "application", application, NULL);
  self->wallet = g_object_ref (wallet);
  payments = ds_wallet_get_payments (wallet);
  json_array_foreach (payments, i, payment) note_payment (self, payment);
  update_wallet (self);
  update_receipts (self, payments);
  ds_trouble_group_set_wallet (self->trouble, wallet);
  show_screen (self, SCREEN_HOME);

  g_signal_connect_object (wallet, "changed", G_CALLBACK (on_wallet_changed), self, G_CONNECT_SWAPPED);
  self->ask_source = g_timeout_add_seconds (ASK_EVERY_S, ask_bank, self);
  self->tick_source = g_timeout_add_seconds (1, on_tick, self);
  ask_bank (self);
  return self;
}

void
ds_wallet_window_share (DsWalletWindow *self, const char *screen, const char *courier_screen)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (DS_IS_WALLET_WINDOW (self));
  g_return_if_fail (screen != NULL && courier_screen != NULL);

  g_clear_object (&self->shared);
  self->shared = ds_screen_share (GTK_WIDGET (self), screen, &error);
  if (self->shared == NULL)
    show_notice (self, error->message);
  g_free (self->courier_screen);
  self->courier_screen = g_strdup (courier_screen);
  gtk_label_set_label (self->hint, _ ("Scan the code that the courier's handheld shows."));
  gtk_button_set_label (self->read_button, _ ("Scan the courier's code"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->read_button), "wallet.look");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->read_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Scan the courier's code"), -1);
}
