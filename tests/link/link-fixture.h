/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handheld's store and link, and the depot that they exchange with, which does as it is told. */
#pragma once

#include "ds-json.h"
#include "ds-link.h"

#include "fake-depot.h"

G_BEGIN_DECLS

#define HOUR_MS (60 * 60 * 1000)

typedef struct
{
  DsManualClock *clock;
  DsRandom *random;
  FakeDepot *depot;
  DsStore *store;
  DsLink *link;
  guint n_caught_up;
  guint n_online_changes;
} LinkFixture;

/* By default nothing is tried again by itself, so that a test sees each step; with these it is, at once. */
extern const DsLinkTimings link_fixture_eager;
/* A long poll is not very long, and the pause after one that was ended at once is much shorter. */
extern const DsLinkTimings link_fixture_brisk;

/* @data: (nullable): the timings of the link, once it is enrolled. */
void link_fixture_set_up (LinkFixture *fixture, gconstpointer data);
void link_fixture_set_up_enrolled (LinkFixture *fixture, gconstpointer data);
/* … and everything that there was has been exchanged: it waits at the feed's end. */
void link_fixture_set_up_synced (LinkFixture *fixture, gconstpointer data);
/* The handheld is started anew after one of its files was lost. */
void link_fixture_reopen_without (LinkFixture *fixture, const char *name);
void link_fixture_tear_down (LinkFixture *fixture, gconstpointer data);

#define link_test_add(path, timings, set_up, test)                                                           \
  g_test_add (path, LinkFixture, timings, link_fixture_##set_up, test, link_fixture_tear_down)

DsIdentity *link_fixture_ask_to_enrol (LinkFixture *fixture, const DsEnrolCode *code, GError **error);
void link_fixture_enrol (LinkFixture *fixture);

/* Journals an entry, as a courier does. Takes @data. */
void link_fixture_append (LinkFixture *fixture, const char *type, json_t *data);
void link_fixture_append_jump (LinkFixture *fixture);

/* Returns: (transfer full): what the depot's feed says of a stop with one parcel. */
json_t *link_fixture_make_stop (guint number);

guint link_fixture_count_stops (LinkFixture *fixture);
guint link_fixture_count_problems (LinkFixture *fixture, const char *kind);
gint64 link_fixture_count_unsent (LinkFixture *fixture);

#define PUSH "POST /v1/journal"
#define PULL "GET /v1/feed"
#define TOKEN "POST /v1/tokens"

/* How often the depot was asked so. */
guint link_fixture_count_requests (LinkFixture *fixture, const char *request);
gboolean link_fixture_is_busy (LinkFixture *fixture);

/* Returns: (transfer full): an HTTP reply as it goes over the line. */
char *link_fixture_make_reply (const char *status, const char *media, const char *body);

/* Asserts that it is offline, and says so to the courier with @words. */
void link_fixture_assert_offline (LinkFixture *fixture, const char *words);

G_END_DECLS
