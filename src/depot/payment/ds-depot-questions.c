/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operators are asked. */
#include "config.h"

#include "ds-depot-monitor.h"
#include "ds-depot-work-private.h"

#include "ds-encoding.h"
#include "ds-error.h"

static void
answer_with_error (DsJob *job, DsError code, const char *message)
{
  g_clear_error (&job->error);
  job->error = g_error_new_literal (DS_ERROR, (gint)code, message);
  ds_job_answer (job);
}

/* How much an answer says, to choose among several operators'. */
static guint
get_weight (DsOrderState state)
{
  static const guint weights[] = {
    [DS_ORDER_UNKNOWN] = 0, [DS_ORDER_OPEN] = 1, [DS_ORDER_EXPIRED] = 2,  [DS_ORDER_DECLINED] = 3,
    [DS_ORDER_WAITING] = 4, [DS_ORDER_PAID] = 5, [DS_ORDER_REFUNDED] = 6,
  };

  return weights[state];
}

/* Whether another operator than the one that answered may have the money all the same. */
static gboolean
may_be_elsewhere (DsJob *job)
{
  if (job->result == NULL || job->result->state == DS_ORDER_UNKNOWN)
    return TRUE;
  /* Of a payment that no journal tells of, the one may have an order for its code, and the other have redeemed its
   * voucher. */
  if (!job->payment->journalled)
    return get_weight (job->result->state) < get_weight (DS_ORDER_PAID);
  /* A code that the handheld built belongs to no operator: whoever was paid knows of it. */
  return job->result->state == DS_ORDER_OPEN && job->payment->base->source == DS_CODE_SOURCE_BUILT;
}

static gboolean ask_next (DsJob *job);
static void ask_charge (DsJob *job);

/* What follows is asked of the job's operator. */
static void
begin_call (DsJob *job, const char *call)
{
  job->call = call;
  job->asked_us = g_get_monotonic_time ();
  ds_depot_monitor_asked (ds_job_get_depot (job)->monitor, job->op);
}

static void
end_call (DsJob *job, const DsOrderResult *result, const GError *error)
{
  if (job->work != NULL)
    ds_depot_monitor_was_told (ds_job_get_depot (job)->monitor, job->op, job->call,
                               g_get_monotonic_time () - job->asked_us, result, error);
}

static void
take_answer (DsJob *job, DsOrderResult *result, GError *error)
{
  end_call (job, result, error);
  if (result != NULL && (job->result == NULL || get_weight (result->state) > get_weight (job->result->state)))
    {
      g_clear_pointer (&job->result, ds_order_result_free);
      job->result = g_steal_pointer (&result);
      job->answerer = job->op;
    }
  g_clear_pointer (&result, ds_order_result_free);
  if (error != NULL)
    {
      g_clear_error (&job->error);
      job->error = error;
    }
}

static void
did_answer (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  DsJob *job = user_data;
  GError *error = NULL;
  DsOrderResult *result = ds_operator_order_finish (DS_OPERATOR (source), async_result, &error);

  take_answer (job, result, error);
  ds_job_answer (job);
}

static void
did_query (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  DsJob *job = user_data;
  GError *error = NULL;
  DsOrderResult *result = ds_operator_order_finish (DS_OPERATOR (source), async_result, &error);

  take_answer (job, result, error);
  if (job->work == NULL)
    {
      ds_job_answer (job);
      return;
    }
  if (job->redeems)
    {
      /* What stands behind the declined voucher is not known: neither is the payment's end. */
      if (g_error_matches (job->error, DS_ERROR, DS_ERROR_NETWORK))
        g_clear_pointer (&job->result, ds_order_result_free);
      else if (job->result->state == DS_ORDER_DECLINED && ask_next (job))
        return;
      ds_job_answer (job);
      return;
    }
  if (job->kind == DS_TASK_QUERY && may_be_elsewhere (job) && ask_next (job))
    return;
  if (job->kind == DS_TASK_CHARGE && job->payment->payer_code != NULL && job->result != NULL
      && job->result->state == DS_ORDER_UNKNOWN
      && job->payment->base->code_expires_at_ms > ds_depot_now_ms (ds_job_get_depot (job)))
    {
      g_clear_pointer (&job->result, ds_order_result_free);
      ask_charge (job);
      return;
    }
  ds_job_answer (job);
}

