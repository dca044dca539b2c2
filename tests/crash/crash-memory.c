/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libcrypto computes of a key or a signature depends on its input alone. A campaign asks the same thing hundreds
 * of thousands of times, so the real answer to each question is remembered for the very same bytes. Linked with --wrap
 * for each of these functions. */
#include "config.h"

#include "ds-key.h"

#include <string.h>

#define MAX_REMEMBERED 20000

gboolean __real_ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 *signature);
gboolean __wrap_ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 *signature);
DsKey *__real_ds_key_new_from_pem (const char *pem, GError **error);
DsKey *__wrap_ds_key_new_from_pem (const char *pem, GError **error);
DsKey *__real_ds_key_new_from_public (const guint8 *bytes, gsize n, GError **error);
DsKey *__wrap_ds_key_new_from_public (const guint8 *bytes, gsize n, GError **error);

static GHashTable *
get_memory (GHashTable **memory, GDestroyNotify free_answer)
{
  if (*memory == NULL)
    *memory = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, free_answer);
  else if (g_hash_table_size (*memory) > MAX_REMEMBERED)
    g_hash_table_remove_all (*memory);
  return *memory;
}

gboolean
__wrap_ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 *signature)
{
  static GHashTable *kept = NULL;
  GHashTable *memory = get_memory (&kept, NULL);
  g_autoptr (GByteArray) question = g_byte_array_sized_new ((guint)n + 256);
  g_autoptr (GBytes) bytes = NULL;
  gpointer answer;

  g_byte_array_append (question, ds_key_get_public (self), DS_SM2_PUBLIC_SIZE);
  g_byte_array_append (question, signature, DS_SM2_SIGNATURE_SIZE);
  g_byte_array_append (question, data, (guint)n);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&question));
  if (!g_hash_table_lookup_extended (memory, bytes, NULL, &answer))
    {
      answer = GINT_TO_POINTER (__real_ds_key_verify (self, data, n, signature));
      g_hash_table_insert (memory, g_bytes_ref (bytes), answer);
    }
  return GPOINTER_TO_INT (answer);
}

/* Only what is a key is remembered; the reader's complaint is asked for anew. */
static DsKey *
recall_key (GHashTable **kept, gconstpointer bytes, gsize n, GBytes **question)
{
  GHashTable *memory = get_memory (kept, (GDestroyNotify)ds_key_unref);
  DsKey *key;

  *question = g_bytes_new (bytes, n);
  key = g_hash_table_lookup (memory, *question);
  return key ? ds_key_ref (key) : NULL;
}

DsKey *
__wrap_ds_key_new_from_pem (const char *pem, GError **error)
{
  static GHashTable *kept = NULL;
  g_autoptr (GBytes) question = NULL;
  DsKey *key = recall_key (&kept, pem, strlen (pem), &question);

  if (key == NULL && (key = __real_ds_key_new_from_pem (pem, error)) != NULL)
    g_hash_table_insert (kept, g_steal_pointer (&question), ds_key_ref (key));
  return key;
}

DsKey *
__wrap_ds_key_new_from_public (const guint8 *bytes, gsize n, GError **error)
{
  static GHashTable *kept = NULL;
  g_autoptr (GBytes) question = NULL;
  DsKey *key = recall_key (&kept, bytes, n, &question);

  if (key == NULL && (key = __real_ds_key_new_from_public (bytes, n, error)) != NULL)
    g_hash_table_insert (kept, g_steal_pointer (&question), ds_key_ref (key));
  return key;
}
