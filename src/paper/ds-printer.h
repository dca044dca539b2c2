/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slip printer: a character device, a serial line or the network. */
#pragma once

#include "ds-slip.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The port of printers in a network (JetDirect), where none is given. */
#define DS_PRINTER_PORT 9100

/* Whether @address is one: "/dev/usb/lp0", "/dev/rfcomm0", "192.168.1.50", "printer.local:9100". */
gboolean ds_printer_is_address (const char *address);

/**
 * ds_printer_print_async:
 * @address: see ds_printer_is_address()
 * @baud: of a serial line; no matter elsewhere
 * @slip: what to print
 *
 * Draws and prints on a thread of its own; a printer that takes nothing for ten seconds is given up.
 */
void ds_printer_print_async (const char *address,
                             guint baud,
                             DsSlip *slip,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* Returns: whether the printer has all of it; else %FALSE with words that say what to do (a %DS_ERROR_NOT_FOUND,
 * %DS_ERROR_STATE for no paper, %DS_ERROR_NETWORK, %DS_ERROR_STORAGE or %DS_ERROR_INVALID). */
gboolean ds_printer_print_finish (GAsyncResult *result, GError **error);

G_END_DECLS
