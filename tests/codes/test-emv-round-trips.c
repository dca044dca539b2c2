/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any valid EMVCo code is written, read and written again the same, unknown parts byte for byte; and a code that was
 * changed and given the check it should have is valid only if a second, small reading of the rules, written here
 * without regard to the reader's, finds it so. Drawn from GLib's seeded numbers: --seed repeats a failure. */
#include "config.h"

#include "ds-emv-cpm.h"
#include "ds-emv-mpm.h"
#include "ds-evidence-envelope.h"
#include "ds-tlv.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 3000
#define MUTATIONS 20000
#define CHECK_SIZE 8 /* "6304" and four digits */

static gint
draw (gint least, gint most)
{
  return g_test_rand_int_range (least, most + 1);
}

/* Merchant-presented codes: text by text, apart from the writer under test */

static void
append_object (GString *to, gint id, const char *value)
{
  g_string_append_printf (to, "%02d%02ld%s", id, g_utf8_strlen (value, -1), value);
}

/* The check, over bytes from the most significant bit on, by long division. */
static void
append_check (GString *to)
{
  guint32 remainder = 0xFFFF;

  g_string_append (to, "6304");
  for (gsize bit = 0; bit < 8 * to->len; bit++)
    {
      guint32 in = (guint32)((guint8)to->str[bit / 8] >> (7 - bit % 8)) & 1;
      gboolean carry = ((remainder >> 15) ^ in) != 0;

      remainder = (remainder << 1 & 0xFFFF) ^ (carry ? 0x1021 : 0);
    }
  g_string_append_printf (to, "%04X", remainder);
}

static char *
draw_ans (gint least, gint most)
{
  gint n = draw (least, most);
  GString *text = g_string_new (NULL);

  while (n-- > 0)
    g_string_append_c (text, (char)draw (' ', '~'));
  return g_string_free (text, FALSE);
}

/* Characters of one to four bytes. */
static char *
draw_s (gint least, gint most)
{
  static const gunichar others[] = { 0xE9, 0xDF, 0x5FEB, 0x9012, 0x4E0A, 0x20BB7, 0x1F4E6, 0x10FFFD };
  gint n = draw (least, most);
  GString *text = g_string_new (NULL);

  while (n-- > 0)
    g_string_append_unichar (text, draw (0, 2) > 0 ? (gunichar)draw (' ', '~')
                                                   : others[draw (0, (gint)G_N_ELEMENTS (others) - 1)]);
  return g_string_free (text, FALSE);
}

static char *
draw_digits (gint n)
{
  GString *text = g_string_new (NULL);

  while (n-- > 0)
    g_string_append_c (text, (char)draw ('0', '9'));
  return g_string_free (text, FALSE);
}

static char *
draw_amount (void)
{
  switch (draw (0, 3))
    {
    case 0:
      return g_strdup_printf ("%d", draw (1, 999999));
    case 1:
      return g_strdup_printf ("%d.", draw (1, 999999));
    case 2:
      return g_strdup_printf ("0.%02d", draw (1, 99));
    default:
      return g_strdup_printf ("%d.%03d", draw (1, 999999999), draw (0, 999));
    }
}

static void
shuffle (GArray *ids)
{
  for (guint i = ids->len; i > 1; i--)
    {
      gint *last = &g_array_index (ids, gint, i - 1);
      gint *any = &g_array_index (ids, gint, (guint)draw (0, (gint)i - 1));
      gint id = *last;

      *last = *any;
      *any = id;
    }
}

/* Ids from @least to @most, each once, in any order. Returns: (transfer full) (element-type gint) */
static GArray *
draw_ids (gint least, gint most, gint n)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint));

  for (gint id = least; id <= most; id++)
    g_array_append_val (ids, id);
  shuffle (ids);
  g_array_set_size (ids, (guint)MIN (n, most - least + 1));
  return ids;
}

