/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the depot knows, page by page, for people: no list is longer than what was asked for. */
#pragma once

#include "ds-depot.h"

G_BEGIN_DECLS

typedef enum
{
  DS_SHIFT_STANDING_ANY,
  DS_SHIFT_STANDING_ON_ROAD, /* not closed */
  DS_SHIFT_STANDING_WAITS,   /* closed, and its cash waits to be counted by a clerk */
  DS_SHIFT_STANDING_DIFFERS, /* by its last statement */
  DS_SHIFT_STANDING_BALANCED,
} DsShiftStanding;

/**
 * DsShiftFilter:
 * @courier_id: (nullable): of one courier alone
 * @words: (nullable): the beginning of a courier's number, or a part of a name
 * @day: (nullable): of one accounting day, "YYYY-MM-DD"
 *
 * Which shifts are wanted: those for which all of it is so.
 */
typedef struct
{
  const char *courier_id;
  const char *words;
  const char *day;
  DsShiftStanding standing;
} DsShiftFilter;

/**
 * ds_depot_list_shifts:
 * @offset, @limit: the newest first
 *
 * Returns: (transfer full) (nullable): [{"shift","courier","name","device","accounting_date","float_fen","opened_at_ms",
 *   "closed_at_ms","counted_fen","version","balanced","difference_fen","seen_at_ms","open_cases","handed_over","waits",
 *   "totals":[{"bucket","count","amount_fen","refunded_fen"}]}]; "balanced" and "difference_fen" are null before there is a
 *   statement; "waits": a clerk has yet to count its cash
 */
json_t *ds_depot_list_shifts (DsDepot *self,
                              const DsShiftFilter *filter,
                              gint64 offset,
                              gint64 limit,
                              GError **error);

/* The same of one shift, with "jws", its statement (or null). Returns: (transfer full) (nullable): %NULL with
 * %DS_ERROR_NOT_FOUND when there is none. */
json_t *ds_depot_describe_shift (DsDepot *self, const char *shift_id, GError **error);

/**
 * ds_depot_list_payments:
 * @bucket: (nullable): one of those of "totals": "digital", "cash", "accepted", "uncertain", "rejected", "ended"
 *
 * Returns: (transfer full) (nullable): [{"payment","tender","state","amount_fen","refunded_fen","suspense_fen",
 *   "operator","operator_ref","stop","place","parcels","created_at_ms","bucket"}], in the order of their making
 */
json_t *ds_depot_list_payments (DsDepot *self,
                                const char *shift_id,
                                const char *bucket,
                                gint64 offset,
                                gint64 limit,
                                GError **error);

/* The same of one payment with "courier", "name", "device", "shift", "reason", "booked_fen", "red_packet_fen",
 * "tendered_fen", "change_fen", "entries":[{"seq","type","at_ms","refused"}] and "refunds":[{"refund","amount_fen",
 * "reason","outcome","by_clerk"}]. Returns: (transfer full) (nullable): %NULL with %DS_ERROR_NOT_FOUND when there is none. */
json_t *ds_depot_describe_payment (DsDepot *self, const char *payment_id, GError **error);

/* Returns: (transfer full) (nullable): the ids of the payments (at most 50) for the stop of a waybill, or of a bank's
 * number: ["…"], the newest first */
json_t *ds_depot_find_payments (DsDepot *self, const char *waybill_or_ref, GError **error);

/* Returns: (transfer full) (nullable): [{"courier","name","handhelds","last_shift","open_cases"}], by number */
json_t *ds_depot_list_couriers (DsDepot *self, gint64 offset, gint64 limit, GError **error);

/**
 * DsCaseFilter:
 * @subject: (nullable): about one thing alone, open or not
 * @day: (nullable): of one accounting day alone, open or not
 * @courier_id: (nullable): the open ones of one courier
 * @closed_too: without any of them: the newest of all, in place of the oldest open ones
 */
typedef struct
{
  const char *subject;
  const char *day;
  const char *courier_id;
  gboolean closed_too;
} DsCaseFilter;

/* As ds_depot_list_cases(), those that are wanted, page by page. */
json_t *
ds_depot_page_cases (DsDepot *self, const DsCaseFilter *filter, gint64 offset, gint64 limit, GError **error);

/* Returns: (transfer full) (nullable): one case, open or closed, with "is_money"; %DS_ERROR_NOT_FOUND. */
json_t *ds_depot_describe_case (DsDepot *self, gint64 number, GError **error);

/* A number that is another one once anything in the database has changed. */
gint64 ds_depot_get_change_count (DsDepot *self);

G_END_DECLS
