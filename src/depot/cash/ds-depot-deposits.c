/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash from clerk to clerk, and in bags to the bank. */
#include "config.h"

#include "ds-depot-custody.h"
#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

#define TRANSFER "transfer"
#define DEPOSIT "deposit"
#define CONFIRMED "deposit-confirmed"
#define FLOAT_BOX "float"
#define MAX_REF_BYTES 64

static gint64
get_fen (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

static gboolean
check_amount (gint64 amount_fen, gint64 least_fen, GError **error)
{
  if (amount_fen >= least_fen && amount_fen <= DS_MONEY_MAX_FEN)
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "That is no amount");
  return FALSE;
}

/* The box of floats may owe: floats that were given before there were books of it. */
gboolean
ds_depot_check_till (DsDepot *self, const char *clerk_id, gint64 amount_fen, GError **error)
{
  g_autofree char *till = g_strconcat ("till:", clerk_id, NULL);
  char has[DS_MONEY_TEXT_SIZE];
  gint64 till_fen;

  if (!ds_books_get_balance (self->db, till, &till_fen, error))
    return FALSE;
  if (amount_fen <= till_fen || strcmp (clerk_id, FLOAT_BOX) == 0)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_STATE,
               "By the books the till of clerk “%s” holds %s yuan, not so much: count it", clerk_id,
               ds_money_format (till_fen, has));
  return FALSE;
}

/* Moves money from one account to another for a step. */
static gboolean
book_move (DsDepot *self, json_t *step, const char *from, const char *to, gint64 amount_fen, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s:%s", json_string_value (json_object_get (step, "kind")),
                                          json_string_value (json_object_get (step, "id")));
  DsPosting posting = { 0 };

  ds_posting_add (&posting, to, amount_fen);
  ds_posting_add (&posting, from, -amount_fen);
  return ds_depot_post (self, key, &posting, error);
}

/* Tills */

static gboolean
check_from (DsDepot *self, const char *from, const char *to, GError **error)
{
  gint64 n_known = 0;

  if (strcmp (from, FLOAT_BOX) != 0
      && !ds_depot_sql_get_int (self->db, &n_known, 0, error,
                                "SELECT count (*) FROM clerk_key WHERE clerk = ?", "s", from))
    return FALSE;
  if (strcmp (from, to) != 0 && (n_known > 0 || strcmp (from, FLOAT_BOX) == 0))
    return TRUE;
  g_set_error_literal (error, DS_ERROR, DS_ERROR_NOT_FOUND,
                       "Say from which clerk to which other, or “float” for the box of floats");
  return FALSE;
}

static json_t *
transfer (DsDepot *self,
          const char *id,
          const char *from,
          const char *to,
          gint64 amount_fen,
          const char *reason,
          GError **error)
{
  g_autoptr (json_t) data = json_pack ("{s:s, s:s, s:I, s:s*}", "from", from, "to", to, "amount_fen",
                                       (json_int_t)amount_fen, "reason", reason);
  /* Who receives signs; nobody sits at the box of floats. */
  const DsCustodyDraft draft = { .id = id,
                                 .kind = TRANSFER,
                                 .subject = from,
                                 .clerk_id = strcmp (to, FLOAT_BOX) == 0 ? from : to,
                                 .data = data };
  g_autofree char *from_till = g_strconcat ("till:", from, NULL);
  g_autofree char *to_till = g_strconcat ("till:", to, NULL);
  g_autoptr (json_t) answer = NULL;

  if (id != NULL && !ds_depot_find_same_custody (self, &draft, &answer, error))
    return NULL;
  if (answer != NULL)
    return g_steal_pointer (&answer);
  if (!check_amount (amount_fen, 1, error) || !ds_depot_check_reason (reason, error)
      || !check_from (self, from, to, error) || !ds_depot_check_till (self, from, amount_fen, error))
    return NULL;
  answer = ds_depot_append_custody (self, &draft, error);
  return answer != NULL && book_move (self, answer, from_till, to_till, amount_fen, error)
             ? g_steal_pointer (&answer)
             : NULL;
}

json_t *
ds_depot_transfer_till (DsDepot *self,
                        const char *id,
                        const char *from,
                        const char *to,
                        gint64 amount_fen,
                        const char *reason,
                        GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && from != NULL && to != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, transfer (self, id, from, to, amount_fen, reason, error), error);
}

/* Bags */

static gboolean
check_bag (const char *bag, GError **error)
{
  gsize n = strlen (bag);
  gboolean good = n > 0 && n <= DS_DEPOT_BAG_MAX_BYTES;

  for (gsize i = 0; i < n; i++)
    good = good && (g_ascii_isalnum (bag[i]) || bag[i] == '-');
  if (!good)
    g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                 "A bag's number is that of its seal: 1 to %d letters, digits or hyphens",
                 DS_DEPOT_BAG_MAX_BYTES);
  return good;
}

static json_t *
deposit (DsDepot *self, const char *clerk_id, const char *bag, gint64 amount_fen, GError **error)
{
  g_autoptr (json_t) data = json_pack ("{s:s, s:I}", "bag", bag, "amount_fen", (json_int_t)amount_fen);
  const DsCustodyDraft draft = { .kind = DEPOSIT, .subject = bag, .clerk_id = clerk_id, .data = data };
  g_autofree char *till = g_strconcat ("till:", clerk_id, NULL);
  g_autoptr (json_t) answer = NULL;

  if (!check_bag (bag, error) || !check_amount (amount_fen, 1, error)
      || !ds_depot_find_same_custody (self, &draft, &answer, error))
    return NULL;
  if (answer != NULL && strcmp (json_string_value (json_object_get (answer, "clerk")), clerk_id) == 0)
    return g_steal_pointer (&answer);
  if (answer != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT, "Another clerk has sent off bag “%s”", bag);
      return NULL;
    }
  if (!ds_depot_check_till (self, clerk_id, amount_fen, error))
    return NULL;
  answer = ds_depot_append_custody (self, &draft, error);
  return answer != NULL && book_move (self, answer, till, "transit:bank", amount_fen, error)
             ? g_steal_pointer (&answer)
             : NULL;
}

