/* SPDX-License-Identifier: GPL-3.0-or-later */
#define ZX_USE_UTF8 1

#include "zxing-read.h"

#include <ZXing/ReadBarcode.h>
#include <string>

char *
zxing_read (const guint8 *pixels, guint side, gboolean *has_eci)
{
  const auto format = ZXing::BarcodeFormat::QRCode;
  const auto hints = ZXing::DecodeHints ().setFormats (format);
  const auto result = ZXing::ReadBarcode (
      { pixels, static_cast<int> (side), static_cast<int> (side), ZXing::ImageFormat::Lum }, hints);

  /* Under the ECI protocol the bytes come with the designators that the symbol has. */
  const auto bytes = result.bytesECI ();
  *has_eci = std::string (bytes.begin (), bytes.end ()).find ("\\000026") != std::string::npos;
  return result.isValid () ? g_strdup (result.text ().c_str ()) : nullptr;
}
