/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The morning's work in words, for whoever reads the mail or the journal of a timer. */
#pragma once

#include <jansson.h>

/* When all is closed, and cases wait for a person: no failure, and nothing that trying again mends. */
#define DS_MORNING_STATUS_CASES 2

/* Prints what ds_depot_morning_finish() gave. Returns: the status to exit with: 1 when a day could not be closed. */
int ds_morning_report_print (json_t *answer);
