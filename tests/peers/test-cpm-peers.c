/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EMVCo CPM against npm packages: node-emv takes what we write apart, and we read what emv-qrcps writes. */
#include "config.h"

#include "draw.h"
#include "ds-emv-cpm.h"
#include "ds-encoding.h"
#include "ds-json.h"
#include "ds-tlv.h"
#include "node-peers.h"

#include <string.h>

/* The objects that either peer knows, EMV book 3, annex A. */
static const struct
{
  const char *tag;
  guint min, max; /* bytes */
  gboolean is_text;
} objects[] = {
  { "50", 1, 16, TRUE },   { "5F20", 2, 26, TRUE },  { "5F2D", 2, 8, TRUE },   { "5F50", 1, 60, TRUE },
  { "9F08", 2, 2, FALSE }, { "9F19", 6, 6, FALSE },  { "9F24", 29, 29, FALSE }, { "9F25", 2, 2, FALSE },
}, own_objects[] = {
  { "9F10", 1, 32, FALSE },
  { "9F26", 8, 8, FALSE },
  { "9F36", 2, 2, FALSE },
  { "9F37", 4, 4, FALSE },
};

static gboolean
is_text (const char *tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (objects); i++)
    if (strcmp (objects[i].tag, tag) == 0)
      return objects[i].is_text;
  return FALSE;
}

static json_t *
draw_hex (guint least, guint most)
{
  g_autoptr (GString) hex = g_string_new (NULL);

  for (guint n = draw_number (least, most); n > 0; n--)
    g_string_append_printf (hex, "%02X", draw_number (0, 255));
  return json_string (hex->str);
}

static json_t *
draw_printable (guint least, guint most)
{
  g_autofree char *text = draw_text (DRAW_LATIN, draw_number (least, most));

  return json_string (text);
}

/* Returns: (transfer full): {"tag", "objects", "own"}, as npm-peers.js has it. */
static json_t *
draw_template (const char *tag, gboolean has_account)
{
  json_t *parts = json_object ();
  json_t *template = json_pack ("{s:s, s:o}", "tag", tag, "objects", parts);

  if (strcmp (tag, "61") == 0)
    json_object_set_new (parts, "4F", draw_hex (5, 16));
  if (has_account)
    json_object_set_new (parts, draw_once_in (2) ? "57" : "5A", draw_hex (5, 10));
  for (gsize i = 0; i < G_N_ELEMENTS (objects); i++)
    if (draw_once_in (4))
      json_object_set_new (parts, objects[i].tag,
                           objects[i].is_text ? draw_printable (objects[i].min, objects[i].max)
                                              : draw_hex (objects[i].min, objects[i].max));
  /* No template goes without anything in it. */
  if (strcmp (tag, "62") == 0 || draw_once_in (2))
    {
      json_t *own = json_object ();

      for (gsize i = 0; i < G_N_ELEMENTS (own_objects); i++)
        if (i == 0 || draw_once_in (2))
          json_object_set_new (own, own_objects[i].tag, draw_hex (own_objects[i].min, own_objects[i].max));
      json_object_set_new (template, "own", own);
    }
  return template;
}

static json_t *
draw_templates (void)
{
  json_t *templates = json_array ();
  gboolean has_two = draw_once_in (3);
  gboolean has_common = has_two || draw_once_in (2);
  gboolean is_common_account = has_common && draw_once_in (2);

  json_array_append_new (templates, draw_template ("61", !is_common_account));
  if (has_two)
    json_array_append_new (templates, draw_template ("61", !is_common_account));
  if (has_common)
    json_array_append_new (templates, draw_template ("62", is_common_account));
  return templates;
}

static guint32
tag_to_number (const char *tag)
{
  return (guint32)g_ascii_strtoull (tag, NULL, 16);
}

/* Appends {tag: value}, and to @fields, unless it is %NULL, {path: hexadecimal}. */
static void
append_objects (GByteArray *bytes, json_t *parts, const char *parent, json_t *fields)
{
  const char *tag;
  json_t *value;

  json_object_foreach (parts, tag, value)
  {
    const char *text = json_string_value (value);
    g_autofree char *hex
        = is_text (tag) ? ds_hex_encode ((const guint8 *)text, strlen (text)) : g_ascii_strdown (text, -1);
    g_autofree char *path = g_strdup_printf ("%s-%s", parent, tag);
    g_autoptr (GBytes) decoded = ds_hex_decode (hex, NULL);

    ds_tlv_append (bytes, tag_to_number (tag), g_bytes_get_data (decoded, NULL), g_bytes_get_size (decoded));
    json_object_set_new (fields, path, json_string (hex));
  }
}

/* Returns: (transfer full): the templates' bytes; {path: hexadecimal} of every object in them goes to @fields. */
static GByteArray *
encode_templates (json_t *templates, json_t *fields)
{
  GByteArray *bytes = g_byte_array_new ();
  guint n_applications = 0;
  gsize i;
  json_t *template;

  json_array_foreach (templates, i, template)
  {
    const char *tag = json_string_value (json_object_get (template, "tag"));
    json_t *own = json_object_get (template, "own");
    g_autoptr (GByteArray) value = g_byte_array_new ();
    g_autoptr (GByteArray) own_value = g_byte_array_new ();
    g_autofree char *path = g_strdup (strcmp (tag, "61") == 0 && n_applications++ > 0 ? "61.2" : tag);
    g_autofree char *own_path = g_strdup_printf ("%s-%s", path, strcmp (tag, "61") == 0 ? "63" : "64");

    append_objects (value, json_object_get (template, "objects"), path, fields);
    if (own != NULL)
      {
        append_objects (own_value, own, own_path, fields);
        ds_tlv_append (value, tag_to_number (own_path + strlen (own_path) - 2), own_value->data,
                       own_value->len);
      }
    ds_tlv_append (bytes, tag_to_number (tag), value->data, value->len);
  }
  return bytes;
}

