/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the camera sees, in a frame, and the code that is in it. The camera is on while this can be seen. */
#pragma once

#include "ds-scan-choice.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DS_TYPE_VIEWFINDER (ds_viewfinder_get_type ())
G_DECLARE_FINAL_TYPE (DsViewfinder, ds_viewfinder, DS, VIEWFINDER, GtkWidget)

/**
 * DsViewfinder:
 *
 * Made by a template. Main thread.
 *
 * DsViewfinder:words: what to tell who holds the device: "Move closer", or why there is no camera and what to do
 * DsViewfinder:showing: whether there is a picture
 * DsViewfinder:has-torch, DsViewfinder:lit: the light
 * DsViewfinder::scanned (const char *text): the code that is meant; nothing more is read until ds_viewfinder_resume()
 * DsViewfinder::several (GStrv texts): codes that are equally good: ask; likewise
 */

/**
 * ds_viewfinder_set_camera:
 * @id: (nullable): which camera, as ds_camera_set_device()
 * @source: (nullable): as ds_camera_set_source()
 */
void ds_viewfinder_set_camera (DsViewfinder *self, const char *id, const char *source);

/* What the screen waits for, and who knows the parcels. */
void ds_viewfinder_set_wanted (DsViewfinder *self, DsScanWanted wanted);
void ds_viewfinder_set_waybills (DsViewfinder *self, DsWaybillFunc is_waybill, gpointer user_data);

/* Reads on after a code; a camera that failed is tried again. */
void ds_viewfinder_resume (DsViewfinder *self);
/* Reads nothing more until ds_viewfinder_resume(). */
void ds_viewfinder_pause (DsViewfinder *self);

const char *ds_viewfinder_get_words (DsViewfinder *self);

G_END_DECLS
