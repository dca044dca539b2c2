/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What strangers wrote, fit to stand on a screen beside an amount. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ds_plain_text_clean:
 * @text: (nullable): UTF-8, as a customer, a shop or another program wrote it
 *
 * Leaves out control characters, but line feeds and tabs, and the marks that turn the direction of writing (UAX #9): with
 * them a name could show the sum behind it backwards. Whoever writes from right to left needs none of them.
 *
 * Returns: (transfer full) (nullable): a copy without them
 */
char *ds_plain_text_clean (const char *text);

/* Whether @text is UTF-8 of one line with something in it, and nothing that ds_plain_text_clean() would leave out. */
gboolean ds_plain_text_is_line (const char *text);

G_END_DECLS
