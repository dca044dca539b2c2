/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is heard and felt: the whole way to the sound device and to feedbackd, which are the test's own. */
#include "ds-feedback.h"
#include "speaker.h"

#include <math.h>

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

/* Returns: how strong @hz is from @from_ms on, for @ms: of 1 for nothing else. */
static double
measure (GBytes *tune, double hz, guint from_ms, guint ms)
{
  const gint16 *samples = g_bytes_get_data (tune, NULL);
  gsize from = (gsize)from_ms * DS_TONE_RATE_HZ / 1000;
  gsize n = (gsize)ms * DS_TONE_RATE_HZ / 1000;
  double re = 0, im = 0, power = 0;

  g_assert_cmpuint ((from + n) * 2, <=, g_bytes_get_size (tune));
  for (gsize i = from; i < from + n; i++)
    {
      double phase = 2 * G_PI * hz * (double)i / DS_TONE_RATE_HZ;

      re += samples[i] * cos (phase);
      im += samples[i] * sin (phase);
      power += (double)samples[i] * samples[i];
    }
  return 2 * (re * re + im * im) / ((double)n * power);
}

/* What each has to sound like, told apart from how it is made: the length, and the note in the middle of three spans. */
static const struct
{
  guint ms;
  struct
  {
    guint from_ms, ms;
    double hz; /* 0 for silence */
  } spans[3];
} expected[DS_N_FEEDBACK_KINDS] = {
  [DS_FEEDBACK_READ] = { 80, { { 10, 60, 2093 }, { 20, 30, 2093 }, { 30, 40, 2093 } } },
  [DS_FEEDBACK_WRONG] = { 300, { { 10, 100, 311 }, { 125, 50, 0 }, { 190, 100, 311 } } },
  [DS_FEEDBACK_PAID] = { 550, { { 10, 90, 784 }, { 120, 90, 1047 }, { 230, 300, 1568 } } },
  [DS_FEEDBACK_ACCEPTED] = { 420, { { 10, 120, 659 }, { 145, 30, 0 }, { 190, 220, 988 } } },
  [DS_FEEDBACK_UNKNOWN] = { 570, { { 10, 110, 494 }, { 230, 110, 494 }, { 450, 110, 494 } } },
  [DS_FEEDBACK_FAILED] = { 740, { { 10, 140, 440 }, { 170, 140, 349 }, { 330, 390, 220 } } },
};

static gboolean
is_silent (GBytes *tune, guint from_ms, guint ms)
{
  const gint16 *samples = g_bytes_get_data (tune, NULL);
  gsize from = (gsize)from_ms * DS_TONE_RATE_HZ / 1000;

  for (gsize i = from; i < from + (gsize)ms * DS_TONE_RATE_HZ / 1000; i++)
    if (samples[i] != 0)
      return FALSE;
  return TRUE;
}

static void
assert_sounds_like (GBytes *tune, DsFeedbackKind kind)
{
  g_assert_cmpuint (g_bytes_get_size (tune), ==, expected[kind].ms * DS_TONE_RATE_HZ / 1000 * 2);
  g_assert_cmpuint (expected[kind].ms, <=, DS_TONE_MAX_MS);
  for (gsize i = 0; i < G_N_ELEMENTS (expected[kind].spans); i++)
    {
      double hz = expected[kind].spans[i].hz;
      guint from_ms = expected[kind].spans[i].from_ms;
      guint ms = expected[kind].spans[i].ms;

      if (hz > 0)
        g_assert_cmpfloat (measure (tune, hz, from_ms, ms), >, 0.8);
      else
        g_assert_true (is_silent (tune, from_ms, ms));
    }
}

static void
test_sounds (void)
{
  g_autoptr (DsFeedback) feedback = ds_feedback_new ();

  g_object_set (feedback, "vibration", FALSE, NULL);
  for (guint kind = 0; kind < DS_N_FEEDBACK_KINDS; kind++)
    {
      guint before = speaker_count ();

      ds_feedback_give (feedback, (DsFeedbackKind)kind);
      RUN_UNTIL (speaker_count () > before);
      assert_sounds_like (speaker_get (before), (DsFeedbackKind)kind);
    }
}

