/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GStreamer pipeline that is played and taken down in threads of its own: a device that hangs can keep either for half
 * a minute. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _DsPipeline DsPipeline;

/**
 * ds_pipeline_play:
 * @pipeline: (transfer full): ready to play
 * @remote: a descriptor to be closed when it is down, or -1
 *
 * Returns at once; what comes of it is told on the pipeline's bus.
 */
DsPipeline *ds_pipeline_play (GstElement *pipeline, int remote);

/* Takes it down, and frees @self; returns at once. */
void ds_pipeline_stop (DsPipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsPipeline, ds_pipeline_stop)

/* Waits until every pipeline that was stopped is down and its device free again, but no longer than @limit_ms. To be
 * called in a thread. */
void ds_pipeline_wait_for_stopped (guint limit_ms);

G_END_DECLS
