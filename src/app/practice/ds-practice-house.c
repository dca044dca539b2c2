/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-practice-house.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-program.h"
#include "ds-task.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* An unfinished practice that is older begins anew: its delivery times are over. */
#define GO_ON_S (8 * 3600)
/* More than are asked for until the handheld calls a payment unknown. */
#define LOST_ANSWERS 100
#define MAX_LINE_BYTES (64 * 1024)
#define ROUTE_RESOURCE "/cn/doorstep/Doorstep/practice-route.csv"
/* What lies there from the moment everything is set up: the addresses, which the wallet and the handheld keep. */
#define PLACE_FILE "place.json"
#define COURIER_ID "0001"
/* The last door asks for more than is left of it. */
#define BALANCE_YUAN "500"

typedef struct
{
  gboolean line_cut;
  gboolean phone_offline;
  gboolean answers_lost;
} Scene;

struct _DsPracticeHouse
{
  GObject parent;

  char *directory;
  char *depot_directory;
  char *phone_directory;
  char *courier_screen;
  char *phone_screen;
  char *depot_program;
  char *wallet_program;
  GCancellable *cancellable;

  GSubprocess *depot;  /* (nullable): while it runs */
  gboolean is_ready;   /* the depot can be asked */
  GSubprocess *phone;  /* (nullable): its window */
  GPtrArray *commands; /* (element-type GSubprocess): under way */
  char *address;       /* what the depot said when it was ready */
  char *bank;
  char *ca_path;

  Scene scene;   /* wanted */
  guint setting; /* commands under way for it */
  gboolean scene_is_old;
  gboolean interrupted; /* the depot was switched off while a scene was being set */
};

enum
{
  PROP_DEPOT_UP = 1,
  PROP_SETTLED,
  N_PROPS
};

enum
{
  FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsPracticeHouse, ds_practice_house, G_TYPE_OBJECT)

static void
complain (DsPracticeHouse *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

/* Only what practice made is ever in there; links are removed, not followed. */
static void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

/* Not gently: all of them are made to lose nothing when they are killed, and this program must not wait for long. */
static void
end (GSubprocess **process)
{
  g_autoptr (GSubprocess) ended = g_steal_pointer (process);

  if (ended == NULL)
    return;
  g_subprocess_force_exit (ended);
  g_subprocess_wait (ended, NULL, NULL);
}

/* Commands: programs that do one thing and end */

static void
end_commands (DsPracticeHouse *self)
{
  while (self->commands->len > 0)
    {
      GSubprocess *command = g_ptr_array_steal_index (self->commands, self->commands->len - 1);

      end (&command);
    }
}

static void
did_communicate (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsPracticeHouse *self = g_task_get_source_object (task);
  GSubprocess *process = G_SUBPROCESS (source);
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  GError *error = NULL;

  g_ptr_array_remove (self->commands, process);
  if (!g_subprocess_communicate_utf8_finish (process, result, &output, &errors, &error))
    g_task_return_error (task, error);
  else if (!g_subprocess_get_successful (process))
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, "%s", g_strstrip (errors));
  else
    g_task_return_pointer (task, g_steal_pointer (&output), g_free);
}

/* @argv: (transfer full). Finishes with what the program printed. */
static void
run_async (DsPracticeHouse *self, GStrv argv, GAsyncReadyCallback callback, gpointer user_data)
{
  g_auto (GStrv) owned = argv;
  GTask *task = g_task_new (self, self->cancellable, callback, user_data);
  g_autoptr (GSubprocessLauncher) launcher
      = ds_program_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, DS_TASK_TAG (run_async));
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *)owned, &error);
  if (process == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (self->commands, g_object_ref (process));
  g_subprocess_communicate_utf8_async (process, NULL, self->cancellable, did_communicate, task);
}

static char *
run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static GStrv
make_argv (const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  va_list arguments;

  va_start (arguments, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (arguments, const char *))
    g_strv_builder_add (builder, argument);
  va_end (arguments);
  return g_strv_builder_end (builder);
}

/* The depot */

static void
lose_depot (DsPracticeHouse *self)
{
  self->is_ready = FALSE;
  self->interrupted = self->setting > 0;
}

static void
did_end_depot (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPracticeHouse) self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (self->depot != G_SUBPROCESS (source))
    return;
  /* Nobody has ended it from here. */
  g_clear_object (&self->depot);
  lose_depot (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEPOT_UP]);
  g_signal_emit (self, signals[FAILED], 0,
                 _ ("The practice depot has ended. Start it again from the guide's menu."));
}

