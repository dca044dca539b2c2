/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan engine on a serial line, real or by USB (CDC ACM): it sends what it reads, and an end. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A code that is not ended is over after this silence. */
#define DS_SERIAL_SILENCE_MS 200

#define DS_TYPE_SERIAL_ENGINE (ds_serial_engine_get_type ())
G_DECLARE_FINAL_TYPE (DsSerialEngine, ds_serial_engine, DS, SERIAL_ENGINE, GObject)

/**
 * ds_serial_engine_new:
 *
 * DsSerialEngine::scanned (const char *text): the engine read something; valid UTF-8
 * DsSerialEngine::failed (const GError *error): it cannot be used; the message says why and what to do. It is said
 *   once: a device that is missing is used by itself as soon as it appears.
 *
 * A code ends with Enter (CR, LF), Tab, GS, EOT or NUL, or with silence. Main thread only; never blocks.
 */
DsSerialEngine *ds_serial_engine_new (void);

/**
 * ds_serial_engine_use:
 * @path: (nullable): the device, such as "/dev/ttyACM0"; %NULL or "" for none
 * @baud: bits a second; what a USB device is told does not matter
 *
 * Nothing changes when both are what they were.
 */
void ds_serial_engine_use (DsSerialEngine *self, const char *path, guint baud);

/* As ds_wedge_set_affixes(). */
void ds_serial_engine_set_affixes (DsSerialEngine *self, const char *prefix, const char *suffix);

gboolean ds_serial_engine_is_open (DsSerialEngine *self);

G_END_DECLS
