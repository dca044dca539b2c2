/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-emv-mpm-rules.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

typedef enum
{
  FORMAT_N,        /* digits */
  FORMAT_ANS,      /* printable ASCII */
  FORMAT_S,        /* any characters */
  FORMAT_TEMPLATE, /* further objects */
} Format;

/* One row of a table of the specification, for the ids from @from to @to. */
typedef struct
{
  guint from, to;
  Format format;
  guint min, max; /* characters */
  const char *name;
  gboolean reserved; /* for future use: to be ignored by readers */
} Rule;

/* EMVCo MPM table 3.3 to 3.5. */
static const Rule root_rules[] = {
  { 0, 0, FORMAT_N, 2, 2, N_ ("Payload format"), FALSE },
  { 1, 1, FORMAT_N, 2, 2, N_ ("Reusable or for one payment"), FALSE },
  { 2, 25, FORMAT_ANS, 1, 99, N_ ("Merchant account"), FALSE },
  { 26, 51, FORMAT_TEMPLATE, 1, 99, N_ ("Merchant account information"), FALSE },
  { 52, 52, FORMAT_N, 4, 4, N_ ("Merchant category"), FALSE },
  { 53, 53, FORMAT_N, 3, 3, N_ ("Currency"), FALSE },
  { 54, 54, FORMAT_ANS, 1, 13, N_ ("Amount"), FALSE },
  { 55, 55, FORMAT_N, 2, 2, N_ ("Tip or convenience"), FALSE },
  { 56, 56, FORMAT_ANS, 1, 13, N_ ("Fixed convenience fee"), FALSE },
  { 57, 57, FORMAT_ANS, 1, 5, N_ ("Convenience fee in percent"), FALSE },
  { 58, 58, FORMAT_ANS, 2, 2, N_ ("Country"), FALSE },
  { 59, 59, FORMAT_ANS, 1, 25, N_ ("Merchant name"), FALSE },
  { 60, 60, FORMAT_ANS, 1, 15, N_ ("Merchant city"), FALSE },
  { 61, 61, FORMAT_ANS, 1, 10, N_ ("Postal code"), FALSE },
  { 62, 62, FORMAT_TEMPLATE, 1, 99, N_ ("Additional data"), FALSE },
  { 63, 63, FORMAT_ANS, 4, 4, N_ ("Check"), FALSE },
  { 64, 64, FORMAT_TEMPLATE, 1, 99, N_ ("Names in another language"), FALSE },
  { 65, 79, FORMAT_S, 1, 99, N_ ("Reserved"), TRUE },
  { 80, 99, FORMAT_TEMPLATE, 1, 99, N_ ("Unreserved template"), FALSE },
};

/* EMVCo MPM table 3.7. */
static const Rule additional_rules[] = {
  { 1, 1, FORMAT_ANS, 1, 25, N_ ("Bill number"), FALSE },
  { 2, 2, FORMAT_ANS, 1, 25, N_ ("Mobile number"), FALSE },
  { 3, 3, FORMAT_ANS, 1, 25, N_ ("Store"), FALSE },
  { 4, 4, FORMAT_ANS, 1, 25, N_ ("Loyalty number"), FALSE },
  { 5, 5, FORMAT_ANS, 1, 25, N_ ("Reference"), FALSE },
  { 6, 6, FORMAT_ANS, 1, 25, N_ ("Customer"), FALSE },
  { 7, 7, FORMAT_ANS, 1, 25, N_ ("Terminal"), FALSE },
  { 8, 8, FORMAT_ANS, 1, 25, N_ ("Purpose"), FALSE },
  { 9, 9, FORMAT_ANS, 1, 3, N_ ("What to ask the customer for"), FALSE },
  { 10, 10, FORMAT_ANS, 1, 20, N_ ("Merchant tax number"), FALSE },
  { 11, 11, FORMAT_ANS, 3, 3, N_ ("Merchant channel"), FALSE },
  { 12, 49, FORMAT_S, 1, 99, N_ ("Reserved"), TRUE },
  { 50, 99, FORMAT_TEMPLATE, 1, 99, N_ ("Payment system’s template"), FALSE },
};

/* EMVCo MPM table 3.8. */
static const Rule language_rules[] = {
  { 0, 0, FORMAT_ANS, 2, 2, N_ ("Language"), FALSE },
  { 1, 1, FORMAT_S, 1, 25, N_ ("Merchant name in that language"), FALSE },
  { 2, 2, FORMAT_S, 1, 15, N_ ("Merchant city in that language"), FALSE },
  { 3, 99, FORMAT_S, 1, 99, N_ ("Reserved"), TRUE },
};

/* EMVCo MPM tables 3.6 and 3.9: merchant account information, unreserved and payment systems' templates. */
static const Rule named_rules[] = {
  { 0, 0, FORMAT_ANS, 1, 32, N_ ("Whose this is"), FALSE },
  { 1, 99, FORMAT_S, 1, 99, N_ ("Detail"), FALSE },
};

