/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-error.h"

G_DEFINE_QUARK (ds - error - quark, ds_error)
