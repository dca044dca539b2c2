/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help: a short text about each page, in files of their own beside the pages, one a language. */
#pragma once

#include "ds-page.h"

G_BEGIN_DECLS

/**
 * DsHelpTopic:
 * @name: of the page's class, without "Ds" and "Page": "Code"
 * @title: what the page is called
 * @text: paragraphs, one a line
 */
typedef struct
{
  char *name;
  char *title;
  char *text;
} DsHelpTopic;

void ds_help_topic_free (DsHelpTopic *self);

/**
 * ds_help_parse:
 * @text: topics: a line "[Name]" with the name of the page (see ds_page_get_name()), a line with the title, and
 *   paragraphs, each a line
 *
 * Returns: (transfer full) (element-type DsHelpTopic): in their order. Pure.
 */
GPtrArray *ds_help_parse (const char *text);

/* Returns: (transfer full) (element-type DsHelpTopic): the help in the window's language. */
GPtrArray *ds_help_load (void);

/* Puts a button for `win.help` at the end of the header bar that @page begins with, if it does. */
void ds_help_add_button (GtkWidget *page);

G_END_DECLS
