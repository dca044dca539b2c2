/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs of handing over: a signature, a photograph, a pickup code or a name, bound to the stop, its payment and its
 * parcels by one journal entry. The content is kept before the entry, so the journal never names what was not kept. */
#include "config.h"

#include "ds-door-private.h"

#include "ds-encoding.h"
#include "ds-pickup-code.h"

/* Wrong pickup codes at one stop. Most have 4 to 8 digits; a customer mistypes once or twice. */
#define MAX_WRONG_PICKUP_CODES 5
#define MAX_NAME_CHARACTERS 60
#define SALT_BYTES 16

/**
 * ProofOperation:
 * @content: what is kept
 * @media: its media type
 * @pickup_code: (nullable): for a pickup code, as it is compared
 * @wrong: the code was wrong: that is journalled, and the proof is not
 */
typedef struct
{
  char *stop_id;
  DsProofKind kind;
  GBytes *content;
  const char *media;
  char *pickup_code;
  char *sm3;
  gboolean wrong;
  gint64 tries_left;
} ProofOperation;

static void
proof_operation_free (ProofOperation *self)
{
  g_free (self->stop_id);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self->pickup_code);
  g_free (self->sm3);
  g_free (self);
}

/* The newest payment that covers something: what the customer signs for. */
static DsPayment *
find_payment (DsStop *stop)
{
  for (guint i = stop->payments->len; i > 0; i--)
    {
      DsPayment *payment = g_ptr_array_index (stop->payments, i - 1);

      if (ds_payment_state_covers_debt (payment->state))
        return payment;
    }
  return NULL;
}

/* The parcels that went, or are about to go, over the threshold. */
static json_t *
list_parcels (DsStop *stop)
{
  json_t *waybills = json_array ();

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_DELIVERED || parcel->outcome == DS_OUTCOME_OPEN)
        json_array_append_new (waybills, json_string (parcel->waybill));
    }
  return waybills;
}

/* Whether the depot said what the code is; @right: whether it is this one. */
static gboolean
check_pickup_code (DsStop *stop, const char *code, gboolean *right)
{
  g_autofree char *check = NULL;

  *right = FALSE;
  if (stop->pickup_check == NULL || stop->spoken_secret == NULL)
    return FALSE;
  check = ds_pickup_code_make_check (stop->spoken_secret, stop->id, code, NULL);
  *right = g_strcmp0 (check, stop->pickup_check) == 0;
  return TRUE;
}

static gboolean
check_tries (ProofOperation *operation, DsStop *stop, GError **error)
{
  operation->tries_left = MAX_WRONG_PICKUP_CODES - stop->n_wrong_pickup_codes;
  if (operation->tries_left > 0)
    return TRUE;
  g_set_error_literal (
      error, DS_ERROR, DS_ERROR_STATE,
      _ ("Too many wrong pickup codes were tried at this stop. Take a signature or a photo instead."));
  return FALSE;
}

static gboolean
decide_proof (DsVisit *visit, GError **error)
{
  ProofOperation *operation = visit->data;
  DsShift *shift = ds_door_get_open_shift (visit->door);
  DsPayment *payment;
  gboolean checked = FALSE;

  if (shift == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           _ ("No shift is open. Open your shift, then take the proof."));
      return FALSE;
    }
  operation->wrong = FALSE;
  if (operation->pickup_code != NULL)
    {
      gboolean known;

      if (!check_tries (operation, visit->stop, error))
        return FALSE;
      known = check_pickup_code (visit->stop, operation->pickup_code, &checked);
      operation->wrong = known && !checked;
    }
  if (operation->wrong)
    {
      ds_drafts_add (
          &visit->drafts, "proof.refused",
          json_pack ("{s:s, s:s}", "stop", visit->stop->id, "kind", ds_proof_kind_to_name (operation->kind)));
      return TRUE;
    }
  payment = find_payment (visit->stop);
  ds_drafts_add (&visit->drafts, "proof.added",
                 json_pack ("{s:s, s:s, s:s?, s:o, s:s, s:s, s:I, s:s, s:b}", "stop", visit->stop->id,
                            "shift", shift->id, "payment", payment ? payment->id : NULL, "parcels",
                            list_parcels (visit->stop), "kind", ds_proof_kind_to_name (operation->kind),
                            "sm3", operation->sm3, "size", (json_int_t)g_bytes_get_size (operation->content),
                            "media", operation->media, "checked", checked));
  return TRUE;
}

