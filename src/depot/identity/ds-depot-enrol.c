/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a handheld is: enrolment by a one-time code, and bearer tokens for its signature (RFC 6750, RFC 7515). */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-encoding.h"
#include "ds-enrol-code.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"

#include <string.h>

#define CODE_LIFE_MS (24 * G_GINT64_CONSTANT (3600000))
#define CODE_BYTES 15 /* 120 bits: guessing is hopeless at any speed */
#define CLOCK_SLACK_MS (5 * 60 * 1000)
#define TOKEN_LIFE_S 3600
#define MAX_ASSERTION_BYTES 2048
#define MAX_NAME_BYTES 100

void
ds_device_free (DsDevice *self)
{
  g_free (self->id);
  g_free (self->courier_id);
  g_free (self->public_key);
  g_free (self->head);
  g_free (self->revoked);
  g_free (self);
}

DsKey *
ds_device_load_key (const DsDevice *self, GError **error)
{
  return ds_key_new_from_public_hex (self->public_key, error);
}

gboolean
ds_depot_load_device (DsDepot *self, const char *device_id, DsDevice **device, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT id, courier, public_key, seq, head, forks_at, revoked, depot_key FROM device WHERE id = ?", "s",
      device_id);
  g_autoptr (DsDevice) found = NULL;
  gboolean row;

  *device = NULL;
  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      found = g_new0 (DsDevice, 1);
      found->id = g_strdup (ds_db_column_text (query, 0));
      found->courier_id = g_strdup (ds_db_column_text (query, 1));
      found->public_key = g_strdup (ds_db_column_text (query, 2));
      found->seq = ds_db_column_int (query, 3);
      found->head = g_strdup (ds_db_column_text (query, 4));
      found->forks_at = ds_db_column_int (query, 5);
      found->revoked = g_strdup (ds_db_column_text (query, 6));
      found->depot_key = ds_db_column_int (query, 7);
    }
  ds_db_reset (query);
  *device = g_steal_pointer (&found);
  return TRUE;
}

/* Enrolment */

char *
ds_depot_enrol (DsDepot *self,
                const char *courier_id,
                const char *courier_name,
                const char *address,
                GError **error)
{
  guint8 bytes[CODE_BYTES];
  g_autofree char *code = NULL;
  g_autofree char *digest = NULL;
  DsEnrolCode enrol_code = { 0 };

  g_return_val_if_fail (DS_IS_DEPOT (self) && courier_id != NULL && courier_name != NULL, NULL);

  if (address == NULL)
    address = ds_depot_get_address (self);
  if (address == NULL)
    {
      g_set_error_literal (
          error, DS_ERROR, DS_ERROR_STATE,
          "The depot listens nowhere: start it, or say under which address handhelds reach it");
      return NULL;
    }
  if (!ds_enrol_code_is_address (address))
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                   "“%.*s” is no address of a depot: handhelds want one like https://depot.example:8443",
                   ds_utf8_cut (address, MAX_NAME_BYTES), address);
      return NULL;
    }

  ds_random_fill (self->random, bytes, sizeof bytes);
  code = ds_base64url_encode (bytes, sizeof bytes);
  digest = ds_sm3_hex (code, strlen (code));
  if (!ds_depot_begin (self, error))
    return NULL;
  if (!ds_depot_put_courier (self, courier_id, courier_name, error)
      || !ds_depot_sql_run (self->db, error,
                            "INSERT INTO enrolment (code_sm3, courier, expires_at_ms) VALUES (?, ?, ?)",
                            "ssi", digest, courier_id, ds_depot_now_ms (self) + CODE_LIFE_MS))
    {
      ds_depot_rollback (self);
      return NULL;
    }
  if (!ds_depot_commit (self, error))
    return NULL;

  enrol_code.address = (char *)address;
  enrol_code.pin = (char *)ds_authority_get_pin (self->authority);
  enrol_code.code = code;
  enrol_code.is_practice = ds_depot_get_practice (self);
  return ds_enrol_code_to_text (&enrol_code);
}

typedef struct
{
  const char *code;
  const char *public_key;
  const char *model;
  const char *app_version;
  const char *proof;
  int is_practice;
} EnrolRequest;

