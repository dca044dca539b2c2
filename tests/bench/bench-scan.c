/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much is read of frames that are drawn from a seed, of sequences of them as from a hand, and of labelled
 * photographs where they are, and in what time: by our decoder, by zbarimg's settings and, where they are installed, by
 * zxing-cpp and quirc, all on the very same pictures, in turn. */
#include "config.h"

#include "bench-frames.h"
#include "bench-numbers.h"
#include "bench-readers.h"
#include "ds-picture.h"
#include "labels.h"
#include "shot.h"

#include <string.h>

#define SEED 20261122
#define N_FRAMES 60
#define N_EMPTY_FRAMES 20
#define MAX_READERS 4

/* Sequences as from a hand, frames in each, and by which frame a code should have been read. */
#define N_SEQUENCES 40
#define N_SEQUENCE_FRAMES 10
#define SOON 5

/* One reader's figures for one sort of picture. */
typedef struct
{
  guint n_read;
  guint n_wrong;
  GArray *took_us; /* (element-type gint64) */
  GArray *ratios;  /* (element-type gint64): of ours to this one's time, in per mille, picture by picture */
} Figures;

static void
figures_init (Figures *self)
{
  *self = (Figures){ .took_us = g_array_new (FALSE, FALSE, sizeof (gint64)),
                     .ratios = g_array_new (FALSE, FALSE, sizeof (gint64)) };
}

static void
figures_clear (Figures *self)
{
  g_array_unref (self->took_us);
  g_array_unref (self->ratios);
}

static double
get_quantile (GArray *values, guint percent)
{
  return values->len > 0 ? (double)bench_quantile ((gint64 *)values->data, values->len, percent) / 1000 : 0;
}

/* Asks every reader, ours first, so that others' times can be compared to it. @texts_of: (out): what each read. */
static void
ask_all (const Frame *frame, BenchAsk ask, Figures *figures, GPtrArray *texts_of[MAX_READERS])
{
  gint64 ours_us = 0;

  for (gsize r = 0; bench_readers[r].name != NULL; r++)
    {
      gint64 took_us = 0;
      gint64 ratio;

      texts_of[r] = bench_readers[r].read (frame, ask, &took_us);
      if (r == 0)
        ours_us = took_us;
      ratio = ours_us * 1000 / MAX (took_us, 1);
      g_array_append_val (figures[r].took_us, took_us);
      g_array_append_val (figures[r].ratios, ratio);
    }
}

/* The table at the end: a row a sort, of each reader the share read and how long ours took against it. */
static GString *table;

static void
add_to_table (const char *name, const Figures *figures, guint n_expected)
{
  g_string_append_printf (table, "scan: | %-18s |", name);
  for (gsize r = 0; bench_readers[r].name != NULL; r++)
    {
      if (n_expected > 0)
        g_string_append_printf (table, " %-9s %.2f", bench_readers[r].name,
                                (double)figures[r].n_read / n_expected);
      else
        g_string_append_printf (table, " %-9s -   ", bench_readers[r].name);
      if (r > 0)
        g_string_append_printf (table, " x%.2f", get_quantile (figures[r].ratios, 50));
      g_string_append (table, " |");
    }
  g_string_append_c (table, '\n');
}

static void
print_figures (const char *name, Figures *figures, guint n_expected)
{
  add_to_table (name, figures, n_expected);
  for (gsize r = 0; bench_readers[r].name != NULL; r++)
    {
      g_print ("scan: %-18s %-9s read %4u of %4u, wrong %2u, median %7.2f ms, 95 %% %7.2f ms", name,
               bench_readers[r].name, figures[r].n_read, n_expected, figures[r].n_wrong,
               get_quantile (figures[r].took_us, 50), get_quantile (figures[r].took_us, 95));
      if (r > 0)
        g_print (", ours to it %.2f, 95 %% %.2f", get_quantile (figures[r].ratios, 50),
                 get_quantile (figures[r].ratios, 95));
      g_print ("\n");
      figures_clear (&figures[r]);
    }
}

