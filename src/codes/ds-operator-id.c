/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-operator-id.h"

#define DIGITS 3

gboolean
ds_operator_id_to_number (const char *text, guint *number)
{
  guint value = 0;

  if (text == NULL)
    return FALSE;
  for (gsize i = 0; i < DIGITS; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      value = value * 10 + (guint)g_ascii_digit_value (text[i]);
    }
  if (text[DIGITS] != '\0')
    return FALSE;

  if (number != NULL)
    *number = value;
  return TRUE;
}

char *
ds_operator_id_from_number (guint number)
{
  g_return_val_if_fail (number <= DS_OPERATOR_ID_MAX, NULL);

  return g_strdup_printf ("%03u", number);
}
