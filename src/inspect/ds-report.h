/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found out about one code, as JSON and for people. */
#pragma once

#include "ds-emv-finding.h"
#include "ds-json.h"

G_BEGIN_DECLS

/**
 * DsReport:
 *
 * A JSON object: "text", "bytes", "kind", "verdict" ("valid", "lenient", "invalid", or null where there is no rule to judge
 * by), "whose", "qr" {"version","modules","level"} or null, "findings" [{"path","rule","clause","severity","detail"}] and
 * "fields" [{"path","name","value"}]. The members are always all there and never translated; data/inspect-code.md explains
 * them.
 */
typedef json_t DsReport;

/**
 * ds_report_new:
 * @text: (array length=n): the text, or its beginning; what is not UTF-8 in it is replaced
 * @n: how many bytes of it are there
 * @whole_n: how many bytes it has altogether
 * @kind: what it is
 *
 * Returns: (transfer full): a report with nothing found out yet
 */
DsReport *ds_report_new (const char *text, gsize n, gsize whole_n, const char *kind);

void ds_report_set_kind (DsReport *self, const char *kind);

/* The verdict, unless a finding is graver. */
void ds_report_judge (DsReport *self, DsEmvVerdict verdict);

/* Whether the verdict is "invalid". */
gboolean ds_report_is_invalid (DsReport *self);

void ds_report_add_finding (DsReport *self,
                            DsEmvVerdict severity,
                            const char *path,
                            const char *rule,
                            const char *detail);
/* Says which clause of which standard the last finding is about. */
void ds_report_cite (DsReport *self, const char *clause);

void ds_report_add_field (DsReport *self, const char *path, const char *name, const char *value);

/* Returns: (transfer full): lines for people, without control characters from the code. */
char *ds_report_to_text (DsReport *self);

G_END_DECLS
