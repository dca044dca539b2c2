/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON read into one flat array, without an allocation for each value: for the ten thousand stops of a route, whose
 * reading would otherwise take longer than their writing. Everything else is read with jansson. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DsTape DsTape;

/* No value: what a search gives when there is none. */
#define DS_TAPE_NONE (-1)

/* Returns: (transfer full): a reader, to be used for one text after another. */
DsTape *ds_tape_new (void);
void ds_tape_free (DsTape *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsTape, ds_tape_free)

/**
 * ds_tape_read:
 * @text: (array length=n): the bytes
 * @n: how many
 * @error: return location for a %DS_ERROR_INVALID or %DS_ERROR_OVERFLOW
 *
 * Reads one JSON object (RFC 8259) with the rules of ds_json_parse_object(): UTF-8, no name twice in an object, no
 * NUL in a string, nesting to %DS_JSON_MAX_DEPTH, integers of 64 bits, nothing after the object; and no more than
 * 256 members in an object. Numbers with a fraction or an exponent are passed over, not read. What was read before
 * is forgotten.
 *
 * Returns: whether it is one; the object is value 0 then
 */
gboolean ds_tape_read (DsTape *self, const char *text, gsize n, GError **error);

/* Returns: the value of @object's member @name, or %DS_TAPE_NONE. */
gint ds_tape_find (DsTape *self, gint object, const char *name);

/* Whether a value is an object, or an array. */
gboolean ds_tape_is_object (DsTape *self, gint value);
gboolean ds_tape_is_array (DsTape *self, gint value);
/* Whether a value is null, or is none. */
gboolean ds_tape_is_null (DsTape *self, gint value);

/* Elements of an array. */
guint ds_tape_get_length (DsTape *self, gint array);
/* Returns: the first element, or %DS_TAPE_NONE. */
gint ds_tape_get_first (DsTape *self, gint array);
/* Returns: the value behind @value. Only as often as there are elements. */
gint ds_tape_get_next (DsTape *self, gint value);

/* Members of @object, by name; %DS_ERROR_INVALID when missing or of another type. Texts last until the next read. */
gboolean ds_tape_get_text (DsTape *self, gint object, const char *name, const char **text, GError **error);
/* %NULL when missing or null. */
gboolean
ds_tape_get_nullable (DsTape *self, gint object, const char *name, const char **text, GError **error);
gboolean ds_tape_get_int (DsTape *self, gint object, const char *name, gint64 *number, GError **error);
gboolean ds_tape_get_boolean (DsTape *self, gint object, const char *name, gboolean *truth, GError **error);

G_END_DECLS
