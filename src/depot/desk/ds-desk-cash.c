/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ds-desk-private.h"
gboolean
ds_desk_is_blind (DsVisit *visit, json_t *shift)
{
  return FALSE;
}
void
ds_desk_add_handover (DsVisit *visit, json_t *shift)
{
}
const DsDeskRoute ds_desk_cash_routes[] = { { NULL } };
