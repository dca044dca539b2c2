/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-desk-page.h"

#include "ds-money.h"

#include <string.h>

/* Days and hours are China's, whatever the server's machine thinks. */
#define CHINA_OFFSET_S (8 * 3600)

const char *
ds_desk_language_to_tag (DsDeskLanguage language)
{
  return language == DS_DESK_CHINESE ? "zh-CN" : "en";
}

DsDeskLanguage
ds_desk_language_choose (const char *chosen, const char *accepted)
{
  DsDeskLanguage best = DS_DESK_CHINESE; /* a station is in China */
  double best_weight = 0;
  g_auto (GStrv) ranges = NULL;

  if (g_strcmp0 (chosen, "en") == 0)
    return DS_DESK_ENGLISH;
  if (g_strcmp0 (chosen, "zh-CN") == 0)
    return DS_DESK_CHINESE;
  ranges = g_strsplit (accepted != NULL ? accepted : "", ",", 32);
  for (guint i = 0; ranges[i] != NULL; i++)
    {
      const char *range = g_strstrip (ranges[i]);
      const char *quality = strstr (range, ";q=");
      double weight = quality != NULL ? g_ascii_strtod (quality + 3, NULL) : 1;
      gboolean is_chinese = g_ascii_strncasecmp (range, "zh", 2) == 0;

      if (weight <= best_weight || !(is_chinese || g_ascii_strncasecmp (range, "en", 2) == 0))
        continue;
      best = is_chinese ? DS_DESK_CHINESE : DS_DESK_ENGLISH;
      best_weight = weight;
    }
  return best;
}

DsDeskPage *
ds_desk_page_new (DsDeskLanguage language, DsDeskCatalogue *catalogue)
{
  DsDeskPage *self = g_new0 (DsDeskPage, 1);

  self->html = g_string_new (NULL);
  self->language = language;
  self->catalogue = catalogue;
  return self;
}

void
ds_desk_page_free (DsDeskPage *self)
{
  g_string_free (self->html, TRUE);
  g_free (self);
}

const char *
ds_desk_page_say (DsDeskPage *self, const char *text)
{
  return self->catalogue != NULL ? ds_desk_catalogue_look_up (self->catalogue, text) : text;
}

void
ds_desk_page_add (DsDeskPage *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);
  g_string_append (self->html, text);
}

char *
ds_desk_format_money (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  ds_money_format_grouped (amount_fen, text);
  return amount_fen < 0 ? g_strconcat ("−¥", text + 1, NULL) : g_strconcat ("¥", text, NULL);
}

char *
ds_desk_format_time (gint64 at_ms)
{
  g_autoptr (GTimeZone) china = g_time_zone_new_offset (CHINA_OFFSET_S);
  g_autoptr (GDateTime) utc = at_ms > 0 ? g_date_time_new_from_unix_utc (at_ms / 1000) : NULL;
  g_autoptr (GDateTime) at = utc != NULL ? g_date_time_to_timezone (utc, china) : NULL;

  return at != NULL ? g_date_time_format (at, "%Y-%m-%d %H:%M") : g_strdup ("");
}

char *
ds_desk_escape_part (const char *text)
{
  return g_uri_escape_string (text, NULL, FALSE);
}

void
ds_desk_page_add_money_cell (DsDeskPage *self, gint64 amount_fen)
{
  g_autofree char *money = ds_desk_format_money (amount_fen);

  ds_desk_page_add (self, "<td class=\"money\">%s</td>", money);
}

void
ds_desk_page_add_time (DsDeskPage *self, gint64 at_ms)
{
  g_autofree char *time = ds_desk_format_time (at_ms);

  if (at_ms > 0)
    ds_desk_page_add (self, "<time>%s</time>", time);
  else
    g_string_append (self->html, "–");
}

void
ds_desk_page_begin_table (DsDeskPage *self, const char *caption, guint figures, ...)
{
  const char *column;
  va_list columns;

  ds_desk_page_add (self,
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
                    "<caption>%s</caption><thead><tr>",
                    caption, caption);
  va_start (columns, figures);
  for (; (column = va_arg (columns, const char *)) != NULL; figures >>= 1)
    {
      g_string_append (self->html,
                       (figures & 1) != 0 ? "<th scope=\"col\" class=\"money\">" : "<th scope=\"col\">");
      ds_desk_page_add (self, "%s</th>", column);
    }
  va_end (columns);
  g_string_append (self->html, "</tr></thead><tbody>");
}

void
ds_desk_page_end_table (DsDeskPage *self)
{
  g_string_append (self->html, "</tbody></table></div>");
}

void
ds_desk_page_add_fact (DsDeskPage *self, const char *name, const char *value)
{
  ds_desk_page_add (self, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

void
ds_desk_page_add_money_fact (DsDeskPage *self, const char *name, gint64 amount_fen)
{
  g_autofree char *money = ds_desk_format_money (amount_fen);

  ds_desk_page_add (self, "<div><dt>%s</dt><dd class=\"money\">%s</dd></div>", name, money);
}

void
ds_desk_page_add_pager (DsDeskPage *self,
                        const char *path,
                        const char *query,
                        guint page_number,
                        gboolean more)
{
  DsDeskPage *page = self;

  if (page_number == 1 && !more)
    return;
  ds_desk_page_add (page, "<nav class=\"pager\" aria-label=\"%s\">", _ ("Pages"));
  if (page_number > 1)
    ds_desk_page_add (page, "<a rel=\"prev\" href=\"%s?%spage=%u\">%s</a>", path, query, page_number - 1,
                      _ ("Newer"));
  ds_desk_page_add (page, "<span>%u</span>", page_number);
  if (more)
    ds_desk_page_add (page, "<a rel=\"next\" href=\"%s?%spage=%u\">%s</a>", path, query, page_number + 1,
                      _ ("Older"));
  ds_desk_page_add (page, "</nav>");
}