/* The proof shows that the handheld holds the private key: nobody enrols somebody else's. */
static gboolean
check_proof (const EnrolRequest *request, DsTrouble **trouble)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_key_new_from_public_hex (request->public_key, &error);
  g_autoptr (GBytes) signature = ds_base64url_decode (request->proof, -1, NULL);
  g_autofree char *text = g_strconcat (request->code, ".", request->public_key, NULL);
  g_autofree char *canonical = key ? ds_key_get_public_hex (key) : NULL;

  if (key == NULL || !g_str_equal (canonical, request->public_key))
    {
      ds_trouble_set (trouble, DS_TROUBLE_INVALID,
                      "The public key is not an SM2 point in lower-case hexadecimal");
      return FALSE;
    }
  if (signature == NULL || g_bytes_get_size (signature) != DS_SM2_SIGNATURE_SIZE
      || !ds_key_verify (key, text, strlen (text), g_bytes_get_data (signature, NULL)))
    {
      ds_trouble_set (trouble, DS_TROUBLE_UNAUTHORISED, "The proof is not the public key's signature");
      return FALSE;
    }
  return TRUE;
}

typedef struct
{
  char *courier_id;
  char *courier_name;
  char *device_id; /* (nullable): used already, by this one */
  gint64 expires_at_ms;
} Enrolment;

static void
enrolment_clear (Enrolment *self)
{
  g_free (self->courier_id);
  g_free (self->courier_name);
  g_free (self->device_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Enrolment, enrolment_clear)

static gboolean
load_enrolment (DsDepot *self, const char *digest, Enrolment *enrolment, GError **error)
{
  DsQuery *query
      = ds_depot_sql_query (self->db, error,
                            "SELECT courier, name, device, expires_at_ms FROM enrolment JOIN courier ON"
                            " courier.id = enrolment.courier WHERE code_sm3 = ?",
                            "s", digest);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      enrolment->courier_id = g_strdup (ds_db_column_text (query, 0));
      enrolment->courier_name = g_strdup (ds_db_column_text (query, 1));
      enrolment->device_id = g_strdup (ds_db_column_text (query, 2));
      enrolment->expires_at_ms = ds_db_column_int (query, 3);
    }
  ds_db_reset (query);
  return TRUE;
}

static gboolean
store_device (DsDepot *self,
              const char *digest,
              Enrolment *enrolment,
              const EnrolRequest *request,
              GError **error)
{
  enrolment->device_id = ds_id_new (self->clock, self->random);
  if (!ds_depot_begin (self, error))
    return FALSE;
  if (!ds_depot_sql_run (
          self->db, error,
          "INSERT INTO device (id, courier, public_key, model, app_version, enrolled_at_ms, seq,"
          " head, depot_key) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
          "sssssisi", enrolment->device_id, enrolment->courier_id, request->public_key, request->model,
          request->app_version, ds_depot_now_ms (self), DS_ENTRY_GENESIS, self->key_number)
      || !ds_depot_sql_run (self->db, error, "UPDATE enrolment SET device = ? WHERE code_sm3 = ?", "ss",
                            enrolment->device_id, digest))
    {
      ds_depot_rollback (self);
      return FALSE;
    }
  return ds_depot_commit (self, error);
}

/* A new code, or the same code and key again. */
static gboolean
use_code (DsDepot *self,
          const char *digest,
          Enrolment *enrolment,
          const EnrolRequest *request,
          DsTrouble **trouble)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *known = NULL;

  if (!ds_depot_sql_get_text (self->db, &known, &error, "SELECT id FROM device WHERE public_key = ?", "s",
                              request->public_key))
    {
      ds_trouble_set_from_error (trouble, error);
      return FALSE;
    }
  if (known != NULL && g_strcmp0 (known, enrolment->device_id) == 0)
    return TRUE;
  if (known != NULL || enrolment->device_id != NULL)
    ds_trouble_set (trouble, DS_TROUBLE_CONFLICT,
                    known ? "This handheld is enrolled already"
                          : "The code was used by another handheld. Ask for a new one");
  else if (enrolment->expires_at_ms <= ds_depot_now_ms (self))
    ds_trouble_set (trouble, DS_TROUBLE_GONE, "The code is too old. Ask for a new one");
  else if (!store_device (self, digest, enrolment, request, &error))
    ds_trouble_set_from_error (trouble, error);
  return *trouble == NULL;
}