static void
test_they_read (gconstpointer data)
{
  Campaign campaign = { .name = "cpm-node-emv" };
  guint n = campaign_get_n_cases (2000);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (json_t) templates = draw_templates ();
      g_autoptr (json_t) fields = json_pack ("{s:s}", "85", "4350563031");
      g_autoptr (GByteArray) bytes = encode_templates (templates, fields);
      g_autoptr (GError) error = NULL;
      g_autofree char *text = ds_emv_cpm_write (bytes->data, bytes->len, &error);
      g_autoptr (json_t) answer = NULL;

      g_assert_no_error (error);
      campaign.n_cases++;
      answer = node_peers_ask ((NodePeers *)data, json_pack ("{s:s, s:s}", "does", "read-cpm", "text", text));
      if (!json_equal (json_object_get (answer, "fields"), fields))
        campaign_violated (&campaign, "node-emv reads %s otherwise", text);
    }
  campaign_end (&campaign);
}

/* Returns: (transfer full) (nullable): what is wrong with the code that emv-qrcps writes of @templates. */
static char *
find_fault_in_writing (NodePeers *peers, json_t *templates)
{
  g_autoptr (json_t) fields = json_object ();
  g_autoptr (GByteArray) bytes = encode_templates (templates, fields);
  g_autoptr (json_t) answer
      = node_peers_ask (peers, json_pack ("{s:s, s:O}", "does", "write-cpm", "templates", templates));
  const char *text = json_string_value (json_object_get (answer, "text"));
  g_autoptr (DsEmvCpm) code = NULL;
  const char *path;
  json_t *value;

  if (text == NULL)
    return g_strdup (json_string_value (json_object_get (answer, "error")));
  code = ds_emv_cpm_read (text);
  if (ds_emv_cpm_get_verdict (code) != DS_EMV_VALID)
    return g_strdup_printf ("%s: %s", text, ds_emv_findings_get_gravest (code->findings)->detail);
  json_object_foreach (fields, path, value)
  {
    const DsEmvCpmObject *object = ds_emv_cpm_find (code, path);
    g_autofree char *hex = NULL;

    /* 63 and 64 are their owners': kept whole. */
    if (strstr (path, "-63-") != NULL || strstr (path, "-64-") != NULL)
      continue;
    if (object == NULL)
      return g_strdup_printf ("%s: %s is not there", text, path);
    hex = ds_hex_encode (g_bytes_get_data (object->value, NULL), g_bytes_get_size (object->value));
    if (strcmp (hex, json_string_value (value)) != 0)
      return g_strdup_printf ("%s: %s is %s", text, path, hex);
  }
  return NULL;
}

/* emv-qrcps writes every length in one byte; from 128 on it takes two (ISO/IEC 8825-1, 8.1.3). */
static gboolean
has_long_template (json_t *templates)
{
  g_autoptr (json_t) fields = json_object ();
  g_autoptr (GByteArray) bytes = encode_templates (templates, fields);
  DsTlvReader reader;
  DsTlv tlv;

  ds_tlv_reader_init (&reader, bytes->data, bytes->len);
  while (!ds_tlv_reader_is_done (&reader))
    {
      g_assert_true (ds_tlv_reader_next (&reader, &tlv, NULL));
      if (tlv.n > 127)
        return TRUE;
    }
  return FALSE;
}

static void
test_they_write (gconstpointer data)
{
  Campaign campaign = { .name = "cpm-written-by-emv-qrcps" };
  guint n = campaign_get_n_cases (2000);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (json_t) templates = draw_templates ();
      g_autofree char *fault = NULL;

      if (has_long_template (templates))
        continue;
      campaign.n_cases++;
      fault = find_fault_in_writing ((NodePeers *)data, templates);
      if (fault != NULL)
        campaign_violated (&campaign, "%s", fault);
    }
  campaign_end (&campaign);
}

static void
test_peer_errors (gconstpointer data)
{
  Campaign campaign = { .name = "cpm-known-errors-of-peers", .n_cases = 1 };
  g_autofree char *address = g_strnfill (128, 'x');
  g_autoptr (json_t) templates = json_pack ("[{s:s, s:{s:s, s:s, s:s}}]", "tag", "61", "objects", "4F",
                                            "A000000055", "5A", "1234567890", "5F50", address);
  g_autofree char *fault = NULL;

  g_assert_true (has_long_template (templates));
  fault = find_fault_in_writing ((NodePeers *)data, templates);
  g_test_message ("emv-qrcps writes a length of 128 in one byte: %s", fault);
  if (fault == NULL)
    campaign_violated (&campaign, "emv-qrcps writes long objects right now: take the rule away");
  campaign_end (&campaign);
}

int
main (int argc, char **argv)
{
  g_autofree char *why_not = NULL;
  /* Before the test is isolated: npm wants a home and its settings. */
  g_autoptr (NodePeers) peers = node_peers_start (&why_not);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (peers == NULL)
    return node_peers_skip (why_not);
  g_test_add_data_func ("/cpm-peers/they-read", peers, test_they_read);
  g_test_add_data_func ("/cpm-peers/they-write", peers, test_they_write);
  g_test_add_data_func ("/cpm-peers/errors", peers, test_peer_errors);
  return g_test_run ();
}
