/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operators' answers do, and when a question is asked again. */
#include "config.h"

#include "ds-depot-work-private.h"

#include "ds-error.h"

#define FIRST_RETRY_MS 1000
#define LAST_RETRY_MS (5 * 60 * 1000)
#define QUICK_QUERIES 10 /* then only every LAST_RETRY_MS */
/* Clocks differ, and a customer may pay in a code's last second. */
#define GRACE_MS 60000
/* Nobody at the door asks any more about a code of a closed shift, and a notification may get lost: its statement should
 * not be wrong for longer than about an hour. */
static const gint64 closed_queries_ms[] = { 5 * 60000, 15 * 60000, 60 * 60000 };
/* Money that comes after all is asked for more and more rarely. */
#define FIRST_LATE_QUERY_MS (10 * G_GINT64_CONSTANT (60000))
#define LAST_LATE_QUERY_MS (6 * G_GINT64_CONSTANT (3600000))
#define GIVE_UP_QUERIES_MS (3 * G_GINT64_CONSTANT (86400000))

static gboolean
add_query_later (DsDepot *self, const char *payment_id, gint64 delay_ms, GError **error)
{
  return ds_depot_sql_run (self->db, error,
                           "INSERT OR IGNORE INTO task (kind, subject, priority, generation, attempts,"
                           " due_at_ms) VALUES ('query', ?, 1, 1, 1, ?)",
                           "si", payment_id, ds_depot_now_ms (self) + delay_ms);
}

static gboolean
is_of_closed_shift (DsDepot *self, const DsPayment *payment)
{
  gint64 closed_at_ms = 0;

  return payment->shift_id != NULL
         && ds_depot_sql_get_int (self->db, &closed_at_ms, 0, NULL,
                                  "SELECT closed_at_ms FROM shift WHERE id = ?", "s", payment->shift_id)
         && closed_at_ms > 0;
}

static gint64
get_retry_ms (gint64 attempts)
{
  return MIN (FIRST_RETRY_MS << MIN (attempts, 20), LAST_RETRY_MS);
}

static gint64
get_late_query_ms (gint64 attempts)
{
  return MIN (FIRST_LATE_QUERY_MS << MIN (attempts, 16), LAST_LATE_QUERY_MS);
}

/* When to ask about @payment again. Returns: -1 for never. */
static gint64
get_next_query_ms (DsDepot *self, const DsDepotPayment *payment, gint64 attempts)
{
  gint64 now_ms = ds_depot_now_ms (self);
  const DsPayment *base = payment->base;

  if (ds_depot_payment_is_awaited (payment))
    {
      if (now_ms - base->created_at_ms > GIVE_UP_QUERIES_MS)
        return -1;
      return attempts < QUICK_QUERIES ? ds_depot_get_setting (self, "timings", "query_every_ms")
                                      : LAST_RETRY_MS;
    }
  /* Told of by a line that stands apart, or by a notification alone: no shift waits for it, but its customer may still
   * pay. */
  if (!payment->journalled && payment->booked_fen == 0)
    return now_ms - base->created_at_ms < GIVE_UP_QUERIES_MS ? get_late_query_ms (attempts) : -1;
  /* A shown code is asked about once more when it has ended, and when nobody can be about to pay it any more. */
  if (base->state == DS_PAYMENT_PRESENTED && base->code_expires_at_ms >= now_ms)
    {
      gint64 ends_ms = base->code_expires_at_ms - now_ms + 1000;
      guint step = (guint)MIN (attempts, (gint64)G_N_ELEMENTS (closed_queries_ms) - 1);

      return is_of_closed_shift (self, base) ? MIN (ends_ms, closed_queries_ms[step]) : ends_ms;
    }
  if (base->state == DS_PAYMENT_PRESENTED && base->code_expires_at_ms + GRACE_MS >= now_ms)
    return base->code_expires_at_ms + GRACE_MS - now_ms + 1000;
  /* An order that has expired may be paid all the same, when its shift is closed and the notification got lost. */
  if (base->state == DS_PAYMENT_EXPIRED && now_ms - base->created_at_ms < GIVE_UP_QUERIES_MS)
    return get_late_query_ms (attempts);
  return -1;
}

