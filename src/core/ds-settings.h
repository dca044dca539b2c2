/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ds-types.h"

#include <jansson.h>

G_BEGIN_DECLS

/* The payee of every depot for practice, and of no other: so its codes, receipts and vouchers can be told. */
#define DS_SETTINGS_PRACTICE_PAYEE "PRACTICE"

/* Three guesses of 10^8 values; a settings item may say otherwise. */
#define DS_SETTINGS_SPOKEN_TRIES 3

/* Long enough for a slow lift, short enough for a handheld that lies on a counter. */
#define DS_SETTINGS_LOCK_AFTER_S 300

#define DS_TYPE_SETTINGS (ds_settings_get_type ())
G_DECLARE_FINAL_TYPE (DsSettings, ds_settings, DS, SETTINGS, GObject)

/**
 * DsSettings:
 *
 * What the depot decides for this handheld: the feed's "settings" item. A snapshot; read-only.
 * Limits of 0 mean "none of it is allowed", never "no limit".
 */
struct _DsSettings
{
  GObject parent;

  gint64 version;
  gboolean is_practice; /* no real money: only a handheld that was opened for practice takes such settings */
  char *depot_name;
  char *courier_id;
  char *courier_name;
  char *payee_id;   /* at most 8 ASCII letters and digits; stands in codes, receipts and vouchers */
  char *payee_name; /* shown to the customer */
  char *payee_city;
  char *payee_mcc;
  gboolean built_codes; /* the handheld may build a collection code itself */

  gint64 voucher_limit_fen;    /* per voucher */
  gint64 wallet_limit_fen;     /* unredeemed vouchers of one wallet */
  gint64 unredeemed_limit_fen; /* all unredeemed vouchers */
  gint64 unredeemed_limit_count;
  gint64 voucher_age_limit_s; /* age of the oldest unredeemed voucher */
  gint64 trust_age_limit_s;   /* age of the operators' list */
  gint64 cash_limit_fen;      /* cash in hand; a warning, since cash must always be taken */
  gint64 spoken_tries;        /* wrong spoken proofs for one payment; DS_SETTINGS_SPOKEN_TRIES unless set */
  gint64 override_fen;        /* vouchers over these limits in one shift, with permission; 0 unless set */

  gint64 live_code_wait_ms;  /* then the carried or built code is offered */
  gint64 unknown_after_ms;   /* no answer: pending becomes unknown */
  gint64 query_every_ms;     /* an unknown payment is asked about again */
  gint64 payer_code_life_ms; /* a scanned payer code is stale afterwards */
  gint64 built_code_life_ms;

  gint64
      lock_after_s; /* without a touch; 0: only when the program starts; DS_SETTINGS_LOCK_AFTER_S unless set */
  gint64 pin_reset_number; /* grows with every PIN for once that the depot gives; 0: none so far */
  char *pin_reset_record;  /* (nullable): what was made of the last one */
};

/**
 * ds_settings_new_from_json:
 * @data: the "data" of a "settings" feed item
 * @error: return location for a %DS_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): the settings
 */
DsSettings *ds_settings_new_from_json (json_t *data, GError **error);

G_END_DECLS
