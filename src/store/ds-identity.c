/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who the handheld is, and by which keys it knows its depot: the one it learnt when it enrolled, and each further one by
 * an announcement of the one before it. */
#include "config.h"

#include "ds-store.h"

#include "ds-depot-key.h"
#include "ds-error.h"

#include <string.h>

/* A key that was announced. */
typedef struct
{
  DsDepotKey about;
  char *announcement;
} LaterKey;

static void
later_key_free (gpointer data)
{
  LaterKey *self = data;

  ds_depot_key_clear (&self->about);
  g_free (self->announcement);
  g_free (self);
}

static gpointer
later_key_copy (gconstpointer data, gpointer user_data)
{
  const LaterKey *self = data;
  LaterKey *copy = g_new0 (LaterKey, 1);

  copy->about = self->about;
  copy->about.key = ds_key_ref (self->about.key);
  copy->announcement = g_strdup (self->announcement);
  return copy;
}

void
ds_identity_free (DsIdentity *self)
{
  g_free (self->device_id);
  g_free (self->address);
  g_free (self->ca_pem);
  g_clear_pointer (&self->depot_key, ds_key_unref);
  g_clear_pointer (&self->later_keys, g_ptr_array_unref);
  g_free (self->depot_name);
  g_free (self->courier_id);
  g_free (self->courier_name);
  g_free (self);
}

DsIdentity *
ds_identity_copy (const DsIdentity *self)
{
  DsIdentity *copy = g_new0 (DsIdentity, 1);

  copy->device_id = g_strdup (self->device_id);
  copy->address = g_strdup (self->address);
  copy->ca_pem = g_strdup (self->ca_pem);
  copy->depot_key = self->depot_key ? ds_key_ref (self->depot_key) : NULL;
  copy->later_keys
      = self->later_keys ? g_ptr_array_copy (self->later_keys, (GCopyFunc)later_key_copy, NULL) : NULL;
  copy->depot_name = g_strdup (self->depot_name);
  copy->courier_id = g_strdup (self->courier_id);
  copy->courier_name = g_strdup (self->courier_name);
  copy->is_practice = self->is_practice;
  return copy;
}

/* The depot's keys: 0 is the first, and each later one follows. */

static guint
count_keys (const DsIdentity *self)
{
  return 1 + (self->later_keys != NULL ? self->later_keys->len : 0);
}

static const LaterKey *
get_later (const DsIdentity *self, guint at)
{
  return g_ptr_array_index (self->later_keys, at - 1);
}

static DsKey *
get_key (const DsIdentity *self, guint at)
{
  return at == 0 ? self->depot_key : get_later (self, at)->about.key;
}

DsKey *
ds_identity_get_newest_key (const DsIdentity *self)
{
  return get_key (self, count_keys (self) - 1);
}

/* Returns: the place of the key whose signature @jws bears; the newest when it is nobody's. */
static guint
find_signer (const DsIdentity *self, const char *jws)
{
  guint n = count_keys (self);

  for (guint i = n; n > 1 && i > 0; i--)
    {
      if (ds_jws_verify (get_key (self, i - 1), jws, -1, NULL, NULL, NULL))
        return i - 1;
    }
  return n - 1;
}

DsKey *
ds_identity_find_key (const DsIdentity *self, const char *jws)
{
  return get_key (self, find_signer (self, jws));
}

gboolean
ds_identity_check_new (const DsIdentity *self, const char *jws, gint64 at_ms, GError **error)
{
  guint signer = find_signer (self, jws);

  if (signer + 1 == count_keys (self) || at_ms <= get_later (self, signer + 1)->about.previous_until_ms)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO,
                       "It is signed with a key that the depot has replaced since");
  return FALSE;
}

gboolean
ds_identity_knows_announcement (const DsIdentity *self, const char *announcement)
{
  for (guint i = 1; i < count_keys (self); i++)
    {
      if (strcmp (get_later (self, i)->announcement, announcement) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Whether any of the keys known is @key. */
static gboolean
knows_key (const DsIdentity *self, DsKey *key)
{
  g_autofree char *wanted = ds_key_get_public_hex (key);

  for (guint i = 0; i < count_keys (self); i++)
    {
      g_autofree char *known = ds_key_get_public_hex (get_key (self, i));

      if (strcmp (known, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
ds_identity_learn_key (DsIdentity *self, const char *announcement, gboolean *is_new, GError **error)
{
  guint signer = find_signer (self, announcement);
  g_auto (DsDepotKey) announced = { 0 };
  g_autoptr (GError) problem = NULL;
  LaterKey *later;

  *is_new = FALSE;
  if (!ds_depot_key_read (&announced, announcement, get_key (self, signer), &problem))
    {
      /* By a key of before this handheld's time. Nothing is believed because of it. */
      if (g_error_matches (problem, DS_ERROR, DS_ERROR_CRYPTO))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (knows_key (self, announced.key))
    return TRUE;
  if (signer + 1 != count_keys (self))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_CRYPTO,
                           "A key that the depot has replaced announces another one");
      return FALSE;
    }
  if (self->later_keys == NULL)
    self->later_keys = g_ptr_array_new_with_free_func (later_key_free);
  later = g_new0 (LaterKey, 1);
  later->about = announced;
  later->about.key = ds_key_ref (announced.key);
  later->announcement = g_strdup (announcement);
  g_ptr_array_add (self->later_keys, later);
  *is_new = TRUE;
  return TRUE;
}
