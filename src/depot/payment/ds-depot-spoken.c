/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spoken proofs at the depot: every stop's secret, the digits once an operator's books say paid, and what becomes of a
 * proof that comes in. The handheld has the secret too, so digits alone settle nothing: the operator confirms. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-spoken-proof.h"

#define SECRET_BYTES 16

/* Secrets */

static gboolean
load_secret (DsDepot *self, const char *stop_id, char **secret, GError **error)
{
  return ds_depot_sql_get_text (self->db, secret, error, "SELECT secret FROM spoken_secret WHERE stop = ?",
                                "s", stop_id);
}

gboolean
ds_depot_spoken_get_secret (DsDepot *self, const char *stop_id, char **secret, GError **error)
{
  guint8 bytes[SECRET_BYTES];
  char mark[DS_SPOKEN_MARK_SIZE];

  if (!load_secret (self, stop_id, secret, error))
    return FALSE;
  if (*secret != NULL)
    return TRUE;
  ds_random_fill (self->random, bytes, sizeof bytes);
  *secret = ds_hex_encode (bytes, sizeof bytes);
  ds_spoken_mark (stop_id, mark);
  return ds_depot_sql_run (self->db, error, "INSERT INTO spoken_secret (stop, mark, secret) VALUES (?, ?, ?)",
                           "sss", stop_id, mark, *secret);
}

/* @made: (out): %FALSE when the handheld cannot check digits for the payment either. */
static gboolean
make_digits (DsDepot *self,
             const DsDepotPayment *payment,
             char digits[DS_SPOKEN_PROOF_SIZE],
             gboolean *made,
             GError **error)
{
  g_autofree char *secret = NULL;

  *made = FALSE;
  if (payment->base->stop_id != NULL && !load_secret (self, payment->base->stop_id, &secret, error))
    return FALSE;
  *made = secret != NULL
          && ds_spoken_proof_derive (secret, payment->base->id, payment->base->amount_fen, digits, NULL);
  return TRUE;
}

/* Giving the digits away */

gboolean
ds_depot_spoken_note_paid (DsDepot *self, DsDepotPayment *payment, const char *stop_mark, GError **error)
{
  if (payment->base->tender != DS_TENDER_CODE)
    return TRUE;
  /* A code that a handheld without a network built: the mark in it tells for which stop. */
  if (payment->base->stop_id == NULL && stop_mark != NULL
      && !ds_depot_sql_get_text (self->db, &payment->base->stop_id, error,
                                 "SELECT stop FROM spoken_secret WHERE mark = ?", "s", stop_mark))
    return FALSE;
  return payment->base->stop_id == NULL
         || ds_depot_work_add (self, DS_TASK_TELL, payment->base->id, 0, error);
}

char *
ds_depot_spoken_make_text (DsDepot *self, const DsDepotPayment *payment, GError **error)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  char text[DS_SPOKEN_PROOF_TEXT_SIZE];
  gboolean made = FALSE;

  if (payment->booked_fen == 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           "No operator's books say that this payment is paid: it has no spoken proof");
      return NULL;
    }
  if (payment->booked_fen != payment->base->amount_fen || payment->base->refunded_fen > 0)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           payment->base->refunded_fen > 0
                               ? "This payment was given back: it proves nothing any more"
                               : "Another amount was paid than was asked for: look at the incidents");
      return NULL;
    }
  if (payment->base->tender == DS_TENDER_CODE && !make_digits (self, payment, digits, &made, error))
    return NULL;
  if (!made)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                           "This payment belongs to no stop's code: the handheld could not check its digits");
      return NULL;
    }
  ds_spoken_proof_format (digits, text);
  return g_strdup (text);
}

