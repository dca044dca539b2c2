/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mpm-case.h"

#include "ds-error.h"
#include "draw.h"

#include <string.h>

void
mpm_case_free (MpmCase *self)
{
  if (self == NULL)
    return;
  json_decref (self->fields);
  g_free (self->text);
  g_free (self);
}

static void
list_level (json_t *fields, const char *parent, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (objects, i);
      g_autofree char *path = g_strdup_printf ("%s%s%s", parent, *parent != '\0' ? "-" : "", object->id);

      if (object->parts != NULL)
        list_level (fields, path, object->parts);
      else
        json_object_set_new (fields, path, json_string (object->value));
    }
}

json_t *
mpm_case_list_fields (const DsEmvMpm *code)
{
  json_t *fields = json_object ();

  list_level (fields, "", code->objects);
  return fields;
}

MpmCase *
mpm_case_new_sealed (const char *body)
{
  MpmCase *self = g_new (MpmCase, 1);
  g_autofree char *covered = g_strconcat (body, "6304", NULL);
  g_autoptr (DsEmvMpm) code = NULL;

  self->text = g_strdup_printf ("%s%04X", covered, ds_emv_crc16 (covered, strlen (covered)));
  code = ds_emv_mpm_read (self->text);
  g_assert_cmpint (ds_emv_mpm_get_verdict (code), ==, DS_EMV_VALID);
  self->fields = mpm_case_list_fields (code);
  return self;
}

/* The objects of a code to be, path and value by turns. */
typedef GPtrArray Draft;

static void
put (Draft *draft, const char *path, char *value)
{
  g_ptr_array_add (draft, g_strdup (path));
  g_ptr_array_add (draft, value);
}

static void
put_part (Draft *draft, const char *parent, guint id, char *value)
{
  g_autofree char *path = g_strdup_printf ("%s-%02u", parent, id);

  put (draft, path, value);
}

static char *
draw_of (DrawKind kind, guint least, guint most)
{
  return draw_text (kind, draw_number (least, most));
}

/* Format S: a name in any script. */
static char *
draw_name (guint most)
{
  /* Most peers stumble over what lies beyond the BMP: not too much of it. */
  if (draw_once_in (16))
    return draw_of (draw_once_in (2) ? DRAW_MIXED : DRAW_BEYOND_BMP, 1, most);
  return draw_of (draw_once_in (2) ? DRAW_CHINESE : DRAW_LATIN, 1, most);
}

static const char *
choose (const char *const *from, guint n)
{
  return from[draw_number (0, n - 1)];
}

static char *
draw_amount (void)
{
  switch (draw_number (0, 3))
    {
    case 0:
      return g_strdup_printf ("%u", draw_number (1, 99999));
    case 1:
      return g_strdup_printf ("%u.", draw_number (1, 99999));
    case 2:
      return g_strdup_printf ("0.%02u", draw_number (1, 99));
    default:
      return g_strdup_printf ("%u.%02u", draw_number (1, 9999999), draw_number (0, 99));
    }
}

/* A template whose owner is named by sub-ID 00. */
static void
put_named_template (Draft *draft, const char *path, guint room)
{
  static const char *const owners[]
      = { "cn.example.test", "A000000677010111", "br.gov.bcb.pix", "d15600000000" };
  const char *owner = choose (owners, G_N_ELEMENTS (owners));
  guint id = draw_number (1, 30);
  guint left = room - 4 - (guint)strlen (owner);

  put_part (draft, path, 0, g_strdup (owner));
  for (; left >= 5 && id <= 99 && !draw_once_in (3); id += draw_number (1, 30))
    {
      char *value = draw_name (MIN (left - 4, 40));

      left -= 4 + (guint)g_utf8_strlen (value, -1);
      put_part (draft, path, id, value);
    }
}

static void
put_accounts (Draft *draft)
{
  guint id = draw_once_in (4) ? draw_number (2, 25) : draw_number (26, 35);
  guint n = draw_number (1, 3);

  for (guint i = 0; i < n; i++, id += draw_number (1, 8))
    {
      g_autofree char *path = g_strdup_printf ("%02u", id);

      if (id < 26)
        put (draft, path, draw_of (DRAW_ALPHANUMERIC, 4, 30));
      else
        put_named_template (draft, path, draw_number (30, 99));
    }
}

static void
put_tip (Draft *draft)
{
  switch (draw_number (0, 5))
    {
    case 0:
      put (draft, "55", g_strdup ("01"));
      break;
    case 1:
      put (draft, "55", g_strdup ("02"));
      put (draft, "56", draw_amount ());
      break;
    case 2:
      put (draft, "55", g_strdup ("03"));
      put (draft, "57", g_strdup_printf ("%02u.%02u", draw_number (0, 99), draw_number (1, 99)));
      break;
    default:
      break;
    }
}

