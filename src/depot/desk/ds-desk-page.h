/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page being written. What is not a constant of the program is escaped. */
#pragma once

#include "ds-desk-catalogue.h"

G_BEGIN_DECLS

typedef enum
{
  DS_DESK_ENGLISH,
  DS_DESK_CHINESE,
  DS_DESK_N_LANGUAGES
} DsDeskLanguage;

const char *ds_desk_language_to_tag (DsDeskLanguage language); /* "en", "zh-CN" */

/**
 * ds_desk_language_choose:
 * @chosen: (nullable): the tag that somebody chose
 * @accepted: (nullable): what the browser accepts, an Accept-Language
 */
DsDeskLanguage ds_desk_language_choose (const char *chosen, const char *accepted);

typedef struct
{
  GString *html;
  DsDeskLanguage language;
  DsDeskCatalogue *catalogue; /* (transfer none) (nullable) */
} DsDeskPage;

DsDeskPage *ds_desk_page_new (DsDeskLanguage language, DsDeskCatalogue *catalogue);
void ds_desk_page_free (DsDeskPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsDeskPage, ds_desk_page_free)

/* Returns: (transfer none): @text in the page's language. */
const char *ds_desk_page_say (DsDeskPage *self, const char *text) G_GNUC_FORMAT (2);

/* Words in the page's language: whoever writes has its page in `page`. */
#define _(text) ds_desk_page_say (page, text)
#define N_(text) text

/* @format: HTML, a constant; what its %s stand for is escaped. */
void ds_desk_page_add (DsDeskPage *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Returns: (transfer full): "¥1,286.50" */
char *ds_desk_format_money (gint64 amount_fen);
/* Returns: (transfer full): "2026-11-30 18:16" in China; "" for 0. */
char *ds_desk_format_time (gint64 at_ms);
/* Returns: (transfer full): for a part of an address. */
char *ds_desk_escape_part (const char *text);

/* A cell with money, and one with a time. */
void ds_desk_page_add_money_cell (DsDeskPage *self, gint64 amount_fen);
void ds_desk_page_add_time (DsDeskPage *self, gint64 at_ms);

/* A table's head. @figures: a bit for each column of figures, the lowest for the first; @...: the columns, then %NULL */
void
ds_desk_page_begin_table (DsDeskPage *self, const char *caption, guint figures, ...) G_GNUC_NULL_TERMINATED;
void ds_desk_page_end_table (DsDeskPage *self);

/* One line of a list of facts. */
void ds_desk_page_add_fact (DsDeskPage *self, const char *name, const char *value);
void ds_desk_page_add_money_fact (DsDeskPage *self, const char *name, gint64 amount_fen);

/**
 * ds_desk_page_add_pager:
 * @path: of the list
 * @query: what else is in its address, escaped, ending with "&", or ""
 * @page_number: from 1
 * @more: whether there is a next one
 */
void ds_desk_page_add_pager (DsDeskPage *self,
                             const char *path,
                             const char *query,
                             guint page_number,
                             gboolean more);

G_END_DECLS
