/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in and out, passwords, the language, and the record of what clerks did. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-key.h"

#include <string.h>

#define FORM_COOKIE "__Host-doorstep-desk-form"
#define MAX_FORM_BYTES 4096
/* What marks a browser for a number: a part of the name of its cookie. */
#define BROWSER_COOKIE "__Host-doorstep-desk-known-"
/* As long as browsers keep any. */
#define BROWSER_COOKIE_S (400 * 24 * 3600)

/* Who tries */

/* A try with what it is told by; see ds-desk-tries.h. */
typedef struct
{
  DsDeskTry who;
  char *number;
  char *network;
  char *browser; /* (nullable) */
} Try;

static void
try_clear (Try *self)
{
  g_free (self->number);
  g_free (self->network);
  g_free (self->browser);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Try, try_clear)

/* Returns: (transfer full) (nullable): what only this depot can say of a browser and a number. */
static char *
make_mark (DsVisit *visit, const char *id, const char *nonce)
{
  g_autofree char *secret = ds_depot_load_desk_secret (visit->depot, NULL);
  g_autofree char *text = g_strdup_printf ("doorstep-desk-browser-1\n%s\n%s", id, nonce);
  guint8 mac[DS_SM3_SIZE];

  if (secret == NULL)
    return NULL;
  ds_hmac_sm3 ((const guint8 *)secret, strlen (secret), text, strlen (text), mac);
  return ds_base64url_encode (mac, sizeof mac);
}

/* Returns: (transfer full) (nullable): which of the browsers it is in which @id was signed in to. */
static char *
find_browser (DsVisit *visit, const char *id)
{
  g_autofree char *name = g_strconcat (BROWSER_COOKIE, id, NULL);
  g_autofree char *cookie = ds_visit_load_cookie (visit, name);
  g_auto (GStrv) parts = g_strsplit (cookie != NULL ? cookie : "", ".", 2);
  g_autofree char *mark = NULL;

  if (parts[0] == NULL || parts[1] == NULL)
    return NULL;
  mark = make_mark (visit, id, parts[0]);
  return ds_desk_secrets_match (mark, parts[1]) ? g_strdup (parts[0]) : NULL;
}

/* From now on the browser is known for @id; nobody else learns of it. */
static void
mark_browser (DsVisit *visit, const char *id)
{
  g_autofree char *name = g_strconcat (BROWSER_COOKIE, id, NULL);
  g_autofree char *nonce = ds_desk_sessions_make_secret (ds_desk_get_sessions (visit->desk));
  g_autofree char *mark = make_mark (visit, id, nonce);
  g_autofree char *value = mark != NULL ? g_strconcat (nonce, ".", mark, NULL) : NULL;

  if (value != NULL)
    ds_visit_set_cookie (visit, name, value, BROWSER_COOKIE_S);
}

/* @id: as it was typed. Looks anew each time: others try meanwhile. */
static Try
find_try (DsVisit *visit, const char *id)
{
  g_autofree char *origin = ds_visit_get_origin (visit);
  g_autoptr (DsAccount) account = NULL;
  Try self = { .number = g_strndup (id, DS_ACCOUNT_MAX_ID_BYTES + 1),
               .network = ds_desk_tries_name_network (origin) };

  ds_depot_load_account (visit->depot, self.number, &account, NULL);
  if (account != NULL)
    self.browser = find_browser (visit, self.number);
  self.who = (DsDeskTry){ .number = self.number,
                          .network = self.network,
                          .browser = self.browser,
                          .n_known = account != NULL ? account->n_failures : -1,
                          .known_age_ms = account != NULL ? account->failure_age_ms : 0 };
  return self;
}

/* A password being checked. Made once ds_desk_tries_begin_check() has let it. */
typedef struct
{
  DsVisit *visit;
  char *id;
} Check;

static void
check_free (Check *self)
{
  if (self->visit->desk != NULL)
    ds_desk_tries_end_check (ds_desk_get_tries (self->visit->desk));
  ds_visit_release (self->visit);
  g_free (self->id);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Check, check_free)