/* The caller never waits, and of a crowd only the latest is heard. */
static void
test_latest (void)
{
  g_autoptr (DsFeedback) feedback = ds_feedback_new ();
  guint before = speaker_count ();

  g_object_set (feedback, "vibration", FALSE, NULL);
  speaker_hold (TRUE);
  ds_feedback_give (feedback, DS_FEEDBACK_READ);
  RUN_UNTIL (speaker_count () > before);
  for (guint i = 0; i < 50; i++)
    ds_feedback_give (feedback, DS_FEEDBACK_WRONG);
  ds_feedback_give (feedback, DS_FEEDBACK_PAID);
  g_assert_cmpuint (speaker_count (), ==, before + 1);
  speaker_hold (FALSE);
  RUN_UNTIL (speaker_count () > before + 1);
  assert_sounds_like (speaker_get (before + 1), DS_FEEDBACK_PAID);
}

/* A device that does not work is not heard, and that is all. */
static void
test_broken_device (void)
{
  g_autoptr (DsFeedback) feedback = ds_feedback_new ();
  guint before = speaker_count ();

  g_object_set (feedback, "vibration", FALSE, NULL);
  speaker_break (TRUE);
  ds_feedback_give (feedback, DS_FEEDBACK_READ);
  g_object_add_weak_pointer (G_OBJECT (feedback), (gpointer *)&feedback);
  g_object_unref (feedback);
  while (feedback != NULL) /* the thread lets go of it when it is done */
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (speaker_count (), ==, before);
  speaker_break (FALSE);
}

static void
test_off (void)
{
  g_autoptr (DsFeedback) feedback = ds_feedback_new ();
  guint before = speaker_count ();

  g_object_set (feedback, "sound", FALSE, "vibration", FALSE, NULL);
  ds_feedback_give (feedback, DS_FEEDBACK_PAID);
  g_object_set (feedback, "sound", TRUE, NULL);
  ds_feedback_give (feedback, DS_FEEDBACK_FAILED);
  RUN_UNTIL (speaker_count () > before);
  assert_sounds_like (speaker_get (before), DS_FEEDBACK_FAILED);
}

/* feedbackd */

typedef struct
{
  GTestDBus *dbus;
  GDBusConnection *bus;
  guint n_calls;
  GVariant *last; /* (nullable): what was called with */
  char *method;
} Daemon;

static void
did_call (GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *parameters,
          GDBusMethodInvocation *invocation,
          gpointer user_data)
{
  Daemon *daemon = user_data;

  daemon->n_calls++;
  g_clear_pointer (&daemon->last, g_variant_unref);
  g_free (daemon->method);
  daemon->last = g_variant_ref (parameters);
  daemon->method = g_strdup (method);
  g_dbus_method_invocation_return_value (
      invocation, g_str_equal (method, "Vibrate") ? g_variant_new ("(b)", TRUE) : g_variant_new ("(u)", 1));
}

