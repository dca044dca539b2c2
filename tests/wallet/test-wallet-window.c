/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The customer's phone, driven by the words on it, against a bank over HTTPS. DS_PICTURES names a folder for pictures
 * of its screens. */
#include "config.h"

#include "bank-fixture.h"

#include "ds-decoder.h"
#include "ds-evidence.h"
#include "ds-qr.h"
#include "ds-test-window.h"
#include "ds-wallet-window.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  BankFixture *bank;
  char *directory;
  DsWallet *wallet;
  GtkWidget *window;
} PhoneWindow;

static gboolean
init (void)
{
  const char *sheets[] = { "style.css", "wallet.css", "style-dark.css" };
  gboolean dark = g_getenv ("DS_PICTURES_DARK") != NULL;

  if (!gtk_init_check ())
    return FALSE;
  adw_init ();
  ds_test_window_prepare ();
  if (dark)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/cn/doorstep/Wallet/icons");
  for (gsize i = 0; i < (dark ? 3 : 2); i++)
    {
      g_autofree char *path = g_strconcat ("/cn/doorstep/Wallet/", sheets[i], NULL);
      g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();

      gtk_css_provider_load_from_resource (css, path);
      gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + (guint)i);
    }
  return TRUE;
}

static void
phone_window_free (PhoneWindow *self)
{
  g_autoptr (GDir) directory = g_dir_open (self->directory, 0, NULL);
  const char *name;

  gtk_window_destroy (GTK_WINDOW (self->window));
  bank_fixture_settle (self->bank);
  g_assert_finalize_object (self->wallet);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->directory);
  g_free (self->directory);
  bank_fixture_free (self->bank);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PhoneWindow, phone_window_free)

static PhoneWindow *
phone_window_new (void)
{
  PhoneWindow *self = g_new0 (PhoneWindow, 1);
  g_autofree char *ca_path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  DsWalletDraft draft = { .operator_id = "003", .name = "李小华", .tier = 4, .balance_fen = 196000 };

  self->bank = bank_fixture_new_at (g_get_real_time () / 1000);
  self->directory = g_dir_make_tmp ("ds-phone-XXXXXX", NULL);
  ca_path = bank_fixture_get_ca_path (self->bank);
  draft.bank = ds_bank_server_get_address (self->bank->server);
  draft.ca_path = ca_path;
  ds_wallet_create_async (self->directory, &draft, DS_CLOCK (self->bank->clock), self->bank->random, NULL,
                          bank_fixture_did_answer, self->bank);
  while (self->bank->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&self->bank->result);
  self->wallet = ds_wallet_create_finish (result, &error);
  g_assert_no_error (error);

  self->window = GTK_WIDGET (ds_wallet_window_new (NULL, self->wallet));
  gtk_window_present (GTK_WINDOW (self->window));
  ds_test_wait_for_words (self->window, "Balance");
  return self;
}

static void
picture (PhoneWindow *self, const char *name)
{
  const char *folder = g_getenv ("DS_PICTURES");
  g_autofree char *path = folder ? g_strdup_printf ("%s/wallet-%s.png", folder, name) : NULL;

  if (path == NULL)
    return;
  ds_test_settle (self->window);
  ds_test_save_picture (self->window, path);
}

static char *
order (PhoneWindow *self, const char *payment_id, gint64 amount_fen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsOrderResult) result
      = bank_fixture_create (self->bank, self->bank->a, payment_id, amount_fen, &error);

  g_assert_no_error (error);
  return g_strdup (result->code);
}

static void
assert_order (PhoneWindow *self, const char *payment_id, DsOrderState state)
{
  g_autoptr (DsOrderResult) result = bank_fixture_query (self->bank, self->bank->a, payment_id);

  g_assert_cmpint (result->state, ==, state);
}

static void
paste_text (PhoneWindow *self, const char *text)
{
  ds_test_copy_text (self->window, text);
  ds_test_press (self->window, "Paste code");
}

