/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot that keeps the contract in the smallest way, except where a test tells it not to. It speaks HTTPS on a
 * port of its own, on the test's main context. */
#pragma once

#include "ds-authority.h"
#include "ds-clock.h"
#include "ds-enrol-code.h"
#include "ds-key.h"

#include <jansson.h>

/**
 * FakeDepot:
 * @lines: (element-type utf8): the journal it holds
 * @items: (element-type utf8): the feed; the n-th has cursor n
 * @requests: (element-type utf8): "POST /v1/journal", in order
 * @n_tokens: how many were given
 * @clock_offset_ms: its clock is this much ahead of the test's
 * @impatient: it never waits at the feed's end
 */
typedef struct
{
  DsAuthority *authority;
  DsKey *key;
  DsClock *clock;
  GPtrArray *lines;
  GPtrArray *items;
  GPtrArray *requests;
  guint n_tokens;
  gint64 clock_offset_ms;
  gboolean impatient;

  /* Private */
  gpointer server;
  GList *polls;
  DsKey *device_key;
  char *token;
  char *fault_path;
  char *fault_reply;
  gboolean fault_acts;
  guint n_faults;
  guint16 port;
} FakeDepot;

#define FAKE_DEPOT_CODE "7K2M-9QXA"

FakeDepot *fake_depot_new (DsClock *clock);
void fake_depot_free (FakeDepot *self);

/* Stops listening and drops every connection; listens again on the same port. */
void fake_depot_go_down (FakeDepot *self);
void fake_depot_come_up (FakeDepot *self);

/* Returns: (transfer full): what the courier scans. */
DsEnrolCode *fake_depot_make_code (FakeDepot *self);

/* Takes @data. Puts an item into the feed and answers whoever waits for it. */
void fake_depot_tell (FakeDepot *self, const char *type, json_t *data);
/* The same without telling anybody who waits. */
void fake_depot_add (FakeDepot *self, const char *type, json_t *data);

/* All tokens are void from now on. */
void fake_depot_forget_tokens (FakeDepot *self);

/* Drops the connections of those who wait at the feed's end. */
void fake_depot_drop_polls (FakeDepot *self);

/**
 * fake_depot_set_fault:
 * @path: requests that go there
 * @acts: do what is asked, and only then
 * @n: how many times
 * @reply: (nullable): write exactly these bytes and close the connection
 */
void fake_depot_set_fault (FakeDepot *self, const char *path, gboolean acts, guint n, const char *reply);

guint fake_depot_count_requests (FakeDepot *self, const char *request);
