/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-error.h"
#include "ds-id.h"

#include <string.h>

#define RESOURCES "/cn/doorstep/Desk/"
#define MAX_BODY_BYTES (8 * 1024 * 1024)

struct _DsDesk
{
  DsDepot *depot;
  DsClock *clock;
  DsRandom *random;
  SoupServer *server;
  DsDeskSessions *sessions;
  DsDeskTries *tries;
  DsDeskCatalogue *catalogues[DS_DESK_N_LANGUAGES]; /* (nullable) */
  DsDecoderProcess *decoder;
  guint n_pictures;
  GPtrArray *held; /* (element-type DsVisit): that wait for their answer */
  gboolean everywhere;
  guint port;
  char *address; /* (nullable): it does not listen yet */
};

static const DsDeskRoute *const all_routes[] = {
  ds_desk_sign_in_routes, ds_desk_shift_routes, ds_desk_payment_routes, ds_desk_case_routes,
  ds_desk_seal_routes,    ds_desk_cash_routes,  ds_desk_file_routes,    ds_desk_day_routes,
};

DsDeskSessions *
ds_desk_get_sessions (DsDesk *self)
{
  return self->sessions;
}

DsDeskTries *
ds_desk_get_tries (DsDesk *self)
{
  return self->tries;
}

char *
ds_desk_make_id (DsDesk *self)
{
  return ds_id_new (self->clock, self->random);
}

DsDecoderProcess *
ds_desk_begin_picture (DsDesk *self, guint max)
{
  if (self->n_pictures >= max)
    return NULL;
  self->n_pictures++;
  return self->decoder;
}

void
ds_desk_end_picture (DsDesk *self)
{
  self->n_pictures--;
}

/* Visits */

static void
did_go (SoupServerMessage *message, gpointer user_data)
{
  DsVisit *visit = user_data;

  visit->is_over = TRUE;
}

static DsVisit *
visit_new (DsDesk *desk, SoupServerMessage *message, GHashTable *query)
{
  DsVisit *self = g_rc_box_new0 (DsVisit);

  self->desk = desk;
  self->depot = g_object_ref (desk->depot);
  self->message = g_object_ref (message);
  self->query = query != NULL ? g_hash_table_ref (query) : NULL;
  self->body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_signal_connect (message, "disconnected", G_CALLBACK (did_go), self);
  g_signal_connect (message, "finished", G_CALLBACK (did_go), self);
  return self;
}

static void
visit_clear (gpointer data)
{
  DsVisit *self = data;

  g_signal_handlers_disconnect_by_data (self->message, self);
  g_object_unref (self->message);
  g_object_unref (self->depot);
  g_free (self->path_part);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->form, g_hash_table_unref);
  g_bytes_unref (self->body);
  g_clear_pointer (&self->account, ds_account_free);
  g_clear_pointer (&self->session, ds_desk_session_unref);
  g_clear_pointer (&self->page, ds_desk_page_free);
}

static void
visit_unref (DsVisit *self)
{
  g_rc_box_release_full (self, visit_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsVisit, visit_unref)

DsVisit *
ds_visit_hold (DsVisit *self)
{
  soup_server_message_pause (self->message);
  g_ptr_array_add (self->desk->held, self);
  return g_rc_box_acquire (self);
}

gboolean
ds_visit_is_awaited (DsVisit *self)
{
  return !self->is_over;
}

void
ds_visit_release (DsVisit *self)
{
  if (self->desk != NULL)
    g_ptr_array_remove_fast (self->desk->held, self);
  if (!self->is_over)
    soup_server_message_unpause (self->message);
  visit_unref (self);
}

/* Routes */

/* @part: (out) (nullable): what stands for the star */
static gboolean
matches (const char *pattern, const char *path, char **part)
{
  const char *star = strchr (pattern, '*');
  gsize before = star != NULL ? (gsize)(star - pattern) : 0;
  gsize after = star != NULL ? strlen (star + 1) : 0;
  gsize n = strlen (path);

  if (star == NULL)
    return g_str_equal (pattern, path);
  if (n <= before + after || strncmp (pattern, path, before) != 0 || !g_str_has_suffix (path, star + 1))
    return FALSE;
  *part = g_strndup (path + before, n - before - after);
  if (strchr (*part, '/') == NULL)
    return TRUE;
  g_clear_pointer (part, g_free);
  return FALSE;
}

/* @known: (out): whether there is anything at this address for another method */
static const DsDeskRoute *
find_route (const char *method, const char *path, char **part, gboolean *known)
{
  *known = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (all_routes); i++)
    {
      for (const DsDeskRoute *route = all_routes[i]; route->method != NULL; route++)
        {
          g_autofree char *found = NULL;

          if (!matches (route->path, path, &found))
            continue;
          *known = TRUE;
          if (!g_str_equal (route->method, method))
            continue;
          *part = g_steal_pointer (&found);
          return route;
        }
    }
  return NULL;
}

