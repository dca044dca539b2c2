/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A large station: what years leave in a depot's tables, written into them at once. */
#pragma once

#include "desk-fixture.h"

G_BEGIN_DECLS

/* Payments of each shift. */
#define DESK_FILLER_PAYMENTS 20

/* The day that was closed last, so many days ago. */
#define DESK_FILLER_CLOSED_DAYS 7

/* Adds @n_shifts, of @n_couriers in turn, with their payments, bookings, entries, statements and some open cases. */
void desk_filler_fill (DeskFixture *self, guint n_shifts, guint n_couriers);

G_END_DECLS
