/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands around every page: the way through the desk, who is signed in, what was just done. */
#include "config.h"

#include "ds-desk-private.h"

/* Each with the key that opens it, together with Alt. */
static const struct
{
  const char *path, *key, *title;
} parts[] = {
  { "/desk/", "1", N_ ("Shifts") },
  { "/desk/cases", "2", N_ ("Cases") },
  { "/desk/seal", "3", N_ ("Shift seal") },
  { "/desk/couriers", "4", N_ ("Couriers") },
  { "/desk/cash", "5", N_ ("Tills and bank") },
  { "/desk/days", "6", N_ ("Days") },
  { "/desk/log", "7", N_ ("Record") },
};

void
ds_desk_add_token (DsVisit *visit)
{
  if (visit->session != NULL)
    ds_desk_page_add (visit->page, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">",
                      visit->session->csrf);
}

static void
add_parts (DsVisit *visit)
{
  DsDeskPage *page = visit->page;
  const char *path = g_uri_get_path (soup_server_message_get_uri (visit->message));

  ds_desk_page_add (page, "<nav aria-label=\"%s\"><ul>", _ ("Parts of the desk"));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      ds_desk_page_add (page, "<li><a href=\"%s\" aria-keyshortcuts=\"Alt+%s\" title=\"Alt+%s\"",
                        parts[i].path, parts[i].key, parts[i].key);
      if (g_str_equal (path, parts[i].path))
        ds_desk_page_add (page, " aria-current=\"page\"");
      ds_desk_page_add (page, ">%s</a></li>", _ (parts[i].title));
    }
  ds_desk_page_add (page, "</ul></nav>");
}

/* A scanner that types like a keyboard ends what it has read with Enter: the seal on a courier's screen opens its shift
 * from wherever the clerk is. */
static void
add_search (DsVisit *visit)
{
  DsDeskPage *page = visit->page;

  ds_desk_page_add (
      page,
      "<form role=\"search\" action=\"/desk/find\" method=\"post\"><label for=\"find\">%s</label>"
      "<input id=\"find\" name=\"what\" aria-keyshortcuts=\"Alt+/\" autocomplete=\"off\" maxlength=\"4096\""
      " placeholder=\"%s\">",
      _ ("Find"), _ ("Courier, seal, payment, case"));
  ds_desk_add_token (visit);
  ds_desk_page_add (page, "<button>%s</button></form>", _ ("Find"));
}

static void
add_person (DsVisit *visit)
{
  DsDeskPage *page = visit->page;

  ds_desk_page_add (page,
                    "<div class=\"person\"><a href=\"/desk/password\" title=\"%s\">%s</a>"
                    "<form action=\"/desk/sign-out\" method=\"post\">",
                    _ ("Change the password"), visit->account->name);
  ds_desk_add_token (visit);
  ds_desk_page_add (page, "<button class=\"quiet\" aria-keyshortcuts=\"Alt+0\">%s</button></form></div>",
                    _ ("Sign out"));
}

/* Each in its own words, whoever reads. */
static void
add_languages (DsVisit *visit)
{
  static const char *const names[] = { [DS_DESK_ENGLISH] = "English", [DS_DESK_CHINESE] = "中文" };
  DsDeskPage *page = visit->page;

  ds_desk_page_add (page, "<form class=\"languages\" action=\"/desk/language\" method=\"post\">");
  for (guint i = 0; i < DS_DESK_N_LANGUAGES; i++)
    {
      const char *tag = ds_desk_language_to_tag (i);

      if (i != page->language)
        ds_desk_page_add (page, "<button class=\"quiet\" name=\"tag\" value=\"%s\" lang=\"%s\">%s</button>",
                          tag, tag, names[i]);
    }
  ds_desk_page_add (page, "</form>");
}

void
ds_desk_begin_page (DsVisit *visit, const char *title)
{
  DsDeskPage *page = visit->page;

  ds_desk_page_add (page,
                    "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s · %s</title>"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                    "<link rel=\"icon\" href=\"/desk/static/icon.svg\">"
                    "<link rel=\"stylesheet\" href=\"/desk/static/desk.css\">"
                    "<script src=\"/desk/static/desk.js\" defer></script></head><body>"
                    "<a class=\"skip\" href=\"#main\">%s</a><header>",
                    ds_desk_language_to_tag (page->language), title, _ ("Settlement desk"),
                    _ ("To the page’s content"));
  ds_desk_page_add (page, "<p class=\"house\">%s</p>", ds_depot_get_payee_name (visit->depot));
  if (visit->account != NULL)
    {
      add_parts (visit);
      add_search (visit);
      add_person (visit);
    }
  add_languages (visit);
  ds_desk_page_add (page, "</header>");
  if (ds_depot_get_practice (visit->depot))
    ds_desk_page_add (page, "<p class=\"practice\">%s</p>", _ ("Practice, not real money"));
  ds_desk_page_add (page, "<main id=\"main\"><h1>%s</h1>", title);
  if (visit->session != NULL && visit->session->notice != NULL)
    {
      ds_desk_page_add (page, "<p class=\"notice\" role=\"status\">%s</p>", visit->session->notice);
      g_clear_pointer (&visit->session->notice, g_free);
    }
}

void
ds_desk_add_foot (DsVisit *visit)
{
  ds_desk_page_add (visit->page, "</main></body></html>\n");
}

const char *
ds_desk_text (json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

gint64
ds_desk_number (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}
