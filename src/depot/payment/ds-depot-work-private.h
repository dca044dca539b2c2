/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the three files of the depot's work share: the queue (ds-depot-work.c), the questions (ds-depot-questions.c) and
 * what their answers do (ds-depot-answers.c). */
#pragma once

#include "ds-depot-private.h"

G_BEGIN_DECLS

/**
 * DsJob:
 * @work: (nullable): dropped without it; then its answer only frees it
 * @task: the row it is for
 * @inherited: an earlier process may have asked already
 * @payment: (nullable): as it was when the question was asked
 * @candidates: (element-type DsOperator): whom to ask about it, for a query
 * @n_asked: how many of them have been asked
 * @op: (transfer none) (nullable): who is being asked
 * @redeems: it is a voucher's redemption that was asked for
 * @call: (nullable): what is being asked, and @asked_us: since when
 * @result: (nullable): the answer that says most
 * @answerer: (transfer none) (nullable): whose it is
 * @error: (nullable): what went wrong with any of them
 *
 * One question being asked.
 */
typedef struct
{
  DsDepotWork *work;
  gint64 task;
  DsTaskKind kind;
  char *subject;
  gint64 generation;
  gint64 attempts;
  gboolean inherited;
  DsDepotPayment *payment;
  char *place;
  GPtrArray *candidates;
  guint n_asked;
  DsOperator *op;
  gboolean redeems;
  const char *call;
  gint64 asked_us;
  DsOrderResult *result;
  DsOperator *answerer;
  GError *error;
} DsJob;

void ds_job_free (DsJob *self);

DsDepot *ds_job_get_depot (DsJob *self);

/* ds-depot-work.c: the answer is there; it will be committed, or forgotten when the work was dropped. */
void ds_job_answer (DsJob *self);

/* ds-depot-questions.c: asks; ds_job_answer() follows, always later. */
void ds_job_ask (DsJob *self);

/* ds-depot-answers.c: applies the answer and ends or repeats the task; inside a transaction. */
gboolean ds_job_commit (DsJob *self, GError **error);
/* Its answer could not be applied: it is asked again later. Inside a transaction. */
gboolean ds_job_put_off (DsJob *self, GError **error);

G_END_DECLS
