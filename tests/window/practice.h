/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One courier's practice in the window: what the guided shift and the tests around it share. */
#pragma once

#include "ds-lesson.h"
#include "ds-practice.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  char *directory;
  char *drive;
  guint n_pictures;
  GtkApplication *application;
  DsPractice *practice;
  DsSession *session;
  DsLesson *lesson;
  GtkWidget *window;
  GtkWidget *dialog;
} Practice;

/* (nullable): where the pictures go */
extern char *practice_pictures;

/* Steps (practice-steps.c) */

void practice_set_up (Practice *self, gconstpointer data);
void practice_tear_down (Practice *self, gconstpointer data);
void practice_open (Practice *self);
void practice_close (Practice *self);

/* Looks for the mark of practice, and takes a picture if pictures are wanted. */
void practice_take_picture (Practice *self, const char *name);

/* Presses what stands on the phone's screen, in the phone's own process. */
void practice_press_on_phone (Practice *self, const char *words);

/* The guide notices by itself, from what is journalled and what the depot says. */
void practice_wait_for_door (Practice *self, guint door);
void practice_open_collect (Practice *self, guint door);

/* DsTestConditions: of a path, and of a practice */
gboolean practice_is_there (gpointer user_data);
gboolean practice_is_online (gpointer user_data);
gboolean practice_is_offline (gpointer user_data);

/* The guided shift (practice-shift.c), in its order */

void practice_open_shift (Practice *self);
void practice_both_online (Practice *self);
void practice_show_receipt (Practice *self);
void practice_keep_proof (Practice *self);
void practice_customer_offline (Practice *self);
void practice_courier_offline (Practice *self);
void practice_both_offline (Practice *self);
void practice_goes_wrong (Practice *self);
void practice_close_shift (Practice *self);

G_END_DECLS
