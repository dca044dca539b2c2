/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-custody-chain.h"

#include "ds-entry.h"
#include "ds-error.h"
#include "ds-jws.h"
#include "ds-money.h"
#include "ds-shift.h"

#include <string.h>

/* The kid of what a depot signs. */
#define DEPOT_KID "depot"

/* More of one kind of cash nobody brings in a bag. */
#define MAX_COUNT 1000000

/* Steps */

char *
ds_custody_step_sign (DsKey *key, const DsCustodyStep *step, GError **error)
{
  g_autoptr (json_t) payload = NULL;
  g_autofree char *line = NULL;

  g_return_val_if_fail (key != NULL && step != NULL, NULL);

  payload = json_pack ("{s:I, s:s, s:s, s:I, s:s, s:s, s:O}", "seq", (json_int_t)step->seq, "prev",
                       step->prev, "id", step->id, "at_ms", (json_int_t)step->at_ms, "kind", step->kind,
                       "clerk", step->clerk_id, "data", step->data);
  line = ds_json_to_line (payload);
  return ds_jws_sign (key, step->key_id, line, strlen (line), error);
}

static json_t *
parse_payload (GBytes *payload, GError **error)
{
  return ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), DS_JWS_MAX_BYTES,
                               error);
}

json_t *
ds_custody_step_read (const char *line, GError **error)
{
  g_autoptr (GBytes) payload = NULL;

  g_return_val_if_fail (line != NULL, NULL);

  return ds_jws_read (line, -1, NULL, &payload, error) ? parse_payload (payload, error) : NULL;
}

static gboolean
is_kind_of_cash (gint64 denomination_fen)
{
  for (const gint64 *known_fen = ds_cash_denominations_fen; *known_fen > 0; known_fen++)
    if (*known_fen == denomination_fen)
      return TRUE;
  return FALSE;
}

gboolean
ds_custody_sum_denominations (json_t *denominations, gint64 *sum_fen, GError **error)
{
  gint64 sum = 0;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  json_t *item;
  gsize i;

  if (!json_is_array (denominations))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "A count is a list of notes and coins");
      return FALSE;
    }
  json_array_foreach (denominations, i, item)
  {
    json_int_t denomination_fen, count;

    if (!ds_json_unpack (item, error, "{s:I, s:I}", "denomination_fen", &denomination_fen, "count", &count))
      return FALSE;
    if (!is_kind_of_cash (denomination_fen))
      {
        g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                     "There is no note or coin of %" JSON_INTEGER_FORMAT " fen", denomination_fen);
        return FALSE;
      }
    if (count < 0 || count > MAX_COUNT || !ds_money_add (sum, denomination_fen * count, &sum)
        || !g_hash_table_add (seen, g_memdup2 (&denomination_fen, sizeof denomination_fen)))
      {
        g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                     "The notes and coins of %" JSON_INTEGER_FORMAT " fen are not counted once, from 0 to %d",
                     denomination_fen, MAX_COUNT);
        return FALSE;
      }
  }
  *sum_fen = sum;
  return TRUE;
}

/* Verifying */

typedef struct
{
  DsKey *key;
  const char *id;   /* the clerk, or the courier */
  const char *name; /* (nullable) */
  gint64 made_at_ms;
  gint64 revoked_at_ms; /* 0: it is not */
} Signer;

static void
signer_free (gpointer data)
{
  Signer *self = data;

  ds_key_unref (self->key);
  g_free (self);
}

typedef struct
{
  json_t *certificate;
  GHashTable *clerks;  /* (element-type utf8 Signer): by key */
  GHashTable *devices; /* (element-type utf8 Signer) */
  DsEntry *entry;      /* (nullable): the courier's line before the step */
  gint64 seq;
  char *head;
  json_t *steps;
  gboolean holds;
} Verifying;

static void
verifying_clear (Verifying *self)
{
  g_clear_pointer (&self->certificate, json_decref);
  g_clear_pointer (&self->clerks, g_hash_table_unref);
  g_clear_pointer (&self->devices, g_hash_table_unref);
  g_clear_pointer (&self->entry, ds_entry_free);
  g_clear_pointer (&self->steps, json_decref);
  g_free (self->head);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Verifying, verifying_clear)

