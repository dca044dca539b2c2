/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-trust-list.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-operator-id.h"

#include <string.h>

#define KID "depot"
#define NAME_MAX_BYTES 64
#define MAX_OPERATORS (DS_OPERATOR_ID_MAX + 1)
#define MAX_KEYS 8 /* of one operator: each one may cost a verification */

typedef struct
{
  DsKey *key;
  gint64 not_before_ms;
  gint64 not_after_ms;
  gboolean is_revoked;
} TrustedKey;

typedef struct
{
  DsTrustedOperator shown; /* borrows @id and @name */
  char *id;
  char *name;
  GPtrArray *keys; /* of TrustedKey */
} Operator;

struct _DsTrustList
{
  gint64 version;
  gint64 issued_at_ms;
  gboolean is_practice;
  GPtrArray *operators; /* of Operator */
};

static void
trusted_key_free (TrustedKey *self)
{
  g_clear_pointer (&self->key, ds_key_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrustedKey, trusted_key_free)

static void
operator_free (Operator *self)
{
  g_free (self->id);
  g_free (self->name);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Operator, operator_free)

/* Written out, as G_DEFINE_BOXED_TYPE() relies on an extension that the compiler's pedantic mode refuses. */
GType
ds_trust_list_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static (g_intern_static_string ("DsTrustList"),
                                                            (GBoxedCopyFunc)ds_trust_list_ref,
                                                            (GBoxedFreeFunc)ds_trust_list_unref));
  return type;
}

DsTrustList *
ds_trust_list_ref (DsTrustList *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
ds_trust_list_clear (DsTrustList *self)
{
  g_clear_pointer (&self->operators, g_ptr_array_unref);
}

void
ds_trust_list_unref (DsTrustList *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, (GDestroyNotify)ds_trust_list_clear);
}

/* Reading */

static TrustedKey *
read_key (json_t *json, GError **error)
{
  g_autoptr (TrustedKey) self = g_new0 (TrustedKey, 1);
  g_autoptr (GBytes) point = NULL;
  const char *public_key;
  json_int_t not_before_ms, not_after_ms;
  int is_revoked;

  if (!ds_json_unpack (json, error, "{s:s,s:I,s:I,s:b!}", "public_key", &public_key, "not_before_ms",
                       &not_before_ms, "not_after_ms", &not_after_ms, "revoked", &is_revoked)
      || (point = ds_hex_decode (public_key, error)) == NULL)
    return NULL;
  if (not_before_ms < 0 || not_after_ms < not_before_ms)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "a key's time ends before it begins");
      return NULL;
    }

  self->key = ds_key_new_from_public (g_bytes_get_data (point, NULL), g_bytes_get_size (point), error);
  self->not_before_ms = not_before_ms;
  self->not_after_ms = not_after_ms;
  self->is_revoked = is_revoked;
  return self->key != NULL ? g_steal_pointer (&self) : NULL;
}

/* A name is shown to people: short, and without characters that would change what stands around it. */
static gboolean
is_name (const char *text)
{
  gsize n = strlen (text);

  if (n == 0 || n > NAME_MAX_BYTES)
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (!g_unichar_isprint (g_utf8_get_char (at)))
        return FALSE;
    }
  return TRUE;
}

static Operator *
read_operator (json_t *json, GError **error)
{
  g_autoptr (Operator) self = g_new0 (Operator, 1);
  const char *id, *name;
  json_t *keys, *key_json;
  gsize i;

  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify)trusted_key_free);
  if (!ds_json_unpack (json, error, "{s:s,s:s,s:o!}", "id", &id, "name", &name, "keys", &keys))
    return NULL;
  if (!ds_operator_id_to_number (id, NULL) || !is_name (name) || !json_is_array (keys)
      || json_array_size (keys) > MAX_KEYS)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "operator “%.*s” has no proper id, name or keys",
                   ds_utf8_cut (id, 3), id);
      return NULL;
    }

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->shown = (DsTrustedOperator){ self->id, self->name };
  json_array_foreach (keys, i, key_json)
  {
    TrustedKey *key = read_key (key_json, error);

    if (key == NULL)
      {
        g_prefix_error (error, "operator %s: ", id);
        return NULL;
      }
    g_ptr_array_add (self->keys, key);
  }
  return g_steal_pointer (&self);
}

