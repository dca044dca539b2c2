/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence in the envelope of an EMVCo consumer-presented code: an application template (61) that names our
 * application (4F) and holds the receipt or voucher in the template for the application's own data (63). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether @text is an EMVCo code that names our application, whatever else it says. */
gboolean ds_evidence_envelope_is_ours (const char *text);

/**
 * ds_evidence_envelope_read:
 * @text: any text
 * @error: return location for a %DS_ERROR_INVALID, or %DS_ERROR_NOT_FOUND for an EMVCo code of other applications
 *
 * Objects and applications of others are passed over.
 *
 * Returns: (transfer full) (nullable): what our application holds
 */
GBytes *ds_evidence_envelope_read (const char *text, GError **error);

/* Returns: (transfer full): the EMVCo code around @bytes, in base64. */
char *ds_evidence_envelope_write (GBytes *bytes);

G_END_DECLS
