/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that practice needs around the handheld: a depot with its bank, a customer's phone, and the faults to be
 * practised with. The programs run as children of this one, in a directory of their own, on loopback; however this
 * process ends, they end with it. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TYPE_PRACTICE_HOUSE (ds_practice_house_get_type ())
G_DECLARE_FINAL_TYPE (DsPracticeHouse, ds_practice_house, DS, PRACTICE_HOUSE, GObject)

/**
 * DsPracticeHouse:depot-up: whether the depot's program runs
 * DsPracticeHouse:settled: whether the last scene that was set is in force
 * DsPracticeHouse::failed (char *message): something could not be done or ended by itself; what, and what to do
 *
 * @directory: made when missing; nothing but practice may be in it
 */
DsPracticeHouse *ds_practice_house_new (const char *directory);

/**
 * ds_practice_house_start_async:
 *
 * Starts the depot and opens the customer's wallet. A practice of the last hours that was not finished goes on;
 * anything else is cleared away first.
 */
void ds_practice_house_start_async (DsPracticeHouse *self, GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full) (nullable): the enrolment code for the handheld, unused while the practice goes on. */
char *ds_practice_house_start_finish (DsPracticeHouse *self, GAsyncResult *result, GError **error);

/* Ends every child, and waits for them. @forget: there is nothing to go on with; the next start begins anew. */
void ds_practice_house_stop (DsPracticeHouse *self, gboolean forget);

/* Returns: (transfer full): where the handheld's own data is. */
char *ds_practice_house_get_handheld_path (DsPracticeHouse *self);
/* Returns: (transfer none): where the handheld's window, and the phone's, are looked at (ds-screen.h). */
const char *ds_practice_house_get_courier_screen (DsPracticeHouse *self);
const char *ds_practice_house_get_phone_screen (DsPracticeHouse *self);

/* Opens the customer's phone, where it is not open. */
void ds_practice_house_show_phone (DsPracticeHouse *self);

/**
 * ds_practice_house_set_scene:
 * @line_cut: the handheld does not reach the depot
 * @phone_offline: the customer's phone has no network
 * @answers_lost: the bank acts, and its answers are lost on their way to the depot
 *
 * Sets the situation at a door. One after the other, the last one wins; DsPracticeHouse:settled tells when it is so.
 */
void ds_practice_house_set_scene (DsPracticeHouse *self,
                                  gboolean line_cut,
                                  gboolean phone_offline,
                                  gboolean answers_lost);

gboolean ds_practice_house_get_settled (DsPracticeHouse *self);

/* Ends the depot's program, as a power failure there would, or starts it again on what it had. */
void ds_practice_house_set_depot_up (DsPracticeHouse *self, gboolean up);
gboolean ds_practice_house_get_depot_up (DsPracticeHouse *self);

G_END_DECLS
