/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Six digits that are not shown, by touch, by keyboard and by the handheld's own keys. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PIN_PAD (ds_pin_pad_get_type ())
G_DECLARE_FINAL_TYPE (DsPinPad, ds_pin_pad, DS, PIN_PAD, GtkBox)

/**
 * DsPinPad::entered (const char *pin): six digits were typed; they are gone from the pad
 *
 * What the scan engine types is no PIN: digits of a run that is too fast for a person, or that has anything else in it,
 * are taken away again, and six of them are never told.
 */
DsPinPad *ds_pin_pad_new (void);

void ds_pin_pad_clear (DsPinPad *self);

/* As if a key had typed @character at @time_ms of the event clock. Returns: whether the pad takes it. */
gboolean ds_pin_pad_take_character (DsPinPad *self, gunichar character, guint32 time_ms);

G_END_DECLS
