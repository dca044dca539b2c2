/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day of an account in the shape of ISO 20022 camt.053.001.08 (BankToCustomerStatementV08). */
#include "config.h"

#include "ds-depot-export.h"
#include "ds-depot-private.h"

#include "ds-clock.h"
#include "ds-day.h"
#include "ds-error.h"
#include "ds-money.h"

#include <string.h>

/* The longest texts: of most elements, of an account's number, its name, and additional information. */
#define MAX_TEXT_CHARS 35
#define MAX_ACCOUNT_CHARS 34
#define MAX_NAME_CHARS 70
#define MAX_INFO_CHARS 500

typedef struct
{
  gint64 posting;
  gint64 at_ms;
  char *key;
  gint64 amount_fen;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->key);
  g_free (self);
}

static void
append_element (GString *xml, const char *name, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (xml, "<%s>%s</%s>\n", name, escaped, name);
}

static void
append_short (GString *xml, const char *name, const char *text, glong max_chars)
{
  g_autofree char *cut = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), max_chars));

  append_element (xml, name, cut);
}

static void
append_time (GString *xml, const char *name, gint64 at_ms)
{
  char text[DS_RFC3339_SIZE];

  append_element (xml, name, ds_clock_format_rfc3339 (at_ms, text));
}

/* Amounts have no sign there, but a direction. */
static void
append_amount (GString *xml, gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (xml, "<Amt Ccy=\"CNY\">%s</Amt>\n<CdtDbtInd>%s</CdtDbtInd>\n",
                          ds_money_format (ABS (amount_fen), text), amount_fen < 0 ? "DBIT" : "CRDT");
}

static void
append_balance (GString *xml, const char *code, gint64 balance_fen, const char *day)
{
  g_string_append_printf (xml, "<Bal>\n<Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>\n", code);
  append_amount (xml, balance_fen);
  g_string_append_printf (xml, "<Dt><Dt>%s</Dt></Dt>\n</Bal>\n", day);
}

static void
append_totals (GString *xml, const char *name, guint n, gint64 sum_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  g_string_append_printf (xml, "<%s><NbOfNtries>%u</NbOfNtries><Sum>%s</Sum></%s>\n", name, n,
                          ds_money_format (sum_fen, text), name);
}

static void
append_summary (GString *xml, GPtrArray *entries)
{
  guint n_in = 0;
  gint64 in_fen = 0;
  gint64 out_fen = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);

      n_in += entry->amount_fen > 0;
      in_fen += MAX (entry->amount_fen, 0);
      out_fen += MAX (-entry->amount_fen, 0);
    }
  g_string_append (xml, "<TxsSummry>\n");
  append_totals (xml, "TtlCdtNtries", n_in, in_fen);
  append_totals (xml, "TtlDbtNtries", entries->len - n_in, out_fen);
  g_string_append (xml, "</TxsSummry>\n");
}

/* Returns: (transfer full) (nullable): the payment's UUID without hyphens, since a reference has 35 characters, or the
 * bank's number of a transfer. */
static char *
find_reference (const char *key)
{
  static const char *const transfers[] = { "payout", "fee", "collection", NULL };
  g_auto (GStrv) parts = g_strsplit (key, ":", 3);
  g_auto (GStrv) groups = NULL;

  if (parts[0] == NULL || parts[1] == NULL)
    return NULL;
  if (parts[2] != NULL && g_strv_contains (transfers, parts[0]))
    return g_strndup (parts[2], MAX_TEXT_CHARS);
  groups = g_strsplit (parts[1], "-", -1);
  return g_strv_length (groups) == 5 ? g_strjoinv ("", groups) : NULL;
}

static void
append_entry (GString *xml, const Entry *entry)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, entry->posting);
  g_autofree char *reference = find_reference (entry->key);
  g_autofree char *kind = g_strndup (entry->key, strcspn (entry->key, ":"));
  char day[DS_DAY_SIZE];

  g_string_append (xml, "<Ntry>\n");
  append_element (xml, "NtryRef", number);
  append_amount (xml, entry->amount_fen);
  g_string_append (xml, "<Sts><Cd>BOOK</Cd></Sts>\n<BookgDt>");
  append_time (xml, "DtTm", entry->at_ms);
  g_string_append_printf (xml, "</BookgDt>\n<ValDt><Dt>%s</Dt></ValDt>\n<BkTxCd><Prtry>",
                          ds_day_format (entry->at_ms, day));
  append_short (xml, "Cd", kind, MAX_TEXT_CHARS);
  g_string_append (xml, "<Issr>Doorstep</Issr></Prtry></BkTxCd>\n");
  if (reference != NULL)
    {
      g_string_append (xml, "<NtryDtls><TxDtls><Refs>");
      append_element (xml, "EndToEndId", reference);
      g_string_append (xml, "</Refs></TxDtls></NtryDtls>\n");
    }
  append_short (xml, "AddtlNtryInf", entry->key, MAX_INFO_CHARS);
  g_string_append (xml, "</Ntry>\n");
}

