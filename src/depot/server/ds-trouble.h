/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a request is refused: problem details (RFC 9457). */
#pragma once

#include <jansson.h>

#include <gio/gio.h>

G_BEGIN_DECLS

#define DS_TROUBLE_PREFIX "urn:doorstep:problem:"

typedef enum
{
  DS_TROUBLE_INVALID,
  DS_TROUBLE_UNAUTHORISED,
  DS_TROUBLE_CLOCK,
  DS_TROUBLE_REVOKED,
  DS_TROUBLE_NOT_FOUND,
  DS_TROUBLE_METHOD,
  DS_TROUBLE_CONFLICT,
  DS_TROUBLE_FORK,
  DS_TROUBLE_GAP,
  DS_TROUBLE_GONE,
  DS_TROUBLE_TOO_LARGE,
  DS_TROUBLE_OVERLOADED,
  DS_N_TROUBLES
} DsTroubleKind;

typedef struct
{
  DsTroubleKind kind;
  char *detail;
  json_t *members;     /* (nullable): further members of its kind */
  guint retry_after_s; /* 0: nothing is said of it */
} DsTrouble;

void ds_trouble_free (DsTrouble *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTrouble, ds_trouble_free)

/* Sets *@trouble, which must be %NULL. Returns: %NULL, for the caller to return. */
gpointer ds_trouble_set (DsTrouble **trouble, DsTroubleKind kind, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* The same with a number that its kind carries ("expected", "forks_at", "now_ms"). */
gpointer ds_trouble_set_number (DsTrouble **trouble,
                                DsTroubleKind kind,
                                const char *member,
                                gint64 number,
                                const char *detail);

/* What to answer when the depot's own disk or keys failed: nothing was acknowledged, so the same request may be sent
 * again. */
gpointer ds_trouble_set_from_error (DsTrouble **trouble, const GError *error);

guint ds_trouble_get_status (const DsTrouble *self);
/* "invalid", "gap" …: the end of its type. */
const char *ds_trouble_kind_to_name (DsTroubleKind kind);
/* Returns: (transfer full): {"type","title","status","detail",…}. */
json_t *ds_trouble_to_json (const DsTrouble *self);

G_END_DECLS
