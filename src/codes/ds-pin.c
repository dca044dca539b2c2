/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pin.h"

#include "ds-password.h"

#include <string.h>

gboolean
ds_pin_is_well_formed (const char *text)
{
  return text != NULL && strlen (text) == DS_PIN_DIGITS && strspn (text, "0123456789") == DS_PIN_DIGITS;
}

static gboolean
repeats (const char *pin, gsize period)
{
  for (gsize i = period; i < DS_PIN_DIGITS; i++)
    if (pin[i] != pin[i - period])
      return FALSE;
  return TRUE;
}

static gboolean
steps_by (const char *pin, int step)
{
  for (gsize i = 1; i < DS_PIN_DIGITS; i++)
    if ((pin[i] - pin[i - 1] - step) % 10 != 0)
      return FALSE;
  return TRUE;
}

gboolean
ds_pin_is_easy (const char *pin)
{
  g_return_val_if_fail (ds_pin_is_well_formed (pin), TRUE);

  return repeats (pin, 1) || repeats (pin, 2) || repeats (pin, 3) || steps_by (pin, 1) || steps_by (pin, -1);
}

char *
ds_pin_make_record (const char *pin, GError **error)
{
  g_return_val_if_fail (ds_pin_is_well_formed (pin), NULL);

  return ds_password_make_record (pin, error);
}

gboolean
ds_pin_check (const char *record, const char *pin, gboolean *matches, GError **error)
{
  g_return_val_if_fail (record != NULL, FALSE);
  g_return_val_if_fail (ds_pin_is_well_formed (pin), FALSE);

  return ds_password_check (record, pin, matches, error);
}

gboolean
ds_pin_is_record (const char *text)
{
  return ds_password_is_record (text);
}
