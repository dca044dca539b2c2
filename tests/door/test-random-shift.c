/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random shifts, each repeatable from its seed: whatever happens in whatever order, more is never taken than is due
 * unless it stands as a refund, and journal and feed alone say what the tables say. */
#include "config.h"

#include "door-fixture.h"

#include "ds-entry.h"

#define N_STOPS 3
#define N_STEPS 60
#define VOUCHERS_LIMIT_FEN 30000
#define PAYER_CODE "0100320229316%06u"

/* A state that the feed told, and after which entry. */
typedef struct
{
  gint64 after_seq;
  char *payment_id;
  DsPaymentState state;
} Told;

typedef struct
{
  Fixture *fixture;
  DsRandom *random;
  GArray *told;
} Play;

static void
clear_told (gpointer told)
{
  g_free (((Told *)told)->payment_id);
}

static const char *const stop_ids[N_STOPS] = { "S1", "S2", "R" };
static const char *const waybills[N_STOPS] = { "DS1 DS2 DS3", "DS4", "P-R" };

static DsPayment *
pick_payment (Play *play, DsStop *stop)
{
  if (stop->payments->len == 0)
    return NULL;
  return g_ptr_array_index (stop->payments, ds_random_below (play->random, stop->payments->len));
}

/* What is paid may be rejected where it rests on digits alone. */
static gboolean
may_become (DsPaymentState from, DsPaymentState to, gboolean spoken)
{
  return ds_payment_state_may_become (from, to)
         || (spoken && from == DS_PAYMENT_PAID && to == DS_PAYMENT_REJECTED);
}

static void
tell (Play *play, DsStop *stop)
{
  static const DsPaymentState states[] = { DS_PAYMENT_PENDING, DS_PAYMENT_PAID,     DS_PAYMENT_SETTLED,
                                           DS_PAYMENT_EXPIRED, DS_PAYMENT_DECLINED, DS_PAYMENT_REJECTED };
  DsPayment *payment = pick_payment (play, stop);
  Told told = { .after_seq = ds_store_get_n_unsent (play->fixture->store) };

  if (payment == NULL || payment->tender == DS_TENDER_CASH)
    return;
  told.state = states[ds_random_below (play->random, G_N_ELEMENTS (states))];
  /* What the depot says goes by the table, but for one thing: it may deny money that is here on evidence. */
  if (!may_become (payment->state, told.state, payment->spoken)
      && !(told.state == DS_PAYMENT_DECLINED && ds_payment_state_covers_debt (payment->state)))
    return;
  told.payment_id = g_strdup (payment->id);
  g_array_append_val (play->told, told);
  fixture_feed_payment (play->fixture, stop->id, payment->id, ds_payment_state_to_name (told.state),
                        payment->amount_fen);
}

static void
show_evidence (Play *play, DsStop *stop)
{
  DsPayment *payment = pick_payment (play, stop);
  g_autofree char *text = NULL;
  g_autoptr (DsAnswer) answer = NULL;

  if (payment == NULL)
    return;
  if (ds_random_below (play->random, 3) == 0)
    {
      text = ds_random_below (play->random, 3) ? fixture_make_spoken (payment->id, payment->amount_fen)
                                               : g_strdup ("1234 5678");
      answer = fixture_try_spoken (play->fixture, payment->id, text);
      return;
    }
  text = ds_random_below (play->random, 2)
             ? fixture_make_receipt (play->fixture, payment->id, payment->amount_fen, "REF")
             : fixture_make_voucher (play->fixture, payment->id, payment->amount_fen);
  answer = fixture_scan (play->fixture, stop->id, payment->id, text);
}

static void
collect (Play *play, DsStop *stop, const char *parcels)
{
  const guint way = ds_random_below (play->random, 3);
  g_autoptr (DsPresentation) presentation = NULL;
  DsDebt debt;
  gint64 amount_fen;

  ds_stop_get_debt (stop, &debt);
  amount_fen = ds_random_below (play->random, 3) == 0 ? ds_random_below (play->random, 30000) : debt.open_fen;
  if (way == 0)
    fixture_take_cash (play->fixture, stop->id, parcels, amount_fen, amount_fen + 100,
                       ds_random_below (play->random, 2), NULL, NULL);
  else if (way == 1)
    {
      ds_door_set_online (play->fixture->door, FALSE);
      presentation = fixture_present (play->fixture, stop->id, parcels, amount_fen, NULL);
    }
  else
    {
      g_autofree char *code = g_strdup_printf (PAYER_CODE, ds_random_below (play->random, 1000000));

      ds_door_set_online (play->fixture->door, TRUE);
      ds_answer_free (fixture_scan_payer (play->fixture, stop->id, parcels, amount_fen, code));
    }
}

