/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-collection-code.h"

#include "ds-emv-mpm.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-spoken-proof.h"

#include <string.h>

/* ISO 4217 and ISO 3166. */
#define CURRENCY_CNY "156"
#define COUNTRY "CN"

#define ONE_PAYMENT "12"
#define PAYEE_ID_MAX 8
#define PAYEE_NAME_MAX 25
#define PAYEE_CITY_MAX 15

/* A UUID without its hyphens, as EMVCo writes such. */
#define PLAIN_ID_SIZE 32

void
ds_collection_code_free (DsCollectionCode *self)
{
  if (self == NULL)
    return;
  g_free (self->payment_id);
  g_free (self->payee_id);
  g_free (self->payee_name);
  g_free (self->payee_city);
  g_free (self->mcc);
  g_free (self->stop_mark);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
is_payee_id (const char *id)
{
  gsize n = id != NULL ? strlen (id) : 0;

  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isgraph (id[i]))
      return FALSE;
  return n >= 1 && n <= PAYEE_ID_MAX;
}

/* As ds_spoken_mark() writes it. */
static gboolean
is_stop_mark (const char *mark)
{
  return strlen (mark) == DS_SPOKEN_MARK_SIZE - 1
         && strspn (mark, "0123456789abcdef") == DS_SPOKEN_MARK_SIZE - 1;
}

static gboolean
check (const DsCollectionCode *self, GError **error)
{
  if (self->payment_id == NULL || !ds_id_is_valid (self->payment_id))
    return refuse (error, "A collection code needs a payment id");
  if (self->amount_fen <= 0 || self->amount_fen > DS_MONEY_MAX_FEN)
    return refuse (error, "A collection code needs an amount above zero");
  if (!is_payee_id (self->payee_id))
    return refuse (error, "The payee’s id has to be 1 to 8 ASCII characters; ask the depot to correct it");
  if (self->payee_name == NULL || self->payee_city == NULL || self->mcc == NULL)
    return refuse (error, "The payee’s name, city and category are missing; ask the depot to fill them in");
  if (self->expires_at_s < 0)
    return refuse (error, "A collection code cannot expire before 1970");
  if (self->stop_mark != NULL && !is_stop_mark (self->stop_mark))
    return refuse (error, "The mark of a collection code's stop is 16 hexadecimal digits");
  return TRUE;
}

/* EMVCo wants Latin letters in 59 and 60 and has a template for the merchant's own script (MPM 4.9). */
static void
set_names (DsEmvMpm *code, const DsCollectionCode *self)
{
  g_autofree char *name
      = g_utf8_substring (self->payee_name, 0, MIN (g_utf8_strlen (self->payee_name, -1), PAYEE_NAME_MAX));
  g_autofree char *city
      = g_utf8_substring (self->payee_city, 0, MIN (g_utf8_strlen (self->payee_city, -1), PAYEE_CITY_MAX));
  gboolean latin = g_str_is_ascii (name) && g_str_is_ascii (city);

  ds_emv_mpm_set (code, "59", g_str_is_ascii (name) ? name : self->payee_id);
  ds_emv_mpm_set (code, "60", g_str_is_ascii (city) ? city : COUNTRY);
  if (!latin)
    {
      ds_emv_mpm_set (code, "64-00", "zh");
      ds_emv_mpm_set (code, "64-01", name);
      ds_emv_mpm_set (code, "64-02", city);
    }
}

