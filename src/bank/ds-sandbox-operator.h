/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox bank as the depot sees it: one DsOperator for each of its operators. */
#pragma once

#include "ds-bank.h"
#include "ds-operator.h"

G_BEGIN_DECLS

#define DS_TYPE_SANDBOX_OPERATOR (ds_sandbox_operator_get_type ())
G_DECLARE_FINAL_TYPE (DsSandboxOperator, ds_sandbox_operator, DS, SANDBOX_OPERATOR, GObject)

/* The operators of every sandbox bank: "Sandbox Bank A" and "Sandbox Bank B". */
#define DS_SANDBOX_OPERATOR_A "003"
#define DS_SANDBOX_OPERATOR_B "007"

/**
 * ds_sandbox_operator_new:
 * @bank: the bank
 * @operator_id: one of its operators
 *
 * Returns: (transfer full): the operator's face towards a depot
 */
DsOperator *ds_sandbox_operator_new (DsBank *bank, const char *operator_id);

G_END_DECLS
