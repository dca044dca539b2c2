/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cameras of a real PipeWire with its session manager, found by the system's own list and through the camera portal. */
#include "access-backend.h"
#include "camera-run.h"
#include "ds-error.h"
#include "ds-pipeline.h"
#include "mock-portal.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define RECEIPT "DS1:A RECEIPT"
#define OTHER "DS1:ANOTHER RECEIPT"

/* A descriptor that each of so many leaves open is noticed. */
#define N_PORTAL_RUNS 7

static const char *camera_program;
static GTestDBus *dbus;
static GSubprocess *pipewire;
static GSubprocess *session_manager;
static char *socket_path;

/* Processes */

static void
die_with_test (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const char *const *argv, GSubprocessFlags flags)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  return process;
}

static void
end (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

/* Returns: (transfer full): a node that shows @frame, or, with %NULL, never anything. It is there when this returns. */
static GSubprocess *
put_up_camera (const char *name, const Frame *frame)
{
  g_autofree char *rows = frame != NULL ? save_rows (frame) : g_strdup ("-");
  g_autofree char *width = g_strdup_printf ("%u", frame != NULL ? frame->width : 640);
  g_autofree char *height = g_strdup_printf ("%u", frame != NULL ? frame->height : 360);
  const char *argv[] = { camera_program, name, rows, width, height, NULL };
  GSubprocess *process = spawn (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  char line[8];

  g_assert_cmpint (
      g_input_stream_read (g_subprocess_get_stdout_pipe (process), line, sizeof line, NULL, NULL), >, 0);
  return process;
}

static void
draw (Frame *frame, const char *text)
{
  frame_init (frame, 1280, 720, 0);
  frame_draw_qr (frame, text, 8, 300, 100);
}

/* PipeWire itself */

static void
test_reads (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  GSubprocess *camera;

  draw (&frame, RECEIPT);
  camera = put_up_camera ("back", &frame);
  run_start_device (&run, NULL);
  RUN_UNTIL ((run.read != NULL && run.n_previews > 0) || run.error != NULL);
  g_assert_no_error (run.error);
  g_assert_cmpstr (run.read, ==, RECEIPT);
  end (camera);
}

/* Two of them: listed, and the chosen one is used after it was chosen and remembered by its name. */
static void
did_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GPtrArray **)user_data = ds_camera_list_finish (result, NULL);
}

static gboolean
lists (GPtrArray *devices, const char *id)
{
  for (guint i = 0; i < devices->len; i++)
    if (g_str_equal (((DsCameraDevice *)g_ptr_array_index (devices, i))->id, id))
      return TRUE;
  return FALSE;
}

static void
test_chosen (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Frame) other = { 0 };
  GSubprocess *cameras[2];
  g_autoptr (GPtrArray) devices = NULL;

  draw (&frame, RECEIPT);
  draw (&other, OTHER);
  cameras[0] = put_up_camera ("front", &frame);
  cameras[1] = put_up_camera ("microscope", &other);
  ds_camera_list_async (NULL, did_list, &devices);
  RUN_UNTIL (devices != NULL);
  g_assert_true (lists (devices, "front"));
  g_assert_true (lists (devices, "microscope"));
  for (gsize i = 0; i < 2; i++)
    {
      g_auto (Run) run = { 0 };

      run_start_device (&run, i == 0 ? "microscope" : "front");
      RUN_UNTIL (run.read != NULL || run.error != NULL);
      g_assert_no_error (run.error);
      g_assert_cmpstr (run.read, ==, i == 0 ? OTHER : RECEIPT);
    }
  end (cameras[0]);
  end (cameras[1]);
}

/* Pulled out while it looks: a sentence; and when it is there again, it can be used again. */
static void
test_vanishes (void)
{
  g_auto (Frame) frame = { 0 };
  g_auto (Run) run = { 0 };
  GSubprocess *camera;

  draw (&frame, RECEIPT);
  camera = put_up_camera ("back", &frame);
  run_start_device (&run, NULL);
  RUN_UNTIL (run.n_frames > 3 || run.error != NULL);
  g_assert_no_error (run.error);
  end (camera);
  RUN_UNTIL (run.error != NULL);
  g_assert_error (run.error, DS_ERROR, DS_ERROR_STATE);
  g_assert_false (ds_camera_is_on (run.camera));

  g_clear_error (&run.error);
  camera = put_up_camera ("back", &frame);
  run.n_frames = 0;
  ds_camera_start (run.camera);
  RUN_UNTIL (run.n_frames > 0 || run.error != NULL);
  g_assert_no_error (run.error);
  end (camera);
}

