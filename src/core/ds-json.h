/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON from strangers: size and nesting are capped before the parser sees a byte. */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

#define DS_JSON_MAX_DEPTH 32

/**
 * ds_json_parse_object:
 * @text: (array length=n): the bytes
 * @n: how many
 * @max_bytes: more are refused unread
 * @error: return location for a %DS_ERROR_INVALID or %DS_ERROR_OVERFLOW
 *
 * Parses one JSON object (RFC 8259). Duplicate member names, nesting deeper than %DS_JSON_MAX_DEPTH, integers
 * beyond 64 bits and anything after the object are refused.
 *
 * Returns: (transfer full) (nullable): the object. Any thread.
 */
json_t *ds_json_parse_object (const char *text, gsize n, gsize max_bytes, GError **error);

/**
 * ds_json_unpack:
 * @object: what ds_json_parse_object() gave
 * @error: return location for a %DS_ERROR_INVALID naming the member
 * @format: as json_unpack(); strings are borrowed from @object; amounts are "I" into a json_int_t
 *
 * Returns: whether all of @format was there with the right types
 */
gboolean ds_json_unpack (json_t *object, GError **error, const char *format, ...);

/* Returns: (transfer full): one line of JSON, no newline inside, without its end of line. */
char *ds_json_to_line (json_t *object);

G_END_DECLS
