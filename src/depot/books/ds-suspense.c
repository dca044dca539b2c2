/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-suspense.h"

#define N_RANKS 4

/* One payment's money while the due is handed out. */
typedef struct
{
  guint rank;
  gint64 free_fen;   /* may be assigned: usable, and not kept by a clerk anyway */
  gint64 before_fen; /* of it, what was assigned before */
  gint64 assigned_fen;
} Share;

/* Lower ranks pay first. What is left over waits to be given back: so rather a code than cash, and first of all what
 * the courier had given up. */
static guint
get_rank (const DsHeldMoney *money)
{
  return (money->superseded ? 2 : 0) + (money->cash ? 0 : 1);
}

static Share
make_share (const DsHeldMoney *money)
{
  gint64 unkept_fen = money->held_fen - MIN (money->kept_fen, money->held_fen);
  gint64 before_fen = unkept_fen - money->suspense_fen;
  gint64 free_fen = money->usable && money->own ? unkept_fen : 0;

  return (
      Share){ .rank = get_rank (money), .free_fen = free_fen, .before_fen = CLAMP (before_fen, 0, free_fen) };
}

/* Hands out what is left of the due. @again: only to those who had it before, and no more than that. */
static void
hand_out (Share *shares, gsize n, gint64 *left_fen, gboolean again)
{
  for (guint rank = 0; rank < N_RANKS; rank++)
    {
      for (gsize i = 0; i < n; i++)
        {
          Share *share = &shares[i];
          gint64 wanted_fen = again ? share->before_fen : share->free_fen - share->assigned_fen;
          gint64 given_fen = share->rank == rank ? MIN (wanted_fen, *left_fen) : 0;

          share->assigned_fen += given_fen;
          *left_fen -= given_fen;
        }
    }
}

void
ds_suspense_weigh (DsHeldMoney *moneys, gsize n_moneys, gint64 due_fen)
{
  gint64 left_fen = MAX (due_fen, 0);
  g_autofree Share *shares = g_new (Share, MAX (n_moneys, 1));

  for (gsize i = 0; i < n_moneys; i++)
    shares[i] = make_share (&moneys[i]);
  hand_out (shares, n_moneys, &left_fen, TRUE);
  hand_out (shares, n_moneys, &left_fen, FALSE);
  for (gsize i = 0; i < n_moneys; i++)
    moneys[i].suspense_fen
        = moneys[i].held_fen - MIN (moneys[i].kept_fen, moneys[i].held_fen) - shares[i].assigned_fen;
}