json_t *
ds_depot_deposit (DsDepot *self, const char *clerk_id, const char *bag, gint64 amount_fen, GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && clerk_id != NULL && bag != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, deposit (self, clerk_id, bag, amount_fen, error), error);
}

static gboolean
book_confirmed (DsDepot *self, json_t *step, GError **error)
{
  const char *bag = json_string_value (json_object_get (step, "bag"));
  g_autofree char *key = g_strconcat ("deposit-confirmed:", bag, NULL);
  gint64 difference_fen = get_fen (step, "difference_fen");
  const DsCaseDraft draft
      = { .kind = difference_fen < 0 ? "deposit-short" : "deposit-over",
          .subject = bag,
          .detail = difference_fen < 0 ? "The bank counted less than was put into the bag"
                                       : "The bank counted more than was put into the bag",
          .amount_fen = ABS (difference_fen) };
  DsPosting posting = { 0 };

  ds_posting_add (&posting, "bank", get_fen (step, "amount_fen"));
  ds_posting_add (&posting, "transit:bank", -get_fen (step, "deposited_fen"));
  ds_posting_add (&posting, "over-short:bank", -difference_fen);
  return ds_depot_post (self, key, &posting, error)
         && (difference_fen == 0 || ds_depot_open_case (self, &draft, error));
}

static json_t *
confirm (DsDepot *self,
         const char *clerk_id,
         const char *bag,
         gint64 amount_fen,
         const char *bank_ref,
         GError **error)
{
  g_autoptr (json_t) data
      = json_pack ("{s:s, s:I, s:s}", "bag", bag, "amount_fen", (json_int_t)amount_fen, "bank_ref", bank_ref);
  const DsCustodyDraft draft = { .kind = CONFIRMED, .subject = bag, .clerk_id = clerk_id, .data = data };
  g_autoptr (json_t) deposited = NULL;
  g_autoptr (json_t) answer = NULL;

  if (!check_amount (amount_fen, 0, error)
      || !ds_depot_find_last_custody (self, bag, DEPOSIT, DEPOSIT, &deposited, error)
      || !ds_depot_find_same_custody (self, &draft, &answer, error))
    return NULL;
  if (answer != NULL)
    return g_steal_pointer (&answer);
  if (deposited == NULL || *bank_ref == '\0' || strlen (bank_ref) > MAX_REF_BYTES
      || !g_utf8_validate (bank_ref, -1, NULL))
    {
      if (deposited == NULL)
        g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND, "No bag “%.40s” was sent off", bag);
      else
        g_set_error_literal (error, DS_ERROR, DS_ERROR_INVALID, "Say the bank's number of the deposit");
      return NULL;
    }
  json_object_set (data, "deposited_fen", json_object_get (deposited, "amount_fen"));
  json_object_set_new (data, "difference_fen", json_integer (amount_fen - get_fen (deposited, "amount_fen")));
  answer = ds_depot_append_custody (self, &draft, error);
  return answer != NULL && book_confirmed (self, answer, error) ? g_steal_pointer (&answer) : NULL;
}

json_t *
ds_depot_confirm_deposit (DsDepot *self,
                          const char *clerk_id,
                          const char *bag,
                          gint64 amount_fen,
                          const char *bank_ref,
                          GError **error)
{
  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (clerk_id != NULL && bag != NULL && bank_ref != NULL, NULL);

  if (!ds_depot_begin (self, error))
    return NULL;
  return ds_depot_end (self, confirm (self, clerk_id, bag, amount_fen, bank_ref, error), error);
}

static gboolean
append_deposit (DsDepot *self, const char *bag, json_t *deposits, GError **error)
{
  g_autoptr (json_t) sent = NULL;
  g_autoptr (json_t) confirmation = NULL;

  if (!ds_depot_find_last_custody (self, bag, DEPOSIT, DEPOSIT, &sent, error)
      || !ds_depot_find_last_custody (self, bag, CONFIRMED, CONFIRMED, &confirmation, error))
    return FALSE;
  if (confirmation != NULL)
    json_object_set (sent, "confirmation", confirmation);
  json_array_append (deposits, sent);
  return TRUE;
}

json_t *
ds_depot_list_deposits (DsDepot *self, gint64 offset, gint64 limit, GError **error)
{
  g_autoptr (json_t) deposits = json_array ();
  g_autoptr (GPtrArray) bags = g_ptr_array_new_with_free_func (g_free);
  DsQuery *query;
  gboolean row = TRUE;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);

  query = ds_depot_sql_query (
      self->db, error,
      "SELECT subject FROM custody WHERE kind = 'deposit' ORDER BY seq DESC LIMIT ? OFFSET ?", "ii", limit,
      offset);
  if (query == NULL)
    return NULL;
  while (row)
    {
      if (!ds_db_step (self->db, query, &row, error))
        return NULL;
      if (row)
        g_ptr_array_add (bags, g_strdup (ds_db_column_text (query, 0)));
    }
  ds_db_reset (query);
  for (guint i = 0; i < bags->len; i++)
    {
      if (!append_deposit (self, g_ptr_array_index (bags, i), deposits, error))
        return NULL;
    }
  return g_steal_pointer (&deposits);
}
