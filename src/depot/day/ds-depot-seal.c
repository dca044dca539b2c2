/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-seal.h"

#include "ds-depot-private.h"
#include "ds-encoding.h"

gboolean
ds_depot_check_seal (DsDepot *self, const DsShiftSeal *seal, DsSealFinding *finding, GError **error)
{
  g_autoptr (DsDevice) device = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autofree char *held = NULL;
  g_autofree char *sealed = ds_hex_encode (seal->head_sm3, sizeof seal->head_sm3);

  g_return_val_if_fail (DS_IS_DEPOT (self) && self->db != NULL && seal != NULL, FALSE);

  *finding = DS_SEAL_IS_FORGED;
  if (!ds_depot_load_device (self, seal->device_id, &device, error))
    return FALSE;
  if (device == NULL)
    return TRUE;
  key = ds_device_load_key (device, error);
  if (key == NULL)
    return FALSE;
  if (!ds_shift_seal_verify (seal, key))
    return TRUE;
  if (!ds_depot_sql_get_text (self->db, &held, error, "SELECT hash FROM entry WHERE device = ? AND seq = ?",
                              "si", seal->device_id, seal->head_seq))
    return FALSE;
  if (held == NULL)
    *finding = DS_SEAL_IS_AHEAD;
  else if (g_str_equal (held, sealed))
    *finding = DS_SEAL_HOLDS;
  return TRUE;
}