static gboolean
read_ready_line (DsPracticeHouse *self, const char *line, GError **error)
{
  g_autoptr (json_t) ready = ds_json_parse_object (line, strlen (line), MAX_LINE_BYTES, error);
  const char *address, *bank, *ca_path;

  if (ready == NULL
      || !ds_json_unpack (ready, error, "{s:s, s:s, s:s}", "listening", &address, "bank", &bank, "ca",
                          &ca_path))
    return FALSE;
  g_free (self->address);
  self->address = g_strdup (address);
  g_free (self->bank);
  self->bank = g_strdup (bank);
  g_free (self->ca_path);
  self->ca_path = g_strdup (ca_path);
  return TRUE;
}

static void
did_read_ready_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsPracticeHouse *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *line
      = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, &error);

  if (line == NULL && error == NULL)
    g_set_error_literal (&error, DS_ERROR, DS_ERROR_STATE, _ ("The practice depot did not start."));
  if (error == NULL && read_ready_line (self, line, &error))
    {
      self->is_ready = TRUE;
      g_subprocess_wait_async (self->depot, NULL, did_end_depot, g_object_ref (self));
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEPOT_UP]);
      g_task_return_boolean (task, TRUE);
      return;
    }
  end (&self->depot);
  g_task_return_error (task, error);
}

/* "https://127.0.0.1:PORT". Returns: (transfer full): "PORT", or "0" for any. */
static char *
get_port (const char *address)
{
  const char *colon = address != NULL ? strrchr (address, ':') : NULL;

  return g_strdup (colon != NULL ? colon + 1 : "0");
}

/* On the ports it had, if it had any: the handheld and the wallet know it by them. */
static void
start_depot_async (DsPracticeHouse *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, callback, user_data);
  g_autoptr (GSubprocessLauncher) launcher
      = ds_program_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *port = get_port (self->address);
  g_autofree char *bank_port = get_port (self->bank);
  g_autoptr (GDataInputStream) lines = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, DS_TASK_TAG (start_depot_async));
  self->depot
      = g_subprocess_launcher_spawn (launcher, &error, self->depot_program, "--dir", self->depot_directory,
                                     "serve", "--practice", "--port", port, "--bank-port", bank_port, NULL);
  if (self->depot == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->depot));
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, self->cancellable, did_read_ready_line,
                                       g_object_ref (task));
}

static gboolean
start_depot_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Setting everything up */

static char *
get_place_path (DsPracticeHouse *self)
{
  return g_build_filename (self->directory, PLACE_FILE, NULL);
}

static gboolean
write_place (DsPracticeHouse *self, GError **error)
{
  g_autofree char *path = get_place_path (self);
  g_autoptr (json_t) place = json_pack ("{s:s, s:s}", "depot", self->address, "bank", self->bank);
  g_autofree char *text = ds_json_to_line (place);

  return g_file_set_contents (path, text, -1, error);
}

/* Returns: whether there is a practice to go on with. */
static gboolean
read_place (DsPracticeHouse *self)
{
  g_autofree char *path = get_place_path (self);
  g_autofree char *text = NULL;
  g_autoptr (json_t) place = NULL;
  const char *address, *bank;
  GStatBuf status;
  gsize n;

  if (g_stat (path, &status) != 0 || g_get_real_time () / G_USEC_PER_SEC - status.st_mtime > GO_ON_S
      || !g_file_get_contents (path, &text, &n, NULL))
    return FALSE;
  place = ds_json_parse_object (text, n, MAX_LINE_BYTES, NULL);
  if (place == NULL || !ds_json_unpack (place, NULL, "{s:s, s:s}", "depot", &address, "bank", &bank))
    return FALSE;
  g_free (self->address);
  self->address = g_strdup (address);
  g_free (self->bank);
  self->bank = g_strdup (bank);
  return TRUE;
}

