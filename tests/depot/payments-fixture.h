/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a handheld journals of payments at one stop, and what the depot is seen to make of them. */
#pragma once

#include "depot-fixture.h"

G_BEGIN_DECLS

/* Later than any of these tests. */
#define FAR_MS G_GINT64_CONSTANT (4000000000000)

/* A depot with an enrolled handheld. */
void payments_set_up (DepotFixture *fixture, gconstpointer data);
#define payments_test_add(path, test)                                                                        \
  g_test_add (path, DepotFixture, NULL, payments_set_up, test, depot_fixture_tear_down)

void payments_append_requested (DepotFixture *fixture, const char *id, gint64 amount_fen);
void payments_append_presented (DepotFixture *fixture, const char *id, gint64 amount_fen, const char *source);
void payments_append_scanned (DepotFixture *fixture,
                              const char *id,
                              gint64 amount_fen,
                              const char *code,
                              gint64 expires_at_ms);
void payments_append_cash (DepotFixture *fixture,
                           const char *id,
                           gint64 amount_fen,
                           gint64 tendered_fen,
                           gint64 change_fen);

/* Sends the last line, which the depot must refuse. */
void payments_push_refused (DepotFixture *fixture);
/* Lets the depot do what is due by then. */
void payments_pass_time (DepotFixture *fixture, gint64 ms);
/* The operator has news of a payment. */
void payments_notify (DepotFixture *fixture, TestOperator *op, const char *id);
/* Whether the depot noted such a thing about @subject. */
gboolean payments_has_incident (DepotFixture *fixture, const char *kind, const char *subject);

G_END_DECLS