/* A node that gives nothing, and one that is not there, for which pipewiresrc waits half a minute whatever it is told:
 * nobody else may wait that long. */
static void
test_gives_nothing (void)
{
  GSubprocess *camera = put_up_camera ("dead", NULL);
  gint64 begun_us = g_get_monotonic_time ();

  for (guint i = 0; i < 2; i++)
    {
      g_auto (Run) run = { 0 };

      if (i == 0)
        run_start_device (&run, "dead");
      else
        run_start (&run, "pipewiresrc target-object=nowhere");
      RUN_UNTIL (run.error != NULL);
      g_assert_error (run.error, DS_ERROR, DS_ERROR_STATE);
      g_assert_false (ds_camera_is_on (run.camera));
    }
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, G_GINT64_CONSTANT (20) * 1000 * 1000);
  end (camera);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static void
test_no_camera (void)
{
  g_auto (Run) run = { 0 };

  run_start_device (&run, NULL);
  RUN_UNTIL (run.error != NULL);
  g_assert_error (run.error, DS_ERROR, DS_ERROR_NOT_FOUND);
}

/* The portal: to the application itself no PipeWire is visible, as in a Flatpak. */

typedef struct
{
  MockPortal *mock;
  GSubprocess *camera;
} Portal;

static void
portal_start (Portal *portal, MockPortalMood mood)
{
  g_auto (Frame) frame = { 0 };

  draw (&frame, RECEIPT);
  portal->camera = put_up_camera ("back", &frame);
  portal->mock = mock_portal_start (g_test_dbus_get_bus_address (dbus), socket_path);
  mock_portal_set_mood (portal->mock, mood);
  g_setenv ("PIPEWIRE_REMOTE", "nothing-here", TRUE);
}

static void
portal_clear (Portal *portal)
{
  g_unsetenv ("PIPEWIRE_REMOTE");
  mock_portal_stop (portal->mock);
  end (portal->camera);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Portal, portal_clear)

static void
test_portal_allows (void)
{
  g_auto (Portal) portal = { 0 };
  guint n_before = 0;

  portal_start (&portal, MOCK_PORTAL_ALLOWS);
  for (guint i = 0; i < N_PORTAL_RUNS; i++)
    {
      g_auto (Run) run = { 0 };

      run_start_device (&run, NULL);
      RUN_UNTIL (run.read != NULL || run.error != NULL);
      g_assert_no_error (run.error);
      g_assert_cmpstr (run.read, ==, RECEIPT);
      ds_camera_stop (run.camera);
      ds_pipeline_wait_for_stopped (G_MAXUINT);
      /* The first two open what stays, libraries and connections; one or two are just being closed. */
      if (i == 1)
        n_before = count_descriptors ();
      else if (i > 1)
        g_assert_cmpuint (count_descriptors (), <=, n_before + 2);
    }
  g_assert_cmpuint (mock_portal_count_requests (portal.mock), ==, N_PORTAL_RUNS);
}

static void
test_portal_denies (void)
{
  g_auto (Portal) portal = { 0 };
  g_auto (Run) run = { 0 };

  portal_start (&portal, MOCK_PORTAL_DENIES);
  run_start_device (&run, NULL);
  RUN_UNTIL (run.error != NULL);
  g_assert_error (run.error, DS_ERROR, DS_ERROR_REFUSED);
  g_assert_false (ds_camera_is_on (run.camera));

  /* The courier changes the settings, and comes back. */
  g_clear_error (&run.error);
  mock_portal_set_mood (portal.mock, MOCK_PORTAL_ALLOWS);
  ds_camera_start (run.camera);
  RUN_UNTIL (run.read != NULL || run.error != NULL);
  g_assert_no_error (run.error);
}