static guint
id_number (const char *id)
{
  return (guint)(id[0] - '0') * 10 + (guint)(id[1] - '0');
}

static const Rule *
find_in (const Rule *rules, gsize n, guint id)
{
  for (gsize i = 0; i < n; i++)
    if (id >= rules[i].from && id <= rules[i].to)
      return &rules[i];
  return NULL;
}

/* Returns: (nullable): the rule for the object at @path. */
static const Rule *
find_rule (const char *path)
{
  const Rule *rule = find_in (root_rules, G_N_ELEMENTS (root_rules), id_number (path));
  guint parent = id_number (path);

  if (path[2] == '\0')
    return rule;
  if (rule == NULL || rule->format != FORMAT_TEMPLATE)
    return NULL;

  if (path[5] != '\0')
    return find_in (named_rules, G_N_ELEMENTS (named_rules), id_number (path + 6));
  if (parent == 62)
    return find_in (additional_rules, G_N_ELEMENTS (additional_rules), id_number (path + 3));
  if (parent == 64)
    return find_in (language_rules, G_N_ELEMENTS (language_rules), id_number (path + 3));
  return find_in (named_rules, G_N_ELEMENTS (named_rules), id_number (path + 3));
}

const char *
ds_emv_mpm_name (const char *path)
{
  const Rule *rule;

  g_return_val_if_fail (path != NULL && strlen (path) % 3 == 2, NULL);

  rule = find_rule (path);
  return rule != NULL ? rule->name : NULL;
}

gboolean
ds_emv_mpm_is_template (const char *path)
{
  const Rule *rule = find_rule (path);

  return rule != NULL && rule->format == FORMAT_TEMPLATE;
}

static void
require (DsEmvMpm *self, const char *path, DsEmvVerdict severity)
{
  if (ds_emv_mpm_get (self, path) == NULL)
    ds_emv_findings_add (self->findings, severity, path, "missing", "%s is missing", ds_emv_mpm_name (path));
}

/* A fixed fee goes with indicator 02 and a percentage with 03, and neither with anything else (EMVCo MPM 4.7.2). */
static void
check_tips (DsEmvMpm *self)
{
  const struct
  {
    const char *fee, *indicator;
  } pairs[] = { { "56", "02" }, { "57", "03" } };
  const char *indicator = ds_emv_mpm_get (self, "55");

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      gboolean wanted = g_strcmp0 (indicator, pairs[i].indicator) == 0;
      gboolean there = ds_emv_mpm_get (self, pairs[i].fee) != NULL;

      if (wanted != there)
        ds_emv_findings_add (self->findings, DS_EMV_INVALID, pairs[i].fee, "tip",
                             there ? "a fee is there that 55 does not announce"
                                   : "55 announces a fee that is not there");
    }
}

void
ds_emv_mpm_check_presence (DsEmvMpm *self)
{
  gboolean has_account = FALSE;

  for (guint i = 0; i < self->objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (self->objects, i);
      guint id = id_number (object->id);

      has_account = has_account || (id >= 2 && id <= 51);
      if (i == 0 && id != 0)
        ds_emv_findings_add (self->findings, DS_EMV_INVALID, "00", "order",
                             "the payload format is not the first object");
    }
  if (!has_account)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "02", "missing",
                         "no merchant account (02 to 51) is there to pay to");

  require (self, "00", DS_EMV_INVALID);
  require (self, "53", DS_EMV_INVALID);
  require (self, "58", DS_EMV_INVALID);
  require (self, "63", DS_EMV_INVALID);
  /* National schemes such as PromptPay and VietQR leave these out, and their codes are paid every day. */
  require (self, "52", DS_EMV_LENIENT);
  require (self, "59", DS_EMV_LENIENT);
  require (self, "60", DS_EMV_LENIENT);
  check_tips (self);
}

static void
check_characters (DsEmvMpm *self, const char *path, const char *value, Format format)
{
  gboolean beyond_ascii = FALSE;

  for (const char *at = value; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_iscntrl (c))
        {
          ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "format",
                               "a control character (U+%04X) stands in it", c);
          return;
        }
      if (format == FORMAT_N && (c < '0' || c > '9'))
        {
          ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "format", "“%s” is not a number", value);
          return;
        }
      beyond_ascii = beyond_ascii || c > 0x7E;
    }
  /* Merchants do write their names in their own script where the specification wants Latin letters. */
  if (format == FORMAT_ANS && beyond_ascii)
    ds_emv_findings_add (self->findings, DS_EMV_LENIENT, path, "format",
                         "“%s” has characters beyond Latin letters, digits and signs", value);
}

