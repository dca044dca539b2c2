/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-practice.h"

#include "ds-lesson.h"
#include "ds-screen.h"

#include "ds-enrol-code.h"

#include <string.h>

struct _DsPractice
{
  GObject parent;

  DsPracticeHouse *house;
  DsSession *session;
  DsLesson *lesson;
  DsScreen *screen; /* (nullable): the handheld's window */
  char *code;       /* (nullable): the handheld's enrolment, until it is used */
  GCancellable *cancellable;
  GSimpleActionGroup *actions;

  DsLessonScene scene; /* as last set */
  gboolean has_scene;
  gboolean enrolling;
};

enum
{
  FAILED,
  SAID,
  AGAIN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DsPractice, ds_practice, G_TYPE_OBJECT)

static void
fail (DsPractice *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

/* Scenes */

static gboolean
is_same_scene (const DsLessonScene *a, const DsLessonScene *b)
{
  return a->line_cut == b->line_cut && a->phone_offline == b->phone_offline
         && a->answers_lost == b->answers_lost;
}

/* What the courier switches by hand within a scene stays; the next scene sets everything anew. */
static void
follow_lesson (DsPractice *self)
{
  DsLessonScene scene;

  if (ds_session_get_phase (self->session) != DS_PHASE_ENROLLED)
    return;
  ds_lesson_get_scene (self->lesson, &scene);
  if (self->has_scene && is_same_scene (&scene, &self->scene))
    return;
  self->has_scene = TRUE;
  self->scene = scene;
  ds_practice_house_set_scene (self->house, scene.line_cut, scene.phone_offline, scene.answers_lost);
  /* The handheld would notice that it is back only at its next try. */
  if (!scene.line_cut)
    ds_link_wake (ds_session_get_link (self->session));
}

/* Enrolling */

static void
did_enrol (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPractice) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_session_enrol_finish (DS_SESSION (source), result, &error))
    fail (self, error);
}

static void
did_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPractice) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsIdentity) identity = ds_link_ask_to_enrol_finish (DS_LINK (source), result, &error);

  if (identity == NULL)
    fail (self, error);
  else
    ds_session_enrol_async (self->session, identity, self->cancellable, did_enrol, g_object_ref (self));
}

static void
enrol (DsPractice *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *model = ds_session_dup_model ();
  g_autoptr (DsEnrolCode) code = NULL;

  if (self->enrolling)
    return;
  self->enrolling = TRUE;
  code = ds_enrol_code_parse (self->code != NULL ? self->code : "", &error);
  if (code == NULL)
    fail (self, error);
  else
    ds_link_ask_to_enrol_async (ds_session_get_link (self->session), code, model, self->cancellable, did_ask,
                                g_object_ref (self));
}

static void
phase_changed (DsPractice *self)
{
  switch (ds_session_get_phase (self->session))
    {
    case DS_PHASE_NEW:
      enrol (self);
      break;
    case DS_PHASE_ENROLLED:
      ds_practice_house_show_phone (self->house);
      follow_lesson (self);
      break;
    case DS_PHASE_OPENING:
    case DS_PHASE_FAILED:
    case DS_PHASE_SIGNED_OUT:
    default:
      break;
    }
}

/* Opening */

static void
did_start (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsPractice) self = user_data;
  g_autoptr (GError) error = NULL;

  self->code = ds_practice_house_start_finish (DS_PRACTICE_HOUSE (source), result, &error);
  if (error != NULL)
    fail (self, error);
  else
    ds_session_open (self->session);
}

void
ds_practice_open (DsPractice *self)
{
  g_return_if_fail (DS_IS_PRACTICE (self));

  ds_practice_house_start_async (self->house, did_start, g_object_ref (self));
}

void
ds_practice_close (DsPractice *self, gboolean forget)
{
  gboolean is_over;

  g_return_if_fail (DS_IS_PRACTICE (self));

  is_over = ds_session_get_phase (self->session) == DS_PHASE_ENROLLED
            && ds_lesson_get_stage (self->lesson) == DS_LESSON_OVER;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->screen);
  ds_session_close (self->session);
  ds_practice_house_stop (self->house, forget || is_over);
}

