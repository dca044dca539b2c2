/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A depot over several days, with daily files that are written by hand as an operator would. */
#pragma once

#include "depot-fixture.h"
#include "ds-day.h"

G_BEGIN_DECLS

#define HOUR_MS (G_GINT64_CONSTANT (3600000))

typedef struct
{
  DepotFixture base;
  char *shift;
  gint64 day_ms; /* the first day's begin */
} DayFixture;

typedef struct
{
  GString *text;
  gint64 noon_ms;
  guint n;
  gint64 credits_fen;
  gint64 refunds_fen;
  gint64 payouts_fen;
  gint64 fees_fen;
  gint64 collections_fen;
  gboolean with_payouts;
} DayFile;

/* To @hour:@minute of the @n-th day of the test, the first being 0. */
void day_fixture_go_to (DayFixture *self, int n, int hour, int minute);
void day_fixture_set_up (DayFixture *self, gconstpointer data);
void day_fixture_tear_down (DayFixture *self, gconstpointer data);
const char *day_fixture_name_day (DayFixture *self, int n, char day[DS_DAY_SIZE]);
/* A file of operator 003 for the @n-th day, written by hand. */
DayFile day_fixture_begin_file (DayFixture *self, int n);
/* @kind: "payment", "voucher" or "refund" */
void day_file_add (DayFile *self, const char *kind, const char *payment_id, gint64 amount_fen);
/* @kind: "payout", "fee" or "collection" */
void day_file_add_payout (DayFile *self,
                          const char *kind,
                          const char *day,
                          gint64 amount_fen,
                          const char *reference);
GBytes *day_file_end (DayFile *self);
/* Takes it in; the books are balanced after it. Returns: (transfer full) */
json_t *day_fixture_take (DayFixture *self, GBytes *file);
/* @file: (transfer full): nothing of it is taken, and the words of why have @words in them */
void day_fixture_assert_refused (DayFixture *self, GBytes *file_, int code, const char *words);
gint64 day_get_number (json_t *answer, const char *member);
void day_assert_balanced (json_t *answer, gint64 n_matched);
/* Returns: the number of the case among those of the answer, or 0. */
gint64 day_find_case (json_t *answer, const char *kind, const char *subject, gint64 amount_fen);
void day_fixture_resolve (DayFixture *self, gint64 number, const char *how);
/* Returns: (transfer full): a payment that operator 003 has. */
char *day_fixture_pay (DayFixture *self, gint64 amount_fen);
guint day_fixture_count_open_cases (DayFixture *self);
gint64 day_fixture_get_balance (DayFixture *self, const char *account);
/* Returns: (transfer full): the good file with one text in the place of another. */
GBytes *day_file_spoil (GBytes *good, const char *what, const char *with);

#define day_test_add(path, test)                                                                             \
  g_test_add (path, DayFixture, NULL, day_fixture_set_up, test, day_fixture_tear_down)

G_END_DECLS