static gboolean
read_signers (json_t *list,
              const char *key_member,
              const char *id_member,
              GHashTable *signers,
              GError **error)
{
  json_t *item;
  gsize i;

  json_array_foreach (list, i, item)
  {
    const char *key_id, *id, *public_key;
    g_autoptr (DsKey) key = NULL;
    Signer *signer;

    if (!ds_json_unpack (item, error, "{s:s, s:s, s:s}", key_member, &key_id, id_member, &id, "public_key",
                         &public_key))
      return FALSE;
    key = ds_key_new_from_public_hex (public_key, error);
    if (key == NULL)
      return FALSE;
    signer = g_new0 (Signer, 1);
    signer->key = g_steal_pointer (&key);
    signer->id = id;
    signer->name = json_string_value (json_object_get (item, "name"));
    signer->made_at_ms = json_integer_value (json_object_get (item, "made_at_ms"));
    signer->revoked_at_ms = json_integer_value (json_object_get (item, "revoked_at_ms"));
    g_hash_table_insert (signers, g_strdup (key_id), signer);
  }
  return TRUE;
}

static gboolean
read_certificate (Verifying *self, const char *line, DsKey *depot_key, GError **error)
{
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;
  json_t *clerks, *devices;

  if (!ds_jws_verify (depot_key, line, -1, &kid, &payload, error))
    {
      g_prefix_error (error, "The first line should be the depot's certificate: ");
      return FALSE;
    }
  if (strcmp (kid, DEPOT_KID) != 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The first line is not the depot's certificate");
      return FALSE;
    }
  self->certificate = parse_payload (payload, error);
  return self->certificate != NULL
         && ds_json_unpack (self->certificate, error, "{s:o, s:o}", "clerks", &clerks, "devices", &devices)
         && read_signers (clerks, "key", "clerk", self->clerks, error)
         && read_signers (devices, "device", "courier", self->devices, error);
}

static gint64
get_fen (json_t *data, const char *member)
{
  return json_integer_value (json_object_get (data, member));
}

static const char *
get_text (json_t *data, const char *member)
{
  return json_string_value (json_object_get (data, member));
}

/* Whether the courier's own line says what the step says of it. Returns: (nullable): what does not fit. */
static const char *
check_courier (Verifying *self, json_t *data, gboolean *courier_signed)
{
  const char *hash = get_text (data, "courier_entry");
  const Signer *signer;

  *courier_signed = FALSE;
  if (hash == NULL)
    return NULL;
  if (self->entry == NULL || strcmp (self->entry->hash, hash) != 0)
    return "the courier's count that it names does not stand before it";
  signer = g_hash_table_lookup (self->devices, self->entry->device_id);
  if (signer == NULL || !ds_entry_verify (self->entry, signer->key))
    return "the courier's count is not signed by the courier's handheld";
  if (g_strcmp0 (signer->id, get_text (data, "courier")) != 0
      || g_strcmp0 (get_text (self->entry->data, "shift"), get_text (data, "shift")) != 0
      || get_fen (self->entry->data, "cash_counted_fen") != get_fen (data, "courier_fen"))
    return "the courier signed another count";
  *courier_signed = TRUE;
  return NULL;
}

static const char *
check_count (Verifying *self, json_t *data, gboolean *courier_signed)
{
  gint64 sum_fen = 0;

  if (!ds_custody_sum_denominations (json_object_get (data, "denominations"), &sum_fen, NULL)
      || sum_fen != get_fen (data, "counted_fen"))
    return "the notes and coins do not add up to the sum";
  if (get_fen (data, "counted_fen") - get_fen (data, "expected_fen") != get_fen (data, "difference_fen"))
    return "the difference is not that of the sums";
  return check_courier (self, data, courier_signed);
}

