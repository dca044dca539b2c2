/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-settings.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-json.h"
#include "ds-money.h"

#include <string.h>

/* More would be an invitation to guess. */
#define MAX_SPOKEN_TRIES 10

/* A handheld that locks between two touches could not be used; one that locks after a day is not locked. */
#define MIN_LOCK_AFTER_S 15
#define MAX_LOCK_AFTER_S 86400

G_DEFINE_FINAL_TYPE (DsSettings, ds_settings, G_TYPE_OBJECT)

static void
ds_settings_finalize (GObject *object)
{
  DsSettings *self = DS_SETTINGS (object);

  g_free (self->depot_name);
  g_free (self->courier_id);
  g_free (self->courier_name);
  g_free (self->payee_id);
  g_free (self->payee_name);
  g_free (self->payee_city);
  g_free (self->payee_mcc);
  g_free (self->pin_reset_record);

  G_OBJECT_CLASS (ds_settings_parent_class)->finalize (object);
}

static void
ds_settings_class_init (DsSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ds_settings_finalize;
}

static void
ds_settings_init (DsSettings *self)
{
}

static gboolean
read_names (DsSettings *self, json_t *data, GError **error)
{
  const char *depot_name, *courier_id, *courier_name, *payee_id, *payee_name, *payee_city, *payee_mcc;
  json_int_t version;
  int built_codes, is_practice = FALSE;

  if (!ds_json_unpack (data, error, "{s:I, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:b, s?b}", "version",
                       &version, "depot_name", &depot_name, "courier", "id", &courier_id, "name",
                       &courier_name, "payee", "id", &payee_id, "name", &payee_name, "city", &payee_city,
                       "mcc", &payee_mcc, "built_codes", &built_codes, "practice", &is_practice))
    return FALSE;
  if (strlen (payee_id) == 0 || strlen (payee_id) > 8 || !g_str_is_ascii (payee_id))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The payee id “%.*s” is not 1 to 8 ASCII characters",
                   ds_utf8_cut (payee_id, 20), payee_id);
      return FALSE;
    }

  if ((strcmp (payee_id, DS_SETTINGS_PRACTICE_PAYEE) == 0) != (is_practice != 0))
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The payee “" DS_SETTINGS_PRACTICE_PAYEE
                           "” is for practice, and practice has no other");
      return FALSE;
    }

  self->version = version;
  self->is_practice = is_practice != 0;
  self->depot_name = g_strdup (depot_name);
  self->courier_id = g_strdup (courier_id);
  self->courier_name = g_strdup (courier_name);
  self->payee_id = g_strdup (payee_id);
  self->payee_name = g_strdup (payee_name);
  self->payee_city = g_strdup (payee_city);
  self->payee_mcc = g_strdup (payee_mcc);
  self->built_codes = built_codes != 0;
  return TRUE;
}

static gboolean
read_numbers (DsSettings *self, json_t *data, GError **error)
{
  const struct
  {
    const char *group, *name;
    gint64 *value;
  } numbers[] = {
    { "limits", "voucher_fen", &self->voucher_limit_fen },
    { "limits", "wallet_fen", &self->wallet_limit_fen },
    { "limits", "unredeemed_fen", &self->unredeemed_limit_fen },
    { "limits", "unredeemed_count", &self->unredeemed_limit_count },
    { "limits", "voucher_age_s", &self->voucher_age_limit_s },
    { "limits", "trust_age_s", &self->trust_age_limit_s },
    { "limits", "cash_fen", &self->cash_limit_fen },
    { "timings", "live_code_wait_ms", &self->live_code_wait_ms },
    { "timings", "unknown_after_ms", &self->unknown_after_ms },
    { "timings", "query_every_ms", &self->query_every_ms },
    { "timings", "payer_code_life_ms", &self->payer_code_life_ms },
    { "timings", "built_code_life_ms", &self->built_code_life_ms },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      json_int_t value;

      if (!ds_json_unpack (data, error, "{s:{s:I}}", numbers[i].group, numbers[i].name, &value))
        return FALSE;
      if (value < 0 || value > DS_MONEY_MAX_FEN)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The setting %s.%s is out of range",
                       numbers[i].group, numbers[i].name);
          return FALSE;
        }
      *numbers[i].value = value;
    }
  return TRUE;
}

/* Depots older than spoken proofs do not send it. */
static gboolean
read_spoken_tries (DsSettings *self, json_t *data, GError **error)
{
  json_int_t tries = DS_SETTINGS_SPOKEN_TRIES;

  if (!ds_json_unpack (data, error, "{s:{s?I}}", "limits", "spoken_tries", &tries))
    return FALSE;
  if (tries < 0 || tries > MAX_SPOKEN_TRIES)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The setting limits.spoken_tries is out of range");
      return FALSE;
    }
  self->spoken_tries = tries;
  return TRUE;
}

/* Depots older than permissions do not send it: they give none. */
static gboolean
read_override (DsSettings *self, json_t *data, GError **error)
{
  json_int_t override_fen = 0;

  if (!ds_json_unpack (data, error, "{s:{s?I}}", "limits", "override_fen", &override_fen))
    return FALSE;
  if (override_fen < 0 || override_fen > DS_MONEY_MAX_FEN)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           "The setting limits.override_fen is out of range");
      return FALSE;
    }
  self->override_fen = override_fen;
  return TRUE;
}

/* Depots older than PINs do not send them. */
static gboolean
read_lock (DsSettings *self, json_t *data, GError **error)
{
  json_int_t lock_after_s = DS_SETTINGS_LOCK_AFTER_S;
  json_int_t number = 0;
  const char *record = NULL;

  if (!ds_json_unpack (data, error, "{s:{s?I}, s?{s:I, s:s}}", "timings", "lock_after_s", &lock_after_s,
                       "pin_reset", "number", &number, "record", &record))
    return FALSE;
  if (lock_after_s != 0 && (lock_after_s < MIN_LOCK_AFTER_S || lock_after_s > MAX_LOCK_AFTER_S))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "The setting timings.lock_after_s is neither 0 nor between %d and %d", MIN_LOCK_AFTER_S,
                   MAX_LOCK_AFTER_S);
      return FALSE;
    }
  self->lock_after_s = lock_after_s;
  self->pin_reset_number = MAX (number, 0);
  self->pin_reset_record = g_strdup (record);
  return TRUE;
}

DsSettings *
ds_settings_new_from_json (json_t *data, GError **error)
{
  g_autoptr (DsSettings) self = g_object_new (DS_TYPE_SETTINGS, NULL);

  if (!read_names (self, data, error) || !read_numbers (self, data, error)
      || !read_spoken_tries (self, data, error) || !read_override (self, data, error)
      || !read_lock (self, data, error))
    return NULL;
  return g_steal_pointer (&self);
}
