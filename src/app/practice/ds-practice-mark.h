/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Practice · not real money", wherever something of practice can be seen. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What leaves the screen is read later, by whoever knows one of the languages. */
#define DS_PRACTICE_MARK_ON_PAPER "练习 · 不是真钱 / Practice · not real money"
#define DS_PRACTICE_MARK_ON_SLIP "练习 · 不是真钱\nPractice · not real money"

/* Returns: (transfer none): the words. */
const char *ds_practice_mark_get_text (void);

/* Has every dialog of this process wear the band, from now on. Call once, in a process that is for practice alone. */
void ds_practice_mark_dialogs (void);

G_END_DECLS
