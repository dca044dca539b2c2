/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench-readers.h"

#ifdef HAVE_ZXING
#include "zxing-worker.h"
#endif

#ifdef HAVE_QUIRC
#include <quirc.h>
#endif
#include <string.h>
#include <time.h>
#include <zbar.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_scanner_t, zbar_image_scanner_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (zbar_image_t, zbar_image_destroy)

gint64
bench_get_processor_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static GPtrArray *
read_ours (const Frame *frame, BenchAsk ask, gint64 *took_us)
{
  gint64 begun_us = bench_get_processor_us ();
  g_autoptr (GPtrArray) symbols = frame_decode (frame);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  *took_us = bench_get_processor_us () - begun_us;
  for (guint i = 0; i < symbols->len; i++)
    g_ptr_array_add (texts, g_strdup (((DsSymbol *)g_ptr_array_index (symbols, i))->text));
  return texts;
}

/* As zbarimg has it without options: whatever is on as it comes. */
static GPtrArray *
read_zbar (const Frame *frame, BenchAsk ask, gint64 *took_us)
{
  gint64 begun_us = bench_get_processor_us ();
  g_autoptr (zbar_image_scanner_t) scanner = zbar_image_scanner_create ();
  g_autoptr (zbar_image_t) image = zbar_image_create ();
  g_autofree guint8 *packed = g_malloc_n (frame->width, frame->height);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint y = 0; y < frame->height; y++)
    memcpy (packed + (gsize)y * frame->width, frame->pixels + y * frame->stride, frame->width);
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, frame->width, frame->height);
  zbar_image_set_data (image, packed, (gsize)frame->width * frame->height, NULL);
  zbar_scan_image (scanner, image);
  *took_us = bench_get_processor_us () - begun_us;
  for (const zbar_symbol_t *found = zbar_image_first_symbol (image); found != NULL;
       found = zbar_symbol_next (found))
    if (zbar_symbol_get_type (found) == ZBAR_QRCODE || zbar_symbol_get_type (found) == ZBAR_CODE128)
      g_ptr_array_add (texts, g_strdup (zbar_symbol_get_data (found)));
  return texts;
}

#ifdef HAVE_QUIRC
static GPtrArray *
read_quirc (const Frame *frame, BenchAsk ask, gint64 *took_us)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  gint64 begun_us = bench_get_processor_us ();
  struct quirc *reader = quirc_new ();
  guint8 *pixels;

  *took_us = 0;
  g_assert_true (quirc_resize (reader, (int)frame->width, (int)frame->height) == 0);
  pixels = quirc_begin (reader, NULL, NULL);
  for (guint y = 0; y < frame->height; y++)
    memcpy (pixels + (gsize)y * frame->width, frame->pixels + y * frame->stride, frame->width);
  quirc_end (reader);
  for (int i = 0; i < quirc_count (reader); i++)
    {
      struct quirc_code code;
      struct quirc_data data;

      quirc_extract (reader, i, &code);
      if (quirc_decode (&code, &data) == QUIRC_SUCCESS)
        g_ptr_array_add (texts, g_strndup ((const char *)data.payload, (gsize)data.payload_len));
    }
  quirc_destroy (reader);
  *took_us = bench_get_processor_us () - begun_us;
  return texts;
}
#endif

#ifdef HAVE_ZXING
static GPtrArray *
read_zxing (const Frame *frame, BenchAsk ask, gint64 *took_us)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  /* In photographs several codes are labelled; on a drawn frame there is one. */
  gboolean several = ask == (BENCH_QR | BENCH_CODE128);

  *took_us = 0;
  if (ask & BENCH_QR)
    zxing_worker_read (frame, FALSE, several, texts, took_us);
  if (ask & BENCH_CODE128)
    zxing_worker_read (frame, TRUE, several, texts, took_us);
  return texts;
}
#endif

const BenchReader bench_readers[] = {
  { "doorstep", read_ours },
#ifdef HAVE_ZXING
  { "zxing-cpp", read_zxing },
#endif
  { "zbarimg", read_zbar },
#ifdef HAVE_QUIRC
  { "quirc", read_quirc },
#endif
  { NULL, NULL },
};
