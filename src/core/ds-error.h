/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsError:
 * @DS_ERROR_INVALID: the input breaks a rule of its format; trying again with the same bytes cannot help
 * @DS_ERROR_OVERFLOW: an amount does not fit, or would pass a limit of its type
 * @DS_ERROR_TRANSITION: the payment state machine has no such transition
 * @DS_ERROR_CONFLICT: it contradicts what is already durably recorded
 * @DS_ERROR_NOT_FOUND: nothing is known under that id
 * @DS_ERROR_STATE: not possible in the present state (for example no shift is open)
 * @DS_ERROR_LIMIT: a limit from the settings would be passed; the message says which and what is left
 * @DS_ERROR_FROZEN: the start-up check found damage; collecting is frozen, settling is not
 * @DS_ERROR_READ_ONLY: the database was written by a newer version
 * @DS_ERROR_STORAGE: the disk failed or is full; nothing was acknowledged
 * @DS_ERROR_CRYPTO: a key or a signature could not be made or used
 * @DS_ERROR_NETWORK: no answer came; whether the other side acted is unknown
 * @DS_ERROR_REFUSED: the other side answered and refused for good
 * @DS_ERROR_PROTOCOL: the other side's answer breaks the contract
 * @DS_ERROR_UNAUTHORISED: the token is missing, wrong or expired
 *
 * What a caller branches on. The message is for people: it says what happened and what to do next.
 */
typedef enum
{
  DS_ERROR_INVALID,
  DS_ERROR_OVERFLOW,
  DS_ERROR_TRANSITION,
  DS_ERROR_CONFLICT,
  DS_ERROR_NOT_FOUND,
  DS_ERROR_STATE,
  DS_ERROR_LIMIT,
  DS_ERROR_FROZEN,
  DS_ERROR_READ_ONLY,
  DS_ERROR_STORAGE,
  DS_ERROR_CRYPTO,
  DS_ERROR_NETWORK,
  DS_ERROR_REFUSED,
  DS_ERROR_PROTOCOL,
  DS_ERROR_UNAUTHORISED,
} DsError;

#define DS_ERROR (ds_error_quark ())
GQuark ds_error_quark (void);

G_END_DECLS
