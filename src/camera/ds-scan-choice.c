/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-scan-choice.h"

#include "ds-code-guard.h"

/* What a code would be good for. A waybill's digits can have the form of a payer code: the manifest is asked first. */
static guint
get_uses (const DsSymbol *symbol, DsWaybillFunc is_waybill, gpointer user_data)
{
  DsCodeSighting sighting;

  if (is_waybill != NULL && is_waybill (symbol->text, user_data))
    return DS_SCAN_WAYBILL;
  ds_code_guard_look (symbol->text, &sighting);
  switch ((int)sighting.kind)
    {
    case DS_CODE_PAYER:
      /* A payer code is a bar code as well as a QR code on the same screen: each is good. */
      return DS_SCAN_PAYER;
    case DS_CODE_EVIDENCE:
      return DS_SCAN_EVIDENCE;
    case DS_CODE_ENROLMENT:
      return DS_SCAN_ENROLMENT;
    case DS_CODE_COLLECTION:
      return DS_SCAN_COLLECTION;
    case DS_CODE_WAYBILL_SHAPED:
      return DS_SCAN_WAYBILL;
    default:
      return 0;
    }
}

static gboolean
holds (GPtrArray *texts, const char *text)
{
  return g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL);
}

static void
add (GPtrArray *texts, const DsSymbol *symbol)
{
  if (!holds (texts, symbol->text))
    g_ptr_array_add (texts, g_strdup (symbol->text));
}

GPtrArray *
ds_scan_choose (GPtrArray *symbols, DsScanWanted wanted, DsWaybillFunc is_waybill, gpointer user_data)
{
  g_autoptr (GPtrArray) right = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) squares = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) bars = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < symbols->len; i++)
    {
      const DsSymbol *symbol = g_ptr_array_index (symbols, i);

      if ((get_uses (symbol, is_waybill, user_data) & wanted) != 0)
        add (right, symbol);
      add (symbol->symbology == DS_SYMBOLOGY_QR ? squares : bars, symbol);
    }
  if (right->len > 0)
    return g_steal_pointer (&right);
  return squares->len > 0 ? g_steal_pointer (&squares) : g_steal_pointer (&bars);
}
