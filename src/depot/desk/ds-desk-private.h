/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk's own files share. One file a concern: each section below is implemented in the file it names. */
#pragma once

#include "ds-decoder-process.h"
#include "ds-depot-accounts.h"
#include "ds-depot-export.h"
#include "ds-desk-page.h"
#include "ds-desk-session.h"
#include "ds-desk-tries.h"
#include "ds-desk.h"
#include "ds-json.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* RFC 6585, section 4: libsoup has no name for it. */
#define DS_DESK_TOO_MANY_REQUESTS 429

/* Rows of one page of a list. */
#define DS_DESK_ROWS 50

#define DS_DESK_SESSION_COOKIE "__Host-doorstep-desk"
#define DS_DESK_LANGUAGE_COOKIE "__Host-doorstep-desk-language"

/**
 * DsVisit:
 * @path_part: (nullable): what stands for the star in the route's path, unescaped
 * @query: (nullable): of the address
 * @form: (nullable): what was posted
 * @body: what was posted, as it came
 * @account: (nullable): who it is; %NULL while nobody is signed in
 * @session: (nullable): of @account
 * @page: to be written; ds_desk_begin_page() begins it
 * @is_over: the browser has gone: nothing can be answered any more
 *
 * One request being answered.
 */
typedef struct
{
  DsDesk *desk;
  DsDepot *depot;
  SoupServerMessage *message;
  char *path_part;
  GHashTable *query;
  GHashTable *form;
  GBytes *body;
  DsAccount *account;
  DsDeskSession *session;
  DsDeskPage *page;
  gboolean is_over;
} DsVisit;

typedef enum
{
  DS_DESK_FOR_ANYBODY,
  DS_DESK_FOR_READERS, /* whoever is signed in */
  DS_DESK_FOR_SCRIPTS, /* the same, asked for by a page by itself: nobody need be at the desk */
  DS_DESK_FOR_CLERKS,  /* not auditors */
} DsDeskRight;

/**
 * DsDeskRoute:
 * @path: one star stands for one part of the path
 * @right: who may come
 * @max_body_bytes: of what is posted
 * @answer: answers, or has the visit wait (ds_desk_hold()) and answers later
 * @is_file: a browser keeps the answer and stays where it is
 */
typedef struct
{
  const char *method;
  const char *path;
  DsDeskRight right;
  gsize max_body_bytes;
  void (*answer) (DsVisit *visit);
  gboolean is_file;
} DsDeskRoute;

/* ds-desk.c */

/* Returns: (transfer none) (nullable): what reads pictures; %NULL while @max of them wait. ds_desk_end_picture() follows. */
DsDecoderProcess *ds_desk_begin_picture (DsDesk *self, guint max);
void ds_desk_end_picture (DsDesk *self);

/* Returns: (transfer full): a new id, so that what a form asks for twice is done once. */
char *ds_desk_make_id (DsDesk *self);

DsDeskSessions *ds_desk_get_sessions (DsDesk *self);
DsDeskTries *ds_desk_get_tries (DsDesk *self);

/* Keeps the visit for a later answer. Returns: (transfer full): it, to be given back with ds_visit_release(). */
DsVisit *ds_visit_hold (DsVisit *self);
/* Whether there is still somebody to answer. */
gboolean ds_visit_is_awaited (DsVisit *self);
void ds_visit_release (DsVisit *self);

/* ds-desk-visit.c */

/* What every answer carries: no script but ours, no frame around it, nothing kept by a browser or a front. */
void ds_desk_set_headers (SoupServerMessage *message);

/* Returns: (transfer none) (nullable): a value of the query, or of the form that was posted, if it is there as text. */
const char *ds_visit_get_query (DsVisit *self, const char *name);
const char *ds_visit_get_form (DsVisit *self, const char *name);
/* The query's "page", from 1. */
guint ds_visit_get_page_number (DsVisit *self);
/* Whether the person may do more than look. */
gboolean ds_visit_may_act (DsVisit *self);
/* Returns: (transfer full) (nullable) */
char *ds_visit_load_cookie (DsVisit *self, const char *name);
/* @max_age_s: −1 until the browser is closed, 0 takes it away */
void ds_visit_set_cookie (DsVisit *self, const char *name, const char *value, gint max_age_s);
/* From now on the browser is signed in by @session, or (%NULL) not any more. */
void ds_visit_set_session (DsVisit *self, DsDeskSession *session);
void ds_visit_set_language (DsVisit *self, const char *tag);
/* Returns: (transfer full): the browser's address, as a front on this machine says it, for counting tries. */
char *ds_visit_get_origin (DsVisit *self);

