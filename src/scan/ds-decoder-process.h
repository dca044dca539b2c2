/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures from strangers are decoded in a process of its own, which can do nothing but compute: it has no files, no
 * network, and no way to start anything (src/decoder). When it crashes or hangs, one picture is lost. */
#pragma once

#include "ds-decoder.h"
#include "ds-photo.h"

G_BEGIN_DECLS

/* What a frame may take, and a picture file, before the helper is thought to hang. */
#define DS_DECODER_FRAME_LIMIT_MS 300
#define DS_DECODER_PICTURE_LIMIT_MS 15000

#define DS_TYPE_DECODER_PROCESS (ds_decoder_process_get_type ())
G_DECLARE_FINAL_TYPE (DsDecoderProcess, ds_decoder_process, DS, DECODER_PROCESS, GObject)

/**
 * ds_decoder_process_new:
 * @program: (nullable): the helper's path; %NULL for what the environment variable DOORSTEP_DECODER names, else the
 *   one that was built or installed with this program
 *
 * Starts nothing yet. All calls from the thread whose main context was the default one here.
 */
DsDecoderProcess *ds_decoder_process_new (const char *program);

/* Returns: (transfer none): the one that a window's parts share; main thread only. */
DsDecoderProcess *ds_decoder_process_get_default (void);

/* Whether a frame given now would be dropped. */
gboolean ds_decoder_process_is_busy (DsDecoderProcess *self);

/**
 * ds_decoder_process_decode_frame_async:
 * @pixels: 8-bit grey rows, such as a camera's buffer, which is let go of before the helper answers
 * @width: pixels a row
 * @height: rows
 * @stride: bytes a row; the last one may be shorter
 *
 * Never waits in a queue: while another picture is decoded it fails with %DS_ERROR_STATE, and the next frame will do.
 */
void ds_decoder_process_decode_frame_async (DsDecoderProcess *self,
                                            GBytes *pixels,
                                            guint width,
                                            guint height,
                                            gsize stride,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

/* @bytes: a PNG or JPEG file. Waits its turn. */
void ds_decoder_process_decode_picture_async (DsDecoderProcess *self,
                                              GBytes *bytes,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

/**
 * ds_decoder_process_load_photo_async:
 * @file: a PNG or JPEG file, to be kept as a photograph. Waits its turn
 *
 * Reads it in the helper, which gives back what is kept of it. Errors as of ds_decoder_process_decode_finish().
 */
void ds_decoder_process_load_photo_async (DsDecoderProcess *self,
                                          GBytes *file,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

/* Returns: (transfer full) (nullable): the photograph; its size is within its bounds, whatever the helper said. */
DsPhoto *ds_decoder_process_load_photo_finish (DsDecoderProcess *self, GAsyncResult *result, GError **error);

/**
 * ds_decoder_process_decode_finish:
 * @error: %DS_ERROR_INVALID when the file is no picture; %DS_ERROR_OVERFLOW when it is too large;
 *   %DS_ERROR_PROTOCOL when the helper crashed, hung, or said what makes no sense: the next picture gets a new one;
 *   %DS_ERROR_STATE when it is busy or cannot be started
 *
 * Of both of the above. The texts of the symbols are valid UTF-8 within their limits, and no more to be trusted.
 *
 * Returns: (transfer full) (nullable): what was read
 */
DsReading *ds_decoder_process_decode_finish (DsDecoderProcess *self, GAsyncResult *result, GError **error);

G_END_DECLS
