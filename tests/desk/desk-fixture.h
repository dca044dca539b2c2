/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A station's day at its settlement desk: a courier, a shift with money of every kind, cases, a seal, and who works there. */
#pragma once

#include "depot-fixture.h"
#include "ds-desk.h"

G_BEGIN_DECLS

#define DESK_CLERK "li"
#define DESK_AUDITOR "audit"
#define DESK_PASSWORD "four words of my own"
/* What the courier has in the drawer, with the float. */
#define DESK_FLOAT_FEN 20000
#define DESK_CASH_FEN 12350
#define DESK_DIGITAL_FEN 4500
/* Names and texts that would be more than text in a careless page. */
#define DESK_HOSTILE "\"><script>alert('陈伟')</script>&"

typedef struct
{
  DepotFixture base;
  DsDesk *desk;
  char *shift;
  char *cash_payment;
  char *digital_payment;
  char *unclaimed_payment; /* money that no journal explains: a case */
  char *seal;              /* of the shift, once it is closed */
} DeskFixture;

void desk_fixture_set_up (DeskFixture *self, gconstpointer data);
void desk_fixture_tear_down (DeskFixture *self, gconstpointer data);

/* As a kill and a new start of the depot, with its desk. */
void desk_fixture_restart (DeskFixture *self);

/* Closes the shift as its handheld does, and makes its seal. */
void desk_fixture_close_shift (DeskFixture *self, gint64 counted_fen);

/* Returns: (transfer full): a seal of the shift at the journal's end as it is now, signed with @key. */
char *desk_fixture_make_seal (DeskFixture *self, DsKey *key, gint64 counted_fen);

/* Returns: (transfer full): the first password of a new account. */
char *desk_fixture_add_account (DeskFixture *self, const char *id, const char *role);

/* Somebody who has worked here before, with %DESK_PASSWORD. */
void desk_fixture_employ (DeskFixture *self, const char *id, const char *role);

G_END_DECLS