/* Returns: (transfer full): what a camera reads from the window, as the handheld would. */
static char *
scan_window (PhoneWindow *self)
{
  g_autofree char *path = g_build_filename (self->directory, "window.png", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) symbols = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  ds_test_settle (self->window);
  ds_test_save_picture (self->window, path);
  g_file_get_contents (path, &contents, &n, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (g_steal_pointer (&contents), n);
  symbols = ds_decode_picture (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (symbols->len, ==, 1);
  return g_strdup (((DsSymbol *)g_ptr_array_index (symbols, 0))->text);
}

static void
test_pay (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *code = order (self, id, 28650);
  g_autofree char *path = g_build_filename (self->directory, "code.png", NULL);
  g_autoptr (DsQr) qr = ds_qr_new (code, DS_QR_LEVEL_M, NULL);
  g_autofree char *scanned = NULL;
  g_autoptr (DsEvidence) receipt = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ds_test_shows (self->window, "Practice · not real money"));
  g_assert_true (ds_test_shows (self->window, "李*华 · tier 4 wallet · Sandbox Bank A"));
  picture (self, "home");

  /* The handheld's code comes as a picture. */
  g_assert_true (ds_qr_save (qr, path, 6, &error));
  ds_test_copy_picture (self->window, path);
  ds_test_press (self->window, "Paste code");
  ds_test_wait_for_words (self->window, "Pay to 青鸟速递 · 望湖网点");
  g_assert_true (ds_test_shows (self->window, "286.50"));
  picture (self, "demand");

  ds_test_press (self->window, "Pay");
  ds_test_wait_for_words (self->window, "Receipt code: let the courier scan it");
  assert_order (self, id, DS_ORDER_PAID);
  picture (self, "receipt");
  scanned = scan_window (self);
  receipt = ds_evidence_parse_text (scanned, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (receipt->payment_id, ==, id);

  ds_test_press (self->window, "Done");
  ds_test_wait_for_words (self->window, "1,673.50");
}

static void
test_decline (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *code = order (self, id, 28650);

  paste_text (self, "https://qr.example/1");
  ds_test_wait_for_words (self->window, "no collection code");
  picture (self, "notice");
  paste_text (self, code);
  ds_test_wait_for_words (self->window, "Pay to 青鸟速递");
  ds_test_press (self->window, "Decline");
  ds_test_wait_for_words (self->window, "Balance");
  assert_order (self, id, DS_ORDER_OPEN);
}

static void
test_voucher (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *code = order (self, id, 28650);
  g_autofree char *scanned = NULL;
  g_autoptr (DsEvidence) voucher = NULL;
  g_autoptr (DsOrderResult) redeemed = NULL;
  g_autoptr (GError) error = NULL;

  ds_test_press (self->window, "Customer's phone has no network");
  g_assert_true (ds_wallet_get_offline (self->wallet));
  paste_text (self, code);
  ds_test_press (self->window, "Give voucher");
  ds_test_wait_for_words (self->window, "The money moves when the courier is online again");
  picture (self, "voucher");
  scanned = scan_window (self);
  voucher = ds_evidence_parse_text (scanned, &error);
  g_assert_no_error (error);
  redeemed = bank_fixture_redeem (self->bank, self->bank->a, voucher->bytes);
  g_assert_cmpint (redeemed->state, ==, DS_ORDER_PAID);

  ds_test_press (self->window, "Done");
  ds_test_wait_for_words (self->window, "¥286.50 promised in vouchers");
  ds_test_press (self->window, "Customer's phone has no network");
  ds_test_wait_for_words (self->window, "1,673.50");
}

static gboolean
knows_of_a_payment (gpointer wallet)
{
  g_autoptr (json_t) payments = ds_wallet_get_payments (wallet);

  return json_array_size (payments) > 0;
}

static void
test_payer_code (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (DsOrderResult) charged = NULL;
  g_autoptr (GError) error = NULL;

  ds_test_press (self->window, "Payer code");
  ds_test_wait_for_words (self->window, "A new code in");
  picture (self, "payer-code");
  first = scan_window (self);
  ds_manual_clock_advance_ms (self->bank->clock, 60000);
  ds_test_press (self->window, "Done");
  ds_test_wait_for_words (self->window, "Balance");
  ds_test_press (self->window, "Payer code");
  ds_test_wait_for_words (self->window, "A new code in");
  second = scan_window (self);
  g_assert_cmpstr (first, !=, second);

  charged = bank_fixture_charge (self->bank, self->bank->a, id, 28650, second, &error);
  g_assert_no_error (error);
  g_assert_cmpint (charged->state, ==, DS_ORDER_PAID);
  /* The phone hears of it by itself. */
  ds_test_wait_for_words (self->window, "Receipt code: let the courier scan it");
}

/* What an earlier code paid is told late: the code that the courier is about to scan stays where it is. */
static void
test_late_news (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *earlier = bank_fixture_new_id (self->bank);
  g_autofree char *now = bank_fixture_new_id (self->bank);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (DsOrderResult) charged_earlier = NULL;
  g_autoptr (DsOrderResult) charged_now = NULL;
  g_autoptr (GError) error = NULL;

  ds_test_press (self->window, "Customer's phone has no network");
  ds_test_press (self->window, "Payer code");
  ds_test_wait_for_words (self->window, "A new code in");
  first = scan_window (self);
  charged_earlier = bank_fixture_charge (self->bank, self->bank->a, earlier, 28650, first, &error);
  g_assert_no_error (error);
  ds_test_press (self->window, "Done");
  ds_test_wait_for_words (self->window, "1,960.00");

  ds_manual_clock_advance_ms (self->bank->clock, 60000);
  ds_test_press (self->window, "Payer code");
  ds_test_wait_for_words (self->window, "A new code in");
  /* Out of the lift. */
  g_assert_true (ds_wallet_set_offline (self->wallet, FALSE, &error));
  ds_test_wait (knows_of_a_payment, self->wallet, "the phone to hear of the earlier payment");
  second = scan_window (self);
  charged_now = bank_fixture_charge (self->bank, self->bank->a, now, 12300, second, &error);
  g_assert_no_error (error);
  g_assert_cmpint (charged_now->state, ==, DS_ORDER_PAID);
  ds_test_wait_for_words (self->window, "Receipt code: let the courier scan it");
  g_assert_true (ds_test_shows (self->window, "123.00"));
}

/* The courier scanned the payer code, and the bank wants the customer's word. */
static void
test_confirm (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *payer_code = NULL;
  g_autoptr (DsOrderResult) charged = NULL;
  g_autofree char *refused = bank_fixture_new_id (self->bank);
  g_autofree char *code = order (self, refused, 100);
  gint64 expires_at_ms;

  bank_fixture_set_faults (self->bank, "{\"confirm_above_fen\": 0}");
  payer_code = ds_wallet_make_payer_code (self->wallet, &expires_at_ms);
  charged = bank_fixture_charge (self->bank, self->bank->a, id, 28650, payer_code, NULL);
  g_assert_cmpint (charged->state, ==, DS_ORDER_WAITING);
  ds_test_wait_for_words (self->window, "Pay to 青鸟速递 · 望湖网点?");
  picture (self, "pending");
  ds_test_press (self->window, "Confirm");
  ds_test_wait_for_words (self->window, "Receipt code: let the courier scan it");
  assert_order (self, id, DS_ORDER_PAID);
  ds_test_press (self->window, "Done");

  paste_text (self, code);
  ds_test_press (self->window, "Pay");
  ds_test_press (self->window, "Refuse");
  ds_test_wait_for_words (self->window, "the customer declined");
  picture (self, "not-paid");
  assert_order (self, refused, DS_ORDER_DECLINED);
}

static gboolean
line_is_cut (gpointer bank)
{
  return ds_bank_get_line_cut (bank);
}

static gboolean
answers_are_slow (gpointer bank)
{
  return ds_bank_get_faults (bank)->slow_ms > 0;
}

static gboolean
answers_get_lost (gpointer bank)
{
  return ds_bank_get_faults (bank)->lose_answers == 1 && ds_bank_get_faults (bank)->slow_ms == 0;
}

static gboolean
money_comes_late (gpointer bank)
{
  return ds_bank_get_faults (bank)->late_ms == 180000;
}

static void
test_trouble (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *code = order (self, id, 28650);
  AdwComboRow *result;

  ds_test_press (self->window, "Cut the depot's line");
  ds_test_wait (line_is_cut, self->bank->bank, "the line to be cut");
  result = ADW_COMBO_ROW (ds_test_find (self->window, ADW_TYPE_COMBO_ROW, "Payment result"));
  adw_combo_row_set_selected (result, 2);
  ds_test_wait (answers_are_slow, self->bank->bank, "the bank to be slow");
  ds_test_wait_for_words (self->window, "8 seconds longer");
  adw_combo_row_set_selected (result, 3);
  ds_test_wait (answers_get_lost, self->bank->bank, "an answer to get lost");
  ds_test_wait_for_words (self->window, "is lost");
  adw_combo_row_set_selected (result, 4);
  ds_test_wait (money_comes_late, self->bank->bank, "the money to come late");

  paste_text (self, code);
  ds_test_wait_for_words (self->window, "Pay to");
  picture (self, "trouble");
  ds_test_press (self->window, "Pay");
  ds_test_wait_for_words (self->window, "On its way");
  picture (self, "on-its-way");
  assert_order (self, id, DS_ORDER_WAITING);
  ds_manual_clock_advance_ms (self->bank->clock, 180000);
  ds_test_wait_for_words (self->window, "Receipt code: let the courier scan it");
}

/* The bank is gone: the phone says so, and goes on when it is back. */
static void
test_silent_bank (void)
{
  g_autoptr (PhoneWindow) self = phone_window_new ();
  g_autofree char *id = bank_fixture_new_id (self->bank);
  g_autofree char *code = order (self, id, 28650);

  paste_text (self, code);
  ds_test_wait_for_words (self->window, "Pay to");
  bank_fixture_set_faults (self->bank, "{\"lose_wallet_answers\": 1000}");
  ds_test_press (self->window, "Pay");
  ds_test_wait_for_words (self->window, "The bank did not answer");
  picture (self, "silent-bank");
  bank_fixture_set_faults (self->bank, "{\"lose_wallet_answers\": 0}");
  ds_test_wait_for_words (self->window, "Receipt code: let the courier scan it");
}

int
main (int argc, char **argv)
{
  /* Directories are not isolated: icons and what loads them lie in the system's. The phones have their own. */
  g_test_init (&argc, &argv, NULL);
  if (!init ())
    return 77;
  g_test_add_func ("/wallet-window/pay", test_pay);
  g_test_add_func ("/wallet-window/decline", test_decline);
  g_test_add_func ("/wallet-window/voucher", test_voucher);
  g_test_add_func ("/wallet-window/payer-code", test_payer_code);
  g_test_add_func ("/wallet-window/late-news", test_late_news);
  g_test_add_func ("/wallet-window/confirm", test_confirm);
  g_test_add_func ("/wallet-window/trouble", test_trouble);
  g_test_add_func ("/wallet-window/silent-bank", test_silent_bank);
  return g_test_run ();
}
