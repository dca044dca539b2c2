/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words on the depot's papers, in the language that the reader asked for: one depot serves readers of both at the same
 * time, which a program's own locale cannot. */
#pragma once

#include "ds-depot-export.h"

G_BEGIN_DECLS

/* Returns: @english in @language; itself where there are no words for it. Any thread. */
const char *ds_depot_word (DsDepotLanguage language, const char *english);

/* Names that the contract gives things: "settled", "cash", "missing" … in words. */
const char *ds_depot_word_for_state (DsDepotLanguage language, const char *state);
const char *ds_depot_word_for_tender (DsDepotLanguage language, const char *tender);
const char *ds_depot_word_for_verdict (DsDepotLanguage language, const char *verdict);

G_END_DECLS
