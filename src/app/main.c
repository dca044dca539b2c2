/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-appearance.h"
#include "ds-application.h"
#include "ds-preferences.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (DsApplication) application = NULL;

  g_autoptr (GSettings) preferences = ds_preferences_new ();

  setlocale (LC_ALL, "");
  ds_appearance_choose_language (preferences);
  bindtextdomain (DS_GETTEXT_PACKAGE, DS_LOCALE_DIR);
  bind_textdomain_codeset (DS_GETTEXT_PACKAGE, "UTF-8");
  textdomain (DS_GETTEXT_PACKAGE);

  application = ds_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