/* Ends of tasks, inside the transaction that commits their answers */

static gboolean
finish_task (DsJob *job, GError **error)
{
  /* Wanted again in the meantime, it stays. */
  return ds_depot_sql_run (ds_job_get_depot (job)->db, error,
                           "DELETE FROM task WHERE id = ? AND generation = ?", "ii", job->task,
                           job->generation);
}

static gboolean
repeat_task (DsJob *job, gint64 delay_ms, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);

  return ds_depot_sql_run (
      depot->db, error,
      "UPDATE task SET due_at_ms = ?, attempts = attempts + 1 WHERE id = ? AND generation = ?", "iii",
      ds_depot_now_ms (depot) + delay_ms, job->task, job->generation);
}

/* The operator refuses for good, or nobody can be asked. */
static gboolean
job_is_refused (DsJob *job)
{
  return job->result == NULL && job->error != NULL
         && !g_error_matches (job->error, DS_ERROR, DS_ERROR_NETWORK);
}

static gboolean
commit_create (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 patience_ms = ds_depot_get_setting (depot, "timings", "unknown_after_ms");
  gint64 next_ms;

  if (job->result == NULL && payment->base->state == DS_PAYMENT_REQUESTED)
    {
      if (job_is_refused (job))
        return ds_depot_end_payment (depot, payment, DS_PAYMENT_IS_DECLINED, job->error->message, error)
               && finish_task (job, error);
      /* The courier has gone on with another code: one that comes now would only confuse. */
      if (ds_depot_now_ms (depot) - payment->base->changed_at_ms > patience_ms)
        return ds_depot_end_payment (depot, payment, DS_PAYMENT_IS_ENDED, "The operator does not answer",
                                     error)
               && finish_task (job, error);
      return repeat_task (job, get_retry_ms (job->attempts), error);
    }
  if (job->result != NULL && !ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
    return FALSE;
  next_ms = get_next_query_ms (depot, payment, 0);
  return (next_ms < 0 || add_query_later (depot, payment->base->id, next_ms, error))
         && finish_task (job, error);
}

static gboolean
commit_charge (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 next_ms;

  if (job->result == NULL)
    {
      if (!job_is_refused (job))
        return repeat_task (job, get_retry_ms (job->attempts), error);
      return ds_depot_end_payment (depot, payment, DS_PAYMENT_IS_DECLINED, job->error->message, error)
             && finish_task (job, error);
    }
  /* Asked about first, not heard of, and by now too old to be charged. */
  if (job->result->state == DS_ORDER_UNKNOWN)
    return ds_depot_end_payment (depot, payment, DS_PAYMENT_IS_ENDED, "stale", error)
           && finish_task (job, error);

  if (!ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
    return FALSE;
  next_ms = get_next_query_ms (depot, payment, 0);
  return (next_ms < 0 || add_query_later (depot, payment->base->id, next_ms, error))
         && finish_task (job, error);
}

static gboolean
commit_redeem (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);

  if (job->result == NULL)
    {
      if (!job_is_refused (job))
        return repeat_task (job, get_retry_ms (job->attempts), error);
      return ds_depot_end_payment (depot, payment, DS_PAYMENT_IS_DECLINED, job->error->message, error)
             && finish_task (job, error);
    }
  if (!ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
    return FALSE;
  return job->result->state == DS_ORDER_WAITING || job->result->state == DS_ORDER_UNKNOWN
             ? repeat_task (job, get_retry_ms (job->attempts), error)
             : finish_task (job, error);
}

/* A voucher was accepted for the payment while its order was asked about. That the order is open or has ended says
 * nothing about the voucher, which is being redeemed. */
static gboolean
is_overtaken (DsJob *job, const DsDepotPayment *payment)
{
  return payment->base->state == DS_PAYMENT_ACCEPTED
         && (job->result == NULL
             || (job->result->state != DS_ORDER_PAID && job->result->state != DS_ORDER_REFUNDED));
}

/* A code that the handheld built and nobody paid in time: no operator will ever hear of it. Should one do so after all,
 * an expired payment may still become paid. */
static gboolean
has_passed_unheard (DsJob *job, const DsDepotPayment *payment)
{
  return job->error == NULL && job->result != NULL && job->result->state == DS_ORDER_UNKNOWN
         && payment->base->code_expires_at_ms > 0
         && payment->base->code_expires_at_ms + GRACE_MS < ds_depot_now_ms (ds_job_get_depot (job));
}

static gboolean
says_not_paid (DsJob *job)
{
  return job->result == NULL
         || (job->result->state != DS_ORDER_PAID && job->result->state != DS_ORDER_REFUNDED
             && job->result->state != DS_ORDER_WAITING);
}

/* Goods were handed over on digits. No answer is not "not paid"; but digits are given away only once an operator's books
 * say paid, so where every operator answers that it has no money, they proved nothing. */
static gboolean
commit_spoken (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 generation;

  if (job->error != NULL || job->result == NULL)
    return repeat_task (job, get_retry_ms (job->attempts), error);
  if (!ds_depot_sql_get_int (depot->db, &generation, 0, error, "SELECT generation FROM task WHERE id = ?",
                             "i", job->task))
    return FALSE;
  /* Asked before the digits came: the question is asked again. */
  if (generation != job->generation)
    return TRUE;
  return ds_depot_spoken_deny (depot, payment, error) && finish_task (job, error);
}

static gboolean
commit_query (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 next_ms;
  gboolean spoken;

  if (is_overtaken (job, payment))
    return finish_task (job, error);
  if (!ds_depot_spoken_is_awaited (depot, payment, &spoken, error))
    return FALSE;
  if (spoken && says_not_paid (job))
    return commit_spoken (job, payment, error);
  if (has_passed_unheard (job, payment)
      && !ds_depot_end_payment (depot, payment, DS_PAYMENT_IS_ENDED, "No operator knows of it", error))
    return FALSE;
  if (job->result != NULL && !ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
    return FALSE;
  if (job->error != NULL && !job_is_refused (job)
      && (job->result == NULL || job->result->state == DS_ORDER_UNKNOWN))
    return repeat_task (job, get_retry_ms (job->attempts), error);
  next_ms = get_next_query_ms (depot, payment, job->attempts);
  return next_ms < 0 ? finish_task (job, error) : repeat_task (job, next_ms, error);
}

static gboolean
commit_prefetch (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  gboolean later = job->result == NULL && (job->op == NULL || !job_is_refused (job));

  if (job->result != NULL && !ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
    return FALSE;
  /* The stop goes out also without its code, once: a route must not wait for an operator. */
  if ((job->result != NULL || job->attempts == 0)
      && !ds_depot_publish_stop (depot, payment->base->stop_id, error))
    return FALSE;
  return later ? repeat_task (job, get_retry_ms (job->attempts), error) : finish_task (job, error);
}

/* The courier must know: the customer is still owed the money. */
static gboolean
tell_refund_declined (DsDepot *depot,
                      const DsDepotPayment *payment,
                      const char *refund_id,
                      const char *why,
                      GError **error)
{
  g_autofree char *words = g_utf8_make_valid (why, -1);
  g_autofree char *text = g_strdup_printf ("A refund was declined: %s", words);

  /* Of money that no journal mentions there may be no courier. */
  return ds_depot_note_incident (depot, "refund-declined", refund_id, words, error)
         && (payment->courier_id == NULL
             || ds_feed_put (depot->feed, payment->courier_id, "notice", refund_id, ds_depot_now_ms (depot),
                             json_pack ("{s:s, s:s}", "id", refund_id, "text", text), error));
}

/* That the operator has understood says nothing: a refund is made when what it has given back comes to this one, too. */
static gboolean
is_given_back (DsJob *job, const DsDepotPayment *payment, gboolean *given_back, GError **error)
{
  gint64 sum_fen;

  if (!ds_depot_sql_get_int (ds_job_get_depot (job)->db, &sum_fen, 0, error,
                             "SELECT sum (amount_fen) FROM refund WHERE payment = ? AND (outcome = 'refunded'"
                             " OR id = ?)",
                             "ss", payment->base->id, job->subject))
    return FALSE;
  *given_back = job->result != NULL && job->result->refunded_fen >= sum_fen;
  return TRUE;
}

static gboolean
commit_refund (DsJob *job, DsDepotPayment *payment, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  gboolean declined = job_is_refused (job) || (job->result && job->result->state == DS_ORDER_DECLINED);
  const char *outcome = declined ? "declined" : "refunded";
  gboolean given_back;

  if (!is_given_back (job, payment, &given_back, error))
    return FALSE;
  if (!given_back && !declined)
    return (job->result == NULL || ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
           && repeat_task (job, get_retry_ms (job->attempts), error);
  /* First, since what is told of the payment says what is still under way. */
  if (!ds_depot_sql_run (depot->db, error, "UPDATE refund SET outcome = ? WHERE id = ?", "ss", outcome,
                         job->subject))
    return FALSE;
  if (declined)
    {
      const char *why = job->error ? job->error->message : job->result->reason;

      if (!tell_refund_declined (depot, payment, job->subject, why ? why : "", error)
          || !ds_depot_publish_payment (depot, payment, error))
        return FALSE;
    }
  else if (!ds_depot_apply_result (depot, payment, job->answerer, job->result, error))
    return FALSE;
  return finish_task (job, error);
}

/* An operator that hands on no messages, or a payment without digits: the clerk can still read them out. */
static gboolean
commit_tell (DsJob *job, GError **error)
{
  return job->error != NULL && g_error_matches (job->error, DS_ERROR, DS_ERROR_NETWORK)
             ? repeat_task (job, get_retry_ms (job->attempts), error)
             : finish_task (job, error);
}

static gboolean
commit_close (DsJob *job, GError **error)
{
  if (job->error == NULL)
    return finish_task (job, error);
  /* It has found payments to ask about: it goes on when they are answered. */
  if (g_error_matches (job->error, DS_ERROR, DS_ERROR_STATE))
    return repeat_task (job, 0, error);
  return repeat_task (job, get_retry_ms (job->attempts), error);
}

gboolean
ds_job_put_off (DsJob *job, GError **error)
{
  return repeat_task (job, get_retry_ms (job->attempts), error);
}

gboolean
ds_job_commit (DsJob *job, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  if (job->kind == DS_TASK_CLOSE)
    return commit_close (job, error);
  if (job->payment == NULL)
    return job->error != NULL ? repeat_task (job, get_retry_ms (job->attempts), error)
                              : finish_task (job, error);
  /* Not the row as it was when the question was asked: other things may have happened since. */
  if (!ds_depot_payment_load (ds_job_get_depot (job)->db, job->payment->base->id, &payment, error))
    return FALSE;

  switch (job->kind)
    {
    case DS_TASK_CREATE:
      return commit_create (job, payment, error);
    case DS_TASK_CHARGE:
      return commit_charge (job, payment, error);
    case DS_TASK_REDEEM:
      return commit_redeem (job, payment, error);
    case DS_TASK_REFUND:
      return commit_refund (job, payment, error);
    case DS_TASK_QUERY:
      return job->redeems ? commit_redeem (job, payment, error) : commit_query (job, payment, error);
    case DS_TASK_PREFETCH:
      return commit_prefetch (job, payment, error);
    case DS_TASK_TELL:
      return commit_tell (job, error);
    case DS_TASK_CLOSE:
    case DS_N_TASKS:
    default:
      g_assert_not_reached ();
    }
}