/* A live code that comes, or does not come in time. */
static void
present_online (Play *play, DsStop *stop, const char *parcels)
{
  g_auto (GStrv) split = g_strsplit (parcels, " ", -1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsPresentation) presentation = NULL;
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  ds_door_set_online (play->fixture->door, TRUE);
  ds_door_present_async (play->fixture->door, stop->id, (const char *const *)split, debt.open_fen, NULL,
                         fixture_keep_result, &result);
  fixture_settle (play->fixture);
  if (result == NULL && ds_random_below (play->random, 2))
    {
      g_autoptr (DsStop) now = fixture_load_stop (play->fixture, stop->id);

      fixture_feed_code (play->fixture, g_ptr_array_index (now->payments, now->payments->len - 1),
                         "SBX1:LIVE", fixture_get_now_ms (play->fixture) + 60000);
    }
  else
    fixture_advance_ms (play->fixture, 3000);
  presentation = ds_door_present_finish (play->fixture->door, fixture_wait (&result), NULL);
}

/* Everything tapped at once. */
static void
collect_at_once (Play *play, DsStop *stop, const char *parcels)
{
  g_auto (GStrv) split = g_strsplit (parcels, " ", -1);
  const char *const *names = (const char *const *)split;
  g_autofree char *code = g_strdup_printf (PAYER_CODE, ds_random_below (play->random, 1000000));
  DsDoor *door = play->fixture->door;
  g_autoptr (GAsyncResult) cash = NULL;
  g_autoptr (GAsyncResult) shown = NULL;
  g_autoptr (GAsyncResult) scanned = NULL;
  g_autoptr (DsStop) paid = NULL;
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (DsAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  ds_door_set_online (door, FALSE);
  ds_door_present_async (door, stop->id, names, debt.open_fen, NULL, fixture_keep_result, &shown);
  ds_door_set_online (door, TRUE);
  ds_door_scan_async (door,
                      &(DsScanContext){ .stop_id = stop->id, .waybills = names, .amount_fen = debt.open_fen },
                      code, NULL, fixture_keep_result, &scanned);
  ds_door_take_cash_async (door, stop->id, names, debt.open_fen, debt.open_fen, FALSE, NULL,
                           fixture_keep_result, &cash);
  /* Whichever comes second finds what the first one did. */
  answer = ds_door_scan_finish (door, fixture_wait (&scanned), &error);
  g_assert_no_error (error);
  paid = ds_door_take_cash_finish (door, fixture_wait (&cash), NULL, NULL);
  g_assert_false (paid != NULL && answer->kind == DS_ANSWER_SCANNED);
  while (shown == NULL)
    fixture_advance_ms (play->fixture, 3000);
  presentation = ds_door_present_finish (door, shown, NULL);
  fixture_settle (play->fixture);
}

static void
step (Play *play)
{
  const guint which = ds_random_below (play->random, N_STOPS);
  g_autoptr (DsStop) stop = fixture_load_stop (play->fixture, stop_ids[which]);
  DsPayment *payment = pick_payment (play, stop);

  switch (ds_random_below (play->random, 10))
    {
    case 0:
    case 1:
    case 2:
      collect (play, stop, waybills[which]);
      break;
    case 3:
      tell (play, stop);
      break;
    case 4:
      show_evidence (play, stop);
      break;
    case 5:
      if (payment != NULL)
        fixture_claim (play->fixture, payment->id, NULL);
      break;
    case 6:
      fixture_set_outcome (play->fixture, stop->id, waybills[which],
                           (DsParcelOutcome)(1 + ds_random_below (play->random, 5)), "Because", NULL);
      break;
    case 7:
      present_online (play, stop, waybills[which]);
      break;
    case 8:
      collect_at_once (play, stop, waybills[which]);
      break;
    default:
      fixture_advance_ms (play->fixture, ds_random_below (play->random, 120000));
    }
}

/* More than is due without a refund on the list is what must never be. */
static void
check_refunds (Play *play)
{
  guint n_over = 0;

  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autoptr (DsStop) stop = fixture_load_stop (play->fixture, stop_ids[i]);
      DsDebt debt;

      ds_stop_get_debt (stop, &debt);
      n_over += debt.over_fen > 0;
    }
  g_assert_cmpuint (fixture_count_problems (play->fixture, "refund") > 0, ==, n_over > 0);
}

static void
check_allowance (Play *play)
{
  DsAllowance allowance;

  ds_door_get_allowance (play->fixture->door, &allowance);
  g_assert_cmpint (allowance.used_fen, <=, VOUCHERS_LIMIT_FEN);
  g_assert_cmpint (allowance.used_fen + allowance.left_fen, <=, VOUCHERS_LIMIT_FEN);
}

static gboolean
was_told_expired (Play *play, const char *payment_id)
{
  for (guint t = 0; t < play->told->len; t++)
    {
      const Told *told = &g_array_index (play->told, Told, t);

      if (told->state == DS_PAYMENT_EXPIRED && g_str_equal (told->payment_id, payment_id))
        return TRUE;
    }
  return FALSE;
}

