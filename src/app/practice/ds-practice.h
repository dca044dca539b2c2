/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Practice as a whole: the house around the handheld, the handheld's session, and the scenes of the guided shift. */
#pragma once

#include "ds-practice-house.h"
#include "ds-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PRACTICE (ds_practice_get_type ())
G_DECLARE_FINAL_TYPE (DsPractice, ds_practice, DS, PRACTICE, GObject)

/**
 * DsPractice::failed (char *message): practice could not be set up; what happened, and what to do
 * DsPractice::said (char *message): short news of something that could not be done
 * DsPractice::again (): the courier wants to begin again
 *
 * @directory: for practice alone
 */
DsPractice *ds_practice_new (const char *directory, DsClock *clock, DsRandom *random);

/* Returns: (transfer none): the handheld. */
DsSession *ds_practice_get_session (DsPractice *self);
DsPracticeHouse *ds_practice_get_house (DsPractice *self);

/* Lets @window be looked at, and gives it the actions practice.show-phone, practice.depot-down and practice.again. */
void ds_practice_serve (DsPractice *self, GtkWindow *window);

/* Sets everything up; the session opens, is enrolled by itself, and the customer's phone appears. */
void ds_practice_open (DsPractice *self);

/* Ends the session and every program around it. @forget: the next practice begins anew; so it does after a shift that
 * came to its end. */
void ds_practice_close (DsPractice *self, gboolean forget);

G_END_DECLS