json_t *
ds_depot_answer_enrolment (DsDepot *self, json_t *body, DsTrouble **trouble)
{
  EnrolRequest request = { 0 };
  g_auto (Enrolment) enrolment = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDevice) device = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *depot_key = NULL;

  if (!ds_json_unpack (body, &error, "{s:s, s:s, s:s, s:s, s:s, s?b}", "code", &request.code, "public_key",
                       &request.public_key, "model", &request.model, "app_version", &request.app_version,
                       "proof", &request.proof, "practice", &request.is_practice))
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "%s", error->message);
  if (strlen (request.model) > MAX_NAME_BYTES || strlen (request.app_version) > MAX_NAME_BYTES)
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The model or version is longer than %d bytes",
                           MAX_NAME_BYTES);
  if ((request.is_practice != 0) != ds_depot_get_practice (self))
    return ds_trouble_set (trouble, DS_TROUBLE_CONFLICT,
                           request.is_practice
                               ? "The handheld is open for practice, and this depot is not"
                               : "This depot is for practice: no handheld at work is enrolled here");

  /* The code first: arithmetic on the curve is for nobody who has none. */
  digest = ds_sm3_hex (request.code, strlen (request.code));
  if (!load_enrolment (self, digest, &enrolment, &error))
    return ds_trouble_set_from_error (trouble, error);
  if (enrolment.courier_id == NULL)
    return ds_trouble_set (trouble, DS_TROUBLE_NOT_FOUND, "The depot never gave out this code");
  if (!check_proof (&request, trouble) || !use_code (self, digest, &enrolment, &request, trouble))
    return NULL;

  if (!ds_depot_load_device (self, enrolment.device_id, &device, &error))
    return ds_trouble_set_from_error (trouble, error);
  ds_depot_get_public_key (self, device->depot_key, &depot_key);
  return json_pack ("{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:b}", "device", enrolment.device_id, "depot_name",
                    json_string_value (json_object_get (self->settings, "depot_name")), "courier", "id",
                    enrolment.courier_id, "name", enrolment.courier_name, "depot_key", depot_key, "ca",
                    ds_authority_get_ca_pem (self->authority), "practice", (int)ds_depot_get_practice (self));
}

/* Tokens: device id, end and a MAC over both, so that none has to be kept. */

static char *
sign_token (const guint8 secret[DS_SM3_SIZE], const char *device_id, gint64 expires_at_ms)
{
  g_autofree char *claim = g_strdup_printf ("%s.%" G_GINT64_FORMAT, device_id, expires_at_ms);
  g_autofree char *mac_text = NULL;
  guint8 mac[DS_SM3_SIZE];

  ds_hmac_sm3 (secret, DS_SM3_SIZE, claim, strlen (claim), mac);
  mac_text = ds_base64url_encode (mac, sizeof mac);
  return g_strdup_printf ("%s.%s", claim, mac_text);
}

/* Compares in a time that does not tell where two texts begin to differ. */
static gboolean
is_same_secret (const char *a, const char *b)
{
  gsize n = strlen (a);
  guint8 difference = 0;

  if (strlen (b) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    difference |= (guint8)(a[i] ^ b[i]);
  return difference == 0;
}

gboolean
ds_depot_check_admitted (const DsDevice *device, DsTrouble **trouble)
{
  if (device == NULL)
    ds_trouble_set (trouble, DS_TROUBLE_UNAUTHORISED, "The handheld is not enrolled");
  else if (device->revoked != NULL)
    ds_trouble_set (trouble, DS_TROUBLE_REVOKED, "The depot keeps this handheld out: %s", device->revoked);
  return *trouble == NULL;
}

DsDevice *
ds_depot_check_token (DsDepot *self, const char *token, DsTrouble **trouble)
{
  g_auto (GStrv) parts = token ? g_strsplit (token, ".", 4) : NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsDevice) device = NULL;
  gint64 expires_at_ms;

  if (parts == NULL || g_strv_length (parts) != 3
      || !g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64, &expires_at_ms, NULL))
    return ds_trouble_set (trouble, DS_TROUBLE_UNAUTHORISED, "A bearer token is needed");
  expected = sign_token (self->token_secret, parts[0], expires_at_ms);
  if (!is_same_secret (expected, token) || expires_at_ms <= ds_depot_now_ms (self))
    return ds_trouble_set (trouble, DS_TROUBLE_UNAUTHORISED, "The token is not valid any more");
  if (!ds_depot_load_device (self, parts[0], &device, &error))
    return ds_trouble_set_from_error (trouble, error);
  return ds_depot_check_admitted (device, trouble) ? g_steal_pointer (&device) : NULL;
}

/* An assertion on its way to become a token. */
typedef struct
{
  DsIntakeJob base;

  DsDevice *device;
  char *text;
  char *nonce; /* (nullable): once it is read */
  gint64 now_ms;
  guint8 token_secret[DS_SM3_SIZE];
} Assertion;

/* Returns: (transfer full) (nullable): what the assertion says, signed by the handheld. */
static json_t *
verify_assertion (Assertion *self)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsKey) key = ds_device_load_key (self->device, &error);
  json_t *claims;

  if (key == NULL)
    return ds_trouble_set_from_error (&self->base.trouble, error);
  if (!ds_jws_verify (key, self->text, -1, NULL, &payload, NULL))
    return ds_trouble_set (&self->base.trouble, DS_TROUBLE_UNAUTHORISED,
                           "The assertion is not signed by the handheld");
  claims = ds_json_parse_object (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                                 MAX_ASSERTION_BYTES, &error);
  if (claims == NULL)
    ds_trouble_set (&self->base.trouble, DS_TROUBLE_INVALID, "The assertion holds no claims: %s",
                    error->message);
  return claims;
}

