/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight digits that somebody reads out: whom to ask, their cells, keys for them, and what came of them. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_DIGIT_PAD (ds_digit_pad_get_type ())
G_DECLARE_FINAL_TYPE (DsDigitPad, ds_digit_pad, DS, DIGIT_PAD, GtkBox)

/**
 * DsDigitPad:hint: whom to ask for them
 *
 * DsDigitPad::changed: a digit came or went
 *
 * The last digit does nothing by itself: a slip can be mended, and the scan engine types too.
 */

/* Returns: what was typed so far, at most 8 digits. */
const char *ds_digit_pad_get_digits (DsDigitPad *self);
gboolean ds_digit_pad_is_full (DsDigitPad *self);

void ds_digit_pad_clear (DsDigitPad *self);
/* No digits are taken while it is locked. */
void ds_digit_pad_set_locked (DsDigitPad *self, gboolean locked);

/* Puts an answer in the hint's place. */
void ds_digit_pad_show_answer (DsDigitPad *self, const char *title, const char *text);

/* A key that was pressed anywhere on the page, at @time_ms of its event. Returns: whether it was a digit, or took one back. */
gboolean ds_digit_pad_take_key (DsDigitPad *self, guint keyval, GdkModifierType state, guint32 time_ms);

G_END_DECLS
