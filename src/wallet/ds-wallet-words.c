/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-words.h"

#include "ds-money.h"

#include <glib/gi18n.h>

char *
ds_wallet_format_yuan (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  return g_strconcat ("¥", ds_money_format_grouped (amount_fen, text), NULL);
}

static gint64
get_fen (json_t *payment, const char *name)
{
  return json_integer_value (json_object_get (payment, name));
}

char *
ds_wallet_describe_payment (json_t *payment)
{
  const char *state = json_string_value (json_object_get (payment, "state"));
  const char *payee = json_string_value (json_object_get (payment, "payee_name"));
  const char *reason = json_string_value (json_object_get (payment, "reason"));
  const char *spoken = json_string_value (json_object_get (payment, "spoken"));
  g_autofree char *yuan = ds_wallet_format_yuan (get_fen (payment, "amount_fen"));
  g_autofree char *red_packet = ds_wallet_format_yuan (get_fen (payment, "red_packet_fen"));
  g_autofree char *refunded = ds_wallet_format_yuan (get_fen (payment, "refunded_fen"));
  GString *words = g_string_new (NULL);

  if (g_strcmp0 (state, "paid") == 0)
    {
      g_string_append_printf (words, _ ("Paid %s to %s"), yuan, payee);
      if (get_fen (payment, "red_packet_fen") > 0)
        g_string_append_printf (words, _ (", %s of it from a red packet"), red_packet);
      if (get_fen (payment, "refunded_fen") > 0)
        g_string_append_printf (words, _ (", %s given back"), refunded);
      else if (spoken != NULL)
        g_string_append_printf (words, "\n%s %s", _ ("Say this to the courier:"), spoken);
    }
  else if (g_strcmp0 (state, "waiting") == 0)
    g_string_append_printf (words, _ ("Not paid yet: %s to %s waits for your confirmation"), yuan, payee);
  else if (g_strcmp0 (state, "processing") == 0)
    g_string_append_printf (words, _ ("Not paid yet: %s to %s is under way"), yuan, payee);
  else
    g_string_append_printf (words, _ ("Not paid: %s to %s, %s"), yuan, payee, reason ? reason : state);
  return g_string_free (words, FALSE);
}

char *
ds_wallet_describe_balance (DsWallet *wallet)
{
  g_autofree char *balance = ds_wallet_format_yuan (ds_wallet_get_balance_fen (wallet));
  g_autofree char *red_packet = ds_wallet_format_yuan (ds_wallet_get_red_packet_fen (wallet));
  g_autofree char *promised = ds_wallet_format_yuan (ds_wallet_get_promised_fen (wallet));
  GString *words = g_string_new (balance);

  if (ds_wallet_get_red_packet_fen (wallet) > 0)
    g_string_append_printf (words, _ (", red packets %s"), red_packet);
  if (ds_wallet_get_promised_fen (wallet) > 0)
    g_string_append_printf (words, _ (", %s of it promised in vouchers"), promised);
  return g_string_free (words, FALSE);
}
