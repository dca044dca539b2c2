/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permissions to take one payment over the company's limits. A clerk's 8 digits work without a network on either side, and
 * the handheld could work them out itself: so what was used is compared here with what was given. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-money.h"
#include "ds-override.h"
#include "ds-spoken-proof.h"

#include <string.h>

/* A stop has seldom one. */
#define MAX_NUMBER 99
#define MAX_CLERK_BYTES 100

/* Giving */

typedef struct
{
  char *id;
  char *courier_id;
  char *place;
  char *secret;
} Stop;

static void
stop_clear (Stop *self)
{
  g_free (self->id);
  g_free (self->courier_id);
  g_free (self->place);
  g_free (self->secret);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stop, stop_clear)

static gboolean
load_stop (DsDepot *self, const char *name, Stop *stop, GError **error)
{
  DsQuery *query = ds_depot_sql_query (
      self->db, error,
      "SELECT stop.id, courier, place, secret FROM stop JOIN spoken_secret ON spoken_secret.stop = stop.id"
      " WHERE stop.id = ?1 OR stop.id = (SELECT stop FROM parcel WHERE waybill = ?1)",
      "s", name);
  gboolean row;

  if (query == NULL || !ds_db_step (self->db, query, &row, error))
    return FALSE;
  if (row)
    {
      stop->id = g_strdup (ds_db_column_text (query, 0));
      stop->courier_id = g_strdup (ds_db_column_text (query, 1));
      stop->place = g_strdup (ds_db_column_text (query, 2));
      stop->secret = g_strdup (ds_db_column_text (query, 3));
    }
  ds_db_reset (query);
  if (!row)
    g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "There is no stop or waybill “%.40s”", name);
  return row;
}

static gboolean
check_cap (DsDepot *self, gint64 amount_fen, GError **error)
{
  gint64 cap_fen = ds_depot_get_setting (self, "limits", "override_fen");
  char cap[DS_MONEY_TEXT_SIZE];

  if (amount_fen <= cap_fen)
    return TRUE;
  ds_money_format (cap_fen, cap);
  if (cap_fen == 0)
    g_set_error_literal (error, DS_ERROR, DS_ERROR_REFUSED,
                         "The settings allow no permissions (limits.override_fen)");
  else
    g_set_error (error, DS_ERROR, DS_ERROR_REFUSED,
                 "The settings allow permissions for %s yuan at most (limits.override_fen)", cap);
  return FALSE;
}

static json_t *
give (DsDepot *self,
      const char *name,
      const char *limits,
      gint64 amount_fen,
      gint64 number,
      const char *clerk,
      GError **error)
{
  g_auto (Stop) stop = { 0 };
  char digits[DS_SPOKEN_PROOF_SIZE];
  char text[DS_SPOKEN_PROOF_TEXT_SIZE];

  if (!load_stop (self, name, &stop, error) || !check_cap (self, amount_fen, error)
      || !ds_spoken_override_derive (stop.secret, stop.id, limits, amount_fen, number, digits, error)
      || !ds_depot_sql_run (self->db, error,
                            "INSERT INTO override (stop, number, limits, amount_fen, courier, clerk, at_ms)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                            "sisissi", stop.id, number, limits, amount_fen, stop.courier_id, clerk,
                            ds_depot_now_ms (self)))
    return NULL;
  ds_spoken_proof_format (digits, text);
  return json_pack ("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "digits", text, "stop", stop.id, "place",
                    stop.place, "courier", stop.courier_id, "limits", limits, "amount_fen",
                    (json_int_t)amount_fen, "number", (json_int_t)number, "clerk", clerk);
}

json_t *
ds_depot_override (DsDepot *self,
                   const char *stop,
                   const char *limits,
                   gint64 amount_fen,
                   gint64 number,
                   const char *clerk,
                   GError **error)
{
  g_autoptr (json_t) given = NULL;
  g_autofree char *text = NULL;
  DsLimits lifted;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (stop != NULL && limits != NULL, NULL);

  if (!ds_limits_from_text (limits, &lifted) || amount_fen <= 0 || amount_fen > DS_MONEY_MAX_FEN || number < 1
      || number > MAX_NUMBER || clerk == NULL || *clerk == '\0' || strlen (clerk) > MAX_CLERK_BYTES)
    {
      g_set_error_literal (
          error, DS_ERROR, DS_ERROR_INVALID,
          "A permission lifts voucher, wallet, sum, count or age (1 to 5, several as 3+4), for an "
          "amount in yuan, with the request's number and a clerk's name");
      return NULL;
    }
  text = ds_limits_to_text (lifted);
  if (!ds_depot_begin (self, error))
    return NULL;
  given = give (self, stop, text, amount_fen, number, clerk, error);
  if (given == NULL)
    {
      ds_depot_rollback (self);
      return NULL;
    }
  return ds_depot_commit (self, error) ? g_steal_pointer (&given) : NULL;
}

/* Permissions that come in */

