/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handheld's scan engine types what it reads, very fast, and ends with Enter, Tab or GS ("keyboard wedge"). */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Between two characters of an engine; nobody types six different keys in a row at this speed. */
#define DS_BURST_GAP_MS 50
/* Shorter bursts are typing: no code of ours or of any wallet is shorter. */
#define DS_BURST_MIN_CHARACTERS 6

/**
 * DsBurst:
 *
 * The run of fast characters that the last key belongs to. Pure: time is what the caller says it is.
 */
typedef struct _DsBurst DsBurst;

DsBurst *ds_burst_new (void);
void ds_burst_free (DsBurst *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsBurst, ds_burst_free)

/* A character arrived. Returns: whether it began a new run, the one before having ended without Enter. */
gboolean ds_burst_add (DsBurst *self, gunichar character, guint32 time_ms);

/* Returns: whether the run that goes on at @time_ms can be nothing but a scan. */
gboolean ds_burst_is_scan (DsBurst *self, guint32 time_ms);

/* Enter arrived. Returns: (transfer full) (nullable): what was scanned; %NULL if a person pressed it. */
char *ds_burst_end (DsBurst *self, guint32 time_ms);

#define DS_TYPE_WEDGE (ds_wedge_get_type ())
G_DECLARE_FINAL_TYPE (DsWedge, ds_wedge, DS, WEDGE, GObject)

/**
 * DsWedge::scanned (const char *text): the scan engine read something
 */

/**
 * ds_wedge_new:
 * @widget: usually a window
 *
 * Watches the keys that go to @widget or anything in it, wherever the focus is. Keys pass through, so typing is
 * never delayed; when a run turns out to be a scan, its Enter is swallowed and a text field that got its
 * characters is put back to what it held before.
 *
 * Returns: (transfer full): the watcher; it ends with its last reference
 */
DsWedge *ds_wedge_new (GtkWidget *widget);

/**
 * ds_wedge_set_affixes:
 * @prefix: what the engine sends before each code
 * @suffix: what it sends after each besides Enter
 *
 * Both are taken off.
 */
void ds_wedge_set_affixes (DsWedge *self, const char *prefix, const char *suffix);

/* Reads keys by their place on a US keyboard, whatever layout is set: most engines type on one. */
void ds_wedge_set_us_layout (DsWedge *self, gboolean us_layout);

/* Returns: what the key of an evdev @keycode (as GDK has it: 8 more) types on a US keyboard; 0 for none. Pure. */
gunichar ds_wedge_us_character (guint keycode, gboolean shifted);

/* Returns: (transfer full): @text without @prefix and @suffix where it has them. Pure. */
char *ds_wedge_strip (const char *text, const char *prefix, const char *suffix);

G_END_DECLS