static Check *
check_new (DsVisit *visit, const char *id)
{
  Check *self = g_new0 (Check, 1);

  self->visit = ds_visit_hold (visit);
  self->id = g_strdup (id);
  return self;
}

/* The form */

#define MAX_NEXT_BYTES 2000

/* Returns: (nullable): where to go after the sign-in: a page of the desk, never another site's. */
static const char *
get_next (DsVisit *visit)
{
  const char *next = ds_visit_get_form (visit, "next");

  if (next == NULL)
    next = ds_visit_get_query (visit, "next");
  if (next == NULL || !g_str_has_prefix (next, "/desk/") || strlen (next) > MAX_NEXT_BYTES)
    return NULL;
  for (const char *at = next; *at != '\0'; at++)
    {
      if (!g_ascii_isgraph (*at) || *at == '\\')
        return NULL;
    }
  return next;
}

static void
send_form_to (DsVisit *visit, guint status, const char *problem, const char *next)
{
  DsDeskPage *page = visit->page;
  DsDeskSessions *sessions = ds_desk_get_sessions (visit->desk);
  g_autofree char *cookie = ds_desk_sessions_make_secret (sessions);
  g_autofree char *token = ds_desk_sessions_make_form_token (sessions, cookie);
  const char *typed = ds_visit_get_form (visit, "account");

  ds_visit_set_cookie (visit, FORM_COOKIE, cookie, -1);
  ds_desk_begin_page (visit, _ ("Sign in"));
  if (problem != NULL)
    ds_desk_page_add (page, "<p class=\"problem\" role=\"alert\" id=\"problem\">%s</p>", problem);
  ds_desk_page_add (page,
                    "<form class=\"card narrow\" action=\"/desk/sign-in\" method=\"post\">"
                    "<input type=\"hidden\" name=\"csrf\" value=\"%s\">"
                    "<input type=\"hidden\" name=\"next\" value=\"%s\">"
                    "<p><label for=\"account\">%s</label><input id=\"account\" name=\"account\" value=\"%s\""
                    " autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"%d\""
                    " required autofocus></p>"
                    "<p><label for=\"password\">%s</label><input id=\"password\" name=\"password\""
                    " type=\"password\" autocomplete=\"current-password\" maxlength=\"%d\" required></p>"
                    "<p><button class=\"main\">%s</button></p></form>",
                    token, next != NULL ? next : "", _ ("Your number"), typed != NULL ? typed : "",
                    DS_ACCOUNT_MAX_ID_BYTES, _ ("Password"), DS_ACCOUNT_MAX_PASSWORD_BYTES, _ ("Sign in"));
  ds_visit_send_page (visit, status);
}

static void
send_form (DsVisit *visit, guint status, const char *problem)
{
  send_form_to (visit, status, problem, get_next (visit));
}

void
ds_desk_ask_to_sign_in (DsVisit *visit, const char *next, const char *problem)
{
  g_autofree char *part = ds_desk_escape_part (next);
  g_autofree char *path = g_strconcat ("/desk/sign-in?next=", part, NULL);

  if (problem != NULL)
    send_form_to (visit, SOUP_STATUS_UNAUTHORIZED, problem, next);
  else
    ds_visit_redirect (visit, g_str_equal (next, "/desk/") ? "/desk/sign-in" : path);
}

static void
answer_form (DsVisit *visit)
{
  if (visit->account != NULL)
    ds_visit_redirect (visit, get_next (visit) != NULL ? get_next (visit) : "/desk/");
  else
    send_form (visit, SOUP_STATUS_OK, NULL);
}

static gboolean
has_form_token (DsVisit *visit)
{
  g_autofree char *cookie = ds_visit_load_cookie (visit, FORM_COOKIE);
  g_autofree char *token
      = cookie != NULL ? ds_desk_sessions_make_form_token (ds_desk_get_sessions (visit->desk), cookie) : NULL;

  return ds_desk_secrets_match (token, ds_visit_get_form (visit, "csrf"));
}

