/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on signatures are digests, or SM2 again. What was signed before can be verified either way. */
void sim_shortcuts_sign_quickly (gboolean on);

G_END_DECLS
