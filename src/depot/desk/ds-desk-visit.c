/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a browser asked, and what it is answered. */
#include "config.h"

#include "ds-desk-private.h"

#include "ds-error.h"

#include <string.h>

#define MAX_PAGES 100000

/* What was asked */

static const char *
get_text (GHashTable *table, const char *name)
{
  const char *text = table != NULL ? g_hash_table_lookup (table, name) : NULL;

  return text != NULL && g_utf8_validate (text, -1, NULL) ? text : NULL;
}

const char *
ds_visit_get_query (DsVisit *self, const char *name)
{
  return get_text (self->query, name);
}

const char *
ds_visit_get_form (DsVisit *self, const char *name)
{
  return get_text (self->form, name);
}

guint
ds_visit_get_page_number (DsVisit *self)
{
  const char *text = ds_visit_get_query (self, "page");
  guint64 number = 1;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, MAX_PAGES, &number, NULL))
    number = 1;
  return (guint)number;
}

gboolean
ds_visit_may_act (DsVisit *self)
{
  return self->account != NULL && self->account->role == DS_ACCOUNT_ROLE_CLERK;
}

char *
ds_visit_load_cookie (DsVisit *self, const char *name)
{
  const char *header
      = soup_message_headers_get_list (soup_server_message_get_request_headers (self->message), "Cookie");
  g_auto (GStrv) cookies = g_strsplit (header != NULL ? header : "", ";", 64);
  gsize n = strlen (name);

  for (guint i = 0; cookies[i] != NULL; i++)
    {
      const char *cookie = g_strstrip (cookies[i]);

      if (strncmp (cookie, name, n) == 0 && cookie[n] == '=')
        return g_strdup (cookie + n + 1);
    }
  return NULL;
}

void
ds_visit_set_cookie (DsVisit *self, const char *name, const char *value, gint max_age_s)
{
  g_autofree char *age = max_age_s >= 0 ? g_strdup_printf ("; Max-Age=%d", max_age_s) : g_strdup ("");
  g_autofree char *cookie
      = g_strdup_printf ("%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", name, value, age);

  soup_message_headers_append (soup_server_message_get_response_headers (self->message), "Set-Cookie",
                               cookie);
}

void
ds_visit_set_session (DsVisit *self, DsDeskSession *session)
{
  g_clear_pointer (&self->session, ds_desk_session_unref);
  self->session = session != NULL ? ds_desk_session_ref (session) : NULL;
  ds_visit_set_cookie (self, DS_DESK_SESSION_COOKIE, session != NULL ? session->token : "",
                       session != NULL ? -1 : 0);
}

void
ds_visit_set_language (DsVisit *self, const char *tag)
{
  ds_visit_set_cookie (self, DS_DESK_LANGUAGE_COOKIE, tag, 365 * 24 * 3600);
}

char *
ds_visit_get_origin (DsVisit *self)
{
  GSocketAddress *address = soup_server_message_get_remote_address (self->message);
  GInetAddress *host = G_IS_INET_SOCKET_ADDRESS (address)
                           ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))
                           : NULL;
  const char *told
      = soup_message_headers_get_one (soup_server_message_get_request_headers (self->message), "X-Real-IP");

  /* Only a front on this machine is believed who it is for. */
  if (host != NULL && g_inet_address_get_is_loopback (host) && told != NULL && strlen (told) <= 64)
    return g_strdup (told);
  return host != NULL ? g_inet_address_to_string (host) : g_strdup ("");
}

/* Answers */

static void
set_header (DsVisit *self, const char *name, const char *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message), name, value);
}

void
ds_desk_set_headers (SoupServerMessage *message)
{
  static const struct
  {
    const char *name, *value;
  } headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
      " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(self), microphone=(), geolocation=()" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Cache-Control", "no-store" },
    { "Vary", "Cookie, Accept-Language" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), headers[i].name,
                                  headers[i].value);
}

