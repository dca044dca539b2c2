/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-trail.h"

/* A stack of pages has never more; the file is read by whoever finds one. */
#define MAX_BYTES (64 * 1024)
#define MAX_PLACES 64

DsTrailPlace *
ds_trail_place_new (const char *page, const char *stop_id, const char *payment_id, const char *detail)
{
  DsTrailPlace *self = g_new0 (DsTrailPlace, 1);

  self->page = g_strdup (page);
  self->stop_id = g_strdup (stop_id);
  self->payment_id = g_strdup (payment_id);
  self->detail = g_strdup (detail);
  return self;
}

void
ds_trail_place_free (DsTrailPlace *self)
{
  g_free (self->page);
  g_free (self->stop_id);
  g_free (self->payment_id);
  g_free (self->detail);
  g_free (self);
}

DsTrail *
ds_trail_new (const char *shift_id, const char *payment_id)
{
  DsTrail *self = g_new0 (DsTrail, 1);

  self->shift_id = g_strdup (shift_id);
  self->payment_id = g_strdup (payment_id);
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify)ds_trail_place_free);
  return self;
}

void
ds_trail_free (DsTrail *self)
{
  g_free (self->shift_id);
  g_free (self->payment_id);
  g_ptr_array_unref (self->places);
  g_free (self);
}

gboolean
ds_trail_knows (const DsTrail *self, const char *payment_id)
{
  if (g_strcmp0 (self->payment_id, payment_id) == 0)
    return TRUE;
  for (guint i = 0; i < self->places->len; i++)
    {
      const DsTrailPlace *place = g_ptr_array_index (self->places, i);

      if (g_strcmp0 (place->payment_id, payment_id) == 0)
        return TRUE;
    }
  return FALSE;
}

char *
ds_trail_print (const DsTrail *self)
{
  g_autoptr (json_t) trail = NULL;
  json_t *places = json_array ();

  for (guint i = 0; i < self->places->len; i++)
    {
      const DsTrailPlace *place = g_ptr_array_index (self->places, i);

      /* Of a way too long its beginning is left out, not where it leads. */
      if (i > 0 && i + MAX_PLACES <= self->places->len)
        continue;

      json_array_append_new (places, json_pack ("{s:s, s:s*, s:s*, s:s*}", "page", place->page, "stop",
                                                place->stop_id, "payment", place->payment_id, "detail",
                                                place->detail));
    }
  trail = json_pack ("{s:s*, s:s*, s:o}", "shift", self->shift_id, "payment", self->payment_id, "places",
                     places);
  return ds_json_to_line (trail);
}

DsTrail *
ds_trail_parse (const char *text, gsize n)
{
  g_autoptr (json_t) object = ds_json_parse_object (text, n, MAX_BYTES, NULL);
  g_autoptr (DsTrail) self = NULL;
  const char *shift_id = NULL, *payment_id = NULL;
  json_t *places;
  json_t *item;
  gsize i;

  if (object == NULL
      || !ds_json_unpack (object, NULL, "{s?:s, s?:s, s:o}", "shift", &shift_id, "payment", &payment_id,
                          "places", &places)
      || !json_is_array (places) || json_array_size (places) > MAX_PLACES)
    return NULL;
  self = ds_trail_new (shift_id, payment_id);
  json_array_foreach (places, i, item)
  {
    const char *page, *stop_id = NULL, *its_payment_id = NULL, *detail = NULL;

    if (!ds_json_unpack (item, NULL, "{s:s, s?:s, s?:s, s?:s}", "page", &page, "stop", &stop_id, "payment",
                         &its_payment_id, "detail", &detail))
      return NULL;
    g_ptr_array_add (self->places, ds_trail_place_new (page, stop_id, its_payment_id, detail));
  }
  return g_steal_pointer (&self);
}
