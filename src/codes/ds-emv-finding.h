/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader of EMVCo codes has to say about one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DsEmvVerdict:
 * @DS_EMV_VALID: every rule is kept
 * @DS_EMV_LENIENT: some rule is broken that codes in use do break and that leaves no doubt about what is meant
 * @DS_EMV_INVALID: refuse it
 */
typedef enum
{
  DS_EMV_VALID,
  DS_EMV_LENIENT,
  DS_EMV_INVALID,
} DsEmvVerdict;

/* "valid", "lenient", "invalid"; never translated. */
const char *ds_emv_verdict_to_name (DsEmvVerdict verdict);

/**
 * DsEmvFinding:
 * @path: ids or tags from the root joined by "-" ("62-07"); "" for the code as a whole
 * @rule: a stable name for the rule ("length", "missing", "crc"); a static string
 * @severity: %DS_EMV_LENIENT or %DS_EMV_INVALID
 * @detail: what is wrong, in words
 */
typedef struct
{
  char *path;
  const char *rule;
  DsEmvVerdict severity;
  char *detail;
} DsEmvFinding;

/* Returns: (transfer full) (element-type DsEmvFinding): no findings yet. */
GPtrArray *ds_emv_findings_new (void);

/* Adds one; @rule must be a static string. */
void ds_emv_findings_add (GPtrArray *findings,
                          DsEmvVerdict severity,
                          const char *path,
                          const char *rule,
                          const char *format,
                          ...) G_GNUC_PRINTF (5, 6);

/* The gravest severity among @findings. */
DsEmvVerdict ds_emv_findings_judge (GPtrArray *findings);

/* Returns: (transfer none) (nullable): the first finding as grave as the verdict; what to name in an error. */
const DsEmvFinding *ds_emv_findings_get_gravest (GPtrArray *findings);

/* Returns: (transfer none) (nullable): the finding of @rule at @path. */
const DsEmvFinding *ds_emv_findings_find (GPtrArray *findings, const char *path, const char *rule);

G_END_DECLS
