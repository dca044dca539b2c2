/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state as icon, word and colour together. */
#pragma once

#include "ds-words.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_STATE_LABEL (ds_state_label_get_type ())
G_DECLARE_FINAL_TYPE (DsStateLabel, ds_state_label, DS, STATE_LABEL, GtkBox)

/* A word too long for its line goes on in the next instead of being cut. */
void ds_state_label_set_wrap (DsStateLabel *self, gboolean wrap);

void ds_state_label_set (DsStateLabel *self, const DsWords *words);

G_END_DECLS