/* @known: in a browser that is known */
static void
send_wait (DsVisit *visit, guint wait_s, gboolean known)
{
  DsDeskPage *page = visit->page;
  g_autofree char *seconds = g_strdup_printf ("%u", wait_s);
  g_autofree char *words = g_strdup_printf (
      known ? _ ("Too many tries. Try again in %s seconds.")
            : _ ("Too many tries. Try again in %s seconds, or sign in where you have signed in before."),
      seconds);

  soup_message_headers_replace (soup_server_message_get_response_headers (visit->message), "Retry-After",
                                seconds);
  send_form (visit, DS_DESK_TOO_MANY_REQUESTS, words);
}

static void
note_about (DsVisit *visit, const char *account, const char *act)
{
  g_autofree char *origin = ds_visit_get_origin (visit);

  ds_depot_note_act (visit->depot,
                     &(DsClerkAct){ .clerk = account, .act = act, .subject = account, .detail = origin },
                     NULL);
}

static void
begin_session (DsVisit *visit, DsAccount *account)
{
  DsDeskSessions *sessions = ds_desk_get_sessions (visit->desk);

  ds_visit_set_session (visit, ds_desk_sessions_begin (sessions, account->id, account->generation));
}

/* It was wrong. Nobody's name goes into the record unless it is one. */
static void
note_failure (DsVisit *visit, const char *id)
{
  g_auto (Try) found = find_try (visit, id);
  DsDeskTries *tries = ds_desk_get_tries (visit->desk);

  if (found.browser == NULL && found.who.n_known >= 0)
    {
      ds_depot_note_failure (visit->depot, found.number, DS_DESK_TRIES_FORGET_MS, NULL);
      found.who.n_known++;
      found.who.known_age_ms = 0;
    }
  ds_desk_tries_note_failure (tries, &found.who);
  if (found.who.n_known >= 0 && ds_desk_tries_get_wait_s (tries, &found.who) > 0)
    note_about (visit, found.number, "locked-out");
}

static void
note_success (DsVisit *visit, const char *id)
{
  g_auto (Try) found = find_try (visit, id);

  ds_desk_tries_note_success (ds_desk_get_tries (visit->desk), &found.who);
  if (found.who.n_known > 0)
    ds_depot_forget_failures (visit->depot, found.number, NULL);
}

static void
refuse (DsVisit *visit, const char *id, const GError *error)
{
  DsDeskPage *page = visit->page;

  if (!g_error_matches (error, DS_ERROR, DS_ERROR_REFUSED))
    {
      send_form (visit, SOUP_STATUS_SERVICE_UNAVAILABLE, ds_desk_word_for_error (page, error));
      return;
    }
  note_failure (visit, id);
  send_form (visit, SOUP_STATUS_FORBIDDEN, _ ("The number or the password is wrong."));
}

static void
did_check (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAccount) account = ds_depot_check_account_finish (DS_DEPOT (source), result, &error);
  DsVisit *visit = check->visit;

  /* Whoever goes away before the answer has tried all the same. */
  if (!ds_visit_is_awaited (visit))
    {
      if (visit->desk != NULL && g_error_matches (error, DS_ERROR, DS_ERROR_REFUSED))
        note_failure (visit, check->id);
      return;
    }
  if (account == NULL)
    {
      refuse (visit, check->id, error);
      return;
    }
  note_success (visit, account->id);
  begin_session (visit, account);
  mark_browser (visit, account->id);
  ds_visit_set_cookie (visit, FORM_COOKIE, "", 0);
  note_about (visit, account->id, "sign-in");
  ds_visit_redirect (visit, account->must_change       ? "/desk/password"
                            : get_next (visit) != NULL ? get_next (visit)
                                                       : "/desk/");
}