DsSession *
ds_practice_get_session (DsPractice *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE (self), NULL);

  return self->session;
}

DsPracticeHouse *
ds_practice_get_house (DsPractice *self)
{
  g_return_val_if_fail (DS_IS_PRACTICE (self), NULL);

  return self->house;
}

/* Actions */

static void
show_phone (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ds_practice_house_show_phone (DS_PRACTICE (user_data)->house);
}

static void
switch_depot (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  ds_practice_house_set_depot_up (DS_PRACTICE (user_data)->house, !g_variant_get_boolean (state));
}

static void
depot_changed (DsPractice *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "depot-down");
  gboolean is_up = ds_practice_house_get_depot_up (self->house);

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (!is_up));
  /* What was played stood in its memory alone. */
  if (is_up && ds_session_get_phase (self->session) == DS_PHASE_ENROLLED)
    {
      self->has_scene = FALSE;
      follow_lesson (self);
    }
}

static void
again (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_signal_emit (user_data, signals[AGAIN], 0);
}

void
ds_practice_serve (DsPractice *self, GtkWindow *window)
{
  g_autoptr (GError) error = NULL;
  const char *path;
  g_autofree char *directory = NULL;

  g_return_if_fail (DS_IS_PRACTICE (self));
  g_return_if_fail (GTK_IS_WINDOW (window));

  gtk_widget_insert_action_group (GTK_WIDGET (window), "practice", G_ACTION_GROUP (self->actions));
  path = ds_practice_house_get_courier_screen (self->house);
  directory = g_path_get_dirname (path);
  g_mkdir_with_parents (directory, 0700);
  self->screen = ds_screen_share (GTK_WIDGET (window), path, &error);
  if (self->screen == NULL)
    g_signal_emit (self, signals[SAID], 0, error->message);
}

static void
did_fail (DsPractice *self, const char *message)
{
  g_signal_emit (self, signals[SAID], 0, message);
}

/* The object */

static void
ds_practice_dispose (GObject *object)
{
  DsPractice *self = DS_PRACTICE (object);

  g_clear_object (&self->screen);
  g_clear_object (&self->actions);
  g_clear_object (&self->lesson);
  g_clear_object (&self->session);
  g_clear_object (&self->house);

  G_OBJECT_CLASS (ds_practice_parent_class)->dispose (object);
}

static void
ds_practice_finalize (GObject *object)
{
  DsPractice *self = DS_PRACTICE (object);

  g_object_unref (self->cancellable);
  g_free (self->code);

  G_OBJECT_CLASS (ds_practice_parent_class)->finalize (object);
}

static void
ds_practice_class_init (DsPracticeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_practice_dispose;
  object_class->finalize = ds_practice_finalize;

  signals[FAILED] = g_signal_new ("failed", DS_TYPE_PRACTICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SAID] = g_signal_new ("said", DS_TYPE_PRACTICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);
  signals[AGAIN]
      = g_signal_new ("again", DS_TYPE_PRACTICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ds_practice_init (DsPractice *self)
{
  static const GActionEntry entries[] = {
    { "show-phone", show_phone, NULL, NULL, NULL, { 0 } },
    { "depot-down", NULL, NULL, "false", switch_depot, { 0 } },
    { "again", again, NULL, NULL, NULL, { 0 } },
  };

  self->cancellable = g_cancellable_new ();
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
}

DsPractice *
ds_practice_new (const char *directory, DsClock *clock, DsRandom *random)
{
  DsPractice *self;
  g_autofree char *handheld = NULL;

  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (DS_TYPE_PRACTICE, NULL);
  self->house = ds_practice_house_new (directory);
  handheld = ds_practice_house_get_handheld_path (self->house);
  self->session = ds_session_new_for_practice (handheld, ds_practice_house_get_phone_screen (self->house),
                                               clock, random);
  self->lesson = ds_lesson_new (self->session);
  g_signal_connect_object (self->session, "notify::phase", G_CALLBACK (phase_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->lesson, "changed", G_CALLBACK (follow_lesson), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->house, "failed", G_CALLBACK (did_fail), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->house, "notify::depot-up", G_CALLBACK (depot_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}
