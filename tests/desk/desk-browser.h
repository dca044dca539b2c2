/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A browser before the settlement desk, over real HTTPS: it keeps cookies, follows nothing by itself, and asserts what every
 * answer must carry. */
#pragma once

#include "desk-fixture.h"

G_BEGIN_DECLS

typedef struct
{
  DeskFixture *fixture;
  GHashTable *cookies; /* (element-type utf8 utf8) */
  const char *language;
  const char *address; /* (nullable): as a front on this machine says it */
  guint status;
  char *text;     /* of the last answer */
  char *location; /* (nullable) */
  SoupMessageHeaders *headers;
} Browser;

Browser browser_open (DeskFixture *fixture);
void browser_clear (Browser *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Browser, browser_clear)

/* Returns: (transfer full): a request to be sent with browser_send_message(). */
SoupMessage *browser_make_message (Browser *self, const char *method, const char *path);
void browser_send_message (Browser *self, SoupMessage *message);
void browser_load_page (Browser *self, const char *path);

/* Returns: (transfer full): the hidden value of that name in the page that was loaded last. */
char *browser_find_hidden (Browser *self, const char *name);

/* @...: names and values of what is typed, then %NULL. The token is the last page's, where it has one. */
void browser_send_form (Browser *self, const char *path, ...) G_GNUC_NULL_TERMINATED;

void browser_sign_in_with (Browser *self, const char *id, const char *password);
/* Employs somebody, who signs in and sees the shifts. */
void browser_sign_in (Browser *self, const char *id, const char *role);

#define assert_has(browser, part) g_assert_nonnull (strstr ((browser)->text, part))
#define assert_lacks(browser, part) g_assert_null (strstr ((browser)->text, part))

G_END_DECLS
