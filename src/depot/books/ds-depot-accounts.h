/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The people who work at the depot's settlement desk: who they are, how they sign in, and what they did. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

/* The shortest password that a clerk may choose, in characters. */
#define DS_ACCOUNT_MIN_PASSWORD 10
/* Longer ones are not looked at, in bytes. */
#define DS_ACCOUNT_MAX_PASSWORD_BYTES 256
/* The longest number, which people sign in with, and the longest name, in bytes. */
#define DS_ACCOUNT_MAX_ID_BYTES 16
#define DS_ACCOUNT_MAX_NAME_BYTES 60

/**
 * DsAccountRole:
 * @DS_ACCOUNT_ROLE_CLERK: counts, resolves, gives back
 * @DS_ACCOUNT_ROLE_AUDITOR: sees everything and changes nothing
 */
typedef enum
{
  DS_ACCOUNT_ROLE_CLERK,
  DS_ACCOUNT_ROLE_AUDITOR,
} DsAccountRole;

const char *ds_account_role_to_name (DsAccountRole role); /* "clerk", "auditor" */
gboolean ds_account_role_from_name (const char *name, DsAccountRole *role);

/**
 * DsAccount:
 * @id: what the person signs in with, and stands under everything that they do
 * @name: as people know them
 * @must_change: the password is the first one, which somebody else has seen
 * @generation: grows with every new password and with removal: an older sign-in is over
 * @n_failures: wrong passwords since the last right one, those that ds_depot_note_failure() was told of
 * @failure_age_ms: how long ago the last of them was
 */
typedef struct
{
  char *id;
  char *name;
  DsAccountRole role;
  gboolean must_change;
  gint64 generation;
  gint64 n_failures;
  gint64 failure_age_ms;
} DsAccount;

void ds_account_free (DsAccount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsAccount, ds_account_free)

/**
 * ds_depot_add_account:
 * @id: 1 to %DS_ACCOUNT_MAX_ID_BYTES ASCII letters, digits or hyphens
 * @name: 1 to %DS_ACCOUNT_MAX_NAME_BYTES bytes
 * @error: %DS_ERROR_CONFLICT when there is one of that number, %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): a password for the first sign-in, at which another is chosen
 */
char *
ds_depot_add_account (DsDepot *self, const char *id, const char *name, DsAccountRole role, GError **error);

/* A new first password, for who forgot theirs; lets in again who was removed. %DS_ERROR_NOT_FOUND. */
char *ds_depot_reset_account (DsDepot *self, const char *id, GError **error);

/* Keeps somebody out. What they did stays under their number. */
gboolean ds_depot_remove_account (DsDepot *self, const char *id, GError **error);

/* Returns: (transfer full) (nullable): [{"account","name","role","must_change","removed_at_ms"}] */
json_t *ds_depot_list_accounts (DsDepot *self, GError **error);

/* @account: (out) (nullable): %NULL when there is none, or not any more. Returns: %FALSE on error. */
gboolean ds_depot_load_account (DsDepot *self, const char *id, DsAccount **account, GError **error);

/* A wrong password was tried. Forgets those before when they are older than @forget_ms. */
gboolean ds_depot_note_failure (DsDepot *self, const char *id, gint64 forget_ms, GError **error);
/* The right one was: forgets the wrong ones. */
gboolean ds_depot_forget_failures (DsDepot *self, const char *id, GError **error);

/* Returns: (transfer full) (nullable): with which the desk marks browsers that it knows; the same for the depot's life. */
char *ds_depot_load_desk_secret (DsDepot *self, GError **error);

/**
 * ds_depot_check_account_async:
 * @password: what was typed
 *
 * Checks a password on a thread of its own. Takes as long for a number that nobody has.
 */
void ds_depot_check_account_async (DsDepot *self,
                                   const char *id,
                                   const char *password,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* Returns: (transfer full) (nullable): who it is; %NULL with %DS_ERROR_REFUSED when number or password is wrong. */
DsAccount *ds_depot_check_account_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * ds_depot_choose_password_async:
 * @old: the password so far
 * @password: another, of %DS_ACCOUNT_MIN_PASSWORD characters or more
 *
 * Makes a password another one. Fails with %DS_ERROR_REFUSED when @old is wrong, %DS_ERROR_INVALID when
 * @password is too short, too long, the same, or has the number in it.
 */
void ds_depot_choose_password_async (DsDepot *self,
                                     const char *id,
                                     const char *old,
                                     const char *password,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* Returns: (transfer full) (nullable): the account as it is now. */
DsAccount *ds_depot_choose_password_finish (DsDepot *self, GAsyncResult *result, GError **error);

/**
 * DsClerkAct:
 * @clerk: who: an account's number
 * @act: "sign-in", "resolve", "refund", "count", "download" …
 * @subject: about what: a case's number, a payment, a shift
 * @detail: in words
 */
typedef struct
{
  const char *clerk;
  const char *act;
  const char *subject;
  const char *detail;
} DsClerkAct;

/**
 * ds_depot_set_act:
 * @act: (nullable): borrowed until the next commit, or until the next call
 *
 * What the next transaction does is this act: both stand in the database or neither. %NULL, after a call that may have
 * failed, for no act.
 */
void ds_depot_set_act (DsDepot *self, const DsClerkAct *act);

/* Notes an act that changes nothing else. */
gboolean ds_depot_note_act (DsDepot *self, const DsClerkAct *act, GError **error);

/**
 * ds_depot_list_acts:
 * @subject: (nullable): of one subject alone
 * @offset, @limit: newest first
 *
 * Returns: (transfer full) (nullable): [{"number","at_ms","clerk","act","subject","detail"}]
 */
json_t *ds_depot_list_acts (DsDepot *self, const char *subject, gint64 offset, gint64 limit, GError **error);

G_END_DECLS