/* Who comes */

/* A password that was changed, or an account that was taken away, ends what was begun before. */
static gboolean
find_account (DsVisit *self, gboolean by_hand, GError **error)
{
  g_autofree char *token = ds_visit_load_cookie (self, DS_DESK_SESSION_COOKIE);
  DsDeskSession *session = ds_desk_sessions_find (self->desk->sessions, token, by_hand);
  g_autoptr (DsAccount) account = NULL;

  if (session == NULL)
    return TRUE;
  if (!ds_depot_load_account (self->depot, session->account, &account, error))
    return FALSE;
  if (account == NULL || account->generation != session->generation)
    {
      ds_desk_sessions_end (self->desk->sessions, session);
      return TRUE;
    }
  self->session = ds_desk_session_ref (session);
  self->account = g_steal_pointer (&account);
  return TRUE;
}

/* The browser itself says so when another site has sent it here. */
static gboolean
comes_from_elsewhere (DsVisit *self)
{
  const char *site = soup_message_headers_get_one (soup_server_message_get_request_headers (self->message),
                                                   "Sec-Fetch-Site");

  return site != NULL && !g_str_equal (site, "same-origin") && !g_str_equal (site, "none");
}

static gboolean
has_token (DsVisit *self)
{
  const char *sent = ds_visit_get_form (self, "csrf");

  if (sent == NULL)
    sent = soup_message_headers_get_one (soup_server_message_get_request_headers (self->message),
                                         "Doorstep-Token");
  return self->session != NULL && ds_desk_secrets_match (self->session->csrf, sent);
}

/* Returns: (transfer full): the page to which whoever is not signed in wants: of a file, the one that offers it; of what was
 * posted, the one with its form. */
static char *
find_next (DsVisit *self, const DsDeskRoute *route)
{
  GUri *uri = soup_server_message_get_uri (self->message);
  const char *path = g_uri_get_path (uri);
  g_autofree char *part = NULL;
  gboolean known;

  if (route->is_file)
    return g_strndup (path, (gsize)(strrchr (path, '/') - path));
  if (g_str_equal (route->method, "GET") && g_uri_get_query (uri) != NULL)
    return g_strdup_printf ("%s?%s", path, g_uri_get_query (uri));
  return g_strdup (find_route ("GET", path, &part, &known) != NULL ? path : "/desk/");
}

/* What a clerk has counted is not to be counted again because meanwhile the sign-in was over, or another tab's has
 * replaced it. */
static void
refuse_stranger (DsVisit *self, const DsDeskRoute *route)
{
  DsDeskPage *page = self->page;
  g_autofree char *next = find_next (self, route);
  g_autofree char *count = g_str_equal (route->method, "POST") ? ds_desk_keep_count (self) : NULL;

  if (route->right == DS_DESK_FOR_SCRIPTS)
    ds_visit_refuse (self, SOUP_STATUS_UNAUTHORIZED, _ ("You are signed out"),
                     _ ("Nothing was changed. Sign in and do it again."));
  else if (count != NULL)
    ds_desk_ask_to_sign_in (
        self, count,
        _ ("You were signed out before you signed for the cash. What you counted is kept: sign "
           "in, and it is in the form again."));
  else
    ds_desk_ask_to_sign_in (self, next,
                            g_str_equal (route->method, "POST")
                                ? _ ("You were signed out, and nothing was changed. Sign in and do it again.")
                                : NULL);
}