static void
send_status (DsVisit *self, guint status)
{
  soup_server_message_set_status (self->message, status, NULL);
}

void
ds_visit_send_bytes (DsVisit *self, guint status, const char *type, GBytes *bytes)
{
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (self->message), type,
                                         NULL);
  if (g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), bytes);
  send_status (self, status);
}

void
ds_visit_send_file (DsVisit *self, const char *type, const char *name, GBytes *bytes)
{
  g_autofree char *disposition = g_strdup_printf ("attachment; filename=\"%s\"", name);

  set_header (self, "Content-Disposition", disposition);
  ds_visit_send_bytes (self, SOUP_STATUS_OK, type, bytes);
}

void
ds_visit_send_page (DsVisit *self, guint status)
{
  g_autoptr (GBytes) bytes = NULL;

  ds_desk_add_foot (self);
  set_header (self, "Content-Language", ds_desk_language_to_tag (self->page->language));
  bytes = g_bytes_new (self->page->html->str, self->page->html->len);
  ds_visit_send_bytes (self, status, "text/html; charset=utf-8", bytes);
}

void
ds_visit_redirect (DsVisit *self, const char *path)
{
  /* 303: what was posted is not posted again when the page is loaded again. */
  set_header (self, "Location", path);
  send_status (self, SOUP_STATUS_SEE_OTHER);
}

void
ds_visit_refuse (DsVisit *self, guint status, const char *title, const char *words)
{
  DsDeskPage *page = self->page;

  g_string_truncate (page->html, 0);
  ds_desk_begin_page (self, title);
  ds_desk_page_add (page, "<p class=\"problem\" role=\"alert\">%s</p><p><a href=\"/desk/\">%s</a></p>", words,
                    _ ("Back to the shifts"));
  ds_visit_send_page (self, status);
}

static guint
get_status (const GError *error)
{
  if (error->domain != DS_ERROR)
    return SOUP_STATUS_INTERNAL_SERVER_ERROR;
  switch ((DsError)error->code)
    {
    case DS_ERROR_NOT_FOUND:
      return SOUP_STATUS_NOT_FOUND;
    case DS_ERROR_INVALID:
    case DS_ERROR_OVERFLOW:
      return SOUP_STATUS_BAD_REQUEST;
    case DS_ERROR_CONFLICT:
    case DS_ERROR_STATE:
    case DS_ERROR_REFUSED:
    case DS_ERROR_LIMIT:
      return SOUP_STATUS_CONFLICT;
    case DS_ERROR_NETWORK:
      return SOUP_STATUS_SERVICE_UNAVAILABLE;
    case DS_ERROR_TRANSITION:
    case DS_ERROR_FROZEN:
    case DS_ERROR_READ_ONLY:
    case DS_ERROR_STORAGE:
    case DS_ERROR_CRYPTO:
    case DS_ERROR_PROTOCOL:
    case DS_ERROR_UNAUTHORISED:
    default:
      return SOUP_STATUS_INTERNAL_SERVER_ERROR;
    }
}

void
ds_visit_send_error (DsVisit *self, const GError *error)
{
  DsDeskPage *page = self->page;
  guint status = get_status (error);

  ds_visit_refuse (self, status,
                   status == SOUP_STATUS_NOT_FOUND ? _ ("There is nothing here") : _ ("That did not work"),
                   ds_desk_word_for_error (page, error));
}

void
ds_visit_set_notice (DsVisit *self, const char *words)
{
  if (self->session == NULL)
    return;
  g_free (self->session->notice);
  self->session->notice = g_strdup (words);
}

void
ds_visit_note (DsVisit *self, const char *act, const char *subject, const char *detail)
{
  g_autoptr (GError) error = NULL;

  if (!ds_depot_note_act (
          self->depot,
          &(DsClerkAct){ .clerk = self->account->id, .act = act, .subject = subject, .detail = detail },
          &error))
    g_warning ("What a clerk did could not be recorded: %s", error->message);
}
