/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-key-chain.h"

#include "ds-depot-key.h"
#include "ds-json.h"

#include <string.h>

#define KID "depot"
/* Of each kind; a depot that changes its key every month gets there in eighty years. */
#define MAX_KEYS 1000

typedef struct
{
  DsKey *key;
  gint64 until_ms;
} Vouched;

static void
vouched_clear (gpointer data)
{
  ds_key_unref (((Vouched *)data)->key);
}

static void
add (GArray *vouched, DsKey *key, gint64 until_ms)
{
  const Vouched item = { ds_key_ref (key), until_ms };

  g_array_append_val (vouched, item);
}

char *
ds_key_chain_sign_list (json_t *keys, DsKey *newest, GError **error)
{
  g_autoptr (json_t) list = json_pack ("{s:O}", "depot_keys", keys);
  g_autofree char *line = ds_json_to_line (list);

  return ds_jws_sign (newest, KID, line, strlen (line), error);
}

/* From the last one on. */
static void
follow_announcements (json_t *chain, GArray *vouched)
{
  json_t *announcement;
  gsize i;

  json_array_foreach (json_object_get (chain, "announcements"), i, announcement)
  {
    Vouched *last = &g_array_index (vouched, Vouched, vouched->len - 1);
    g_auto (DsDepotKey) next = { 0 };

    if (i >= MAX_KEYS)
      return;
    if (!json_is_string (announcement)
        || !ds_depot_key_read (&next, json_string_value (announcement), last->key, NULL))
      continue;
    last->until_ms = next.previous_until_ms;
    add (vouched, next.key, G_MAXINT64);
  }
}

/* Returns: (transfer full) (nullable): the keys that one of those vouched for has listed */
static json_t *
read_list (json_t *chain, GArray *vouched)
{
  const char *jws = json_string_value (json_object_get (chain, "list"));

  for (guint i = 0; jws != NULL && i < vouched->len; i++)
    {
      g_autofree char *kid = NULL;
      g_autoptr (GBytes) payload = NULL;
      g_autoptr (json_t) list = NULL;

      if (!ds_jws_verify (g_array_index (vouched, Vouched, i).key, jws, -1, &kid, &payload, NULL)
          || strcmp (kid, KID) != 0)
        continue;
      list = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                   DS_JWS_MAX_BYTES, NULL);
      return json_incref (json_object_get (list, "depot_keys"));
    }
  return NULL;
}

static void
follow_list (json_t *chain, GArray *vouched)
{
  g_autoptr (json_t) list = read_list (chain, vouched);
  json_t *item;
  gsize i;

  json_array_foreach (list, i, item)
  {
    g_autoptr (DsKey) key = NULL;
    const char *hex;
    json_int_t until_ms;

    if (i >= MAX_KEYS)
      return;
    if (ds_json_unpack (item, NULL, "{s:s, s:I}", "public_key", &hex, "until_ms", &until_ms)
        && (key = ds_key_new_from_public_hex (hex, NULL)) != NULL)
      add (vouched, key, until_ms);
  }
}

DsKey *
ds_key_chain_find (json_t *chain, DsKey *known, const char *jws, gint64 *until_ms)
{
  g_autoptr (GArray) vouched = g_array_new (FALSE, FALSE, sizeof (Vouched));

  g_return_val_if_fail (known != NULL && jws != NULL, NULL);

  g_array_set_clear_func (vouched, vouched_clear);
  add (vouched, known, G_MAXINT64);
  follow_announcements (chain, vouched);
  follow_list (chain, vouched);
  /* The last word about a key is the list's, which is signed by the newest. */
  for (guint i = vouched->len; i > 0; i--)
    {
      const Vouched *item = &g_array_index (vouched, Vouched, i - 1);

      if (!ds_jws_verify (item->key, jws, -1, NULL, NULL, NULL))
        continue;
      if (until_ms != NULL)
        *until_ms = item->until_ms;
      return ds_key_ref (item->key);
    }
  return NULL;
}