static gboolean
check_right (DsVisit *self, const DsDeskRoute *route)
{
  DsDeskPage *page = self->page;
  gboolean posts = g_str_equal (route->method, "POST");

  if (route->right == DS_DESK_FOR_ANYBODY)
    return TRUE;
  if (self->account == NULL)
    {
      refuse_stranger (self, route);
      return FALSE;
    }
  if (posts && (comes_from_elsewhere (self) || !has_token (self)))
    {
      g_autofree char *count = comes_from_elsewhere (self) ? NULL : ds_desk_keep_count (self);

      if (count != NULL)
        {
          ds_visit_redirect (self, count);
          return FALSE;
        }
      ds_visit_refuse (self, SOUP_STATUS_FORBIDDEN, _ ("That form is too old"),
                       _ ("Nothing was changed. Go back, load the page again, and do it once more."));
      return FALSE;
    }
  if (route->right == DS_DESK_FOR_CLERKS && !ds_visit_may_act (self))
    {
      ds_visit_refuse (self, SOUP_STATUS_FORBIDDEN, _ ("Auditors only look"),
                       _ ("Nothing was changed. A clerk can do this."));
      return FALSE;
    }
  /* The first password is known to somebody else. */
  if (self->account->must_change && !g_str_has_prefix (route->path, "/desk/password")
      && !g_str_has_prefix (route->path, "/desk/sign-out"))
    {
      ds_visit_redirect (self, "/desk/password");
      return FALSE;
    }
  return TRUE;
}

static void
begin_writing (DsVisit *self)
{
  g_autofree char *chosen = ds_visit_load_cookie (self, DS_DESK_LANGUAGE_COOKIE);
  const char *accepted = soup_message_headers_get_list (
      soup_server_message_get_request_headers (self->message), "Accept-Language");
  DsDeskLanguage language = ds_desk_language_choose (chosen, accepted);

  self->page = ds_desk_page_new (language, self->desk->catalogues[language]);
}

static void
read_form (DsVisit *self)
{
  const char *type
      = soup_message_headers_get_content_type (soup_server_message_get_request_headers (self->message), NULL);
  g_autofree char *text = NULL;

  if (g_strcmp0 (type, "application/x-www-form-urlencoded") != 0)
    return;
  text = g_strndup (g_bytes_get_data (self->body, NULL), g_bytes_get_size (self->body));
  self->form = soup_form_decode (text);
}

static void
answer (DsVisit *self, const char *path)
{
  const DsDeskRoute *route;
  g_autoptr (GError) error = NULL;
  DsDeskPage *page;
  gboolean known;

  begin_writing (self);
  page = self->page;
  route = find_route (soup_server_message_get_method (self->message), path, &self->path_part, &known);
  if (!find_account (self, route == NULL || route->right != DS_DESK_FOR_SCRIPTS, &error))
    {
      ds_visit_send_error (self, error);
      return;
    }
  if (route == NULL)
    {
      ds_visit_refuse (self, known ? SOUP_STATUS_METHOD_NOT_ALLOWED : SOUP_STATUS_NOT_FOUND,
                       _ ("There is nothing here"), _ ("The address may be an old one."));
      return;
    }
  if (g_bytes_get_size (self->body) > route->max_body_bytes)
    {
      ds_visit_refuse (self, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, _ ("That is too large"),
                       _ ("Nothing was changed."));
      return;
    }
  if (g_str_equal (route->method, "POST"))
    read_form (self);
  if (check_right (self, route))
    route->answer (self);
}

/* What the pages look like and their scripts: no secret. */
static void
send_resource (SoupServerMessage *message, const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (bytes == NULL)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  soup_message_headers_set_content_type (headers,
                                         g_str_has_suffix (name, ".css")   ? "text/css; charset=utf-8"
                                         : g_str_has_suffix (name, ".svg") ? "image/svg+xml"
                                                                           : "text/javascript; charset=utf-8",
                                         NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), bytes);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

static void
did_get_request (SoupServer *server,
                 SoupServerMessage *message,
                 const char *path,
                 GHashTable *query,
                 gpointer user_data)
{
  g_autoptr (DsVisit) visit = NULL;

  if (soup_server_message_get_status (message) != 0)
    return; /* refused by its head */
  ds_desk_set_headers (message);
  if (!soup_message_body_get_accumulate (soup_server_message_get_request_body (message)))
    soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
  else if (g_str_has_prefix (path, "/desk/static/"))
    send_resource (message, path + strlen ("/desk/static/"));
  else
    {
      visit = visit_new (user_data, message, query);
      answer (visit, path);
    }
}