/* Returns: (nullable): why a step whose signature is good does not hold. */
static const char *
check_step (Verifying *self, json_t *step, const Signer *signer, gboolean *courier_signed)
{
  const char *kind = get_text (step, "kind");
  json_t *data = json_object_get (step, "data");
  gint64 at_ms = get_fen (step, "at_ms");

  *courier_signed = FALSE;
  if (get_fen (step, "seq") != self->seq + 1)
    return "a step is missing before it, or stands twice";
  if (g_strcmp0 (get_text (step, "prev"), self->head) != 0)
    return "it does not follow the step before it";
  if (g_strcmp0 (get_text (step, "clerk"), signer->id) != 0)
    return "it names another clerk than the one who signed";
  if (at_ms < signer->made_at_ms || (signer->revoked_at_ms > 0 && at_ms > signer->revoked_at_ms))
    return "the clerk's key was not in force then";
  if (g_strcmp0 (kind, "shift-count") == 0 || g_strcmp0 (kind, "shift-recount") == 0)
    return check_count (self, data, courier_signed);
  if (g_strcmp0 (kind, "deposit-confirmed") == 0
      && get_fen (data, "amount_fen") - get_fen (data, "deposited_fen") != get_fen (data, "difference_fen"))
    return "the difference is not that of the sums";
  return NULL;
}

static void
add_step (Verifying *self,
          json_t *step,
          const char *key_id,
          const Signer *signer,
          gboolean courier_signed,
          const char *problem)
{
  json_array_append_new (self->steps,
                         json_pack ("{s:I, s:s*, s:I, s:s*, s:s*, s:s, s:b, s:b, s:s*, s:O*}", "seq",
                                    (json_int_t)get_fen (step, "seq"), "kind", get_text (step, "kind"),
                                    "at_ms", (json_int_t)get_fen (step, "at_ms"), "clerk",
                                    get_text (step, "clerk"), "name", signer ? signer->name : NULL, "key",
                                    key_id, "courier_signed", (int)courier_signed, "holds", problem == NULL,
                                    "problem", problem, "data", json_object_get (step, "data")));
  self->holds = self->holds && problem == NULL;
}

static void
take_step (Verifying *self, const char *line, const char *key_id, GBytes *payload)
{
  g_autoptr (json_t) step = parse_payload (payload, NULL);
  const Signer *signer = g_hash_table_lookup (self->clerks, key_id);
  const char *problem = NULL;
  gboolean courier_signed = FALSE;

  if (step == NULL)
    {
      step = json_object ();
      problem = "it cannot be read";
    }
  else if (signer == NULL)
    problem = "the depot does not vouch for the key that signed it";
  else if (!ds_jws_verify (signer->key, line, -1, NULL, NULL, NULL))
    problem = "its signature is not the clerk's";
  else
    problem = check_step (self, step, signer, &courier_signed);
  add_step (self, step, key_id, signer, courier_signed, problem);

  self->seq = get_fen (step, "seq");
  g_free (self->head);
  self->head = ds_sm3_hex (line, strlen (line));
  g_clear_pointer (&self->entry, ds_entry_free);
}

/* Returns: whether it is a line at all. */
static gboolean
take_line (Verifying *self, const char *line, GError **error)
{
  g_autofree char *kid = NULL;
  g_autoptr (GBytes) payload = NULL;

  if (!ds_jws_read (line, -1, &kid, &payload, error))
    return FALSE;
  if (!g_hash_table_contains (self->devices, kid))
    {
      take_step (self, line, kid, payload);
      return TRUE;
    }
  g_clear_pointer (&self->entry, ds_entry_free);
  self->entry = ds_entry_parse (line, -1, error);
  return self->entry != NULL;
}

static const char *
check_end (Verifying *self)
{
  if (self->seq != get_fen (self->certificate, "steps")
      || g_strcmp0 (get_text (self->certificate, "head"), self->head) != 0)
    return "it does not end where the depot says that it ends";
  return self->holds ? NULL : "a step does not hold";
}

json_t *
ds_custody_chain_verify (GBytes *file, DsKey *depot_key, GError **error)
{
  g_auto (Verifying) self = { .holds = TRUE };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *problem;

  g_return_val_if_fail (file != NULL && depot_key != NULL, NULL);

  text = g_strndup (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  self.clerks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, signer_free);
  self.devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, signer_free);
  self.head = g_strdup (DS_CUSTODY_GENESIS);
  self.steps = json_array ();
  if (!read_certificate (&self, lines[0] ? lines[0] : "", depot_key, error))
    return NULL;
  for (guint i = 1; lines[i] != NULL; i++)
    {
      if (!take_line (&self, lines[i], error))
        {
          g_prefix_error (error, "Line %u: ", i + 1);
          return NULL;
        }
    }
  problem = check_end (&self);
  return json_pack ("{s:b, s:s*, s:O}", "holds", problem == NULL, "problem", problem, "steps", self.steps);
}
