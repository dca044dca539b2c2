/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The light beside the camera: a LED of the kernel's LED class that says it is one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DsTorch DsTorch;

/**
 * ds_torch_find:
 * @root: where LEDs are listed, "/sys/class/leds" on a device
 *
 * Returns: (transfer full) (nullable): the torch, if there is one that may be switched by this user
 */
DsTorch *ds_torch_find (const char *root);
/* Turns it off first. */
void ds_torch_free (DsTorch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTorch, ds_torch_free)

gboolean ds_torch_is_lit (DsTorch *self);
/* A few microseconds. Returns: whether it is as wished now. */
gboolean ds_torch_set_lit (DsTorch *self, gboolean lit, GError **error);

G_END_DECLS