char *
ds_collection_code_build (const DsCollectionCode *self, GError **error)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_new ();
  g_auto (GStrv) id_parts = NULL;
  g_autofree char *plain_id = NULL;
  char amount[DS_MONEY_TEXT_SIZE];

  g_return_val_if_fail (self != NULL, NULL);

  if (!check (self, error))
    return NULL;
  id_parts = g_strsplit (self->payment_id, "-", -1);
  plain_id = g_strjoinv ("", id_parts);

  ds_emv_mpm_set (code, "00", "01");
  ds_emv_mpm_set (code, "01", ONE_PAYMENT);
  ds_emv_mpm_set (code, "26-00", DS_COLLECTION_GUID);
  ds_emv_mpm_set (code, "26-01", self->payee_id);
  ds_emv_mpm_set (code, "26-02", plain_id);
  if (self->expires_at_s > 0)
    {
      g_autofree char *expiry = g_strdup_printf ("%" G_GINT64_FORMAT, self->expires_at_s);

      ds_emv_mpm_set (code, "26-03", expiry);
    }
  if (self->stop_mark != NULL)
    ds_emv_mpm_set (code, "26-04", self->stop_mark);
  ds_emv_mpm_set (code, "52", self->mcc);
  ds_emv_mpm_set (code, "53", CURRENCY_CNY);
  ds_emv_mpm_set (code, "54", ds_money_format (self->amount_fen, amount));
  ds_emv_mpm_set (code, "58", COUNTRY);
  set_names (code, self);
  return ds_emv_mpm_write (code, error);
}

/* Returns: (nullable): the id with its hyphens, if it is a payment's. */
static char *
read_payment_id (const char *plain)
{
  g_autofree char *id = NULL;

  if (plain == NULL || strlen (plain) != PLAIN_ID_SIZE)
    return NULL;
  id = g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%s", plain, plain + 8, plain + 12, plain + 16, plain + 20);
  return ds_id_is_valid (id) ? g_steal_pointer (&id) : NULL;
}

static char *
read_name (const DsEmvMpm *code, const char *own_script, const char *latin)
{
  const char *name = ds_emv_mpm_get (code, own_script);

  return g_strdup (name != NULL ? name : ds_emv_mpm_get (code, latin));
}

DsCollectionCode *
ds_collection_code_parse (const char *text, GError **error)
{
  g_autoptr (DsEmvMpm) code = NULL;
  g_autoptr (DsCollectionCode) self = g_new0 (DsCollectionCode, 1);
  const DsEmvFinding *finding;
  const char *amount;
  const char *expiry;
  guint64 expires_at_s = 0;

  g_return_val_if_fail (text != NULL, NULL);

  code = ds_emv_mpm_read (text);
  finding = ds_emv_findings_get_gravest (code->findings);
  if (g_strcmp0 (ds_emv_mpm_get (code, "26-00"), DS_COLLECTION_GUID) != 0)
    {
      refuse (error, "This is not a collection code of Doorstep");
      return NULL;
    }
  if (finding != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The code is damaged (%s: %s); ask for a new one",
                   finding->path, finding->detail);
      return NULL;
    }

  amount = ds_emv_mpm_get (code, "54");
  expiry = ds_emv_mpm_get (code, "26-03");
  self->payment_id = read_payment_id (ds_emv_mpm_get (code, "26-02"));
  self->payee_id = g_strdup (ds_emv_mpm_get (code, "26-01"));
  self->payee_name = read_name (code, "64-01", "59");
  self->payee_city = read_name (code, "64-02", "60");
  self->mcc = g_strdup (ds_emv_mpm_get (code, "52"));
  self->stop_mark = g_strdup (ds_emv_mpm_get (code, "26-04"));
  if (amount == NULL || g_strcmp0 (ds_emv_mpm_get (code, "53"), CURRENCY_CNY) != 0
      || g_strcmp0 (ds_emv_mpm_get (code, "01"), ONE_PAYMENT) != 0)
    {
      refuse (error, "The code is not for one payment of a fixed amount in yuan; ask for a new one");
      return NULL;
    }
  if (expiry != NULL && !g_ascii_string_to_unsigned (expiry, 10, 1, G_MAXINT64, &expires_at_s, NULL))
    {
      refuse (error, "The code’s expiry is not a time; ask for a new one");
      return NULL;
    }
  self->expires_at_s = (gint64)expires_at_s;
  if (!ds_money_parse (amount, &self->amount_fen, error) || !check (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