/* What the books have of it */

static gboolean
load_entries (DsDepot *self, const char *account, gint64 from_ms, GPtrArray *entries, GError **error)
{
  DsQuery *query = ds_depot_sql_query (self->db, error,
                                       "SELECT posting.id, at_ms, key, sum (amount_fen) FROM posting"
                                       " CROSS JOIN booking ON posting = posting.id"
                                       " WHERE at_ms >= ? AND at_ms < ? AND +account = ?"
                                       " GROUP BY posting.id ORDER BY posting.id",
                                       "iis", from_ms, from_ms + DS_DAY_MS, account);
  gboolean row;

  while (query != NULL)
    {
      Entry *entry;

      if (!ds_db_step (self->db, query, &row, error))
        return FALSE;
      if (!row)
        {
          ds_db_reset (query);
          return TRUE;
        }
      entry = g_new0 (Entry, 1);
      g_ptr_array_add (entries, entry);
      entry->posting = ds_db_column_int (query, 0);
      entry->at_ms = ds_db_column_int (query, 1);
      entry->key = g_strdup (ds_db_column_text (query, 2));
      entry->amount_fen = ds_db_column_int (query, 3);
    }
  return FALSE;
}

static gboolean
check_account (DsDepot *self, const char *account, GError **error)
{
  gint64 n_known;

  if (!ds_depot_sql_get_int (self->db, &n_known, 0, error,
                             "SELECT EXISTS (SELECT 1 FROM booking WHERE account = ?)", "s", account))
    return FALSE;
  if (n_known != 0 && g_utf8_strlen (account, -1) <= MAX_ACCOUNT_CHARS)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_NOT_FOUND,
               "Nothing was ever booked on an account “%.40s”: books lists them", account);
  return FALSE;
}

static gboolean
load_opening (DsDepot *self, const char *account, gint64 from_ms, gint64 *opening_fen, GError **error)
{
  g_autoptr (json_t) accounts = ds_depot_load_balances (self, from_ms, error);

  *opening_fen = json_integer_value (json_object_get (accounts, account));
  return accounts != NULL;
}

static void
append_head (GString *xml, DsDepot *self, const char *account, const char *day, gint64 from_ms)
{
  gint64 now_ms = ds_depot_now_ms (self);
  g_autofree char *digest = ds_sm3_hex (account, strlen (account));
  /* 35 characters have room for no account's name, but for what tells one from another. */
  g_autofree char *id = g_strdup_printf ("%s-%.16s", day, digest);

  g_string_append (xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n"
                        "<BkToCstmrStmt>\n<GrpHdr>\n");
  append_element (xml, "MsgId", id);
  append_time (xml, "CreDtTm", now_ms);
  g_string_append (xml, "</GrpHdr>\n<Stmt>\n");
  append_element (xml, "Id", id);
  append_time (xml, "CreDtTm", now_ms);
  g_string_append (xml, "<FrToDt>\n");
  append_time (xml, "FrDtTm", from_ms);
  append_time (xml, "ToDtTm", from_ms + DS_DAY_MS - 1);
  g_string_append (xml, "</FrToDt>\n<Acct>\n<Id><Othr>");
  append_element (xml, "Id", account);
  g_string_append (xml, "</Othr></Id>\n<Ccy>CNY</Ccy>\n");
  append_short (xml, "Nm", ds_depot_get_practice (self) ? "练习 Practice" : ds_depot_get_payee_name (self),
                MAX_NAME_CHARS);
  g_string_append (xml, "</Acct>\n");
}

GBytes *
ds_depot_export_camt (DsDepot *self, const char *account, const char *day, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  GString *xml;
  gint64 from_ms, balance_fen;

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL, NULL);
  g_return_val_if_fail (account != NULL && day != NULL, NULL);

  if (!ds_day_parse (day, &from_ms, error) || !check_account (self, account, error)
      || !load_opening (self, account, from_ms, &balance_fen, error)
      || !load_entries (self, account, from_ms, entries, error))
    return NULL;
  xml = g_string_new (NULL);
  append_head (xml, self, account, day, from_ms);
  append_balance (xml, "OPBD", balance_fen, day);
  for (guint i = 0; i < entries->len; i++)
    balance_fen += ((const Entry *)g_ptr_array_index (entries, i))->amount_fen;
  append_balance (xml, "CLBD", balance_fen, day);
  append_summary (xml, entries);
  for (guint i = 0; i < entries->len; i++)
    append_entry (xml, g_ptr_array_index (entries, i));
  g_string_append (xml, "</Stmt>\n</BkToCstmrStmt>\n</Document>\n");
  return g_string_free_to_bytes (xml);
}
