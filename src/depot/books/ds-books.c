/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-books.h"

#include "ds-error.h"
#include "ds-json.h"
#include "ds-money.h"

#define MAX_BOOKINGS 16

void
ds_posting_add (DsPosting *self, const char *account, gint64 amount_fen)
{
  g_return_if_fail (self->n < G_N_ELEMENTS (self->bookings));

  if (amount_fen != 0)
    self->bookings[self->n++] = (DsBooking){ account, amount_fen };
}

gboolean
ds_books_prepare (DsDb *db, GError **error)
{
  return ds_db_exec (db,
                     "CREATE TABLE IF NOT EXISTS posting ("
                     "  id INTEGER PRIMARY KEY,"
                     "  key TEXT NOT NULL UNIQUE,"
                     "  at_ms INTEGER NOT NULL) STRICT;"
                     "CREATE TABLE IF NOT EXISTS booking ("
                     "  posting INTEGER NOT NULL REFERENCES posting (id),"
                     "  line INTEGER NOT NULL,"
                     "  account TEXT NOT NULL,"
                     "  amount_fen INTEGER NOT NULL,"
                     "  PRIMARY KEY (posting, line)) STRICT, WITHOUT ROWID;"
                     "CREATE INDEX IF NOT EXISTS posting_at ON posting (at_ms);"
                     "CREATE INDEX IF NOT EXISTS booking_account ON booking (account, amount_fen);"
                     "CREATE TRIGGER IF NOT EXISTS booking_is_kept BEFORE UPDATE ON booking"
                     "  BEGIN SELECT RAISE (ABORT, 'the books are append-only'); END;"
                     "CREATE TRIGGER IF NOT EXISTS booking_stays BEFORE DELETE ON booking"
                     "  BEGIN SELECT RAISE (ABORT, 'the books are append-only'); END;",
                     error);
}

static gboolean
check_bookings (const char *key, const DsBooking *bookings, gsize n_bookings, GError **error)
{
  gint64 sum_fen = 0;

  for (gsize i = 0; i < n_bookings; i++)
    {
      if (!ds_money_add (sum_fen, bookings[i].amount_fen, &sum_fen))
        {
          g_set_error (error, DS_ERROR, DS_ERROR_OVERFLOW, "The posting %s is larger than the books take",
                       key);
          return FALSE;
        }
    }
  if (n_bookings < 2 || n_bookings > MAX_BOOKINGS || sum_fen != 0)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "The posting %s does not sum to zero", key);
      return FALSE;
    }
  return TRUE;
}

/* Compares what was posted under @key before with what is to be posted now. */
static gboolean
check_same (DsDb *db,
            const char *key,
            gint64 posting,
            const DsBooking *bookings,
            gsize n_bookings,
            GError **error)
{
  DsQuery *query
      = ds_db_prepare (db, "SELECT account, amount_fen FROM booking WHERE posting = ? ORDER BY line", error);
  gboolean same = TRUE;
  gboolean row = TRUE;
  gsize n = 0;

  if (query == NULL)
    return FALSE;
  ds_db_bind_int (query, 1, posting);
  while (row)
    {
      if (!ds_db_step (db, query, &row, error))
        return FALSE;
      if (!row)
        break;
      same = same && n < n_bookings && g_strcmp0 (ds_db_column_text (query, 0), bookings[n].account) == 0
             && ds_db_column_int (query, 1) == bookings[n].amount_fen;
      n++;
    }
  ds_db_reset (query);

  if (!same || n != n_bookings)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_CONFLICT,
                   "The posting %s stands in the books with other amounts", key);
      return FALSE;
    }
  return TRUE;
}

static gboolean
insert_posting (DsDb *db,
                const char *key,
                gint64 at_ms,
                const DsBooking *bookings,
                gsize n_bookings,
                GError **error)
{
  DsQuery *query = ds_db_prepare (db, "INSERT INTO posting (key, at_ms) VALUES (?, ?)", error);
  gint64 posting;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, key);
  ds_db_bind_int (query, 2, at_ms);
  if (!ds_db_run (db, query, error))
    return FALSE;
  posting = sqlite3_last_insert_rowid (ds_db_get_handle (db));

  for (gsize i = 0; i < n_bookings; i++)
    {
      query = ds_db_prepare (
          db, "INSERT INTO booking (posting, line, account, amount_fen) VALUES (?, ?, ?, ?)", error);
      if (query == NULL)
        return FALSE;
      ds_db_bind_int (query, 1, posting);
      ds_db_bind_int (query, 2, (gint64)i);
      ds_db_bind_text (query, 3, bookings[i].account);
      ds_db_bind_int (query, 4, bookings[i].amount_fen);
      if (!ds_db_run (db, query, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ds_books_post (DsDb *db,
               const char *key,
               gint64 at_ms,
               const DsBooking *bookings,
               gsize n_bookings,
               gboolean *posted,
               GError **error)
{
  DsQuery *query;
  gboolean row;
  gint64 posting = 0;

  g_return_val_if_fail (db != NULL && key != NULL && bookings != NULL, FALSE);

  if (!check_bookings (key, bookings, n_bookings, error))
    return FALSE;

  query = ds_db_prepare (db, "SELECT id FROM posting WHERE key = ?", error);
  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, key);
  if (!ds_db_step (db, query, &row, error))
    return FALSE;
  if (row)
    posting = ds_db_column_int (query, 0);
  ds_db_reset (query);

  if (posted != NULL)
    *posted = posting == 0;
  if (posting != 0)
    return check_same (db, key, posting, bookings, n_bookings, error);
  return insert_posting (db, key, at_ms, bookings, n_bookings, error);
}

gboolean
ds_books_get_balance (DsDb *db, const char *account, gint64 *balance_fen, GError **error)
{
  DsQuery *query
      = ds_db_prepare (db, "SELECT coalesce (sum (amount_fen), 0) FROM booking WHERE account = ?", error);
  gboolean row;

  if (query == NULL)
    return FALSE;
  ds_db_bind_text (query, 1, account);
  if (!ds_db_step (db, query, &row, error))
    return FALSE;
  *balance_fen = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return TRUE;
}

json_t *
ds_books_to_json (DsDb *db, GError **error)
{
  g_autoptr (json_t) accounts = json_object ();
  DsQuery *query = ds_db_prepare (
      db, "SELECT account, sum (amount_fen) FROM booking GROUP BY account ORDER BY account", error);
  gboolean row = TRUE;
  gint64 sum_fen = 0;

  if (query == NULL)
    return NULL;
  while (row)
    {
      if (!ds_db_step (db, query, &row, error))
        return NULL;
      if (!row)
        break;
      json_object_set_new (accounts, ds_db_column_text (query, 0),
                           json_integer (ds_db_column_int (query, 1)));
      sum_fen += ds_db_column_int (query, 1);
    }
  ds_db_reset (query);

  return json_pack ("{s:O, s:I}", "accounts", accounts, "sum_fen", (json_int_t)sum_fen);
}
