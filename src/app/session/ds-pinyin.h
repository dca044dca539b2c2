/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chinese text as it is typed in letters, for searching: from ICU's transliterators.
 *
 * A spelling is a text's syllables, one after the other, each behind a blank and without tones; where a character is read
 * in two ways both stand there: " ceng/zeng guo". What is not Chinese is cut into its words: " a3 dong 2". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DsPinyin DsPinyin;

/* Takes a third of a second: for a thread other than the main one. Belongs to one thread at a time. Returns: (nullable):
 * %NULL where ICU has no such data. */
DsPinyin *ds_pinyin_new (void);
void ds_pinyin_free (DsPinyin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsPinyin, ds_pinyin_free)

/* Appends @text, UTF-8, as a spelling. @is_name: its first character is a surname, some of which are read otherwise. */
void ds_pinyin_spell (DsPinyin *self, const char *text, gboolean is_name, GString *spelling);

/**
 * ds_pinyin_matches:
 * @spelling: a spelling
 * @typed: small letters and digits
 *
 * Whether @typed goes through consecutive syllables, wherever they begin, with the beginning of each: "hsf", "hansf" and
 * "hanshifu" all find " han shi fu". Any thread.
 */
gboolean ds_pinyin_matches (const char *spelling, const char *typed);

G_END_DECLS