static void
put_additional_data (Draft *draft)
{
  static const char *const requests[] = { "A", "ME", "EMA", "M" };
  guint left = 99;

  for (guint id = 1; id <= 9 && left > 36; id++)
    {
      char *value;

      if (!draw_once_in (3))
        continue;
      if (id == 9)
        value = g_strdup (choose (requests, G_N_ELEMENTS (requests)));
      else
        value = draw_once_in (4) ? g_strdup ("***") : draw_of (DRAW_LATIN, 1, 25);
      left -= 4 + (guint)strlen (value);
      put_part (draft, "62", id, value);
    }
  if (left > 40 && draw_once_in (2))
    {
      g_autofree char *path = g_strdup_printf ("62-%u", draw_number (50, 99));

      put_named_template (draft, path, left - 4);
    }
  else
    put_part (draft, "62", 11, g_strdup ("521"));
}

static void
put_merchant (Draft *draft)
{
  static const char *const places[][2]
      = { { "156", "CN" }, { "344", "HK" }, { "764", "TH" }, { "986", "BR" } };
  static const char *const categories[] = { "4215", "5411", "5812", "5999" };
  guint place = draw_number (0, G_N_ELEMENTS (places) - 1);

  put (draft, "52", g_strdup (choose (categories, G_N_ELEMENTS (categories))));
  put (draft, "53", g_strdup (places[place][0]));
  put (draft, "58", g_strdup (places[place][1]));
  put (draft, "59", draw_of (DRAW_LATIN, 1, 25));
  put (draft, "60", draw_of (DRAW_LATIN, 1, 15));
  if (draw_once_in (3))
    put (draft, "61", draw_of (DRAW_DIGITS, 1, 10));
}

static Draft *
draw_draft (void)
{
  Draft *draft = g_ptr_array_new_with_free_func (g_free);

  if (!draw_once_in (3))
    put (draft, "01", g_strdup (draw_once_in (2) ? "11" : "12"));
  put_accounts (draft);
  put_merchant (draft);
  if (!draw_once_in (3))
    put (draft, "54", draw_amount ());
  put_tip (draft);
  if (draw_once_in (2))
    put_additional_data (draft);
  if (draw_once_in (2))
    {
      put_part (draft, "64", 0, g_strdup (draw_once_in (2) ? "zh" : "KO"));
      put_part (draft, "64", 1, draw_name (25));
      if (draw_once_in (2))
        put_part (draft, "64", 2, draw_name (15));
    }
  for (guint id = 80; id < 99 && draw_once_in (3); id += draw_number (1, 9))
    {
      g_autofree char *path = g_strdup_printf ("%u", id);

      put_named_template (draft, path, draw_number (30, 99));
    }
  return draft;
}

/* Only the format indicator and the check have a place of their own. */
static void
shuffle (Draft *draft)
{
  for (guint i = draft->len / 2; i > 1; i--)
    {
      guint from = 2 * (i - 1);
      guint to = 2 * draw_number (0, i - 1);

      for (guint j = 0; j < 2; j++)
        {
          gpointer other = draft->pdata[to + j];

          draft->pdata[to + j] = draft->pdata[from + j];
          draft->pdata[from + j] = other;
        }
    }
}

MpmCase *
mpm_case_draw (void)
{
  for (;;)
    {
      g_autoptr (MpmCase) self = g_new0 (MpmCase, 1);
      g_autoptr (GPtrArray) draft = draw_draft ();
      g_autoptr (DsEmvMpm) code = ds_emv_mpm_new ();
      g_autoptr (GError) error = NULL;

      shuffle (draft);
      self->fields = json_pack ("{s:s}", "00", "01");
      ds_emv_mpm_set (code, "00", "01");
      for (guint i = 0; i < draft->len; i += 2)
        {
          ds_emv_mpm_set (code, draft->pdata[i], draft->pdata[i + 1]);
          json_object_set_new (self->fields, draft->pdata[i], json_string (draft->pdata[i + 1]));
        }
      self->text = ds_emv_mpm_write (code, &error);
      if (self->text != NULL)
        {
          json_object_set_new (self->fields, "63", json_string (self->text + strlen (self->text) - 4));
          return g_steal_pointer (&self);
        }
      /* Many Chinese names are more than a code may hold; nothing else is wrong with any draft. */
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      if (strstr (error->message, "longer than") == NULL)
        g_error ("%s", error->message);
    }
}