static void
did_visit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ProofOperation *operation = g_task_get_task_data (task);
  g_autoptr (DsStop) stop = NULL;
  GError *error = NULL;

  if (!ds_door_visit_finish (DS_DOOR (source), result, &stop, &error))
    g_task_return_error (task, error);
  else if (!operation->wrong)
    g_task_return_pointer (task, g_steal_pointer (&stop), g_object_unref);
  else if (operation->tries_left > 1)
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_REFUSED,
        g_dngettext (GETTEXT_PACKAGE,
                     "This is not the pickup code of this stop. Ask for it again; %d try is left.",
                     "This is not the pickup code of this stop. Ask for it again; %d tries are left.",
                     (gulong)(operation->tries_left - 1)),
        (int)(operation->tries_left - 1));
  else
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_REFUSED,
        _ ("This is not the pickup code of this stop, and no try is left. Take a signature or a photo."));
}

static void
did_keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ProofOperation *operation = g_task_get_task_data (task);
  GError *error = NULL;

  operation->sm3 = ds_store_keep_blob_finish (DS_STORE (source), result, &error);
  if (operation->sm3 == NULL)
    {
      g_prefix_error (&error, "%s ", _ ("The proof could not be kept, nothing was recorded."));
      g_task_return_error (task, error);
      return;
    }
  ds_door_visit_async (g_task_get_source_object (task), operation->stop_id, NULL, NULL, decide_proof,
                       operation, g_task_get_cancellable (task), did_visit, g_object_ref (task));
}

static void
add_proof (DsDoor *self, GTask *task, ProofOperation *operation)
{
  g_task_set_task_data (task, operation, (GDestroyNotify)proof_operation_free);
  ds_store_keep_blob_async (self->store, operation->content, g_task_get_cancellable (task), did_keep, task);
}

static GTask *
new_task (DsDoor *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_door_add_picture_async));
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

void
ds_door_add_picture_async (DsDoor *self,
                           const char *stop_id,
                           DsProofKind kind,
                           GBytes *picture,
                           const char *media,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  ProofOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL && picture != NULL && media != NULL);
  g_return_if_fail (kind == DS_PROOF_SIGNATURE || kind == DS_PROOF_PHOTO);
  g_return_if_fail (g_bytes_get_size (picture) > 0 && g_bytes_get_size (picture) <= DS_PROOF_MAX_BYTES);

  operation = g_new0 (ProofOperation, 1);
  operation->stop_id = g_strdup (stop_id);
  operation->kind = kind;
  operation->content = g_bytes_ref (picture);
  operation->media = g_intern_string (media);
  add_proof (self, new_task (self, cancellable, callback, user_data), operation);
}

/* Returns: (transfer full): a typed proof's content. Its digest stands in the journal for ever, so there is something
 * random in it: else whoever has the journal could try names until one fits, long after the name itself was removed. */
static GBytes *
make_content (DsDoor *self, const char *member, const char *text)
{
  guint8 salt[SALT_BYTES];
  g_autofree char *hex = NULL;
  g_autoptr (json_t) object = NULL;
  char *line;

  ds_random_fill (self->random, salt, sizeof salt);
  hex = ds_hex_encode (salt, sizeof salt);
  object = json_pack ("{s:s, s:s}", member, text, "salt", hex);
  line = ds_json_to_line (object);
  return g_bytes_new_take (line, strlen (line));
}

/* Returns: (transfer full) (nullable): what was typed as it is kept, or %NULL with words. */
static char *
read_typed (DsProofKind kind, const char *typed, GError **error)
{
  g_autofree char *text = g_strstrip (g_utf8_make_valid (typed, -1));
  char *code;

  if (kind == DS_PROOF_NAME)
    {
      if (*text != '\0' && g_utf8_strlen (text, -1) <= MAX_NAME_CHARACTERS)
        return g_steal_pointer (&text);
      g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID,
                           _ ("Enter the name of the person who took the parcels."));
      return NULL;
    }
  code = ds_pickup_code_read (text);
  if (code == NULL)
    g_set_error_literal (
        error, DS_ERROR, DS_ERROR_INVALID,
        _ ("A pickup code has only letters and digits. Ask the customer for the one in their message."));
  return code;
}

void
ds_door_add_typed_proof_async (DsDoor *self,
                               const char *stop_id,
                               DsProofKind kind,
                               const char *typed,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autofree char *text = NULL;
  GTask *task;
  GError *error = NULL;
  ProofOperation *operation;

  g_return_if_fail (DS_IS_DOOR (self));
  g_return_if_fail (stop_id != NULL && typed != NULL);
  g_return_if_fail (kind == DS_PROOF_PICKUP_CODE || kind == DS_PROOF_NAME);

  task = new_task (self, cancellable, callback, user_data);
  text = read_typed (kind, typed, &error);
  if (text == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  operation = g_new0 (ProofOperation, 1);
  operation->stop_id = g_strdup (stop_id);
  operation->kind = kind;
  operation->media = "application/json";
  operation->content = make_content (self, kind == DS_PROOF_NAME ? "name" : "code", text);
  if (kind == DS_PROOF_PICKUP_CODE)
    operation->pickup_code = g_steal_pointer (&text);
  add_proof (self, task, operation);
}

DsStop *
ds_door_add_proof_finish (DsDoor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