static gboolean
open_case (DsDepot *self, const DsOverrideUse *use, const char *detail, GError **error)
{
  return ds_depot_open_case (self,
                             &(DsCaseDraft){ .kind = DS_CASE_OVERRIDE,
                                             .subject = use->entry_id,
                                             .detail = detail,
                                             .stop_id = use->stop_id,
                                             .courier_id = use->courier_id,
                                             .amount_fen = use->amount_fen },
                             error);
}

static gboolean
is_right (DsDepot *self, const DsOverrideUse *use, gboolean *right, GError **error)
{
  g_autofree char *secret = NULL;
  char digits[DS_SPOKEN_PROOF_SIZE];
  char expected[DS_SPOKEN_PROOF_SIZE];

  if (!ds_depot_sql_get_text (self->db, &secret, error, "SELECT secret FROM spoken_secret WHERE stop = ?",
                              "s", use->stop_id))
    return FALSE;
  *right = secret != NULL && ds_spoken_proof_read (use->digits, digits)
           && ds_spoken_override_derive (secret, use->stop_id, use->limits, use->amount_fen, use->number,
                                         expected, NULL)
           && ds_spoken_proof_equal (digits, expected);
  return TRUE;
}

/* @detail: (out) (nullable): what a person should look at; a string constant */
static gboolean
judge (DsDepot *self, const DsOverrideUse *use, const char *clerk, const char **detail, GError **error)
{
  gint64 n_before, shift_fen;

  *detail = NULL;
  if (!ds_depot_sql_get_int (self->db, &n_before, 0, error,
                             "SELECT count (*) FROM override_use WHERE stop = ? AND number = ?", "si",
                             use->stop_id, use->number)
      || !ds_depot_sql_get_int (self->db, &shift_fen, 0, error,
                                "SELECT sum (amount_fen) FROM override_use WHERE shift = ?", "s",
                                use->shift_id))
    return FALSE;
  if (clerk == NULL)
    *detail = "A limit was lifted by digits that no clerk gave";
  else if (n_before > 0)
    *detail = "A permission was used on a second handheld";
  else if (shift_fen + use->amount_fen > ds_depot_get_setting (self, "limits", "override_fen"))
    *detail = "More was permitted in this shift than the settings allow";
  return TRUE;
}

gboolean
ds_depot_override_take (DsDepot *self, const DsOverrideUse *use, char **refused, GError **error)
{
  g_autofree char *clerk = NULL;
  const char *detail;
  gboolean right;

  if (!is_right (self, use, &right, error))
    return FALSE;
  if (!right)
    {
      *refused = g_strdup ("The digits are no permission for this stop, limit and amount");
      return open_case (self, use, "A limit was lifted by digits that are none of this depot's", error);
    }
  return ds_depot_sql_get_text (self->db, &clerk, error,
                                "SELECT clerk FROM override WHERE stop = ? AND number = ? AND limits = ?"
                                " AND amount_fen = ?",
                                "sisi", use->stop_id, use->number, use->limits, use->amount_fen)
         && judge (self, use, clerk, &detail, error)
         && (detail == NULL || open_case (self, use, detail, error))
         && ds_depot_sql_run (
             self->db, error,
             "INSERT INTO override_use (entry, device, shift, stop, number, limits, amount_fen,"
             " at_ms, clerk) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
             "ssssisiis", use->entry_id, use->device_id, use->shift_id, use->stop_id, use->number,
             use->limits, use->amount_fen, use->at_ms, clerk);
}

gboolean
ds_depot_override_note_payment (DsDepot *self, const DsDepotPayment *payment, gint64 number, GError **error)
{
  return number <= 0
         || ds_depot_sql_run (
             self->db, error,
             "UPDATE override_use SET payment = ? WHERE device = ? AND stop = ? AND number = ?"
             " AND payment IS NULL",
             "sssi", payment->base->id, payment->device_id, payment->base->stop_id, number);
}

json_t *
ds_depot_override_list (DsDepot *self, const char *shift_id, GError **error)
{
  g_autoptr (json_t) list = json_array ();
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT stop, number, limits, amount_fen, at_ms, clerk, payment"
                                       " FROM override_use WHERE shift = ? ORDER BY at_ms, entry",
                                       "s", shift_id);
  gboolean row;

  while (query != NULL && ds_db_step (self->db, query, &row, error))
    {
      if (!row)
        {
          ds_db_reset (query);
          return g_steal_pointer (&list);
        }
      json_array_append_new (
          list,
          json_pack ("{s:s, s:I, s:s, s:I, s:I, s:s?, s:s?}", "stop", ds_db_column_text (query, 0), "number",
                     (json_int_t)ds_db_column_int (query, 1), "limits", ds_db_column_text (query, 2),
                     "amount_fen", (json_int_t)ds_db_column_int (query, 3), "at_ms",
                     (json_int_t)ds_db_column_int (query, 4), "clerk", ds_db_column_text (query, 5),
                     "payment", ds_db_column_text (query, 6)));
    }
  return NULL;
}