static DsOrder
make_order (DsJob *job, gint64 expires_at_ms)
{
  return (DsOrder){
    .payment_id = job->payment->base->id,
    .amount_fen = job->payment->base->amount_fen,
    .payee_id = ds_depot_get_payee_id (ds_job_get_depot (job)),
    .payee_name = ds_depot_get_payee_name (ds_job_get_depot (job)),
    .device_id = job->payment->device_id ? job->payment->device_id : "depot",
    .place = job->place ? job->place : "",
    .expires_at_ms = expires_at_ms,
  };
}

/* The operator that makes the codes of a stop: by turns along the route. */
static DsOperator *
choose_operator (DsJob *job)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 position = 0;

  if (job->payment->base->operator_id != NULL)
    return ds_depot_find_operator (depot, job->payment->base->operator_id);
  if (depot->operators->len == 0)
    return NULL;
  ds_depot_sql_get_int (depot->db, &position, 0, NULL, "SELECT position FROM stop WHERE id = ?", "s",
                        job->payment->base->stop_id);
  return g_ptr_array_index (depot->operators, (guint)position % depot->operators->len);
}

static void
ask_create (DsJob *job)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 life_ms = ds_depot_get_setting (depot, "timings", "built_code_life_ms");
  gint64 expires_at_ms = job->kind == DS_TASK_PREFETCH ? job->payment->base->code_expires_at_ms
                                                       : ds_depot_now_ms (depot) + life_ms;
  DsOrder order = make_order (job, expires_at_ms);

  job->op = choose_operator (job);
  if (job->op == NULL)
    {
      answer_with_error (job, DS_ERROR_REFUSED, "This depot works with no operator: take cash");
      return;
    }
  begin_call (job, "create");
  ds_operator_create_async (job->op, &order, depot->closing, did_answer, job);
}

static void
ask_charge (DsJob *job)
{
  DsOrder order = make_order (job, job->payment->base->code_expires_at_ms);

  begin_call (job, "charge");
  ds_operator_charge_async (job->op, &order, job->payment->payer_code, ds_job_get_depot (job)->closing,
                            did_answer, job);
}

static void
start_charge (DsJob *job)
{
  DsDepot *depot = ds_job_get_depot (job);
  /* This depot may have charged a stale one before it was restored from a backup. */
  gboolean is_stale = job->payment->base->code_expires_at_ms <= ds_depot_now_ms (depot);
  /* Without its payer code it has had an answer: a notification was faster than the charge's own, which got lost. */
  gboolean is_known = job->payment->payer_code == NULL;
  gboolean may_be_charged = job->inherited || job->attempts > 0 || is_stale || is_known;

  job->op = choose_operator (job);
  if (job->op == NULL)
    {
      answer_with_error (job, DS_ERROR_REFUSED, "No operator of this depot knows the wallet");
      return;
    }
  if (!may_be_charged)
    {
      ask_charge (job);
      return;
    }
  begin_call (job, "query");
  ds_operator_query_async (job->op, job->payment->base->id, depot->closing, did_query, job);
}

/* A voucher is declined also when the customer has paid the same payment by its code: then the payment is paid. */
static void
did_redeem (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  DsJob *job = user_data;
  GError *error = NULL;
  DsOrderResult *result = ds_operator_order_finish (DS_OPERATOR (source), async_result, &error);

  take_answer (job, result, error);
  if (job->work == NULL || job->result == NULL || job->result->state != DS_ORDER_DECLINED || !ask_next (job))
    ds_job_answer (job);
}

static void
ask_redeem (DsJob *job)
{
  g_autoptr (GBytes) voucher
      = ds_base64url_decode (job->payment->voucher ? job->payment->voucher : "", -1, NULL);

  job->redeems = TRUE;
  job->op = choose_operator (job);
  if (job->op == NULL || voucher == NULL)
    {
      answer_with_error (job, DS_ERROR_REFUSED, "No operator of this depot redeems the voucher");
      return;
    }
  begin_call (job, "redeem");
  ds_operator_redeem_async (job->op, voucher, ds_job_get_depot (job)->closing, did_redeem, job);
}

/* Whom to ask about a payment: its own operator first. */
static GPtrArray *
find_candidates (DsJob *job)
{
  DsDepot *depot = ds_job_get_depot (job);
  const DsPayment *base = job->payment->base;
  DsOperator *own = base->operator_id ? ds_depot_find_operator (depot, base->operator_id) : NULL;
  GPtrArray *candidates = g_ptr_array_new ();

  if (own != NULL)
    g_ptr_array_add (candidates, own);
  /* Only the wallet's own operator can have charged it. */
  for (guint i = 0; (own == NULL || base->tender == DS_TENDER_CODE) && i < depot->operators->len; i++)
    {
      if (g_ptr_array_index (depot->operators, i) != own)
        g_ptr_array_add (candidates, g_ptr_array_index (depot->operators, i));
    }
  return candidates;
}

