/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-scanner.h"

#include "ds-error.h"

/* A view that lasts so many frames is worth a word: single ones differ all the time. */
#define STEADY_FRAMES 4

struct _DsScanner
{
  GObject parent;

  DsCamera *camera;
  DsDecoderProcess *decoder;
  GCancellable *cancellable;
  DsScanWanted wanted;
  DsWaybillFunc is_waybill;
  gpointer waybill_data;

  gboolean is_paused;
  GPtrArray *bars_before; /* (element-type utf8): Code 128 of the frame before, which nobody knew */
  DsView view;            /* of the last frame */
  guint n_same;           /* frames in a row that looked so */
};

G_DEFINE_FINAL_TYPE (DsScanner, ds_scanner, G_TYPE_OBJECT)

enum
{
  SIGNAL_READ,
  SIGNAL_SEVERAL,
  SIGNAL_VIEW,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_known (DsScanner *self, const char *text)
{
  return self->is_waybill != NULL && self->is_waybill (text, self->waybill_data);
}

/* Takes the Code 128 out that this frame alone speaks for, and remembers them for the next. */
static void
drop_doubtful (DsScanner *self, GPtrArray *symbols)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->bars_before);

  self->bars_before = g_ptr_array_new_with_free_func (g_free);
  for (guint i = symbols->len; i > 0; i--)
    {
      const DsSymbol *symbol = g_ptr_array_index (symbols, i - 1);

      if (symbol->symbology != DS_SYMBOLOGY_CODE128 || is_known (self, symbol->text))
        continue;
      g_ptr_array_add (self->bars_before, g_strdup (symbol->text));
      if (!g_ptr_array_find_with_equal_func (before, symbol->text, g_str_equal, NULL))
        g_ptr_array_remove_index (symbols, i - 1);
    }
}

static void
tell_view (DsScanner *self, DsView view)
{
  self->n_same = view == self->view ? self->n_same + 1 : 1;
  self->view = view;
  if (self->n_same == STEADY_FRAMES)
    g_signal_emit (self, signals[SIGNAL_VIEW], 0, (guint)view);
}

static void
take (DsScanner *self, DsReading *reading)
{
  g_autoptr (GPtrArray) texts = NULL;

  tell_view (self, reading->view);
  drop_doubtful (self, reading->symbols);
  texts = ds_scan_choose (reading->symbols, self->wanted, self->is_waybill, self->waybill_data);
  if (texts->len == 0)
    return;

  ds_scanner_pause (self);
  if (texts->len == 1)
    g_signal_emit (self, signals[SIGNAL_READ], 0, g_ptr_array_index (texts, 0));
  else
    {
      g_ptr_array_add (texts, NULL);
      g_signal_emit (self, signals[SIGNAL_SEVERAL], 0, (GStrv)texts->pdata);
    }
}

static void
did_decode (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsScanner) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsReading) reading
      = ds_decoder_process_decode_finish (DS_DECODER_PROCESS (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->is_paused)
    return;
  /* A frame that broke the helper is one lost frame; the next one is on its way. */
  if (reading != NULL)
    take (self, reading);
  else if (!g_error_matches (error, DS_ERROR, DS_ERROR_PROTOCOL))
    {
      ds_scanner_pause (self);
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
    }
}

static void
did_get_frame (DsScanner *self, DsCameraFrame *frame)
{
  if (self->is_paused || ds_decoder_process_is_busy (self->decoder))
    return;
  ds_decoder_process_decode_frame_async (self->decoder, frame->pixels, frame->width, frame->height,
                                         frame->stride, self->cancellable, did_decode, g_object_ref (self));
}

void
ds_scanner_pause (DsScanner *self)
{
  g_return_if_fail (DS_IS_SCANNER (self));

  self->is_paused = TRUE;
  g_cancellable_cancel (self->cancellable);
}

void
ds_scanner_resume (DsScanner *self)
{
  g_return_if_fail (DS_IS_SCANNER (self));

  if (!self->is_paused)
    return;
  self->is_paused = FALSE;
  self->n_same = 0;
  g_ptr_array_set_size (self->bars_before, 0);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
}

void
ds_scanner_set_wanted (DsScanner *self, DsScanWanted wanted)
{
  g_return_if_fail (DS_IS_SCANNER (self));
  self->wanted = wanted;
}

void
ds_scanner_set_waybills (DsScanner *self, DsWaybillFunc is_waybill, gpointer user_data)
{
  g_return_if_fail (DS_IS_SCANNER (self));
  self->is_waybill = is_waybill;
  self->waybill_data = user_data;
}

static void
ds_scanner_dispose (GObject *object)
{
  DsScanner *self = DS_SCANNER (object);

  ds_scanner_pause (self);
  g_clear_object (&self->camera);
  g_clear_object (&self->decoder);
  G_OBJECT_CLASS (ds_scanner_parent_class)->dispose (object);
}

static void
ds_scanner_finalize (GObject *object)
{
  DsScanner *self = DS_SCANNER (object);

  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->bars_before);
  G_OBJECT_CLASS (ds_scanner_parent_class)->finalize (object);
}

static void
ds_scanner_class_init (DsScannerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_scanner_dispose;
  object_class->finalize = ds_scanner_finalize;

  signals[SIGNAL_READ] = g_signal_new ("read", DS_TYPE_SCANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_SEVERAL] = g_signal_new ("several", DS_TYPE_SCANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRV);
  signals[SIGNAL_VIEW] = g_signal_new ("view", DS_TYPE_SCANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DS_TYPE_SCANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ds_scanner_init (DsScanner *self)
{
  self->cancellable = g_cancellable_new ();
  self->bars_before = g_ptr_array_new_with_free_func (g_free);
  self->wanted = DS_SCAN_PAYER | DS_SCAN_EVIDENCE | DS_SCAN_WAYBILL;
}

DsScanner *
ds_scanner_new (DsCamera *camera, DsDecoderProcess *decoder)
{
  DsScanner *self = g_object_new (DS_TYPE_SCANNER, NULL);

  self->camera = g_object_ref (camera);
  self->decoder = g_object_ref (decoder);
  g_signal_connect_object (camera, "frame", G_CALLBACK (did_get_frame), self, G_CONNECT_SWAPPED);
  return self;
}
