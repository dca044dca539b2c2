/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program around the window. */
#include "config.h"

#include "ds-wallet-window.h"

static void
on_startup (GtkApplication *application, gpointer user_data)
{
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (css, "/cn/doorstep/Wallet/wallet.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

typedef struct
{
  DsWallet *wallet;
  const char *screen;
  const char *courier_screen;
} Phone;

static void
on_activate (GtkApplication *application, const Phone *phone)
{
  GtkWindow *window = gtk_application_get_active_window (application);

  if (window == NULL)
    window = GTK_WINDOW (ds_wallet_window_new (application, phone->wallet));
  if (phone->screen != NULL && phone->courier_screen != NULL)
    ds_wallet_window_share (DS_WALLET_WINDOW (window), phone->screen, phone->courier_screen);
  gtk_window_present (window);
}

gboolean
ds_wallet_window_run (DsWallet *wallet, const char *screen, const char *courier_screen)
{
  g_autoptr (AdwApplication) application = NULL;
  Phone phone = { wallet, screen, courier_screen };

  if (!gtk_init_check ())
    return FALSE;
  /* Each directory is another customer's phone: they run side by side. */
  application
      = g_object_new (ADW_TYPE_APPLICATION, "application-id", "cn.doorstep.Wallet", "resource-base-path",
                      "/cn/doorstep/Wallet", "flags", G_APPLICATION_NON_UNIQUE, NULL);
  g_signal_connect (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), &phone);
  g_application_run (G_APPLICATION (application), 0, NULL);
  return TRUE;
}
