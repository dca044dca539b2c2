/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-books.h"
#include "ds-error.h"
#include "ds-json.h"

static DsDb *
open_books (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "books.db", NULL);
  g_autoptr (GError) error = NULL;
  DsDb *db;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  db = ds_db_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (ds_books_prepare (db, &error));
  g_assert_no_error (error);
  return db;
}

static void
test_post (void)
{
  g_autoptr (DsDb) db = open_books ();
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) trial = NULL;
  const DsBooking cash[] = { { "cash:0317", 28650 }, { "payable:merchant", -28650 } };
  const DsBooking other[] = { { "cash:0317", 28651 }, { "payable:merchant", -28651 } };
  const DsBooking crooked[] = { { "cash:0317", 100 }, { "payable:merchant", -99 } };
  gboolean posted;
  gint64 balance_fen;

  g_assert_true (ds_books_post (db, "cash:1", 1, cash, 2, &posted, &error));
  g_assert_true (posted);

  /* A repeat changes nothing; the same key for other money is refused. */
  g_assert_true (ds_books_post (db, "cash:1", 2, cash, 2, &posted, &error));
  g_assert_false (posted);
  g_assert_false (ds_books_post (db, "cash:1", 2, other, 2, &posted, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_clear_error (&error);

  g_assert_false (ds_books_post (db, "crooked", 3, crooked, 2, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (ds_books_post (db, "one-sided", 3, cash, 1, NULL, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_true (ds_books_get_balance (db, "cash:0317", &balance_fen, &error));
  g_assert_cmpint (balance_fen, ==, 28650);
  g_assert_true (ds_books_get_balance (db, "nobody", &balance_fen, &error));
  g_assert_cmpint (balance_fen, ==, 0);

  trial = ds_books_to_json (db, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_integer_value (json_object_get (trial, "sum_fen")), ==, 0);
}

static void
test_append_only (void)
{
  g_autoptr (DsDb) db = open_books ();
  g_autoptr (GError) error = NULL;
  const DsBooking suspense[] = { { "clearing:003", 500 }, { "suspense", -500 } };

  g_assert_true (ds_books_post (db, "extra:9", 1, suspense, 2, NULL, &error));
  g_assert_false (ds_db_exec (db, "UPDATE booking SET amount_fen = 1", &error));
  g_clear_error (&error);
  g_assert_false (ds_db_exec (db, "DELETE FROM booking", &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/books/post", test_post);
  g_test_add_func ("/books/append-only", test_append_only);
  return g_test_run ();
}
