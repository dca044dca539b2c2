/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of the commands about cash, daily files and exports: what they take beside what all commands take. */
#pragma once

#include <gio/gio.h>
#include <jansson.h>

G_BEGIN_DECLS

typedef struct
{
  char *clerk;
  char *count;
  char *reference;
  char *fee;
  char *operator_id;
  char *language;
  char *output;
  gboolean verify;
} DsBooksOptions;

void ds_books_options_clear (DsBooksOptions *self);

/* Returns: (transfer full): "--help-books" and the options, to be parsed into @self. */
GOptionGroup *ds_books_options_make_group (DsBooksOptions *self);

/**
 * ds_books_options_complete:
 * @arguments: (array zero-terminated=1): what stands behind the command's name
 * @request: gets arguments and options
 * @attachment: (out) (transfer full) (nullable): the daily file that is named
 */
gboolean ds_books_options_complete (const DsBooksOptions *self,
                                    char **arguments,
                                    json_t *request,
                                    GBytes **attachment,
                                    GError **error);

/* Prints an answer, or writes its file where it should be. %FALSE also when it says that the chain does not hold. */
gboolean ds_books_options_show (const DsBooksOptions *self, json_t *answer, GError **error);

G_END_DECLS