static void
did_make_code (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsPracticeHouse *self = g_task_get_source_object (task);
  GError *error = NULL;
  char *code = run_finish (result, &error);

  if (code == NULL || !write_place (self, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_strstrip (code), g_free);
}

static void
make_code (GTask *task)
{
  DsPracticeHouse *self = g_task_get_source_object (task);

  run_async (self,
             make_argv (self->depot_program, "--dir", self->depot_directory, "enrol", "--courier", COURIER_ID,
                        "--name", _ ("Trainee"), NULL),
             did_make_code, task);
}

static void
did_open_wallet (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autofree char *printed = run_finish (result, &error);

  if (printed == NULL)
    g_task_return_error (task, error);
  else
    make_code (g_steal_pointer (&task));
}

static void
did_import (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  DsPracticeHouse *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *report = run_finish (result, &error);

  if (report == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  run_async (self,
             make_argv (self->wallet_program, "--dir", self->phone_directory, "create", "--bank", self->bank,
                        "--ca", self->ca_path, "--operator", "003", "--name", _ ("Practice Customer"),
                        "--balance", BALANCE_YUAN, NULL),
             did_open_wallet, g_steal_pointer (&task));
}

static void
import_route (GTask *task)
{
  DsPracticeHouse *self = g_task_get_source_object (task);
  g_autofree char *path = g_build_filename (self->directory, "route.csv", NULL);
  g_autoptr (GBytes) route = g_resources_lookup_data (ROUTE_RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GError *error = NULL;

  g_assert (route != NULL);
  if (!g_file_set_contents (path, g_bytes_get_data (route, NULL), (gssize)g_bytes_get_size (route), &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  run_async (self,
             make_argv (self->depot_program, "--dir", self->depot_directory, "import", path, "--courier",
                        COURIER_ID, NULL),
             did_import, task);
}

static void
did_start_depot (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (start_depot_finish (result, &error))
    import_route (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
begin_anew (GTask *task)
{
  DsPracticeHouse *self = g_task_get_source_object (task);

  g_autofree char *handheld = ds_practice_house_get_handheld_path (self);
  g_autofree char *place = get_place_path (self);

  /* By name: in a directory that somebody gave there may be anything else. */
  g_unlink (place);
  remove_tree (handheld);
  remove_tree (self->phone_directory);
  remove_tree (self->depot_directory);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->bank, g_free);
  if (g_mkdir_with_parents (self->directory, 0700) != 0)
    {
      g_task_return_new_error (
          task, DS_ERROR, DS_ERROR_STORAGE,
          _ ("The directory “%s” cannot be made. Make room, or practise as another user."), self->directory);
      g_object_unref (task);
      return;
    }
  start_depot_async (self, did_start_depot, task);
}

/* Another program may have the ports by now. */
static void
did_start_depot_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (start_depot_finish (result, &error))
    g_task_return_pointer (task, NULL, NULL);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    begin_anew (g_steal_pointer (&task));
}

void
ds_practice_house_start_async (DsPracticeHouse *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (DS_IS_PRACTICE_HOUSE (self));
  g_return_if_fail (self->depot == NULL);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      g_object_unref (self->cancellable);
      self->cancellable = g_cancellable_new ();
    }
  task = g_task_new (self, self->cancellable, callback, user_data);
  g_task_set_source_tag (task, DS_TASK_TAG (ds_practice_house_start_async));
  if (read_place (self))
    start_depot_async (self, did_start_depot_again, task);
  else
    begin_anew (task);
}

char *
ds_practice_house_start_finish (DsPracticeHouse *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ds_practice_house_stop (DsPracticeHouse *self, gboolean forget)
{
  g_autofree char *place = NULL;

  g_return_if_fail (DS_IS_PRACTICE_HOUSE (self));

  g_cancellable_cancel (self->cancellable);
  end_commands (self);
  end (&self->phone);
  end (&self->depot);
  place = get_place_path (self);
  if (forget)
    g_unlink (place);
}

/* The phone */

static void
did_close_phone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPracticeHouse) self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (self->phone == G_SUBPROCESS (source))
    g_clear_object (&self->phone);
}

void
ds_practice_house_show_phone (DsPracticeHouse *self)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (DS_IS_PRACTICE_HOUSE (self));

  if (self->phone != NULL)
    return;
  launcher = ds_program_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  self->phone = g_subprocess_launcher_spawn (launcher, &error, self->wallet_program, "--dir",
                                             self->phone_directory, "window", "--screen", self->phone_screen,
                                             "--courier-screen", self->courier_screen, NULL);
  if (self->phone == NULL)
    complain (self, error);
  else
    g_subprocess_wait_async (self->phone, NULL, did_close_phone, g_object_ref (self));
}

/* Scenes */

static void set_scene (DsPracticeHouse *self);

static void
did_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPracticeHouse) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = run_finish (result, &error);

  self->setting--;
  /* When the depot was switched off meanwhile, that is no news. */
  if (printed == NULL && !self->interrupted)
    complain (self, error);
  if (self->setting == 0)
    self->interrupted = FALSE;
  if (self->setting == 0 && self->scene_is_old && self->is_ready
      && !g_cancellable_is_cancelled (self->cancellable))
    set_scene (self);
  else if (self->setting == 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SETTLED]);
}

/* By the wallet's own commands: that program is the bank's customer, and this one must not become it. */
static void
set_scene (DsPracticeHouse *self)
{
  g_autoptr (json_t) faults
      = json_pack ("{s:s, s:i, s:i, s:i, s:i, s:i}", "line", self->scene.line_cut ? "cut" : "restored",
                   "lose_answers", self->scene.answers_lost ? LOST_ANSWERS : 0, "notify_times",
                   self->scene.answers_lost ? 0 : 1, "slow_ms", 0, "late_ms", 0, "confirm_above_fen", -1);
  g_autofree char *text = ds_json_to_line (faults);

  self->scene_is_old = FALSE;
  self->setting = 2;
  run_async (self, make_argv (self->wallet_program, "--dir", self->phone_directory, "faults", text, NULL),
             did_set, g_object_ref (self));
  run_async (self,
             make_argv (self->wallet_program, "--dir", self->phone_directory, "offline",
                        self->scene.phone_offline ? "on" : "off", NULL),
             did_set, g_object_ref (self));
}

