/* SPDX-License-Identifier: GPL-3.0-or-later */
#define ZX_USE_UTF8 1

#include "zxing-read.h"

#include <ZXing/ReadBarcode.h>

char *
zxing_read (const guint8 *pixels, guint side)
{
  const auto format = ZXing::BarcodeFormat::QRCode;
  const auto hints = ZXing::DecodeHints ().setFormats (format).setCharacterSet ("UTF-8");
  const auto result = ZXing::ReadBarcode (
      { pixels, static_cast<int> (side), static_cast<int> (side), ZXing::ImageFormat::Lum }, hints);

  return result.isValid () ? g_strdup (result.text ().c_str ()) : nullptr;
}
