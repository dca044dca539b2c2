/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operator's number: three digits where people and payer codes write it, a number up to 999 in small codes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DS_OPERATOR_ID_MAX 999

/**
 * ds_operator_id_to_number:
 * @text: (nullable): three ASCII digits, "003"
 * @number: (out) (optional): their number
 *
 * Returns: whether @text is an operator's number. Any thread.
 */
gboolean ds_operator_id_to_number (const char *text, guint *number);

/* Returns: (transfer full): three digits; @number is at most %DS_OPERATOR_ID_MAX. */
char *ds_operator_id_from_number (guint number);

G_END_DECLS