/* Digits with at most one point: "98", "98.", "98.73". Returns: whether it is such a number, and above zero. */
static gboolean
is_positive_decimal (const char *value)
{
  gsize digits = 0;
  gsize points = 0;
  gboolean positive = FALSE;

  for (const char *at = value; *at != '\0'; at++)
    {
      if (*at == '.')
        points++;
      else if (g_ascii_isdigit (*at))
        digits++;
      else
        return FALSE;
      positive = positive || (*at >= '1' && *at <= '9');
    }
  return digits > 0 && points <= 1 && positive;
}

/* 00.01 to 99.99 (EMVCo MPM 4.7.4). */
static gboolean
is_percentage (const char *value)
{
  const char *point = strchr (value, '.');
  gsize whole = point != NULL ? (gsize)(point - value) : strlen (value);

  return is_positive_decimal (value) && whole >= 1 && whole <= 2
         && (point == NULL || strlen (point + 1) <= 2);
}

/* A choice of A (address), M (mobile) and E (e-mail), each once. */
static gboolean
is_consumer_request (const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (strchr ("AME", *at) == NULL || strchr (at + 1, *at) != NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_two_letters (const char *value)
{
  return strlen (value) == 2 && g_ascii_isalpha (value[0]) && g_ascii_isalpha (value[1]);
}

static gboolean
is_crc (const char *value)
{
  return strlen (value) == 4 && strspn (value, "0123456789ABCDEFabcdef") == 4;
}

static gboolean
is_01 (const char *value)
{
  return strcmp (value, "01") == 0;
}

static gboolean
is_11_or_12 (const char *value)
{
  return strcmp (value, "11") == 0 || strcmp (value, "12") == 0;
}

static gboolean
is_tip_indicator (const char *value)
{
  return strcmp (value, "01") == 0 || strcmp (value, "02") == 0 || strcmp (value, "03") == 0;
}

/* Values that have to be more than of the right length and alphabet. */
static const struct
{
  const char *path;
  gboolean (*is_right) (const char *value);
  const char *wanted;
} value_rules[] = {
  { "00", is_01, "01" },
  { "01", is_11_or_12, "11 or 12" },
  { "54", is_positive_decimal, "an amount above zero such as 98.73" },
  { "55", is_tip_indicator, "01, 02 or 03" },
  { "56", is_positive_decimal, "an amount above zero such as 98.73" },
  { "57", is_percentage, "a percentage from 00.01 to 99.99" },
  { "58", is_two_letters, "two letters for a country" },
  { "63", is_crc, "four hexadecimal digits" },
  { "62-09", is_consumer_request, "a choice of A, M and E" },
  { "64-00", is_two_letters, "two letters for a language" },
};

static void
check_length (DsEmvMpm *self, const char *path, const char *value, const Rule *rule)
{
  glong length = g_utf8_strlen (value, -1);

  if (length >= rule->min && length <= rule->max)
    return;
  if (rule->min == rule->max)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "length",
                         "it has %ld characters instead of %u", length, rule->max);
  else
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "length",
                         "it has %ld characters, more than %u", length, rule->max);
}

/* One object by itself. */
static void
check_object (DsEmvMpm *self, const char *path, const DsEmvObject *object)
{
  const Rule *rule = find_rule (path);

  if (rule == NULL || rule->reserved)
    {
      ds_emv_findings_add (self->findings, DS_EMV_LENIENT, path, DS_EMV_MPM_RULE_RESERVED,
                           "the specification does not use this ID");
      return;
    }
  if (rule->format == FORMAT_TEMPLATE)
    return;

  check_length (self, path, object->value, rule);
  check_characters (self, path, object->value, rule->format);
  for (gsize i = 0; i < G_N_ELEMENTS (value_rules); i++)
    if (strcmp (path, value_rules[i].path) == 0 && !value_rules[i].is_right (object->value))
      ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "value", "“%s” is not %s", object->value,
                           value_rules[i].wanted);
}

/* What a template has to hold. */
static void
check_template (DsEmvMpm *self, const char *path)
{
  g_autofree char *name = g_strdup_printf ("%s-00", path);
  g_autofree char *merchant = g_strdup_printf ("%s-01", path);

  if (strcmp (path, "62") == 0)
    return;
  require (self, name, DS_EMV_INVALID);
  if (strcmp (path, "64") == 0)
    require (self, merchant, DS_EMV_INVALID);
}

static void
check_level (DsEmvMpm *self, const char *parent, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (objects, i);
      g_autofree char *path = g_strdup_printf ("%s%s%s", parent, *parent != '\0' ? "-" : "", object->id);

      check_object (self, path, object);
      if (object->parts != NULL)
        {
          check_template (self, path);
          check_level (self, path, object->parts);
        }
    }
}

void
ds_emv_mpm_check_values (DsEmvMpm *self)
{
  check_level (self, "", self->objects);
}
