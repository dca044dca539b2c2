/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guided first shift of five doors: what has been done, by the journal and the feed alone, and what to do next.
 * No widgets. */
#pragma once

#include "ds-session.h"

G_BEGIN_DECLS

#define DS_LESSON_N_DOORS 5

/**
 * DsPlace:
 *
 * Which page is in front, as far as the guide has something to say about it.
 */
typedef enum
{
  DS_PLACE_OTHER,
  DS_PLACE_ROUTE,
  DS_PLACE_SHIFT,
  DS_PLACE_OPEN_SHIFT,
  DS_PLACE_STOP,
  DS_PLACE_COLLECT,
  DS_PLACE_CODE,
  DS_PLACE_SCAN,
  DS_PLACE_RESULT,
  DS_PLACE_CASH,
  DS_PLACE_CLOSE,
  DS_PLACE_STATEMENT,
  DS_PLACE_RECEIPT,
  DS_PLACE_PROOF,
  DS_PLACE_LOAD,
} DsPlace;

/**
 * DsLessonStage:
 * @DS_LESSON_OPEN: the shift has to be opened
 * @DS_LESSON_DOORS: on the way from door to door
 * @DS_LESSON_CLOSE: all doors are done
 * @DS_LESSON_SETTLE: the shift is closed, its statement on the way
 * @DS_LESSON_OVER: the statement is there
 */
typedef enum
{
  DS_LESSON_OPEN,
  DS_LESSON_DOORS,
  DS_LESSON_CLOSE,
  DS_LESSON_SETTLE,
  DS_LESSON_OVER,
} DsLessonStage;

/* What is played at the door. */
typedef struct
{
  gboolean line_cut;
  gboolean phone_offline;
  gboolean answers_lost;
} DsLessonScene;

#define DS_TYPE_LESSON (ds_lesson_get_type ())
G_DECLARE_FINAL_TYPE (DsLesson, ds_lesson, DS, LESSON, GObject)

/**
 * DsLesson::changed (): something was done, or has happened
 */
DsLesson *ds_lesson_new (DsSession *session);

DsLessonStage ds_lesson_get_stage (DsLesson *self);
/* From 1 on; 0 unless on the way from door to door. */
guint ds_lesson_get_door (DsLesson *self);
void ds_lesson_get_scene (DsLesson *self, DsLessonScene *scene);

/* Returns: (transfer none): "Door 2 of 5 · the customer has no network": where the courier is in it. */
char *ds_lesson_describe_stage (DsLesson *self);
/* Returns: (transfer full): one sentence: what to do next, at @place. */
char *ds_lesson_describe_next (DsLesson *self, DsPlace place);
/* Returns: (transfer full) (nullable): what is only played at this moment. */
char *ds_lesson_describe_scene (DsLesson *self);

/* Returns: (transfer none): what is learnt at @door, in a few words. */
const char *ds_lesson_get_subject (guint door);
/* Returns: (transfer full): what happened there, and what to remember of it. */
char *ds_lesson_describe_learnt (DsLesson *self, guint door);
/* Whether @door was done in the way it is there to teach. */
gboolean ds_lesson_was_practised (DsLesson *self, guint door);

G_END_DECLS
