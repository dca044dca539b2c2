/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The station of desk-fixture.h as a program, for a browser: says on descriptor 3 where the desk is, and does what it is told
 * on its standard input: "close" has the courier close the shift and show the seal to a camera, "fill" makes the station a large one, "age" lets half
 * an hour pass; its end ends it. */
#include "config.h"

#include "desk-filler.h"

#include "ds-depot-private.h"
#include "ds-desk-session.h"
#include "ds-json.h"
#include "ds-qr.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#define COURIER "陈伟"
#define VIDEO_WIDTH 640
#define VIDEO_HEIGHT 480
#define VIDEO_FRAMES 10
#define MODULE_PX 5
/* A screen's white, as a camera sees it. */
#define GREY 200

typedef struct
{
  DeskFixture desk;
  GDataInputStream *orders;
  GMainLoop *loop;
} Station;

static void
say (json_t *object)
{
  g_autoptr (json_t) own = object;
  g_autofree char *line = ds_json_to_line (own);
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  g_assert_cmpint (write (3, text, strlen (text)), ==, (gssize)strlen (text));
}

/* What a camera sees that looks at the handheld: a film in YUV4MPEG2, which a browser takes for a camera's. */
static void
film (const char *text, const char *path)
{
  DsQrSight sight;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) qr = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *picture = g_malloc (VIDEO_WIDTH * VIDEO_HEIGHT * 3 / 2);
  g_autofree char *head
      = g_strdup_printf ("YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", VIDEO_WIDTH, VIDEO_HEIGHT);
  guint side, left, top;

  ds_qr_sight_init_at_door (&sight, DS_QR_PHONE_PX, 0);
  qr = ds_qr_new_for_sight (text, &sight, DS_QR_LEVEL_M, &error);
  g_assert_no_error (error);
  side = ds_qr_get_size (qr);
  left = (VIDEO_WIDTH - side * MODULE_PX) / 2;
  top = (VIDEO_HEIGHT - side * MODULE_PX) / 2;
  memset (picture, GREY, VIDEO_WIDTH * VIDEO_HEIGHT);
  memset (picture + VIDEO_WIDTH * VIDEO_HEIGHT, 128, VIDEO_WIDTH * VIDEO_HEIGHT / 2);
  for (guint y = 0; y < side * MODULE_PX; y++)
    for (guint x = 0; x < side * MODULE_PX; x++)
      picture[(top + y) * VIDEO_WIDTH + left + x]
          = ds_qr_is_dark (qr, x / MODULE_PX, y / MODULE_PX) ? 16 : 235;
  g_byte_array_append (bytes, (const guint8 *)head, (guint)strlen (head));
  for (guint i = 0; i < VIDEO_FRAMES; i++)
    {
      g_byte_array_append (bytes, (const guint8 *)"FRAME\n", 6);
      g_byte_array_append (bytes, picture, VIDEO_WIDTH * VIDEO_HEIGHT * 3 / 2);
    }
  g_assert_true (g_file_set_contents (path, (const char *)bytes->data, bytes->len, &error));
}

/* Forty couriers and ten days, one of them with the longest name that there may be. */
static void
fill (Station *station)
{
  g_autoptr (GError) error = NULL;

  desk_filler_fill (&station->desk, 400, 40);
  ds_depot_sql_run (station->desk.base.depot->db, &error, "UPDATE courier SET name = ? WHERE id = 'C0003'",
                    "s", "Muhammad-Abdurrahman-Ibn-Yusuf-al-Kashgari-Uyghurzade-Öztürk");
  g_assert_no_error (error);
  say (json_pack ("{s:b}", "filled", TRUE));
}

static void read_order (Station *station);

static void
did_read_order (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Station *station = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (station->orders, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (station->loop);
      return;
    }
  if (g_str_has_prefix (line, "close "))
    {
      desk_fixture_close_shift (&station->desk, DESK_FLOAT_FEN + DESK_CASH_FEN);
      film (station->desk.seal, line + strlen ("close "));
      say (json_pack ("{s:s}", "seal", station->desk.seal));
    }
  else if (g_str_equal (line, "fill"))
    fill (station);
  else if (g_str_equal (line, "age"))
    {
      ds_manual_clock_advance_ms (station->desk.base.clock, DS_DESK_IDLE_MS + 1000);
      say (json_pack ("{s:b}", "aged", TRUE));
    }
  read_order (station);
}

static void
read_order (Station *station)
{
  g_data_input_stream_read_line_async (station->orders, G_PRIORITY_DEFAULT, NULL, did_read_order, station);
}

static void
test_serve (void)
{
  Station station = { 0 };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autofree char *first = NULL;

  desk_fixture_set_up (&station.desk, COURIER);
  desk_fixture_employ (&station.desk, DESK_AUDITOR, "auditor");
  first = desk_fixture_add_account (&station.desk, DESK_CLERK, "clerk");
  station.orders = g_data_input_stream_new (input);
  station.loop = g_main_loop_new (NULL, FALSE);
  say (json_pack ("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "desk", ds_desk_get_address (station.desk.desk),
                  "account", DESK_CLERK, "first", first, "password", DESK_PASSWORD, "shift",
                  station.desk.shift, "payment", station.desk.digital_payment, "unclaimed",
                  station.desk.unclaimed_payment));
  read_order (&station);
  g_main_loop_run (station.loop);
  g_main_loop_unref (station.loop);
  g_object_unref (station.orders);
  desk_fixture_tear_down (&station.desk, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/desk/serve", test_serve);
  return g_test_run ();
}
