/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file in the form of a GKeyFile, in which nothing is passed over. What cannot be meant is refused with the file, the
 * line and what to do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A number that nobody has given. */
#define DS_CONFIG_UNSET G_MININT

/**
 * DsConfigItem:
 * @kind: 't' a text, 'n' a number, 'b' true or false, 'w' one of some words
 * @value: char **, int *, gboolean *, char **. What is set already (not %NULL, not %DS_CONFIG_UNSET, %TRUE) stays: the
 *   command line is stronger than the file
 * @min, @max: of a number
 * @words: (nullable): separated by blanks
 */
typedef struct
{
  const char *group;
  const char *key;
  char kind;
  gpointer value;
  int min;
  int max;
  const char *words;
} DsConfigItem;

/* @items: ends with one that has no group. @error: %DS_ERROR_INVALID, or %DS_ERROR_STORAGE when it cannot be read. */
gboolean ds_config_file_load (const char *path, const DsConfigItem *items, GError **error);

G_END_DECLS