static void
read_assertion (DsIntakeJob *job)
{
  Assertion *self = (Assertion *)job;
  g_autoptr (json_t) claims = verify_assertion (self);
  g_autoptr (GError) error = NULL;
  const char *device_id, *audience, *nonce;
  json_int_t at_ms;

  if (claims == NULL)
    return;
  if (!ds_json_unpack (claims, &error, "{s:s, s:s, s:I, s:s}", "device", &device_id, "aud", &audience,
                       "at_ms", &at_ms, "nonce", &nonce))
    ds_trouble_set (&job->trouble, DS_TROUBLE_INVALID, "%s", error->message);
  else if (!g_str_equal (device_id, self->device->id) || !g_str_equal (audience, "depot")
           || strlen (nonce) < 8 || strlen (nonce) > MAX_NAME_BYTES)
    ds_trouble_set (&job->trouble, DS_TROUBLE_UNAUTHORISED, "The assertion is made for something else");
  else if (at_ms < self->now_ms - CLOCK_SLACK_MS || at_ms > self->now_ms + CLOCK_SLACK_MS)
    ds_trouble_set_number (&job->trouble, DS_TROUBLE_CLOCK, "now_ms", self->now_ms,
                           "The handheld's clock differs by more than five minutes");
  else
    self->nonce = g_strdup (nonce);
}

/* A nonce is taken once for as long as its assertion could be used. */
static gboolean
take_nonce (DsIntakeJob *job, DsDepot *depot, GError **error)
{
  Assertion *self = (Assertion *)job;

  if (!ds_depot_sql_run (depot->db, error, "DELETE FROM nonce WHERE at_ms < ?", "i",
                         self->now_ms - 2 * (gint64)CLOCK_SLACK_MS)
      || !ds_depot_sql_run (depot->db, error,
                            "INSERT OR IGNORE INTO nonce (device, nonce, at_ms) VALUES (?, ?, ?)", "ssi",
                            self->device->id, self->nonce, self->now_ms))
    return FALSE;
  if (sqlite3_changes (ds_db_get_handle (depot->db)) == 0)
    ds_trouble_set (&job->trouble, DS_TROUBLE_UNAUTHORISED, "The assertion was used before");
  return TRUE;
}

static void
forget_nothing (DsIntakeJob *job)
{
}

static void
give_token (DsIntakeJob *job)
{
  Assertion *self = (Assertion *)job;
  g_autofree char *token
      = sign_token (self->token_secret, self->device->id, self->now_ms + TOKEN_LIFE_S * 1000);

  job->reply = json_pack ("{s:s, s:i}", "token", token, "expires_in_s", TOKEN_LIFE_S);
}

static void
free_assertion (DsIntakeJob *job)
{
  Assertion *self = (Assertion *)job;

  ds_device_free (self->device);
  g_free (self->text);
  g_free (self->nonce);
  g_free (self);
}

DsIntakeJob *
ds_depot_assertion_new (DsDepot *self, json_t *request, DsTrouble **trouble)
{
  static const DsIntakeKind kind = { read_assertion, take_nonce, forget_nothing, give_token, free_assertion };
  const char *text = json_string_value (json_object_get (request, "assertion"));
  gsize n = text ? strlen (text) : 0;
  g_autofree char *kid = NULL;
  g_autoptr (DsDevice) device = NULL;
  g_autoptr (GError) error = NULL;
  Assertion *assertion;

  if (text == NULL)
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "There is no assertion");
  if (n > MAX_ASSERTION_BYTES || !ds_jws_read (text, (gssize)n, &kid, NULL, &error))
    return ds_trouble_set (trouble, DS_TROUBLE_INVALID, "The assertion is no JWS: %s",
                           error ? error->message : "too long");
  if (!ds_depot_load_device (self, kid, &device, &error))
    return ds_trouble_set_from_error (trouble, error);
  if (!ds_depot_check_admitted (device, trouble))
    return NULL;

  assertion = g_new0 (Assertion, 1);
  assertion->base.kind = &kind;
  assertion->base.n_bytes = n;
  assertion->device = g_steal_pointer (&device);
  assertion->text = g_strdup (text);
  assertion->now_ms = ds_depot_now_ms (self);
  memcpy (assertion->token_secret, self->token_secret, sizeof assertion->token_secret);
  return &assertion->base;
}
