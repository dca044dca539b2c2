/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settlement desk: web pages for the station's clerk, made by the depot, over HTTPS on a port of their own.
 *
 * Pages are whole without script; a little of it keeps the list of shifts fresh, adds up what is counted and reads a seal
 * with the camera. Every page is in the language that the browser asks for or that was chosen. Nobody sees anything without
 * signing in (ds-depot-accounts.h); everything that changes something carries the sign-in's own token, and is recorded with
 * who did it. Main thread; pages are bounded, and what takes long (passwords, pictures, PDF) is done elsewhere. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

typedef struct _DsDesk DsDesk;

/**
 * ds_desk_new:
 * @depot: whose desk it is
 * @locale_directory: (nullable): where the translations are, see ds_desk_catalogue_new()
 *
 * Returns: (transfer full): the desk, not yet listening; it must go before @depot closes
 */
DsDesk *ds_desk_new (DsDepot *depot, DsClock *clock, DsRandom *random, const char *locale_directory);
void ds_desk_free (DsDesk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDesk, ds_desk_free)

/**
 * ds_desk_listen:
 * @everywhere: listen on all addresses; loopback otherwise
 * @port: 0 for any
 *
 * With the depot's certificate.
 */
gboolean ds_desk_listen (DsDesk *self, gboolean everywhere, guint16 port, GError **error);

/* Returns: (transfer none) (nullable): "https://127.0.0.1:PORT/desk/" once listening. */
const char *ds_desk_get_address (DsDesk *self);

G_END_DECLS
