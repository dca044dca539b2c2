/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One handheld at work: its store, its door, its link to the depot, and the models made of them. No widgets. */
#pragma once

#include "ds-clock.h"
#include "ds-digest.h"
#include "ds-link.h"
#include "ds-lock.h"
#include "ds-random.h"
#include "ds-rescue-copy.h"
#include "ds-route.h"
#include "ds-worklist.h"

G_BEGIN_DECLS

/**
 * DsPhase:
 * @DS_PHASE_OPENING: the store is being opened and checked
 * @DS_PHASE_FAILED: it cannot be opened; DsSession:failure says why and what to do
 * @DS_PHASE_NEW: this handheld belongs to no depot yet
 * @DS_PHASE_ENROLLED: at work
 * @DS_PHASE_SIGNED_OUT: nothing is left on this handheld; the session is at its end
 */
typedef enum
{
  DS_PHASE_OPENING,
  DS_PHASE_FAILED,
  DS_PHASE_NEW,
  DS_PHASE_ENROLLED,
  DS_PHASE_SIGNED_OUT,
} DsPhase;

#define DS_TYPE_SESSION (ds_session_get_type ())
G_DECLARE_FINAL_TYPE (DsSession, ds_session, DS, SESSION, GObject)

/**
 * DsSession:phase: a DsPhase, as guint
 * DsSession::parcel-checked (): one more parcel was scanned at its door
 * DsSession::tick (): half a minute passed: times that are shown relative to now are old
 */

/**
 * ds_session_new:
 * @directory: where the store keeps its data
 *
 * Returns: (transfer full): a session that has not been opened
 */
DsSession *ds_session_new (const char *directory, DsClock *clock, DsRandom *random);

/**
 * ds_session_new_for_practice:
 * @phone_screen: where the customer's phone can be looked at (ds-screen.h)
 *
 * The same for practice: with a store that takes nothing of a real depot, and that nothing else opens.
 */
DsSession *ds_session_new_for_practice (const char *directory,
                                        const char *phone_screen,
                                        DsClock *clock,
                                        DsRandom *random);
gboolean ds_session_is_practice (DsSession *self);
/* Returns: (transfer none) (nullable): @phone_screen; %NULL at work. */
const char *ds_session_get_phone_screen (DsSession *self);

/* Begins to open the store; DsSession:phase tells how it went. May be called again after it failed. */
void ds_session_open (DsSession *self);

/* Lets what was asked finish, and closes the store. */
void ds_session_close (DsSession *self);

DsPhase ds_session_get_phase (DsSession *self);
/* Returns: (nullable): why it could not be opened, and what to do. */
const char *ds_session_get_failure (DsSession *self);

/* All (transfer none). */
const char *ds_session_get_directory (DsSession *self);
DsClock *ds_session_get_clock (DsSession *self);
DsStore *ds_session_get_store (DsSession *self);
DsDoor *ds_session_get_door (DsSession *self);
DsLink *ds_session_get_link (DsSession *self);              /* (nullable): from the end of opening on */
DsRescueCopy *ds_session_get_rescue_copy (DsSession *self); /* (nullable): likewise */
DsRoute *ds_session_get_route (DsSession *self);
DsWorklist *ds_session_get_worklist (DsSession *self);
DsDigest *ds_session_get_digest (DsSession *self);
DsLock *ds_session_get_lock (DsSession *self);

/* Returns: (transfer none) (nullable): the shift under way. */
DsShift *ds_session_get_open_shift (DsSession *self);

/* Parcels that were scanned at their door since the start. Not journalled: it only helps the courier to hand over
 * the right ones. Returns: whether @waybill was not among them before. */
gboolean ds_session_check_parcel (DsSession *self, const char *waybill);
gboolean ds_session_is_parcel_checked (DsSession *self, const char *waybill);

/* What this handheld is called at the depot: the make of the machine, as far as it says. */
char *ds_session_dup_model (void);

/**
 * ds_session_sign_out_async:
 * @exported_seq: the last entry that was saved in an encrypted copy, or 0
 *
 * Tells the depot, where it can be reached, and removes everything from this handheld. Fails with %DS_ERROR_STATE while
 * anything would be lost.
 */
void ds_session_sign_out_async (DsSession *self,
                                gint64 exported_seq,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean ds_session_sign_out_finish (DsSession *self, GAsyncResult *result, GError **error);

/* Keeps @identity, to which the courier agreed, and goes to work. */
void ds_session_enrol_async (DsSession *self,
                             const DsIdentity *identity,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean ds_session_enrol_finish (DsSession *self, GAsyncResult *result, GError **error);

G_END_DECLS