/* A template whose sub-id 00 says whose it is; it has at most @most characters. */
static char *
draw_named (gint most)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) ids = draw_ids (1, 99, draw (0, 4));
  g_autofree char *name = draw_ans (1, MIN (32, most - 4));

  append_object (text, 0, name);
  for (guint i = 0; i < ids->len; i++)
    {
      gint left = most - (gint)g_utf8_strlen (text->str, -1) - 4;
      g_autofree char *value = left > 0 ? draw_s (1, draw (1, left)) : NULL;

      if (value != NULL)
        append_object (text, g_array_index (ids, gint, i), value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
draw_additional (void)
{
  static const char *const requests[] = { "A", "M", "E", "AM", "ME", "EA", "AME", "EMA" };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) ids = draw_ids (1, 11, draw (0, 4));
  g_autoptr (GArray) systems = draw_ids (50, 99, draw (0, 2));

  g_array_append_vals (ids, systems->data, systems->len);
  for (guint i = 0; i < ids->len; i++)
    {
      gint id = g_array_index (ids, gint, i);
      gint left = 99 - (gint)g_utf8_strlen (text->str, -1) - 4;
      g_autofree char *value = NULL;

      if (left < 5)
        break;
      if (id == 9)
        value = g_strdup (requests[draw (0, (gint)G_N_ELEMENTS (requests) - 1)]);
      else if (id >= 50)
        value = draw_named (left);
      else if (id == 11)
        value = draw_ans (3, 3);
      else
        value = draw (0, 5) == 0 ? g_strdup ("***") : draw_ans (1, MIN (id == 10 ? 20 : 25, left));
      append_object (text, id, value);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("0503abc");
}

static char *
draw_language (void)
{
  g_autoptr (GString) text = g_string_new (draw (0, 1) ? "0002zh" : "0002ZH");
  g_autofree char *name = draw_s (1, 25);
  g_autofree char *city = draw_s (1, 15);

  append_object (text, 1, name);
  if (draw (0, 1))
    append_object (text, 2, city);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
draw_value (gint id)
{
  if (id <= 25)
    return draw_ans (1, draw (0, 3) > 0 ? 30 : 99);
  if (id <= 51 || id >= 80)
    return draw_named (99);
  switch (id)
    {
    case 52:
      return draw_digits (4);
    case 53:
      return draw_digits (3);
    case 54:
      return draw_amount ();
    case 58:
      return g_strdup_printf ("%c%c", draw ('A', 'Z'), draw ('A', 'Z'));
    case 59:
      return draw_ans (1, 25);
    case 60:
      return draw_ans (1, 15);
    case 61:
      return draw_ans (1, 10);
    case 62:
      return draw_additional ();
    default:
      return draw_language ();
    }
}

/* A tip or fee, with what goes with it: objects 55 to 57. */
static void
append_tip (GString *to)
{
  g_autofree char *fee = draw_amount ();
  g_autofree char *percent = g_strdup_printf ("%d.%02d", draw (1, 99), draw (0, 99));

  switch (draw (0, 3))
    {
    case 0:
      append_object (to, 55, "01");
      break;
    case 1:
      append_object (to, 55, "02");
      append_object (to, 56, fee);
      break;
    case 2:
      append_object (to, 55, "03");
      append_object (to, 57, percent);
      break;
    }
}

/* Any code that keeps every rule, without its check; of at most 512 bytes with it. */
static GString *
draw_body (void)
{
  static const gint needed[] = { 52, 53, 58, 59, 60 };
  static const gint wanted[] = { 54, 61, 62, 64 };
  GString *text = g_string_new ("000201");
  GArray *ids = draw_ids (2, 51, draw (1, 4));
  g_autoptr (GArray) unreserved = draw_ids (80, 99, draw (0, 3));

  g_array_append_vals (ids, needed, G_N_ELEMENTS (needed));
  if (draw (0, 1))
    append_object (text, 1, draw (0, 1) ? "11" : "12");
  append_tip (text);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (draw (0, 1))
      g_array_append_val (ids, wanted[i]);
  g_array_append_vals (ids, unreserved->data, unreserved->len);
  shuffle (ids);

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GString) object = g_string_new (NULL);
      g_autofree char *value = draw_value (g_array_index (ids, gint, i));

      append_object (object, g_array_index (ids, gint, i), value);
      if (text->len + object->len + CHECK_SIZE <= DS_EMV_MPM_MAX_BYTES)
        g_string_append_len (text, object->str, (gssize)object->len);
      else if (g_array_index (ids, gint, i) <= 60)
        {
          /* No room for one that has to be there. */
          g_array_unref (ids);
          g_string_free (text, TRUE);
          return draw_body ();
        }
    }
  g_array_unref (ids);
  return text;
}

/* Fills up to the last byte that a code may have. */
static void
fill (GString *text)
{
  gssize left = DS_EMV_MPM_MAX_BYTES - CHECK_SIZE - (gssize)text->len;

  for (gint id = 2; id <= 25 && left > 4; id++)
    {
      g_autofree char *header = g_strdup_printf ("%02d", id);
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (text->str);
      g_autofree char *value = NULL;
      gssize n = MIN (left - 4, 99);

      if (ds_emv_mpm_get (code, header) != NULL)
        continue;
      if (left - 4 - n > 0 && left - 4 - n < 5)
        n -= 5;
      value = draw_ans ((gint)n, (gint)n);
      append_object (text, id, value);
      left -= n + 4;
    }
}

/* Writes with the writer under test what the reader found, path by path. */
static void
copy_objects (DsEmvMpm *to, const char *parent, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (objects, i);
      g_autofree char *path = g_strdup_printf ("%s%s%s", parent, *parent != '\0' ? "-" : "", object->id);

      if (object->parts != NULL)
        copy_objects (to, path, object->parts);
      else if (strcmp (path, "63") != 0)
        ds_emv_mpm_set (to, path, object->value);
    }
}

