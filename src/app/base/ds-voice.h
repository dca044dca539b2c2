/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speaks through speech-dispatcher, over its own protocol (SSIP), where it is installed. */
#pragma once

#include "ds-payment.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_VOICE (ds_voice_get_type ())
G_DECLARE_FINAL_TYPE (DsVoice, ds_voice, DS, VOICE, GObject)

/* Returns: (transfer none): the one of the application. Main thread. */
DsVoice *ds_voice_get_default (void);

/**
 * ds_voice_say_async:
 * @words: in the window's language, which is told to the speaker
 *
 * Hands @words to the daemon, and starts it if need be. Whoever does not wait for the answer may leave @callback out: a
 * handheld without a voice is as good as another.
 */
void ds_voice_say_async (DsVoice *self,
                         const char *words,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean ds_voice_say_finish (DsVoice *self, GAsyncResult *result, GError **error);

/* Returns: (transfer full): "Received: forty-three yuan and fifty fen", in the window's language. */
char *ds_voice_words_for_paid (gint64 amount_fen);

/* Returns: (transfer full) (nullable): what is said of a payment that came to this state; %NULL while nothing is decided. */
char *ds_voice_words_for_payment (DsPayment *payment);

G_END_DECLS
