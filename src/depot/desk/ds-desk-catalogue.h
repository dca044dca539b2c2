/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gettext catalogue that is read as a file: a server speaks one language to one clerk and another to the next, in the same
 * process, and whatever locales its machine has. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DsDeskCatalogue DsDeskCatalogue;

/**
 * ds_desk_catalogue_new:
 * @directory: (nullable): where `LANGUAGE/LC_MESSAGES/doorstep.mo` lies; %NULL for what the environment variable
 *   DOORSTEP_LOCALE names, else the one that was built or installed with this program
 * @language: "zh_CN"
 *
 * Returns: (transfer full): the catalogue; one that is not there, or damaged, translates nothing
 */
DsDeskCatalogue *ds_desk_catalogue_new (const char *directory, const char *language);
void ds_desk_catalogue_free (DsDeskCatalogue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDeskCatalogue, ds_desk_catalogue_free)

/* Returns: (transfer none): the words for @text, or @text. */
const char *ds_desk_catalogue_look_up (DsDeskCatalogue *self, const char *text) G_GNUC_FORMAT (2);

G_END_DECLS
