/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field to sign in, with a finger, a pen or a mouse: always dark ink on white paper, since that is what is kept. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_SIGNATURE_PAD (ds_signature_pad_get_type ())
G_DECLARE_FINAL_TYPE (DsSignaturePad, ds_signature_pad, DS, SIGNATURE_PAD, GtkWidget)

/**
 * DsSignaturePad:signed: whether there is more than a dot on it
 *
 * Made by a template. Main thread.
 */

void ds_signature_pad_clear (DsSignaturePad *self);
gboolean ds_signature_pad_get_signed (DsSignaturePad *self);

/* Returns: (transfer full) (nullable): what is on it, cut to the strokes, as a grey PNG; %NULL while it is not signed. */
GBytes *ds_signature_pad_save (DsSignaturePad *self);

G_END_DECLS