static gboolean
read_list (DsTrustList *self, GBytes *payload, GError **error)
{
  gsize n;
  const char *text = g_bytes_get_data (payload, &n);
  g_autoptr (json_t) json = ds_json_parse_object (text, n, DS_JWS_MAX_BYTES, error);
  json_int_t version, issued_at_ms;
  json_t *operators, *operator_json;
  int is_practice = FALSE;
  gsize i;

  if (json == NULL
      || !ds_json_unpack (json, error, "{s:I,s:I,s?b,s:o!}", "version", &version, "issued_at_ms",
                          &issued_at_ms, "practice", &is_practice, "operators", &operators))
    return FALSE;
  if (version < 1 || issued_at_ms < 0 || !json_is_array (operators)
      || json_array_size (operators) > MAX_OPERATORS)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "the version, the time or the operators are wrong");
      return FALSE;
    }

  self->version = version;
  self->issued_at_ms = issued_at_ms;
  self->is_practice = is_practice != 0;
  json_array_foreach (operators, i, operator_json)
  {
    g_autoptr (Operator) operator= read_operator (operator_json, error);

    if (operator== NULL)
      return FALSE;
    if (ds_trust_list_find_operator (self, operator->id) != NULL)
      {
        g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "operator %s stands there twice", operator->id);
        return FALSE;
      }
    g_ptr_array_add (self->operators, g_steal_pointer (&operator));
  }
  return TRUE;
}

DsTrustList *
ds_trust_list_new_from_jws (const char *jws, DsKey *depot_key, GError **error)
{
  g_autoptr (DsTrustList) self = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autofree char *kid = NULL;

  g_return_val_if_fail (jws != NULL, NULL);
  g_return_val_if_fail (depot_key != NULL, NULL);

  if (!ds_jws_verify (depot_key, jws, -1, &kid, &payload, error))
    {
      g_prefix_error (error, "The operators' list: ");
      return NULL;
    }
  if (strcmp (kid, KID) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "The operators' list names another key");
      return NULL;
    }

  self = g_atomic_rc_box_new0 (DsTrustList);
  self->operators = g_ptr_array_new_with_free_func ((GDestroyNotify)operator_free);
  if (!read_list (self, payload, error))
    {
      g_prefix_error (error, "The operators' list: ");
      return NULL;
    }
  return g_steal_pointer (&self);
}

char *
ds_trust_list_sign (json_t *payload, DsKey *depot_key, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *jws = NULL;
  g_autoptr (DsTrustList) list = NULL;

  g_return_val_if_fail (json_is_object (payload), NULL);
  g_return_val_if_fail (depot_key != NULL, NULL);

  text = ds_json_to_line (payload);
  jws = ds_jws_sign (depot_key, KID, text, strlen (text), error);
  /* Read back, so that a depot cannot send a list that its handhelds would refuse. */
  if (jws == NULL || (list = ds_trust_list_new_from_jws (jws, depot_key, error)) == NULL)
    return NULL;
  return g_steal_pointer (&jws);
}

/* Asking */

gint64
ds_trust_list_get_version (DsTrustList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

gint64
ds_trust_list_get_issued_at_ms (DsTrustList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->issued_at_ms;
}

gboolean
ds_trust_list_get_practice (DsTrustList *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_practice;
}

guint
ds_trust_list_get_n_operators (DsTrustList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->operators->len;
}

const DsTrustedOperator *
ds_trust_list_get_operator (DsTrustList *self, guint i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->operators->len, NULL);

  return &((Operator *)g_ptr_array_index (self->operators, i))->shown;
}

static Operator *
find (DsTrustList *self, const char *operator_id)
{
  for (guint i = 0; i < self->operators->len; i++)
    {
      Operator *operator= g_ptr_array_index (self->operators, i);

      if (g_strcmp0 (operator->id, operator_id) == 0)
        return operator;
    }
  return NULL;
}

const DsTrustedOperator *
ds_trust_list_find_operator (DsTrustList *self, const char *operator_id)
{
  Operator *operator;

  g_return_val_if_fail (self != NULL, NULL);

  operator= find (self, operator_id);
  return operator!= NULL ? &operator->shown : NULL;
}

static gboolean
key_is_valid_at (const TrustedKey *key, gint64 at_ms)
{
  return !key->is_revoked && key->not_before_ms <= at_ms && at_ms <= key->not_after_ms;
}

gboolean
ds_trust_list_verify (DsTrustList *self,
                      const char *operator_id,
                      gint64 at_s,
                      const void *data,
                      gsize n,
                      const guint8 signature[DS_SM2_SIGNATURE_SIZE],
                      gboolean *known)
{
  Operator *operator;
  gboolean has_key = FALSE;
  gboolean is_good = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);

  operator= find (self, operator_id);
  if (operator!= NULL && at_s >= 0 && at_s <= G_MAXINT64 / 1000)
    {
      for (guint i = 0; i < operator->keys->len && !is_good; i++)
        {
          TrustedKey *key = g_ptr_array_index (operator->keys, i);

          if (!key_is_valid_at (key, at_s * 1000))
            continue;
          has_key = TRUE;
          is_good = ds_key_verify (key->key, data, n, signature);
        }
    }
  if (known != NULL)
    *known = has_key;
  return is_good;
}
