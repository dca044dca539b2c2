/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Above every page of practice: the mark, and a strip that says what to do next. */
#pragma once

#include "ds-lesson.h"
#include "ds-navigator.h"

G_BEGIN_DECLS

#define DS_TYPE_COACH (ds_coach_get_type ())
G_DECLARE_FINAL_TYPE (DsCoach, ds_coach, DS, COACH, GtkBox)

/* @navigator: holds the pages; held weakly. Its menu speaks to the action group "practice" (ds-practice.h). */
DsCoach *ds_coach_new (DsSession *session, DsNavigator *navigator);

G_END_DECLS