static void
test_portal_has_no_camera (void)
{
  g_auto (Portal) portal = { 0 };
  g_auto (Run) run = { 0 };

  portal_start (&portal, MOCK_PORTAL_HAS_NO_CAMERA);
  run_start_device (&run, NULL);
  RUN_UNTIL (run.error != NULL);
  g_assert_error (run.error, DS_ERROR, DS_ERROR_NOT_FOUND);
  g_assert_cmpuint (mock_portal_count_requests (portal.mock), ==, 0);
}

/* The page is left while the question is on the screen; the next page asks anew and is answered. */
static void
test_portal_says_nothing (void)
{
  g_auto (Portal) portal = { 0 };
  g_auto (Run) run = { 0 };

  portal_start (&portal, MOCK_PORTAL_SAYS_NOTHING);
  run_start_device (&run, NULL);
  RUN_UNTIL (mock_portal_count_requests (portal.mock) == 1);
  ds_camera_stop (run.camera);
  mock_portal_set_mood (portal.mock, MOCK_PORTAL_ALLOWS);
  ds_camera_start (run.camera);
  RUN_UNTIL (run.read != NULL || run.error != NULL);
  g_assert_no_error (run.error);
  g_assert_cmpuint (mock_portal_count_requests (portal.mock), ==, 2);
}

/* The desktop's own portal, which asks a person, remembers the answer, and hands out what PipeWire lets it. */

typedef struct
{
  AccessBackend *person;
  GSubprocess *camera;
  GSubprocess *store;
  GSubprocess *frontend;
  GDBusProxy *proxy;
} Desktop;

static char *
find_helper (const char *name)
{
  static const char *const folders[] = { "/usr/libexec", "/usr/lib", "/usr/lib/xdg-desktop-portal" };
  char *path = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (folders) && path == NULL; i++)
    {
      path = g_build_filename (folders[i], name, NULL);
      if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        g_clear_pointer (&path, g_free);
    }
  return path;
}

static gboolean
sees_camera (Desktop *desktop)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (desktop->proxy);
  g_autoptr (GVariant) present = g_dbus_proxy_get_cached_property (desktop->proxy, "IsCameraPresent");

  return owner != NULL && present != NULL && g_variant_get_boolean (present);
}

