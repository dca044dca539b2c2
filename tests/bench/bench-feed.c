/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A route of 10 000 stops of about 600 bytes: applied from the feed, and loaded for the list. */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

#define N_STOPS 10000
#define PASSES 5

static char *
make_item (StoreFixture *fixture, guint i)
{
  g_autofree char *name = g_strdup_printf ("S%05u", i);
  g_autofree char *waybill = g_strdup_printf ("DS26112200%05u", i);
  json_t *data = json_pack (
      "{s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:[{s:s, s:i, s:b}], s:n, s:s}", "stop",
      name, "version", 1, "position", (int)i + 1, "recipient", "李建华", "phone", "17012340126", "address",
      "上海市浦东新区张江高科技园区碧波路690号3号楼1204室，进门右转第二部电梯", "place", "张江高科", "note",
      "Ring twice, leave nothing with the neighbours, and call before coming up the stairs", "lat_e6",
      31203400 + (int)i, "lng_e6", 121600000 - (int)i, "window_from_ms", (json_int_t)FIXTURE_WALL_MS,
      "window_to_ms", (json_int_t)FIXTURE_WALL_MS + 7200000, "parcels", "waybill", waybill, "due_fen",
      100 + (int)i, "prepaid", 0, "prefetched", "spoken_secret", "00112233445566778899aabbccddeeff");

  return fixture_item (fixture, "stop", data);
}

int
main (int argc, char *argv[])
{
  StoreFixture fixture = { 0 };
  gint64 apply_us = G_MAXINT64;
  gint64 load_us = G_MAXINT64;
  gsize bytes = 0;

  fixture_set_up (&fixture, "enrolled");
  for (guint pass = 0; pass < PASSES; pass++)
    {
      g_autoptr (GString) lines = g_string_new (NULL);
      g_autoptr (GPtrArray) stops = NULL;
      gint64 start_us;

      for (guint i = 0; i < N_STOPS; i++)
        {
          g_autofree char *line = make_item (&fixture, i);

          g_string_append_printf (lines, "%s\n", line);
        }
      bytes = lines->len;
      start_us = g_get_monotonic_time ();
      if (fixture_try_feed (&fixture, lines->str, NULL) != fixture.cursor)
        g_error ("the feed was not applied");
      /* The first pass inserts, the others replace. */
      g_print ("{\"bench\":\"feed\",\"pass\":%u,\"apply_ms\":%" G_GINT64_FORMAT "}\n", pass,
               (g_get_monotonic_time () - start_us) / 1000);
      apply_us = MIN (apply_us, g_get_monotonic_time () - start_us);

      start_us = g_get_monotonic_time ();
      stops = fixture_load_stops (&fixture);
      load_us = MIN (load_us, g_get_monotonic_time () - start_us);
      if (stops->len != N_STOPS)
        g_error ("not all stops were loaded");
    }
  g_print ("{\"bench\":\"feed\",\"stops\":%u,\"bytes\":%zu,\"apply_ms\":%" G_GINT64_FORMAT
           ",\"load_ms\":%" G_GINT64_FORMAT "}\n",
           N_STOPS, bytes, apply_us / 1000, load_us / 1000);
  fixture_tear_down (&fixture, NULL);
  return 0;
}