static void
answer_sign_in (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  DsDeskTries *tries = ds_desk_get_tries (visit->desk);
  const char *id = ds_visit_get_form (visit, "account");
  const char *password = ds_visit_get_form (visit, "password");
  g_auto (Try) found = find_try (visit, id != NULL ? id : "");
  guint wait_s = ds_desk_tries_get_wait_s (tries, &found.who);

  if (id == NULL || password == NULL || !has_form_token (visit))
    send_form (visit, SOUP_STATUS_FORBIDDEN, _ ("Type your number and your password here."));
  else if (wait_s > 0)
    send_wait (visit, wait_s, found.browser != NULL);
  else if (!ds_desk_tries_begin_check (tries, found.browser != NULL))
    send_wait (visit, 2, TRUE);
  else
    ds_depot_check_account_async (visit->depot, id, password, did_check, check_new (visit, id));
}

static void
answer_sign_out (DsVisit *visit)
{
  note_about (visit, visit->account->id, "sign-out");
  ds_desk_sessions_end (ds_desk_get_sessions (visit->desk), visit->session);
  ds_visit_set_session (visit, NULL);
  ds_visit_redirect (visit, "/desk/sign-in");
}

/* Passwords */

static void
add_password (DsDeskPage *page, const char *name, const char *label, const char *kind, const char *hint)
{
  ds_desk_page_add (page,
                    "<p><label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" type=\"password\""
                    " autocomplete=\"%s\" maxlength=\"%d\" required aria-describedby=\"%s-hint\">"
                    "<span class=\"hint\" id=\"%s-hint\">%s</span></p>",
                    name, label, name, name, kind, DS_ACCOUNT_MAX_PASSWORD_BYTES, name, name, hint);
}

static void
send_password_form (DsVisit *visit, guint status, const char *problem)
{
  DsDeskPage *page = visit->page;
  g_autofree char *hint
      = g_strdup_printf (_ ("At least %d characters, and not your number. Some words that only you would put "
                            "together are good."),
                         DS_ACCOUNT_MIN_PASSWORD);

  ds_desk_begin_page (visit, _ ("Choose a password"));
  if (problem != NULL)
    ds_desk_page_add (page, "<p class=\"problem\" role=\"alert\">%s</p>", problem);
  else if (visit->account->must_change)
    ds_desk_page_add (page, "<p class=\"notice\">%s</p>",
                      _ ("Your first password was made by somebody else. Choose one that only you know."));
  ds_desk_page_add (page, "<form class=\"card narrow\" action=\"/desk/password\" method=\"post\">");
  ds_desk_add_token (visit);
  add_password (page, "old", _ ("Password so far"), "current-password", "");
  add_password (page, "new", _ ("New password"), "new-password", hint);
  add_password (page, "again", _ ("New password, once more"), "new-password", "");
  ds_desk_page_add (page, "<p><button class=\"main\">%s</button></p></form>", _ ("Choose"));
  ds_visit_send_page (visit, status);
}

static void
answer_password_form (DsVisit *visit)
{
  send_password_form (visit, SOUP_STATUS_OK, NULL);
}

static void
did_choose (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsAccount) account = ds_depot_choose_password_finish (DS_DEPOT (source), result, &error);
  DsVisit *visit = check->visit;
  DsDeskPage *page = visit->page;

  if (!ds_visit_is_awaited (visit))
    return;
  if (account == NULL)
    {
      if (g_error_matches (error, DS_ERROR, DS_ERROR_REFUSED))
        note_failure (visit, check->id);
      send_password_form (visit, SOUP_STATUS_FORBIDDEN,
                          g_error_matches (error, DS_ERROR, DS_ERROR_INVALID)
                              ? _ ("That is too short, is the one so far, or has your number in it.")
                          : g_error_matches (error, DS_ERROR, DS_ERROR_REFUSED)
                              ? _ ("The password so far is another one.")
                              : ds_desk_word_for_error (page, error));
      return;
    }
  note_success (visit, check->id);
  /* The change has ended every sign-in, this one too; the browser gets a token that nobody has seen. */
  begin_session (visit, account);
  ds_visit_set_notice (visit, _ ("Your password is changed."));
  note_about (visit, account->id, "password");
  ds_visit_redirect (visit, "/desk/");
}