static void
measure_sort (const BenchSort *sort)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  Figures figures[MAX_READERS];
  guint n_expected = 0;

  for (gsize r = 0; r < MAX_READERS; r++)
    figures_init (&figures[r]);
  for (guint i = 0; i < (sort->scenery != NULL ? N_EMPTY_FRAMES : N_FRAMES); i++)
    {
      g_auto (Frame) frame = { 0 };
      g_autofree char *expected = bench_sort_draw (sort, &frame, rand);
      GPtrArray *texts_of[MAX_READERS];

      n_expected += expected != NULL ? 1 : 0;
      ask_all (&frame, sort->code128 ? BENCH_CODE128 : BENCH_QR, figures, texts_of);
      for (gsize r = 0; bench_readers[r].name != NULL; r++)
        {
          g_autoptr (GPtrArray) texts = texts_of[r];

          for (guint t = 0; t < texts->len; t++)
            if (g_strcmp0 (g_ptr_array_index (texts, t), expected) == 0)
              figures[r].n_read++;
            else
              figures[r].n_wrong++;
        }
    }
  print_figures (sort->name, figures, n_expected);
}

/* Photographs: every reader is asked for both symbologies. */

static gboolean
load_photograph (const Labels *labels, const char *name, Frame *frame)
{
  g_autofree char *path = g_build_filename (labels->folder, name, NULL);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (DsGrey) grey = bytes != NULL ? ds_picture_load (bytes, NULL) : NULL;

  if (grey == NULL)
    return FALSE;
  *frame = (Frame){ grey->width, grey->height, grey->width, g_steal_pointer (&grey->pixels) };
  return TRUE;
}

static void
measure_photographs (void)
{
  g_auto (Labels) labels = { 0 };
  Figures figures[MAX_READERS];
  GHashTableIter iter;
  gpointer name;

  if (!labels_init (&labels))
    {
      g_print ("scan: photographs: not on this machine\n");
      return;
    }
  for (gsize r = 0; r < MAX_READERS; r++)
    figures_init (&figures[r]);
  g_hash_table_iter_init (&iter, labels.texts_of);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_auto (Frame) frame = { 0 };
      GPtrArray *texts_of[MAX_READERS];

      if (!load_photograph (&labels, name, &frame))
        continue;
      ask_all (&frame, BENCH_QR | BENCH_CODE128, figures, texts_of);
      for (gsize r = 0; bench_readers[r].name != NULL; r++)
        {
          g_autoptr (GPtrArray) texts = texts_of[r];

          figures[r].n_read += labels_compare (&labels, name, texts, &figures[r].n_wrong);
        }
    }
  print_figures ("photographs", figures, labels.n_expected);
}

/* Sequences: a code counts as readable if any reader reads it in any frame. */

typedef struct
{
  guint n_readable;
  guint n_soon;  /* read by us within the first frames */
  guint n_first; /* in the first */
  guint n_wrong;
  GArray *took_us; /* (element-type gint64): a frame */
} Video;

static gboolean
read_in_turn (Video *video, const Frame *frame, guint turn, const char *expected)
{
  gint64 begun_us = bench_get_processor_us ();
  g_autoptr (DsReading) reading
      = ds_decode_frame_in_turn (frame->pixels, frame->width, frame->height, frame->stride, turn);
  gint64 took_us = bench_get_processor_us () - begun_us;
  gboolean is_read = FALSE;

  g_array_append_val (video->took_us, took_us);
  for (guint i = 0; i < reading->symbols->len; i++)
    if (strcmp (((DsSymbol *)g_ptr_array_index (reading->symbols, i))->text, expected) == 0)
      is_read = TRUE;
    else
      video->n_wrong++;
  return is_read;
}

