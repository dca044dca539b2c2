/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that says where the courier was: what is read is what was written, and anything else is nothing. */
#include "config.h"

#include "ds-trail.h"

#include <string.h>

static void
test_round_trip (void)
{
  g_autoptr (DsTrail) trail = ds_trail_new ("shift-1", "payment-1");
  g_autoptr (DsTrail) read = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  const DsTrailPlace *place;

  g_ptr_array_add (trail->places, ds_trail_place_new ("Home", NULL, NULL, "route"));
  g_ptr_array_add (trail->places, ds_trail_place_new ("Code", "S1", "payment-2", NULL));
  text = ds_trail_print (trail);
  read = ds_trail_parse (text, strlen (text));
  g_assert_nonnull (read);
  g_assert_cmpstr (read->shift_id, ==, "shift-1");
  g_assert_cmpuint (read->places->len, ==, 2);
  place = g_ptr_array_index (read->places, 1);
  g_assert_cmpstr (place->page, ==, "Code");
  g_assert_cmpstr (place->stop_id, ==, "S1");
  g_assert_cmpstr (place->payment_id, ==, "payment-2");
  g_assert_null (place->detail);
  again = ds_trail_print (read);
  g_assert_cmpstr (again, ==, text);

  g_assert_true (ds_trail_knows (read, "payment-1"));
  g_assert_true (ds_trail_knows (read, "payment-2"));
  g_assert_false (ds_trail_knows (read, "payment-3"));
}

/* A courier who has gone far is found where he is, not where he began. */
static void
test_long (void)
{
  g_autoptr (DsTrail) trail = ds_trail_new (NULL, NULL);
  g_autoptr (DsTrail) read = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (trail->places, ds_trail_place_new (i == 0     ? "Home"
                                                        : i == 999 ? "Code"
                                                                   : "Stop",
                                                        NULL, NULL, NULL));
  text = ds_trail_print (trail);
  read = ds_trail_parse (text, strlen (text));
  g_assert_nonnull (read);
  g_assert_cmpstr (((DsTrailPlace *)g_ptr_array_index (read->places, 0))->page, ==, "Home");
  g_assert_cmpstr (((DsTrailPlace *)g_ptr_array_index (read->places, read->places->len - 1))->page, ==,
                   "Code");
}

static void
test_nonsense (void)
{
  g_autofree char *huge = g_strnfill (1 << 20, ' ');
  const char *const texts[] = {
    "",
    "{",
    "[]",
    "{}",
    "{\"places\":7}",
    "{\"places\":[7]}",
    "{\"places\":[{\"page\":7}]}",
    "{\"places\":[{\"page\":\"Home\",\"stop\":[]}]}",
    "{\"shift\":1,\"places\":[]}",
    huge,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (ds_trail_parse (texts[i], strlen (texts[i])));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trail/round-trip", test_round_trip);
  g_test_add_func ("/trail/long", test_long);
  g_test_add_func ("/trail/nonsense", test_nonsense);
  return g_test_run ();
}
