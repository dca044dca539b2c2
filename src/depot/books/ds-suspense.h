/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of a stop's money stands in the merchant's favour and which waits in suspense (挂账): pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsHeldMoney:
 * @held_fen: what the books hold of a payment: what came in less what went back
 * @suspense_fen: how much of it waits in suspense; read for what was assigned before, set to what should wait
 * @kept_fen: how much of it a clerk decided to keep although it is not due
 * @usable: it can pay for the stop: a journal mentions it, and it is of the amount that was asked for
 * @own: the courier who took it has the stop
 * @superseded: the courier had taken another way
 * @cash: cash, which the depot cannot give back by itself
 */
typedef struct
{
  gint64 held_fen;
  gint64 suspense_fen;
  gint64 kept_fen;
  gboolean usable;
  gboolean own;
  gboolean superseded;
  gboolean cash;
} DsHeldMoney;

/**
 * ds_suspense_weigh:
 * @moneys: (array length=n_moneys): of all payments of a stop, oldest first
 * @due_fen: what the stop owes
 *
 * Assigns no more than is due, and what was assigned before first, so that news of one payment moves no other one's
 * money; the rest waits in suspense, but for what a clerk keeps. Nothing is ever lost: assigned and suspense are what
 * is held.
 */
void ds_suspense_weigh (DsHeldMoney *moneys, gsize n_moneys, gint64 due_fen);

G_END_DECLS
