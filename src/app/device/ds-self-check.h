/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this handheld can be relied on today: each part is really used, not only looked for. */
#pragma once

#include "ds-session.h"

G_BEGIN_DECLS

/**
 * DsCheckVerdict:
 * @DS_CHECK_GOOD: it works
 * @DS_CHECK_LACKING: something is missing that one can work without
 * @DS_CHECK_BAD: do not go out with it
 */
typedef enum
{
  DS_CHECK_GOOD,
  DS_CHECK_LACKING,
  DS_CHECK_BAD,
} DsCheckVerdict;

/**
 * DsCheck:
 * @name: "storage", "journal", "clock", "keys", "lock", "decoder", "camera", "network", "printer"
 * @title: translated
 * @text: how it is and, unless it is good, what to do
 */
typedef struct
{
  const char *name;
  const char *title;
  DsCheckVerdict verdict;
  char *text;
} DsCheck;

void ds_check_free (DsCheck *self);

/**
 * ds_self_check_async:
 * @session: an open one; before enrolment what belongs to a depot is lacking
 *
 * Storage, keys and decoding are tried off the main thread. The network's check is an exchange with the depot, and takes
 * up to 20 seconds when there is no answer.
 */
void ds_self_check_async (DsSession *session,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* Returns: (transfer full) (nullable) (element-type DsCheck): always all of them, in this order. */
GPtrArray *ds_self_check_finish (DsSession *session, GAsyncResult *result, GError **error);

/* Pure: what the difference of two clocks means. @heard: the depot's time is known. */
DsCheckVerdict ds_self_check_judge_clock (gboolean heard, gint64 difference_ms, char **text);

/* What is to be said of the slip printer at @address, which is "" when there is none. @text: (out) (transfer full) */
DsCheckVerdict ds_self_check_judge_printer (const char *address, char **text);

G_END_DECLS
