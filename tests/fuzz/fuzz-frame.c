/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small frames, read exactly as the helper process reads them: whatever is on them, nothing beyond them is looked at, and
 * the answer is one that the application takes.
 *
 * Input: how it is drawn (bit 0: a code, else pixels as they come; bit 1: inverted; bits 4 and 5: pixels a module), width,
 * height, padding of the rows, where the code lies; then the pixels, or the code's text up to a NUL and pairs of place and
 * value that damage the frame. */
#include "fuzz.h"

#include "ds-decoder-server.h"
#include "ds-qr.h"

#include <string.h>

#define HEAD_BYTES 5
#define MAX_TEXT 120

typedef struct
{
  guint8 *pixels; /* not a byte more than there has to be */
  gsize n;
  DsWireRequest request;
} Frame;

static void
frame_init (Frame *frame, const uint8_t *head)
{
  frame->request.content = DS_WIRE_FRAME;
  frame->request.width = 1 + head[1] % 128;
  frame->request.height = 1 + head[2] % 128;
  frame->request.stride = frame->request.width + head[3] % 32;
  frame->n = (gsize)frame->request.stride * (frame->request.height - 1) + frame->request.width;
  frame->request.size = frame->n;
  frame->pixels = g_malloc (frame->n);
  memset (frame->pixels, 0xf0, frame->n);
}

static void
draw_code (Frame *frame, const char *text, guint scale, guint at)
{
  g_autoptr (DsQr) qr = ds_qr_new (text, DS_QR_LEVEL_M, NULL);
  g_autoptr (GBytes) rendered = NULL;
  const guint8 *from;
  guint side;

  if (qr == NULL)
    return;
  rendered = ds_qr_render (qr, scale, &side);
  from = g_bytes_get_data (rendered, NULL);
  for (guint y = 0; y < side && y + at < frame->request.height; y++)
    for (guint x = 0; x < side && x + at < frame->request.width; x++)
      frame->pixels[(gsize)(y + at) * frame->request.stride + x + at] = from[(gsize)y * side + x];
}

static void
draw (Frame *frame, const uint8_t *head, const uint8_t *rest, gsize n)
{
  const uint8_t *end = memchr (rest, '\0', n);
  gsize length = end != NULL ? (gsize)(end - rest) : n;

  if ((head[0] & 1) == 0)
    {
      for (gsize i = 0; i < frame->n && n > 0; i++)
        frame->pixels[i] = rest[i % n];
    }
  else
    {
      g_autofree char *text = g_strndup ((const char *)rest, MIN (length, MAX_TEXT));

      draw_code (frame, text, 1 + (head[0] >> 4) % 4, head[4] % 8);
      for (gsize i = length + 1; i + 3 <= n; i += 3)
        frame->pixels[((gsize)rest[i] << 8 | rest[i + 1]) % frame->n] = rest[i + 2];
    }
  for (gsize i = 0; (head[0] & 2) != 0 && i < frame->n; i++)
    frame->pixels[i] = 255 - frame->pixels[i];
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  Frame frame = { 0 };
  g_autoptr (DsReading) reading = NULL;
  g_autoptr (DsReading) taken = NULL;
  g_autoptr (GByteArray) message = NULL;
  DsWireReply reply;
  DsWirePhoto photo;

  if (n < HEAD_BYTES)
    return 0;
  frame_init (&frame, data);
  draw (&frame, data, data + HEAD_BYTES, n - HEAD_BYTES);
  FUZZ_REQUIRE (ds_wire_is_sound (&frame.request));
  reading = ds_decoder_server_decode (&frame.request, frame.pixels);
  g_free (frame.pixels);

  FUZZ_REQUIRE (reading != NULL);
  FUZZ_REQUIRE ((reading->view == DS_VIEW_READ) == (reading->symbols->len > 0));
  message = ds_wire_make_reply (1, reading);
  FUZZ_REQUIRE (message->len <= DS_WIRE_REPLY_SIZE);
  FUZZ_REQUIRE (ds_wire_parse_reply (message->data, message->len, &reply, &taken, &photo));
  FUZZ_REQUIRE (taken != NULL && taken->view == reading->view);
  FUZZ_REQUIRE (taken->symbols->len == MIN (reading->symbols->len, DS_WIRE_MAX_SYMBOLS));
  for (guint i = 0; i < taken->symbols->len; i++)
    {
      const DsSymbol *sent = g_ptr_array_index (reading->symbols, i);
      const DsSymbol *got = g_ptr_array_index (taken->symbols, i);

      FUZZ_REQUIRE (strcmp (sent->text, got->text) == 0 && sent->symbology == got->symbology);
    }
  return 0;
}
