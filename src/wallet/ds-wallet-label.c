/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-label.h"

#include "ds-money.h"

#include <string.h>

void
ds_wallet_label_set_amount (GtkLabel *label, gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];
  g_autofree char *markup = NULL;
  gsize n;

  g_return_if_fail (GTK_IS_LABEL (label));

  n = strlen (ds_money_format_grouped (amount_fen, text));
  markup = g_strdup_printf ("<span size=\"70%%\">¥</span>%s", text);
  gtk_label_set_markup (label, markup);
  gtk_widget_remove_css_class (GTK_WIDGET (label), "long");
  gtk_widget_remove_css_class (GTK_WIDGET (label), "longer");
  if (n > 9)
    gtk_widget_add_css_class (GTK_WIDGET (label), n > 12 ? "longer" : "long");
}
