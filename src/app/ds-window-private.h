/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window inside: ds-window.c is the object and its lock, ds-window-actions.c what it does for its pages,
 * ds-window-scans.c what becomes of a scan. */
#pragma once

#include "ds-window.h"

#include "ds-idle-lock.h"
#include "ds-navigator.h"
#include "ds-notifier.h"
#include "ds-resume.h"
#include "ds-serial-engine.h"
#include "ds-wedge.h"

G_BEGIN_DECLS

struct _DsWindow
{
  AdwApplicationWindow parent;

  DsSession *session;
  GSettings *preferences; /* (nullable) */
  DsWedge *wedge;
  DsSerialEngine *engine;
  GCancellable *cancellable;
  GtkFileChooserNative *chooser; /* while the courier chooses where to save */

  AdwToast *toast; /* (nullable): weak, the last one */
  DsIdleLock *idle_lock;
  DsNotifier *notifier;
  DsResume *resume;
  gulong caught_up_id; /* while the courier waits for an exchange */
  gulong busy_id;
  char *unsaid; /* (nullable): what was to be said while nobody could read it */

  gboolean is_short;

  GtkBox *content;
  AdwToastOverlay *toasts;
  GtkStack *lock_stack;
  GtkWidget *unlock_page;
  DsNavigator *navigator;
};

gboolean ds_window_is_at_work (DsWindow *self);
gboolean ds_window_is_locked (DsWindow *self);

/* The camera has done its work when something opens: it does not stay behind on the way back. Returns: (transfer none): the
 * page that is in front then. */
DsPage *ds_window_leave_scan_page (DsWindow *self);

/* In a toast; while the window is locked, when it is unlocked. */
void ds_window_say (DsWindow *self, const char *text);

/* A parcel of @stop was scanned: see ds-page.h. */
void ds_window_take_parcel (DsWindow *self, DsStop *stop, const char *waybill);

void ds_window_class_install_actions (GtkWidgetClass *widget_class);

/* Nothing can be done past the lock. */
void ds_window_update_actions (DsWindow *self);

G_END_DECLS
