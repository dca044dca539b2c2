/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes of EMVCo MPM to hold peers against. */
#pragma once

#include "ds-emv-mpm.h"
#include "ds-json.h"

G_BEGIN_DECLS

/**
 * MpmCase:
 * @fields: {path: value} of every object that is no template, the check (63) too
 * @text: the code
 */
typedef struct
{
  json_t *fields;
  char *text;
} MpmCase;

void mpm_case_free (MpmCase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpmCase, mpm_case_free)

/* Returns: (transfer full): any valid code, written by us; its fields are those that were put in. */
MpmCase *mpm_case_draw (void);

/* Returns: (transfer full): @body with its check; its fields are those that we read. */
MpmCase *mpm_case_new_sealed (const char *body);

/* Returns: (transfer full): {path: value} of every object of @code that is no template. */
json_t *mpm_case_list_fields (const DsEmvMpm *code);

G_END_DECLS
