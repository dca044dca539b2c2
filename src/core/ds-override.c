/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-override.h"

#include <string.h>

static const char *const names[DS_N_LIMITS] = { "voucher", "wallet", "sum", "count", "age" };

char *
ds_limits_to_text (DsLimits limits)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < DS_N_LIMITS; i++)
    {
      if ((limits & (1u << i)) == 0)
        continue;
      if (text->len > 0)
        g_string_append_c (text, '+');
      g_string_append (text, names[i]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static DsLimits
find_limit (const char *word)
{
  for (guint i = 0; i < DS_N_LIMITS; i++)
    {
      if (strcmp (word, names[i]) == 0 || (word[0] == (char)('1' + i) && word[1] == '\0'))
        return (DsLimits)(1u << i);
    }
  return DS_LIMIT_NONE;
}

gboolean
ds_limits_from_text (const char *text, DsLimits *limits)
{
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (text != NULL, FALSE);

  *limits = DS_LIMIT_NONE;
  words = g_strsplit_set (text, "+,", DS_N_LIMITS + 1);
  for (gsize i = 0; words[i] != NULL; i++)
    {
      DsLimits limit = find_limit (words[i]);

      if (limit == DS_LIMIT_NONE)
        return FALSE;
      *limits |= limit;
    }
  return *limits != DS_LIMIT_NONE;
}

void
ds_override_free (DsOverride *self)
{
  g_free (self->shift_id);
  g_free (self->payment_id);
  g_free (self);
}