static gboolean
is_read_by_another (const Frame *frame, const char *expected)
{
  for (gsize r = 0; bench_readers[r].name != NULL; r++)
    {
      gint64 took_us;
      g_autoptr (GPtrArray) texts = bench_readers[r].read (frame, BENCH_QR, &took_us);

      for (guint i = 0; i < texts->len; i++)
        if (strcmp (g_ptr_array_index (texts, i), expected) == 0)
          return TRUE;
    }
  return FALSE;
}

static void
measure_sequence (Video *video, double side_px, const ShotTerms *terms, GRand *rand)
{
  g_autofree char *expected = bench_draw_payment (rand);
  g_autoptr (DsQr) symbol = ds_qr_new (expected, DS_QR_LEVEL_M, NULL);
  ShotPose pose;
  guint read_at = N_SEQUENCE_FRAMES;
  gboolean is_readable = FALSE;

  shot_pose_init (&pose, side_px, terms, rand);
  for (guint i = 0; i < N_SEQUENCE_FRAMES; i++)
    {
      g_auto (Frame) frame = { 0 };

      shot_pose_shake (&pose, terms, rand);
      shot_take_from (&frame, symbol, side_px, terms, &pose, rand);
      if (read_at == N_SEQUENCE_FRAMES && read_in_turn (video, &frame, i, expected))
        read_at = i;
      is_readable = is_readable || read_at <= i || is_read_by_another (&frame, expected);
      if (read_at <= i)
        break;
    }
  video->n_readable += is_readable ? 1 : 0;
  video->n_soon += read_at < SOON ? 1 : 0;
  video->n_first += read_at == 0 ? 1 : 0;
}

static void
measure_video (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  const struct
  {
    const char *name;
    double side_px;
    guint n_drops;
    double blur_px;
  } sorts[] = {
    { "medium", 240, 0, 1.2 }, { "rain", 280, 6, 1.2 }, { "unsharp", 200, 0, 2.2 }, { "small", 130, 0, 0.9 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      Video video = { .took_us = g_array_new (FALSE, FALSE, sizeof (gint64)) };
      ShotTerms terms = shot_medium;

      terms.n_drops = sorts[i].n_drops;
      terms.blur_px = sorts[i].blur_px;
      for (guint n = 0; n < N_SEQUENCES; n++)
        measure_sequence (&video, sorts[i].side_px, &terms, rand);
      g_print ("scan: video, %-11s of %u readable %u read within %u frames (%.2f), %u in the first, wrong "
               "%u, a frame "
               "median %.2f ms, 95 %% %.2f ms\n",
               sorts[i].name, video.n_readable, video.n_soon, SOON,
               (double)video.n_soon / MAX (video.n_readable, 1), video.n_first, video.n_wrong,
               get_quantile (video.took_us, 50), get_quantile (video.took_us, 95));
      g_array_unref (video.took_us);
    }
}

/* With an argument: only the sorts that have it in their name. */
int
main (int argc, char **argv)
{
  const char *wanted = argc > 1 ? argv[1] : "";

  table = g_string_new (NULL);
  g_print ("scan: %d frames of a sort, seed %d; times are of the processor\n", N_FRAMES, SEED);
#ifndef HAVE_ZXING
  g_print ("scan: zxing-cpp (libzxing-dev) is not installed and left out\n");
#endif
#ifndef HAVE_QUIRC
  g_print ("scan: quirc (libquirc-dev) is not installed and left out\n");
#endif
  for (gsize i = 0; bench_sorts[i].name != NULL; i++)
    if (strstr (bench_sorts[i].name, wanted) != NULL)
      measure_sort (&bench_sorts[i]);
  if (strstr ("video", wanted) != NULL)
    measure_video ();
  if (strstr ("photographs", wanted) != NULL)
    measure_photographs ();
  g_print ("scan: share read, and the median of our time to theirs, picture by picture\n%s", table->str);
  g_string_free (table, TRUE);
  return 0;
}
