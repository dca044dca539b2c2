/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-help.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#define FOLDER "/cn/doorstep/Doorstep/help/"

void
ds_help_topic_free (DsHelpTopic *self)
{
  g_free (self->name);
  g_free (self->title);
  g_free (self->text);
  g_free (self);
}

static DsHelpTopic *
new_topic (const char *heading)
{
  DsHelpTopic *topic = g_new0 (DsHelpTopic, 1);

  topic->name = g_strndup (heading + 1, strlen (heading) - 2);
  return topic;
}

static void
add_line (DsHelpTopic *topic, const char *line)
{
  if (topic->title == NULL)
    topic->title = g_strdup (line);
  else if (topic->text == NULL)
    topic->text = g_strdup (line);
  else
    {
      char *longer = g_strconcat (topic->text, "\n", line, NULL);

      g_free (topic->text);
      topic->text = longer;
    }
}

GPtrArray *
ds_help_parse (const char *text)
{
  GPtrArray *topics = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_help_topic_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '[' && g_str_has_suffix (lines[i], "]"))
        g_ptr_array_add (topics, new_topic (lines[i]));
      else if (lines[i][0] != '\0' && topics->len > 0)
        add_line (g_ptr_array_index (topics, topics->len - 1), lines[i]);
    }
  return topics;
}

GPtrArray *
ds_help_load (void)
{
  /* Translators: the help file of this language in src/app/help, without its ending */
  g_autofree char *path = g_strconcat (FOLDER, C_ ("help file", "en"), ".txt", NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  /* Resources end with a NUL. */
  return ds_help_parse (bytes != NULL ? g_bytes_get_data (bytes, NULL) : "");
}

void
ds_help_add_button (GtkWidget *page)
{
  GtkWidget *bar = gtk_widget_get_first_child (page);
  GtkWidget *button;

  if (!ADW_IS_HEADER_BAR (bar))
    return;
  button = gtk_button_new_from_icon_name ("help-about-symbolic");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.help");
  gtk_widget_set_tooltip_text (button, _ ("Help"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Help"), -1);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), button);
}
