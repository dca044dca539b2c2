/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labelled photographs of codes: which texts are in which picture. They lie outside the tree, where DS_SHARED_DATA
 * says. */
#pragma once

#include <gio/gio.h>

/**
 * Labels:
 * @folder: where the pictures are
 * @texts_of: picture → GPtrArray of texts
 * @known: every text in any picture: labels leave some out where several codes are in one
 * @n_expected: codes in all pictures
 */
typedef struct
{
  char *folder;
  GHashTable *texts_of;
  GHashTable *known;
  guint n_expected;
} Labels;

/* Returns: whether they are on this machine. */
gboolean labels_init (Labels *labels);
void labels_clear (Labels *labels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Labels, labels_clear)

/* Returns: (transfer full): what is compared: several labels are in character sets that cannot be told from one
 * another, so only the ASCII. */
char *labels_to_ascii (const char *text);

/**
 * labels_compare:
 * @name: a picture
 * @texts: (element-type utf8): what a reader read in it
 * @n_wrong: (inout): what is in no picture is added to it
 *
 * Returns: how many of the picture's codes were read
 */
guint labels_compare (const Labels *labels, const char *name, GPtrArray *texts, guint *n_wrong);