/* Too much can come in only by money that moved after another way had been chosen, or after the depot had called it
 * expired: never by the courier's collecting alone. */
static void
check_superseded (Play *play)
{
  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autoptr (DsStop) stop = fixture_load_stop (play->fixture, stop_ids[i]);
      gint64 all_fen = 0;
      gint64 kept_fen = 0;

      for (guint p = 0; p < stop->parcels->len; p++)
        all_fen += ((DsParcel *)g_ptr_array_index (stop->parcels, p))->due_fen;
      for (guint p = 0; p < stop->payments->len; p++)
        {
          DsPayment *payment = g_ptr_array_index (stop->payments, p);

          if (!payment->superseded && !was_told_expired (play, payment->id))
            kept_fen += ds_payment_get_covered_fen (payment);
        }
      g_assert_cmpint (kept_fen, <=, all_fen);
    }
}

static void
apply_state (GHashTable *states, const char *payment_id, DsPaymentState to)
{
  DsPaymentState from = GPOINTER_TO_UINT (g_hash_table_lookup (states, payment_id));

  /* tell() rejects nothing else that is paid. */
  if (may_become (from, to, TRUE))
    g_hash_table_replace (states, g_strdup (payment_id), GUINT_TO_POINTER (to));
}

/* The state that an entry leads to, or none. */
static DsPaymentState
get_effect (const char *type)
{
  static const struct
  {
    const char *type;
    DsPaymentState state;
  } effects[]
      = { { "payment.requested", DS_PAYMENT_REQUESTED }, { "payment.presented", DS_PAYMENT_PRESENTED },
          { "payment.scanned", DS_PAYMENT_SCANNED },     { "payment.receipt", DS_PAYMENT_PAID },
          { "payment.voucher", DS_PAYMENT_ACCEPTED },    { "payment.claimed", DS_PAYMENT_CLAIMED },
          { "payment.unknown", DS_PAYMENT_UNKNOWN },     { "payment.cash", DS_PAYMENT_PAID },
          { "payment.spoken", DS_PAYMENT_PAID } };

  for (gsize i = 0; i < G_N_ELEMENTS (effects); i++)
    {
      if (g_str_equal (type, effects[i].type))
        return effects[i].state;
    }
  return DS_PAYMENT_NONE;
}

/* A replay that knows nothing of the store: journal and feed in their order against the table of states. */
static void
check_replay (Play *play)
{
  g_autoptr (GPtrArray) entries = fixture_load_journal (play->fixture);
  g_autoptr (GHashTable) states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint t = 0;

  for (guint i = 0; i <= entries->len; i++)
    {
      const DsEntry *entry = i < entries->len ? g_ptr_array_index (entries, i) : NULL;
      DsPaymentState effect = entry ? get_effect (entry->type) : DS_PAYMENT_NONE;

      for (; t < play->told->len && g_array_index (play->told, Told, t).after_seq <= (gint64)i; t++)
        apply_state (states, g_array_index (play->told, Told, t).payment_id,
                     g_array_index (play->told, Told, t).state);
      if (effect != DS_PAYMENT_NONE)
        apply_state (states, json_string_value (json_object_get (entry->data, "payment")), effect);
    }

  for (guint i = 0; i < N_STOPS; i++)
    {
      g_autoptr (DsStop) stop = fixture_load_stop (play->fixture, stop_ids[i]);

      for (guint p = 0; p < stop->payments->len; p++)
        {
          DsPayment *payment = g_ptr_array_index (stop->payments, p);

          g_assert_cmpint (GPOINTER_TO_UINT (g_hash_table_lookup (states, payment->id)), ==, payment->state);
          g_hash_table_remove (states, payment->id);
        }
    }
  g_assert_cmpuint (g_hash_table_size (states), ==, 0);
}

static void
test_random_shift (gconstpointer data)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (DsRandom) random = ds_random_new_seeded (GPOINTER_TO_UINT (data));
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (Told));
  Play play = { fixture, random, told };

  g_array_set_clear_func (told, clear_told);
  fixture_feed_stop (fixture, "R", 12345, NULL);
  fixture_feed_setting (fixture, "limits", "unredeemed_fen", VOUCHERS_LIMIT_FEN);
  for (guint i = 0; i < N_STEPS; i++)
    {
      step (&play);
      check_refunds (&play);
      check_superseded (&play);
      check_allowance (&play);
    }
  check_replay (&play);
  fixture_restart (fixture);
  check_replay (&play);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint seed = 1; seed <= 8; seed++)
    {
      g_autofree char *path = g_strdup_printf ("/door/random-shift/%u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_random_shift);
    }
  return g_test_run ();
}
