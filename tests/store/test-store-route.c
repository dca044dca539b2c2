/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier's own order and the check of the load, as the store keeps them. */
#include "config.h"

#include "ds-own-order.h"
#include "store-fixture.h"

static gint64
get_rank (StoreFixture *fixture, const char *stop_id)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, stop_id);

  return stop->rank;
}

static void
test_order (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *again = NULL;

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("S%u", i);

      fixture_feed (fixture, fixture_stop_item (fixture, id, i, 900));
    }
  g_assert_cmpint (get_rank (fixture, "S3"), ==, ds_own_order_get_planned_rank (3));

  g_ptr_array_unref (fixture_append (
      fixture, "route.resequenced",
      json_pack ("{s:[{s:s, s:i}, {s:s, s:i}]}", "stops", "stop", "S3", "rank", 5, "stop", "S1", "rank", 7)));
  g_assert_cmpint (get_rank (fixture, "S3"), ==, 5);
  g_assert_cmpint (get_rank (fixture, "S2"), ==, ds_own_order_get_planned_rank (2));

  /* Sent again, and at another place of the plan: it stays where the courier put it, also after a restart. */
  again = fixture_stop_item (fixture, "S3", 1, 900);
  fixture_feed (fixture, g_steal_pointer (&again));
  g_assert_cmpint (get_rank (fixture, "S3"), ==, 5);
  fixture_reopen (fixture);
  g_assert_cmpint (get_rank (fixture, "S3"), ==, 5);
  g_assert_cmpint (get_rank (fixture, "S1"), ==, 7);
  fixture_assert_rebuildable (fixture);

  fixture_append_refused (fixture, "route.resequenced", json_pack ("{s:[]}", "stops"), DS_ERROR_INVALID);
  fixture_append_refused (fixture, "route.resequenced",
                          json_pack ("{s:[{s:s, s:I}]}", "stops", "stop", "S1", "rank",
                                     (json_int_t)(G_GINT64_CONSTANT (1) << 60)),
                          DS_ERROR_INVALID);
  fixture_append_refused (fixture, "route.resequenced",
                          json_pack ("{s:[{s:s, s:s}]}", "stops", "stop", "S1", "rank", "first"),
                          DS_ERROR_INVALID);
}

static void
note (StoreFixture *fixture, const char *stop_id, const char *text)
{
  g_ptr_array_unref (
      fixture_append (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", stop_id, "text", text)));
}

static void
expect_note (StoreFixture *fixture, const char *stop_id, const char *text)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, stop_id);

  g_assert_cmpstr (stop->own_note, ==, text);
}

/* The latest note of a door counts, whatever the depot says of the stop; an empty one is none. */
static void
test_note (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (DS_STOP_OWN_NOTE_MAX_BYTES + 1, 'x');

  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_feed (fixture, fixture_stop_item (fixture, "S2", 2, 900));
  expect_note (fixture, "S1", NULL);
  note (fixture, "S1", "a dog");
  note (fixture, "S2", "ring twice");
  note (fixture, "S1", "a <b>big</b> dog");
  expect_note (fixture, "S1", "a <b>big</b> dog");

  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 1200));
  expect_note (fixture, "S1", "a <b>big</b> dog");
  note (fixture, "S2", "");
  expect_note (fixture, "S2", NULL);
  fixture_reopen (fixture);
  expect_note (fixture, "S1", "a <b>big</b> dog");
  expect_note (fixture, "S2", NULL);
  fixture_assert_rebuildable (fixture);

  fixture_append_refused (fixture, "note.added", json_pack ("{s:s, s:s}", "stop", "S1", "text", long_text),
                          DS_ERROR_INVALID);
  fixture_append_refused (fixture, "note.added", json_pack ("{s:s}", "stop", "S1"), DS_ERROR_INVALID);
}

static char *
get_loaded_in (StoreFixture *fixture, const char *stop_id, guint parcel)
{
  g_autoptr (DsStop) stop = fixture_load_stop (fixture, stop_id);

  return g_strdup (((DsParcel *)g_ptr_array_index (stop->parcels, parcel))->loaded_in);
}

static json_t *
load (StoreFixture *fixture, const char *stop, const char *parcel)
{
  return json_pack ("{s:s, s:s, s:[s]}", "shift", fixture->shift, "stop", stop, "parcels", parcel);
}

static void
test_load (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  fixture_feed (fixture, fixture_stop_item (fixture, "S1", 1, 900));
  fixture_feed (fixture, fixture_stop_item (fixture, "S2", 2, 900));
  fixture_open_shift (fixture, 0);
  g_ptr_array_unref (fixture_append (fixture, "parcel.loaded", load (fixture, "S1", "S1-1")));
  first = get_loaded_in (fixture, "S1", 0);
  second = get_loaded_in (fixture, "S1", 1);
  g_assert_cmpstr (first, ==, fixture->shift);
  g_assert_cmpstr (second, ==, NULL);

  /* Somebody else's parcel, and another shift. */
  fixture_append_refused (fixture, "parcel.loaded", load (fixture, "S1", "S2-1"), DS_ERROR_NOT_FOUND);
  fixture_append_refused (fixture, "parcel.loaded",
                          json_pack ("{s:s, s:s, s:[s]}", "shift", "x", "stop", "S1", "parcels", "S1-2"),
                          DS_ERROR_STATE);
  fixture_append_refused (
      fixture, "parcel.loaded",
      json_pack ("{s:s, s:s, s:[i]}", "shift", fixture->shift, "stop", "S1", "parcels", 1), DS_ERROR_INVALID);

  g_assert_cmpint (ds_store_get_shift (fixture->store)->load_checked_at_ms, ==, 0);
  g_ptr_array_unref (
      fixture_append (fixture, "shift.loaded",
                      json_pack ("{s:s, s:i, s:i, s:[s, s, s], s:[]}", "shift", fixture->shift, "n_parcels",
                                 4, "n_missing", 3, "missing", "S1-2", "S2-1", "S2-2", "strangers")));
  g_assert_cmpint (ds_store_get_shift (fixture->store)->load_checked_at_ms, >, 0);
  fixture_reopen (fixture);
  g_assert_cmpint (ds_store_get_shift (fixture->store)->load_checked_at_ms, >, 0);
  g_free (first);
  first = get_loaded_in (fixture, "S1", 0);
  g_assert_cmpstr (first, ==, fixture->shift);
  fixture_assert_rebuildable (fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/store/route/order", StoreFixture, "enrolled", fixture_set_up, test_order, fixture_tear_down);
  g_test_add ("/store/route/note", StoreFixture, "enrolled", fixture_set_up, test_note, fixture_tear_down);
  g_test_add ("/store/route/load", StoreFixture, "enrolled", fixture_set_up, test_load, fixture_tear_down);
  return g_test_run ();
}