char *
ds_depot_get_spoken (DsDepot *self, const char *payment_id, GError **error)
{
  g_autoptr (DsDepotPayment) payment = NULL;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (payment_id != NULL, NULL);

  if (!ds_depot_payment_load (self->db, payment_id, &payment, error))
    return NULL;
  if (payment == NULL)
    {
      g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND, "The depot knows no such payment");
      return NULL;
    }
  return ds_depot_spoken_make_text (self, payment, error);
}

/* Proofs that come in */

/* The handheld takes it for paid and has to hear otherwise, whatever the payment's state is here. */
static gboolean
publish_rejected (DsDepot *self, DsDepotPayment *payment, const char *reason, GError **error)
{
  json_t *data = ds_depot_payment_to_json (payment);

  json_object_set_new (data, "state", json_string (ds_payment_state_to_name (DS_PAYMENT_REJECTED)));
  json_object_set_new (data, "reason", json_string (reason));
  return ds_feed_put (self->feed, payment->courier_id, "payment", payment->base->id, ds_depot_now_ms (self),
                      data, error);
}

gboolean
ds_depot_spoken_deny (DsDepot *self, DsDepotPayment *payment, GError **error)
{
  const char *reason = "No operator has this money: the digits proved nothing";

  if (!ds_depot_sql_run (self->db, error, "UPDATE spoken_proof SET denied = 1 WHERE payment = ?", "s",
                         payment->base->id)
      || !ds_depot_note_incident (self, "spoken", payment->base->id,
                                  "Digits were taken for a payment that no operator has", error))
    return FALSE;
  if (!ds_depot_payment_happens (payment, DS_PAYMENT_IS_DISPROVED, ds_depot_now_ms (self)))
    return publish_rejected (self, payment, reason, error);
  g_free (payment->base->reason);
  payment->base->reason = g_strdup (reason);
  return ds_depot_change_payment (self, payment, error);
}

gboolean
ds_depot_spoken_is_awaited (DsDepot *self, const DsDepotPayment *payment, gboolean *awaited, GError **error)
{
  gint64 n = 0;

  *awaited = FALSE;
  if (payment->booked_fen > 0)
    return TRUE;
  if (!ds_depot_sql_get_int (self->db, &n, 0, error,
                             "SELECT count (*) FROM spoken_proof WHERE payment = ? AND denied = 0", "s",
                             payment->base->id))
    return FALSE;
  *awaited = n > 0;
  return TRUE;
}

gboolean
ds_depot_spoken_outdo (DsDepot *self, const char *payment_id, GError **error)
{
  return ds_depot_sql_run (self->db, error, "DELETE FROM spoken_proof WHERE payment = ?", "s", payment_id);
}

gboolean
ds_depot_spoken_take (DsDepot *self,
                      DsDepotPayment *payment,
                      const char *typed,
                      gboolean *right,
                      GError **error)
{
  char digits[DS_SPOKEN_PROOF_SIZE];
  char expected[DS_SPOKEN_PROOF_SIZE];
  gboolean made;

  if (!make_digits (self, payment, expected, &made, error))
    return FALSE;
  *right = made && typed != NULL && ds_spoken_proof_read (typed, digits)
           && ds_spoken_proof_equal (digits, expected);
  if (!*right
      && !ds_depot_note_incident (self, "spoken", payment->base->id,
                                  "The handheld took digits that are not the payment's", error))
    return FALSE;
  /* Right or wrong, what the handheld holds for paid now is the operator's to confirm. */
  if (!ds_depot_sql_run (self->db, error,
                         "INSERT INTO spoken_proof (payment, at_ms, denied) VALUES (?, ?, 0)"
                         " ON CONFLICT (payment) DO NOTHING",
                         "si", payment->base->id, ds_depot_now_ms (self)))
    return FALSE;
  ds_depot_payment_happens (payment, DS_PAYMENT_IS_SPOKEN, ds_depot_now_ms (self));
  return ds_depot_payment_save (self->db, payment, error)
         && ds_depot_work_add (self, DS_TASK_QUERY, payment->base->id, 0, error);
}