static void
test_mpm (void)
{
  guint n_full = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GString) text = draw_body ();
      g_autoptr (DsEmvMpm) code = NULL;
      g_autoptr (DsEmvMpm) copy = ds_emv_mpm_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *again = NULL;
      g_autofree char *copied = NULL;

      if (draw (0, 4) == 0)
        fill (text);
      append_check (text);
      n_full += text->len == DS_EMV_MPM_MAX_BYTES;
      code = ds_emv_mpm_read (text->str);
      if (code->findings->len > 0)
        {
          const DsEmvFinding *finding = g_ptr_array_index (code->findings, 0);

          g_error ("%s: %s %s", text->str, finding->path, finding->detail);
        }
      again = ds_emv_mpm_write (code, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (again, ==, text->str);
      copy_objects (copy, "", code->objects);
      copied = ds_emv_mpm_write (copy, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (copied, ==, text->str);
    }
  g_assert_cmpuint (n_full, >, 0);
}

/* Objects that the standard keeps for later are read, kept as they are and make a code lenient, never invalid. */
static void
test_reserved (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GString) text = draw_body ();
      gint id = draw (65, 79);
      g_autofree char *path = g_strdup_printf ("%d", id);
      g_autofree char *value = draw_s (1, 20);
      g_autoptr (DsEmvMpm) code = NULL;

      append_object (text, id, value);
      append_check (text);
      if (text->len > DS_EMV_MPM_MAX_BYTES)
        continue;
      code = ds_emv_mpm_read (text->str);
      g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_LENIENT);
      g_assert_cmpuint (code->findings->len, ==, 1);
      g_assert_nonnull (ds_emv_findings_find (code->findings, path, "reserved"));
      g_assert_cmpstr (ds_emv_mpm_get (code, path), ==, value);
    }
}

/* A second reading of the rules that no valid code breaks */

static gboolean
are_digits (const char *value, gsize n)
{
  return strlen (value) == n && strspn (value, "0123456789") == n;
}

static gboolean
is_amount (const char *value)
{
  const char *point = strchr (value, '.');

  return strlen (value) <= 13 && strspn (value, "0123456789.") == strlen (value)
         && (point == NULL || strchr (point + 1, '.') == NULL) && strpbrk (value, "123456789") != NULL;
}

static gboolean
is_right (gint id, const char *value)
{
  glong n = g_utf8_strlen (value, -1);

  switch (id)
    {
    case 0:
      return strcmp (value, "01") == 0;
    case 1:
      return strcmp (value, "11") == 0 || strcmp (value, "12") == 0;
    case 52:
      return are_digits (value, 4);
    case 53:
      return are_digits (value, 3);
    case 54:
    case 56:
      return is_amount (value);
    case 58:
      return n == 2 && g_ascii_isalpha (value[0]) && g_ascii_isalpha (value[1]);
    case 59:
      return n <= 25;
    case 60:
      return n <= 15;
    case 61:
      return n <= 10;
    default:
      return TRUE;
    }
}

/* Returns: whether @text is a row of objects, each once, with all that has to be there and right as far as
 * is_right() looks. */
