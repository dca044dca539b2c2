/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values drawn from GLib's seeded numbers, and the count of a campaign. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  DRAW_DIGITS,
  DRAW_ALPHANUMERIC, /* the 45 characters of QR's alphanumeric mode */
  DRAW_LATIN,        /* printable ASCII */
  DRAW_CHINESE,
  DRAW_BEYOND_BMP, /* four bytes each: rare ideographs and emoji */
  DRAW_MIXED,
  DRAW_N_KINDS,
} DrawKind;

const char *draw_kind_to_name (DrawKind kind);

/* Returns: (transfer full): @length characters of @kind. */
char *draw_text (DrawKind kind, gsize length);

/* From @least to @most, both included. */
guint draw_number (guint least, guint most);

/* True once in @n times. */
gboolean draw_once_in (guint n);

typedef struct
{
  const char *name;
  guint n_cases;
  guint n_violations;
} Campaign;

/* Says what went wrong, the first few times. */
void campaign_violated (Campaign *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Says how it went, and fails the test if anything went wrong. */
void campaign_end (const Campaign *self);

/* How many cases: DS_CASES where it is set. */
guint campaign_get_n_cases (guint usual);

G_END_DECLS