static void
daemon_start (Daemon *daemon, gboolean has_patterns)
{
  static const GDBusInterfaceVTable vtable = { .method_call = did_call };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (
      "<node><interface name='org.sigxcpu.Feedback'><method name='TriggerFeedback'>"
      "<arg direction='in' type='s'/><arg direction='in' type='s'/><arg direction='in' type='a{sv}'/>"
      "<arg direction='in' type='i'/><arg direction='out' type='u'/></method></interface>"
      "<interface name='org.sigxcpu.Feedback.Haptic'><method name='Vibrate'><arg direction='in' type='s'/>"
      "<arg direction='in' type='a(du)'/><arg direction='out' type='b'/></method></interface></node>",
      &error);
  g_autoptr (GVariant) owned = NULL;

  g_assert_no_error (error);
  daemon->bus = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (daemon->dbus),
                                                        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                            | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                        NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < (has_patterns ? 2 : 1); i++)
    g_dbus_connection_register_object (daemon->bus, "/org/sigxcpu/Feedback", node->interfaces[i], &vtable,
                                       daemon, NULL, &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (
      daemon->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.sigxcpu.Feedback", 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
daemon_stop (Daemon *daemon)
{
  g_dbus_connection_close_sync (daemon->bus, NULL, NULL);
  g_clear_object (&daemon->bus);
  g_clear_pointer (&daemon->last, g_variant_unref);
  g_clear_pointer (&daemon->method, g_free);
  daemon->n_calls = 0;
}

static void
test_vibration (void)
{
  Daemon daemon = { .dbus = g_test_dbus_new (G_TEST_DBUS_NONE) };

  g_test_dbus_up (daemon.dbus);
  daemon_start (&daemon, TRUE);
  {
    g_autoptr (DsFeedback) feedback = ds_feedback_new ();
    g_autoptr (GHashTable) patterns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    g_object_set (feedback, "sound", FALSE, NULL);
    for (guint kind = 0; kind < DS_N_FEEDBACK_KINDS; kind++)
      {
        g_autoptr (GVariant) pattern = NULL;
        double strength;
        guint32 ms, total_ms = 0;
        GVariantIter iter;

        ds_feedback_give (feedback, (DsFeedbackKind)kind);
        RUN_UNTIL (daemon.n_calls > kind);
        g_assert_cmpstr (daemon.method, ==, "Vibrate");
        g_variant_get (daemon.last, "(&s@a(du))", NULL, &pattern);
        g_variant_iter_init (&iter, pattern);
        for (guint i = 0; g_variant_iter_next (&iter, "(du)", &strength, &ms); i++, total_ms += ms)
          g_assert_cmpfloat (strength, ==, i % 2 == 0 ? 1 : 0);
        g_assert_cmpuint (total_ms, >=, 50);
        g_assert_cmpuint (total_ms, <=, 1000);
        g_hash_table_add (patterns, g_variant_print (pattern, FALSE));
      }
    g_assert_cmpuint (g_hash_table_size (patterns), ==, DS_N_FEEDBACK_KINDS);

    g_object_set (feedback, "vibration", FALSE, NULL);
    ds_feedback_give (feedback, DS_FEEDBACK_READ);
    g_object_set (feedback, "vibration", TRUE, NULL);
    ds_feedback_give (feedback, DS_FEEDBACK_PAID);
    RUN_UNTIL (daemon.n_calls > DS_N_FEEDBACK_KINDS);
    g_assert_cmpuint (daemon.n_calls, ==, DS_N_FEEDBACK_KINDS + 1);
  }
  daemon_stop (&daemon);
  g_test_dbus_down (daemon.dbus);
  g_object_unref (daemon.dbus);
}

/* Debian 12 has a feedbackd that knows events only: silent ones, since the tune is ours. */
static void
test_old_daemon (void)
{
  Daemon daemon = { .dbus = g_test_dbus_new (G_TEST_DBUS_NONE) };

  g_test_dbus_up (daemon.dbus);
  daemon_start (&daemon, FALSE);
  {
    g_autoptr (DsFeedback) feedback = ds_feedback_new ();
    g_autoptr (GHashTable) events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    g_object_set (feedback, "sound", FALSE, NULL);
    for (guint kind = 0; kind < DS_N_FEEDBACK_KINDS; kind++)
      {
        const char *event;
        g_autoptr (GVariant) hints = NULL;
        const char *profile;

        ds_feedback_give (feedback, (DsFeedbackKind)kind);
        RUN_UNTIL (daemon.n_calls > kind);
        g_assert_cmpstr (daemon.method, ==, "TriggerFeedback");
        g_variant_get (daemon.last, "(&s&s@a{sv}i)", NULL, &event, &hints, NULL);
        g_assert_true (g_variant_lookup (hints, "profile", "&s", &profile));
        g_assert_cmpstr (profile, ==, "quiet");
        g_hash_table_add (events, g_strdup (event));
      }
    g_assert_cmpuint (g_hash_table_size (events), ==, DS_N_FEEDBACK_KINDS);
  }
  daemon_stop (&daemon);
  g_test_dbus_down (daemon.dbus);
  g_object_unref (daemon.dbus);
}

/* Neither a bus without feedbackd nor no bus at all is a reason to fail, or to ask each time. */
static void
test_no_daemon (void)
{
  g_autoptr (GTestDBus) dbus = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (dbus);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (DsFeedback) feedback = ds_feedback_new ();

      if (i == 1)
        {
          g_test_dbus_down (dbus);
          g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus", TRUE);
        }
      g_object_set (feedback, "sound", FALSE, NULL);
      ds_feedback_give (feedback, DS_FEEDBACK_READ);
      ds_feedback_give (feedback, DS_FEEDBACK_PAID);
      g_object_add_weak_pointer (G_OBJECT (feedback), (gpointer *)&feedback);
      g_object_unref (feedback);
      while (feedback != NULL) /* what was asked is answered, and lets go of it */
        g_main_context_iteration (NULL, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_dbus_unset ();
  speaker_plug_in ();
  g_test_add_func ("/feedback/sounds", test_sounds);
  g_test_add_func ("/feedback/latest", test_latest);
  g_test_add_func ("/feedback/broken-device", test_broken_device);
  g_test_add_func ("/feedback/off", test_off);
  g_test_add_func ("/feedback/vibration", test_vibration);
  g_test_add_func ("/feedback/old-daemon", test_old_daemon);
  g_test_add_func ("/feedback/no-daemon", test_no_daemon);
  return g_test_run ();
}
