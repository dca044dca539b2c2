/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the lens to the answer at 720p: how long after a picture of a code left the camera the application has its text, by
 * the whole way (GStreamer's threads, the main loop, shared memory, the decoder process and back), beside the decoder alone
 * on the same picture. */
#include "bench-numbers.h"
#include "camera-run.h"

#include <glib/gstdio.h>
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#define N_ANSWERS 100

/* The lens: notes when a picture passes. */

#define BENCH_TYPE_LENS (bench_lens_get_type ())
G_DECLARE_FINAL_TYPE (BenchLens, bench_lens, BENCH, LENS, GstBaseTransform)

struct _BenchLens
{
  GstBaseTransform parent;
};

G_DEFINE_FINAL_TYPE (BenchLens, bench_lens, GST_TYPE_BASE_TRANSFORM)

static GMutex mutex;
static gint64 passed_us;

static GstFlowReturn
bench_lens_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  g_mutex_lock (&mutex);
  passed_us = g_get_monotonic_time ();
  g_mutex_unlock (&mutex);
  return GST_FLOW_OK;
}

static void
bench_lens_class_init (BenchLensClass *klass)
{
  static GstStaticPadTemplate sink
      = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  static GstStaticPadTemplate source
      = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

  GST_BASE_TRANSFORM_CLASS (klass)->transform_ip = bench_lens_transform_ip;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &sink);
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &source);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Lens", "Filter/Video", "Notes the time",
                                         "Doorstep");
}

static void
bench_lens_init (BenchLens *self)
{
}

/* The picture that the answer is of passed the lens before it came here; the next one is thirty milliseconds away. */
static void
did_get_frame (DsCamera *camera, DsCameraFrame *frame, gint64 *begun_us)
{
  g_mutex_lock (&mutex);
  *begun_us = passed_us;
  g_mutex_unlock (&mutex);
}

static void
measure (const char *name, const Frame *frame)
{
  g_auto (Run) run = { 0 };
  g_autofree char *source = put_before_camera (frame, 30, "! benchlens");
  gint64 answers_us[N_ANSWERS];
  gint64 alone_us[N_ANSWERS];
  gint64 begun_us = 0, latest_us = 0;
  double median_ms, p95_ms, alone_ms;

  run_start (&run, source);
  g_signal_connect (run.camera, "frame", G_CALLBACK (did_get_frame), &latest_us);
  for (guint i = 0; i < N_ANSWERS; i++)
    {
      gint64 decode_us = g_get_monotonic_time ();
      g_autoptr (GPtrArray) symbols = frame_decode (frame);

      alone_us[i] = g_get_monotonic_time () - decode_us;
      g_clear_pointer (&run.read, g_free);
      while (g_main_context_iteration (NULL, FALSE)) /* pictures that came meanwhile are not of this answer */
        ;
      ds_scanner_resume (run.scanner);
      while (!ds_decoder_process_is_busy (run.decoder))
        g_main_context_iteration (NULL, TRUE);
      begun_us = latest_us;
      RUN_UNTIL (run.read != NULL);
      answers_us[i] = g_get_monotonic_time () - begun_us;
    }
  median_ms = (double)bench_median (answers_us, N_ANSWERS) / 1000;
  p95_ms = (double)bench_quantile (answers_us, N_ANSWERS, 95) / 1000;
  alone_ms = (double)bench_median (alone_us, N_ANSWERS) / 1000;
  g_print (
      "lens: %-22s answer after %.1f ms (p95 %.1f ms, at most 300), the decoder alone %.1f ms, ratio %.1f\n",
      name, median_ms, p95_ms, alone_ms, median_ms / alone_ms);
}

int
main (void)
{
  g_auto (Frame) qr = { 0 };
  g_auto (Frame) label = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("doorstep-lens-XXXXXX", NULL);

  g_assert_cmpint (g_chdir (folder), ==, 0);
  gst_init (NULL, NULL);
  gst_element_register (NULL, "benchlens", GST_RANK_NONE, BENCH_TYPE_LENS);
  frame_init (&qr, 1280, 720, 0);
  frame_draw_qr (&qr, "SBX1:0123456789ABCDEF0123456789ABCDEF*12345", 6, 450, 200);
  frame_add_noise (&qr, 6);
  measure ("payment code", &qr);
  frame_init (&label, 1280, 720, 0);
  frame_draw_code128 (&label, "JD0012345678", 3, 300, 280, 140);
  frame_add_noise (&label, 6);
  measure ("waybill, two pictures", &label);
  return 0;
}