void
ds_practice_house_set_scene (DsPracticeHouse *self,
                             gboolean line_cut,
                             gboolean phone_offline,
                             gboolean answers_lost)
{
  g_return_if_fail (DS_IS_PRACTICE_HOUSE (self));

  self->scene = (Scene){ line_cut, phone_offline, answers_lost };
  /* Without a depot there is nobody to be told; once it is back it is told anew. */
  if (self->setting > 0)
    self->scene_is_old = TRUE;
  else if (self->is_ready)
    set_scene (self);
}

gboolean
ds_practice_house_get_settled (DsPracticeHouse *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE_HOUSE (self), FALSE);

  return self->setting == 0;
}

static void
did_restart_depot (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!start_depot_finish (result, &error))
    complain (DS_PRACTICE_HOUSE (source), error);
}

void
ds_practice_house_set_depot_up (DsPracticeHouse *self, gboolean up)
{
  g_return_if_fail (DS_IS_PRACTICE_HOUSE (self));

  if (up == (self->depot != NULL))
    return;
  if (up)
    {
      start_depot_async (self, did_restart_depot, NULL);
      return;
    }
  end (&self->depot);
  lose_depot (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEPOT_UP]);
}

gboolean
ds_practice_house_get_depot_up (DsPracticeHouse *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE_HOUSE (self), FALSE);

  return self->is_ready;
}

char *
ds_practice_house_get_handheld_path (DsPracticeHouse *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE_HOUSE (self), NULL);

  return g_build_filename (self->directory, "handheld", NULL);
}

const char *
ds_practice_house_get_courier_screen (DsPracticeHouse *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE_HOUSE (self), NULL);

  return self->courier_screen;
}

const char *
ds_practice_house_get_phone_screen (DsPracticeHouse *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE_HOUSE (self), NULL);

  return self->phone_screen;
}

/* The object */

static void
ds_practice_house_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_DEPOT_UP:
      g_value_set_boolean (value, ds_practice_house_get_depot_up (DS_PRACTICE_HOUSE (object)));
      break;
    case PROP_SETTLED:
      g_value_set_boolean (value, ds_practice_house_get_settled (DS_PRACTICE_HOUSE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ds_practice_house_finalize (GObject *object)
{
  DsPracticeHouse *self = DS_PRACTICE_HOUSE (object);

  end_commands (self);
  g_ptr_array_unref (self->commands);
  end (&self->phone);
  end (&self->depot);
  g_object_unref (self->cancellable);
  g_free (self->directory);
  g_free (self->depot_directory);
  g_free (self->phone_directory);
  g_free (self->courier_screen);
  g_free (self->phone_screen);
  g_free (self->depot_program);
  g_free (self->wallet_program);
  g_free (self->address);
  g_free (self->bank);
  g_free (self->ca_path);

  G_OBJECT_CLASS (ds_practice_house_parent_class)->finalize (object);
}

static void
ds_practice_house_class_init (DsPracticeHouseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ds_practice_house_get_property;
  object_class->finalize = ds_practice_house_finalize;

  properties[PROP_DEPOT_UP]
      = g_param_spec_boolean ("depot-up", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTLED]
      = g_param_spec_boolean ("settled", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[FAILED] = g_signal_new ("failed", DS_TYPE_PRACTICE_HOUSE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_practice_house_init (DsPracticeHouse *self)
{
  self->cancellable = g_cancellable_new ();
  self->commands = g_ptr_array_new_with_free_func (g_object_unref);
}

DsPracticeHouse *
ds_practice_house_new (const char *directory)
{
  DsPracticeHouse *self;

  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (DS_TYPE_PRACTICE_HOUSE, NULL);
  self->directory = g_strdup (directory);
  self->depot_directory = g_build_filename (directory, "depot", NULL);
  self->phone_directory = g_build_filename (directory, "phone", NULL);
  self->courier_screen = g_build_filename (directory, "courier.screen", NULL);
  self->phone_screen = g_build_filename (directory, "phone.screen", NULL);
  self->depot_program = ds_program_find ("DOORSTEP_DEPOT", "depot", "doorstep-depot", DS_BIN_DIR);
  self->wallet_program = ds_program_find ("DOORSTEP_WALLET", "wallet", "doorstep-wallet", DS_BIN_DIR);
  return self;
}
