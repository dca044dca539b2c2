/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-emv-finding.h"

const char *
ds_emv_verdict_to_name (DsEmvVerdict verdict)
{
  static const char *const names[] = {
    [DS_EMV_VALID] = "valid",
    [DS_EMV_LENIENT] = "lenient",
    [DS_EMV_INVALID] = "invalid",
  };

  g_return_val_if_fail ((gsize)verdict < G_N_ELEMENTS (names), NULL);
  return names[verdict];
}

static void
finding_free (gpointer data)
{
  DsEmvFinding *finding = data;

  g_free (finding->path);
  g_free (finding->detail);
  g_free (finding);
}

GPtrArray *
ds_emv_findings_new (void)
{
  return g_ptr_array_new_with_free_func (finding_free);
}

void
ds_emv_findings_add (GPtrArray *findings,
                     DsEmvVerdict severity,
                     const char *path,
                     const char *rule,
                     const char *format,
                     ...)
{
  DsEmvFinding *finding = g_new (DsEmvFinding, 1);
  va_list args;

  finding->path = g_strdup (path);
  finding->rule = rule;
  finding->severity = severity;
  va_start (args, format);
  finding->detail = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (findings, finding);
}

const DsEmvFinding *
ds_emv_findings_get_gravest (GPtrArray *findings)
{
  const DsEmvFinding *gravest = NULL;

  for (guint i = 0; i < findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (findings, i);

      if (gravest == NULL || finding->severity > gravest->severity)
        gravest = finding;
    }
  return gravest;
}

DsEmvVerdict
ds_emv_findings_judge (GPtrArray *findings)
{
  const DsEmvFinding *gravest = ds_emv_findings_get_gravest (findings);

  return gravest != NULL ? gravest->severity : DS_EMV_VALID;
}

const DsEmvFinding *
ds_emv_findings_find (GPtrArray *findings, const char *path, const char *rule)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (findings, i);

      if (g_str_equal (finding->path, path) && g_str_equal (finding->rule, rule))
        return finding;
    }
  return NULL;
}