static void
answer_password (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *old = ds_visit_get_form (visit, "old");
  const char *new_one = ds_visit_get_form (visit, "new");
  DsDeskTries *tries = ds_desk_get_tries (visit->desk);
  g_auto (Try) found = find_try (visit, visit->account->id);
  guint wait_s = ds_desk_tries_get_wait_s (tries, &found.who);

  if (old == NULL || new_one == NULL || g_strcmp0 (new_one, ds_visit_get_form (visit, "again")) != 0)
    send_password_form (visit, SOUP_STATUS_BAD_REQUEST, _ ("The new password was not typed twice the same."));
  else if (wait_s > 0 || !ds_desk_tries_begin_check (tries, TRUE))
    send_password_form (visit, DS_DESK_TOO_MANY_REQUESTS, _ ("Too many tries. Try again in a while."));
  else
    ds_depot_choose_password_async (visit->depot, visit->account->id, old, new_one, did_choose,
                                    check_new (visit, visit->account->id));
}

static void
answer_language (DsVisit *visit)
{
  const char *tag = ds_visit_get_form (visit, "tag");
  const char *from
      = soup_message_headers_get_one (soup_server_message_get_request_headers (visit->message), "Referer");
  const char *path = from != NULL ? strstr (from, "/desk/") : NULL;

  for (guint i = 0; i < DS_DESK_N_LANGUAGES; i++)
    {
      if (g_strcmp0 (tag, ds_desk_language_to_tag (i)) == 0)
        ds_visit_set_language (visit, tag);
    }
  /* Back to where they were; what was posted there is not there to be shown again. */
  ds_visit_redirect (visit, path != NULL && strpbrk (path, "\r\n") == NULL ? path : "/desk/");
}

/* The record */

static void
add_act (DsDeskPage *page, json_t *act)
{
  ds_desk_page_add (page, "<tr><td>");
  ds_desk_page_add_time (page, ds_desk_number (act, "at_ms"));
  ds_desk_page_add (page, "</td><td>%s</td><td>%s</td><td class=\"id\">%s</td><td>%s</td></tr>",
                    ds_desk_text (act, "clerk"), ds_desk_word_for_act (page, ds_desk_text (act, "act")),
                    ds_desk_text (act, "subject"), ds_desk_text (act, "detail"));
}

static void
answer_log (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  guint number = ds_visit_get_page_number (visit);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) acts = ds_depot_list_acts (visit->depot, NULL, (gint64)(number - 1) * DS_DESK_ROWS,
                                                DS_DESK_ROWS + 1, &error);
  json_t *act;
  gsize i;

  if (acts == NULL)
    {
      ds_visit_send_error (visit, error);
      return;
    }
  ds_desk_begin_page (visit, _ ("Record"));
  ds_desk_page_begin_table (page, _ ("What was done at the desk, and by whom"), 0, _ ("Time"), _ ("Clerk"),
                            _ ("What"), _ ("About"), _ ("In words"), NULL);
  json_array_foreach (acts, i, act)
  {
    if (i < DS_DESK_ROWS)
      add_act (page, act);
  }
  ds_desk_page_end_table (page);
  ds_desk_page_add_pager (page, "/desk/log", "", number, json_array_size (acts) > DS_DESK_ROWS);
  ds_visit_send_page (visit, SOUP_STATUS_OK);
}

const DsDeskRoute ds_desk_sign_in_routes[] = {
  { "GET", "/desk/sign-in", DS_DESK_FOR_ANYBODY, 0, answer_form },
  { "POST", "/desk/sign-in", DS_DESK_FOR_ANYBODY, MAX_FORM_BYTES, answer_sign_in },
  { "POST", "/desk/sign-out", DS_DESK_FOR_READERS, MAX_FORM_BYTES, answer_sign_out },
  { "GET", "/desk/password", DS_DESK_FOR_READERS, 0, answer_password_form },
  { "POST", "/desk/password", DS_DESK_FOR_READERS, MAX_FORM_BYTES, answer_password },
  { "POST", "/desk/language", DS_DESK_FOR_ANYBODY, MAX_FORM_BYTES, answer_language },
  { "GET", "/desk/log", DS_DESK_FOR_READERS, 0, answer_log },
  { NULL },
};
