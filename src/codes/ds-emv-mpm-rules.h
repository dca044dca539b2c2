/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of EMVCo MPM for single objects and for their company; for ds-emv-mpm.c alone. */
#pragma once

#include "ds-emv-mpm.h"

G_BEGIN_DECLS

/* The finding of an object whose ID is reserved for future use. */
#define DS_EMV_MPM_RULE_RESERVED "reserved"

/* Whether the object at @path holds further objects. */
gboolean ds_emv_mpm_is_template (const char *path);

/* Adds a finding for every object that has to be there and is not, or is there without its company. */
void ds_emv_mpm_check_presence (DsEmvMpm *self);

/* Adds a finding for every object whose length, characters or value break a rule. */
void ds_emv_mpm_check_values (DsEmvMpm *self);

G_END_DECLS
