/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zxing-cpp in a process of its own: the version in Debian 12 aborts on some pictures. */
#pragma once

#include "frame.h"

/* Adds what it reads to @texts and the processor time it took to @took_us. A picture on which it dies is not read, and
 * costs nothing. @several: whether more than one code is looked for;
 * where it dies of that, one */
void
zxing_worker_read (const Frame *frame, gboolean code128, gboolean several, GPtrArray *texts, gint64 *took_us);