/* Each answers the visit. */
void ds_visit_send_page (DsVisit *self, guint status);
void ds_visit_send_bytes (DsVisit *self, guint status, const char *type, GBytes *bytes);
/* A file to be kept: @name is of ASCII letters, digits, dots and hyphens. */
void ds_visit_send_file (DsVisit *self, const char *type, const char *name, GBytes *bytes);
void ds_visit_redirect (DsVisit *self, const char *path);
/* Shows what went wrong, in words, on a page of its own. */
void ds_visit_send_error (DsVisit *self, const GError *error);
void ds_visit_refuse (DsVisit *self, guint status, const char *title, const char *words);
/* The next page says so first. @words: in the page's language */
void ds_visit_set_notice (DsVisit *self, const char *words);

/* Records what the visitor did that changes nothing else; of what does, ds_depot_set_act() records it. */
void ds_visit_note (DsVisit *self, const char *act, const char *subject, const char *detail);

/* ds-desk-frame.c */

/* The page's head with its navigation, up to the beginning of what is its own. */
void ds_desk_begin_page (DsVisit *visit, const char *title);
/* The hidden token of a form that the visitor's own session must send. */
void ds_desk_add_token (DsVisit *visit);

/* Members of what the depot's lists hold. */
const char *ds_desk_text (json_t *object, const char *member);
gint64 ds_desk_number (json_t *object, const char *member);

/* Written by ds_desk_begin_page() and ds_visit_send_page(). */
void ds_desk_add_head (DsVisit *visit, const char *title);
void ds_desk_add_foot (DsVisit *visit);

/* ds-desk-words.c */
const char *ds_desk_word_for_state (DsDeskPage *page, const char *state);
const char *ds_desk_word_for_tender (DsDeskPage *page, const char *tender);
const char *ds_desk_word_for_bucket (DsDeskPage *page, const char *bucket);
const char *ds_desk_word_for_verdict (DsDeskPage *page, const char *verdict);
const char *ds_desk_word_for_case (DsDeskPage *page, const char *kind);
const char *ds_desk_word_for_resolution (DsDeskPage *page, const char *resolution);
const char *ds_desk_word_for_entry (DsDeskPage *page, const char *type);
const char *ds_desk_word_for_act (DsDeskPage *page, const char *act);
/* Returns: (transfer full): a case's detail, with what the depot itself said of it in the page's language. */
char *ds_desk_word_for_detail (DsDeskPage *page, const char *detail);
/* Returns: (transfer full): what an account of the books is, in words. */
char *ds_desk_word_for_account (DsDeskPage *page, const char *account);
/* Words for what a library says, where it has some in the page's language. */
const char *ds_desk_word_for_error (DsDeskPage *page, const GError *error);

/* ds-desk-sign-in.c */

/* Answers a visit of whom nobody knows (any more): the form, and @next comes after it. @problem: (nullable): said first */
void ds_desk_ask_to_sign_in (DsVisit *visit, const char *next, const char *problem);

/* ds-desk-shifts.c */

/* How a shift stands, in a word with its colour's class; @blind: its cash is to be counted by whoever looks. */
void ds_desk_add_standing (DsDeskPage *page, json_t *shift, gboolean blind);

/* ds-desk-cases.c */

/* A table of cases, at most a page of them. */
void ds_desk_add_cases (DsDeskPage *page, const char *caption, json_t *cases);

/* ds-desk-files.c */

DsDepotLanguage ds_desk_get_language (DsVisit *visit);
/* Sends a file, and records that it was saved. @about: what it is of */
void ds_desk_send_file (DsVisit *visit, const char *about, const char *type, const char *name, GBytes *bytes);

/* ds-desk-cash.c */

/* Whether the cash of a shift waits to be counted by this visitor, who must not know yet what it should be. */
gboolean ds_desk_is_blind (DsVisit *visit, json_t *shift);
/* Returns: (transfer full) (nullable): where a count that was posted and not taken stands in its form again; %NULL when the
 * visit brings none. */
char *ds_desk_keep_count (DsVisit *visit);
/* What came of the count, or the way to it, on a shift's page. */
void ds_desk_add_handover (DsVisit *visit, json_t *shift);

/* ds-desk-seal.c */

/* Sends the visitor to the shift whose seal @text is, or says what is wrong with it. */
void ds_desk_follow_seal (DsVisit *visit, const char *text);

/* The pages */
extern const DsDeskRoute ds_desk_sign_in_routes[];
extern const DsDeskRoute ds_desk_shift_routes[];
extern const DsDeskRoute ds_desk_payment_routes[];
extern const DsDeskRoute ds_desk_case_routes[];
extern const DsDeskRoute ds_desk_seal_routes[];
extern const DsDeskRoute ds_desk_cash_routes[];
extern const DsDeskRoute ds_desk_file_routes[];
extern const DsDeskRoute ds_desk_day_routes[];

G_END_DECLS
