/* SPDX-License-Identifier: GPL-3.0-or-later */
#define ZX_USE_UTF8 1

#include "zxing-frame.h"

#include <ZXing/ReadBarcode.h>

GPtrArray *
zxing_read_frame (const guint8 *pixels, guint width, guint height, gsize stride, gboolean code128,
                  gboolean several)
{
  const auto format = code128 ? ZXing::BarcodeFormat::Code128 : ZXing::BarcodeFormat::QRCode;
  const auto hints = ZXing::DecodeHints ().setFormats (format);
  const ZXing::ImageView view (pixels, static_cast<int> (width), static_cast<int> (height), ZXing::ImageFormat::Lum,
                               static_cast<int> (stride));
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  const auto results = several ? ZXing::ReadBarcodes (view, hints) : ZXing::Results { ZXing::ReadBarcode (view, hints) };

  for (const auto &result : results)
    if (result.isValid ())
      g_ptr_array_add (texts, g_strdup (result.text ().c_str ()));
  return texts;
}
