/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a clerk decides about differences that are booked: who bears them. */
#include "config.h"

#include "ds-depot-private.h"

#include "ds-error.h"
#include "ds-id.h"

/* Accounts that end with ":" are the courier's or the operator's own. */
typedef struct
{
  const char *kind;
  const char *how;
  const char *resolution;
  const char *from; /* where the difference stands; NULL: @settle knows */
  const char *to;
  gboolean (*settle) (DsDepot *self, const DsOpenCase *open, const char *to, GError **error);
} Decision;

static const Decision decisions[] = {
  { "cash-short", "charge", "charged", "over-short:", "receivable:", NULL },
  { "cash-short", "write-off", "written off", "over-short:", "result:cash", NULL },
  { "cash-over", "credit", "credited", "over-short:", "receivable:", NULL },
  { "cash-over", "keep", "kept", "over-short:", "result:cash", NULL },
  { "cash-late", "charge", "charged", "cash:", "receivable:", NULL },
  { "cash-late", "write-off", "written off", "cash:", "result:cash", NULL },
  { "cash-late-over", "credit", "credited", "cash:", "receivable:", NULL },
  { "cash-late-over", "keep", "kept", "cash:", "result:cash", NULL },
  { "deposit-short", "claim", "claimed", "over-short:bank", "claim:bank", NULL },
  { "deposit-short", "write-off", "written off", "over-short:bank", "result:cash", NULL },
  { "deposit-over", "claim", "owed to the bank", "over-short:bank", "claim:bank", NULL },
  { "deposit-over", "keep", "kept", "over-short:bank", "result:cash", NULL },
  { "daily-missing", "claim", "claimed", NULL, "claim:", ds_depot_settle_daily_case },
  { "daily-missing", "write-off", "written off", NULL, "result:", ds_depot_settle_daily_case },
  { "daily-extra", "claim", "owed to the operator", NULL, "claim:", ds_depot_settle_daily_case },
  { "daily-extra", "write-off", "kept", NULL, "result:", ds_depot_settle_daily_case },
  { "daily-duplicate", "claim", "owed to the operator", NULL, "claim:", ds_depot_settle_daily_case },
  { "daily-duplicate", "write-off", "kept", NULL, "result:", ds_depot_settle_daily_case },
  { "daily-differing", "claim", "claimed", NULL, "claim:", ds_depot_settle_daily_case },
  { "daily-differing", "write-off", "written off", NULL, "result:", ds_depot_settle_daily_case },
  { "payout-late", "claim", "claimed", NULL, "claim:", ds_depot_settle_payout_case },
  { "payout-late", "fee", "a fee", NULL, "fee:", ds_depot_settle_payout_case },
  { "payout-late", "write-off", "written off", NULL, "result:", ds_depot_settle_payout_case },
  { "payout-short", "claim", "claimed", NULL, "claim:", ds_depot_settle_payout_case },
  { "payout-short", "fee", "a fee", NULL, "fee:", ds_depot_settle_payout_case },
  { "payout-short", "write-off", "written off", NULL, "result:", ds_depot_settle_payout_case },
  { "payout-over", "claim", "owed to the operator", NULL, "claim:", ds_depot_settle_payout_case },
  { "payout-over", "keep", "kept", NULL, "result:", ds_depot_settle_payout_case },
  { "payout-duplicate", "claim", "owed to the operator", NULL, "claim:", ds_depot_settle_payout_case },
  { "payout-duplicate", "keep", "kept", NULL, "result:", ds_depot_settle_payout_case },
  { "payout-differing", "correct", "corrected", NULL, "correct", ds_depot_correct_payout },
  { "payout-differing", "keep", "kept", NULL, "keep", ds_depot_correct_payout },
};

static char *
name_account (const char *account, const char *owner)
{
  return g_str_has_suffix (account, ":") ? g_strconcat (account, owner, NULL) : g_strdup (account);
}

static gboolean
is_over (const char *kind)
{
  return g_str_has_suffix (kind, "-over");
}

/* What is short stands in debit and moves on as such; what is over in credit. */
static gboolean
book (DsDepot *self, const DsOpenCase *open, const Decision *decision, GError **error)
{
  g_autofree char *id = ds_id_new (self->clock, self->random);
  g_autofree char *key = g_str_has_prefix (open->kind, "cash-late")
                             ? g_strconcat (DS_DEPOT_LATE_KEY, open->subject, ":", id, NULL)
                             : g_strconcat ("case:", id, NULL);
  g_autofree char *from = name_account (decision->from, open->courier_id);
  g_autofree char *to = name_account (decision->to, open->courier_id);
  gint64 amount_fen = is_over (open->kind) ? -open->amount_fen : open->amount_fen;
  DsPosting posting = { 0 };

  ds_posting_add (&posting, to, amount_fen);
  ds_posting_add (&posting, from, -amount_fen);
  return ds_depot_post (self, key, &posting, error);
}

gboolean
ds_depot_decide_case (DsDepot *self,
                      const DsOpenCase *open,
                      const char *how,
                      const char **resolution,
                      GError **error)
{
  g_autoptr (GString) ways = g_string_new (NULL);

  *resolution = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (decisions); i++)
    {
      const Decision *decision = &decisions[i];

      if (!g_str_equal (decision->kind, open->kind))
        continue;
      g_string_append_printf (ways, "%s“%s”", ways->len > 0 ? " or " : "", decision->how);
      if (g_strcmp0 (decision->how, how) != 0)
        continue;
      *resolution = decision->resolution;
      return decision->from != NULL ? book (self, open, decision, error)
                                    : decision->settle (self, open, decision->to, error);
    }
  if (ways->len == 0)
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "Money differs here: decide %s", ways->str);
  return FALSE;
}
