/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Picture files → grey pictures. */
#pragma once

#include "ds-grey.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): what ds_decode_picture() looks at; any thread. */
DsGrey *ds_picture_load (GBytes *bytes, GError **error);

G_END_DECLS
