/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "desk-browser.h"

#include <string.h>

static void
forget_answer (Browser *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

void
browser_clear (Browser *self)
{
  forget_answer (self);
  g_hash_table_unref (self->cookies);
}
Browser
browser_open (DeskFixture *fixture)
{
  return (Browser){ .fixture = fixture,
                    .cookies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                    .language = "en" };
}

static void
keep_cookie (const char *name, const char *value, gpointer browser)
{
  const char *equals = strchr (value, '=');
  const char *end = strchr (value, ';');

  if (g_ascii_strcasecmp (name, "Set-Cookie") != 0)
    return;
  g_assert_nonnull (strstr (value, "; Secure"));
  g_assert_nonnull (strstr (value, "; HttpOnly"));
  g_assert_nonnull (strstr (value, "; SameSite=Strict"));
  g_assert_true (g_str_has_prefix (value, "__Host-"));
  g_hash_table_replace (((Browser *)browser)->cookies, g_strndup (value, (gsize)(equals - value)),
                        g_strndup (equals + 1, (gsize)(end - equals - 1)));
}

static void
add_cookies (Browser *self, SoupMessage *message)
{
  GHashTableIter iter;
  gpointer name, value;
  g_autoptr (GString) header = g_string_new (NULL);

  g_hash_table_iter_init (&iter, self->cookies);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_string_append_printf (header, "%s%s=%s", header->len > 0 ? "; " : "", (char *)name, (char *)value);
  if (header->len > 0)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Cookie", header->str);
}

/* What every answer must carry, whatever it is. */
static void
check_headers (Browser *self)
{
  const char *policy = soup_message_headers_get_one (self->headers, "Content-Security-Policy");

  g_assert_nonnull (policy);
  g_assert_nonnull (strstr (policy, "default-src 'none'"));
  g_assert_null (strstr (policy, "unsafe"));
  g_assert_cmpstr (soup_message_headers_get_one (self->headers, "X-Content-Type-Options"), ==, "nosniff");
  g_assert_cmpstr (soup_message_headers_get_one (self->headers, "Cache-Control"), ==, "no-store");
  g_assert_cmpstr (soup_message_headers_get_one (self->headers, "Referrer-Policy"), ==, "same-origin");
}

void
browser_send_message (Browser *self, SoupMessage *message)
{
  g_auto (Reply) reply = { 0 };
  gsize n;
  const char *data;

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Language",
                                self->language);
  if (self->address != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "X-Real-IP", self->address);
  add_cookies (self, message);
  depot_fixture_begin_message (&self->fixture->base, message, &reply);
  depot_fixture_wait (&reply);
  forget_answer (self);
  g_assert_cmpuint (reply.status, !=, 0);
  self->status = reply.status;
  data = g_bytes_get_data (reply.body, &n);
  self->text = g_strndup (data != NULL ? data : "", n);
  self->headers = soup_message_headers_ref (reply.headers);
  self->location = g_strdup (soup_message_headers_get_one (reply.headers, "Location"));
  soup_message_headers_foreach (reply.headers, keep_cookie, self);
  check_headers (self);
}

SoupMessage *
browser_make_message (Browser *self, const char *method, const char *path)
{
  g_autofree char *base = g_strndup (ds_desk_get_address (self->fixture->desk),
                                     strlen (ds_desk_get_address (self->fixture->desk)) - strlen ("/desk/"));
  g_autofree char *uri = g_strconcat (base, path, NULL);

  return soup_message_new (method, uri);
}

void
browser_load_page (Browser *self, const char *path)
{
  g_autoptr (SoupMessage) message = browser_make_message (self, "GET", path);

  browser_send_message (self, message);
}

char *
browser_find_hidden (Browser *self, const char *name)
{
  g_autofree char *begin = g_strdup_printf ("name=\"%s\" value=\"", name);
  const char *at = strstr (self->text, begin);
  const char *end;

  g_assert_nonnull (at);
  at += strlen (begin);
  end = strchr (at, '"');
  return g_strndup (at, (gsize)(end - at));
}

void
browser_send_form (Browser *self, const char *path, ...)
{
  g_autoptr (SoupMessage) message = browser_make_message (self, "POST", path);
  g_autoptr (GHashTable) form = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *token = strstr (self->text, "name=\"csrf\"") ? browser_find_hidden (self, "csrf") : NULL;
  g_autofree char *encoded = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *name;
  va_list fields;

  va_start (fields, path);
  while ((name = va_arg (fields, const char *)) != NULL)
    g_hash_table_insert (form, (gpointer)name, va_arg (fields, gpointer));
  va_end (fields);
  if (token != NULL && !g_hash_table_contains (form, "csrf"))
    g_hash_table_insert (form, (gpointer) "csrf", token);
  encoded = soup_form_encode_hash (form);
  bytes = g_bytes_new (encoded, strlen (encoded));
  soup_message_set_request_body_from_bytes (message, "application/x-www-form-urlencoded", bytes);
  browser_send_message (self, message);
}

void
browser_sign_in_with (Browser *self, const char *id, const char *password)
{
  browser_load_page (self, "/desk/sign-in");
  browser_send_form (self, "/desk/sign-in", "account", id, "password", password, NULL);
}

void
browser_sign_in (Browser *self, const char *id, const char *role)
{
  desk_fixture_employ (self->fixture, id, role);
  browser_sign_in_with (self, id, DESK_PASSWORD);
  g_assert_cmpuint (self->status, ==, 303);
  g_assert_cmpstr (self->location, ==, "/desk/");
  browser_load_page (self, "/desk/");
  g_assert_cmpuint (self->status, ==, 200);
}
