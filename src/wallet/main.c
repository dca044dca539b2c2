/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wallet-cli.h"
#include "ds-wallet-window.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (DS_GETTEXT_PACKAGE, DS_LOCALE_DIR);
  bind_textdomain_codeset (DS_GETTEXT_PACKAGE, "UTF-8");
  textdomain (DS_GETTEXT_PACKAGE);

  return ds_wallet_cli_run (argc, argv, ds_wallet_window_run);
}
