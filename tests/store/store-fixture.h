/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store on a directory of its own, with a depot's key to sign what the depot would, and calls that wait. */
#pragma once

#include "ds-clock.h"
#include "ds-error.h"
#include "ds-random.h"
#include "ds-store.h"

G_BEGIN_DECLS

#define FIXTURE_WALL_MS (G_GINT64_CONSTANT (1795341600000))

typedef struct
{
  char *directory;
  DsManualClock *clock;
  DsRandom *random;
  DsKey *depot_key;
  DsStore *store;
  char *shift;   /* of the last fixture_open_shift() */
  gint64 cursor; /* of the last feed item made */
} StoreFixture;

/* A new directory and a store on it, opened; with @data non-NULL also enrolled. */
void fixture_set_up (StoreFixture *fixture, gconstpointer data);
/* Closes the store, sees that its object is gone, and removes the directory. */
void fixture_tear_down (StoreFixture *fixture, gconstpointer data);

/* Closes the store and makes another on the same directory. */
void fixture_close (StoreFixture *fixture);
gboolean fixture_open (StoreFixture *fixture, GError **error);
void fixture_reopen (StoreFixture *fixture);
void fixture_enrol (StoreFixture *fixture);

/* Takes @data. Fails the test on error. */
GPtrArray *fixture_append (StoreFixture *fixture, const char *type, json_t *data);
/* Takes @data. Wants exactly this error, and nothing journalled. */
void fixture_append_refused (StoreFixture *fixture, const char *type, json_t *data, DsError code);
gboolean fixture_try_append (StoreFixture *fixture, const DsDraft *drafts, gsize n_drafts, GError **error);

void fixture_open_shift (StoreFixture *fixture, gint64 float_fen);
char *fixture_new_id (StoreFixture *fixture);

/* A payment of all of a stop's parcels, "NAME-1" and "NAME-2"; returns its id. */
json_t *fixture_new_payment (StoreFixture *fixture, const char *payment, const char *stop, gint64 amount_fen);
char *fixture_present (StoreFixture *fixture, const char *stop, gint64 amount_fen);
char *fixture_take_cash (StoreFixture *fixture, const char *stop, gint64 amount_fen, gint64 tendered_fen);
void fixture_tell (StoreFixture *fixture, const char *type, const char *payment);

/* Feed items as lines; the cursor is the next one. */
char *fixture_stop_item (StoreFixture *fixture, const char *stop, gint64 position, gint64 due_fen);
char *fixture_payment_item (StoreFixture *fixture,
                            const char *payment,
                            const char *stop,
                            const char *state,
                            gint64 amount_fen);
/* Takes @data. */
char *fixture_item (StoreFixture *fixture, const char *type, json_t *data);
/* Takes @line. Returns: the cursor afterwards. */
gint64 fixture_feed (StoreFixture *fixture, char *line);
gint64 fixture_try_feed (StoreFixture *fixture, const char *lines, GError **error);
json_t *fixture_settings (void);

/* @head: (nullable): the true one if NULL */
char *fixture_acknowledgement (StoreFixture *fixture, gint64 seq, const char *head);
gboolean fixture_acknowledge (StoreFixture *fixture, const char *text, json_t *refused, GError **error);
DsOutbox *fixture_load_outbox (StoreFixture *fixture, guint max_lines, gsize max_bytes);
/* Returns: (transfer full): the journal line by line, as exported. */
GStrv fixture_export (StoreFixture *fixture);

GPtrArray *fixture_load_stops (StoreFixture *fixture);
DsStop *fixture_load_stop (StoreFixture *fixture, const char *stop);
DsPayment *fixture_load_payment (StoreFixture *fixture, const char *stop, const char *payment);
GPtrArray *fixture_load_problems (StoreFixture *fixture);
void
fixture_load_exposure (StoreFixture *fixture, const char *serial, DsExposure *exposure, gint64 *wallet_fen);
DsStop *fixture_find_stop (StoreFixture *fixture, const char *what);

/* Compares the projections with ones made anew; closes and opens the store for it. */
void fixture_assert_rebuildable (StoreFixture *fixture);

/* Changes bytes of a file of the (closed) store. */
char *fixture_path (StoreFixture *fixture, const char *name);
void fixture_copy_file (const char *from, const char *to);

G_END_DECLS