static gboolean
keeps_rules (const char *text)
{
  char *values[100] = { NULL };
  gboolean good = strlen (text) <= DS_EMV_MPM_MAX_BYTES && g_str_has_prefix (text, "0002");
  gboolean account = FALSE;
  const char *at = text;

  while (good && *at != '\0')
    {
      gint id, length;

      good = strspn (at, "0123456789") >= 4;
      if (!good)
        break;
      id = (at[0] - '0') * 10 + at[1] - '0';
      length = (at[2] - '0') * 10 + at[3] - '0';
      at += 4;
      good = length > 0 && g_utf8_strlen (at, -1) >= length && values[id] == NULL;
      if (good)
        {
          values[id] = g_utf8_substring (at, 0, length);
          at += strlen (values[id]);
          good = is_right (id, values[id]) && (id != 63 || *at == '\0');
          account = account || (id >= 2 && id <= 51);
        }
    }
  for (gsize i = 0; i < 100; i++)
    good = good && (values[i] != NULL || (i != 52 && i != 53 && i != 58 && i != 59 && i != 60 && i != 63));
  good = good && account && (g_strcmp0 (values[55], "02") == 0) == (values[56] != NULL)
         && (g_strcmp0 (values[55], "03") == 0) == (values[57] != NULL);
  for (gsize i = 0; i < 100; i++)
    g_free (values[i]);
  return good;
}

/* Changes a character or two, or an object: takes it out, doubles it or puts it elsewhere. */
static char *
mutate (const char *body)
{
  g_autoptr (DsEmvMpm) code = ds_emv_mpm_read (body);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = code->objects->len;
  guint at = (guint)draw (0, (gint)n - 1);
  guint to = (guint)draw (0, (gint)n - 1);
  gint what = draw (0, 5);

  if (what < 3)
    {
      g_string_assign (text, body);
      for (gint times = draw (1, 2); times > 0; times--)
        text->str[draw (0, (gint)text->len - 1)]
            = (char)(draw (0, 2) > 0 ? draw ('0', '9') : draw (' ', '~'));
    }
  else
    for (guint i = 0; i < n; i++)
      {
        guint which = what == 3 && i == at ? to : what == 3 && i == to ? at : i;
        const DsEmvObject *object = g_ptr_array_index (code->objects, which);

        if (what == 4 && i == at)
          continue;
        append_object (text, atoi (object->id), object->value);
        if (what == 5 && i == at)
          append_object (text, atoi (object->id), object->value);
      }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_mpm_mutations (void)
{
  guint n_valid = 0;
  guint n_refused = 0;

  for (guint i = 0; i < MUTATIONS; i++)
    {
      g_autoptr (GString) body = draw_body ();
      g_autofree char *mutated = mutate (body->str);
      g_autoptr (GString) text = g_string_new (mutated);
      g_autoptr (DsEmvMpm) code = NULL;
      gboolean good;

      append_check (text);
      /* A byte put into the middle of a character: no text. */
      good = g_utf8_validate (text->str, -1, NULL) && keeps_rules (text->str);
      code = ds_emv_mpm_read (text->str);
      n_refused += !good;
      n_valid += ds_emv_mpm_get_verdict (code) == DS_EMV_VALID;
      if (!good && ds_emv_mpm_get_verdict (code) == DS_EMV_VALID)
        g_error ("taken for valid: %s", text->str);
    }
  /* Both kinds were met, or nothing was tested. */
  g_assert_cmpuint (n_valid, >, MUTATIONS / 20);
  g_assert_cmpuint (n_refused, >, MUTATIONS / 20);
}

/* Consumer-presented codes */

static void
append_random (GByteArray *to, guint32 tag, gint least, gint most)
{
  guint8 value[256];
  gint n = draw (least, most);

  for (gint i = 0; i < n; i++)
    value[i] = (guint8)draw (0, 255);
  ds_tlv_append (to, tag, value, (gsize)n);
}

/* Data objects of an application or of what applications have in common; with an account or without. */
static void
append_data (GByteArray *to, gboolean with_account)
{
  static const struct
  {
    guint32 tag;
    gint least, most;
  } objects[] = { { 0x50, 1, 16 },  { 0x5F20, 2, 26 },  { 0x5F2D, 2, 8 },  { 0x5F50, 1, 60 },
                  { 0x9F08, 2, 2 }, { 0x9F19, 6, 6 },   { 0x9F24, 1, 29 }, { 0x9F25, 2, 2 },
                  { 0xDF01, 0, 9 }, { 0xDF8101, 0, 9 }, { 0xC5, 0, 130 } };

  if (with_account)
    append_random (to, draw (0, 1) ? 0x57 : 0x5A, 1, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (objects); i++)
    if (draw (0, 3) == 0)
      append_random (to, objects[i].tag, objects[i].least, objects[i].most);
}

static void
append_template (GByteArray *to, guint32 tag, const GByteArray *inside)
{
  ds_tlv_append (to, tag, inside->data, inside->len);
}

static GByteArray *
draw_cpm (void)
{
  GByteArray *bytes = g_byte_array_new ();
  guint n = (guint)draw (1, 2);
  gboolean shared = draw (0, 1);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) application = g_byte_array_new ();

      append_random (application, DS_EMV_CPM_AID, 5, 16);
      append_data (application, !shared);
      if (draw (0, 1))
        append_random (application, DS_EMV_CPM_APPLICATION_DATA, 1, 60);
      append_template (bytes, DS_EMV_CPM_APPLICATION, application);
    }
  if (n > 1 || shared)
    {
      g_autoptr (GByteArray) common = g_byte_array_new ();

      append_data (common, shared);
      append_random (common, DS_EMV_CPM_COMMON_DATA, 1, 60);
      append_template (bytes, DS_EMV_CPM_COMMON, common);
    }
  for (gint others = draw (0, 3); others > 0; others--)
    append_random (bytes, draw (0, 1) ? 0xE1 : 0xBF21, 0, 150);
  if (draw (0, 1))
    append_random (bytes, 0xDF22, 0, 20);
  return bytes;
}

