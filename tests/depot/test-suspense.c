/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which money of a stop is the merchant's: the rule by examples, and what must hold of any case. */
#include "config.h"

#include "ds-suspense.h"

#include <string.h>

#define ROUNDS 20000
#define MAX_MONEYS 5

typedef struct
{
  const char *name;
  gint64 due_fen;
  gsize n;
  DsHeldMoney moneys[3];
  gint64 suspense_fen[3];
} Example;

/* Assigned money has nothing in suspense yet; new money has all of it there. */
#define ASSIGNED(fen) .held_fen = fen, .usable = TRUE, .own = TRUE
#define NEW(fen) ASSIGNED (fen), .suspense_fen = fen

static void
test_examples (void)
{
  static const Example examples[] = {
    { "paid as due", 1000, 1, { { NEW (1000) } }, { 0 } },
    { "split", 1000, 2, { { NEW (400) }, { NEW (600) } }, { 0, 0 } },
    { "cancelled", 0, 1, { { ASSIGNED (1000) } }, { 1000 } },
    { "priced lower", 600, 1, { { ASSIGNED (1000) } }, { 400 } },
    { "priced lower, split: the code gives way",
      600,
      2,
      { { ASSIGNED (500) }, { ASSIGNED (500), .cash = TRUE } },
      { 400, 0 } },
    { "priced higher", 1500, 1, { { ASSIGNED (1000) } }, { 0 } },
    { "another courier's now", 1000, 1, { { .held_fen = 1000, .usable = TRUE } }, { 1000 } },
    { "late success beside cash",
      1000,
      2,
      { { NEW (1000), .superseded = TRUE }, { ASSIGNED (1000) } },
      { 1000, 0 } },
    { "late success instead of what superseded it", 1000, 1, { { NEW (1000), .superseded = TRUE } }, { 0 } },
    { "older news moves nobody's money", 1000, 2, { { NEW (1000) }, { ASSIGNED (1000) } }, { 1000, 0 } },
    { "not mentioned by a journal", 1000, 1, { { .held_fen = 1000, .own = TRUE } }, { 1000 } },
    { "kept by the clerk",
      0,
      1,
      { { .held_fen = 1000, .usable = TRUE, .own = TRUE, .kept_fen = 1000 } },
      { 0 } },
    { "kept in part", 0, 1, { { .held_fen = 1000, .usable = TRUE, .own = TRUE, .kept_fen = 300 } }, { 700 } },
    { "kept more than is left after a refund",
      0,
      1,
      { { .held_fen = 200, .own = TRUE, .kept_fen = 300 } },
      { 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      DsHeldMoney moneys[3] = { examples[i].moneys[0], examples[i].moneys[1], examples[i].moneys[2] };

      g_test_message ("%s", examples[i].name);
      ds_suspense_weigh (moneys, examples[i].n, examples[i].due_fen);
      for (gsize k = 0; k < examples[i].n; k++)
        g_assert_cmpint (moneys[k].suspense_fen, ==, examples[i].suspense_fen[k]);
    }
}

static DsHeldMoney
make_money (GRand *rand)
{
  DsHeldMoney money = { .held_fen = g_rand_int_range (rand, 0, 2000),
                        .kept_fen = g_rand_int_range (rand, 0, 3) == 0 ? g_rand_int_range (rand, 0, 2000) : 0,
                        .usable = g_rand_int_range (rand, 0, 4) > 0,
                        .own = g_rand_int_range (rand, 0, 4) > 0,
                        .superseded = g_rand_int_range (rand, 0, 4) == 0,
                        .cash = g_rand_boolean (rand) };

  money.suspense_fen = g_rand_int_range (rand, 0, (gint32)money.held_fen + 1);
  return money;
}

/* What stands in the merchant's favour of what can pay. */
static gint64
get_paid_fen (const DsHeldMoney *moneys, gsize n)
{
  gint64 paid_fen = 0;

  for (gsize i = 0; i < n; i++)
    paid_fen += moneys[i].usable && moneys[i].own ? moneys[i].held_fen - moneys[i].suspense_fen : 0;
  return paid_fen;
}

static void
test_any (void)
{
  guint32 seed = (guint32)g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint round = 0; round < ROUNDS; round++)
    {
      DsHeldMoney moneys[MAX_MONEYS], again[MAX_MONEYS];
      gsize n = (gsize)g_rand_int_range (rand, 0, MAX_MONEYS + 1);
      gint64 due_fen = g_rand_int_range (rand, 0, 4000);
      gint64 assigned_fen = 0;
      gboolean waits = FALSE;

      for (gsize i = 0; i < n; i++)
        moneys[i] = make_money (rand);
      ds_suspense_weigh (moneys, n, due_fen);
      for (gsize i = 0; i < n; i++)
        {
          const DsHeldMoney *money = &moneys[i];
          gint64 kept_fen = MIN (money->kept_fen, money->held_fen);
          gint64 assigned = money->held_fen - money->suspense_fen;

          /* Nothing comes from nowhere, nothing goes away. */
          g_assert_cmpint (money->suspense_fen, >=, 0);
          g_assert_cmpint (money->suspense_fen, <=, money->held_fen);
          if (!money->usable || !money->own)
            g_assert_cmpint (assigned, ==, kept_fen);
          g_assert_cmpint (assigned, >=, kept_fen);
          assigned_fen += assigned - kept_fen;
          waits = waits || (money->usable && money->own && money->suspense_fen > 0);
        }
      /* Never more than is due, but for what was kept; and nothing that could pay waits while something is due. */
      g_assert_cmpint (assigned_fen, <=, due_fen);
      if (waits)
        g_assert_cmpint (get_paid_fen (moneys, n), >=, due_fen);

      /* Weighed twice is weighed once. */
      memcpy (again, moneys, sizeof moneys);
      ds_suspense_weigh (again, n, due_fen);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpint (again[i].suspense_fen, ==, moneys[i].suspense_fen);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/suspense/examples", test_examples);
  g_test_add_func ("/suspense/any", test_any);
  return g_test_run ();
}