static void
did_get_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  /* It is let run out unkept, then refused by its size. */
  if (body->length > MAX_BODY_BYTES)
    soup_message_body_set_accumulate (body, FALSE);
}

static void
did_get_head (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              GHashTable *query,
              gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
      && soup_message_headers_get_content_length (headers) > MAX_BODY_BYTES)
    {
      ds_desk_set_headers (message);
      soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
      soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
    }
  else
    g_signal_connect (message, "got-chunk", G_CALLBACK (did_get_chunk), NULL);
}

/* Life */

static gboolean
begin_listening (DsDesk *self, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (self->everywhere
          ? soup_server_listen_all (self->server, self->port, SOUP_SERVER_LISTEN_HTTPS, &problem)
          : soup_server_listen_local (self->server, self->port,
                                      SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &problem))
    return TRUE;
  g_set_error (error, DS_ERROR, DS_ERROR_NETWORK, "The desk cannot listen on port %u: %s", self->port,
               problem->message);
  return FALSE;
}

/* Pages that are open load again by themselves. */
static void
did_renew_certificate (DsDepot *depot, gpointer desk)
{
  DsDesk *self = desk;
  g_autoptr (GError) error = NULL;

  if (self->address == NULL)
    return;
  soup_server_disconnect (self->server);
  soup_server_set_tls_certificate (self->server,
                                   ds_authority_get_server_certificate (ds_depot_get_authority (depot)));
  if (!begin_listening (self, &error))
    g_warning ("%s", error->message);
}

DsDesk *
ds_desk_new (DsDepot *depot, DsClock *clock, DsRandom *random, const char *locale_directory)
{
  DsDesk *self = g_new0 (DsDesk, 1);

  self->depot = g_object_ref (depot);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->sessions = ds_desk_sessions_new (clock, random);
  self->tries = ds_desk_tries_new (clock);
  self->catalogues[DS_DESK_CHINESE] = ds_desk_catalogue_new (locale_directory, "zh_CN");
  self->decoder = ds_decoder_process_new (NULL);
  self->held = g_ptr_array_new ();
  self->server = soup_server_new ("server-header", "doorstep-desk", "tls-certificate",
                                  ds_authority_get_server_certificate (ds_depot_get_authority (depot)), NULL);
  soup_server_add_early_handler (self->server, NULL, did_get_head, self, NULL);
  soup_server_add_handler (self->server, NULL, did_get_request, self, NULL);
  g_signal_connect (depot, "certificate-renewed", G_CALLBACK (did_renew_certificate), self);
  return self;
}

void
ds_desk_free (DsDesk *self)
{
  for (guint i = 0; i < self->held->len; i++)
    {
      DsVisit *visit = g_ptr_array_index (self->held, i);

      visit->is_over = TRUE;
      visit->desk = NULL;
    }
  g_signal_handlers_disconnect_by_data (self->depot, self);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_ptr_array_unref (self->held);
  g_object_unref (self->decoder);
  ds_desk_sessions_free (self->sessions);
  ds_desk_tries_free (self->tries);
  for (guint i = 0; i < DS_DESK_N_LANGUAGES; i++)
    g_clear_pointer (&self->catalogues[i], ds_desk_catalogue_free);
  g_object_unref (self->depot);
  g_object_unref (self->clock);
  g_object_unref (self->random);
  g_free (self->address);
  g_free (self);
}

gboolean
ds_desk_listen (DsDesk *self, gboolean everywhere, guint16 port, GError **error)
{
  GSList *uris;

  self->everywhere = everywhere;
  self->port = port;
  if (!begin_listening (self, error))
    return FALSE;
  uris = soup_server_get_uris (self->server);
  self->port = (guint)g_uri_get_port (uris->data);
  self->address = g_strdup_printf ("https://127.0.0.1:%u/desk/", self->port);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  return TRUE;
}

const char *
ds_desk_get_address (DsDesk *self)
{
  return self->address;
}