static void
append_objects (GByteArray *to, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvCpmObject *object = g_ptr_array_index (objects, i);
      gsize n;
      const guint8 *value = g_bytes_get_data (object->value, &n);

      ds_tlv_append (to, object->tag, value, n);
      if (object->parts != NULL)
        {
          g_autoptr (GByteArray) parts = g_byte_array_new ();

          append_objects (parts, object->parts);
          g_assert_cmpmem (parts->data, parts->len, value, n);
        }
    }
}

static void
test_cpm (void)
{
  static const char format[] = "\x85\x05"
                               "CPV01";

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GByteArray) bytes = draw_cpm ();
      g_autoptr (GByteArray) whole = g_byte_array_new ();
      g_autoptr (GByteArray) read = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *text = ds_emv_cpm_write (bytes->data, bytes->len, &error);
      g_autofree char *expected = NULL;
      g_autoptr (DsEmvCpm) code = NULL;

      g_assert_no_error (error);
      g_byte_array_append (whole, (const guint8 *)format, sizeof format - 1);
      g_byte_array_append (whole, bytes->data, bytes->len);
      expected = g_base64_encode (whole->data, whole->len);
      g_assert_cmpstr (text, ==, expected);
      code = ds_emv_cpm_read (text);
      g_assert_cmpint (ds_emv_cpm_get_verdict (code), ==, DS_EMV_VALID);
      append_objects (read, code->objects);
      g_assert_cmpmem (read->data, read->len, whole->data, whole->len);
    }
}

/* Our evidence comes out of an envelope with others' applications and unknown objects around it. */
static void
test_envelope (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      guint8 held[300];
      gint n = draw (1, (gint)sizeof held);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GByteArray) code = g_byte_array_new ();
      g_autoptr (GByteArray) other = g_byte_array_new ();
      g_autofree char *own = NULL;
      g_autofree char *text = NULL;
      g_autofree guchar *decoded = NULL;
      g_autoptr (GBytes) back = NULL;
      gsize decoded_n;

      for (gint k = 0; k < n; k++)
        held[k] = (guint8)draw (0, 255);
      bytes = g_bytes_new (held, (gsize)n);
      own = ds_evidence_envelope_write (bytes);
      decoded = g_base64_decode (own, &decoded_n);
      g_byte_array_append (code, decoded, (guint)decoded_n);
      append_random (other, DS_EMV_CPM_AID, 5, 16);
      append_data (other, TRUE);
      if (draw (0, 1))
        append_template (code, DS_EMV_CPM_APPLICATION, other);
      if (draw (0, 1))
        append_random (code, 0xDF22, 0, 60);
      text = g_base64_encode (code->data, code->len);
      back = ds_evidence_envelope_read (text, NULL);
      g_assert_nonnull (back);
      g_assert_true (g_bytes_equal (back, bytes));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/emv-round-trips/mpm", test_mpm);
  g_test_add_func ("/emv-round-trips/mpm-reserved", test_reserved);
  g_test_add_func ("/emv-round-trips/mpm-mutations", test_mpm_mutations);
  g_test_add_func ("/emv-round-trips/cpm", test_cpm);
  g_test_add_func ("/emv-round-trips/envelope", test_envelope);
  return g_test_run ();
}
