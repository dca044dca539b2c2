/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-report.h"

#include <glib/gi18n.h>
#include <string.h>

/* What people are shown of a long text. */
#define TEXT_MAX_CHARACTERS 120

DsReport *
ds_report_new (const char *text, gsize n, gsize whole_n, const char *kind)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)n);

  return json_pack ("{s:s, s:I, s:s, s:n, s:n, s:n, s:[], s:[]}", "text", valid, "bytes", (json_int_t)whole_n,
                    "kind", kind, "verdict", "whose", "qr", "findings", "fields");
}

void
ds_report_set_kind (DsReport *self, const char *kind)
{
  json_object_set_new (self, "kind", json_string (kind));
}

static DsEmvVerdict
get_verdict (DsReport *self)
{
  const char *name = json_string_value (json_object_get (self, "verdict"));
  DsEmvVerdict verdict = DS_EMV_VALID;

  while (verdict < DS_EMV_INVALID && g_strcmp0 (name, ds_emv_verdict_to_name (verdict)) != 0)
    verdict++;
  return name != NULL ? verdict : DS_EMV_VALID;
}

void
ds_report_judge (DsReport *self, DsEmvVerdict verdict)
{
  json_object_set_new (self, "verdict",
                       json_string (ds_emv_verdict_to_name (MAX (verdict, get_verdict (self)))));
}

gboolean
ds_report_is_invalid (DsReport *self)
{
  return get_verdict (self) == DS_EMV_INVALID;
}

void
ds_report_add_finding (DsReport *self,
                       DsEmvVerdict severity,
                       const char *path,
                       const char *rule,
                       const char *detail)
{
  json_array_append_new (json_object_get (self, "findings"),
                         json_pack ("{s:s, s:s, s:s, s:s, s:s}", "path", path, "rule", rule, "clause", "",
                                    "severity", ds_emv_verdict_to_name (severity), "detail", detail));
  ds_report_judge (self, severity);
}

void
ds_report_cite (DsReport *self, const char *clause)
{
  json_t *findings = json_object_get (self, "findings");

  json_object_set_new (json_array_get (findings, json_array_size (findings) - 1), "clause",
                       json_string (clause));
}

void
ds_report_add_field (DsReport *self, const char *path, const char *name, const char *value)
{
  json_array_append_new (
      json_object_get (self, "fields"),
      json_pack ("{s:s, s:s, s:s}", "path", path, "name", name != NULL ? name : "", "value", value));
}

/* A code's text may hold what would move the terminal's cursor or change its title. */
static void
append_harmless (GString *to, const char *text)
{
  glong n = 0;

  for (const char *at = text; *at != '\0' && n <= TEXT_MAX_CHARACTERS; at = g_utf8_next_char (at), n++)
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (to, n == TEXT_MAX_CHARACTERS ? 0x2026 : g_unichar_isprint (c) ? c : 0xFFFD);
    }
}

static const char *
get (json_t *object, const char *member)
{
  const char *value = json_string_value (json_object_get (object, member));

  return value != NULL ? value : "";
}

char *
ds_report_to_text (DsReport *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *verdict = get (self, "verdict");
  const char *whose = get (self, "whose");
  json_t *item;
  gsize i;

  append_harmless (text, get (self, "text"));
  g_string_append_printf (text, "\n  %s%s%s%s: %s\n", get (self, "kind"), *whose != '\0' ? " (" : "", whose,
                          *whose != '\0' ? ")" : "", *verdict != '\0' ? verdict : "nothing to judge by");
  item = json_object_get (self, "qr");
  if (json_is_object (item))
    g_string_append_printf (text, "  as a QR code: version %d-%s, %d modules a side\n",
                            (int)json_integer_value (json_object_get (item, "version")), get (item, "level"),
                            (int)json_integer_value (json_object_get (item, "modules")));
  json_array_foreach (json_object_get (self, "findings"), i, item)
  {
    g_string_append_printf (text, "  ! %s%s%s: ", get (item, "path"), *get (item, "path") != '\0' ? " " : "",
                            get (item, "rule"));
    append_harmless (text, get (item, "detail"));
    g_string_append_printf (text, " [%s]\n", get (item, "severity"));
  }
  json_array_foreach (json_object_get (self, "fields"), i, item)
  {
    g_string_append_printf (text, "  %-9s %s: ", get (item, "path"),
                            *get (item, "name") != '\0' ? gettext (get (item, "name")) : "");
    append_harmless (text, get (item, "value"));
    g_string_append_c (text, '\n');
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
