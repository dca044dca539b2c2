/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot that listens, two operators behind it, and an enrolled handheld in front of it. */
#pragma once

#include "ds-depot.h"
#include "ds-entry.h"
#include "test-operator.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct
{
  char *directory;
  DsManualClock *clock;
  DsRandom *random;
  TestOperator *operator_a;
  TestOperator *operator_b;
  DsDepot *depot;
  SoupSession *session;
  char *address;

  /* The handheld */
  DsKey *key;
  char *device;
  char *token;
  gint64 seq;
  char *head;
  GPtrArray *lines; /* (element-type utf8): its journal */
  gint64 cursor;
} DepotFixture;

void depot_fixture_set_up (DepotFixture *self, gconstpointer data);
void depot_fixture_tear_down (DepotFixture *self, gconstpointer data);
#define depot_test_add(path, test)                                                                           \
  g_test_add (path, DepotFixture, NULL, depot_fixture_set_up, test, depot_fixture_tear_down)

/* As a kill and a new start: nothing is carried over but the files. */
void depot_fixture_restart (DepotFixture *self);

/* Opens the depot of the fixture's directory beside the one there is, which must be closed. */
DsDepot *depot_fixture_try_open (DepotFixture *self, GError **error);

/* Removes what a fixture that was torn down has left, so that the next one begins anew in the same test. */
void depot_fixture_remove_files (void);

/* Runs the main loop until the depot has nothing to do now. */
void depot_fixture_settle (DepotFixture *self);

/* A request that has been answered. */
typedef struct
{
  guint status; /* 0 when there was no answer */
  GBytes *body;
  SoupMessageHeaders *headers; /* (nullable) */
  gboolean done;
} Reply;

void reply_clear (Reply *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reply, reply_clear)
json_t *reply_get_object (Reply *self);
/* Asserts status and the end of the problem's type. */
void reply_assert_trouble (Reply *self, guint status, const char *name);

/* Sends and waits. @body: (nullable). */
void depot_fixture_send (DepotFixture *self,
                         const char *method,
                         const char *path,
                         const char *token,
                         const void *body,
                         gssize n,
                         Reply *reply);
/* Sends and goes on; @reply->done tells when it has come. */
void depot_fixture_begin (DepotFixture *self,
                          const char *method,
                          const char *path,
                          const char *token,
                          const void *body,
                          gssize n,
                          Reply *reply);
void depot_fixture_begin_message (DepotFixture *self, SoupMessage *message, Reply *reply);
void depot_fixture_wait (Reply *reply);
/* Waits until @n long polls sleep at the depot. */
void depot_fixture_wait_for_polls (DepotFixture *self, guint n);

/* Returns: (transfer full): a one-time code for courier 0317, or another. */
char *depot_fixture_make_code (DepotFixture *self);
char *depot_fixture_make_code_for (DepotFixture *self, const char *courier_id);
void depot_fixture_send_enrolment (DepotFixture *self, DsKey *key, const char *code, Reply *reply);
void depot_fixture_send_assertion (DepotFixture *self, gint64 at_ms, const char *nonce, Reply *reply);
/* Enrols as courier 0317 and gets a token. */
void depot_fixture_enrol (DepotFixture *self);

/* A new token for the enrolled handheld, for after a restart. */
void depot_fixture_renew_token (DepotFixture *self);
/* Lays the handheld aside and enrols another for @courier_id. */
void depot_fixture_switch_handheld (DepotFixture *self, const char *courier_id);

/* Journals an entry without sending it. @format: as for json_pack(), an object. */
void depot_fixture_append (DepotFixture *self, const char *type, const char *format, ...);
/* The same with an id that is given, as a handheld that gives one twice. Takes @contents. */
void depot_fixture_append_as (DepotFixture *self, const char *id, const char *type, json_t *contents);
/* Sends the lines from @first (counted from 0) on. */
void depot_fixture_push_from (DepotFixture *self, guint first, Reply *reply);
/* Sends the last line alone, asserts that it was taken, and lets the depot work. Returns: why it was refused, or NULL. */
char *depot_fixture_push (DepotFixture *self);

/* The same, asserting that it was not refused. */
void depot_fixture_push_well (DepotFixture *self);
/* Opens a shift, takes cash in it, closes it. Returns: (transfer full): its id. */
char *depot_fixture_open_shift (DepotFixture *self, gint64 float_fen);
void depot_fixture_take_cash (DepotFixture *self, const char *shift, gint64 amount_fen);
void depot_fixture_close_shift (DepotFixture *self, const char *shift, gint64 counted_fen);
/* Returns: (transfer full): the id of a payment by payer code, of which the operator makes what it will. */
char *depot_fixture_scan (DepotFixture *self, const char *shift, const char *payer_code, gint64 amount_fen);

/* Returns: (transfer full): the id of the entry at @at (counted from 0). */
char *depot_fixture_get_entry_id (DepotFixture *self, guint at);
/* Forgets the lines from @n on, as a handheld that was put back to an old copy. */
void depot_fixture_go_back (DepotFixture *self, guint n);
/* Returns: (transfer full): a rescue file of @n lines from @first (counted from 0) on; @ended: with its end. */
GBytes *depot_fixture_seal (DepotFixture *self, guint first, guint n, gboolean ended);

/* Returns: (transfer full) (nullable): the "data" of the newest item of @type about @subject in the whole feed. */
json_t *depot_fixture_find_item (DepotFixture *self, const char *type, const char *subject);
/* Asserts the state of the payment in the feed; @state "" when the feed has no such item. */
void depot_fixture_assert_state (DepotFixture *self, const char *payment_id, const char *state);
/* Returns: (transfer full): a new id. */
char *depot_fixture_make_id (DepotFixture *self);
/* Returns: the balance of one account. */
gint64 depot_fixture_get_balance (DepotFixture *self, const char *account);
json_t *depot_fixture_import (DepotFixture *self, const char *csv, GError **error);

G_END_DECLS
