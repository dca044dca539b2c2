/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the navigator and the window ask of a page.
 *
 * How pages are made here: a page is a GtkBox subclass with a template ds-THING-page.ui beside it, made by
 * ds_THING_page_new (DsSession *session, …), and implements DsPage. It finds its surroundings through actions on its
 * ancestors, never by a pointer to them:
 *
 *   navigator.back               leave this page; the window's `win.back` does it for Escape and the Back key
 *   win.open-stop (s)            the page of a stop, by its id
 *   win.collect (s)              collecting at a stop
 *   win.scan                     the camera
 *   win.show-map, win.check-load
 *   win.arrange (s)              the courier's own order, with a stop (or none) to be moved
 *   win.show-tab (s)             home with a tab in front: "route", "problems", "shift"
 *   win.open-shift, win.close-shift, win.show-statement, win.sync, win.export-journal, win.about,
 *   win.lock, win.change-pin, win.settings, win.self-check, win.test-scan, win.help
 *
 *   win.say (s)                  short news, in a toast: ds_page_say()
 *   win.take-scan (s)            something was scanned
 *   win.take-parcel (ss)         a parcel of a stop was scanned: at its own door it is checked, at another door the
 *                                courier is stopped, anywhere else its stop opens
 *
 * and pushes pages of its own with ds_navigator_push (ds_navigator_of (widget), page). A text from a code or from the depot is set as a label's text, never as markup. */
#pragma once

#include "ds-trail.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_PAGE (ds_page_get_type ())
G_DECLARE_INTERFACE (DsPage, ds_page, DS, PAGE, GtkWidget)

/**
 * DsPageInterface:
 * @get_title: names the page, translated
 * @handle_scan: the scan engine or the camera read @text while this page was in front; %FALSE leaves it to the
 *   window, which asks the door what it is
 * @can_leave: %FALSE keeps the page in front: it went back a step of its own, or cannot be left now and says why
 * @describe: fills in what, beside its type, opens the same page again; what it is about and how far it is, never
 *   what was typed
 * @restore: takes a page just made for @place on to where @describe found it, as far as that is still possible
 * @get_first: (nullable): what holds the control that the focus goes to, see ds_page_focus()
 *
 * All but @get_title may be left out: nothing is handled, the page may be left, and its type says all.
 */
struct _DsPageInterface
{
  GTypeInterface parent;

  const char *(*get_title) (DsPage *self);
  gboolean (*handle_scan) (DsPage *self, const char *text);
  gboolean (*can_leave) (DsPage *self);
  void (*describe) (DsPage *self, DsTrailPlace *place);
  void (*restore) (DsPage *self, const DsTrailPlace *place);
  GtkWidget *(*get_first) (DsPage *self);
};

/**
 * DsPage::moved (): what ds_page_get_place() says is another place than before
 */

const char *ds_page_get_title (DsPage *self);

/* Returns: (transfer full): its type's name without Ds and Page: "Stop". */
char *ds_page_get_name (DsPage *self);
gboolean ds_page_handle_scan (DsPage *self, const char *text);
gboolean ds_page_can_leave (DsPage *self);

/* Returns: (transfer full) */
DsTrailPlace *ds_page_get_place (DsPage *self);
void ds_page_restore (DsPage *self, const DsTrailPlace *place);
void ds_page_say_moved (DsPage *self);

/* Returns: (transfer none) (nullable) */
GtkWidget *ds_page_get_first (DsPage *self);

/* Gives the focus to what is done first on this page: in what ds_page_get_first() says, or else the page's main action, or the
 * first control below its header bar. Not to the way back, where Enter would leave again, nor to a field, over which a
 * keyboard would rise that nobody asked for. */
void ds_page_focus (DsPage *self);

/* Short news over the window that @widget lies in. @text is plain text. */
void ds_page_say (GtkWidget *widget, const char *text);

G_END_DECLS