/* Asks the next operator about a payment. Returns: whether there was one. */
static gboolean
ask_next (DsJob *job)
{
  if (job->candidates == NULL)
    job->candidates = find_candidates (job);
  if (job->n_asked == job->candidates->len)
    return FALSE;
  job->op = g_ptr_array_index (job->candidates, job->n_asked++);
  begin_call (job, "query");
  ds_operator_query_async (job->op, job->payment->base->id, ds_job_get_depot (job)->closing, did_query, job);
  return TRUE;
}

static void
start_query (DsJob *job)
{
  if (job->payment->base->state == DS_PAYMENT_ACCEPTED && job->payment->voucher != NULL)
    ask_redeem (job);
  else if (!ask_next (job))
    answer_with_error (job, DS_ERROR_REFUSED, "This depot works with no operator");
}

static void
start_refund (DsJob *job)
{
  DsDepot *depot = ds_job_get_depot (job);
  gint64 amount_fen = 0;

  job->op = choose_operator (job);
  if (job->op == NULL
      || !ds_depot_sql_get_int (depot->db, &amount_fen, 0, NULL, "SELECT amount_fen FROM refund WHERE id = ?",
                                "s", job->subject))
    {
      answer_with_error (job, DS_ERROR_REFUSED, "No operator of this depot has the payment");
      return;
    }
  begin_call (job, "refund");
  ds_operator_refund_async (job->op, job->payment->base->id, job->subject, amount_fen, depot->closing,
                            did_answer, job);
}

static void
did_tell (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  DsJob *job = user_data;

  ds_operator_tell_payer_finish (DS_OPERATOR (source), async_result, &job->error);
  end_call (job, NULL, job->error);
  ds_job_answer (job);
}

static void
start_tell (DsJob *job)
{
  DsDepot *depot = ds_job_get_depot (job);
  g_autofree char *text = ds_depot_spoken_make_text (depot, job->payment, &job->error);

  job->op = choose_operator (job);
  if (text == NULL)
    ds_job_answer (job);
  else if (job->op == NULL)
    answer_with_error (job, DS_ERROR_REFUSED, "No operator of this depot has the payment");
  else
    {
      begin_call (job, "tell");
      ds_operator_tell_payer_async (job->op, job->payment->base->id, text, depot->closing, did_tell, job);
    }
}

static void
did_settle (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsJob *job = user_data;

  ds_depot_settle_finish (DS_DEPOT (source), result, &job->error);
  ds_job_answer (job);
}

static gboolean
load_subject (DsJob *job, GError **error)
{
  DsDepot *depot = ds_job_get_depot (job);
  g_autofree char *payment_id = NULL;

  if (job->kind == DS_TASK_CLOSE)
    return TRUE;
  if (job->kind == DS_TASK_REFUND
      && !ds_depot_sql_get_text (depot->db, &payment_id, error, "SELECT payment FROM refund WHERE id = ?",
                                 "s", job->subject))
    return FALSE;
  if (!ds_depot_payment_load (depot->db, payment_id ? payment_id : job->subject, &job->payment, error))
    return FALSE;
  return job->payment == NULL
         || ds_depot_sql_get_text (depot->db, &job->place, error, "SELECT place FROM stop WHERE id = ?", "s",
                                   job->payment->base->stop_id);
}

void
ds_job_ask (DsJob *job)
{
  if (!load_subject (job, &job->error) || (job->payment == NULL && job->kind != DS_TASK_CLOSE))
    {
      ds_job_answer (job);
      return;
    }
  switch (job->kind)
    {
    case DS_TASK_CREATE:
    case DS_TASK_PREFETCH:
      ask_create (job);
      break;
    case DS_TASK_CHARGE:
      start_charge (job);
      break;
    case DS_TASK_REDEEM:
      ask_redeem (job);
      break;
    case DS_TASK_REFUND:
      start_refund (job);
      break;
    case DS_TASK_QUERY:
      start_query (job);
      break;
    case DS_TASK_TELL:
      start_tell (job);
      break;
    case DS_TASK_CLOSE:
      ds_depot_settle_async (ds_job_get_depot (job), job->subject, job->attempts == 0,
                             ds_job_get_depot (job)->closing, did_settle, job);
      break;
    case DS_N_TASKS:
    default:
      g_assert_not_reached ();
    }
}
