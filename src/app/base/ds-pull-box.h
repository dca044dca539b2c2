/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A box around what scrolls: pulled down from its top, it asks for something new. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PULL_BOX (ds_pull_box_get_type ())
G_DECLARE_FINAL_TYPE (DsPullBox, ds_pull_box, DS, PULL_BOX, GtkBox)

/**
 * DsPullBox::pulled (): it was pulled far enough, and let go
 *
 * Only a pull that begins with the list at its top and goes straight down counts; scrolling, and what a fast scroll runs
 * into, does not. While it is pulled a strip over the list says what letting go would do.
 */

/* @adjustment: of what scrolls inside; kept. */
void ds_pull_box_set_adjustment (DsPullBox *self, GtkAdjustment *adjustment);

G_END_DECLS
