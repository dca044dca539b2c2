/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks for a new PIN, twice. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PIN_CHOOSER (ds_pin_chooser_get_type ())
G_DECLARE_FINAL_TYPE (DsPinChooser, ds_pin_chooser, DS, PIN_CHOOSER, GtkBox)

/**
 * DsPinChooser::chosen (const char *pin): the same six digits twice, and none of the easy ones
 */

/* Begins anew. @problem: (nullable): what went wrong with the last one. */
void ds_pin_chooser_begin (DsPinChooser *self, const char *problem);

G_END_DECLS