/* Returns: whether there is one on this machine. */
static gboolean
desktop_start (Desktop *desktop)
{
  g_autofree char *store = find_helper ("xdg-permission-store");
  g_autofree char *frontend = find_helper ("xdg-desktop-portal");
  g_autofree char *folder = g_get_current_dir ();
  g_autofree char *debug = g_strdup (g_getenv ("G_DEBUG"));
  const char *const store_argv[] = { store, NULL };
  const char *const frontend_argv[] = { frontend, NULL };
  g_auto (Frame) frame = { 0 };
  g_autoptr (GDBusConnection) bus = NULL;

  if (store == NULL || frontend == NULL)
    return FALSE;
  draw (&frame, RECEIPT);
  desktop->camera = put_up_camera ("back", &frame);
  desktop->person = access_backend_start (g_test_dbus_get_bus_address (dbus), folder);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_DATA_DIRS", "/usr/local/share:/usr/share", TRUE); /* it wants the desktop's schemas */
  g_setenv ("XDG_DESKTOP_PORTAL_DIR", folder, TRUE);
  g_setenv ("XDG_CURRENT_DESKTOP", "doorsteptest", TRUE);
  /* Their own warnings (of a machine without RealtimeKit) are not to end them. */
  g_unsetenv ("G_DEBUG");
  desktop->store = spawn (store_argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  desktop->frontend = spawn (frontend_argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  if (debug != NULL)
    g_setenv ("G_DEBUG", debug, TRUE);
  g_setenv ("PIPEWIRE_REMOTE", "nothing-here", TRUE);
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  desktop->proxy = g_dbus_proxy_new_sync (bus, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL,
                                          "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                                          "org.freedesktop.portal.Camera", NULL, NULL);
  RUN_UNTIL (sees_camera (desktop) || g_subprocess_get_identifier (desktop->frontend) == NULL);
  g_assert_true (sees_camera (desktop));
  return TRUE;
}

static void
desktop_clear (Desktop *desktop)
{
  if (desktop->person == NULL)
    return;
  g_unsetenv ("PIPEWIRE_REMOTE");
  g_object_unref (desktop->proxy);
  end (desktop->frontend);
  end (desktop->store);
  end (desktop->camera);
  access_backend_stop (desktop->person);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desktop, desktop_clear)

/* What the settings of a desktop do when an application is to be asked about again. */
static void
forget_answer (Desktop *desktop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) done = g_dbus_connection_call_sync (
      g_dbus_proxy_get_connection (desktop->proxy), "org.freedesktop.impl.portal.PermissionStore",
      "/org/freedesktop/impl/portal/PermissionStore", "org.freedesktop.impl.portal.PermissionStore", "Delete",
      g_variant_new ("(ss)", "devices", "camera"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

static void
test_desktop (void)
{
  g_auto (Desktop) desktop = { 0 };

  if (!desktop_start (&desktop))
    {
      g_test_skip ("xdg-desktop-portal is not installed");
      return;
    }
  /* Once denied, the question does not come again until the settings say so; once allowed, neither. */
  for (guint i = 0; i < 4; i++)
    {
      g_auto (Run) run = { 0 };

      if (i == 2)
        forget_answer (&desktop);
      access_backend_set_allows (desktop.person, i >= 2);
      run_start_device (&run, NULL);
      RUN_UNTIL (run.read != NULL || run.error != NULL);
      g_assert_cmpuint (access_backend_count (desktop.person), ==, i < 2 ? 1 : 2);
      if (i < 2)
        g_assert_error (run.error, DS_ERROR, DS_ERROR_REFUSED);
      else
        g_assert_no_error (run.error);
      g_assert_cmpstr (run.read, ==, i < 2 ? NULL : RECEIPT);
    }
}

/* The daemons */

static gboolean
is_up (void)
{
  return g_file_test (socket_path, G_FILE_TEST_EXISTS);
}

static gboolean
start_daemons (const char *folder)
{
  const char *const daemon[] = { "pipewire", NULL };
  const char *const manager[] = { "wireplumber", NULL };
  g_autofree char *programs[2] = { g_find_program_in_path (daemon[0]), g_find_program_in_path (manager[0]) };
  g_autofree char *bus = g_find_program_in_path ("dbus-daemon");
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileMonitor) monitor = NULL;

  if (programs[0] == NULL || programs[1] == NULL || bus == NULL)
    return FALSE;
  dbus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (dbus);
  /* The daemons' socket, their memory of devices, and nothing of the machine's; the bus has just taken it away. */
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  socket_path = g_build_filename (folder, "pipewire-0", NULL);
  monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);
  pipewire = spawn (daemon, G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  RUN_UNTIL (is_up () || g_subprocess_get_identifier (pipewire) == NULL);
  g_assert_true (is_up ());
  session_manager = spawn (manager, G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (argc, >, 1);
  camera_program = argv[1];
  folder = g_dir_make_tmp ("doorstep-pw-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  if (!start_daemons (folder))
    {
      g_print ("1..0 # SKIP pipewire, wireplumber or dbus-daemon is not installed\n");
      return 0;
    }
  g_test_add_func ("/pipewire/reads", test_reads);
  g_test_add_func ("/pipewire/chosen", test_chosen);
  g_test_add_func ("/pipewire/vanishes", test_vanishes);
  g_test_add_func ("/pipewire/no-camera", test_no_camera);
  g_test_add_func ("/portal/allows", test_portal_allows);
  g_test_add_func ("/portal/denies", test_portal_denies);
  g_test_add_func ("/portal/has-no-camera", test_portal_has_no_camera);
  g_test_add_func ("/portal/says-nothing", test_portal_says_nothing);
  g_test_add_func ("/portal/desktop", test_desktop);
  /* The last: what it leaves takes half a minute to come down. */
  g_test_add_func ("/hanging/gives-nothing", test_gives_nothing);
  status = g_test_run ();
  end (session_manager);
  end (pipewire);
  g_test_dbus_down (dbus);
  g_object_unref (dbus);
  g_free (socket_path);
  return status;
}
