/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-trouble.h"

#include <stdarg.h>

static const struct
{
  const char *name;
  guint status;
  const char *title;
} kinds[DS_N_TROUBLES] = {
  [DS_TROUBLE_INVALID] = { "invalid", 400, "The request breaks a rule" },
  [DS_TROUBLE_UNAUTHORISED] = { "unauthorised", 401, "The handheld must identify itself" },
  [DS_TROUBLE_CLOCK] = { "clock", 401, "The handheld's clock is wrong" },
  [DS_TROUBLE_REVOKED] = { "revoked", 403, "The handheld is kept out" },
  [DS_TROUBLE_NOT_FOUND] = { "not-found", 404, "There is no such thing" },
  [DS_TROUBLE_METHOD] = { "invalid", 405, "That cannot be done with it" },
  [DS_TROUBLE_CONFLICT] = { "conflict", 409, "It contradicts what is known" },
  [DS_TROUBLE_FORK] = { "fork", 409, "The depot holds another journal of this handheld" },
  [DS_TROUBLE_GAP] = { "gap", 409, "Entries are missing before these" },
  [DS_TROUBLE_GONE] = { "gone", 410, "It is no longer valid" },
  [DS_TROUBLE_TOO_LARGE] = { "too-large", 413, "The request is too large" },
  [DS_TROUBLE_OVERLOADED] = { "overloaded", 503, "The depot cannot answer now" },
};

void
ds_trouble_free (DsTrouble *self)
{
  g_free (self->detail);
  json_decref (self->members);
  g_free (self);
}

gpointer
ds_trouble_set (DsTrouble **trouble, DsTroubleKind kind, const char *format, ...)
{
  va_list arguments;

  g_return_val_if_fail (trouble != NULL && *trouble == NULL, NULL);

  *trouble = g_new0 (DsTrouble, 1);
  (*trouble)->kind = kind;
  va_start (arguments, format);
  (*trouble)->detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return NULL;
}

gpointer
ds_trouble_set_number (DsTrouble **trouble,
                       DsTroubleKind kind,
                       const char *member,
                       gint64 number,
                       const char *detail)
{
  ds_trouble_set (trouble, kind, "%s", detail);
  (*trouble)->members = json_pack ("{s:I}", member, (json_int_t)number);
  return NULL;
}

gpointer
ds_trouble_set_from_error (DsTrouble **trouble, const GError *error)
{
  return ds_trouble_set (trouble, DS_TROUBLE_OVERLOADED, "The depot could not keep it (%s). Try again later",
                         error->message);
}

guint
ds_trouble_get_status (const DsTrouble *self)
{
  return kinds[self->kind].status;
}

const char *
ds_trouble_kind_to_name (DsTroubleKind kind)
{
  g_return_val_if_fail (kind < DS_N_TROUBLES, NULL);

  return kinds[kind].name;
}

json_t *
ds_trouble_to_json (const DsTrouble *self)
{
  g_autofree char *type = g_strconcat (DS_TROUBLE_PREFIX, kinds[self->kind].name, NULL);
  /* The detail may quote what a stranger sent, whose bytes need not be text. */
  g_autofree char *detail = g_utf8_make_valid (self->detail, -1);
  json_t *object = json_pack ("{s:s, s:s, s:i, s:s}", "type", type, "title", kinds[self->kind].title,
                              "status", (int)kinds[self->kind].status, "detail", detail);

  if (self->members != NULL)
    json_object_update (object, self->members);
  return object;
}
